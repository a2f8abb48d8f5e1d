"""A large CSV file -> text frames of a part each, so that memory does not grow with the file.

Two passes. The first (`survey`) looks at every byte: is it UTF-8, are there line ends, do the
quotes keep to the rules, how many lines are there, and what is its SHA-256. The second takes it
apart. What a part cannot be cut from safely (another encoding, quotes inside cells) is read whole,
for as long as it is no larger than a file that is read whole may be.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from pipelines.errors import DeliveryRefused
from pipelines.ingest.reading import contents, delimited
from pipelines.ingest.reading.frame import TextFrame
from pipelines.ingest.reading.limits import (
    MAX_CELLS_STREAMED,
    MAX_FILE,
    MAX_STREAMED,
    MIB,
    check_cells,
    number,
    size,
    too_large,
)

STREAMED_FROM = 64 * MIB  # bytes; what is smaller is read whole
PART = 32 * MIB  # bytes of a part, about


@dataclass(frozen=True)
class Survey:
    """What the first pass found: separator, columns and SHA-256 of the whole file.

    `stamp`: length and moment of change, by which the second pass knows the file again.
    """

    delimiter: str
    width: int
    digest: str
    stamp: tuple[int, int]


def table(path: Path) -> TextFrame | None:
    """A table that is read part by part; None for a file that is to be read whole.

    Its `frame` holds the first part. Raises `DeliveryRefused` as reading whole does.
    """
    with contents.opened(path) as file:
        length = os.fstat(file.fileno()).st_size
        if length < STREAMED_FROM or contents.kind_of(contents.read(file, contents.HEAD)) != "csv":
            return None
    if length > MAX_STREAMED:
        raise too_large(
            f"Het bestand is {size(length)} groot",
            f"ten hoogste {size(MAX_STREAMED)}",
            "Lever per schooljaar aan.",
        )
    found = _survey(path)
    if found is None:
        if length <= MAX_FILE:
            return None
        raise too_large(
            f"Het bestand is {size(length)} groot en moet in één keer worden gelezen, omdat het"
            " geen UTF-8 is, of omdat regeleinden of aanhalingstekens niet de gewone zijn",
            f"dan ten hoogste {size(MAX_FILE)}",
            "Exporteer als UTF-8 met gewone regeleinden, of lever per schooljaar aan.",
        )
    first = next(_parts(path, found))
    return TextFrame(first, "csv", "", digest=found.digest, rest=lambda: _parts(path, found))


def _survey(path: Path) -> Survey | None:
    """None for a file that cannot be cut into parts."""
    digest, stamp = hashlib.sha256(), _stamp(path)
    rows, delimiter, width, last = 0, "", 0, b""
    for chunk in _chunks(path):
        if chunk is None:
            return None
        digest.update(chunk)
        if not delimiter:
            start = delimited.start(chunk)
            delimiter = delimited.sniff_delimiter(start)
            width = delimited.width(start, delimiter)
        if not _plain(chunk, delimiter):
            return None
        rows += delimited.check_lines(chunk, rows)
        last = chunk
    if last.rstrip(b"\r\n").endswith(b"\x1a"):  # read whole, it is taken off
        return None
    check_cells(rows, width, most=MAX_CELLS_STREAMED)
    delimited.refuse_cut_off(last, delimiter)
    return Survey(delimiter, width, digest.hexdigest(), stamp)


def _stamp(path: Path) -> tuple[int, int]:
    with contents.opened(path) as file:
        told = os.fstat(file.fileno())
    return told.st_size, told.st_mtime_ns


def _plain(chunk: bytes, delimiter: str) -> bool:
    """UTF-8 without NUL bytes, line feeds, and quotes that keep to the rules."""
    if b"\0" in chunk or chunk.count(b"\r") != chunk.count(b"\r\n"):
        return False
    if not chunk.isascii():
        try:
            chunk.decode("utf-8")
        except UnicodeDecodeError:
            return False
    return b'"' not in chunk or delimited.well_quoted(chunk, delimiter)


def _chunks(path: Path) -> Iterator[bytes | None]:
    """The file in pieces that end behind a record; None where no such place is found."""
    with contents.opened(path) as file:
        left = b""
        while block := contents.read(file, PART):
            block = left + block
            at = _end_of_record(block)
            if at == 0:
                if len(block) > 4 * PART:
                    yield None
                    return
                left = block
                continue
            yield block[:at]
            left = block[at:]
        if left:
            yield left


def _end_of_record(block: bytes) -> int:
    """Behind the last line end that is not inside quotes; 0 when there is none.

    A block begins at the start of a record, so that an even number of quotes lies before such a
    line end.
    """
    at = block.rfind(b"\n")
    inside = block.count(b'"', 0, max(at, 0)) % 2
    while at >= 0 and inside:
        before = block.rfind(b"\n", 0, at)
        inside = (inside + block.count(b'"', max(before, 0), at)) % 2
        at = before
    return at + 1


def _parts(path: Path, found: Survey) -> Iterator[pl.DataFrame]:
    """Numbered rows. Refuses a file that has changed since it was surveyed, at its end."""
    before = 0
    for chunk in _chunks(path):
        if chunk is None:
            break
        part = delimited.part(chunk, found.delimiter, found.width, before)
        before += part.height
        yield part
    if _stamp(path) != found.stamp:
        raise DeliveryRefused(
            "bestand.onleesbaar",
            f"Het bestand is veranderd terwijl het werd gelezen (bij rij {number(before)}). Wacht"
            " tot het volledig is gekopieerd en probeer het opnieuw.",
        )
