"""Typed tables of accepted rows, one per dataset, made from the contract."""

from __future__ import annotations

from collections.abc import Mapping, Set
from typing import TYPE_CHECKING

import duckdb

from pipelines.contracts import Contracts, Dataset
from pipelines.errors import UsageError
from pipelines.sql import SQL_TYPE, quoted
from pipelines.warehouse import version

if TYPE_CHECKING:
    import ibis.expr.types as ir

DELIVERY = "_levering"
OF = "' van '"  # SQL: between a number and its supplier, where more suppliers gave the same


def create(con: duckdb.DuckDBPyConnection, contracts: Contracts) -> None:
    """Make every dataset's table, and bring those of an earlier contract up to date.

    A column that may stay empty is added to what is there already. Any other change asks for the
    deliveries themselves: such a warehouse is refused with the command to run, and left as it is.
    """
    version.refuse_newer(con)
    present = _present(con)
    for dataset in contracts.datasets.values():
        if dataset.id in present and not _added(dataset, present[dataset.id]).keys() <= {
            column.name for column in dataset.columns if not column.required
        }:
            raise UsageError(
                f"Het magazijn is gemaakt met een andere versie van het contract {dataset.id}"
                f" (nu {dataset.version}), en de rijen die er staan passen daar niet in. Er is"
                " niets veranderd. Lees de leveringen in een nieuwe werkmap in: zichtlijn run"
                " MAP-MET-LEVERINGEN --workdir NIEUWE-WERKMAP"
            )
    for dataset in contracts.datasets.values():
        listed = ", ".join(f"{quoted(name)} {kind}" for name, kind in columns(dataset).items())
        con.execute(f"CREATE TABLE IF NOT EXISTS {quoted(dataset.id)} ({listed})")
        for name, kind in _added(dataset, present.get(dataset.id, columns(dataset))).items():
            con.execute(f"ALTER TABLE {quoted(dataset.id)} ADD COLUMN {quoted(name)} {kind}")
    version.mark(con)


def are_current(con: duckdb.DuckDBPyConnection, contracts: Contracts) -> bool:
    """Whether the warehouse has the form of these contracts, so that nothing needs to be added."""
    present = _present(con)
    return version.of(con) == version.VERSION and all(
        name in present and not _added(dataset, present[name])
        for name, dataset in contracts.datasets.items()
    )


def columns(dataset: Dataset) -> dict[str, str]:
    """Column name -> SQL type, with the delivery that a row came from."""
    return {c.name: SQL_TYPE[c.kind] for c in dataset.columns} | {DELIVERY: "VARCHAR"}


def _added(dataset: Dataset, found: Mapping[str, str]) -> Mapping[str, str]:
    """Columns of the contract that a table lacks; all of them where it has others as well."""
    wanted = columns(dataset)
    if any(wanted.get(name) != kind for name, kind in found.items()):
        return wanted
    return {name: kind for name, kind in wanted.items() if name not in found}


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
        f"INSERT INTO {quoted(dataset.id)} ({names}, {DELIVERY}) SELECT {names}, ? FROM {staged} s"
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


def counted(con: duckdb.DuckDBPyConnection, contracts: Contracts) -> Mapping[str, str]:
    """SQL per dataset in which no two suppliers share a number, for those where they do.

    A supplier's own number says nothing outside its supplier. Where another gave the same one, the
    number gets its supplier behind it, in every dataset that has it.
    """
    shared: dict[str, str] = {}
    for column, datasets in _own_numbers(contracts).items():
        given = " UNION ".join(
            f"SELECT {quoted(column)} AS nummer, lower(leverancier) AS van FROM {quoted(name)}"
            f" JOIN register.leveringen ON levering = {DELIVERY} WHERE {quoted(column)} IS NOT NULL"
            for name in datasets
        )
        several = f"SELECT nummer FROM ({given}) GROUP BY 1 HAVING count(*) > 1"
        if _suppliers(con, datasets) > 1 and con.execute(f"{several} LIMIT 1").fetchone():
            shared[column] = several
    found: dict[str, str] = {}
    for dataset in contracts.datasets.values():
        told = [c.name for c in dataset.columns if c.own_number and c.name in shared]
        if not told:
            continue
        unique = ", ".join(
            f"CASE WHEN t.{quoted(c)} IN ({shared[c]}) THEN t.{quoted(c)} || {OF}"
            f" || l.leverancier ELSE t.{quoted(c)} END AS {quoted(c)}"
            for c in told
        )
        found[dataset.id] = (
            f"SELECT t.* REPLACE ({unique}) FROM {quoted(dataset.id)} t"
            f" LEFT JOIN register.leveringen l ON l.levering = t.{DELIVERY}"
        )
    return found


def _own_numbers(contracts: Contracts) -> dict[str, list[str]]:
    """Column of own numbers -> the datasets that have it."""
    found: dict[str, list[str]] = {}
    for dataset in contracts.datasets.values():
        for column in dataset.columns:
            if column.own_number:
                found.setdefault(column.name, []).append(dataset.id)
    return found


def _suppliers(con: duckdb.DuckDBPyConnection, datasets: list[str]) -> int:
    row = con.execute(
        "SELECT count(DISTINCT lower(leverancier)) FROM register.leveringen"
        " WHERE status = 'geladen' AND dataset IN (SELECT unnest(?))",
        [datasets],
    ).fetchone()
    return int(row[0]) if row else 0


def as_ibis(con: duckdb.DuckDBPyConnection, contracts: Contracts) -> Mapping[str, ir.Table]:
    """Every dataset as an ibis table; an empty one where nothing was delivered."""
    import ibis  # takes a second: only for counting

    ibis.options.sql.fuse_selects = False  # a fifth of all counting; engines merge them themselves
    backend = ibis.duckdb.from_connection(con)
    unique = counted(con, contracts)
    return {
        name: backend.sql(unique[name], schema=backend.table(name).schema())
        if name in unique
        else backend.table(name)
        for name in contracts.datasets
    }
