"""Made-up pilots, one scenario at a time: what does the product call them?

`make test` takes a share; `make simulate` takes PILOTS (default 500) pilots per scenario. The
allowed shares widen with fewer pilots, by two standard errors of a binomial share.
"""

from __future__ import annotations

import math
import os
from collections import Counter
from dataclasses import dataclass, replace
from functools import cache

import pytest

from pipelines import contracts
from pipelines.effects.catalogue.medium_term import ZIS_M3
from pipelines.effects.designs.months import _panel
from pipelines.effects.designs.rates import compared
from pipelines.effects.designs.rows import Given
from pipelines.effects.effect import Minimum, Window
from pipelines.effects.estimators.drift import HALF_YEAR
from pipelines.effects.estimators.staggered import lead_trend
from pipelines.effects.verdicts import settled
from tests.pilots import SCENARIOS, Pilot, pilots, with_schools

ASKED = int(os.environ.get("ZICHTLIJN_PILOTS", "0"))
PILOTS = ASKED or 30
# In a share one size does; `make simulate` takes them all.
SIZES = (8, 12, 20) if ASKED else (12,)
GIVEN = Given({}, frozenset(), contracts.load().parameters)
EFFECT = replace(ZIS_M3, window=Window(tijdens=24), minimum=Minimum())
WORKS = Pilot(ratio=0.4)


@dataclass(frozen=True)
class Called:
    """Shares of the pilots: level, truth in the interval, found, and pre-trend rejected."""

    levels: Counter[str]
    covered: float
    found: float
    apart: float

    @property
    def good(self) -> float:
        return self.levels["goede aanwijzingen"] / PILOTS


@cache
def called(pilot: Pilot) -> Called:
    """What the product makes of every pilot, tested on its own."""
    levels: Counter[str] = Counter()
    covered = found = apart = 0
    for made in pilots(pilot, PILOTS):
        (row,) = settled(
            [replace(compared(GIVEN, EFFECT, ZIS_M3.outcomes[0], "VV", made.summary), leading=True)]
        )
        result = row.result
        if result is None:
            levels["geen"] += 1
            continue
        assert result.p is not None
        levels[result.evidence] += 1
        scale = ZIS_M3.outcomes[0].scale
        low, high = result.interval
        covered += low <= made.truth * scale <= high
        found += result.p < 0.05
        apart += result.pre_trend is not None and not result.pre_trend.holds
    assert levels["geen"] <= 0.05 * PILOTS
    return Called(levels, covered / PILOTS, found / PILOTS, apart / PILOTS)


def _within(share: float, low: float, high: float, nominal: float) -> bool:
    """Is it in the allowed range, widened by two standard errors of so many pilots?"""
    slack = 0 if PILOTS >= 500 else 2 * math.sqrt(nominal * (1 - nominal) / PILOTS)
    return low - slack <= share <= high + slack


@pytest.mark.parametrize("schools", SIZES)
@pytest.mark.parametrize("scenario", ["parallel", "february"])
def test_where_the_design_holds_nothing_is_made_of_nothing(scenario: str, schools: int) -> None:
    found = called(with_schools(SCENARIOS[scenario], schools))
    assert _within(found.covered, 0.93, 0.97, 0.05), found
    assert _within(found.found, 0.03, 0.07, 0.05), found
    assert _within(found.apart, 0.08, 0.12, 0.10), found
    assert _within(found.good, 0.0, 0.05, 0.05), found


@pytest.mark.parametrize("schools", SIZES)
@pytest.mark.parametrize("scenario", [name for name in SCENARIOS if name.startswith("drift")])
def test_groups_that_drift_apart_give_no_good_signs(scenario: str, schools: int) -> None:
    found = called(with_schools(SCENARIOS[scenario], schools))
    assert _within(found.good, 0.0, 0.05, 0.05), found


@pytest.mark.parametrize("scenario", ["selection", "informative_leaving"])
def test_selection_and_leaving_give_no_good_signs(scenario: str) -> None:
    found = called(SCENARIOS[scenario])
    assert _within(found.good, 0.0, 0.05, 0.05), found


def test_a_large_effect_still_gets_good_signs() -> None:
    found = called(WORKS)
    assert _within(found.good, 0.5, 1.0, 0.5), found
    assert _within(found.covered, 0.93, 0.99, 0.05), found


@pytest.mark.parametrize("scenario", ["anticipation", "spillover"])
def test_an_effect_that_shows_early_or_elsewhere_is_never_made_larger(scenario: str) -> None:
    """Both make what is found smaller than what is so."""
    calm, other = called(Pilot(ratio=0.7)), called(SCENARIOS[scenario])
    assert other.found <= calm.found + 2 * math.sqrt(0.25 / PILOTS)


@pytest.mark.parametrize("schools", SIZES)
@pytest.mark.parametrize("spread", [12, 24])
def test_with_staggered_starts_the_test_before_the_start_keeps_its_level(
    schools: int, spread: int
) -> None:
    # 500 pilots tell such a share only to two and a half points, 3,000 to one; and 60 to eight.
    count = 6 * PILOTS if PILOTS >= 500 else max(PILOTS, 60)
    rejected = made = 0
    for pilot in pilots(Pilot(schools=schools, spread=spread), count):
        tested = lead_trend(_panel(pilot.monthly, 6), 6 / HALF_YEAR)
        if tested is not None:
            made += 1
            rejected += not tested.holds
    assert made > 0.95 * count
    assert _within(rejected / made, 0.08, 0.12, 0.10), rejected / made
