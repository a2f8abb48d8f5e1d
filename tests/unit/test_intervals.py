"""Intervals against statsmodels, scipy and published values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from pipelines.metrics.statistics import intervals
from pipelines.metrics.statistics.intervals import Interval


@pytest.mark.parametrize(("k", "n"), [(0, 10), (1, 20), (15, 148), (81, 263), (56, 56), (5, 5)])
@pytest.mark.parametrize("level", [0.95, 0.998])
def test_wilson_equals_statsmodels(k: int, n: int, level: float) -> None:
    found = intervals.wilson(k, n, level)
    low, high = proportion_confint(k, n, alpha=1 - level, method="wilson")
    assert found is not None
    assert found.low == pytest.approx(low, abs=1e-12)
    assert found.high == pytest.approx(high, abs=1e-12)


@pytest.mark.parametrize(
    ("k", "n", "low", "high"),
    # Newcombe (1998), Statistics in Medicine 17, table I, method 3 (score, no correction).
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_as_published(k: int, n: int, low: float, high: float) -> None:
    found = intervals.wilson(k, n)
    assert found is not None
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


@pytest.mark.parametrize(
    ("events", "low", "high"),
    # Exact 95% limits of a Poisson count, as in the standard tables (Garwood, 1936).
    [(0, 0.0, 3.689), (1, 0.025, 5.572), (5, 1.623, 11.668), (10, 4.795, 18.390)],
)
def test_garwood_as_published(events: int, low: float, high: float) -> None:
    found = intervals.garwood(events)
    assert found is not None
    assert found.low == pytest.approx(low, abs=5e-4)
    assert found.high == pytest.approx(high, abs=5e-4)


@given(st.integers(1, 400), st.floats(0.5, 5000))
def test_garwood_leaves_half_of_the_error_on_either_side(events: int, exposure: float) -> None:
    found = intervals.garwood(events, exposure)
    assert found is not None
    assert stats.poisson.sf(events - 1, found.low * exposure) == pytest.approx(0.025, rel=1e-6)
    assert stats.poisson.cdf(events, found.high * exposure) == pytest.approx(0.025, rel=1e-6)


def test_t_mean_equals_scipy() -> None:
    values = [3.0, 7.5, 8.0, 4.0, 9.5, 6.0]
    mean, deviation = sum(values) / 6, float(stats.tstd(values))
    found = intervals.t_mean(mean, deviation, 6)
    low, high = stats.t.interval(0.95, 5, loc=mean, scale=stats.sem(values))
    assert found == Interval(pytest.approx(low), pytest.approx(high))


def test_what_cannot_be_known_has_no_interval() -> None:
    assert intervals.wilson(0, 0) is None
    assert intervals.garwood(3, 0) is None
    assert intervals.t_mean(7.0, 0.0, 1) is None
    assert intervals.order_statistics([], 0.5) is None
    assert intervals.order_statistics([1, 2, 3, 4, 5], 0.5) is None


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: intervals.wilson(5, 4),
        lambda: intervals.garwood(-1),
        lambda: intervals.t_mean(1.0, -1.0, 5),
        lambda: intervals.quantile([], 0.5),
    ],
)
def test_impossible_input_is_refused(wrong) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        wrong()


@pytest.mark.parametrize(
    ("n", "lower", "upper"),
    # Ranks of the 95% interval of a median, as in the standard tables for the sign test.
    [(6, 1, 6), (10, 2, 9), (15, 4, 12), (20, 6, 15), (25, 8, 18), (50, 18, 33)],
)
def test_ranks_of_a_median_as_published(n: int, lower: int, upper: int) -> None:
    assert intervals.order_statistics(range(1, n + 1), 0.5) == Interval(lower, upper)


@given(st.integers(6, 200), st.sampled_from([0.5, 0.75, 0.9]))
def test_order_statistics_cover_and_are_the_narrowest(n: int, at: float) -> None:
    found = intervals.order_statistics(range(1, n + 1), at)
    below = lambda rank: stats.binom.cdf(rank - 1, n, at)  # noqa: E731
    if found is None:
        assert below(1) > 0.025 or 1 - below(n) > 0.025
        return
    lower, upper = int(found.low), int(found.high)
    assert below(lower) <= 0.025 < below(lower + 1)
    assert 1 - below(upper) <= 0.025 + 1e-12
    assert upper == 1 or 1 - below(upper - 1) > 0.025


def test_quantile_is_the_smallest_value_that_enough_do_not_exceed() -> None:
    values = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]
    assert intervals.quantile(values, 0.5) == 5
    assert intervals.quantile(values, 0.9) == 9  # 0.9 x 10 is 9 exactly, in spite of rounding
    assert intervals.quantile(values, 0.91) == 10
    assert intervals.quantile([4], 0.5) == 4


def test_welch_equals_scipy() -> None:
    one, other = [4.0, 7.5, 6.0, 9.0, 3.5], [2.0, 2.5, 1.0, 8.0]
    found = intervals.welch(
        float(np.mean(one)), float(np.var(one, ddof=1)), len(one),
        float(np.mean(other)), float(np.var(other, ddof=1)), len(other),
    )  # fmt: skip
    wanted = stats.ttest_ind(one, other, equal_var=False).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx((wanted.low, wanted.high))
