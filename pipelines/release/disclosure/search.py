"""What a search for witnesses has come to: what is shown, which tables were found, what they prove;
and what a table costs: the shown cells that would have to be hidden for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from pipelines.release.disclosure.numbers import NO_LIMIT, Bools, Ints
from pipelines.release.disclosure.problem import (
    Component,
    Demand,
)
from pipelines.release.disclosure.repair import is_small
from pipelines.release.disclosure.rows import Rows, rows_of
from pipelines.release.disclosure.rules import (
    aware_ranges,
    demands,
    first_hidden,
    known_ranges,
    rows_that_tell,
)
from pipelines.release.disclosure.solver import Floats

LATELY = 16
"""So often what readers know is kept; a search looks mostly at what is shown now."""
LEVEL_WEIGHT = {
    "totaal": 8.0,
    "gemeente": 4.0,
    "wijk": 2.0,
    "onderwijssoort": 2.0,
    "aanbieder": 2.0,
    "vestiging": 1.0,
}


_Kind = TypeVar("_Kind", bound=np.generic)


@dataclass(eq=False)
class Search:
    """State of one search: what is shown, which tables (changes to atoms) were found, what they
    prove. `tables` holds one change vector per witness, `all_reached` every row's value in it and
    `all_touched` which insiders would notice (a line per witness, and spare ones). `context`: a
    table from which the next one is sought. `unmoved`: insiders that the next table for one
    leaves alone too. `or_refused`: a secret that is not kept ends the search. `prices`: what
    hiding each cell costs. `seen_ranges`: what readers know of
    every row, for what was shown lately; `nearness`: of atoms to a row, where that was asked."""

    component: Component
    rows: Rows
    needed: tuple[Demand, ...]
    first: Bools
    visible: Bools
    prices: Floats
    tables: list[Ints] = field(default_factory=list)
    all_reached: Ints = field(default_factory=lambda: np.zeros((0, 0), np.int64))
    all_touched: Bools = field(default_factory=lambda: np.zeros((0, 0), np.bool_))
    proof: dict[tuple[int, int], int] = field(default_factory=dict)
    context: Ints | None = None
    unmoved: tuple[int, ...] = ()
    or_refused: bool = False
    seen_ranges: dict[tuple[bytes, bool], tuple[Ints, Ints]] = field(default_factory=dict)
    nearness: dict[tuple[int, bool], Ints] = field(default_factory=dict)

    @classmethod
    def start(cls, component: Component) -> Search:
        rows = rows_of(component)
        first = first_hidden(component, rows)
        return cls(
            component, rows, demands(component, rows, ~first), first, ~first, _prices(component)
        )

    def widened(self, component: Component) -> Search:
        extra = component.counts.size - self.component.counts.size
        tables = [np.concatenate([table, np.zeros(extra, np.int64)]) for table in self.tables]
        rows = rows_of(component)
        return replace(
            self, component=component, rows=rows, tables=tables, seen_ranges={}, nearness={}
        )

    @property
    def together(self) -> bool:
        """Whether counts of one system are few enough to be moved all at once."""
        several = self.component.cells["meting"].n_unique() > 1
        return several and is_small(self.rows.matrix)

    @property
    def now(self) -> Ints:
        """Every row's value in the context; the truth without one."""
        if self.context is None:
            return self.rows.value
        return np.asarray(self.rows.value + self.rows.matrix @ self.context, np.int64)

    @property
    def counts(self) -> Ints:
        """Every atom's units in the context."""
        counts = self.component.counts
        return counts if self.context is None else counts + self.context

    def ranges(self, *, aware: bool, insider: int = -1) -> tuple[Ints, Ints]:
        """What a reader knows of every row; an insider knows its own cells exactly."""
        shown = (self.visible.tobytes(), aware)
        if shown not in self.seen_ranges:
            rule = aware_ranges if aware else known_ranges
            if len(self.seen_ranges) >= LATELY:
                self.seen_ranges.clear()
            self.seen_ranges[shown] = rule(self.component, self.rows, self.visible)
        low, high = self.seen_ranges[shown]
        if insider < 0:
            return low, high
        low, high, own = low.copy(), high.copy(), self.own_cells(insider)
        low[own] = high[own] = self.rows.value[own]
        return low, high

    def own_cells(self, insider: int) -> Ints:
        """Cells of one insider, and of those that are to stay unmoved; none for -1."""
        if insider < 0:
            return np.zeros(0, np.int64)
        known = self.component.cells_of_insiders[[insider, *self.unmoved]]
        return np.unique(known.indices).astype(np.int64)

    def unknown_to(self, insider: int, atoms: Ints) -> Ints:
        """Of `atoms` those that count in none of its own cells: others change nothing that it does
        not know."""
        if insider < 0:
            return atoms
        known = self.component.atoms_of_insiders[[insider, *self.unmoved]]
        return atoms[~np.isin(atoms, known.indices)]

    def open_demands(self) -> list[Demand]:
        return [demand for demand in self.needed if demand.key not in self.proof]

    def agrees(self, reached: Ints, *, aware: bool) -> bool:
        """Whether rows that have the values `reached` agree with what is shown and known."""
        low, high = self.ranges(aware=aware)
        return bool(((reached >= low) & (reached <= high)).all())

    def keep(self, table: Ints) -> int:
        """Credit every open demand that `table` meets; keep it where there is one."""
        reached = self.rows.value + self.rows.matrix @ table
        aware = self.agrees(reached, aware=True)
        met = [
            demand
            for demand in self.needed
            if not demand.wide
            and demand.key not in self.proof
            and (aware or not demand.aware)
            and demand.met(int(self.rows.value[demand.row]), int(reached[demand.row]))
        ]
        if met:
            self.proof.update({demand.key: len(self.tables) for demand in met})
            self.add(table, reached)
        return len(met)

    def take_over(self, tables: Iterable[Ints], atoms: Ints) -> None:
        """Keep tables of one count, at `atoms`, that leave the others possible as they are."""
        for part in tables:
            table = np.zeros(self.component.counts.size, np.int64)
            table[atoms[: part.size]] = part
            reached = self.rows.value + self.rows.matrix @ table
            if self.agrees(reached, aware=False) and not self.keep(table):
                self.add(table, reached)

    def add(self, table: Ints, reached: Ints | None = None) -> None:
        """Keep a table that may widen what can be thought of a row."""
        if reached is None:
            reached = self.rows.value + self.rows.matrix @ table
        place = len(self.tables)
        if place == self.all_reached.shape[0]:  # room for twice as many
            self.all_reached = _doubled(self.all_reached, self.rows.value.size)
            self.all_touched = _doubled(self.all_touched, len(self.component.insiders))
        self.tables.append(table)
        self.all_reached[place] = reached
        self.all_touched[place] = self.component.noticed(reached - self.rows.value)

    def ends(self, demand: Demand) -> tuple[tuple[int, int], tuple[int, int]]:
        """Lowest and highest value of a row in all tables kept, with which (-1: as it is); for an
        insider in those that it would not notice."""
        own, truth = demand.insider, (int(self.rows.value[demand.row]), -1)
        if not self.tables:
            return truth, truth
        values = self.all_reached[: len(self.tables), demand.row]
        use = np.arange(values.size)
        if own >= 0:
            use = np.flatnonzero(~self.all_touched[: len(self.tables), own])
        if not use.size:
            return truth, truth
        lowest, highest = use[values[use].argmin()], use[values[use].argmax()]
        return (
            min(truth, (int(values[lowest]), int(lowest))),
            max(truth, (int(values[highest]), int(highest))),
        )

    def too_sure(self, demand: Demand) -> list[int]:
        """Insiders to which the tables kept leave a row too narrow, as they do to one insider."""
        asked = [d.insider for d in self.needed if d.row == demand.row and d.insider >= 0]
        count, value = len(self.tables), int(self.rows.value[demand.row])
        moved = (
            (self.all_reached[:count, demand.row] - value)[:, None] if count else np.zeros((0, 1))
        )
        seen = np.where(self.all_touched[:count], 0, moved) if count else np.zeros((1, 1))
        wide = seen.max(axis=0, initial=0) - seen.min(axis=0, initial=0)
        room = demand.target - value
        return [s for s in asked if not count or wide[s] < room]

    def credit_wide(self, demand: Demand) -> bool:
        """Prove, from the tables there are, that a row stays uncertain enough."""
        (low, lowest), (high, highest) = self.ends(demand)
        if high - low < demand.target - int(self.rows.value[demand.row]):
            return False
        below, above = demand.ends
        self.proof |= {below: lowest, above: highest}
        return True


