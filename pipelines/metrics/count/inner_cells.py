"""Atoms: units that count in exactly the same cells, and how many there are of each kind.

Disclosure control reasons about these; over the atoms with a cell it adds up to that cell.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
import pyarrow as pa

from pipelines.metrics.count.unit_records import NONE, Ints, Marks, Owners

BLOCK = 100_000  # rows laid out beside each other at a time
_ATOMS = pl.Schema([("aantal", pl.Int64()), ("cellen", pl.List(pl.Int32()))])


@dataclass(frozen=True)
class Layer:
    """Where rows count in one grid: `at` per row a place or NONE, where `told` at all.

    `cel`: per place its cell.
    """

    at: Ints
    told: Marks
    cel: Ints

    def cells(self, rows: Ints) -> Ints:
        places = self.at[rows]
        if self.cel.size == 0:  # a grid without a cell: what it divides by was not delivered
            return np.full(rows.size, NONE, dtype=np.int32)
        here = self.told[rows] & (places != NONE)
        return np.where(here, self.cel[places], np.int32(NONE))


def gather(layers: Sequence[Layer], units: Owners, amounts: Ints | None) -> pl.DataFrame:
    """Atoms of the units that count in any cell: aantal (> 0) and cellen (sorted, each once).

    amounts: what a row adds, where rows are added up instead of counted; rows without are no unit.
    """
    counts = np.ones(units.number.size, dtype=np.int64) if amounts is None else amounts
    told = (units.number != NONE) & (counts > 0)
    found = [pl.DataFrame(schema=_ATOMS)]
    for rows in _blocks(np.flatnonzero(told & ~units.often)):
        laid_out = np.stack([layer.cells(rows) for layer in layers], axis=1)
        found.append(_atoms(np.arange(rows.size), laid_out, counts[rows]))
    more = np.flatnonzero(told & units.often)
    if more.size:
        present = np.zeros(units.count, dtype=np.int64)
        present[units.number[more]] = 1
        owner = (np.cumsum(present) - 1)[units.number[more]]
        laid_out = np.stack([layer.cells(more) for layer in layers], axis=1)
        found.append(_atoms(owner, laid_out, np.ones(present.sum(), dtype=np.int64)))
    atoms = pl.concat(found).group_by("cellen").agg(pl.col("aantal").sum())
    return atoms.select("aantal", "cellen").sort("cellen")


def _blocks(rows: Ints) -> Iterator[Ints]:
    for start in range(0, rows.size, BLOCK):
        yield rows[start : start + BLOCK]


def _atoms(owner: Ints, laid_out: Ints, counts: Ints) -> pl.DataFrame:
    """Per owner the cells of all its rows. `owner`: of each row laid out; `counts`: per owner."""
    laid_out.sort(axis=1)
    fresh = laid_out != NONE
    fresh[:, 1:] &= laid_out[:, 1:] != laid_out[:, :-1]
    cells, owners = laid_out[fresh], np.repeat(owner, fresh.sum(axis=1))
    if owner.size != counts.size:  # several rows of one owner: sorted and told apart again
        widest = int(cells.max(initial=0)) + 1
        packed = pl.Series(owners * widest + cells).sort().to_numpy()
        packed = packed[np.diff(packed, prepend=NONE) != 0]
        cells, owners = (packed % widest).astype(np.int32), packed // widest
    ends = np.cumsum(np.bincount(owners, minlength=counts.size))
    lists = pa.ListArray.from_arrays(np.append(0, ends).astype(np.int32), cells.astype(np.int32))
    atoms = pl.DataFrame({"aantal": counts, "cellen": pl.Series(lists, dtype=pl.List(pl.Int32))})
    return (
        atoms.filter(pl.col("cellen").list.len() > 0).group_by("cellen").agg(pl.col("aantal").sum())
    ).select("aantal", "cellen")
