"""Spark against DuckDB: the whole catalogue and all effects over one random register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from engines import ON_SPARK, connected, need_spark
from polars.testing import assert_frame_equal
from test_oracle import KNOWN, WORLDS, counted

from pipelines import run
from pipelines.effects import compute as effects
from pipelines.errors import UsageError
from pipelines.metrics import compute
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.compute import Counted, Result
from tests.soak import small
from tests.unit.test_effects_compute import DELIVERED, Planted, register

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
    planted = register(Planted())
    with connected("spark") as backend:
        copied = {n: backend.create_table(n, table.to_pyarrow()) for n, table in planted.items()}
    here, there = (
        effects.compute(tables, DELIVERED, KNOWN.parameters, dt.date(2025, 7, 31))
        for tables in (planted, copied)
    )
    assert here.results
    assert here.besparing["bedrag"].drop_nulls().len() > 0
    for part in ("effecten", "effect_reeks", "besparing"):
        same(getattr(here, part), getattr(there, part))


def test_a_run_on_spark_publishes_the_same_release(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From the inbox through the archive to the released file, with a few metrics."""
    small.still(monkeypatch.setattr)
    inbox = small.later_files(tmp_path / "inbox")
    few = [METRICS[name] for name in ("sch_aantal", "sch_dagen", "smw_leerlingen", "smw_wachttijd")]
    count_all = compute.count_all
    monkeypatch.setattr(compute, "count_all", lambda _every, *rest: count_all(few, *rest))
    here = run.run(inbox, tmp_path / "duckdb").release

    need_spark()
    from pipelines.warehouse import spark

    opened: list[str] = []
    with connected("spark") as backend:
        running = backend._session

    @contextmanager
    def shared(remote: str) -> Iterator[Any]:
        opened.append(remote)
        yield running

    monkeypatch.setattr(spark, "session", shared)
    there = run.run(inbox, tmp_path / "spark", engine="spark").release
    assert opened == ["local[*]"]
    assert there.id == here.id

    gone = dict.fromkeys(["schorsingen"], "schorsingen/0123456789abcdef.parquet")
    with pytest.raises(UsageError, match=r"Spark vindt schorsingen/.* niet in"):
        spark.tables(running, KNOWN, str(tmp_path / "spark" / "archief"), gone)
