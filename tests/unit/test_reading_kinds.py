"""What a workbook tells of its cells: number or text, a length of time, a formula without value."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import polars as pl
import xlsxwriter

from pipelines.ingest.read import TextFrame, read
from pipelines.ingest.reading import workbook


def of_bytes(tmp_path: Path, content: bytes) -> TextFrame:
    file = tmp_path / "a.xlsx"
    file.write_bytes(content)
    (text,) = read(file)
    return text


def test_numbers_and_texts_that_look_like_numbers(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as made:
        page = made.add_worksheet()
        for row, cell in enumerate(["Uren", "1.125", 1.125, 7, True, 0.1 + 0.2]):
            page.write(row + 2, 1, cell)
        page.write(8, 0, "tot hier")
    text = of_bytes(tmp_path, stream.getvalue())
    assert text.typed == ["c1"]
    (part,) = text.parts()
    told = dict(part.select("c1", "soort_c1").slice(2).rows())
    assert told["0.3"] == "getal"
    assert part["c1"].to_list()[2:] == ["Uren", "1.125", "1.125", "7", "true", "0.3", None]
    assert part["soort_c1"].to_list()[2:] == [None, None, "getal", None, None, "getal", None]


def test_times_and_lengths_of_time_are_hours_and_minutes_in_both_date_systems(
    tmp_path: Path,
) -> None:
    for start in (False, True):
        stream = io.BytesIO()
        with xlsxwriter.Workbook(stream, {"date_1904": start}) as made:
            length = made.add_format({"num_format": "[h]:mm"})
            clock = made.add_format({"num_format": "hh:mm"})
            page = made.add_worksheet()
            page.write(0, 0, "Uren")
            for row, (days, form) in enumerate([(0.25, length), (1.5, length), (8.5 / 24, clock)]):
                page.write_number(row + 1, 0, days, form)
        text = of_bytes(tmp_path, stream.getvalue())
        assert text.frame["c0"].to_list() == ["Uren", "06:00:00", "36:00:00", "08:30:00"]
        assert text.kinds is not None
        assert text.kinds["c0"].to_list() == [None, *["tijdsduur"] * 3]


def test_a_formula_without_a_stored_value_is_not_empty() -> None:
    stream = io.BytesIO()
    book = openpyxl.Workbook()
    page = book.active
    assert page is not None
    for row in (["Dagen", "Uren"], ["=1+1", 2], [3, "=B2*2"], ["=1+1", "=1+1"]):
        page.append(row)
    book.save(stream)
    ((_, frame),) = workbook.tables(stream.getvalue())
    missing = workbook.NO_VALUE
    assert frame.rows() == [("Dagen", "Uren"), (missing, "2"), ("3", missing), (missing,) * 2]


def test_a_formula_that_gives_an_empty_text_is_empty() -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as made:
        page = made.add_worksheet()
        page.write_row(0, 0, ["a", "b"])
        page.write_row(1, 0, [1, 2])
    content = stream.getvalue()
    assert workbook._markup(b'<c r="A2" t="str"><f>x</f><v></v></c>').formulas == ()
    assert workbook._markup(b'<x:c r="B3" s="1"><x:f>x</x:f></x:c>').formulas == ((1, 2),)
    ((_, frame),) = workbook.tables(content)
    assert frame.equals(pl.DataFrame({"c0": ["a", "1"], "c1": ["b", "2"]}))
