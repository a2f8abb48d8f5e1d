"""The whole saving calculation as rows: `besparing_balans` and `besparing_gevoeligheid`.

Only published volumes and rounded counts go in; `savings.balance` is the arithmetic. Uncertainty:
schools resampled x parameters drawn from their distributions; an interval runs from the 2.5% to
the 97.5% of the draws, and is rounded to EUR 1,000.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import numpy as np

from pipelines.effects import draws, evidence, savings
from pipelines.effects.balance_counts import Counts, balance_counts, count_rows
from pipelines.effects.balance_table import DRIVERS, GEVOELIGHEID, TOTAL, balance_row
from pipelines.effects.design import Minimum, value_of
from pipelines.effects.estimators import Floats
from pipelines.effects.rounding import rounded_count, to_nearest
from pipelines.effects.rows import Given
from pipelines.effects.saving_rows import SEED, Savings, Shown


@dataclass(frozen=True)
class Cumulative:
    """Net of the newest year and of all years together, with 95% intervals, in euro."""

    years: tuple[str, ...]
    route: savings.Route
    net: float
    net_interval: tuple[float, float]
    total: float
    total_interval: tuple[float, float]
    probability: float
    pupils: int
    schools: int
    large: bool
    left_out: tuple[str, ...]


@dataclass(frozen=True)
class Balances:
    """Rows of both tables, and the outcome on the leading route (None: cannot be said)."""

    rows: tuple[dict[str, Any], ...]
    sensitivity: tuple[dict[str, Any], ...]
    outcome: Cumulative | None
    reason: str


def balances(given: Given, found: Savings, minimum: Minimum) -> Balances:
    """The calculation along every route that all shown products can walk."""
    years = tuple(sorted({s.schooljaar for s in found.shown}))
    if not years:
        reason = str(found.rows[0]["reden"]) if found.rows else "Er is geen jeugdhulp geleverd."
        return _nothing(reason)
    lacking = [name for name in savings.PARAMETERS if name not in given.parameters]
    if lacking:
        return _nothing(f"Zonder waarde voor {', '.join(lacking)} is er niets te berekenen.")
    counts = balance_counts(given, years, minimum)
    found = _within_horizon(given, found, counts)
    years = tuple(sorted({s.schooljaar for s in found.shown}))
    if not years:
        return _nothing("Alle schooljaren met een besparing liggen na de horizon.")
    possible = [r for r in savings.ROUTES if _complete(found.shown, r)]
    leading = savings.leading_route(possible)
    drawn = draws.assumptions(given.parameters, SEED)
    middle = draws.middle(given.parameters)
    left_out = _left_out(found, leading)
    rows: list[dict[str, Any]] = []
    outcome: Cumulative | None = None
    for route in possible:
        facts = _facts(found.shown, route, years, counts)
        whole = savings.balance(facts, middle)
        samples = _samples(found.shown, route, facts, drawn)
        leads = route == leading
        told = count_rows(route, years, counts, minimum, leading=leads)
        rows += told
        rows += _route_rows(route, whole, samples, left_out, leading=leads, first=len(told))
        if route == leading:
            outcome = _outcome(route, whole, samples, counts, minimum, left_out)
    facts = _facts(found.shown, leading, years, counts)
    sensitivity = _tornado(given, found.shown, possible, leading, years, counts, facts)
    return Balances(tuple(rows), tuple(sensitivity), outcome, "")


def _nothing(reason: str) -> Balances:
    row = balance_row(TOTAL, "basis", "netto", "", status="niet_geleverd", reason=reason)
    return Balances((row,), (), None, reason)


def _within_horizon(given: Given, found: Savings, counts: Counts) -> Savings:
    """The school years that count: as many as `horizon_jaren` says, from the programme's first."""
    last = int(counts.first_year[:4]) + int(value_of(given.parameters, "horizon_jaren", 100)) - 1

    def counts_in(schooljaar: str) -> bool:
        return not schooljaar or int(schooljaar[:4]) <= last

    return Savings(
        rows=tuple(row for row in found.rows if counts_in(row["schooljaar"])),
        shown=tuple(one for one in found.shown if counts_in(one.schooljaar)),
    )


def _left_out(found: Savings, route: savings.Route) -> tuple[str, ...]:
    """Products, or products in a school year, that are not in the sum; nothing is filled in."""
    told = {(s.product.label, s.schooljaar) for s in found.shown if s.route == route}
    asked = {(str(r["product"]), str(r["schooljaar"])) for r in found.rows}
    return tuple(
        f"{product} in {year}" if year else product for product, year in sorted(asked - told)
    )


def _complete(shown: Sequence[Shown], route: savings.Route) -> bool:
    """Does this route hold every product year that any route holds?"""
    everything = {(s.product.id, s.schooljaar) for s in shown}
    return {(s.product.id, s.schooljaar) for s in shown if s.route == route} == everything


