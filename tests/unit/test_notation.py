"""Numbers, hours and dates: one reading for each text, and a remark where it is worth telling."""

from __future__ import annotations

import datetime as dt

import duckdb
import polars as pl
import pytest

from pipelines.ingest import notation, stage
from pipelines.ingest.notation import DATE_FORMATS, Reading

DAY = dt.date(2024, 9, 1)


def read(reading: Reading, text: str | None, kind: str | None = None) -> tuple[object, object]:
    """(value, remark)."""
    cell = f"SELECT ?::VARCHAR AS {notation.TEXT}, ?::VARCHAR AS {notation.KIND}"
    made = notation.with_steps(cell, reading.steps)
    row = duckdb.execute(
        f"SELECT {reading.value}, {reading.remark} FROM ({made})", [text, kind]
    ).fetchone()
    assert row is not None
    return row


@pytest.mark.parametrize(
    ("text", "with_comma", "with_point", "whole_comma", "whole_point"),
    [
        ("12", 12, 12, 12, 12),
        ("007", 7, 7, 7, 7),
        ("+3", 3, 3, 3, 3),
        ("1,5", 1.5, None, None, None),
        ("-0,25", -0.25, None, None, None),
        ("1.234,56", 1234.56, None, None, None),
        ("1.234.567,5", 1234567.5, 1234567.5, None, None),
        ("1,234,567.5", 1234567.5, 1234567.5, None, None),
        ("1,234.5", None, 1234.5, None, None),
        ("€ 1.234,56", 1234.56, None, None, None),
        ("8.5", 8.5, 8.5, None, None),
        ("0.125", 0.125, 0.125, None, None),
        ("-0.125", -0.125, -0.125, None, None),
        ("01.234", 1.234, 1.234, None, None),
        ("1.125", 1125, 1.125, 1125, 1125),
        ("1.000", 1000, 1.0, 1000, 1000),
        ("10.000", 10_000, 10.0, 10_000, 10_000),
        ("1.234.567", 1234567, 1234567, 1234567, 1234567),
        ("2,000", 2.0, None, None, None),
        ("0,000", 0.0, None, 0, 0),
        ("12.0", 12.0, 12.0, 12, 12),
        ("12,0", 12.0, None, 12, 12),
        ("3.7", 3.7, 3.7, None, None),
        ("1.23.456", None, None, None, None),
        ("1,2,3", None, None, None, None),
        ("1e5", None, None, None, None),
        ("<5", None, None, None, None),
        (".", None, None, None, None),
        ("", None, None, None, None),
        ("6:30", None, None, None, None),
    ],
)
def test_a_text_is_one_number_or_none(
    text: str,
    with_comma: float | None,
    with_point: float | None,
    whole_comma: int | None,
    whole_point: int | None,
) -> None:
    assert read(notation.number("komma", whole=False), text)[0] == with_comma
    assert read(notation.number("punt", whole=False), text)[0] == with_point
    assert read(notation.number("komma", whole=True), text)[0] == whole_comma
    assert read(notation.number("punt", whole=True), text)[0] == whole_point


@pytest.mark.parametrize("decimal", ["punt", "komma"])
@pytest.mark.parametrize(
    ("text", "value", "whole"),
    [("1.125", 1.125, None), ("1000.0", 1000.0, 1000), ("1e-7", 1e-7, None)],
)
def test_a_number_cell_has_no_notation(
    decimal: str, text: str, value: float, whole: int | None
) -> None:
    assert read(notation.number(decimal, whole=False, kinds=True), text, "getal") == (value, None)
    assert read(notation.number(decimal, whole=True, kinds=True), text, "getal")[0] == whole


def test_a_point_says_what_it_can_be() -> None:
    comma = notation.number("komma", whole=False)
    assert read(comma, "1.125")[1] == notation.THOUSANDS
    assert read(comma, "0.125")[1] == notation.POINT
    assert read(comma, "1.234,5")[1] is None
    assert read(notation.number("punt", whole=False), "1.125")[1] is None


@pytest.mark.parametrize(
    ("text", "hours"),
    [("7:30", 7.5), ("36:00:00", 36.0), ("06:00:00", 6.0), ("0:20:00", 1 / 3), ("7:60", None)],
)
def test_hours_and_minutes_are_hours_in_a_column_of_hours(text: str, hours: float | None) -> None:
    value, remark = read(notation.number("komma", whole=False, hours=True), text)
    assert value == (pytest.approx(hours) if hours else None)
    assert remark == (notation.HOURS if hours else None)


