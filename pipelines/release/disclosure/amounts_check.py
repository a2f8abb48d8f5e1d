"""The checker of amounts: small, without a solver, and apart from what searches for witnesses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

TOLERANCE = 0.01  # euro: what floating point may be off


@dataclass(frozen=True, eq=False)
class AmountTable:
    """Cells as sums of atoms: `values` = `incidence` @ `counts` (euro).

    `published` is what a shown cell says; the truth lies within `margin` of it. `told_low` and
    `told_high`: what earlier releases said of a cell and still can be true (0 and inf: nothing).
    A hidden amount has to stay uncertain by the share `p` of itself (per cell) and by `least`.
    """

    incidence: sp.csr_array
    counts: Floats
    values: Floats
    published: Floats
    margin: Floats
    told_low: Floats
    told_high: Floats
    p: Floats
    least: float = 0.0

    @property
    def told(self) -> Bools:
        """Cells of which an earlier release said something that cannot be taken back."""
        return np.isfinite(self.told_high)

    def moved(self, change: Floats) -> Floats:
        """Change of every cell when the atoms change."""
        return np.asarray(self.incidence @ change, np.float64)

    def needed(self, cell: int, sign: int) -> float:
        """How far a hidden cell has to be able to move; down no further than to nothing."""
        value = float(self.values[cell])
        far = max(float(self.p[cell]) * value, self.least)
        return min(far, value) if sign < 0 else far

    def serves(self, change: Floats, cell: int, sign: int) -> bool:
        """Whether a change of the atoms moves this cell far enough."""
        return bool(self.moved(change)[cell] * sign >= self.needed(cell, sign) - TOLERANCE / 10)

    def range_of(self, visible: Bools) -> tuple[Floats, Floats]:
        """What a reader knows of each cell: a range where it is shown, not negative otherwise.

        A shown zero is zero exactly.
        """
        zero = self.values == 0
        low = np.where(visible, np.maximum(self.published - self.margin, 0), 0.0)
        high = np.where(visible, self.published + self.margin, np.inf)
        low = np.where(visible & zero, 0.0, np.maximum(low, self.told_low))
        return low, np.where(visible & zero, 0.0, np.minimum(high, self.told_high))


@dataclass(frozen=True, eq=False)
class Move:
    """A witness: with `change` to the atoms, `cell` moves down (-1) or up (1) far enough."""

    cell: int
    sign: int
    change: Floats


@dataclass(frozen=True, eq=False)
class Proof:
    """Which cells are shown, which had to be hidden for what they hold, and a witness for each
    that is not shown, both ways."""

    visible: Bools
    first: Bools
    moves: tuple[Move, ...]


def faults(table: AmountTable, proof: Proof) -> list[str]:
    """Every reason why the proof does not hold, without values; empty when it holds."""
    wrong: list[str] = []
    if (proof.visible & proof.first).any():
        wrong.append("een cel die verborgen hoort te zijn is zichtbaar")
    low, high = table.range_of(proof.visible)
    proved: set[tuple[int, int]] = set()
    for move in proof.moves:
        reached = table.values + table.moved(move.change)
        if (table.counts + move.change < -TOLERANCE).any():
            wrong.append("een getuige met een negatief bedrag")
        elif ((reached < low - TOLERANCE) | (reached > high + TOLERANCE)).any():
            wrong.append("een getuige die niet klopt met wat zichtbaar is")
        elif not table.serves(move.change, move.cell, move.sign):
            wrong.append("een getuige die niet ver genoeg reikt")
        else:
            proved.add((move.cell, move.sign))
    open_cells = np.flatnonzero(~proof.visible & (proof.first | ~table.told))
    needed = {(int(cell), sign) for cell in open_cells for sign in (-1, 1)}
    if needed - proved:
        wrong.append(f"voor {len(needed - proved)} bewegingen ontbreekt een getuige")
    return list(dict.fromkeys(wrong))
