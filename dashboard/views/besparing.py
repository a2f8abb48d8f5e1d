"""What Zorg In School saves on youth care, what it costs, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import streamlit as st

from dashboard.charts import marks
from dashboard.charts import steps as charts_zis
from dashboard.exhibits import balance_words, balances, facts, savings, tables
from dashboard.exhibits.balances import TOTAL, Balances
from dashboard.exhibits.exhibit import Exhibit
from dashboard.exhibits.tables import Row, Table
from dashboard.language import mark, published, tr
from dashboard.release.released import Released
from dashboard.render import figure
from dashboard.views import page
from dashboard.words import spoken, wording

TITLE = mark("Besparing")
QUESTION = mark("Wat bespaart Zorg In School op jeugdhulp, wat kost het, en voor wie?")

_TOP = 10


def render(released: Released) -> None:
    found = balances.read(released)
    if not found.rows:
        reason = published(found.reason) if found.reason else ""
        page.conclusion([reason])
        figure.explain(tr("Besparing"), reason or tr("In deze publicatie staat geen besparing."))
        return
    page.conclusion(balance_words.conclusions(found))
    figure.section(
        tr("Van besparing naar netto"),
        tr(
            "Wat er minder aan jeugdhulp en papierwerk is uitgegeven, min de kosten van het "
            "programma."
        ),
    )
    _waterfall(released, found)
    figure.section(
        tr("Drie manieren om te schatten"),
        " ".join(
            filter(
                None,
                (
                    tr(
                        "Niemand kan zien wat er zonder Zorg In School was gebeurd. Daarom drie "
                        "schattingen naast elkaar; waar er een vergelijkingsgroep is, staat die "
                        "voorop."
                    ),
                    _not_walked(found),
                ),
            )
        ),
    )
    _routes(released, found)
    _years(released, found)
    _neutral(released, found)
    _drivers(released, found)
    figure.section(tr("Per soort hulp"), tr("Waar de besparing op jeugdhulp vandaan komt."))
    order = list(balances.ROUTES)
    rows = released.table("besparing", "product, schooljaar, route").to_dicts()
    rows.sort(key=lambda row: (row["product"], row["schooljaar"], order.index(row["route"])))
    for product in dict.fromkeys(row["product"] for row in rows):
        _product(released, [row for row in rows if row["product"] == product])


def _not_walked(found: Balances) -> str:
    """Which estimates could not be made."""
    lacking = [tr(name) for route, name in balances.ROUTES.items() if route not in found.routes]
    if not lacking:
        return ""
    return tr("Niet te berekenen: {schattingen}.", schattingen=", ".join(lacking).lower())


def _waterfall(released: Released, found: Balances) -> None:
    left, right = st.columns([1, 1.4])
    with left:
        period = st.selectbox(
            tr("Periode"), [balances.ALL_YEARS, *found.years], format_func=tr, key="periode",
            bind="query-params",
        )  # fmt: skip
        year = TOTAL if period == balances.ALL_YEARS else period
    with right:
        known = {balances.ROUTES[route]: route for route in found.routes}
        route = known[
            st.selectbox(
                tr("Zonder Zorg In School"), list(known), format_func=tr, key="route",
                bind="query-params",
            )
        ]  # fmt: skip
    made = savings.waterfall(released, found, year, route)
    more = f"{balance_words.per_location(found)} {balance_words.prices(found)}"
    figure.show(replace(made, note=f"{made.note} {more}"), "waterval", wide=True)


def _routes(released: Released, found: Balances) -> None:
    made = savings.routes(released, found)
    before = tr(
        "Tussen haakjes het 95%-interval. Alle bedragen in deze tabel zijn contant "
        "gemaakt en tellen op tot het netto."
    )
    note = f"{before} {balance_words.prices(found)} {made.note}"
    figure.show(replace(made, note=note), "routes_netto", wide=True)


def _years(released: Released, found: Balances) -> None:
    title = tr("Netto per schooljaar, contant gemaakt")
    heads = (
        tr("Schooljaar"), tr("Zonder Zorg In School"), tr("Netto (95%-interval)"),
        tr("Opgeteld (95%-interval)"),
    )  # fmt: skip
    body = tuple(
        Row(
            (
                tables.text(year),
                tables.text(balance_words.route_name(found, route)),
                balance_words.ranged(found.at(year, route, "netto_contant")),
                balance_words.ranged(found.at(year, route, "cumulatief")),
            ),
            now=route == found.leading,
        )
        for year in found.years
        for route in found.routes
    )
    figure.show(
        Exhibit(
            title=title,
            account=facts.of_balance(
                released,
                tr(
                    "Bruto besparing min programmakosten in een schooljaar, contant gemaakt. "
                    "Opgeteld: tot en met dat schooljaar."
                ),
                tr("Bruto besparing min programmakosten, contant gemaakt"),
            ),
            table=Table(title, heads, body, frozenset({2, 3})),
            chart=charts_zis.routes(
                found.years,
                [
                    (
                        tr(balances.ROUTES[route]),
                        route == found.leading,
                        [found.at(year, route, "netto_contant") for year in found.years],
                    )
                    for route in found.routes
                ],
            ),
            alt=tr("Netto besparing per schooljaar volgens iedere schatting, met 95%-interval.")
            + " "
            + spoken.each(
                (f"{tr(balances.ROUTES[route])}, {year}", wording.euro_estimate(amount.value))
                for year in found.years
                for route in found.routes
                if (amount := found.at(year, route, "netto_contant")) is not None
            ),
            note=tr(
                "Vermeden beschikkingen en zorgplannen tellen in het schooljaar waarin een "
                "leerling begint."
            ),
        ),
        key="jaren_netto",
        wide=True,
    )


def _neutral(released: Released, found: Balances) -> None:
    curves = [(route, balances.accepted(found, route)) for route in found.routes]
    drawn = [
        (tr(balances.ROUTES[route]), route == found.leading, curve)
        for route, curve in curves
        if curve
    ]
    if not drawn:
        return
    figure.section(
        tr("Hoe zeker het zich terugverdient"),
        published(found.remark("marge"))
        or tr("De kans dat er niet meer geld bij moet dan een deel van de kosten."),
    )
    title = tr("Kans dat het tekort niet groter is dan een deel van de kosten")
    figure.show(
        Exhibit(
            title=title,
            account=facts.of_balance(
                released,
                tr(
                    "De kans dat het netto over alle schooljaren samen niet verder onder nul ligt "
                    "dan een deel van de kosten van het programma. Bij 0% is dat de kans dat het "
                    "zich terugverdient."
                ),
                tr("Aandeel van de hertrokken uitkomsten met een tekort van hoogstens dat deel"),
            ),
            table=balance_words.accepted_table(found, title),
            chart=charts_zis.accepted(drawn),
            alt=f"{title}. "
            + spoken.each(
                (
                    f"{label}, {tr('{deel}% van de kosten', deel=share)}",
                    wording.chance(chance),
                )
                for label, _leads, curve in drawn
                for share, chance in curve
            ),
            note=tr(
                "Hoe groot een tekort mag zijn, is geen rekensom maar een keuze: bepaal dat "
                "voordat de uitkomst bekend is."
            ),
        ),
        key="kans_tekort",
        wide=True,
    )


def _drivers(released: Released, found: Balances) -> None:
    rows = balances.drivers(released)
    net = found.at(TOTAL, found.leading, "netto")
    moving = [row for row in rows if row["netto_laag"] != row["netto_hoog"]][:_TOP]
    if not moving or net is None:
        return
    figure.section(
        tr("Wat het meest uitmaakt"),
        tr(
            "Wat het netto doet als één aanname op haar lage of hoge waarde staat en de rest "
            "blijft."
        ),
    )
    title = tr("De belangrijkste aannames")
    still = [published(row["label"]) for row in rows if row["netto_laag"] == row["netto_hoog"]]
    note = (
        tr(
            "Verandert het netto niet, wel wie betaalt of wat vrijkomt: {aannames}. ",
            aannames="; ".join(still),
        )
        if still
        else ""
    )
    heads = (
        tr("Aanname"), tr("Gerekend met"), tr("Aannemelijk"), tr("Netto bij laag"),
        tr("Netto bij hoog"), tr("Bron"),
    )  # fmt: skip
    figure.show(
        Exhibit(
            title=title,
            account=facts.of_balance(
                released,
                tr(
                    "Netto besparing over alle schooljaren samen, contant gemaakt, met één aanname "
                    "op haar lage en op haar hoge waarde."
                ),
                tr("Netto besparing bij de lage en bij de hoge waarde"),
            ),
            table=Table(
                title, heads, tuple(map(balance_words.driver_row, rows)), frozenset({1, 2, 3, 4})
            ),
            chart=charts_zis.tornado(
                [(published(row["label"]), row["netto_laag"], row["netto_hoog"]) for row in moving],
                net.value,
            ),
            alt=tr("Staven per aanname: het netto bij de lage en bij de hoge waarde.")
            + " "
            + spoken.each(
                (
                    published(row["label"]),
                    tr(
                        "{laag} tot {hoog}",
                        laag=wording.euro_estimate(row["netto_laag"]),
                        hoog=wording.euro_estimate(row["netto_hoog"]),
                    ),
                )
                for row in moving
            ),
            note=note,
        ),
        key="aannames",
        wide=True,
    )


def _product(released: Released, rows: Sequence[Mapping[str, Any]]) -> None:
    newest = max(row["schooljaar"] for row in rows)
    now = [row for row in rows if row["schooljaar"] == newest]
    title = f"{published(rows[0]['product']).capitalize()}, {newest}".rstrip(", ")
    shown = [row for row in now if row["status"] == wording.VISIBLE and row["bedrag"] is not None]
    if not shown:
        figure.explain(
            title, wording.status_sentence(str(now[0]["status"]), str(now[0]["reden"] or ""))
        )
        return
    leading = max(shown, key=lambda row: row["route"] == "vergelijking")["route"]
    drawn = [
        marks.Estimate(
            _route(row), row["bedrag"], row["onder"], row["boven"],
            f"{wording.euro_estimate(row['bedrag'])} ({_euro_range(row)})", row["route"] == leading,
        )
        for row in shown
        if row["onder"] is not None and row["boven"] is not None
    ]  # fmt: skip
    figure.show(
        Exhibit(
            title=title,
            account=facts.of_saving(released, now),
            table=Table(
                tr("{soort_hulp}: per schooljaar en schatting", soort_hulp=title),
                (
                    tr("Schooljaar"),
                    tr("Zonder Zorg In School"),
                    tr("Volume"),
                    tr("Besparing"),
                    tr("95%-interval"),
                ),
                tuple(_product_row(row, newest, leading) for row in rows),
                frozenset({2, 3, 4}),
            ),
            chart=marks.estimates(
                drawn,
                tr("euro per schooljaar; rechts van nul is een besparing"),
                euros=True,
            ),
            alt=savings.estimates_told(title, drawn),
            note=tr(balance_words.THREATS),
        ),
        key=f"besparing_{rows[0]['hulpvorm']}_{rows[0]['niveau']}",
        wide=True,
    )


def _route(row: Mapping[str, Any]) -> str:
    name = balances.ROUTES.get(str(row["route"]))
    return tr(name) if name else published(str(row["route_label"]))


def _product_row(row: Mapping[str, Any], newest: str, leading: str) -> Row:
    name = _route(row)
    if row["status"] != wording.VISIBLE or row["bedrag"] is None:
        blank = tables.absent(str(row["status"]))
        empty = tables.figure("")
        return Row((tables.text(row["schooljaar"]), tables.text(name), empty, blank, empty))
    return Row(
        (
            tables.text(row["schooljaar"]),
            tables.text(name),
            tables.figure(_volume(row)),
            tables.estimate(row["bedrag"]),
            tables.figure(_euro_range(row)),
        ),
        now=row["schooljaar"] == newest and row["route"] == leading,
    )


def _volume(row: Mapping[str, Any]) -> str:
    if row["volume_zonder"] is None or row["volume_werkelijk"] is None:
        return ""
    less = round(row["volume_zonder"] - row["volume_werkelijk"])
    if not less:
        return tr("evenveel")
    amount = {"n": wording.number(abs(less)), "eenheid": published(row["eenheid"])}
    return tr("{n} {eenheid} minder", **amount) if less > 0 else tr("{n} {eenheid} meer", **amount)


def _euro_range(row: Mapping[str, Any]) -> str:
    if row["onder"] is None or row["boven"] is None:
        return ""
    low, high = wording.euro_estimate(row["onder"]), wording.euro_estimate(row["boven"])
    return tr("{laag} tot {hoog}", laag=low, hoog=high)
