"""One supplier's layout: what its columns are called by contract, and how its cells are written."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from pipelines.contracts import Dataset
from pipelines.ingest.headings import Unpivot, coded, normal
from pipelines.ingest.notation import DATE_FORMATS, EMPTY_WORDS
from pipelines.ingest.read import Origin


@dataclass(frozen=True)
class Edit:
    """Put back lost leading zeros up to `width`, then put `prefix` in front, then `after:`.

    `after`: the column whose value comes in front, for numbers that start again every round.
    """

    prefix: str = ""
    width: int = 0
    after: str = ""


@dataclass(frozen=True)
class Layout:
    """One supplier's layout of one dataset. `columns`: source header -> canonical column; of more
    headers for one column the first that is there counts, and the others are left out.

    `patterns`: pattern of a header -> canonical column, for headers that change. `sent`: headers
    of which one says when an answer was sent; it is empty for one that was not.

    `random`: headers among the `ignored` of numbers that the system draws by lot.
    `dates`: the form or forms of all date columns, or of each. `symbols`: what stands in a number
    column where the source gives no number -> what it means by it. `empty`: texts that stand for
    nothing, in all columns or per column (in the others those that are known to). `valid_from` and
    `valid_to` (inclusive) say when the supplier's system made this layout.
    """

    id: str
    version: int
    supplier: str | None
    dataset: str
    columns: Mapping[str, str]
    ignored: frozenset[str] = frozenset()
    random: frozenset[str] = frozenset()
    codes: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    dates: str | Sequence[str] | Mapping[str, str | Sequence[str]] = "jjjj-mm-dd"
    decimal: str = "punt"
    list_separator: str = "|"
    constants: Mapping[str, str] = field(default_factory=dict)
    edits: Mapping[str, Edit] = field(default_factory=dict)
    unpivot: Unpivot | None = None
    totals_row: str | None = None
    symbols: Mapping[str, str] = field(default_factory=dict)
    empty: Sequence[str] | Mapping[str, Sequence[str]] = EMPTY_WORDS
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    patterns: Mapping[re.Pattern[str], str] = field(default_factory=dict)
    sent: tuple[str, ...] = ()

    def date_forms(self, column: str) -> tuple[str, ...]:
        """Names of the forms a date in this column may have, the likeliest first."""
        of_column = self.dates
        if isinstance(of_column, Mapping):
            of_column = of_column.get(column, "jjjj-mm-dd")
        return (of_column,) if isinstance(of_column, str) else tuple(of_column)

    def empty_words(self, column: str) -> tuple[str, ...]:
        """Texts that stand for nothing in this column."""
        if isinstance(self.empty, Mapping):
            return tuple(self.empty.get(column, EMPTY_WORDS))
        return tuple(self.empty)

    def date_format(self, column: str) -> str:
        return DATE_FORMATS[self.date_forms(column)[0]]

    def valid_on(self, day: dt.date) -> bool:
        after_start = self.valid_from is None or self.valid_from <= day
        return after_start and (self.valid_to is None or day <= self.valid_to)

    @cached_property
    def known(self) -> frozenset[str]:
        """Normalised headers that this layout reads or knows to leave out."""
        return frozenset(self._spelled) | frozenset(map(normal, self.sent))

    @cached_property
    def _spelled(self) -> Mapping[str, tuple[int, str]]:
        """Normalised header -> its place in the layout and its column; '' for one left out."""
        left = {normal(header): (len(self.columns), "") for header in self.ignored}
        return left | {normal(h): (i, c) for i, (h, c) in enumerate(self.columns.items())}

    def column(self, header: str) -> tuple[int, str]:
        """(place in the layout, canonical column) of a header; the column is '' for any other."""
        for spelling in self._spellings(header):
            if found := self._spelled.get(normal(spelling)):
                return found
            for pattern, column in self.patterns.items():
                if pattern.fullmatch(spelling.strip()):
                    return len(self.columns), column
        return len(self.columns), ""

    def missing(self, headers: Iterable[str], dataset: Dataset) -> list[str]:
        """The first header of every required column that is not among the headers."""
        required = {c.name for c in dataset.columns if c.required}
        absent = required - {self.column(header)[1] for header in headers}
        first: dict[str, str] = {}
        for header, column in self.columns.items():
            first.setdefault(column, header)
        return [header for column, header in first.items() if column in absent]

    def says_sent(self, header: str) -> bool:
        """Whether a header is the one that says when an answer was sent."""
        sent = frozenset(map(normal, self.sent))
        return any(normal(spelling) in sent for spelling in self._spellings(header))

    def is_random(self, header: str) -> bool:
        """Whether numbers under this header are drawn by lot."""
        random = frozenset(map(normal, self.random))
        return any(normal(spelling) in random for spelling in self._spellings(header))

    def _spellings(self, header: str) -> tuple[str, ...]:
        """A header, and of a survey's `code. text` its code."""
        code = coded(header)[0] if self.unpivot and self.unpivot.questionnaire else ""
        return (header, code) if code else (header,)

    def knows(self, header: str) -> bool:
        known = any(normal(spelling) in self.known for spelling in self._spellings(header))
        return known or bool(self.column(header)[1]) or self.wide(header) is not None

    def wide(self, header: str) -> str | None:
        """The name that a wide column's header stands for; None for any other header."""
        return self.unpivot.name(header) if self.unpivot else None

    @property
    def fingerprint(self) -> tuple[object, ...]:
        """Equal for layouts that no header row can tell apart."""
        wide = self.unpivot
        return self.known, (wide.pattern.pattern, frozenset(wide.names)) if wide else None


@dataclass(frozen=True)
class Match:
    """A text frame understood: `places` maps canonical column -> `cN` of the frame.

    `unpivoted` maps `cN` -> value of the new name column. `headers` keeps the supplier's own words
    for feedback. `origin`: a worksheet may hold dates as numbers of days. `kinds`: cell -> the
    column that tells what its reader knew of it (`TextFrame.kinds`). `sent`: cell that says when an
    answer was sent; empty where nothing does.
    """

    layout: Layout
    header_row: int
    places: Mapping[str, str]
    unpivoted: Mapping[str, str]
    headers: Mapping[str, str]
    origin: Origin = "csv"
    kinds: Mapping[str, str] = field(default_factory=dict)
    sent: str = ""
