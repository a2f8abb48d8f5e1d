"""Definities: what every figure means, and how to read marks, intervals and evidence."""

from __future__ import annotations

from html import escape

import streamlit as st

from dashboard.language import mark, plural, published, tr
from dashboard.release.released import Metric, Released
from dashboard.render import figure, markup
from dashboard.views import page
from dashboard.words import finding, wording

TITLE = mark("Definities")
QUESTION = mark("Wat betekent een cijfer precies, en hoe lees ik het?")

_READING = (
    (
        mark("{teken} (afgeschermd)"),
        mark(
            "Het getal wordt niet getoond: het gaat over te weinig kinderen, of het is nodig om "
            "een ander klein aantal te beschermen. U kunt niet zien welke van de twee."
        ),
    ),
    (
        mark("Afronding"),
        mark(
            "Aantallen zijn afgerond. Onderdelen tellen daarom niet altijd precies op tot het "
            "totaal. Verhoudingen zijn berekend uit de afgeronde aantallen."
        ),
    ),
    (
        mark("95%-interval"),
        mark(
            "De onzekerheid van een cijfer: bij herhaling ligt de werkelijke waarde in 95 van de "
            "100 gevallen binnen zo'n interval. Of twee cijfers zeker verschillen, volgt uit het "
            "interval van hun verschil; dat kan ook als hun eigen intervallen elkaar raken."
        ),
    ),
    (
        mark("Trechter"),
        mark(
            "Kleine scholen wijken door toeval vaker af dan grote. De grenzen van 95% en 99,8% "
            "laten zien welk verschil bij toeval past. Buiten de grens is een reden voor een "
            "gesprek, geen oordeel."
        ),
    ),
    (
        mark("Verandering, verschil, effect"),
        mark(
            "Verandering: voor en na, zonder vergelijkingsgroep. Verschil: ten opzichte van een "
            "vergelijkingsgroep. Effect zeggen wij alleen waar de onderzoeksopzet dat draagt."
        ),
    ),
    (
        mark("Bewijsniveau"),
        mark(
            "In de woorden van de effectladder: beschreven, theoretisch onderbouwd, eerste "
            "aanwijzingen, goede aanwijzingen, sterke aanwijzingen. Bij kleine groepen staat er "
            "'indicatief'."
        ),
    ),
    (
        mark("Te klein, niet geleverd, n.v.t."),
        mark(
            "Te klein: de groep is te klein voor een verhouding of gemiddelde. Niet geleverd: de "
            "leverancier heeft deze gegevens niet aangeleverd. N.v.t.: het cijfer bestaat hier "
            "niet."
        ),
    ),
)


def render(released: Released) -> None:
    metrics = released.metrics
    norms = sum(wording.target(m) is not None and bool(m.richting) for m in metrics.values())
    page.conclusion(
        [
            plural(
                "Deze publicatie bevat {n} maat; voor {normen} daarvan is een norm afgesproken. "
                "Elke maat heeft één definitie, die overal gelijk is.",
                "Deze publicatie bevat {n} maten; voor {normen} daarvan is een norm afgesproken. "
                "Elke maat heeft één definitie, die overal gelijk is.",
                len(metrics),
                n=wording.number(len(metrics)),
                normen=norms,
            )
        ]
    )
    figure.section(tr("Zo leest u de cijfers"))
    figure.html(markup.terms([(tr(name, teken=wording.MARK), tr(said)) for name, said in _READING]))
    figure.section(tr("Alle maten"))
    wanted = st.text_input(
        tr("Zoek in de definities"),
        key="zoek",
        bind="query-params",
        placeholder=tr("bijvoorbeeld: wat is een thuiszitter"),
        width=420,
    )
    found = finding.found(list(metrics.values()), wanted or "")
    if not found:
        figure.explain(tr("Geen maat gevonden"), tr("Geen van de definities bevat deze woorden."))
    if found and wanted and wanted.strip():
        figure.heading(plural("{n} maat gevonden", "{n} maten gevonden", len(found), n=len(found)))
        figure.html("".join(_entry(released, metric) for metric in found))
        return
    for theme in dict.fromkeys(metric.thema for metric in found):
        figure.heading(wording.theme(theme))
        figure.html("".join(_entry(released, m) for m in found if m.thema == theme))


def _entry(released: Released, metric: Metric) -> str:
    norm = wording.norm_text(metric)
    if norm and metric.norm_bron:
        norm += f" ({published(metric.norm_bron)})"
    suppliers = dict.fromkeys(source.leverancier for source in released.sources(metric.id))
    since = (
        tr(", geldig vanaf {dag}", dag=wording.date(metric.geldig_vanaf))
        if metric.geldig_vanaf
        else ""
    )
    label = escape(wording.label(metric))
    rows = (
        (tr("Definitie"), wording.definition(metric)),
        (tr("Teller"), published(metric.teller)),
        (tr("Noemer"), published(metric.noemer)),
        (tr("Norm"), norm or tr("geen norm afgesproken")),
        (tr("Grens"), wording.boundary_text(metric)),
        (tr("Uitsplitsingen"), ", ".join(wording.cut(c).lower() for c in released.cuts(metric.id))),
        (tr("Leveranciers"), ", ".join(suppliers)),
        (
            tr("Kenmerk"),
            tr("{id}, versie {versie}", id=metric.id, versie=metric.versie) + since,
        ),
    )
    body = "".join(
        f"<tr><th scope='row'>{escape(name)}</th><td>{escape(value)}</td></tr>"
        for name, value in rows
        if value
    )
    return (
        f'<div class="zl-entry"><h4>{label}</h4>'
        f'<table class="zl zl-def"><caption><span class="zl-sr">{label}</span>'
        f"</caption><tbody>{body}</tbody></table></div>"
    )
