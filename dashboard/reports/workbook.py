"""A report as a workbook: a sheet per table with numbers as numbers, and every account beside it.

Text that a spreadsheet would take for a formula stays text.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from math import ceil
from typing import Any

import xlsxwriter

from dashboard.charts import marks
from dashboard.exhibits import facts
from dashboard.exhibits.exhibit import Exhibit
from dashboard.exhibits.tables import Cell, Row, Table
from dashboard.render import exports
from dashboard.reports import files
from dashboard.reports.content import Report
from dashboard.reports.text import plain, words
from dashboard.words import wording

_HEAD = 4
_WIDEST = 60
_A4 = 9
# Points of a line of text; and how wide text above and below a table is, in letters, at least.
_LINE = 15.0
_PAGE = 110.0
# Words of the account stand in the first column; letters are narrower than the digits that a
# column is measured in.
_FIRST, _NARROW = 18.0, 1.15
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
        for sheet in book.worksheets():
            _printed(sheet, report)
        book.set_properties(
            {
                "title": f"{report.title}, {report.chosen}", "author": "Zichtlijn",
                "subject": report.chosen, "keywords": report.about.id, "comments": report.stamp,
                "created": report.made,
            }
        )  # fmt: skip
    return files.settled(out.getvalue(), report.made)


def _printed(sheet: Any, report: Report) -> None:
    """On paper: lying, as wide as a page, and which release and page at the foot."""
    sheet.set_landscape()
    sheet.set_paper(_A4)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    stamp = f"{'Demonstratiegegevens. ' if report.demo else ''}Publicatie {report.about.id}"
    sheet.set_footer(f"&L&8{stamp}&R&8&A, &P van &N")


class _Looks:
    """Formats of a book; those of numbers are made once for each way of writing them."""

    def __init__(self, book: Any) -> None:
        self._book = book
        self._numbers: dict[tuple[str, bool], Any] = {}
        self.headline = book.add_format(
            {"bold": True, "font_size": 14, "text_wrap": True, "valign": "top"}
        )
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
    wide = (34, 100)
    for place, width in enumerate(wide):
        sheet.set_column(place, place, width)
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
            _high(sheet, line, (exhibit.about, exhibit.reason), wide)
            continue
        sheet.write_url(line, 0, f"internal:'{name}'!A1", string=name)
        sheet.write_string(line, 1, exhibit.headline, looks.wrapped)
        _high(sheet, line, (name, exhibit.headline), wide)
    for text in report.lines:
        line += 1
        sheet.write_string(line, 1, plain(text), looks.wrapped)
        _high(sheet, line, ("", plain(text)), wide)
    sheet.freeze_panes(_HEAD + 1, 0)
    sheet.repeat_rows(_HEAD)


def _sheet(sheet: Any, looks: _Looks, report: Report, exhibit: Exhibit) -> None:
    table, account = exhibit.table, exhibit.account
    if table is None or account is None:
        return
    heads, spans = _columns(table)
    wide = _widths(table, heads)
    for place, width in enumerate(wide):
        sheet.set_column(place, place, width)
    page = _Page(sheet, tuple(wide))
    if sum(wide) < _PAGE:
        page = _Page(sheet, (*wide, _PAGE - sum(wide)))
        sheet.set_column(len(wide), len(wide), _PAGE - sum(wide))
    page.write(0, exhibit.headline, looks.headline, larger=1.4)
    page.write(1, f"{exhibit.about}; publicatie {report.about.id}", looks.wrapped)
    page.write(2, f"Definitie: {account.definition}", looks.wrapped)
    form = exhibit.chart.form if exhibit.chart is not None else ""
    for place, head in enumerate(heads):
        sheet.write_string(_HEAD, place, head, looks.head)
    for line, row in enumerate(table.rows, start=_HEAD + 1):
        place = 0
        for column, cell in enumerate(row.cells):
            _cell(sheet, looks, line, place, cell, form, now=row.now)
            place += spans[column]
        _high(sheet, line, *_plain(row, spans, wide))
    last = _HEAD + len(table.rows)
    sheet.autofilter(_HEAD, 0, last, len(heads) - 1)
    sheet.freeze_panes(_HEAD + 1, 1)
    sheet.repeat_rows(_HEAD)
    terms = facts.terms(account)
    if exhibit.note:
        terms.insert(0, ("Let op", exhibit.note))
    for line, (term, text) in enumerate(terms, start=last + 2):
        sheet.write_string(line, 0, term, looks.bold)
        page.write(line, text, looks.wrapped, first=1)


@dataclass(frozen=True)
class _Page:
    """A sheet with text over the width of its table. `wide`: its columns, in letters."""

    sheet: Any
    wide: tuple[float, ...]

    def write(
        self, line: int, text: str, look: Any, *, first: int = 0, larger: float = 1.0
    ) -> None:
        """A text that is wrapped over the columns, in a row high enough for it."""
        last = len(self.wide) - 1
        if last > first:
            self.sheet.merge_range(line, first, line, last, "", look)
        self.sheet.write_string(line, first, text, look)
        lines = ceil(len(text) * larger / sum(self.wide[first:]) / _NARROW)
        self.sheet.set_row(line, lines * _LINE * larger)


def _high(sheet: Any, line: int, texts: Sequence[str], wide: Sequence[float]) -> None:
    """A row high enough for its longest text: not every program works that out."""
    lines = max(ceil(len(text) / width / _NARROW) for text, width in zip(texts, wide, strict=True))
    if lines > 1:
        sheet.set_row(line, lines * _LINE)


def _plain(row: Row, spans: Sequence[int], wide: Sequence[float]) -> tuple[list[str], list[float]]:
    """(what is written as text in a row, how wide it may be); a number never wraps."""
    starts = accumulate(spans, initial=0)
    told = [(words(cell), wide[start]) for cell, start in zip(row.cells, starts, strict=False)
            if not cell.values]  # fmt: skip
    return [text for text, _ in told] or [""], [width for _, width in told] or [1.0]


def _widths(table: Table, heads: Sequence[str]) -> list[float]:
    """Of each column in letters; the first is as wide as its longest text."""
    found = [float(min(_WIDEST, max(12, len(head) // 2))) for head in heads]
    longest = max(len(words(row.cells[0])) for row in table.rows)
    return [max(_FIRST, min(_WIDEST, longest + 2.0)), *found[1:]]


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
        return marks.CENTS if "," in text.split("(")[0] else marks.EURO
    if len(cell.values) == 1 and text.endswith("%"):
        return '0"%"'
    if all(float(value).is_integer() for value in cell.values):
        return "#,##0"
    return form if form and "." in form else "#,##0.##"


def _definitions(book: Any, looks: _Looks, report: Report) -> None:
    """Every account once more, under each other, and how the figures were made."""
    sheet = book.add_worksheet("Definities")
    wide = (40, 24, 100)
    for place, width in enumerate(wide):
        sheet.set_column(place, place, width)
    for place, head in enumerate(("Tabel", "Begrip", "Toelichting")):
        sheet.write_string(0, place, head, looks.head)
    told = [
        (exhibit.about, term, text)
        for exhibit in report.exhibits if exhibit.account is not None
        for term, text in facts.terms(exhibit.account)
    ]  # fmt: skip
    told += [("Verantwoording", name, text) for name, text in report.method]
    for line, texts in enumerate(told, start=1):
        for place, value in enumerate(texts):
            sheet.write_string(line, place, value, looks.wrapped)
        _high(sheet, line, texts, wide)
    sheet.autofilter(0, 0, len(told), 2)
    sheet.freeze_panes(1, 1)
    sheet.repeat_rows(0)
