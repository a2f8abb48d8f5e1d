"""Every metric over random registers, against a second account of it in plain Python.

Equal in every cell of the publication plan: numerator, denominator, persons, public denominator,
and the figures that are no sum of cells.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

import polars as pl
import pytest
from engines import ENGINES, connected
from oracle import BASES, PLAIN, WHOLE, Cell, Unit, World, welch
from registers import as_tables, random_register

from pipelines import contracts
from pipelines.metrics import publication_plan as plans
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.compute import Result, count_all
from pipelines.metrics.count.grid import KEY
from pipelines.metrics.metric import Context, Metric, PerUnit, Quotient, Rate, Summary

KNOWN = contracts.load()
PLAN = plans.load(METRICS)
pytestmark = pytest.mark.xdist_group("oracle")

CELLS = [m for m in METRICS.values() if not isinstance(m.form, Summary | Quotient)]
SUMMARIES = [m for m in METRICS.values() if isinstance(m.form, Summary)]
# The second register is looked at in the middle of a school year.
WORLDS = {1: dt.date(2025, 7, 31), 2: dt.date(2025, 3, 14)}


@cache
def world(seed: int) -> World:
    return World(random_register(KNOWN, seed), WORLDS[seed], KNOWN)


@cache
def counted(seed: int, engine: str) -> Result:
    with connected(engine) as backend:
        made = as_tables(backend, KNOWN, world(seed).tables)
        return count_all(METRICS.values(), made, set(made), Context(WORLDS[seed], KNOWN), PLAN)


def found(metric: Metric, seed: int, engine: str) -> dict[Cell, dict[str, Any]]:
    """What was counted: cell -> teller, noemer, kinderen, bekend; only what is not 0 or empty."""
    result = counted(seed, engine)
    cells: dict[Cell, dict[str, Any]] = defaultdict(dict)
    for component in (*result.counted, *result.public):
        values = {row["cel"]: row for row in component.cells.iter_rows(named=True)}
        figures = component.figures.filter(pl.col("metriek") == metric.id)
        for row in figures.iter_rows(named=True):
            own = cells[tuple(row[k] for k in KEY)]
            for part in ("teller", "noemer"):
                if row[part] is not None:
                    own[part] = values[row[part]]["aantal"]
                    own[f"personen_{part}"] = values[row[part]]["kinderen"]
            if row["bekend"] is not None:
                own["bekend"] = round(row["bekend"], 6)
    return {c: {k: v for k, v in own.items() if v} for c, own in cells.items()}


def _account(accounts: Mapping[str, Callable[[World], Any]], name: str) -> Callable[[World], Any]:
    if name not in accounts:
        pytest.fail(f"tests/spec/oracle.py: '{name}' ontbreekt; schrijf hoe hij met de hand telt")
    return accounts[name]


def expected(metric: Metric, seed: int) -> dict[Cell, dict[str, Any]]:
    """The same by hand: a loop over units, for every table of the plan."""
    units = list(_account(PLAIN, metric.id)(world(seed)))
    cells: dict[Cell, dict[str, Any]] = defaultdict(dict)
    for table in PLAN.of(metric.id):
        columns = metric.columns_of(table.breakdown)
        above: dict[Cell, dict[Any, Unit]] = defaultdict(dict)
        below: dict[Cell, dict[Any, Unit]] = defaultdict(dict)
        for unit in units:
            area = "" if table.level == "totaal" else unit.areas.get(table.level)
            if area is None:
                continue
            parts = ["onbekend" if unit.cuts[c] is None else str(unit.cuts[c]) for c in columns]
            cell = (unit.year, table.level, area, table.breakdown, ">".join(parts))
            if unit.above is not None:
                above[cell][unit.id] = unit
            if unit.below is not None:
                whole = (unit.year, table.level, area, "", "") if metric.is_split else cell
                below[whole][unit.id] = unit
        for cell, of in above.items():
            cells[cell]["teller"] = sum(u.above or 0 for u in of.values())
            cells[cell]["personen_teller"] = len({u.person for u in of.values()} - {None})
        for cell, of in below.items():
            cells[cell]["noemer"] = sum(u.below or 0 for u in of.values())
            cells[cell]["personen_noemer"] = len({u.person for u in of.values()} - {None})
        _add_base(metric, seed, table.level, table.breakdown, units, cells)
    return {c: {k: v for k, v in own.items() if v} for c, own in cells.items()}


def _add_base(
    metric: Metric,
    seed: int,
    level: str,
    breakdown: str,
    units: list[Unit],
    cells: dict[Cell, dict[str, Any]],
) -> None:
    """Public numbers of the municipalities and years that this measure has rows of.

    Where a measure is about schools, a municipality is there when one of the schools of which the
    number is known has a row.
    """
    if not isinstance(metric.form, Rate | PerUnit):
        return
    columns = metric.columns_of(breakdown)
    by = bool(columns) and set(columns) <= set(metric.form.base.by)
    base = list(BASES[metric.form.base.id](world(seed)))
    population = _all_of(metric, seed)
    if "vestiging" in metric.measure.levels and not metric.measure.residence:
        schools = {(u.year, u.areas["vestiging"]) for u in population}
        seen = {(y, a["gemeente"]) for y, a, _c, _n in base if (y, a["vestiging"]) in schools}
    else:
        seen = {(u.year, u.areas["gemeente"]) for u in population}
    sums: dict[tuple[str, str, str], float] = defaultdict(float)
    for year, areas, cuts, amount in base:
        area = "" if level == "totaal" else areas[level]
        if (year, areas["gemeente"]) in seen and areas["gemeente"] and area is not None:
            category = ">".join(str(cuts[c]) for c in columns) if by else ""
            sums[year, area, category] += amount
    for (year, area, category), amount in sums.items():
        if by or not columns:
            cells[year, level, area, breakdown, category]["bekend"] = round(amount, 6)
            continue
        for cell in [c for c in cells if c[:4] == (year, level, area, breakdown)]:
            cells[cell]["bekend"] = round(amount, 6)


def _all_of(metric: Metric, seed: int) -> list[Unit]:
    """Every unit of the population that a metric is counted over."""
    return list(PLAIN[{"smw_bereik": "smw_leerlingen"}.get(metric.id, metric.id)](world(seed)))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("seed", WORLDS)
@pytest.mark.parametrize("metric", CELLS, ids=lambda m: m.id)
def test_cells_agree(metric: Metric, seed: int, engine: str) -> None:
    here, there = found(metric, seed, engine), expected(metric, seed)
    counts = {c: {k: v for k, v in own.items() if k != "bekend"} for c, own in there.items()}
    assert sum(own.get("teller", 0) + own.get("noemer", 0) for own in counts.values()) > 0
    for cell, own in here.items():
        wanted = dict(there.get(cell, {}))
        if metric.is_split:
            whole = there.get((*cell[:3], "", ""), {})
            wanted |= {k: whole[k] for k in ("noemer", "personen_noemer") if k in whole}
        if isinstance(metric.form, Rate | PerUnit) and cell[3] and "bekend" not in wanted:
            wanted |= {k: v for k, v in own.items() if k == "bekend"}
        assert own == wanted, cell
    missed = {c for c, own in counts.items() if own and c not in here}
    if metric.is_split:
        missed = {c for c in missed if c[3]}
    assert not missed


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("seed", WORLDS)
@pytest.mark.parametrize("metric", SUMMARIES, ids=lambda m: m.id)
def test_figures_that_are_no_sums_agree(metric: Metric, seed: int, engine: str) -> None:
    wanted = _account(WHOLE, metric.id)(world(seed))
    (spread,) = [s for s in counted(seed, engine).spreads if s.metric == metric.id]
    rows = {
        (tuple(row[k] for k in KEY), row["maat"]): row for row in spread.cells.iter_rows(named=True)
    }
    assert len(wanted) > 1
    assert set(rows) == set(wanted)
    for key, (value, persons, *groups) in wanted.items():
        assert rows[key]["kinderen"] == persons
        assert rows[key]["waarde"] == (None if value is None else pytest.approx(value))
        if groups:
            bounds = rows[key]["onder"], rows[key]["boven"]
            assert bounds == pytest.approx(welch(*groups))


def test_every_metric_has_a_second_account() -> None:
    for accounts, metrics in ((PLAIN, CELLS), (WHOLE, SUMMARIES)):
        missing = sorted({m.id for m in metrics} - set(accounts))
        assert missing == [], (
            f"schrijf in tests/spec/oracle.py hoe met de hand te tellen: {missing}"
        )
        assert sorted(set(accounts) - {m.id for m in metrics}) == []
