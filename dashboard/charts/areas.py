"""Areas coloured by a published value, from boundaries that stand in the deployment. No tiles.

Few classes with round ends, taken from visible values only; an area without a value is hatched,
whatever the reason. The value stands in the area too, so that colour never carries it alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.charts import marks
from dashboard.charts.chart import Area, Axis, Chart, Mark
from dashboard.language import tr
from dashboard.release.boundaries import Shape
from dashboard.release.released import Metric
from dashboard.words import wording
from dashboard.words.selection import Cell

_MOST = 4
_WHOLE = frozenset({"aandeel", "per_100", "per_1000"})
_STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class Class:
    """Values from `low` up to, but not including, `high`."""

    low: float
    high: float
    label: str


def classes(metric: Metric, rows: Sequence[Cell]) -> list[Class]:
    """At most four classes of equal width; none without a visible value."""
    values = [float(row["waarde"]) for row in rows if wording.visible(row)]
    if not values:
        return []
    step = _step(min(values), max(values), whole=metric.soort in _WHOLE)
    start = math.floor(min(values) / step + 1e-9)
    last = math.floor(max(values) / step + 1e-9)
    return [
        Class(place * step, (place + 1) * step, _label(metric, place * step, step))
        for place in range(start, last + 1)
    ]


def _step(low: float, high: float, *, whole: bool) -> float:
    """The smallest round width with which few classes are enough."""
    power = 0 if whole else math.floor(math.log10(max(high - low, abs(high) * 0.05, 1e-6))) - 1
    while True:
        for step in _STEPS:
            width = step * 10.0**power
            if whole and width != int(width):
                continue
            if math.floor(high / width + 1e-9) - math.floor(low / width + 1e-9) < _MOST:
                return width
        power += 1


def _label(metric: Metric, low: float, step: float) -> str:
    if metric.soort not in _WHOLE:
        ends = wording.bare(metric, low), wording.bare(metric, low + step)
        return tr("{laag} tot {hoog}", laag=ends[0], hoog=ends[1])
    sign = "%" if metric.soort == "aandeel" else ""
    last = low + step - 1
    if metric.soort == "aandeel":
        last = min(last, 100.0)
    if last == low:
        return f"{wording.number(low)}{sign}"
    return f"{wording.number(low)}–{wording.number(last)}{sign}"


def areas(
    metric: Metric,
    rows: Sequence[Cell],
    shapes: Mapping[str, Shape],
    chosen: str = "",
) -> Chart:
    """The areas of `rows` that have a shape; `chosen` is the one the reader asked for."""
    drawn = [row for row in rows if row["gebied"] in shapes]
    found = classes(metric, drawn)
    ordered = sorted(drawn, key=lambda one: one["gebied"] == chosen)
    marked = tuple(
        Mark(
            str(row["label"]), float(row["waarde"]) if wording.visible(row) else None,
            _value(metric, row), strong=row["gebied"] == chosen, told=tuple(_hover(metric, row)),
            shade=_shade(row, found), unit=str(row["gebied"]),
        )
        for row in ordered
    )  # fmt: skip
    outlines = tuple(
        Area(tuple(tuple(ring) for ring in shape.rings), shape.middle)
        for shape in (shapes[row["gebied"]] for row in ordered)
    )
    return Chart(
        "kaart", marked, Axis(0, 1), marks.form(metric), wording.unit(metric), areas=outlines,
        classes=tuple(one.label for one in found),
    )  # fmt: skip


def _shade(row: Cell, found: Sequence[Class]) -> int:
    """The class of a value; -1 where there is none."""
    if not wording.visible(row):
        return -1
    return next(place for place, one in enumerate(found) if row["waarde"] < one.high - 1e-9)


def _hover(metric: Metric, row: Cell) -> list[str]:
    if not wording.visible(row):
        return [str(row["label"]), wording.status(row["status"])]
    told = [str(row["label"]), wording.said_full(metric, row)]
    if interval := wording.interval(metric, row["onder"], row["boven"]):
        told.append(marks.interval(interval))
    return told


def _value(metric: Metric, row: Cell) -> str:
    if wording.visible(row):
        return wording.said(metric, row)
    hidden = row["status"] == wording.HIDDEN
    return wording.MARK if hidden else wording.status(row["status"])