def _doubled(lines: npt.NDArray[_Kind], width: int) -> npt.NDArray[_Kind]:
    """The same lines with as many spare ones behind them."""
    more = np.zeros((max(16, 2 * lines.shape[0]), width), lines.dtype)
    more[: lines.shape[0], : lines.shape[1]] = lines
    return more


def needed_move(search: Search, demand: Demand) -> int:
    return demand.target - int(search.now[demand.row])


def alternatives(search: Search, demand: Demand) -> tuple[Demand, ...]:
    """The demand; where any other value will do, one more and one less."""
    value = int(search.rows.value[demand.row])
    if demand.wide:
        (lowest, _), (highest, _) = search.ends(demand)
        room = needed_move(search, demand)
        up = replace(demand, target=lowest + room, up=True)
        down = replace(demand, target=highest - room, up=False)
        return (up, down) if down.target >= 0 else (up,)
    if demand.either:
        return replace(demand, target=0, up=False, either=False), replace(demand, either=False)
    if not demand.aware:
        return (demand,)
    low, high = search.ranges(aware=True)
    steps = [value + 1] if value < high[demand.row] else []
    steps += [value - 1] if value > low[demand.row] else []
    return tuple(Demand(demand.row, step, step > value, aware=True) for step in steps)


def spread(search: Search, atoms: Ints, changes: Floats) -> Ints:
    start = search.context
    table = np.zeros(search.counts.size, np.int64) if start is None else start.copy()
    table[atoms] += np.rint(changes).astype(np.int64)
    return table


