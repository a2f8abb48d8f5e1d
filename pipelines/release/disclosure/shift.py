"""Cheap witnesses: move single units between atoms inside the rounding slack, without a solver.

A move takes a unit out of one atom, puts one in another, or both. Rows are bits of Python
integers, so that "does this move push anything shown out of its range" is two ANDs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import scipy.sparse as sp

from pipelines.release.disclosure.numbers import Ints

NONE = -1


class Shifter:
    """A table that is being changed, move by move, and never disagrees with what is shown.

    `matrix` rows x atoms (int64 csr); `value` per row; ranges `low`, `high` per row; `counts` per
    atom. Only entries of -1, 0 and 1 are moved; atoms with a larger entry stay as they are.
    """

    def __init__(
        self, matrix: sp.csr_array, value: Ints, low: Ints, high: Ints, counts: Ints
    ) -> None:
        self._rows = matrix
        self._columns = sp.csc_array(matrix)
        columns = self._columns
        n_atoms = counts.size
        self.plus = [0] * n_atoms
        self.minus = [0] * n_atoms
        self._entries: list[list[tuple[int, int]]] = []
        self._fixed = 0
        for atom in range(n_atoms):
            where = slice(columns.indptr[atom], columns.indptr[atom + 1])
            entries = list(
                zip(columns.indices[where].tolist(), columns.data[where].tolist(), strict=True)
            )
            self._entries.append(entries)
            for row, sign in entries:
                if sign > 0:
                    self.plus[atom] |= 1 << row
                else:
                    self.minus[atom] |= 1 << row
                if abs(sign) > 1:
                    bit = 1 << (value.size + atom)
                    self.plus[atom] |= bit
                    self._fixed |= bit
        self._value0, self._counts0 = value.tolist(), counts.tolist()
        self._low, self._high = low.tolist(), high.tolist()
        self.reset()

    def reset(self) -> None:
        """Back to the true table."""
        self.value: list[int] = list(self._value0)
        self.counts: list[int] = list(self._counts0)
        self._full = self._empty = self._fixed
        for row in range(len(self.value)):
            self._mark(row)

    def free(self, row: int) -> None:
        """Row `row` is not shown any more: only its own sign limits it."""
        self._low[row], self._high[row] = -(2**40), 2**40
        self._mark(row)

    def changes(self) -> Ints:
        """Change per atom since the true table."""
        return np.array(self.counts, np.int64) - np.array(self._counts0, np.int64)

    def reach(self, row: int, target: int, widest: int) -> bool:
        """Move until `row` has value `target`; undone and False where no move is left.

        `widest` limits how many neighbouring atoms are tried against each atom of the row.
        """
        if self.value[row] == target:
            return True
        near, inside, against = self._neighbours(row, widest)
        done: list[tuple[int, int]] = []
        while self.value[row] != target:
            move = self._find(self.value[row] < target, near, inside, against)
            if move is None:
                for out, into in reversed(done):
                    self._apply(into, out)
                return False
            self._apply(*move)
            done.append(move)
        return True

    def _mark(self, row: int) -> None:
        bit = 1 << row
        value = self.value[row]
        self._full = self._full | bit if value >= self._high[row] else self._full & ~bit
        self._empty = self._empty | bit if value <= self._low[row] else self._empty & ~bit

    def _apply(self, out: int, into: int) -> None:
        for atom, step in ((out, -1), (into, 1)):
            if atom == NONE:
                continue
            self.counts[atom] += step
            for row, sign in self._entries[atom]:
                self.value[row] += step * sign
        for atom in (out, into):
            if atom != NONE:
                for row, _ in self._entries[atom]:
                    self._mark(row)

    def _neighbours(self, row: int, widest: int) -> tuple[list[int], list[int], list[int]]:
        """Atoms that share most rows with those of `row` first; atoms in it; atoms against it."""
        where = slice(self._rows.indptr[row], self._rows.indptr[row + 1])
        members = self._rows.indices[where]
        signs = self._rows.data[where]
        touched = np.asarray(np.abs(self._columns[:, members]).sum(axis=1)).ravel()
        score = np.asarray(touched @ abs(self._columns)).ravel()
        score[members] = -1
        order = np.argsort(-score, kind="stable")
        near = order[: max(0, min(widest, order.size - members.size))]
        return near.tolist(), members[signs > 0].tolist(), members[signs < 0].tolist()

    def _find(
        self, up: bool, near: Sequence[int], inside: Sequence[int], against: Sequence[int]
    ) -> tuple[int, int] | None:
        """A (out, into) that changes the row by one and fits; the least disturbing first."""
        for own, takes in ((inside, not up), (against, up)):
            for atom in own:
                if takes and not self.counts[atom]:
                    continue
                for other in self._others(takes, near):
                    move = (atom, other) if takes else (other, atom)
                    if self._fits(*move):
                        return move
        return None

    def _others(self, takes: bool, near: Sequence[int]) -> Iterator[int]:
        for other in near:
            if takes or self.counts[other]:
                yield other
        yield NONE

    def _fits(self, out: int, into: int) -> bool:
        out_plus, out_minus = (0, 0) if out == NONE else (self.plus[out], self.minus[out])
        in_plus, in_minus = (0, 0) if into == NONE else (self.plus[into], self.minus[into])
        if in_plus & out_minus or in_minus & out_plus:
            return False
        rising = (in_plus & ~out_plus) | (out_minus & ~in_minus)
        if rising & self._full:
            return False
        falling = (out_plus & ~in_plus) | (in_minus & ~out_minus)
        return not falling & self._empty
