"""Which further cells must be hidden so that nothing hidden can be worked out, with the proof.

In fixed order and without randomness: first tables that serve many sensitive cells at once; then,
with atoms that are possible but do not occur, the same again; then cell by cell an integer
programme that pays for every shown cell it has to hide. Hidden sets only grow, so earlier
witnesses stay valid. Source: disclosure.md ("Algorithm").
"""

from __future__ import annotations

import multiprocessing
import os
import threading
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from itertools import product
from multiprocessing.connection import wait
from pathlib import Path

import numpy as np
import polars as pl

from pipelines.errors import ReleaseRefused
from pipelines.release.disclosure import kept
from pipelines.release.disclosure.attempts import FREE, attempts, every, free_attempt
from pipelines.release.disclosure.check import MISSING, certify, proof_hash
from pipelines.release.disclosure.fold import to_fold
from pipelines.release.disclosure.many import serve_many
from pipelines.release.disclosure.numbers import Ints, round_counts
from pipelines.release.disclosure.parts import atoms_of, by_count
from pipelines.release.disclosure.possible import with_possible_atoms
from pipelines.release.disclosure.problem import (
    KEY,
    LEFT_OUT,
    Component,
    Demand,
    Protection,
    Verdict,
    Witness,
)
from pipelines.release.disclosure.rules import (
    demands,
)
from pipelines.release.disclosure.search import (
    Search,
    alternatives,
    hide_pushed_out,
    needed_move,
)

WORTH_A_PROCESS = 3_000
"""Cells from which it pays to start processes."""
RECALLED = 3
"""How many cells a cell is worth that is only counted to be protected beside: a question is mostly
those."""
AGAIN = 30
"""After so many single programmes, which hide cells, tables for many demands are tried again."""
MOST_INSIDERS = 6
"""Up to so many schools that know too much are served by one table."""
ROUNDS = 6
"""What is hidden for others has to be uncertain too, which may hide more: at most so often."""


def protect(
    component: Component, kept_in: Path | None = None, *, beside: bool = False
) -> Protection:
    """Hide, round and prove one component; the verdict says whether the proof is complete.

    Earlier releases need not cost anything: only where the proof does not hold beside them it is
    sought anew with what they said as given. Where even that fails, they said too much
    themselves; the verdict then says that the proof stands for this release alone.

    Where who is told which cells are small could work one out, a table is left out (`fold`).
    `kept_in`: folder of proofs that were found before, see `kept`.

    With `beside` nothing is wanted that is not proved beside them: raises ReleaseRefused then.
    """
    search = _only_beside if beside else _beside_earlier
    found = search(component, kept_in)
    while found.verdict.safe and found.verdict.readable:
        folded = to_fold(component, found)
        if not folded:
            break
        component = replace(component, folded=folded)
        found = search(component, kept_in)
    return found


def _only_beside(component: Component, kept_in: Path | None) -> Protection:
    found = kept.protected(component, kept_in, partial(_searched, or_refused=True))
    refuse_unsafe([found.verdict])
    return found


def _beside_earlier(component: Component, kept_in: Path | None) -> Protection:
    if any(component.left_out[cell] for cell, _, _ in component.earlier):
        # Said before and not shown again: another plan.
        found = kept.protected(component, kept_in, _searched)
        if found.verdict.safe:
            return found
    alone = kept.protected(replace(component, earlier=()), kept_in, _searched)
    if not component.earlier or not alone.verdict.safe:
        return alone
    beside = replace(alone, verdict=certify(component, alone))
    if not beside.verdict.safe:
        beside = kept.protected(component, kept_in, _searched)
    if beside.verdict.safe:
        return beside
    unproved = beside.verdict.unproved
    return replace(alone, verdict=replace(alone.verdict, beside_earlier=False, unproved=unproved))


def _searched(component: Component, *, or_refused: bool = False) -> Protection:
    search = _search(component, or_refused=or_refused)
    _show_again(search)
    return _outcome(component, search)


