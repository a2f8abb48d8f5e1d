"""The log of what was read: a line per view and per export, only ever added to.

A line says when, who (a keyed hash), in which role, which page, which filters, which release and
which kind of file. It never holds a value of a figure, a name or anything about a pupil.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from dashboard.access.rules import Rules
from dashboard.access.visitor import Visitor

FOLDER = "logboek"
# The only choices that are written down: they come from the release, never from typing.
FILTERS = ("schooljaar", "niveau", "gebied")
VIEW, EXPORT, CLOSED = "weergave", "export", "geen toegang"
_READ_BY_GROUP = 0o640
_LOG = logging.getLogger("zichtlijn.dashboard")


class LogUnwritable(Exception):
    """Reading cannot be written down, so nothing is read; the text is Dutch."""


def check(rules: Rules, workdir: Path) -> None:
    """Raises LogUnwritable when a line could not be added now."""
    if rules.log is None:
        return
    os.close(_opened(_file(rules, workdir)))


@contextmanager
def reading(
    visitor: Visitor,
    workdir: Path,
    page: str,
    release: str,
    filters: Callable[[], Mapping[str, str]],
) -> Iterator[None]:
    """Around drawing a page: nothing is drawn when it cannot be written down.

    The line follows the drawing, since only then the choices are known to be real ones; it is
    written after a fault too.
    """
    if visitor.rules is not None:
        check(visitor.rules, workdir)
    try:
        yield
    finally:
        write(visitor, workdir, VIEW, page, release, filters())


def write(
    visitor: Visitor,
    workdir: Path,
    what: str,
    page: str,
    release: str,
    filters: Mapping[str, str],
    kind: str = "",
) -> None:
    """Add one line. `kind`: of an export, the sort of file. Raises LogUnwritable."""
    if visitor.rules is None:
        return
    now = dt.datetime.now(dt.UTC)
    line = {
        "tijd": now.isoformat(timespec="seconds"),
        "wie": visitor.subject,
        "rol": visitor.role.name,
        "soort": what,
        "pagina": page,
        "filters": {name: filters[name] for name in FILTERS if filters.get(name)},
        "publicatie": release,
        "bestand": kind,
    }
    _add(visitor.rules, workdir, json.dumps(line, ensure_ascii=False) + "\n")


def _add(rules: Rules, workdir: Path, line: str) -> None:
    if rules.log is None:
        sys.stdout.write(line)
        sys.stdout.flush()
        return
    file = _opened(_file(rules, workdir))
    try:
        os.write(file, line.encode())
    except OSError as error:
        raise _unwritable() from error
    finally:
        os.close(file)


def _file(rules: Rules, workdir: Path) -> Path:
    """A file per month."""
    folder = Path(rules.log) if rules.log else workdir / FOLDER
    return folder / f"toegang-{dt.datetime.now(dt.UTC):%Y-%m}.jsonl"


def _opened(file: Path) -> int:
    try:
        file.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
        return os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _READ_BY_GROUP)
    except OSError as error:
        _LOG.error("the log cannot be written: %s", type(error).__name__)
        raise _unwritable() from error


def _unwritable() -> LogUnwritable:
    return LogUnwritable(
        "Het logboek is niet te schrijven, en zonder logboek worden geen cijfers getoond. Maak de "
        "map voor het logboek schrijfbaar, of kies in het toegangsbestand `logboek: naar: uitvoer`."
    )
