"""Simulated pilots with a known truth: do intervals cover it, and is nothing found in nothing?

`make test` takes a share; `make simulate` takes PILOTS (default 500) pilots per scenario. The
allowed shares widen with fewer pilots, by two standard errors of a binomial share.
"""

from __future__ import annotations

import math
import os
from dataclasses import dataclass, replace
from decimal import Decimal

import numpy as np
import polars as pl
import pytest

from pipelines.effects import verdicts
from pipelines.effects.designs.arms import cells_of
from pipelines.effects.designs.checks import dip_before_start
from pipelines.effects.effect import Claim, Fault, Minimum
from pipelines.effects.estimators.estimate import CannotEstimate, compare_rates
from pipelines.effects.estimators.interrupted import Months, interrupted_series
from pipelines.effects.estimators.means import Means, mean_difference
from pipelines.effects.estimators.staggered import NEVER, Panel, average_effect
from pipelines.effects.estimators.weighting import weighted_comparison
from pipelines.effects.savings import care_inputs, resampling

PILOTS = int(os.environ.get("ZICHTLIJN_PILOTS", "0")) or 60
MONTHS_BEFORE, MONTHS_AFTER = 24, 24


@dataclass(frozen=True)
class Pilot:
    """Schools in all, pupils per school, and what is true about them.

    `ratio`: rate after the start over what it would have been. `drop_out`: share who leave early.
    `staggered`: schools start up to a year apart, while rates drift for everybody. `likeness`:
    how much pupils of a school resemble each other. `selected`: only those take part who just had
    a bad half year (and are compared with nobody like them).
    """

    schools: int = 10
    pupils: tuple[int, int] = (8, 27)
    ratio: float = 1.0
    drop_out: float = 0.1
    staggered: bool = True
    likeness: float = 0.15
    selected: bool = False


def simulate(pilot: Pilot, seed: int) -> tuple[pl.DataFrame, float]:
    """Summaries as `outcome_by_slice` gives them, and the true difference per pupil-month."""
    rng = np.random.default_rng([seed, pilot.schools])
    rows: list[tuple[object, ...]] = []
    expected = observed = exposure = 0.0
    for school in range(pilot.schools):
        zis = school < pilot.schools // 2
        shift = int(rng.integers(0, 12)) if pilot.staggered else 0
        level = rng.gamma(1 / pilot.likeness**2, pilot.likeness**2)
        size = int(rng.integers(*pilot.pupils))
        frailty = rng.gamma(2.0, 0.5, size * (6 if pilot.selected and zis else 1))
        months = np.arange(-MONTHS_BEFORE, MONTHS_AFTER)
        drift = np.exp(-0.004 * (months + shift))
        plain = 0.06 * level * frailty[:, None] * drift[None, :]
        before = rng.poisson(plain[:, :MONTHS_BEFORE])
        if pilot.selected and zis:
            chosen = np.argsort(-before[:, -6:].sum(1), kind="stable")[:size]
            plain, before = plain[chosen], before[chosen]
        factor = pilot.ratio if zis else 1.0
        stays = np.where(
            rng.random(size) < pilot.drop_out, rng.integers(6, MONTHS_AFTER, size), MONTHS_AFTER
        )
        there = np.arange(MONTHS_AFTER)[None, :] < stays[:, None]
        after = rng.poisson(plain[:, MONTHS_BEFORE:] * factor) * there
        if zis:
            expected += float((plain[:, MONTHS_BEFORE:] * there).sum())
            observed += float((plain[:, MONTHS_BEFORE:] * factor * there).sum())
            exposure += float(there.sum())
        arm = "zis" if zis else "vergelijking"

        slices = [("fase", 0, before, size * MONTHS_BEFORE), ("fase", 1, after, there.sum())]
        slices += [("periode", n - 4, before[:, n * 6 : n * 6 + 6], size * 6) for n in range(4)]
        rows += [
            (
                f"s{school:02d}", arm, division, index, size, float(weight),
                float(counts.sum()), int((counts.sum(1) > 0).sum()),
            )
            for division, index, counts, weight in slices
        ]  # fmt: skip
    columns = [
        "school", "groep", "division", "index", "pupils", "months", "total", "pupils_with_event",
    ]  # fmt: skip
    return pl.DataFrame(rows, schema=columns, orient="row"), (observed - expected) / exposure


