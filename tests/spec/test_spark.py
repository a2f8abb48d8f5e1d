"""Spark against DuckDB: the whole catalogue and all effects over one random register."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest
from engines import ON_SPARK, connected
from polars.testing import assert_frame_equal
from registers import as_tables
from test_oracle import KNOWN, WORLDS, counted, world

from pipelines.effects import compute as effects
from pipelines.metrics.compute import Counted, Result

pytestmark = list(ON_SPARK)

SEED = min(WORLDS)


@pytest.fixture(scope="module")
def both() -> tuple[Result, Result]:
    return counted(SEED, "duckdb"), counted(SEED, "spark")


def same(here: pl.DataFrame, there: pl.DataFrame) -> None:
    """Counts exact, floats to 1e-9; rows in the same order."""
    assert_frame_equal(here, there, check_exact=False, rel_tol=1e-9, abs_tol=1e-9)


def by_measure(counts: tuple[Counted, ...]) -> dict[str, Counted]:
    return {c.measure: c for c in counts}


@pytest.mark.parametrize("kind", ["counted", "public"])
def test_every_count_is_the_same(both: tuple[Result, Result], kind: str) -> None:
    here, there = (by_measure(getattr(result, kind)) for result in both)
    assert len(here) > 5
    assert set(here) == set(there)
    for measure, on_duckdb in here.items():
        on_spark = there[measure]
        assert (on_spark.unit, on_spark.scale) == (on_duckdb.unit, on_duckdb.scale)
        same(on_duckdb.cells, on_spark.cells)
        same(on_duckdb.atoms, on_spark.atoms)
        same(on_duckdb.figures, on_spark.figures)


def test_every_figure_that_is_no_sum_is_the_same(both: tuple[Result, Result]) -> None:
    here, there = ({s.metric: s.cells for s in result.spreads} for result in both)
    assert len(here) > 5
    assert set(here) == set(there)
    for metric, cells in here.items():
        order = [c for c in ("schooljaar", "gebied", "categorie", "maat") if c in cells.columns]
        same(cells.sort(order), there[metric].sort(order))


def test_every_effect_and_saving_is_the_same() -> None:
    found: list[Any] = []
    for engine in ("duckdb", "spark"):
        with connected(engine) as backend:
            made = as_tables(backend, KNOWN, world(SEED).tables)
            found.append(effects.compute(made, set(made), KNOWN.parameters, dt.date(2025, 7, 31)))
    here, there = found
    assert here.effecten.height > 5
    for part in ("effecten", "effect_reeks", "besparing"):
        same(getattr(here, part), getattr(there, part))
