"""Tables -> small summaries per school x group x window; nothing about one child comes out.

Only ibis expressions, so any engine can do the counting. Days are numbered (since 1970), windows
are whole days from a pupil's own start, and a month is 365.25 / 12 days.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import polars as pl
from ibis import _

from pipelines import schoolyear
from pipelines.effects.data.events import FAR, Tables, happened
from pipelines.effects.data.homes import matter, with_home
from pipelines.effects.data.kept import keeping, once, table_once
from pipelines.effects.effect import DAYS_PER_MONTH, Observed, Parameters, Window
from pipelines.effects.outcomes import Care, Events

_HOLIDAY_DAYS = 62
"""A gap this long at the edge of a school year is summer, not a missing delivery."""

DECIMALS = 9
"""Sums are rounded to this: engines add in any order, and the same register is the same release."""


@dataclass(frozen=True)
class Slice:
    """A named stretch of days counted from the start; `index` orders slices of one `division`.

    Divisions: `fase` (0 before, 1 during, without the months that count in no result),
    `zonder_rondom` (idem, without more months around the start), `periode` (..., -1, 0, ...) and
    `jaar` (idem).
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
    skipped, guard = days(window.overslaan), days(window.rondom)
    found = [
        Slice("fase", 0, -days(window.voor), -skipped),
        Slice("fase", 1, skipped, days(window.tijdens)),
    ]
    if skipped < guard < min(days(window.voor), days(window.tijdens)):
        found += [
            Slice("zonder_rondom", 0, -days(window.voor), -guard),
            Slice("zonder_rondom", 1, guard, days(window.tijdens)),
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
    return schoolyear.first_day(schoolyear.first_year(day))


def observed_days(
    tables: Tables, dataset: str, date: str, peildatum: dt.date | None = None
) -> Observed | None:
    """The stretch of time in which absence from `dataset` means that nothing happened.

    From the first to the last event, widened over the summer to whole school years; inside the
    school years of which pupil counts were delivered, if any; up to and including `peildatum`.
    None: empty.
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
        start = max(start, schoolyear.first_day(schoolyear.year_of(str(years.min()))))
        end = min(end, schoolyear.first_day(schoolyear.year_of(str(years.max())) + 1))
    if peildatum is not None:
        end = min(end, peildatum + dt.timedelta(days=1))
    return Observed(start, end) if start < end else None


def _day_number(day: dt.date) -> int:
    return (day - dt.date(1970, 1, 1)).days


_EVERYONE = "_iedereen"


@contextmanager
def kept_everyone(tables: Tables, delivered: Collection[str]) -> Iterator[Tables]:
    """The tables with `everyone`, and what else is worked out once, kept until the end."""
    if "zis_deelnames" not in delivered:
        yield tables
        return
    people = everyone(tables)
    with keeping(tables) as kept:
        kept[_EVERYONE] = table_once(
            kept, _EVERYONE, lambda: with_home(people, tables) if matter(tables) else people
        )
        yield kept


def everyone(tables: Tables) -> ir.Table:
    """One row per pupil: leerling_id, school, groep, start, leave (days since 1970), deelname_id.

    `start_month`, `leave_month`: of the first and the last day, in months since January 1970.

    A pupil with several participations counts from the first start to the last end, at the first
    school. Whoever ever took part in Zorg In School is a participant and no comparison.
    """
    if _EVERYONE in tables:
        return tables[_EVERYONE]
    spells = tables["zis_deelnames"].mutate(
        is_zis=(_.groep == "zis").cast("int64"),
        start=_.start_datum.epoch_days().cast("int64"),
        start_month=_.start_datum.year().cast("int64") * 12 + _.start_datum.month() - 23641,
        leave=(_.eind_datum.epoch_days().cast("int64") + 1).fill_null(FAR),
        leave_month=(
            _.eind_datum.year().cast("int64") * 12 + _.eind_datum.month() - 23641
        ).fill_null(FAR),
    )
    spells = spells.mutate(ever_zis=_.is_zis.max().over(ibis.window(group_by="leerling_id")))
    return (
        spells.filter(_.is_zis == _.ever_zis)
        .mutate(
            place=ibis.row_number().over(
                ibis.window(group_by="leerling_id", order_by=["start", "deelname_id"])
            )
        )
        .group_by("leerling_id")
        .aggregate(
            school=_.vestigingscode.max(where=_.place == 0),
            deelname_id=_.deelname_id.max(where=_.place == 0),
            groep=_.groep.max(),
            start=_.start.min(),
            start_month=_.start_month.min(),
            leave=_.leave.max(),
            leave_month=_.leave_month.max(),
        )
    )


def with_unit(people: ir.Table, tables: Tables, unit: str) -> ir.Table:
    """`everyone` with `unit`: a pupil's school or the municipality of its home; '' if unknown."""
    if unit == "home" and "home" not in people.columns:
        people = with_home(people, tables)
    return people.mutate(unit=_[unit].fill_null(""))


def participants(tables: Tables, observed: Observed, window: Window) -> ir.Table:
    """`everyone` seen long enough on both sides of the start, with known_from and known_to.

    One row per pupil, or per pupil and stretch where its unit was delivered with gaps.
    """
    return table_once(
        tables,
        ("participants", observed.known, window),
        lambda: _participants(tables, observed, window),
    )


def _participants(tables: Tables, observed: Observed, window: Window) -> ir.Table:
    minimum, first, last = days(window.minimum), days(window.voor), days(window.tijdens)
    pupils = stretches_known(everyone(tables), tables, observed)
    if observed.spans is None:
        return pupils.filter(
            _.start - ibis.greatest(_.known_from, _.start - first) >= minimum,
            ibis.least(_.known_to, _.leave, _.start + last) - _.start >= minimum,
        )
    stretches = pupils.mutate(
        before=ibis.greatest(
            ibis.least(_.known_to, _.start) - ibis.greatest(_.known_from, _.start - first), 0
        ),
        during=ibis.greatest(
            ibis.least(_.known_to, _.leave, _.start + last) - ibis.greatest(_.known_from, _.start),
            0,
        ),
    )
    own = ibis.window(group_by="leerling_id")
    return (
        stretches.mutate(before=_.before.sum().over(own), during=_.during.sum().over(own))
        .filter(_.before >= minimum, _.during >= minimum)
        .drop("of_unit", "unit", "before", "during")
    )


def stretches_known(people: ir.Table, tables: Tables, observed: Observed) -> ir.Table:
    """`people` with known_from and known_to: one row per pupil, or per pupil and stretch where its
    unit was delivered with gaps; then with `unit` and `of_unit` as well."""
    if observed.spans is None:
        return people.mutate(
            known_from=ibis.literal(_day_number(observed.start)),
            known_to=ibis.literal(_day_number(observed.end)),
        )
    spans = ibis.memtable(
        pl.DataFrame(
            observed.spans,
            schema={"of_unit": pl.String, "known_from": pl.Int64, "known_to": pl.Int64},
            orient="row",
        )
    )
    pupils = with_unit(people, tables, observed.unit)
    return pupils.inner_join(spans, pupils.unit == spans.of_unit)


def outcome_by_slice(
    tables: Tables,
    measure: Events | Care,
    observed: Observed,
    window: Window,
    cut: Sequence[Slice],
    parameters: Parameters,
) -> pl.DataFrame:
    """Per school, groep, division and index: pupils, months, total and pupils_with_event.

    `pupils`: with any day of the slice observed; `months`: their pupil-months in it; `total`: the
    outcome's sum; `pupils_with_event`: distinct pupils behind that sum; `largest`: one pupil's
    largest part of it.
    """
    windows = windows_of(participants(tables, observed, window), cut)
    asked = ("slices", window, tuple(cut))
    by = ("groep", "division", "idx")
    return measured(tables, measure, observed, windows, by, asked, parameters)


def measured(
    tables: Tables,
    measure: Events | Care,
    observed: Observed,
    windows: ir.Table,
    by: Sequence[str],
    asked: Hashable,
    parameters: Parameters,
) -> pl.DataFrame:
    """What happened in windows of pupils (begin, until), per school and `by`, with the columns of
    `outcome_by_slice`. `asked`: what the windows are, by which their exposure is worked out once.
    """
    exposure = once(
        tables,
        (asked, observed.known),
        lambda: exposure_of(windows, by, gaps=observed.spans is not None),
    )
    return summed(exposure, windows, happened(tables, measure, parameters, observed.end), by)


def windows_of(pupils: ir.Table, cut: Sequence[Slice]) -> ir.Table:
    """Every pupil x every slice of which any day was observed, with its begin and until."""
    stretches = ibis.memtable(
        pl.DataFrame(
            {
                "division": [s.division for s in cut],
                "idx": [s.index for s in cut],
                "slice_first": [s.first for s in cut],
                "slice_end": [s.end for s in cut],
            }
        )
    )
    return (
        pupils.cross_join(stretches)
        .mutate(
            begin=ibis.greatest(_.start + _.slice_first, _.known_from),
            until=ibis.least(_.start + _.slice_end, _.known_to, _.leave),
        )
        .filter(_.until > _.begin)
    )


def exposure_of(windows: ir.Table, by: Sequence[str], *, gaps: bool) -> pl.DataFrame:
    """Pupils and their pupil-months per school and `by`: alike for all that can happen.

    With `gaps` a pupil may have several stretches in one window.
    """
    pupils = _.leerling_id.nunique() if gaps else _.count()
    found: pl.DataFrame = (
        windows.group_by("school", *by)
        .aggregate(pupils=pupils, months=((_.until - _.begin) / DAYS_PER_MONTH).sum())
        .to_polars()
    )
    return found


def summed(
    exposure: pl.DataFrame, windows: ir.Table, events: ir.Table, by: Sequence[str]
) -> pl.DataFrame:
    """Windows of pupils (begin, until) x what happened in them, summed per school and `by`.

    Exposure and events are summed apart: pupils to whom nothing happened, most of them, are then
    only counted and never held, so that memory grows with events and not with pupils.
    """
    keys = ["school", *by]
    inside = windows.inner_join(
        events,
        [
            windows.leerling_id == events.event_of,
            events["first"] < windows.until,
            events.end > windows.begin,
        ],
    ).mutate(overlap=ibis.least(_.until, _.end) - ibis.greatest(_.begin, _["first"]))
    happened_there: pl.DataFrame = (
        inside.group_by("leerling_id", *keys)
        .aggregate(total=(_.overlap * _.per_day).sum())
        .group_by(keys)
        .aggregate(total=_.total.sum(), pupils_with_event=_.count(), largest=_.total.max())
        .to_polars()
    )
    return (
        exposure.join(happened_there, on=keys, how="left")
        .with_columns(pl.col("total", "largest").fill_null(0.0))
        .with_columns(pl.col("pupils_with_event").fill_null(0))
        .with_columns(pl.col("months", "total", "largest").round(DECIMALS))
        .sort(keys)
        .rename({"idx": "index"})
    )


def without_start(monthly: pl.DataFrame, months: float) -> pl.DataFrame:
    """Calendar months without those of participants within so many months of their start."""
    since = pl.col("index") - pl.col("start_month")
    return monthly.filter((pl.col("groep") != "zis") | (since < -months) | (since >= months))


def who_stayed(tables: Tables, observed: Observed, window: Window) -> ir.Table:
    """`participants` who did not leave while they were followed."""
    pupils = participants(tables, observed, window).mutate(followed_to=_.known_to)
    if observed.spans is not None:
        own = ibis.window(group_by="leerling_id")
        pupils = pupils.mutate(followed_to=_.known_to.max().over(own))
    end = ibis.least(_.followed_to, _.start + days(window.tijdens))
    return pupils.filter(_.leave >= end)


def outcome_by_month(
    tables: Tables,
    measure: Events | Care,
    observed: Observed,
    window: Window,
    parameters: Parameters,
    *,
    stayed: bool = False,
) -> pl.DataFrame:
    """The same per school, groep, start_month and calendar month `index` (months since 1970).

    `stayed`: only of `who_stayed`.
    """
    first = observed.start.replace(day=1)
    months: list[tuple[int, int, int]] = []
    while first < observed.end:
        following = (first + dt.timedelta(days=32)).replace(day=1)
        number = (first.year - 1970) * 12 + first.month - 1
        months.append((number, _day_number(first), _day_number(following)))
        first = following
    calendar = ibis.memtable(
        pl.DataFrame(months, schema=["idx", "month_first", "month_end"], orient="row")
    )
    pupils = (who_stayed if stayed else participants)(tables, observed, window)
    windows = (
        pupils.cross_join(calendar)
        .mutate(
            begin=ibis.greatest(_.month_first, _.known_from, _.start - days(window.voor)),
            until=ibis.least(_.month_end, _.known_to, _.leave, _.start + days(window.tijdens)),
        )
        .filter(_.until > _.begin)
    )
    by = ("groep", "start_month", "idx")
    asked = ("months", window, stayed)
    return measured(tables, measure, observed, windows, by, asked, parameters)
