"""Units of one kind held against each other: limits of chance, with over-dispersion. No Streamlit.

Schools of a kind share a task, so each is held against the joint rate of its own kind. Schools also
differ for reasons that are no chance and no fault of theirs (Spiegelhalter, Handling
over-dispersion of performance indicators, 2005): that usual spread is estimated from the standard
scores, of which the outer tenths on both sides are pulled in (winsorised), by the additive model
(method of moments). It widens the exact limits, which keeps their shape; without over-dispersion
they are the exact limits themselves. What rounding counts adds is widened for too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from dashboard.release.released import Metric
from dashboard.words.selection import Cell

# Fewer visible units of a kind than this say too little about how far units usually lie apart.
FEWEST_OF_KIND = 8
LEVELS = (0.95, 0.998)
_TAIL = 0.1

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Group:
    """Visible units of one kind; `rate` their joint rate and `spread` the usual standard deviation
    between units beyond chance, both as fractions. `scale`: 100 or 1,000. `step`: of counts."""

    kind: str
    units: tuple[Cell, ...]
    rate: float
    spread: float
    scale: float
    step: int

    @property
    def outside(self) -> tuple[Cell, ...]:
        """Units outside the 99.8% limits."""
        return self.beyond(LEVELS[1])

    def beyond(self, level: float) -> tuple[Cell, ...]:
        """Units outside the limits of a level."""
        low, high = self.limits([float(row["noemer"]) for row in self.units], level)
        return tuple(
            row
            for row, least, most in zip(self.units, low, high, strict=True)
            if not least <= _fraction(row) * self.scale <= most
        )

    def limits(self, bases: Sequence[float], level: float) -> tuple[list[float], list[float]]:
        """Bounds within which a unit of each size stays, in the metric's own scale."""
        sizes = np.asarray(bases, dtype=np.float64)
        chance = self.rate * (1 - self.rate) / sizes
        wider = np.ones_like(sizes)
        if 0 < self.rate < 1:
            wider = np.sqrt((chance + _rounding(self.step, sizes) + self.spread**2) / chance)
        tail = (1 - level) / 2
        ends = (_quantiles(at, sizes, self.rate) / sizes for at in (tail, 1 - tail))
        low, high = (self.rate + (end - self.rate) * wider for end in ends)
        return (np.maximum(low, 0) * self.scale).tolist(), (high * self.scale).tolist()


def group(metric: Metric, kind: str, units: Sequence[Cell], rate: float | None, step: int) -> Group:
    """Visible units of one kind together; `rate`: published for the kind, as a fraction, or None
    for the joint rate of these units. `step`: what counts are rounded to."""
    joint = rate
    if joint is None:
        joint = sum(row["teller"] or 0.0 for row in units) / sum(row["noemer"] for row in units)
    scale = 1000.0 if metric.soort == "per_1000" else 100.0
    return Group(kind, tuple(units), joint, usual_spread(units, joint, step), scale, step)


def usual_spread(units: Sequence[Cell], rate: float, step: int) -> float:
    """Standard deviation between units that chance and rounding leave, as a fraction; 0 if none."""
    if len(units) < 2 or not 0 < rate < 1:
        return 0.0
    sizes = np.array([float(row["noemer"]) for row in units])
    found = np.array([_fraction(row) for row in units])
    variance = rate * (1 - rate) / sizes + _rounding(step, sizes)
    scores = winsorised((found - rate) / np.sqrt(variance))
    return math.sqrt(additive_variance(scores, variance))


def winsorised(scores: FloatArray) -> FloatArray:
    """Scores with the outer tenths pulled in to the tenth and ninetieth per cent of them."""
    low, high = np.quantile(scores, [_TAIL, 1 - _TAIL])
    pulled: FloatArray = np.clip(scores, low, high)
    return pulled


def additive_variance(scores: FloatArray, variance: FloatArray) -> float:
    """Variance between units by the method of moments (Spiegelhalter 2005, 4.2); 0 where the
    scores are no further apart than chance: their mean square times n is below n - 1."""
    n = scores.size
    excess = float((scores**2).sum()) - (n - 1)
    weights = 1 / variance
    room = float(weights.sum() - (weights**2).sum() / weights.sum())
    return max(0.0, excess / room) if room > 0 else 0.0


def _fraction(row: Cell) -> float:
    return float(row["teller"] or 0.0) / float(row["noemer"])


def _rounding(step: int, sizes: FloatArray) -> FloatArray:
    """Variance of a fraction of which the numerator is rounded to `step`."""
    varied: FloatArray = (step**2 / 12) / sizes**2
    return varied


def _quantiles(chance: float, bases: FloatArray, rate: float) -> FloatArray:
    """Binomial quantiles, interpolated between whole numbers (Spiegelhalter 2005), so that the
    limits run smoothly over sizes."""
    from scipy import stats  # takes a second, and most pages and reports draw no limits

    sizes = np.round(bases)
    whole = stats.binom.ppf(chance, sizes, rate)
    over = stats.binom.cdf(whole, sizes, rate) - chance
    step = stats.binom.pmf(whole, sizes, rate)
    part = np.divide(over, step, out=np.zeros_like(over), where=step > 0)
    found: FloatArray = np.maximum(whole - part, 0.0)
    return found
