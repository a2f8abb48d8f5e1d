"""Ways to find a table for one demand, the cheapest first. Counts of one system are moved one after
the other as long as that will do: together they are a programme of many times the size."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from pipelines.release.disclosure.numbers import Ints
from pipelines.release.disclosure.problem import (
    Demand,
    Ties,
)
from pipelines.release.disclosure.programme import FEW_ATOMS, near, programme
from pipelines.release.disclosure.search import (
    Search,
    hide_pushed_out,
    prices_of,
    pushed_out,
)

FREE = 1e-6
"""Costs below this are none."""
Attempt = Callable[[Search, Demand], tuple[float, Ints] | None]

NEIGHBOURHOODS = (400, 1_500)
"""Atoms given to the integer programme: near ones first, more when hiding cannot be avoided."""


def _nearby(search: Search, demand: Demand) -> tuple[float, Ints] | None:
    return programme(search, demand, near(search, demand, NEIGHBOURHOODS[0]))


def _far(search: Search, demand: Demand) -> tuple[float, Ints] | None:
    """The same with atoms further off, where there are more."""
    atoms = near(search, demand, NEIGHBOURHOODS[1])
    return programme(search, demand, atoms) if atoms.size > NEIGHBOURHOODS[0] else None


def _chained(search: Search, demand: Demand) -> tuple[float, Ints] | None:
    """Count after count: what ties the row is moved out of its way first, each from the table
    before. So a number of pupils can rise above today's number of cases."""
    found = _steps(search.component.ties, search.rows.value, demand)
    if len(found) < 2:
        return None
    trial = replace(search, visible=search.visible.copy())
    for step in found:
        moved = programme(trial, step, near(search, step, NEIGHBOURHOODS[0]))
        if moved is None:
            return None
        trial.context = moved[1]
        hide_pushed_out(trial, moved[1], aware=demand.aware)
    if trial.context is None:
        return None
    pushed = pushed_out(search, trial.context, aware=demand.aware)
    if pushed is None:
        return None
    prices = prices_of(search)
    return sum(prices[pushed].tolist()), trial.context


def _steps(ties: Ties, values: Ints, demand: Demand) -> list[Demand]:
    """What has to move before a row can, and then the row itself.

    A count that rises takes along what it may not exceed; one that falls what may not exceed it.
    """
    found: list[Demand] = []
    for other, times in (ties.above if demand.up else ties.below).get(demand.row, ()):
        if demand.up and times * int(values[other]) < demand.target:
            goal = -(-demand.target // times)
        elif not demand.up and int(values[other]) > times * demand.target:
            goal = times * demand.target
        else:
            continue
        found += _steps(ties, values, replace(demand, row=other, target=goal))
    return [*found, demand]


def _together(search: Search, demand: Demand) -> tuple[float, Ints] | None:
    """All counts of a system at once."""
    if search.component.cells["meting"].n_unique() < 2:
        return None
    atoms = near(search, demand, NEIGHBOURHOODS[0], apart=False)
    return programme(search, demand, atoms)


def every(search: Search, demand: Demand) -> tuple[float, Ints] | None:
    """All atoms at once: of a small system, and of any where nothing nearer will do."""
    return programme(search, demand, _atoms(search, demand))


def _few(search: Search, demand: Demand) -> tuple[float, Ints] | None:
    """So few atoms of all counts that whole numbers can be sought among them exactly."""
    return programme(search, demand, near(search, demand, FEW_ATOMS, apart=False))


def attempts(search: Search) -> tuple[Attempt, ...]:
    """What to try, the cheapest first."""
    if search.together:
        return every, _few, _nearby, _chained
    return _nearby, _chained, _far, _together


def free_attempt(search: Search, demand: Demand) -> Ints | None:
    """A table that hides nothing, found where most are at the least cost."""
    small = search.together
    atoms = _atoms(search, demand) if small else near(search, demand, NEIGHBOURHOODS[0])
    found = programme(search, demand, atoms, free=True)
    return found[1] if found is not None and found[0] < FREE else None


def _atoms(search: Search, demand: Demand) -> Ints:
    return search.unknown_to(demand.insider, np.arange(search.counts.size, dtype=np.int64))
