"""Estimators on made-up pilots: what was planted comes back, and nothing is found in nothing."""

from __future__ import annotations

import numpy as np
import pytest

from pipelines.effects.estimators.estimate import (
    CannotEstimate,
    Cells,
    _rates_without_difference,
    compare_rates,
    holm,
    rate_difference,
    wild_weights,
)


def _pilot(rng, participants, comparison, effect=1.0, pupils=12):
    """Schools differ in level and in change; children differ too. Rates per pupil-month."""
    schools = participants + comparison
    total, weight = np.zeros((schools, 4)), np.zeros((schools, 4))
    for g in range(schools):
        own = g < participants
        child = rng.gamma(2.0, 0.5, size=pupils)
        level, change = rng.gamma(4, 0.25), rng.gamma(25, 0.04)
        for after in (0, 1):
            months = rng.uniform(12, 24, size=pupils)
            factor = (change * 0.95 * (effect if own else 1.0)) if after else 1.0
            column = 2 * own + after
            total[g, column] = rng.poisson(0.05 * level * child * factor * months).sum()
            weight[g, column] = months.sum()
    return Cells(total, weight)


def test_planted_effect_is_recovered_with_many_schools():
    cells = _pilot(np.random.default_rng(1), 60, 60, effect=0.6, pupils=20)
    found = compare_rates(cells)
    assert found.difference.degrees == 119
    assert found.ratio == pytest.approx(0.6, abs=0.12)
    assert found.difference.interval[0] < 0.05 * 0.95 * -0.4 < found.difference.interval[1]
    assert found.difference.interval[1] < 0
    assert found.ratio_interval[0] < 0.6 < found.ratio_interval[1] < 1


def test_before_after_takes_the_change_elsewhere_for_its_own():
    cells = _pilot(np.random.default_rng(2), 60, 60, effect=1.0, pupils=20)
    own = Cells(cells.total[:60, 2:], cells.weight[:60, 2:])
    found = compare_rates(own)
    before, during = own.rates
    assert found.expected == pytest.approx(before)
    assert found.difference.value == pytest.approx(during - before)


@pytest.mark.parametrize("schools", [(4, 4), (4, 6), (6, 6)])
def test_no_effect_is_covered_in_500_small_pilots(schools):
    rng = np.random.default_rng(9)
    covered, possible = 0, 0
    for _ in range(500):
        try:
            low, high = rate_difference(_pilot(rng, *schools), draws=499).interval
        except CannotEstimate:
            continue
        possible += 1
        covered += low <= 0 <= high
    assert possible >= 490
    assert 0.85 <= covered / possible <= 0.95


def test_bootstrap_is_seeded_and_agrees_with_its_own_interval():
    rng = np.random.default_rng(4)
    for _ in range(10):
        cells = _pilot(rng, 5, 5, effect=0.5, pupils=25)
        found = rate_difference(cells)
        assert found.degrees is None
        assert found == rate_difference(cells)
        low, high = found.interval
        assert (found.p <= 0.05) == (not low <= 0 <= high) or abs(found.p - 0.05) < 0.002


def test_few_schools_in_one_arm_call_for_the_bootstrap_too():
    cells = _pilot(np.random.default_rng(5), 5, 40)
    assert rate_difference(cells).degrees is None


def test_rates_under_the_null_have_no_difference_and_fit_best():
    cells = _pilot(np.random.default_rng(6), 6, 6, effect=0.5)
    total, weight = cells.total.sum(0), cells.weight.sum(0)

    def likelihood(rates):
        return float((total * np.log(rates) - weight * rates).sum())

    fitted = _rates_without_difference(cells)
    assert fitted[3] == pytest.approx(fitted[2] * fitted[1] / fitted[0], rel=1e-9)
    for cell in range(3):
        for nudge in (0.99, 1.01):
            other = fitted.copy()
            other[cell] *= nudge
            other[3] = other[2] * other[1] / other[0]
            assert likelihood(other) < likelihood(fitted)


def test_empty_cells_cannot_be_estimated():
    with pytest.raises(CannotEstimate):
        Cells(np.array([[1.0, 0.0], [2.0, 0.0]]), np.ones((2, 2)))
    with pytest.raises(CannotEstimate):
        Cells(np.ones((1, 2)), np.ones((1, 2)))
    with pytest.raises(CannotEstimate):
        rate_difference(Cells(np.full((4, 2), 3.0), np.full((4, 2), 60.0)))


def test_holm():
    assert holm([0.01, 0.04, 0.03]) == pytest.approx((0.03, 0.06, 0.06))
    assert holm([]) == ()


@pytest.mark.parametrize("schools", [8, 20])
def test_wild_weights_have_mean_zero_and_variance_one(schools: int) -> None:
    drawn = wild_weights(schools, 20_000, 1)
    assert drawn.shape == (20_000, schools)
    assert drawn.mean() == pytest.approx(0, abs=0.01)
    assert drawn.var() == pytest.approx(1, abs=0.01)
    assert len(np.unique(drawn)) == (6 if schools == 8 else 2)
