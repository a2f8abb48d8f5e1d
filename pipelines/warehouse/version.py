"""Which form the warehouse has: an older one is brought up to date, a newer one is refused."""

from __future__ import annotations

import duckdb

from pipelines.errors import UsageError

# Goes up with every change of the warehouse's own tables that an earlier Zichtlijn cannot work
# with. Changes in what is delivered are told from the contracts (see `tables.create`).
VERSION = 2
_TABLE = "register.versie"


def of(con: duckdb.DuckDBPyConnection) -> int:
    """The version that the warehouse carries; 0 for one from before it carried any."""
    schema, table = _TABLE.split(".")
    if not con.execute(
        "SELECT 1 FROM duckdb_tables() WHERE database_name = current_database()"
        " AND schema_name = ? AND table_name = ?",
        [schema, table],
    ).fetchone():
        return 0
    row = con.execute(f"SELECT max(versie) FROM {_TABLE}").fetchone()
    return int(row[0] or 0) if row else 0


def refuse_newer(con: duckdb.DuckDBPyConnection) -> None:
    """Raises `UsageError` for a warehouse that a later Zichtlijn made; nothing is changed."""
    found = of(con)
    if found > VERSION:
        raise UsageError(
            f"Het magazijn is gemaakt met een nieuwere Zichtlijn (versie {found} van het magazijn;"
            f" deze Zichtlijn kent tot en met versie {VERSION}). Er is niets veranderd. Installeer"
            " eerst die nieuwere Zichtlijn (in de kloon: git pull, daarna make setup) en geef de"
            " opdracht opnieuw, of begin met een nieuwe werkmap: zichtlijn run"
            " MAP-MET-LEVERINGEN --workdir NIEUWE-WERKMAP"
        )


def mark(con: duckdb.DuckDBPyConnection) -> None:
    """Write the version into a warehouse that is up to date."""
    if of(con) == VERSION:
        return
    schema, _ = _TABLE.split(".")
    con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    con.execute(f"CREATE TABLE IF NOT EXISTS {_TABLE} (versie INTEGER NOT NULL)")
    con.execute(f"DELETE FROM {_TABLE}")
    con.execute(f"INSERT INTO {_TABLE} VALUES ({VERSION})")
