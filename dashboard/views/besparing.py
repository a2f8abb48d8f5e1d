"""What Zorg In School saves on youth care, what it costs, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from dashboard import (
    balance_words,
    balances,
    charts,
    charts_zis,
    facts,
    figure,
    page,
    tables,
    wording,
)
from dashboard.balances import TOTAL, Balances
from dashboard.released import Released
from dashboard.tables import Row, Table

TITLE = "Besparing"
QUESTION = "Wat bespaart Zorg In School op jeugdhulp, wat kost het, en voor wie?"

_TOP = 10


def render(released: Released) -> None:
    found = balances.read(released)
    if not found.rows:
        page.conclusion([found.reason])
        figure.explain("Besparing", found.reason or "In deze publicatie staat geen besparing.")
        return
    page.conclusion(balance_words.conclusions(found))
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
    steps = balance_words.steps_of(found, year, route)
    title = f"Van bruto naar netto, {balances.year_name(year).lower()}"
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
            table=balance_words.step_table(title, steps),
            chart=charts_zis.waterfall(steps),
            alt=f"Waterval van bruto besparing naar netto: {wording.euro_estimate(net.value)}.",
            note=f"Gerekend: {balance_words.route_told(route)}. "
            f"{balance_words.care_told(found, year, route)}"
            "De streep bij bruto en netto is het 95%-interval.",
            wide=True,
        )
    )


def _routes(released: Released, found: Balances) -> None:
    title = "Netto over alle schooljaren samen"
    drawn = [(route, found.at(TOTAL, route, "netto")) for route in found.routes]
    heads = ("Uitkomst", *(balance_words.route_name(found, route) for route in found.routes))
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
                title, heads, balance_words.route_rows(found), frozenset(range(1, len(heads))),
            ),
            chart=charts.estimates(
                balances.estimates(found),
                "euro netto; rechts van nul is een besparing", euros=True,
            ),
            alt=f"{title} volgens {len(drawn)} schattingen, met 95%-interval.",
            note="Tussen haakjes het 95%-interval. Bij opbrengst per euro is alleen de besparing "
            "onzeker gerekend, niet de kosten. " + balance_words.THREATS,
            wide=True,
        )
    )  # fmt: skip


def _years(released: Released, found: Balances) -> None:
    title = "Netto per schooljaar"
    heads = (
        "Schooljaar", "Zonder Zorg In School", "Netto (95%-interval)", "Opgeteld (95%-interval)",
    )  # fmt: skip
    body = tuple(
        Row(
            (
                tables.text(year),
                tables.text(balance_words.route_name(found, route)),
                balance_words.ranged(found.at(year, route, "netto")),
                balance_words.ranged(found.at(year, route, "cumulatief")),
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
            table=Table(
                title, heads, tuple(map(balance_words.driver_row, rows)), frozenset({1, 2, 3, 4})
            ),
            chart=charts_zis.tornado(
                [(str(row["label"]), row["netto_laag"], row["netto_hoog"]) for row in moving],
                net.value,
            ),
            alt="Staven per aanname: het netto bij de lage en bij de hoge waarde.",
            note=note,
            wide=True,
        )
    )


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
            note=balance_words.THREATS,
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
