"""One hash for all that the warehouse holds."""

from __future__ import annotations

import hashlib

import duckdb


def fingerprint(con: duckdb.DuckDBPyConnection) -> str:
    """SHA-256 over every table's rows, whatever their order; reads the whole warehouse once."""
    names = con.execute(
        'SELECT format(\'"{}"."{}"\', schema_name, table_name) FROM duckdb_tables()'
        " WHERE database_name = current_database() AND NOT internal ORDER BY 1"
    ).fetchall()
    digest = hashlib.sha256()
    for (name,) in names:
        digest.update(f"{name} {rows(con, name)}\n".encode())
    return digest.hexdigest()


def register(con: duckdb.DuckDBPyConnection) -> str:
    """SHA-256 over what is on record of deliveries, whatever the order of its rows."""
    names = con.execute(
        "SELECT format('register.\"{}\"', table_name) FROM duckdb_tables()"
        " WHERE database_name = current_database() AND schema_name = 'register'"
        " AND table_name <> 'te_wissen' ORDER BY 1"
    ).fetchall()
    told = "".join(f"{name} {rows(con, name)}\n" for (name,) in names)
    return hashlib.sha256(told.encode()).hexdigest()


def rows(con: duckdb.DuckDBPyConnection, name: str) -> str:
    """What tells the rows of a table (a quoted name, or a query in brackets) from others, whatever
    their order."""
    found = con.execute(
        f"SELECT count(*), bit_xor(hash(t)), sum(hash(t)::HUGEINT) FROM {name} t"
    ).fetchone()
    return str(found)
