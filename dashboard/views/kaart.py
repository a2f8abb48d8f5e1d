"""Wijken and gemeenten on a map, with the play of chance in the words beside it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.charts import areas
from dashboard.exhibits import comparing, facts, tables
from dashboard.exhibits.comparing import SURE, Pair
from dashboard.exhibits.exhibit import Exhibit
from dashboard.language import mark, plural, tr
from dashboard.release import boundaries
from dashboard.release import released as releases
from dashboard.release.boundaries import BoundariesRefused, Shape
from dashboard.release.released import Metric, Released
from dashboard.render import figure, filters
from dashboard.views import page
from dashboard.words import wording
from dashboard.words.selection import Cell, Selection, of_year

TITLE = mark("Kaart")
QUESTION = mark("Waar in de gemeente is een cijfer hoog of laag, en waar is dat zeker?")

_FIRST = "smw_bereik"
_PLURAL = {"wijk": mark("wijken"), "gemeente": mark("gemeenten")}
_NEEDED = mark(
    "De grenzen van wijken en gemeenten zijn nog niet toegevoegd. De cijfers staan hieronder in de "
    "tabel. Wie Zichtlijn beheert, voegt de grenzen toe; hoe dat gaat, staat in de uitleg voor "
    "beheerders."
)
_ELSEWHERE = mark(
    "Een kaart is er voor alle gemeenten samen, een gemeente of een wijk: kies een daarvan bij "
    "Gebied of groep."
)
_NOTHING = mark("In deze publicatie staan geen cijfers per wijk of gemeente.")
_HIGHER = mark("Zeker hoger dan het geheel (**{waarde}**): {gebieden}.")
_LOWER = mark("Zeker lager dan het geheel (**{waarde}**): {gebieden}.")
_NAMED = 5


def render(released: Released) -> None:
    selection = filters.bar(released)
    levels = [name for name in boundaries.LEVELS if _metrics(released, name)]
    if not levels or selection.niveau not in {"totaal", *boundaries.LEVELS}:
        page.conclusion([tr(_ELSEWHERE if levels else _NOTHING)])
        return
    left, right, _ = st.columns([1, 2, 1])
    with left:
        level = st.selectbox(
            tr("Kaart van"), levels, format_func=_areas, key="kaart_van",
            bind="query-params",
        )  # fmt: skip
    found = _metrics(released, level)
    with right:
        label = st.selectbox(
            tr("Cijfer"), list(found), format_func=lambda name: wording.label(found[name]),
            key="cijfer", bind="query-params",
        )  # fmt: skip
    _shown(released, found[label], level, selection)


def _areas(level: str, amount: int = 0) -> str:
    """The word for one area of a level, or for several."""
    return wording.level(level).lower() if amount == 1 else tr(_PLURAL[level])


def _metrics(released: Released, level: str) -> dict[str, Metric]:
    """Label -> metric of what may be coloured: ratios and means, never a count."""
    found = [
        metric
        for metric in released.metrics.values()
        if metric.soort in comparing.RATIOS - {"mediaan"} and level in released.levels_of(metric.id)
    ]
    found.sort(key=lambda metric: metric.id != _FIRST)
    return {metric.label_nl: metric for metric in found}


def _shown(released: Released, metric: Metric, level: str, selection: Selection) -> None:
    town = _town(released, selection)
    rows = released.by_area(metric.id, selection.schooljaar, level).to_dicts()
    if level == "wijk" and town:
        rows = [row for row in rows if row["ouder"] == town]
    title = f"{wording.label(metric)} {wording.per_level(level)}, {selection.schooljaar}"
    seen = any(wording.visible(row) for row in rows)
    told = _told(released, metric, rows, level, town, selection) if seen else []
    page.conclusion(told)
    figure.section(tr("{gebieden} op de kaart", gebieden=_areas(level).capitalize()))
    if figure.found(released, metric.id, title, rows, selection, level=level) is None:
        return
    shapes = _shapes(level, rows)
    on_map = [row for row in rows if row["gebied"] in shapes]
    chosen = selection.gebied if selection.niveau == level else ""
    lacking = len(rows) - len(on_map)
    note = (
        plural(
            "{n} {gebied} staat alleen in de tabel: in het grensbestand ontbreekt een vlak met die "
            "code.",
            "{n} {gebied} staan alleen in de tabel: in het grensbestand ontbreekt een vlak met die "
            "code.",
            lacking,
            n=wording.number(lacking),
            gebied=_areas(level, lacking),
        )
        if shapes and lacking
        else ""
    )
    figure.show(
        Exhibit(
            title=title,
            account=facts.of_metric(released, metric, rows),
            table=tables.of_cells(
                metric,
                rows,
                [str(row["label"]) for row in rows],
                tr("{gebied}, op naam", gebied=_areas(level, 1).capitalize()),
                title,
                next((str(row["label"]) for row in rows if row["gebied"] == chosen), ""),
            ),
            chart=areas.areas(metric, on_map, shapes, chosen) if shapes else None,
            alt=f"{tr('Kaart')}: {title}. {' '.join(told).replace('**', '')}",
            note=note,
        ),
        key=f"kaart_{metric.id}_{level}",
        ways=_ways(released, level, rows),
    )


def _ways(released: Released, level: str, rows: Sequence[Cell]) -> dict[str, str]:
    """From a municipality to the map of its wijken, from a wijk to its figures."""
    codes = {str(row["gebied"]) for row in rows}
    deeper = level == "gemeente" and bool(_metrics(released, "wijk"))
    also = {"kaart_van": _areas("wijk")} if deeper else {}
    return filters.ways(released, level, codes, **also)


def _town(released: Released, selection: Selection) -> str:
    """The municipality that was chosen, or that of the chosen wijk."""
    if selection.niveau == "gemeente":
        return selection.gebied
    area = released.areas.get((selection.niveau, selection.gebied))
    return area.ouder if area is not None else ""


def _shapes(level: str, rows: Sequence[Cell]) -> dict[str, Shape]:
    """The boundaries of these areas; says why when there are none."""
    path = boundaries.place(releases.workdir())
    try:
        found = boundaries.of(path, level, [row["gebied"] for row in rows])
    except BoundariesRefused as problem:
        figure.explain(
            tr("De kaart kan niet worden getekend"),
            tr("Voor wie Zichtlijn beheert: {reden}", reden=problem),
        )
        return {}
    if found is None:
        figure.explain(
            tr("Nog geen kaart"),
            tr(_NEEDED),
        )
        return {}
    return found


def _told(
    released: Released, metric: Metric, rows: Sequence[Cell], level: str, town: str,
    selection: Selection,
) -> list[str]:  # fmt: skip
    """From where to where, and which areas surely differ from the whole."""
    seen = [row for row in rows if wording.visible(row)]
    low, high = (wording.bare(metric, end(row["waarde"] for row in seen)) for end in (min, max))
    spread = (
        tr("van **{laag}** tot **{hoog}**", laag=low, hoog=high)
        if low != high
        else tr("overal **{waarde}**", waarde=low)
    )
    unit = f" {wording.unit(metric)}" if wording.unit(metric) else ""
    told = [
        tr(
            "{cijfer} in {jaar}: {spreiding}, zichtbaar in {n} van de {totaal} {gebieden}.",
            cijfer=wording.label(metric), jaar=selection.schooljaar, spreiding=f"{spread}{unit}",
            n=len(seen), totaal=wording.number(len(rows)), gebieden=_areas(level, len(rows)),
        )
    ]  # fmt: skip
    niveau, gebied = ("gemeente", town) if town and level == "wijk" else ("totaal", "")
    whole = of_year(released.over_years(metric.id, niveau, gebied).to_dicts(), selection.schooljaar)
    if whole is None or not wording.visible(whole):
        return told
    pairs = [(row, Pair(metric, row, whole, released.about.afronding)) for row in seen]
    if not any(pair.bounds for _, pair in pairs):
        return told
    value = wording.said(metric, whole)
    higher, lower = (
        [
            str(row["label"])
            for row, pair in pairs
            if pair.certainty == SURE and sign * (pair.difference or 0.0) > 0
        ]
        for sign in (1, -1)
    )
    if not higher and not lower:
        told.append(
            tr(
                "Geen van de {gebieden} verschilt zeker van het geheel (**{waarde}**): de "
                "verschillen, en dus de kleuren, kunnen hier toeval zijn.",
                gebieden=_areas(level),
                waarde=value,
            )
        )
        return told
    for names, sentence in ((higher, _HIGHER), (lower, _LOWER)):
        if names:
            listed = ", ".join(names[:_NAMED]) + (tr(" en andere") if len(names) > _NAMED else "")
            told.append(tr(sentence, waarde=value, gebieden=listed))
    told.append(tr("Een verschil zegt niet waardoor het komt, en de kaart is geen ranglijst."))
    return told
