"""Estimators: pure functions from cell sums per school to an estimate with its uncertainty.

Cells. An estimate compares two cells (participants before, during) or four (comparison before,
during, participants before, during). `total[g, c]` is what happened in cell c at school g (events,
days, a sum of scores), `weight[g, c]` what it happened in (pupil-months, pupils). The maximum of
the saturated Poisson likelihood, and of weighted least squares on the same dummies, is then simply
rate[c] = sum(total[:, c]) / sum(weight[:, c]); every estimate below is a function of those rates.
Tests hold this against statsmodels and published results.

Clusters are schools. Standard errors are sandwich estimates from the schools' scores with the
correction G / (G - 1). From 30 schools the interval is t with G - 1 degrees of freedom. Below that
it inverts a wild cluster bootstrap with the null imposed (Cameron, Gelbach and Miller 2008;
weights of Webb 2023 up to 12 schools, Rademacher above), since sandwich errors are then too small.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import statsmodels.api as sm
from scipy import optimize, stats
from statsmodels.tools.sm_exceptions import ConvergenceWarning, PerfectSeparationWarning

from pipelines.effects.design import PreTrend

Floats = npt.NDArray[np.float64]
Scale = Literal["difference", "log_ratio"]

BOOTSTRAP_BELOW = 30
_WEBB_UP_TO = 12
_SEED = 20211130


class CannotEstimate(ValueError):
    """The cells cannot carry the estimate: an empty cell, or fewer than two schools."""


@dataclass(frozen=True)
class Cells:
    """Totals and weights per school (rows) and cell (columns); all cells hold something.

    Columns: (before, during) of the participants, or (before, during) of the comparison group
    followed by (before, during) of the participants. The last is always the one to explain.
    """

    total: Floats
    weight: Floats

    def __post_init__(self) -> None:
        if self.total.shape != self.weight.shape or self.total.shape[1] not in (2, 4):
            raise ValueError("total and weight are both schools x 2 or schools x 4.")
        if len(self.total) < 2:
            raise CannotEstimate("fewer than two schools")
        if not (self.total.sum(0) > 0).all() or not (self.weight.sum(0) > 0).all():
            raise CannotEstimate("a cell without events or without exposure")

    @property
    def schools(self) -> int:
        return len(self.total)

    @property
    def rates(self) -> Floats:
        rates: Floats = self.total.sum(0) / self.weight.sum(0)
        return rates

    @property
    def exponents(self) -> Floats:
        """Powers with which the other cells' rates make up the rate without the programme."""
        powers = [1.0] if self.total.shape[1] == 2 else [-1.0, 1.0, 1.0]
        return np.array(powers)


@dataclass(frozen=True)
class Estimate:
    """An estimate with its standard error, 95% interval, two-sided p and how they were made.

    `degrees`: of freedom of the t distribution (None: bootstrap).
    """

    value: float
    standard_error: float
    interval: tuple[float, float]
    p: float
    degrees: int | None


@dataclass(frozen=True)
class RateEstimate:
    """A change or difference of rates: absolute, and as observed / expected.

    `expected`: the rate of the participants without the programme; `observed`: with it. Both, and
    `difference`, per unit of weight.
    """

    difference: Estimate
    ratio: float
    ratio_interval: tuple[float, float]
    observed: float
    expected: float


def compare_rates(cells: Cells, *, seed: int = _SEED, draws: int = 999) -> RateEstimate:
    """Before/after (two cells) or difference-in-differences (four) on Poisson rates.

    Without the programme the participants' rate is taken to have moved by the same factor as the
    comparison group's (four cells) or not at all (two). The absolute difference is observed minus
    expected; the ratio is observed over expected. Both test the same null, so p is one number.
    """
    expected = _expected(cells.rates, cells.exponents)
    observed = float(cells.rates[-1])
    difference = _inference(cells, "difference", seed, draws)
    log_ratio = _inference(cells, "log_ratio", seed, draws)
    low, high = log_ratio.interval
    return RateEstimate(
        difference=difference,
        ratio=observed / expected,
        ratio_interval=(float(np.exp(low)), float(np.exp(high))),
        observed=observed,
        expected=expected,
    )


