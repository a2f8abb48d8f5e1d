"""What is not to be known to who knows its own units, and what is known to it anyhow."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from pipelines.release.disclosure import Component, Relation, build_component, protect
from pipelines.release.disclosure.problem import KEY
from pipelines.release.disclosure.rows import rows_of
from pipelines.release.disclosure.rules import demands
from pipelines.release.disclosure.search import Search

CASES, PUPILS = "schorsingen", "leerlingen"
AT_MOST = Relation("hoogstens", ((1, 1), (0, -1)), low=0)


def _component(
    rows: list[tuple[str, str, str, int]], atoms: list[tuple[int, list[int]]], tie: Relation
) -> Component:
    """A system of two counts; rows: level, area, count and units."""
    cells = pl.DataFrame(
        [
            (n, "2024/2025", level, area, "", "", count, units, units, 9)
            for n, (level, area, count, units) in enumerate(rows)
        ],
        schema=["cel", *KEY, "telling", "aantal", "kinderen", "scholen"],
        orient="row",
    )
    held = pl.DataFrame(
        atoms, schema={"aantal": pl.Int64, "cellen": pl.List(pl.Int64)}, orient="row"
    )
    made = build_component("stelsel", cells, held, threshold=5, relations=(tie,), overlaps=True)
    return replace(made, cells=made.cells.with_columns(meting="telling"))


def _system(*cases: int, pupils: int) -> Component:
    """Pupils and cases of one area; only of cases each school has a cell of its own."""
    rows = [
        ("gemeente", "GM0001", PUPILS, pupils),
        ("gemeente", "GM0001", CASES, sum(cases)),
        *[("vestiging", f"s{i}", CASES, n) for i, n in enumerate(cases)],
    ]
    atoms = [(pupils, [0]), *[(n, [1, 2 + i]) for i, n in enumerate(cases)]]
    return _component(rows, atoms, AT_MOST)


def _of_schools(component: Component) -> set[tuple[int, int]]:
    rows = rows_of(component)
    visible = component.values == 0
    schools = [area for level, area in component.insiders if level == "vestiging"]
    return {
        (d.row, schools.index(component.insiders[d.insider][1]))
        for d in demands(component, rows, visible)
        if d.insider >= 0 and component.insiders[d.insider][0] == "vestiging"
    }


def test_who_knows_all_cases_of_an_area_knows_that_all_pupils_are_its_own() -> None:
    alone = _system(1, pupils=1)
    assert _of_schools(alone) == set()
    assert _of_schools(replace(alone, relations=())) == {(0, 0)}
    assert protect(alone).verdict.safe


def test_a_school_does_not_learn_the_pupils_of_another() -> None:
    both = _system(1, 1, pupils=2)
    assert {(0, 0), (0, 1), (1, 0), (1, 1)} <= _of_schools(both)
    assert protect(both).verdict.safe


def test_a_count_is_not_wanted_above_what_everybody_knows_of_a_larger_one() -> None:
    """Of three pupils no more than three can be suspended, however small the threshold is."""
    known = replace(_system(2, pupils=1), known=((1, 3), (2, 3)))
    wanted = {d.target for d in demands(known, rows_of(known), known.values == 0) if d.row == 0}
    assert max(wanted) == 3
    assert protect(known).verdict.safe


@pytest.mark.parametrize(("schools", "asked"), [(1, set()), (2, {0, 1})])
def test_what_areas_share_is_told_to_who_knows_all_of_them_but_one(
    schools: int, asked: set[int]
) -> None:
    """One pupil counts in two municipalities; in the second all cases are of one school, or not."""
    rows = [
        ("gemeente", "GM0001", PUPILS, 4),
        ("gemeente", "GM0002", PUPILS, 1),
        ("totaal", "", PUPILS, 4),
        ("gemeente", "GM0002", CASES, schools),
        *[("vestiging", f"s{i}", CASES, 1) for i in range(schools)],
    ]
    atoms = [(3, [0, 2]), (1, [0, 1, 2]), *[(1, [3, 4 + i]) for i in range(schools)]]
    shared = _component(rows, atoms, Relation("hoogstens", ((3, 1), (1, -1)), low=0))
    (overlap,) = (
        i for i, r in enumerate(shared.relations, shared.cells.height) if "overlap" in r.label
    )
    assert {school for row, school in _of_schools(shared) if row == overlap} == asked


def _of_two_municipalities() -> Component:
    """Pupils of two municipalities, one of them with a school and the wijk that it is in."""
    rows = [
        ("totaal", "", PUPILS, 40),
        ("gemeente", "GM0001", PUPILS, 22),
        ("gemeente", "GM0002", PUPILS, 18),
        ("wijk", "WK000100", PUPILS, 22),
        ("vestiging", "s0", PUPILS, 12),
        ("aanbieder", "A", PUPILS, 14),
        ("totaal", "", CASES, 40),
    ]
    atoms = [(12, [0, 1, 3, 4, 5]), (10, [0, 1, 3]), (2, [0, 2, 5]), (16, [0, 2]), (40, [6])]
    return _component(rows, atoms, Relation("hoogstens", ((6, 1), (0, -1)), low=0))


@pytest.mark.parametrize(
    ("insider", "known", "changes"),
    [
        (("aanbieder", "A"), {4, 5}, {1, 3, 4}),
        (("gemeente", "GM0001"), {1, 3, 4}, {2, 3, 4}),
        (("gemeente", "GM0002"), {2}, {0, 1, 4}),
        (("vestiging", "s0"), {4}, {1, 2, 3, 4}),
        (("wijk", "WK000100"), {3, 4}, {2, 3, 4}),
    ],
)
def test_an_insider_knows_all_that_counts_none_but_its_own_units(
    insider: tuple[str, str], known: set[int], changes: set[int]
) -> None:
    """A witness for it changes only atoms that are in none of those cells."""
    search = Search.start(_of_two_municipalities())
    number = search.component.insiders.index(insider)
    assert set(search.own_cells(number).tolist()) == known
    every = np.arange(search.counts.size, dtype=np.int64)
    assert set(search.unknown_to(number, every).tolist()) == changes
