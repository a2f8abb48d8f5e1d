"""Weighting the comparison group to the participants: post-stratification on what both arms know.

Known of every pupil are the school's sector and whether youth care was running in the year before
the start. Each comparison pupil weighs as often as that stratum occurs among participants over how
often it occurs in the comparison group, so both groups then hold the same mix. Weights are counted
as given: strata are few and large. Held in simulated pilots with a planted confounding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.effects import wording
from pipelines.effects.effect import Minimum
from pipelines.effects.estimators.estimate import (
    CannotEstimate,
    Cells,
    Estimate,
    Floats,
    compare_rates,
)
from pipelines.effects.rounding import bounds_kept, decimals_for, rounded, to_nearest

PRIOR, SECTOR = "prior", "sector"
WITH_CARE = "wel"


@dataclass(frozen=True)
class Weighted:
    """The comparison again with the weighted group. `told`: Dutch, with the balance before and
    after. `estimate` is None where it could not be weighted."""

    estimate: Estimate | None
    told: tuple[str, ...]

    def takes_away(self, plain: Estimate) -> bool:
        """Was there a clear difference that is not clear, or turned, once weighted?"""
        if self.estimate is None or plain.p >= 0.05:
            return False
        return self.estimate.p >= 0.05 or self.estimate.value * plain.value < 0


def weighted_comparison(
    strata: pl.DataFrame,
    kinds: Mapping[str, str],
    scale: float,
    minimum: Minimum,
) -> Weighted:
    """Weigh on sector and earlier youth care together, or on earlier youth care alone.

    `strata`: school, groep, index (0 before, 1 during), prior, pupils, months, total.
    """
    if not _may_be_told(strata, minimum):
        return Weighted(
            None,
            (
                "Het aantal leerlingen met eerdere jeugdhulp is te klein of te groot om naar te"
                " wegen.",
            ),
        )
    known = with_sector(strata, kinds)
    tried = [(SECTOR, PRIOR), (PRIOR,)] if known[SECTOR].null_count() == 0 else [(PRIOR,)]
    for columns in tried:
        weights = stratum_weights(known, columns)
        if weights is None:
            continue
        cells = weighted_cells(known, columns, weights)
        try:
            found = compare_rates(cells).difference
        except CannotEstimate:
            continue
        return Weighted(found, _told(known, columns, weights, found, scale, minimum.rounding_base))
    return Weighted(
        None,
        ("Niet elke soort deelnemer komt in de vergelijkingsgroep voor; er is niet gewogen.",),
    )


def with_sector(phases: pl.DataFrame, kinds: Mapping[str, str]) -> pl.DataFrame:
    """With the sector of each school; empty where it is unknown."""
    sector = pl.col("school").replace_strict(dict(kinds), default=None, return_dtype=pl.String)
    return phases.with_columns(sector.alias(SECTOR))


def stratum_weights(
    known: pl.DataFrame, columns: Sequence[str]
) -> dict[tuple[object, ...], float] | None:
    """Stratum -> weight of a comparison pupil; None where only participants have a stratum.

    Equation: weight[s] = share of s among participants / share of s in the comparison group
    Source: Holt and Smith (1979), Journal of the Royal Statistical Society A 142, 33-46.
    """
    own, other = (_shares(known, columns, arm) for arm in ("zis", "vergelijking"))
    if not own or not other or not set(own) <= set(other):
        return None
    return {stratum: own.get(stratum, 0.0) / share for stratum, share in other.items()}


def weighted_cells(
    known: pl.DataFrame, columns: Sequence[str], weights: Mapping[tuple[object, ...], float]
) -> Cells:
    """Schools x (comparison before, during, participants before, during)."""
    schools = sorted(known["school"].unique())
    place = {school: n for n, school in enumerate(schools)}
    total: Floats = np.zeros((len(schools), 4))
    weight = np.zeros_like(total)
    for row in known.iter_rows(named=True):
        own = row["groep"] == "zis"
        factor = 1.0 if own else weights[tuple(row[c] for c in columns)]
        at = place[row["school"]], 2 * own + row["index"]
        total[at] += factor * row["total"]
        weight[at] += factor * row["months"]
    return Cells(total, weight)


def _shares(
    known: pl.DataFrame, columns: Sequence[str], arm: str
) -> dict[tuple[object, ...], float]:
    pupils = (
        known.filter((pl.col("groep") == arm) & (pl.col("index") == 0))
        .group_by(*columns)
        .agg(pl.col("pupils").sum())
        .filter(pl.col("pupils") > 0)
        .with_columns(pl.col("pupils") / pl.col("pupils").sum())
    )
    return {tuple(stratum): share for *stratum, share in pupils.iter_rows()}


def _counts(known: pl.DataFrame, arm: str) -> tuple[int, int]:
    """Pupils of an arm, and how many of them had youth care before."""
    rows = known.filter((pl.col("groep") == arm) & (pl.col("index") == 0))
    return int(rows["pupils"].sum()), int(rows.filter(pl.col(PRIOR) == WITH_CARE)["pupils"].sum())


def _may_be_told(strata: pl.DataFrame, minimum: Minimum) -> bool:
    """Neither those with nor those without are few, in either arm."""
    few = minimum.show_children_with_event
    pairs = [_counts(strata, arm) for arm in ("zis", "vergelijking")]
    return all(few <= cared <= pupils - few for pupils, cared in pairs)


def _told(
    known: pl.DataFrame,
    columns: Sequence[str],
    weights: Mapping[tuple[object, ...], float],
    found: Estimate,
    scale: float,
    base: float,
) -> tuple[str, ...]:
    cared = {
        arm: float(to_nearest(some, base) / to_nearest(pupils, base))
        for arm in ("zis", "vergelijking")
        for pupils, some in (_counts(known, arm),)
    }
    told = [
        f"Jeugdhulp in het jaar vóór de start: {wording.percent(cared['zis'])} van de deelnemers"
        f" en {wording.percent(cared['vergelijking'])} van de vergelijkingsgroep; na weging in"
        " beide groepen even veel."
    ]
    if known[SECTOR].null_count() == 0:
        before, after = sector_gaps(known, columns, weights)
        told.append(
            "Aandeel naar onderwijssoort: het grootste verschil tussen de groepen is"
            f" {round(100 * before)} procentpunten, na weging {round(100 * after)}."
        )
    bounds = (found.interval[0] * scale, found.interval[1] * scale)
    decimals = decimals_for(found.standard_error * scale, bounds)
    low, high = bounds_kept(bounds, decimals)
    told.append(
        "Met de gewogen vergelijkingsgroep is het verschil"
        f" {wording.less_or_more(rounded(found.value * scale, decimals), decimals)}"
        f" (95%-interval: {wording.interval_text(low, high, decimals)})."
    )
    return tuple(told)


def sector_gaps(
    known: pl.DataFrame, columns: Sequence[str], weights: Mapping[tuple[object, ...], float]
) -> tuple[float, float]:
    """Largest difference of a sector's share between the arms, before and after weighting."""
    own = {sector: share for (sector,), share in _shares(known, (SECTOR,), "zis").items()}
    rows = known.filter((pl.col("groep") == "vergelijking") & (pl.col("index") == 0))
    gaps = []
    for weigh in (False, True):
        sums: dict[object, float] = {}
        for row in rows.iter_rows(named=True):
            factor = weights[tuple(row[c] for c in columns)] if weigh else 1.0
            sums[row[SECTOR]] = sums.get(row[SECTOR], 0.0) + factor * row["pupils"]
        whole = sum(sums.values())
        gaps.append(
            max(abs(own.get(s, 0.0) - sums.get(s, 0.0) / whole) for s in own.keys() | sums.keys())
        )
    return gaps[0], gaps[1]
