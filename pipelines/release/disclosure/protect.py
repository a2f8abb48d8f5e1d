"""Which further cells must be hidden so that nothing hidden can be worked out, with the proof.

In fixed order and without randomness: first tables that serve many sensitive cells at once; then,
with atoms that are possible but do not occur, the same again; then cell by cell an integer
programme that pays for every shown cell it has to hide. Hidden sets only grow, so earlier
witnesses stay valid. Source: disclosure.md ("Algorithm").
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import product
from multiprocessing.connection import wait

import numpy as np
import polars as pl
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from pipelines.errors import ReleaseRefused
from pipelines.release.disclosure.check import certify, proof_hash
from pipelines.release.disclosure.fold import to_fold
from pipelines.release.disclosure.numbers import NO_LIMIT, Bools, Ints, round_counts
from pipelines.release.disclosure.possible import with_possible_atoms
from pipelines.release.disclosure.problem import (
    KEY,
    LEFT_OUT,
    Component,
    Demand,
    Protection,
    Rows,
    Verdict,
    Witness,
    rows_of,
)
from pipelines.release.disclosure.repair import repair
from pipelines.release.disclosure.rules import (
    aware_ranges,
    demands,
    first_hidden,
    known_ranges,
    rows_that_tell,
)
from pipelines.release.disclosure.solver import Floats, Programme, solve

WORTH_A_PROCESS = 3_000
"""Cells from which it pays to start processes."""
RECALLED = 3
"""How many cells a cell is worth that is only counted to be protected beside: a question is mostly
those."""
AGAIN = 30
"""After so many single programmes, which hide cells, tables for many demands are tried again."""
AT_ONCE = 250
"""At most about so many demands are put to one linear programme."""
MOST_TURNS = 20
"""At most so many tables per block that serve many demands at once."""
STEPS, PATIENCE = 400, 100
"""Steps in which a table that serves many demands is made whole, and those without giving up."""
SHIFTS = 120
"""Units shifted, at most, in the search for a cheap witness."""
ROUNDS = 6
"""What is hidden for others has to be uncertain too, which may hide more: at most so often."""
ROOM, FEW_ATOMS = 2, 200
"""How far the integer programme looks around the fractional answer, and up to how many atoms; with
more of them it only rounds up or down, or it would take a hundred times as long."""
NEIGHBOURHOODS = (400, 1_500)
"""Atoms given to the integer programme: near ones first, more when hiding cannot be avoided."""
LEVEL_WEIGHT = {
    "totaal": 8.0,
    "gemeente": 4.0,
    "wijk": 2.0,
    "onderwijssoort": 2.0,
    "aanbieder": 2.0,
    "vestiging": 1.0,
}


def protect(component: Component) -> Protection:
    """Hide, round and prove one component; the verdict says whether the proof is complete.

    Earlier releases need not cost anything: only where the proof does not hold beside them it is
    sought anew with what they said as given. Where even that fails, they said too much
    themselves; the verdict then says that the proof stands for this release alone.

    Where who is told which cells are small could work one out, a table is left out (`fold`).
    """
    found = _beside_earlier(component)
    while found.verdict.safe and found.verdict.readable:
        folded = to_fold(component, found)
        if not folded:
            break
        component = replace(component, folded=folded)
        found = _beside_earlier(component)
    return found


def _beside_earlier(component: Component) -> Protection:
    if component.earlier and 4 * len(component.folded) > component.cells.height:
        found = _searched(component)  # much was said that is not shown again: a question
        if found.verdict.safe:
            return found
    alone = _searched(replace(component, earlier=()))
    if not component.earlier or not alone.verdict.safe:
        return alone
    beside = replace(alone, verdict=certify(component, alone))
    if not beside.verdict.safe:
        beside = _searched(component)
    if beside.verdict.safe:
        return beside
    unproved = beside.verdict.unproved
    return replace(alone, verdict=replace(alone.verdict, beside_earlier=False, unproved=unproved))


def _searched(component: Component) -> Protection:
    search = _Search.start(component)
    _serve_many(search)
    if search.open_demands():
        search = search.widened(with_possible_atoms(component))
        _serve_many(search)
        for _ in range(ROUNDS):
            _solve_rest(search)
            search.needed = demands(search.component, search.rows, search.visible)
            if not search.open_demands():
                break
    _show_again(search)
    return _outcome(component, search)


def protect_all(components: Sequence[Component], *, processes: int = 1) -> list[Protection]:
    """Protect independent components, in order; with `processes` > 1 side by side.

    Raises ReleaseRefused naming every table of which a witness is missing.
    """
    work = sum(c.cells.height + RECALLED * len(c.folded) for c in components)
    if processes > 1 and work > WORTH_A_PROCESS:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(processes, context, _leave_with_parent) as pool:
            protections = list(pool.map(protect, components))
    else:
        protections = [protect(component) for component in components]
    refuse_unsafe([protection.verdict for protection in protections])
    return protections


def _leave_with_parent() -> None:
    """A process that protects a table ends when the run that started it is broken off."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        watch = threading.Thread(target=_watch, args=(parent.sentinel,), daemon=True)
        watch.start()


