"""Intervals: pure functions of numbers, held to published values in tests.

All are two-sided at `level` (0.95 unless told otherwise). An interval that does not exist, such
as that of a mean of one, is None: never a made-up width.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from scipy import special  # scipy.stats takes ten times as long to import


@dataclass(frozen=True)
class Interval:
    low: float
    high: float


def wilson(successes: float, trials: float, level: float = 0.95) -> Interval | None:
    """Score interval of a proportion (Wilson, 1927), between 0 and 1. None without trials.

    Equation: (p + z^2/2n -+ z sqrt(p(1-p)/n + z^2/4n^2)) / (1 + z^2/n)
    Source: Wilson (1927), Journal of the American Statistical Association 22, 209-212.
    """
    if trials <= 0:
        return None
    if not 0 <= successes <= trials:
        raise ValueError("successes must lie between 0 and trials")
    z = _z(level)
    share = successes / trials
    width = z * math.sqrt(share * (1 - share) / trials + z * z / (4 * trials * trials))
    centre = share + z * z / (2 * trials)
    scale = 1 + z * z / trials
    low = 0.0 if successes == 0 else (centre - width) / scale
    high = 1.0 if successes == trials else (centre + width) / scale
    return Interval(low, high)


def garwood(events: float, exposure: float = 1.0, level: float = 0.95) -> Interval | None:
    """Exact Poisson interval of events per unit of exposure (Garwood, 1936).

    Equation: chi2(alpha/2, 2k)/2 to chi2(1 - alpha/2, 2k + 2)/2, per exposure
    Source: Garwood (1936), Biometrika 28, 437-442.
    """
    if exposure <= 0:
        return None
    if events < 0:
        raise ValueError("events cannot be negative")
    tail = (1 - level) / 2
    low = 0.0 if events == 0 else float(special.gammaincinv(events, tail))
    high = float(special.gammaincinv(events + 1, 1 - tail))
    return Interval(low / exposure, high / exposure)


def t_mean(mean: float, deviation: float, n: int, level: float = 0.95) -> Interval | None:
    """Student's interval of a mean, from the sample standard deviation (n - 1). None below two.

    Equation: mean -+ t(n - 1) x deviation / sqrt(n)
    Source: Student (1908), Biometrika 6, 1-25.
    """
    if n < 2:
        return None
    if deviation < 0:
        raise ValueError("a standard deviation cannot be negative")
    width = float(special.stdtrit(n - 1, (1 + level) / 2)) * deviation / math.sqrt(n)
    return Interval(mean - width, mean + width)


def welch(
    mean: float,
    variance: float,
    n: int,
    other_mean: float,
    other_variance: float,
    other_n: int,
    level: float = 0.95,
) -> Interval:
    """Interval of the difference `mean` - `other_mean` of two groups (Welch, 1947).

    Variances are sample variances (n - 1), each group of two or more. Without any variance the
    interval is the difference itself.

    Equation: difference -+ t(f) x sqrt(v1/n1 + v2/n2), f = (v1/n1 + v2/n2)^2 / sum((v/n)^2 / (n -
        1))
    Source: Welch (1947), Biometrika 34, 28-35.
    """
    if min(n, other_n) < 2:
        raise ValueError("a group of fewer than two has no variance")
    own, other = variance / n, other_variance / other_n
    difference = mean - other_mean
    if own + other == 0:
        return Interval(difference, difference)
    freedom = (own + other) ** 2 / (own**2 / (n - 1) + other**2 / (other_n - 1))
    width = float(special.stdtrit(freedom, (1 + level) / 2)) * math.sqrt(own + other)
    return Interval(difference - width, difference + width)


def quantile(ordered: Sequence[float], at: float) -> float:
    """Smallest of the sorted values that at least a share `at` does not exceed.

    Equation: x[ceil(at x n)]
    Source: Hyndman and Fan (1996), The American Statistician 50, 361-365, definition 1.
    """
    if not ordered:
        raise ValueError("no values, no quantile")
    return ordered[max(math.ceil(round(at * len(ordered), 9)), 1) - 1]


def order_statistics(ordered: Sequence[float], at: float, level: float = 0.95) -> Interval | None:
    """Distribution-free interval of a quantile: two of the sorted values themselves.

    The ranks are those that leave at most half of (1 - level) on either side, by the binomial
    distribution (Conover, Practical Nonparametric Statistics). None where the sample is too small
    for a rank on both sides.

    Equation: x[l] to x[u], with P(Bin(n, at) < l) and P(Bin(n, at) >= u) at most alpha/2
    Source: Conover (1999), Practical Nonparametric Statistics, section 3.2.
    """
    n = len(ordered)
    if n == 0:
        return None
    lower, upper = _ranks(n, at, (1 - level) / 2)
    if lower < 1 or upper > n:
        return None
    return Interval(ordered[lower - 1], ordered[upper - 1])


@lru_cache(maxsize=10_000)
def _ranks(n: int, at: float, tail: float) -> tuple[int, int]:
    from scipy import stats  # here: only medians get this far, and it takes 0.7 s

    lower = int(stats.binom.ppf(tail, n, at))  # P(X <= lower - 1) < tail
    if stats.binom.cdf(lower, n, at) <= tail:
        lower += 1
    upper = int(stats.binom.ppf(1 - tail, n, at)) + 1  # P(X >= upper) <= tail
    return lower, upper


def two_sided_z(level: float = 0.95) -> float:
    """The normal quantile that leaves (1 - level) / 2 on either side."""
    return _z(level)


@lru_cache
def _z(level: float) -> float:
    return float(special.ndtri((1 + level) / 2))