def limits(values: Ints) -> Floats:
    """Integer limits as floats, with infinity for no limit."""
    limits = values.astype(np.float64)
    limits[values > NO_LIMIT // 2] = np.inf
    limits[values < -NO_LIMIT // 2] = -np.inf
    return limits


def prices_of(search: Search) -> Floats:
    """Per row what hiding it costs: of a shown cell its price, of a row that shown cells pay for
    theirs together; nan where hiding nothing helps."""
    own = np.where(search.visible, search.prices, np.nan)
    found = np.full(search.rows.value.size, np.nan)
    found[: own.size] = own
    for row, cells in payers_of(search).items():
        found[row] = sum(own[[*cells]].tolist())
    return found


def payers_of(search: Search) -> dict[int, tuple[int, ...]]:
    """Rows that leave their range when other shown cells are hidden than they themselves.

    A remainder pays with the cell it tells about; a hidden number of people with the shown counts
    that tell that there are enough of them."""
    found: dict[int, tuple[int, ...]] = {
        row: (cell,) for row, cell in rows_that_tell(search.component).items()
    }
    shown, others = search.component.held
    unseen = search.visible[shown] & ~search.visible[others]
    for cell, other in zip(shown[unseen].tolist(), others[unseen].tolist(), strict=True):
        found[other] = (*found.get(other, ()), cell)
    return found


def _prices(component: Component) -> Floats:
    """Cost of hiding each cell, if shown: grows with the logarithm of its count, and level."""
    cells, values = component.cells, component.values
    levels, cuts = cells["niveau"].to_list(), cells["uitsplitsing"].to_list()
    return np.array(
        [
            (1.0 + float(np.log1p(value))) * LEVEL_WEIGHT.get(level, 2.0) * (1.0 if cut else 2.0)
            for value, level, cut in zip(values.tolist(), levels, cuts, strict=True)
        ]
    )


def pushed_out(search: Search, table: Ints, *, aware: bool) -> list[int] | None:
    """Shown cells to hide so that `table` agrees with the rest; None where that does not help."""
    if (search.component.counts + table < 0).any():
        return None
    reached = search.rows.value + search.rows.matrix @ table
    trial = replace(search, visible=search.visible.copy())
    for _ in range(2):  # what is hidden first may leave people behind other shown cells
        low, high = trial.ranges(aware=aware)
        broken = np.flatnonzero((reached < low) | (reached > high)).tolist()
        payers = payers_of(trial)
        cells = {cell for row in broken for cell in payers.get(row, (row,))}
        if any(cell >= trial.visible.size or not trial.visible[cell] for cell in cells):
            return None
        trial.visible[sorted(cells)] = False
    hidden = np.flatnonzero(search.visible & ~trial.visible).tolist()
    return hidden if trial.agrees(reached, aware=aware) else None


def hide_pushed_out(search: Search, table: Ints, *, aware: bool) -> None:
    cells = pushed_out(search, table, aware=aware)
    if cells:
        search.visible = search.visible.copy()
        search.visible[cells] = False
