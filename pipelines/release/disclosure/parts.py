"""A component in parts: per school year, which are independent, and per count, which are not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import scipy.sparse as sp

from pipelines.release.disclosure.numbers import Ints
from pipelines.release.disclosure.problem import Component


def by_year(component: Component) -> list[tuple[Ints, Component]]:
    """The component per school year, with the cells that each part holds, in their own order.

    No atom, pair or relation spans two years, so a year is protected apart from the others.
    """
    years = component.cells["schooljaar"].to_numpy()
    entries = component.incidence
    of_atom = np.full(component.counts.size, "", years.dtype)
    filled = np.flatnonzero(np.diff(entries.indptr))
    of_atom[filled] = years[entries.indices[entries.indptr[filled]]]
    found = []
    for year in sorted(set(years.tolist())):
        cells = np.flatnonzero(years == year).astype(np.int64)
        atoms = np.flatnonzero(of_atom == year)
        found.append((cells, _restricted(component, f"{component.name} {year}", cells, atoms)))
    return found


def by_count(component: Component) -> list[tuple[Ints, Ints, Component]]:
    """The counts of a system, each for itself: its cells, its atoms, and without what ties it to
    the others."""
    names = component.cells["meting"]
    if names.n_unique() < 2:
        every = np.arange(component.counts.size, dtype=np.int64)
        return [(np.arange(names.len(), dtype=np.int64), every, component)]
    found = []
    for name in names.unique(maintain_order=True).to_list():
        cells = np.flatnonzero((names == name).to_numpy()).astype(np.int64)
        atoms = atoms_of(component, int(cells[0]))
        found.append((cells, atoms, _restricted(component, name, cells, atoms)))
    return found


def atoms_of(component: Component, cell: int) -> Ints:
    """The atoms of the count that a cell belongs to, in order."""
    return np.flatnonzero(component.atoms_apart == component.count_of[cell]).astype(np.int64)


def _restricted(component: Component, name: str, cells: Ints, atoms: Ints) -> Component:
    """What is left of a component with only these cells and atoms: nothing that spans others."""
    place = np.full(component.cells.height, -1, np.int64)
    place[cells] = np.arange(cells.size)
    number = place.tolist()
    return replace(
        component,
        name=name,
        cells=component.cells[cells.tolist()].with_columns(
            cel=pl.int_range(cells.size, dtype=pl.Int64)
        ),
        counts=component.counts[atoms],
        incidence=sp.csc_array(component.incidence[:, atoms][cells]),
        observed=int((atoms < component.observed).sum()),
        pairs=tuple((number[t], number[n]) for t, n in component.pairs if number[t] >= 0),
        known=tuple((number[c], base) for c, base in component.known if number[c] >= 0),
        relations=tuple(
            replace(r, terms=tuple((number[c], sign) for c, sign in r.terms))
            for r in component.relations
            if all(number[c] >= 0 for c, _ in r.terms)
        ),
        earlier=tuple(
            (number[c], low, high) for c, low, high in component.earlier if number[c] >= 0
        ),
        behind=tuple(
            (number[c], number[o]) for c, o in component.behind if number[c] >= 0 and number[o] >= 0
        ),
        folded=tuple(number[c] for c in component.folded if number[c] >= 0),
        facts=tuple((number[c], least) for c, least in component.facts if number[c] >= 0),
    )
