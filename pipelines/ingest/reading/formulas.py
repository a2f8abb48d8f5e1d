"""Formulas without a stored value, which the library gives as empty cells.

A program that fills a workbook without working it out (a report of a registration system) leaves
the formulas and no values: a spreadsheet program shows them, a reader sees nothing. Some write a
zero in the place of every value.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from lxml import etree

from pipelines.ingest.reading.markup import parser

Place = tuple[int, int]  # column and row, counted from 0

_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CALCEXT = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_IN_XLSX = re.compile(
    rb'<(?:\w+:)?c\s+(?:[^>]*?\s)?r="([A-Z]{1,3})(\d{1,7})"[^>/]*>\s*'
    rb"<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)"
    rb"\s*(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>([^<]*)</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_WORKED_OUT_LATER = re.compile(rb'<(?:\w+:)?calcPr\s[^>]*fullCalcOnLoad="(?:1|true)"')


@dataclass(frozen=True)
class Found:
    """Formulas of a worksheet: `without` a stored value, with a `zero`, and whether there is one
    with any other value."""

    without: tuple[Place, ...]
    zero: tuple[Place, ...]
    worked_out: bool


def missing(sheets: Mapping[str, Found]) -> dict[str, tuple[Place, ...]]:
    """Name of the worksheet -> its formulas without a value, in a workbook whose program may leave
    a zero in the place of each.

    One that did work them out would hardly have found zero everywhere.
    """
    worked_out = any(sheet.worked_out for sheet in sheets.values())
    return {
        name: tuple(sorted([*sheet.without, *(() if worked_out else sheet.zero)]))
        for name, sheet in sheets.items()
    }


def in_xlsx(book: bytes, sheets: Mapping[str, bytes]) -> dict[str, tuple[Place, ...]]:
    """Name of the worksheet -> its places, of the markup of a workbook and of each worksheet.

    Zeros count where the workbook asks to be worked out when it is opened.
    """
    found = {name: _found(_formulas(sheet)) for name, sheet in sheets.items()}
    if _WORKED_OUT_LATER.search(book):
        return missing(found)
    return {name: sheet.without for name, sheet in found.items()}


def _formulas(sheet: bytes) -> Iterator[tuple[Place, bytes]]:
    """Every formula, and its value as written; a formula that gives an empty text has a value."""
    for m in _IN_XLSX.finditer(sheet) if b"<f" in sheet or b":f>" in sheet else ():
        yield (column(m[1]), int(m[2]) - 1), b'"' if b't="str"' in m[0] else (m[3] or b"").strip()


def _found(formulas: Iterable[tuple[Place, bytes]]) -> Found:
    by_value: dict[bytes, list[Place]] = {}
    for place, value in formulas:
        by_value.setdefault(value, []).append(place)
    without, zero = by_value.pop(b"", []), by_value.pop(b"0", [])
    return Found(tuple(without), tuple(zero), bool(by_value))


def in_ods(archive: zipfile.ZipFile) -> dict[str, tuple[Place, ...]]:
    """Name of the worksheet -> its places."""
    content = archive.read("content.xml")
    if b":formula=" not in content:
        return {}
    document = etree.fromstring(content, parser())
    return {
        table.get(f"{_TABLE}name", ""): tuple(_places(table))
        for table in document.iter(f"{_TABLE}table")
    }


def _places(table: etree._Element) -> Iterator[Place]:
    row = 0
    for line in table.iter(f"{_TABLE}table-row"):
        times = int(line.get(f"{_TABLE}number-rows-repeated", "1"))
        at = 0
        for cell in line.iterchildren(f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"):
            wide = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
            if cell.get(f"{_TABLE}formula") is not None and not _has_value(cell):
                yield from ((c, r) for r in range(row, row + times) for c in range(at, at + wide))
            at += wide
        row += times


def _has_value(cell: etree._Element) -> bool:
    kind = cell.get(f"{_OFFICE}value-type")
    if kind is None or kind == "void":
        return any("".join(p.itertext()).strip() for p in cell.iterchildren(f"{_TEXT}p"))
    if kind == "string":  # LibreOffice writes an error such as #DIV/0! as an empty text
        return cell.get(f"{_CALCEXT}value-type") != "error"
    values = ("value", "date-value", "time-value", "boolean-value")
    return any(cell.get(f"{_OFFICE}{name}") is not None for name in values)


def column(letters: bytes) -> int:
    """A -> 0, Z -> 25, AA -> 26."""
    index = 0
    for letter in letters:
        index = index * 26 + letter - ord("A") + 1
    return index - 1
