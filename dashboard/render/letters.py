"""How wide a text is, for where nothing can be measured: slides, and charts made on the server."""

from __future__ import annotations

# In parts of the size of the text, of a common letter without serifs.
_WIDE = {
    letter: part
    for part, letters in (
        (0.23, "ijl'"), (0.28, " \u00a0.,:;!/|·ftI"), (0.34, 'r()[]-*"'), (0.5, "cksvxyzJ"),
        (0.68, "ABEFKLPSTVXYZ&"), (0.77, "wCDGHNOQRU"), (0.9, "mMW%@"),
    )
    for letter in letters
}  # fmt: skip
_OTHER = 0.57
# Programs set letters a little wider apart than another.
_ROOM = 1.05
# Bold letters are wider.
BOLD = 1.15


def length(text: str) -> float:
    """How long a text is on one line, in sizes of its letters."""
    return _ROOM * sum(_WIDE.get(letter, _OTHER) for letter in text)
