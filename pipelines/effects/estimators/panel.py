"""Regressions of what is measured of the same units at several moments, with covariates.

The effects of the register are worked out from sums per school (`estimate`). Where a study has
one row per unit and moment, as published evaluations do, these say what its tables say: ordinary
and weighted least squares, fixed effects of units and moments, lags and changes. Every estimate is
in the unit of the outcome per unit of its column, with a two-sided 95% interval.

Errors, by `errors`:

- `"ordinary"`: e'We / (n - k) (W'X'X)^-1, t with n - k degrees of freedom;
- `"robust"`: heteroskedasticity-consistent with n / (n - k) (HC1; MacKinnon and White 1985);
- `"newey-west"`: serial correlation up to `lags` with weights 1 - l / (lags + 1) (Newey and West
  1987), rows in order of time, with n / (n - k) (Wooldridge's Introductory Econometrics leaves
  that factor out: its .0426 is .0457 here);
- `clusters` given: sums of scores per cluster, times G / (G - 1) x (n - 1) / (n - k) (Liang and
  Zeger 1986), t with G - 1; effects of units that each lie in one cluster are not in k.

Source of the estimators: Wooldridge, Econometric Analysis of Cross Section and Panel Data (2010),
chapters 4, 7 and 10. Held against published tables and statsmodels in tests/reference.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from pipelines.effects.estimators.estimate import CannotEstimate, Estimate, Floats, t_estimate

Errors = Literal["ordinary", "robust", "newey-west"]
Labels = npt.NDArray[np.generic]
_NO_RANK = 1e-9


@dataclass(frozen=True)
class Regression:
    """`estimates`: one per column, in their order. `covariance`: of those, columns x columns.
    `rows`: used; rows with an unknown value anywhere are left out. `degrees`: of the t."""

    estimates: tuple[Estimate, ...]
    covariance: Floats
    rows: int
    degrees: int


def regression(
    outcome: npt.ArrayLike,
    columns: npt.ArrayLike,
    *,
    weights: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    errors: Errors = "ordinary",
    lags: int = 0,
) -> Regression:
    """Least squares of `outcome` (n) on `columns` (n x k); no constant is added.

    `weights`: of rows, inverse to their variance (their scale does not matter). `clusters`: a label
    per row. Raises `CannotEstimate` where rows are too few, or columns tell the same.
    """
    rows = _known(outcome, columns, weights, clusters)
    return _least_squares(rows, errors=errors, lags=lags, absorbed=0)


def fixed_effects(
    outcome: npt.ArrayLike,
    columns: npt.ArrayLike,
    unit: npt.ArrayLike,
    time: npt.ArrayLike | None = None,
    *,
    weights: npt.ArrayLike | None = None,
    clusters: npt.ArrayLike | None = None,
    errors: Errors = "ordinary",
    lags: int = 0,
) -> Regression:
    """The same with an effect of its own for every `unit`, and for every moment where `time` is
    given: y = columns b + unit + time + e, the two-way difference-in-differences regression.

    Units are taken out by their weighted means; moments enter as dummies behind the columns and
    are not told. Units with one row say nothing and are left out.
    """
    wide = np.asarray(columns, dtype=np.float64)
    wide = wide.reshape(len(wide), -1)
    told = wide.shape[1]
    if time is not None:
        moments = np.asarray(time)
        dummies = moments[:, None] == np.unique(moments)[None, 1:]
        wide = np.column_stack([wide, dummies.astype(float)])
    rows = _known(outcome, wide, weights, clusters, unit)
    _labels, place, size = np.unique(rows.unit, return_inverse=True, return_counts=True)
    rows = rows.kept(size[place] > 1)
    _labels, place = np.unique(rows.unit, return_inverse=True)
    if not len(place):
        raise CannotEstimate("no unit with two rows")
    moved = _within(rows.columns, rows.weights, place)
    varies = np.abs(moved).max(0) > _NO_RANK
    varies[:told] = True
    inside = replace(
        rows,
        outcome=_within(rows.outcome[:, None], rows.weights, place)[:, 0],
        columns=moved[:, varies],
    )
    absorbed = 0 if rows.clusters is not None and _nested(rows) else int(place.max()) + 1
    found = _least_squares(inside, errors=errors, lags=lags, absorbed=absorbed)
    return replace(
        found, estimates=found.estimates[:told], covariance=found.covariance[:told, :told]
    )


def lagged(values: npt.ArrayLike, unit: npt.ArrayLike, time: npt.ArrayLike, by: int = 1) -> Floats:
    """Per row the value of the same unit `by` moments earlier; not-a-number where that is unknown.

    `time`: whole numbers. A moment that is missing stays missing; nothing is carried over it.
    """
    known = np.asarray(values, dtype=np.float64)
    keys = list(zip(np.asarray(unit).tolist(), np.asarray(time).tolist(), strict=True))
    at = dict(zip(keys, known.tolist(), strict=True))
    if len(at) != len(keys):
        raise CannotEstimate("a unit has two rows of one moment")
    return np.array([at.get((whose, when - by), np.nan) for whose, when in keys])


def changes(values: npt.ArrayLike, unit: npt.ArrayLike, time: npt.ArrayLike) -> Floats:
    """Per row the value minus that of the same unit one moment earlier; see `lagged`."""
    found: Floats = np.asarray(values, dtype=np.float64) - lagged(values, unit, time)
    return found


@dataclass(frozen=True)
class _Rows:
    """Rows of which all is known; `unit` is empty where nothing is taken out."""

    outcome: Floats
    columns: Floats
    weights: Floats
    clusters: Labels | None
    unit: Labels

    def kept(self, which: npt.NDArray[np.bool_]) -> _Rows:
        return _Rows(
            self.outcome[which],
            self.columns[which],
            self.weights[which],
            None if self.clusters is None else self.clusters[which],
            self.unit[which],
        )


def _known(
    outcome: npt.ArrayLike,
    columns: npt.ArrayLike,
    weights: npt.ArrayLike | None,
    clusters: npt.ArrayLike | None,
    unit: npt.ArrayLike | None = None,
) -> _Rows:
    y = np.asarray(outcome, dtype=np.float64)
    x = np.asarray(columns, dtype=np.float64).reshape(len(y), -1)
    w = np.ones(len(y)) if weights is None else np.asarray(weights, dtype=np.float64)
    if (w < 0).any():
        raise CannotEstimate("a weight below zero")
    rows = _Rows(
        y,
        x,
        w,
        None if clusters is None else np.asarray(clusters),
        np.zeros(len(y)) if unit is None else np.asarray(unit),
    )
    return rows.kept(np.isfinite(y) & np.isfinite(x).all(1) & np.isfinite(w) & (w > 0))


def _within(values: Floats, weights: Floats, place: npt.NDArray[np.intp]) -> Floats:
    """Values minus the weighted mean of their unit."""
    whole = np.bincount(place, weights)
    means = [np.bincount(place, weights * column) / whole for column in values.T]
    moved: Floats = values - np.column_stack(means)[place]
    return moved


def _nested(rows: _Rows) -> bool:
    """Does every unit lie in one cluster?"""
    pairs = set(zip(rows.unit.tolist(), np.asarray(rows.clusters).tolist(), strict=True))
    return len(pairs) == len(np.unique(rows.unit))


def _least_squares(rows: _Rows, *, errors: Errors, lags: int, absorbed: int) -> Regression:
    x, w = rows.columns, rows.weights
    n, k = len(x), x.shape[1] + absorbed
    bread = (x.T * w) @ x
    scale = np.sqrt(np.maximum(np.diag(bread), 1e-300))
    if n <= k or np.linalg.matrix_rank(bread / np.outer(scale, scale), tol=_NO_RANK) < len(bread):
        raise CannotEstimate("too few rows, or columns that tell the same")
    inverse = np.linalg.inv(bread)
    beta = inverse @ (x.T @ (w * rows.outcome))
    left = rows.outcome - x @ beta
    degrees = n - k
    if rows.clusters is not None:
        labels, cluster = np.unique(rows.clusters, return_inverse=True)
        groups = len(labels)
        if groups < 2:
            raise CannotEstimate("fewer than two clusters")
        scores = np.column_stack([np.bincount(cluster, s) for s in (x * (w * left)[:, None]).T])
        meat = groups / (groups - 1) * (n - 1) / (n - k) * scores.T @ scores
        degrees = groups - 1
    elif errors == "ordinary":
        meat = float(w @ left**2) / (n - k) * bread
    else:
        meat = n / (n - k) * long_run(x * (w * left)[:, None], lags * (errors == "newey-west"))
    covariance = inverse @ meat @ inverse
    spread = np.sqrt(np.diag(covariance))
    if not (np.isfinite(spread) & (spread > 0)).all():
        raise CannotEstimate("no spread to learn from")
    estimates = tuple(
        t_estimate(float(b), float(e), degrees) for b, e in zip(beta, spread, strict=True)
    )
    return Regression(estimates, covariance, n, degrees)


def long_run(scores: Floats, lags: int) -> Floats:
    """Sum of squares of the scores, and with weights falling to zero of those `lags` apart."""
    found: Floats = scores.T @ scores
    for lag in range(1, lags + 1):
        apart = scores[lag:].T @ scores[:-lag]
        found = found + (1 - lag / (lags + 1)) * (apart + apart.T)
    return found
