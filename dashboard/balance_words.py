"""The balance of Zorg In School in sentences and rows, for every page and report. No Streamlit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dashboard import balances, tables, wording
from dashboard.balances import TOTAL, Balances
from dashboard.charts_zis import Amount, Step
from dashboard.tables import Row, Table

THREATS = (
    "Tariefindexatie, een andere leerlingenpopulatie en terugkeer naar het gemiddelde kunnen de "
    "schatting vertekenen. Toegekende hulp is niet altijd geleverde hulp."
)


def conclusions(found: Balances) -> list[str]:
    lead = found.leading
    told = [found.sentence(lead)]
    nets = [found.at(TOTAL, route, "netto") for route in found.routes]
    if len(found.routes) > 1:
        low, high = balances.spread(nets)
        chances = [
            chance.value
            for route in found.routes
            if (chance := found.at(TOTAL, route, "kans_kostenneutraal")) is not None
        ]
        told.append(
            f"De {'twee' if len(nets) == 2 else 'drie'} schattingen van het netto liggen tussen "
            f"**{wording.euro_estimate(low)}** en **{wording.euro_estimate(high)}**; "
            f"{_certainty(nets)}.{_chances(chances)}"
        )
    care, cash = found.at(TOTAL, lead, "jeugdhulp"), found.at(TOTAL, lead, "vrijkomend")
    if care and cash and care.value > 0:
        told.append(
            f"Van de **{wording.euro_estimate(care.value)}** minder aan jeugdhulp komt naar "
            f"aanname **{wording.euro_estimate(cash.value)}** werkelijk als geld vrij; de rest "
            "zijn uren die anders worden gebruikt."
        )
    return told


def _certainty(nets: Sequence[Amount | None]) -> str:
    known = [net for net in nets if net and net.low is not None and net.high is not None]
    if known and all((net.low or 0) > 0 for net in known):
        return "alle liggen met hun interval boven nul"
    if known and all((net.high or 0) < 0 for net in known):
        return "alle liggen met hun interval onder nul"
    return "niet alle zijn met zekerheid van nul te onderscheiden"


def steps_of(found: Balances, year: str, route: str) -> list[Step]:
    steps = [
        Step(label, Amount(found.part(year, route, part))) for part, label in balances.PARTS.items()
    ]
    steps = [step for step in steps if step.amount.value]
    gross = found.at(year, route, "bruto") or Amount(sum(step.amount.value for step in steps))
    steps.append(Step("Bruto besparing", gross, total=True))
    paid = [
        Step(label, Amount(-amount.value))
        for payer, label in balances.PAYERS.items()
        if (amount := found.at(year, route, "programmakosten", payer)) and amount.value
    ]
    net = found.at(year, route, "netto") or Amount(0.0)
    later = net.value - gross.value - sum(step.amount.value for step in paid)
    if abs(later) >= 1:
        paid.append(Step("Later geld telt minder (contant gemaakt)", Amount(later)))
    return [*steps, *paid, Step("Netto besparing", net, total=True)]


def step_table(title: str, steps: Sequence[Step]) -> Table:
    """The steps from gross to net, totals marked."""
    body = tuple(
        Row(
            (
                tables.text(step.label),
                tables.figure(wording.euro_estimate(step.amount.value), step.amount.value),
                tables.figure(balances.interval(step.amount)),
            ),
            now=step.total,
        )
        for step in steps
    )
    return Table(title, ("Stap", "Bedrag", "95%-interval"), body, frozenset({1, 2}))


def care_told(found: Balances, year: str, route: str) -> str:
    """Youth care as a whole, since its parts have no interval of their own."""
    care = found.at(year, route, "jeugdhulp")
    limits = balances.interval(care)
    if care is None or not limits:
        return ""
    return f"Minder jeugdhulp samen: {wording.euro_estimate(care.value)} ({limits}). "


def route_told(route: str) -> str:
    return {
        "basis": "het gebruik van vóór de start was gelijk doorgelopen",
        "vergelijking": "het gebruik had de vergelijkingsgroep gevolgd",
        "trend": "de eigen ontwikkeling van vóór de start was doorgelopen",
    }.get(route, route)


def route_rows(found: Balances) -> tuple[Row, ...]:
    """A row per outcome, a column per route."""

    def row(label: str, cell: Callable[[str], tables.Cell], *, now: bool = False) -> Row:
        return Row((tables.text(label), *(cell(route) for route in found.routes)), now=now)

    def at(part: str) -> Callable[[str], tables.Cell]:
        return lambda route: ranged(found.at(TOTAL, route, part))

    return (
        row("Bruto besparing", at("bruto")),
        row("Kosten van het programma", lambda route: ranged(Amount(found.cost(TOTAL, route)))),
        row("Netto besparing", at("netto"), now=True),
        row("Netto per deelnemer", lambda route: _per(found, route, "per_deelnemer", "netto")),
        row("Opbrengst per euro", lambda route: _per(found, route, "euro_per_euro", "bruto")),
        row("Kans dat het kostenneutraal is", lambda route: _chance(found, route)),
        row("Kosten terugverdiend vanaf", lambda route: _turn(found, route)),
        row("Werkelijk vrijkomend geld", at("vrijkomend")),
    )


def route_name(found: Balances, route: str) -> str:
    """A route's name; the leading one says so."""
    return f"{balances.ROUTES[route]}{' (voorop)' if route == found.leading else ''}"


