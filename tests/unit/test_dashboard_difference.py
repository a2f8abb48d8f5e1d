"""Whether two published figures differ: intervals of differences against published ones."""

from __future__ import annotations

from typing import Any

import pytest

from dashboard.release.released import Metric
from dashboard.words import difference
from pipelines.metrics.statistics import intervals
from pipelines.release import bounds


def metric(kind: str, unit: str = "procent", width: int = 1) -> Metric:
    return Metric(
        "m", "proces", "Op tijd", "Definitie.", unit, kind, "teller", "noemer", "hoger", None, "",
        "", "", "", "1", None, klasse=width,
    )  # fmt: skip


def cell(
    value: float | None, low: float | None = None, high: float | None = None, **parts: Any
) -> dict[str, Any]:
    status = "zichtbaar" if value is not None else "afgeschermd"
    blank = {"teller": None, "noemer": None}
    return blank | {"waarde": value, "onder": low, "boven": high, "status": status} | parts


def share(part: int, whole: int) -> dict[str, Any]:
    """A cell as it is released, from counts rounded to five."""
    found = bounds.share(part, whole, 5, 5)
    assert found is not None
    low, high = bounds.outwards(type(found)(100 * found.low, 100 * found.high), 1)
    return cell(float(round(100 * part / whole)), low, high, teller=part, noemer=whole)


def count(value: int) -> dict[str, Any]:
    found = bounds.count(value, 5, 5)
    assert found is not None
    return cell(float(value), *bounds.outwards(found, 0))


def test_difference_of_shares_as_newcombe_published() -> None:
    """Newcombe (1998), table II, example (a), method 10: 56/70 less 48/80 is 0.0524 to 0.3339."""
    sides = []
    for part, whole in ((56, 70), (48, 80)):
        found = intervals.wilson(part, whole)
        assert found is not None
        ends = 100 * found.low, 100 * found.high
        sides.append(cell(100 * part / whole, *ends, teller=part, noemer=whole))
    found_bounds = difference.bounds(metric("aandeel"), sides[0], sides[1])
    assert found_bounds == pytest.approx((5.24, 33.39), abs=0.01)


def test_a_difference_can_be_sure_where_intervals_overlap() -> None:
    """59% of 3,500 to 62% of 3,500: the intervals touch, and yet it is no chance."""
    now, before = share(2_170, 3_500), share(2_065, 3_500)
    assert now["onder"] < before["boven"]
    assert difference.way(metric("aandeel"), now, before, 5) == "hoger"


def test_a_step_of_rounding_is_never_more_or_less() -> None:
    assert difference.way(metric("aandeel"), cell(60, 59.9, 60.1), cell(59, 58.9, 59.1), 5) == (
        "ongeveer"
    )
    means = cell(7.7, 7.69, 7.71), cell(7.6, 7.59, 7.61)
    assert difference.way(metric("gemiddelde", "punten"), *means, 5) == "ongeveer"
    days = cell(8.5, 8.4, 8.6), cell(6.5, 6.4, 6.6)
    assert difference.way(metric("mediaan", "dagen", 2), *days, 5) == "ongeveer"
    assert difference.way(metric("aantal"), cell(20), cell(15), 5) == "ongeveer"


@pytest.mark.parametrize(
    ("now", "before", "way"),
    [
        (count(25), count(15), "onzeker"),  # within chance
        (count(15), count(60), "minder"),
        (count(1_345), count(575), "meer"),
        (cell(172_000.0), cell(90_000.0), "open"),
        (cell(40.0), cell(40.0), "gelijk"),
        (cell(None), count(15), ""),
    ],
)
def test_counts_are_more_or_less_only_beyond_chance(now: Any, before: Any, way: str) -> None:
    assert difference.way(metric("aantal"), now, before, 5) == way


def test_other_coverage_is_not_compared() -> None:
    now, before = (count(n) | {"dekking_kenmerk": mark} for n, mark in ((1_345, "a"), (575, "b")))
    assert difference.way(metric("aantal"), now, before, 5) == "anders"
    assert difference.way(metric("aantal"), now, before | {"dekking_kenmerk": "a"}, 5) == "meer"
    unknown = {"dekking_kenmerk": "onbekend"}
    assert difference.way(metric("aantal"), now | unknown, before | unknown, 5) == "anders"


def test_two_equal_rates_of_referrals_seldom_differ() -> None:
    """Of pairs of counts with one and the same expectation few are called more or less."""
    import numpy as np

    rng = np.random.default_rng(11)
    told = 0
    for expected in (12.0, 30.0, 80.0, 250.0):
        for one, other in rng.poisson(expected, (150, 2)).tolist():
            both = [count(5 * round(n / 5)) for n in (one, other)]
            told += difference.way(metric("aantal"), *both, 5) in difference.DIRECTIONS
    assert told / 600 <= 0.05