def _watch(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def refuse_unsafe(verdicts: Sequence[Verdict]) -> None:
    """Raise ReleaseRefused when a verdict is not safe; names tables and reasons, no values."""
    refused = [verdict for verdict in verdicts if not verdict.safe]
    if not refused:
        return
    named = "; ".join(f"{verdict.name} ({', '.join(verdict.reasons)})" for verdict in refused)
    raise ReleaseRefused(
        f"De uitgave is niet gepubliceerd: voor deze tabellen ontbreekt het bewijs dat kleine "
        f"aantallen niet te herleiden zijn: {named}. Zet zo'n tabel in het publicatieplan een "
        "niveau hoger, of laat een uitsplitsing vervallen."
    )


@dataclass(eq=False)
class _Search:
    """State of one search: what is shown, which tables (changes to atoms) were found, what they
    prove. `tables` holds one change vector per witness, `reached` every row's value in it and
    `touched` which schools would notice."""

    component: Component
    rows: Rows
    needed: tuple[Demand, ...]
    first: Bools
    visible: Bools
    tables: list[Ints] = field(default_factory=list)
    reached: list[Ints] = field(default_factory=list)
    touched: list[Bools] = field(default_factory=list)
    proof: dict[tuple[int, int], int] = field(default_factory=dict)

    @classmethod
    def start(cls, component: Component) -> _Search:
        rows = rows_of(component)
        first = first_hidden(component, rows)
        return cls(component, rows, demands(component, rows, ~first), first, ~first)

    def widened(self, component: Component) -> _Search:
        extra = component.counts.size - self.component.counts.size
        tables = [np.concatenate([table, np.zeros(extra, np.int64)]) for table in self.tables]
        return replace(self, component=component, rows=rows_of(component), tables=tables)

    def ranges(self, *, aware: bool, insider: int = -1) -> tuple[Ints, Ints]:
        """What a reader knows of every row; an insider knows its own cells exactly."""
        rule = aware_ranges if aware else known_ranges
        low, high = rule(self.component, self.rows, self.visible)
        own = self.own_cells(insider)
        low[own] = high[own] = self.rows.value[own]
        return low, high

    def own_cells(self, insider: int) -> Ints:
        """Cells of one school; none for -1."""
        if insider < 0:
            return np.zeros(0, np.int64)
        return self.component.cells_of_schools[[insider]].indices.astype(np.int64)

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
            for demand in self.open_demands()
            if (aware or not demand.aware)
            and not demand.wide
            and demand.met(int(self.rows.value[demand.row]), int(reached[demand.row]))
        ]
        if met:
            self.proof.update({demand.key: len(self.tables) for demand in met})
            self.add(table, reached)
        return len(met)

    def add(self, table: Ints, reached: Ints | None = None) -> None:
        """Keep a table that may widen what can be thought of a row."""
        if reached is None:
            reached = self.rows.value + self.rows.matrix @ table
        self.tables.append(table)
        self.reached.append(reached)
        self.touched.append(self.component.noticed(reached - self.rows.value))

    def ends(self, demand: Demand) -> tuple[tuple[int, int], tuple[int, int]]:
        """Lowest and highest value of a row in all tables kept, with which (-1: as it is); for an
        insider in those that it would not notice."""
        own = demand.insider
        found = [(int(self.rows.value[demand.row]), -1)]
        found += [
            (int(reached[demand.row]), i)
            for i, reached in enumerate(self.reached)
            if own < 0 or not self.touched[i][own]
        ]
        return min(found), max(found)

    def credit_wide(self, demand: Demand) -> bool:
        """Prove, from the tables there are, that a row stays uncertain enough."""
        (low, lowest), (high, highest) = self.ends(demand)
        if high - low < _need(self, demand):
            return False
        below, above = demand.ends
        self.proof |= {below: lowest, above: highest}
        return True


