"""Contact data, addresses and notes, told by the form of values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

import polars as pl

from pipelines.ingest.persons import PHONE

SHARE_OF_VALUES = 0.2  # share of a column's values from which a pattern counts as its content

# Any value of this form is a sighting.
TELLING: Mapping[str, str] = {
    "e-mailadres": r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+\.[A-Za-z]{2,}",
    "rekeningnummer": (
        r"\b(NL\d{2}\s?[A-Z]{4}(\s?\d){10}|BE\d{2}(\s?\d){12}|DE\d{2}(\s?\d){18})\b"
    ),
    "telefoonnummer": (
        r"(\+31|\b0031)[\s(0)-]{0,5}[1-9](?:[\s-]?\d){8}\b"
        r"|[A-Za-z][^0-9]*\b06[\s-]?[1-9](?:\s?\d){7}\b|\b06[\s-]?[1-9](?:\s?\d){7}\b.*[A-Za-z]{3}"
    ),
}
# A chance look-alike until enough of a column's values have this form.
CONTENT: Mapping[str, str] = {
    "postcode": (
        r"^\s*[1-9]\d{3}\s?[A-Za-z]{2}"
        r"(\s*,?\s*[A-Z][A-Za-z' -]+|[\s,-]*\d{1,5}\s?[A-Za-z]{0,3})?\s*$"
    ),
    "telefoonnummer": PHONE,
    "adres": (
        r"^\s*\p{L}[\p{L}.' -]*(straat|str\.|laan|weg|plein|singel|gracht|kade|dijk|hof|steeg"
        r"|dreef|plantsoen|pad|park|ring|erf|akker|veld|pl\.)\s+\d{1,5}(\s?-?\s?[A-Za-z0-9]{1,4})?\b"
    ),
}
LONG_TEXT, LONG_TEXT_SHARE = 12, 0.1  # words; share of distinct values that are longer
VERY_LONG_TEXT = 40  # words: one such value is a note
NOTE = 4  # words: under a header such as "Opmerkingen" this is a note
PARTS = 1_000_000  # parts of labels that are told apart


@dataclass
class Forms:
    """Which forms of contact data a column's distinct values have."""

    count: int = 0
    told: set[str] = field(default_factory=set)
    hits: Counter[str] = field(default_factory=Counter)

    def see(self, values: pl.Series) -> None:
        self.count += values.len()
        self.told |= {k for k, form in TELLING.items() if values.str.contains(form).any()}
        for kind, form in CONTENT.items():
            self.hits[kind] += int(values.str.contains(form).sum())

    @property
    def kinds(self) -> list[str]:
        enough = SHARE_OF_VALUES * self.count
        content = [kind for kind in CONTENT if self.hits[kind] and self.hits[kind] >= enough]
        return [*(kind for kind in TELLING if kind in self.told), *content]


@dataclass
class Notes:
    """Whether distinct values are notes: sentences of somebody's own.

    A list of labels can be as long as a sentence, but its parts come back in other values.
    """

    count: int = 0
    most: int = 0  # words in one value
    long: int = 0  # values of more than `LONG_TEXT` words
    parts: int = 0
    different: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.UInt64))

    def see(self, values: pl.Series) -> None:
        words = values.str.count_matches(r"\p{L}{2,}")
        self.count += values.len()
        self.most = max([self.most, *words.sort().tail(1)])
        long = values.filter(words > LONG_TEXT)
        if long.len() == 0:
            return
        self.long += long.len()
        parts = long.str.replace_all(r"[|;/,]", "|").str.split("|").explode().str.strip_chars()
        self.parts += parts.len()
        if self.different.len() < PARTS:
            self.different = pl.concat([self.different, parts.hash()]).unique()

    def held(self, *, under_such_header: bool) -> bool:
        if self.most < NOTE:
            return False
        if under_such_header:
            return True
        if not self.long or (self.long > 1 and self.different.len() <= self.parts / 2):
            return False
        return self.most >= VERY_LONG_TEXT or self.long >= LONG_TEXT_SHARE * self.count


def holds_free_text(values: pl.Series, *, under_such_header: bool = False) -> bool:
    """Whether distinct values are notes."""
    notes = Notes()
    notes.see(values)
    return notes.held(under_such_header=under_such_header)
