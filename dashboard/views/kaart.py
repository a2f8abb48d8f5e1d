"""Wijken and gemeenten on a map, with the play of chance in the words beside it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard import (
    boundaries,
    charts,
    charts_map,
    comparing,
    facts,
    figure,
    filters,
    page,
    tables,
    wording,
)
from dashboard import released as releases
from dashboard.boundaries import BoundariesRefused, Shape
from dashboard.comparing import Pair
from dashboard.figure import Figure
from dashboard.released import Metric, Released
from dashboard.selection import Cell, Selection, of_year

TITLE = "Kaart"
QUESTION = "Waar in de gemeente is een cijfer hoog of laag, en waar is dat zeker?"

_FIRST = "smw_bereik"
_PLURAL = {"wijk": "wijken", "gemeente": "gemeenten"}
_NEEDED = (
    "Hier hoort een kaart. Daarvoor is een bestand met grenzen nodig: zet het als "
    f"{boundaries.FILE} in de werkmap, naast release.json, of noem het in de instelling "
    f"{boundaries.VARIABLE}. Het CBS publiceert de grenzen elk jaar als Wijk- en Buurtkaart, op "
    "cbs.nl onder Geografische data en bij PDOK. Bewaar daarvan de eigen gemeenten als GeoJSON; in "
    "deploy/README.md staat hoe. De tabel hieronder staat er ook zonder kaart."
)
_ELSEWHERE = (
    "Een kaart is er voor alle gemeenten samen, een gemeente of een wijk: kies een daarvan bij "
    "Gebied of groep."
)
_NOTHING = "In deze publicatie staan geen cijfers per wijk of gemeente."
_NAMED = 5


def render(released: Released) -> None:
    selection = filters.bar(released)
    levels = [name for name in boundaries.LEVELS if _metrics(released, name)]
    if not levels or selection.niveau not in {"totaal", *boundaries.LEVELS}:
        page.conclusion([_ELSEWHERE if levels else _NOTHING])
        return
    left, right, _ = st.columns([1, 2, 1])
    with left:
        level = st.selectbox(
            "Kaart van", levels, format_func=_PLURAL.__getitem__, key="kaart_van",
            bind="query-params",
        )  # fmt: skip
    found = _metrics(released, level)
    with right:
        label = st.selectbox("Cijfer", list(found), key="cijfer", bind="query-params")
    _shown(released, found[label], level, selection)


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
    title = f"{metric.label_nl} per {level}, {selection.schooljaar}"
    seen = any(charts.visible(row) for row in rows)
    told = _told(released, metric, rows, level, town, selection) if seen else []
    page.conclusion(told)
    figure.section(f"{_PLURAL[level].capitalize()} op de kaart")
    if figure.found(released, metric.id, title, rows, selection, level=level) is None:
        return
    shapes = _shapes(level, rows)
    on_map = [row for row in rows if row["gebied"] in shapes]
    chosen = selection.gebied if selection.niveau == level else ""
    lacking = len(rows) - len(on_map)
    note = (
        wording.count_of(lacking, f"{level} staat", f"{_PLURAL[level]} staan")
        + " alleen in de tabel: in het grensbestand ontbreekt een vlak met die code."
        if shapes and lacking
        else ""
    )
    figure.show(
        Figure(
            key=f"kaart_{metric.id}_{level}",
            title=title,
            facts=facts.of_metric(released, metric, rows),
            table=tables.of_cells(
                metric, rows, [str(row["label"]) for row in rows], f"{level.capitalize()}, op naam",
                title, next((str(row["label"]) for row in rows if row["gebied"] == chosen), ""),
            ),
            chart=charts_map.areas(metric, on_map, shapes, chosen) if shapes else None,
            alt=f"Kaart: {title}. {' '.join(told).replace('**', '')}",
            note=note,
        )
    )  # fmt: skip


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
        figure.explain("De kaart kan niet worden getekend", str(problem))
        return {}
    if found is None:
        figure.explain("Nog geen kaart", _NEEDED)
        return {}
    return found


def _told(
    released: Released, metric: Metric, rows: Sequence[Cell], level: str, town: str,
    selection: Selection,
) -> list[str]:  # fmt: skip
    """From where to where, and which areas surely differ from the whole."""
    seen = [row for row in rows if charts.visible(row)]
    low, high = (wording.bare(metric, end(row["waarde"] for row in seen)) for end in (min, max))
    count = f"{len(seen)} van de {wording.count_of(len(rows), level, _PLURAL[level])}"
    spread = f"van **{low}** tot **{high}**" if low != high else f"overal **{low}**"
    unit = f" {wording.unit(metric)}" if wording.unit(metric) else ""
    told = [
        f"{metric.label_nl} in {selection.schooljaar}: {spread}{unit}, zichtbaar in {count}."
    ]  # fmt: skip
    niveau, gebied = ("gemeente", town) if town and level == "wijk" else ("totaal", "")
    whole = of_year(released.over_years(metric.id, niveau, gebied).to_dicts(), selection.schooljaar)
    if whole is None or not charts.visible(whole):
        return told
    pairs = [(row, Pair(metric, row, whole, released.about.afronding)) for row in seen]
    if not any(pair.bounds for _, pair in pairs):
        return told
    value = wording.bare(metric, whole["waarde"])
    higher, lower = (
        [str(row["label"]) for row, pair in pairs if pair.bounds and sure(*pair.bounds)]
        for sure in (lambda low, _: low > 0, lambda _, high: high < 0)
    )
    if not higher and not lower:
        told.append(
            f"Geen van de {_PLURAL[level]} verschilt zeker van het geheel (**{value}**): de "
            "intervallen overlappen, en kleuren kunnen hier toeval zijn."
        )
        return told
    for names, way in ((higher, "hoger"), (lower, "lager")):
        if names:
            listed = ", ".join(names[:_NAMED]) + (" en andere" if len(names) > _NAMED else "")
            told.append(f"Zeker {way} dan het geheel (**{value}**): {listed}.")
    told.append("Een verschil zegt niet waardoor het komt, en de kaart is geen ranglijst.")
    return told
