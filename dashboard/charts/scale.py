"""Where an axis begins and ends, and the round values along it. No Streamlit."""

from __future__ import annotations

import math
from collections.abc import Iterable

from dashboard.charts.chart import Ticks
from dashboard.language import tr
from dashboard.release.released import Metric
from dashboard.words import wording


def nice_ceiling(value: float) -> float:
    """The next round number at or above a value: 1, 2, 2.5, 5 or 10 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(
        step * power for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * power >= value - 1e-9
    )


def steps(low: float, high: float, most: int = 5) -> list[float]:
    """Round values from `low` to `high`, at most so many and as many as fit."""
    rough = (high - low) / max(1, most - 1)
    power = 10.0 ** math.floor(math.log10(rough))
    for step in (power * times for times in (1, 2, 2.5, 5, 10, 20) if times != 2.5 or power >= 10):
        first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
        if last - first < most:
            break
    return [round(place * step, 9) + 0.0 for place in range(first, last + 1)]


def reach(ends: Iterable[float | None], room: float = 0.12) -> tuple[float, float]:
    """From the lowest to the highest of some values and zero, with room at both sides."""
    known = [0.0, *(end for end in ends if end is not None)]
    pad = (max(known) - min(known) or 1.0) * room
    return min(known) - pad, max(known) + pad


def values(low: float, high: float, most: int = 6) -> Ticks:
    """Round numbers along an axis."""
    found = steps(low, high, most)
    decimals = wording.decimals_of(found)
    return tuple((step, wording.signed(step, decimals)) for step in found)


def amounts(low: float, high: float, most: int = 6) -> Ticks:
    """Round amounts along an axis: € 61.000, or in millions where they are."""
    found = steps(low, high, most)
    if max(map(abs, found), default=0.0) < 2_000_000:
        return tuple((step, wording.euro(step)) for step in found)
    return tuple(
        (
            step,
            tr("€ {miljoen} mln", miljoen=wording.natural(step / 1e6)) if step else wording.euro(0),
        )
        for step in found
    )


def of(metric: Metric, low: float, top: float) -> Ticks:
    """How the value axis is written: few ticks, with % or €."""
    match metric.soort:
        case "aandeel":
            found = [0.0, 25.0, 50.0, 75.0, 100.0] if top > 60 else steps(low, top)
            return tuple((step, f"{wording.natural(step)}%") for step in found if step <= top)
        case "bedrag":
            return amounts(low, top, 5)
        case "gemiddelde" if metric.eenheid.startswith("euro"):
            return amounts(low, top, 5)
        case _:
            return values(low, top, 5)
