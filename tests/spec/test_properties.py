"""What holds for every metric, whatever the register: sums, order, and single rows that move."""

from __future__ import annotations

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import ibis
import polars as pl
import pytest
from engines import ENGINES, WHOLE, connected
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from registers import SCHOOLS, as_tables, random_register
from test_oracle import KNOWN, PLAN, WORLDS, counted, world

from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.compute import Result, count_all
from pipelines.metrics.count.grid import KEY
from pipelines.metrics.metric import Context, Metric, PerUnit, Quotient, Summary

pytestmark = pytest.mark.xdist_group("oracle")

ADDED_UP = [m for m in METRICS.values() if not isinstance(m.form, Summary | Quotient | PerUnit)]
SHARES = [m for m in ADDED_UP if m.kind == "aandeel"]
ASOF = dt.date(2025, 7, 31)
FEW = settings(
    max_examples=25 if WHOLE else 3,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
Cell = tuple[str, ...]


def tellers(result: Result, metric: str) -> dict[Cell, tuple[int, int]]:
    """Every cell of a metric: numerator and denominator (0 where there is none)."""
    found: dict[Cell, list[int]] = defaultdict(lambda: [0, 0])
    for component in (*result.counted, *result.public):
        values = dict(component.cells.select("cel", "aantal").iter_rows())
        for row in component.figures.filter(pl.col("metriek") == metric).iter_rows(named=True):
            for place, part in enumerate(("teller", "noemer")):
                if row[part] is not None:
                    found[tuple(row[k] for k in KEY)][place] = values[row[part]]
    return {cell: (above, below) for cell, (above, below) in found.items()}


def at_level(cells: dict[Cell, tuple[int, int]], breakdown: str) -> dict[Cell, dict[str, int]]:
    """(year, level, area) -> category -> numerator, of one breakdown."""
    found: dict[Cell, dict[str, int]] = defaultdict(dict)
    for (year, level, area, cut, category), (above, _below) in cells.items():
        if cut == breakdown:
            found[year, level, area][category] = above
    return found


# Sums ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", WORLDS)
@pytest.mark.parametrize("metric", ADDED_UP, ids=lambda m: m.id)
def test_categories_add_up_and_children_are_never_counted_twice(metric: Metric, seed: int) -> None:
    """Units add up to the whole; of distinct children it is between the largest and the sum."""
    cells = tellers(counted(seed, ENGINES[0]), metric.id)
    whole = at_level(cells, "")
    for breakdown in metric.breakdowns:
        for place, categories in at_level(cells, breakdown).items():
            if place not in whole:
                continue
            total, parts = whole[place][""], list(categories.values())
            if metric.measure.distinct is None:
                assert sum(parts) == total, (breakdown, place)
            else:
                assert max(parts) <= total <= sum(parts), (breakdown, place)


@pytest.mark.parametrize("seed", WORLDS)
@pytest.mark.parametrize("metric", ADDED_UP, ids=lambda m: m.id)
def test_areas_add_up_and_children_are_never_counted_twice(metric: Metric, seed: int) -> None:
    """Areas of a level add up to no more than the total; less only by what has no such area."""
    cells = tellers(counted(seed, ENGINES[0]), metric.id)
    for breakdown in {c[3] for c in cells}:
        sums: dict[tuple[str, str, str], list[int]] = defaultdict(list)
        totals: dict[tuple[str, str], int] = {}
        for (year, level, _area, cut, category), (above, _below) in cells.items():
            if cut != breakdown:
                continue
            if level == "totaal":
                totals[year, category] = above
            else:
                sums[year, level, category].append(above)
        for (year, level, category), parts in sums.items():
            total = totals[year, category]
            assert max(parts) <= total, (level, year)
            if metric.measure.distinct is None:
                assert sum(parts) <= total, (level, year)
            elif metric.measure.residence and level == "gemeente":
                assert sum(parts) >= total, (level, year)


@pytest.mark.parametrize("seed", WORLDS)
@pytest.mark.parametrize("metric", SHARES, ids=lambda m: m.id)
def test_a_part_is_never_more_than_its_whole(metric: Metric, seed: int) -> None:
    for cell, (above, below) in tellers(counted(seed, ENGINES[0]), metric.id).items():
        assert 0 <= above <= below, cell


# Order -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("engine", ENGINES)
def test_the_order_of_rows_and_deliveries_never_matters(engine: str) -> None:
    """The same rows shuffled and spread over other deliveries give the same, byte for byte."""
    seed = min(WORLDS)
    shuffle = random.Random(0)
    register = {n: shuffle.sample(rows, len(rows)) for n, rows in world(seed).tables.items()}
    with connected(engine) as backend:
        made = {
            name: table.mutate(_levering=ibis.ifelse(ibis.random() < 0.5, "eerste", "tweede"))
            for name, table in as_tables(backend, KNOWN, register).items()
        }
        again = count_all(METRICS.values(), made, set(made), Context(WORLDS[seed], KNOWN), PLAN)
    first = counted(seed, engine)
    assert len(again.counted) == len(first.counted)
    for one, other in zip(
        (*first.counted, *first.public), (*again.counted, *again.public), strict=True
    ):
        for part in ("cells", "atoms", "figures"):
            left, right = getattr(one, part), getattr(other, part)
            assert left.write_json() == right.write_json(), (one.measure, part)
    for one, other in zip(first.spreads, again.spreads, strict=True):
        keys = [*KEY, "maat"]
        assert (
            one.cells.sort(keys)
            .with_columns(pl.col(pl.Float64).round(9))
            .equals(other.cells.sort(keys).with_columns(pl.col(pl.Float64).round(9)))
        )


# Single rows that move -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def backend() -> Iterator[ibis.BaseBackend]:
    with connected(ENGINES[0]) as made:
        yield made


def cells_of(
    backend: ibis.BaseBackend, metric: str, dataset: str, rows: list[dict[str, Any]]
) -> dict[Cell, tuple[int, int]]:
    base = {k: v for k, v in world(1).tables.items() if k in ("scholen", "leerlingaantallen")}
    made = as_tables(backend, KNOWN, base | {dataset: rows})
    result = count_all([METRICS[metric]], made, set(made), Context(ASOF, KNOWN), PLAN)
    return tellers(result, metric)


def moved(
    backend: ibis.BaseBackend,
    metric: str,
    dataset: str,
    others: list[dict[str, Any]],
    before: dict[str, Any],
    after: dict[str, Any],
) -> dict[Cell, tuple[int, int]]:
    """How every cell changes when one row among others changes; only cells that do."""
    here = cells_of(backend, metric, dataset, [*others, before])
    there = cells_of(backend, metric, dataset, [*others, after])
    change = {
        cell: tuple(
            new - old
            for new, old in zip(there.get(cell, (0, 0)), here.get(cell, (0, 0)), strict=True)
        )
        for cell in here.keys() | there.keys()
    }
    return {cell: (c[0], c[1]) for cell, c in change.items() if c != (0, 0)}


POOL = random_register(KNOWN, 3)
BACKGROUND = st.lists(st.integers(0, 40), max_size=25, unique=True)
A_ROW = {
    "traject_id": "bewogen", "leerling_id": "kind-bewogen", "vestigingscode": "00AA00",
    "aanmeld_datum": dt.date(2024, 7, 1), "start_datum": dt.date(2024, 7, 31), "eind_datum": None,
    "rol": "SMW", "inzetsoort": "basis", "werkvorm": "gezin", "problematiek": "pesten",
    "aanbieder": "Kolibri", "leeftijd": 9,
}  # fmt: skip


def background(dataset: str, picked: list[int]) -> list[dict[str, Any]]:
    return [POOL[dataset][n] for n in picked]


@FEW
@given(picked=BACKGROUND)
def test_a_start_a_day_later_moves_one_unit_to_the_next_school_year(
    backend: ibis.BaseBackend, picked: list[int]
) -> None:
    after = A_ROW | {"start_datum": dt.date(2024, 8, 1)}
    change = moved(
        backend, "smw_trajecten", "smw_trajecten", background("smw_trajecten", picked), A_ROW, after
    )
    places = {
        ("totaal", ""), ("gemeente", "GM0118"), ("wijk", "WK011801"), ("vestiging", "00AA00"),
        ("onderwijssoort", "bo"), ("aanbieder", "Kolibri"),
    }  # fmt: skip
    without = {c: v for c, v in change.items() if c[3] == ""}
    assert without == {
        (year, *place, "", ""): (step, 0)
        for place in places
        for year, step in (("2023/2024", -1), ("2024/2025", 1))
    }
    cuts = {c[3:]: v for c, v in change.items() if c[3] and c[:3] == ("2024/2025", "totaal", "")}
    assert cuts == {
        ("rol", "SMW"): (1, 0),
        ("inzetsoort", "basis"): (1, 0),
        ("werkvorm", "gezin"): (1, 0),
    }


@FEW
@given(picked=BACKGROUND, school=st.sampled_from(sorted(set(SCHOOLS) - {"00AA00"})))
def test_another_school_moves_a_unit_where_the_areas_differ_and_nowhere_else(
    backend: ibis.BaseBackend, picked: list[int], school: str
) -> None:
    after = A_ROW | {"vestigingscode": school}
    change = moved(
        backend, "smw_trajecten", "smw_trajecten", background("smw_trajecten", picked), A_ROW, after
    )
    old, new = (dict(zip(("gemeente", "wijk", "onderwijssoort"), SCHOOLS[s][:3], strict=True)) | {
        "vestiging": s} for s in ("00AA00", school))  # fmt: skip
    expected = {}
    for level in old:
        if old[level] != new[level]:
            expected["2023/2024", level, old[level], "", ""] = (-1, 0)
            if new[level] is not None:
                expected["2023/2024", level, new[level], "", ""] = (1, 0)
    assert {c: v for c, v in change.items() if c[3] == ""} == expected


@FEW
@given(picked=BACKGROUND)
def test_a_day_over_the_norm_leaves_the_numerator_only(
    backend: ibis.BaseBackend, picked: list[int]
) -> None:
    within = A_ROW | {
        "aanmeld_datum": dt.date(2024, 9, 2),
        "start_datum": dt.date(2024, 9, 16),
    }
    change = moved(
        backend,
        "smw_binnen_norm",
        "smw_trajecten",
        background("smw_trajecten", picked),
        within,
        within | {"start_datum": dt.date(2024, 9, 17)},
    )
    assert set(change.values()) == {(-1, 0)}
    assert {c[1] for c in change} == {"totaal", "gemeente", "wijk", "onderwijssoort", "aanbieder"}


@FEW
@given(picked=BACKGROUND)
def test_a_relative_absence_of_a_day_more_makes_one_thuiszitter(
    backend: ibis.BaseBackend, picked: list[int]
) -> None:
    """Twenty school days are not longer than four weeks of school: the school day after is."""
    short = {
        "verzuim_id": "bewogen", "leerling_id": "kind-bewogen", "vestigingscode": "00AC00",
        "woongemeente": "GM0599", "soort": "relatief", "start_datum": dt.date(2024, 9, 2),
        "eind_datum": dt.date(2024, 9, 29),
    }  # fmt: skip
    change = moved(
        backend,
        "thuis_jaar",
        "thuiszitters",
        background("thuiszitters", picked),
        short,
        short | {"eind_datum": dt.date(2024, 9, 30)},
    )
    assert {c: v for c, v in change.items() if c[3] == ""} == {
        ("2024/2025", "totaal", "", "", ""): (1, 0),
        ("2024/2025", "gemeente", "GM0599", "", ""): (1, 0),
        ("2024/2025", "onderwijssoort", "vo", "", ""): (1, 0),
    }


@FEW
@given(picked=BACKGROUND, repeats=st.integers(1, 4))
def test_a_child_that_comes_back_is_one_child(
    backend: ibis.BaseBackend, picked: list[int], repeats: int
) -> None:
    """More trajectories of one pupil at one school in one year change no number of pupils."""
    others = background("smw_trajecten", picked)
    once = cells_of(backend, "smw_leerlingen", "smw_trajecten", [*others, A_ROW])
    copies = [A_ROW | {"traject_id": f"nog{n}"} for n in range(repeats)]
    more = cells_of(backend, "smw_leerlingen", "smw_trajecten", [*others, A_ROW, *copies])
    assert more == once
