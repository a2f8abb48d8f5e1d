"""The warehouse's engine: the only place that names DuckDB files and opens them for writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from pipelines.errors import UsageError

FILE = "magazijn.duckdb"
STAGING = "wachtkamer"  # in memory: what is not yet accepted never touches the disk


@contextmanager
def open_warehouse(workdir: Path | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the warehouse of `workdir`, or to one in memory that is gone afterwards.

    Raises `UsageError` when another process has the warehouse open or the folder is not writable.
    """
    try:
        if workdir is not None:
            workdir.mkdir(parents=True, exist_ok=True)
        con = duckdb.connect(str(workdir / FILE) if workdir else ":memory:")
    except (duckdb.IOException, OSError) as problem:
        raise UsageError(
            f"Het magazijn in {workdir} kan niet worden geopend ({type(problem).__name__})."
            " Waarschijnlijk is er nog een run bezig, of mag u niet in deze map schrijven."
        ) from None
    try:
        con.execute(f"ATTACH ':memory:' AS {STAGING}")
        yield con
    finally:
        con.close()


def borrow_tables(con: duckdb.DuckDBPyConnection, workdir: Path) -> None:
    """Copy the warehouse of `workdir` into an in-memory one, so that a check can look things up."""
    file = workdir / FILE
    if not file.exists():
        raise UsageError(f"In {workdir} is geen magazijn; draai daar eerst 'zichtlijn run'.")
    try:
        con.execute(f"ATTACH '{str(file).replace(chr(39), chr(39) * 2)}' AS geleend (READ_ONLY)")
    except duckdb.IOException:
        raise UsageError(
            f"Het magazijn in {workdir} is in gebruik; wacht tot de run klaar is."
        ) from None
    con.execute("COPY FROM DATABASE geleend TO memory")
    con.execute("DETACH geleend")
