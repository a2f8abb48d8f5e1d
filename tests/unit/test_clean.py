"""Text -> typed: Dutch notation in, typed values out, and what is not understood stays visible."""

from __future__ import annotations

import datetime as dt

import duckdb
import pytest

from pipelines.ingest import clean


def value(expression: str, text: str | None) -> object:
    row = duckdb.execute(f"SELECT {expression} FROM (SELECT ?::VARCHAR AS t)", [text]).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", 12.0),
        ("1,5", 1.5),
        ("1.234,56", 1234.56),
        ("€ 1.234,56", 1234.56),
        ("-0,25", -0.25),
        ("12.5", 12.5),  # a number cell of a workbook, whatever the notation around it
        ("1,2,3", None),
        ("<5", None),
        ("x", None),
        (".", None),
    ],
)
def test_numbers_with_a_decimal_comma(text: str, number: float | None) -> None:
    assert value(clean._number("t", "komma"), text) == number


@pytest.mark.parametrize(
    ("text", "number"), [("12", 12.0), ("1.5", 1.5), ("1,5", None), ("1e5", None)]
)
def test_numbers_with_a_decimal_point(text: str, number: float | None) -> None:
    assert value(clean._number("t", "punt"), text) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [("12", 12), ("007", 7), ("12.0", 12), ("12,0", 12), ("3.7", None), ("<5", None), ("", None)],
)
def test_whole_numbers_are_never_rounded(text: str, number: int | None) -> None:
    assert value(clean._whole("t"), text) == number


@pytest.mark.parametrize(
    ("form", "text", "day"),
    [
        ("%d-%m-%Y", "31-01-2024", dt.date(2024, 1, 31)),
        ("%d-%m-%Y", "31-02-2024", None),
        ("%d-%m-%Y", "2024-09-01 00:00:00", dt.date(2024, 9, 1)),
        ("%Y%m%d", "20240901", dt.date(2024, 9, 1)),
        ("%Y-%m-%d", "2024-02-29", dt.date(2024, 2, 29)),
        ("%Y-%m-%d", "2023-02-29", None),
        ("%Y-%m-%d", "01-09-2024", None),
    ],
)
def test_dates_in_the_form_of_the_layout(form: str, text: str, day: dt.date | None) -> None:
    assert value(clean._date("t", form), text) == day


@pytest.mark.parametrize(
    ("text", "answer"),
    [("J", True), ("Ja", True), ("1", True), ("n", False), ("NEE", False), ("0", False),
     ("wellicht", None), ("2", None)],
)  # fmt: skip
def test_yes_and_no(text: str, answer: bool | None) -> None:
    assert value(clean._yes_no("t", {}), text) is answer


def test_yes_and_no_in_a_suppliers_own_words() -> None:
    own = clean._yes_no("t", {"2": "N", "Zeker": "J"})
    assert value(own, "2") is False
    assert value(own, "zeker") is True


@pytest.mark.parametrize(
    ("text", "year"),
    [
        ("2024/2025", "2024/2025"),
        ("2024-2025", "2024/2025"),
        ("2024/25", "2024/2025"),
        ("2024/'25", "2024/2025"),
        ("2024", "2024/2025"),
        ("24/25", "24/25"),
        ("2024/2026", "2024/2026"),
        ("2024-26", "2024-26"),
    ],
)
def test_school_years(text: str, year: str) -> None:
    assert value(clean.school_year_text("t"), text) == year


def test_lists_are_split_and_mapped() -> None:
    items = clean._list("t", ",", {"etm": "ETM", "lirik": "LIRIK"})
    assert value(items, "etm, Lirik ,") == ["ETM", "LIRIK"]
    assert value(items, "etm,onzin") == ["ETM", "onzin"]
    assert value(items, None) is None
