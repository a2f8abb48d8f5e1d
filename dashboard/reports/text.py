"""Words of a report without the marks of a page."""

from __future__ import annotations

import re

from dashboard.exhibits import tables
from dashboard.exhibits.tables import Cell

_BREAK = re.compile(r"\s*(?:</span><small>|<small>|<br>)")
_RANGE = re.compile(r'<span class="zl-range">(.*?)</span>')


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
    kept = _RANGE.sub(lambda found: found[1].replace(" ", "\u00a0"), cell.html)
    return whole(tables.plain(Cell(_BREAK.sub(" (", kept).replace("</small>", ")"))))
