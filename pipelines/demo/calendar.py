"""School years and the dates events fall on; all dates are numpy `datetime64[D]`."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Dates = npt.NDArray[np.datetime64]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Texts = npt.NDArray[np.object_]

YEARS = (2021, 2022, 2023, 2024)
"""First calendar years of the closed school years the register covers."""

LAST_END = np.datetime64("2026-03-27")
"""No trajectory of the demo is still open after this day: an open one becomes a finding later."""

LAST_START = np.datetime64("2025-07-18")
"""Nothing begins or is referred after the last school year covered."""

NO_DATE = np.datetime64("NaT", "D")

# Share of a school year's registrations per month, August to July.
_REGISTRATIONS = (0.03, 0.13, 0.12, 0.13, 0.07, 0.12, 0.09, 0.12, 0.08, 0.07, 0.04, 0.0)
# The same for what happens in class: none in the summer holiday.
_SCHOOL_DAYS = (0.02, 0.10, 0.10, 0.12, 0.08, 0.11, 0.10, 0.12, 0.08, 0.08, 0.07, 0.02)


def label(first_year: int) -> str:
    """2024 -> '2024/2025'."""
    return f"{first_year}/{first_year + 1}"


def first_day(years: Ints) -> Dates:
    """1 August of the school years that begin in `years`."""
    return month_start((years - 1970) * 12 + 7)


def month_start(months: Ints) -> Dates:
    """The first day of months counted from January 1970."""
    first: Dates = months.astype("datetime64[M]").astype("datetime64[D]")
    return first


def year_of(dates: Dates) -> Ints:
    """The first calendar year of the school year a date falls in (August to July)."""
    months = dates.astype("datetime64[M]").astype(np.int64)
    return np.floor_divide(months - 7, 12) + 1970


def calendar_year_of(dates: Dates) -> Ints:
    return dates.astype("datetime64[Y]").astype(np.int64) + 1970


def to_weekday(dates: Dates) -> Dates:
    """Saturday becomes Friday and Sunday Monday."""
    weekday = (dates.astype("datetime64[D]").astype(np.int64) + 3) % 7
    shift = np.where(weekday == 5, -1, np.where(weekday == 6, 1, 0))
    moved: Dates = dates + shift.astype("timedelta64[D]")
    return moved


def days(counts: Ints | Floats) -> npt.NDArray[np.timedelta64]:
    """Whole days, rounded down."""
    return np.floor(counts).astype(np.int64).astype("timedelta64[D]")


def registration_days(rng: np.random.Generator, years: Ints) -> Dates:
    """A weekday of registration in each school year, with the season of school social work."""
    return _in_season(rng, years, _REGISTRATIONS)


def school_days(rng: np.random.Generator, years: Ints) -> Dates:
    """A weekday on which school is open, in each school year."""
    return _in_season(rng, years, _SCHOOL_DAYS)


def _in_season(rng: np.random.Generator, years: Ints, weights: tuple[float, ...]) -> Dates:
    share = np.array(weights) / sum(weights)
    month = rng.choice(12, size=len(years), p=share)
    day = rng.integers(0, 28, size=len(years))
    # The first weeks of August and the last of July are holiday.
    day = np.where(month == 0, 20 + day // 4, np.where(month == 11, day // 3, day))
    start = month_start((years - 1970) * 12 + 7 + month)
    return to_weekday(start + days(day))
