"""Parquet -> an unnumbered text frame whose first row holds the names. Runs in the child process.

Dates come as ISO text, decimals exactly, whole floating-point numbers without a fraction. A moment
with a time zone keeps its offset: to drop it could change the day.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import polars as pl

from pipelines.errors import DeliveryRefused
from pipelines.ingest.reading.frame import CellKind, kind_column, length_of_time
from pipelines.ingest.reading.limits import check_cells, check_columns

LIST_SEPARATOR = "|"
SAMPLE_ROWS = 60
EXACT = 2.0**53  # whole floating-point numbers below this are exact


def tables(data: bytes, *, sample: bool = False) -> Iterator[tuple[str, pl.DataFrame]]:
    """One table without a name."""
    try:
        schema = pl.read_parquet_schema(BytesIO(data))
        rows = pl.scan_parquet(BytesIO(data)).select(pl.len()).collect().item()
        check_columns(len(schema))
        check_cells(rows, len(schema))
        frame = pl.read_parquet(BytesIO(data), n_rows=SAMPLE_ROWS if sample else None)
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError):
        raise DeliveryRefused(
            "bestand.afgebroken",
            "Het Parquet-bestand kan niet worden gelezen: het is beschadigd, versleuteld, niet"
            " volledig overgekomen, of heeft decimale getallen van meer dan 38 cijfers. Maak en"
            " verstuur het opnieuw, met gewone getallen.",
        ) from None
    if frame.is_empty():
        raise DeliveryRefused("bestand.leeg", "Het Parquet-bestand bevat geen rijen.")
    yield "", as_text(frame)


def as_text(frame: pl.DataFrame) -> pl.DataFrame:
    """The cells as text, with the names in the first row and the kinds of cells beside them."""
    for name, dtype in frame.schema.items():
        if dtype == pl.List(pl.String) and _holds_separator(frame[name]):
            raise _unreadable(f"lijsten waarin het teken {LIST_SEPARATOR} voorkomt")
    try:
        cells = frame.select(
            _filled(_text(pl.col(name), dtype)).alias(f"c{i}")
            for i, (name, dtype) in enumerate(frame.schema.items())
        )
    except pl.exceptions.PolarsError:
        raise _unreadable("binaire gegevens") from None
    names = pl.DataFrame({f"c{i}": [name] for i, name in enumerate(frame.columns)})
    kinds = [
        pl.when(pl.col(f"c{i}").is_not_null()).then(pl.lit(kind)).alias(kind_column(f"c{i}"))
        for i, dtype in enumerate(frame.dtypes)
        if (kind := _kind(dtype)) is not None
    ]
    return pl.concat([names, cells.with_columns(kinds)], how="diagonal")


def _kind(dtype: pl.DataType) -> CellKind | None:
    """What the cells of a column are; None for text and lists."""
    if dtype.is_numeric():
        return "getal"
    if dtype == pl.Boolean:
        return "waar_onwaar"
    if dtype in (pl.Duration, pl.Time):
        return "tijdsduur"
    return "datum" if dtype.is_temporal() else None


def _text(cell: pl.Expr, dtype: pl.DataType) -> pl.Expr:
    if isinstance(dtype, pl.Array):
        return _text(cell.arr.to_list(), pl.List(dtype.inner))
    if isinstance(dtype, pl.List):
        return _joined(cell, dtype)
    if dtype.is_nested() or dtype == pl.Object:
        raise _unreadable("samengestelde waarden")
    if isinstance(dtype, pl.Datetime):
        zone = "%z" if dtype.time_zone else ""
        text = cell.dt.to_string(f"%Y-%m-%d %H:%M:%S%.f{zone}")
        return text.str.replace(r"(:\d\d)\.0+(\D|$)", "$1$2")
    if dtype == pl.Duration:
        return length_of_time(cell)
    if dtype.is_float():
        whole = (cell == cell.round()) & (cell.abs() < EXACT)
        as_whole = pl.when(whole).then(cell).cast(pl.Int64).cast(pl.String)
        return pl.coalesce(as_whole, cell.fill_nan(None).cast(pl.String))
    return cell.cast(pl.String)


def _joined(cell: pl.Expr, dtype: pl.List) -> pl.Expr:
    inner = dtype.inner
    if not isinstance(inner, pl.DataType) or inner.is_nested():
        raise _unreadable("samengestelde waarden")
    items = cell.list.eval(_text(pl.element(), inner))
    return items.list.join(LIST_SEPARATOR, ignore_nulls=True)


def _holds_separator(lists: pl.Series) -> bool:
    return bool(lists.explode().str.contains(LIST_SEPARATOR, literal=True).any())


def _filled(text: pl.Expr) -> pl.Expr:
    return pl.when(text != "").then(text)


def _unreadable(what: str) -> DeliveryRefused:
    return DeliveryRefused(
        "bestand.soort",
        f"Het Parquet-bestand heeft een kolom met {what}. Lever alleen kolommen met tekst,"
        " getallen, datums of lijsten daarvan.",
    )
