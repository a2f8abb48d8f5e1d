"""Delivery files: rows in a supplier's words, and the bytes they become."""

from __future__ import annotations

import csv
import datetime as dt
import io
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import polars as pl
import xlsxwriter

from pipelines.demo.layouts import Cell, Layout, Raw, Value

_MADE_ON = dt.datetime(2026, 11, 2, 9, 0, 0)  # noqa: DTZ001  (a workbook has no time zone)


@dataclass(frozen=True)
class Form:
    """How a file is made. `titles`: rows above the header of a worksheet; '' is an empty row.

    `ignored`: what stands in the columns Zichtlijn does not use.
    """

    kind: Literal["csv", "xlsx"]
    encoding: str = "utf-8"
    delimiter: str = ";"
    yes_no: tuple[str, str] = ("J", "N")
    titles: tuple[str, ...] = ()
    ignored: tuple[str, ...] = ()


@dataclass
class Sheet:
    """One delivery file in the making: `frame` holds the clean rows, `rows` what is written."""

    name: str
    layout: Layout
    form: Form
    frame: pl.DataFrame
    rows: list[list[Cell]]

    @property
    def columns(self) -> list[str]:
        return list(self.layout.headers)

    @property
    def headers(self) -> list[str]:
        return [*self.layout.headers.values(), *self.layout.ignored]

    def line(self, index: int) -> int:
        """The line of a text file, or the row of a worksheet, that row `index` stands on."""
        return len(self.form.titles) + 2 + index

    def written(self, column: str, value: Value | Raw) -> Cell:
        if self.form.kind == "csv":
            return self.layout.text(column, value, self.form.yes_no)
        return self.layout.cell(column, value, self.form.yes_no)

    def put(self, index: int, column: str, value: Value | Raw) -> None:
        self.rows[index][self.columns.index(column)] = self.written(column, value)

    def append_copy(self, index: int) -> int:
        """Repeat a row at the end of the file; its position."""
        self.rows.append(list(self.rows[index]))
        return len(self.rows) - 1


def sheet(name: str, layout: Layout, form: Form, frame: pl.DataFrame) -> Sheet:
    """The clean rows of a dataset in a supplier's words; columns the frame lacks stay empty."""
    made = Sheet(name, layout, form, frame, [])
    written: list[list[Cell]] = []
    for column in layout.headers:
        values = frame[column].to_list() if column in frame.columns else [None] * frame.height
        written.append([made.written(column, value) for value in values])
    for constant in form.ignored:
        written.append([constant] * frame.height)
    made.rows.extend(list(row) for row in zip(*written, strict=True))
    return made


def save(made: Sheet, folder: Path) -> None:
    """Write the file; the same rows give the same bytes."""
    path = folder / made.name
    if made.form.kind == "csv":
        path.write_bytes(_csv_bytes(made))
        return
    _save_workbook(made, path)


def _csv_bytes(made: Sheet) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=made.form.delimiter, lineterminator="\r\n")
    writer.writerow(made.headers)
    writer.writerows(made.rows)
    return text.getvalue().encode(made.form.encoding)


def _save_workbook(made: Sheet, path: Path) -> None:
    book = xlsxwriter.Workbook(path, {"strings_to_urls": False, "strings_to_numbers": False})
    book.set_properties({"author": "Zichtlijn demo", "created": _MADE_ON})
    page = book.add_worksheet("Export")
    bold = book.add_format({"bold": True})
    day = book.add_format({"num_format": "dd-mm-yyyy"})
    for number, title in enumerate(made.form.titles):
        if title:
            page.write_string(number, 0, title, bold)
    top = len(made.form.titles)
    for number, header in enumerate(made.headers):
        page.write_string(top, number, header, bold)
    for index, row in enumerate(made.rows):
        for number, cell in enumerate(row):
            if isinstance(cell, str):
                page.write_string(top + 1 + index, number, cell)
            elif isinstance(cell, dt.date):
                page.write_datetime(top + 1 + index, number, cell, day)
            elif cell is not None:
                page.write_number(top + 1 + index, number, cell)
    if made.layout.totals:
        _totals(made, page, top + 1 + len(made.rows))
    book.close()


def _totals(made: Sheet, page: xlsxwriter.worksheet.Worksheet, row: int) -> None:
    """The row suppliers put under their table: a word, and the sum of what can be added."""
    page.write_string(row, 0, f"{made.layout.totals} ({len(made.rows)})")
    for number, column in enumerate(made.columns):
        if column in ("uren", "contacten", "schooldagen"):
            cells = [r[number] for r in made.rows]
            page.write_number(row, number, sum(c for c in cells if isinstance(c, int | float)))
