"""What Zorg In School saves on youth care, what it costs, and how sure that is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import balances, charts, charts_zis, facts, figure, page, tables, wording
from dashboard.balances import TOTAL, Balances
from dashboard.charts_zis import Amount, Step
from dashboard.released import Released
from dashboard.tables import Row, Table

TITLE = "Besparing"
QUESTION = "Wat bespaart Zorg In School op jeugdhulp, wat kost het, en voor wie?"

_TOP = 10
_THREATS = (
    "Tariefindexatie, een andere leerlingenpopulatie en terugkeer naar het gemiddelde kunnen de "
    "schatting vertekenen. Toegekende hulp is niet altijd geleverde hulp."
)


def render(released: Released) -> None:
    found = balances.read(released)
    if not found.rows:
        page.conclusion([found.reason])
        figure.explain("Besparing", found.reason or "In deze publicatie staat geen besparing.")
        return
    page.conclusion(_conclusions(found))
    figure.section(
        "Van besparing naar netto",
        "Wat er minder aan jeugdhulp en papierwerk is uitgegeven, min de kosten van het programma.",
    )
    _waterfall(released, found)
    figure.section(
        "Drie manieren om te schatten",
        "Niemand kan zien wat er zonder Zorg In School was gebeurd. Daarom drie schattingen naast "
        "elkaar; waar er een vergelijkingsgroep is, staat die voorop." + _not_walked(found),
    )
    _routes(released, found)
    _years(released, found)
    _drivers(released, found)
    figure.section("Per soort hulp", "Waar de besparing op jeugdhulp vandaan komt.")
    order = list(balances.ROUTES)
    rows = released.table("besparing", "product, schooljaar, route").to_dicts()
    rows.sort(key=lambda row: (row["product"], row["schooljaar"], order.index(row["route"])))
    for product in dict.fromkeys(row["product"] for row in rows):
        _product(released, [row for row in rows if row["product"] == product])


def _not_walked(found: Balances) -> str:
    """Which estimates could not be made."""
    lacking = [name for route, name in balances.ROUTES.items() if route not in found.routes]
    return f" Niet te berekenen: {', '.join(lacking).lower()}." if lacking else ""


def _conclusions(found: Balances) -> list[str]:
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


def _waterfall(released: Released, found: Balances) -> None:
    left, right = st.columns([1, 1.4])
    with left:
        names = {balances.year_name(year): year for year in (TOTAL, *found.years)}
        year = names[st.selectbox("Periode", list(names), key="periode", bind="query-params")]
    with right:
        known = {balances.ROUTES[route]: route for route in found.routes}
        route = known[
            st.selectbox("Zonder Zorg In School", list(known), key="route", bind="query-params")
        ]
    steps = _steps(found, year, route)
    title = f"Van bruto naar netto, {balances.year_name(year).lower()}"
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
    net = steps[-1].amount
    figure.show(
        figure.Figure(
            key="waterval",
            title=title,
            facts=facts.of_balance(
                released,
                "Minder jeugdhulp (verdeeld in minder hulp, andere soorten hulp en gestegen "
                "tarieven) en vermeden papierwerk, min de kosten van het programma per betaler.",
                "(Volume zonder min werkelijk volume) maal tarief, plus vermeden uren maal "
                "uurtarief, min de programmakosten",
            ),
            table=Table(title, ("Stap", "Bedrag", "95%-interval"), body, frozenset({1, 2})),
            chart=charts_zis.waterfall(steps),
            alt=f"Waterval van bruto besparing naar netto: {wording.euro_estimate(net.value)}.",
            note=f"Gerekend: {_route_told(route)}. {_care_told(found, year, route)}De streep bij "
            "bruto en netto is het 95%-interval.",
            wide=True,
        )
    )


def _steps(found: Balances, year: str, route: str) -> list[Step]:
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


def _care_told(found: Balances, year: str, route: str) -> str:
    """Youth care as a whole, since its parts have no interval of their own."""
    care = found.at(year, route, "jeugdhulp")
    limits = balances.interval(care)
    if care is None or not limits:
        return ""
    return f"Minder jeugdhulp samen: {wording.euro_estimate(care.value)} ({limits}). "


def _route_told(route: str) -> str:
    return {
        "basis": "het gebruik van vóór de start was gelijk doorgelopen",
        "vergelijking": "het gebruik had de vergelijkingsgroep gevolgd",
        "trend": "de eigen ontwikkeling van vóór de start was doorgelopen",
    }.get(route, route)


def _routes(released: Released, found: Balances) -> None:
    title = "Netto over alle schooljaren samen"
    drawn = [(route, found.at(TOTAL, route, "netto")) for route in found.routes]
    heads = ("Uitkomst", *(_route_name(found, route) for route in found.routes))
    figure.show(
        figure.Figure(
            key="routes_netto",
            title=title,
            facts=facts.of_balance(
                released,
                "Bruto besparing min programmakosten, over alle schooljaren opgeteld en contant "
                "gemaakt, langs drie schattingen van wat er zonder Zorg In School was gebeurd.",
                "Bruto besparing min programmakosten, contant gemaakt",
            ),
            table=Table(
                title, heads, _route_rows(found), frozenset(range(1, len(heads))),
            ),
            chart=charts.estimates(
                [
                    charts.Estimate(
                        balances.ROUTES[route], net.value, net.low, net.high,
                        f"{wording.euro_estimate(net.value)} ({balances.interval(net)})",
                        route == found.leading,
                    )
                    for route, net in drawn
                    if net is not None and net.low is not None and net.high is not None
                ],
                "euro netto; rechts van nul is een besparing", euros=True,
            ),
            alt=f"{title} volgens {len(drawn)} schattingen, met 95%-interval.",
            note="Tussen haakjes het 95%-interval. Bij opbrengst per euro is alleen de besparing "
            "onzeker gerekend, niet de kosten. " + _THREATS,
            wide=True,
        )
    )  # fmt: skip


def _route_rows(found: Balances) -> tuple[Row, ...]:
    """A row per outcome, a column per route."""

    def row(label: str, cell: Callable[[str], tables.Cell], *, now: bool = False) -> Row:
        return Row((tables.text(label), *(cell(route) for route in found.routes)), now=now)

    def at(part: str) -> Callable[[str], tables.Cell]:
        return lambda route: _ranged(found.at(TOTAL, route, part))

    return (
        row("Bruto besparing", at("bruto")),
        row("Kosten van het programma", lambda route: _ranged(Amount(found.cost(TOTAL, route)))),
        row("Netto besparing", at("netto"), now=True),
        row("Netto per deelnemer", lambda route: _per(found, route, "per_deelnemer", "netto")),
        row("Opbrengst per euro", lambda route: _per(found, route, "euro_per_euro", "bruto")),
        row("Kans dat het kostenneutraal is", lambda route: _chance(found, route)),
        row("Kosten terugverdiend vanaf", lambda route: _turn(found, route)),
        row("Werkelijk vrijkomend geld", at("vrijkomend")),
    )


def _route_name(found: Balances, route: str) -> str:
    """A route's name; the leading one says so."""
    return f"{balances.ROUTES[route]}{' (voorop)' if route == found.leading else ''}"


