"""What a pilot is said to find beforehand, beside what the estimators find in simulated pilots.

`make test` takes a share; `make simulate` takes PILOTS (default 500) pilots per design.
"""

from __future__ import annotations

import math
import os
from contextlib import suppress
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from pipelines.effects.designs.arms import cells_of
from pipelines.effects.estimators.estimate import CannotEstimate, compare_rates
from pipelines.effects.estimators.means import Means, mean_difference
from pipelines.effects.pilots.power import (
    MOST_SCHOOLS,
    Baseline,
    PilotLayout,
    compared_with,
    months_seen,
    power,
    schools_needed,
    smallest_effect,
)
from pipelines.effects.pilots.variation import base_of_counts, base_of_means
from tests.pilots import Pilot, pilots

PILOTS = int(os.environ.get("ZICHTLIJN_PILOTS", "0"))
_ARMS = ("vergelijking", "zis")
# Schools, pupils, months, events, effect: unequal and equal, busy and quiet, short and long.
DESIGNS = (
    (Pilot(schools=10, ratio=0.5), True),
    (Pilot(schools=10, ratio=0.6), True),
    (Pilot(schools=12, ratio=0.55), True),
    (Pilot(schools=12, ratio=0.65), True),
    (Pilot(schools=12, pupils=(10, 20), ratio=0.5), True),
    (Pilot(schools=12, base=0.02, ratio=0.5), True),
    (Pilot(schools=16, ratio=0.6), True),
    (Pilot(schools=16, ratio=0.7), True),
    (Pilot(schools=16, pupils=(15, 30), habits=0.3, ratio=0.6), True),
    (Pilot(schools=16, after=12, ratio=0.6), True),
    (Pilot(schools=20, ratio=0.65), True),
    (Pilot(schools=20, ratio=0.75), True),
    (Pilot(schools=20, before=12, after=12, ratio=0.65), True),
    (Pilot(schools=20, habits=0.4, ratio=0.65), True),
    (Pilot(schools=24, base=0.03, ratio=0.7), True),
    (Pilot(schools=24, pupils=(5, 15), ratio=0.7), True),
    (Pilot(schools=32, ratio=0.75), True),
    (Pilot(schools=40, pupils=(8, 24), base=0.03, ratio=0.75), True),
    (Pilot(schools=12, ratio=0.65), False),
    (Pilot(schools=20, ratio=0.75), False),
    (Pilot(schools=12, ratio=1.6), True),
    (Pilot(schools=20, ratio=1.35), True),
)
SHARE_IN_CI = (3, 10, 19)


def truth(pilot: Pilot, *, compared: bool) -> tuple[Baseline, PilotLayout]:
    """What is true of the schools of `tests.pilots`, in the terms of `planning`."""
    low, high = pilot.pupils
    mean = (low + high) / 2
    stays = pilot.leave * (6 + pilot.after - 1) / 2 + (1 - pilot.leave) * pilot.after
    halves = 1 / (pilot.before / 6) + 1 / (pilot.after / 6)
    # Rates fall by 0.4% a month for everyone, from the first month that a school can start in.
    # Without a comparison that counts as an effect.
    middle = math.exp(-0.004 * (pilot.start + pilot.spread / 2 + (pilot.after - pilot.before) / 4))
    base = Baseline(
        kind="aantal",
        level=pilot.base * middle,
        dispersion=1.0,
        school_change=pilot.habits * math.sqrt(halves),
        school_level=pilot.level,
        pupil_level=1 / math.sqrt(pilot.frailty),
        unequal=math.sqrt(((high - low + 1) ** 2 - 1) / 12) / mean,
    )
    half = pilot.schools // 2
    return base, PilotLayout(
        schools=half, comparison=half if compared else 0, pupils=mean,
        before=pilot.before, during=stays,
    )  # fmt: skip


def found_share(pilot: Pilot, count: int, *, compared: bool, guard: int = 0) -> float:
    """`guard`: months on either side of the start that are left out."""
    found = 0
    arms = _ARMS if compared else ("zis",)
    for seed, made in enumerate(pilots(pilot, count)):
        phases = made.summary.filter(pl.col("division") == "fase")
        if guard:
            since = pl.col("index") - pl.col("start_month")
            phases = (
                made.monthly.filter((since < -guard) | (since >= guard))
                .group_by("school", "groep", (since >= 0).cast(pl.Int64).alias("phase"))
                .agg(pl.col("months", "total").sum())
                .rename({"phase": "index"})
            )
        with suppress(CannotEstimate):  # too few events to say anything is nothing found
            found += compare_rates(cells_of(phases, arms), seed=seed, draws=399).difference.p < 0.05
    return found / count


