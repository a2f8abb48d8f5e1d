"""Intervals that hold rounding, and numbers that keep their side of zero."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.metrics.count.grid import variance_of_sum
from pipelines.metrics.count.unit_records import Owners
from pipelines.metrics.statistics.intervals import Interval
from pipelines.release import bounds, unit_costs
from pipelines.release.disclosure.numbers import round_counts
from pipelines.release.disclosure.rules import rounded_mean


def published(value: int) -> int:
    return int(round_counts(np.array([value]), 5)[0])


@pytest.mark.parametrize(("threshold", "smallest"), [(5, 18), (10, 18)])
def test_a_share_is_never_far_off_without_its_interval_showing_it(
    threshold: int, smallest: int
) -> None:
    """Every pair of counts that may be shown: the truth is inside, and where the published share
    is more than three points off, the interval reaches at least as far."""
    for whole in range(smallest, 90):
        for part in range(whole + 1):
            few = 0 < part < threshold or 0 < whole - part < threshold
            if few or published(whole) < 20:
                continue
            found = bounds.share(
                min(published(part), published(whole)), published(whole), threshold, 5
            )
            assert found is not None
            truth, shown = part / whole, min(published(part), published(whole)) / published(whole)
            assert found.low <= truth <= found.high
            if abs(shown - truth) > 0.03:
                assert found.high - found.low > 2 * abs(shown - truth)


def test_the_school_of_22_shows_how_little_it_says() -> None:
    """13 of 22 is 59% and is published as 15 of 20, 75%: the interval reaches far below 53%."""
    found = bounds.share(15, 20, 5, 5)
    assert found is not None
    assert found.low < 0.40
    assert found.high > 0.89


def test_all_of_them_is_not_widened_by_what_cannot_be() -> None:
    """A rest of one to four is never shown, so 20 of 20 is everybody."""
    found = bounds.share(20, 20, 5, 5)
    assert found is not None
    assert (found.high, round(found.low, 2)) == (1.0, 0.82)


@given(st.integers(5, 400), st.integers(100, 5_000))
def test_a_rate_holds_the_truth(part: int, base: int) -> None:
    if part > base:
        return
    for within in (True, False):
        found = bounds.rate(published(part), float(base), 5, 5, within=within)
        assert found is not None
        assert found.low <= part / base <= found.high


def test_zero_is_zero() -> None:
    assert bounds.stands_for(0, 5, 5) == (0, 0)
    assert bounds.stands_for(5, 5, 5) == (5, 7)
    assert bounds.stands_for(30, 10, 5) == (28, 32)
    assert bounds.stands_for(3, 1, 1) == (3, 3)


@given(
    st.floats(-50, 50, allow_nan=False), st.floats(0, 20, allow_nan=False),
    st.floats(0, 20, allow_nan=False),
)  # fmt: skip
def test_no_bound_crosses_zero_and_no_zero_is_negative(
    value: float, down: float, up: float
) -> None:
    exact = Interval(value - down, value + up)
    shown, low, high = bounds.kept_side(value, exact, 1)
    assert (low > 0) == (exact.low > 0)
    assert (high < 0) == (exact.high < 0)
    assert "-0.0" not in {str(shown), str(low), str(high)}


def test_variance_of_a_sum_is_that_of_persons() -> None:
    """With one row each n times the sample variance; twice the same answers is no more people."""
    rng = np.random.default_rng(3)
    scores = rng.integers(1, 11, 40)
    people = np.arange(40)
    one = variance_of_sum(np.zeros(40, np.int64), Owners.of(people, 40), scores, 1)
    assert one[0] == pytest.approx(40 * scores.var(ddof=1))
    twice = variance_of_sum(
        np.zeros(80, np.int64), Owners.of(np.tile(people, 2), 40), np.tile(scores, 2), 1
    )
    assert twice[0] / 80**2 == pytest.approx(one[0] / 40**2)
    alone = variance_of_sum(np.zeros(1, np.int64), Owners.of(people[:1], 1), scores[:1], 1)
    assert np.isnan(alone[0])


def test_an_interval_of_a_mean_does_not_tell_that_all_are_alike() -> None:
    assert bounds.mean(80.0, 10, 10, 0.0) == Interval(7.9, 8.1)
    assert bounds.mean(80.0, 10, 1, 0.0) is None


@pytest.mark.parametrize(
    ("total", "units", "mean"), [(5592, 732, 7.6), (765, 100, 7.7), (76, 10, 7.6), (0, 10, 0.0)]
)
def test_a_mean_is_rounded_once(total: float, units: int, mean: float) -> None:
    assert rounded_mean(total, units) == mean


@given(st.floats(50_000, 5_000_000), st.integers(13, 3_000))
def test_a_cost_per_unit_is_no_finer_than_it_is_known(amount: float, units: int) -> None:
    found = unit_costs.of_public(amount, published(units), 10, 5)
    steps = [10.0**n for n in range(1, 7) if found.value % 10.0**n == 0]
    assert abs(found.value - amount / units) <= 1.6 * max(steps, default=10.0)
    assert found.low is None or found.high is None or found.low <= amount / units <= found.high


def test_frames_have_no_minus_zero() -> None:
    shown, low, high = bounds.kept_side(-0.04, Interval(-0.2, 0.2), 1)
    assert pl.DataFrame({"a": [shown, low, high]}).write_csv() == "a\n0.0\n-0.2\n0.2\n"
