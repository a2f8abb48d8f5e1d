"""Amounts of money and the sums behind means: hide, round, and prove what stays hidden.

An amount is hidden where fewer than ten children, or one or two of them, make it up; what is shown
is rounded to about 2%. A hidden amount must stay uncertain by at least `p` of itself on both
sides for a reader who knows every shown amount and which amounts are sums of which. The proof is
two tables of changes (witnesses) per hidden amount; `amounts_check` verifies them.

The sum behind a mean is such an amount that is itself never published. What leaves is the mean
to the nearest `rules.MEAN_STEP`, worked out from the exact sum and number of units, so that it is
right to its last digit. A reader who knows the number of units exactly (more than the release
says) knows the sum to half a step per unit, and the proof grants that reader as much: a shown
mean is a sum that is known to within half a step times its units. Ten children or more make it
up, no two of them most of it. A hidden sum stays uncertain by `least`, and by `P` too where the
rules hide it; one of many children is only hidden since their number is, or to cover another.
Source: disclosure.md ("Costs", "Algorithm").
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sp

from pipelines.errors import ReleaseRefused
from pipelines.release.disclosure.amounts_check import AmountTable, Move, Proof, faults
from pipelines.release.disclosure.rules import cost_base, round_cost
from pipelines.release.disclosure.solver import Programme, solve

P = 0.15
DOMINANCE = 0.75
EDGE = 1e-3  # euro: what a solver may be off
WITHOUT_LIMIT = 1e15  # euro: told, and no more than that

Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ProtectedAmounts:
    """`cells`: cel, zichtbaar, gepubliceerd (null where hidden). `extra`: hidden for others.
    `beside_earlier`: the proof also stands for a reader who kept earlier releases."""

    cells: pl.DataFrame
    extra: int
    proof_hash: str
    beside_earlier: bool = True


def protect_amounts(
    name: str,
    cells: pl.DataFrame,
    atoms: pl.DataFrame,
    *,
    minimum_children: int = 10,
    hidden: Collection[int] = (),
    earlier: Sequence[tuple[int, float, float]] = (),
    steps: Sequence[float] = (),
    least: float = 0.0,
    not_shown: Collection[int] = (),
) -> ProtectedAmounts:
    """Protect one component of amounts (euro, or the unit of a mean).

    cells: cel (0..n-1), aantal, kinderen, grootste, tweede (largest two contributions of a
    person). atoms: aantal, cellen. `hidden`: cells that are hidden whatever they hold, such as
    those whose count of children is hidden. `earlier`: (cell, lowest, highest) as earlier releases
    said and still can be true; where no proof stands beside that, they said too much themselves,
    and the proof is of this release alone. `steps`: per cell what it is rounded to, where that is
    not the rule of costs; `least`: what a hidden cell has to stay uncertain by beside `P`. Raises
    ReleaseRefused when that fails too, and for amounts below zero.
    """
    if (atoms["aantal"] < 0).any():
        raise ReleaseRefused(
            f"De uitgave is niet gepubliceerd: in {name} staan negatieve bedragen, en daarvan is"
            " niet te bewijzen dat zij niet te herleiden zijn. Verreken een creditbedrag in de"
            " levering met het bedrag waar het bij hoort."
        )
    own = _first_hidden(cells, minimum_children)
    p = np.where(own, P, 0.0) if len(steps) else np.full(own.size, P)

    def found(told: Sequence[tuple[int, float, float]]) -> ProtectedAmounts:
        table = _table(cells, atoms, steps, p, least)
        return _protected(name, table, cells, minimum_children, hidden, told, not_shown)

    if not earlier:
        return found(())
    try:
        return found(earlier)
    except ReleaseRefused:
        return replace(found(()), beside_earlier=False)


def _protected(
    name: str,
    table: AmountTable,
    cells: pl.DataFrame,
    minimum_children: int,
    hidden: Collection[int],
    earlier: Sequence[tuple[int, float, float]],
    not_shown: Collection[int],
) -> ProtectedAmounts:
    out = np.zeros(table.values.size, np.bool_)
    out[list(not_shown)] = True
    first = _first_hidden(cells, minimum_children)
    first[list(hidden)] = True
    first &= (table.values > 0) & ~out
    table.told_high[out] = WITHOUT_LIMIT
    for cell, low, high in earlier:
        if not first[cell]:  # a cell that is hidden for itself was revised since
            table.told_low[cell], table.told_high[cell] = low, high
    visible = ~first & ~out
    moves: list[Move] = []
    proved: set[int] = set(np.flatnonzero(table.told).tolist())
    while todo := sorted(set(np.flatnonzero(~visible).tolist()) - proved):
        for cell in todo:
            proved.add(cell)
            for sign in (-1, 1):
                if _met(moves, table, cell, sign):
                    continue
                change, pushed = _witness(table, visible, cell, sign)
                visible[pushed] = False
                moves.append(Move(cell, sign, change))
    visible = _shown_again(moves, table, visible, first | out)
    proof = Proof(visible, first, _assigned(moves, table, visible))
    wrong = faults(table, proof)
    if wrong:
        raise ReleaseRefused(
            f"De uitgave is niet gepubliceerd: voor de bedragen in {name} ontbreekt het bewijs dat"
            f" zij niet te herleiden zijn ({'; '.join(wrong)})."
        )
    published = [
        float(v) if shown else None
        for v, shown in zip(table.published.tolist(), visible.tolist(), strict=True)
    ]
    digest = hashlib.sha256()
    for move in proof.moves:
        digest.update(f"{move.cell}:{move.sign}:".encode())
        digest.update(np.round(move.change, 3).tobytes())
    return ProtectedAmounts(
        pl.DataFrame(
            {"cel": np.arange(visible.size), "zichtbaar": visible, "gepubliceerd": published},
            schema={"cel": pl.Int64, "zichtbaar": pl.Boolean, "gepubliceerd": pl.Float64},
        ),
        extra=int((~visible & ~first & ~out).sum()),
        proof_hash=digest.hexdigest(),
    )


def _table(
    cells: pl.DataFrame, atoms: pl.DataFrame, steps: Sequence[float], p: Floats, least: float
) -> AmountTable:
    members = atoms["cellen"].to_list()
    columns = np.repeat(np.arange(len(members)), [len(m) for m in members])
    rows = np.array([c for m in members for c in m], np.int64)
    incidence = sp.csr_array(
        (np.ones(rows.size), (rows, columns)), shape=(cells.height, len(members))
    )
    counts = atoms["aantal"].to_numpy().astype(np.float64)
    values = np.asarray(incidence @ counts, np.float64)
    if len(steps):
        width = np.asarray(steps, np.float64)
        published = np.floor(values / width + 0.5) * width
    else:
        width = np.array([float(cost_base(v)) for v in values])
        published = np.array([round_cost(v) for v in values])
    nothing, everything = np.zeros(values.size), np.full(values.size, np.inf)
    return AmountTable(
        incidence, counts, values, published, width / 2, nothing, everything, p, least
    )


def _first_hidden(cells: pl.DataFrame, minimum_children: int) -> Bools:
    """Too few children; the largest two over 75%; or the runner-up can estimate the largest."""
    total = pl.col("aantal")
    largest, second = pl.col("grootste").fill_null(0), pl.col("tweede").fill_null(0)
    rule = (
        (pl.col("kinderen") < minimum_children)
        | (largest + second > DOMINANCE * total)
        | (total - largest - second < P * largest)
    )
    return cells.sort("cel").select(rule.alias("r"))["r"].to_numpy().astype(np.bool_)


def _met(moves: list[Move], table: AmountTable, cell: int, sign: int) -> bool:
    """Whether an earlier witness already moves this cell far enough."""
    return any(table.serves(m.change, cell, sign) for m in moves)


def _assigned(moves: list[Move], table: AmountTable, visible: Bools) -> tuple[Move, ...]:
    """For every hidden cell and direction, the first witness that serves it."""
    found: list[Move] = []
    for cell in np.flatnonzero(~visible & ~table.told):
        for sign in (-1, 1):
            move = next((m for m in moves if table.serves(m.change, int(cell), sign)), None)
            if move is not None:
                found.append(Move(int(cell), sign, move.change))
    return tuple(found)


def _shown_again(moves: list[Move], table: AmountTable, visible: Bools, first: Bools) -> Bools:
    """Show extra hidden cells, dearest first, that all witnesses still needed leave in range."""
    for cell in sorted(np.flatnonzero(~visible & ~first), key=lambda c: (-table.values[c], c)):
        trial = visible.copy()
        trial[cell] = True
        low, high = table.range_of(trial)
        reached = [table.values + table.moved(m.change) for m in _assigned(moves, table, trial)]
        if all(((low - EDGE <= r) & (r <= high + EDGE)).all() for r in reached):
            visible = trial
    return visible


def _witness(
    table: AmountTable, visible: Bools, cell: int, sign: int
) -> tuple[Floats, npt.NDArray[np.int64]]:
    """Changes to the atoms that move `cell` by `P`, and the shown cells that must be hidden.

    Shown cells may leave their range at a cost that grows with their amount, so that few and
    small ones are hidden.
    """
    low, high = table.range_of(visible)
    shown = np.flatnonzero(visible | table.told)
    matrix = table.incidence[shown]
    n, k = table.counts.size, shown.size
    own = table.incidence[[cell]]
    weight = 1 + np.log1p(table.values[shown])
    over = sp.eye_array(k)
    most = np.where(table.told[shown], 0.0, np.inf)
    goal = table.needed(cell, sign) * (1 + 1e-9)
    goal = min(goal + EDGE, table.values[cell]) if sign < 0 else goal + EDGE
    answer = solve(
        Programme(
            cost=np.concatenate([np.zeros(n), weight, weight]),
            matrix=sp.csc_array(
                sp.block_array([[matrix, over, -over], [own * sign, None, None]], format="csc")
            ),
            row_low=np.append((low - table.values)[shown], goal),
            row_high=np.append((high - table.values)[shown], np.inf),
            low=np.concatenate([-table.counts, np.zeros(2 * k)]),
            high=np.concatenate([np.full(n, np.inf), most, most]),
            whole=np.zeros(n + 2 * k, np.bool_),
        )
    )
    if answer is None:
        return np.zeros(n), np.zeros(0, np.int64)
    change = answer[:n]
    change = np.maximum(change, -table.counts)
    reached = table.values + table.moved(change)
    outside = (reached < low - EDGE) | (reached > high + EDGE)
    return change, np.flatnonzero(outside & visible)
