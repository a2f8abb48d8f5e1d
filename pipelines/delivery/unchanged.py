"""A run in which nothing changed: known by hashes, so that no file is read and nothing worked out.

A note of the last run holds two hashes. One is over what went in: the files of the inbox, the day,
the settings, the organisation's own folder, the program with its contracts, parameters, layouts and
plan, and every package beside it. It is taken before the run reads anything, so that what changes
meanwhile is seen by the next one. The other is over what the run left: every file of the work
folder (warehouse, archive, releases, ledger, keys, feedback), so that damage, a withdrawal or an
acceptance is seen too. Only when both are the same the run is left out. What is then said of the
deliveries comes from the register, and a note is only written where that is what the run itself
said.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from pipelines import organisation, settings
from pipelines.contracts import Contracts
from pipelines.delivery.deliver import is_settled
from pipelines.delivery.intake import as_it_ended, today
from pipelines.delivery.outcome import Outcome, marked, on_record
from pipelines.errors import UsageError
from pipelines.ingest import deliveries
from pipelines.release import basis
from pipelines.release.served import POINTER, Release
from pipelines.validate.feedback import folder
from pipelines.validate.feedback.report import Heading
from pipelines.warehouse import acceptances, engine, history, retention, state

NOTE = "laatste-run.json"
_VERSION = 1
# Of the work folder: nothing that a run reads or leaves.
_BESIDE = (NOTE, engine.LOCK, "logboek")
_NO_MATTER = frozenset({settings.DEBUG, settings.WORKDIR})


@dataclass(frozen=True)
class Standing:
    """What a run that changes nothing says; `since`: when the run ended that it repeats."""

    since: str
    deliveries: tuple[Outcome, ...]
    release: Release
    folded: tuple[tuple[str, ...], ...]
    unproved: str


def went_in(inbox: Path, engine_name: str, day: dt.date, *, sure: bool) -> str:
    """SHA-256 over all that a run reads outside its work folder; '' where that cannot be told.

    A ledger that more work folders share may get a page at any moment: then nothing is left out.
    Raises `UsageError` for an inbox that is not there or empty.
    """
    files = deliveries.inbox(inbox)
    if settings.ledger() is not None:
        return ""
    key = settings.key()
    try:
        told = {
            "version": _VERSION,
            "inbox": [[file.name, _hash(file)] for file in files],
            "key": _hash(key) if key is not None and key.exists() else "",
            "engine": engine_name,
            "sure": sure,
            "days": [str(day), str(today())],
            "settings": sorted(_settings()),
            "organisation": organisation.fingerprint(organisation.current()).hex(),
            "program": [basis.revision(), basis.code(), sys.version, *sorted(_packages())],
        }
    except OSError:  # a folder in the inbox, or a file that may not be read
        return ""
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()


def found(workdir: Path, taken: str) -> Standing | None:
    """What the last run said, when this one would do nothing else.

    `taken`: see `went_in`. Raises `UsageError` while another run is busy in the work folder.
    """
    try:
        mark, _, told = (workdir / NOTE).read_text("utf-8").partition("\n")
        if mark != _mark(told):  # damaged
            return None
        note = json.loads(told)
        if not taken or note["in"] != taken:
            return None
        with engine.held(workdir):
            if note["out"] != _left(workdir):
                return None
            return _standing(workdir, note)
    except (OSError, ValueError, KeyError, TypeError, duckdb.Error):
        return None  # no note, or not one of ours: the run tells


@dataclass(frozen=True)
class Ended:
    """How a run ended; `register`: hash of what was on record then (`state.register`)."""

    since: str
    said: tuple[Outcome, ...]
    folded: tuple[tuple[str, ...], ...]
    unproved: str
    register: str


def note(workdir: Path, taken: str, ended: Ended, contracts: Contracts) -> None:
    """Keep what this run left, for the next; nothing is kept where that might do anything else."""
    place = workdir / NOTE
    with suppress(OSError):
        place.unlink(missing_ok=True)
        if not taken:
            return
        told: dict[str, Any] = {
            "since": ended.since,
            "in": taken,
            "deliveries": [[o.file, o.delivery] for o in ended.said],
            "folded": [[*table] for table in ended.folded],
            "unproved": ended.unproved,
        }
        with engine.held(workdir):
            if not _repeats(workdir, told, ended, contracts):
                return
            told["out"] = _left(workdir)
            half = place.with_suffix(".half")
            text = json.dumps(told)
            half.write_text(f"{_mark(text)}\n{text}", "utf-8")
            half.replace(place)


def _repeats(workdir: Path, told: dict[str, Any], ended: Ended, contracts: Contracts) -> bool:
    """Whether the next run would say the same, and nothing was done since this one ended."""
    from pipelines.release import ledger  # a run has it; who only asks whether anything changed not

    same = tuple(
        replace(o, status="unchanged" if o.status == "accepted" else o.status, record=None)
        for o in ended.said
    )
    try:
        if _standing(workdir, told).deliveries != same:
            return False
        pointer = json.loads((workdir / POINTER).read_text("utf-8"))
        with engine.read_warehouse(workdir) as con:
            on_file = [history.find(con, delivery) for _, delivery in told["deliveries"]]
            settled = all(known and is_settled(con, known, contracts) for known in on_file)
            if not settled or state.register(con) != ended.register:
                return False
        return bool(pointer["grootboek"] == ledger.mark(workdir, pointer["id"]))
    except (ValueError, KeyError, TypeError, UsageError, duckdb.Error):
        return False


def _standing(workdir: Path, told: dict[str, Any]) -> Standing:
    pointer = json.loads((workdir / POINTER).read_text("utf-8"))
    with engine.read_warehouse(workdir) as con:
        agreed = acceptances.holding(con, today())
        said = tuple(
            marked(_said(con, workdir, file, delivery), agreed)
            for file, delivery in told["deliveries"]
        )
        said = expired(said, retention.past(con))
    return Standing(
        str(told["since"]),
        said,
        Release(pointer["id"], workdir / pointer["file"]),
        tuple(tuple(table) for table in told["folded"]),
        str(told["unproved"]),
    )


def _said(con: duckdb.DuckDBPyConnection, workdir: Path, file: str, delivery: str) -> Outcome:
    known = history.find(con, delivery)
    if known is None:
        raise ValueError("a delivery that is not on record")
    outcome = as_it_ended(con, on_record(con, replace(known, file=file)), None)
    heading = Heading(outcome.delivery, outcome.file, "", "", "", "")
    place = workdir / folder.NAME / folder.folder_name(heading)
    told_back = outcome.status not in {"replaced", "withdrawn"} and place.is_dir()
    return replace(outcome, feedback=str(place) if told_back else "")


def expired(outcomes: Sequence[Outcome], past: Collection[str]) -> tuple[Outcome, ...]:
    """What went back about deliveries with rows past the term is named no more."""
    return tuple(
        replace(o, feedback="", differences=None, expired=True) if o.delivery in past else o
        for o in outcomes
    )


def _left(workdir: Path) -> str:
    """SHA-256 over the names and the content of all files of the work folder."""
    digest = hashlib.sha256()
    for path in sorted(workdir.rglob("*")):
        name = path.relative_to(workdir)
        if path.is_file() and name.parts[0] not in _BESIDE:
            digest.update(f"{name.as_posix()}\0{_hash(path)}\n".encode())
    return digest.hexdigest()


def _mark(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def _hash(file: Path) -> str:
    with file.open("rb") as held:
        return hashlib.file_digest(held, "sha256").hexdigest()


def _settings() -> Iterator[tuple[str, str]]:
    for name, value in os.environ.items():
        if name.startswith("ZICHTLIJN_") and name not in _NO_MATTER:
            yield name, value


def _packages() -> Iterator[str]:
    """Name and version of every package that could be imported."""
    for place in sys.path:
        with suppress(OSError):
            yield from (
                entry.name for entry in Path(place).iterdir() if entry.suffix == ".dist-info"
            )
