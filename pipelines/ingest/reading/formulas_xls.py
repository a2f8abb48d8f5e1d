"""Formulas without a stored value in an xls: records of BIFF8 ([MS-XLS]) in a compound file
([MS-CFB]), of which only what is needed is read.

A formula record always has room for a number. A program that works nothing out leaves a zero there.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from pipelines.ingest.reading.formulas import Found, Place, missing

_SECTOR, _IN_HEADER = 512, 109  # bytes; places of the sector table that stand in the header
_LAST = 0xFFFFFFFA  # sectors from here are marks
_SINCE_1904 = 0x22
_BOUNDSHEET, _FORMULA, _STRING, _SHARED, _END = 0x85, 0x06, 0x207, (0x4BC, 0x221, 0x236), 0x0A
_ZERO, _NOT_A_NUMBER, _TEXT = bytes(8), b"\xff\xff", 0


def in_xls(data: bytes) -> dict[str, tuple[Place, ...]]:
    """Name of the worksheet -> its places; nothing where the file is not of the usual form."""
    try:
        stream = _stream(data)
        sheets = {name: _of_sheet(stream, at) for name, at in _sheets(stream)}
    except (struct.error, IndexError, UnicodeDecodeError, ValueError):
        return {}
    return missing(sheets)


def since_1904(data: bytes) -> bool:
    """Whether the workbook counts its days from 1904 (the record Date1904)."""
    try:
        records = _records(_stream(data), 0)
        return any(kind == _SINCE_1904 and content[:2] == b"\x01\x00" for kind, content in records)
    except (struct.error, IndexError, UnicodeDecodeError, ValueError):
        return False


def _of_sheet(stream: bytes, at: int) -> Found:
    zero, without, worked_out = [], [], False
    waiting: Place | None = None  # for the record with its text
    for kind, content in _records(stream, at):
        if waiting is not None and kind not in _SHARED:
            if kind == _STRING:
                worked_out = True
            else:
                without.append(waiting)
            waiting = None
        if kind != _FORMULA:
            continue
        row, column = struct.unpack_from("<HH", content)
        value = content[6:14]
        if value == _ZERO:
            zero.append((column, row))
        elif value[6:] == _NOT_A_NUMBER and value[0] == _TEXT:
            waiting = (column, row)
        else:
            worked_out = True
    return Found(tuple(without), tuple(zero), worked_out)


def _sheets(stream: bytes) -> Iterator[tuple[str, int]]:
    for kind, content in _records(stream, 0):
        if kind == _BOUNDSHEET:
            at, _, length, wide = struct.unpack_from("<IHBB", content)
            text = content[8 : 8 + length * (1 + (wide & 1))]
            yield text.decode("utf-16-le" if wide & 1 else "latin-1"), at


def _records(stream: bytes, at: int) -> Iterator[tuple[int, bytes]]:
    while at + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, at)
        yield kind, stream[at + 4 : at + 4 + length]
        if kind == _END:
            return
        at += 4 + length


def _stream(data: bytes) -> bytes:
    """The stream `Workbook` of a compound file."""
    if struct.unpack_from("<H", data, 30)[0] != 9:
        raise ValueError
    places = struct.unpack_from(f"<{_IN_HEADER}I", data, 76)
    table: list[int] = []
    for place in places:
        if place < _LAST:
            table += struct.unpack_from(f"<{_SECTOR // 4}I", data, (place + 1) * _SECTOR)

    def chain(sector: int) -> bytes:
        parts: list[bytes] = []
        while sector < _LAST and len(parts) <= len(table):
            parts.append(data[(sector + 1) * _SECTOR : (sector + 2) * _SECTOR])
            sector = table[sector]
        return b"".join(parts)

    folder = chain(struct.unpack_from("<I", data, 48)[0])
    for at in range(0, len(folder), 128):
        length = struct.unpack_from("<H", folder, at + 64)[0]
        name = folder[at : at + max(0, length - 2)].decode("utf-16-le")
        if name in ("Workbook", "Book"):
            start, size = struct.unpack_from("<II", folder, at + 116)
            return chain(start)[:size]
    return b""
