"""Valid files with hostile values: what is loaded is what was written, or a named finding.

Every column of every contract that has values of its own, in every notation, written as text and
as cells with a type by several libraries. A table holds all spellings of one column, a row each.
Never a third thing: a value that is not the written one and that no check names.
"""

from __future__ import annotations

import datetime as dt
import io
import os
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.sax.saxutils import escape

import duckdb
import openpyxl
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import xlsxwriter

from pipelines import contracts
from pipelines.contracts import Column, Dataset
from pipelines.ingest import clean, layouts, marks, stage
from pipelines.ingest.layout import Layout
from pipelines.ingest.read import read
from pipelines.validate.checks import checks
from tests.fuzz import formats

PROMISES = contracts.load()
TABLES = 7 * int(os.environ.get("FUZZ", "1"))
DAY = dt.date(2024, 9, 1)
LONG = 123456789012345678  # more digits than a worksheet keeps; Parquet keeps them all

Value = float | dt.date | dt.datetime | dt.timedelta | str
Meant = float | dt.date | str | list[str] | None
Written = tuple[Value, Meant]  # the cell, and what it means; None: nothing true


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
    if column.kind in ("tekst", "lijst", "ja_nee"):
        return _words(column)
    whole: list[Written] = [("1.000", 1000), ("10.000", 10_000), ("2,000", 2000), ("12", 12)]
    if column.kind == "geheel":
        return [*whole, ("12.0", 12), ("1.234.567", 1_234_567), ("3,7", None)]
    if decimal == "komma":
        return [("1.125", 1125), ("0.125", 0.125), ("-0.125", -0.125), ("01.234", 1.234),
                ("1,5", 1.5), ("1.234,5", 1234.5), ("8.5", 8.5)]  # fmt: skip
    return [("1.125", 1.125), ("8.5", 8.5), ("1,234.5", 1234.5), ("1,5", 1.5)]


def _words(column: Column) -> list[Written]:
    """Yes and no, codes in their spellings, school years, and numbers of somebody's own."""
    if column.kind == "ja_nee":
        yes: list[Written] = [(word, True) for word in ("J", "ja", "WAAR", "True", "1", "x", "Y")]
        no: list[Written] = [(word, False) for word in ("N", "NEE", "onwaar", "false", "0", "no")]
        return [*yes, *no, ("misschien", None), ("2", None), ("0,0", None), ("J/N", None)]
    if column.name in clean.SCHOOL_YEARS:
        good = ("2024/2025", "2024-2025", "2024/25", "24-25", "2024 / 2025", "20242025", "2024",
                "2024\u20132025")  # fmt: skip
        odd = ("2425", "2024/2026", "SJ2425", "24-26", "1-8-2024", "99/00")
        return [*[(year, "2024/2025") for year in good], *[(year, None) for year in odd]]
    if not column.codes:
        odd = ("1E+05", '="0012"')  # no finding where any text will do: then it stays as it is
        stays: list[Written] = [(word, None if column.pattern else word) for word in odd]
        tidied = ("Cafe\u0301\u00a0 \u00adB\r\n", None if column.pattern else "Caf\u00e9 B")
        return [("0012", "0012"), (" A-1\u200b ", "A-1"), tidied, ("Caf\u00c3\u00a9", None), *stays]
    codes = [c for c in PROMISES.codes[column.codes].values() if c.valid_to is None][:3]
    said = [
        (word, code.code)
        for code in codes
        for word in (code.code, code.label_nl, f" {code.code}\u00a0", *code.spellings[:2])
    ]
    if column.kind == "tekst":
        return [*said, ("dit is geen code", None), (f"{codes[0].code}|{codes[-1].code}", None)]
    both: list[Written] = [(f"{one}|{other}", [code, last]) for (one, code), (other, last)
                           in zip(said, said[::-1], strict=True)]  # fmt: skip
    return [*both, *[(word, [code]) for word, code in said], ("dit is geen code", None)]


def _cells(column: Column) -> list[Written]:
    """Cells with a type of their own, in which no notation has a say."""
    if column.kind == "ja_nee":
        return [(True, True), (False, False), (1, True), (0, False), (2, None), (0.5, None)]
    if column.name in clean.SCHOOL_YEARS:
        return [(2024, "2024/2025"), (2425, None), (24, None), (DAY, None)]
    if column.kind == "tekst" and not column.codes:
        return [(12, "12"), (123456789012345, "123456789012345"), (LONG, None)]
    if column.kind in ("tekst", "lijst"):
        return [(1234567, None), (62.125, None), (DAY, None), (True, None)]
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


def _pandas(names: Sequence[str], rows: Sequence[Sequence[Value]]) -> bytes:
    out = io.BytesIO()
    frame = pd.DataFrame([list(row) for row in rows], columns=list(names), dtype=object)
    frame.to_excel(out, index=False, engine="openpyxl")
    return out.getvalue()


