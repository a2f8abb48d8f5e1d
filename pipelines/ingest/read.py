"""File -> text frames: bytes to rows of text, before anybody knows what they mean.

Every cell stays text, since a reader that guesses types loses leading zeros and `<5`. A text frame
has the columns `rij` (1-based, as a spreadsheet program numbers rows) and `c0` .. `cN`; an empty
cell is null. A file that cannot be read raises `DeliveryRefused` with one Dutch sentence, in which
no value of the file appears.
"""

from __future__ import annotations

import codecs
import csv
import io
import zipfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Literal

import fastexcel
import polars as pl
from charset_normalizer import from_bytes

from pipelines.errors import DeliveryRefused

Origin = Literal["csv", "werkblad"]

SAMPLE_BYTES = 256 * 1024
DELIMITERS = (";", ",", "\t", "|")
CSV_SUFFIXES = frozenset({".csv", ".txt", ".tsv"})
EXCEL_SUFFIXES = frozenset({".xlsx", ".xlsm", ".xls", ".ods"})
SUFFIXES = CSV_SUFFIXES | EXCEL_SUFFIXES

_MAGIC = {
    b"PK\x03\x04": "zip",
    b"\xd0\xcf\x11\xe0": "ole",
    b"%PDF": "pdf",
    b"\x89PNG": "afbeelding",
    b"\xff\xd8\xff": "afbeelding",
    b"GIF8": "afbeelding",
    b"\x1f\x8b": "gzip",
    b"PAR1": "parquet",
}


@dataclass(frozen=True)
class TextFrame:
    """One table of text. `sheet` is the worksheet's name, empty for a CSV file.

    `too_wide`: numbers of the rows that had more cells than the widest row of the sample; their
    surplus cells are not in `frame`.
    """

    frame: pl.DataFrame
    origin: Origin
    sheet: str
    too_wide: tuple[int, ...] = ()

    @property
    def columns(self) -> list[str]:
        return [c for c in self.frame.columns if c != "rij"]

    def head(self, rows: int) -> list[tuple[int, list[str | None]]]:
        """The first `rows` rows as (row number, cells)."""
        return [(r[0], list(r[1:])) for r in self.frame.head(rows).iter_rows()]


def read(path: Path, *, sample: bool = False) -> list[TextFrame]:
    """All tables of a file: one for CSV, one per non-empty worksheet for a workbook.

    `sample`: only the first part of a CSV file, enough to recognise its layout.
    """
    if _kind(path) == "werkboek":
        return _read_workbook(path)
    return [_read_csv(path, sample=sample)]


def _kind(path: Path) -> Literal["csv", "werkboek"]:
    """What the bytes are; the extension only decides which files are looked at at all."""
    try:
        if path.is_dir():
            raise DeliveryRefused("bestand.map", "Dit is een map en geen bestand.")
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(8192)
    except OSError as problem:
        raise DeliveryRefused(
            "bestand.onleesbaar",
            f"Het bestand kan niet worden geopend ({type(problem).__name__}). "
            "Controleer of het nog bestaat, of u het mag lezen en of het niet ergens open staat.",
        ) from problem
    if size == 0:
        raise DeliveryRefused(
            "bestand.leeg", "Het bestand is leeg (0 bytes). Maak de export opnieuw."
        )
    magic = next((name for mark, name in _MAGIC.items() if start.startswith(mark)), None)
    if magic == "ole" or (magic == "zip" and _is_workbook(path)):
        return "werkboek"
    if magic is not None or _is_binary(start):
        found = magic or "een binair bestand"
        raise DeliveryRefused(
            "bestand.soort",
            f"De inhoud is geen CSV en geen werkboek (gevonden: {found}). "
            "Lever een CSV-bestand of een Excel- of ODS-werkboek.",
        )
    return "csv"


def _is_workbook(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError):
        raise DeliveryRefused(
            "bestand.afgebroken",
            "Het werkboek is beschadigd of niet volledig overgekomen. Sla het opnieuw op"
            " en verstuur het nog eens.",
        ) from None
    return bool({"xl/workbook.xml", "xl/workbook.bin", "content.xml"} & names)


def _is_binary(start: bytes) -> bool:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return False
    return b"\0" in start


# Workbooks -------------------------------------------------------------------------------------


def _read_workbook(path: Path) -> list[TextFrame]:
    try:
        book = fastexcel.read_excel(path)
        frames = [f for name in book.sheet_names if (f := _read_sheet(book, name)).frame.height > 0]
    except fastexcel.FastExcelError:
        raise DeliveryRefused(
            "bestand.afgebroken",
            "Het werkboek kan niet worden gelezen: het is beschadigd, beveiligd met een wachtwoord"
            " of niet volledig overgekomen. Sla het opnieuw op zonder wachtwoord.",
        ) from None
    if not frames:
        raise DeliveryRefused("bestand.leeg", "Het werkboek bevat geen gevulde cellen.")
    return frames


def _read_sheet(book: fastexcel.ExcelReader, name: str) -> TextFrame:
    sheet = book.load_sheet(name, header_row=None, dtypes="string", skip_whitespace_tail_rows=True)
    frame = pl.DataFrame(sheet)
    frame = frame.rename({old: f"c{i}" for i, old in enumerate(frame.columns)})
    return TextFrame(frame.with_row_index("rij", offset=1), "werkblad", name)


# CSV -------------------------------------------------------------------------------------------


