"""Words of a report without the marks of a page."""

from __future__ import annotations

from dataclasses import replace

from dashboard.exhibits import tables
from dashboard.exhibits.tables import Cell


def plain(text: str) -> str:
    """A sentence without the marks for bold."""
    return text.replace("**", "")


def whole(text: str) -> str:
    """An amount does not break between its sign and its number."""
    return text.replace("€ ", "€\u00a0")


def words(cell: Cell) -> str:
    """A cell as one text; what stands under each other on a page gets brackets. An interval stays
    on one line.
    """
    below = cell.below.replace(" ", "\u00a0") if cell.number else cell.below
    return whole(tables.plain(replace(cell, below=below)))
