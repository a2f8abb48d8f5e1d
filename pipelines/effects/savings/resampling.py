"""Sums per school -> a saving along each route, and its uncertainty by drawing schools again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
import polars as pl
from scipy import stats

from pipelines.effects.estimators.estimate import Floats
from pipelines.effects.savings.arithmetic import ROUTES, ProductYear, Route, counterfactual
from pipelines.effects.savings.care_inputs import ProductInput


@dataclass(frozen=True)
class Range:
    """A saving in volume with its 95% bootstrap interval, and the draws it was read from."""

    without: float
    actual: float
    interval: tuple[float, float]
    samples: Floats


_YEAR_SUMS = ("carried_on", "actual", "years_on_weight")
_GROWTH_SUMS = ("volume_2", "months_2", "volume_1", "months_1")


@dataclass(frozen=True)
class Resampling:
    """Schools drawn again with replacement, per arm, the same for every product and year.

    `own`, `other`: schools in order; `own_picks`, `other_picks`: draws x schools, how often each.
    """

    own: tuple[str, ...]
    other: tuple[str, ...]
    own_picks: Floats
    other_picks: Floats


def resampling(given: Sequence[ProductInput], *, seed: int, draws: int = 2000) -> Resampling:
    """One set of draws for all products together, so that their savings move together."""
    rng = np.random.default_rng(seed)

    def arm(groep: str) -> tuple[tuple[str, ...], Floats]:
        schools = sorted(
            {s for g in given for s in g.years.filter(pl.col("groep") == groep)["school"]}
        )
        n = len(schools)
        if not n:
            return (), np.zeros((draws, 0))
        return tuple(schools), rng.multinomial(n, np.full(n, 1 / n), size=draws).astype(np.float64)

    own, own_picks = arm("zis")
    other, other_picks = arm("vergelijking")
    return Resampling(own, other, own_picks, other_picks)


def routes(
    given: ProductInput, schooljaar: str, tariff: Decimal, drawn: Resampling
) -> dict[Route, Range]:
    """Each possible route for one school year, resampling schools within each arm."""
    own = _matrix(given, schooljaar, "zis", drawn.own)
    other = _matrix(given, schooljaar, "vergelijking", drawn.other)
    point = _product_year(own.sum(0), other.sum(0), tariff)
    years = [
        _product_year(a, b, tariff)
        for a, b in zip(drawn.own_picks @ own, drawn.other_picks @ other, strict=True)
    ]
    found: dict[Route, Range] = {}
    for route in ROUTES:
        without = counterfactual(route, point)
        if without is None:
            continue
        samples = np.array(
            [
                np.nan if (value := counterfactual(route, year)) is None else value - year.actual
                for year in years
            ]
        )
        value = without - point.actual
        samples = value + (samples - value) * _stretch(drawn, compared=route == "vergelijking")
        low, high = np.nanquantile(samples, [0.025, 0.975])
        found[route] = Range(without, point.actual, (float(low), float(high)), samples)
    return found


def _stretch(drawn: Resampling, *, compared: bool) -> float:
    """How much wider draws must lie with few schools: they vary too little, and tails are thick.

    sqrt(G / (G - 1)) for the smaller arm, and t over normal with the schools less one per arm.
    Without it a 90% interval held the truth in 77-89% of simulated pilots of 8 to 12 schools.
    """
    arms = [len(drawn.own), len(drawn.other)] if compared else [len(drawn.own)]
    least, degrees = min(arms), sum(arms) - len(arms)
    if least < 2:
        return 1.0
    return float(np.sqrt(least / (least - 1)) * stats.t.ppf(0.95, degrees) / stats.norm.ppf(0.95))


def _matrix(given: ProductInput, schooljaar: str, groep: str, schools: Sequence[str]) -> Floats:
    """Schools x the seven sums a product year is made of; schools without a sum have zero."""
    years = given.years.filter((pl.col("groep") == groep) & (pl.col("schooljaar") == schooljaar))
    growth = given.growth.filter(pl.col("groep") == groep)
    everyone = pl.DataFrame({"school": list(schools)}, schema={"school": pl.String})
    both = everyone.join(years.select("school", *_YEAR_SUMS), on="school", how="left").join(
        growth.select("school", *_GROWTH_SUMS), on="school", how="left"
    )
    return both.sort("school").drop("school").fill_null(0.0).to_numpy().astype(np.float64)


def _product_year(own: Floats, other: Floats, tariff: Decimal) -> ProductYear:
    carried_on, actual, on_weight, volume_2, months_2, volume_1, months_1 = map(float, own)
    growth = None
    if months_1 > 0 and months_2 > 0 and volume_1 + volume_2 > 0:
        earlier, later = volume_2 / months_2, volume_1 / months_1
        growth = (later - earlier) / ((later + earlier) / 2)
    return ProductYear(
        carried_on=carried_on,
        actual=actual,
        tariff=tariff,
        comparison_carried_on=float(other[0]) or None,
        comparison_actual=float(other[1]) if other[0] else None,
        own_growth=growth,
        years_on=on_weight / carried_on if carried_on else 0.0,
    )