def _search(component: Component, *, insiders: bool = True, or_refused: bool = False) -> Search:
    """Counts of one system first each for itself, then beside each other: what hides in one is
    then mostly hidden enough in the others, and only what is not costs more.

    With `or_refused` it raises ReleaseRefused when a secret is not kept, without seeking more."""
    parts = by_count(component)
    search = replace(Search.start(component), or_refused=or_refused)
    search.needed = tuple(d for d in search.needed if insiders or d.insider < 0)
    found: list[tuple[Ints, Search]] = []
    if len(parts) > 1:
        search = search.widened(with_possible_atoms(component))
        for cells, _, part in parts:
            alone = _search(part, insiders=not search.together, or_refused=or_refused)
            _show_again(alone)
            search.visible[cells] &= alone.visible
            found.append((atoms_of(search.component, int(cells[0])), alone))
        search.needed = demands(search.component, search.rows, search.visible)
        for atoms, alone in found:
            search.take_over(
                (alone.tables[i] for i in sorted(set(alone.proof.values()) - {-1})), atoms
            )
    serve_many(search)
    if search.open_demands():
        if len(parts) < 2:
            search = search.widened(with_possible_atoms(component))
            serve_many(search)
        for _ in range(ROUNDS):
            before = _reached(search)
            _solve_rest(search)
            if _reached(search) == before:  # a next round would come to the same
                break
            anew = demands(search.component, search.rows, search.visible)
            search.needed = tuple(d for d in anew if insiders or d.insider < 0)
            if not search.open_demands():
                break
    return search


def protect_all(
    components: Sequence[Component],
    *,
    processes: int = 1,
    kept_in: Path | None = None,
    beside: bool = False,
) -> list[Protection]:
    """Protect independent components, in order; with `processes` > 1 side by side.

    Raises ReleaseRefused naming every table of which a witness is missing; with `beside` at the
    first that is not proved beside what earlier releases said.
    """
    one = partial(protect, kept_in=kept_in, beside=beside)
    work = sum(c.cells.height + RECALLED * len(c.folded) for c in components)
    if processes > 1 and work > WORTH_A_PROCESS:
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(processes, context, _leave_with_parent) as pool:
            protections = list(pool.map(one, components))
    else:
        protections = [one(component) for component in components]
    refuse_unsafe([protection.verdict for protection in protections])
    return protections


def _leave_with_parent() -> None:
    """A process that protects a table ends when the run that started it is broken off."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        watch = threading.Thread(target=_watch, args=(parent.sentinel,), daemon=True)
        watch.start()


def _watch(sentinel: int) -> None:
    wait([sentinel])
    os._exit(1)


def refuse_unsafe(verdicts: Sequence[Verdict]) -> None:
    """Raise ReleaseRefused when a verdict is not safe; names tables and reasons, no values."""
    refused = [verdict for verdict in verdicts if not verdict.safe]
    if not refused:
        return
    named = "; ".join(f"{verdict.name} ({', '.join(verdict.reasons)})" for verdict in refused)
    raise ReleaseRefused(
        f"De uitgave is niet gepubliceerd: voor deze tabellen ontbreekt het bewijs dat kleine "
        f"aantallen niet te herleiden zijn: {named}. Zet zo'n tabel in het publicatieplan een "
        "niveau hoger, of laat een uitsplitsing vervallen."
    )


def _solve_rest(search: Search) -> None:
    """The integer programme for what is left; hides the cells it could not leave in range.

    What is to be refused if not proved has its secrets sought first, and once more beside what
    that hid: all the rest costs more."""
    if search.or_refused:
        secrets = [demand for demand in search.needed if not (demand.wide or demand.aware)]
        for _ in range(2):
            _solve(search, secrets)
        if any(demand.key not in search.proof for demand in secrets):
            refuse_unsafe([Verdict(search.component.name, False, 0, 0, 0, (MISSING,))])
    _solve(search, search.needed)


def _solve(search: Search, needed: Sequence[Demand]) -> None:
    tried = 0
    for demand in needed:
        if demand.key in search.proof or (demand.wide and _wide_for_free(search, demand)):
            continue
        tried += 1
        if not demand.wide and tried % AGAIN == 0 and len(search.open_demands()) > 2 * AGAIN:
            serve_many(search, turns=3)
            if demand.key in search.proof:
                continue
        best: tuple[float, Ints] | None = None
        for attempt, goal in product(attempts(search), alternatives(search, demand)):
            if best is not None and best[0] < FREE:
                break
            found = attempt(search, goal)
            if found is not None and (best is None or found[0] < best[0] - 1e-6):
                best = found
        if best is None and demand.wide and not _stretched(search, demand):
            best = every(search, alternatives(search, demand)[0])
        if best is None:
            continue
        hide_pushed_out(search, best[1], aware=demand.aware)
        if demand.wide:
            search.add(best[1])
            search.credit_wide(demand)
        search.keep(best[1])


def _reached(search: Search) -> tuple[bytes, int, int]:
    """How far a search is: what it shows, and how much it proved and found; tables that prove
    nothing yet are no way to a question's answer."""
    tables = 0 if search.or_refused else len(search.tables)
    return search.visible.tobytes(), len(search.proof), tables


