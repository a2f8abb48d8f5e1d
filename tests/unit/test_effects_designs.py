"""Designs beside before/after and difference-in-differences, held against direct fits on rows."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest
import statsmodels.api as sm

from pipelines.effects.designs.checks import dip_before_start, single_schools_sentence
from pipelines.effects.estimators.estimate import CannotEstimate, t_estimate
from pipelines.effects.estimators.interrupted import Months, design_matrix, interrupted_series
from pipelines.effects.estimators.means import Means, mean_alone, mean_difference
from pipelines.effects.estimators.staggered import (
    NEVER,
    Panel,
    average_effect,
    event_study,
    lead_trend,
)

# --- means -------------------------------------------------------------------------------------


def _pupils(schools: int, difference: float, seed: int = 3):
    """One row per pupil: school, arm, value; half of the schools take part."""
    rng = np.random.default_rng(seed)
    size = rng.integers(8, 30, schools)
    school = np.repeat(np.arange(schools), size)
    arm = (school >= schools // 2).astype(float)
    value = 5 + rng.normal(0, 0.4, schools)[school] + difference * arm
    return school, arm, value + rng.normal(0, 1.5, len(school))


def _means(school, arm, value) -> Means:
    shape = (school.max() + 1, 2)
    total, weight = np.zeros(shape), np.zeros(shape)
    np.add.at(total, (school, arm.astype(int)), value)
    np.add.at(weight, (school, arm.astype(int)), 1)
    return Means(total, weight)


def test_difference_of_means_equals_least_squares_on_pupils() -> None:
    school, arm, value = _pupils(40, 0.7)
    fit = sm.OLS(value, sm.add_constant(arm)).fit(
        cov_type="cluster", cov_kwds={"groups": school, "use_correction": False}
    )
    expected = t_estimate(float(fit.params[1]), float(fit.bse[1]) * np.sqrt(40 / 39), 39)
    found = mean_difference(_means(school, arm, value))
    assert found.value == pytest.approx(expected.value, rel=1e-9)
    assert found.standard_error == pytest.approx(expected.standard_error, rel=1e-9)
    assert found.interval == pytest.approx(expected.interval, rel=1e-9)
    assert found.p == pytest.approx(expected.p, rel=1e-6)


def test_few_schools_are_bootstrapped_and_the_interval_says_what_p_says() -> None:
    for seed in range(8):
        found = mean_difference(_means(*_pupils(10, 0.6, seed)))
        assert found.degrees is None
        assert (found.p <= 0.05) == (found.interval[0] > 0 or found.interval[1] < 0)


def test_own_change_is_compared_with_zero() -> None:
    school, _, value = _pupils(40, 0.0)
    total, weight = np.zeros((40, 1)), np.zeros((40, 1))
    np.add.at(total[:, 0], school, value)
    np.add.at(weight[:, 0], school, 1)
    alone = mean_alone(Means(total, weight))
    assert alone.value == pytest.approx(value.mean())
    assert mean_difference(Means(total, weight)).value == pytest.approx(value.mean())


def test_one_school_or_an_empty_arm_carries_nothing() -> None:
    with pytest.raises(CannotEstimate):
        Means(np.ones((1, 2)), np.ones((1, 2)))
    with pytest.raises(CannotEstimate):
        Means(np.ones((3, 2)), np.array([[1.0, 0], [1, 0], [1, 0]]))
    with pytest.raises(CannotEstimate):
        mean_difference(Means(np.ones((4, 1)), np.ones((4, 1))))


# --- interrupted time series -------------------------------------------------------------------


def _series(schools: int = 12, step: float = -0.4, slope: float = 0.0, seed: int = 5):
    """One row per pupil and month; the sums per school and month are made from them."""
    rng = np.random.default_rng(seed)
    pupil_school = np.repeat(np.arange(schools), 14)
    month = np.arange(619, 667)
    start = np.where(np.arange(schools) % 3 == 0, 649, 643)
    school, when = np.meshgrid(pupil_school, month, indexing="ij")
    begin = start[school]
    after = when >= begin
    season = 0.4 * np.sin(2 * np.pi * when / 12)
    level = rng.gamma(20, 1 / 20, schools)[school]
    log = np.log(0.15 * level) + season + 0.03 * (when - 648) / 12
    log = log + after * (step + slope * (when - begin))
    exposure = rng.uniform(0.5, 1.0, school.shape)
    total = rng.poisson(np.exp(log) * exposure)
    rows = [a.ravel().astype(float) for a in (school, when, begin, total, exposure)]
    keys, place = np.unique(np.column_stack(rows[:2]), axis=0, return_inverse=True)
    sums = [np.bincount(place.ravel(), weights=r) for r in rows[3:]]
    return rows, Months(keys[:, 0], keys[:, 1], start[keys[:, 0].astype(int)] * 1.0, *sums)


def test_series_from_sums_equals_a_fit_on_pupil_months() -> None:
    (school, month, start, total, exposure), months = _series()
    micro = Months(school, month, start, total, exposure)
    fit = sm.GLM(total, design_matrix(micro), family=sm.families.Poisson(), exposure=exposure).fit(
        tol=1e-12
    )
    found = interrupted_series(months)
    assert found.step.value == pytest.approx(float(fit.params[-2]), rel=1e-6)
    assert found.slope.value == pytest.approx(float(fit.params[-1]), rel=1e-6, abs=1e-9)
    after = month >= start
    rates = [np.exp(design_matrix(micro, programme=on)[after] @ fit.params) for on in (True, False)]
    difference = (exposure[after] @ (rates[0] - rates[1])) / exposure[after].sum()
    assert found.difference.value == pytest.approx(difference, rel=1e-6)
    steps = []
    for left_out in np.unique(school):
        kept = school != left_out
        refit = sm.GLM(
            total[kept],
            design_matrix(micro)[kept],
            family=sm.families.Poisson(),
            exposure=exposure[kept],
        ).fit(tol=1e-12)
        steps.append(float(refit.params[-2]))
    jackknife = np.sqrt(11 / 12 * ((np.array(steps) - float(fit.params[-2])) ** 2).sum())
    assert found.step.standard_error == pytest.approx(jackknife, rel=1e-5)
    assert found.step.degrees == 11


def test_a_planted_step_is_found_and_nothing_where_nothing_was() -> None:
    found = interrupted_series(_series(step=-0.7)[1])
    assert found.step.interval[0] < -0.7 < found.step.interval[1] < 0
    assert found.difference.value < 0
    none = interrupted_series(_series(step=0.0)[1])
    assert none.step.interval[0] < 0 < none.step.interval[1]


def test_a_series_needs_a_year_before_and_three_schools() -> None:
    months = _series()[1]
    late = months.month >= 639
    short = Months(
        *(getattr(months, f)[late] for f in ("school", "month", "start", "total", "weight"))
    )
    with pytest.raises(CannotEstimate, match="twelve months"):
        interrupted_series(short)
    with pytest.raises(CannotEstimate, match="three schools"):
        interrupted_series(_series(schools=2)[1])


# --- staggered starts --------------------------------------------------------------------------


def _panel(effect: float = -1.0, trend: float = 0.0, seed: int = 2) -> Panel:
    """24 schools, 8 periods, cohorts 3 and 5 and as many that never start."""
    rng = np.random.default_rng(seed)
    cohorts, periods = (NEVER, 3, 5), tuple(range(8))
    total = np.zeros((24, 3, 8))
    weight, size = np.zeros_like(total), np.zeros((24, 3))
    for school in range(24):
        cohort = school % 3
        size[school, cohort] = rng.integers(10, 20)
        for period in periods:
            pupils = size[school, cohort]
            mean = 5 + 0.3 * period + (trend * period if cohort else 0)
            if cohort and period >= cohorts[cohort]:
                mean += effect * (period - cohorts[cohort] + 1)
            weight[school, cohort, period] = pupils
            total[school, cohort, period] = pupils * (mean + rng.normal(0, 0.2))
    return Panel(total, weight, size, cohorts, periods)


def test_a_growing_effect_is_followed_over_time() -> None:
    events = {e.since: e.estimate for e in event_study(_panel())}
    assert set(events) == {*range(-5, -1), *range(5)}
    for since in (0, 1, 2):
        assert events[since].interval[0] < -(since + 1) < events[since].interval[1]
    assert average_effect(_panel(), "dynamic").value == pytest.approx(-3, abs=0.3)
    tested = lead_trend(_panel(), 1.0)
    assert tested is not None
    assert tested.holds


def test_a_school_without_its_base_period_moves_no_effect() -> None:
    """Schools differ much in level, and the effect is exactly 1, 2, 3 ... in every one of them."""
    cohorts, periods = (NEVER, 3), tuple(range(8))
    rng = np.random.default_rng(6)
    total, size = np.zeros((20, 2, 8)), np.zeros((20, 2))
    for school in range(20):
        cohort = school % 2
        size[school, cohort] = 10
        since = np.array(periods) - 3
        effect = np.where(since >= 0, since + 1, 0) if cohort else np.zeros(8)
        noise = 1e-6 * rng.normal(size=8)
        total[school, cohort] = 10 * (rng.integers(1, 30) + effect + noise)
    weight = np.where(size[:, :, None] > 0, 10.0, 0.0) * np.ones(8)
    weight[1, 1, 2] = total[1, 1, 2] = 0.0
    events = event_study(Panel(total, weight, size, cohorts, periods))
    assert [round(e.estimate.value, 3) for e in events] == [0, 0, 1, 2, 3, 4, 5]


def test_groups_that_drifted_apart_before_are_seen() -> None:
    tested = lead_trend(_panel(effect=0.0, trend=0.5), 1.0)
    assert tested is not None
    assert tested.p < 0.01


def test_a_drift_shared_by_cohorts_of_one_school_is_measured() -> None:
    """Ten schools that each start in a period of their own or with one other, ten that never do."""
    rng = np.random.default_rng(4)
    cohorts, periods = (NEVER, *range(2, 9)), tuple(range(10))

    def panel(drift: float) -> Panel:
        total, size = np.zeros((20, 8, 10)), np.zeros((20, 8))
        for school in range(20):
            cohort = 0 if school < 10 else 1 + school % 7
            size[school, cohort] = 20
            since = np.array(periods) - cohorts[cohort] if cohort else np.zeros(10)
            rate = 5 + 0.3 * np.sin(np.array(periods)) + drift * since
            total[school, cohort] = 20 * (rate + rng.normal(0, 0.2, 10))
        return Panel(total, 20.0 * (total != 0), size, cohorts, periods)

    calm, drifting = lead_trend(panel(0.0), 1.0), lead_trend(panel(-0.25), 1.0)
    assert calm is not None
    assert drifting is not None
    assert calm.holds
    assert not drifting.holds
    assert drifting.periods == 8
    # Per half-year, over the rate before the start: 5 and what lies a few periods back.
    assert drifting.slope == pytest.approx(-0.25 / 5.9, rel=0.15)
    one = panel(0.0)
    alone = Panel(one.total[:11], one.weight[:11], one.size[:11], cohorts, periods)
    assert lead_trend(alone, 1.0) is None


def test_without_comparison_or_without_earlier_periods_nothing_is_claimed() -> None:
    whole = _panel()
    with pytest.raises(CannotEstimate):
        Panel(whole.total[:, 1:], whole.weight[:, 1:], whole.size[:, 1:], (3, 5), whole.periods)
    late = Panel(
        whole.total[:, :, 5:], whole.weight[:, :, 5:], whole.size, whole.cohorts, (5, 6, 7)
    )
    with pytest.raises(CannotEstimate):
        average_effect(late)


# --- checks ------------------------------------------------------------------------------------


def _before(last: float, schools: int = 10) -> pl.DataFrame:
    """Rates of 5 per 100 months in three periods, and `last` in the one before the start."""
    rng = np.random.default_rng(8)
    rows = []
    for school in range(schools):
        level = rng.gamma(30, 1 / 30)
        for index in (-4, -3, -2, -1):
            rate = 0.05 * (last if index == -1 else 1.0) * level
            total = float(rng.poisson(rate * 400))
            rows.append((f"s{school}", "zis", "periode", index, 40, 400.0, total, 10))
    columns = [
        "school", "groep", "division", "index", "pupils", "months", "total", "pupils_with_event",
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=columns, orient="row")


def test_a_bad_spell_before_the_start_is_seen() -> None:
    assert dip_before_start(_before(1.8), ["zis"], "lager") is True
    assert dip_before_start(_before(1.8), ["zis"], "hoger") is False
    assert dip_before_start(_before(1.0), ["zis"], "lager") is False
    assert dip_before_start(_before(1.0).filter(pl.col("index") == -1), ["zis"], "lager") is None


def test_one_school_that_carries_the_outcome_is_told_without_numbers() -> None:
    same = single_schools_sentence(-2.0, [-1.9, -2.1, -0.2])
    turned = single_schools_sentence(-2.0, [-1.9, -2.1, 0.1])
    assert "gelijk" in same
    assert "slaat de richting om" in turned
    assert not any(c.isdigit() for c in same + turned)
