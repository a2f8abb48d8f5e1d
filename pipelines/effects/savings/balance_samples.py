"""The balance again for every draw: schools resampled x parameters drawn, in euro."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from pipelines.effects.estimators.estimate import Floats
from pipelines.effects.rounding import bound_to_nearest
from pipelines.effects.savings import arithmetic
from pipelines.effects.savings.draws import ParameterDraws
from pipelines.effects.savings.routes import Shown


@dataclass(frozen=True)
class Samples:
    """Draws x school years, in euro. `value`: what an amount is divided by to discount it."""

    care: Floats
    orders: Floats
    plans: Floats
    cost: Floats
    value: Floats

    @property
    def gross(self) -> Floats:
        return self.care + self.orders + self.plans

    @property
    def net(self) -> Floats:
        return self.gross - self.cost

    @property
    def cumulative(self) -> Floats:
        """Net so far, discounted."""
        return (self.net / self.value).cumsum(axis=1)

    def together(self, amounts: Floats) -> Floats:
        """Amounts of every year as one, discounted: one per draw."""
        found: Floats = (amounts / self.value).sum(axis=1)
        return found

    @property
    def stays(self) -> Floats:
        """Chance, per school year, that from then on the net so far stays at or above zero."""
        later = np.minimum.accumulate(self.cumulative[:, ::-1], axis=1)[:, ::-1]
        found: Floats = (later >= 0).mean(axis=0)
        return found

    def of_payer(self, payer: arithmetic.Payer, shares: Floats) -> Floats:
        """Net of one payer; `shares`: of the cost, per school year."""
        gained = {"gemeente": self.care + self.orders, "scholen": self.plans}
        return gained.get(payer, np.zeros_like(self.cost)) - self.cost * shares


def samples(
    shown: Sequence[Shown],
    route: arithmetic.Route,
    facts: Sequence[arithmetic.YearFacts],
    drawn: ParameterDraws,
) -> Samples:
    """Every draw along one route."""
    size = len(drawn.programme_cost)
    years = [f.schooljaar for f in facts]
    care = np.zeros((size, len(facts)))
    for s in shown:
        if s.route == route:
            care[:, years.index(s.schooljaar)] += np.nan_to_num(s.samples)
    orders = np.array([f.avoided_orders for f in facts])
    plans = np.array([f.avoided_plans for f in facts])
    locations = np.array([f.locations for f in facts])
    each = drawn.programme_cost / drawn.programme_locations
    return Samples(
        care=care,
        orders=(drawn.hours_per_order * drawn.rate_order)[:, None] * orders,
        plans=(drawn.hours_per_plan * drawn.rate_plan)[:, None] * plans,
        cost=each[:, None] * locations,
        value=(1 + drawn.discount_rate[:, None] / 100) ** np.arange(len(facts)),
    )


def limits(
    drawn: Floats, step: float = 1000, *, tails: float = 0.025
) -> tuple[float, float, float]:
    """The draws without a share of `tails` on either side, and their middle, rounded to `step`."""
    low, middle, high = (
        bound_to_nearest(limit, step) for limit in np.quantile(drawn, [tails, 0.5, 1 - tails])
    )
    return low, middle, high


def percent(chance: float) -> int:
    """A chance as a whole percentage."""
    return round(float(chance) * 100)
