"""The header row, and what the cells below it look like."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import polars as pl

from pipelines.errors import DeliveryRefused
from pipelines.ingest import clean, notation
from pipelines.ingest.headings import normal
from pipelines.ingest.layouts import HEADER_WITHIN
from pipelines.ingest.notation import DATE_FORMATS, DAY_MONTH
from pipelines.ingest.read import TextFrame

SAMPLE_ROWS = 2000
_NOTHING = notation.spellings(notation.EMPTY_WORDS)  # a column of these alone is empty
FITS = 0.9  # share of the cells that must fit before a type or form is called theirs


@dataclass(frozen=True)
class Cells:
    """The distinct filled cells of one column, and what they look like as shares of them."""

    values: pl.Series
    rows: int
    dates: Mapping[str, float]
    whole: float
    number: float
    yes_no: float
    month_first: bool

    @property
    def best_date(self) -> float:
        return max(self.dates.values(), default=0.0)

    @cached_property
    def typed(self) -> pl.Series:
        """The values that are numbers, as numbers."""
        plain = self.values.str.replace(r"\.(\d{3})", "${1}").str.replace(",", ".")
        return plain.cast(pl.Float64, strict=False).drop_nulls()

    @cached_property
    def normal(self) -> list[str]:
        return [normal(value) for value in self.values]

    @cached_property
    def _shares(self) -> dict[str, float]:
        return {}

    def share(self, pattern: str) -> float:
        """Share of the values that a contract's form fits; many columns have the same form."""
        if pattern not in self._shares:
            self._shares[pattern] = share_of(self.values, pattern)
        return self._shares[pattern]


def header_row_of(text: TextFrame) -> tuple[int, dict[str, str]]:
    """The first of the fullest rows of words, with years among them or not; its cells by place."""
    best: tuple[int, int, list[str | None]] | None = None
    for number, cells in text.head(HEADER_WITHIN):
        filled = [normal(c) for c in cells if c and c.strip()]
        wordy = len({c for c in filled if _is_words(c)})
        years = len({c for c in filled if YEAR.fullmatch(c)})
        full = wordy + years
        if wordy < 2 and (wordy == 0 or years < 2):
            continue
        if full == len(filled) and (best is None or full > best[0]):
            best = (full, number, cells)
    if best is None:
        raise DeliveryRefused(
            "indeling.onbekend",
            f"In de eerste {HEADER_WITHIN} rijen staat geen kopregel met kolomnamen. Zet boven elke"
            " kolom een naam en probeer het opnieuw.",
        )
    _, row, cells = best
    return row, {f"c{i}": cell.strip() for i, cell in enumerate(cells) if cell and cell.strip()}


def _is_words(cell: str) -> bool:
    return bool(re.search(r"[a-z]", cell)) and not re.search(r"\d{5,}|@", cell) and len(cell) < 100


def cells_of(column: pl.Series) -> Cells:
    filled = column.drop_nulls().str.strip_chars()
    filled = filled.filter(filled != "")
    if filled.is_in(sorted(_NOTHING)).all():
        filled = filled.clear()
    values = filled.unique(maintain_order=True).head(500)
    month_only, day_only = _ambiguity(values)
    return Cells(
        values=values,
        rows=filled.len(),
        dates={name: _share_dates(values, name) for name in DATE_FORMATS},
        whole=share_of(values, r"^[+-]?\d+([.,]0+)?$"),
        number=share_of(values, r"^(€ ?)?-?\d{1,3}(\.\d{3})*(,\d+)?$|^-?\d+([.,]\d+)?$"),
        yes_no=share_of(values.str.to_lowercase(), f"^({'|'.join((*clean.YES, *clean.NO))})$"),
        month_first=month_only > 0 and day_only == 0,
    )


def _ambiguity(values: pl.Series) -> tuple[int, int]:
    """How many values are dates only month-first, and only day-first."""
    first = values.str.extract(DAY_MONTH, 1).cast(pl.Int64)
    second = values.str.extract(DAY_MONTH, 2).cast(pl.Int64)
    month_only = ((first <= 12) & (second > 12)).sum()
    return int(month_only or 0), int(((first > 12) & (second <= 12)).sum() or 0)


def share_of(values: pl.Series, pattern: str) -> float:
    return int(values.str.contains(pattern).sum()) / values.len() if values.len() else 0.0


def _share_dates(values: pl.Series, name: str) -> float:
    if not values.len():
        return 0.0
    day = values.str.replace(r" 00:00:00(\.0+)?$", "")
    parsed = day.str.to_date(DATE_FORMATS[name], strict=False)
    plausible = parsed.dt.year().is_between(1990, 2060)
    return int(plausible.sum() or 0) / values.len()


YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})([/-](?:(?:19|20)\d{2}|\d{2}))?(?!\d)")
