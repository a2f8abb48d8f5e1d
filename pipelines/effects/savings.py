"""What youth care would have cost without the programme, and what was saved.

Pure arithmetic on published aggregates: nothing here knows a child, a table or a file. It imports
nothing else of Zichtlijn, so that the scenario page works with the very same formulas.

Volumes are in the unit of the tariff (dagdelen, uren); money is in euro, exact to the cent.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Literal

Route = Literal["basis", "vergelijking", "trend"]

ROUTES: tuple[Route, ...] = ("basis", "vergelijking", "trend")

_CENT = Decimal("0.01")


def euro(amount: float | Decimal) -> Decimal:
    """`amount` rounded to the cent, halves away from zero."""
    return Decimal(str(amount)).quantize(_CENT, ROUND_HALF_UP)


@dataclass(frozen=True)
class ProductYear:
    """One product in one school year, for the participants together.

    `carried_on`: the volume if every participant's volume per month before the start had gone on.
    `actual`: the volume there was. The comparison pair says the same of the comparison group
    (None without one). `own_growth`: the participants' growth per year before the start, as a
    share of their baseline (None with fewer than two years before). `years_on`: mean years from
    the middle of the baseline to the middle of this school year's months.
    """

    carried_on: float
    actual: float
    tariff: Decimal
    comparison_carried_on: float | None = None
    comparison_actual: float | None = None
    own_growth: float | None = None
    years_on: float = 0.0


def growth_factor(route: Route, year: ProductYear) -> float | None:
    """By how much the baseline would have changed without the programme; None: cannot be said."""
    match route:
        case "basis":
            return 1.0
        case "vergelijking":
            if year.comparison_actual is None or not year.comparison_carried_on:
                return None
            return year.comparison_actual / year.comparison_carried_on
        case "trend":
            if year.own_growth is None:
                return None
            return max(0.0, 1.0 + year.own_growth * year.years_on)


def counterfactual(route: Route, year: ProductYear) -> float | None:
    """Volume without the programme along one route; None where the route cannot be walked."""
    factor = growth_factor(route, year)
    return None if factor is None else year.carried_on * factor


def saving(without: float, actual: float, tariff: Decimal) -> Decimal:
    """(volume without - actual volume) x tariff, in euro to the cent; negative: it cost more."""
    return euro((Decimal(str(without)) - Decimal(str(actual))) * tariff)


def leading_route(possible: Sequence[Route]) -> Route:
    """The comparison group leads where there is one; otherwise the baseline carried on."""
    return "vergelijking" if "vergelijking" in possible else "basis"


@dataclass(frozen=True)
class Line:
    """One product's volumes and tariffs without and with the programme; one unit for all lines."""

    without: float
    actual: float
    tariff_without: Decimal
    tariff_actual: Decimal
    unit: str


@dataclass(frozen=True)
class Decomposition:
    """A saving split so that volume + mix + price = total, to the cent.

    `volume`: less care in all, at the average price without the programme. `mix`: shift between
    cheaper and dearer products. `price`: the same care at another tariff.
    """

    volume: Decimal
    mix: Decimal
    price: Decimal
    total: Decimal


def decompose(lines: Sequence[Line]) -> Decomposition:
    """Split the saving over `lines`. Volumes are summed, so all lines must share one unit.

    Mix takes the rounding remainder, at most two cents beside its own value.
    """
    units = {line.unit for line in lines}
    if len(units) > 1:
        raise ValueError(f"Volumes in {', '.join(sorted(units))} cannot be added up.")
    without = [Decimal(str(line.without)) for line in lines]
    actual = [Decimal(str(line.actual)) for line in lines]
    cost_without = sum(
        (v * x.tariff_without for v, x in zip(without, lines, strict=True)), Decimal(0)
    )
    cost_actual = sum((v * x.tariff_actual for v, x in zip(actual, lines, strict=True)), Decimal(0))
    all_without, all_actual = sum(without, Decimal(0)), sum(actual, Decimal(0))
    total = euro(cost_without - cost_actual)
    price = euro(
        sum(
            (v * (x.tariff_without - x.tariff_actual) for v, x in zip(actual, lines, strict=True)),
            Decimal(0),
        )
    )
    average = cost_without / all_without if all_without else Decimal(0)
    volume = euro((all_without - all_actual) * average)
    return Decomposition(volume=volume, mix=total - volume - price, price=price, total=total)


def administrative_saving(avoided: float, hours_each: float, hourly_rate: Decimal) -> Decimal:
    """Avoided beschikkingen or care plans x hours each x hourly rate, in euro."""
    return euro(Decimal(str(avoided)) * Decimal(str(hours_each)) * hourly_rate)


@dataclass(frozen=True)
class NetYear:
    """One year on the balance: gross saving, programme cost, net and net so far (discounted)."""

    schooljaar: str
    gross: Decimal
    cost: Decimal
    net: Decimal
    cumulative: Decimal


def net_by_year(
    years: Sequence[str], gross: Sequence[Decimal], cost: Sequence[Decimal], discount_rate: float
) -> tuple[NetYear, ...]:
    """Net saving per school year, in order; year n (from 0) is divided by (1 + rate)^n."""
    balance: list[NetYear] = []
    cumulative = Decimal("0.00")
    for n, (year, saved, spent) in enumerate(zip(years, gross, cost, strict=True)):
        net = euro((saved - spent) / Decimal(str(1 + discount_rate)) ** n)
        cumulative += net
        balance.append(NetYear(year, saved, spent, net, cumulative))
    return tuple(balance)


def break_even(balance: Sequence[NetYear]) -> str | None:
    """The first school year from which the cumulative net stays at or above zero."""
    found: str | None = None
    for year in balance:
        if year.cumulative < 0:
            found = None
        elif found is None:
            found = year.schooljaar
    return found
