"""The school year, said once: it runs from 1 August up to and including 31 July.

A school year is written as `2024/2025`, or known by the calendar year in which it begins (2024).
Source: Wet op het primair onderwijs, artikel 1, `schooljaar`.
"""

from __future__ import annotations

import datetime as dt

FIRST_MONTH = 8


def first_year(day: dt.date) -> int:
    """The calendar year in which the school year of a day begins."""
    return day.year - (day.month < FIRST_MONTH)


def first_day(year: int) -> dt.date:
    """The first day of the school year that begins in a calendar year."""
    return dt.date(year, FIRST_MONTH, 1)


def last_day(year: int) -> dt.date:
    """The last day of the school year that begins in a calendar year."""
    return first_day(year + 1) - dt.timedelta(days=1)


def label(year: int) -> str:
    """2024 -> '2024/2025'."""
    return f"{year}/{year + 1}"


def year_of(label: str) -> int:
    """'2024/2025' -> 2024."""
    return int(label[:4])