def _blocks(search: _Search) -> list[tuple[Ints, Ints, list[Demand]]]:
    """Parts that share no atom: (rows, atoms, open demands), only those with demands."""
    matrix = search.rows.matrix
    size, n_atoms = matrix.shape
    entries = matrix.tocoo()
    graph: sp.coo_array[np.float64, tuple[int, int]] = sp.coo_array(
        (np.ones(entries.nnz), (entries.row, entries.col + size)), shape=(size + n_atoms,) * 2
    )
    _, label = connected_components(graph, directed=False)
    grouped: dict[int, list[Demand]] = {}
    for demand in search.open_demands():
        if demand.wide:
            continue
        grouped.setdefault(int(label[demand.row]), []).append(demand)
    return [
        (np.flatnonzero(label[:size] == block), np.flatnonzero(label[size:] == block), inside)
        for block, inside in sorted(grouped.items())
    ]


def _serve_many(search: _Search, turns: int = MOST_TURNS) -> None:
    """Tables that serve many demands at once, per block, until one serves hardly any."""
    for (rows, atoms, _), aware in product(_blocks(search), (False, True)):
        inside = np.zeros(search.rows.value.size, np.bool_)
        inside[rows] = True
        for turn in range(turns):
            todo = [
                d
                for d in search.open_demands()
                if inside[d.row] and d.aware == aware and not d.wide
            ]
            if not todo:
                break
            stride = 1 + len(todo) // AT_ONCE
            some = todo[turn % stride :: stride]
            either = [other for demand in some for other in _alternatives(search, demand)]
            table = _table_for_many(search, rows, atoms, either, turn)
            if table is None or 10 * search.keep(table) < len(some):
                break


def _table_for_many(
    search: _Search, rows: Ints, atoms: Ints, todo: Sequence[Demand], turn: int
) -> Ints | None:
    """A whole-number table that meets as many of `todo` as a linear programme finds at once."""
    aware = todo[0].aware
    low, high = search.ranges(aware=aware)
    lines = rows[(low[rows] > 0) | (high[rows] < NO_LIMIT)]
    body = sp.csr_array(search.rows.matrix[lines][:, atoms]).astype(np.float64)
    body_low = _limits((low - search.rows.value)[lines])
    body_high = _limits((high - search.rows.value)[lines])
    counts = search.component.counts[atoms].astype(np.float64)
    most = float(2 * max(abs(_need(search, demand)) for demand in todo) + 10)
    chosen, start = _chosen(search, atoms, todo, turn, (body, body_low, body_high), most)
    if not chosen:
        return None
    goals = sp.csr_array(search.rows.matrix[[demand.row for demand in chosen]][:, atoms])
    need = np.array([_need(search, demand) for demand in chosen], np.float64)
    matrix = sp.csc_array(sp.vstack([body, goals.astype(np.float64)], format="csc"))
    row_low = np.concatenate([body_low, need])
    up = np.array([demand.up for demand in chosen], np.bool_)
    row_high = np.concatenate([body_high, np.where(up, np.inf, need)])
    whole = repair(
        matrix,
        row_low,
        row_high,
        -counts,
        np.full(atoms.size, most),
        start,
        hard=lines.size,
        steps=STEPS,
        patience=PATIENCE,
    )
    table = None if whole is None else _spread(search, atoms, whole)
    fits = table is not None and _pushed_out(search, table, aware=aware) == []
    return table if fits else None