@pytest.mark.parametrize("number", range(len(DESIGNS)) if PILOTS else SHARE_IN_CI)
def test_predicted_power_is_what_simulated_pilots_find(number: int) -> None:
    pilot, compared = DESIGNS[number]
    # 500 pilots tell a share to four and a half points, so that of 22 one is off by chance.
    count = 3 * PILOTS or 80
    base, layout = truth(pilot, compared=compared)
    falls = 1 - pilot.ratio
    if not compared:
        falls = 1 - pilot.ratio * math.exp(-0.004 * (pilot.before + pilot.after) / 2)
    said = power(base, layout, falls)
    share = found_share(pilot, count, compared=compared)
    slack = 0.0 if count >= 500 else 2 * math.sqrt(0.2 / count)
    assert abs(share - said) <= 0.05 + slack, (said, share)


def test_predicted_power_without_the_months_around_the_start() -> None:
    """A year after the start of which half is left out, of few events: that is felt."""
    pilot, count = Pilot(schools=20, base=0.02, before=12, after=12, ratio=0.5), PILOTS or 100
    base, layout = truth(pilot, compared=True)
    # Of the two half-years on either side one is left, in which a school has its own way.
    base = replace(base, school_change=pilot.habits * math.sqrt(2))
    whole, said = power(base, layout, 0.5), power(base, replace(layout, guard=6), 0.5)
    assert said < whole - 0.10
    share = found_share(pilot, count, compared=True, guard=6)
    slack = 0.0 if count >= 500 else 2 * math.sqrt(0.2 / count)
    assert abs(share - said) <= 0.05 + slack, (said, share)
    assert smallest_effect(base, replace(layout, guard=12)) is None


@pytest.mark.parametrize(("schools", "effect"), [(6, 0.9), (10, 0.6), (16, 0.5)])
def test_predicted_power_of_means(schools: int, effect: float) -> None:
    base = Baseline(kind="gemiddelde", level=6, dispersion=1.4**2, school_change=0.3)
    layout = PilotLayout(schools=schools, comparison=schools, pupils=15, before=1, during=1)
    count, found = PILOTS or 200, 0
    for seed in range(count):
        rng = np.random.default_rng([seed, schools, 9])
        total, weight = np.zeros((2 * schools, 2)), np.zeros((2 * schools, 2))
        for school in range(2 * schools):
            arm = int(school < schools)
            values = rng.normal(rng.normal(effect * arm, 0.3), 1.4, 15)
            total[school, arm], weight[school, arm] = values.sum(), 15
        found += mean_difference(Means(total, weight), seed=seed, draws=399).p < 0.05
    slack = 0.0 if count >= 500 else 2 * math.sqrt(0.2 / count)
    assert abs(found / count - power(base, layout, effect)) <= 0.05 + slack


BASE = Baseline(kind="aantal", level=0.06, dispersion=1.0, school_change=0.1, unequal=0.3)
LAYOUT = PilotLayout(schools=10, comparison=10, pupils=25, before=24, during=24)


def test_the_smallest_effect_is_found_four_times_out_of_five() -> None:
    for base in (BASE, Baseline(kind="gemiddelde", level=6, dispersion=2.0, school_change=0.2)):
        found = smallest_effect(base, LAYOUT)
        assert found is not None
        assert power(base, LAYOUT, found) == pytest.approx(0.80, abs=1e-4)


def test_schools_needed_are_just_enough() -> None:
    needed = schools_needed(BASE, LAYOUT, 0.25)
    assert needed is not None
    assert needed > 5

    def chance(n: int) -> float:
        return power(BASE, replace(LAYOUT, schools=n, comparison=n), 0.25)

    assert chance(needed) >= 0.80 > chance(needed - 1)
    assert schools_needed(BASE, LAYOUT, 0.001) is None
    assert schools_needed(BASE, LAYOUT, 0.9) == 5
    # A school with the programme for every two without: the smaller arm decides what is too few.
    fewer = schools_needed(BASE, replace(LAYOUT, comparison=5), 0.9)
    assert fewer is not None
    assert round(fewer / 2) >= 5
    assert fewer <= MOST_SCHOOLS


def test_what_should_become_more_can_be_planned() -> None:
    found = smallest_effect(BASE, LAYOUT, rise=True)
    assert found is not None
    assert power(BASE, LAYOUT, -found) == pytest.approx(0.80, abs=1e-4)
    needed = schools_needed(BASE, LAYOUT, 0.25, rise=True)
    assert needed is not None
    enough = replace(LAYOUT, schools=needed, comparison=needed)
    assert power(BASE, enough, -0.25) >= 0.80
    fewer = replace(LAYOUT, schools=needed - 1, comparison=needed - 1)
    assert power(BASE, fewer, -0.25) < 0.80
    means = Baseline(kind="gemiddelde", level=6, dispersion=2.0, school_change=0.2)
    assert smallest_effect(means, LAYOUT, rise=True) == smallest_effect(means, LAYOUT)


