"""Means and shares per arm: differences with errors clustered by school, from sums per school.

The difference of two weighted means is ordinary (weighted) least squares of the values on an arm
dummy; its clustered error needs only each school's total and weight per arm. Held against
statsmodels in tests. Few schools: see `estimate`; the bootstrap imposes that nothing differs.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.effects.estimators.estimate import (
    BOOTSTRAP_BELOW,
    BOOTSTRAP_BELOW_IN_ARM,
    SEED,
    CannotEstimate,
    Estimate,
    Floats,
    t_estimate,
    wild_weights,
)


@dataclass(frozen=True)
class Means:
    """Totals and weights per school (rows) and arm (columns): participants, or comparison first."""

    total: Floats
    weight: Floats

    def __post_init__(self) -> None:
        if self.total.shape != self.weight.shape or self.total.shape[1] not in (1, 2):
            raise ValueError("total and weight are both schools x 1 or schools x 2.")
        if len(self.total) < 2 or not (self.weight.sum(0) > 0).all():
            raise CannotEstimate("fewer than two schools or an empty arm")

    @property
    def values(self) -> Floats:
        means: Floats = self.total.sum(0) / self.weight.sum(0)
        return means

    @property
    def signs(self) -> Floats:
        return np.array([1.0]) if self.total.shape[1] == 1 else np.array([-1.0, 1.0])

    @property
    def needs_bootstrap(self) -> bool:
        in_arm = (self.weight > 0).sum(0)
        few = self.total.shape[1] > 1 and in_arm.min() < BOOTSTRAP_BELOW_IN_ARM
        return len(self.total) < BOOTSTRAP_BELOW or bool(few)


def means_of(summary: pl.DataFrame, names: Sequence[str]) -> Means:
    """Schools x these groups, from rows of school, groep, pupils and total."""
    rows = summary.filter(pl.col("groep").is_in(list(names)))
    schools = sorted(rows["school"].unique())
    place = {school: n for n, school in enumerate(schools)}
    total = np.zeros((len(schools), len(names)))
    weight = np.zeros_like(total)
    for school, groep, pupils, value in rows.select(
        "school", "groep", "pupils", "total"
    ).iter_rows():
        at = place[school], names.index(groep)
        total[at], weight[at] = value, pupils
    return Means(total, weight)


def mean_alone(means: Means) -> Estimate:
    """One arm's mean with a t interval over schools; nothing is tested but that it is zero.

    Equation: total / weight, error clustered by school with G / (G - 1)
    Source: Liang and Zeger (1986), Biometrika 73, 13-22.
    """
    value, error = _value_and_error(means)
    return t_estimate(value, error, len(means.total) - 1)


def mean_difference(means: Means, *, seed: int = SEED, draws: int = 999) -> Estimate:
    """Participants minus comparison, or the participants' mean change against zero.

    Equation: participants' mean - comparison's mean, error clustered by school with G / (G - 1)
    Source: Liang and Zeger (1986), Biometrika 73, 13-22; few schools: Cameron, Gelbach and Miller
        (2008), Review of Economics and Statistics 90, 414-427.
    """
    value, error = _value_and_error(means)
    schools = len(means.total)
    if not means.needs_bootstrap:
        return t_estimate(value, error, schools - 1)
    distances = _wild_distances(means, wild_weights(schools, draws, seed))
    critical = float(np.quantile(distances, 0.95, method="higher"))
    extreme = int((distances >= abs(value) / error * (1 - 1e-9)).sum())
    return Estimate(
        value=value,
        standard_error=error,
        interval=(value - critical * error, value + critical * error),
        p=(1 + extreme) / (1 + draws),
        degrees=None,
    )


def _value_and_error(means: Means) -> tuple[float, float]:
    scores = (means.total - means.values * means.weight) / means.weight.sum(0) @ means.signs
    n = len(means.total)
    error = float(np.sqrt(n / (n - 1) * (scores**2).sum()))
    if error <= 1e-12:
        raise CannotEstimate("schools do not differ, so there is no spread to learn from")
    return float(means.values @ means.signs), error


def _wild_distances(means: Means, weights: Floats) -> Floats:
    """|difference / error| in bootstrap samples where all arms share one mean (one arm: zero)."""
    everyone = means.weight.sum(0)
    one_arm = means.total.shape[1] == 1
    common = 0.0 if one_arm else float(means.total.sum() / means.weight.sum())
    residual = means.total - common * means.weight
    drawn = common + weights @ residual / everyone
    values = drawn @ means.signs
    own = (
        (common - drawn)[:, None, :] * means.weight[None, :, :]
        + weights[:, :, None] * residual[None, :, :]
    ) / everyone
    scores = own @ means.signs
    n = len(means.total)
    errors = np.sqrt(n / (n - 1) * (scores**2).sum(1))
    distances: Floats = np.abs(values) / np.maximum(errors, 1e-300)
    return distances
