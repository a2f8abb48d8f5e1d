"""Typed tables of accepted rows, one per dataset, made from the contract."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import TYPE_CHECKING

import duckdb

from pipelines.contracts import Contracts, Dataset
from pipelines.errors import UsageError
from pipelines.ingest.clean import SQL_TYPE, quoted

if TYPE_CHECKING:
    import ibis.expr.types as ir

DELIVERY = "_levering"


def create(con: duckdb.DuckDBPyConnection, contracts: Contracts) -> None:
    """Make every dataset's table; refuse a warehouse whose tables are of another contract."""
    present = _present(con)
    for dataset in contracts.datasets.values():
        wanted = columns(dataset)
        found = present.get(dataset.id)
        if found is not None and found != wanted:
            raise UsageError(
                f"Het magazijn heeft een oudere vorm van de dataset {dataset.id}. Begin met een"
                " nieuwe werkmap (--workdir) en lees de leveringen daar opnieuw in."
            )
        listed = ", ".join(f"{quoted(name)} {kind}" for name, kind in wanted.items())
        con.execute(f"CREATE TABLE IF NOT EXISTS {quoted(dataset.id)} ({listed})")


def columns(dataset: Dataset) -> dict[str, str]:
    """Column name -> SQL type, with the delivery that a row came from."""
    return {c.name: SQL_TYPE[c.kind] for c in dataset.columns} | {DELIVERY: "VARCHAR"}


def _present(con: duckdb.DuckDBPyConnection) -> dict[str, dict[str, str]]:
    rows = con.execute(
        "SELECT table_name, column_name, data_type FROM duckdb_columns()"
        " WHERE database_name = current_database() AND schema_name = 'main' AND NOT internal"
        " ORDER BY table_name, column_index"
    ).fetchall()
    found: dict[str, dict[str, str]] = {}
    for table, column, kind in rows:
        found.setdefault(table, {})[column] = kind
    return found


def insert(
    con: duckdb.DuckDBPyConnection, dataset: Dataset, staged: str, failed: str, delivery: str
) -> None:
    """Accepted staged rows -> the dataset's table, in the order of the file."""
    names = ", ".join(quoted(c.name) for c in dataset.columns)
    con.execute(
        f"INSERT INTO {quoted(dataset.id)} SELECT {names}, ? FROM {staged} s"
        f" WHERE _nr NOT IN (SELECT _nr FROM {failed} WHERE fout)",
        [delivery],
    )


def remove(con: duckdb.DuckDBPyConnection, dataset: str, delivery: str) -> None:
    con.execute(f"DELETE FROM {quoted(dataset)} WHERE {DELIVERY} = ?", [delivery])


def filled(con: duckdb.DuckDBPyConnection, contracts: Contracts) -> Set[str]:
    """Datasets with at least one row."""
    return {
        name
        for name in contracts.datasets
        if con.execute(f"SELECT 1 FROM {quoted(name)} LIMIT 1").fetchone()
    }


def as_ibis(con: duckdb.DuckDBPyConnection, contracts: Contracts) -> Mapping[str, ir.Table]:
    """Every dataset as an ibis table; an empty one where nothing was delivered."""
    import ibis  # takes a second: only for counting

    backend = ibis.duckdb.from_connection(con)
    return {name: backend.table(name) for name in contracts.datasets}