def rate_difference(cells: Cells, *, seed: int = _SEED, draws: int = 999) -> Estimate:
    """Only the absolute difference of `compare_rates`."""
    return _inference(cells, "difference", seed, draws)


# --- the estimate as a function of rates -------------------------------------------------------


def _expected(rates: Floats, exponents: Floats) -> float:
    return float(np.prod(rates[:-1] ** exponents))


def _values_and_slopes(rates: Floats, exponents: Floats, scale: Scale) -> tuple[Floats, Floats]:
    """The estimate (n) and its derivatives to every rate (n x cells), for n rows of rates."""
    expected = np.prod(rates[:, :-1] ** exponents, axis=1)
    if scale == "difference":
        values = rates[:, -1] - expected
        slopes = np.concatenate(
            [-exponents * expected[:, None] / rates[:, :-1], np.ones((len(rates), 1))], axis=1
        )
    else:
        values = np.log(rates[:, -1]) - np.log(expected)
        slopes = np.concatenate([-exponents / rates[:, :-1], 1 / rates[:, -1:]], axis=1)
    return values, slopes


def _sandwich(cells: Cells, scale: Scale) -> tuple[float, float]:
    values, slopes = _values_and_slopes(cells.rates[None, :], cells.exponents, scale)
    scores = (cells.total - cells.rates * cells.weight) / cells.weight.sum(0) @ slopes[0]
    n = cells.schools
    return float(values[0]), float(np.sqrt(n / (n - 1) * (scores**2).sum()))


def _inference(cells: Cells, scale: Scale, seed: int, draws: int) -> Estimate:
    value, error = _sandwich(cells, scale)
    if cells.schools >= BOOTSTRAP_BELOW:
        return t_estimate(value, error, cells.schools - 1)
    if error <= 1e-12 * max(abs(value), 1e-300):
        raise CannotEstimate("schools do not differ, so there is no spread to learn from")
    weights = _wild_weights(cells.schools, draws, seed)

    def p_of(hypothesis: float) -> float:
        return _wild_p(cells, scale, hypothesis, (value, error), weights)

    interval = (_invert(p_of, value, -error), _invert(p_of, value, error))
    return Estimate(value, error, interval, p_of(0.0), None)


def t_estimate(value: float, error: float, degrees: int) -> Estimate:
    """Interval and p from Student's t."""
    half = float(stats.t.ppf(0.975, degrees)) * error
    p = 2 * float(stats.t.sf(abs(value) / error, degrees)) if error > 0 else float("nan")
    return Estimate(value, error, (value - half, value + half), p, degrees)


# --- wild cluster bootstrap --------------------------------------------------------------------


def _wild_weights(schools: int, draws: int, seed: int) -> Floats:
    """draws x schools multipliers with mean 0 and variance 1."""
    rng = np.random.default_rng(seed)
    if schools <= _WEBB_UP_TO:
        points = np.sqrt([0.5, 1.0, 1.5])
        return rng.choice(np.concatenate([-points, points]), size=(draws, schools))
    return rng.choice(np.array([-1.0, 1.0]), size=(draws, schools))


def _wild_p(
    cells: Cells,
    scale: Scale,
    hypothesis: float,
    observed: tuple[float, float],
    weights: Floats,
) -> float:
    """Share of bootstrap samples, drawn where the hypothesis is true, at least as extreme.

    Rates are fitted under the hypothesis; every school's residual is multiplied by one random
    weight; the estimate and its sandwich error are computed anew. `observed`: estimate and error.
    """
    value, error = observed
    fitted = _rates_under(cells, scale, hypothesis)
    residual = cells.total - fitted * cells.weight
    all_weight = cells.weight.sum(0)
    drawn = fitted + weights @ residual / all_weight
    # A rate below zero has no meaning in a product of rates; such draws are rare and count as far.
    usable = (drawn > 0).all(axis=1)
    rates = np.where(drawn > 0, drawn, 1e-12)
    values, slopes = _values_and_slopes(rates, cells.exponents, scale)
    own = (
        (fitted - drawn)[:, None, :] * cells.weight[None, :, :]
        + weights[:, :, None] * residual[None, :, :]
    ) / all_weight
    scores = np.einsum("bgc,bc->bg", own, slopes)
    n = cells.schools
    errors = np.sqrt(n / (n - 1) * (scores**2).sum(1))
    distance = np.where(usable, np.abs(values - hypothesis) / np.maximum(errors, 1e-300), np.inf)
    extreme = distance >= abs(value - hypothesis) / error * (1 - 1e-9)
    return float((1 + extreme.sum()) / (1 + len(weights)))