@dataclass(frozen=True)
class Shares:
    covered: float
    found: float
    made: int

    def within(self, share: float, low: float, high: float) -> bool:
        """Is `share` in the allowed range, widened by two standard errors of so many pilots?"""
        if self.made >= 500:
            return low <= share <= high
        slack = 2 * math.sqrt(0.05 * 0.95 / self.made)
        return low - slack <= share <= high + slack


def _run(pilot: Pilot, arms: tuple[str, ...]) -> Shares:
    covered = found = made = 0
    for seed in range(PILOTS):
        summary, truth = simulate(pilot, seed)
        phases = summary.filter(pl.col("division") == "fase")
        try:
            estimate = compare_rates(cells_of(phases, arms), seed=seed).difference
        except CannotEstimate:
            continue
        low, high = estimate.interval
        made += 1
        covered += low <= truth <= high
        found += estimate.p < 0.05
    assert made > 0.95 * PILOTS
    return Shares(covered / made, found / made, made)


@pytest.mark.parametrize("schools", [8, 10, 12])
@pytest.mark.parametrize("ratio", [1.0, 0.7])
def test_intervals_with_a_comparison_group_cover_the_truth(schools: int, ratio: float) -> None:
    found = _run(Pilot(schools=schools, ratio=ratio), ("vergelijking", "zis"))
    assert found.within(found.covered, 0.90, 0.97), found
    if ratio == 1.0:
        assert found.within(found.found, 0.025, 0.075), found


@pytest.mark.parametrize("likeness", [0.05, 0.4])
def test_likeness_within_schools_does_not_break_the_interval(likeness: float) -> None:
    found = _run(Pilot(likeness=likeness, drop_out=0.3), ("vergelijking", "zis"))
    assert found.within(found.covered, 0.90, 0.97), found
    assert found.within(found.found, 0.025, 0.075), found


def test_before_after_alone_fails_when_pupils_start_after_a_bad_spell() -> None:
    """Nothing was done, yet nearly always something is found; the product says what it is."""
    pilot = Pilot(selected=True, staggered=False)
    alone = _run(pilot, ("zis",))
    assert alone.covered < 0.5
    assert alone.found > 0.5
    warned = 0
    for seed in range(PILOTS):
        summary, _ = simulate(pilot, seed)
        dip = bool(dip_before_start(summary, ("zis",), "lager"))
        faults: frozenset[Fault] = frozenset({"alone", "dip"} if dip else {"alone"})
        claim = Claim("Minder.", "lager", "lager", "theoretisch onderbouwd", (1.0, 1.0), faults)
        told = verdicts.sentence(claim)
        level = verdicts.level(claim)
        warned += dip and "terugkeer naar het gemiddelde" in told and level.startswith("theoret")
    assert warned >= 0.9 * PILOTS


def test_the_warning_is_rare_where_nobody_was_selected() -> None:
    warned = sum(
        bool(dip_before_start(simulate(Pilot(), seed)[0], ("zis",), "lager"))
        for seed in range(PILOTS)
    )
    slack = 0 if PILOTS >= 500 else 2 * math.sqrt(0.05 * 0.95 / PILOTS)
    assert warned / PILOTS <= 0.10 + slack


@pytest.mark.parametrize("effect", [0.0, -1.2])
def test_intervals_of_scores_cover_the_truth(effect: float) -> None:
    covered = found = 0
    for seed in range(PILOTS):
        rng = np.random.default_rng([seed, 77])
        size = rng.integers(6, 25, 12)
        arm = np.arange(12) >= 6
        pull = rng.normal(0, 0.3, 12)
        total, weight = np.zeros((12, 2)), np.zeros((12, 2))
        for school in range(12):
            change = pull[school] + (effect if arm[school] else 0) - 0.3
            values = change + rng.normal(0, 1.4, size[school])
            total[school, int(arm[school])] = values.sum()
            weight[school, int(arm[school])] = size[school]
        estimate = mean_difference(Means(total, weight), seed=seed)
        covered += estimate.interval[0] <= effect <= estimate.interval[1]
        found += estimate.p < 0.05
    shares = Shares(covered / PILOTS, found / PILOTS, PILOTS)
    assert shares.within(shares.covered, 0.90, 0.97), shares
    if effect == 0:
        assert shares.within(shares.found, 0.025, 0.075), shares


