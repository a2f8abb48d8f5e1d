"""School days: the published holidays, own days over them, and what is not known."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

import ibis
import numpy as np
import pyarrow as pa
import pytest

from pipelines import contracts
from pipelines.warehouse import school_calendar, school_days
from pipelines.warehouse.school_calendar import OwnDays

# First and last day of the holidays of 2024/2025, as the ministry published them.
PUBLISHED = {
    "Noord": ("2024-10-26/2024-11-03", "2024-12-21/2025-01-05", "2025-02-15/2025-02-23",
              "2025-04-26/2025-05-04", "2025-07-12/2025-07-31"),
    "Midden": ("2024-10-26/2024-11-03", "2024-12-21/2025-01-05", "2025-02-22/2025-03-02",
               "2025-04-26/2025-05-04", "2025-07-19/2025-07-31"),
    "Zuid": ("2024-10-19/2024-10-27", "2024-12-21/2025-01-05", "2025-02-22/2025-03-02",
             "2025-04-26/2025-05-04", "2025-07-05/2025-07-31"),
}  # fmt: skip
# Good Friday, Easter Monday, Liberation Day, Ascension Day and Whit Monday of 2025.
PUBLIC = ("2025-04-18", "2025-04-21", "2025-05-05", "2025-05-29", "2025-06-09")
# The last days of the summer holidays of 2024.
SUMMER = {"Noord": "2024-09-01", "Midden": "2024-08-25", "Zuid": "2024-08-18"}


def between(first: str, last: str) -> school_calendar.Days:
    return np.arange(np.datetime64(first), np.datetime64(last) + np.timedelta64(1, "D"))


def told(region: str | None, first: str, last: str, *own: OwnDays) -> list[int]:
    return school_calendar.states(between(first, last), region, own).tolist()


@pytest.mark.parametrize("region", PUBLISHED)
def test_school_days_of_a_year_are_those_outside_the_published_holidays(region: str) -> None:
    days = between("2024-08-01", "2025-07-31")
    free = np.isin(days, np.array(PUBLIC, dtype="datetime64[D]")) | ~np.is_busday(days)
    free |= days <= np.datetime64(SUMMER[region])
    for stretch in PUBLISHED[region]:
        first, last = (np.datetime64(d) for d in stretch.split("/"))
        free |= (days >= first) & (days <= last)
    assert (school_calendar.states(days, region) == (~free).astype(np.int8)).all()


def test_every_region_has_the_same_known_years() -> None:
    known = {tuple(school_calendar.national(region)) for region in school_calendar.REGIONS}
    assert len(known) == 1
    (years,) = known
    assert years[0] == "2014/2015"
    assert years[-1] == "2029/2030"
    assert len(years) == 16
    assert set(contracts.load().codes["vakantieregio"]) == set(school_calendar.REGIONS)


def test_a_weekday_without_a_known_calendar_is_never_a_school_day() -> None:
    assert told("Noord", "2030-07-29", "2030-08-02") == [0, 0, 0, 2, 2]
    assert told("Zuid", "2045-03-06", "2045-03-12") == [2, 2, 2, 2, 2, 0, 0]
    assert told(None, "2024-11-11", "2024-11-17") == [2, 2, 2, 2, 2, 0, 0]


def test_own_days_stand_over_the_national_ones() -> None:
    def own(scope: str, first: str, last: str, *, school: bool) -> OwnDays:
        begin, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
        return OwnDays(scope, "", begin, end, open=school)

    week = ("2024-11-11", "2024-11-17")
    assert told("Noord", *week) == [1, 1, 1, 1, 1, 0, 0]
    assert told("Noord", *week, own("school", *week, school=False)) == [0] * 7
    lessons = own("school", "2031-03-03", "2031-03-09", school=True)
    assert told("Noord", "2031-03-03", "2031-03-10", lessons) == [1, 1, 1, 1, 1, 0, 0, 2]


def test_the_smallest_area_goes_first_and_in_it_a_day_off() -> None:
    day = dt.date(2024, 11, 11)
    place = school_calendar.Place("Noord", "GM0118", "A", "00AA00")
    school, board = (
        OwnDays("school", "00AA00", day, day, True),
        OwnDays("bestuur", "A", day, day, False),
    )
    land, other = OwnDays("land", "NL", day, day, False), OwnDays("bestuur", "B", day, day, False)
    off = OwnDays("school", "00AA00", day, day, False)
    assert place.own((off, school, other, board, land)) == (land, board, school, off)
    assert school_calendar.Place("Noord", "GM0118").own((school, board, land)) == (land,)


TEXT = "string"


def table(columns: dict[str, str], *rows: tuple[object, ...]) -> ibis.Table:
    schema = ibis.schema(columns).to_pyarrow()
    listed = [dict(zip(columns, row, strict=True)) for row in rows]
    return ibis.memtable(pa.Table.from_pylist(listed, schema=schema))


TABLES = {
    "gebieden": table(
        {"gemeente": TEXT, "wijk": TEXT, "vakantieregio": TEXT},
        ("GM0118", "WK011801", "Midden"),
        ("GM0014", "WK001401", None),
    ),
    "scholen": table(
        dict.fromkeys(school_calendar.COLUMNS["scholen"], TEXT),
        ("00AA00", "GM0118", "WK011801", None, None),
        ("00CA00", "GM0014", None, None, None),
    ),
    "schoolkalender": table(
        {"geldt_voor": TEXT, "gebied": TEXT, "van": "date", "tot_en_met": "date", "soort": TEXT}
    ),
}
Absence = tuple[str | None, str, dt.date, int]


def dates(rows: Iterable[Absence], way: Callable[..., ibis.Table]) -> list[dt.date | None]:
    columns = {"vestigingscode": TEXT, "woongemeente": TEXT, "begin": "date", "dag": "int64"}
    asked = table({**columns, "nr": "int64"}, *((*row, n) for n, row in enumerate(rows)))
    found = way(asked, TABLES, "begin", "dag", "grens").order_by("nr").to_pyarrow()
    assert found["nr"].to_pylist() == list(range(len(found)))
    listed: list[dt.date | None] = found["grens"].to_pylist()
    return listed


def test_a_norm_of_school_days_is_not_known_where_the_calendar_ends() -> None:
    # 21 October is a Monday; Midden is free from 26 October to 3 November. In 2030 the summer
    # holidays of Midden begin on 13 July: of the sixth school day after the 5th nobody knows.
    autumn, summer = dt.date(2024, 10, 21), dt.date(2030, 7, 5)
    known: dict[Absence, dt.date | None] = {
        ("00AA00", "GM0118", autumn, 6): dt.date(2024, 11, 5),
        ("00AA00", "GM0118", summer, 5): dt.date(2030, 7, 12),
        ("00AA00", "GM0118", summer, 6): None,
        ("00CA00", "GM0014", autumn, 6): None,
        ("00CA00", "GM0118", autumn, 6): dt.date(2024, 11, 5),  # by where the pupil lives
        ("99ZZ99", "GM0118", autumn, 6): dt.date(2024, 11, 5),  # of a school in no list too
        (None, "GM0118", dt.date(2013, 10, 21), 6): None,
        (None, "GM0118", autumn, 6): dt.date(2024, 11, 5),
    }
    assert dates(known, school_days.nth_after) == list(known.values())


def test_absence_over_the_holidays_lasts_as_long_as_its_school_days() -> None:
    """Four weeks of school are 28 days in term; the summer holidays are not in them."""
    known: dict[Absence, dt.date | None] = {
        ("00AA00", "GM0118", dt.date(2024, 9, 2), 20): dt.date(2024, 9, 30),
        (None, "GM0118", dt.date(2024, 9, 1), 20): dt.date(2024, 9, 30),  # from a Sunday
        # Midden was free from 13 July to 25 August 2024: five school days before it.
        ("00AA00", "GM0118", dt.date(2024, 7, 8), 20): dt.date(2024, 9, 16),
        ("00AA00", "GM0014", dt.date(2024, 9, 2), 20): dt.date(2024, 9, 30),  # by its school
        ("00CA00", "GM0014", dt.date(2024, 9, 2), 20): None,
        # Before what is known, and after it: the latest that it can be.
        (None, "GM0118", dt.date(2013, 9, 2), 20): None,
        (None, "GM0118", dt.date(2030, 7, 5), 20): None,
    }
    found = dates(known, school_days.lasts_longer_from)
    assert found[:5] == list(known.values())[:5]
    first = school_calendar.states(between("2014-08-01", "2014-12-31"), "Midden")
    latest = between("2014-08-01", "2014-12-31")[first == school_calendar.SCHOOL][20]
    assert found[5:] == [latest.item(), None]


def test_school_days_of_a_municipality_are_known_by_whole_school_years() -> None:
    calendars = school_calendar.Calendars.of(*(TABLES[n].to_polars() for n in TABLES_IN_ORDER))
    assert [y for y in range(2012, 2032) if calendars.known("GM0118", y)] == [*range(2014, 2030)]
    assert not any(calendars.known(town, 2024) for town in ("GM0014", "GM9999"))


TABLES_IN_ORDER = tuple(school_calendar.COLUMNS)
