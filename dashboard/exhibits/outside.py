"""Which schools lie outside the limits of their kind, and the limits of each school. No Streamlit.

By name, never in the order of their values. A school that is not shown has no limits here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dashboard.charts import funnels
from dashboard.exhibits import tables
from dashboard.exhibits.comparison import Compared
from dashboard.exhibits.tables import Row, Table
from dashboard.language import mark, tr
from dashboard.release.released import Metric
from dashboard.words import wording
from dashboard.words.selection import Cell

INNER, OUTER = funnels.LEVELS
# By how many limits a school lies outside.
_PLACES = (mark("binnen 95%"), mark("buiten 95%"), mark("buiten 99,8%"))
Limits = Mapping[str, tuple[float, float]]


def limits(compared: Compared, level: float) -> Limits:
    """School code -> its limits in the metric's own scale, of schools that were compared."""
    found = {}
    for group in compared.groups:
        sizes = [float(row["noemer"]) for row in group.units]
        for row, *ends in zip(group.units, *group.limits(sizes, level), strict=True):
            found[str(row["gebied"])] = (ends[0], ends[1])
    return found


def beyond(compared: Compared, level: float) -> list[Cell]:
    """The schools outside the limits of a level, by name."""
    apart = [row for group in compared.groups for row in group.beyond(level)]
    return sorted(apart, key=lambda row: (str(row["label"]), row["gebied"]))


def far(metric: Metric, compared: Compared) -> str:
    """The schools outside the limits of 99.8% by name, each with its value, its limits and its
    size; empty where there are none."""
    rows = beyond(compared, OUTER)
    if not rows:
        return ""
    return tr(
        "Buiten de grens van 99,8%, op naam: {scholen}.",
        scholen=_listed(metric, rows, limits(compared, OUTER)),
    )  # fmt: skip


def near(metric: Metric, compared: Compared) -> str:
    """The same of those outside the limits of 95% only."""
    outer = beyond(compared, OUTER)
    rows = [row for row in beyond(compared, INNER) if row not in outer]
    if not rows:
        return ""
    return tr(
        "Alleen buiten de grens van 95%, waar door toeval één op de twintig scholen komt, op naam: "
        "{scholen}.",
        scholen=_listed(metric, rows, limits(compared, INNER)),
    )  # fmt: skip


def _listed(metric: Metric, rows: Sequence[Cell], ends: Limits) -> str:
    return "; ".join(_one(metric, row, ends[str(row["gebied"])]) for row in rows)


def _one(metric: Metric, row: Cell, ends: tuple[float, float]) -> str:
    return tr(
        "{school} **{waarde}** (grens {grens}; {n} leerlingen)",
        school=row["label"], waarde=wording.said(metric, row), grens=between(metric, ends),
        n=wording.number(row["noemer"]),
    )  # fmt: skip


def between(metric: Metric, ends: tuple[float, float]) -> str:
    """Limits as they are printed."""
    sign = "%" if metric.soort == "aandeel" else ""
    return f"{wording.number(ends[0], 1)}–{wording.number(ends[1], 1)}{sign}"


def table(
    metric: Metric, rows: Sequence[Cell], compared: Compared, caption: str, chosen: str
) -> Table:
    """All schools by name, with the limits of each and whether it lies outside them."""
    usual = tables.of_cells(
        metric, rows, [str(row["label"]) for row in rows], tr("School, op naam"), caption, chosen
    )
    inner, outer = (limits(compared, level) for level in (INNER, OUTER))
    places = [{str(row["gebied"]) for row in beyond(compared, level)} for level in (INNER, OUTER)]
    body = []
    for row, line in zip(rows, usual.rows, strict=True):
        code = str(row["gebied"])
        ends = [
            tables.figure(between(metric, own[code]), *own[code])
            if code in own
            else tables.figure("")
            for own in (inner, outer)
        ]
        where = tables.text(tr(_PLACES[sum(code in place for place in places)]))
        body.append(
            Row((*line.cells, *ends, where if code in inner else tables.text("")), line.now)
        )
    heads = (*usual.heads, tr("Grens 95%"), tr("Grens 99,8%"), tr("Tegen de grens"))
    first = len(usual.heads)
    return Table(caption, heads, tuple(body), usual.numeric | {first, first + 1})
