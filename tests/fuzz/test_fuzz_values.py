"""Valid files with hostile values: what is loaded is what was written, or a named finding.

Every number and date column of every contract, in every notation, written as text and as cells
with a type by several libraries. A table holds all spellings of one column, a row each. Never a
third thing: a value that is not the written one and that no check names.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb
import openpyxl
import polars as pl
import pytest
import xlsxwriter

from pipelines import contracts
from pipelines.contracts import Column, Dataset
from pipelines.ingest import clean, layouts, stage
from pipelines.ingest.layouts import Layout
from pipelines.ingest.read import read
from pipelines.validate.checks import checks
from tests.fuzz import formats

PROMISES = contracts.load()
TABLES = 8 * int(os.environ.get("FUZZ", "1"))
DAY = dt.date(2024, 9, 1)

Value = float | dt.date | dt.datetime | dt.timedelta | str
Written = tuple[Value, float | dt.date | None]  # the cell, and what it means; None: nothing true


def _texts(column: Column, decimal: str, form: str) -> list[Written]:
    """Cells of text."""
    if column.kind == "datum":
        start = {"jjjj-mm-dd": "2024-09-01", "dd-mm-jjjj": "01-09-2024", "jjjjmmdd": "20240901"}
        odd: list[Written] = [("0001-01-01", None), ("2204-01-01", None), ("onbekend", None)]
        odd += [("9999-12-31", None), ("2024091", None), ("01-09-202", None), ("01-09-1024", None)]
        good: list[Written] = [
            (start[form], DAY),
            ("2024-09-01", DAY),
            ("2024-09-01 00:00:00", DAY),
        ]
        if form == "dd-mm-jjjj":
            good += [("01-09-24", DAY), ("1-9-2024", DAY), ("01-09-2024 00:00:00", DAY)]
        return [*good, *odd]
    whole: list[Written] = [("1.000", 1000), ("10.000", 10_000), ("2,000", 2000), ("12", 12)]
    if column.kind == "geheel":
        return [*whole, ("12.0", 12), ("1.234.567", 1_234_567), ("3,7", None)]
    if decimal == "komma":
        return [("1.125", 1125), ("0.125", 0.125), ("-0.125", -0.125), ("01.234", 1.234),
                ("1,5", 1.5), ("1.234,5", 1234.5), ("8.5", 8.5)]  # fmt: skip
    return [("1.125", 1.125), ("8.5", 8.5), ("1,234.5", 1234.5), ("1,5", 1.5)]


def _cells(column: Column) -> list[Written]:
    """Cells with a type of their own, in which no notation has a say."""
    if column.kind == "datum":
        return [(DAY, DAY), (dt.datetime(2024, 9, 1, 8, 30), DAY), (dt.date(2204, 1, 1), None)]  # noqa: DTZ001
    numbers: list[Written] = [(n, n) for n in (1, 12, 1000, 1.125, 0.875, 62.125, 8.5)]
    if column.kind == "getal":
        numbers += [(dt.timedelta(hours=6), 6.0), (dt.timedelta(hours=36), 36.0)]
    return numbers


# Writers ----------------------------------------------------------------------------------------


def _csv(names: Sequence[str], rows: Sequence[Sequence[Value]]) -> bytes:
    return formats.csv_text([names, *[[str(cell) for cell in row] for row in rows]]).encode()


def _xlsxwriter(names: Sequence[str], rows: Sequence[Sequence[Value]]) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "default_date_format": "dd-mm-yyyy"}) as book:
        page = book.add_worksheet()
        length = book.add_format({"num_format": "[h]:mm"})
        page.write_row(0, 0, names)
        for r, row in enumerate(rows, start=1):
            for c, cell in enumerate(row):
                if isinstance(cell, dt.timedelta):
                    page.write_number(r, c, cell / dt.timedelta(days=1), length)
                else:
                    page.write(r, c, cell)
    return out.getvalue()


def _openpyxl(names: Sequence[str], rows: Sequence[Sequence[Value]]) -> bytes:
    book, out = openpyxl.Workbook(), io.BytesIO()
    page = book.active
    assert page is not None
    for row in (names, *rows):
        page.append(list(row))
    book.save(out)
    return out.getvalue()


def _parquet(names: Sequence[str], rows: Sequence[Sequence[Value]]) -> bytes:
    out = io.BytesIO()
    columns = zip(names, zip(*rows, strict=True), strict=True)
    pl.DataFrame({name: pl.Series(cells) for name, cells in columns}).write_parquet(out)
    return out.getvalue()


Writer = Callable[[Sequence[str], Sequence[Sequence[Value]]], bytes]
AS_TEXT: dict[str, Writer] = {"csv": _csv, "xlsx": _xlsxwriter}
AS_CELLS: dict[str, Writer] = {"xlsx": _xlsxwriter, "openpyxl.xlsx": _openpyxl,
                                "parquet": _parquet}  # fmt: skip


@dataclass(frozen=True)
class Case:
    dataset: str
    column: str
    decimal: str
    form: str
    suffix: str
    typed: bool

    def __str__(self) -> str:
        how = "cellen" if self.typed else "tekst"
        return f"{self.dataset}.{self.column} {self.decimal} {self.form} {self.suffix} {how}"


def cases() -> list[Case]:
    found = []
    for dataset in PROMISES.datasets.values():
        for column in dataset.columns:
            if column.kind not in ("geheel", "getal", "datum"):
                continue
            dated = column.kind == "datum"
            for decimal in ("punt",) if dated else ("punt", "komma"):
                for form in ("jjjj-mm-dd", "dd-mm-jjjj", "jjjjmmdd") if dated else ("jjjj-mm-dd",):
                    found += [
                        Case(dataset.id, column.name, decimal, form, s, False) for s in AS_TEXT
                    ]
                    found += [
                        Case(dataset.id, column.name, decimal, form, s, True) for s in AS_CELLS
                    ]
    return found


def chosen() -> list[Case]:
    """All of them, or a share that is drawn anew with every change of the contracts."""
    every = cases()
    draw = random.Random(PROMISES.fingerprint)
    return every if len(every) <= TABLES else draw.sample(every, TABLES)


# Reading back -----------------------------------------------------------------------------------


def third_things(case: Case, folder: Path) -> list[str]:
    """Cells that were loaded as something else, without a finding."""
    dataset = PROMISES.dataset(case.dataset)
    column = dataset.column(case.column)
    written = _cells(column) if case.typed else _texts(column, case.decimal, case.form)
    if case.suffix == "parquet":  # a column has one type
        kind = float if column.kind != "datum" else dt.date
        written = [(kind(c) if kind is float else c, m) for c, m in written
                   if type(c) in (int, float, dt.date)]  # fmt: skip
    others = [c.name for c in dataset.columns if c.required and c.name != column.name]
    names = [column.name, *others, *([] if others else [dataset.columns[-1].name])]
    rows = [[cell, *["x"] * (len(names) - 1)] for cell, _ in written]
    writer = (AS_CELLS if case.typed else AS_TEXT)[case.suffix]
    path = folder / f"a.{case.suffix.rpartition('.')[2]}"
    path.write_bytes(writer(names, rows))
    layout = Layout(
        id="proef",
        version=1,
        supplier="Verzonnen",
        dataset=dataset.id,
        columns={n: n for n in names},
        dates=case.form,
        decimal=case.decimal,
    )
    found = _read_back(path, layout, dataset, column)
    assert len(found) == len(written)
    return [
        f"{cell!r} werd {value!r}"
        for (cell, meant), (value, named) in zip(written, found, strict=True)
        if value != meant and not named
    ]


def _read_back(
    path: Path, layout: Layout, dataset: Dataset, column: Column
) -> list[tuple[object, bool]]:
    """(loaded value, whether a check names this column) per row."""
    (text,) = read(path)
    match = layouts.match(text, [layout], PROMISES)
    promised = [
        check
        for check in checks(dataset, PROMISES, filled=set(), marks=clean.marks(match, dataset))
        if column.name in check.columns and check.sort != "uniek" and not check.could_not_run
    ]
    named = " OR ".join(f"coalesce({check.fails}, false)" for check in promised) or "false"
    with duckdb.connect() as con:
        (part,) = text.parts()
        con.register("r", stage.staged(con, part, match, dataset, PROMISES))
        return con.execute(f'SELECT "{column.name}", {named} FROM r ORDER BY _nr').fetchall()


@pytest.mark.parametrize("case", chosen(), ids=str)
def test_what_is_loaded_is_what_was_written_or_is_named(case: Case, tmp_path: Path) -> None:
    assert third_things(case, tmp_path) == []
