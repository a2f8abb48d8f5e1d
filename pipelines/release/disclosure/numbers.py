"""Rounding, and what a reader learns from a rounded number. Integers only."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

NO_LIMIT = 2**40
"""Stands for "no bound" in integer ranges; far above any count of children in a country."""


def round_counts(values: Ints, rounding: int) -> Ints:
    """Counts to the nearest multiple of `rounding`; halves go up (only where it is even).

    Equation: floor((n + b/2) / b) x b
    Source: docs/bescherming.md; Hundepool and others (2012), Statistical Disclosure Control,
        chapter 5 (rounding).
    """
    return (values + rounding // 2) // rounding * rounding


def range_of_rounded(published: Ints, threshold: Ints, rounding: int) -> tuple[Ints, Ints]:
    """The counts, first and last, that a shown number can stand for.

    Zero stands for zero. Any other shown number stands for a count that rounds to it and that is
    at least the threshold, because a smaller one would have been hidden.

    Equation: max(r - b/2, T) to r + (b - 1)/2; 0 stands for 0
    Source: docs/bescherming.md; Hundepool and others (2012), Statistical Disclosure Control,
        chapter 5 (rounding).
    """
    low = np.maximum(published - rounding // 2, threshold)
    high = published + (rounding - 1) // 2
    zero = published == 0
    return np.where(zero, 0, low), np.where(zero, 0, high)
