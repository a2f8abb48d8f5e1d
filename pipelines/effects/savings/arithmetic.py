"""What youth care would have cost without the programme, and what was saved.

Pure arithmetic on published aggregates: nothing here knows a child, a table or a file. It imports
nothing else of Zichtlijn, so that the scenario page works with the very same formulas.

Volumes are in the unit of the tariff (dagdelen, uren); money is in euro, exact to the cent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
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
    """Volume without the programme along one route; None where the route cannot be walked.

    Equation: carried on x factor, the factor 1 (basis), comparison's volume / what it would have
        been (vergelijking), or 1 + growth x years (trend)
    Source: The three routes of the saving model, EFFECTS.md.
    """
    factor = growth_factor(route, year)
    return None if factor is None else year.carried_on * factor


def saving(without: float, actual: float, tariff: Decimal) -> Decimal:
    """(volume without - actual volume) x tariff, in euro to the cent; negative: it cost more.

    Equation: (volume without - actual volume) x tariff
    Source: Drummond and others (2015), Methods for the Economic Evaluation of Health Care
        Programmes: quantity x unit price.
    """
    return euro((Decimal(str(without)) - Decimal(str(actual))) * tariff)


def leading_route(possible: Sequence[Route]) -> Route:
    """The comparison group leads where there is one; otherwise the baseline carried on."""
    return "vergelijking" if "vergelijking" in possible else "basis"


def administrative_saving(avoided: float, hours_each: float, hourly_rate: Decimal) -> Decimal:
    """Avoided beschikkingen or care plans x hours each x hourly rate, in euro.

    Equation: avoided x hours each x hourly rate
    Source: International Standard Cost Model Manual (SCM Network 2005): quantity x time x price.
    """
    return euro(Decimal(str(avoided)) * Decimal(str(hours_each)) * hourly_rate)


def break_even(course: Sequence[tuple[str, Decimal]]) -> str | None:
    """The first school year from which the net so far (per year, in order) stays at or above 0.

    Equation: first year from which the sum of net so far stays at or above 0
    Source: Drummond and others (2015), Methods for the Economic Evaluation of Health Care
        Programmes: the payback period.
    """
    found: str | None = None
    for schooljaar, so_far in course:
        if so_far < 0:
            found = None
        elif found is None:
            found = schooljaar
    return found


# --- the whole balance ---------------------------------------------------------------------------

Payer = Literal["gemeente", "scholen", "samenwerkingsverband"]

PAYERS: tuple[Payer, ...] = ("gemeente", "scholen", "samenwerkingsverband")


@dataclass(frozen=True)
class Assumptions:
    """Parameters a reader may move. Shares in percent, money in euro per year or hour, in prices
    of the price level.

    `programme_cost`: of `programme_locations` locations together; a school year costs as much per
    location as took part in it. `partnership_share`: of what the municipality does not pay; the
    schools pay the rest.
    `tariff_factor`, `volume_factor`: 1 is as published; they scale tariffs and saved volumes.
    """

    hours_per_order: float
    rate_order: float
    hours_per_plan: float
    rate_plan: float
    programme_cost: float
    programme_locations: float
    municipality_first_year: float
    municipality_later: float
    partnership_share: float
    cash_share: float
    discount_rate: float
    tariff_factor: float = 1.0
    volume_factor: float = 1.0


PARAMETERS: Mapping[str, str] = {
    "programmakosten_per_jaar": "programme_cost",
    "programmakosten_locaties": "programme_locations",
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
    """One product in one school year, as published: volumes, this year's and the base tariff, both
    in prices of the price level.

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
    """What is published about one school year.

    `locations`: that took part in it. `first`: of the programme, which splits costs.
    """

    schooljaar: str
    care: tuple[CareLine, ...]
    avoided_orders: float
    avoided_plans: float
    locations: float
    first: bool = False


@dataclass(frozen=True)
class YearBalance:
    """One school year in euro, or several together: `volume` + `mix` + `price` = `care`; `care` +
    both administrative savings = `gross`; `gross` - the sum of `cost` = `net`, which is also the
    sum of `payers`."""

    schooljaar: str
    volume: Decimal
    mix: Decimal
    price: Decimal
    orders: Decimal
    plans: Decimal
    cost: tuple[tuple[Payer, Decimal], ...]
    cash: Decimal
    cumulative: Decimal = Decimal(0)

    @property
    def care(self) -> Decimal:
        return self.volume + self.mix + self.price

    @property
    def gross(self) -> Decimal:
        return self.care + self.orders + self.plans

    @property
    def spent(self) -> Decimal:
        return sum((amount for _, amount in self.cost), Decimal(0))

    @property
    def net(self) -> Decimal:
        return self.gross - self.spent

    @property
    def payers(self) -> tuple[tuple[Payer, Decimal], ...]:
        """Net per payer: youth care and its orders are the municipality's, care plans the
        schools'."""
        gained = {"gemeente": self.care + self.orders, "scholen": self.plans}
        return tuple((who, gained.get(who, Decimal(0)) - paid) for who, paid in self.cost)


