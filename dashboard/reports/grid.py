"""Tables on slides: how wide, how high, how many rows to a slide, and how a cell looks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pptx.oxml
from pptx.dml.color import RGBColor
from pptx.enum.text import MSO_ANCHOR, PP_ALIGN
from pptx.util import Inches, Pt

from dashboard import theme
from dashboard.reports.text import words
from dashboard.tables import Row, Table

PLAIN = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
STYLE = f"{{{_A}}}tableStyleId"

# Rows with their heights.
Rows = list[tuple[Row, int]]
# Sizes of text in points, largest first: the first that keeps a table on one slide is taken.
_SIZES = (16.0, 14.0, 12.0, 11.0)
# How wide a letter is about, and how high a line, in parts of the size.
_LETTER, _LINE = 0.54, 1.22
_EMU = int(Pt(1))
_PAD = int(Inches(0.11))
_SIDE = int(Inches(0.06))
# Left free, since programs set lines a little wider apart than another.
_SPARE = int(Inches(0.12))
# A word of a number is not broken; a column counts for no more letters than this.
_WIDEST = 60
_UNBROKEN = 16
# Bold letters are wider.
_BOLD = 1.15


def _letter(size: float) -> float:
    return _LETTER * size * _EMU


def widths(table: Table, whole: int, size: float) -> tuple[list[int], bool]:
    """Columns by what they hold: what may not break first, the rest by length.

    With whether what may not break has its room.
    """
    least, need = [], []
    for place, head in enumerate(table.heads):
        texts = [words(row.cells[place]) for row in table.rows]
        longest = max([len(word) for text in (head, *texts) for word in text.split()] or [1])
        body = max([len(text) for text in texts] or [1])
        short = place in table.numeric and body <= _UNBROKEN
        least.append(max(longest, body if short else 0) * _letter(size) * _BOLD + 2 * _SIDE)
        need.append(max(min(body, _WIDEST), longest) * _letter(size) + 2 * _SIDE)
    spare = whole - sum(least)
    if spare < 0:
        return _exactly(whole, [one * whole / sum(least) for one in least]), False
    wish = [max(want - one, 0.0) + 1 for want, one in zip(need, least, strict=True)]
    made = [one + spare * more / sum(wish) for one, more in zip(least, wish, strict=True)]
    return _exactly(whole, made), True


def _exactly(whole: int, columns: Sequence[float]) -> list[int]:
    made = [int(column) for column in columns]
    made[0] += whole - sum(made)
    return made


def _lines(text: str, width: int, size: float) -> int:
    letters = max(1, int((width - 2 * _SIDE) / _letter(size)))
    count, used = 1, 0
    for word in text.split():
        room = len(word) + (1 if used else 0)
        if used and used + room > letters:
            count, used = count + 1, len(word)
        else:
            used += room
        if used > letters:
            count += math.ceil(used / letters) - 1
            used %= letters
    return count


def _high(texts: Sequence[str], wide: Sequence[int], size: float) -> int:
    lines = max(_lines(text, width, size) for text, width in zip(texts, wide, strict=True))
    return int(lines * _LINE * size * _EMU) + _PAD


@dataclass(frozen=True)
class Sheet:
    """A table fitted to a width: size of text, columns, height of the head, rows per slide.

    `fits`: no word or number is broken.
    """

    size: float
    fits: bool
    columns: list[int]
    head: int
    pages: list[Rows]


def fitted(table: Table, width: int, high: int, largest: float = _SIZES[0]) -> Sheet:
    """At the largest size that keeps it on one slide, else at the smallest over several."""
    for size in (size for size in _SIZES if size <= largest):
        made = _at(table, width, high, size)
        if len(made.pages) == 1 and made.fits:
            break
    return made


def _at(table: Table, width: int, high: int, size: float) -> Sheet:
    columns, fits = widths(table, width, size)
    head = _high(table.heads, columns, size)
    pages: list[Rows] = [[]]
    used = head
    for row in table.rows:
        need = _high([words(cell) for cell in row.cells], columns, size)
        if pages[-1] and used + need > high - _SPARE:
            pages.append([])
            used = head
        pages[-1].append((row, need))
        used += need
    return Sheet(size, fits, columns, head, pages)


def paged(lines: Sequence[str], letters: int) -> Iterator[list[str]]:
    """Sentences in parts of at most so many letters, and at least one."""
    part: list[str] = []
    for line in lines:
        if part and sum(map(len, part)) + len(line) > letters:
            yield part
            part = []
        part.append(line)
    yield part


def fill(
    cell: Any,
    text: str,
    size: float,
    *,
    number: bool,
    head: bool = False,
    now: bool = False,
    quiet: bool = False,
) -> None:
    cell.margin_left = cell.margin_right = _SIDE
    cell.margin_top = cell.margin_bottom = _PAD // 2
    cell.vertical_anchor = MSO_ANCHOR.BOTTOM if head else MSO_ANCHOR.TOP
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT if number else PP_ALIGN.LEFT
    run = paragraph.add_run()
    run.text = text
    run.font.size = Pt(size)
    run.font.bold = head or now or quiet
    colour = theme.MUTED if head or quiet else theme.INK
    run.font.color.rgb = RGBColor.from_string(colour.removeprefix("#"))
    run._r.get_or_add_rPr().set("lang", "nl-NL")
    if now:
        cell.fill.solid()
        cell.fill.fore_color.rgb = RGBColor.from_string(theme.ACCENT_PALE.removeprefix("#"))
    else:
        cell.fill.background()
    _underlined(cell, theme.ACCENT_SOFT if head else theme.GRID)


def _underlined(cell: Any, colour: str) -> None:
    """A thin line below and no other; lines come before the fill in the order of the format."""
    properties = cell._tc.get_or_add_tcPr()
    line = pptx.oxml.parse_xml(
        f'<a:lnB xmlns:a="{_A}" w="9525"><a:solidFill>'
        f'<a:srgbClr val="{colour.removeprefix("#")}"/></a:solidFill></a:lnB>'
    )
    properties.insert(0, line)
