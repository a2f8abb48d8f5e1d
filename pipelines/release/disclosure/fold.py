"""Tables that are left out whole, because what they leave unsaid would be said by their marks.

Four schools with one pupil each, under a kind of school with four: whoever takes every mark for 1
to 4 reads all five, and no further mark prevents that. So a table (of one count, a level by a
breakdown, in this school year) is not released at all. Which one: what mends the most for the
fewest numbers lost, and never the whole without a breakdown while there is another.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np
import polars as pl
import scipy.sparse as sp

from pipelines.release.disclosure.numbers import NO_LIMIT, Bools, Ints
from pipelines.release.disclosure.possible import with_possible_atoms
from pipelines.release.disclosure.problem import Component, Protection
from pipelines.release.disclosure.rows import Rows, rows_of
from pipelines.release.disclosure.rules import aware_ranges
from pipelines.release.disclosure.solver import Floats, Programme, solve

TABLE = ("schooljaar", "niveau", "uitsplitsing")
FINEST_FIRST = ("vestiging", "aanbieder", "wijk", "onderwijssoort", "gemeente", "totaal")
MOST_MOVED = 50.0  # units by which an atom may change in the trial
EDGE = 1e-6

Table = tuple[str, str, str, str]


def to_fold(component: Component, protection: Protection) -> tuple[int, ...]:
    """`component.folded` and the cells of one more table; empty where no table would help.

    `protection` is that of `component`, and its verdict names rows that can be read.
    """
    whole = with_possible_atoms(component)
    rows = rows_of(whole)
    tables = _tables(component)
    lost = {table: int(protection.visible[cells].sum()) for table, cells in tables.items()}
    told, _ = aware_ranges(whole, rows, protection.visible)
    row = protection.verdict.readable[0]
    small = np.flatnonzero((told[: component.cells.height] == 1) & ~component.left_out)
    beside = {cell for cell in small.tolist() if _share_units(rows, row, cell)} | {row}
    candidates = sorted(
        (table for table, cells in tables.items() if beside & set(cells.tolist())),
        key=lambda table: (table[1:3] == ("totaal", ""), lost[table], _fineness(table)),
    )
    for table in candidates:
        trial = replace(whole, folded=_with(component, tables[table]))
        if row in trial.folded or _varies(trial, rows, protection.visible, row):
            return trial.folded
    return _with(component, tables[candidates[0]]) if candidates else ()


def whole_tables(component: Component, never: Iterable[int] = ()) -> bool:
    """Whether no table is left out for a part of its cells only; `never`: cells that are not in
    any table of now."""
    out, apart = component.left_out, np.zeros(component.cells.height, np.bool_)
    apart[list(never)] = True
    inside = (cells[~apart[cells]] for cells in _tables(component).values())
    return bool(out[apart].all()) and all(
        out[cells].all() or not out[cells].any() for cells in inside
    )


def _tables(component: Component) -> dict[Table, Ints]:
    of = [*TABLE, "meting"]
    frame = component.cells.select(*of, pl.col("cel").cast(pl.Int64))
    found = frame.group_by(of, maintain_order=True).agg("cel").sort(of)
    return {tuple(table): np.array(cells, np.int64) for *table, cells in found.iter_rows()}


def _with(component: Component, cells: Iterable[int]) -> tuple[int, ...]:
    return tuple(sorted({*component.folded, *(int(cell) for cell in cells)}))


def _fineness(table: Table) -> tuple[bool, int, Table]:
    _, level, cut, _ = table
    place = FINEST_FIRST.index(level) if level in FINEST_FIRST else 0
    return not cut, place, table


def _share_units(rows: Rows, one: int, other: int) -> bool:
    return bool(rows.matrix[[one]].multiply(rows.matrix[[other]]).nnz)


def _varies(component: Component, rows: Rows, visible: Bools, row: int) -> bool:
    """Whether a reader who is told what is small can think of another value of a row."""
    low, high = aware_ranges(component, rows, visible & ~component.left_out)
    lines = np.flatnonzero((low > 0) | (high < NO_LIMIT))
    goal = rows.matrix[[row]].toarray()[0].astype(np.float64)
    for sign in (1.0, -1.0):
        found = solve(
            Programme(
                cost=sign * goal,
                matrix=sp.csc_array(rows.matrix[lines].astype(np.float64)),
                row_low=_limits((low - rows.value)[lines]),
                row_high=_limits((high - rows.value)[lines]),
                low=-component.counts.astype(np.float64),
                high=np.full(component.counts.size, MOST_MOVED),
                whole=np.zeros(component.counts.size, np.bool_),
            )
        )
        if found is not None and abs(float(goal @ found)) >= 1 - EDGE:
            return True
    return False


def _limits(values: Ints) -> Floats:
    limits = values.astype(np.float64)
    limits[np.abs(limits) > NO_LIMIT // 2] *= np.inf
    return limits
