"""Workbooks -> unnumbered text frames, one per filled worksheet. Runs in the child process.

Values only: a formula gives the value that was stored with it. Dates come as ISO text, an error
cell as the text that a spreadsheet program shows for it.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO

import fastexcel
import polars as pl
from lxml import etree

from pipelines.errors import DeliveryRefused
from pipelines.ingest.reading.limits import check_cells, check_columns
from pipelines.ingest.reading.markup import parser

SAMPLE_ROWS = 60
_ERRORS = {
    "Div0": "#DIV/0!",
    "NA": "#N/A",
    "Name": "#NAME?",
    "Null": "#NULL!",
    "Num": "#NUM!",
    "Ref": "#REF!",
    "Value": "#VALUE!",
}
_ERROR = re.compile(r"Error\((\w+)\)")
_TIME = r"^1899-12-3[01] (\d{2}:\d{2}:\d{2})$"  # a cell that holds a time and no date
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def tables(data: bytes, *, sample: bool = False) -> Iterator[tuple[str, pl.DataFrame]]:
    """(name, frame) per worksheet that has a filled cell; rows and columns start at A1."""
    try:
        book = fastexcel.read_excel(data)
        merged = _merged(data) if data.startswith(b"PK") else {}
        for name in book.sheet_names:
            frame = _sheet(book, name, SAMPLE_ROWS if sample else None)
            if frame.height and frame.width:
                yield name, _spread(frame, merged.get(name, []))
    except fastexcel.FastExcelError:
        raise DeliveryRefused(
            "bestand.afgebroken",
            "Het werkboek kan niet worden gelezen: het is beschadigd, beveiligd met een wachtwoord"
            " of niet volledig overgekomen. Sla het opnieuw op zonder wachtwoord.",
        ) from None


def _sheet(book: fastexcel.ExcelReader, name: str, rows: int | None) -> pl.DataFrame:
    sheet = book.load_sheet(
        name,
        header_row=None,
        dtypes="string",
        skip_rows=0,
        n_rows=rows,
        skip_whitespace_tail_rows=True,
    )
    columns = sheet.available_columns()
    if not columns:
        return pl.DataFrame()
    check_columns(columns[-1].absolute_index + 1, "Het werkblad")
    check_cells(sheet.height, columns[-1].absolute_index + 1, "Het werkblad")
    batch, errors = sheet.to_arrow_with_errors()
    frame = pl.DataFrame(batch)
    frame = frame.rename(
        {old: f"c{c.absolute_index}" for old, c in zip(frame.columns, columns, strict=True)}
    )
    frame = _with_errors(frame, columns[0].absolute_index, errors.errors if errors else [])
    cells = pl.all().str.replace(_TIME, "$1")
    frame = frame.select(pl.when(cells != "").then(cells))
    before = [pl.lit(None, pl.String).alias(f"c{i}") for i in range(columns[0].absolute_index)]
    return frame.select(*before, pl.all())


def _with_errors(
    frame: pl.DataFrame, first: int, errors: list[fastexcel.CellError]
) -> pl.DataFrame:
    """An error cell is text, so that a check names it: it is not the same as an empty cell."""
    found: dict[str, dict[int, str]] = {}
    for error in errors:
        row, column = error.offset_position
        kind = _ERROR.search(error.detail)
        name = f"c{first + column}"
        found.setdefault(name, {})[row] = _ERRORS.get(kind.group(1) if kind else "", "#ERROR!")
    for name, cells in found.items():
        frame = frame.with_columns(frame[name].scatter(list(cells), list(cells.values())))
    return frame


# Merged cells ----------------------------------------------------------------------------------


def _spread(frame: pl.DataFrame, merged: list[tuple[int, int, int]]) -> pl.DataFrame:
    """The value of a cell that is merged downwards in every row it stands for.

    Not to the right: a title across columns is not the header of each.
    """
    for column, top, bottom in merged:
        name = f"c{column}"
        if name not in frame.columns or top >= frame.height:
            continue
        value = frame[name][top]
        rows = range(top + 1, min(bottom, frame.height - 1) + 1)
        if (
            value is not None
            and rows
            and frame[name][rows.start : rows.stop].null_count() == len(rows)
        ):
            frame = frame.with_columns(frame[name].scatter(list(rows), [value] * len(rows)))
    return frame


def _merged(data: bytes) -> dict[str, list[tuple[int, int, int]]]:
    """Per worksheet of an xlsx: (column, first and last row), from 0, of cells merged downwards."""
    with zipfile.ZipFile(BytesIO(data)) as archive:
        if "xl/workbook.xml" not in archive.namelist():
            return {}
        try:
            return {name: _merges(archive.read(part)) for name, part in _parts(archive).items()}
        except (KeyError, ValueError, etree.XMLSyntaxError):  # unusual, but calamine reads it
            return {}


def _parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Name of the worksheet -> its part in the archive."""
    relations = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), parser())
    targets = {r.get("Id"): r.get("Target", "") for r in relations}
    book = etree.fromstring(archive.read("xl/workbook.xml"), parser())
    found: dict[str, str] = {}
    for sheet in book.iterfind("{*}sheets/{*}sheet"):
        target = targets.get(sheet.get(_REL), "")
        path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
        if "worksheets/" in path:
            found[sheet.get("name", "")] = path
    return found


def _merges(sheet: bytes) -> list[tuple[int, int, int]]:
    tail = sheet.rfind(b"</sheetData>")
    ranges = _MERGED.finditer(sheet, max(0, tail))
    return [(_column(m[1]), int(m[2]) - 1, int(m[4]) - 1) for m in ranges if int(m[4]) > int(m[2])]


def _column(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - ord("A") + 1
    return index - 1
