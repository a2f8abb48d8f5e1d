"""An attacker with linear programs over a published table, for tables of any size.

It imports nothing from the release room. It sees rounded numbers and marks, and knows which cells
add up to which. Per hidden cell it works out between which values it must lie, over all relations
at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import highspy
import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

ROUNDING = 5
MOST = 10**6  # no cell holds more children than this
MOST_NODES = 200
SWEEPS = 6
WHOLE = 1e-6  # nearer than this to a whole number is whole


class Seen(Protocol):
    """What is known of one cell."""

    @property
    def low(self) -> float: ...

    @property
    def high(self) -> float: ...


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


@dataclass(frozen=True)
class Between:
    """A cell of which no number is shown, but the sentence in its place tells a range."""

    low: float
    high: float


@dataclass
class View:
    """A published table as relations between cells by number, some shown, some hidden.

    `sums`: whole = sum of parts. `bounded`: whole <= sum of parts, and no part above the whole
    (distinct children). `parts`: part <= whole. `ceilings`: known figures from elsewhere. `most`:
    no cell holds more.
    """

    cells: int
    shown: Mapping[int, Seen]
    sums: list[tuple[int, Sequence[int]]] = field(default_factory=list)
    bounded: list[tuple[int, Sequence[int]]] = field(default_factory=list)
    parts: list[tuple[int, int]] = field(default_factory=list)
    ceilings: dict[int, int] = field(default_factory=dict)
    most: float = MOST


@dataclass(frozen=True)
class Bounds:
    """Between which values a cell, or a sum of cells, must lie."""

    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low


Difference = tuple[int, int | None]
"""A cell, or a cell less another."""


class Watch:
    """Between which values cells, or differences of cells, were seen in tables that agree with all
    that is shown: what no reader can rule out."""

    def __init__(self, watched: Sequence[Difference]) -> None:
        self.size = len(watched)
        self._place = {difference: i for i, difference in enumerate(watched)}
        self.cells = np.array([cell for cell, _ in watched], dtype=np.int64)
        self._minus = np.array([minus is not None for _, minus in watched], dtype=np.bool_)
        self._other = np.array([minus or 0 for _, minus in watched], dtype=np.int64)
        self._low = np.full(len(watched), np.inf)
        self._high = np.full(len(watched), -np.inf)

    def note(self, point: Floats) -> None:
        """Look at one more table."""
        values = self.values(point)
        np.minimum(self._low, values, out=self._low)
        np.maximum(self._high, values, out=self._high)

    def values(self, point: Floats) -> Floats:
        """What is watched, in one table."""
        return np.asarray(
            point[self.cells] - np.where(self._minus, point[self._other], 0.0), np.float64
        )

    def range(self, difference: Difference) -> tuple[float, float]:
        """Least and most seen; (inf, -inf) where no table was found yet."""
        i = self._place[difference]
        return float(self._low[i]), float(self._high[i])

    def spans(self, difference: Difference, least: float, most: float) -> bool:
        """Whether it was seen at `least` or below and at `most` or above."""
        low, high = self.range(difference)
        return low <= least + WHOLE and high >= most - WHOLE


class Attacker:
    """Linear bounds over a whole view; `sharpen` adds guessed ranges of hidden cells."""

    def __init__(self, view: View, sharpen: Mapping[int, tuple[int, int]] | None = None) -> None:
        low = np.zeros(view.cells)
        high = np.full(view.cells, float(view.most))
        for cell, seen in view.shown.items():
            low[cell], high[cell] = seen.low, seen.high
        for cell, ceiling in view.ceilings.items():
            high[cell] = max(low[cell], min(high[cell], ceiling))
        for cell, (least, most) in (sharpen or {}).items():
            low[cell], high[cell] = max(low[cell], least), min(high[cell], most)
        rows: list[tuple[dict[int, float], float, float]] = []
        for whole, parts in view.sums:
            rows.append((_row(whole, parts), 0.0, 0.0))
        for whole, parts in view.bounded:
            rows.append((_row(whole, parts), -highspy.kHighsInf, 0.0))
            rows += [({part: 1.0, whole: -1.0}, -highspy.kHighsInf, 0.0) for part in parts]
        rows += [({p: 1.0, w: -1.0}, -highspy.kHighsInf, 0.0) for p, w in view.parts if p != w]
        self.low, self.high = low, high
        self.model = highspy.Highs()  # type: ignore[no-untyped-call]
        self.model.silent()
        self.model.setOptionValue("threads", 1)
        self.model.addVars(view.cells, low, high)
        for terms, lowest, highest in rows:
            columns = np.array(list(terms), dtype=np.int32)
            weights = np.array(list(terms.values()))
            self.model.addRow(lowest, highest, columns.size, columns, weights)
        self._watch, self._only_whole = Watch(()), True

    def watch(self, watched: Sequence[Difference], *, whole: bool = True) -> Watch:
        """Keep an eye on these in every table that is found from now on; `whole`: only in tables
        of whole numbers."""
        self._watch, self._only_whole = Watch(watched), whole
        return self._watch

    def keep_watch(self, watch: Watch) -> None:
        """Show every table of whole numbers that is found from now on to `watch`."""
        self._watch, self._only_whole = watch, True

    def ends(self, cell: int) -> None:
        """Look for tables of whole numbers in which a cell is least, and in which it is most."""
        column = np.array([cell], dtype=np.int32)
        every = np.arange(self.low.size, dtype=np.int32)
        for sign in (1.0, -1.0):
            self.model.changeColsCost(1, column, np.array([sign]))
            if not self._whole_now():
                whole = np.full(every.size, highspy.HighsVarType.kInteger)
                self.model.changeColsIntegrality(every.size, every, whole)
                self.model.setOptionValue("mip_max_nodes", MOST_NODES)
                self.model.run()
                info = self.model.getInfo()
                if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
                    self._watch.note(np.rint(self.point()))
                loose = np.full(every.size, highspy.HighsVarType.kContinuous)
                self.model.changeColsIntegrality(every.size, every, loose)
        self.model.changeColsCost(1, column, np.zeros(1))

    def _whole_now(self) -> bool:
        """Whether the best table happens to be one of whole numbers."""
        if not self.consistent():
            return False
        point = self.point()
        return bool(np.abs(point - np.rint(point)).max(initial=0.0) < WHOLE)

    def lows(self, cells: Sequence[int]) -> None:
        """Look for tables in which many cells at once are low."""
        columns = np.array(cells, dtype=np.int32)
        for weight in (1.0, -1e-3):
            self.model.changeColsCost(columns.size, columns, np.full(columns.size, weight))
            self.consistent()
        self.model.changeColsCost(columns.size, columns, np.zeros(columns.size))

    def highs(self, wanted: Mapping[int, int]) -> None:
        """Look for tables in which many cells at once are as high as wanted."""
        left = list(wanted)
        for _ in range(SWEEPS):
            if not left or self.spread({cell: wanted[cell] for cell in left}) is None:
                return
            far = [c for c in left if self._watch.range((c, None))[1] < wanted[c] - WHOLE]
            if len(far) == len(left):
                return
            left = far

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

    def whole_bounds(self, terms: Mapping[int, float]) -> Bounds | None:
        """The same where every cell is a whole number; bounds that were not reached are the
        solver's own, so they never promise more than is so.

        Where the table found without that demand happens to be whole, there is no better one.
        """
        columns = np.array(list(terms), dtype=np.int32)
        values = np.array(list(terms.values()))
        found: list[float] = []
        for sign in (1.0, -1.0):
            self.model.changeColsCost(columns.size, columns, sign * values)
            best = self._least_whole()
            if best is None:
                break
            found.append(sign * best)
        self.model.changeColsCost(columns.size, columns, np.zeros(columns.size))
        return Bounds(found[0], found[1]) if len(found) == 2 else None

    def _least_whole(self) -> float | None:
        """The least cost of a table of whole numbers, or a bound below it; None without any."""
        if self.consistent():
            point = self.point()
            if np.abs(point - np.rint(point)).max(initial=0.0) < WHOLE:
                return float(self.model.getObjectiveValue())
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        every = np.arange(self.low.size, dtype=np.int32)
        self.model.changeColsIntegrality(every.size, every, np.full(every.size, kinds[1]))
        self.model.setOptionValue("mip_max_nodes", MOST_NODES)
        self.model.run()
        possible = self.model.getModelStatus() != highspy.HighsModelStatus.kInfeasible
        bound = float(self.model.getInfo().mip_dual_bound)
        self.model.changeColsIntegrality(every.size, every, np.full(every.size, kinds[0]))
        return bound if possible else None

    def spread(self, wanted: Mapping[int, int]) -> Floats | None:
        """A table in which cells are as high as can be, up to what is wanted of each.

        The model is as it was afterwards.
        """
        columns, rows = self.low.size, self.model.getNumRow()
        for place, (cell, least) in enumerate(wanted.items()):
            self.model.addVars(1, np.zeros(1), np.full(1, highspy.kHighsInf))
            self.model.changeColCost(columns + place, 1.0)
            where = np.array([cell, columns + place], dtype=np.int32)
            self.model.addRow(least, highspy.kHighsInf, 2, where, np.ones(2))
        found = self.point()[:columns] if self.consistent() else None
        last = len(wanted)
        self.model.deleteRows(last, np.arange(rows, rows + last, dtype=np.int32))
        self.model.deleteCols(last, np.arange(columns, columns + last, dtype=np.int32))
        return found

    def limit(self, ranges: Mapping[int, tuple[float, float]]) -> None:
        """Put cells between other bounds, until `free`."""
        for cell, (low, high) in ranges.items():
            self.model.changeColBounds(cell, low, high)

    def free(self, cells: Iterable[int]) -> None:
        """Put cells back between the bounds they had."""
        for cell in cells:
            self.model.changeColBounds(cell, self.low[cell], self.high[cell])

    def consistent(self) -> bool:
        """Whether any table at all agrees with what is shown and known."""
        self.model.run()
        found = bool(self.model.getModelStatus() == highspy.HighsModelStatus.kOptimal)
        if found and self._watch.size:
            point = self.point()[: self.low.size]
            if np.abs(point - np.rint(point)).max(initial=0.0) < WHOLE:
                self._watch.note(np.rint(point))
            elif not self._only_whole:
                self._watch.note(point)
        return found

    def point(self) -> Floats:
        """The table found last."""
        return np.asarray(self.model.getSolution().col_value, np.float64)


def _row(whole: int, parts: Iterable[int]) -> dict[int, float]:
    """whole - sum of parts."""
    row = {whole: 1.0}
    for part in parts:
        row[part] = row.get(part, 0.0) - 1.0
    return row