def _whole(
    search: _Search,
    atoms: Ints,
    matrix: sp.csc_array,
    row_low: Floats,
    row_high: Floats,
    start: Floats,
) -> Ints | None:
    """A whole-number table near the fractional `start` within the same limits, if one is found."""
    counts = search.component.counts[atoms].astype(np.float64)
    start = np.round(start, 6)
    rows = matrix.shape[0]
    whole = repair(matrix, row_low, row_high, -counts, np.ceil(start) + 5, start, hard=rows)
    if whole is None:
        room = ROOM if atoms.size <= FEW_ATOMS else 0
        whole = solve(
            Programme(
                cost=np.zeros(atoms.size),
                matrix=matrix,
                row_low=row_low,
                row_high=row_high,
                low=np.maximum(-counts, np.floor(start) - room),
                high=np.ceil(start) + room,
                whole=np.ones(atoms.size, np.bool_),
            ),
            maximum_nodes=20,
        )
    return None if whole is None else _spread(search, atoms, whole)


def _spread(search: _Search, atoms: Ints, changes: Floats) -> Ints:
    table = np.zeros(search.component.counts.size, np.int64)
    table[atoms] = np.rint(changes).astype(np.int64)
    return table


def _chosen(
    search: _Search,
    atoms: Ints,
    todo: Sequence[Demand],
    turn: int,
    body: tuple[sp.csr_array, Floats, Floats],
    most: float,
) -> tuple[list[Demand], Floats]:
    """Demands that one fractional table can meet together, and that table.

    Each turn prefers other demands."""
    n, k = atoms.size, len(todo)
    rows = sorted({demand.row for demand in todo})
    place = {row: i for i, row in enumerate(rows)}
    where = (np.array([place[d.row] for d in todo], np.int64), np.arange(k))
    need = np.array([_need(search, demand) for demand in todo], np.float64)
    preferred = [1.0 if (demand.row + turn + demand.up) % 2 else 0.7 for demand in todo]
    goals = sp.csr_array(search.rows.matrix[rows][:, atoms]).astype(np.float64)
    step = sp.csr_array((-need, where), shape=(len(rows), k))
    share = sp.csr_array((np.ones(k), where), shape=(len(rows), k))
    blank = np.zeros(len(rows))
    answer = solve(
        Programme(
            cost=np.concatenate([np.zeros(n), -np.array(preferred)]),
            matrix=sp.csc_array(
                sp.block_array([[body[0], None], [goals, step], [None, share]], format="csc")
            ),
            row_low=np.concatenate([body[1], blank, blank]),
            row_high=np.concatenate([body[2], blank, blank + 1.0]),
            low=np.concatenate([-search.component.counts[atoms], np.zeros(k)]).astype(np.float64),
            high=np.concatenate([np.full(n, most), np.ones(k)]),
            whole=np.zeros(n + k, np.bool_),
        )
    )
    if answer is None:
        return [], np.zeros(n)
    met = [demand for demand, part in zip(todo, answer[n:], strict=True) if part > 0.999]
    return met, answer[:n]


def _alternatives(search: _Search, demand: Demand) -> tuple[Demand, ...]:
    """The demand; where any other value will do, one more and one less."""
    value = int(search.rows.value[demand.row])
    if demand.wide:
        (lowest, _), (highest, _) = search.ends(demand)
        room = _need(search, demand)
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


def _need(search: _Search, demand: Demand) -> int:
    return demand.target - int(search.rows.value[demand.row])