def _ranged(amount: Amount | None) -> tables.Cell:
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
    ranged = value if of is None else balances.scaled(of, value.value, of.value)
    if part == "per_deelnemer":
        return _ranged(ranged)
    told = f"€ {wording.signed(value.value, 2)}"
    if ranged.low is None or ranged.high is None:
        return tables.figure(told, value.value)
    low, high = wording.signed(ranged.low, 2), wording.signed(ranged.high, 2)
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


def _years(released: Released, found: Balances) -> None:
    title = "Netto per schooljaar"
    heads = (
        "Schooljaar", "Zonder Zorg In School", "Netto (95%-interval)", "Opgeteld (95%-interval)",
    )  # fmt: skip
    body = tuple(
        Row(
            (
                tables.text(year),
                tables.text(_route_name(found, route)),
                _ranged(found.at(year, route, "netto")),
                _ranged(found.at(year, route, "cumulatief")),
            ),
            now=route == found.leading,
        )
        for year in found.years
        for route in found.routes
    )
    figure.show(
        figure.Figure(
            key="jaren_netto",
            title=title,
            facts=facts.of_balance(
                released,
                "Bruto besparing min programmakosten in een schooljaar. Opgeteld: tot en met dat "
                "schooljaar, contant gemaakt.",
                "Bruto besparing min programmakosten",
            ),
            table=Table(title, heads, body, frozenset({2, 3})),
            chart=charts_zis.routes(
                found.years,
                [
                    (
                        balances.ROUTES[route], route == found.leading,
                        [found.at(year, route, "netto") for year in found.years],
                    )
                    for route in found.routes
                ],
            ),
            alt="Netto besparing per schooljaar volgens iedere schatting, met 95%-interval.",
            note="Vermeden beschikkingen en zorgplannen tellen in het schooljaar waarin een "
            "leerling begint.",
            wide=True,
        )
    )  # fmt: skip


