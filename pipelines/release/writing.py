"""The released file is written, named after its content, and served by one switch of a pointer.

What is half written is never served: the pointer changes after the file is whole and attacked.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.errors import ReleaseRefused, UsageError
from pipelines.release import ledger, tally
from pipelines.release.served import FOLDER, POINTER, Release
from pipelines.sql import quoted
from pipelines.warehouse.engine import keep


def write(
    workdir: Path,
    content: Mapping[str, pl.DataFrame],
    record: Mapping[str, Any],
    made_from: str = "",
    before_serving: Callable[[str, Path], None] | None = None,
    places: ledger.Places | None = None,
) -> Release:
    """Write a release and serve it. The same content is the same release, written once.

    `made_from`: see `basis`; stands in the pointer, so that unchanged work is known next time.
    `before_serving` is called with the release's name and its whole file, before that counts as a
    release; where it raises, there is none. `places`: where schools are, for the ledger.
    """
    identity = content_id(content, record)
    look = before_serving or _unseen
    folder = workdir / FOLDER
    file = folder / f"{identity}.duckdb"
    if file.exists() and not _damaged(workdir, file) and _is(file, identity):
        look(identity, file)
    else:
        folder.mkdir(parents=True, exist_ok=True)
        half = folder / f".{identity}.{os.getpid()}.half"
        half.unlink(missing_ok=True)
        try:
            _fill(half, content, {"id": identity, "gemaakt_op": _now(), **record})
            keep(half)
            look(identity, half)
            half.replace(file)
        except duckdb.IOException as problem:
            raise UsageError(
                f"De publicatie kon niet worden geschreven in {folder}: is de schijf vol? De"
                " vorige publicatie is ongemoeid."
            ) from problem
        finally:
            half.unlink(missing_ok=True)
    ledger.book(workdir, file, places)
    pointer = {
        "id": identity,
        "file": f"{FOLDER}/{file.name}",
        "sha256": checksum(file),
        "gemaakt_uit": made_from,
        "grootboek": ledger.mark(workdir, identity),
    }
    _switch(workdir / POINTER, pointer)
    return Release(identity, file)


def _unseen(identity: str, file: Path) -> None:
    """Nobody looks at a release before it is served."""
    del identity, file


def served(workdir: Path, made_from: str) -> Release | None:
    """The release that is served, when it was made from `made_from`, beside all that the ledger
    holds now, and is still readable."""
    try:
        told = json.loads((workdir / POINTER).read_text("utf-8"))
        if told["gemaakt_uit"] != made_from:
            return None
        if told["grootboek"] != ledger.mark(workdir, told["id"]):
            return None
        file = workdir / told["file"]
        if told["sha256"] != checksum(file):
            return None
        with duckdb.connect(str(file), read_only=True) as con:
            found = con.execute("SELECT id FROM release").fetchone()
    except (OSError, ValueError, KeyError, TypeError, duckdb.Error):
        return None
    return Release(told["id"], file) if found == (told["id"],) else None


def checksum(file: Path) -> str:
    """What the pointer says of the file it names, so that a reader knows it whole."""
    with file.open("rb") as held:
        return hashlib.file_digest(held, "sha256").hexdigest()


def _damaged(workdir: Path, file: Path) -> bool:
    """Whether the pointer names this file, and it is no longer what was written."""
    try:
        told = json.loads((workdir / POINTER).read_text("utf-8"))
        named = bool(told["file"] == f"{FOLDER}/{file.name}")
        return named and told["sha256"] != checksum(file)
    except (OSError, ValueError, KeyError, TypeError):
        return False


def _is(file: Path, identity: str) -> bool:
    """Whether a file can be read as the release of this name: a copy may have been cut off."""
    try:
        with duckdb.connect(str(file), read_only=True) as con:
            return con.execute("SELECT id FROM release").fetchone() == (identity,)
    except duckdb.Error:
        return False


def sweep(workdir: Path) -> None:
    """Remove what a run that was killed left half-written; no reader ever looked at it."""
    unfinished = (f"{FOLDER}/.*.half*", f"{tally.FOLDER}/.*.half*", "release.*.nieuw")
    with suppress(OSError, ValueError, KeyError, TypeError):  # not known: nothing is taken away
        tally.keep_only(workdir, json.loads((workdir / POINTER).read_text("utf-8"))["id"])
    found = (left for pattern in unfinished for left in workdir.glob(pattern))
    for left in (*found, *ledger.halves(workdir)):
        if left.is_dir():
            shutil.rmtree(left, ignore_errors=True)
        else:
            left.unlink(missing_ok=True)


def content_id(content: Mapping[str, pl.DataFrame], record: Mapping[str, Any]) -> str:
    """Name of a release: hash over all that is in it, apart from the moment it was made."""
    digest = hashlib.sha256()
    for name, frame in sorted(content.items()):
        digest.update(f"{name}\n".encode())
        digest.update(frame.write_csv(null_value="\\N").encode())
    digest.update(json.dumps(record, default=str, sort_keys=True).encode())
    return f"r{digest.hexdigest()[:12]}"


def _fill(file: Path, content: Mapping[str, pl.DataFrame], row: Mapping[str, Any]) -> None:
    with duckdb.connect(str(file)) as con:
        about = pl.DataFrame([row])
        for name, frame in {"release": about, **content}.items():
            con.register("inhoud", frame)
            con.execute(f"CREATE TABLE {quoted(name)} AS SELECT * FROM inhoud")
            con.unregister("inhoud")
        con.execute("CHECKPOINT")


def _switch(pointer: Path, value: Mapping[str, str]) -> None:
    """Replace the pointer in one step; on Windows a reader may hold it for a moment."""
    fresh = pointer.with_suffix(f".{os.getpid()}.nieuw")
    fresh.write_text(json.dumps(value, indent=2) + "\n", "utf-8")
    keep(fresh)
    for attempt in range(20):
        try:
            fresh.replace(pointer)
        except PermissionError:
            time.sleep(0.05 * (attempt + 1))
        else:
            return
    fresh.unlink(missing_ok=True)
    raise ReleaseRefused(
        f"De publicatie is klaar, maar {pointer.name} is niet om te zetten: sluit het programma"
        " dat dit bestand vasthoudt en draai opnieuw."
    )


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)
