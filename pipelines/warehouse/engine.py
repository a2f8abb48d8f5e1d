"""The warehouse's engine: the only place that names DuckDB files and opens them for writing."""

from __future__ import annotations

import datetime as dt
import getpass
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from pipelines.errors import UsageError
from pipelines.warehouse import version

if TYPE_CHECKING:
    import polars as pl

FILE = "magazijn.duckdb"
LOCK = "magazijn.slot"
FRESH = "magazijn.nieuw"
TAKING_IN = "3 GiB"  # memory of the engine while it takes files in; nothing is ever spilled
STAGING = "wachtkamer"  # in memory: what is not yet accepted never touches the disk
TO_ERASE = "register.te_wissen"  # holds a row while deleted rows are still in the file's blocks


@contextmanager
def open_warehouse(workdir: Path | None) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection to the warehouse of `workdir`, or to one in memory that is gone afterwards.

    Afterwards the file is written anew when rows were deleted for good (see `erase_later`).
    Raises `UsageError` when another process has the warehouse open, a later Zichtlijn made it, or
    the folder is not writable.
    """
    if workdir is None:
        with _connected(":memory:") as con:
            yield con
        return
    with _alone(workdir):
        _sweep(workdir)
        try:
            with _connected(str(workdir / FILE)) as con:
                version.refuse_newer(con)
                yield con
        except duckdb.IOException as problem:
            _erase(workdir, heard=False)
            raise UsageError(
                f"In {workdir} kon niet worden geschreven: is de schijf vol? Wat al vaststond,"
                " blijft staan; van de rest is niets gedaan. Maak ruimte en geef de opdracht"
                " opnieuw."
            ) from problem
        except BaseException:
            _erase(workdir, heard=False)  # what went wrong first is what is told
            raise
        _erase(workdir, heard=True)


@contextmanager
def read_warehouse(workdir: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """A connection that only reads: a full disk or a folder that may not be written is no obstacle.

    Raises `UsageError` where there is no warehouse, another process writes in it, or a later
    Zichtlijn made it.
    """
    file = workdir / FILE
    if not file.exists():
        raise UsageError(f"In {workdir} is geen magazijn; draai daar eerst 'zichtlijn run'.")
    try:
        con = duckdb.connect(str(file), read_only=True)
    except duckdb.IOException:
        raise UsageError(
            f"Het magazijn in {workdir} is in gebruik, of u mag het niet lezen. Wacht tot de run"
            " klaar is."
        ) from None
    with con:
        version.refuse_newer(con)
        yield con


@contextmanager
def _connected(database: str) -> Iterator[duckdb.DuckDBPyConnection]:
    try:
        con = duckdb.connect(database)
    except duckdb.IOException:
        raise UsageError(
            f"Het magazijn {database} kan niet worden geopend: een ander programma houdt het vast,"
            " of u mag het niet lezen en schrijven. Er is niets veranderd."
        ) from None
    try:
        con.execute("SET temp_directory = ''")
        con.execute("SET enable_progress_bar = false")  # ibis would let it write to the terminal
        con.execute(f"ATTACH ':memory:' AS {STAGING} (COMPRESS)")
        yield con
    finally:
        con.close()


def empty_staging(con: duckdb.DuckDBPyConnection) -> None:
    """A new waiting room; one in which memory ran out takes nothing in any more."""
    con.execute(f"DETACH {STAGING}; ATTACH ':memory:' AS {STAGING} (COMPRESS)")


@contextmanager
def frugal(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """Keep the engine to `TAKING_IN`, or to what it may have if that is less.

    Raw text in memory must not reach the disk, so that what does not fit is refused
    (`duckdb.OutOfMemoryException`).
    """
    row = con.execute("SELECT current_setting('memory_limit')").fetchone()
    usual = str(row[0]) if row else TAKING_IN
    con.execute(f"SET memory_limit = '{min(usual, TAKING_IN, key=_bytes)}'")
    try:
        yield
    finally:
        # RESET would change what the setting says and not what the engine may use.
        con.execute(f"SET memory_limit = '{usual}'")


@contextmanager
def as_written(con: duckdb.DuckDBPyConnection, *rewriters: str) -> Iterator[None]:
    """Without some of the engine's ways to rewrite a query, which can take longer than asking it
    as it is (names as in `duckdb_optimizers()`)."""
    con.execute(f"SET disabled_optimizers = '{','.join(rewriters)}'")
    try:
        yield
    finally:
        con.execute("SET disabled_optimizers = ''")


def _bytes(setting: str) -> float:
    """`18.8 GiB` and the like, as the engine says it."""
    number, unit = setting.split()
    power = ("bytes", "KiB", "MiB", "GiB", "TiB").index(unit)
    return float(number) * float(1024**power)


@contextmanager
def held(workdir: Path) -> Iterator[None]:
    """Keep every other run out of the work folder, without opening the warehouse."""
    with _alone(workdir):
        _sweep(workdir)
        yield


@contextmanager
def _alone(workdir: Path) -> Iterator[None]:
    """Hold the work folder; the operating system lets go of it however this process ends."""
    try:
        workdir.mkdir(parents=True, exist_ok=True)
        lock = (workdir / LOCK).open("a+b")
    except OSError as problem:
        raise UsageError(
            f"In de werkmap {workdir} kan niet worden geschreven ({type(problem).__name__})."
        ) from None
    with lock:
        try:
            _hold(lock.fileno())
        except OSError:
            raise UsageError(
                f"Er is al een run bezig in {workdir}{_holder(workdir)}. Wacht tot die klaar is en"
                " probeer het dan opnieuw; er is nu niets veranderd."
            ) from None
        with suppress(OSError):  # a full disk: then the lock holds without a name
            lock.truncate(0)
            lock.write(_myself().encode())
            lock.flush()
        yield


def _myself() -> str:
    """Who holds the work folder, for whom it keeps out."""
    try:
        name = f" door {getpass.getuser()}"
    except (OSError, KeyError, ImportError):  # an account without a name
        name = ""
    now = dt.datetime.now().astimezone()
    return f"sinds {now:%d-%m-%Y %H:%M}{name}, proces {os.getpid()}"


def _holder(workdir: Path) -> str:
    """In brackets; '' where it cannot be read."""
    try:
        told = (workdir / LOCK).read_text("utf-8")
    except (OSError, ValueError):  # Windows also keeps readers out
        return ""
    return f" ({told})" if told else ""


if sys.platform == "win32":
    import msvcrt

    def _hold(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _hold(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def _sweep(workdir: Path) -> None:
    """Remove what a run that was killed left: a half-written new file."""
    for left in (FRESH, f"{FRESH}.wal"):
        (workdir / left).unlink(missing_ok=True)


def erase_later(con: duckdb.DuckDBPyConnection) -> None:
    """Say, in the transaction that deletes, that the file must be written anew without the rows.

    DuckDB leaves deleted rows readable in free blocks. The note is part of the transaction, so
    that a run that is killed before it is done leaves it for the next one.
    """
    con.execute(f"INSERT INTO {TO_ERASE} SELECT 1 WHERE NOT EXISTS (FROM {TO_ERASE})")


def _erase(workdir: Path, *, heard: bool) -> None:
    """Copy what is left to a new file and put that in the place of the old one.

    `heard`: raise `UsageError` where the disk has no room for it; the note that it is to be done
    stays, so that the next command does it.
    """
    file, fresh = workdir / FILE, workdir / FRESH
    if not file.exists():
        return
    try:
        with duckdb.connect(str(file)) as con:
            if not _is_to_erase(con):
                return
            con.execute("SET temp_directory = ''")
            con.execute(f"ATTACH '{str(fresh).replace(chr(39), chr(39) * 2)}' AS nieuw")
            con.execute(f"COPY FROM DATABASE {Path(FILE).stem} TO nieuw")
            con.execute(f"DELETE FROM nieuw.{TO_ERASE}")
            con.execute("CHECKPOINT nieuw")
            con.execute("DETACH nieuw")
        keep(fresh)
        fresh.replace(file)
    except (duckdb.IOException, OSError) as problem:
        if heard:
            raise UsageError(
                "De opdracht is uitgevoerd, maar gewiste rijen staan nog in vrije ruimte van"
                f" {file}: om die te wissen is plaats nodig voor een tweede kopie. Is de schijf"
                " vol? Maak ruimte en geef de opdracht opnieuw."
            ) from problem


def _is_to_erase(con: duckdb.DuckDBPyConnection) -> bool:
    schema, table = TO_ERASE.split(".")
    there = con.execute(
        "SELECT 1 FROM duckdb_tables() WHERE schema_name = ? AND table_name = ?", [schema, table]
    ).fetchone()
    return there is not None and con.execute(f"FROM {TO_ERASE}").fetchone() is not None


def as_frame(asked: duckdb.DuckDBPyConnection) -> pl.DataFrame:
    """The rows of a query that was just asked, with their types.

    The one place that has DuckDB make frames of Polars: how that is asked differs per version.
    """
    return asked.pl()


def keep(file: Path) -> None:
    """Have the operating system write a finished file to the disk, so that a power cut keeps it."""
    with file.open("rb+") as written:
        os.fsync(written.fileno())


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