def _facts(
    shown: Sequence[Shown], route: savings.Route, years: Sequence[str], counts: Counts
) -> tuple[savings.YearFacts, ...]:
    return tuple(
        savings.YearFacts(
            schooljaar=year,
            care=tuple(
                savings.CareLine(
                    s.product.label, s.without, s.actual, s.tariff, s.base_tariff, s.hours
                )
                for s in shown
                if s.route == route and s.schooljaar == year
            ),
            avoided_orders=counts.orders[year] or 0,
            avoided_plans=counts.plans[year] or 0,
            participants=counts.participants[year] or 0,
            first=year == counts.first_year,
        )
        for year in years
    )


@dataclass(frozen=True)
class _Samples:
    """Draws x years, in euro: care saved, gross, net, and net so far (discounted)."""

    care: Floats
    gross: Floats
    net: Floats
    cumulative: Floats


def _samples(
    shown: Sequence[Shown],
    route: savings.Route,
    facts: Sequence[savings.YearFacts],
    drawn: draws.Drawn,
) -> _Samples:
    size = len(drawn.programme_cost)
    care = np.zeros((size, len(facts)))
    for s in shown:
        if s.route == route:
            care[:, [f.schooljaar for f in facts].index(s.schooljaar)] += np.nan_to_num(s.samples)
    orders = np.array([f.avoided_orders for f in facts])
    plans = np.array([f.avoided_plans for f in facts])
    work = (drawn.hours_per_order * drawn.rate_order)[:, None] * orders
    work += (drawn.hours_per_plan * drawn.rate_plan)[:, None] * plans
    gross = care + work
    net = gross - drawn.programme_cost[:, None]
    value = (1 + drawn.discount_rate[:, None] / 100) ** np.arange(len(facts))
    return _Samples(care, gross, net, (net / value).cumsum(axis=1))


def _range(samples: Floats, step: float = 1000) -> tuple[float, float, float]:
    limits = np.quantile(samples, [0.025, 0.5, 0.975])
    low, middle, high = (float(to_nearest(limit, step)) for limit in limits)
    return low, middle, high


def _route_rows(
    route: savings.Route,
    whole: savings.Balance,
    samples: _Samples,
    left_out: Sequence[str],
    *,
    leading: bool,
    first: int,
) -> list[dict[str, Any]]:
    """The balance of one route; `first`: the place of its first row."""
    rows: list[dict[str, Any]] = []

    def add(
        year: str,
        part: str,
        value: float | Decimal,
        limits: tuple[float, float, float] | None = None,
        payer: str = "",
        sentence: str = "",
    ) -> None:
        low, middle, high = limits or (None, None, None)
        numbers = {"waarde": float(value), "onder": low, "midden": middle, "boven": high}
        rows.append(
            balance_row(year, route, part, payer, leading=leading)
            | numbers
            | {"zin": sentence, "volgorde": first + len(rows)}
        )

    for n, year in enumerate(whole.years):
        add(year.schooljaar, "jeugdhulp", year.care, _range(samples.care[:, n]))
        add(year.schooljaar, "volume", year.volume)
        add(year.schooljaar, "mix", year.mix)
        add(year.schooljaar, "prijs", year.price)
        add(year.schooljaar, "beschikkingen", year.orders)
        add(year.schooljaar, "zorgplannen", year.plans)
        add(year.schooljaar, "bruto", year.gross, _range(samples.gross[:, n]))
        for payer, amount in year.cost:
            add(year.schooljaar, "programmakosten", amount, payer=payer)
        add(year.schooljaar, "netto", year.net, _range(samples.net[:, n]))
        add(year.schooljaar, "cumulatief", year.cumulative, _range(samples.cumulative[:, n]))
        add(year.schooljaar, "vrijkomend", year.cash)
        chance = round(float((samples.net[:, n] >= 0).mean()) * 100)
        add(year.schooljaar, "kans_kostenneutraal", chance)
    total = samples.cumulative[:, -1]
    chance = round(float((total >= 0).mean()) * 100)
    care = sum((y.care for y in whole.years), Decimal(0))
    add(TOTAL, "jeugdhulp", care, _range(samples.care.sum(1)))
    add(TOTAL, "beschikkingen", sum((y.orders for y in whole.years), Decimal(0)))
    add(TOTAL, "zorgplannen", sum((y.plans for y in whole.years), Decimal(0)))
    add(TOTAL, "bruto", whole.gross, _range(samples.gross.sum(1)))
    for payer in savings.PAYERS:
        paid = sum((dict(y.cost)[payer] for y in whole.years), Decimal(0))
        add(TOTAL, "programmakosten", paid, payer=payer)
    add(TOTAL, "netto", whole.net, _range(total), sentence=_verdict(whole, total, chance, left_out))
    add(TOTAL, "vrijkomend", sum((y.cash for y in whole.years), Decimal(0)))
    if whole.per_participant is not None:
        add(TOTAL, "per_deelnemer", to_nearest(float(whole.per_participant), 10))
    if whole.per_euro is not None:
        add(TOTAL, "euro_per_euro", round(whole.per_euro, 2))
    add(TOTAL, "kans_kostenneutraal", chance)
    return rows


