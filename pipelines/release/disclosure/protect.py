"""Which further cells must be hidden so that nothing hidden can be worked out, with the proof.

In fixed order and without randomness: cheap witnesses that serve many cells at once; then one by
one; then, with atoms that are possible but do not occur; then an integer programme that pays for
every shown cell it has to hide. Hidden sets only grow, so earlier witnesses stay valid.
Source: disclosure.md ("Algorithm").
"""

from __future__ import annotations

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np
import polars as pl
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from pipelines.errors import ReleaseRefused
from pipelines.release.disclosure.check import certify, proof_hash
from pipelines.release.disclosure.numbers import NO_LIMIT, Bools, Ints, round_counts
from pipelines.release.disclosure.possible import with_possible_atoms
from pipelines.release.disclosure.problem import (
    KEY,
    Component,
    Demand,
    Protection,
    Rows,
    Verdict,
    Witness,
    rows_of,
)
from pipelines.release.disclosure.rules import (
    demands,
    first_hidden,
    known_ranges,
    rows_that_tell,
)
from pipelines.release.disclosure.shift import Shifter
from pipelines.release.disclosure.solver import Programme, solve

STACK_WIDTH = 150
"""Neighbouring atoms tried per atom while one table serves many demands."""
NEIGHBOURHOODS = (120, 500, 100_000)
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
    """Hide, round and prove one component; the verdict says whether the proof is complete."""
    search = _Search.start(component)
    _shift_many(search)
    _shift_one_by_one(search)
    if search.open_demands():
        search = search.widened(with_possible_atoms(component))
        _shift_one_by_one(search)
        _solve_rest(search)
    _show_again(search)
    return _outcome(component, search)


def protect_all(components: Sequence[Component], *, processes: int = 1) -> list[Protection]:
    """Protect independent components, in order; with `processes` > 1 side by side.

    Raises ReleaseRefused naming every table of which a witness is missing.
    """
    if processes > 1 and len(components) > 1:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(processes, mp_context=context) as pool:
            protections = list(pool.map(protect, components))
    else:
        protections = [protect(component) for component in components]
    refuse_unsafe([protection.verdict for protection in protections])
    return protections


def refuse_unsafe(verdicts: Sequence[Verdict]) -> None:
    """Raise ReleaseRefused when a verdict is not safe; names tables and reasons, no values."""
    refused = [verdict for verdict in verdicts if not verdict.safe]
    if not refused:
        return
    named = "; ".join(f"{verdict.name} ({', '.join(verdict.reasons)})" for verdict in refused)
    raise ReleaseRefused(
        f"De uitgave is niet gepubliceerd: voor deze tabellen ontbreekt het bewijs dat kleine "
        f"aantallen niet te herleiden zijn: {named}."
    )


@dataclass(eq=False)
class _Search:
    """State of one search: what is shown, which tables (changes to atoms) were found, what they
    prove. `tables` holds one change vector per witness."""

    component: Component
    rows: Rows
    needed: tuple[Demand, ...]
    first: Bools
    visible: Bools
    tables: list[Ints] = field(default_factory=list)
    proof: dict[tuple[int, bool], int] = field(default_factory=dict)

    @classmethod
    def start(cls, component: Component) -> _Search:
        rows = rows_of(component)
        first = first_hidden(component, rows)
        return cls(component, rows, demands(component, rows), first, ~first)

    def widened(self, component: Component) -> _Search:
        extra = component.counts.size - self.component.counts.size
        tables = [np.concatenate([table, np.zeros(extra, np.int64)]) for table in self.tables]
        return replace(self, component=component, rows=rows_of(component), tables=tables)

    def ranges(self) -> tuple[Ints, Ints]:
        return known_ranges(self.component, self.rows, self.visible)

    def open_demands(self) -> list[Demand]:
        return [demand for demand in self.needed if (demand.row, demand.up) not in self.proof]

    def keep(self, table: Ints) -> int:
        """Credit every open demand that `table` meets; keep it where there is one."""
        reached = self.rows.value + self.rows.matrix @ table
        met = [
            demand
            for demand in self.open_demands()
            if (reached[demand.row] >= demand.target if demand.up else reached[demand.row] == 0)
        ]
        if met:
            self.proof.update({(demand.row, demand.up): len(self.tables) for demand in met})
            self.tables.append(table)
        return len(met)


