"""What one child or trajectory costs: an amount over a published count, no finer than that count.

A count that is rounded to 5 leaves the cost per unit open by some per cents. The cost is printed
in a power of ten, from ten euro, that is at least half of what is left open, so that it is never
off by more than one printed step or half of it again.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from pipelines.release import bounds
from pipelines.release.disclosure.rules import cost_base

FINEST = 10.0  # euro


@dataclass(frozen=True)
class UnitCost:
    """Euro per unit; bounds are None where chance in the amount itself is not known."""

    value: float
    low: float | None
    high: float | None


def of_public(amount: float, units: int, threshold: int, rounding: int) -> UnitCost:
    """An amount that everybody knows over a count of chance events; bounds hold rounding too."""
    few, many = bounds.stands_for(units, threshold, rounding)
    step = _step(amount / many, amount / few)
    chance = bounds.count(units, threshold, rounding)
    value = math.floor(amount / units / step + 0.5) * step
    if chance is None or chance.low <= 0:
        return UnitCost(value, None, None)
    low = math.floor(amount / chance.high / step) * step
    return UnitCost(value, low, math.ceil(amount / chance.low / step) * step)


def of_published(amount: float, units: int, threshold: int, rounding: int) -> UnitCost:
    """A published amount, itself rounded, over a published count."""
    half = cost_base(amount) / 2
    few, many = bounds.stands_for(units, threshold, rounding)
    step = _step(max(0.0, amount - half) / many, (amount + half) / few)
    return UnitCost(math.floor(amount / units / step + 0.5) * step, None, None)


def _step(low: float, high: float) -> float:
    step = FINEST
    while step < (high - low) / 2:
        step *= 10
    return step
