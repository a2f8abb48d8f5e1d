"""How the columns of a table share a page, in letters: the same on paper and in Word."""

from __future__ import annotations

from math import ceil

from dashboard.exhibits.tables import Row, Table
from dashboard.reports.text import words

# From how many letters on a column may be narrower than its text.
_LONG = 18


def high(row: Row, shares: list[float]) -> int:
    """How many lines a row takes, about."""
    return max(
        ceil(len(words(cell)) / share) for cell, share in zip(row.cells, shares, strict=True)
    )


def letters(table: Table) -> list[int]:
    """Per column the longest text in letters."""
    return [
        max([max(map(len, head.split())), *(len(words(row.cells[place])) for row in table.rows)])
        for place, head in enumerate(table.heads)
    ]


def shared(widths: list[int], line: int) -> list[float]:
    """How `line` letters are divided: what is short keeps its own, the rest shares what is left."""
    if sum(widths) <= line:
        return [width + 2.0 for width in widths]
    spare = line - sum(width for width in widths if width <= _LONG)
    roots = sum(width**0.5 for width in widths if width > _LONG)
    return [
        width + 2.0 if width <= _LONG else max(spare * width**0.5 / roots, 14.0)
        for width in widths
    ]  # fmt: skip
