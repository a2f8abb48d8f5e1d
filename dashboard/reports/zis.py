"""Zorg In School in a report: promises with their evidence, and the balance with its doubt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from dashboard.exhibits import balance_words, balances, facts, promises, savings, tables
from dashboard.exhibits.balances import TOTAL, Balances
from dashboard.exhibits.exhibit import Exhibit, absent
from dashboard.exhibits.promises import Effect
from dashboard.exhibits.tables import Row, Table
from dashboard.release.released import Released
from dashboard.reports import pictures
from dashboard.words import sentences, wording

# The column of the forest that is drawn in HTML, and has no words.
_DRAWN = 2
_MOST_DRIVERS = 10
_NO_BALANCE = "In deze publicatie staat geen besparing."
_GROUPS = {
    promises.GOOD: "Goede aanwijzingen",
    promises.FIRST: "Eerste aanwijzingen",
    promises.UNCLEAR: "Geen duidelijk verschil",
    promises.OTHERWISE: "Anders dan beloofd",
    promises.SUMS: "Rekensom, geen gemeten effect",
    promises.SMALL: "Te weinig gegevens",
    promises.MISSING: "Nog niet te meten",
}


def effects(released: Released) -> list[Effect]:
    rows: list[Effect] = list(
        released.table("effecten", "id, leidend DESC, ontwerp DESC").to_dicts()
    )
    return rows


def overview(released: Released) -> Exhibit:
    """How many promises stand where, by their main outcome."""
    found = effects(released)
    main = [row for row in promises.leading(found) if row["id"] == promises.promise_of(row)]
    subject = "Beloften van Zorg In School naar bewijs"
    if not main:
        return absent(
            subject, "In deze publicatie staan geen effecten van Zorg In School.",
            message="Zorg In School: geen effecten in deze publicatie",
        )  # fmt: skip
    grouped = {
        name: [row for row in main if promises.group(row) == name]
        for name in _GROUPS
    }  # fmt: skip
    body = tuple(
        Row(
            (
                tables.text(_GROUPS[name]),
                tables.figure(wording.number(len(rows)), float(len(rows))),
                tables.long("; ".join(_short(row) for row in rows)),
            )
        )
        for name, rows in grouped.items()
        if rows
    )
    hopeful = len(grouped[promises.GOOD]) + len(grouped[promises.FIRST])
    unclear = len(grouped[promises.UNCLEAR])
    title = (
        f"Voor {hopeful} van de {len(main)} beloften zijn er aanwijzingen, "
        f"bij {unclear} is er geen duidelijk verschil"
    )
    return Exhibit(
        message=title,
        title=subject,
        account=_account(released, main),
        table=Table(subject, ("Bewijs", "Aantal", "Beloften"), body, frozenset({1})),
        lines=tuple(promises.summary(found)),
    )


def _short(row: Effect) -> str:
    return str(row["belofte"]).rstrip(".") + promises.doubt(row)


def _account(released: Released, rows: Sequence[Effect]) -> facts.Facts:
    """The account of several promises together."""
    numerator = "Per belofte; zie de verantwoording van elke belofte"
    return facts.of_promises(released, rows, numerator)


def term(released: Released, code: str) -> Exhibit:
    """The outcomes of one term, evidence first."""
    name = promises.TERMS[code]
    rows = [row for row in promises.leading(effects(released)) if promises.term(row) == code]
    told = [row for row in rows if promises.shown(row)]
    subject = f"{name}: beloften met een uitkomst"
    if not told:
        return absent(
            subject, "Voor deze termijn is er nog geen uitkomst.",
            message=f"{name}: nog geen uitkomst",
        )  # fmt: skip
    better = sum(
        promises.group(row) in {promises.GOOD, promises.FIRST} and promises.favourable(row)
        for row in told
    )
    drawn = promises.forest(told, subject)
    return Exhibit(
        message=f"{name}: {better} van de {wording.count_of(len(told), 'uitkomst', 'uitkomsten')} "
        f"{'is' if better == 1 else 'zijn'} gunstiger",
        title=subject,
        account=_account(released, told),
        table=_without(drawn, _DRAWN),
        lines=tuple(
            f"**{str(row['belofte']).rstrip('.')}** ({row['bewijsniveau']}). {row['zin']}"
            for row in told
        ),
        note="Elke uitkomst heeft een eigen eenheid: vergelijk schattingen niet tussen rijen.",
    )


def _without(table: Table, column: int) -> Table:
    """A table without one column."""
    kept = [place for place in range(len(table.heads)) if place != column]
    rows = tuple(
        replace(row, cells=tuple(row.cells[place] for place in kept)) for row in table.rows
    )
    numeric = frozenset(new for new, old in enumerate(kept) if old in table.numeric)
    return replace(
        table, heads=tuple(table.heads[place] for place in kept), rows=rows, numeric=numeric
    )


def best(released: Released) -> Exhibit:
    """The outcome with the best evidence, by every design that was tried."""
    found = effects(released)
    shown = [row for row in promises.leading(found) if promises.shown(row)]
    main = next((row for row in shown if promises.group(row) == promises.GOOD), None)
    subject = "De belofte met het beste bewijs"
    if main is None:
        return absent(
            subject, "Bij geen van de beloften draagt de opzet meer dan eerste aanwijzingen.",
            message="Nog geen belofte met goede aanwijzingen",
        )  # fmt: skip
    designs = [
        row for row in promises.in_order(found)
        if row["id"] == main["id"] and promises.shown(row) and row["onder"] is not None
        and row["ontwerp"] != "BS"
    ]  # fmt: skip
    body = tuple(
        Row(
            (
                tables.text(row["ontwerp_label"]),
                tables.figure(promises.estimate(row), row["schatting"]),
                tables.figure(promises.interval(row), row["onder"], row["boven"]),
                tables.text(row["bewijsniveau"]),
            ),
            now=bool(row["leidend"]),
        )
        for row in designs
    )
    words = str(main["belofte"]).rstrip(".")
    sentence = next(sentences.apart(main["zin"]), "")
    return Exhibit(
        message=sentence.removesuffix("."),
        title=f"{words}: {main['eenheid']}, schatting per opzet",
        account=facts.of_effect(released, main),
        table=Table(
            "Schatting per opzet", ("Opzet", "Schatting", "95%-interval", "Bewijsniveau"), body,
            frozenset({1, 2}),
        ),
        chart=pictures.of_effects(designs),
        alt=f"Schattingen met 95%-interval: {words}.",
        lines=(str(main["zin"]),),
    )  # fmt: skip


def missing(released: Released) -> Exhibit:
    """Promises without an outcome, and what is needed."""
    rows = [row for row in promises.leading(effects(released)) if not promises.shown(row)]
    subject = "Beloften zonder uitkomst"
    if not rows:
        return absent(subject, "Elke belofte heeft een uitkomst.")
    count = wording.count_of(len(rows), "uitkomst ontbreekt", "uitkomsten ontbreken")
    return Exhibit(
        message=f"{count}: dit is nodig om ook die te meten",
        title=subject,
        account=_account(released, rows),
        table=promises.missing(rows),
    )


def waterfall(released: Released) -> Exhibit:
    """From gross to net over all years, by the leading route."""
    found = balances.read(released)
    if not found.rows:
        return _no_balance(found, "Van bruto naar netto, alle schooljaren samen")
    made = savings.waterfall(released, found, TOTAL, found.leading)
    return replace(made, lines=tuple(balance_words.conclusions(found)))


def routes(released: Released) -> Exhibit:
    """Net along each route: what is not known stays in sight."""
    found = balances.read(released)
    if not found.rows:
        return _no_balance(found, "Netto over alle schooljaren samen, volgens elke schatting")
    return savings.routes(released, found)


def drivers(released: Released) -> Exhibit:
    """Which assumption moves the net most."""
    found = balances.read(released)
    subject = "De belangrijkste aannames"
    rows = [
        row for row in balances.drivers(released) if row["netto_laag"] != row["netto_hoog"]
    ][:_MOST_DRIVERS]  # fmt: skip
    if not found.rows or not rows:
        return _no_balance(found, subject)
    heads = (
        "Aanname", "Gerekend met", "Aannemelijk", "Netto bij laag", "Netto bij hoog", "Bron",
    )  # fmt: skip
    label = str(rows[0]["label"])
    return Exhibit(
        message=f"Het meest maakt uit: {label[:1].lower()}{label[1:]}",
        title="Netto over alle schooljaren als één aanname laag of hoog is",
        account=facts.of_balance(
            released,
            "Netto besparing over alle schooljaren samen, contant gemaakt, met één aanname op "
            "haar lage en op haar hoge waarde.",
            "Netto besparing bij de lage en bij de hoge waarde",
        ),
        table=Table(subject, heads, tuple(map(balance_words.driver_row, rows)),
                    frozenset({1, 2, 3, 4})),
    )  # fmt: skip


def _no_balance(found: Balances, subject: str) -> Exhibit:
    return absent(subject, found.reason or _NO_BALANCE, message=f"{subject}: geen cijfer")
