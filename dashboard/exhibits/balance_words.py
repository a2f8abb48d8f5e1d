"""The balance of Zorg In School in sentences and rows, for every page and report. No Streamlit."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from dashboard import language
from dashboard.charts.steps import Amount, Step
from dashboard.exhibits import balances, tables
from dashboard.exhibits.balances import TOTAL, Balances
from dashboard.exhibits.tables import Row, Table
from dashboard.language import mark, published, tr
from dashboard.words import wording

# Said with `tr` where it is shown.
THREATS = mark(
    "Een andere leerlingenpopulatie en terugkeer naar het gemiddelde kunnen de schatting "
    "vertekenen. Toegekende hulp is niet altijd geleverde hulp."
)
# Parts of which the total is told with a sentence of its own.
_REMARKED = ("beschikkingen", "marge", "euro_per_euro")
_ROUTES_TOLD = {
    "basis": mark("het gebruik van vóór de start was gelijk doorgelopen"),
    "vergelijking": mark("het gebruik had de vergelijkingsgroep gevolgd"),
    "trend": mark("de eigen ontwikkeling van vóór de start was doorgelopen"),
}


_OPEN = mark(
    "Over {jaren} is niet te zeggen of Zorg In School zichzelf heeft terugverdiend (95%-interval: "
    "{laag} tot {hoog}, contant gemaakt). De kans dat het netto niet onder nul ligt, is {kans}."
)
_GAIN = mark(
    "Over {jaren} bracht Zorg In School naar schatting {bedrag} meer op dan het kostte "
    "(95%-interval: {laag} tot {hoog}, contant gemaakt). De kans dat het netto niet onder nul "
    "ligt, is {kans}."
)
_EARNED = mark(
    "Over {jaren} bracht Zorg In School naar schatting {bedrag} meer op dan het kostte "
    "(95%-interval: {laag} tot {hoog}, contant gemaakt). Naar schatting zijn de kosten vanaf "
    "{jaar} samen terugverdiend; de kans daarop is {daarop}. De kans dat het netto niet onder nul "
    "ligt, is {kans}."
)
_LOSS = mark(
    "Over {jaren} kostte Zorg In School naar schatting {bedrag} meer dan het opbracht "
    "(95%-interval: {laag} tot {hoog}, contant gemaakt). In deze schooljaren zijn de kosten samen "
    "nog niet terugverdiend. De kans dat het netto niet onder nul ligt, is {kans}."
)


def conclusions(found: Balances) -> list[str]:
    lead = found.leading
    told = [net_told(found)]
    nets = [found.at(TOTAL, route, "netto") for route in found.routes]
    if len(found.routes) > 1:
        low, high = balances.spread(nets)
        chances = [
            chance.value
            for route in found.routes
            if (chance := found.at(TOTAL, route, "kans_kostenneutraal")) is not None
        ]
        between = tr(
            "De {aantal} schattingen van het netto liggen tussen **{laag}** en **{hoog}**; "
            "{zekerheid}.",
            aantal=tr("twee") if len(nets) == 2 else tr("drie"),
            laag=wording.euro_estimate(low), hoog=wording.euro_estimate(high),
            zekerheid=_certainty(nets),
        )  # fmt: skip
        told.append(" ".join(filter(None, (between, _chances(chances)))))
    care, cash = found.at(TOTAL, lead, "jeugdhulp"), found.at(TOTAL, lead, "vrijkomend")
    if care and cash and care.value > 0:
        told.append(
            tr(
                "Van de **{jeugdhulp}** minder aan jeugdhulp komt naar aanname **{geld}** "
                "werkelijk als geld vrij; de rest zijn uren die anders worden gebruikt.",
                jeugdhulp=wording.euro_estimate(care.value), geld=wording.euro_estimate(cash.value),
            )
        )  # fmt: skip
    told += [
        remark
        for part in ("beschikkingen", "marge", "euro_per_euro")
        if (remark := found.remark(part))
    ]
    return told


def money(found: Balances) -> str:
    """What it cost, what that saved and what is left, with how sure that is; or why that is not
    known."""
    lead = found.leading
    gross, net = found.at(TOTAL, lead, "bruto"), found.at(TOTAL, lead, "netto")
    cost = found.cost(TOTAL, lead)
    if gross is None or net is None or not cost:
        why = net_told(found) if found.rows else found.reason
        return why or tr("Over het geld staat in deze publicatie niets.")
    told = tr(
        "Zorg In School kostte **{kosten}**, en spaarde naar schatting **{bruto}** uit: netto "
        "**{netto}**.",
        kosten=wording.euro_estimate(cost), bruto=wording.euro_estimate(gross.value),
        netto=wording.euro_estimate(net.value),
    )  # fmt: skip
    return f"{told} {net_told(found)}"


def net_told(found: Balances) -> str:
    """The verdict on the net in the language of the reader: from the published numbers, wherever
    these give the very sentence that was published in Dutch; else that sentence."""
    published_one = found.sentence(found.leading)
    with language.speaking(language.DUTCH):
        known = _net_in_words(found) == published_one
    return _net_in_words(found) if known else published_one


def _net_in_words(found: Balances) -> str:
    net = found.at(TOTAL, found.leading, "netto")
    chance = found.at(TOTAL, found.leading, "kans_kostenneutraal")
    if net is None or net.low is None or net.high is None or chance is None:
        return ""
    values = {
        "jaren": _span(found.years),
        "bedrag": wording.euro_estimate(abs(net.value)),
        "laag": wording.euro_estimate(net.low),
        "hoog": wording.euro_estimate(net.high),
        "kans": wording.chance(chance.value),
    }
    if net.low <= 0:
        return tr(_LOSS if net.high < 0 else _OPEN, **values)
    year = found.break_even(found.leading)
    since = found.at(year, found.leading, "kans_terugverdiend") if year else None
    if since is None:
        return tr(_GAIN, **values)
    return tr(_EARNED, jaar=year, daarop=wording.chance(since.value), **values)


def _span(years: Sequence[str]) -> str:
    if len(years) == 1:
        return years[0]
    return tr("{eerste} tot en met {laatste} samen", eerste=years[0], laatste=years[-1])


def _certainty(nets: Sequence[Amount | None]) -> str:
    known = [net for net in nets if net and net.low is not None and net.high is not None]
    if known and all((net.low or 0) > 0 for net in known):
        return tr("alle liggen met hun interval boven nul")
    if known and all((net.high or 0) < 0 for net in known):
        return tr("alle liggen met hun interval onder nul")
    return tr("niet alle zijn met zekerheid van nul te onderscheiden")


def steps_of(found: Balances, year: str, route: str) -> list[Step]:
    steps = [
        Step(tr(label), Amount(found.part(year, route, part)))
        for part, label in balances.PARTS.items()
    ]
    steps = [step for step in steps if step.amount.value]
    gross = found.at(year, route, "bruto") or Amount(sum(step.amount.value for step in steps))
    steps.append(Step(tr("Bruto besparing"), gross, total=True))
    paid = [
        Step(tr(label), Amount(-amount.value))
        for payer, label in balances.PAYERS.items()
        if (amount := found.at(year, route, "programmakosten", payer)) and amount.value
    ]
    net = found.at(year, route, "netto") or Amount(0.0)
    return [*steps, *paid, Step(tr("Netto besparing"), net, total=True)]


def prices(found: Balances) -> str:
    """In prices of which year every amount is; empty where that is not published."""
    year = found.at(TOTAL, found.leading, "prijspeil")
    if year is None:
        return ""
    return tr(
        "Alle bedragen zijn in prijzen van {jaar}; een prijsstijging telt dus niet als besparing.",
        jaar=f"{year.value:.0f}",
    )


def step_table(title: str, steps: Sequence[Step]) -> Table:
    """The steps from gross to net, totals marked."""
    body = tuple(
        Row(
            (
                tables.text(step.label),
                tables.estimate(step.amount.value),
                tables.figure(balances.interval(step.amount)),
            ),
            now=step.total,
        )
        for step in steps
    )
    heads = (tr("Stap"), tr("Bedrag"), tr("95%-interval"))
    return Table(title, heads, body, frozenset({1, 2}))


def care_told(found: Balances, year: str, route: str) -> str:
    """Youth care as a whole, since its parts have no interval of their own."""
    care = found.at(year, route, "jeugdhulp")
    limits = balances.interval(care)
    if care is None or not limits:
        return ""
    value = wording.euro_estimate(care.value)
    return tr("Minder jeugdhulp samen: {waarde} ({grenzen}).", waarde=value, grenzen=limits) + " "


def route_told(route: str) -> str:
    return tr(_ROUTES_TOLD.get(route, route))


def route_rows(found: Balances) -> tuple[Row, ...]:
    """A row per outcome, a column per route."""

    def row(label: str, cell: Callable[[str], tables.Cell], *, now: bool = False) -> Row:
        return Row((tables.text(label), *(cell(route) for route in found.routes)), now=now)

    def at(part: str) -> Callable[[str], tables.Cell]:
        return lambda route: ranged(found.at(TOTAL, route, part))

    return (
        row(tr("Bruto besparing"), at("bruto")),
        row(tr("Kosten van het programma"), lambda route: ranged(Amount(found.cost(TOTAL, route)))),
        row(tr("Netto besparing"), at("netto"), now=True),
        *_payer_rows(found, row),
        row(tr("Netto per deelnemer"), at("per_deelnemer")),
        row(tr("Opbrengst per euro"), lambda route: _per_euro(found, route)),
        row(
            tr("Kans dat het netto niet onder nul ligt"),
            lambda route: _chance(found, route, "kans_kostenneutraal"),
        ),
        row(
            tr("Kans dat het netto binnen de marge ligt"),
            lambda route: _chance(found, route, "kans_binnen_marge"),
        ),
        row(tr("Kosten terugverdiend vanaf"), lambda route: _turn(found, route)),
        row(tr("Werkelijk vrijkomend geld"), at("vrijkomend")),
    )


def per_location(found: Balances) -> str:
    """What a location costs in a school year, as a sentence; nothing where that is not known."""
    each = found.at(TOTAL, found.leading, "kosten_per_locatie")
    if each is None:
        return ""
    return tr("Een locatie kost {bedrag} per schooljaar.", bedrag=wording.euro_estimate(each.value))


def accepted_table(found: Balances, title: str) -> Table:
    """A row per shortfall, a column per route: the chance that it is not larger."""
    curves = [dict(balances.accepted(found, route)) for route in found.routes]
    heads = (tr("Tekort hoogstens"), *(route_name(found, route) for route in found.routes))
    shares = sorted({share for curve in curves for share in curve})
    rows = tuple(
        Row(
            (
                tables.text(
                    tr("{deel}% van de kosten", deel=share) if share else tr("geen tekort")
                ),
                *(
                    tables.figure(wording.chance(curve[share]) if share in curve else "")
                    for curve in curves
                ),
            )
        )
        for share in shares
    )
    return Table(title, heads, rows, frozenset(range(1, len(heads))))


def route_name(found: Balances, route: str) -> str:
    """A route's name; the leading one says so."""
    name = tr(balances.ROUTES[route])
    return tr("{naam} (voorop)", naam=name) if route == found.leading else name