def _verdict(whole: savings.Balance, total: Floats, chance: int, left_out: Sequence[str]) -> str:
    low, _middle, high = _range(total)
    limits = f"95%-interval: {evidence.euros(low)} tot {evidence.euros(high)}"
    net = evidence.euros(float(to_nearest(abs(float(whole.net)), 1000)))
    years = span([year.schooljaar for year in whole.years])
    if low <= 0 <= high:
        told = f"Over {years} is niet te zeggen of Zorg In School zichzelf heeft terugverdiend"
        told += f" ({limits})."
    elif high < 0:
        told = f"Over {years} kostte Zorg In School naar schatting {net} meer dan het opbracht"
        told += f" ({limits})."
    else:
        told = f"Over {years} bracht Zorg In School naar schatting {net} meer op dan het kostte"
        told += f" ({limits})."
    turn = (
        f" Vanaf {whole.break_even} zijn de kosten samen terugverdiend."
        if whole.break_even
        else " In deze schooljaren zijn de kosten samen nog niet terugverdiend."
    )
    lacking = (
        f" Niet meegerekend, omdat gegevens ontbreken: {', '.join(left_out)}." if left_out else ""
    )
    return f"{told}{turn} De kans dat het kostenneutraal is, is {chance_text(chance)}.{lacking}"


def chance_text(percent: float) -> str:
    """`ongeveer 61%`, and nothing more certain than `meer dan 99%` or `minder dan 1%`."""
    if percent >= 99:
        return "meer dan 99%"
    return "minder dan 1%" if percent < 1 else f"ongeveer {round(percent)}%"


def span(years: Sequence[str]) -> str:
    """`2023/2024` or `2023/2024 tot en met 2024/2025 samen`."""
    return years[0] if len(years) == 1 else f"{years[0]} tot en met {years[-1]} samen"


def _outcome(
    route: savings.Route,
    whole: savings.Balance,
    samples: _Samples,
    counts: Counts,
    minimum: Minimum,
    left_out: tuple[str, ...],
) -> Cumulative:
    net, total = _range(samples.net[:, -1]), _range(samples.cumulative[:, -1])
    return Cumulative(
        years=tuple(year.schooljaar for year in whole.years),
        route=route,
        net=float(to_nearest(float(whole.years[-1].net), 1000)),
        net_interval=(net[0], net[2]),
        total=float(to_nearest(float(whole.net), 1000)),
        total_interval=(total[0], total[2]),
        probability=float((samples.cumulative[:, -1] >= 0).mean()),
        pupils=rounded_count(counts.pupils, 5),
        schools=counts.schools,
        large=evidence.large_enough(evidence.Sizes(counts.pupils, counts.schools), minimum),
        left_out=left_out,
    )


def _tornado(
    given: Given,
    shown: Sequence[Shown],
    possible: Sequence[savings.Route],
    leading: savings.Route,
    years: Sequence[str],
    counts: Counts,
    facts: Sequence[savings.YearFacts],
) -> list[dict[str, Any]]:
    """Net over all years with one thing at its low and high value, the rest in the middle."""
    middle = draws.middle(given.parameters)

    def net(assumed: savings.Assumptions) -> float:
        return float(to_nearest(float(savings.balance(facts, assumed).net), 1000))

    rows = [
        _parameter_row(given, name, field, middle, net)
        for name, field in savings.PARAMETERS.items()
    ]
    nets = [
        float(to_nearest(float(savings.balance(_facts(shown, r, years, counts), middle).net), 1000))
        for r in possible
    ]
    rows.append(_driver("route", min(nets), max(nets)))
    fixed = draws.fixed(middle, len(shown[0].samples))
    sample = _range(_samples(shown, leading, facts, fixed).cumulative[:, -1])
    rows.append(_driver("steekproef", sample[0], sample[2]))
    rows.sort(key=lambda row: -abs(row["netto_hoog"] - row["netto_laag"]))
    return [row | {"volgorde": n} for n, row in enumerate(rows)]


def _driver(name: str, low: float, high: float) -> dict[str, Any]:
    label, source = DRIVERS[name]
    return dict.fromkeys(GEVOELIGHEID) | {
        "naam": name,
        "label": label,
        "eenheid": "",
        "verdeling": "",
        "bron": source,
        "netto_laag": low,
        "netto_hoog": high,
    }


def _parameter_row(
    given: Given,
    name: str,
    field: str,
    middle: savings.Assumptions,
    net: Callable[[savings.Assumptions], float],
) -> dict[str, Any]:
    parameter = given.parameters[name]
    low = parameter.value if parameter.low is None else parameter.low
    high = parameter.value if parameter.high is None else parameter.high
    return dict.fromkeys(GEVOELIGHEID) | {
        "naam": name,
        "label": parameter.label,
        "waarde": value_of(given.parameters, name, 0),
        "laag": parameter.low,
        "hoog": parameter.high,
        "eenheid": parameter.unit,
        "verdeling": parameter.distribution or "vast",
        "bron": parameter.source,
        "netto_laag": net(replace(middle, **{field: low})),
        "netto_hoog": net(replace(middle, **{field: high})),
    }
