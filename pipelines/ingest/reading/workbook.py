"""Workbooks -> unnumbered text frames, one per filled worksheet. Runs in the child process.

Values only: a formula gives the value that was stored with it, or `NO_VALUE`. Dates come as ISO
text, a time or a length of time as `36:00:00`, an error cell as the text that a spreadsheet program
shows for it. What a cell was stands in a column beside it where it makes a difference: the text
`1.125` can be two numbers, the number 1.125 cannot. The library turns cells into text or into what
is asked for; so the columns in question are asked for twice.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Literal

import fastexcel
import polars as pl
from lxml import etree

from pipelines.errors import DeliveryRefused
from pipelines.ingest.notation import NO_VALUE, SERIAL_DAYS, SINCE_1904
from pipelines.ingest.reading import epoch, formulas, formulas_xls
from pipelines.ingest.reading.frame import CellKind, kind_column, length_of_time
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
_LENGTH = re.compile(  # of time, as an ods holds it
    r'DurationIso\("(-?)P(?:(\d+)D)?T?(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,]\d+)?S)?"\)'
)
# A number, or a text that looks like one, with decimals or with more digits than are kept.
_DECIMALS = r"^-?\d+\.\d+$|^-?\d+(\.\d+)?[eE]|^-?\d{16,}$"
_EARLY = r"^(1899|190\d)-\d{2}-\d{2} \d{2}:\d{2}:\d{2}"  # a time or a length of time, and no date
Again = Literal["boolean", "duration"]
_ASKED_AGAIN: tuple[tuple[Again, str, CellKind], ...] = (
    ("boolean", _DECIMALS, "getal"),
    ("duration", _EARLY, "tijdsduur"),
)
_MERGED = re.compile(rb'<(?:\w+:)?mergeCell\s+ref="([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})"')
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


def tables(data: bytes, *, sample: bool = False) -> Iterator[tuple[str, pl.DataFrame]]:
    """(name, frame) per worksheet that has a filled cell; rows and columns start at A1."""
    try:
        book = fastexcel.read_excel(data)
        marked, since_1904 = _marked(data), epoch.since_1904(data)
        for name in book.sheet_names:
            frame = _sheet(book, name, SAMPLE_ROWS if sample else None)
            if frame.height and frame.width:
                markup = marked.get(name, Markup())
                frame = _spread(_with_formulas(frame, markup.formulas), markup.merged)
                yield name, _counted_from_1904(frame) if since_1904 else frame
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
    frame = frame.select(pl.when(pl.all() != "").then(pl.all()))
    frame = _with_kinds(book, name, rows, frame)
    before = [pl.lit(None, pl.String).alias(f"c{i}") for i in range(columns[0].absolute_index)]
    return frame.select(*before, pl.all())


def _with_kinds(
    book: fastexcel.ExcelReader, name: str, rows: int | None, frame: pl.DataFrame
) -> pl.DataFrame:
    """Beside each column in which it makes a difference, what its cells were.

    Only a number or a boolean can be asked for as `boolean`, only a date or a time as `duration`.
    """
    for dtype, pattern, kind in _ASKED_AGAIN:
        seen = frame.select(pl.col("^c\\d+$").str.contains(pattern).any()).row(0, named=True)
        cells = [cell for cell, found in seen.items() if found]
        if not cells:
            continue
        again = _loaded(book, name, rows, dtype, [int(cell[1:]) for cell in cells])
        again = again.rename(dict(zip(again.columns, cells, strict=True)))
        again = again.select(cells).with_row_index("rij")
        frame = (
            frame.with_row_index("rij").join(again, on="rij", how="left", suffix=" ook").drop("rij")
        )
        for cell in cells:
            told = pl.col(f"{cell} ook")
            is_kind = told.is_not_null() & pl.col(cell).str.contains(pattern)
            text = length_of_time(told) if kind == "tijdsduur" else pl.col(cell)
            before = pl.col(kind_column(cell)) if kind_column(cell) in frame.columns else None
            frame = frame.with_columns(
                pl.when(is_kind).then(text).otherwise(cell).alias(cell),
                pl.when(is_kind).then(pl.lit(kind)).otherwise(before).alias(kind_column(cell)),
            )
        frame = frame.drop(f"{cell} ook" for cell in cells)
    return frame


def _loaded(
    book: fastexcel.ExcelReader, name: str, rows: int | None, dtype: Again, places: list[int]
) -> pl.DataFrame:
    sheet = book.load_sheet(
        name,
        header_row=None,
        dtypes=dtype,
        use_columns=places,
        skip_rows=0,
        n_rows=rows,
        skip_whitespace_tail_rows=True,
    )
    batch, _ = sheet.to_arrow_with_errors()
    return pl.DataFrame(batch)


def _with_errors(
    frame: pl.DataFrame, first: int, errors: list[fastexcel.CellError]
) -> pl.DataFrame:
    """An error cell is text, so that a check names it: it is not the same as an empty cell. The
    library counts lengths of time in an ods among the errors."""
    found: dict[str, dict[int, str]] = {}
    for error in errors:
        row, column = error.offset_position
        found.setdefault(f"c{first + column}", {})[row] = _of_error(error.detail)
    for name, cells in found.items():
        frame = frame.with_columns(frame[name].scatter(list(cells), list(cells.values())))
    return frame


def _of_error(detail: str) -> str:
    """`#REF!` and its like, or a length of time as `36:00:00`."""
    if length := _LENGTH.search(detail):
        days, hours, minutes, seconds = (int(part or 0) for part in length.groups()[1:])
        return f"{length[1]}{days * 24 + hours:02}:{minutes:02}:{seconds:02}"
    kind = _ERROR.search(detail)
    return _ERRORS.get(kind[1] if kind else "", "#ERROR!")


# What the library does not tell ----------------------------------------------------------------


@dataclass(frozen=True)
class Markup:
    """Of a worksheet, counted from 0: `merged` (column, first and last row) of cells merged
    downwards, `formulas` (column, row) of formulas without a stored value."""

    merged: tuple[tuple[int, int, int], ...] = ()
    formulas: tuple[tuple[int, int], ...] = ()


def _with_formulas(frame: pl.DataFrame, missing: Sequence[tuple[int, int]]) -> pl.DataFrame:
    """A formula without a stored value is not the same as an empty cell: a check names it."""
    places = [(f"c{column}", row) for column, row in missing if f"c{column}" in frame.columns]
    last = max((row for _, row in places), default=-1)
    if last >= frame.height:
        check_cells(last + 1, frame.width, "Het werkblad")
        frame = pl.concat([frame, frame.clear(last + 1 - frame.height)])
    rows: dict[str, list[int]] = {}
    for name, row in places:
        if frame[name][row] in (None, "0"):  # an xls holds a zero there
            rows.setdefault(name, []).append(row)
    for name, at in rows.items():
        frame = frame.with_columns(frame[name].scatter(at, [NO_VALUE] * len(at)))
    return frame


def _spread(frame: pl.DataFrame, merged: Sequence[tuple[int, int, int]]) -> pl.DataFrame:
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


def _counted_from_1904(frame: pl.DataFrame) -> pl.DataFrame:
    """Beside each column with cells that may be bare numbers of days, from when these count."""
    for cell in [c for c in frame.columns if c.startswith("c")]:
        days = pl.col(cell).str.contains(f"^{SERIAL_DAYS}$")
        if not frame.select(days.any()).item():
            continue
        before = pl.col(kind_column(cell)) if kind_column(cell) in frame.columns else None
        told = pl.when(days).then(pl.lit(SINCE_1904)).otherwise(before)
        frame = frame.with_columns(told.alias(kind_column(cell)))
    return frame


def _marked(data: bytes) -> dict[str, Markup]:
    """What the markup of each worksheet of an xlsx or ods tells and the library does not, and
    of an xls its formulas."""
    if not data.startswith(b"PK"):
        found = formulas_xls.in_xls(data)
        return {name: Markup(formulas=places) for name, places in found.items()}
    with zipfile.ZipFile(BytesIO(data)) as archive:
        names = archive.namelist()
        try:
            if "content.xml" in names:
                found = formulas.in_ods(archive)
                return {name: Markup(formulas=places) for name, places in found.items()}
            if "xl/workbook.xml" not in names:
                return {}
            sheets = {name: archive.read(part) for name, part in _parts(archive).items()}
            found = formulas.in_xlsx(archive.read("xl/workbook.xml"), sheets)
            return {name: Markup(_merged(sheet), found[name]) for name, sheet in sheets.items()}
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


def _merged(sheet: bytes) -> tuple[tuple[int, int, int], ...]:
    """(column, first and last row) of cells merged downwards, counted from 0."""
    tail = sheet.rfind(b"</sheetData>")
    ranges = _MERGED.finditer(sheet, max(0, tail))
    return tuple(
        (formulas.column(m[1]), int(m[2]) - 1, int(m[4]) - 1)
        for m in ranges
        if int(m[4]) > int(m[2])
    )
