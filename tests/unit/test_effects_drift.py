"""The drift of two groups before the start, and what is left of a result when it goes on."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from pipelines.effects.designs.apart import before_the_start, groups_apart
from pipelines.effects.effect import Window
from pipelines.effects.estimators.drift import (
    Course,
    apart_by,
    beyond_drift,
    breakdown,
    course_of,
    poisson_rates,
    pre_trend,
)
from tests.pilots import Pilot, drift_of, simulate

WINDOW = Window(tijdens=24)
LARGE = Pilot(schools=40, pupils=(50, 60), habits=0.02, season=0.0)


def _course(pilot: Pilot, seed: int = 1) -> Course:
    found = course_of(simulate(pilot, seed).summary, WINDOW)
    assert found is not None
    return found


def test_a_drift_before_the_start_is_seen_and_measured() -> None:
    calm, apart = _course(LARGE), _course(replace(LARGE, drift=drift_of(-0.15)))
    same, moved = pre_trend(calm), pre_trend(apart)
    assert same is not None
    assert moved is not None
    assert same.holds
    assert same.periods == 4
    assert not moved.holds
    assert math.exp(moved.slope) - 1 == pytest.approx(-0.15, abs=0.03)
    assert same.detectable is not None
    assert 0.02 < same.detectable < 0.10


def test_what_is_left_of_a_drift_is_nothing_and_of_an_effect_the_effect() -> None:
    drifting = beyond_drift(_course(replace(LARGE, drift=drift_of(-0.15))))
    works = beyond_drift(_course(replace(LARGE, ratio=0.4, drift=drift_of(-0.15))))
    assert drifting is not None
    assert works is not None
    assert abs(drifting.value) < 2.5 * drifting.error
    assert works.p < 0.01
    assert math.exp(works.value) == pytest.approx(0.4, abs=0.08)


def test_the_fit_is_that_of_a_reference() -> None:
    course = _course(Pilot())
    total, weight = course.total.sum(0), course.weight.sum(0)
    own = course.participant.astype(float)
    periods = (course.time[:, None] == np.unique(course.time)[None, :]).astype(float)
    design = np.column_stack([periods, own, own * course.time])
    found = poisson_rates(total, weight, design)
    assert found is not None
    reference = sm.GLM(total, design, family=sm.families.Poisson(), exposure=weight).fit(tol=1e-12)
    assert found == pytest.approx(np.exp(design @ reference.params), rel=1e-8)


def test_what_cannot_be_tested_is_none() -> None:
    course = _course(Pilot())
    assert pre_trend(course.kept(course.time > -1)) is None
    assert pre_trend(replace(course, total=course.total * course.participant)) is None
    assert beyond_drift(course.kept(~course.after)) is None
    alone = simulate(Pilot(), 1).summary.filter(pl.col("groep") == "zis")
    assert course_of(alone, WINDOW) is None


def test_a_period_of_one_school_is_counted_with_the_next() -> None:
    summary = simulate(Pilot(), 1).summary
    first = (pl.col("division") == "periode") & (pl.col("index") == -4)
    one = summary.filter(~first | (pl.col("school") == "s00") | (pl.col("school") > "s05"))
    whole, pooled = course_of(summary, WINDOW), course_of(one, WINDOW)
    assert whole is not None
    assert pooled is not None
    assert len(np.unique(whole.time)) == 5
    assert len(np.unique(pooled.time)) == 4
    assert (
        pooled.total.sum()
        == one.filter((pl.col("division") == "periode") & (pl.col("index") < 2))["total"].sum()
    )


def test_the_drift_that_undoes_a_conclusion() -> None:
    # Four half-years of 10% less each make 0.6561 of nothing.
    assert breakdown((0.4, 0.9**4), 4) == pytest.approx(0.10)
    assert breakdown((1 / 0.9**4, 3.0), 4) == pytest.approx(0.10)
    assert breakdown((0.7, 1.1), 4) is None
    assert apart_by(simulate(Pilot(leave=0.0), 1).summary, WINDOW) == pytest.approx(4)


def test_a_drift_that_is_not_seen_is_not_called_equal() -> None:
    summary = simulate(LARGE, 1).summary
    apart = groups_apart(summary, WINDOW, (0.4, 0.9**4), -0.01, {})
    told = before_the_start(apart.trend)
    assert "niet aantoonbaar verschillend" in told
    assert "vier van de vijf" in told
    assert "gelijk" not in told
    assert apart.told("lager") == (
        "De conclusie houdt stand zolang de groepen per half jaar niet meer dan"
        f" {math.floor(100 * (apart.breakdown or 0))}% uiteen liepen."
    )
    assert apart.told("onduidelijk") == ""
    assert "fragile" in apart.faults
