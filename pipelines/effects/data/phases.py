"""Before and during as a whole, of some pupils or apart for kinds of pupils; see `summaries`."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import polars as pl
from ibis import _

from pipelines.effects.data.events import FAR, Tables
from pipelines.effects.data.kept import table_once
from pipelines.effects.data.summaries import (
    days,
    measured,
    participants,
    slices,
    who_stayed,
    windows_of,
)
from pipelines.effects.effect import Observed, Parameters, Window
from pipelines.effects.outcomes import Care, Events


def phases_of_who_stayed(
    tables: Tables,
    measure: Events | Care,
    observed: Observed,
    window: Window,
    parameters: Parameters,
) -> pl.DataFrame:
    """Before and during, of pupils who did not leave while they were followed: school, groep, index
    and the columns of `outcome_by_slice`."""
    windows = windows_of(who_stayed(tables, observed, window), slices(window)[:2])
    by = ("groep", "idx")
    asked = ("phases of who stayed", window)
    return measured(tables, measure, observed, windows, by, asked, parameters)


def phases_by_prior_care(
    tables: Tables,
    measure: Events | Care,
    observed: Observed,
    window: Window,
    parameters: Parameters,
) -> pl.DataFrame:
    """Before and during, apart for pupils with (`wel`) and without (`geen`) youth care in the year
    before their start: school, groep, prior, index and the columns of `outcome_by_slice`."""
    marked = table_once(
        tables,
        ("prior care", observed.known, window),
        lambda: _with_prior_care(participants(tables, observed, window), tables["jeugdhulp"]),
    )
    windows = windows_of(marked, slices(window)[:2])
    by = ("groep", "prior", "idx")
    asked = ("phases by prior care", window)
    return measured(tables, measure, observed, windows, by, asked, parameters)


def phases_by_dose(
    tables: Tables,
    measure: Events | Care,
    observed: Observed,
    window: Window,
    parameters: Parameters,
) -> pl.DataFrame:
    """Before and during of participants, apart by their hours of support per week: school, hours,
    index and the columns of `outcome_by_slice`. Whose hours are unknown does not count."""
    helped = table_once(
        tables,
        ("hours", observed.known, window),
        lambda: with_hours(participants(tables, observed, window), tables),
    )
    windows = windows_of(helped, slices(window)[:2])
    by = ("hours", "idx")
    return measured(tables, measure, observed, windows, by, ("phases by dose", window), parameters)


def with_hours(pupils: ir.Table, tables: Tables) -> ir.Table:
    """Participants of whom the hours per week are known, in tenths, with `hours`."""
    known = (
        tables["zis_deelnames"]
        .filter(_.uren_per_week.notnull())
        .select(hours_of=_.deelname_id, hours=_.uren_per_week.round(1))
    )
    return pupils.filter(_.groep == "zis").inner_join(known, pupils.deelname_id == known.hours_of)


def _with_prior_care(pupils: ir.Table, provisions: ir.Table) -> ir.Table:
    care = provisions.filter(_.leerling_id.notnull(), _.start_datum.notnull()).select(
        care_of=_.leerling_id,
        care_first=_.start_datum.epoch_days().cast("int64"),
        care_end=(_.eind_datum.epoch_days().cast("int64") + 1).fill_null(FAR),
    )
    had = (
        pupils.inner_join(
            care,
            [
                pupils.leerling_id == care.care_of,
                care.care_first < pupils.start,
                care.care_end > pupils.start - days(12),
            ],
        )
        .select(had_care=_.leerling_id)
        .distinct()
    )
    return pupils.left_join(had, pupils.leerling_id == had.had_care).mutate(
        prior=ibis.ifelse(_.had_care.notnull(), "wel", "geen")
    )
