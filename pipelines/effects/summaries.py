"""Tables -> small summaries per school x group x window; nothing about one child comes out.

Only ibis expressions, so any engine can do the counting. Days are numbered (since 1970), windows
are whole days from a pupil's own start, and a month is 365.25 / 12 days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import polars as pl
from ibis import _

from pipelines.effects.design import DAYS_PER_MONTH, Observed, Outcome, Window

Tables = Mapping[str, ir.Table]

_FAR = 10**7
_HOLIDAY_DAYS = 62
"""A gap this long at the edge of a school year is summer, not a missing delivery."""


@dataclass(frozen=True)
class Slice:
    """A named stretch of days counted from the start; `index` orders slices of one `division`.

    Divisions: `fase` (0 before, 1 during), `periode` (..., -1, 0, ...) and `jaar` (idem).
    """

    division: str
    index: int
    first: int
    end: int


def days(months: float) -> int:
    """Months as whole days, rounded down."""
    return int(months * DAYS_PER_MONTH // 1)


def slices(window: Window) -> tuple[Slice, ...]:
    """Before and during as a whole, in periods and in years."""
    found = [
        Slice("fase", 0, -days(window.voor), 0),
        Slice("fase", 1, 0, days(window.tijdens)),
    ]
    for division, length in (("periode", window.periode), ("jaar", 12.0)):
        before, during = int(window.voor // length), int(window.tijdens // length)
        found += [
            Slice(division, k, _edge(k, length), _edge(k + 1, length))
            for k in range(-before, during)
        ]
    return tuple(found)


def _edge(k: int, length: float) -> int:
    return days(k * length) if k >= 0 else -days(-k * length)


def school_year_start(day: dt.date) -> dt.date:
    """1 August on or before `day`."""
    return dt.date(day.year if day.month >= 8 else day.year - 1, 8, 1)


def observed_days(
    tables: Tables, dataset: str, date: str, peildatum: dt.date | None = None
) -> Observed | None:
    """The stretch of time in which absence from `dataset` means that nothing happened.

    From the first to the last event, widened over the summer to whole school years; inside the
    school years of which pupil counts were delivered, if any; not beyond `peildatum`. None: empty.
    """
    dates = tables[dataset].aggregate(first=_[date].min(), last=_[date].max()).to_polars()
    first, last = dates.row(0)
    if first is None:
        return None
    start = first.replace(day=1)
    if (first - school_year_start(first)).days <= _HOLIDAY_DAYS:
        start = school_year_start(first)
    end = (last.replace(day=1) + dt.timedelta(days=32)).replace(day=1)
    next_year = school_year_start(last).replace(year=school_year_start(last).year + 1)
    if (next_year - last).days <= _HOLIDAY_DAYS:
        end = next_year
    years = tables["leerlingaantallen"].select("schooljaar").distinct().to_polars()["schooljaar"]
    if len(years):
        start = max(start, dt.date(int(str(years.min())[:4]), 8, 1))
        end = min(end, dt.date(int(str(years.max())[5:]), 8, 1))
    if peildatum is not None:
        end = min(end, peildatum)
    return Observed(start, end) if start < end else None


def _day_number(day: dt.date) -> int:
    return (day - dt.date(1970, 1, 1)).days


def participants(tables: Tables, observed: Observed, window: Window) -> ir.Table:
    """One row per pupil: leerling_id, school, groep, start, leave, known_from, known_to (days).

    A pupil with several participations counts from the first start to the last end, at the first
    school. Whoever ever took part in Zorg In School is a participant and no comparison. Kept are
    pupils seen for at least the minimum number of months on both sides of the start.
    """
    known_from, known_to = _day_number(observed.start), _day_number(observed.end)
    spells = tables["zis_deelnames"].mutate(
        is_zis=(_.groep == "zis").cast("int64"),
        start=_.start_datum.epoch_days().cast("int64"),
        leave=(_.eind_datum.epoch_days().cast("int64") + 1).fill_null(_FAR),
    )
    spells = spells.mutate(ever_zis=_.is_zis.max().over(ibis.window(group_by="leerling_id")))
    pupils = (
        spells.filter(_.is_zis == _.ever_zis)
        .mutate(
            place=ibis.row_number().over(
                ibis.window(group_by="leerling_id", order_by=["start", "deelname_id"])
            )
        )
        .group_by("leerling_id")
        .aggregate(
            school=_.vestigingscode.max(where=_.place == 0),
            groep=_.groep.max(),
            start=_.start.min(),
            leave=_.leave.max(),
        )
        .mutate(known_from=ibis.literal(known_from), known_to=ibis.literal(known_to))
    )
    minimum = days(window.minimum)
    return pupils.filter(
        _.start - ibis.greatest(_.known_from, _.start - days(window.voor)) >= minimum,
        ibis.least(_.known_to, _.leave, _.start + days(window.tijdens)) - _.start >= minimum,
    )


def outcome_by_slice(
    tables: Tables, outcome: Outcome, observed: Observed, window: Window, cut: Sequence[Slice]
) -> pl.DataFrame:
    """Per school, groep, division and index: pupils, months, total and pupils_with_event.

    `pupils`: with any day of the slice observed; `months`: their pupil-months in it; `total`: the
    outcome's sum; `pupils_with_event`: distinct pupils behind that sum.
    """
    stretches = ibis.memtable(
        pl.DataFrame(
            {
                "division": [s.division for s in cut],
                "idx": [s.index for s in cut],
                "first": [s.first for s in cut],
                "end": [s.end for s in cut],
            }
        )
    )
    windows = (
        participants(tables, observed, window)
        .cross_join(stretches)
        .mutate(
            begin=ibis.greatest(_.start + _["first"], _.known_from),
            until=ibis.least(_.start + _.end, _.known_to, _.leave),
        )
        .filter(_.until > _.begin)
    )
    events = tables[outcome.dataset].filter(_.leerling_id.notnull())
    if outcome.keep is not None:
        column, codes = outcome.keep
        events = events.filter(_[column].isin(codes))
    weight = _[outcome.weight].cast("float64") if outcome.weight else ibis.literal(1.0)
    events = events.select(
        event_of=_.leerling_id, day=_[outcome.date].epoch_days().cast("int64"), weight=weight
    )
    per_pupil = (
        windows.left_join(
            events,
            [
                windows.leerling_id == events.event_of,
                events.day >= windows.begin,
                events.day < windows.until,
            ],
        )
        .group_by("leerling_id", "school", "groep", "division", "idx")
        .aggregate(
            days=(_.until - _.begin).max(),
            total=_.weight.sum().fill_null(0.0),
            hit=_.event_of.notnull().cast("int64").max(),
        )
    )
    summary: pl.DataFrame = (
        per_pupil.group_by("school", "groep", "division", "idx")
        .aggregate(
            pupils=_.count(),
            months=(_.days / DAYS_PER_MONTH).sum(),
            total=_.total.sum(),
            pupils_with_event=_.hit.sum(),
        )
        .order_by("school", "groep", "division", "idx")
        .to_polars()
        .rename({"idx": "index"})
    )
    return summary
