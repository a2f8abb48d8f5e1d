"""Medians and p90 from counts per value, with open cases by Kaplan-Meier.

With open cases it is the first value by which at least the share `at` has ended, and none when the
last known case is short of that share.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import polars as pl

from pipelines.metrics.statistics import intervals

NAMES = {0.5: "mediaan", 0.9: "p90"}


def read(per_value: pl.DataFrame, at: float) -> tuple[float | None, float | None, float | None]:
    """Quantile and its 95% bounds: by order statistics, with open cases from the curve.

    per_value: _waarde, _open (still running at that value), n.
    """
    if per_value["_open"].any():
        reached, around = kaplan_meier(per_value, at), kaplan_meier_bounds(per_value, at)
        return (reached, around.low, around.high) if around else (reached, None, None)
    counted = sorted(zip(per_value["_waarde"], per_value["n"], strict=True))
    values = [float(value) for value, n in counted for _ in range(n)]
    bounds = intervals.order_statistics(values, at)
    value = intervals.quantile(values, at)
    return (value, bounds.low, bounds.high) if bounds else (value, None, None)


def kaplan_meier(per_value: pl.DataFrame, at: float) -> float | None:
    """First value by which the estimated share that has ended reaches `at`; None if it never does.

    per_value: _waarde, _open (still running at that value), n. Cases that stop being observed at
    the very value at which others end are taken to have lasted longer, as is usual.

    Equation: S(t) = product over values up to t of (1 - ended / at risk); first t with 1 - S(t)
        >= at
    Source: Kaplan and Meier (1958), Journal of the American Statistical Association 53, 457-481.
    """
    return _first_at(((value, left) for value, left, _spread in _curve(per_value)), at)


def kaplan_meier_bounds(per_value: pl.DataFrame, at: float) -> intervals.Interval | None:
    """95% bounds of that quantile (Brookmeyer and Crowley, 1982), None where there is no upper one.

    The values at which the bounds of the curve itself reach `at`, by Greenwood's variance on the
    log(-log) scale, so that they stay between 0 and 1.

    Equation: S^exp(-+ z sqrt(sum ended / (at risk (at risk - ended))) / |log S|)
    Source: Brookmeyer and Crowley (1982), Biometrics 38, 29-41; log(-log) scale: Kalbfleisch and
        Prentice (2002), section 1.4.
    """
    low: list[tuple[float, float]] = []
    high: list[tuple[float, float]] = []
    for value, left, spread in _curve(per_value):
        if left <= 0 or left >= 1:
            low.append((value, left))
            high.append((value, left))
            continue
        factor = math.exp(intervals.two_sided_z() * math.sqrt(spread) / abs(math.log(left)))
        low.append((value, left**factor))
        high.append((value, left ** (1 / factor)))
    first, last = _first_at(low, at), _first_at(high, at)
    return None if first is None or last is None else intervals.Interval(first, last)


def _first_at(curve: Iterable[tuple[float, float]], at: float) -> float | None:
    return next((value for value, left in curve if 1 - left >= at - 1e-12), None)


def _curve(per_value: pl.DataFrame) -> Iterator[tuple[float, float, float]]:
    """Per value at which cases end: the share still running after it, and Greenwood's sum."""
    at_risk = int(per_value["n"].sum())
    running, spread = 1.0, 0.0
    by_value = (
        per_value.group_by("_waarde")
        .agg(
            ended=pl.col("n").filter(~pl.col("_open")).sum(),
            left=pl.col("n").sum(),
        )
        .sort("_waarde")
    )
    for value, ended, left in by_value.iter_rows():
        if ended:
            running *= 1 - ended / at_risk
            spread += ended / (at_risk * (at_risk - ended)) if ended < at_risk else 0.0
            yield float(value), running, spread
        at_risk -= left