def _drivers(released: Released, found: Balances) -> None:
    rows = balances.drivers(released)
    net = found.at(TOTAL, found.leading, "netto")
    moving = [row for row in rows if row["netto_laag"] != row["netto_hoog"]][:_TOP]
    if not moving or net is None:
        return
    figure.section(
        "Wat het meest uitmaakt",
        "Wat het netto doet als één aanname op haar lage of hoge waarde staat en de rest blijft.",
    )
    title = "De belangrijkste aannames"
    still = [str(row["label"]) for row in rows if row["netto_laag"] == row["netto_hoog"]]
    note = (
        f"Verandert het netto niet, wel wie betaalt of wat vrijkomt: {'; '.join(still)}. "
        if still
        else ""
    )
    heads = (
        "Aanname", "Gerekend met", "Aannemelijk", "Netto bij laag", "Netto bij hoog", "Bron",
    )  # fmt: skip
    figure.show(
        figure.Figure(
            key="aannames",
            title=title,
            facts=facts.of_balance(
                released,
                "Netto besparing over alle schooljaren samen, contant gemaakt, met één aanname "
                "op haar lage en op haar hoge waarde.",
                "Netto besparing bij de lage en bij de hoge waarde",
            ),
            table=Table(title, heads, tuple(map(_driver, rows)), frozenset({1, 2, 3, 4})),
            chart=charts_zis.tornado(
                [(str(row["label"]), row["netto_laag"], row["netto_hoog"]) for row in moving],
                net.value,
            ),
            alt="Staven per aanname: het netto bij de lage en bij de hoge waarde.",
            note=note,
            wide=True,
        )
    )


def _driver(row: Mapping[str, Any]) -> Row:
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


def _product(released: Released, rows: Sequence[Mapping[str, Any]]) -> None:
    newest = max(row["schooljaar"] for row in rows)
    now = [row for row in rows if row["schooljaar"] == newest]
    title = f"{str(rows[0]['product']).capitalize()}, {newest}".rstrip(", ")
    shown = [row for row in now if row["status"] == wording.VISIBLE and row["bedrag"] is not None]
    if not shown:
        figure.explain(
            title, wording.status_sentence(str(now[0]["status"]), str(now[0]["reden"] or ""))
        )
        return
    leading = max(shown, key=lambda row: row["route"] == "vergelijking")["route"]
    figure.show(
        figure.Figure(
            key=f"besparing_{rows[0]['hulpvorm']}_{rows[0]['niveau']}",
            title=title,
            facts=facts.of_saving(released, now),
            table=Table(
                f"{title}: per schooljaar en schatting",
                ("Schooljaar", "Zonder Zorg In School", "Volume", "Besparing", "95%-interval"),
                tuple(_product_row(row, newest, leading) for row in rows), frozenset({2, 3, 4}),
            ),
            chart=charts.estimates(
                [
                    charts.Estimate(
                        balances.ROUTES.get(str(row["route"]), str(row["route_label"])),
                        row["bedrag"], row["onder"], row["boven"],
                        f"{wording.euro_estimate(row['bedrag'])} ({_euro_range(row)})",
                        row["route"] == leading,
                    )
                    for row in shown
                    if row["onder"] is not None and row["boven"] is not None
                ],
                "euro per schooljaar; rechts van nul is een besparing", euros=True,
            ),
            alt=f"{title} volgens {len(shown)} schattingen, met 95%-interval.",
            note=_THREATS,
            wide=True,
        )
    )  # fmt: skip


def _product_row(row: Mapping[str, Any], newest: str, leading: str) -> Row:
    name = balances.ROUTES.get(str(row["route"]), str(row["route_label"]))
    if row["status"] != wording.VISIBLE or row["bedrag"] is None:
        blank = tables.Cell(wording.no_value(str(row["status"])), number=True)
        empty = tables.figure("")
        return Row((tables.text(row["schooljaar"]), tables.text(name), empty, blank, empty))
    return Row(
        (
            tables.text(row["schooljaar"]),
            tables.text(name),
            tables.figure(_volume(row)),
            tables.figure(wording.euro_estimate(row["bedrag"]), row["bedrag"]),
            tables.figure(_euro_range(row)),
        ),
        now=row["schooljaar"] == newest and row["route"] == leading,
    )


def _volume(row: Mapping[str, Any]) -> str:
    if row["volume_zonder"] is None or row["volume_werkelijk"] is None:
        return ""
    less = round(row["volume_zonder"] - row["volume_werkelijk"])
    if not less:
        return "evenveel"
    return f"{wording.number(abs(less))} {row['eenheid']} {'minder' if less > 0 else 'meer'}"


def _euro_range(row: Mapping[str, Any]) -> str:
    if row["onder"] is None or row["boven"] is None:
        return ""
    return f"{wording.euro_estimate(row['onder'])} tot {wording.euro_estimate(row['boven'])}"
