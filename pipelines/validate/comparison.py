"""What tells a delivery from the one it replaced, and the questions that an earlier period raises.

Types and their Dutch sentences only; `pipelines.warehouse.differences` does the comparing. A key
is the supplier's own: it stands in the supplier's own workbook and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Sort = Literal["verdwenen", "apart", "nieuw", "hersteld", "gewijzigd"]

SORT_IN_WORDS: Mapping[Sort, str] = {
    "verdwenen": "Verdwenen",
    "apart": "Nu apart gehouden",
    "nieuw": "Nieuw",
    "hersteld": "Hersteld",
    "gewijzigd": "Gewijzigd",
}
MEANING: Mapping[Sort, str] = {
    "verdwenen": "Telde in de vorige levering mee en staat niet meer in deze.",
    "apart": "Telde in de vorige levering mee; nu houdt een fout de rij apart.",
    "nieuw": "Stond niet in de vorige levering.",
    "hersteld": "Was in de vorige levering apart gehouden en telt nu mee.",
    "gewijzigd": "Staat in beide leveringen, met andere gegevens.",
}
_IN_A_SENTENCE: Mapping[Sort, str] = {
    "verdwenen": "verdwenen",
    "apart": "nu apart gehouden",
    "nieuw": "nieuw",
    "hersteld": "hersteld",
    "gewijzigd": "gewijzigd",
}
_IN_JSON: Mapping[Sort, str] = {
    "verdwenen": "gone",
    "apart": "kept_apart",
    "nieuw": "new",
    "hersteld": "repaired",
    "gewijzigd": "changed",
}
MOST_NAMED = 8  # row numbers in a sentence


@dataclass(frozen=True)
class RowDifference:
    """One row that differs. `row`: its number in the new file, None where it is not in it.

    `key`: the values of `Differences.keys`; `columns`: the columns that changed.
    """

    sort: Sort
    row: int | None
    key: tuple[str, ...]
    columns: tuple[str, ...]


@dataclass(frozen=True)
class Differences:
    """A delivery against the one it replaced, over accepted rows. `columns`: changed cells by
    column. `rows` names the first of them only, and none once a row of either was deleted.
    """

    replaced: str
    file: str
    counts: Mapping[Sort, int]
    same: int
    columns: Mapping[str, int]
    keys: tuple[str, ...]
    rows: tuple[RowDifference, ...]

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    def numbers(self, sort: Sort) -> list[int]:
        """Row numbers in the new file."""
        return [r.row for r in self.rows if r.sort == sort and r.row is not None]

    @property
    def sentence(self) -> str:
        """Counts and row numbers, without a key or a value."""
        before = f"Vervangt levering {self.replaced}"
        if not self.total:
            return f"{before}: dezelfde {self.same} rijen tellen mee."
        parts = [
            f"{count} {_IN_A_SENTENCE[sort]}{_named(self.numbers(sort))}"
            for sort, count in self.counts.items()
            if count
        ]
        changed = ", ".join(f"{column} {n}" for column, n in self.columns.items())
        more = f" Gewijzigd per kolom: {changed}." if changed else ""
        return f"{before}: {', '.join(parts)}, {self.same} gelijk.{more}"

    def as_dict(self) -> dict[str, Any]:
        """For --json: no keys."""
        return {
            "replaces": self.replaced,
            "replaced_file": self.file,
            **{_IN_JSON[sort]: count for sort, count in self.counts.items()},
            "same": self.same,
            "changed_columns": dict(self.columns),
            "rows": {_IN_JSON[s]: self.numbers(s) for s in self.counts if s != "verdwenen"},
        }


@dataclass(frozen=True)
class Question:
    """Something unusual that may well be right: it asks for an answer and stops nothing.

    `period`: the earlier period that it was compared with.
    """

    rule: str
    columns: tuple[str, ...]
    period: str
    message: str
    remedy: str
    accepted: Mapping[str, str] | None = None

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)

    def as_finding(self) -> dict[str, Any]:
        """What an acceptance is held against."""
        return {"rule": self.rule, "columns": list(self.columns), "outcome": "gevonden"}


def _named(rows: list[int]) -> str:
    if not rows:
        return ""
    shown = ", ".join(str(row) for row in rows[:MOST_NAMED])
    return f" [rij {shown}{' ...' if len(rows) > MOST_NAMED else ''}]"
