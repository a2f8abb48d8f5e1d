"""Do participants with more hours of support per week change more than those with fewer?

Participants are cut in halves by their hours and compared with each other, schools being the
clusters. What the comparison group does falls out of it, so it is a difference between participants
and never an effect: who gets more hours is no matter of chance. Only words leave this module.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.effects.designs.arms import cells_of, too_small
from pipelines.effects.effect import Minimum
from pipelines.effects.estimators.estimate import CannotEstimate, Estimate, compare_rates
from pipelines.effects.estimators.means import mean_difference, means_of
from pipelines.effects.outcomes import Care, Direction, Events
from pipelines.effects.rounding import p_text

FEWER, MORE = "vergelijking", "zis"
"""The halves stand where the arms of a comparison stand."""
UNKNOWN = (
    "Hoeveel uren per week deelnemers kregen, is van te weinig leerlingen bekend om wie meer kreeg"
    " met wie minder kreeg te vergelijken."
)
_SURE = 0.05


def dose_of_rates(phases: pl.DataFrame | None, outcome: Events | Care, minimum: Minimum) -> str:
    """One Dutch sentence. `phases`: as `phases.phases_by_dose`; None: no hours were delivered."""
    halves = None if phases is None else in_halves(phases, pl.col("index") == 0, ["index"])
    if halves is None or too_small(halves, (FEWER, MORE), outcome, minimum):
        return UNKNOWN
    try:
        found = compare_rates(cells_of(halves, (FEWER, MORE))).difference
    except CannotEstimate:
        return UNKNOWN
    return _told(found, outcome.direction)


def dose_of_means(summary: pl.DataFrame | None, direction: Direction, minimum: Minimum) -> str:
    """One Dutch sentence. `summary`: as `pupil_values.changes_by_dose`."""
    halves = None if summary is None else in_halves(summary, pl.lit(value=True), [])
    if halves is None:
        return UNKNOWN
    sizes = halves.group_by("groep").agg(pl.col("pupils").sum(), pl.col("school").n_unique())
    if (
        sizes["pupils"].min() < minimum.show_children  # type: ignore[operator]
        or sizes["school"].min() < minimum.show_schools  # type: ignore[operator]
    ):
        return UNKNOWN
    try:
        found = mean_difference(means_of(halves, (FEWER, MORE)))
    except CannotEstimate:
        return UNKNOWN
    return _told(found, direction)


def in_halves(rows: pl.DataFrame, once: pl.Expr, by: Sequence[str]) -> pl.DataFrame | None:
    """`rows` summed per school, half (`groep`) and `by`; None where all have as many hours.

    `once`: which rows hold every pupil once. Cut where the halves are most alike in size.
    """
    pupils = (
        rows.filter(once)
        .group_by("hours")
        .agg(pl.col("pupils").sum())
        .sort("hours")
        .with_columns(below=pl.col("pupils").cum_sum() / pl.col("pupils").sum())
    )
    cuts = pupils.head(-1).sort((pl.col("below") - 0.5).abs(), "hours")
    if not len(cuts):
        return None
    half = pl.when(pl.col("hours") <= cuts["hours"][0]).then(pl.lit(FEWER)).otherwise(pl.lit(MORE))
    largest = [pl.col("largest").max()] if "largest" in rows.columns else []
    sums = (
        pl.col("pupils", "months", "total", "pupils_with_event")
        if largest
        else pl.col("pupils", "total")
    )
    return (
        rows.with_columns(groep=half)
        .group_by("school", "groep", *by)
        .agg(sums.sum(), *largest)
        .sort("school", "groep", *by)
    )


def _told(found: Estimate, direction: Direction) -> str:
    who = "deelnemers met meer uren per week"
    if found.p >= _SURE:
        return (
            f"Bij {who} is de verandering niet duidelijk anders dan bij deelnemers met minder uren"
            f" (p {p_text(found.p)})."
        )
    better = (found.value < 0) == (direction == "lager")
    return (
        f"Bij {who} is de verandering duidelijk {'gunstiger' if better else 'ongunstiger'} dan bij"
        f" deelnemers met minder uren (p {p_text(found.p)}). Dat is een verschil tussen deelnemers,"
        " zonder vergelijkingsgroep: wie meer uren krijgt, kan ook in andere dingen verschillen."
    )


__all__ = ["FEWER", "MORE", "UNKNOWN", "dose_of_means", "dose_of_rates", "in_halves"]