def _wide_for_free(search: Search, demand: Demand) -> bool:
    """Whether a row is uncertain enough by the tables there are, or by some up and some down."""
    if search.credit_wide(demand):
        return True
    value, room = int(search.rows.value[demand.row]), needed_move(search, demand)
    targets = [value + room - room // 2, value - room // 2]
    if demand.insider >= 0:
        others = search.too_sure(demand)
        if len(others) <= MOST_INSIDERS:
            _widened_by(search, demand, value + room, tuple(others))
        if search.credit_wide(demand) or _widened_by(search, demand, value + room):
            return search.credit_wide(demand)
    for target in targets:
        if target >= 0:
            _widened_by(search, demand, target)
    return search.credit_wide(demand)


def _stretched(search: Search, demand: Demand) -> bool:
    """Whether a row becomes uncertain enough by a unit more at either end, as far as that goes.

    One table can seldom reach from one end to the other where what was said before leaves just
    enough room.
    """
    for up in (True, False):
        while not search.credit_wide(demand):
            (lowest, _), (highest, _) = search.ends(demand)
            target = highest + 1 if up else lowest - 1
            if target < 0 or not _widened_by(search, demand, target):
                break
    return search.credit_wide(demand)


def _widened_by(search: Search, demand: Demand, target: int, unmoved: tuple[int, ...] = ()) -> bool:
    """Whether a table in which the row is `target` was found that hides nothing; of schools that
    are `unmoved` it changes nothing."""
    value = int(search.rows.value[demand.row])
    trial = replace(search, unmoved=unmoved)
    table = free_attempt(trial, replace(demand, target=target, up=target > value))
    if table is not None:
        search.add(table)
    return table is not None


def _show_again(search: Search) -> None:
    """Show extra hidden cells that, in the end, every witness in use leaves in range.

    A cell that is shown needs no witness of its own any more, which may free others.
    """
    extra = np.flatnonzero(~search.visible & ~search.first)
    aware = {d.key for d in search.needed if d.aware}
    uses = Counter((i, key in aware) for key, i in search.proof.items() if i >= 0)
    left = sorted(extra.tolist(), key=lambda cell: (-search.prices[cell], cell))
    for cell in left:
        own = {key: search.proof[key] for key in _ends(cell) if key in search.proof}
        others = uses - Counter((i, key in aware) for key, i in own.items() if i >= 0)
        trial = replace(search, visible=search.visible.copy())
        trial.visible[cell] = True
        if all(trial.agrees(search.all_reached[i], aware=told) for i, told in sorted(others)):
            search.visible, uses = trial.visible, others
            search.proof = {key: i for key, i in search.proof.items() if key not in own}
    if not search.visible[extra].any():
        return
    search.needed = demands(search.component, search.rows, search.visible)


def _ends(cell: int) -> tuple[tuple[int, int], ...]:
    """What proves that a cell is not known too well."""
    return Demand(cell, 0, up=False, wide=True).ends


def _outcome(component: Component, search: Search) -> Protection:
    visible = search.visible
    published = round_counts(component.values, component.rounding)
    status = np.where(visible, "zichtbaar", "afgeschermd")
    status = np.where(component.left_out, LEFT_OUT, status)
    reason = np.where(visible, "", np.where(search.first, "eerst", "extra"))
    reason = np.where(component.left_out, "", reason)
    cells = component.cells.select("cel", *KEY, "deel").with_columns(
        pl.Series("status", status, pl.String),
        pl.Series("gepubliceerd", published).set(pl.Series(~visible), None),
        pl.Series("reden", reason, pl.String),
    )
    used = sorted(set(search.proof.values()) - {-1})
    place = {old: new for new, old in enumerate(used)}
    witnesses = tuple(
        Witness(np.flatnonzero(search.tables[i]).astype(np.int64), _nonzero(search.tables[i]))
        for i in used
    )
    proof = {key: place[index] for key, index in sorted(search.proof.items()) if index >= 0}
    draft = Protection(
        name=component.name,
        cells=cells,
        visible=visible,
        published=np.where(visible, published, 0),
        witnesses=witnesses,
        proof=proof,
        proof_hash=proof_hash(witnesses, proof),
        verdict=Verdict(component.name, False, len(search.needed), len(witnesses), 0, ()),
    )
    return replace(draft, verdict=certify(component, draft))


def _nonzero(table: Ints) -> Ints:
    changes: Ints = table[table != 0].astype(np.int64)
    return changes