def _care(rng: np.random.Generator, schools: int, factor: float) -> care_inputs.ProductInput:
    """One product in one year: sums per school of volumes carried on and volumes there were."""
    rows = []
    for school in range(schools):
        zis = school < schools // 2
        base = rng.gamma(4, 50, size=int(rng.integers(8, 27)))
        base = base[rng.random(len(base)) < 0.55]
        now = base * rng.lognormal(-0.045, 0.3, size=len(base)) * rng.lognormal(-0.005, 0.1)
        now = now * (factor if zis else 1.0)
        arm = "zis" if zis else "vergelijking"
        rows.append((f"s{school:02d}", arm, "2024/2025", base.sum(), now.sum(), base.sum()))
    columns = ["school", "groep", "schooljaar", "carried_on", "actual", "years_on_weight"]
    years = pl.DataFrame(rows, schema=columns, orient="row")
    growth = dict.fromkeys(["volume_2", "months_2", "volume_1", "months_1"], 1.0)
    return care_inputs.ProductInput(
        years=years,
        growth=years.select("school", "groep").with_columns(
            **{name: pl.lit(value) for name, value in growth.items()}
        ),
        largest=pl.DataFrame(),
    )


@pytest.mark.parametrize("schools", [8, 10, 12])
@pytest.mark.parametrize("factor", [1.0, 0.75])
def test_the_interval_of_a_saving_holds_what_was_planted(schools: int, factor: float) -> None:
    """A 90% interval, in pilots where nothing or a quarter of the volume was saved."""
    covered = 0
    for seed in range(PILOTS):
        given = _care(np.random.default_rng([seed, schools, 5]), schools, factor)
        drawn = resampling.resampling([given], seed=seed, draws=300)
        routes = resampling.routes(given, "2024/2025", Decimal(90), drawn)
        own = given.years.filter(pl.col("groep") == "zis")["carried_on"].sum()
        low, high = np.quantile(routes["vergelijking"].samples, [0.05, 0.95])
        covered += low <= own * (1 - factor) <= high
    share = covered / PILOTS
    slack = 0 if PILOTS >= 500 else 2 * math.sqrt(0.1 * 0.9 / PILOTS)
    assert 0.85 - slack <= share <= 0.95 + slack, share


@pytest.mark.parametrize("effect", [0.0, -0.02])
def test_intervals_of_staggered_starts_cover_the_truth(effect: float) -> None:
    """Ten schools that start in three periods, ten that never do; drift for everybody."""
    covered = found = 0
    cohorts, periods = (NEVER, 3, 4, 5), tuple(range(8))
    for seed in range(PILOTS):
        rng = np.random.default_rng([seed, 31])
        total = np.zeros((20, 4, 8))
        weight, size = np.zeros_like(total), np.zeros((20, 4))
        for school in range(20):
            cohort = 0 if school >= 10 else 1 + school % 3
            size[school, cohort] = pupils = int(rng.integers(15, 35))
            level = 0.06 * rng.gamma(20, 1 / 20)
            shock = rng.normal(0, 0.004, 8)
            for period in periods:
                rate = level + 0.002 * period + shock[period]
                rate += effect if cohort and period >= cohorts[cohort] else 0
                weight[school, cohort, period] = pupils * 6.0
                total[school, cohort, period] = rng.poisson(max(rate, 1e-6) * pupils * 6.0)
        estimate = average_effect(Panel(total, weight, size, cohorts, periods))
        covered += estimate.interval[0] <= effect <= estimate.interval[1]
        found += estimate.p < 0.05
    shares = Shares(covered / PILOTS, found / PILOTS, PILOTS)
    assert shares.within(shares.covered, 0.90, 0.97), shares
    if effect == 0:
        assert shares.within(shares.found, 0.025, 0.075), shares


