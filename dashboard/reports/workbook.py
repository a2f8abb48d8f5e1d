"""A report as a workbook: a sheet per table with numbers as numbers, and every account beside it.

Text that a spreadsheet would take for a formula stays text.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from typing import Any

import xlsxwriter

from dashboard.charts import marks
from dashboard.exhibits import facts
from dashboard.exhibits.exhibit import Exhibit
from dashboard.exhibits.tables import Cell, Table
from dashboard.render import exports
from dashboard.reports import files
from dashboard.reports.content import Report
from dashboard.reports.text import plain, words
from dashboard.words import wording

_HEAD = 4
_WIDEST = 60
_NOT_IN_NAMES = re.compile(r"[\[\]:*?/\\']")
_LONGEST_NAME = 31


def made(report: Report) -> bytes:
    """The workbook; the first sheet says what is in it and what is not."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        looks = _Looks(book)
        names = _names(report.exhibits)
        _contents(book, looks, report, names)
        for exhibit in report.exhibits:
            if exhibit.table is not None:
                _sheet(book.add_worksheet(names[id(exhibit)]), looks, report, exhibit)
        _definitions(book, looks, report)
        book.set_properties(
            {
                "title": f"{report.title}, {report.chosen}", "author": "Zichtlijn",
                "subject": report.chosen, "keywords": report.about.id, "comments": report.stamp,
                "created": report.made,
            }
        )  # fmt: skip
    return files.settled(out.getvalue(), report.made)


