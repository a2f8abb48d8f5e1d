"""Interrupted time series: what happened per school month, against the course before the start.

Poisson regression with pupil-months as exposure on season (calendar months, or two waves where
they cannot be told apart), a straight trend, a step at each school's own start and a change of
slope after it. The likelihood of pupil-months is that of their sums per month and start, so sums
are all it takes. Uncertainty: the whole fit again without each school (a jackknife over clusters,
CV3), which stays honest with few schools; above 30 schools without each of 30 groups of schools.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import statsmodels.api as sm
from statsmodels.tools.sm_exceptions import (
    ConvergenceWarning,
    HessianInversionWarning,
    PerfectSeparationWarning,
)

from pipelines.effects.estimators.estimate import CannotEstimate, Estimate, Floats, t_estimate

_MONTHS_FOR_A_SEASON = 24
_MOST_FITS = 30


@dataclass(frozen=True)
class Months:
    """One row per school and calendar month: `school`, `month` (since 1970), `start` of that
    school's pupils (the same numbering), `total` of what happened and `weight` in pupil-months."""

    school: Floats
    month: Floats
    start: Floats
    total: Floats
    weight: Floats


@dataclass(frozen=True)
class _Groups:
    """`total`, `weight`: groups of schools x every month and start that occurs.

    The likelihood knows no more than their sums, so a fit without a group takes only adding up.
    """

    month: Floats
    start: Floats
    total: Floats
    weight: Floats

    def without(self, group: int) -> _Groups:
        others = np.arange(len(self.weight)) != group
        seen = self.weight[others].sum(0) > 0
        return _Groups(
            self.month[seen],
            self.start[seen],
            self.total[others][:, seen],
            self.weight[others][:, seen],
        )


def _summed(months: Months, n: int) -> _Groups:
    """Every n-th school in one group."""
    month, of_month = np.unique(months.month, return_inverse=True)
    start, of_start = np.unique(months.start, return_inverse=True)
    _schools, of_school = np.unique(months.school, return_inverse=True)
    keys, place = np.unique(of_month * len(start) + of_start, return_inverse=True)
    cell = (of_school % n) * len(keys) + place

    def by_group(values: Floats) -> Floats:
        sums = np.bincount(cell, weights=values, minlength=n * len(keys))
        return sums.astype(np.float64).reshape(n, len(keys))

    return _Groups(
        month[keys // len(start)],
        start[keys % len(start)],
        by_group(months.total),
        by_group(months.weight),
    )


@dataclass(frozen=True)
class Interruption:
    """`difference`: mean rate after the start minus the rate expected from the course before it.

    `step` and `slope`: log-rate change at the start, and per month after it. `expected`,
    `observed`: mean rates after the start, without and with the programme.
    """

    difference: Estimate
    step: Estimate
    slope: Estimate
    expected: float
    observed: float
    largest_shift: float


def interrupted_series(months: Months) -> Interruption:
    """Fit, and fit again without each school. Raises `CannotEstimate`.

    Equation: error^2 = (G - 1) / G x sum over g of (estimate without g - estimate)^2
    Source: Bernal, Cummins and Gasparrini (2017), International Journal of Epidemiology 46,
        348-355; the jackknife over clusters: MacKinnon, Nielsen and Webb (2023), Journal of
        Econometrics 232, 272-299.
    """
    schools = np.unique(months.school)
    before = months.month < months.start
    if len(schools) < 3 or not before.any() or before.all():
        raise CannotEstimate("fewer than three schools, or nothing before or after the start")
    if len(np.unique(months.month[before])) < 12 or len(np.unique(months.month[~before])) < 6:
        raise CannotEstimate("fewer than twelve months before or six after the start")
    n = min(len(schools), _MOST_FITS)
    groups = _summed(months, n)
    whole = _fit(groups)
    others = np.array([_fit(groups.without(group)) for group in range(n)])
    errors = np.sqrt((n - 1) / n * ((others - whole) ** 2).sum(0))
    if not (np.isfinite(errors) & (errors > 0)).all():
        raise CannotEstimate("the series cannot be bounded")
    return Interruption(
        difference=t_estimate(float(whole[0]), float(errors[0]), n - 1),
        step=t_estimate(float(whole[1]), float(errors[1]), n - 1),
        slope=t_estimate(float(whole[2]), float(errors[2]), n - 1),
        expected=float(whole[3]),
        observed=float(whole[3] + whole[0]),
        largest_shift=float(np.abs(others[:, 0] - whole[0]).max()),
    )


def design_matrix(months: Months, *, programme: bool = True) -> Floats:
    """Season, trend, step and slope; with `programme` off the step and slope are zero.

    Equation: log E[total] = log(weight) + season + trend + step + slope x months since the start
    Source: Bernal, Cummins and Gasparrini (2017), International Journal of Epidemiology 46,
        348-355.
    """
    after = (months.month >= months.start) & programme
    trend = (months.month - 648.0) / 12
    return np.column_stack(
        [
            _season(months),
            trend,
            after.astype(float),
            np.where(after, months.month - months.start, 0.0),
        ]
    )


def _season(months: Months) -> Floats:
    of_year = np.mod(months.month, 12)
    if len(np.unique(months.month)) >= _MONTHS_FOR_A_SEASON and len(np.unique(of_year)) == 12:
        months_of_year: Floats = (of_year[:, None] == np.arange(12)[None, :]).astype(float)
        return months_of_year
    turn = 2 * np.pi * of_year / 12
    return np.column_stack([np.ones(len(turn)), np.sin(turn), np.cos(turn)])


def _fit(groups: _Groups) -> Floats:
    """Difference, step, slope and expected rate of one fit."""
    months = Months(
        school=np.zeros(len(groups.month)),
        month=groups.month,
        start=groups.start,
        total=groups.total.sum(0),
        weight=groups.weight.sum(0),
    )
    design = design_matrix(months)
    if np.linalg.matrix_rank(design) < design.shape[1]:
        raise CannotEstimate("these months cannot tell season, trend, step and slope apart")
    model = sm.GLM(months.total, design, family=sm.families.Poisson(), exposure=months.weight)
    with warnings.catch_warnings():
        for trouble in (ConvergenceWarning, PerfectSeparationWarning, HessianInversionWarning):
            warnings.simplefilter("error", trouble)
        try:
            fit = model.fit(tol=1e-12)
        except (
            ConvergenceWarning,
            PerfectSeparationWarning,
            HessianInversionWarning,
            np.linalg.LinAlgError,
            ValueError,
        ) as problem:
            raise CannotEstimate("the series cannot be fitted") from problem
    after = months.month >= months.start
    weight = months.weight[after]
    with_it = np.exp(design[after] @ fit.params)
    without = np.exp(design_matrix(months, programme=False)[after] @ fit.params)
    mean = [float(weight @ rate / weight.sum()) for rate in (with_it, without)]
    return np.array([mean[0] - mean[1], fit.params[-2], fit.params[-1], mean[1]])
