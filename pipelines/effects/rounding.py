"""How numbers are rounded before they leave the room of effects."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any, Literal

import numpy as np

from pipelines.effects.wording import Sizes, number

Status = Literal["zichtbaar", "afgeschermd", "te_klein", "niet_geleverd"]


_MOST_DECIMALS = 3


def to_nearest(value: Any, step: float) -> Any:
    """Half away from zero, for a number or an array; never -0.0."""
    nearest = np.floor(np.abs(value) / step + 0.5) * step
    return np.sign(value) * nearest + 0.0


def rounded(value: float, decimals: int) -> float:
    """Rounded, and never -0.0."""
    return round(float(value), decimals) + 0.0


def kept_side(shown: float, exact: float, least: float) -> float:
    """A rounded bound on the side of zero where the exact one lies; `least`: the smallest step.

    What was rounded onto zero, or over it, becomes the smallest number on its side.
    """
    if np.sign(shown) == np.sign(exact):
        return shown
    return math.copysign(least, exact) if exact else 0.0


def bound_to_nearest(value: float, step: float) -> float:
    """A bound to a multiple of `step`, that does not reach zero by rounding."""
    return kept_side(float(to_nearest(value, step)), value, step)


def bounds_kept(
    interval: tuple[float, float], decimals: int, shift: float = 0.0
) -> tuple[float, float]:
    """An interval with so many decimals, moved along with an estimate that was rounded by `shift`;
    every bound stays on its side of zero."""
    least = 10.0**-decimals
    low, high = (kept_side(rounded(x + shift, decimals), x, least) for x in interval)
    return low, high


def rounded_count(value: int, base: float) -> int:
    """A count to the nearest multiple of `base`."""
    return int(to_nearest(value, base))


def rounded_sizes(sizes: Sizes, base: float) -> Sizes:
    """The same with pupils to the nearest multiple of `base`; schools are told as they are."""
    other = sizes.pupils_comparison
    return replace(
        sizes,
        pupils=rounded_count(sizes.pupils, base),
        pupils_comparison=None if other is None else rounded_count(other, base),
    )


def decimals_for(error: float, interval: tuple[float, float] = (0.0, 0.0)) -> int:
    """Decimals that show the first significant digit of the error, 1 to 3; more, to 3, where a
    bound of the interval would be rounded onto zero."""
    first = int(min(_MOST_DECIMALS, max(1, -math.floor(math.log10(error)))))
    bounds = [bound for bound in interval if bound]
    for decimals in range(first, _MOST_DECIMALS):
        if all(rounded(bound, decimals) for bound in bounds):
            return decimals
    return _MOST_DECIMALS


def rounded_p(p: float) -> float:
    """Three decimals, never below 0.001."""
    return max(0.001, round(p, 3))


def p_text(p: float) -> str:
    """`= 0,031` or `< 0,001`."""
    return "< 0,001" if p < 0.001 else f"= {number(p, 3)}"
