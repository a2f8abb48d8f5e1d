"""Atoms that do not occur but could: a reader cannot know that they are empty.

Without them every proof is on the safe side; with them fewer cells need hiding. Added are only
atoms put together from halves that do occur: the same unit with or without the numerator, and the
areas of one unit with the characteristics of another in the same year and onderwijssoort.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import scipy.sparse as sp

from pipelines.release.disclosure.numbers import Ints
from pipelines.release.disclosure.problem import KEY, Component

MOST = 20_000
"""At most so many atoms are added to one count, in fixed order."""

Cell = tuple[str, str, str, str, str, str]
Area = tuple[str, tuple[tuple[str, str], ...]]
Cut = tuple[tuple[str, str, str], ...]


def with_possible_atoms(component: Component) -> Component:
    """`component` with atoms of zero units behind those that occur; the same every time."""
    added: dict[tuple[int, ...], None] = {}
    for cells, part in _counts(component):
        added |= _of_one(cells, part)
    if not added:
        return component
    lengths = [len(atom) for atom in added]
    rows = np.array([cell for atom in added for cell in atom], np.int64)
    extra = sp.csc_array(
        (np.ones(rows.size, np.int64), rows, np.concatenate(([0], np.cumsum(lengths)))),
        shape=(component.incidence.shape[0], len(added)),
    )
    return replace(
        component,
        counts=np.concatenate([component.counts, np.zeros(len(added), np.int64)]),
        incidence=sp.csc_array(sp.hstack([component.incidence, extra], format="csc")),
    )


def _counts(component: Component) -> Iterator[tuple[Ints, Component]]:
    """Every count of a stacked component, with the numbers of its cells in the whole."""
    names = component.cells["meting"]
    if names.n_unique() < 2:
        yield np.arange(names.len()), component
        return
    rows = component.incidence.tocsr()
    for name in names.unique(maintain_order=True):
        cells = np.flatnonzero((names == name).to_numpy())
        place = {cell: i for i, cell in enumerate(cells.tolist())}
        atoms = np.unique(rows[cells].indices)
        yield (
            cells,
            replace(
                component,
                cells=component.cells[cells.tolist()],
                counts=component.counts[atoms],
                incidence=sp.csc_array(component.incidence[:, atoms][cells]),
                observed=int((atoms < component.observed).sum()),
                pairs=tuple((place[t], place[n]) for t, n in component.pairs if t in place),
            ),
        )


def _of_one(cells: Ints, component: Component) -> dict[tuple[int, ...], None]:
    """Atoms to add of one count, in the numbers of the whole."""
    keys: list[Cell] = list(component.cells.select(*KEY, "deel").iter_rows())
    cell_of = {key: cell for cell, key in enumerate(keys)}
    pointers, indices = component.incidence.indptr, component.incidence.indices
    seen = {
        tuple(indices[pointers[i] : pointers[i + 1]].tolist()) for i in range(component.observed)
    }
    added: dict[tuple[int, ...], None] = {}
    for atom in _candidates(component, sorted(seen), keys, cell_of):
        if atom not in seen:
            added.setdefault(tuple(cells[list(atom)].tolist()))
        if len(added) >= MOST:
            break
    return added


def _candidates(
    component: Component,
    seen: list[tuple[int, ...]],
    keys: list[Cell],
    cell_of: dict[Cell, int],
) -> Iterator[tuple[int, ...]]:
    yield from _twins(component, seen)
    yield from _crossed(component, seen, keys, cell_of)


def _twins(component: Component, seen: list[tuple[int, ...]]) -> Iterator[tuple[int, ...]]:
    """The unit outside, and wholly inside, the numerator, where units of both kinds occur."""
    noemer_of = dict(component.pairs)
    teller_of = {noemer: teller for teller, noemer in component.pairs}
    without: list[tuple[int, ...]] = []
    within: list[tuple[int, ...]] = []
    some_without = some_within = False
    for atom in seen:
        cells = set(atom)
        tellers = {cell for cell in cells if cell in noemer_of}
        full = {teller_of[cell] for cell in cells if cell in teller_of}
        some_without |= bool(full) and not tellers
        some_within |= bool(full) and tellers == full
        if full:
            without.append(tuple(sorted(cells - tellers)))
            within.append(tuple(sorted(cells | full)))
    if some_without:
        yield from without
    if some_within:
        yield from within


def _crossed(
    component: Component,
    seen: list[tuple[int, ...]],
    keys: list[Cell],
    cell_of: dict[Cell, int],
) -> Iterator[tuple[int, ...]]:
    tables = {(key[1], key[3], key[5]) for key in keys}
    values = component.values
    areas: dict[tuple[str, str], dict[Area, None]] = {}
    cuts: dict[tuple[str, str], dict[Cut, None]] = {}
    for atom in seen:
        halves = _halves([keys[cell] for cell in atom], tables, cell_of)
        if halves is None:
            continue
        group, area, cut = halves
        areas.setdefault(group, {}).setdefault(area)
        cuts.setdefault(group, {}).setdefault(cut)
    for group, inside in areas.items():
        for area in inside:
            for cut in cuts[group]:
                crossed = _cross(area, cut, tables, cell_of)
                if crossed is not None and all(values[cell] > 0 for cell in crossed):
                    yield crossed


def _halves(
    atom: list[Cell], tables: set[tuple[str, str, str]], cell_of: dict[Cell, int]
) -> tuple[tuple[str, str], Area, Cut] | None:
    """(year and onderwijssoort, areas, characteristics) of an atom that is their product."""
    years = {key[0] for key in atom}
    if len(years) != 1:
        return None
    year = years.pop()
    area = (year, tuple(sorted({(key[1], key[2]) for key in atom})))
    cut = tuple(sorted({(key[3], key[4], key[5]) for key in atom}))
    product = _cross(area, cut, tables, cell_of)
    if product is None or len(product) != len(atom):
        return None
    kind = "+".join(code for level, code in area[1] if level == "onderwijssoort")
    return (year, kind), area, cut


def _cross(
    area: Area, cut: Cut, tables: set[tuple[str, str, str]], cell_of: dict[Cell, int]
) -> tuple[int, ...] | None:
    """Cells of the product, or None where the plan has such a table but not such a cell."""
    year, places = area
    cells = []
    for level, code in places:
        for name, category, deel in cut:
            if (level, name, deel) not in tables:
                continue
            cell = cell_of.get((year, level, code, name, category, deel))
            if cell is None:
                return None
            cells.append(cell)
    return tuple(sorted(cells))
