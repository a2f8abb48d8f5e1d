"""Zorg In School: what was promised, what changed, and what it costs and saves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dashboard import charts, facts, figure, filters, page, tables, wording
from dashboard.released import Metric, Released
from dashboard.tables import Row, Table

TITLE = "Zorg In School"
QUESTION = "Maakt Zorg In School waar wat het belooft, en wat kost en bespaart het?"

# With a comparison group, its development is the fairest guess of what would have happened.
_LEADING_ROUTE = "vergelijking"
_GROUPS = {"zis": "Zorg In School", "vergelijking": "Vergelijkingsgroep"}


def render(released: Released) -> None:
    effects = released.table("effecten", "id, leidend DESC, ontwerp DESC").to_dicts()
    savings = released.table("besparing", "product, schooljaar, route").to_dicts()
    page.conclusion(_conclusions(effects, savings))

    figure.section(
        "Beloften en uitkomsten",
        "Waar er een vergelijkingsgroep is, leidt het verschil met die groep; de verandering bij "
        "de deelnemers zelf staat er ter vergelijking bij.",
    )
    if not effects:
        figure.explain("Effecten", "In deze publicatie staan geen effecten van Zorg In School.")
    by_id = {
        effect_id: [row for row in effects if row["id"] == effect_id]
        for effect_id in dict.fromkeys(row["id"] for row in effects)
    }
    for rows in sorted(by_id.values(), key=lambda rows: not any(map(_shown, rows))):
        _effect(released, rows)

    figure.section(
        "Besparing op jeugdhulp",
        "Drie manieren om te schatten wat er zonder Zorg In School was gebeurd, altijd naast "
        "elkaar.",
    )
    if not savings:
        figure.explain("Besparing", "In deze publicatie staat geen besparing.")
    for product in dict.fromkeys(row["product"] for row in savings):
        _saving(released, [row for row in savings if row["product"] == product])

    figure.section("Kosten van jeugdhulp", "Wat is er toegekend, en aan welke hulp?")
    selection = filters.bar(released)
    figure.trend(released, "jh_kosten_toegekend", selection, "Toegekende kosten jeugdhulp")
    figure.breakdown(
        released, "jh_kosten_toegekend", "hulpvorm", selection, "Toegekende kosten naar hulpvorm"
    )
    figure.breakdown(
        released, "jh_kosten_toegekend", "niveau", selection, "Toegekende kosten naar zorgniveau"
    )
    figure.more(released, ("jeugdhulp",), ("jh_kosten_toegekend",), selection, "meer_jeugdhulp")


def _conclusions(
    effects: Sequence[Mapping[str, Any]], savings: Sequence[Mapping[str, Any]]
) -> list[str]:
    told = [
        f"{_title(row)}. {row['zin']} Bewijsniveau: **{row['bewijsniveau']}**."
        for row in effects
        if row["leidend"] and row["status"] == wording.VISIBLE and row["zin"]
    ]
    silent = {row["id"] for row in effects if row["leidend"] and row["status"] != wording.VISIBLE}
    if silent:
        told.append(
            f"Over {wording.count_of(len(silent), 'belofte', 'beloften')} kan nog niets worden "
            "gezegd: de groepen zijn te klein of de gegevens ontbreken."
        )
    shown = [
        row for row in savings if row["status"] == wording.VISIBLE and row["bedrag"] is not None
    ]
    if shown:
        for product in dict.fromkeys(row["product"] for row in shown):
            rows = [row for row in shown if row["product"] == product]
            newest = max(row["schooljaar"] for row in rows)
            told.append(_saved([row for row in rows if row["schooljaar"] == newest]))
    return told


def _saved(rows: Sequence[Mapping[str, Any]]) -> str:
    """The sentence of the leading comparison, and how far the others are from it."""
    leading = next((row for row in rows if row["route"] == _LEADING_ROUTE), rows[0])
    low = min(row["bedrag"] for row in rows)
    high = max(row["bedrag"] for row in rows)
    if len(rows) == 1:
        return str(leading["zin"])
    return (
        f"{leading['zin']} De schattingen liggen, naar gelang de gekozen vergelijking, tussen "
        f"**{wording.euro_estimate(low)}** en **{wording.euro_estimate(high)}**; "
        f"{_certainty(rows)}.{' Onder nul betekent meer kosten.' if low < 0 else ''}"
    )


def _certainty(rows: Sequence[Mapping[str, Any]]) -> str:
    """Whether the intervals of all routes stay above zero."""
    known = [row for row in rows if row["onder"] is not None and row["boven"] is not None]
    if not known:
        return "de onzekerheid is niet bekend"
    if all(row["onder"] > 0 for row in known):
        return "alle schattingen liggen met hun interval boven nul"
    if all(row["onder"] <= 0 <= row["boven"] for row in known):
        return "geen daarvan is van nul te onderscheiden"
    return "niet alle schattingen zijn van nul te onderscheiden"


def _title(effect: Mapping[str, Any]) -> str:
    """The promise as a promise, not as a finding."""
    promise = str(effect["belofte"]).rstrip(".")
    measured = str(effect["maat"])
    extra = "" if measured in promise else f" (gemeten: {measured})"
    return f"Belofte: {promise[:1].lower()}{promise[1:]}{extra}"


def _shown(row: Mapping[str, Any]) -> bool:
    return row["status"] == wording.VISIBLE and row["schatting"] is not None


def _effect(released: Released, rows: Sequence[Mapping[str, Any]]) -> None:
    leading = next((row for row in rows if row["leidend"]), rows[0])
    title = _title(leading)
    shown = [row for row in rows if _shown(row)]
    if not shown:
        figure.explain(
            title, wording.status_sentence(str(leading["status"]), str(leading["reden"] or ""))
        )
        return
    series = released.table("effect_reeks", "effect, groep DESC, volgorde").to_dicts()
    series = [
        {**row, "onder": None, "boven": None, "n": row["n_leerlingen"]}
        for row in series
        if row["effect"] == leading["id"]
    ]
    account = facts.of_effect(released, leading)
    body = tuple(
        Row(
            (
                tables.text(row["ontwerp_label"]),
                tables.figure(_estimate(row)) if row in shown
                else tables.Cell(wording.no_value(str(row["status"])), number=True),
                tables.figure(_range(row)),
                tables.text(row["bewijsniveau"] or ""),
            ),
            now=bool(row["leidend"]),
        )
        for row in rows
    )  # fmt: skip
    figure.show(
        figure.Figure(
            key=f"{leading['id']}_schatting",
            title=title,
            facts=account,
            table=Table(
                f"{title}: schattingen", ("Opzet", "Schatting", "95%-interval", "Bewijsniveau"),
                body, frozenset({1, 2}),
            ),
            chart=charts.estimates(
                [
                    charts.Estimate(
                        str(row["ontwerp_label"]), row["schatting"], row["onder"], row["boven"],
                        f"{_estimate(row)} ({_range(row)})", bool(row["leidend"]),
                    )
                    for row in shown
                    if row["onder"] is not None and row["boven"] is not None
                ],
                f"{leading['eenheid']}; links van nul is minder, rechts is meer",
            ),
            alt=f"Schattingen met 95%-interval voor: {title}.",
            note=_threats(leading),
            wide=True,
        )
    )  # fmt: skip
    if series:
        account = facts.of_effect(released, leading, series)
        told = f"Aantal {leading['eenheid']}, per periode in iedere groep."
        _series(released, leading, series, replace(account, definition=told, interval=""))


def _series(
    released: Released,
    effect: Mapping[str, Any],
    series: Sequence[Mapping[str, Any]],
    account: facts.Facts,
) -> None:
    title = f"Verloop: {effect['eenheid']}"
    places = sorted({(row["volgorde"], row["periode"]) for row in series})
    steps = [period for _, period in places]
    groups = [group for group in _GROUPS if any(row["groep"] == group for row in series)]
    at = {(row["groep"], row["periode"]): row for row in series}
    blank = {"waarde": None, "status": "nvt", "onder": None, "boven": None, "n": None}
    metric = _as_metric(effect)
    lines = [
        charts.Line(
            _GROUPS[group], [at.get((group, step), blank) for step in steps],
            quiet=group == "vergelijking",
        )
        for group in groups
    ]  # fmt: skip
    if not any(charts.visible(row) for line in lines for row in line.rows):
        figure.explain(title, wording.status_sentence(wording.HIDDEN))
        return
    body = tuple(
        Row((tables.text(step), *(tables.valued(metric, line.rows[place]) for line in lines)))
        for place, step in enumerate(steps)
    )
    figure.show(
        figure.Figure(
            key=f"{effect['id']}_reeks",
            title=title,
            facts=account,
            table=Table(
                f"{effect['maat']} per periode", ("Periode", *(line.label for line in lines)),
                body, frozenset(range(1, len(lines) + 1)),
            ),
            chart=charts.lines(metric, lines, steps, sum(order < 0 for order, _ in places)),
            alt=f"Lijngrafiek: {effect['maat']} per periode in de groepen.",
            wide=True,
        )
    )  # fmt: skip


def _saving(released: Released, rows: Sequence[Mapping[str, Any]]) -> None:
    newest = max(row["schooljaar"] for row in rows)
    title = _product(rows[0])
    now = [row for row in rows if row["schooljaar"] == newest]
    shown = [row for row in now if row["status"] == wording.VISIBLE and row["bedrag"] is not None]
    if not shown:
        figure.explain(
            title, wording.status_sentence(str(now[0]["status"]), str(now[0]["reden"] or ""))
        )
        return
    body = tuple(
        Row(
            (
                tables.text(row["schooljaar"]),
                tables.text(row["route_label"]),
                *(
                    (
                        tables.figure(_volume(row)),
                        tables.figure(wording.euro_estimate(row["bedrag"])),
                        tables.figure(_euro_range(row)),
                    )
                    if row["status"] == wording.VISIBLE and row["bedrag"] is not None
                    else (
                        tables.figure(""),
                        tables.Cell(wording.no_value(str(row["status"])), number=True),
                        tables.figure(""),
                    )
                ),
            ),
            now=row["schooljaar"] == newest and row["route"] == _LEADING_ROUTE,
        )
        for row in rows
    )
    figure.show(
        figure.Figure(
            key=f"besparing_{rows[0]['product']}",
            title=f"{title}, {newest}",
            facts=facts.of_saving(released, now),
            table=Table(
                f"{title} per schooljaar en vergelijking",
                ("Schooljaar", "Vergelijking", "Volume t.o.v. zonder", "Besparing", "95%-interval"),
                body, frozenset({2, 3, 4}),
            ),
            chart=charts.estimates(
                [
                    charts.Estimate(
                        str(row["route_label"]), row["bedrag"],
                        row["bedrag"] if row["onder"] is None else row["onder"],
                        row["bedrag"] if row["boven"] is None else row["boven"],
                        wording.euro_estimate(row["bedrag"]),
                        str(row["route"]) == _LEADING_ROUTE,
                    )
                    for row in shown
                ],
                "euro per schooljaar; rechts van nul is een besparing", euros=True,
            ),
            alt=f"{title} in {newest} volgens drie vergelijkingen, met 95%-interval.",
            note="Tariefindexatie, een andere leerlingenpopulatie en terugkeer naar het "
            "gemiddelde kunnen de schatting vertekenen.",
            wide=True,
        )
    )  # fmt: skip


def _product(row: Mapping[str, Any]) -> str:
    return f"Besparing op {str(row['hulpvorm']).replace('_', ' ')} niveau {row['niveau']}"


def _volume(row: Mapping[str, Any]) -> str:
    if row["volume_zonder"] is None or row["volume_werkelijk"] is None:
        return ""
    less = round(row["volume_zonder"] - row["volume_werkelijk"])
    way = "minder" if less >= 0 else "meer"
    return f"{wording.number(abs(less))} {row['eenheid']} {way}"


def _euro_range(row: Mapping[str, Any]) -> str:
    if row["onder"] is None or row["boven"] is None:
        return ""
    return f"{wording.euro_estimate(row['onder'])} tot {wording.euro_estimate(row['boven'])}"


def _estimate(row: Mapping[str, Any]) -> str:
    value = row["schatting"]
    plus = "+" if value > 0 else ""
    return f"{plus}{wording.signed(value)}"


def _range(row: Mapping[str, Any]) -> str:
    if row["onder"] is None or row["boven"] is None:
        return ""
    return wording.estimate_interval(row["onder"], row["boven"])


def _threats(effect: Mapping[str, Any]) -> str:
    text = str(effect["bedreigingen"] or "")
    return f"Lees dit met de bedreigingen erbij: {text[:1].lower()}{text[1:]}" if text else ""


def _as_metric(effect: Mapping[str, Any]) -> Metric:
    """The effect's outcome as a metric, so that it reads like one."""
    return Metric(
        id=str(effect["id"]), thema="", label_nl=str(effect["belofte"]),
        definitie=str(effect["maat"]), eenheid=str(effect["eenheid"] or ""), soort="reeks",
        teller="", noemer="", richting=str(effect["richting"] or ""), norm=None, norm_eenheid="",
        norm_bron="", datasets="", systeem="", versie="", geldig_vanaf=None,
    )  # fmt: skip
