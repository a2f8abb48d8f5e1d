"""Areas coloured by a published value, from boundaries that stand in the deployment. No tiles.

Few classes with round ends, taken from visible values only; an area without a value is hatched,
whatever the reason. The value stands in the area too, so that colour never carries it alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dashboard.charts import marks
from dashboard.language import tr
from dashboard.release.boundaries import Shape
from dashboard.release.released import Metric
from dashboard.render import theme
from dashboard.render.drawing import Axis, Figure, Strong
from dashboard.words import wording
from dashboard.words.selection import Cell

_MOST = 4
_OPACITY = (0.10, 0.34, 0.62, 0.92)
# More areas than this are not named in the map: names would cover each other.
_NAMED = 30
_WIDTH = 560
_LOWEST, _HIGHEST = 320, 620
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
    values = [float(row["waarde"]) for row in rows if marks.visible(row)]
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
) -> Figure:
    """The areas of `rows` that have a shape; `chosen` has a heavy outline."""
    drawn = [row for row in rows if row["gebied"] in shapes]
    points = [p for row in drawn for ring in shapes[row["gebied"]].rings for p in ring]
    width = max((x for x, _ in points), default=1.0) or 1.0
    height = max((y for _, y in points), default=1.0) or 1.0
    tall = min(_HIGHEST, max(_LOWEST, _WIDTH * height / width))
    figure = Figure(
        Axis(-width * 0.02, width * 1.02), Axis(-height * 0.02, height * 1.02), tall,
        top=4, right=2,
    )  # fmt: skip
    figure.width = figure.height * width / height + figure.left + figure.right
    found = classes(metric, drawn)
    for row in sorted(drawn, key=lambda one: one["gebied"] == chosen):
        own = row["gebied"] == chosen
        figure.area(
            shapes[row["gebied"]].rings, *_fill(row, found), edge=theme.INK if own else theme.MUTED,
            width=3 if own else 1, tip=_hover(metric, row),
        )  # fmt: skip
    if len(drawn) <= _NAMED:
        for row in drawn:
            x, y = shapes[row["gebied"]].middle
            label = f"\n{marks.wrapped(str(row['label']), 14)}"
            figure.words((Strong(_value(metric, row)), label), x, y, size=11.5, halo=True)
    figure.keys(wording.unit(metric))
    for place, one in enumerate(found):
        figure.key(one.label, theme.ACCENT, _shade(place, len(found)))
    if any(not marks.visible(row) for row in drawn):
        figure.key(tr("geen cijfer"), "", 1)
    return figure


def _fill(row: Cell, found: Sequence[Class]) -> tuple[str, float]:
    """Colour and how much of it; no colour where there is no value."""
    if not marks.visible(row):
        return "", 1.0
    place = next(place for place, one in enumerate(found) if row["waarde"] < one.high - 1e-9)
    return theme.ACCENT, _shade(place, len(found))


def _shade(place: int, among: int) -> float:
    """Lighter to darker; with few classes the middle of the range, so that one is not the most."""
    picked = _OPACITY if among > 1 else _OPACITY[1:2]
    return picked[round(place * (len(picked) - 1) / max(1, among - 1))]


def _hover(metric: Metric, row: Cell) -> list[str]:
    if not marks.visible(row):
        return [str(row["label"]), wording.status(row["status"])]
    told = [str(row["label"]), wording.said_full(metric, row)]
    if interval := wording.interval(metric, row["onder"], row["boven"]):
        told.append(marks.interval(interval))
    return told


def _value(metric: Metric, row: Cell) -> str:
    if marks.visible(row):
        return wording.said(metric, row)
    hidden = row["status"] == wording.HIDDEN
    return wording.MARK if hidden else wording.status(row["status"])