@pytest.mark.parametrize("step", [0.0, -0.5])
def test_intervals_of_series_cover_the_truth(step: float) -> None:
    """Ten schools by month for four years, with season, trend and a step at the start."""
    covered = found = 0
    pilots = PILOTS if PILOTS >= 500 else 20
    for seed in range(pilots):
        rng = np.random.default_rng([seed, 41])
        school = np.repeat(np.arange(10.0), 48)
        month = np.tile(np.arange(619.0, 667.0), 10)
        start = np.where(school % 3 == 0, 649.0, 643.0)
        level = 0.08 * rng.gamma(30, 1 / 30, 10)[school.astype(int)]
        log = np.log(level) + 0.4 * np.sin(2 * np.pi * month / 12) + 0.02 * (month - 648) / 12
        weight = rng.uniform(18, 28, 480)
        total = rng.poisson(np.exp(log + step * (month >= start)) * weight).astype(float)
        estimate = interrupted_series(Months(school, month, start, total, weight)).step
        covered += estimate.interval[0] <= step <= estimate.interval[1]
        found += estimate.p < 0.05
    shares = Shares(covered / pilots, found / pilots, pilots)
    assert shares.within(shares.covered, 0.90, 0.97), shares
    if step == 0:
        assert shares.within(shares.found, 0.025, 0.075), shares


def _confounded(seed: int, effect: float) -> tuple[pl.DataFrame, float]:
    """Pupils who had youth care before improve by themselves, and are more often participants.

    Strata as `phases_by_prior_care` gives them, and the true difference per pupil-month.
    """
    rng = np.random.default_rng([seed, 53])
    rows = []
    truth = exposure = 0.0
    for school in range(12):
        zis = school % 2 == 0
        for prior, share, factor in (
            ("wel", 0.7 if zis else 0.3, 0.45),
            ("geen", 0.3 if zis else 0.7, 1.0),
        ):
            pupils = max(2, int(rng.poisson(26 * share)))
            level = 0.1 * rng.gamma(30, 1 / 30)
            months = pupils * 24.0
            after = level * factor * (effect if zis else 1.0)
            if zis:
                truth += months * level * factor * (effect - 1.0)
                exposure += months
            arm = "zis" if zis else "vergelijking"
            for index, rate in ((0, level), (1, after)):
                events = float(rng.poisson(rate * months))
                rows.append((f"s{school:02d}", arm, prior, index, pupils, months, events))
    columns = ["school", "groep", "prior", "index", "pupils", "months", "total"]
    return pl.DataFrame(rows, schema=columns, orient="row"), truth / exposure


@pytest.mark.parametrize("effect", [1.0, 0.6])
def test_weighting_takes_a_planted_confounding_away(effect: float) -> None:
    """Without weights nothing is found to be something; with them the intervals hold the truth."""
    plain_covered = plain_found = covered = found = 0
    away = 0
    for seed in range(PILOTS):
        strata, truth = _confounded(seed, effect)
        phases = strata.group_by("school", "groep", "index").agg(pl.col("months", "total").sum())
        plain = compare_rates(cells_of(phases, ["vergelijking", "zis"]), seed=seed).difference
        weighted = weighted_comparison(strata, {}, 100, Minimum())
        assert weighted.estimate is not None
        plain_covered += plain.interval[0] <= truth <= plain.interval[1]
        plain_found += plain.p < 0.05
        covered += weighted.estimate.interval[0] <= truth <= weighted.estimate.interval[1]
        found += weighted.estimate.p < 0.05
        away += weighted.takes_away(plain)
    shares = Shares(covered / PILOTS, found / PILOTS, PILOTS)
    assert plain_covered / PILOTS < 0.6
    assert shares.within(shares.covered, 0.90, 0.975), shares
    if effect == 1.0:
        assert plain_found / PILOTS > 0.4
        assert shares.within(shares.found, 0.025, 0.075), shares
        assert away > 0.8 * plain_found
    else:
        assert shares.found > 0.6


def test_the_scenarios_are_what_they_say() -> None:
    calm, truth = simulate(Pilot(), 1)
    assert truth == 0
    selected, _ = simulate(replace(Pilot(), selected=True), 1)

    def last(frame: pl.DataFrame) -> float:
        own = frame.filter((pl.col("groep") == "zis") & (pl.col("index") == -1))
        return float(own["total"].sum() / own["months"].sum())

    assert last(selected) > 1.5 * last(calm)