def test_a_comparison_group_never_appears_or_vanishes_by_rounding() -> None:
    one = replace(LAYOUT, comparison=1)
    assert [compared_with(one, n) for n in (1, 5, 30)] == [1, 1, 3]
    assert compared_with(replace(LAYOUT, comparison=0), 30) == 0
    assert smallest_effect(BASE, one) is None
    assert schools_needed(BASE, one, 0.9) == 50


def test_more_of_anything_finds_more() -> None:
    usual = power(BASE, LAYOUT, 0.2)
    for more in (
        {"schools": 20},
        {"comparison": 20},
        {"pupils": 50},
        {"before": 36},
        {"during": 36},
    ):
        assert power(BASE, replace(LAYOUT, **more), 0.2) > usual, more
    for worse in ({"dispersion": 3.0}, {"school_change": 0.4}, {"unequal": 1.0}, {"leaving": 0.5}):
        assert power(replace(BASE, **worse), LAYOUT, 0.2) < usual, worse


def test_with_too_few_schools_nothing_is_said() -> None:
    assert smallest_effect(BASE, replace(LAYOUT, schools=4)) is None
    assert smallest_effect(BASE, replace(LAYOUT, comparison=4)) is None
    assert smallest_effect(BASE, replace(LAYOUT, comparison=0)) is not None


def test_months_seen_are_fewer_where_pupils_leave() -> None:
    assert months_seen(24, 0) == 24
    # A half of them leaves in a year: the mean of 0.5 ** (months / 12) over two years.
    assert months_seen(24, 0.5) == pytest.approx(24 * 0.75 / (2 * math.log(2)), rel=1e-6)


def _moments(base: Baseline, schools: int, pupils: int, months: float, seed: int) -> pl.DataFrame:
    """As `pilot_moments.moments_of_counts`, of made-up pupils who vary as `base` says."""
    rng = np.random.default_rng(seed)
    rows = []
    for school in range(schools):
        level = rng.gamma(1 / base.school_level**2, base.school_level**2)
        own = rng.gamma(1 / base.pupil_level**2, base.pupil_level**2, pupils)
        w, big_w = np.full(pupils, months), rng.uniform(6, months, pupils)
        rate = base.level * level * own
        change = math.exp(rng.normal(0, base.school_change)) * (0.7 if school % 2 else 1.0)
        # Things that come two at a time: the variance is twice that of a Poisson count.
        size = base.dispersion
        y = size * rng.poisson(rate * w / size).astype(float)
        big_y = size * rng.poisson(rate * change * big_w / size).astype(float)
        k = big_w / w
        rows.append(
            {
                "school": f"s{school:03d}", "groep": "zis" if school % 2 else "vergelijking",
                "pupils": pupils, "left": round(pupils * (1 - math.exp(-big_w.mean() / 12 * 0.2))),
                "w": w.sum(), "big_w": big_w.sum(), "ww": (w**2).sum(),
                "y": y.sum(), "big_y": big_y.sum(), "yy": (y**2).sum(), "wy": (w * y).sum(),
                "ky": (k * y).sum(), "kky": (k * k * y).sum(), "kyky": ((k * y) ** 2).sum(),
                "kyy": (k * y * big_y).sum(), "big_yy": (big_y**2).sum(),
            }
        )  # fmt: skip
    return pl.DataFrame(rows)


def test_a_register_tells_how_pupils_and_schools_vary() -> None:
    true = Baseline(
        kind="aantal", level=0.2, dispersion=2.0, school_change=0.2, school_level=0.3,
        pupil_level=0.7,
    )  # fmt: skip
    found = base_of_counts(_moments(true, schools=1000, pupils=30, months=24, seed=1))
    assert found.level == pytest.approx(true.level, rel=0.03)
    assert found.dispersion == pytest.approx(true.dispersion, rel=0.05)
    assert found.school_change == pytest.approx(true.school_change, rel=0.15)
    assert found.school_level == pytest.approx(true.school_level, rel=0.10)
    assert found.pupil_level == pytest.approx(true.pupil_level, rel=0.10)
    assert found.leaving == pytest.approx(1 - math.exp(-0.2), abs=0.04)
    assert found.unequal == 0


def test_a_register_tells_how_scores_vary() -> None:
    rng = np.random.default_rng(3)
    rows = []
    for school in range(600):
        n = int(rng.integers(5, 30))
        values = rng.normal(rng.normal(-0.5, 0.4), 1.5, n)
        arm = "zis" if school % 2 else "vergelijking"
        rows.append((f"s{school}", arm, n, values.sum(), (values**2).sum(), 6.0 * n))
    columns = ["school", "groep", "pupils", "total", "squares", "before"]
    found = base_of_means(pl.DataFrame(rows, schema=columns, orient="row"), changes=True)
    assert found.level == pytest.approx(6.0)
    assert found.dispersion == pytest.approx(1.5**2, rel=0.05)
    assert found.school_change == pytest.approx(0.4, rel=0.15)
