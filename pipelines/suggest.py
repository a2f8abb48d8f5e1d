"""What somebody who wrote an unknown name probably meant."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_ALIKE = 0.5
_LISTED = 12


def nearest(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """The known names most like a name, best first; upper and lower case are the same."""
    by_folded = {one.casefold(): one for one in known}
    found = difflib.get_close_matches(name.casefold(), by_folded, most, _ALIKE)
    return [by_folded[one] for one in found]


def hint(name: str, known: Iterable[str]) -> str:
    """A Dutch sentence: which names were probably meant, or else which there are."""
    names = list(known)
    near = nearest(name, names)
    if near:
        return f"Bedoelt u {' of '.join(near)}?"
    return f"Wel bekend: {', '.join(names[:_LISTED]) or '-'}."
