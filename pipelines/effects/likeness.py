"""How alike the two arms are, and whether weighting to the participants' sectors matters.

Known of both arms are the school's sector and what happened before the start; age and problem are
not in the deliveries of participations. Only words and whole percentages leave this module.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from pipelines.effects.estimators import CannotEstimate, Cells, Floats
from pipelines.effects.evidence import percent
from pipelines.effects.rounding import to_nearest
from pipelines.effects.rows import Given

UNKNOWN_ALIKE = "Of leeftijd en problematiek in beide groepen gelijk zijn, is niet geleverd."


def sectors(given: Given) -> Mapping[str, str]:
    """Vestigingscode -> onderwijssoort; empty where no schools were delivered."""
    if "scholen" not in given.delivered:
        return {}
    rows = given.tables["scholen"].select("vestigingscode", "onderwijssoort").to_polars()
    return {code: kind for code, kind in rows.iter_rows() if kind is not None}


def likeness(phases: pl.DataFrame, kinds: Mapping[str, str], estimate: float) -> tuple[str, ...]:
    """Sentences on balance before the start, and on weighting by sector. `estimate`: exact."""
    return (_before(phases), _by_sector(phases, kinds, estimate), UNKNOWN_ALIKE)


def _before(phases: pl.DataFrame) -> str:
    """How the rates before the start compare, from the counts as they are published."""
    rates = {}
    for arm in ("vergelijking", "zis"):
        cell = phases.filter((pl.col("groep") == arm) & (pl.col("index") == 0))
        months = float(to_nearest(cell["months"].sum(), 10))
        rates[arm] = float(to_nearest(cell["total"].sum(), 5)) / months
    ratio = rates["zis"] / rates["vergelijking"] - 1
    if abs(ratio) < 0.05:
        return "Vóór de start lag het aantal in beide groepen ongeveer gelijk."
    way = "hoger" if ratio > 0 else "lager"
    return (
        f"Vóór de start lag het aantal bij deelnemers {percent(abs(ratio))} {way} dan in de"
        " vergelijkingsgroep."
    )


def _by_sector(phases: pl.DataFrame, kinds: Mapping[str, str], estimate: float) -> str:
    known = phases.with_columns(
        kind=pl.col("school").replace_strict(dict(kinds), default=None, return_dtype=pl.String)
    )
    if known["kind"].null_count():
        return "Van niet alle scholen is de onderwijssoort bekend; daarnaar is niet gewogen."
    shares = {
        arm: dict(
            known.filter((pl.col("groep") == arm) & (pl.col("index") == 0))
            .group_by("kind")
            .agg(pl.col("pupils").sum())
            .with_columns(pl.col("pupils") / pl.col("pupils").sum())
            .iter_rows()
        )
        for arm in ("zis", "vergelijking")
    }
    own, other = shares["zis"], shares["vergelijking"]
    if not set(own) <= set(other):
        return (
            "Bij een onderwijssoort van deelnemers hoort geen vergelijkingsschool; daarnaar is niet"
            " gewogen."
        )
    largest = max(abs(own.get(kind, 0.0) - other[kind]) for kind in other)
    told = (
        "Aandeel naar onderwijssoort: het grootste verschil tussen de groepen is"
        f" {round(100 * largest)} procentpunten"
    )
    try:
        cells = _weighted(known, {kind: own.get(kind, 0.0) / other[kind] for kind in other})
    except CannotEstimate:
        return f"{told}; wegen daarnaar kon niet."
    rates = cells.rates
    weighted = float(rates[-1] - np.prod(rates[:-1] ** cells.exponents))
    same = weighted * estimate > 0
    return (
        f"{told}; met de vergelijkingsgroep daarnaar gewogen is de richting"
        f" {'dezelfde' if same else 'een andere'}."
    )


def _weighted(phases: pl.DataFrame, weights: Mapping[str, float]) -> Cells:
    """The four cells, with comparison schools weighted by sector."""
    schools = sorted(phases["school"].unique())
    place = {school: n for n, school in enumerate(schools)}
    total: Floats = np.zeros((len(schools), 4))
    weight = np.zeros_like(total)
    for row in phases.iter_rows(named=True):
        factor = 1.0 if row["groep"] == "zis" else weights[row["kind"]]
        at = place[row["school"]], 2 * (row["groep"] == "zis") + row["index"]
        total[at], weight[at] = factor * row["total"], factor * row["months"]
    return Cells(total, weight)
