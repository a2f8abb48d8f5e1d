"""Units beside each other as dots with their intervals, by size. No Streamlit."""

from __future__ import annotations

import math
from dataclasses import replace

from dashboard.charts import marks, scale
from dashboard.charts.chart import Axis, Chart, Curve, Mark
from dashboard.exhibits.apart import Beside, Unit
from dashboard.language import tr
from dashboard.release.released import Metric
from dashboard.words import wording

# An axis begins and ends at a round value this far from the outer bounds, in parts of their span.
_ROOM = 0.06


def units(beside: Beside) -> Chart:
    """A dot per unit with its interval, those that surely differ marked, against the whole and the
    norm. What is not shown has its place at the end, without a dot."""
    metric = beside.metric
    found = tuple(_mark(metric, unit) for unit in beside.units)
    ends = [end for mark in found for end in (mark.low, mark.value, mark.high) if end is not None]
    norm = marks.norm_of(metric)
    curves: tuple[Curve, ...] = ()
    if beside.whole is not None and wording.visible(beside.whole):
        at = float(beside.whole["waarde"])
        said = tr("samen {waarde}", waarde=wording.bare(metric, at))
        curves = (Curve(said, ((at, 0.0), (at, 1.0)), middle=True),)
    across = [
        *ends,
        *(x for curve in curves for x, _ in curve.points),
        *([norm[0]] if norm else []),
    ]
    low, high = _ends(metric, across)
    axis = Axis(low, high, _ticks(metric, low, high), wording.unit(metric))
    form, name = marks.form(metric), wording.label(metric)
    return Chart("naast", found, axis, form, name, norm, curves=curves)


def _mark(metric: Metric, unit: Unit) -> Mark:
    one = marks.mark(metric, unit.row, unit.label, strong=unit.chosen)
    return replace(one, far=bool(unit.way), unit=str(unit.row["gebied"]))


def _ends(metric: Metric, values: list[float]) -> tuple[float, float]:
    """Round ends around the values, within what the figure can be."""
    least, most = min(values), max(values)
    room = (most - least or 1.0) * _ROOM
    step = 10.0 ** math.floor(math.log10(most - least or 1.0))
    low = max(0.0, math.floor((least - room) / step) * step) if least >= 0 else least - room
    high = math.ceil((most + room) / step) * step
    return low, min(high, 100.0) if metric.soort == "aandeel" else high


def _ticks(metric: Metric, low: float, high: float) -> tuple[tuple[float, str], ...]:
    found = scale.steps(low, high, 6)
    sign = "%" if metric.soort == "aandeel" else ""
    return tuple((step, f"{wording.natural(step)}{sign}") for step in found)
