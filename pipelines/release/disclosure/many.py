"""Tables that prove many demands at once: one linear programme, made whole by shifting units."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product

import numpy as np
import scipy.sparse as sp
from scipy.sparse.csgraph import connected_components

from pipelines.release.disclosure.numbers import Ints
from pipelines.release.disclosure.problem import (
    Demand,
)
from pipelines.release.disclosure.repair import repair
from pipelines.release.disclosure.search import (
    Search,
    alternatives,
    limits,
    needed_move,
    pushed_out,
    spread,
)
from pipelines.release.disclosure.solver import Floats, Programme, solve

AT_ONCE = 250
"""At most about so many demands are put to one linear programme."""
MOST_TURNS = 20
"""At most so many tables per block that serve many demands at once."""
STEPS, PATIENCE = 400, 100
"""Steps in which a table that serves many demands is made whole, and those without giving up."""


def serve_many(search: Search, turns: int = MOST_TURNS) -> None:
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
            either = [other for demand in some for other in alternatives(search, demand)]
            table = _table_for_many(search, rows, atoms, either, turn)
            if table is None or 10 * search.keep(table) < len(some):
                break


def _blocks(search: Search) -> list[tuple[Ints, Ints, list[Demand]]]:
    """Parts that share no atom: (rows, atoms, open demands), only those with demands.

    Counts of one large system are parts of their own; the rows that tie them stand with each."""
    matrix = search.rows.matrix
    size, n_atoms = matrix.shape
    apart = search.component.atoms_apart
    tied = search.rows.tied(apart) & (not search.together)
    entries = sp.csr_array(matrix[np.flatnonzero(~tied)]).tocoo()
    own = np.flatnonzero(~tied)[entries.row]
    graph: sp.coo_array[np.float64, tuple[int, int]] = sp.coo_array(
        (np.ones(entries.nnz), (own, entries.col + size)), shape=(size + n_atoms,) * 2
    )
    _, label = connected_components(graph, directed=False)
    grouped: dict[int, list[Demand]] = {}
    for demand in search.open_demands():
        if demand.wide:
            continue
        grouped.setdefault(int(label[demand.row]), []).append(demand)
    found = []
    for block, inside in sorted(grouped.items()):
        atoms = np.flatnonzero(label[size:] == block)
        touched = tied & (np.diff(sp.csr_array(matrix[:, atoms]).indptr) > 0)
        found.append((np.flatnonzero((label[:size] == block) | touched), atoms, inside))
    return found


def _table_for_many(
    search: Search, rows: Ints, atoms: Ints, todo: Sequence[Demand], turn: int
) -> Ints | None:
    """A whole-number table that meets as many of `todo` as a linear programme finds at once."""
    aware = todo[0].aware
    low, high = search.ranges(aware=aware)
    lines = rows[search.rows.telling(low, high)[rows]]
    body = sp.csr_array(search.rows.matrix[lines][:, atoms]).astype(np.float64)
    body_low = limits((low - search.rows.value)[lines])
    body_high = limits((high - search.rows.value)[lines])
    counts = search.component.counts[atoms].astype(np.float64)
    most = float(2 * max(abs(needed_move(search, demand)) for demand in todo) + 10)
    chosen, start = _chosen(search, atoms, todo, turn, (body, body_low, body_high), most)
    if not chosen:
        return None
    goals = sp.csr_array(search.rows.matrix[[demand.row for demand in chosen]][:, atoms])
    need = np.array([needed_move(search, demand) for demand in chosen], np.float64)
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
    table = None if whole is None else spread(search, atoms, whole)
    fits = table is not None and pushed_out(search, table, aware=aware) == []
    return table if fits else None


def _chosen(
    search: Search,
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
    need = np.array([needed_move(search, demand) for demand in todo], np.float64)
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
