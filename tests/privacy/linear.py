"""An attacker with linear programs over a published table, for tables of any size.

It imports nothing from the release room. It sees rounded numbers and marks, and knows which cells
add up to which. Per hidden cell it works out between which values it must lie, over all relations
at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import highspy
import numpy as np

ROUNDING = 5
MOST = 10**6  # no cell holds more children than this


@dataclass(frozen=True)
class Shown:
    """What a reader sees of a cell: a rounded number, from `threshold` children or zero."""

    value: int
    threshold: int

    @property
    def low(self) -> int:
        return 0 if self.value == 0 else max(self.value - ROUNDING // 2, self.threshold)

    @property
    def high(self) -> int:
        return 0 if self.value == 0 else self.value + ROUNDING // 2


@dataclass
class View:
    """A published table as relations between cells by number, some shown, some hidden.

    `sums`: whole = sum of parts. `bounded`: whole <= sum of parts, and no part above the whole
    (distinct children). `parts`: part <= whole. `ceilings`: known figures from elsewhere.
    """

    cells: int
    shown: Mapping[int, Shown]
    sums: list[tuple[int, Sequence[int]]] = field(default_factory=list)
    bounded: list[tuple[int, Sequence[int]]] = field(default_factory=list)
    parts: list[tuple[int, int]] = field(default_factory=list)
    ceilings: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Bounds:
    """Between which values a cell, or a sum of cells, must lie."""

    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low


class Attacker:
    """Linear bounds over a whole view; `sharpen` adds guessed ranges of hidden cells."""

    def __init__(self, view: View, sharpen: Mapping[int, tuple[int, int]] | None = None) -> None:
        low = np.zeros(view.cells)
        high = np.full(view.cells, float(MOST))
        for cell, seen in view.shown.items():
            low[cell], high[cell] = seen.low, seen.high
        for cell, ceiling in view.ceilings.items():
            high[cell] = min(high[cell], ceiling)
        for cell, (least, most) in (sharpen or {}).items():
            low[cell], high[cell] = max(low[cell], least), min(high[cell], most)
        rows: list[tuple[dict[int, float], float, float]] = []
        for whole, parts in view.sums:
            rows.append((_row(whole, parts), 0.0, 0.0))
        for whole, parts in view.bounded:
            rows.append((_row(whole, parts), -highspy.kHighsInf, 0.0))
            rows += [({part: 1.0, whole: -1.0}, -highspy.kHighsInf, 0.0) for part in parts]
        rows += [({p: 1.0, w: -1.0}, -highspy.kHighsInf, 0.0) for p, w in view.parts if p != w]
        self.model = highspy.Highs()
        self.model.silent()
        self.model.addVars(view.cells, low, high)
        for terms, least, most in rows:
            columns = np.array(list(terms), dtype=np.int32)
            self.model.addRow(least, most, columns.size, columns, np.array(list(terms.values())))

    def bounds(self, terms: Mapping[int, float]) -> Bounds | None:
        """Least and most of a sum of cells; None when nothing agrees with what is shown."""
        found: list[float] = []
        columns = np.array(list(terms), dtype=np.int32)
        values = np.array(list(terms.values()))
        for sign in (1.0, -1.0):
            self.model.changeColsCost(columns.size, columns, sign * values)
            if not self.consistent():
                return None
            found.append(sign * self.model.getObjectiveValue())
        self.model.changeColsCost(columns.size, columns, np.zeros(columns.size))
        return Bounds(found[0], found[1])

    def consistent(self) -> bool:
        """Whether any table at all agrees with what is shown and known."""
        self.model.run()
        return bool(self.model.getModelStatus() == highspy.HighsModelStatus.kOptimal)


def _row(whole: int, parts: Iterable[int]) -> dict[int, float]:
    """whole - sum of parts."""
    row = {whole: 1.0}
    for part in parts:
        row[part] = row.get(part, 0.0) - 1.0
    return row
