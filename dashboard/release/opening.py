"""The released file opened: read-only, whole or cut down to a scope, and held to its contract."""

from __future__ import annotations

import hashlib
from functools import cache, lru_cache
from importlib.resources import files
from pathlib import Path

import duckdb
import polars as pl
import yaml

from dashboard.access.scope import Scope

TABLES = (
    "release",
    "metrieken",
    "gebieden",
    "cellen",
    "categorieen",
    "bronnen",
    "effecten",
    "effect_reeks",
    "besparing",
    "besparing_balans",
    "besparing_gevoeligheid",
    "pilotbasis",
    "leveringen",
    "bevindingen",
    "bescherming",
)

_FILE = "uitgave"
# So many missing tables and columns are named; more say nothing new.
_NAMED = 5
_CLOSED: dict[str, str | bool | int | float | list[str]] = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "threads": "2",
}
# How a table with areas is cut down to the areas inside; the rest is copied whole or not at all.
# Tables are made in the order of TABLES, so categories and counts follow from the cells.
_INSIDE = {
    "gebieden": "SELECT g.* FROM {file}.gebieden g SEMI JOIN binnen USING (niveau, code)",
    "cellen": "SELECT c.* FROM {file}.cellen c SEMI JOIN binnen b "
    "ON c.niveau = b.niveau AND c.gebied = b.code",
    "categorieen": "SELECT k.* FROM {file}.categorieen k SEMI JOIN cellen c "
    "ON c.uitsplitsing = k.uitsplitsing AND c.categorie = k.code",
    "bescherming": "SELECT metriek, uitsplitsing, niveau, count(*) AS cellen, "
    "count(*) FILTER (status = 'zichtbaar') AS zichtbaar, "
    "count(*) FILTER (status = 'afgeschermd') AS afgeschermd FROM cellen GROUP BY ALL",
}


class ReleaseUnreadable(Exception):
    """There is a pointer, but no release can be read through it; the text is Dutch."""


@lru_cache(maxsize=8)
def checksum(path: Path, stamp: tuple[int, int]) -> str:
    del stamp
    try:
        with path.open("rb") as held:
            return hashlib.file_digest(held, "sha256").hexdigest()
    except OSError as error:
        raise unopened(path) from error


def connection(path: Path, stamp: tuple[int, int], scope: Scope) -> duckdb.DuckDBPyConnection:
    return whole(path, stamp) if scope.whole else _part(path, stamp, scope)


@lru_cache(maxsize=2)
def whole(path: Path, stamp: tuple[int, int]) -> duckdb.DuckDBPyConnection:
    """One read-only connection per file; `stamp` is only there to tell files apart."""
    del stamp
    try:
        connection = duckdb.connect(
            str(path),
            read_only=True,
            config={**_CLOSED, "enable_external_access": "false", "lock_configuration": "true"},
        )
    except duckdb.Error as error:
        raise unopened(path) from error
    try:
        _complete(connection, "current_database()")
    except ReleaseUnreadable:
        connection.close()
        raise
    return connection


@lru_cache(maxsize=64)
def _part(path: Path, stamp: tuple[int, int], scope: Scope) -> duckdb.DuckDBPyConnection:
    """A database in memory with the rows of one scope; the file is closed again afterwards."""
    del stamp
    connection = duckdb.connect(":memory:", config=_CLOSED)
    try:
        where = str(path).replace("'", "''")
        connection.execute(f"ATTACH '{where}' AS {_FILE} (READ_ONLY)")
        _complete(connection, f"'{_FILE}'")
        _copy(connection, scope)
        connection.execute(f"DETACH {_FILE}")
        connection.execute("SET enable_external_access = false")
        connection.execute("SET lock_configuration = true")
    except duckdb.Error as error:
        connection.close()
        raise unopened(path) from error
    except ReleaseUnreadable:
        connection.close()
        raise
    return connection


def _copy(connection: duckdb.DuckDBPyConnection, scope: Scope) -> None:
    """The rows inside the scope, table by table; what is outside looks as never published."""
    areas = connection.execute(
        f"SELECT niveau, code, coalesce(ouder, '') FROM {_FILE}.gebieden"
    ).fetchall()
    inside = pl.DataFrame(
        scope.allowed(areas), schema={"niveau": pl.String, "code": pl.String}, orient="row"
    )
    connection.register("binnen", inside)
    for name in TABLES:
        rows = _INSIDE.get(name, "SELECT * FROM {file}.{name}").format(file=_FILE, name=name)
        nothing = "" if scope.has_part(name) else " LIMIT 0"
        connection.execute(f"CREATE TABLE {name} AS {rows}{nothing}")
    connection.unregister("binnen")


def _complete(connection: duckdb.DuckDBPyConnection, database: str) -> None:
    """Raises ReleaseUnreadable when the release has not all that its contract promises.

    `database`: as an SQL expression.
    """
    found: dict[str, set[str]] = {}
    for table, column in connection.execute(
        f"SELECT table_name, column_name FROM duckdb_columns() WHERE database_name = {database}"
    ).fetchall():
        found.setdefault(table, set()).add(column)
    missing = [name for name in TABLES if name not in found]
    missing += [
        f"{name}.{column}"
        for name in TABLES
        for column in _promised()[name]
        if name in found and column not in found[name]
    ]
    if missing:
        raise ReleaseUnreadable(
            "De publicatie is gemaakt met een andere versie van Zichtlijn; dit ontbreekt erin: "
            f"{', '.join(missing[:_NAMED])}{' en meer' if len(missing) > _NAMED else ''}. Draai "
            "`zichtlijn run` opnieuw."
        )


@cache
def _promised() -> dict[str, tuple[str, ...]]:
    """Columns of every table as `data_contracts/released/` promises them."""
    folder = files("data_contracts") / "released"
    promised = {}
    for name in TABLES:
        told = yaml.safe_load((folder / f"{name}.odcs.yaml").read_text(encoding="utf-8"))
        promised[name] = tuple(column["name"] for column in told["schema"][0]["properties"])
    return promised


def unopened(path: Path) -> ReleaseUnreadable:
    return ReleaseUnreadable(
        f"De publicatie {path.name} is niet te openen. Draai `zichtlijn run` opnieuw."
    )
