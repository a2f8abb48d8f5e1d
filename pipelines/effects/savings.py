"""What youth care would have cost without the programme, and what was saved.

Pure arithmetic on published aggregates: nothing here knows a child, a table or a file. It imports
nothing else of Zichtlijn, so that the scenario page works with the very same formulas.

Volumes are in the unit of the tariff (dagdelen, uren); money is in euro, exact to the cent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
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


# --- the whole balance ---------------------------------------------------------------------------

Payer = Literal["gemeente", "scholen", "samenwerkingsverband"]

PAYERS: tuple[Payer, ...] = ("gemeente", "scholen", "samenwerkingsverband")


@dataclass(frozen=True)
class Assumptions:
    """Parameters a reader may move. Shares in percent, money in euro per year or hour.

    `partnership_share`: of what the municipality does not pay; the schools pay the rest.
    `tariff_factor`, `volume_factor`: 1 is as published; they scale tariffs and saved volumes.
    """

    hours_per_order: float
    rate_order: float
    hours_per_plan: float
    rate_plan: float
    programme_cost: float
    municipality_first_year: float
    municipality_later: float
    partnership_share: float
    cash_share: float
    discount_rate: float
    tariff_factor: float = 1.0
    volume_factor: float = 1.0


PARAMETERS: Mapping[str, str] = {
    "programmakosten_per_jaar": "programme_cost",
    "aandeel_gemeente_eerste_jaar": "municipality_first_year",
    "aandeel_gemeente_volgende_jaren": "municipality_later",
    "aandeel_samenwerkingsverband": "partnership_share",
    "uren_per_beschikking": "hours_per_order",
    "uurtarief_beschikking": "rate_order",
    "uren_per_zorgplan": "hours_per_plan",
    "uurtarief_zorgplan": "rate_plan",
    "aandeel_uitbetaald": "cash_share",
    "discontovoet": "discount_rate",
}
"""Name in `parameters.yaml`, and in what is published -> field of `Assumptions`."""


@dataclass(frozen=True)
class CareLine:
    """One product in one school year, as published: volumes, this year's and the base tariff.

    `hours`: hours in one unit, so that volumes of several products can be added up; None where a
    unit is no time: such a product counts as volume only.
    """

    product: str
    without: float
    actual: float
    tariff: Decimal
    base_tariff: Decimal
    hours: float | None = 1.0


@dataclass(frozen=True)
class YearFacts:
    """What is published about one school year; `first`: of the programme, which splits costs."""

    schooljaar: str
    care: tuple[CareLine, ...]
    avoided_orders: float
    avoided_plans: float
    participants: float
    first: bool = False


@dataclass(frozen=True)
class YearBalance:
    """One school year in euro: `volume` + `mix` + `price` = `care`; `care` + both administrative
    savings = `gross`; `gross` - the sum of `cost` = `net` (not discounted)."""

    schooljaar: str
    care: Decimal
    volume: Decimal
    mix: Decimal
    price: Decimal
    orders: Decimal
    plans: Decimal
    gross: Decimal
    cost: tuple[tuple[Payer, Decimal], ...]
    net: Decimal
    cumulative: Decimal
    cash: Decimal


@dataclass(frozen=True)
class Balance:
    """All years together. `per_participant` and `per_euro` are None without anything to divide."""

    years: tuple[YearBalance, ...]
    gross: Decimal
    cost: Decimal
    net: Decimal
    per_participant: Decimal | None
    per_euro: float | None
    break_even: str | None
    cost_neutral: bool


def balance(years: Sequence[YearFacts], assumed: Assumptions) -> Balance:
    """The whole calculation from published aggregates; cumulative figures are discounted."""
    parts = [_year(facts, assumed) for facts in years]
    spent = [sum((amount for _, amount in part.cost), Decimal(0)) for part in parts]
    course = net_by_year(
        [p.schooljaar for p in parts],
        [p.gross for p in parts],
        spent,
        assumed.discount_rate / 100,
    )
    done = tuple(
        replace(part, cumulative=step.cumulative) for part, step in zip(parts, course, strict=True)
    )
    gross = sum((p.gross for p in done), Decimal(0))
    cost = sum(spent, Decimal(0))
    net = course[-1].cumulative if course else Decimal(0)
    people = max((facts.participants for facts in years), default=0.0)
    return Balance(
        years=done,
        gross=gross,
        cost=cost,
        net=net,
        per_participant=euro(net / Decimal(str(people))) if people else None,
        per_euro=float(gross / cost) if cost else None,
        break_even=break_even(course),
        cost_neutral=net >= 0,
    )


def _year(facts: YearFacts, assumed: Assumptions) -> YearBalance:
    volume, mix, price = _split(facts.care, assumed)
    care = volume + mix + price
    orders = administrative_saving(
        facts.avoided_orders, assumed.hours_per_order, Decimal(str(assumed.rate_order))
    )
    plans = administrative_saving(
        facts.avoided_plans, assumed.hours_per_plan, Decimal(str(assumed.rate_plan))
    )
    gross = care + orders + plans
    cost = programme_cost(assumed, first=facts.first)
    net = gross - sum((amount for _, amount in cost), Decimal(0))
    return YearBalance(
        schooljaar=facts.schooljaar,
        care=care,
        volume=volume,
        mix=mix,
        price=price,
        orders=orders,
        plans=plans,
        gross=gross,
        cost=cost,
        net=net,
        cumulative=net,
        cash=euro(care * Decimal(str(assumed.cash_share)) / 100),
    )


def _split(care: Sequence[CareLine], assumed: Assumptions) -> tuple[Decimal, Decimal, Decimal]:
    """Saving as volume, mix and price, which add up to it to the cent.

    Volume: hours saved at the average base tariff without the programme; mix: the rest at base
    tariffs; price: what tariffs rose since the base year, over the volume saved.
    """
    factor, dearer = Decimal(str(assumed.volume_factor)), Decimal(str(assumed.tariff_factor))
    saved = [(Decimal(str(x.without)) - Decimal(str(x.actual))) * factor for x in care]
    total = euro(sum((s * x.tariff * dearer for s, x in zip(saved, care, strict=True)), Decimal(0)))
    at_base = euro(sum((s * x.base_tariff for s, x in zip(saved, care, strict=True)), Decimal(0)))
    usual = worth = fewer = apart = Decimal(0)
    for s, x in zip(saved, care, strict=True):
        if x.hours is None:
            apart += s * x.base_tariff
            continue
        hours = Decimal(str(x.hours))
        usual += Decimal(str(x.without)) * hours
        worth += Decimal(str(x.without)) * x.base_tariff
        fewer += s * hours
    volume = euro((fewer * worth / usual if usual else Decimal(0)) + apart)
    return volume, at_base - volume, total - at_base


def programme_cost(assumed: Assumptions, *, first: bool) -> tuple[tuple[Payer, Decimal], ...]:
    """One year's programme cost by payer; the parts add up to it to the cent."""
    whole = euro(assumed.programme_cost)
    share = assumed.municipality_first_year if first else assumed.municipality_later
    municipality = euro(whole * Decimal(str(share)) / 100)
    partnership = euro((whole - municipality) * Decimal(str(assumed.partnership_share)) / 100)
    return (
        ("gemeente", municipality),
        ("scholen", whole - municipality - partnership),
        ("samenwerkingsverband", partnership),
    )
