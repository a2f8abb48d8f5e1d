"""What suppliers owe, on the page as on the command line, and what is asked of each of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb
import pytest

from dashboard.exhibits import asked, owed, tables
from dashboard.exhibits.tables import Table
from pipelines import contracts
from pipelines.warehouse import calendar

DELIVERED = (
    ("smw_trajecten", "Kolibri", "2021-2022", "geladen"),
    ("smw_trajecten", "Kolibri", "2022-2023", "ingetrokken"),
    ("smw_trajecten", "Kolibri", "2023-2025", "geladen"),
    ("verwijzingen", "Kolibri", "2022-2025", "vervangen"),
    ("schorsingen", "Palet", "2023-2024", "geweigerd"),
    ("jeugdhulp", "Gemeente", "2022-2025", "geladen"),
    ("evaluatie_antwoorden", "School A", "2023-2024", "geladen"),
    ("evaluatie_antwoorden", "School B", "2024-2025", "geladen"),
    ("scholen", "Gemeente", "2021-2025", "geladen"),
)


def _rows() -> list[dict[str, Any]]:
    names = ("dataset", "leverancier", "periode", "status")
    return [dict(zip(names, row, strict=True)) for row in DELIVERED]


def _plain(table: Table) -> list[list[str]]:
    return [[tables.plain(cell) for cell in row.cells] for row in table.rows]


@pytest.mark.parametrize(
    "today",
    [dt.date(2025, 9, 30), dt.date(2025, 10, 2), dt.date(2026, 7, 31), dt.date(2026, 12, 2)],
)
def test_the_page_owes_what_the_calendar_owes(today: dt.date) -> None:
    with duckdb.connect() as con:
        con.execute(
            "CREATE SCHEMA register; CREATE TABLE register.leveringen (volgnummer INT, levering "
            "TEXT, dataset TEXT, leverancier TEXT, periode TEXT, status TEXT)"
        )
        for place, row in enumerate(DELIVERED):
            con.execute(
                "INSERT INTO register.leveringen VALUES (?, ?, ?, ?, ?, ?)",
                [place, f"l{place}", *row],
            )
        lines = calendar.calendar(con, contracts.load(), today)
    theirs = {
        (one.dataset, one.supplier, one.period, one.due, one.state == "te laat")
        for one in lines
        if one.state != "geleverd"
    }
    mine = owed.owed(_rows(), today)
    assert {(m.dataset, m.supplier, m.year, m.due, m.late) for m in mine} == theirs
    assert [one.late for one in mine] == sorted((one.late for one in mine), reverse=True)
    late = [one.due for one in mine if one.late]
    assert late == sorted(late)


def test_a_supplier_is_told_what_is_wrong_how_much_and_what_to_do() -> None:
    today = dt.date(2025, 9, 30)
    findings = [
        {"leverancier": "Gemeente", "dataset": "jeugdhulp", "ernst": ernst, "herstel": todo}
        for ernst, todo in (("waarschuwing", "Kijk dit na."), ("fout", "Vul tarief in."))
    ]
    body = _plain(asked.suppliers(_rows(), findings, owed.owed(_rows(), today)))
    told = {row[0]: row[1:] for row in body}
    assert body[0][0] == "Kolibri"
    assert told["Kolibri"] == [
        "3 te laat",
        "te laat: Trajecten schoolmaatschappelijk werk, Verwijzingen en toeleidingen",
        "Lever Trajecten schoolmaatschappelijk werk over 2022/2023; dat kon tot en met 1 oktober "
        "2023.",
    ]
    assert told["Palet"][0] == "1 geweigerd"
    assert told["Palet"][2] == (
        "Herstel de geweigerde levering van Schorsingen en verwijderingen en lever opnieuw."
    )
    assert told["Gemeente"] == [
        "1 soort fout, 1 soort waarschuwing",
        "bevindingen in: Toegewezen jeugdhulp",
        "Vul tarief in.",
    ]


def test_data_and_columns_have_names_and_no_codes() -> None:
    for name in contracts.load().datasets:
        assert owed.dataset_name(name) != name or "_" not in name
    assert owed.column_names("smw_trajecten", "traject_id, leerling_id") == (
        "Trajectnummer, Leerling (pseudoniem)"
    )
    assert owed.column_names("onbekend", "iets") == "iets"
