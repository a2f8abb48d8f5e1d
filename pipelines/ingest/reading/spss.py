"""SPSS file (.sav, .zsav) -> an unnumbered text frame whose first row holds the names of the
variables. Runs in the child process.

A value with a label gives its label: the number in the file means nothing outside it. A value that
the file declares missing is an empty cell, whatever its label. Dates and numbers come as those of a
Parquet file do.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from io import BytesIO

import polars as pl
import pyreadstat

from pipelines.errors import DeliveryRefused
from pipelines.ingest.reading import columnar
from pipelines.ingest.reading.frame import kind_column
from pipelines.ingest.reading.limits import check_cells, check_columns

_LENGTH = re.compile("D?TIME[0-9]|MTIME")  # how SPSS shows a length of time; DATETIME is a moment


def tables(data: bytes, *, sample: bool = False) -> Iterator[tuple[str, pl.DataFrame]]:
    """One table without a name."""
    try:
        _, told = pyreadstat.read_sav(BytesIO(data), metadataonly=True)
        check_columns(told.number_columns or 0)
        check_cells(max(told.number_rows or 0, 0), told.number_columns or 0)
        rows = columnar.SAMPLE_ROWS if sample else 0
        frame, told = pyreadstat.read_sav(BytesIO(data), output_format="polars", row_limit=rows)
        frame = _with_lengths(frame, data, told.original_variable_types, rows)
    except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, ValueError, OverflowError):
        raise DeliveryRefused(
            "bestand.afgebroken",
            "Het SPSS-bestand kan niet worden gelezen: het is beschadigd, versleuteld of niet"
            " volledig overgekomen. Bewaar het opnieuw, of exporteer als CSV of Excel.",
        ) from None
    if frame.is_empty():
        raise DeliveryRefused("bestand.leeg", "Het SPSS-bestand bevat geen rijen.")
    labelled = {
        f"c{i}": _labels(frame[name], told.variable_value_labels[name])
        for i, name in enumerate(frame.columns)
        if told.variable_value_labels.get(name)
    }
    yield "", _with_labels(columnar.as_text(frame), labelled)


def _with_lengths(
    frame: pl.DataFrame, data: bytes, shown_as: Mapping[str, str | None], rows: int
) -> pl.DataFrame:
    """Lengths of time as they are written.

    pyreadstat 1.3.7 makes a time of the day of them: 36 hours become 12, without a word
    (findings/hours_in_sav.sh). Asked for as they stand, they are seconds.
    """
    lengths = [name for name, kind in shown_as.items() if kind and _LENGTH.match(kind)]
    if not lengths:
        return frame
    seconds, _ = pyreadstat.read_sav(
        BytesIO(data),
        output_format="polars",
        row_limit=rows,
        usecols=lengths,
        disable_datetime_conversion=True,
    )
    as_written = (pl.col(lengths).cast(pl.Float64) * 1_000_000).round().cast(pl.Int64)
    return frame.with_columns(seconds.select(as_written.cast(pl.Duration("us"))))


def _labels(values: pl.Series, labels: Mapping[float | int, str]) -> pl.Series:
    """The label of each value; null for a value without one."""
    known = pl.DataFrame(
        {"waarde": list(labels), "label": list(labels.values())},
        schema={"waarde": values.dtype, "label": pl.String},
        strict=False,
    ).drop_nulls()
    return values.to_frame("waarde").join(
        known.unique("waarde"), on="waarde", how="left", maintain_order="left"
    )["label"]


def _with_labels(cells: pl.DataFrame, labelled: Mapping[str, pl.Series]) -> pl.DataFrame:
    """Labels in the place of their values, and no kind beside them: a label is text."""
    for cell, labels in labelled.items():
        # Above the labels stands the row of names.
        label = pl.concat([pl.Series([None], dtype=pl.String), labels])
        cells = cells.with_columns(pl.coalesce(label, pl.col(cell)).alias(cell))
        if (kind := kind_column(cell)) in cells.columns:
            cells = cells.with_columns(pl.when(label.is_null()).then(pl.col(kind)).alias(kind))
    return cells
