"""Rows -> a table of typed cells, the same for pages, files, slides and paper. No Streamlit.

A cell holds values and words, never markup: each medium writes them its own way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from dashboard.exhibits import hidden
from dashboard.language import tr
from dashboard.release.released import Metric
from dashboard.words import wording

# What a cell holds: a file name, a period or date that stays on one line, a sentence, a level of
# evidence, a verdict on it, what is not there in words, and the mark of a hidden value.
Look = Literal["", "bestand", "regel", "zin", "niveau", "oordeel", "zacht", "stip"]


@dataclass(frozen=True)
class Drawn:
    """An estimate with its interval on a scale of its own: -1 to 1 around nothing, the promised way
    to the right. `sure`: chance does not explain it."""

    value: float
    low: float | None
    high: float | None
    sure: bool


@dataclass(frozen=True)
class Cell:
    """One cell: what it says, and whether it is a number.

    `below`: what stands below it or in brackets, such as an interval. `spoken`: what a sign means,
    for who cannot see it. `again`: its words stand above already, and are only heard. `values`:
    what a spreadsheet gets in place of the words; two for a range or a fraction. `hidden`: of a
    figure without a number, which cell of the release it is. `drawn`: drawn instead of written,
    with the words for who cannot see it. `leads`: the address that a click on the words goes to.
    """

    words: str = ""
    number: bool = False
    values: tuple[float, ...] = ()
    below: str = ""
    look: Look = ""
    spoken: str = ""
    again: bool = False
    hidden: hidden.Key | None = None
    drawn: Drawn | None = None
    leads: str = ""


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
    return Cell(_said(value))


def kept(value: object) -> Cell:
    """Text that stays on one line: dates, periods."""
    return Cell(str(value), look="regel")


def file(value: object) -> Cell:
    """A file name: breaks anywhere."""
    return Cell(str(value), look="bestand")


def long(value: object) -> Cell:
    """A sentence: wide enough to read."""
    return Cell(_said(value or ""), look="zin")


def figure(value: str, *values: float) -> Cell:
    return Cell(value, number=True, values=values)


def estimate(value: float) -> Cell:
    """An estimated amount, no more precise as a number than in words."""
    return figure(wording.euro_estimate(value), wording.as_estimate(value))


def ranged(value: str, limits: str, *values: float) -> Cell:
    """A figure with its interval in brackets below it; without limits the figure alone."""
    return Cell(value, number=True, values=values, below=limits)


def absent(status: str, key: hidden.Key | None = None) -> Cell:
    """In the place of a number: the neutral mark, or two words that explain it."""
    told = wording.status(status)
    if status == wording.HIDDEN:
        return Cell(wording.MARK, number=True, look="stip", spoken=told, hidden=key)
    return Cell(told, number=True, look="zacht", hidden=key)


def _said(value: object) -> str:
    """The text as it is: what is Dutch stays known as Dutch."""
    return value if isinstance(value, str) else str(value)


def plain(cell: Cell) -> str:
    """A cell as one text; what stands below it gets brackets, or is the next sentence."""
    if cell.below and cell.look == "zin":
        return f"{cell.words}. {cell.below}"
    return f"{cell.words} ({cell.below})" if cell.below else cell.words


def valued(metric: Metric, row: Mapping[str, Any]) -> Cell:
    """The value of a published cell, or why there is none."""
    if row["status"] != wording.VISIBLE or row["waarde"] is None:
        return absent(row["status"], hidden.key(row))
    return figure(wording.said(metric, row), row["waarde"])


def part(row: Mapping[str, Any], column: str) -> Cell:
    """A numerator, denominator or n: hidden whenever the cell is."""
    if row["status"] != wording.VISIBLE:
        return absent(wording.HIDDEN) if row["status"] == wording.HIDDEN else figure("")
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
        return figure("")
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
