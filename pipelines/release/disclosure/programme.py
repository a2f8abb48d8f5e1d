"""The cheapest table for one demand: fractional first, which pays for every shown cell it pushes
out of its range, then whole."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from pipelines.release.disclosure.numbers import Ints
from pipelines.release.disclosure.problem import (
    Demand,
)
from pipelines.release.disclosure.repair import repair
from pipelines.release.disclosure.search import (
    LATELY,
    Search,
    limits,
    needed_move,
    payers_of,
    prices_of,
    pushed_out,
    spread,
)
from pipelines.release.disclosure.solver import Floats, Programme, solve

SHIFTS = 120
"""Units shifted, at most, in the search for a cheap witness."""
ROOM, FEW_ATOMS = 8, 200
"""How far the integer programme looks around the fractional answer, and up to how many atoms; with
more of them it only rounds up or down, or it would take a hundred times as long."""
HOPS = 2
"""Ties from count to count that are followed: from days by cases to pupils."""
NODES = 400
"""Branches of the integer programme, with so few atoms; 20 otherwise."""


def programme(
    search: Search, demand: Demand, atoms: Ints, *, free: bool = False
) -> tuple[float, Ints] | None:
    """The cheapest table (cost, changes) found that meets `demand` by changing only `atoms`; with
    `free` none that costs anything.

    Overshoot of what is shown costs its weight; a second round divides the weight by the first
    overshoot, so that few cells pay rather than many a little.
    """
    low, high = search.ranges(aware=demand.aware, insider=demand.insider)
    matrix, now = sp.csr_array(search.rows.matrix[:, atoms]), search.now
    if not matrix[[demand.row]].nnz:
        return None
    lines = np.flatnonzero((np.diff(matrix.indptr) > 0) & search.rows.telling(low, high))
    lines = lines[lines != demand.row]
    system = sp.csc_array(matrix[np.append(lines, demand.row)].astype(np.float64))
    shifted = _shifted(search, demand, atoms, lines, (low, high), system)
    if shifted is not None:
        return 0.0, shifted
    prices = prices_of(search)
    price = prices[lines]
    price[np.isin(lines, search.own_cells(demand.insider))] = np.nan
    price[np.isin(lines, [cell for cell, _, _ in search.component.earlier])] = np.nan
    paying = np.flatnonzero(~np.isnan(price) & (not free))
    weight = price[paying]
    overshoot = np.zeros(paying.size)
    answer: Floats | None = None
    for turn in range(2):
        if turn:
            weight = price[paying] / (overshoot + 0.25)
        answer = _elastic(search, demand, atoms, lines, (paying, weight), system)
        if answer is None:
            return None
        tail = answer[2 * atoms.size :]
        overshoot = tail[: paying.size] + tail[paying.size :]
        if not (overshoot > 1e-6).any():
            break
    if answer is None:
        return None
    payers = payers_of(search)
    broken = lines[paying[overshoot > 1e-6]].tolist()
    hidden = {cell for row in broken for cell in payers.get(row, (row,))}
    trial = replace(search, visible=search.visible.copy())
    trial.visible[list(hidden)] = False
    low, high = trial.ranges(aware=demand.aware, insider=demand.insider)
    need = needed_move(search, demand)
    table = _whole(
        search,
        atoms,
        system,
        np.append(limits((low - now)[lines]), float(need)),
        np.append(limits((high - now)[lines]), np.inf if demand.up else float(need)),
        answer[: atoms.size] - answer[atoms.size : 2 * atoms.size],
    )
    pushed = None if table is None else pushed_out(search, table, aware=demand.aware)
    if table is None or pushed is None:
        return None
    return sum(prices[pushed].tolist()), table


def near(search: Search, demand: Demand, width: int, *, apart: bool = True) -> Ints:
    """The `width` atoms that share most rows with those of the row of a demand, its own first; with
    `apart` of the same count only. None that an insider knows of: these cannot change."""
    row = demand.row
    score = search.nearness.get((row, apart))
    if score is None:
        if len(search.nearness) >= LATELY:
            search.nearness.clear()
        score = search.nearness[row, apart] = _nearness(search, row, apart=apart)
    order = search.unknown_to(demand.insider, np.argsort(-score, kind="stable"))[:width]
    return np.sort(order[score[order] > 0])


def _nearness(search: Search, row: int, *, apart: bool) -> Ints:
    """Per atom how many rows it shares with those of `row`; zero for those too far."""
    matrix, links = search.rows.matrix, search.rows.links
    own = np.zeros(matrix.shape[1], np.int64)
    members = matrix.indices[matrix.indptr[row] : matrix.indptr[row + 1]]
    own[members] = 1
    score = (links @ own) @ links
    for _ in range(0 if apart else HOPS):
        score = 10 * score + (links @ (score > 0).astype(np.int64)) @ links
    score[members] += 10**6
    if apart and members.size:
        count = search.component.atoms_apart
        score[count != count[members[0]]] = 0
    return np.asarray(score, np.int64)


def _shifted(
    search: Search,
    demand: Demand,
    atoms: Ints,
    lines: Ints,
    ranges: tuple[Ints, Ints],
    system: sp.csc_array,
) -> Ints | None:
    """A cheap witness: units of the row are shifted between near atoms until all that is shown
    stays in range; None where that is not found soon. `system`: `lines` and that row, by atom."""
    need, now = float(needed_move(search, demand)), search.now
    goal = sp.csr_array(system[[lines.size]])
    counts = search.counts[atoms].astype(np.float64)
    start = np.zeros(atoms.size)
    for atom in goal.indices[np.argsort(-counts[goal.indices], kind="stable")]:
        sign = float(goal[0, atom])
        missing = need - float((goal @ start)[0])
        if missing == 0:
            break
        start[atom] = max(missing * sign, -counts[atom])
    low, high = ranges
    limited = (
        np.append(limits((low - now)[lines]), need if demand.up else -np.inf),
        np.append(limits((high - now)[lines]), np.inf if demand.up else need),
    )
    most = np.full(atoms.size, 2 * abs(need) + 10)
    if search.together and 2 * atoms.size > search.counts.size:
        change = _shifted_all(search, np.append(lines, demand.row), limited, (atoms, most), start)
    else:
        change = repair(
            system,
            *limited,
            -counts,
            most,
            start,
            hard=lines.size + 1,
            steps=SHIFTS,
        )
    if change is None:
        return None
    table = spread(search, atoms, change)
    return table if pushed_out(search, table, aware=demand.aware) == [] else None


def _shifted_all(
    search: Search,
    lines: Ints,
    limited: tuple[Floats, Floats],
    free: tuple[Ints, Floats],
    start: Floats,
) -> Floats | None:
    """The same over all rows and atoms of a small system, whose matrix is made once; only the atoms
    that are `free` change, each at most so much."""
    atoms, every = free[0], np.zeros((3, search.counts.size))
    every[:, atoms] = -search.counts[atoms], free[1], start
    low, high = np.full((2, search.rows.value.size), np.inf)
    low[:] = -np.inf
    low[lines], high[lines] = limited
    found = repair(
        search.rows.columns,
        low,
        high,
        *every,
        hard=low.size,
        steps=SHIFTS,
        signs=search.rows.signs,
    )
    return None if found is None else found[atoms]


def _elastic(
    search: Search,
    demand: Demand,
    atoms: Ints,
    lines: Ints,
    prices: tuple[Ints, Floats],
    system: sp.csc_array,
) -> Floats | None:
    """Changes up, changes down, overshoot below, overshoot above (fractional), at least cost.

    `prices` are the places in `lines` that may overshoot, and what a unit costs there."""
    low, high = search.ranges(aware=demand.aware, insider=demand.insider)
    need, now = needed_move(search, demand), search.now
    paying, weight = prices
    n, k = atoms.size, paying.size
    over = sp.csc_array((np.ones(k), (paying, np.arange(k))), shape=(lines.size + 1, k))
    counts = search.counts[atoms].astype(np.float64)
    return solve(
        Programme(
            cost=np.concatenate([np.full(2 * n, 1e-3), weight, weight]),
            matrix=sp.csc_array(sp.hstack([system, -system, over, -over], format="csc")),
            row_low=np.append(limits((low - now)[lines]), float(need)),
            row_high=np.append(limits((high - now)[lines]), np.inf if demand.up else float(need)),
            low=np.zeros(2 * n + 2 * k),
            high=np.concatenate([np.full(n, 2.0 * abs(need) + 10), counts, np.full(2 * k, np.inf)]),
            whole=np.zeros(2 * n + 2 * k, np.bool_),
        )
    )


def _whole(
    search: Search,
    atoms: Ints,
    matrix: sp.csc_array,
    row_low: Floats,
    row_high: Floats,
    start: Floats,
) -> Ints | None:
    """A whole-number table near the fractional `start` within the same limits, if one is found."""
    counts = search.counts[atoms].astype(np.float64)
    start = np.round(start, 6)
    rows = matrix.shape[0]
    whole = repair(matrix, row_low, row_high, -counts, np.ceil(start) + 5, start, hard=rows)
    if whole is None:
        few = atoms.size <= FEW_ATOMS
        room = ROOM if few else 0
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
            maximum_nodes=NODES if few else 20,
        )
    return None if whole is None else spread(search, atoms, whole)
