"""One interrupted series: counts or amounts of one place over time, without a comparison.

    log E[total] = log(exposure) + constant + trend + step + slope + season [+ covariates]

`interruption` makes the columns, `count_regression` fits them to counts; an amount goes to
`panel.regression` with the same columns, with Newey-West errors. The series of several schools
together, as the register has them, is `interrupted`.

Source: Bernal, Cummins and Gasparrini (2017), International Journal of Epidemiology 46, 348-355;
quasi-Poisson: McCullagh and Nelder (1989), section 6.2.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import numpy.typing as npt

from pipelines.effects.estimators.drift import poisson_rates
from pipelines.effects.estimators.estimate import CannotEstimate, Floats, t_estimate
from pipelines.effects.estimators.panel import Regression, long_run

CountErrors = Literal["poisson", "quasi-poisson", "newey-west"]
CONSTANT, TREND, STEP, SLOPE = range(4)
"""Places of the columns that `interruption` always makes."""


def interruption(moments: int, start: int, *, season: int = 0, harmonics: int = 2) -> Floats:
    """moments x columns: constant, trend per moment, step from `start` on, change of slope per
    moment after it; with `season` moments in a year also `harmonics` pairs of waves.

    `start`: how many moments came before. Raises `CannotEstimate` with fewer than three on a side.
    """
    if not 3 <= start <= moments - 3:
        raise CannotEstimate("fewer than three moments before or after the start")
    when = np.arange(moments, dtype=np.float64)
    after = when >= start
    columns = [np.ones(moments), when, after.astype(float), np.where(after, when - start, 0.0)]
    for wave in range(1, harmonics + 1 if season else 1):
        turn = 2 * np.pi * wave * when / season
        columns += [np.sin(turn), np.cos(turn)]
    return np.column_stack(columns)


def count_regression(
    total: npt.ArrayLike,
    columns: npt.ArrayLike,
    *,
    exposure: npt.ArrayLike | None = None,
    errors: CountErrors = "quasi-poisson",
    lags: int = 0,
) -> Regression:
    """Poisson regression of `total` (n counts, in order of time) on `columns` (n x k).

    Estimates are logs of rate ratios per unit of their column, of counts per unit of `exposure`.
    `errors`: of a Poisson count; times the root of Pearson's chi-square over n - k
    (quasi-Poisson); or serially correlated up to `lags` (Newey and West 1987), with n / (n - k).
    Intervals are t with n - k degrees of freedom. Raises `CannotEstimate`.
    """
    y = np.asarray(total, dtype=np.float64)
    x = np.asarray(columns, dtype=np.float64).reshape(len(y), -1)
    size = np.ones(len(y)) if exposure is None else np.asarray(exposure, dtype=np.float64)
    n, k = x.shape
    if n <= k or np.linalg.matrix_rank(x) < k or (size <= 0).any() or (y < 0).any():
        raise CannotEstimate("too few moments, columns that tell the same, or nothing to count in")
    rates = poisson_rates(y, size, x) if y.sum() > 0 else None
    if rates is None:
        raise CannotEstimate("the counts cannot be fitted")
    mean = rates * size
    bread = np.asarray(np.linalg.inv((x.T * mean) @ x), dtype=np.float64)
    beta = bread @ (x.T @ (mean * np.log(rates)))
    covariance: Floats = bread
    if errors == "quasi-poisson":
        covariance = bread * float(((y - mean) ** 2 / mean).sum()) / (n - k)
    elif errors == "newey-west":
        covariance = n / (n - k) * bread @ long_run(x * (y - mean)[:, None], lags) @ bread
    spread = np.sqrt(np.diag(covariance))
    if not (np.isfinite(spread) & (spread > 0)).all():
        raise CannotEstimate("no spread to learn from")
    estimates = tuple(
        t_estimate(float(b), float(e), n - k) for b, e in zip(beta, spread, strict=True)
    )
    return Regression(estimates, covariance, n, n - k)
