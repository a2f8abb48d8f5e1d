"""Parts that every sheet of the feedback workbook shares: header, lines, text and how it prints."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

FIT_ON_PAGE = 10  # columns that are still readable on one page; more run on to the next
LINE_WIDTH = 80
LONGEST_CELL = 32_000  # Excel's limit is 32.767
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_header(
    sheet: Any, styles: Mapping[str, Any], titles: Sequence[str], rows: int, *, freeze_columns: int
) -> None:
    sheet.set_row(0, 32)
    for index, title in enumerate(titles):
        write_text(sheet, 0, index, title, styles["header"])
    sheet.freeze_panes(1, freeze_columns)
    sheet.autofilter(0, 0, max(rows, 1), len(titles) - 1)
    set_print(sheet)
    sheet.repeat_rows(0)


def set_print(sheet: Any, *, landscape: bool = True) -> None:
    if landscape:
        sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(0.4, 0.4, 0.6, 0.6)
    sheet.set_footer("&L&8&F&C&8&A&R&8&P / &N")


def lines_sheet(book: Any, name: str) -> Any:
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, LINE_WIDTH)
    sheet.hide_gridlines(2)
    set_print(sheet, landscape=False)
    return sheet


def write_lines(sheet: Any, styles: Mapping[str, Any], lines: Sequence[tuple[str, str]]) -> None:
    for at, (style, text) in enumerate(lines):
        height = {"title": 26, "subtitle": 24}.get(style, 14 * (1 + len(text) // LINE_WIDTH) + 4)
        sheet.set_row(at, height)
        write_text(sheet, at, 0, text, styles[style])


def write_text(sheet: Any, row: int, column: int, text: str, style: Any) -> None:
    """A cell of text, cut where a spreadsheet program would give up."""
    if not text:
        sheet.write_blank(row, column, None, style)
        return
    if len(text) > LONGEST_CELL:
        text = f"{text[:LONGEST_CELL]} ... (afgekapt: {len(text)} tekens)"
    sheet.write_string(row, column, text, style)
