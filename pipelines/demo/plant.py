"""Mistakes are put in the demo's sheets, each in rows that nothing else depends on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.contracts import Severity
from pipelines.demo.mistake import Mistake
from pipelines.demo.mistakes import mistakes
from pipelines.demo.register import UNTOUCHED
from pipelines.demo.sheets import Sheet


@dataclass(frozen=True)
class Planted:
    """One planted mistake. `row`: line of the text file, or row of the worksheet (from 1)."""

    file: str
    row: int
    column: str
    header: str
    rule: str
    severity: Severity


def plant(rng: np.random.Generator, sheets: Mapping[str, Sheet]) -> tuple[Planted, ...]:
    """Spoil the sheets in place; what was planted, in order of file and row."""
    taken: dict[str, set[int]] = {name: set() for name in sheets}
    done: list[Planted] = []
    for mistake in mistakes():
        sheet = sheets[mistake.file]
        index = _choose(rng, sheet, mistake, taken[mistake.file])
        taken[mistake.file].add(index)
        row = sheet.frame.row(index, named=True)
        target = sheet.append_copy(index) if mistake.extra else index
        for column, change in mistake.changes.items():
            sheet.put(target, column, change(row) if callable(change) else change)
        column = mistake.column or next(iter(mistake.changes))
        done.append(
            Planted(
                file=mistake.file,
                row=sheet.line(target),
                column=column,
                header=sheet.layout.headers[column],
                rule=f"{sheet.layout.dataset}.{mistake.rule}",
                severity=mistake.severity,
            )
        )
    return tuple(sorted(done, key=lambda p: (p.file, p.row)))


def _choose(rng: np.random.Generator, sheet: Sheet, mistake: Mistake, taken: set[int]) -> int:
    fits = pl.col(UNTOUCHED) if mistake.where is None else pl.col(UNTOUCHED) & mistake.where
    rows = sheet.frame.with_row_index("rij").filter(fits)["rij"].to_list()
    free = [r for r in rows if r not in taken]
    if not free:
        raise ValueError(f"Geen rij in {sheet.name} voor {mistake.rule}")
    return int(free[int(rng.integers(0, len(free)))])
