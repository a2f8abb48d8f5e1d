"""Spark: a session, and the archive as its tables. Imported only where Spark does the counting."""

from __future__ import annotations

import os
import socket
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import ibis
import ibis.expr.operations as ops
import pyarrow as pa
from ibis import ir
from ibis.backends.pyspark import Backend
from ibis.backends.pyspark.datatypes import PySparkSchema
from pyspark.errors import PySparkException, RetriesExceeded
from pyspark.sql import SparkSession

from pipelines import settings
from pipelines.contracts import Contracts, Dataset, Kind
from pipelines.errors import UsageError
from pipelines.warehouse.tables import DELIVERY

_TYPE: Mapping[Kind, str] = {
    "tekst": "string",
    "geheel": "int64",
    "getal": "float64",
    "datum": "date",
    "ja_nee": "boolean",
    "lijst": "array<string>",
}

# Nothing is served, shown or logged (a log could hold values of persons), and what does not fit in
# memory is written to the disk encrypted.
_QUIET = {
    "spark.app.name": "zichtlijn",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.log.level": "OFF",
    "spark.io.encryption.enabled": "true",
    "spark.sql.catalogImplementation": "in-memory",
}
_DEEPEST = 10_000
_ON_THIS_MACHINE = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.memory": "4g",  # at most; 1g is Spark's own
}
_PARTITIONS = "spark.sql.shuffle.partitions"
_USUAL_PARTITIONS = "200"  # Spark's own: as many tasks for every step, however little there is
_FEW_PARTITIONS = 8
_SECONDS = 20  # to reach a server, and to wait for one that fell silent
_NOT_READ = ("READ_FILE", "PATH_NOT_FOUND", "FILE_NOT_EXIST")  # in the name of an error


@contextmanager
def _sockets_left_open() -> Iterator[None]:
    """Around calls in which pyspark leaves the closing of its sockets to Python."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield


@contextmanager
def _room_for_depth() -> Iterator[None]:
    """Around writing SQL: sqlglot calls itself some ten times for every query inside a query, and a
    measure that asks a calendar a few times is deeper than Python's thousand calls."""
    usual = sys.getrecursionlimit()
    sys.setrecursionlimit(max(usual, _DEEPEST))
    try:
        yield
    finally:
        sys.setrecursionlimit(usual)


class SparkBackend(Backend):  # type: ignore[misc] # ibis has no types
    """The Spark of ibis, with rows that travel as Arrow both ways instead of through pandas."""

    def to_pyarrow(
        self, expr: ir.Expr, /, *, params: Any = None, limit: Any = None, **kwargs: Any
    ) -> pa.Table:
        self._run_pre_execute_hooks(expr)
        table = expr.as_table()
        with _room_for_depth():
            query = self.compile(table, params=params, limit=limit, **kwargs)
        with _sockets_left_open():
            found = self._session.sql(query).toArrow()
        return expr.__pyarrow_result__(found.cast(table.schema().to_pyarrow()))

    def _register_in_memory_table(self, op: ops.InMemoryTable) -> None:
        self.register(op.name, op.data.to_pyarrow(op.schema), op.schema)

    def register(self, name: str, rows: pa.Table, schema: ibis.Schema) -> None:
        """Rows as a view of this session."""
        if not rows.num_rows:
            rows = rows.schema.empty_table()  # pyspark trips over a column without chunks
        with _sockets_left_open():
            frame = self._session.createDataFrame(rows, schema=PySparkSchema.from_ibis(schema))
        frame.createOrReplaceTempView(name)

    def view(self, name: str, schema: ibis.Schema) -> ir.Table:
        """A view of this session whose columns are known, so that nothing need be asked."""
        return ops.DatabaseTable(name, schema=schema, source=self).to_expr()


@contextmanager
def session(remote: str, extra: Mapping[str, str] | None = None) -> Iterator[SparkSession]:
    """A Spark session: `sc://...` for Spark Connect, else a master such as `local[*]`.

    `extra`: settings beside, or instead of, those of here. Raises `UsageError` when it does not
    start or cannot be reached within seconds, and when it is lost or cannot read the archive while
    it counts.
    """
    builder = SparkSession.builder
    if remote.startswith("sc://"):
        _reach(remote)
        builder = builder.remote(remote)
    else:
        local = remote.startswith("local")
        if local:
            os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        wanted = _QUIET | (_ON_THIS_MACHINE if local else {}) | dict(extra or {})
        builder = builder.master(remote).config(map={**wanted})
    try:
        with _sockets_left_open():
            found = builder.getOrCreate()
            found.sql("SELECT 1").collect()
        _set_up(found, remote, extra or {})
    except (PySparkException, RuntimeError, OSError) as problem:
        raise UsageError(
            "Spark is niet te starten of te bereiken"
            f" ({settings.SPARK_REMOTE}={_without_secrets(remote)}): {type(problem).__name__}. Er"
            " is niets gepubliceerd."
        ) from problem
    try:
        yield found
    except Exception as problem:
        sentence = _of_the_cluster(problem, remote)
        if sentence:  # a server that is gone cannot be stopped either: that would wait for it
            raise UsageError(sentence) from problem
        found.stop()
        raise
    except BaseException:
        found.stop()
        raise
    found.stop()


