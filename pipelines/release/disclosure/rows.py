"""Every sum over the atoms of a component that matters: its cells, and what follows from them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import scipy.sparse as sp

from pipelines.release.disclosure.numbers import NO_LIMIT, Bools, Ints
from pipelines.release.disclosure.problem import Component
from pipelines.release.disclosure.repair import Signs


@dataclass(frozen=True, eq=False)
class Rows:
    """Every sum that matters: `matrix` @ atoms + `constant` = `value`; the cells come first.

    `threshold` per row; `low` and `high` what is known of a row whatever is shown (integers,
    NO_LIMIT for nothing).
    """

    matrix: sp.csr_array
    constant: Ints
    value: Ints
    threshold: Ints
    low: Ints
    high: Ints

    @cached_property
    def columns(self) -> sp.csc_array:
        """`matrix` by atom, for a local search."""
        return sp.csc_array(self.matrix.astype(np.float64))

    @cached_property
    def links(self) -> sp.csr_array:
        """Which atoms are in which rows, whether they add or take."""
        return abs(self.matrix)

    @cached_property
    def signs(self) -> Signs:
        """What every atom adds to rows, and takes from them."""
        return Signs.of(self.columns)

    @cached_property
    def signed(self) -> Bools:
        """Rows that may fall below zero though no atom does."""
        below = np.bincount(
            self.matrix.tocoo().row[self.matrix.tocoo().data < 0], minlength=self.constant.size
        )
        return np.asarray((below > 0) | (self.constant < 0), np.bool_)

    def tied(self, apart: Ints) -> Bools:
        """Rows over atoms of more than one count (`Component.atoms_apart`)."""
        found = np.zeros(self.value.size, np.bool_)
        pointers, indices = self.matrix.indptr, self.matrix.indices
        for row in np.flatnonzero(self.signed):
            own = apart[indices[pointers[row] : pointers[row + 1]]]
            found[row] = bool(own.size) and bool((own != own[0]).any())
        return found

    def telling(self, low: Ints, high: Ints) -> Bools:
        """Rows whose range tells more than that no atom is below zero."""
        known = (low > 0) | (high < NO_LIMIT)
        return np.asarray(known | (self.signed & (low > -NO_LIMIT)), np.bool_)


def rows_of(component: Component) -> Rows:
    """Cells, complements of `pairs`, remainders of `known`, `relations`; in that order."""
    n = component.cells.height
    thresholds = component.thresholds
    lines: list[tuple[tuple[tuple[int, int], ...], int, int, int]] = []
    lines += [(((n_, 1), (t, -1)), 0, 0, NO_LIMIT) for t, n_ in component.pairs]
    lines += [(((cell, -1),), constant, 0, NO_LIMIT) for cell, constant in component.known]
    for relation in component.relations:
        low = -NO_LIMIT if relation.low is None else relation.low
        high = NO_LIMIT if relation.high is None else relation.high
        lines.append((relation.terms, relation.constant, low, high))
    where = [(i, cell, sign) for i, line in enumerate(lines) for cell, sign in line[0]]
    select = sp.csr_array(
        (
            np.array([sign for _, _, sign in where], np.int64),
            (
                np.array([i for i, _, _ in where], np.int64),
                np.array([cell for _, cell, _ in where], np.int64),
            ),
        ),
        shape=(len(lines), n),
    )
    cells = component.incidence.tocsr()
    matrix = sp.csr_array(sp.vstack([cells, select @ cells], format="csr"))
    constant = np.array([0] * n + [line[1] for line in lines], np.int64)
    own = [int(max(thresholds[cell] for cell, _ in line[0])) for line in lines]
    return Rows(
        matrix=matrix,
        constant=constant,
        value=matrix @ component.counts + constant,
        threshold=np.concatenate([thresholds, np.array(own, np.int64)]),
        low=np.array([0] * n + [line[2] for line in lines], np.int64),
        high=np.array([NO_LIMIT] * n + [line[3] for line in lines], np.int64),
    )