@dataclass(frozen=True)
class Balance:
    """All years together.

    `years`: each in the money of the price level, not discounted, but for `cumulative`. `present`:
    the same years discounted to the first; `total`: their sum, to the cent, on which everything
    over all years together rests. `per_participant` and `per_euro` are None without anything to
    divide.
    """

    years: tuple[YearBalance, ...]
    present: tuple[YearBalance, ...]
    total: YearBalance
    participants: float
    per_participant: Decimal | None
    per_euro: float | None
    break_even: str | None

    @property
    def gross(self) -> Decimal:
        return self.total.gross

    @property
    def cost(self) -> Decimal:
        return self.total.spent

    @property
    def net(self) -> Decimal:
        return self.total.net


def balance(years: Sequence[YearFacts], assumed: Assumptions, participants: float = 0.0) -> Balance:
    """The whole calculation from published aggregates.

    `participants`: distinct children over all years together; someone who took part in four years
    counts once.

    Equation: net = sum over years n of (care + orders + plans - cost) / (1 + rate)^n
    Source: Drummond and others (2015), Methods for the Economic Evaluation of Health Care
        Programmes: discounting to the first year; the rate is that of parameters.yaml.
    """
    parts = [_year(facts, assumed) for facts in years]
    present: list[YearBalance] = []
    so_far = Decimal(0)
    for n, part in enumerate(parts):
        now = _discounted(part, assumed.discount_rate, n)
        so_far += now.net
        present.append(replace(now, cumulative=so_far))
    done = tuple(
        replace(part, cumulative=now.cumulative) for part, now in zip(parts, present, strict=True)
    )
    total = _together(present)
    return Balance(
        years=done,
        present=tuple(present),
        total=total,
        participants=participants,
        per_participant=euro(total.net / Decimal(str(participants))) if participants else None,
        per_euro=float(total.gross / total.spent) if total.spent else None,
        break_even=break_even([(now.schooljaar, now.cumulative) for now in present]),
    )


def _discounted(part: YearBalance, rate: float, n: int) -> YearBalance:
    """Year n (from 0) divided by (1 + rate)^n, each part to the cent, so that sums add up."""
    factor = (1 + Decimal(str(rate)) / 100) ** n
    return replace(
        part,
        volume=euro(part.volume / factor),
        mix=euro(part.mix / factor),
        price=euro(part.price / factor),
        orders=euro(part.orders / factor),
        plans=euro(part.plans / factor),
        cash=euro(part.cash / factor),
        cost=tuple((who, euro(amount / factor)) for who, amount in part.cost),
    )


def _together(parts: Sequence[YearBalance]) -> YearBalance:
    """The sum of years on one basis."""

    def added(amounts: Iterable[Decimal]) -> Decimal:
        return sum(amounts, Decimal(0))

    return YearBalance(
        schooljaar="",
        volume=added(p.volume for p in parts),
        mix=added(p.mix for p in parts),
        price=added(p.price for p in parts),
        orders=added(p.orders for p in parts),
        plans=added(p.plans for p in parts),
        cash=added(p.cash for p in parts),
        cost=tuple((who, added(dict(p.cost)[who] for p in parts)) for who in PAYERS),
        cumulative=added(p.net for p in parts),
    )


def _year(facts: YearFacts, assumed: Assumptions) -> YearBalance:
    volume, mix, price = _split(facts.care, assumed)
    orders = administrative_saving(
        facts.avoided_orders, assumed.hours_per_order, Decimal(str(assumed.rate_order))
    )
    plans = administrative_saving(
        facts.avoided_plans, assumed.hours_per_plan, Decimal(str(assumed.rate_plan))
    )
    return YearBalance(
        schooljaar=facts.schooljaar,
        volume=volume,
        mix=mix,
        price=price,
        orders=orders,
        plans=plans,
        cost=programme_cost(assumed, locations=facts.locations, first=facts.first),
        cash=euro((volume + mix + price) * Decimal(str(assumed.cash_share)) / 100),
    )


def _split(care: Sequence[CareLine], assumed: Assumptions) -> tuple[Decimal, Decimal, Decimal]:
    """Saving as volume, mix and price, which add up to it to the cent.

    Volume: hours saved at the average base tariff without the programme; mix: the rest at base
    tariffs; price: what tariffs rose since the base year, more or less than prices did, over the
    volume saved.
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


def programme_cost(
    assumed: Assumptions, *, locations: float, first: bool
) -> tuple[tuple[Payer, Decimal], ...]:
    """One year's programme cost by payer, as many times the cost of a location as took part; the
    parts add up to it to the cent.

    Equation: cost per location x locations, by payer's share
    Source: parameters.yaml: programmakosten and the shares of payers, each with its source.
    """
    each = Decimal(str(assumed.programme_cost)) / Decimal(str(assumed.programme_locations))
    whole = euro(each * Decimal(str(locations)))
    share = assumed.municipality_first_year if first else assumed.municipality_later
    municipality = euro(whole * Decimal(str(share)) / 100)
    partnership = euro((whole - municipality) * Decimal(str(assumed.partnership_share)) / 100)
    return (
        ("gemeente", municipality),
        ("scholen", whole - municipality - partnership),
        ("samenwerkingsverband", partnership),
    )
