"""The register in a file of its own: with the archive, all it takes to make the warehouse again.

Written when something was published, and only when the register changed. It also tells a warehouse
that was put back from an old copy, or lost, from the one that made the archive beside it: such a
one would take the newer rows of the archive with it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import duckdb

from pipelines.contracts import Contracts
from pipelines.errors import UsageError
from pipelines.sql import quoted
from pipelines.warehouse import archive, engine, history, state

FILE = "registerkopie.duckdb"
_FRESH = "registerkopie.nieuw"
_TABLES = (
    "SELECT table_name FROM duckdb_tables() WHERE database_name = ? AND schema_name = 'register'"
    " ORDER BY 1"
)


def write(con: duckdb.DuckDBPyConnection, workdir: Path) -> None:
    """Make the file hold the register of now. Raises `UsageError` when the disk is full."""
    file, fresh = workdir / FILE, workdir / _FRESH
    names = [name for (name,) in con.execute(_TABLES, [_own(con)]).fetchall()]
    here = {name: state.rows(con, f"register.{quoted(name)}") for name in names}
    try:
        if file.exists() and _held(file) == here:
            return
        _remove(fresh)
        _attach(con, fresh)
        try:
            con.execute("CREATE SCHEMA kopie.register")
            for name in names:
                con.execute(
                    f"CREATE TABLE kopie.register.{quoted(name)} AS FROM register.{quoted(name)}"
                )
        finally:
            con.execute("DETACH kopie")
        engine.keep(fresh)
        fresh.replace(file)
    except (OSError, duckdb.IOException) as problem:
        _remove(fresh)
        raise UsageError(
            f"De kopie van het register in {file} kon niet worden geschreven: is de schijf vol? De"
            " vorige publicatie is ongemoeid."
        ) from problem


def refuse_older(con: duckdb.DuckDBPyConnection, workdir: Path) -> None:
    """Raise `UsageError` where the archive knows deliveries that this warehouse does not."""
    mine = _reached(con)
    file = workdir / FILE
    if file.exists():
        try:
            with duckdb.connect(str(file), read_only=True) as other:
                theirs = _reached(other)
        except duckdb.Error:
            return  # damaged: it is written anew
        if theirs <= mine:
            return
        raise UsageError(
            f"Het magazijn in {workdir} is leeg of ouder dan het archief ernaast: dat kent"
            f" {theirs[0]} leveringen, het magazijn {mine[0]}. Nu doorgaan zou de nieuwere rijen"
            " wissen. Er is niets gedaan. Maak het magazijn opnieuw uit het archief: zichtlijn"
            f" restore --workdir {workdir}"
        )
    if not mine[0] and any((workdir / archive.FOLDER).glob("*/*.parquet")):
        raise UsageError(
            f"In {workdir} is wel een archief en geen magazijn, en ook geen {FILE} om het opnieuw"
            " uit te maken. Nu doorgaan zou het archief wissen. Er is niets gedaan. Zet"
            f" {engine.FILE} terug uit een reservekopie, of begin met een nieuwe werkmap."
        )


def restore(
    workdir: Path, contracts: Contracts, prepare: Callable[[duckdb.DuckDBPyConnection], None]
) -> int:
    """Make the warehouse again from archive and register; the number of deliveries in it.

    `prepare` makes the empty tables. The new file takes the place of the old one when all of it is
    there and closes. Raises `UsageError` where there is nothing to make it from, what there is does
    not belong together, or the warehouse is not behind.
    """
    source, fresh = workdir / FILE, workdir / engine.FRESH
    if not source.exists():
        raise UsageError(
            f"In {workdir} is geen {FILE}: zonder is het magazijn niet opnieuw te maken. Zet het"
            " terug uit een reservekopie, of lees de leveringen in een nieuwe werkmap in."
        )
    with engine.held(workdir):
        _refuse_current(workdir, source)
        with duckdb.connect(str(fresh)) as con:
            prepare(con)
            _attach(con, source, "READ_ONLY")
            for (name,) in con.execute(_TABLES, ["kopie"]).fetchall():
                table = f"register.{quoted(name)}"
                con.execute(f"DELETE FROM {table}; INSERT INTO {table} BY NAME FROM kopie.{table}")
            con.execute("DETACH kopie")
            for dataset in contracts.datasets.values():
                archive.read_back(con, dataset, workdir)
            wrong = history.unbalanced(con, contracts)
            reached = _reached(con)
        if wrong:
            fresh.unlink()
            raise UsageError(
                f"Het archief en {FILE} in {workdir} horen niet bij elkaar: van {len(wrong)}"
                " leveringen ontbreken rijen. Er is niets veranderd. Zet beide terug uit dezelfde"
                " reservekopie, of lees de leveringen in een nieuwe werkmap in."
            )
        engine.keep(fresh)
        fresh.replace(workdir / engine.FILE)
    return reached[0]


def _refuse_current(workdir: Path, source: Path) -> None:
    file = workdir / engine.FILE
    if not file.exists():
        return
    with (
        duckdb.connect(str(file), read_only=True) as mine,
        duckdb.connect(str(source), read_only=True) as other,
    ):
        if _reached(mine) >= _reached(other):
            raise UsageError(
                f"Het magazijn in {workdir} is niet ouder dan het archief ernaast: er is niets te"
                " herstellen."
            )


def _remove(half: Path) -> None:
    """What a run that was killed left, with its log of changes."""
    for left in (half, half.with_name(f"{half.name}.wal")):
        left.unlink(missing_ok=True)


def _reached(con: duckdb.DuckDBPyConnection) -> tuple[int, int]:
    """How far a register is: deliveries that came, and withdrawals; neither ever goes down."""
    row = con.execute(
        "SELECT (SELECT coalesce(max(volgnummer), 0) FROM register.leveringen),"
        " (SELECT count(*) FROM register.intrekkingen)"
    ).fetchone()
    return (int(row[0]), int(row[1])) if row else (0, 0)


def _held(file: Path) -> dict[str, str]:
    with duckdb.connect(str(file), read_only=True) as con:
        names = [name for (name,) in con.execute(_TABLES, [_own(con)]).fetchall()]
        return {name: state.rows(con, f"register.{quoted(name)}") for name in names}


def _own(con: duckdb.DuckDBPyConnection) -> str:
    row = con.execute("SELECT current_database()").fetchone()
    return str(row[0]) if row else ""


def _attach(con: duckdb.DuckDBPyConnection, file: Path, how: str = "READ_WRITE") -> None:
    con.execute(f"ATTACH '{str(file).replace(chr(39), chr(39) * 2)}' AS kopie ({how})")