def _rates_under(cells: Cells, scale: Scale, hypothesis: float) -> Floats:
    """Poisson maximum likelihood of all rates where the estimate is exactly `hypothesis`.

    The Lagrange conditions leave one unknown k. With e the exponents and m the expected rate:
    rate[c] = (total[c] - e[c] k) / weight[c] for the cells that make up m, and for the last cell
    total / (weight - k / m) (difference) or (total + k) / weight (log ratio). The estimate rises
    with k, so k is found by bisection.
    """
    total, weight, exponents = cells.total.sum(0), cells.weight.sum(0), cells.exponents

    def rates_at(k: float) -> Floats:
        others = (total[:-1] - exponents * k) / weight[:-1]
        if scale == "log_ratio":
            last = (total[-1] + k) / weight[-1]
        else:
            last = total[-1] / (weight[-1] - k / np.prod(others**exponents))
        return np.append(others, last)

    def excess(k: float) -> float:
        values, _ = _values_and_slopes(rates_at(k)[None, :], exponents, scale)
        return float(values[0]) - hypothesis

    def room(k: float) -> float:
        """Weight left in the last cell's denominator (difference only); falls with k."""
        return float(
            weight[-1] - k / np.prod(((total[:-1] - exponents * k) / weight[:-1]) ** exponents)
        )

    low_wall = -float(total[:-1][exponents < 0].sum()) if len(exponents) > 1 else -np.inf
    high_wall = float(total[:-1][exponents > 0].min())
    if scale == "log_ratio":
        low_wall = max(low_wall, -float(total[-1]))
    else:
        almost = high_wall * (1 - 1e-12)
        high_wall = float(optimize.brentq(room, 0.0, almost)) if room(almost) < 0 else high_wall
    low, high = _bracket(excess, low_wall, high_wall)
    return rates_at(float(optimize.brentq(excess, low, high, xtol=1e-12, rtol=1e-12)))


def _bracket(
    rising: Callable[[float], float], low_wall: float, high_wall: float
) -> tuple[float, float]:
    """Points between the walls where the function is below and above zero."""
    if rising(0.0) >= 0:
        return _towards(rising, low_wall, high_wall, -1), 0.0
    return 0.0, _towards(rising, high_wall, high_wall, 1)


def _towards(
    rising: Callable[[float], float], wall: float, unit: float, sign: Literal[-1, 1]
) -> float:
    for step in range(1, 48):
        k = wall * (1 - 0.5**step) if np.isfinite(wall) else sign * unit * 4.0 ** (step - 4)
        if sign * rising(k) >= 0:
            return float(k)
    raise CannotEstimate("no rates agree with the hypothesis")


def _invert(p_of: Callable[[float], float], value: float, step: float) -> float:
    """The hypothesis, from `value` in the direction of `step`, where p falls to 0.05.

    Infinite where p stays above: too few schools to bound the estimate on that side.
    """
    inside, outside = 0.0, 0.0
    for multiple in (1.0, 2.0, 3.0, 4.5, 7.0, 12.0, 25.0, 60.0):
        outside = multiple
        if _safely(p_of, value + step * multiple) <= 0.05:
            break
        inside = multiple
    else:
        return float(np.copysign(np.inf, step))
    for _ in range(18):
        middle = (inside + outside) / 2
        if _safely(p_of, value + step * middle) <= 0.05:
            outside = middle
        else:
            inside = middle
    return value + step * outside


def _safely(p_of: Callable[[float], float], hypothesis: float) -> float:
    """p, or 0 for a hypothesis that no rates can satisfy."""
    try:
        return p_of(hypothesis)
    except CannotEstimate:
        return 0.0


