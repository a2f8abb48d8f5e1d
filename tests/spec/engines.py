"""Tables for the spec suite, on every engine: typed from the contracts, filled with valid rows.

A spec says only the columns that matter; what a contract requires besides gets a valid value here.
"""

from __future__ import annotations

import atexit
import datetime as dt
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from itertools import count
from typing import Any, TypeVar

import ibis
import ibis.expr.types as ir
import pyarrow as pa
import pytest

from pipelines.contracts import Column, Contracts, Dataset, Kind
from pipelines.errors import UsageError
from pipelines.warehouse import engines

T = TypeVar("T")

ENGINES = ("duckdb",)
ON_SPARK = (pytest.mark.spark, pytest.mark.slow, pytest.mark.xdist_group("spark"))
# `make soak` and `make spark` take everything; `make test` a share of what takes long.
WHOLE = os.environ.get("ZICHTLIJN_SPECS") == "alle"


def share(items: Sequence[T], one_in: int) -> Sequence[T]:
    return items if WHOLE else items[::one_in]


CLUSTER = "local-cluster[2,1,1024]"  # two executors of their own, as on a real cluster

Row = Mapping[str, str]

ARROW: Mapping[Kind, pa.DataType] = {
    "tekst": pa.string(),
    "geheel": pa.int64(),
    "getal": pa.float64(),
    "datum": pa.date32(),
    "ja_nee": pa.bool_(),
    "lijst": pa.list_(pa.string()),
}


@contextmanager
def connected(engine: str) -> Iterator[ibis.BaseBackend]:
    """A fresh connection to an engine; with Spark, to the one session of this process."""
    if engine == "spark":
        yield _spark()
        return
    if engine != "duckdb":
        raise ValueError(f"unknown engine {engine}; known: duckdb, spark")
    backend = ibis.duckdb.connect()
    try:
        yield backend
    finally:
        backend.disconnect()


def need_spark() -> None:
    """Skip, with the reason, where Spark cannot run; in CI that is a failure."""
    try:
        engines.require(engines.SPARK)
    except UsageError as reason:
        if os.environ.get("CI") == "true":
            pytest.fail(str(reason))
        pytest.skip(str(reason))


@cache
def _spark() -> ibis.BaseBackend:
    """Spark on two executors, started once and stopped when the process ends."""
    need_spark()
    from pipelines.warehouse import spark

    class Views(spark.SparkBackend):
        """Tables are views of the session; those without rows are made once."""

        def create_table(
            self, name: str, obj: pa.Table, /, *, overwrite: bool = False, **_: Any
        ) -> ir.Table:
            schema = ibis.Schema.from_pyarrow(obj.schema)
            view = f"{name}_{next(numbers)}" if obj.num_rows else f"{name}_leeg"
            if obj.num_rows or view not in empty:
                self.register(view, obj, schema)
                empty.add(view)
            return self.view(view, schema)

    numbers, empty = count(), set[str]()
    running = ExitStack()
    atexit.register(running.close)
    work = tempfile.mkdtemp(prefix="spark-")
    running.callback(shutil.rmtree, work, ignore_errors=True)
    os.environ["SPARK_WORKER_DIR"] = work
    # For a short life: compile nothing, collect garbage simply, plan a query once. Two partitions,
    # so that both executors have work.
    light = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    settings = {
        "spark.driver.memory": "1g",
        "spark.driver.extraJavaOptions": light,
        "spark.executor.extraJavaOptions": light,
        "spark.sql.shuffle.partitions": "2",
        "spark.default.parallelism": "2",
        "spark.sql.adaptive.enabled": "false",
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    }
    backend = Views()
    backend.do_connect(running.enter_context(spark.session(CLUSTER, settings)))
    backend.register_options()
    return backend


def tables(
    backend: ibis.BaseBackend, contracts: Contracts, rows: Mapping[str, Sequence[Row]]
) -> dict[str, ir.Table]:
    """Every dataset of the contracts as a table of the engine; empty where no rows are given."""
    unknown = sorted(set(rows) - set(contracts.datasets))
    if unknown:
        raise ValueError(f"no such dataset: {', '.join(unknown)}")
    return {
        name: backend.create_table(name, arrow(dataset, rows.get(name, ())))
        for name, dataset in contracts.datasets.items()
    }


def arrow(dataset: Dataset, rows: Sequence[Row]) -> pa.Table:
    """Rows of texts -> typed columns of the contract, with a delivery."""
    for row in rows:
        for name in row:
            dataset.column(name)
    columns = {
        column.name: pa.array(
            [_value(column, row, number) for number, row in enumerate(rows, start=1)],
            type=ARROW[column.kind],
        )
        for column in dataset.columns
    }
    columns["_levering"] = pa.array(["spec"] * len(rows), type=pa.string())
    return pa.table(columns)


def _value(column: Column, row: Row, number: int) -> object:
    text = row.get(column.name, "")
    if text:
        return _typed(column.kind, text)
    if column.name in row or not column.required:
        return None
    return _default(column, number)


def _typed(kind: Kind, text: str) -> object:
    match kind:
        case "tekst":
            return text
        case "geheel":
            return int(text)
        case "getal":
            return float(text)
        case "datum":
            return dt.date.fromisoformat(text)
        case "ja_nee":
            return {"J": True, "N": False}[text]
        case "lijst":
            return text.split(",")


def _default(column: Column, number: int) -> object:
    """A valid value for a required column that a spec does not name."""
    if column.codes:
        return _FIRST_CODES.get(column.name)
    match column.kind:
        case "tekst":
            return f"{column.name}-{number}" if column.key else column.name
        case "geheel":
            return int(column.minimum or 0) + 1
        case "getal":
            return (column.minimum or 0.0) + 1.0
        case "datum":
            return dt.date(2024, 9, 2)
        case "ja_nee":
            return False
        case "lijst":
            return []


_FIRST_CODES = {
    "rol": "SMW",
    "inzetsoort": "basis",
    "aanmelder": "leerkracht_mentor",
    "problematiek": "pesten",
    "preventieniveau": "secundair",
    "wettelijk_kader": "jeugdwet",
    "werkvorm": "individueel",
    "afsluitreden": "nog_open",
    "overleg": "OZO",
    "bestemming": "wijkteam",
    "status": "aangevraagd",
    "soort": "schorsing_extern",
    "reden": "storend_gedrag",
    "hulpvorm": "begeleiding_individueel",
    "leveringsvorm": "ZIN",
    "productcategorie": "45",
    "onderwijssoort": "bo",
    "groep": "zis",
    "financier": "gemeente",
    "vorm": "sova_training",
    "thema": "pesten",
    "overgang": "po_vo",
}
