"""When a dataset was observed: only where and when the supplier that answers for a unit delivered.

Months that were not delivered are not observed: nothing that happened in them is known, so they are
neither exposure nor zero. A pupil's unit is its school, or the municipality where it lives (that of
its school where that is unknown). A school year in which the suppliers of too few followed pupils
delivered counts for nobody (`effect_minimum_dekking`): what is left would be other schools than in
the years beside it, in one arm or both, and the mix of schools would pass for a change.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby
from typing import Literal

import polars as pl
from ibis import _

from pipelines import schoolyear
from pipelines.effects.data.events import Tables
from pipelines.effects.data.homes import AT_HOME, BOTH, same_everywhere
from pipelines.effects.data.kept import once
from pipelines.effects.data.summaries import (
    days,
    everyone,
    observed_days,
    participants,
    school_year_start,
    with_unit,
)
from pipelines.effects.designs.rows import Given
from pipelines.effects.effect import Lacking, Observed, Parameters, Window, value_of
from pipelines.effects.outcomes import Care, Events, runs_on
from pipelines.warehouse.answering import SCHOOL_DAYS
from pipelines.warehouse.coverage import TABLE

_MINIMUM = 90.0
_EPOCH = dt.date(1970, 1, 1)
NEVER = Observed(_EPOCH, _EPOCH)


def observe(
    tables: Tables,
    dataset: str,
    date: str,
    window: Window,
    parameters: Parameters,
    peildatum: dt.date | None = None,
    *,
    running: bool = False,
    in_school_days: bool = False,
) -> Observed | None:
    """When `dataset` was observed of whom, up to and including `peildatum`; None: never.

    `running`: what counts runs on after its first day. Then the year after one that was not
    delivered is not observed either: what began in the missing year and still runs is in no
    delivery. Without a table of coverage it is the time of the rows themselves.
    `in_school_days`: what counts depends on which days were school days, of the year in which it
    began and of the next; years of which that is not known are not observed.
    """

    def looked() -> Observed | None:
        units = _coverage(tables, dataset, peildatum, running=running)
        if units is not None and in_school_days:
            units = _with_school_days(units, tables)
        found = _observe(tables, dataset, date, window, parameters, units, peildatum)
        if found is None or units is None or not in_school_days:
            return found
        return replace(found, lacking=(*found.lacking, *_calendars_lacking(tables)))

    return once(
        tables, ("observed", dataset, date, window, peildatum, running, in_school_days), looked
    )


def observed_for(given: Given, outcome: Events | Care, window: Window) -> Observed | None:
    """When what `outcome` counts was observed of whom; None: never."""
    dataset, date = (
        ("jeugdhulp", "start_datum")
        if isinstance(outcome, Care)
        else (outcome.dataset, outcome.date)
    )
    return observe(
        given.tables,
        dataset,
        date,
        window,
        given.parameters,
        given.peildatum,
        running=runs_on(outcome),
        in_school_days=isinstance(outcome, Events) and outcome.derived == "thuiszitters",
    )


def _observe(
    tables: Tables,
    dataset: str,
    date: str,
    window: Window,
    parameters: Parameters,
    units: pl.DataFrame | None,
    peildatum: dt.date | None,
) -> Observed | None:
    if units is None:
        return observed_days(tables, dataset, date, peildatum)
    alike = _alike(units, peildatum)
    if alike and units["known"].all():
        return alike
    unit: Literal["home", "school"] = "home" if units["niveau"][0] == AT_HOME else "school"
    people: pl.DataFrame = (
        with_unit(everyone(tables), tables, unit)
        .group_by("groep", "unit", "start")
        .aggregate(pupils=_.count())
        .order_by("groep", "unit", "start")
        .to_polars()
    )
    members = _members(people["unit"])
    asked = units.filter(pl.col("eenheid").is_in(members["eenheid"].implode()))
    both = _joint(asked, members)
    nobodys = sorted(set(people["unit"]) - set(both["eenheid"]))
    alike = None if nobodys else _alike(both, peildatum)
    out: tuple[str, ...] = ()
    if alike is None:
        spans = _spans(both.filter("known"), peildatum)
        out = _years_out(both, people, spans, window, least_share(parameters))
        alike = _by_unit(units, both, nobodys, out, peildatum)
    if not len(people):
        return alike
    years = _between(str(units["schooljaar"].min()), str(units["schooljaar"].max()))
    whole = _during(*_stretches(years, peildatum)[0])
    missing = _while_followed(asked.filter(~pl.col("known")), people["start"], window)
    return _told(tables, replace(alike, unit=unit, out=out), whole, missing, window)


def least_share(parameters: Parameters) -> float:
    """Of how large a part of the pupils a school year must be known to count."""
    return value_of(parameters, "effect_minimum_dekking", _MINIMUM) / 100


def _alike(units: pl.DataFrame, peildatum: dt.date | None) -> Observed | None:
    """The one unbroken stretch in which every unit was observed; None: they differ, or it broke."""
    if not len(units) or not same_everywhere(units):
        return None
    stretches = _stretches(units.filter("known")["schooljaar"].unique(), peildatum)
    if len(stretches) > 1:
        return None
    return _during(*stretches[0]) if stretches else NEVER


def _members(units: pl.Series) -> pl.DataFrame:
    """unit, eenheid: one row, or two where a pupil's school and home are in two municipalities."""
    return (
        pl.DataFrame({"unit": units.unique().sort()})
        .with_columns(eenheid=pl.col("unit").str.split(BOTH))
        .explode("eenheid")
    )


