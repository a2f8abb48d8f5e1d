"""A downloaded table says what the page says, and nothing in it is a formula."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest

from dashboard.exhibits import tables
from dashboard.exhibits.facts import Facts
from dashboard.exhibits.tables import Row, Table
from dashboard.render import exports
from dashboard.render.exports import Export

ACCOUNT = Facts(
    definition="Aantal leerlingen per 100.", numerator="leerlingen", denominator="ingeschrevenen",
    sources=(), n="", interval="95%-interval", norm="", hidden=1, release_id="r123", rounding=5,
)  # fmt: skip
HIDDEN = tables.absent("afgeschermd")
TABLE = Table(
    "Bereik per school",
    ("School", "Waarde", "95%-interval", "Teller / noemer"),
    (
        Row(
            (
                tables.text("De Linde & Zoon"),
                tables.figure("9,5", 9.5),
                tables.figure("4–12", 4.25, 12.0),
                tables.figure("45 / 697", 45.0, 697.0),
            )
        ),
        Row((tables.text("=1+1"), HIDDEN, tables.figure(""), HIDDEN)),
    ),
    frozenset({1, 2, 3}),
)
EXPORT = Export("Bereik per 100: scholen", "2024/2025, Gemeente, Veenhaven", TABLE, ACCOUNT)
HEADS = ["School", "Waarde", "95%-interval: van", "95%-interval: tot", "Teller", "Noemer"]


def test_name_says_what_is_in_it() -> None:
    assert EXPORT.name == "zichtlijn-bereik-per-100-scholen-2024-2025-gemeente-veenhaven"


def test_csv_opens_in_a_dutch_spreadsheet_and_carries_its_account() -> None:
    body = exports.csv(EXPORT)
    assert body.startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(body.decode("utf-8-sig")), delimiter=";"))
    account = ["Cijfer", "Selectie", "Definitie", "Publicatie"]
    assert read[0] == [*HEADS, *account]
    assert read[1][:6] == ["De Linde & Zoon", "9,5", "4,25", "12", "45", "697"]
    assert read[1][6:] == [EXPORT.title, EXPORT.chosen, ACCOUNT.definition, "r123"]
    assert read[2][:6] == ["'=1+1", "· afgeschermd", "", "", "· afgeschermd", ""]


def test_workbook_holds_numbers_and_no_formula() -> None:
    book = openpyxl.load_workbook(io.BytesIO(exports.xlsx(EXPORT)))
    assert book.sheetnames == ["Tabel", "Toelichting"]
    sheet = book["Tabel"]
    assert sheet["A1"].value == EXPORT.title
    assert sheet["A2"].value == f"{EXPORT.chosen}; publicatie r123"
    assert sheet.freeze_panes == "B5"
    assert sheet.auto_filter.ref == "A4:F6"
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    assert list(rows[0]) == HEADS
    assert rows[1] == ("De Linde & Zoon", 9.5, 4.25, 12, 45, 697)
    assert sheet["A6"].value == "=1+1"
    assert sheet["A6"].data_type == "s"
    notes = {row[0]: row[1] for row in book["Toelichting"].iter_rows(values_only=True)}
    assert notes["Definitie"] == ACCOUNT.definition
    assert notes["Publicatie"] == "r123"
    assert notes["Selectie"] == EXPORT.chosen


@pytest.mark.parametrize("made", [exports.csv, exports.xlsx])
def test_table_without_rows_is_a_file_too(made: object) -> None:
    empty = Export("Niets", "2024/2025", Table("Niets", ("School", "Waarde"), ()), ACCOUNT)
    assert callable(made)
    assert made(empty)
