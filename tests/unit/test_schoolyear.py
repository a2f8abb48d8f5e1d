"""The school year: 1 August up to and including 31 July."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

import pipelines
from pipelines import schoolyear


@pytest.mark.parametrize(
    ("day", "year"),
    [
        (dt.date(2024, 7, 31), "2023/2024"),
        (dt.date(2024, 8, 1), "2024/2025"),
        (dt.date(2024, 12, 31), "2024/2025"),
        (dt.date(2025, 1, 1), "2024/2025"),
    ],
)
def test_a_day_lies_in_the_school_year_that_began_last(day: dt.date, year: str) -> None:
    assert schoolyear.label(schoolyear.first_year(day)) == year
    first = schoolyear.year_of(year)
    assert schoolyear.first_day(first) <= day <= schoolyear.last_day(first)


def test_one_school_year_follows_the_other() -> None:
    assert schoolyear.last_day(2023) + dt.timedelta(days=1) == schoolyear.first_day(2024)


def test_no_other_module_says_when_a_school_year_begins() -> None:
    root = Path(pipelines.__file__).parent
    telling = ("month >= 8", "month < 8", "month() < 8", "FIRST_MONTH = ")
    again = [
        f"{file.relative_to(root)}:{number}"
        for file in sorted(root.rglob("*.py"))
        if file.name != "schoolyear.py"
        for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1)
        if any(words in line for words in telling)
    ]
    assert not again
