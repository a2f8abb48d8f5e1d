"""How numbers are rounded before they leave the room of effects."""

from __future__ import annotations

import math
from typing import Any, Literal

import numpy as np

from pipelines.effects.evidence import number

Status = Literal["zichtbaar", "afgeschermd", "te_klein", "niet_geleverd"]


def to_nearest(value: Any, step: float) -> Any:
    """Half away from zero, for a number or an array."""
    rounded = np.floor(np.abs(value) / step + 0.5) * step
    return np.sign(value) * rounded


def rounded_count(value: int, base: float) -> int:
    """A count to the nearest multiple of `base`."""
    return int(to_nearest(value, base))


def decimals_for(error: float) -> int:
    """Decimals that show the first significant digit of the error, 1 to 3."""
    return int(min(3, max(1, -math.floor(math.log10(error)))))


def rounded_p(p: float) -> float:
    """Three decimals, never below 0.001."""
    return max(0.001, round(p, 3))


def p_text(p: float) -> str:
    """`= 0,031` or `< 0,001`."""
    return "< 0,001" if p < 0.001 else f"= {number(p, 3)}"
