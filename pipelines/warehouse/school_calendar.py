"""Which days are school days: national holidays per region, with the own days of schools over it.

A day is a school day, or it is not, or it is not known which. Without a region, and in a school
year of which the national holidays are not known yet, a weekday is not known; it is never taken
for a school day.

Source of the national days: the package `holidays` (Regeling vaststelling schoolvakanties of the
ministry of Education, and the Algemene termijnenwet).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines import schoolyear

REGIONS = ("Noord", "Midden", "Zuid")
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "scholen": ("vestigingscode", "gemeente", "wijkcode", "bevoegd_gezag", "vakantieregio"),
    "gebieden": ("gemeente", "wijk", "vakantieregio"),
    "schoolkalender": ("geldt_voor", "gebied", "van", "tot_en_met", "soort"),
}
# The breaks of a school year, and whether they lie in its second calendar year. A school year that
# lacks one of them is not known: the package answers what it has and says nothing of what it lacks.
_BREAKS = frozenset(
    {
        ("Herfstvakantie", False),
        ("Kerstvakantie", False),
        ("Voorjaarsvakantie", True),
        ("Meivakantie", True),
        ("Zomervakantie", True),
    }
)
_CENTURY = range(2000, 2100)
_DAY = np.timedelta64(1, "D")
FREE, SCHOOL, UNKNOWN = 0, 1, 2
_WIDER_FIRST = ("land", "vakantieregio", "gemeente", "bestuur", "school")
_OPEN = "lesdagen"

Days = npt.NDArray[np.datetime64]
States = npt.NDArray[np.int8]


@dataclass(frozen=True)
class OwnDays:
    """A delivered stretch of days that are free, or (`open`) on which there is school."""

    scope: str
    area: str
    first: dt.date
    last: dt.date
    open: bool


@dataclass(frozen=True)
class Place:
    """Where a calendar holds: of a school all four are known, of a municipality the first two."""

    region: str | None
    municipality: str | None
    board: str | None = None
    school: str | None = None

    def own(self, days: Iterable[OwnDays]) -> tuple[OwnDays, ...]:
        """What was delivered for this place: the widest area first, and school days before days
        off, so that what comes later goes before what came earlier.
        """
        of = dict(zip(_WIDER_FIRST, ("NL", *self.areas), strict=True))
        mine = (d for d in days if of[d.scope] is not None and of[d.scope] == d.area)
        return tuple(
            sorted(mine, key=lambda d: (_WIDER_FIRST.index(d.scope), not d.open, d.first, d.last))
        )

    @property
    def areas(self) -> tuple[str | None, ...]:
        return (self.region, self.municipality, self.board, self.school)


@cache
def national(region: str) -> Mapping[str, frozenset[dt.date]]:
    """School year -> its free days in a region; only school years of which every break is known."""
    import holidays  # half a second, and only for counting

    said = holidays.country_holidays(
        "NL", categories=("school",), subdiv=region, language="nl", years=_CENTURY
    )
    breaks: dict[int, set[tuple[str, bool]]] = {}
    free: dict[int, set[dt.date]] = {}
    for day, name in said.items():
        year = schoolyear.first_year(day)
        breaks.setdefault(year, set()).add((name, day.year > year))
        free.setdefault(year, set()).add(day)
    for day in holidays.country_holidays("NL", years={day.year for day in said}):
        free.setdefault(schoolyear.first_year(day), set()).add(day)
    return {
        schoolyear.label(year): frozenset(free[year])
        for year in sorted(breaks)
        if breaks[year] >= _BREAKS
    }


def states(days: Days, region: str | None, own: Iterable[OwnDays] = ()) -> States:
    """Of every day whether it is free, a school day, or not known."""
    weekday = np.is_busday(days)
    found = np.where(weekday, UNKNOWN, FREE).astype(np.int8)
    for year, free in national(region).items() if region else ():
        begin, end = (np.datetime64(f"{part}-08-01") for part in year.split("/"))
        inside = (days >= begin) & (days < end) & weekday
        found[inside] = SCHOOL
        found[inside & np.isin(days, np.array(sorted(free), dtype="datetime64[D]"))] = FREE
    for stretch in own:
        inside = (days >= np.datetime64(stretch.first)) & (days <= np.datetime64(stretch.last))
        found[inside & weekday] = SCHOOL if stretch.open else FREE
    return found


@dataclass(frozen=True)
class Calendars:
    """The calendar of every known school and municipality; places with the same days share one.

    `days`: every day about which anything is known. `states`: name of a calendar -> its days.
    `schools`, `towns`: code -> name of its calendar. `regions`: municipality -> holiday region.
    """

    days: Days
    states: Mapping[str, States]
    schools: Mapping[str, str]
    towns: Mapping[str, str]
    regions: Mapping[str, str | None]

    @classmethod
    def of(cls, schools: pl.DataFrame, areas: pl.DataFrame, own: pl.DataFrame) -> Calendars:
        """From the columns in `COLUMNS` of `scholen`, `gebieden` and `schoolkalender`."""
        delivered = tuple(
            OwnDays(scope, area, first, last, kind == _OPEN)
            for scope, area, first, last, kind in own.iter_rows()
        )
        of_school, of_town = _places(schools, areas)
        made: dict[tuple[str | None, tuple[OwnDays, ...]], str] = {}

        def calendar_of(place: Place) -> str:
            return made.setdefault((place.region, place.own(delivered)), f"k{len(made)}")

        by_school = {code: calendar_of(place) for code, place in sorted(of_school.items())}
        by_town = {code: calendar_of(place) for code, place in sorted(of_town.items())}
        days = _span(delivered)
        found = {name: states(days, region, days_off) for (region, days_off), name in made.items()}
        regions = {code: place.region for code, place in of_town.items()}
        return cls(days, found, by_school, by_town, regions)

    def known(self, town: str, year: int) -> bool:
        """Whether every day of the school year that begins in `year` is known in a municipality."""
        begin = np.datetime64(schoolyear.first_day(year))
        end = np.datetime64(schoolyear.first_day(year + 1))
        if town not in self.towns or begin < self.days[0] or end - _DAY > self.days[-1]:
            return False
        inside = (self.days >= begin) & (self.days < end)
        return not bool((self.states[self.towns[town]][inside] == UNKNOWN).any())


def _places(
    schools: pl.DataFrame, areas: pl.DataFrame
) -> tuple[Mapping[str, Place], Mapping[str, Place]]:
    """Schools and municipalities with their region.

    A school's own region goes before that of its wijk, and that before the one of its municipality.
    A municipality has a region where its wijken agree; without any, where its schools do.
    """
    by_wijk = {w: r for _, w, r in areas.iter_rows() if r}
    said: dict[str, set[str]] = {}
    for town, _, region in areas.iter_rows():
        said.setdefault(town, set()).update({region} if region else ())
    told: dict[str, set[str]] = {}
    for _, town, _, _, region in schools.iter_rows():
        told.setdefault(town, set()).update({region} if region else ())
    of_town = {
        town: Place(_only(said.get(town) or told.get(town) or set()), town)
        for town in sorted({*said, *told})
    }
    of_school = {
        code: Place(region or by_wijk.get(wijk) or of_town[town].region, town, board or None, code)
        for code, town, wijk, board, region in schools.iter_rows()
    }
    return of_school, of_town


def _only(found: set[str]) -> str | None:
    return next(iter(found)) if len(found) == 1 else None


def _span(delivered: Iterable[OwnDays]) -> Days:
    """Every day from the first to the last about which anything is known."""
    years = national(REGIONS[0])
    begin = schoolyear.first_day(schoolyear.year_of(min(years)))
    end = schoolyear.last_day(schoolyear.year_of(max(years)))
    first = min([begin, *(d.first for d in delivered)])
    last = max([end, *(d.last for d in delivered)])
    found: Days = np.arange(np.datetime64(first), np.datetime64(last) + _DAY, _DAY)
    return found
