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
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

from dashboard import language
from dashboard.access.rules import Rules
from dashboard.access.visitor import Visitor
from dashboard.language import tr

FOLDER = "logboek"
# The only choices that are written down: they come from the release, never from typing.
FILTERS = ("schooljaar", "niveau", "gebied", "ander_jaar", "ander_gebied", "geheel")
VIEW, EXPORT, CLOSED = "weergave", "export", "geen toegang"
_READ_BY_GROUP = 0o640
_LOG = logging.getLogger("zichtlijn.dashboard")


@dataclass(frozen=True)
class Reading:
    """A page being drawn for somebody."""

    visitor: Visitor
    workdir: Path
    page: str
    release: str


_READING: ContextVar[Reading | None] = ContextVar("reading", default=None)


class SessionEnded(Exception):
    """A file was asked for on a page that was drawn in a session that has ended since."""


class LogUnwritable(Exception):
    """Reading cannot be written down, so nothing is read; the text is for the reader."""


def check(rules: Rules, workdir: Path) -> None:
    """Raises LogUnwritable when a line could not be added now."""
    if rules.log is None:
        return
    os.close(_opened(_file(rules, workdir)))


@contextmanager
def reading(reading: Reading, filters: Callable[[], Mapping[str, str]]) -> Iterator[None]:
    """Around drawing a page: nothing is drawn when it cannot be written down.

    The line follows the drawing, since only then the choices are known to be real ones; it is
    written after a fault too.
    """
    if reading.visitor.rules is not None:
        check(reading.visitor.rules, reading.workdir)
    token = _READING.set(reading)
    try:
        yield
    finally:
        _READING.reset(token)
        write(reading, VIEW, filters())


def taken(made: Callable[[], bytes], kind: str, filters: Mapping[str, str]) -> Callable[[], bytes]:
    """Makes a file of the page that is being drawn when it is asked for, and writes that down.

    It is made in another thread then, in the language in which the page was drawn.
    `kind`: the sort of file. Raises SessionEnded or LogUnwritable, and makes nothing then.
    """
    now, spoken = _READING.get(), language.now()

    def make() -> bytes:
        if now is not None:
            if now.visitor.expired:
                raise SessionEnded
            write(now, EXPORT, filters, kind)
        with language.speaking(spoken):
            return made()

    return make


def write(reading: Reading, what: str, filters: Mapping[str, str], kind: str = "") -> None:
    """Add one line. `kind`: of an export, the sort of file. Raises LogUnwritable."""
    visitor = reading.visitor
    if visitor.rules is None:
        return
    line = {
        "tijd": dt.datetime.now(dt.UTC).isoformat(timespec="seconds"),
        "wie": visitor.subject,
        "rol": visitor.role.name,
        "soort": what,
        "pagina": reading.page,
        "filters": {name: filters[name] for name in FILTERS if filters.get(name)},
        "publicatie": reading.release,
        "bestand": kind,
    }
    _add(visitor.rules, reading.workdir, json.dumps(line, ensure_ascii=False) + "\n")


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
        tr(
            "Het logboek is niet te schrijven, en zonder logboek worden geen cijfers getoond. Maak "
            "de map voor het logboek schrijfbaar, of kies in het toegangsbestand "
            "`logboek: naar: uitvoer`."
        )
    )
