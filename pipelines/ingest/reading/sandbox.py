"""Take workbooks, Parquet and SPSS files apart in a process of their own.

A file of a few kilobytes can make its reader ask for a hundred gigabytes, or bring it down. The
child may use so much memory and time and no more; whatever becomes of it, a file is read whole or
refused. Nothing of the file reaches the disk or a message.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import polars as pl

from pipelines.errors import DeliveryRefused
from pipelines.ingest.reading.limits import CHILD_MEMORY, CHILD_SECONDS, size, too_large

WORKER = "pipelines.ingest.reading.worker"
LENGTH = 8  # bytes, big-endian, that say how long the description at the start of the answer is


def tables(kind: str, data: bytes, *, sample: bool) -> list[tuple[str, pl.DataFrame]]:
    """(name, unnumbered frame) per table of a workbook (`werkboek`), Parquet file (`parquet`) or
    SPSS file (`spss`)."""
    command = [sys.executable, "-P", "-m", WORKER, kind, "deel" if sample else "geheel"]
    try:
        done = subprocess.run(  # noqa: S603  our own program and two fixed words
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=CHILD_SECONDS,
            env=os.environ | {"POLARS_MAX_THREADS": "1"},
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise too_large(
            f"Het lezen duurt langer dan {CHILD_SECONDS} seconden",
            f"ten hoogste {CHILD_SECONDS} seconden",
            "Lever grote tabellen als CSV, of verdeel ze per schooljaar.",
        ) from None
    if done.returncode != 0:
        raise _broken_off(done.returncode)
    return _answer(done.stdout)


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
