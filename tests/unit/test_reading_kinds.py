"""What a workbook tells of its cells: number or text, a length of time, a formula without value."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import openpyxl
import polars as pl
import pytest
import xlsxwriter

from pipelines.ingest.notation import NO_VALUE
from pipelines.ingest.read import TextFrame, read
from pipelines.ingest.reading import epoch, formulas, workbook
from tests.fuzz import formats


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
            lengths = [(days, length) for days in (0.25, 1.5, 59.5, 60.5)]
            for row, (days, form) in enumerate([*lengths, (8.5 / 24, clock)]):
                page.write_number(row + 1, 0, days, form)
        text = of_bytes(tmp_path, stream.getvalue())
        hours = ["06:00:00", "36:00:00", "1428:00:00", "1452:00:00", "08:30:00"]  # see findings/
        assert text.frame["c0"].to_list() == ["Uren", *hours]
        assert text.kinds is not None
        assert text.kinds["c0"].to_list() == [None, *["tijdsduur"] * 5]


def _xlsx_since(start: bool) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"date_1904": start}) as made:
        made.add_worksheet().write_column(0, 0, ["Datum", 44074, "uitleg", 7])
    return stream.getvalue()


def test_a_workbook_that_counts_its_days_from_1904_says_so_of_bare_numbers(tmp_path: Path) -> None:
    text = of_bytes(tmp_path, _xlsx_since(True))
    assert text.kinds is not None
    assert text.kinds["c0"].to_list() == [None, "dagen_1904", None, None]
    assert of_bytes(tmp_path, _xlsx_since(False)).kinds is None


@pytest.mark.parametrize("start", [True, False])
def test_every_kind_of_workbook_says_from_when_its_days_count(start: bool) -> None:
    table = [["Datum"], ["44074"]]
    null = '<table:calculation-settings><table:null-date table:date-value="{}"/>'
    day = null.format("1904-01-01" if start else "1899-12-30") + "</table:calculation-settings>"
    sheet = '<table:table table:name="Blad1"><table:table-row/></table:table>'
    assert epoch.since_1904(_xlsx_since(start)) == start
    assert epoch.since_1904(formats.ods_of(day + sheet)) == start
    assert epoch.since_1904(formats.xls(table, since_1904=start)) == start
    assert epoch.since_1904(formats.xlsb(table, since_1904=start)) == start


def test_a_workbook_that_says_nothing_counts_its_days_from_1899() -> None:
    table = [["Datum"], ["44074"]]
    silent = [formats.ods(table), formats.xls(table), formats.xlsb(table), formats.xlsx(table)]
    assert not any(map(epoch.since_1904, silent))
    assert not epoch.since_1904(b"\xd0\xcf\x11\xe0" + bytes(600))


def test_lengths_of_time_in_an_ods_are_hours_and_minutes() -> None:
    lengths = ("PT02H00M00S", "PT36H30M15.5S", "-PT00H30M00S", "P1DT12H")
    cells = "".join(
        '<table:table-row><table:table-cell office:value-type="time"'
        f' office:time-value="{length}"/></table:table-row>'
        for length in lengths
    )
    made = formats.ods_of(f'<table:table table:name="Blad1">{cells}</table:table>')
    ((_, frame),) = workbook.tables(made)
    assert frame["c0"].to_list() == ["02:00:00", "36:30:15", "-00:30:00", "36:00:00"]


def test_a_number_of_more_digits_than_a_worksheet_keeps_is_told(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as made:
        page = made.add_worksheet()
        for row, cell in enumerate(
            ["Nr", 123456789012345678, "123456789012345678", 123456789012345]
        ):
            page.write(row, 0, cell)
    text = of_bytes(tmp_path, stream.getvalue())
    assert text.kinds is not None
    assert text.kinds["c0"].to_list() == [None, "getal", None, None]


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


def without(sheet: bytes, book: bytes = b"") -> tuple[tuple[int, int], ...]:
    return formulas.in_xlsx(book, {"Blad1": sheet})["Blad1"]


def test_a_zero_that_a_program_leaves_in_the_place_of_every_value_is_none() -> None:
    zero, seven = b'<c r="A2"><f>B2</f><v>0</v></c>', b'<c r="A3"><f>7</f><v>7</v></c>'
    later = b'<workbook><calcPr calcId="124519" fullCalcOnLoad="1"/></workbook>'
    assert without(zero, later) == ((0, 1),)
    assert without(zero) == without(zero, b"<calcPr/>") == without(zero + seven, later) == ()
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as made:  # works no formula out
        made.add_worksheet().write_column(0, 0, ["Nr", "=7*6", '="0012"'])
    ((_, frame),) = workbook.tables(stream.getvalue())
    assert frame["c0"].to_list() == ["Nr", NO_VALUE, NO_VALUE]


def test_a_formula_that_gives_an_empty_text_is_empty() -> None:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream) as made:
        page = made.add_worksheet()
        page.write_row(0, 0, ["a", "b"])
        page.write_row(1, 0, [1, 2])
    content = stream.getvalue()
    assert without(b'<c r="A2" t="str"><f>x</f><v></v></c>') == ()
    assert without(b'<x:c r="B3" s="1"><x:f>x</x:f></x:c>') == ((1, 2),)
    ((_, frame),) = workbook.tables(content)
    assert frame.equals(pl.DataFrame({"c0": ["a", "1"], "c1": ["b", "2"]}))


_VALUELESS = (
    '<table:table-cell table:formula="of:=[.B2]*2"{}/>',
    '<table:table-cell table:formula="of:=[.B2]*2" office:value-type="float"{}/>',
    '<table:table-cell table:formula="of:=1/0" office:value-type="string" office:string-value=""'
    ' calcext:value-type="error"{}><text:p>#DIV/0!</text:p></table:table-cell>',
)


@pytest.mark.parametrize("cell", _VALUELESS)
def test_a_formula_without_a_value_is_named_in_an_ods(cell: str) -> None:
    number = (
        '<table:table-cell office:value-type="float" office:value="3"><text:p>3</text:p>'
        "</table:table-cell>"
    )
    worked = (
        '<table:table-cell table:formula="of:=1+1" office:value-type="float" office:value="2">'
        "<text:p>2</text:p></table:table-cell>"
    )
    empty = '<table:table-cell table:formula="of:=&quot;&quot;" office:value-type="string"/>'
    title = '<table:table-cell office:value-type="string"><text:p>x</text:p></table:table-cell>'
    twice = cell.format(' table:number-columns-repeated="2"')
    rows = [
        f"<table:table-row>{title * 4}</table:table-row>",
        f'<table:table-row table:number-rows-repeated="2">{number}{cell.format("")}'
        f"{number * 2}</table:table-row>",
        f"<table:table-row>{worked}{empty}{twice}</table:table-row>",
    ]
    made = formats.ods_of(f'<table:table table:name="Blad1">{"".join(rows)}</table:table>')
    ((_, frame),) = workbook.tables(made)
    none = workbook.NO_VALUE
    assert frame.rows() == [
        ("x",) * 4, ("3", none, "3", "3"), ("3", none, "3", "3"), ("2", None, none, none),
    ]  # fmt: skip


def _xls(formulas: list[tuple[int, int, bytes, str]]) -> bytes:
    """A table of texts with formula records in it: row, column, stored value, stored text."""
    records = []
    for row, column, value, text in formulas:
        head = struct.pack("<3H", row, column, 0) + value + struct.pack("<HIH", 0, 0, 3)
        records.append(formats._biff(0x06, head + b"\x1e\x01\x00"))
        if text:
            stored = struct.pack("<HB", len(text), 0) + text.encode()
            records.append(formats._biff(0x207, stored))
    return formats.xls([["a", "b", "c"], ["x", "", ""], ["y", "", "z"]], b"".join(records))


def test_a_formula_without_a_value_is_named_in_an_xls() -> None:
    zero, two, text = bytes(8), struct.pack("<d", 2.0), b"\0\0\0\0\0\0\xff\xff"
    none = workbook.NO_VALUE
    ((_, frame),) = workbook.tables(_xls([(1, 1, zero, ""), (2, 1, zero, "")]))
    assert frame.rows()[1:] == [("x", none, None), ("y", none, "z")]
    ((_, frame),) = workbook.tables(_xls([(1, 1, zero, ""), (2, 1, two, "")]))
    assert frame.rows()[1:] == [("x", "0", None), ("y", "2", "z")]
    ((_, frame),) = workbook.tables(_xls([(1, 1, text, ""), (2, 1, text, "t")]))
    assert frame.rows()[1:] == [("x", none, None), ("y", "t", "z")]


def test_the_order_of_attributes_says_nothing() -> None:
    for cell in (
        b'<c s="1" r="B3"><f>x</f></c>',
        b'<c t="n" r="B3" s="1">\n <f>x</f>\n <v/>\n</c>',
        b'<c r="B3"><f t="shared" si="0"/></c>',
    ):
        assert without(cell) == ((1, 2),)
