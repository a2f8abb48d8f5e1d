"""School days: the published holidays, own days over them, and what is not known."""

from __future__ import annotations

import datetime as dt

import ibis
import numpy as np
import pyarrow as pa
import pytest

from pipelines import contracts
from pipelines.metrics import school_days
from pipelines.metrics.school_days import OwnDays

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


def between(first: str, last: str) -> school_days.Days:
    return np.arange(np.datetime64(first), np.datetime64(last) + np.timedelta64(1, "D"))


def told(region: str | None, first: str, last: str, *own: OwnDays) -> list[int]:
    return school_days.states(between(first, last), region, own).tolist()


@pytest.mark.parametrize("region", PUBLISHED)
def test_school_days_of_a_year_are_those_outside_the_published_holidays(region: str) -> None:
    days = between("2024-08-01", "2025-07-31")
    free = np.isin(days, np.array(PUBLIC, dtype="datetime64[D]")) | ~np.is_busday(days)
    free |= days <= np.datetime64(SUMMER[region])
    for stretch in PUBLISHED[region]:
        first, last = (np.datetime64(d) for d in stretch.split("/"))
        free |= (days >= first) & (days <= last)
    assert (school_days.states(days, region) == (~free).astype(np.int8)).all()


def test_every_region_has_the_same_known_years() -> None:
    known = {tuple(school_days.national(region)) for region in school_days.REGIONS}
    assert len(known) == 1
    (years,) = known
    assert years[0] == "2014/2015"
    assert years[-1] == "2029/2030"
    assert len(years) == 16
    assert set(contracts.load().codes["vakantieregio"]) == set(school_days.REGIONS)


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
    place = school_days.Place("Noord", "GM0118", "A", "00AA00")
    school, board = (
        OwnDays("school", "00AA00", day, day, True),
        OwnDays("bestuur", "A", day, day, False),
    )
    land, other = OwnDays("land", "NL", day, day, False), OwnDays("bestuur", "B", day, day, False)
    off = OwnDays("school", "00AA00", day, day, False)
    assert place.own((off, school, other, board, land)) == (land, board, school, off)
    assert school_days.Place("Noord", "GM0118").own((school, board, land)) == (land,)


def test_a_norm_of_school_days_is_not_known_where_the_calendar_ends() -> None:
    def table(columns: dict[str, str], *rows: tuple[object, ...]) -> ibis.Table:
        schema = ibis.schema(columns).to_pyarrow()
        listed = [dict(zip(columns, row, strict=True)) for row in rows]
        return ibis.memtable(pa.Table.from_pylist(listed, schema=schema))

    text = "string"
    tables = {
        "gebieden": table(
            {"gemeente": text, "wijk": text, "vakantieregio": text},
            ("GM0118", "WK011801", "Midden"),
            ("GM0014", "WK001401", None),
        ),
        "scholen": table(
            dict.fromkeys(
                ("vestigingscode", "gemeente", "wijkcode", "bevoegd_gezag", "vakantieregio"), text
            ),
            ("00AA00", "GM0118", "WK011801", None, None),
            ("00CA00", "GM0014", None, None, None),
        ),
        "schoolkalender": table(
            {"geldt_voor": text, "gebied": text, "van": "date", "tot_en_met": "date", "soort": text}
        ),
    }
    rows = table(
        {"vestigingscode": text, "woongemeente": text, "begin": "date", "dag": "int64"},
        ("00AA00", "GM0118", dt.date(2024, 10, 21), 6),
        ("00AA00", "GM0118", dt.date(2030, 7, 5), 5),
        ("00AA00", "GM0118", dt.date(2030, 7, 5), 6),
        ("00CA00", "GM0118", dt.date(2024, 10, 21), 6),
        (None, "GM0118", dt.date(2013, 10, 21), 6),
        (None, "GM0118", dt.date(2024, 10, 21), 6),
    )
    found = school_days.nth_after(rows, tables, "begin", "dag", "grens").to_pyarrow().to_pylist()
    # 21 October is a Monday; Midden is free from 26 October to 3 November. In 2030 the summer
    # holidays of Midden begin on 13 July: of the sixth school day after the 5th nobody knows.
    known = {
        ("00AA00", dt.date(2024, 10, 21), 6): dt.date(2024, 11, 5),
        ("00AA00", dt.date(2030, 7, 5), 5): dt.date(2030, 7, 12),
        (None, dt.date(2024, 10, 21), 6): dt.date(2024, 11, 5),
    }
    assert len(found) == 6
    for row in found:
        place = (row["vestigingscode"], row["begin"], row["dag"])
        assert row["grens"] == known.get(place), place
