"""Would a result from the course per month be there without what it should rest on?

For cohorts of starters (GS) and the participants' own series (TR): a start that is set a year too
early, with only the months before the real one; the months around the start left out; and for
cohorts the schools dealt anew and kinds of schools apart. Only words leave this module.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.effects.data.summaries import without_start
from pipelines.effects.designs.arms import cells_of, too_small
from pipelines.effects.designs.probes import (
    ARMS,
    KINDS_UNKNOWN,
    Probed,
    again,
    dealt_anew,
    kinds_differ,
    partially_pooled,
    placebo_told,
    told_of_who_stayed,
)
from pipelines.effects.effect import Effect, Fault, Minimum
from pipelines.effects.estimators.estimate import CannotEstimate, Estimate
from pipelines.effects.estimators.weighting import SECTOR, with_sector
from pipelines.effects.outcomes import Care, Events


@dataclass(frozen=True)
class Stayed:
    """Of who did not leave: `phases` as `phases_of_who_stayed`, `months` as `outcome_by_month`."""

    phases: pl.DataFrame
    months: pl.DataFrame


Fitted = Callable[[pl.DataFrame], Estimate]
"""The design's own estimate from rows as `summaries.outcome_by_month`."""
_YEAR = 12
_WIDE = 1.96


def probed_starts(
    effect: Effect,
    outcome: Events | Care,
    monthly: pl.DataFrame,
    summary: pl.DataFrame,
    kinds: Mapping[str, str],
    estimate: Estimate,
    fitted: Fitted,
    stayed: Stayed | None = None,
) -> Probed:
    """Of cohorts of starters, beside who never starts."""
    phases = summary.filter(pl.col("division") == "fase")
    return _probed(
        _too_early(monthly, summary, ARMS, outcome, effect.minimum, fitted),
        (_around(effect, outcome, monthly, summary, ARMS, estimate, fitted), None),
        dealt_anew(cells_of(phases, ARMS)),
        (_by_kind(monthly, phases, kinds, outcome, effect.minimum, fitted), None),
        (_of_who_stayed(phases, stayed, ARMS, outcome, effect.minimum, estimate, fitted), None),
    )


def probed_series(
    effect: Effect,
    outcome: Events | Care,
    monthly: pl.DataFrame,
    summary: pl.DataFrame,
    estimate: Estimate,
    fitted: Fitted,
    stayed: Stayed | None = None,
) -> Probed:
    """Of the participants' own course."""
    own, alone = monthly.filter(pl.col("groep") == "zis"), ("zis",)
    phases = summary.filter(pl.col("division") == "fase")
    return _probed(
        _too_early(own, summary, alone, outcome, effect.minimum, fitted),
        (_around(effect, outcome, own, summary, alone, estimate, fitted), None),
        (_of_who_stayed(phases, stayed, alone, outcome, effect.minimum, estimate, fitted), None),
    )


def _of_who_stayed(
    phases: pl.DataFrame,
    stayed: Stayed | None,
    arms: tuple[str, ...],
    outcome: Events | Care,
    minimum: Minimum,
    estimate: Estimate,
    fitted: Fitted,
) -> str:
    if stayed is None:
        return ""
    months = stayed.months.filter(pl.col("groep").is_in(arms))
    found = _again_of(months, stayed.phases, arms, outcome, minimum, fitted)
    return told_of_who_stayed(phases, stayed.phases, arms, minimum, found, estimate)


def _probed(*parts: tuple[str, Fault | None]) -> Probed:
    return Probed(
        tuple(told for told, _ in parts if told),
        frozenset(fault for _, fault in parts if fault is not None),
    )


def _again_of(
    rows: pl.DataFrame,
    slices: pl.DataFrame,
    arms: tuple[str, ...],
    outcome: Events | Care,
    minimum: Minimum,
    fitted: Fitted,
) -> Estimate | None:
    """The estimate of `rows`; None where their `slices` (index 0 before, 1 during) are too small to
    be told of, or where it cannot be."""
    if too_small(slices, arms, outcome, minimum):
        return None
    try:
        return fitted(rows)
    except CannotEstimate:
        return None


def _too_early(
    monthly: pl.DataFrame,
    summary: pl.DataFrame,
    arms: tuple[str, ...],
    outcome: Events | Care,
    minimum: Minimum,
    fitted: Fitted,
) -> tuple[str, Fault | None]:
    """Participants' months before the start, as if it had been a year earlier."""
    years = summary.filter((pl.col("division") == "jaar") & pl.col("index").is_in([-2, -1]))
    own = pl.col("groep") == "zis"
    rows = monthly.filter(~own | (pl.col("index") < pl.col("start_month"))).with_columns(
        start_month=pl.when(own)
        .then(pl.col("start_month") - _YEAR)
        .otherwise(pl.col("start_month"))
    )
    slices = years.with_columns(pl.col("index") + 2)
    return placebo_told(_again_of(rows, slices, arms, outcome, minimum, fitted))


def _around(
    effect: Effect,
    outcome: Events | Care,
    monthly: pl.DataFrame,
    summary: pl.DataFrame,
    arms: tuple[str, ...],
    estimate: Estimate,
    fitted: Fitted,
) -> str:
    guard = effect.window.rondom
    if guard <= effect.window.overslaan:
        return ""
    slices = summary.filter(pl.col("division") == "zonder_rondom")
    found = _again_of(without_start(monthly, guard), slices, arms, outcome, effect.minimum, fitted)
    return again(
        f"Zonder de {guard:.0f} maanden vóór en de {guard:.0f} maanden na de start", found, estimate
    )


def _by_kind(
    monthly: pl.DataFrame,
    phases: pl.DataFrame,
    kinds: Mapping[str, str],
    outcome: Events | Care,
    minimum: Minimum,
    fitted: Fitted,
) -> str:
    known = with_sector(phases, kinds).filter(pl.col(SECTOR).is_not_null())
    found = []
    for (_kind,), slices in sorted(known.partition_by(SECTOR, as_dict=True).items()):
        rows = monthly.filter(pl.col("school").is_in(slices["school"].unique().to_list()))
        each = _again_of(rows, slices, ARMS, outcome, minimum, fitted)
        if each is not None:
            found.append((each.value, (each.interval[1] - each.interval[0]) / (2 * _WIDE)))
    if len(found) < 2:
        return KINDS_UNKNOWN
    values, errors = np.array(found).T
    return f"{kinds_differ(partially_pooled(values, errors))}."


__all__ = ["Fitted", "probed_series", "probed_starts"]
