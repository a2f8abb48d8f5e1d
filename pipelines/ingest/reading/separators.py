"""A header that is separated otherwise than the rows below it: named, and not guessed at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations

from pipelines.errors import DeliveryRefused

SIGNS: Mapping[str, str] = {
    ";": "een puntkomma",
    ",": "een komma",
    "\t": "een tab",
    "|": "een staande streep",
}
_LOOKED_AT = 4  # lines


def refuse_two(lines: Sequence[str]) -> None:
    """Raise `DeliveryRefused` where the first line has one sign between its columns and all rows
    below it as often another. A title above a table has spaces in it and is none.
    """
    header, *rows = [line for line in lines if line.strip()][:_LOOKED_AT] or [""]
    for one, other in permutations(SIGNS, 2):
        columns = header.count(one)
        if columns < 2 or not rows or other in header:
            continue
        if any(not name or name != name.strip() for name in header.split(one)):
            continue
        if all(row.count(other) == columns and row.count(one) < columns for row in rows):
            raise DeliveryRefused(
                "bestand.scheidingsteken",
                f"De kopregel is gescheiden met {SIGNS[one]} en de rijen eronder met"
                f" {SIGNS[other]}. Gebruik in het hele bestand hetzelfde teken, het liefst een"
                " puntkomma.",
            )