def _pyarrow(names: Sequence[str], rows: Sequence[Sequence[Value]]) -> bytes:
    """Texts as a dictionary, as categories are written."""
    out = io.BytesIO()
    columns = {name: pa.array(cells) for name, cells in
               zip(names, zip(*rows, strict=True), strict=True)}  # fmt: skip
    pq.write_table(pa.table({name: c.dictionary_encode() if pa.types.is_string(c.type) else c
                             for name, c in columns.items()}), out)  # fmt: skip
    return out.getvalue()


def _ods(names: Sequence[str], rows: Sequence[Sequence[Value]]) -> bytes:
    lines = "".join(
        f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>"
        for row in (names, *rows)
    )
    return formats.ods_of(f'<table:table table:name="Blad1">{lines}</table:table>')


def _ods_cell(cell: Value) -> str:
    def typed(kind: str, name: str, value: object) -> str:
        attributes = f'office:value-type="{kind}" office:{name}="{value}"'
        return f"<table:table-cell {attributes}><text:p>?</text:p></table:table-cell>"

    match cell:
        case str():
            text = f"<text:p>{escape(cell)}</text:p>"
            return f'<table:table-cell office:value-type="string">{text}</table:table-cell>'
        case bool():
            return typed("boolean", "boolean-value", str(cell).lower())
        case int() | float():
            return typed("float", "value", cell)
        case dt.timedelta():
            return typed("time", "time-value", f"PT{cell // dt.timedelta(hours=1)}H00M00S")
        case _:
            return typed("date", "date-value", cell.isoformat())


Writer = Callable[[Sequence[str], Sequence[Sequence[Value]]], bytes]
AS_TEXT: dict[str, Writer] = {"csv": _csv, "xlsx": _xlsxwriter, "ods": _ods,
                               "pyarrow.parquet": _pyarrow}  # fmt: skip
AS_CELLS: dict[str, Writer] = {"xlsx": _xlsxwriter, "openpyxl.xlsx": _openpyxl, "ods": _ods,
                                "pandas.xlsx": _pandas, "parquet": _parquet,
                                "pyarrow.parquet": _pyarrow}  # fmt: skip


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
            if column.kind == "lijst" and not column.codes:
                continue
            dated = column.kind == "datum"
            for decimal in ("punt", "komma") if column.kind in ("geheel", "getal") else ("punt",):
                for form in ("jjjj-mm-dd", "dd-mm-jjjj", "jjjjmmdd") if dated else ("jjjj-mm-dd",):
                    found += [
                        Case(dataset.id, column.name, decimal, form, s, False) for s in AS_TEXT
                    ]
                    found += [
                        Case(dataset.id, column.name, decimal, form, s, True) for s in AS_CELLS
                    ]
    return found


ALWAYS = (  # each was once read as something else
    Case("schorsingen", "schorsing_id", "punt", "jjjj-mm-dd", "xlsx", True),
    Case("leerlingaantallen", "schooljaar", "punt", "jjjj-mm-dd", "csv", False),
    Case("thuiszitters", "uren_verzuim", "punt", "jjjj-mm-dd", "ods", True),
)


def chosen() -> list[Case]:
    """All of them, or a share that is drawn anew with every change of the contracts."""
    every = [case for case in cases() if case not in ALWAYS]
    draw = random.Random(PROMISES.fingerprint)
    return [*ALWAYS, *(every if len(every) <= TABLES else draw.sample(every, TABLES))]


# Reading back -----------------------------------------------------------------------------------


def third_things(case: Case, folder: Path) -> list[str]:
    """Cells that were loaded as something else, without a finding."""
    dataset = PROMISES.dataset(case.dataset)
    column = dataset.column(case.column)
    written = _cells(column) if case.typed else _texts(column, case.decimal, case.form)
    if case.typed and case.suffix == "pandas.xlsx":  # writes days, in a cell that shows a number
        written = [(c, m) for c, m in written if not isinstance(c, dt.timedelta)]
    if case.typed and case.suffix.endswith("parquet"):  # a column has one type
        kind = {"datum": dt.date, "ja_nee": bool, "tekst": int}.get(column.kind, float)
        written = [(float(c) if kind is float else c, str(c) if c == LONG else m)
                   for c, m in written
                   if type(c) is kind or (kind is float and type(c) is int)]  # fmt: skip
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
        for check in checks(dataset, PROMISES, filled=set(), marks=marks.marks(match, dataset))
        if column.name in check.columns and "SELECT" not in check.fails  # looks at other rows
        if not check.could_not_run
    ]
    named = " OR ".join(f"coalesce({check.fails}, false)" for check in promised) or "false"
    with duckdb.connect() as con:
        (part,) = text.parts()
        con.register("r", stage.staged(con, part, match, dataset, PROMISES))
        return con.execute(f'SELECT "{column.name}", {named} FROM r ORDER BY _nr').fetchall()


@pytest.mark.parametrize("case", chosen(), ids=str)
def test_what_is_loaded_is_what_was_written_or_is_named(case: Case, tmp_path: Path) -> None:
    assert third_things(case, tmp_path) == []