def _blocks(search: _Search) -> list[tuple[Ints, Ints, list[Demand]]]:
    """Parts that share no atom: (rows, atoms, open demands), only those with demands."""
    matrix = search.rows.matrix
    size = matrix.shape[0]
    links = abs(matrix)
    graph = sp.block_array([[None, links], [links.T, None]], format="csr")
    _, label = connected_components(graph, directed=False)
    grouped: dict[int, list[Demand]] = {}
    for demand in search.open_demands():
        grouped.setdefault(int(label[demand.row]), []).append(demand)
    return [
        (np.flatnonzero(label[:size] == block), np.flatnonzero(label[size:] == block), inside)
        for block, inside in sorted(grouped.items())
    ]


def _shifter(search: _Search, rows: Ints, atoms: Ints) -> Shifter:
    low, high = search.ranges()
    matrix = search.rows.matrix[rows][:, atoms]
    return Shifter(
        sp.csr_array(matrix),
        search.rows.value[rows],
        low[rows],
        high[rows],
        search.component.counts[atoms],
    )


def _table(search: _Search, atoms: Ints, shifter: Shifter) -> Ints:
    table = np.zeros(search.component.counts.size, np.int64)
    table[atoms] = shifter.changes()
    return table


def _shift_many(search: _Search) -> None:
    """Witnesses that serve many demands: pile moves on one table as long as they fit."""
    for rows, atoms, _ in _blocks(search):
        shifter = _shifter(search, rows, atoms)
        place = {int(row): i for i, row in enumerate(rows)}
        while True:
            todo = [demand for demand in search.open_demands() if demand.row in place]
            if not todo:
                break
            shifter.reset()
            taken: set[int] = set()
            reached = 0
            for demand in todo:
                if demand.row in taken:
                    continue
                if shifter.reach(place[demand.row], demand.target, STACK_WIDTH):
                    taken.add(demand.row)
                    reached += 1
            credited = search.keep(_table(search, atoms, shifter)) if reached else 0
            if 4 * credited < len(todo) ** 0.5 or not credited:
                break


def _shift_one_by_one(search: _Search) -> None:
    """For each open demand its own table, trying all atoms."""
    for rows, atoms, _ in _blocks(search):
        shifter = _shifter(search, rows, atoms)
        place = {int(row): i for i, row in enumerate(rows)}
        for demand in search.needed:
            if demand.row not in place or (demand.row, demand.up) in search.proof:
                continue
            shifter.reset()
            if shifter.reach(place[demand.row], demand.target, atoms.size):
                search.keep(_table(search, atoms, shifter))


def _solve_rest(search: _Search) -> None:
    """The integer programme for what is left; hides the cells it could not leave in range."""
    for demand in search.needed:
        if (demand.row, demand.up) in search.proof:
            continue
        best: tuple[float, Ints] | None = None
        for width in NEIGHBOURHOODS:
            atoms = _near(search, demand.row, width)
            found = _programme(search, demand, atoms)
            if found is not None and (best is None or found[0] < best[0] - 1e-6):
                best = found
            if (best is not None and best[0] < 1e-6) or atoms.size < width:
                break
        if best is None:
            continue
        _hide_pushed_out(search, best[1])
        search.keep(best[1])


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
    """The cheapest table (cost, changes) that meets `demand` by changing only `atoms`."""
    low, high = search.ranges()
    matrix = sp.csr_array(search.rows.matrix[:, atoms])
    touched = np.diff(matrix.indptr) > 0
    bounded = touched & ((low > -NO_LIMIT) | (high < NO_LIMIT))
    bounded[demand.row] = False
    lines = np.flatnonzero(bounded)
    counts, value = search.component.counts[atoms], search.rows.value
    need = demand.target - int(value[demand.row])
    most = abs(need) + 2 * int(search.rows.threshold[demand.row])
    reach = counts.sum() + most * atoms.size
    tellers = rows_that_tell(search.component)
    prices = _weights(search)
    payers = [tellers.get(int(row), int(row)) for row in lines]
    paid = sorted({cell for cell in payers if cell in prices})
    column = {cell: atoms.size + i for i, cell in enumerate(paid)}
    soft = [(i, column[cell]) for i, cell in enumerate(payers) if cell in column]
    slack = np.zeros((2, lines.size))
    for i, _ in soft:
        slack[:, i] = min(float(reach), 1e5)
    body = matrix[lines].astype(np.float64)
    where = (
        np.array([i for i, _ in soft], np.int64),
        np.array([j - atoms.size for _, j in soft], np.int64),
    )
    relax = [
        sp.csr_array((sign * slack[k][where[0]], where), shape=(lines.size, len(paid)))
        for k, sign in ((0, 1.0), (1, -1.0))
    ]
    goal = matrix[[demand.row]].astype(np.float64)
    blank = sp.csr_array((1, len(paid)))
    low_known, high_known = low[lines] > -NO_LIMIT, high[lines] < NO_LIMIT
    system = sp.vstack(
        [
            sp.hstack([body, relax[0]])[low_known],
            sp.hstack([body, relax[1]])[high_known],
            sp.hstack([goal, blank]),
        ],
        format="csc",
    )
    infinite = np.inf
    row_low = np.concatenate(
        [
            (low - value)[lines][low_known],
            np.full(int(high_known.sum()), -infinite),
            [need],
        ]
    ).astype(np.float64)
    row_high = np.concatenate(
        [
            np.full(int(low_known.sum()), infinite),
            (high - value)[lines][high_known],
            [infinite if demand.up else need],
        ]
    ).astype(np.float64)
    answer = solve(
        Programme(
            cost=np.concatenate([np.full(atoms.size, 0.0), [prices[cell] for cell in paid]]),
            matrix=system,
            row_low=row_low,
            row_high=row_high,
            low=np.concatenate([-counts, np.zeros(len(paid))]).astype(np.float64),
            high=np.concatenate([np.full(atoms.size, most), np.ones(len(paid))]).astype(float),
            whole=np.ones(atoms.size + len(paid), np.bool_),
        )
    )
    if answer is None:
        return None
    table = np.zeros(search.component.counts.size, np.int64)
    table[atoms] = np.rint(answer[: atoms.size]).astype(np.int64)
    pushed = _pushed_out(search, table)
    if pushed is None:
        return None
    return sum(prices[cell] for cell in pushed), table