def _joint(asked: pl.DataFrame, members: pl.DataFrame) -> pl.DataFrame:
    """eenheid, schooljaar, known: of every pupil's unit, known where each of its parts is."""
    return (
        members.join(asked, on="eenheid")
        .group_by("unit", "schooljaar")
        .agg(pl.col("known").all())
        .rename({"unit": "eenheid"})
        .sort("eenheid", "schooljaar")
    )


def _by_unit(
    units: pl.DataFrame,
    asked: pl.DataFrame,
    nobodys: Sequence[str],
    out: Sequence[str],
    peildatum: dt.date | None,
) -> Observed:
    """Every unit in its own delivered years, without those that are `out`."""
    known = asked.filter("known") if len(asked) else units.filter("known")
    spans = _spans(asked.filter(pl.col("known") & ~pl.col("schooljaar").is_in(out)), peildatum)
    # A unit that nobody answers for is followed as long as the others.
    usual = _stretches(set(known["schooljaar"]) - set(out), peildatum)
    spans += [(name, *stretch) for name in nobodys for stretch in usual]
    if not spans:
        return NEVER
    first, end = min(span[1] for span in spans), max(span[2] for span in spans)
    return replace(_during(first, end), spans=tuple(spans))


def _coverage(
    tables: Tables, dataset: str, peildatum: dt.date | None, *, running: bool
) -> pl.DataFrame | None:
    """The table of coverage of a dataset, with `known` and `resumed`; None: nothing is recorded.

    A year of which it cannot be said whether it was delivered is not known.
    """
    if TABLE not in tables:
        return None
    found: pl.DataFrame = tables[TABLE].filter(_.dataset == dataset).to_polars()
    if peildatum is not None:
        found = found.filter(pl.col("schooljaar").str.head(4).cast(pl.Int64) <= _year_of(peildatum))
    if not len(found):
        return None
    known = pl.col("known")
    first = pl.col("schooljaar").filter(known).min().over("eenheid")
    resumed = known & pl.col("eerste") & (pl.col("schooljaar") > first) & pl.lit(running)
    return (
        found.with_columns(known=pl.col("geleverd") & ~pl.col("onbekend"))
        .with_columns(resumed=resumed)
        .with_columns(known=known & ~pl.col("resumed"))
        .sort("eenheid", "schooljaar")
    )


def _with_school_days(units: pl.DataFrame, tables: Tables) -> pl.DataFrame:
    """The coverage with what is not known for want of school days; `onbekend` and `reden` say so.

    What began late in a year is only told with the school days of the next.
    """
    days: pl.DataFrame = (
        tables[TABLE]
        .filter(_.dataset == SCHOOL_DAYS.dataset)
        .select("schooljaar", "eenheid", dagen=_.geleverd, dagen_reden=_.reden)
        .to_polars()
    )
    found = units.join(days, on=["schooljaar", "eenheid"], how="left").sort("eenheid", "schooljaar")
    none = (~pl.col("dagen")).fill_null(value=False)
    told = pl.when(none).then(pl.col("dagen_reden"))
    why = pl.coalesce(told, told.shift(-1).over("eenheid"))
    asked = pl.col("geleverd") & why.is_not_null()
    named = pl.format("{} ({})", pl.col("eenheid"), why.str.strip_chars_end("."))
    return found.with_columns(
        known=pl.col("known") & ~asked,
        onbekend=pl.col("onbekend") | asked,
        reden=pl.when(asked).then(named + pl.lit(" telt daardoor niet mee.")).otherwise("reden"),
    ).drop("dagen", "dagen_reden")


def _calendars_lacking(tables: Tables) -> tuple[Lacking, ...]:
    """What would have told the own school days of schools, and was not delivered."""
    asked = tables[TABLE].filter(_.dataset.isin(["scholen", "schoolkalender"]), ~_.geleverd)
    return _grouped(asked.to_polars())


