"""One value per pupil, summed per school and arm; nothing about one child comes out.

Columns of every summary: school, groep, pupils, total, squares (the sum of squared values) and
before (a sum; zero where there is no before). Only ibis expressions, so any engine can do the
counting.
"""

from __future__ import annotations

import datetime as dt

import ibis
import ibis.expr.types as ir
import polars as pl
from ibis import _

from pipelines.effects.data.kept import once
from pipelines.effects.data.phases import with_hours
from pipelines.effects.data.summaries import DECIMALS, days, everyone
from pipelines.effects.designs.rows import Given
from pipelines.effects.effect import Window, value_of
from pipelines.effects.outcomes import PerPupil, Score

_BEFORE = ("voor",)
_AFTER = ("tussen", "na", "follow_up")


def score_changes(given: Given, measure: Score, window: Window) -> pl.DataFrame:
    """Each pupil's last score after the start minus the last one before it.

    Before is what the supplier calls `voor` and lies within the window before the start or at most
    the minimum number of months after it; after lies at least that long after the start, while
    the pupil takes part.
    """
    asked = ("score", measure.instrument, measure.informant, window)
    return once(given.tables, asked, lambda: _score_changes(given, measure, window))


def changes_by_dose(given: Given, measure: Score, window: Window) -> pl.DataFrame:
    """Idem of participants, apart by their hours of support per week (`hours`)."""
    asked = ("score by dose", measure.instrument, measure.informant, window)
    return once(
        given.tables,
        asked,
        lambda: _summed(with_hours(_changes(given, measure, window), given.tables), "hours"),
    )


def measured_before(given: Given, measure: Score, window: Window) -> pl.DataFrame:
    """Pupils with a score before the start, whether or not there is a later one: groep, pupils."""
    asked = ("score before", measure.instrument, measure.informant, window)

    def count() -> pl.DataFrame:
        before, _after = _both(given, measure, window)
        found: pl.DataFrame = before.group_by("groep").aggregate(pupils=_.count()).to_polars()
        return found.sort("groep")

    return once(given.tables, asked, count)


def _score_changes(given: Given, measure: Score, window: Window) -> pl.DataFrame:
    return _summed(_changes(given, measure, window))


def _changes(given: Given, measure: Score, window: Window) -> ir.Table:
    before, after = _both(given, measure, window)
    later = after.select(after_of=_.leerling_id, later=_.score)
    return before.join(later, before.leerling_id == later.after_of).mutate(
        value=_.later - _.score, earlier=_.score
    )


def _both(given: Given, measure: Score, window: Window) -> tuple[ir.Table, ir.Table]:
    """Each pupil's score before the start and after it, with who it is."""
    people = everyone(given.tables)
    scores = given.tables["metingen"].filter(
        _.instrument == measure.instrument, _.informant == measure.informant
    )
    if given.peildatum is not None:
        scores = scores.filter(_.datum <= given.peildatum)
    dated = scores.select(
        "meting_id",
        "meetmoment",
        "score",
        scored=_.leerling_id,
        day=_.datum.epoch_days().cast("int64"),
    )
    joined = people.join(dated, people.leerling_id == dated.scored)
    grace = days(window.minimum)
    before = _last(
        joined.filter(
            _.meetmoment.isin(_BEFORE),
            _.day >= _.start - days(window.voor),
            _.day < _.start + grace,
        )
    )
    after = _last(
        joined.filter(
            _.meetmoment.isin(_AFTER),
            _.day >= _.start + grace,
            _.day < ibis.least(_.start + days(window.tijdens), _.leave),
        )
    )
    return before, after


def _last(scores: ir.Table) -> ir.Table:
    """Each pupil's newest score; of two on one day the one with the highest number."""
    return (
        scores.mutate(
            place=ibis.row_number().over(
                ibis.window(
                    group_by="leerling_id", order_by=[ibis.desc("day"), ibis.desc("meting_id")]
                )
            )
        )
        .filter(_.place == 0)
        .select("leerling_id", "deelname_id", "school", "groep", "score")
    )


def values_once(given: Given, measure: PerPupil) -> pl.DataFrame:
    """The value of each pupil's first participation; pupils of whom it is unknown do not count."""
    asked = ("value", measure.column, measure.until, measure.kind, measure.horizon)
    return once(given.tables, asked, lambda: _values_once(given, measure))


def _values_once(given: Given, measure: PerPupil) -> pl.DataFrame:
    people = everyone(given.tables)
    columns = {measure.column, *([measure.until] if measure.until else [])}
    known = given.tables["zis_deelnames"].select("deelname_id", *sorted(columns))
    rows = people.join(known, "deelname_id").filter(_[measure.column].notnull())
    match measure.kind:
        case "ja_nee":
            rows = rows.mutate(value=_[measure.column].cast("float64"))
        case "aantal":
            rows = rows.mutate(value=_[measure.column].length().cast("float64"))
        case "dagen":
            horizon = int(value_of(given.parameters, measure.horizon, 120))
            rows = rows.mutate(signal=_[measure.column].epoch_days().cast("int64"))
            if given.peildatum is not None:
                last = (given.peildatum - dt.date(1970, 1, 1)).days
                rows = rows.filter(_.signal + horizon <= last)
            waited = _[measure.until].epoch_days().cast("int64") - _.signal
            rows = rows.mutate(value=ibis.least(waited.fill_null(horizon), horizon).cast("float64"))
    return _summed(rows.mutate(earlier=ibis.literal(0.0)))


def _summed(rows: ir.Table, *by: str) -> pl.DataFrame:
    summary: pl.DataFrame = (
        rows.group_by("school", "groep", *by)
        .aggregate(
            pupils=_.count(),
            total=_.value.sum(),
            squares=(_.value * _.value).sum(),
            before=_.earlier.sum(),
        )
        .order_by("school", "groep", *by)
        .to_polars()
    )
    return summary.with_columns(pl.col("total", "squares", "before").round(DECIMALS))
