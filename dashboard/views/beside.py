"""A key figure of each provider, area or kind of school beside the others, below the figure."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from dashboard.exhibits import apart, facts, tables
from dashboard.exhibits import apart_chart as drawn
from dashboard.exhibits import apart_words as words
from dashboard.exhibits.apart import Beside, Unit
from dashboard.exhibits.exhibit import Exhibit
from dashboard.exhibits.tables import Row, Table
from dashboard.language import mark, tr
from dashboard.release.released import Released
from dashboard.render import figure, filters
from dashboard.words import spoken, wording
from dashboard.words.selection import Selection

_WAYS = {apart.HIGHER: mark("zeker hoger"), apart.LOWER: mark("zeker lager")}
# How many differences stand in front of a page.
MOST = 2


def show(released: Released, found: Sequence[Beside], metric_id: str, selection: Selection) -> None:
    """The units of one level, the reader chooses which; nothing where there are none to show."""
    mine = {one.niveau: one for one in found if one.metric.id == metric_id}
    if not mine:
        return
    levels = list(mine)
    first = max(levels, key=lambda niveau: bool(mine[niveau].sure))
    niveau = first
    with st.container(key=f"figuur_naast_{metric_id}"):
        if len(levels) > 1:
            niveau = st.segmented_control(
                tr("{cijfer} naast elkaar, per", cijfer=wording.label(mine[first].metric)), levels,
                default=first, format_func=lambda name: words.name(name).capitalize(),
                key=f"naast_{metric_id}", bind="query-params", required=True,
            ) or first  # fmt: skip
        _figure(released, mine[niveau], selection)


def _figure(released: Released, one: Beside, selection: Selection) -> None:
    metric, rows = one.metric, [unit.row for unit in one.units]
    labels = [unit.label for unit in one.units]
    figure.show(
        Exhibit(
            title=words.short(one),
            account=facts.of_metric(released, metric, rows),
            table=_table(one, selection),
            chart=drawn.units(one),
            alt=tr(
                "Puntendiagram: {cijfer} per {eenheid}, {jaar}, op grootte. {conclusie}",
                cijfer=wording.label(metric),
                eenheid=words.name(one.niveau),
                jaar=selection.schooljaar,
                conclusie=spoken.bars(metric, rows, labels),
            ),
            note=_note(one),
        ),
        key=f"{metric.id}_naast_{one.niveau}",
        ways=filters.ways(released, one.niveau, {str(row["gebied"]) for row in rows}),
    )


def _note(one: Beside) -> str:
    if any(unit.tested for unit in one.units):
        return tr(words.METHOD, n=wording.number(one.among))
    return tr(words.KINDS if one.niveau == "onderwijssoort" else words.UNTESTED)


def _table(one: Beside, selection: Selection) -> Table:
    """The usual table, and where units were tested whether each surely differs."""
    metric, rows = one.metric, [unit.row for unit in one.units]
    head = wording.level(one.niveau)
    caption = tr(
        "{cijfer} per {eenheid}, {jaar}",
        cijfer=wording.label(metric), eenheid=words.name(one.niveau), jaar=selection.schooljaar,
    )  # fmt: skip
    chosen = next((unit.label for unit in one.units if unit.chosen), "")
    usual = tables.of_cells(metric, rows, [unit.label for unit in one.units], head, caption, chosen)
    if not any(unit.tested for unit in one.units):
        return usual
    body = tuple(
        Row((*row.cells, _verdict(unit)), row.now)
        for row, unit in zip(usual.rows, one.units, strict=True)
    )
    return Table(caption, (*usual.heads, tr("Anders dan de rest")), body, usual.numeric)


def _verdict(unit: Unit) -> tables.Cell:
    if unit.way:
        return tables.text(tr(_WAYS[unit.way]))
    if unit.tested:
        return tables.text(tr("niet zeker"))
    return tables.text(tr("niet beoordeeld") if wording.visible(unit.row) else "")
