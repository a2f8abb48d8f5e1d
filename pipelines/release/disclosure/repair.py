"""From a fractional table to whole numbers: a weighted local search, deterministic and cheap.

The rounded answer of a linear programme pushes some sums a little out of their range. One unit at
a time is added to or taken from the atom that helps most; what stays broken gains weight, and an
atom just changed may not change back for a few steps. An integer programme does the same in ten
times the time.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from pipelines.release.disclosure.solver import Floats

REST = 3
"""Steps in which an atom may not be changed back (up to REST + 4, in a fixed rhythm)."""
FADING = 0.985
"""What a wish keeps of its weight per step, after patience has run out."""
SMALL = 2_000_000
"""Up to so many rows times atoms, costs are kept from step to step."""


def repair(
    matrix: sp.csc_array,
    row_low: Floats,
    row_high: Floats,
    low: Floats,
    high: Floats,
    start: Floats,
    *,
    hard: int,
    steps: int = 1_500,
    patience: int = 400,
    signs: Signs | None = None,
) -> Floats | None:
    """Whole numbers z in [low, high] near `start` with row_low <= matrix @ z <= row_high.

    The first `hard` rows must hold; the others are wishes: after `patience` steps those that are
    not met are given up, and the rest counts for less and less. None where no answer is found
    within `steps`. `signs`: those of `matrix`, where it is used again and again.
    """
    matrix = sp.csc_array(matrix)
    costs = _Costs(matrix, signs)
    z = np.clip(np.rint(start), low, high)
    sums = np.asarray(matrix @ z, np.float64)
    weight = np.ones(row_low.size)
    rest = np.zeros(z.size, np.int64)
    last = np.zeros(z.size)
    for step in range(steps):
        broken = (sums < row_low) | (sums > row_high)
        if not broken[:hard].any() and (step >= patience or not broken.any()):
            return z
        if step >= patience:
            if step == patience:
                weight[hard:][broken[hard:]] = 0.0
            weight[hard:] *= FADING
        up = weight * ((sums >= row_high).astype(np.float64) - (sums < row_low))
        down = weight * ((sums <= row_low).astype(np.float64) - (sums > row_high))
        cost = costs.of(up, down, anew=step >= patience)
        resting = rest > step
        more = np.where((z + 1 > high) | (resting & (last < 0)), np.inf, cost[0])
        less = np.where((z - 1 < low) | (resting & (last > 0)), np.inf, cost[1])
        i, j = int(np.argmin(more)), int(np.argmin(less))
        atom, sign = (i, 1.0) if more[i] <= less[j] else (j, -1.0)
        best = min(more[i], less[j])
        if not np.isfinite(best):
            return None
        if best >= 0:
            weight[:hard][broken[:hard]] += 1.0
            if step < patience:
                weight[hard:][broken[hard:]] += 1.0
        z[atom] += sign
        where = slice(matrix.indptr[atom], matrix.indptr[atom + 1])
        sums[matrix.indices[where]] += sign * matrix.data[where]
        rest[atom] = step + REST + (7 * step) % 5
        last[atom] = sign
    return None


@dataclass(frozen=True, eq=False)
class Signs:
    """What adds and what takes, of a matrix as a whole."""

    above: Floats
    below: Floats

    @classmethod
    def of(cls, matrix: sp.csc_array) -> Signs:
        whole = matrix.toarray(order="C")
        above = np.maximum(whole, 0.0)
        return cls(above, above if (matrix.data >= 0).all() else np.maximum(-whole, 0.0))


def is_small(matrix: sp.csc_array | sp.csr_array) -> bool:
    """Whether a matrix may be held whole."""
    rows, atoms = matrix.shape
    return bool(rows * atoms <= SMALL)


class _Costs:
    """What a unit more, and a unit less, of every atom costs in weight of rows.

    A step changes few rows, and as long as weights are whole numbers working in those alone gives
    exactly what all rows together give. Afterwards, and in large tables, they are added up anew.
    """

    def __init__(self, matrix: sp.csc_array, signs: Signs | None) -> None:
        rows, atoms = matrix.shape
        self.matrix = matrix
        self.one_sign = not (matrix.data < 0).any()
        self.small = is_small(matrix)
        if self.small:
            signs = signs or Signs.of(matrix)
            self.above, self.below = signs.above, signs.below
        self.weights = np.zeros((2, rows))
        self.cost = np.zeros((2, atoms))

    @cached_property
    def rising(self) -> sp.csr_array:
        return sp.csr_array(self.matrix.T.maximum(0))

    @cached_property
    def falling(self) -> sp.csr_array:
        return sp.csr_array((-self.matrix.T).maximum(0))

    def of(self, up: Floats, down: Floats, *, anew: bool) -> Floats:
        """Costs of more and of less, where a row costs `up` if it rises and `down` if it falls."""
        if anew or not self.small:
            cost = self.rising @ np.stack([up, down], axis=1)
            if not self.one_sign:
                cost = cost + self.falling @ np.stack([down, up], axis=1)
            return np.asarray(cost.T, np.float64)
        weights = np.stack([up, down])
        change = weights - self.weights
        rows = np.flatnonzero(change.any(axis=0))
        change = change[:, rows]
        self.cost += change @ self.above[rows]
        if not self.one_sign:
            self.cost += change[::-1] @ self.below[rows]
        self.weights = weights
        return self.cost