def _years_out(
    asked: pl.DataFrame,
    people: pl.DataFrame,
    spans: Sequence[tuple[str, int, int]],
    window: Window,
    least: float,
) -> tuple[str, ...]:
    """School years that too few followed pupils of either arm were observed in."""
    kinds = {"unit": pl.String, "from": pl.Int64, "to": pl.Int64}
    stretches = pl.DataFrame(spans, schema=kinds, orient="row")
    first, last = days(window.voor), days(window.tijdens)
    overlap = people.join(stretches, on="unit").with_columns(
        before=pl.min_horizontal("to", "start")
        - pl.max_horizontal("from", pl.col("start") - first),
        during=pl.min_horizontal("to", pl.col("start") + last) - pl.max_horizontal("from", "start"),
    )
    followed = (
        overlap.group_by("groep", "unit", "start", "pupils")
        .agg(pl.col("before", "during").clip(0).sum())
        .filter(pl.min_horizontal("before", "during") >= days(window.minimum))
        .group_by("groep", "unit")
        .agg(pl.col("pupils").sum())
    )
    share = (
        followed.join(asked, left_on="unit", right_on="eenheid")
        .group_by("groep", "schooljaar")
        .agg(share=(pl.col("pupils") * pl.col("known")).sum() / pl.col("pupils").sum())
        .filter(pl.col("share") < least)
    )
    return tuple(sorted(set(share["schooljaar"])))


def _while_followed(missing: pl.DataFrame, starts: pl.Series, window: Window) -> pl.DataFrame:
    """Rows of the school years in which anybody is followed."""
    earliest, latest = (
        _year_of(_day(int(number)))
        for number in (starts.min() - days(window.voor), starts.max() + days(window.tijdens))  # type: ignore[operator]
    )
    begun = pl.col("schooljaar").str.head(4).cast(pl.Int64)
    return missing.filter(begun.is_between(earliest, latest))


def _told(
    tables: Tables, found: Observed, whole: Observed, missing: pl.DataFrame, window: Window
) -> Observed:
    """With what was not delivered, and how many pupils cannot be followed because of it.

    `whole`: as if everything had been delivered.
    """
    if not len(missing):
        return found
    would, are = (_followed(tables, one, window) for one in (whole, found))
    fewer = {key: n - are.get(key, 0) for key, n in would.items() if n > are.get(key, 0)}
    arms = sorted({groep for groep, _school in would})
    lost = {
        arm: (
            sum(n for (groep, _s), n in fewer.items() if groep == arm),
            sum(1 for groep, _s in fewer if groep == arm),
        )
        for arm in arms
    }
    return replace(
        found,
        lacking=_grouped(missing.filter(~pl.col("geleverd"))),
        unknown=tuple(sorted(set(missing.filter("onbekend")["reden"]))),
        resumed=tuple(sorted(set(missing.filter("resumed")["schooljaar"]))),
        lost=lost,
        asked=whole,
        followed={arm: sum(n for (groep, _s), n in are.items() if groep == arm) for arm in arms},
    )


def _followed(tables: Tables, observed: Observed, window: Window) -> dict[tuple[str, str], int]:
    """(groep, school) -> pupils seen long enough on both sides of the start."""
    rows = (
        participants(tables, observed, window)
        .group_by("groep", "school")
        .aggregate(pupils=_.leerling_id.nunique())
        .to_polars()
    )
    return {(groep, school): pupils for groep, school, pupils in rows.iter_rows()}


def _grouped(missing: pl.DataFrame) -> tuple[Lacking, ...]:
    rows = missing.select("dataset", "leveranciers", "schooljaar").unique().sort(pl.all())
    return tuple(
        Lacking(dataset, suppliers, tuple(year for *_what, year in years))
        for (dataset, suppliers), years in groupby(rows.iter_rows(), key=lambda row: row[:2])
    )


def _spans(known: pl.DataFrame, peildatum: dt.date | None) -> list[tuple[str, int, int]]:
    """(unit, first day, day after the last) of every unbroken stretch of delivered years."""
    rows = known.select("eenheid", "schooljaar").unique().sort("eenheid", "schooljaar").iter_rows()
    return [
        (unit, *stretch)
        for unit, years in groupby(rows, key=lambda row: row[0])
        for stretch in _stretches([year for _unit, year in years], peildatum)
    ]


def _stretches(years: Iterable[str], peildatum: dt.date | None) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for begun in sorted(schoolyear.year_of(year) for year in years):
        first, end = (_number(schoolyear.first_day(year)) for year in (begun, begun + 1))
        if peildatum is not None:
            end = min(end, _number(peildatum) + 1)
        if found and found[-1][1] == first:
            first = found.pop()[0]
        found.append((first, end))
    return found


def _between(first: str, last: str) -> list[str]:
    return [
        schoolyear.label(y) for y in range(schoolyear.year_of(first), schoolyear.year_of(last) + 1)
    ]


def _year_of(day: dt.date) -> int:
    """The calendar year in which the school year of a day begins."""
    return school_year_start(day).year


def _during(first: int, end: int) -> Observed:
    return Observed(_day(first), _day(end))


def _number(day: dt.date) -> int:
    return (day - _EPOCH).days


def _day(number: int) -> dt.date:
    return _EPOCH + dt.timedelta(days=number)
