"""A figure as a file: its table with numbers as numbers, and its account. No Streamlit.

Nothing is computed here: a file holds what the table on the page holds. Text that a spreadsheet
would take for a formula stays text.
"""

from __future__ import annotations

import csv as written
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass

import xlsxwriter

from dashboard.exhibits import facts
from dashboard.exhibits.facts import Facts
from dashboard.exhibits.tables import Cell, Table, plain
from dashboard.language import DUTCH, ENGLISH, now, tr

MIME = {
    "csv": "text/csv",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
_RISKY = ("=", "+", "-", "@", "\t", "\r")
_WIDEST = 60
# What stands between values and what between a number and its decimals, as spreadsheets of readers
# of that language open it.
_DELIMITERS = {DUTCH: (";", ","), ENGLISH: (",", ".")}

Value = str | float


@dataclass(frozen=True)
class Export:
    """What goes into a file. `chosen`: year and area in words."""

    title: str
    chosen: str
    table: Table
    account: Facts

    @property
    def name(self) -> str:
        """A file name that says what is in it."""
        words = re.sub(r"[^0-9a-z]+", "-", f"{self.title} {self.chosen}".lower()).strip("-")
        return f"zichtlijn-{words[:80].rstrip('-')}"


def csv(export: Export) -> bytes:
    """UTF-8, with semicolons and decimal commas in Dutch, as Dutch spreadsheets open it.

    The account stands in columns of its own, so that every row says where it is from.
    """
    told = {
        tr("Cijfer"): export.title,
        tr("Selectie"): export.chosen,
        tr("Definitie"): export.account.definition,
        tr("Publicatie"): export.account.release_id,
    }
    out = io.StringIO()
    delimiter, _ = _DELIMITERS[now()]
    writer = written.writer(out, delimiter=delimiter, lineterminator="\r\n")
    heads, rows = _spread(export.table)
    writer.writerow([*heads, *told])
    for row in rows:
        writer.writerow([_written(value) for value in (*row, *told.values())])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def xlsx(export: Export) -> bytes:
    """A workbook: the table under its title and selection, and a sheet with the account."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        bold = book.add_format({"bold": True})
        large = book.add_format({"bold": True, "font_size": 14})
        head = book.add_format({"bold": True, "bottom": 1, "text_wrap": True, "valign": "top"})
        number = book.add_format({"num_format": "#,##0.##########"})
        whole = book.add_format({"num_format": "#,##0"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(tr("Tabel"))
        sheet.write_string(0, 0, export.title, large)
        of = tr(
            "{keuze}; publicatie {publicatie}",
            keuze=export.chosen, publicatie=export.account.release_id,
        )  # fmt: skip
        sheet.write_string(1, 0, of)
        heads, rows = _spread(export.table)
        for column, name in enumerate(heads):
            sheet.write_string(3, column, name, head)
            texts = [len(str(row[column])) for row in rows]
            sheet.set_column(column, column, min(_WIDEST, max([14, len(name) // 2, *texts])))
        for line, row in enumerate(rows, start=4):
            for column, value in enumerate(row):
                if isinstance(value, str):
                    sheet.write_string(line, column, value)
                else:
                    form = whole if float(value).is_integer() else number
                    sheet.write_number(line, column, value, form)
        sheet.autofilter(3, 0, 3 + len(rows), len(heads) - 1)
        sheet.freeze_panes(4, 1)
        notes = book.add_worksheet(tr("Toelichting"))
        notes.set_column(0, 0, 26)
        notes.set_column(1, 1, 90)
        for line, (term, text) in enumerate(((tr("Selectie"), export.chosen), *_account(export))):
            notes.write_string(line, 0, term, bold)
            notes.write_string(line, 1, text, wrapped)
        book.set_properties({"title": export.title, "comments": export.account.release_id})
    return out.getvalue()


def _account(export: Export) -> list[tuple[str, str]]:
    return facts.terms(export.account)


def _spread(table: Table) -> tuple[list[str], list[list[Value]]]:
    """Heads and rows; a column of ranges or fractions becomes two."""
    two = [
        any(len(row.cells[column].values) == 2 for row in table.rows)
        for column in range(len(table.heads))
    ]
    heads = [
        name
        for column, head in enumerate(table.heads)
        for name in (ends(head) if two[column] else (head,))
    ]
    rows = [
        [v for column, cell in enumerate(row.cells) for v in _values(cell, two=two[column])]
        for row in table.rows
    ]
    return heads, rows


def ends(head: str) -> tuple[str, str]:
    """The two heads of a column of ranges or fractions."""
    first, divided, second = head.partition(" / ")
    if divided:
        return first, second.capitalize()
    return tr("{kop}: van", kop=head), tr("{kop}: tot", kop=head)


def _values(cell: Cell, *, two: bool) -> Iterator[Value]:
    if cell.values:
        yield from cell.values
        return
    yield f"{plain(cell)} {cell.spoken}".strip()
    if two:
        yield ""


def _written(value: Value) -> str:
    """As a spreadsheet reads it; text that looks like a formula gets a quote in front."""
    if isinstance(value, str):
        return f"'{value}" if value.startswith(_RISKY) else value
    _, decimals = _DELIMITERS[now()]
    return f"{value:.10g}".replace(".", decimals)
