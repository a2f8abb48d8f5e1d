"""Kaplan-Meier bounds of a quantile, beside statsmodels' curve and its standard errors."""

from __future__ import annotations

import math
import random
from fractions import Fraction

import numpy as np
import polars as pl
import pytest
from scipy import stats
from statsmodels.duration.survfunc import SurvfuncRight

from pipelines.metrics.statistics.quantiles import kaplan_meier, kaplan_meier_bounds, read


def frame(cases: list[tuple[int, bool]]) -> pl.DataFrame:
    return (
        pl.DataFrame(cases, schema={"_waarde": pl.Int64, "_open": pl.Boolean}, orient="row")
        .group_by("_waarde", "_open")
        .agg(n=pl.len())
    )


def by_statsmodels(cases: list[tuple[int, bool]], at: float) -> tuple[float | None, float | None]:
    """First values at which the log(-log) bounds of the published curve reach the share."""
    days, running = zip(*cases, strict=True)
    curve = SurvfuncRight(np.array(days, float), 1 - np.array(running, int))
    z = stats.norm.ppf(0.975)
    found: list[float | None] = []
    for sign in (1, -1):
        reached = None
        for day, left, error in zip(
            curve.surv_times, curve.surv_prob, curve.surv_prob_se, strict=True
        ):
            bound = left
            if 0 < left < 1:
                bound = left ** math.exp(sign * z * error / (left * abs(math.log(left))))
            if bound <= 1 - at + 1e-12:
                reached = float(day)
                break
        found.append(reached)
    return found[0], found[1]


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("at", [0.5, 0.9])
def test_bounds_follow_the_curve_and_its_errors(seed: int, at: float) -> None:
    chance = random.Random(seed)
    cases = [(chance.randrange(1, 40), chance.random() < 0.25) for _n in range(60)]
    low, high = by_statsmodels(cases, at)
    bounds = kaplan_meier_bounds(frame(cases), at)
    if low is None or high is None:
        assert bounds is None
        return
    assert bounds is not None
    assert (bounds.low, bounds.high) == (low, high)
    value = kaplan_meier(frame(cases), at)
    assert value is not None
    assert bounds.low <= value <= bounds.high


def test_no_upper_bound_is_no_interval() -> None:
    cases = [(5, False)] * 6 + [(9, True)] * 6
    assert read(frame(cases), 0.5) == (5.0, None, None)


def test_without_open_cases_order_statistics_hold() -> None:
    """Of 1 to 20 the median is 10, between the 6th and the 15th."""
    assert read(frame([(n, False) for n in range(1, 21)]), 0.5) == (10.0, 6.0, 15.0)


@pytest.mark.parametrize(
    ("days", "median"),
    [([1, 2, 3, 4], 2.0), ([8, 9, 15, 23, 24, 26], 15.0), ([5] * 5 + [9] * 5, 5)],
)
def test_exactly_a_half_is_reached_whatever_the_last_bit_says(
    days: list[int], median: float
) -> None:
    assert kaplan_meier(frame([(day, False) for day in days]), 0.5) == median


@pytest.mark.parametrize("seed", range(6))
def test_the_median_is_that_of_exact_fractions(seed: int) -> None:
    """Libraries let rounding decide where exactly a half is left (findings/)."""
    chance = random.Random(seed)
    for _ in range(25):
        cases = [
            (chance.randint(1, 30), chance.random() < 0.2) for _n in range(chance.randint(6, 14))
        ]
        left, expected = Fraction(1), None
        for day in sorted({day for day, _ in cases}):
            at_risk = sum(other >= day for other, _ in cases)
            ended = sum(other == day and not running for other, running in cases)
            left *= Fraction(at_risk - ended, at_risk)
            if ended and left <= Fraction(1, 2):
                expected = float(day)
                break
        assert kaplan_meier(frame(cases), 0.5) == expected
