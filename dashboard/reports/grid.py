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

from dashboard.exhibits.tables import Row, Table
from dashboard.render import theme
from dashboard.render.letters import BOLD, length
from dashboard.reports.text import words

PLAIN = "{2D5ABB26-0587-4C30-8999-92F81FD0307C}"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
STYLE = f"{{{_A}}}tableStyleId"

# Rows with their heights.
Rows = list[tuple[Row, int]]
# Sizes of text in points, largest first: the first that keeps a table on one slide is taken.
_SIZES = (16.0, 14.0, 12.0, 11.0)
# How high a line is, in parts of the size.
_LINE = 1.22
# A text as long as its column fits, whatever was rounded.
_NEAR = 0.05
_EMU = int(Pt(1))
_PAD = int(Inches(0.11))
_SIDE = int(Inches(0.06))
# Left free, since programs set lines a little wider apart than another.
_SPARE = int(Inches(0.12))
# What stands after a number on the right starts this much further.
_APART = int(Inches(0.16))
# Over more slides than this, rows are not shared out: the last slides may not be made.
_EVEN = 4
# A short number or range is not broken; a column counts for no more than this many sizes of text.
_WIDEST = 60.0
_UNBROKEN = 28


def apart(table: Table, place: int) -> bool:
    """Is a column text that stands after numbers on the right?"""
    return place - 1 in table.numeric and place not in table.numeric


def _side(table: Table, place: int) -> int:
    """Room at the left of a column."""
    return _APART if apart(table, place) else _SIDE


def widths(table: Table, whole: int, size: float) -> tuple[list[int], bool]:
    """Columns by what they hold: what may not break first, the rest by length.

    With whether what may not break has its room.
    """
    least: list[float] = []
    bodies: list[float] = []
    heads: list[float] = []
    for place, head in enumerate(table.heads):
        texts = [words(row.cells[place]) for row in table.rows]
        word = max(map(length, (*head.split(" "), *(w for t in texts for w in t.split(" ")))))
        body = max(map(length, texts), default=0.0)
        unbroken = place in table.numeric and max(map(len, texts), default=0) <= _UNBROKEN
        kept = max(word, body if unbroken else 0.0)
        room = _side(table, place) + _SIDE
        for found, long in ((least, kept), (bodies, min(body, _WIDEST)), (heads, length(head))):
            found.append(long * BOLD * size * _EMU + room)
    if sum(least) > whole:
        return _exactly(whole, [one * whole / sum(least) for one in least]), False
    made = _grown(_grown(least, bodies, whole), heads, whole)
    return _exactly(whole, [one + (whole - sum(made)) / len(made) for one in made]), True


def _grown(columns: Sequence[float], wanted: Sequence[float], whole: float) -> list[float]:
    """Columns as wide as they want to be, or as far as there is room."""
    more = [max(want - one, 0.0) for want, one in zip(wanted, columns, strict=True)]
    part = min(1.0, (whole - sum(columns)) / sum(more)) if sum(more) else 0.0
    return [one + part * extra for one, extra in zip(columns, more, strict=True)]


def _exactly(whole: int, columns: Sequence[float]) -> list[int]:
    made = [int(column) for column in columns]
    made[0] += whole - sum(made)
    return made


def _lines(text: str, room: float) -> int:
    """How many lines a text takes; `room`: sizes of text beside each other."""
    count, used = 1, 0.0
    room += _NEAR
    for word in text.split(" "):
        long = length(word)
        if used and used + length(" ") + long > room:
            count, used = count + 1, long
        else:
            used += long + (length(" ") if used else 0.0)
        if used > room:
            count += math.ceil(used / room) - 1
            used %= room
    return count


def _high(
    texts: Sequence[str], table: Table, wide: Sequence[int], size: float, *, bold: bool
) -> int:
    lines = 1
    for place, (text, width) in enumerate(zip(texts, wide, strict=True)):
        room = max((width - _side(table, place) - _SIDE) / (size * _EMU), 1.0)
        lines = max(lines, _lines(text, room / (BOLD if bold else 1.0)))
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
    head = _high(table.heads, table, columns, size, bold=True)
    rows = [
        (row, _high([words(cell) for cell in row.cells], table, columns, size, bold=row.now))
        for row in table.rows
    ]
    return Sheet(size, fits, columns, head, _shared(rows, high - _SPARE - head))


def _shared(rows: Rows, room: int) -> list[Rows]:
    """Rows over as few slides as hold them, about as much on each."""
    found = _split(rows, room)
    if len(found) > _EVEN:
        return found
    even = math.ceil(sum(high for _, high in rows) / len(found))
    step = int(Pt(12))
    for tighter in range(even, room, step):
        pages = _split(rows, tighter)
        if len(pages) == len(found):
            return pages
    return found


def _split(rows: Rows, room: int) -> list[Rows]:
    pages: list[Rows] = [[]]
    used = 0
    for row, need in rows:
        if pages[-1] and used + need > room:
            pages.append([])
            used = 0
        pages[-1].append((row, need))
        used += need
    return pages


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
    apart: bool = False,
) -> None:
    """`apart`: text that stands after numbers on the right; `quiet`: the mark of a hidden value."""
    cell.margin_left, cell.margin_right = _APART if apart else _SIDE, _SIDE
    cell.margin_top = cell.margin_bottom = _PAD // 2
    cell.vertical_anchor = MSO_ANCHOR.BOTTOM if head else MSO_ANCHOR.TOP
    paragraph = cell.text_frame.paragraphs[0]
    paragraph.alignment = PP_ALIGN.RIGHT if number else PP_ALIGN.LEFT
    if text:
        run = paragraph.add_run()
        run.text = text
        run.font.size = Pt(size)
        run.font.bold = head or now or quiet
        colour = theme.MUTED if head or quiet else theme.INK
        run.font.color.rgb = RGBColor.from_string(colour.removeprefix("#"))
        run._r.get_or_add_rPr().set("lang", "nl-NL")
    paragraph._p.get_or_add_endParaRPr().set("sz", str(int(size * 100)))
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
