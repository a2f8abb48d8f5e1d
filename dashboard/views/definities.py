"""Definities: what every figure means, and how to read marks, intervals and evidence."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboard import figure, page, tables, wording
from dashboard.released import Metric, Released

TITLE = "Definities"
QUESTION = "Wat betekent een cijfer precies, en hoe lees ik het?"

_READING = (
    (
        f"{wording.MARK} (afgeschermd)",
        "Het getal wordt niet getoond: het gaat over te weinig kinderen, of het is nodig om een "
        "ander klein aantal te beschermen. U kunt niet zien welke van de twee.",
    ),
    (
        "Afronding",
        "Aantallen zijn afgerond. Onderdelen tellen daarom niet altijd precies op tot het totaal. "
        "Verhoudingen zijn berekend uit de afgeronde aantallen.",
    ),
    (
        "95%-interval",
        "De onzekerheid van een cijfer: bij herhaling ligt de werkelijke waarde in 95 van de 100 "
        "gevallen binnen zo'n interval. Overlappen twee intervallen, dan spreken wij niet van een "
        "verschil.",
    ),
    (
        "Trechter",
        "Kleine scholen wijken door toeval vaker af dan grote. De grenzen van 95% en 99,8% laten "
        "zien welk verschil bij toeval past. Buiten de grens is een reden voor een gesprek, geen "
        "oordeel.",
    ),
    (
        "Verandering, verschil, effect",
        "Verandering: voor en na, zonder vergelijkingsgroep. Verschil: ten opzichte van een "
        "vergelijkingsgroep. Effect zeggen wij alleen waar de onderzoeksopzet dat draagt.",
    ),
    (
        "Bewijsniveau",
        "In de woorden van de effectladder: beschreven, theoretisch onderbouwd, eerste "
        "aanwijzingen, goede aanwijzingen, sterke aanwijzingen. Bij kleine groepen staat er "
        "'indicatief'.",
    ),
    (
        "Te klein, niet geleverd, n.v.t.",
        "Te klein: de groep is te klein voor een verhouding of gemiddelde. Niet geleverd: de "
        "leverancier heeft deze gegevens niet aangeleverd. N.v.t.: het cijfer bestaat hier niet.",
    ),
)


def render(released: Released) -> None:
    metrics = released.metrics
    norms = sum(wording.target(m) is not None and bool(m.richting) for m in metrics.values())
    page.conclusion(
        [
            f"Deze publicatie bevat {wording.count_of(len(metrics), 'maat', 'maten')}; voor "
            f"{norms} daarvan is een norm afgesproken. Elke maat heeft één definitie, die overal "
            "gelijk is."
        ]
    )
    figure.section("Zo leest u de cijfers")
    figure.html(tables.terms(_READING))
    figure.section("Alle maten")
    wanted = st.text_input(
        "Zoek in de definities",
        key="zoek",
        bind="query-params",
        placeholder="bijvoorbeeld wachttijd",
        width=420,
    )
    found = [metric for metric in metrics.values() if _matches(metric, wanted or "")]
    if not found:
        figure.explain("Geen maat gevonden", "Geen van de definities bevat deze woorden.")
    for theme in dict.fromkeys(metric.thema for metric in found):
        figure.heading(wording.theme(theme))
        figure.html("".join(_entry(released, m) for m in found if m.thema == theme))


def _matches(metric: Metric, wanted: str) -> bool:
    text = f"{metric.id} {metric.label_nl} {metric.definitie} {metric.teller} {metric.noemer}"
    return all(word in text.lower() for word in wanted.lower().split())


def _entry(released: Released, metric: Metric) -> str:
    norm = wording.norm_text(metric)
    if norm and metric.norm_bron:
        norm += f" ({metric.norm_bron})"
    suppliers = dict.fromkeys(source.leverancier for source in released.sources(metric.id))
    since = f", geldig vanaf {wording.date(metric.geldig_vanaf)}" if metric.geldig_vanaf else ""
    rows = (
        ("Definitie", metric.definitie),
        ("Teller", metric.teller),
        ("Noemer", metric.noemer),
        ("Norm", norm or "geen norm afgesproken"),
        ("Grens", wording.boundary_text(metric)),
        ("Uitsplitsingen", ", ".join(wording.cut(c).lower() for c in released.cuts(metric.id))),
        ("Leveranciers", ", ".join(suppliers)),
        ("Kenmerk", f"{metric.id}, versie {metric.versie}{since}"),
    )
    body = "".join(
        f"<tr><th scope='row'>{escape(name)}</th><td>{escape(value)}</td></tr>"
        for name, value in rows
        if value
    )
    return (
        f'<div class="zl-entry"><h4>{escape(metric.label_nl)}</h4>'
        f'<table class="zl zl-def"><caption><span class="zl-sr">{escape(metric.label_nl)}</span>'
        f"</caption><tbody>{body}</tbody></table></div>"
    )
