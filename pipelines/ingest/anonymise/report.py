"""What became of each column of a file, and the notes beside it."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import polars as pl

from pipelines.ingest.anonymise.table import Table, row_numbers

Done = Literal[
    "behouden",
    "pseudoniem gemaakt",
    "leeftijd gemaakt",
    "wijk gemaakt",
    "nummer gemaakt",
    "weggelaten",
]


@dataclass(frozen=True)
class Treatment:
    """What was done with one column, and why; `column` is a header fit to repeat."""

    column: str
    done: Done
    reason: str = ""


@dataclass(frozen=True)
class Report:
    """What became of a file. `layout` and `dataset` are empty when the columns belong to none."""

    file: str
    out: str
    rows: int
    layout: str
    dataset: str
    columns: tuple[Treatment, ...]
    notes: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "out": self.out,
            "rows": self.rows,
            "layout": self.layout,
            "dataset": self.dataset,
            "columns": [
                {"column": c.column, "done": c.done, "reason": c.reason} for c in self.columns
            ],
            "notes": list(self.notes),
        }


@dataclass
class Result:
    """The columns of the result in order, filled while the columns are worked through."""

    columns: dict[str, pl.Series] = field(default_factory=dict)
    cells: dict[str, str] = field(default_factory=dict)
    treatments: list[Treatment] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def notes_on(key_file: Path, table: Table) -> list[str]:
    notes: list[str] = []
    if os.name == "posix" and key_file.stat().st_mode & 0o077:
        notes.append("Het sleutelbestand is leesbaar voor anderen op deze computer; scherm het af.")
    if table.header_row > 1:
        notes.append(f"Boven de kopregel (rij {table.header_row}) is alles weggelaten.")
    if table.messages:
        many = "en" if table.messages > 1 else ""
        notes.append(
            f"Samengevoegd uit {table.messages} iJw-bericht{many}: een rij per"
            " toewijzing. Wat er verder in staat (zoals naam, geboortedatum, adres en relaties)"
            " is weggelaten."
        )
    if len(table.headers) < len(table.text.columns):
        notes.append("Kolommen zonder naam in de kopregel zijn weggelaten.")
    if table.layout is None:
        notes.append("De kolommen horen bij geen bekende indeling; kolomnamen zijn niet vertaald.")
    return notes


def note_rows(notes: list[str], body: pl.DataFrame, where: pl.Series, what: str) -> None:
    rows = body.filter(where)["rij"].to_list()
    if rows:
        notes.append(f"{row_numbers(rows)}: {what}.")