def _pushed_out(search: _Search, table: Ints) -> list[int] | None:
    """Shown cells to hide so that `table` agrees with the rest; None where that does not help."""
    low, high = search.ranges()
    reached = search.rows.value + search.rows.matrix @ table
    tellers = rows_that_tell(search.component)
    cells = set()
    for row in np.flatnonzero((reached < low) | (reached > high)).tolist():
        cell = tellers.get(row, row)
        if cell >= search.visible.size or not search.visible[cell]:
            return None
        cells.add(cell)
    if cells:
        hidden = search.visible.copy()
        hidden[list(cells)] = False
        low, high = known_ranges(search.component, search.rows, hidden)
        if ((reached < low) | (reached > high)).any():
            return None
    if (search.component.counts + table < 0).any():
        return None
    return sorted(cells)


def _hide_pushed_out(search: _Search, table: Ints) -> None:
    cells = _pushed_out(search, table)
    if cells:
        search.visible = search.visible.copy()
        search.visible[cells] = False


def _show_again(search: _Search) -> None:
    """Show extra hidden cells that, in the end, every witness leaves in range."""
    extra = np.flatnonzero(~search.visible & ~search.first)
    if not extra.size:
        return
    prices = _weights(replace(search, visible=~search.first))
    changes = np.stack(search.tables, axis=1)
    reached = search.rows.value[:, None] + search.rows.matrix @ changes
    for cell in sorted(extra.tolist(), key=lambda cell: (-prices[cell], cell)):
        trial = search.visible.copy()
        trial[cell] = True
        low, high = known_ranges(search.component, search.rows, trial)
        if ((reached >= low[:, None]) & (reached <= high[:, None])).all():
            search.visible = trial


def _outcome(component: Component, search: _Search) -> Protection:
    visible = search.visible
    published = round_counts(component.values, component.rounding)
    status = np.where(visible, "zichtbaar", "afgeschermd")
    reason = np.where(visible, "", np.where(search.first, "eerst", "extra"))
    cells = component.cells.select("cel", *KEY, "deel").with_columns(
        pl.Series("status", status, pl.String),
        pl.Series("gepubliceerd", published).set(pl.Series(~visible), None),
        pl.Series("reden", reason, pl.String),
    )
    used = sorted(set(search.proof.values()))
    place = {old: new for new, old in enumerate(used)}
    witnesses = tuple(
        Witness(np.flatnonzero(search.tables[i]).astype(np.int64), _nonzero(search.tables[i]))
        for i in used
    )
    proof = {key: place[index] for key, index in sorted(search.proof.items())}
    draft = Protection(
        name=component.name,
        cells=cells,
        visible=visible,
        published=np.where(visible, published, 0),
        witnesses=witnesses,
        proof=proof,
        proof_hash=proof_hash(witnesses, proof),
        verdict=Verdict(component.name, False, len(search.needed), len(witnesses), ()),
    )
    return replace(draft, verdict=certify(component, draft))


def _nonzero(table: Ints) -> Ints:
    return table[table != 0].astype(np.int64)
