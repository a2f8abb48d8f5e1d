"""Intervals of published figures that hold what rounding hides, and numbers that keep their side.

A published count stands for every count that is rounded to it. The interval of a figure is the
widest over all counts it can stand for, so that chance and rounding are both in it and nothing
but published numbers is needed. Bounds are rounded outwards, and never onto or over zero.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from pipelines.metrics.statistics import intervals
from pipelines.metrics.statistics.intervals import Interval
from pipelines.release.disclosure.numbers import range_of_rounded
from pipelines.release.disclosure.rules import MEAN_STEP

MOST_DECIMALS = 3
_SMALL = 1e-9  # what floating point may be off


@lru_cache(maxsize=65_536)
def stands_for(published: int, threshold: int, rounding: int) -> tuple[int, int]:
    """First and last count that a published count can stand for; `rounding` 1 is not rounded."""
    low, high = range_of_rounded(np.array([published]), np.array([threshold]), rounding)
    return min(int(low[0]), published), max(int(high[0]), published)


@lru_cache(maxsize=65_536)
def share(teller: int, noemer: int, threshold: int, rounding: int) -> Interval | None:
    """Wilson's interval of a share, over every pair of counts that reads like this one.

    Where a numerator is shown, the rest is nothing or at least `threshold`. None without units.

    Equation: least and most Wilson bound over every pair of counts that is published as this one
    Source: docs/bescherming.md; Wilson (1927), Journal of the American Statistical Association
        22, 209-212.
    """
    tellers, noemers = (stands_for(n, threshold, rounding) for n in (teller, noemer))
    found = [
        bounds
        for whole in range(noemers[0], noemers[1] + 1)
        for part in range(tellers[0], min(tellers[1], whole) + 1)
        if part in {0, whole} or rounding == 1 or whole - part >= threshold
        if (bounds := intervals.wilson(part, whole)) is not None
    ]
    if not found:
        return intervals.wilson(min(teller, noemer), noemer)
    return Interval(min(b.low for b in found), max(b.high for b in found))


@lru_cache(maxsize=65_536)
def rate(
    teller: int, base: float, threshold: int, rounding: int, *, within: bool
) -> Interval | None:
    """Events per unit of a base that everybody knows: Wilson where every event is one of the
    base, Garwood otherwise.

    Equation: least and most Wilson or Garwood bound over every count that is published as this
        one
    Source: docs/bescherming.md; Garwood (1936), Biometrika 28, 437-442.
    """
    least, most = stands_for(teller, threshold, rounding)
    if within and most <= base:
        low, high = intervals.wilson(least, base), intervals.wilson(most, base)
    else:
        low, high = intervals.garwood(least, base), intervals.garwood(most, base)
    return None if low is None or high is None else Interval(low.low, high.high)


def count(published: int, threshold: int, rounding: int) -> Interval | None:
    """A count as so many chance events (Garwood)."""
    return rate(published, 1.0, threshold, rounding, within=False)


def mean(total: float, units: int, persons: int, variance: float | None) -> Interval | None:
    """Student's interval of a mean of `units` over `persons`; `variance` is that of the sum.

    Never narrower than a step on either side: that all gave the same answer is not told.

    Equation: Student's interval of the exact mean, at least `MEAN_STEP` on either side
    Source: docs/bescherming.md; Student (1908), Biometrika 6, 1-25.
    """
    if variance is None or persons < 2:
        return None
    middle, error = total / units, math.sqrt(variance) / units
    found = intervals.t_mean(middle, error * math.sqrt(persons), persons)
    if found is None:
        return None
    return Interval(min(found.low, middle - MEAN_STEP), max(found.high, middle + MEAN_STEP))


def rounded(value: float, decimals: int) -> float:
    """To the nearest, halves up, and never minus zero."""
    scale = float(10**decimals)
    return math.floor(value * scale + 0.5 + _SMALL) / scale + 0.0


def outwards(interval: Interval, decimals: int) -> tuple[float, float]:
    """Bounds rounded away from each other."""
    scale = float(10**decimals)
    low = math.floor(interval.low * scale + _SMALL) / scale + 0.0
    return low, math.ceil(interval.high * scale - _SMALL) / scale + 0.0


def kept_side(value: float, interval: Interval, decimals: int) -> tuple[float, float, float]:
    """A value and its bounds with as many decimals as keep each bound on its side of zero.

    A bound that is still rounded onto zero with `MOST_DECIMALS` becomes the smallest number on its
    side. -0.38 (-0.69 to -0.08) stays that; with one decimal it would reach zero.
    """
    for digits in range(decimals, MOST_DECIMALS + 1):
        low, high = outwards(interval, digits)
        if (low > 0) == (interval.low > 0) and (high < 0) == (interval.high < 0):
            return rounded(value, digits), low, high
    least = 10.0**-MOST_DECIMALS
    low, high = outwards(interval, MOST_DECIMALS)
    low = least if interval.low > 0 >= low else low
    high = -least if interval.high < 0 <= high else high
    return rounded(value, MOST_DECIMALS), low, high
