"""The door: a delivery that holds identifying data is refused whole.

Looks at every column of a table, headers and all distinct values, before a layout decides what is
used. What is found is named by kind and column, never by value. Data about organisations
(a dataset without `leerling_id`, such as DUO's list of schools) may hold addresses and telephone
numbers of schools; numbers and names of persons are refused there too.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from functools import cache

import polars as pl

from pipelines import contracts
from pipelines.errors import DeliveryRefused
from pipelines.ingest.headings import normal
from pipelines.ingest.identity.dates import Dates, as_dates, birth_dates
from pipelines.ingest.identity.headers import (
    column_letter,
    is_bare_name,
    is_free_text_header,
    is_person_role,
    kinds_of_header,
    words_of,
)
from pipelines.ingest.identity.numbers import Numbers, holds_bsn, passes_eleven_test
from pipelines.ingest.identity.texts import Forms, Notes, holds_free_text
from pipelines.ingest.layouts import HEADER_WITHIN, shown
from pipelines.ingest.names import NameTally
from pipelines.ingest.persons import Listed, Persons
from pipelines.ingest.read import TextFrame

__all__ = [
    "Door",
    "Listed",
    "Sighting",
    "as_dates",
    "column_letter",
    "guard",
    "holds_bsn",
    "holds_free_text",
    "inspect",
    "is_free_text_header",
    "kinds_of_header",
    "passes_eleven_test",
    "words_of",
]

LONGEST_HEADER = 60  # characters: a longer cell of an unknown table is a sentence
PSEUDONYM = "^[0-9a-f]{64}$"  # as the contracts want it: a hash, and nothing in it to find
ROLES = 50  # distinct values of a column that are looked up among the words of code lists
REMEMBERED = 1_000_000  # distinct values of a column that are known again in later parts


@dataclass(frozen=True)
class Sighting:
    """One kind of identifying data in one column; `column` is a header fit to repeat.

    `cell`: the column of the text frame, such as `c3`.
    """

    kind: str
    column: str
    cell: str


@dataclass
class _Column:
    """What was seen of one column; every distinct value is looked at once."""

    known: pl.Series = field(default_factory=lambda: pl.Series(dtype=pl.UInt64))
    numbers: Numbers = field(default_factory=Numbers)
    named: NameTally = field(default_factory=NameTally)
    forms: Forms = field(default_factory=Forms)
    notes: Notes = field(default_factory=Notes)
    dates: Dates = field(default_factory=Dates)
    persons: Persons = field(default_factory=Persons)
    said: set[str] = field(default_factory=set)

    def fresh(self, values: pl.Series) -> pl.Series:
        """The values that were not there in an earlier part."""
        hashes = values.hash()
        new = ~hashes.is_in(self.known.implode())
        if self.known.len() < REMEMBERED:
            self.known = pl.concat([self.known, hashes.filter(new)])
        return values.filter(new)


class Door:
    """Watches a table pass, part by part.

    `header_row`: where the layout found its headers; without one, every cell of the first rows is
    read as a possible header. `mapped`: the table's columns that the layout reads, whose meaning
    the contract therefore knows; `wide`: those of which each becomes a row. `random`: headers of
    columns that the layout leaves out and knows to hold numbers drawn by lot, which pass for a
    citizen service number by chance. `listed`: what the columns may hold that have no room for
    anything of somebody's own.
    """

    def __init__(
        self,
        text: TextFrame,
        *,
        person_level: bool,
        header_row: int | None = None,
        mapped: Collection[str] = (),
        wide: Collection[str] = (),
        random: Collection[str] = (),
        listed: Mapping[str, Listed] | None = None,
    ) -> None:
        self._listed = listed or {}
        self._read = frozenset((*mapped, *wide))
        self._random = frozenset(random)
        self._person_level = person_level
        self._header_row = header_row
        self._mapped = frozenset(mapped)
        self._titles = _headers(text, header_row)
        self._top = {} if header_row else _topmost(text)
        self._columns = {cell: _Column() for cell in text.columns}

    def see(self, part: pl.DataFrame) -> None:
        """Rows of the table that have not been seen yet."""
        body = part.filter(pl.col("rij") > self._header_row) if self._header_row else part
        for cell, column in self._columns.items():
            counted = body[cell].drop_nulls().value_counts(name="n")
            values = counted[cell]
            if values.len() == 0:
                continue
            if self._person_level:
                column.dates.see(values, counted["n"])
            fresh = column.fresh(values)
            fresh = fresh.filter(~fresh.str.contains(PSEUDONYM))
            if fresh.len() == 0:
                continue
            if not self._drawn_by_lot(cell):
                column.numbers.see(fresh)
            if self._looks_for_names(cell):
                column.named.see(fresh, _ordinary_words())
            if cell in self._listed:
                column.persons.see(fresh, self._listed[cell])
            if not self._person_level and cell in self._read:
                column.forms.see(fresh)
            if self._person_level:
                column.said |= set(map(normal, fresh.head(ROLES).to_list()))
                column.forms.see(fresh)
                column.notes.see(fresh.filter(fresh != self._top.get(cell, "")))

    def sightings(self) -> list[Sighting]:
        """All so far, in the order of the columns; each kind once per column."""
        dates = {cell: column.dates for cell, column in self._columns.items()}
        births = birth_dates(dates, [c for c in self._columns if c not in self._mapped])
        found: list[Sighting] = []
        for cell, column in self._columns.items():
            titles = self._titles.get(cell, [])
            # Without a known header row a "header" may be somebody's data: name it by letter.
            known = bool(titles and self._header_row)
            label = shown(titles[0]) if known else column_letter(int(cell[1:]))
            kinds = [*self._promised(titles), *self._held(column, titles)]
            if self._person_level and cell in births:
                kinds.append("geboortedatum")
            if self._person_level and self._names_by_role(cell, titles):
                kinds.append("naam")
            if self._person_level and self._header_row and any(map(is_bare_name, titles)):
                kinds.append("naam")
            found += [Sighting(kind, label, cell) for kind in dict.fromkeys(kinds)]
        return found

    def close(self) -> None:
        """Raise `DeliveryRefused` when something identifying has passed."""
        sightings = self.sightings()
        if not sightings:
            return
        of_kind = {
            kind: ", ".join(dict.fromkeys(s.column for s in sightings if s.kind == kind))
            for kind in dict.fromkeys(s.kind for s in sightings)
        }
        named = "; ".join(f"{kind} in kolom {columns}" for kind, columns in of_kind.items())
        raise DeliveryRefused(
            "identiteit.herleidbaar",
            f"De levering is geweigerd, omdat zij herleidbare persoonsgegevens bevat: {named}."
            " Er is niets van bewaard. Lever alleen een pseudoniem (leerling_id) aan, zonder namen,"
            " nummers, geboortedata, adressen, contactgegevens en vrije tekst. Met 'zichtlijn"
            " anonymise' maakt u zo'n bestand zelf.",
        )

    def _drawn_by_lot(self, cell: str) -> bool:
        known = bool(self._header_row and self._titles[cell]) and cell not in self._mapped
        return known and normal(self._titles[cell][0]) in self._random

    def _names_by_role(self, cell: str, titles: list[str]) -> bool:
        """Whether a column that no layout reads is called after somebody: `Mentor`. The topmost
        cell of an unknown table counts as its header; a list of roles or answers is no name."""
        if not titles or cell in self._mapped or not is_person_role(titles[0]):
            return False
        said = self._columns[cell].said - {normal(titles[0])}
        return not said or not said <= _known_words()

    def _looks_for_names(self, cell: str) -> bool:
        """Lists of schools hold schools named after people: there only in what the layout leaves
        out, and where the contract says which values there are."""
        if self._person_level or (cell in self._listed and not self._listed[cell].free):
            return True
        return self._header_row is not None and cell not in self._mapped

    def _promised(self, titles: list[str]) -> list[str]:
        """An empty cell of a person-level file is still a promise to deliver it: headers count."""
        return [k for t in titles for k in kinds_of_header(t, person_level=self._person_level)]

    def _held(self, column: _Column, titles: list[str]) -> list[str]:
        kinds = ["burgerservicenummer"] if column.numbers.real else []
        kinds += ["naam"] if column.named.beyond_chance else []
        kinds += sorted(column.persons.kinds)
        # Of organisations only what nobody's list of schools holds in a column that is read.
        kinds += column.forms.kinds if self._person_level else sorted(column.forms.told)
        if column.notes.held(under_such_header=any(map(is_free_text_header, titles))):
            kinds.append("vrije tekst")
        return kinds


def guard(
    text: TextFrame,
    *,
    person_level: bool,
    header_row: int | None = None,
    mapped: Collection[str] = (),
) -> None:
    """Raise `DeliveryRefused` when the table holds identifying data."""
    door = Door(text, person_level=person_level, header_row=header_row, mapped=mapped)
    for part in text.parts():
        door.see(part)
    door.close()


def inspect(
    text: TextFrame,
    *,
    person_level: bool,
    header_row: int | None = None,
    mapped: Collection[str] = (),
) -> list[Sighting]:
    """All sightings in a table, in the order of the columns; each kind once per column."""
    door = Door(text, person_level=person_level, header_row=header_row, mapped=mapped)
    for part in text.parts():
        door.see(part)
    return door.sightings()


@cache
def _known_words() -> frozenset[str]:
    """Codes, labels and spellings of all code lists, as `normal` makes them."""
    codes = (code for listed in contracts.load().codes.values() for code in listed.values())
    return frozenset(normal(w) for c in codes for w in (c.code, c.label_nl, *c.spellings))


@cache
def _ordinary_words() -> pl.Series:
    """The same, in the form that polars looks up in."""
    return pl.Series(sorted(_known_words())).implode()


def _topmost(text: TextFrame) -> dict[str, str]:
    """The first row with more than one filled cell: of an unknown table most likely its header,
    which may be the whole text of a question and no note of anybody."""
    for _number, cells in text.head(HEADER_WITHIN):
        filled = {f"c{i}": cell for i, cell in enumerate(cells) if cell and cell.strip()}
        if len(filled) > 1:
            return filled
    return {}


def _headers(text: TextFrame, header_row: int | None) -> dict[str, list[str]]:
    rows = [
        cells
        for number, cells in text.head(HEADER_WITHIN)
        if header_row is None or number == header_row
    ]
    found: dict[str, list[str]] = {}
    for i in range(len(text.columns)):
        titles = [cells[i] or "" for cells in rows]
        found[f"c{i}"] = [t for t in titles if t and (header_row or len(t) <= LONGEST_HEADER)]
    return found