def ranged(amount: Amount | None) -> tables.Cell:
    """An amount with its interval in brackets."""
    if amount is None:
        return tables.figure("")
    told = wording.euro_estimate(amount.value)
    limits = balances.interval(amount)
    return tables.figure(f"{told} ({limits})" if limits else told, amount.value)


def _per(found: Balances, route: str, part: str, whole: str) -> tables.Cell:
    """A figure per participant or per euro, with the interval of the amount it was made from."""
    value, of = found.at(TOTAL, route, part), found.at(TOTAL, route, whole)
    if value is None:
        return tables.figure("")
    amount = value if of is None else balances.scaled(of, value.value, of.value)
    if part == "per_deelnemer":
        return ranged(amount)
    told = f"€ {wording.signed(value.value, 2)}"
    if amount.low is None or amount.high is None:
        return tables.figure(told, value.value)
    low, high = wording.signed(amount.low, 2), wording.signed(amount.high, 2)
    return tables.figure(f"{told} (€ {low} tot € {high})", value.value)


def _chance(found: Balances, route: str) -> tables.Cell:
    chance = found.at(TOTAL, route, "kans_kostenneutraal")
    return tables.figure("" if chance is None else _percent(chance.value))


def _percent(chance: float) -> str:
    """Never more certain than `meer dan 99%` or `minder dan 1%`."""
    if chance >= 99:
        return "meer dan 99%"
    return "minder dan 1%" if chance < 1 else f"ongeveer {wording.number(chance)}%"


def _chances(chances: Sequence[float]) -> str:
    low, high = (_percent(min(chances)), _percent(max(chances))) if chances else ("", "")
    if low == high:
        return ""
    return f" De kans dat het kostenneutraal is, loopt uiteen van **{low}** tot **{high}**."


def _turn(found: Balances, route: str) -> tables.Cell:
    return tables.figure(found.break_even(route) or "nog niet")


def driver_row(row: Mapping[str, Any]) -> Row:
    unit = str(row["eenheid"])
    value, low, high = row["waarde"], row["laag"], row["hoog"]
    return Row(
        (
            tables.long(row["label"]),
            tables.figure("" if value is None else f"{wording.natural(value)}{_short(unit)}"),
            tables.figure(
                ""
                if low is None or high is None
                else f"{wording.natural(low)} tot {wording.natural(high)}"
            ),
            tables.figure(wording.euro_estimate(row["netto_laag"]), row["netto_laag"]),
            tables.figure(wording.euro_estimate(row["netto_hoog"]), row["netto_hoog"]),
            tables.long(row["bron"]),
        )
    )


def _short(unit: str) -> str:
    """The first word of a unit: the label has the rest."""
    word = unit.split(" ")[0]
    return "%" if word == "procent" else f" {word}"
