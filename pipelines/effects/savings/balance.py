"""The whole saving calculation as rows: `besparing_balans` and `besparing_gevoeligheid`.

Only published volumes and rounded counts go in, and amounts in prices of one year (`price_level`);
`arithmetic.balance` is the arithmetic. Uncertainty:
schools resampled x parameters drawn from their distributions; an interval runs from the 2.5% to
the 97.5% of the draws, and is rounded to EUR 1,000.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipelines import schoolyear
from pipelines.effects import wording
from pipelines.effects.designs.rows import Given
from pipelines.effects.effect import Minimum, value_of
from pipelines.effects.rounding import rounded_count, to_nearest
from pipelines.effects.savings import arithmetic, balance_samples, balance_words, draws, price_level
from pipelines.effects.savings.balance_counts import Counts, balance_counts, count_rows
from pipelines.effects.savings.balance_lines import TotalRows, YearRows
from pipelines.effects.savings.balance_samples import Samples, limits
from pipelines.effects.savings.balance_table import DRIVERS, GEVOELIGHEID, TOTAL, balance_row
from pipelines.effects.savings.routes import SEED, Savings, Shown
from pipelines.effects.savings.ticks import told


@dataclass(frozen=True)
class Cumulative:
    """Net of the newest year and of all years together, with 95% intervals, in euro.

    `missed`: years of the programme that are not in it. `lacking`: Dutch, what was not delivered.
    """

    years: tuple[str, ...]
    route: arithmetic.Route
    net: float
    net_interval: tuple[float, float]
    total: float
    total_interval: tuple[float, float]
    probability: float
    pupils: int
    schools: int
    large: bool
    left_out: tuple[str, ...]
    missed: tuple[str, ...]
    lacking: str


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
    lacking = [name for name in arithmetic.PARAMETERS if name not in given.parameters]
    if lacking:
        return _nothing(f"Zonder waarde voor {', '.join(lacking)} is er niets te berekenen.")
    try:
        priced = price_level.at_level(given.parameters, arithmetic.PARAMETERS)
    except price_level.Undeterminable as unknown:
        return _nothing(str(unknown))
    given = replace(given, parameters=priced)
    if given.parameters["programmakosten_locaties"].value <= 0:
        return _nothing("De programmakosten gelden voor nul locaties; vul het aantal locaties in.")
    counts = balance_counts(given, found.closed, minimum)
    years, missed = _programme_years(given, found, counts)
    if not any(s.schooljaar in years for s in found.shown):
        return _nothing("Alle schooljaren met een besparing liggen na de horizon.")
    found = replace(found, shown=tuple(s for s in found.shown if s.schooljaar in years))
    counts = balance_counts(given, years, minimum)
    possible = [r for r in arithmetic.ROUTES if _complete(found.shown, r)]
    leading = arithmetic.leading_route(possible)
    level = price_level.level(given.parameters)
    drawn = draws.assumptions(given.parameters, SEED)
    middle = draws.middle(given.parameters)
    left_out = _left_out(found, leading, years, missed)
    ticks = told(counts.judged, counts.ticks, minimum)
    rows: list[dict[str, Any]] = []
    outcome: Cumulative | None = None
    for route in possible:
        facts = _facts(found.shown, route, years, counts)
        whole = arithmetic.balance(facts, middle, counts.everyone or 0)
        samples = balance_samples.samples(found.shown, route, facts, drawn)
        leads = route == leading
        lines = count_rows(route, years, counts, minimum, level, leading=leads)
        lines += YearRows(route, leads, len(lines), whole, samples, missed=missed).rows()
        total = TotalRows(route, leads, len(lines), whole, samples, ticks=ticks)
        verdict = balance_words.verdict(
            whole, samples, left_out, missed=missed, lacking=found.lacking
        )
        lines += total.rows(given.parameters, verdict)
        rows += lines
        if route == leading:
            outcome = _outcome(route, whole, samples, counts, minimum, left_out)
            outcome = replace(outcome, missed=missed, lacking=found.lacking)
    facts = _facts(found.shown, leading, years, counts)
    sensitivity = _tornado(given, found.shown, possible, leading, years, counts, facts)
    return Balances(tuple(rows), tuple(sensitivity), outcome, "")


def _nothing(reason: str) -> Balances:
    row = balance_row(TOTAL, "basis", "netto", "", status="niet_geleverd", reason=reason)
    return Balances((row,), (), None, reason)


def _programme_years(
    given: Given, found: Savings, counts: Counts
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The school years of the programme that count, and those that cannot.

    Within the horizon, from the first year. A year counts, with its cost, when youth care of it was
    delivered; otherwise neither its cost nor its saving is known.
    """
    last = (
        schoolyear.year_of(counts.first_year)
        + int(value_of(given.parameters, "horizon_jaren", 100))
        - 1
    )
    within = [year for year in counts.programme_years if schoolyear.year_of(year) <= last]
    return (
        tuple(year for year in within if year in found.closed),
        tuple(year for year in within if year not in found.closed),
    )


