"""Rows -> an HTML table that reads well on screen, on paper and to a screen reader.

No Streamlit. Everything that comes from outside is escaped; a `Cell` made with `marked` is ours.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from html import escape, unescape
from typing import Any

from dashboard import language
from dashboard.exhibits import hidden
from dashboard.language import tr
from dashboard.release.released import Metric
from dashboard.words import wording

_TAG = re.compile(r"<[^>]+>")
_SPOKEN = re.compile(r'<span class="zl-sr">.*?</span>')
# A head longer than this may break.
_HEAD = 18


@dataclass(frozen=True)
class Cell:
    """One cell: HTML that is safe already, and whether it is a number.

    `values`: what a spreadsheet gets in place of the words; two for a range or a fraction.
    `hidden`: of a figure without a number, which cell of the release it is.
    """

    html: str
    number: bool = False
    values: tuple[float, ...] = ()
    hidden: hidden.Key | None = None


@dataclass(frozen=True)
class Row:
    """A row; the first cell is its header. `now` marks the row the reader asked for."""

    cells: tuple[Cell, ...]
    now: bool = False


@dataclass(frozen=True)
class Table:
    """A table with a caption for those who cannot see the chart beside it."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    numeric: frozenset[int] = field(default_factory=frozenset)
    show_caption: bool = False


def text(value: object) -> Cell:
    return Cell(language.html(value))


def kept(value: object) -> Cell:
    """Text that stays on one line: dates, periods."""
    return Cell(f'<span class="zl-nowrap">{escape(str(value))}</span>')


def file(value: object) -> Cell:
    """A file name: breaks anywhere."""
    return Cell(f'<span class="zl-file">{escape(str(value))}</span>')


def long(value: object) -> Cell:
    """A sentence: wide enough to read."""
    return Cell(f'<div class="zl-long">{language.html(value)}</div>' if value else "")


def figure(value: str, *values: float) -> Cell:
    return Cell(escape(value), number=True, values=values)


def ranged(value: str, limits: str, *values: float) -> Cell:
    """A figure with its interval in brackets below it; without limits the figure alone."""
    if not limits:
        return figure(value, *values)
    told = f'{escape(value)} <span class="zl-range">({escape(limits)})</span>'
    return Cell(told, number=True, values=values)


def plain(cell: Cell) -> str:
    """A cell as text; what only a screen reader hears is left out."""
    return unescape(_TAG.sub("", _SPOKEN.sub("", cell.html))).strip()


def valued(metric: Metric, row: Mapping[str, Any]) -> Cell:
    """The value of a published cell, or why there is none."""
    if row["status"] != wording.VISIBLE or row["waarde"] is None:
        return Cell(wording.no_value(row["status"]), number=True, hidden=hidden.key(row))
    return figure(wording.said(metric, row), row["waarde"])


def part(row: Mapping[str, Any], column: str) -> Cell:
    """A numerator, denominator or n: hidden whenever the cell is."""
    if row["status"] != wording.VISIBLE:
        mark = wording.no_value(wording.HIDDEN) if row["status"] == wording.HIDDEN else ""
        return Cell(mark, number=True)
    value = row[column]
    return figure("") if value is None else figure(wording.number(value), value)


def fraction(row: Mapping[str, Any]) -> Cell:
    """Numerator and denominator; hidden whenever the cell is."""
    if row["status"] != wording.VISIBLE or row["teller"] is None or row["noemer"] is None:
        return part(row, "noemer")
    ends = row["teller"], row["noemer"]
    return figure(" / ".join(wording.number(end) for end in ends), *ends)


def spread(metric: Metric, row: Mapping[str, Any]) -> Cell:
    """The interval of a cell; empty where there is none."""
    if row["status"] != wording.VISIBLE:
        return Cell("", number=True)
    told = wording.interval(metric, row["onder"], row["boven"])
    return figure(told, row["onder"], row["boven"]) if told else figure("")