@pytest.mark.parametrize(
    ("form", "text", "day", "remark"),
    [
        ("dd-mm-jjjj", "31-01-2024", dt.date(2024, 1, 31), None),
        ("dd-mm-jjjj", "1-9-2024", DAY, None),
        ("dd-mm-jjjj", "31-02-2024", None, None),
        ("dd-mm-jjjj", "01-09-24", DAY, notation.SHORT_YEAR),
        ("dd-mm-jjjj", "01-09-98", dt.date(1998, 9, 1), notation.SHORT_YEAR),
        ("dd/mm/jjjj", "01/09/24", DAY, notation.SHORT_YEAR),
        ("dd.mm.jjjj", "01.09.2024", DAY, None),
        ("dd-mm-jjjj", "01-09-202", None, None),
        ("dd-mm-jjjj", "01-09-20245", None, None),
        ("dd-mm-jjjj", "01/09/2024", None, None),
        ("dd-mm-jjjj", "2024-09-01 00:00:00", DAY, None),
        ("dd-mm-jjjj", "01-09-2024 00:00:00", DAY, None),
        ("dd-mm-jjjj", "1-9-2024 0:00", DAY, None),
        ("dd-mm-jjjj", "01-09-2024 08:30", DAY, notation.TIME),
        ("jjjj-mm-dd", "2024-09-01T00:00:00", DAY, None),
        ("jjjj-mm-dd", "2024-09-01T08:30:00.000", DAY, notation.TIME),
        ("jjjj-mm-dd", "2024-09-01T00:00:00Z", None, None),
        ("jjjj-mm-dd", "2024-09-01T00:00:00+02:00", None, None),
        ("jjjj-mm-dd", "08:30:00", None, notation.TIME_ONLY),
        ("jjjj-mm-dd", "2024-02-29", dt.date(2024, 2, 29), None),
        ("jjjj-mm-dd", "2023-02-29", None, None),
        ("jjjj-mm-dd", "01-09-2024", None, None),
        ("jjjjmmdd", "20240901", DAY, None),
        ("jjjjmmdd", "2024091", None, None),
        ("jjjjmmdd", "240901", None, None),
    ],
)
def test_dates_in_the_form_of_the_layout(
    form: str, text: str, day: dt.date | None, remark: str | None
) -> None:
    assert read(notation.date([DATE_FORMATS[form]]), text) == (day, remark)


def test_the_first_form_that_fits_is_taken() -> None:
    forms = notation.date(["%d-%m-%Y", "%Y%m%d"])
    for text in ("03-04-2024", "20240403", "2024-04-03"):
        assert read(forms, text)[0] == dt.date(2024, 4, 3)


@pytest.mark.parametrize("text", ["9999-12-31", "31-12-9999", "31-12-2099", "01-01-2999"])
def test_an_open_end_is_no_date_where_a_column_stays_empty_until_the_end(text: str) -> None:
    assert read(notation.date(["%d-%m-%Y"], open_end=True), text) == (None, notation.OPEN_END)
    assert read(notation.date(["%d-%m-%Y"]), text)[0] is not None  # the contract's range names it


@pytest.mark.parametrize(
    ("text", "day"),
    [("45536", DAY), ("45536.0", DAY), ("1234", None), ("99999", None)],
)
def test_excels_count_of_days(text: str, day: dt.date | None) -> None:
    remark = notation.SERIAL if day else None
    assert read(notation.date(["%d-%m-%Y"], serials=True), text) == (day, remark)
    assert read(notation.date(["%d-%m-%Y"]), text) == (None, None)


SAME = [
    ("Cafe\u0301", "Caf\u00e9"),
    ("De \u00a0Linde\u2009", "De Linde"),
    ("\ufeffDe\r\nLin\u00adde\u200b", "De Linde"),
    ("\u3000", None),
    ("De Linde", "De Linde"),
]


@pytest.mark.parametrize(("text", "tidied"), SAME)
def test_a_text_is_written_in_one_way(text: str, tidied: str | None) -> None:
    sql = f"SELECT {notation.tidy('t')} FROM (SELECT ?::VARCHAR AS t)"
    assert duckdb.execute(sql, [text]).fetchone() == (tidied,)
    assert stage._tidy(pl.Series([text]))[0] == (tidied or "")


@pytest.mark.parametrize(
    ("text", "mangled"),
    [("Caf\u00c3\u00a9", True), ("Bj\u00c3\u00b6rk", True), ("\u00e2\u20ac\u0153x", True),
     ("JO\u00c3O", False), ("\u00c3ngela", False), ("Caf\u00e9", False)],
)  # fmt: skip
def test_an_accent_that_became_two_characters_is_told(text: str, mangled: bool) -> None:
    assert read(Reading(notation.mangled()), text)[0] == ("tekenset" if mangled else None)
    assert pl.Series([text]).str.contains(notation.MANGLING)[0] == mangled


def test_days_that_count_from_1904() -> None:
    told = notation.date(["%d-%m-%Y"], serials=True, kinds=True)
    assert read(told, "44074", notation.SINCE_1904) == (DAY, notation.SERIAL)
    assert read(told, "45536") == (DAY, notation.SERIAL)