def _left_out(
    found: Savings, route: arithmetic.Route, years: Sequence[str], missed: Sequence[str]
) -> tuple[str, ...]:
    """Products, or products in a school year, that are not in the sum; nothing is filled in."""
    told = {(s.product.label, s.schooljaar) for s in found.shown if s.route == route}
    asked = {
        (str(r["product"]), str(r["schooljaar"]))
        for r in found.rows
        if not r["schooljaar"] or r["schooljaar"] in years
    }
    lacking = [
        f"{product} in {year}" if year else product for product, year in sorted(asked - told)
    ]
    named = {year for _product, year in asked}
    lacking += [f"jeugdhulp in {year}" for year in years if year not in named]
    lacking += [
        f"{year} (ook de kosten niet): van dat schooljaar is geen jeugdhulp geleverd"
        for year in missed
    ]
    return tuple(lacking)


def _complete(shown: Sequence[Shown], route: arithmetic.Route) -> bool:
    """Does this route hold every product year that any route holds?"""
    everything = {(s.product.id, s.schooljaar) for s in shown}
    return {(s.product.id, s.schooljaar) for s in shown if s.route == route} == everything


def _facts(
    shown: Sequence[Shown], route: arithmetic.Route, years: Sequence[str], counts: Counts
) -> tuple[arithmetic.YearFacts, ...]:
    return tuple(
        arithmetic.YearFacts(
            schooljaar=year,
            care=tuple(
                arithmetic.CareLine(
                    s.product.label, s.without, s.actual, s.tariff, s.base_tariff, s.hours
                )
                for s in shown
                if s.route == route and s.schooljaar == year
            ),
            avoided_orders=counts.orders[year] or 0,
            avoided_plans=counts.plans[year] or 0,
            locations=counts.locations[year],
            first=year == counts.first_year,
        )
        for year in years
    )


def _outcome(
    route: arithmetic.Route,
    whole: arithmetic.Balance,
    drawn: Samples,
    counts: Counts,
    minimum: Minimum,
    left_out: tuple[str, ...],
) -> Cumulative:
    net, total = limits(drawn.net[:, -1]), limits(drawn.together(drawn.net))
    return Cumulative(
        years=tuple(year.schooljaar for year in whole.years),
        route=route,
        net=float(to_nearest(float(whole.years[-1].net), 1000)),
        net_interval=(net[0], net[2]),
        total=float(to_nearest(float(whole.net), 1000)),
        total_interval=(total[0], total[2]),
        probability=float((drawn.together(drawn.net) >= 0).mean()),
        pupils=rounded_count(counts.pupils, minimum.rounding_base),
        schools=counts.schools,
        large=wording.large_enough(wording.Sizes(counts.pupils, counts.schools), minimum),
        left_out=left_out,
        missed=(),
        lacking="",
    )


def _tornado(
    given: Given,
    shown: Sequence[Shown],
    possible: Sequence[arithmetic.Route],
    leading: arithmetic.Route,
    years: Sequence[str],
    counts: Counts,
    facts: Sequence[arithmetic.YearFacts],
) -> list[dict[str, Any]]:
    """Net over all years with one thing at its low and high value, the rest in the middle."""
    middle = draws.middle(given.parameters)

    def net(assumed: arithmetic.Assumptions) -> float:
        return float(to_nearest(float(arithmetic.balance(facts, assumed).net), 1000))

    rows = [
        _parameter_row(given, name, field, middle, net)
        for name, field in arithmetic.PARAMETERS.items()
    ]
    nets = [
        float(
            to_nearest(float(arithmetic.balance(_facts(shown, r, years, counts), middle).net), 1000)
        )
        for r in possible
    ]
    rows.append(_driver("route", min(nets), max(nets)))
    fixed = draws.fixed(middle, len(shown[0].samples))
    sample = limits(balance_samples.samples(shown, leading, facts, fixed).cumulative[:, -1])
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
    middle: arithmetic.Assumptions,
    net: Callable[[arithmetic.Assumptions], float],
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