def ranged(amount: Amount | None) -> tables.Cell:
    """An amount with its interval in brackets."""
    if amount is None:
        return tables.figure("")
    told = wording.euro_estimate(amount.value)
    limits = balances.interval(amount)
    return tables.ranged(told, limits, wording.as_estimate(amount.value))


def _payer_rows(found: Balances, row: Callable[..., Row]) -> list[Row]:
    """Net per payer, where that is published."""

    def at(payer: str) -> Callable[[str], tables.Cell]:
        return lambda route: ranged(found.at(TOTAL, route, "netto_betaler", payer))

    return [
        row(tr(label), at(payer))
        for payer, label in balances.NET_PAYERS.items()
        if any(found.at(TOTAL, route, "netto_betaler", payer) for route in found.routes)
    ]


def _per_euro(found: Balances, route: str) -> tables.Cell:
    amount = found.at(TOTAL, route, "euro_per_euro")
    if amount is None:
        return tables.figure("")
    told = wording.euro(amount.value, 2)
    if amount.low is None or amount.high is None:
        return tables.figure(told, amount.value)
    low, high = wording.euro(amount.low, 2), wording.euro(amount.high, 2)
    return tables.ranged(told, tr("{laag} tot {hoog}", laag=low, hoog=high), amount.value)


def _chance(found: Balances, route: str, part: str) -> tables.Cell:
    chance = found.at(TOTAL, route, part)
    return tables.figure("" if chance is None else wording.chance(chance.value))


