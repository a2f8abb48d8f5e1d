"""How alike the two arms are, and whether weighting to the participants' sectors matters.

Known of both arms are the school's sector and what happened before the start; earlier youth care
is in `weighting`; age and problem are not in the deliveries of participations. Only words and whole
percentages leave this module.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from pipelines.effects.data.kept import once
from pipelines.effects.designs.rows import Given
from pipelines.effects.estimators.estimate import CannotEstimate
from pipelines.effects.estimators.weighting import (
    SECTOR,
    sector_gaps,
    stratum_weights,
    weighted_cells,
    with_sector,
)
from pipelines.effects.rounding import to_nearest
from pipelines.effects.wording import percent

UNKNOWN_ALIKE = "Of leeftijd en problematiek in beide groepen gelijk zijn, is niet geleverd."


def sectors(given: Given) -> Mapping[str, str]:
    """Vestigingscode -> onderwijssoort; empty where no schools were delivered."""
    if "scholen" not in given.delivered:
        return {}
    rows = once(
        given.tables,
        "sectors",
        lambda: given.tables["scholen"].select("vestigingscode", "onderwijssoort").to_polars(),
    )
    return {code: kind for code, kind in rows.iter_rows() if kind is not None}


def likeness(
    phases: pl.DataFrame, kinds: Mapping[str, str], estimate: float, base: float
) -> tuple[str, ...]:
    """Sentences on balance before the start, and on weighting by sector.

    `estimate`: exact; `base`: to which counts are rounded.
    """
    return (_before(phases, base), _by_sector(phases, kinds, estimate), UNKNOWN_ALIKE)


def _before(phases: pl.DataFrame, base: float) -> str:
    """How the rates before the start compare, from the counts as they are published."""
    rates = {}
    for arm in ("vergelijking", "zis"):
        cell = phases.filter((pl.col("groep") == arm) & (pl.col("index") == 0))
        months = float(to_nearest(cell["months"].sum(), 10))
        rates[arm] = float(to_nearest(cell["total"].sum(), base)) / months
    ratio = rates["zis"] / rates["vergelijking"] - 1
    if abs(ratio) < 0.05:
        return "Vóór de start lag het aantal in beide groepen ongeveer gelijk."
    way = "hoger" if ratio > 0 else "lager"
    return (
        f"Vóór de start lag het aantal bij deelnemers {percent(abs(ratio))} {way} dan in de"
        " vergelijkingsgroep."
    )


def _by_sector(phases: pl.DataFrame, kinds: Mapping[str, str], estimate: float) -> str:
    known = with_sector(phases, kinds)
    if known[SECTOR].null_count():
        return "Van niet alle scholen is de onderwijssoort bekend; daarnaar is niet gewogen."
    weights = stratum_weights(known, (SECTOR,))
    if weights is None:
        return (
            "Bij een onderwijssoort van deelnemers hoort geen vergelijkingsschool; daarnaar is niet"
            " gewogen."
        )
    largest, _after = sector_gaps(known, (SECTOR,), weights)
    told = (
        "Aandeel naar onderwijssoort: het grootste verschil tussen de groepen is"
        f" {round(100 * largest)} procentpunten"
    )
    try:
        cells = weighted_cells(known, (SECTOR,), weights)
    except CannotEstimate:
        return f"{told}; wegen daarnaar kon niet."
    rates = cells.rates
    weighted = float(rates[-1] - np.prod(rates[:-1] ** cells.exponents))
    same = weighted * estimate > 0
    return (
        f"{told}; met de vergelijkingsgroep daarnaar gewogen is de richting"
        f" {'dezelfde' if same else 'een andere'}."
    )
