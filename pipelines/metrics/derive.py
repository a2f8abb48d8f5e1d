"""What is derived from delivered columns, in one place: school years, ages, axes, school areas."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
from ibis import _

from pipelines import schoolyear
from pipelines.codes import Code
from pipelines.metrics.metric import Base, Context, Tables

UNKNOWN = "onbekend"
MONTHS = 12  # in a school year, whether it has 365 days or 366
WAITED = (1, 2, 4, 8, 13)
"""Weeks within which something began, as shares that add up; the longest last."""
LASTED = (3, 6, 12)
"""Months within which something ended, as shares that add up; the longest last."""

# Upper age of each group, in the order shown; the last has no upper age.
_LAST = schoolyear.last_day(2000)
AGE_GROUPS: Mapping[str, int] = {
    "tot_en_met_3": 3,
    "4_tot_en_met_7": 7,
    "8_tot_en_met_11": 11,
    "12_tot_en_met_15": 15,
    "16_en_17": 17,
    "18_en_ouder": 999,
}


def first_year(date: ir.DateValue) -> ir.IntegerValue:
    """Calendar year in which the school year of `date` began: August belongs to the new year."""
    return date.year().cast("int64") - (date.month() < schoolyear.FIRST_MONTH).cast("int64")


def year_label(year: ir.IntegerValue) -> ir.StringValue:
    """2024 -> '2024/2025'."""
    return year.cast("string").concat("/", (year + 1).cast("string"))


def schooljaar(date: ir.DateValue) -> ir.StringValue:
    """School year of a date, 1 August to 31 July, as '2024/2025'."""
    return year_label(first_year(date))


def days_between(begin: ir.DateValue, end: ir.DateValue) -> ir.IntegerValue:
    """Days from begin to end: the same day is 0."""
    return end.delta(begin, unit="day").cast("int64")


def open_until(context: Context, begin: ir.DateValue, term: str) -> ir.DateValue:
    """The last day on which what began on a day, and has no end, is taken to run.

    The peildatum, and at most so many months after its begin as the parameter `term` says: after
    that a forgotten end is likelier than a case that still runs.
    """
    last = by_norm(context, term, begin, lambda months: plus_months(begin, months))
    return ibis.least(last, ibis.literal(context.peildatum))


def per_schooljaar(table: ir.Table, begin: str, end: str, context: Context, term: str) -> ir.Table:
    """One row per school year in which a period runs, with the part of it in that year.

    A period without an end runs as long as `open_until` says; what begins after the peildatum is
    left out. Adds `schooljaar`, `deel_begin`, `deel_eind` (both days belong to the part),
    `dagen_schooljaar` and `loopt_tot`, the last day of the whole period that is counted.
    """
    known = ibis.literal(context.peildatum)
    begun = table.filter(table[begin] <= known)
    until = begun[end].fill_null(open_until(context, begun[begin], term))
    closed = begun.mutate(loopt_tot=ibis.least(until, known))
    # Both ends as columns: ibis takes `stop - start` for Spark without brackets around a start.
    ends = closed.mutate(
        _eerste=first_year(closed[begin]), _laatste=first_year(closed["loopt_tot"])
    )
    years = ends.mutate(_jaar=ibis.range(ends["_eerste"], ends["_laatste"] + 1, 1).unnest())
    first = ibis.date(years["_jaar"].cast("int32"), schoolyear.FIRST_MONTH, 1)
    last = ibis.date((years["_jaar"] + 1).cast("int32"), _LAST.month, _LAST.day)
    return years.mutate(
        schooljaar=year_label(years["_jaar"]),
        deel_begin=ibis.greatest(years[begin], first),
        deel_eind=ibis.least(years["loopt_tot"], last),
        dagen_schooljaar=days_between(first, last) + 1,
    ).drop("_jaar", "_eerste", "_laatste")


def by_norm(
    context: Context,
    name: str,
    date: ir.DateValue,
    reading: Callable[[float], ir.Value],
) -> ir.Value:
    """`reading` of the value that a parameter had on a date; before its first day the first one."""
    first, *later = context.norms(name)
    if not later:
        return reading(first.value)
    branches = [(date >= entry.valid_from, reading(entry.value)) for entry in reversed(later)]
    return ibis.cases(*branches, else_=reading(first.value))


def plus_days(date: ir.DateValue, days: float) -> ir.DateValue:
    return _as_date(date + ibis.interval(days=int(days)))


def plus_months(date: ir.DateValue, months: float) -> ir.DateValue:
    """The same day so many months later; 29 February becomes 28 February where it must."""
    return _as_date(date + ibis.interval(months=int(months)))


def _as_date(moment: ir.Value) -> ir.DateValue:
    """Some engines make a date plus an interval a moment, where ibis expects a date."""
    return moment.cast("timestamp").cast("date")


@dataclass(frozen=True)
class Day:
    """A day that every school year has, such as 1 October."""

    name: str
    month: int
    day: int


def day_in(schooljaar_text: ir.StringValue, day: Day) -> ir.DateValue:
    """The date of a day in a school year."""
    year = schooljaar_text.left(4).cast("int32") + (1 if day.month < schoolyear.FIRST_MONTH else 0)
    return ibis.date(year.cast("int32"), day.month, day.day)


def first_day(schooljaar_text: ir.StringValue) -> ir.DateValue:
    return day_in(schooljaar_text, Day("1_augustus", schoolyear.FIRST_MONTH, 1))


def on_days(running: ir.Table, days: Sequence[Day]) -> ir.Table:
    """One row per day on which a part of a period (`per_schooljaar`) runs, with `peildag`."""
    found = []
    for day in days:
        date = day_in(running["schooljaar"], day)
        runs = running.filter((running["deel_begin"] <= date) & (date <= running["deel_eind"]))
        found.append(runs.mutate(peildag=ibis.literal(day.name)))
    return ibis.union(*found, distinct=False)


def in_parts(value: ir.NumericValue, parts: int) -> ir.IntegerValue:
    """A decimal number in whole parts, such as tenths."""
    return (value * parts).round().cast("int64")


def marked(table: ir.Table, key: str, found: ir.Column, name: str) -> ir.Table:
    """Add a boolean: whether the key of the row is among those found."""
    column = found.get_name()
    keys = found.as_table().filter(_[column].notnull()).distinct()
    keys = keys.select(_sleutel=keys[column], _gevonden=ibis.literal(1))
    joined = table.left_join(keys, table[key] == keys["_sleutel"])
    return joined.mutate(joined["_gevonden"].notnull().name(name)).drop("_sleutel", "_gevonden")


def followed(
    table: ir.Table, key: str, events: ir.Table, date: str, after: str, until: str
) -> ir.Column:
    """Keys of the rows whose child has an event after the day `after`, up to and with `until`."""
    later = events.filter(events[date].notnull()).select(
        _kind=events["leerling_id"], _dag=events[date]
    )
    return table.semi_join(
        later,
        [
            table["leerling_id"] == later["_kind"],
            later["_dag"] > table[after],
            later["_dag"] <= table[until],
        ],
    )[key]


def leeftijdsgroep(age: ir.IntegerValue) -> ir.StringValue:
    """Age in whole years to the groups the product shows."""
    branches = [(age <= upper, name) for name, upper in AGE_GROUPS.items()]
    return ibis.cases(*branches, else_=None)


def from_codes(value: ir.StringValue, codes: Mapping[str, Code], column: str) -> ir.StringValue:
    """What the code list says about a code in its extra `column`; empty for an unlisted code."""
    pairs = {code: found.extra[column] for code, found in codes.items() if found.extra.get(column)}
    if not pairs:
        return ibis.null("string")
    return value.cases(*pairs.items(), else_=None)


def with_school(table: ir.Table, tables: Tables) -> ir.Table:
    """Join the areas of the school: vestiging, gemeente, wijk, onderwijssoort (`scholen`, DUO).

    These are areas of the school, so that schools add up to wijken and gemeenten. A row without a
    school, or with one that is not in `scholen`, keeps empty areas and counts in the total only.
    """
    schools = tables["scholen"].select(
        vestiging=_.vestigingscode,
        gemeente=_.gemeente,
        wijk=_.wijkcode,
        onderwijssoort=_.onderwijssoort,
    )
    own = table.drop(*(c for c in ("gemeente", "wijk", "onderwijssoort") if c in table.columns))
    return own.left_join(schools, own["vestigingscode"] == schools["vestiging"])


AREAS_OF_SCHOOL = ("gemeente", "wijk", "vestiging", "vestigingscode", "onderwijssoort")
"""Columns of a base that tells schools apart; a school in no list has its own code alone."""


def _enrolled(tables: Tables, _context: Context) -> ir.Table:
    counted = tables["leerlingaantallen"].select("vestigingscode", "schooljaar", "leerlingen")
    return with_school(counted, tables).select("schooljaar", *AREAS_OF_SCHOOL, aantal=_.leerlingen)


ENROLLED = Base(
    id="leerlingen",
    unit="leerlingen",
    datasets=("leerlingaantallen", "scholen"),
    rows=_enrolled,
)


def with_enrolment(table: ir.Table, tables: Tables) -> ir.Table:
    """Add `telling_bekend`: whether the school's pupils were counted in that school year.

    A rate takes only pupils of such schools, so that numerator and denominator cover the same.
    """
    counted = tables["leerlingaantallen"].select(_school=_.vestigingscode, _jaar=_.schooljaar)
    joined = table.left_join(
        counted,
        (table["vestigingscode"] == counted["_school"]) & (table["schooljaar"] == counted["_jaar"]),
    )
    return joined.mutate(telling_bekend=_["_school"].notnull()).drop("_school", "_jaar")
