"""A file understood far enough: its header row, its layout and what its columns hold."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import polars as pl

from pipelines.contracts import Contracts
from pipelines.errors import DeliveryRefused, UsageError
from pipelines.ingest import care_messages, identity, layout_files, read
from pipelines.ingest.anonymise.key import plain_number
from pipelines.ingest.headings import normal
from pipelines.ingest.layout import Layout
from pipelines.ingest.layouts import HEADER_WITHIN, shown
from pipelines.ingest.read import TextFrame

# Share of what is not identifying that a layout must know. More than at the door, where a wrong
# guess is refused: here it would rename columns.
RECOGNISED = 0.75
ROWS_SHOWN = 10
NATIONAL = ("burgerservicenummer", "onderwijsnummer")
PSEUDONYM = r"^\s*[0-9a-f]{64}\s*$"
OWN_NUMBER = (
    r"\b((leerling|lln?|stam|administratie|client|deelnemer|student|jeugdige|kind)"
    r" ?(id|nummer|nr|code))\b"
)
OF_SOMEBODY_ELSE = (
    r"\b(ouders?|verzorgers?|vader|moeder|voogd|partner|gezin|medewerker|leerkracht|mentor"
    r"|behandelaar|begeleider|contact ?persoon|school|vestiging|(onderwijs ?)?(locatie|aanbieder)"
    r"|instelling)\b"
)


@dataclass(frozen=True)
class Wishes:
    """What the supplier may add: see the options of `zichtlijn anonymise`.

    `number`: header of the pupil's number; `sheet`: 1-based, for a workbook with several tables.
    """

    layout: str | None = None
    number: str | None = None
    wijken: Path | None = None
    reference_date: dt.date | None = None
    sheet: int | None = None


@dataclass(frozen=True)
class Table:
    """A text frame understood far enough: `headers` maps `cN` -> header, `kinds` what it holds.

    `messages`: how many iJw messages it was joined from.
    """

    text: TextFrame
    header_row: int
    headers: Mapping[str, str]
    layout: Layout | None
    kinds: Mapping[str, tuple[str, ...]]
    messages: int = 0

    @property
    def body(self) -> pl.DataFrame:
        """The rows below the header row that are not empty."""
        filled = pl.any_horizontal(pl.col(list(self.headers)).is_not_null())
        return self.text.frame.filter((pl.col("rij") > self.header_row) & filled)

    def canonical(self, cell: str) -> str | None:
        """The contract's name of a column, where the layout reads it."""
        return _canonical(self.layout, self.headers[cell])

    def cell_of(self, canonical: str) -> str | None:
        found = (c for c in self.headers if self.canonical(c) == canonical)
        return next(found, None)

    def header_for(self, canonical: str) -> str | None:
        """What the layout calls it; the contract's name without a layout; None if it has none."""
        if self.layout is None:
            return canonical
        return next((h for h, c in self.layout.columns.items() if c == canonical), None)


def understood(path: Path, contracts: Contracts, wishes: Wishes) -> Table:
    if path.suffix.lower() not in read.SUFFIXES:
        raise DeliveryRefused(
            "bestand.soort",
            f"Bestanden van de soort {path.suffix or '(zonder extensie)'} worden niet gelezen."
            f" Toegestaan: {', '.join(sorted(read.SUFFIXES))}.",
        )
    loose = read.read(path)
    known = _candidates(contracts, wishes.layout)
    texts = care_messages.joined(loose, known)
    if wishes.sheet is not None:
        if not 1 <= wishes.sheet <= len(texts):
            raise UsageError(f"Er is geen tabel {wishes.sheet}; het bestand heeft er {len(texts)}.")
        texts = [texts[wishes.sheet - 1]]
    found = [(i, t, row) for i, t in enumerate(texts, 1) if (row := _header_row(t, known))]
    if not found:
        raise UsageError(
            "In de eerste 20 rijen staat geen kopregel met bekende kolomnamen. Zet boven elke"
            " kolom een naam, zoals BSN of Geboortedatum, of noem de indeling met --layout."
        )
    if len(found) > 1:
        numbers = ", ".join(str(i) for i, _, _ in found)
        raise UsageError(
            f"Het bestand bevat meer dan een tabel (nummer {numbers}). Kies er een met --sheet."
        )
    _, text, row = found[0]
    table = _table(text, row, known, forced=wishes.layout is not None, contracts=contracts)
    messages = care_messages.count(loose) if text.origin == "bericht" else 0
    return replace(table, messages=messages)


def _candidates(contracts: Contracts, chosen: str | None) -> list[Layout]:
    """The layouts of data about children, or only the one that was asked for."""
    every = [
        *layout_files.load(),
        *(layout_files.canonical(d) for d in contracts.datasets.values()),
    ]
    personal = [la for la in every if contracts.dataset(la.dataset).person_level]
    if chosen is None:
        return personal
    wanted = [la for la in personal if la.id == chosen]
    if not wanted:
        raise UsageError(
            f"Er is geen indeling {shown(chosen)} met gegevens over leerlingen; wel:"
            f" {', '.join(sorted({la.id for la in personal}))}."
        )
    return wanted[-1:]


def _header_row(text: TextFrame, known: Sequence[Layout]) -> int | None:
    """The row with the most cells that are known as a header."""

    def recognised(cell: str) -> bool:
        return _identifying(cell) or any(layout.knows(cell) for layout in known)

    counts = {
        row: sum(recognised(cell) for cell in cells if cell and cell.strip())
        for row, cells in text.head(HEADER_WITHIN)
    }
    best = max(counts, key=lambda row: (counts[row], -row), default=None)
    return best if best is not None and counts[best] else None