# --- before the start --------------------------------------------------------------------------


def pre_trend(
    totals: Floats, weights: Floats, participants: npt.NDArray[np.bool_], periods: Floats
) -> PreTrend | None:
    """Poisson test that participants and comparison moved alike before the start.

    `totals`, `weights`: schools x rows, where row r is one arm (`participants[r]`) in one period
    (`periods[r]`, counted back from the start). Period dummies, an arm dummy and arm x period;
    clustered by school, t(G - 1). None with fewer than two periods or an arm without events.
    """
    shown = np.unique(periods)
    arms_with_events = {bool(a) for a, t in zip(participants, totals.sum(0), strict=True) if t > 0}
    if len(shown) < 2 or len(arms_with_events) < 2 or len(totals) < 3:
        return None
    school, row = np.nonzero(weights > 0)
    design = np.column_stack(
        [
            *[(periods[row] == period).astype(float) for period in shown],
            participants[row].astype(float),
            participants[row] * (periods[row] - shown.mean()),
        ]
    )
    model = sm.GLM(
        totals[school, row], design, family=sm.families.Poisson(), exposure=weights[school, row]
    )
    with warnings.catch_warnings():
        warnings.simplefilter("error", ConvergenceWarning)
        warnings.simplefilter("error", PerfectSeparationWarning)
        try:
            fit = model.fit(
                cov_type="cluster", cov_kwds={"groups": school, "use_correction": False}
            )
        except (ConvergenceWarning, PerfectSeparationWarning, np.linalg.LinAlgError):
            return None
    n = len(totals)
    error = float(fit.bse[-1]) * np.sqrt(n / (n - 1))
    if not np.isfinite(error) or error <= 0:
        return None
    estimate = t_estimate(float(fit.params[-1]), error, n - 1)
    return PreTrend(
        periods=len(shown), slope=estimate.value, p=estimate.p, holds=estimate.p >= 0.10
    )


# --- means -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Moments:
    """Count, sum and sum of squares of one cell; all an ordinary regression needs of it."""

    n: int
    total: float
    squares: float

    @property
    def mean(self) -> float:
        return self.total / self.n

    @property
    def within(self) -> float:
        """Sum of squared deviations from the mean."""
        return self.squares - self.total**2 / self.n


def moments(values: npt.ArrayLike) -> Moments:
    """Moments of raw values, taken around nothing (plain sums)."""
    array = np.asarray(values, dtype=np.float64)
    return Moments(len(array), float(array.sum()), float((array**2).sum()))


def difference_in_means(control: Moments, treated: Moments) -> Estimate:
    """Treated minus control, with the pooled (ordinary least squares) standard error."""
    return _contrast([(control, -1.0), (treated, 1.0)])


def did_2x2(
    control_before: Moments, control_after: Moments, treated_before: Moments, treated_after: Moments
) -> Estimate:
    """Difference-in-differences of means: y ~ arm + after + arm x after, ordinary errors."""
    return _contrast(
        [
            (control_before, 1.0),
            (control_after, -1.0),
            (treated_before, -1.0),
            (treated_after, 1.0),
        ]
    )


def _contrast(cells: Sequence[tuple[Moments, float]]) -> Estimate:
    degrees = sum(cell.n for cell, _ in cells) - len(cells)
    if degrees < 1:
        raise CannotEstimate("no degrees of freedom left")
    variance = sum(cell.within for cell, _ in cells) / degrees
    value = sum(sign * cell.mean for cell, sign in cells)
    error = float(np.sqrt(variance * sum(1 / cell.n for cell, _ in cells)))
    return t_estimate(value, error, degrees)


def holm(ps: Sequence[float]) -> tuple[float, ...]:
    """Holm's step-down adjustment, in the given order."""
    order = sorted(range(len(ps)), key=lambda i: ps[i])
    adjusted = [0.0] * len(ps)
    largest = 0.0
    for rank, i in enumerate(order):
        largest = max(largest, min(1.0, (len(ps) - rank) * ps[i]))
        adjusted[i] = largest
    return tuple(adjusted)
