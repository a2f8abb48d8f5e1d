"""Take workbooks, Parquet and SPSS files apart in a process of their own.

A file of a few kilobytes can make its reader ask for a hundred gigabytes, or bring it down. The
process that reads it may use so much memory and time and no more; whatever becomes of it, a file is
read whole or refused. Nothing of the file reaches the disk or a message.

Starting Python and its readers takes longer than reading most workbooks. So one waiting process has
them ready and makes a copy of itself for every file (`worker`): each is still read in a process of
its own, with nothing of another file in it. Where a process cannot be copied (not on Linux), Python
is started for each.
"""

from __future__ import annotations

import atexit
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress

import polars as pl

from pipelines.errors import DeliveryRefused
from pipelines.ingest.reading.limits import CHILD_MEMORY, CHILD_SECONDS, size, too_large

WORKER = "pipelines.ingest.reading.worker"
LENGTH = 8  # bytes, big-endian, that say how long the description at the start of the answer is
COPIES = sys.platform == "linux"
ONE_THREAD = {"POLARS_MAX_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
_BLOCK = 1 << 20

_one_at_a_time = threading.Lock()
_waiting: subprocess.Popen[bytes] | None = None
_owner = 0


def tables(kind: str, data: bytes, *, sample: bool) -> list[tuple[str, pl.DataFrame]]:
    """(name, unnumbered frame) per table of a workbook (`werkboek`), Parquet file (`parquet`) or
    SPSS file (`spss`)."""
    extent = "deel" if sample else "geheel"
    try:
        code, said = _by_copy(kind, extent, data) if COPIES else _anew(kind, extent, data)
    except (TimeoutError, subprocess.TimeoutExpired):
        raise too_large(
            f"Het lezen duurt langer dan {CHILD_SECONDS} seconden",
            f"ten hoogste {CHILD_SECONDS} seconden",
            "Lever grote tabellen als CSV, of verdeel ze per schooljaar.",
        ) from None
    if code != 0:
        raise _broken_off(code)
    return _answer(said)


def _started(*words: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  our own program and fixed words
        [sys.executable, "-P", "-m", WORKER, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=os.environ | ONE_THREAD,
        start_new_session=COPIES,  # so that a copy is ended with it
    )


def _anew(kind: str, extent: str, data: bytes) -> tuple[int, bytes]:
    with _started(kind, extent) as child:
        try:
            said, _ = child.communicate(data, CHILD_SECONDS)
        except BaseException:
            child.kill()
            raise
    return child.returncode, said


def _by_copy(kind: str, extent: str, data: bytes) -> tuple[int, bytes]:
    """Exit code and answer of a copy of the waiting process; raises `TimeoutError`.

    Whatever goes wrong, and a Ctrl+C, ends the waiting process: the next file gets a new one.
    """
    with _one_at_a_time:
        child = _ready()
        try:
            return _asked(child, kind, extent, data)
        except BaseException as problem:
            _end()
            if isinstance(problem, BrokenPipeError | EOFError):  # it was ended from outside
                return 1, b""
            raise


def _ready() -> subprocess.Popen[bytes]:
    global _waiting, _owner  # noqa: PLW0603 - one per process, ended with it
    if _owner != os.getpid():
        _waiting = None  # of the process that this one is a copy of
    if _waiting is None or _waiting.poll() is not None:
        _end()
        _waiting, _owner = _started("wacht"), os.getpid()
        atexit.register(_end)
    return _waiting


def _end() -> None:
    global _waiting  # noqa: PLW0603
    if _waiting is None or _owner != os.getpid():
        return
    atexit.unregister(_end)
    with suppress(ProcessLookupError):
        os.killpg(_waiting.pid, signal.SIGKILL)
    with suppress(BrokenPipeError), _waiting:  # closes what led to it
        _waiting = None


def _asked(
    child: subprocess.Popen[bytes], kind: str, extent: str, data: bytes
) -> tuple[int, bytes]:
    assert child.stdin is not None  # noqa: S101 - both are pipes
    assert child.stdout is not None  # noqa: S101
    head = json.dumps([kind, extent, len(data)]).encode()
    child.stdin.write(len(head).to_bytes(LENGTH, "big") + head)
    child.stdin.write(data)
    child.stdin.flush()
    until = time.monotonic() + CHILD_SECONDS
    told = json.loads(_read(child, int.from_bytes(_read(child, LENGTH, until), "big"), until))
    return int(told["code"]), _read(child, int(told["length"]), until)


def _read(child: subprocess.Popen[bytes], length: int, until: float) -> bytes:
    assert child.stdout is not None  # noqa: S101
    place = child.stdout.fileno()
    found = bytearray()
    while len(found) < length:
        left = until - time.monotonic()
        if left <= 0 or not select.select([place], [], [], left)[0]:
            raise TimeoutError
        block = os.read(place, min(_BLOCK, length - len(found)))
        if not block:
            raise EOFError
        found += block
    return bytes(found)


def _answer(answer: bytes) -> list[tuple[str, pl.DataFrame]]:
    at = LENGTH + int.from_bytes(answer[:LENGTH], "big")
    described = json.loads(answer[LENGTH:at])
    if "rule" in described:
        raise DeliveryRefused(described["rule"], described["message"])
    found = []
    view = memoryview(answer)
    for name, length in described["tables"]:
        found.append((name, pl.read_ipc_stream(bytes(view[at : at + length]))))
        at += length
    return found


def _broken_off(code: int) -> DeliveryRefused:
    """Killed by a signal: out of memory. Any other end: the reader met what it does not know."""
    if code < 0:
        return too_large(
            f"Het bestand vraagt om meer dan {size(CHILD_MEMORY)} geheugen, bijvoorbeeld omdat er"
            " cellen ver buiten de tabel gevuld zijn",
            size(CHILD_MEMORY),
            "Bewaar alleen de tabel in een nieuw werkboek, of lever haar als CSV.",
        )
    return DeliveryRefused(
        "bestand.afgebroken",
        "Het bestand kan niet worden gelezen: het is beschadigd of ongewoon opgebouwd. Open het,"
        " sla het opnieuw op en verstuur het nog eens.",
    )