def _identifying(header: str) -> bool:
    return (
        bool(identity.kinds_of_header(header, person_level=True))
        or identity.is_free_text_header(header)
        or is_own_number(header)
    )


def is_own_number(header: str) -> bool:
    return bool(re.search(OWN_NUMBER, identity.words_of(header)))


def _table(
    text: TextFrame, row: int, known: Sequence[Layout], *, forced: bool, contracts: Contracts
) -> Table:
    cells = text.frame.filter(pl.col("rij") == row).select(text.columns).row(0)
    headers = {c: h.strip() for c, h in zip(text.columns, cells, strict=True) if h and h.strip()}
    _refuse_twice(headers.values())
    _refuse_beyond(text, row, list(headers))
    layout = known[0] if forced else _best(list(headers.values()), known, contracts)
    mapped = [c for c, h in headers.items() if _canonical(layout, h)]
    seen = identity.inspect(text, person_level=True, header_row=row, mapped=mapped)
    kinds = {c: tuple(s.kind for s in seen if s.cell == c) for c in headers}
    return Table(text, row, headers, layout, kinds)


def _canonical(layout: Layout | None, header: str) -> str | None:
    if layout is None:
        return None
    return layout.column(header)[1] or None


def _best(headers: list[str], known: Sequence[Layout], contracts: Contracts) -> Layout | None:
    """The layout that reads most of what is not identifying; None below `RECOGNISED`."""
    best, likeness = best_layout(headers, known, contracts)
    return best if likeness >= RECOGNISED else None


def best_layout(
    headers: Sequence[str], known: Sequence[Layout], contracts: Contracts
) -> tuple[Layout, float]:
    """The layout that reads most of what is not identifying, and the share of it, 0..1.

    What `anonymise` makes (pseudonym, age, wijk) is not missing.
    """
    others = [h for h in headers if not _identifying(h)]

    def likeness(layout: Layout) -> float:
        made = {"leerling_id", "leeftijd", "wijkcode"}
        absent = layout.missing(headers, contracts.dataset(layout.dataset))
        missing = [h for h in absent if layout.columns[h] not in made]
        return sum(layout.knows(h) for h in others) / max(1, len(others) + len(missing))

    best = max(known, key=likeness)
    return best, likeness(best)


def _refuse_twice(headers: Iterable[str]) -> None:
    seen = [normal(h) for h in headers]
    twice = sorted({shown(h) for h in seen if seen.count(h) > 1})
    if twice:
        raise DeliveryRefused(
            "indeling.kolommen",
            f"Kolomnamen komen dubbel voor: {', '.join(twice)}. Geef elke kolom een eigen naam.",
        )


def _refuse_beyond(text: TextFrame, row: int, headed: list[str]) -> None:
    """A cell right of the last header means that the row's cells may have shifted."""
    beyond = [c for c in text.columns if int(c[1:]) > int(headed[-1][1:])]
    if not beyond:
        return
    filled = pl.any_horizontal(pl.col(beyond).fill_null("").str.contains(r"\S"))
    rows = text.frame.filter((pl.col("rij") > row) & filled)["rij"].to_list()
    if rows:
        raise DeliveryRefused(
            "bestand.kolommen",
            f"{row_numbers(rows)} heeft meer kolommen dan de kopregel: waarschijnlijk staat er een"
            " scheidingsteken in de tekst zonder aanhalingstekens. Exporteer opnieuw met"
            " aanhalingstekens rond tekst.",
        )


def number_cell(table: Table, wanted: str | None) -> str:
    """The column that says which pupil a row is about."""
    if wanted is not None:
        for cell, header in table.headers.items():
            if normal(header) == normal(wanted):
                return cell
        raise UsageError(f"Er is geen kolom {shown(wanted)} in de kopregel; controleer --number.")
    own = table.cell_of("leerling_id") or next(
        (c for c, h in table.headers.items() if normal(h) == "leerling_id"), None
    )
    if own and all_pseudonyms(table.body[own]):
        return own
    mine = [c for c, h in table.headers.items() if not is_of_somebody_else(h)]
    ranks: list[list[str]] = [
        [c for c in mine if kind in table.kinds[c] and _is_number_column(table, c, kind)]
        for kind in NATIONAL
    ]
    ranks += [[own] if own else [], [c for c in mine if is_own_number(table.headers[c])]]
    for rank in ranks:
        if len(rank) > 1:
            named = ", ".join(shown(table.headers[c]) for c in rank)
            raise UsageError(
                f"Meer dan een kolom kan het nummer van de leerling zijn: {named}."
                " Kies er een met --number."
            )
        if rank:
            return rank[0]
    raise UsageError(
        "Geen kolom is te herkennen als nummer van de leerling (BSN, onderwijsnummer of eigen"
        " leerlingnummer). Noem de kolom met --number."
    )


def is_of_somebody_else(header: str) -> bool:
    return bool(re.search(OF_SOMEBODY_ELSE, identity.words_of(header)))


def _is_number_column(table: Table, cell: str, kind: str) -> bool:
    """By its name, or because its values are bare numbers and no text with numbers in it."""
    if kind in identity.kinds_of_header(table.headers[cell], person_level=True):
        return True
    values = table.body[cell].drop_nulls().unique().to_list()
    plain = [v for v in values if plain_number(v, national=True)]
    return len(plain) >= 0.9 * len(values)


def all_pseudonyms(cells: pl.Series) -> bool:
    filled = cells.drop_nulls()
    return filled.len() > 0 and bool(filled.str.contains(PSEUDONYM).all())


def row_numbers(rows: Sequence[int]) -> str:
    more = f" en nog {len(rows) - ROWS_SHOWN} andere" if len(rows) > ROWS_SHOWN else ""
    return f"Rij {', '.join(str(r) for r in rows[:ROWS_SHOWN])}{more}"
