"""What a figure leaves out because it was not delivered, and which figures cover the same.

No Streamlit. Both stand in the released cells: `dekking` in words, `dekking_kenmerk` as a mark.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.language import mark, tr

VISIBLE = "zichtbaar"
UNKNOWN = "onbekend"
FIRST = "eerste"
OTHER = mark("de leveringen dekken niet hetzelfde")
BROKEN = mark(
    "De lijn is onderbroken waar de leveringen van twee schooljaren niet hetzelfde dekken: het "
    "verschil daartussen zegt niets."
)


def words(cell: Mapping[str, Any] | None) -> str:
    """What is not in a figure, in Dutch; empty where all is."""
    return str((cell or {}).get("dekking") or "")


def same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two figures of one area cover the same, so that they may be compared."""
    marks = [str(cell.get("dekking_kenmerk") or "") for cell in (one, other)]
    return marks[0] == marks[1] != UNKNOWN


def alike(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """The same of two areas: whole on both sides, or both in their first delivered year."""
    return same(one, other) and str(one.get("dekking_kenmerk") or "") in ("", FIRST)


def stretches(rows: Sequence[Mapping[str, Any]]) -> list[range]:
    """Places of a series that a line may join: each covers the same as the one before it."""
    found: list[range] = []
    for place, row in enumerate(rows):
        joined = found and same(rows[place - 1], row)
        begin = found.pop().start if joined else place
        found.append(range(begin, place + 1))
    return found


def broken(rows: Sequence[Mapping[str, Any]]) -> str:
    """A caution for a series that does not cover the same all along; empty where it does."""
    known = [row for row in rows if row["status"] == VISIBLE]
    return tr(BROKEN) if len(stretches(known)) > 1 else ""


def per_year(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """What the figures of a series leave out, once per school year."""
    told = [f"{row['schooljaar']}: {words(row)}" for row in rows if words(row)]
    return list(dict.fromkeys(told))
