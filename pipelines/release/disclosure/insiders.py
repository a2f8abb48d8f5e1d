"""What has to stay unknown to who knows the units of one school, provider, municipality or wijk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

import numpy as np
import scipy.sparse as sp

from pipelines.release.disclosure.numbers import NO_LIMIT, Bools, Ints
from pipelines.release.disclosure.problem import Component, Demand
from pipelines.release.disclosure.rows import Rows

INSIDER_WIDTH = 3
"""A secret stays uncertain by so many units to an insider that knows its own."""


def insider_demands(
    component: Component,
    rows: Rows,
    secrets: Set[int],
    caps: Mapping[int, int],
    tells: Mapping[int, int],
) -> Iterator[Demand]:
    """A secret row to which others contribute too is not known to any one insider.

    `caps`: the most that everybody knows of a row; `tells`: of which cell a row tells.
    """
    listed = np.array(sorted(secrets), np.int64)
    if not listed.size or not component.insiders:
        return
    others = _of_others(component, rows, listed)
    knows = component.cells_of_insiders.toarray()
    for place, row in enumerate(listed.tolist()):
        value = int(rows.value[row])
        target = min(value + INSIDER_WIDTH, caps.get(row, NO_LIMIT))
        if value == 0 or target <= value:
            continue
        asked = others[place]
        if row in tells:
            asked &= knows[:, tells[row]] == 0
        for insider in np.flatnonzero(asked).tolist():
            yield Demand(row, target, up=True, wide=True, insider=insider)


def _of_others(component: Component, rows: Rows, listed: Ints) -> Bools:
    """Per row of `listed` and insider whether another has units in it (mask).

    Not where a larger count at that place is wholly of that insider: who knows all cases knows that
    all pupils are its own. Nor in what areas share, where all areas but one are its own.
    """
    holders = {row: _holders(component, row) for row in listed.tolist()}
    larger = {c: _at_least(component, c) for cells in holders.values() for c in cells}
    every = np.unique([*listed.tolist(), *(c for cells in larger.values() for c in cells)])
    place = {row: i for i, row in enumerate(every.tolist())}
    inside = component.atoms_of_insiders
    units = sp.csr_array(abs(rows.matrix[every]).multiply(component.counts))
    some = (units @ inside.T).toarray() < np.asarray(units.sum(axis=1))[:, None]
    share = {cell: some[[place[c] for c in more]].all(axis=0) for cell, more in larger.items()}
    found = [
        some[place[row]] & (np.sum([share[c] for c in cells], axis=0) >= min(2, len(cells)))
        for row, cells in holders.items()
    ]
    return np.asarray(found, np.bool_)


def _holders(component: Component, row: int) -> list[int]:
    """Cells that hold the units of a row: one all of them, or two or more each unit at least
    twice."""
    n = component.cells.height
    if row < n:
        return [row]
    if row < n + len(component.pairs):
        return [component.pairs[row - n][1]]
    rest = row - n - len(component.pairs) - len(component.known)
    if rest < 0:
        return [component.known[rest + len(component.known)][0]]
    return [cell for cell, sign in component.relations[rest].terms if sign > 0]


def _at_least(component: Component, cell: int) -> list[int]:
    """A cell, and those of other counts that are at least as large."""
    found = [cell]
    for each in found:  # grows while it is walked through
        found += [more for more, _ in component.ties.above.get(each, ()) if more not in found]
    return found
