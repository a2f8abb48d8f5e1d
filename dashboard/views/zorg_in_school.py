"""Zorg In School: what was promised, what became of it, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from html import escape
from typing import Any

import streamlit as st

from dashboard import language
from dashboard.charts import marks as charts
from dashboard.charts import steps as charts_zis
from dashboard.exhibits import facts, promises, tables
from dashboard.exhibits.exhibit import Exhibit
from dashboard.exhibits.promises import Effect
from dashboard.exhibits.tables import Row, Table
from dashboard.language import mark, published, tr
from dashboard.release.released import Metric, Released
from dashboard.render import figure, markup
from dashboard.views import page
from dashboard.words import sentences, spoken, wording

TITLE = mark("Zorg In School")
QUESTION = mark("Maakt Zorg In School waar wat het belooft?")

_GROUPS = {"zis": mark("Zorg In School"), "vergelijking": mark("Vergelijkingsgroep")}
# Differences per period stand under an id of their own.
_PER_START = "_per_startgroep"
_DESCRIPTION = "BS"
_HOW_TO_READ = mark(
    "Elke rij heeft een eigen schaal, want de uitkomsten hebben verschillende eenheden: vergelijk "
    "de streepjes dus niet tussen rijen. De stip is de schatting, de streep het 95%-interval. "
    "Rechts van het midden is de beloofde kant op; loopt de streep over het midden heen, dan is "
    "ook geen verschil mogelijk."
)


def render(released: Released) -> None:
    effects = released.table("effecten", "id, leidend DESC, ontwerp DESC").to_dicts()
    page.conclusion(promises.summary(effects))
    if not effects:
        figure.explain(
            tr("Effecten"), tr("In deze publicatie staan geen effecten van Zorg In School.")
        )
        return
    outcomes = promises.leading(effects)
    figure.section(tr("Alle beloften"), tr(_HOW_TO_READ))
    for code, term in promises.TERMS.items():
        _term(released, tr(term), [row for row in outcomes if promises.term(row) == code])
    absent = [row for row in outcomes if not promises.shown(row)]
    if absent:
        figure.section(
            tr("Wat ontbreekt"), tr("Beloften waarover nu niets te zeggen is, en wat nodig is.")
        )
        figure.html(markup.table(promises.missing(absent)))
    _one(released, effects, [row for row in outcomes if promises.shown(row)])


def _term(released: Released, term: str, outcomes: Sequence[Effect]) -> None:
    told = [row for row in outcomes if promises.shown(row)]
    if not told:
        figure.explain(term, tr("Voor deze termijn is er nog geen uitkomst; zie Wat ontbreekt."))
        return
    account = facts.of_promises(
        released,
        told,
        tr("Per belofte; kies hieronder een belofte voor de hele verantwoording"),
    )
    figure.show(
        Exhibit(
            title=term,
            account=account,
            table=promises.forest(told, tr("{termijn}: beloften met een uitkomst", termijn=term)),
        ),
        key=f"beloften_{promises.term(told[0])}",
    )


def _one(released: Released, effects: Sequence[Effect], outcomes: Sequence[Effect]) -> None:
    figure.section(
        tr("Eén belofte van dichtbij"), tr("Kies een belofte; de keuze staat in het adres.")
    )
    if not outcomes:
        figure.explain(tr("Geen uitkomsten"), tr("Er is nog geen belofte met een uitkomst."))
        return
    named = {f"{str(row['belofte']).rstrip('.')} ({row['maat']})": row for row in outcomes}
    chosen = st.selectbox(
        tr("Belofte"), list(named), index=_best(outcomes), key="belofte", bind="query-params",
        format_func=lambda name: f"{_promise(named[name])} ({published(named[name]['maat'])})",
        width=760,
    )  # fmt: skip
    main = named[chosen]
    designs = [row for row in effects if row["id"] == main["id"]]
    figure.html(
        f'<p class="zl-sentence">{language.html(sentences.worded(main["zin"]))} '
        f"{escape(tr('Bewijsniveau:'))} "
        f"<strong>{language.html(published(main['bewijsniveau']))}</strong>.</p>"
    )
    _estimates(released, main, promises.in_order(designs))
    _grounds(main)
    points = released.table("effect_reeks", "effect, groep DESC, volgorde").to_dicts()
    _series(released, main, [row for row in points if row["effect"] == main["id"]])
    _event_study(
        released, main, [row for row in points if row["effect"] == f"{main['id']}{_PER_START}"]
    )


def _promise(row: Effect) -> str:
    """A promise as a title."""
    return published(str(row["belofte"])).rstrip(".")


def _best(outcomes: Sequence[Effect]) -> int:
    """Where the best evidence stands; that one is shown until the reader chooses."""
    return next(
        (place for place, row in enumerate(outcomes) if promises.group(row) == promises.GOOD), 0
    )


def _estimates(released: Released, main: Effect, designs: Sequence[Effect]) -> None:
    marks = [
        charts.Estimate(
            published(row["ontwerp_label"]), row["schatting"], row["onder"], row["boven"],
            f"{promises.estimate(row)} ({promises.interval(row)})", bool(row["leidend"]),
        )
        for row in designs
        if promises.shown(row) and row["onder"] is not None and row["ontwerp"] != _DESCRIPTION
    ]  # fmt: skip
    heads = (
        tr("Opzet"), tr("Schatting"), tr("95%-interval"), "p", tr("Leerlingen"), tr("Scholen"),
        tr("Bewijsniveau"), tr("Wat dit zegt"),
    )  # fmt: skip
    fewer = main["richting"] == "lager"
    way = tr("minder is gunstiger") if fewer else tr("meer is gunstiger")
    figure.show(
        Exhibit(
            title=tr("{belofte}: schatting per opzet", belofte=_promise(main)),
            account=facts.of_effect(released, main),
            table=Table(
                tr("Schatting per opzet"),
                heads,
                tuple(map(_design, designs)),
                frozenset({1, 2, 3, 4, 5}),
            ),
            chart=charts.estimates(
                marks,
                f"{published(main['eenheid'])}; {way}",
                euros=promises.euros(main),
            )
            if marks
            else None,
            alt=tr(
                "Schattingen met 95%-interval voor: {belofte}", belofte=published(main["belofte"])
            )
            + f" {spoken.each((mark.label, mark.text) for mark in marks)}",
            note=tr(
                "Een beschrijving zegt hoe het bij deelnemers is, niet wat er veranderde; zij "
                "staat daarom alleen in de tabel."
            )
            if any(row["ontwerp"] == _DESCRIPTION for row in designs)
            else "",
        ),
        key=f"{main['id']}_schatting",
        wide=True,
    )


def _design(row: Effect) -> Row:
    if not promises.shown(row):
        blank = tables.absent(str(row["status"]))
        empty = tables.figure("")
        reason = tables.long(published(row["reden"]) if row["reden"] else "")
        cells = (blank, empty, empty, empty, empty, tables.text(""), reason)
        return Row((tables.text(published(row["ontwerp_label"])), *cells), now=bool(row["leidend"]))
    return Row(
        (
            tables.text(published(row["ontwerp_label"])),
            tables.figure(promises.estimate(row), row["schatting"]),
            tables.figure(promises.interval(row)),
            tables.figure(_p(row)),
            tables.part(row, "n_leerlingen"),
            tables.part(row, "n_scholen"),
            tables.text(published(row["bewijsniveau"])),
            tables.long(promises.verdict(row)),
        ),
        now=bool(row["leidend"]),
    )


def _p(row: Effect) -> str:
    if row["p"] is None:
        return wording.status("nvt")
    told = wording.number(row["p"], 3)
    if row["p_holm"] is None:
        return told
    return f"{told} (Holm: {wording.number(row['p_holm'], 3)})"


def _grounds(main: Effect) -> None:
    """What was checked, what it rests on, and what else may explain it."""
    figure.html(
        markup.terms(
            [
                (name, published(str(main[column])))
                for name, column in (
                    (tr("Over wie"), "populatie"), (tr("Over welke tijd"), "blootstelling"),
                    (tr("Vergeleken met"), "vergelijking"),
                )
                if main[column]
            ]
        )
    )  # fmt: skip
    parts = (
        (tr("Wat is nagegaan"), main["controles"]),
        (tr("Waar het op rust"), main["aannames"]),
        (tr("Wat het ook kan verklaren"), main["bedreigingen"]),
    )
    for column, (title, text) in zip(st.columns(3, gap="medium"), parts, strict=True):
        told = (language.html(sentences.worded(line)) for line in sentences.apart(text))
        lines = "".join(f"<li>{line}</li>" for line in told)
        body = f"<ul>{lines}</ul>" if lines else f"<p>{escape(tr('Niets vastgelegd.'))}</p>"
        with column:
            figure.html(f'<div class="zl-grounds"><h4>{escape(title)}</h4>{body}</div>')


def _series(released: Released, effect: Effect, found: Sequence[Mapping[str, Any]]) -> None:
    series = [{**row, "n": row["n_leerlingen"]} for row in found]
    if not series:
        return
    title = tr("Verloop: {eenheid}", eenheid=published(effect["eenheid"]))
    places = sorted({(row["volgorde"], row["periode"]) for row in series})
    steps = [period for _, period in places]
    groups = [group for group in _GROUPS if any(row["groep"] == group for row in series)]
    at = {(row["groep"], row["periode"]): row for row in series}
    blank = {"waarde": None, "status": "nvt", "onder": None, "boven": None, "n": None}
    metric = _as_metric(effect)
    lines = [
        charts.Line(
            tr(_GROUPS[group]), [at.get((group, step), blank) for step in steps],
            quiet=group == "vergelijking",
        )
        for group in groups
    ]  # fmt: skip
    if not any(wording.visible(row) for line in lines for row in line.rows):
        figure.explain(title, wording.status_sentence(wording.HIDDEN))
        return
    body = tuple(
        Row(
            (
                tables.text(published(step)),
                *(tables.valued(metric, line.rows[place]) for line in lines),
            )
        )
        for place, step in enumerate(steps)
    )
    account = replace(
        facts.of_effect(released, effect, series),
        definition=tr(
            "Aantal {eenheid}, per periode vóór en na de eigen start.",
            eenheid=published(effect["eenheid"]),
        ),
        interval="",
    )
    figure.show(
        Exhibit(
            title=title,
            account=account,
            table=Table(
                tr("{maat} per periode", maat=published(effect["maat"])),
                (tr("Periode"), *(line.label for line in lines)),
                body,
                frozenset(range(1, len(lines) + 1)),
            ),
            chart=charts.lines(
                metric,
                lines,
                [published(step) for step in steps],
                sum(order < 0 for order, _ in places),
            ),
            alt=tr("Lijngrafiek: {maat} per periode in de groepen.", maat=published(effect["maat"]))
            + f" {spoken.lines(metric, [(line.label, line.rows) for line in lines])}",
        ),
        key=f"{effect['id']}_reeks",
        wide=True,
    )


def _event_study(released: Released, effect: Effect, found: Sequence[Mapping[str, Any]]) -> None:
    if not any(wording.visible(row) for row in found):
        return
    metric = _as_metric(effect)
    body = tuple(
        Row((
            tables.text(published(row["periode"])),
            tables.valued(metric, row) if not wording.visible(row)
            else tables.figure(promises.estimate(effect, row["waarde"]), row["waarde"]),
            tables.figure("" if row["onder"] is None or row["boven"] is None
                          else wording.estimate_interval(row["onder"], row["boven"])),
        ))
        for row in found
    )  # fmt: skip
    account = replace(
        facts.of_effect(released, effect, found),
        definition=tr(
            "Verschil met de vergelijkingsgroep in het aantal {eenheid}, per periode vóór en na de "
            "start, gemiddeld over de startgroepen.",
            eenheid=published(effect["eenheid"]),
        ),
        interval=tr("95%-interval"),
    )
    figure.show(
        Exhibit(
            title=tr("Verschil met de vergelijkingsgroep per periode"),
            account=account,
            table=Table(
                tr("Verschil per periode"),
                (tr("Periode"), tr("Verschil"), tr("95%-interval")),
                body,
                frozenset({1, 2}),
            ),
            chart=charts_zis.event_study(found, published(str(effect["eenheid"]))),
            alt=tr("Verschil met de vergelijkingsgroep per periode, met 95%-interval.")
            + " "
            + spoken.each(
                (published(row["periode"]), promises.estimate(effect, row["waarde"]))
                for row in found
                if wording.visible(row)
            ),
            note=tr(
                "Vóór de start horen de verschillen rond nul te liggen. Een interval om nul "
                "betekent dat de groepen niet aantoonbaar verschilden, niet dat zij gelijk waren."
            ),
        ),
        key=f"{effect['id']}_per_periode",
        wide=True,
    )


def _as_metric(effect: Effect) -> Metric:
    """The effect's outcome as a metric, so that it reads like one."""
    return Metric(
        id=str(effect["id"]), thema="", label_nl=str(effect["belofte"]),
        definitie=str(effect["maat"]), eenheid=str(effect["eenheid"] or ""), soort="reeks",
        teller="", noemer="", richting=str(effect["richting"] or ""), norm=None, norm_eenheid="",
        norm_bron="", datasets="", systeem="", versie="", geldig_vanaf=None,
    )  # fmt: skip
