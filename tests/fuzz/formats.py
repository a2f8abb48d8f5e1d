"""Tables of text written in every format that Zichtlijn reads, to read them back.

Where no library writes a format, the few records that a plain table needs are written here:
[MS-XLS] and [MS-CFB] for xls, [MS-XLSB] for xlsb, OpenDocument 1.2 for ods.
"""

from __future__ import annotations

import csv
import gzip
import io
import struct
import zipfile
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

import polars as pl
import xlsxwriter

Table = Sequence[Sequence[str]]


def csv_text(
    table: Table, delimiter: str = ";", line_end: str = "\n", *, quote_all: bool = False
) -> str:
    out = io.StringIO(newline="")
    quoting = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerows(table)
    return out.getvalue()


def xlsx(table: Table, *, sheet: str = "Blad1") -> bytes:
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        page = book.add_worksheet(sheet)
        for r, row in enumerate(table):
            for c, cell in enumerate(row):
                if cell:
                    page.write_string(r, c, cell)
    return out.getvalue()


def parquet(table: Table) -> bytes:
    """The first row holds the names."""
    out = io.BytesIO()
    rows = [[cell or None for cell in row] for row in table[1:]]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(table[0], pl.String), orient="row")
    frame.write_parquet(out)
    return out.getvalue()


def gz(content: bytes) -> bytes:
    return gzip.compress(content)


def zipped(members: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def unzipped(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# ods -------------------------------------------------------------------------------------------

_OASIS = "urn:oasis:names:tc:opendocument:xmlns"
_CALCEXT = "urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0"


def ods(table: Table) -> bytes:
    rows = "".join(
        f"<table:table-row>{''.join(_ods_cell(cell) for cell in row)}</table:table-row>"
        for row in table
    )
    return ods_of(f'<table:table table:name="Blad1">{rows}</table:table>')


def ods_of(sheets: str) -> bytes:
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content'
        f' xmlns:office="{_OASIS}:office:1.0" xmlns:table="{_OASIS}:table:1.0"'
        f' xmlns:text="{_OASIS}:text:1.0" xmlns:calcext="{_CALCEXT}">'
        f"<office:body><office:spreadsheet>{sheets}"
        "</office:spreadsheet></office:body></office:document-content>"
    )
    return zipped(
        {
            "mimetype": b"application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": f'<manifest xmlns="{_OASIS}:manifest:1.0"/>'.encode(),
            "content.xml": content.encode(),
        }
    )


def _ods_cell(text: str) -> str:
    if not text:
        return "<table:table-cell/>"
    lines = "".join(f"<text:p>{escape(line)}</text:p>" for line in text.split("\n"))
    return f'<table:table-cell office:value-type="string">{lines}</table:table-cell>'


# xls -------------------------------------------------------------------------------------------

_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def xls(table: Table, records: bytes = b"", *, since_1904: bool | None = None) -> bytes:
    """BIFF8 in a compound file; text cells, and whatever other records a sheet is to hold."""
    begin = _biff(0x809, struct.pack("<6H", 0x600, 5, 0, 0x7CC, 0, 0) + bytes(4))
    sheet = _biff(0x809, struct.pack("<6H", 0x600, 0x10, 0, 0x7CC, 0, 0) + bytes(4))
    for r, row in enumerate(table):
        for c, cell in enumerate(row):
            if cell:
                text = cell.encode("utf-16-le")
                place = struct.pack("<4HB", r, c, 0, len(text) // 2, 1)
                sheet += _biff(0x204, place + text)
    sheet += records
    sheet += _biff(0x0A, b"")
    name = b"Blad1"
    codepage, end = _biff(0x42, struct.pack("<H", 1200)), _biff(0x0A, b"")
    if since_1904 is not None:
        codepage += _biff(0x22, struct.pack("<H", since_1904))
    length = len(begin) + len(codepage) + 4 + 8 + len(name) + len(end)
    bound = _biff(0x85, struct.pack("<IHBB", length, 0, len(name), 0) + name)
    return _compound("Workbook", begin + codepage + bound + end + sheet)


def _biff(kind: int, content: bytes) -> bytes:
    return struct.pack("<HH", kind, len(content)) + content


def _compound(name: str, stream: bytes) -> bytes:
    """One stream in sectors of 512 bytes: table of sectors, directory, stream."""
    stream = stream.ljust(max(4096, -(-len(stream) // 512) * 512), b"\0")
    sectors = len(stream) // 512
    fats = next(n for n in range(1, 100) if n * 128 >= n + 1 + sectors)
    chain = [_FAT] * fats + [_END] + [fats + 2 + i for i in range(sectors - 1)] + [_END]
    chain += [_FREE] * (fats * 128 - len(chain))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    header += struct.pack("<5H", 0x3E, 3, 0xFFFE, 9, 6) + bytes(10)
    header += struct.pack("<8I", fats, fats, 0, 4096, _END, 0, _END, 0)
    header += struct.pack("<109I", *range(fats), *[_FREE] * (109 - fats))
    directory = _entry("Root Entry", 5, 1, _END, 0) + _entry(name, 2, _FREE, fats + 1, len(stream))
    directory = directory.ljust(512, b"\0")
    return header + struct.pack(f"<{len(chain)}I", *chain) + directory + stream


def _entry(name: str, kind: int, child: int, start: int, length: int) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    links = struct.pack("<HBBIII", len(text), kind, 1, _FREE, _FREE, child)
    return text.ljust(64, b"\0") + links + bytes(36) + struct.pack("<IQ", start, length)


# xlsb ------------------------------------------------------------------------------------------


def xlsb(table: Table, *, since_1904: bool | None = None) -> bytes:
    """The binary sibling of xlsx; text cells only."""
    width = max(map(len, table))
    sheet = _record(0x81, b"") + _record(0x94, struct.pack("<4I", 0, len(table) - 1, 0, width - 1))
    sheet += _record(0x91, b"")
    for r, row in enumerate(table):
        sheet += _record(0x00, struct.pack("<IIHBBBI", r, 0, 0x12C, 0, 0, 0, 0))
        for c, cell in enumerate(row):
            if cell:
                sheet += _record(0x06, struct.pack("<II", c, 0) + _wide(cell))
    sheet += _record(0x92, b"") + _record(0x82, b"")
    book = _record(0x83, b"")
    if since_1904 is not None:
        book += _record(0x99, struct.pack("<III", since_1904, 124226, 0))
    book += _record(0x8F, b"")
    book += _record(0x9C, struct.pack("<II", 0, 1) + _wide("rId1") + _wide("Blad1"))
    book += _record(0x90, b"") + _record(0x84, b"")
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"
    relations = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{kind}" Target="worksheets/sheet1.bin"/></Relationships>'
    )
    return zipped(
        {
            "xl/workbook.bin": book,
            "xl/_rels/workbook.bin.rels": relations.encode(),
            "xl/worksheets/sheet1.bin": sheet,
        }
    )


def _record(kind: int, content: bytes) -> bytes:
    code = bytes([kind]) if kind < 0x80 else bytes([kind, 0x01])  # all used here are below 0x100
    length, size = b"", len(content)
    while True:
        size, low = size >> 7, size & 0x7F
        length += bytes([low | (0x80 if size else 0)])
        if not size:
            return code + length + content


def _wide(text: str) -> bytes:
    data = text.encode("utf-16-le")
    return struct.pack("<I", len(data) // 2) + data
