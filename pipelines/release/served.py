"""The release that a work folder serves, opened to be read by the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.errors import UsageError

POINTER = "release.json"
FOLDER = "releases"


@dataclass(frozen=True)
class Release:
    """A release that is being served; `path` is the released file."""

    id: str
    path: Path


@contextmanager
def open_served(workdir: Path) -> Iterator[tuple[str, duckdb.DuckDBPyConnection]]:
    """The id of the served release and its file, read-only.

    Raises `UsageError` where there is none, and where it is damaged or of another version.
    """
    pointer = workdir / POINTER
    if not pointer.exists():
        raise UsageError(f"In {workdir} is nog geen publicatie; draai eerst 'zichtlijn run'.")
    try:
        told = json.loads(pointer.read_text("utf-8"))
        name, file = told["id"], workdir / told["file"]
        con = duckdb.connect(str(file), read_only=True)
    except (OSError, ValueError, KeyError, TypeError, duckdb.Error) as problem:
        raise UsageError(_unreadable(workdir)) from problem
    with con:
        try:
            yield name, con
        except duckdb.Error as problem:
            raise UsageError(_unreadable(workdir)) from problem


def _unreadable(workdir: Path) -> str:
    return (
        f"De publicatie in {workdir} is niet te lezen of met een oudere versie gemaakt; draai"
        " 'zichtlijn run' opnieuw."
    )