def _chances(chances: Sequence[float]) -> str:
    low, high = (
        (wording.chance(min(chances)), wording.chance(max(chances))) if chances else ("", "")
    )
    if low == high:
        return ""
    return tr(
        "De kans dat het netto niet onder nul ligt, loopt uiteen van **{laag}** tot **{hoog}**.",
        laag=low, hoog=high,
    )  # fmt: skip


def _turn(found: Balances, route: str) -> tables.Cell:
    """The school year with its chance; none where the interval of the net holds zero."""
    net, year = found.at(TOTAL, route, "netto"), found.break_even(route)
    if net is None or not balances.clear(net) or not found.whole(route):
        return tables.figure(tr("niet te zeggen"))
    if year is None:
        return tables.figure(tr("nog niet"))
    chance = found.at(year, route, "kans_terugverdiend")
    if chance is None:
        return tables.figure(year)
    return tables.figure(tr("{jaar} (kans {kans})", jaar=year, kans=wording.chance(chance.value)))


def driver_row(row: Mapping[str, Any]) -> Row:
    unit = str(row["eenheid"])
    value, low, high = row["waarde"], row["laag"], row["hoog"]
    return Row(
        (
            tables.long(published(row["label"])),
            tables.figure("" if value is None else f"{wording.natural(value)}{_short(unit)}"),
            tables.figure(
                ""
                if low is None or high is None
                else tr("{laag} tot {hoog}", laag=wording.natural(low), hoog=wording.natural(high))
            ),
            tables.estimate(row["netto_laag"]),
            tables.estimate(row["netto_hoog"]),
            tables.long(published(row["bron"])),
        )
    )


def _short(unit: str) -> str:
    """The first word of a unit: the label has the rest."""
    word = unit.split(" ")[0]
    return "%" if word == "procent" else f" {published(word)}"
