"""From which day a workbook counts its days: 30 December 1899, or 1 January 1904.

Excel for the Mac used to begin in 1904, and a workbook that began there still does. A cell with the
format of a date is read right by the library; a cell without it is a bare number of days.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from io import BytesIO

from lxml import etree

from pipelines.ingest.reading import formulas_xls
from pipelines.ingest.reading.markup import parser

_XLSB_BOOK = 153  # the record BrtWbProp ([MS-XLSB] 2.4.822); its first bit is f1904
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


def since_1904(data: bytes) -> bool:
    """Whether the workbook says that its days count from 1904; False where it says nothing."""
    if not data.startswith(b"PK"):
        return formulas_xls.since_1904(data)
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = archive.namelist()
        try:
            if "xl/workbook.xml" in names:
                return _in_xlsx(archive.read("xl/workbook.xml"))
            if "xl/workbook.bin" in names:
                return _in_xlsb(archive.read("xl/workbook.bin"))
            return "content.xml" in names and _in_ods(archive.read("content.xml"))
        except (KeyError, ValueError, IndexError, etree.XMLSyntaxError):  # calamine reads it
            return False


def _in_xlsx(book: bytes) -> bool:
    said = etree.fromstring(book, parser()).find("{*}workbookPr")
    return said is not None and said.get("date1904", "").lower() in {"1", "true", "on"}


def _in_ods(content: bytes) -> bool:
    if b"null-date" not in content:
        return False
    day = etree.fromstring(content, parser()).find(f".//{_TABLE}null-date")
    return day is not None and day.get(f"{_TABLE}date-value", "").startswith("1904-01-01")


def _in_xlsb(book: bytes) -> bool:
    return any(
        kind == _XLSB_BOOK and content and content[0] & 1 for kind, content in _records(book)
    )


def _records(stream: bytes) -> Iterator[tuple[int, bytes]]:
    """Kind and length are numbers of seven bits a byte, the lowest first."""
    at = 0
    while at < len(stream):
        kind, at = _number(stream, at)
        length, at = _number(stream, at)
        yield kind, stream[at : at + length]
        at += length


def _number(stream: bytes, at: int) -> tuple[int, int]:
    value, shift = 0, 0
    while True:
        byte = stream[at]
        value |= (byte & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if not byte & 0x80:
            return value, at
