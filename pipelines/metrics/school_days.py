"""Which days are school days: national holidays per region, with the own days of schools over it.

A day is a school day, or it is not, or it is not known which. Without a region, and in a school
year of which the national holidays are not known yet, a weekday is not known; it is never taken
for a school day. The days of every calendar are numbered on the pipeline side and given to the
engine as a small table, so that counting school days is a join, on every engine alike.

Source of the national days: the package `holidays` (Regeling vaststelling schoolvakanties of the
ministry of Education, and the Algemene termijnenwet).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

import ibis
import ibis.expr.types as ir
import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from pipelines import schoolyear
from pipelines.metrics.metric import Tables

REGIONS = ("Noord", "Midden", "Zuid")
DATASETS = ("schoolkalender", "scholen", "gebieden")
UNDETERMINED = (
    "Niet te bepalen: er is geen geval waarvan de schooldagen bekend zijn. Vul vakantieregio in in"
    " gebieden of in scholen; voor een schooljaar waarvan de landelijke vakanties nog niet bekend"
    " zijn, lever een schoolkalender met de vakanties en de lesdagen."
)
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
_FREE, _SCHOOL, _UNKNOWN = 0, 1, 2
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
    found = np.where(weekday, _UNKNOWN, _FREE).astype(np.int8)
    for year, free in national(region).items() if region else ():
        begin, end = (np.datetime64(f"{part}-08-01") for part in year.split("/"))
        inside = (days >= begin) & (days < end) & weekday
        found[inside] = _SCHOOL
        found[inside & np.isin(days, np.array(sorted(free), dtype="datetime64[D]"))] = _FREE
    for stretch in own:
        inside = (days >= np.datetime64(stretch.first)) & (days <= np.datetime64(stretch.last))
        found[inside & weekday] = _SCHOOL if stretch.open else _FREE
    return found


def nth_after(table: ir.Table, tables: Tables, start: str, number: str, name: str) -> ir.Table:
    """Add the date `name` of the `number`-th school day after the date `start`.

    The calendar is that of the school (`vestigingscode`), and without a school that of the
    municipality of residence (`woongemeente`). Empty where a day from `start` up to that day is
    not known, so that whether it is known does not depend on what happened afterwards.
    """
    known = _engine_tables(tables)
    own = table.left_join(known.schools, table["vestigingscode"] == known.schools["_school"])
    own = own.left_join(known.towns, own["woongemeente"] == known.towns["_gemeente"])
    school = own["vestigingscode"].notnull() & (own["vestigingscode"] != "")
    own = own.mutate(_kalender=ibis.ifelse(school, own["_kalender_school"], own["_kalender_thuis"]))
    begun = own.left_join(
        known.days, (own["_kalender"] == known.days["_k"]) & (own[start] == known.days["_dag"])
    )
    begun = begun.mutate(_doel=begun["_nummer"] + begun[number]).drop("_k", "_dag")
    begun = begun.rename(_onbekend_begin="_onbekend").drop("_nummer", "_schooldag")
    numbered = known.days.filter(known.days["_schooldag"])
    found = begun.left_join(
        numbered,
        (begun["_kalender"] == numbered["_k"])
        & (begun["_doel"] == numbered["_nummer"])
        & (begun["_onbekend_begin"] == numbered["_onbekend"]),
    )
    return found.rename({name: "_dag"}).select(*table.columns, name)


@dataclass(frozen=True)
class _EngineTables:
    """`days`: per calendar and day the number of school days and of unknown days up to then."""

    days: ir.Table
    schools: ir.Table
    towns: ir.Table


def _engine_tables(tables: Tables) -> _EngineTables:
    schools, areas, own = (
        _fetched(tables[name], columns)
        for name, columns in (
            (
                "scholen",
                ("vestigingscode", "gemeente", "wijkcode", "bevoegd_gezag", "vakantieregio"),
            ),
            ("gebieden", ("gemeente", "wijk", "vakantieregio")),
            ("schoolkalender", ("geldt_voor", "gebied", "van", "tot_en_met", "soort")),
        )
    )
    delivered = tuple(
        OwnDays(scope, area, first, last, kind == _OPEN)
        for scope, area, first, last, kind in own.iter_rows()
    )
    of_school, of_town = _places(schools, areas)
    calendars: dict[tuple[str | None, tuple[OwnDays, ...]], str] = {}

    def calendar_of(place: Place) -> str:
        """Places with the same days share a calendar."""
        same = (place.region, place.own(delivered))
        return calendars.setdefault(same, f"k{len(calendars)}")

    school_rows = [(code, calendar_of(place)) for code, place in sorted(of_school.items())]
    town_rows = [(code, calendar_of(place)) for code, place in sorted(of_town.items())]
    return _EngineTables(
        days=_numbered(calendars, delivered),
        schools=_pairs(school_rows, "_school", "_kalender_school"),
        towns=_pairs(town_rows, "_gemeente", "_kalender_thuis"),
    )


def _fetched(table: ir.Table, columns: tuple[str, ...]) -> pl.DataFrame:
    frame: pl.DataFrame = table.select(*columns).order_by(list(columns)).to_polars()
    return frame


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


def _numbered(
    calendars: Mapping[tuple[str | None, tuple[OwnDays, ...]], str], delivered: Iterable[OwnDays]
) -> ir.Table:
    days = _span(delivered)
    parts: list[pa.Table] = []
    for (region, own), name in calendars.items():
        found = states(days, region, own)
        parts.append(
            pa.table(
                {
                    "_k": pa.array([name] * len(days), type=pa.string()),
                    "_dag": pa.array(days),
                    "_nummer": np.cumsum(found == _SCHOOL, dtype=np.int64),
                    "_onbekend": np.cumsum(found == _UNKNOWN, dtype=np.int64),
                    "_schooldag": pa.array(found == _SCHOOL),
                }
            )
        )
    empty = pa.schema(
        {
            "_k": pa.string(),
            "_dag": pa.date32(),
            "_nummer": pa.int64(),
            "_onbekend": pa.int64(),
            "_schooldag": pa.bool_(),
        }
    )
    whole = pa.concat_tables([empty.empty_table(), *parts]).combine_chunks()
    return ibis.memtable(whole)


def _span(delivered: Iterable[OwnDays]) -> Days:
    """Every day from the first to the last about which anything is known."""
    years = national(REGIONS[0])
    begin = schoolyear.first_day(schoolyear.year_of(min(years)))
    end = schoolyear.last_day(schoolyear.year_of(max(years)))
    first = min([begin, *(d.first for d in delivered)])
    last = max([end, *(d.last for d in delivered)])
    found: Days = np.arange(np.datetime64(first), np.datetime64(last) + _DAY, _DAY)
    return found


def _pairs(rows: list[tuple[str, str]], key: str, value: str) -> ir.Table:
    columns = {
        key: pa.array([row[0] for row in rows], type=pa.string()),
        value: pa.array([row[1] for row in rows], type=pa.string()),
    }
    return ibis.memtable(pa.table(columns))
