"""What a name (of a file, of a sheet) says of the time and the part that its rows are about.

A name is a hint: what a delivery is about follows from its rows. It is needed where the rows cannot
tell: a year in which nothing happened, a part that was made on purpose.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass

from pipelines import schoolyear

_DASH = r"[-_\u2010-\u2015\u2212 ]"
_YEARS = re.compile(rf"(?<!\d)(20\d\d){_DASH}?(20\d\d)(?!\d)")
_SHORT_END = re.compile(rf"(?<!\d)(20\d\d){_DASH}(\d\d)(?!{_DASH}?\d)")
_SHORT = re.compile(rf"(?<!\d)(?<!\d{_DASH})(\d\d){_DASH}(\d\d)(?!{_DASH}?\d)")
_MONTH = re.compile(rf"(?<!\d)(20\d\d){_DASH}?(0[1-9]|1[0-2])(?!{_DASH}?\d)")
_MONTH_FIRST = re.compile(rf"(?<!\d)(?<!\d{_DASH})(0?[1-9]|1[0-2]){_DASH}(20\d\d)(?!{_DASH}?\d)")
_MONTHS = [
    *("jan", "feb", "mrt|maart|mar", "apr", "mei|may", "jun"),
    *("jul", "aug", "sep", "okt|oct", "nov", "dec"),
]
_WORD_MONTH = re.compile(
    rf"(?<![a-z])(?:{'|'.join(f'({m})' for m in _MONTHS)})[a-z]*\.?{_DASH}*(20\d\d|\d\d)(?!\d)"
)
_PART = re.compile(rf"(?<![a-z])(?:deel|part){_DASH}*(\d+)(?!\d)")
_CORRECTION = re.compile(
    r"correct|herstel|herzien|verbeter|gewijzigd|aangepast|(?<![a-z])(?:v|versie ?)[2-9](?!\d)"
)


@dataclass(frozen=True)
class Named:
    """`years`: first and last calendar year of the school years that a name gives, such as
    (2023, 2025); `month`: year and month; `part`: the number of a part. None or '' where it gives
    none. Of a month `years` is the school year that it lies in.
    """

    years: tuple[int, int] | None = None
    month: tuple[int, int] | None = None
    part: str = ""

    @property
    def period(self) -> str:
        """Whole school years, such as 2023-2025; empty for a month, which is no whole year."""
        return written(self.years) if self.years and not self.month else ""

    def apart_from(self, other: Named) -> bool:
        """Whether two names say that they are about different times, or different parts."""
        if self.part and other.part and self.part != other.part:
            return True
        if self.month and other.month:
            return self.month != other.month
        if self.years and other.years:
            return self.years[1] <= other.years[0] or other.years[1] <= self.years[0]
        return False


NOTHING = Named()
_NAMES = (
    *("januari", "februari", "maart", "april", "mei", "juni"),
    *("juli", "augustus", "september", "oktober", "november", "december"),
)


def written(years: tuple[int, int]) -> str:
    return f"{years[0]}-{years[1]}"


def named(*names: str) -> Named:
    """What names say together, the first that says something of time first."""
    times = [_times(name.lower()) for name in names]
    years, month = next((t for t in times if t != (None, None)), (None, None))
    parts = [found.group(1) for name in names if (found := _PART.search(name.lower()))]
    return Named(years, month, parts[0].lstrip("0") if parts else "")


def of_file(file: str) -> Named:
    """What the name of a file says, without its folder and its kind."""
    return named(file.rpartition("/")[2].rpartition(".")[0])


def first_of(month: tuple[int, int]) -> int:
    """The calendar year in which the school year of a month begins."""
    return _school_year(*month)[0]


def months_of(first: int) -> tuple[tuple[int, int], ...]:
    """The twelve months of the school year that begins in a calendar year, in order."""
    return tuple(
        (first + n // 12, n % 12 + 1)
        for n in range(schoolyear.FIRST_MONTH - 1, schoolyear.FIRST_MONTH - 1 + 12)
    )


def month_name(month: tuple[int, int]) -> str:
    """(2024, 10) -> 'oktober 2024'."""
    return f"{_NAMES[month[1] - 1]} {month[0]}"


def is_correction(name: str) -> bool:
    """Whether a name calls itself a better version of an earlier file."""
    return _CORRECTION.search(name.lower()) is not None


def _times(name: str) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
    for found in _YEARS.finditer(name):
        first, last = int(found.group(1)), int(found.group(2))
        if first < last <= first + 30:
            return (first, last), None
    for found in _SHORT_END.finditer(name):
        first = int(found.group(1))
        if int(found.group(2)) == (first + 1) % 100:
            return (first, first + 1), None
    if month := _month(name):
        return _school_year(*month), month
    for found in _SHORT.finditer(name):
        first, last = int(found.group(1)), int(found.group(2))
        if last == first + 1 and first >= 10:
            return (2000 + first, 2000 + last), None
    return None, None


def _month(name: str) -> tuple[int, int] | None:
    if found := _MONTH.search(name):
        return int(found.group(1)), int(found.group(2))
    if found := _MONTH_FIRST.search(name):
        return int(found.group(2)), int(found.group(1))
    if found := _WORD_MONTH.search(name):
        *months, year = found.groups()
        number = next(i for i, one in enumerate(months, start=1) if one)
        return int(year) % 100 + 2000, number
    return None


def _school_year(year: int, month: int) -> tuple[int, int]:
    first = schoolyear.first_year(dt.date(year, month, 1))
    return first, first + 1