def _reach(remote: str) -> None:
    """Raise `UsageError` for an address where nothing listens: Spark itself would go on trying for
    ten minutes."""
    place = urlsplit(remote.partition(";")[0])
    try:
        where = (place.hostname or "", place.port or 15002)
        socket.create_connection(where, timeout=_SECONDS).close()
    except (OSError, ValueError) as problem:
        raise UsageError(
            f"Op het adres van Spark ({settings.SPARK_REMOTE}={_without_secrets(remote)}) antwoordt"
            f" niets: {type(problem).__name__}. Staat de server aan, en klopt het adres? Er is"
            " niets gepubliceerd."
        ) from problem


def _set_up(found: SparkSession, remote: str, extra: Mapping[str, str]) -> None:
    """What can only be said to a session that runs: few partitions, and not waiting for long."""
    if _PARTITIONS not in extra and found.conf.get(_PARTITIONS) == _USUAL_PARTITIONS:
        few = (os.cpu_count() or 1) if remote.startswith("local") else _FEW_PARTITIONS
        found.conf.set(_PARTITIONS, str(few))
    if remote.startswith("sc://"):
        from pyspark.sql.connect.client.retries import DefaultPolicy

        patient = DefaultPolicy(max_retries=5, initial_backoff=500, backoff_multiplier=2)
        connected: Any = found  # two kinds of sessions go under one type
        connected.client.set_retry_policies([patient])


def _of_the_cluster(problem: Exception, remote: str) -> str:
    """What to tell of an error that comes from the server and not from what was asked; '' for any
    other."""
    where = f"{settings.SPARK_REMOTE}={_without_secrets(remote)}"
    name = (problem.getCondition() or "") if isinstance(problem, PySparkException) else ""
    if any(part in name for part in _NOT_READ):
        return (
            f"Spark ({where}) kan het archief niet lezen. Zet de map archief van de werkmap waar"
            f" het hele cluster haar kan lezen en wijs haar aan met {settings.SPARK_ARCHIVE}. Er is"
            " niets gepubliceerd."
        )
    # What the server says of a question has a type of its own; this is the line that fell away.
    unspecific = type(problem).__name__ in ("SparkConnectGrpcException", "Py4JNetworkError")
    if unspecific or isinstance(problem, RetriesExceeded | ConnectionError):
        return (
            f"Spark ({where}) viel weg tijdens het tellen. Kijk op de server wat er gebeurde (is er"
            " genoeg geheugen?) en geef de opdracht opnieuw. Er is niets gepubliceerd."
        )
    return ""


def _without_secrets(remote: str) -> str:
    """The address without what follows it: there a token can stand."""
    return remote.partition("/;")[0].partition(";")[0]


def tables(
    found: SparkSession, contracts: Contracts, home: str, files: Mapping[str, str]
) -> dict[str, ir.Table]:
    """Every dataset as a table of Spark; an empty one without a file.

    `home`: where Spark sees the archive. Raises `UsageError` when it does not see a file there.
    """
    backend = SparkBackend()
    backend.do_connect(found)
    backend.register_options()
    made: dict[str, ir.Table] = {}
    for dataset in contracts.datasets.values():
        wanted = schema(dataset)
        if dataset.id in files:
            try:
                frame = found.read.schema(PySparkSchema.from_ibis(wanted)).parquet(
                    f"{home.rstrip('/')}/{files[dataset.id]}"
                )
                frame.createOrReplaceTempView(dataset.id)
            except PySparkException as problem:
                raise UsageError(
                    f"Spark vindt {files[dataset.id]} niet in {home}. Zet de map archief van de"
                    f" werkmap waar het cluster haar kan lezen en wijs haar aan met"
                    f" {settings.SPARK_ARCHIVE}. Er is niets gepubliceerd."
                ) from problem
        else:
            backend.register(dataset.id, wanted.to_pyarrow().empty_table(), wanted)
        made[dataset.id] = backend.view(dataset.id, wanted)
    return made


def schema(dataset: Dataset) -> ibis.Schema:
    """Columns of a dataset with the types of ibis."""
    return ibis.schema({c.name: _TYPE[c.kind] for c in dataset.columns} | {DELIVERY: "string"})