class _Looks:
    """Formats of a book; those of numbers are made once for each way of writing them."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._numbers: dict[tuple[str, bool], Any] = {}
        self.large = book.add_format({"bold": True, "font_size": 14})
        self.bold = book.add_format({"bold": True, "valign": "top"})
        self.head = book.add_format(
            {"bold": True, "bottom": 1, "text_wrap": True, "valign": "bottom"}
        )
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.now = book.add_format({"text_wrap": True, "valign": "top", "bold": True})
        self.quiet = book.add_format({"align": "right", "font_color": "#566770"})

    def number(self, form: str, *, now: bool) -> Any:
        if (form, now) not in self._numbers:
            self._numbers[form, now] = self._book.add_format(
                {"num_format": form, "valign": "top", "bold": now}
            )
        return self._numbers[form, now]


def _names(exhibits: Sequence[Exhibit]) -> dict[int, str]:
    """A sheet name per table: its subject, short, without what a sheet name may not hold."""
    names: dict[int, str] = {}
    for number, exhibit in enumerate((e for e in exhibits if e.table is not None), start=1):
        short = _NOT_IN_NAMES.sub("-", exhibit.about.split(",")[0]).strip("- ")
        names[id(exhibit)] = f"{number} {short}"[:_LONGEST_NAME].strip("- ")
    return names


def _contents(book: Any, looks: _Looks, report: Report, names: dict[int, str]) -> None:
    sheet = book.add_worksheet("Inhoud")
    sheet.set_column(0, 0, 34)
    sheet.set_column(1, 1, 100)
    sheet.write_string(0, 0, report.title, looks.large)
    sheet.write_string(1, 0, report.chosen)
    sheet.write_string(2, 0, report.stamp)
    line = _HEAD
    for place, head in enumerate(("Blad", "Wat het zegt")):
        sheet.write_string(line, place, head, looks.head)
    for exhibit in report.exhibits:
        line += 1
        name = names.get(id(exhibit))
        if name is None:
            sheet.write_string(line, 0, exhibit.about, looks.wrapped)
            sheet.write_string(line, 1, exhibit.reason, looks.wrapped)
            continue
        sheet.write_url(line, 0, f"internal:'{name}'!A1", string=name)
        sheet.write_string(line, 1, exhibit.headline, looks.wrapped)
    for text in report.lines:
        line += 1
        sheet.write_string(line, 1, plain(text), looks.wrapped)
    sheet.freeze_panes(_HEAD + 1, 0)


def _sheet(sheet: Any, looks: _Looks, report: Report, exhibit: Exhibit) -> None:
    table, account = exhibit.table, exhibit.account
    if table is None or account is None:
        return
    sheet.write_string(0, 0, exhibit.headline, looks.large)
    sheet.write_string(1, 0, f"{exhibit.about}; publicatie {report.about.id}")
    sheet.write_string(2, 0, f"Definitie: {account.definition}")
    heads, spans = _columns(table)
    form = exhibit.chart.form if exhibit.chart is not None else ""
    for place, head in enumerate(heads):
        sheet.write_string(_HEAD, place, head, looks.head)
        sheet.set_column(place, place, min(_WIDEST, max(12, len(head) // 2)))
    for line, row in enumerate(table.rows, start=_HEAD + 1):
        place = 0
        for column, cell in enumerate(row.cells):
            _cell(sheet, looks, line, place, cell, form, now=row.now)
            place += spans[column]
    sheet.set_column(0, 0, min(_WIDEST, max(len(words(row.cells[0])) for row in table.rows) + 2))
    last = _HEAD + len(table.rows)
    sheet.autofilter(_HEAD, 0, last, len(heads) - 1)
    sheet.freeze_panes(_HEAD + 1, 1)
    terms = facts.terms(account)
    if exhibit.note:
        terms.insert(0, ("Let op", exhibit.note))
    for line, (term, text) in enumerate(terms, start=last + 2):
        sheet.write_string(line, 0, term, looks.bold)
        sheet.write_string(line, 1, text)


def _columns(table: Table) -> tuple[list[str], list[int]]:
    """Heads, and how many columns each takes: two for a range or a fraction."""
    heads: list[str] = []
    spans: list[int] = []
    for place, head in enumerate(table.heads):
        two = any(len(row.cells[place].values) == 2 for row in table.rows)
        spans.append(2 if two else 1)
        heads += exports.ends(head) if two else (head,)
    return heads, spans


def _cell(
    sheet: Any, looks: _Looks, line: int, place: int, cell: Cell, form: str, *, now: bool
) -> None:
    if not cell.values:
        text = words(cell)
        mark = text == wording.MARK
        look = looks.quiet if mark else looks.now if now else looks.wrapped
        sheet.write_string(line, place, text, look)
        return
    for step, value in enumerate(cell.values):
        sheet.write_number(line, place + step, value, looks.number(_form(cell, form), now=now))


def _form(cell: Cell, form: str) -> str:
    """How the number stands on the page: euro, percent, decimals."""
    text = words(cell)
    if "€" in text:
        return marks.EURO
    if len(cell.values) == 1 and text.endswith("%"):
        return '0"%"'
    if all(float(value).is_integer() for value in cell.values):
        return "#,##0"
    return form if form and "." in form else "#,##0.##"


def _definitions(book: Any, looks: _Looks, report: Report) -> None:
    """Every account once more, under each other, and how the figures were made."""
    sheet = book.add_worksheet("Definities")
    sheet.set_column(0, 0, 40)
    sheet.set_column(1, 1, 24)
    sheet.set_column(2, 2, 100)
    for place, head in enumerate(("Tabel", "Begrip", "Toelichting")):
        sheet.write_string(0, place, head, looks.head)
    line = 0
    for exhibit in report.exhibits:
        if exhibit.account is None:
            continue
        for term, text in facts.terms(exhibit.account):
            line += 1
            for place, value in enumerate((exhibit.about, term, text)):
                sheet.write_string(line, place, value, looks.wrapped)
    for name, text in report.method:
        line += 1
        for place, value in enumerate(("Verantwoording", name, text)):
            sheet.write_string(line, place, value, looks.wrapped)
    sheet.autofilter(0, 0, line, 2)
    sheet.freeze_panes(1, 1)
