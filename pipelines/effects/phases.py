"""Before and during as a whole, of some pupils or apart for kinds of pupils; see `summaries`."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir
import polars as pl
from ibis import _

from pipelines.effects.design import Observed, Parameters, Window
from pipelines.effects.happenings import FAR, Tables, happened
from pipelines.effects.kept import once, table_once
from pipelines.effects.measures import Care, Events
from pipelines.effects.summaries import (
    days,
    exposure_of,
    participants,
    slices,
    summed,
    windows_of,
)


def phases_of_who_stayed(
    tables: Tables,
    measure: Events | Care,
    observed: Observed,
    window: Window,
    parameters: Parameters,
) -> pl.DataFrame:
    """Before and during, of pupils who did not leave while they were followed: school, groep, index
    and the columns of `outcome_by_slice`."""
    pupils = participants(tables, observed, window).mutate(followed_to=_.known_to)
    if observed.spans is not None:
        own = ibis.window(group_by="leerling_id")
        pupils = pupils.mutate(followed_to=_.known_to.max().over(own))
    end = ibis.least(_.followed_to, _.start + days(window.tijdens))
    windows = windows_of(pupils.filter(_.leave >= end), slices(window)[:2])
    by = ["groep", "idx"]
    asked = ("phases of who stayed", observed.known, window)
    return summed(
        once(tables, asked, lambda: exposure_of(windows, by, gaps=observed.spans is not None)),
        windows,
        happened(tables, measure, parameters, observed.end),
        by,
    )


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
    by = ["groep", "prior", "idx"]
    asked = ("phases by prior care", observed.known, window)
    return summed(
        once(tables, asked, lambda: exposure_of(windows, by, gaps=observed.spans is not None)),
        windows,
        happened(tables, measure, parameters, observed.end),
        by,
    )


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