def of_cells(
    metric: Metric,
    rows: Sequence[Mapping[str, Any]],
    labels: Sequence[str],
    head: str,
    caption: str,
    now: str = "",
) -> Table:
    """The table beside a chart: label, value, and what applies of interval, numerator, base."""
    seen = [wording.estimated(metric, row) for row in rows if row["status"] == wording.VISIBLE]
    intervals = any(row["onder"] is not None for row in seen)
    ratio = any(row["noemer"] is not None for row in seen)
    people = not ratio and any(row["n"] is not None and row["n"] != row["waarde"] for row in seen)
    heads = [head, tr("Waarde")]
    heads += [tr("95%-interval")] if intervals else []
    heads += [tr("Teller / noemer")] if ratio else []
    heads += ["n"] if people else []
    body = []
    for label, row in zip(labels, rows, strict=True):
        cells = [text(label), valued(metric, row)]
        cells += [spread(metric, row)] if intervals else []
        cells += [fraction(row)] if ratio else []
        cells += [part(row, "n")] if people else []
        body.append(Row(tuple(cells), now=label == now))
    return Table(caption, tuple(heads), tuple(body), frozenset(range(1, len(heads))))


def html(table: Table, tall: int = 0, told: Mapping[hidden.Key, str] | None = None) -> str:
    """The table as HTML; within `tall` pixels it scrolls. `told`: what a click on a figure without
    a number says; None where nobody can click."""
    unseen = "" if table.show_caption else ' class="zl-sr"'
    heads = "".join(
        f'<th scope="col"{_head(head, index in table.numeric)}>{escape(head)}</th>'
        for index, head in enumerate(table.heads)
    )
    limit = f' style="max-height:{tall}px"' if tall else ""
    return (
        f'<div class="zl-scroll{" zl-list" * bool(tall)}"{limit} tabindex="0" role="region" '
        f'aria-label="{escape(table.caption)}">'
        f'<table class="zl"><caption><span{unseen}>'
        f"{escape(table.caption)}</span></caption><thead><tr>{heads}</tr></thead><tbody>"
        f"{''.join(_row(row, told) for row in table.rows)}</tbody></table></div>"
    )


def _head(head: str, numeric: bool) -> str:
    """A long head breaks over lines; a short one stays whole."""
    names = ["zl-num"] * numeric + ["zl-wrap"] * (len(head) > _HEAD)
    return f' class="{" ".join(names)}"' if names else ""


def _row(row: Row, told: Mapping[hidden.Key, str] | None) -> str:
    head, *rest = row.cells
    cells = "".join(f"<td{_numeric(cell.number)}>{_asked(cell, told)}</td>" for cell in rest)
    mark = ' class="zl-now"' if row.now else ""
    return f'<tr{mark}><th scope="row">{head.html}</th>{cells}</tr>'


def _asked(cell: Cell, told: Mapping[hidden.Key, str] | None) -> str:
    """A cell; one without a number opens, and says why."""
    if cell.hidden is None or told is None:
        return cell.html
    name, *place = cell.hidden
    why = told.get(cell.hidden, "") if place else wording.status_sentence(name)
    if not why:
        return cell.html
    ask = f'<span class="zl-sr"> {escape(tr("waarom?"))}</span>'
    return (
        f'<details class="zl-why"><summary>{cell.html}{ask}</summary>'
        f"<span>{language.html(why)}</span></details>"
    )


def _numeric(yes: bool) -> str:
    return ' class="zl-num"' if yes else ""


def terms(rows: Sequence[tuple[str, str]]) -> str:
    """Terms with what is said of each, as HTML."""
    body = "".join(
        f"<tr><th scope='row'>{escape(name)}</th><td>{language.html(said)}</td></tr>"
        for name, said in rows
    )
    return f'<div class="zl-scroll"><table class="zl zl-def"><tbody>{body}</tbody></table></div>'