def _read_csv(path: Path, *, sample: bool) -> TextFrame:
    text = _as_utf8(path, SAMPLE_BYTES if sample else -1)
    start = text[:SAMPLE_BYTES].decode("utf-8", errors="ignore")
    if not start.strip():
        raise DeliveryRefused("bestand.leeg", "Het bestand bevat alleen lege regels.")
    delimiter = sniff_delimiter(start)
    width = _width(start, delimiter)
    if not sample:
        _refuse_cut_off(text, delimiter, width)
    if b"\r" in text and b"\n" not in text:
        text = text.replace(b"\r", b"\n")
    names = [f"c{i}" for i in range(width + 1)]
    try:
        frame = pl.read_csv(
            io.BytesIO(text),
            separator=delimiter,
            has_header=False,
            schema=dict.fromkeys(names, pl.String),
            infer_schema=False,
            missing_columns="insert",
            row_index_name="rij",
            row_index_offset=1,
        )
    except pl.exceptions.PolarsError:
        # Odd quoting or rows of any width: the slow reader takes everything as it stands.
        frame = _read_leniently(text.decode("utf-8"), delimiter, names)
    too_wide = frame.filter(pl.col(names[-1]).is_not_null())["rij"].to_list()
    return TextFrame(frame.drop(names[-1]), "csv", "", tuple(too_wide))


def _as_utf8(path: Path, limit: int) -> bytes:
    """The file's text as UTF-8 without byte order mark, whatever its encoding was.

    `limit`: read so many bytes at most, up to the last whole line; -1 for all.
    """
    try:
        with path.open("rb") as file:
            raw = file.read(limit)
    except OSError as problem:
        raise DeliveryRefused(
            "bestand.onleesbaar",
            "Het bestand is tijdens het lezen verdwenen of geblokkeerd"
            f" ({type(problem).__name__}). Probeer het opnieuw.",
        ) from problem
    if len(raw) == limit:
        raw = raw[: max(raw.rfind(b"\n"), raw.rfind(b"\r")) + 1] or raw
    for mark, encoding in (
        (codecs.BOM_UTF8, "utf-8"),
        (codecs.BOM_UTF16_LE, "utf-16-le"),
        (codecs.BOM_UTF16_BE, "utf-16-be"),
    ):
        if raw.startswith(mark):
            return _decoded(raw[len(mark) :], encoding).encode()
    if b"\0" in raw:
        raise DeliveryRefused(
            "bestand.soort",
            "Het bestand bevat nul-tekens en is dus geen gewone tekst. Exporteer opnieuw als CSV.",
        )
    try:
        raw.decode("utf-8")
    except UnicodeDecodeError:
        return _decoded(raw, _guess_encoding(raw)).encode()
    return raw


def _guess_encoding(raw: bytes) -> str:
    """cp1252 covers Dutch exports that are not UTF-8; the five bytes it lacks point elsewhere."""
    if not any(byte in raw for byte in (b"\x81", b"\x8d", b"\x8f", b"\x90", b"\x9d")):
        return "cp1252"
    best = from_bytes(raw[:SAMPLE_BYTES]).best()
    return best.encoding if best else "latin-1"


def _decoded(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        raise DeliveryRefused(
            "bestand.tekenset",
            "De tekenset van het bestand is niet te herkennen. Exporteer opnieuw als UTF-8.",
        ) from None


def sniff_delimiter(sample: str) -> str:
    """The separator that cuts the most lines into the same number (> 1) of cells."""

    def score(delimiter: str) -> tuple[float, int]:
        widths = Counter(len(row) for row in _rows(sample, delimiter, 60) if row)
        widest, lines = max(widths.items(), key=lambda item: (item[1], item[0]), default=(1, 0))
        return (lines / max(1, sum(widths.values())) if widest > 1 else 0.0, widest)

    return max(DELIMITERS, key=score)


def _rows(sample: str, delimiter: str, count: int) -> Iterator[list[str]]:
    csv.field_size_limit(SAMPLE_BYTES * 4)
    return islice(csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter), count)


def _width(sample: str, delimiter: str) -> int:
    """The width of the header: the widest of the first rows, where titles may stand above it."""
    rows = [row for row in _rows(sample, delimiter, 25) if any(cell.strip() for cell in row)]
    widths = Counter(len(row) for row in rows)
    common = max(widths.values(), default=0)
    return max(
        (w for w, lines in widths.items() if lines == common or w == len(rows[0])), default=1
    )


def _refuse_cut_off(text: bytes, delimiter: str, width: int) -> None:
    """Refuse a file whose last line stops in the middle."""
    if text.endswith((b"\n", b"\r")):
        return
    last = text[max(text.rfind(b"\n"), text.rfind(b"\r")) + 1 :].decode("utf-8", errors="replace")
    cells = next(_rows(last, delimiter, 1), [])
    if len(cells) < width and text.count(b"\n") + text.count(b"\r") > 0:
        raise DeliveryRefused(
            "bestand.afgebroken",
            f"De laatste regel heeft {len(cells)} van de {width} kolommen: het bestand is niet"
            " volledig overgekomen. Maak of verstuur de export opnieuw.",
        )


def _read_leniently(text: str, delimiter: str, names: list[str]) -> pl.DataFrame:
    rows: list[list[object]] = []
    width = len(names)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        for number, cells in enumerate(reader, start=1):
            kept = [cell if cell != "" else None for cell in cells[:width]]
            if len(cells) > width:
                kept[-1] = kept[-1] or " "
            rows.append([number, *kept, *[None] * (width - len(kept))])
    except csv.Error:
        raise DeliveryRefused(
            "bestand.aanhalingstekens",
            f"Vanaf rij {len(rows) + 1} kloppen de aanhalingstekens niet. Exporteer opnieuw en laat"
            " het programma tekst zelf tussen aanhalingstekens zetten.",
        ) from None
    return pl.DataFrame(
        rows, schema={"rij": pl.UInt32, **dict.fromkeys(names, pl.String)}, orient="row"
    )