def _limits(values: Ints) -> Floats:
    """Integer limits as floats, with infinity for no limit."""
    limits = values.astype(np.float64)
    limits[values > NO_LIMIT // 2] = np.inf
    limits[values < -NO_LIMIT // 2] = -np.inf
    return limits


def _solve_rest(search: _Search) -> None:
    """The integer programme for what is left; hides the cells it could not leave in range."""
    tried = 0
    for demand in search.needed:
        if demand.key in search.proof or (demand.wide and _wide_for_free(search, demand)):
            continue
        tried += 1
        if not demand.wide and tried % AGAIN == 0 and len(search.open_demands()) > 2 * AGAIN:
            _serve_many(search, turns=3)
            if demand.key in search.proof:
                continue
        best: tuple[float, Ints] | None = None
        for width, goal in product(NEIGHBOURHOODS, _alternatives(search, demand)):
            if best is not None and best[0] < 1e-6:
                break
            found = _programme(search, goal, _near(search, demand.row, width))
            if found is not None and (best is None or found[0] < best[0] - 1e-6):
                best = found
        if best is None:
            continue
        _hide_pushed_out(search, best[1], aware=demand.aware)
        if demand.wide:
            search.add(best[1])
            search.credit_wide(demand)
        search.keep(best[1])


def _wide_for_free(search: _Search, demand: Demand) -> bool:
    """Whether a row is uncertain enough by the tables there are, or by some up and some down."""
    if search.credit_wide(demand):
        return True
    value, room = int(search.rows.value[demand.row]), _need(search, demand)
    atoms = _near(search, demand.row, NEIGHBOURHOODS[0])
    for target in (value + room - room // 2, value - room // 2):
        if target < 0:
            continue
        found = _programme(search, replace(demand, target=target, up=target > value), atoms)
        if found is not None and found[0] < 1e-6:
            search.add(found[1])
    return search.credit_wide(demand)


def _near(search: _Search, row: int, width: int) -> Ints:
    """The `width` atoms that share most rows with those of `row`, its own first."""
    matrix = search.rows.matrix
    own = np.zeros(matrix.shape[1], np.int64)
    members = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
    own[members] = 1
    links = abs(matrix)
    score = (links @ own) @ links
    score[members] += 10**6
    order = np.argsort(-score, kind="stable")[:width]
    return np.sort(order[score[order] > 0])


def _weights(search: _Search) -> dict[int, float]:
    """Cost of hiding a shown cell: grows with the logarithm of its count, level and margin."""
    cells = search.component.cells
    levels = cells["niveau"].to_list()
    cuts = cells["uitsplitsing"].to_list()
    values = search.component.values
    return {
        cell: (1.0 + float(np.log1p(values[cell])))
        * LEVEL_WEIGHT.get(levels[cell], 2.0)
        * (1.0 if cuts[cell] else 2.0)
        for cell in np.flatnonzero(search.visible).tolist()
    }


def _programme(search: _Search, demand: Demand, atoms: Ints) -> tuple[float, Ints] | None:
    """The cheapest table (cost, changes) found that meets `demand` by changing only `atoms`.

    Overshoot of what is shown costs its weight; a second round divides the weight by the first
    overshoot, so that few cells pay rather than many a little.
    """
    low, high = search.ranges(aware=demand.aware, insider=demand.insider)
    matrix = sp.csr_array(search.rows.matrix[:, atoms])
    lines = np.flatnonzero((np.diff(matrix.indptr) > 0) & ((low > 0) | (high < NO_LIMIT)))
    lines = lines[lines != demand.row]
    shifted = _shifted(search, demand, atoms, lines, (low, high))
    if shifted is not None:
        return 0.0, shifted
    prices = _weights(search)
    own = set(search.own_cells(demand.insider).tolist())
    own |= {cell for cell, _, _ in search.component.earlier}
    tellers = rows_that_tell(search.component)
    payer = [tellers.get(int(row), int(row)) for row in lines]
    price = np.array(
        [
            np.nan if line in own else prices.get(cell, np.nan)
            for line, cell in zip(lines, payer, strict=True)
        ]
    )
    paying = np.flatnonzero(~np.isnan(price))
    weight = price[paying]
    overshoot = np.zeros(paying.size)
    answer: Floats | None = None
    for turn in range(2):
        if turn:
            weight = price[paying] / (overshoot + 0.25)
        answer = _elastic(search, demand, atoms, lines, paying, weight)
        if answer is None:
            return None
        tail = answer[2 * atoms.size :]
        overshoot = tail[: paying.size] + tail[paying.size :]
        if not (overshoot > 1e-6).any():
            break
    if answer is None:
        return None
    hidden = {payer[i] for i in paying[overshoot > 1e-6]}
    trial = replace(search, visible=search.visible.copy())
    trial.visible[list(hidden)] = False
    low, high = trial.ranges(aware=demand.aware, insider=demand.insider)
    need = _need(search, demand)
    goal = matrix[[demand.row]]
    table = _whole(
        search,
        atoms,
        sp.csc_array(sp.vstack([matrix[lines], goal], format="csc").astype(np.float64)),
        np.append(_limits((low - search.rows.value)[lines]), float(need)),
        np.append(_limits((high - search.rows.value)[lines]), np.inf if demand.up else float(need)),
        answer[: atoms.size] - answer[atoms.size : 2 * atoms.size],
    )
    pushed = None if table is None else _pushed_out(search, table, aware=demand.aware)
    if table is None or pushed is None:
        return None
    return sum(prices[cell] for cell in pushed), table


def _shifted(
    search: _Search, demand: Demand, atoms: Ints, lines: Ints, ranges: tuple[Ints, Ints]
) -> Ints | None:
    """A cheap witness: units of the row are shifted between near atoms until all that is shown
    stays in range; None where that is not found soon."""
    matrix, need = search.rows.matrix, float(_need(search, demand))
    goal = sp.csr_array(matrix[[demand.row]][:, atoms])
    counts = search.component.counts[atoms].astype(np.float64)
    start = np.zeros(atoms.size)
    for atom in goal.indices[np.argsort(-counts[goal.indices], kind="stable")]:
        sign = float(goal[0, atom])
        missing = need - float((goal @ start)[0])
        if missing == 0:
            break
        start[atom] = max(missing * sign, -counts[atom])
    body = sp.csr_array(matrix[lines][:, atoms])
    low, high = ranges
    change = repair(
        sp.csc_array(sp.vstack([body, goal], format="csc").astype(np.float64)),
        np.append(_limits((low - search.rows.value)[lines]), need if demand.up else -np.inf),
        np.append(_limits((high - search.rows.value)[lines]), np.inf if demand.up else need),
        -counts,
        np.full(atoms.size, 2 * abs(need) + 10),
        start,
        hard=lines.size + 1,
        steps=SHIFTS,
    )
    if change is None:
        return None
    table = _spread(search, atoms, change)
    return table if _pushed_out(search, table, aware=demand.aware) == [] else None


def _elastic(
    search: _Search, demand: Demand, atoms: Ints, lines: Ints, paying: Ints, weight: Floats
) -> Floats | None:
    """Changes up, changes down, overshoot below, overshoot above (fractional), at least cost.

    `paying` are the places in `lines` that may overshoot, at `weight` per unit."""
    low, high = search.ranges(aware=demand.aware, insider=demand.insider)
    body = sp.csr_array(search.rows.matrix[lines][:, atoms]).astype(np.float64)
    goal = sp.csr_array(search.rows.matrix[[demand.row]][:, atoms]).astype(np.float64)
    need = _need(search, demand)
    n, k = atoms.size, paying.size
    over = sp.csr_array((np.ones(k), (paying, np.arange(k))), shape=(lines.size, k))
    counts = search.component.counts[atoms].astype(np.float64)
    return solve(
        Programme(
            cost=np.concatenate([np.full(2 * n, 1e-3), weight, weight]),
            matrix=sp.csc_array(
                sp.block_array(
                    [[body, -body, over, -over], [goal, -goal, None, None]], format="csc"
                )
            ),
            row_low=np.append(_limits((low - search.rows.value)[lines]), float(need)),
            row_high=np.append(
                _limits((high - search.rows.value)[lines]), np.inf if demand.up else float(need)
            ),
            low=np.zeros(2 * n + 2 * k),
            high=np.concatenate([np.full(n, 2.0 * abs(need) + 10), counts, np.full(2 * k, np.inf)]),
            whole=np.zeros(2 * n + 2 * k, np.bool_),
        )
    )


def _pushed_out(search: _Search, table: Ints, *, aware: bool) -> list[int] | None:
    """Shown cells to hide so that `table` agrees with the rest; None where that does not help."""
    if (search.component.counts + table < 0).any():
        return None
    low, high = search.ranges(aware=aware)
    reached = search.rows.value + search.rows.matrix @ table
    tellers = rows_that_tell(search.component)
    cells = set()
    for row in np.flatnonzero((reached < low) | (reached > high)).tolist():
        cell = tellers.get(row, row)
        if cell >= search.visible.size or not search.visible[cell]:
            return None
        cells.add(cell)
    trial = replace(search, visible=search.visible.copy())
    trial.visible[list(cells)] = False
    return sorted(cells) if trial.agrees(reached, aware=aware) else None


def _hide_pushed_out(search: _Search, table: Ints, *, aware: bool) -> None:
    cells = _pushed_out(search, table, aware=aware)
    if cells:
        search.visible = search.visible.copy()
        search.visible[cells] = False


def _show_again(search: _Search) -> None:
    """Show extra hidden cells that, in the end, every witness in use leaves in range.

    A cell that is shown needs no witness of its own any more, which may free others.
    """
    extra = np.flatnonzero(~search.visible & ~search.first)
    prices = _weights(replace(search, visible=~search.first))
    aware = {d.key for d in search.needed if d.aware}
    left = sorted(extra.tolist(), key=lambda cell: (-prices[cell], cell))
    for cell in left:
        own = Demand(cell, 0, up=False, wide=True).ends
        proof = {key: i for key, i in search.proof.items() if key not in own}
        trial = replace(search, visible=search.visible.copy(), proof=proof)
        trial.visible[cell] = True
        used = sorted({(i, key in aware) for key, i in proof.items() if i >= 0})
        if all(trial.agrees(search.reached[i], aware=told) for i, told in used):
            search.visible, search.proof = trial.visible, proof
            search.needed = demands(search.component, search.rows, search.visible)


def _outcome(component: Component, search: _Search) -> Protection:
    visible = search.visible
    published = round_counts(component.values, component.rounding)
    status = np.where(visible, "zichtbaar", "afgeschermd")
    status = np.where(component.left_out, LEFT_OUT, status)
    reason = np.where(visible, "", np.where(search.first, "eerst", "extra"))
    reason = np.where(component.left_out, "", reason)
    cells = component.cells.select("cel", *KEY, "deel").with_columns(
        pl.Series("status", status, pl.String),
        pl.Series("gepubliceerd", published).set(pl.Series(~visible), None),
        pl.Series("reden", reason, pl.String),
    )
    used = sorted(set(search.proof.values()) - {-1})
    place = {old: new for new, old in enumerate(used)}
    witnesses = tuple(
        Witness(np.flatnonzero(search.tables[i]).astype(np.int64), _nonzero(search.tables[i]))
        for i in used
    )
    proof = {key: place[index] for key, index in sorted(search.proof.items()) if index >= 0}
    draft = Protection(
        name=component.name,
        cells=cells,
        visible=visible,
        published=np.where(visible, published, 0),
        witnesses=witnesses,
        proof=proof,
        proof_hash=proof_hash(witnesses, proof),
        verdict=Verdict(component.name, False, len(search.needed), len(witnesses), 0, ()),
    )
    return replace(draft, verdict=certify(component, draft))


def _nonzero(table: Ints) -> Ints:
    changes: Ints = table[table != 0].astype(np.int64)
    return changes
