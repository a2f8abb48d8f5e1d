"""Rows of `pilotbasis`: from what the own register tells, a pilot can be planned.

Levels are worked out from rounded counts and pupil-months rounded to the nearest
10; spreads have two significant digits. Every arm has at least 10 children and 2 schools, and what
is too small to be shown as an effect is too small here. How schools differ is told of six schools
or more: of two it would tell of each, and of fewer it is a guess.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import polars as pl

from pipelines.effects import gaps
from pipelines.effects.data.observation import observed_for
from pipelines.effects.data.pupil_values import score_changes, values_once
from pipelines.effects.designs.arms import too_small
from pipelines.effects.designs.rows import Given, not_delivered, unit_of
from pipelines.effects.effect import Effect, Minimum, Observed, Window
from pipelines.effects.estimators.estimate import CannotEstimate
from pipelines.effects.outcomes import Care, Events, Measure, PerPupil, Score
from pipelines.effects.pilots.moments import as_phases, moments_of_counts
from pipelines.effects.pilots.power import Baseline
from pipelines.effects.pilots.variation import base_of_counts, base_of_means
from pipelines.effects.rounding import Status, rounded_count, to_nearest

PILOTBASIS: Mapping[str, pl.DataType] = {
    "id": pl.String(),
    "belofte": pl.String(),
    "maat": pl.String(),
    "eenheid": pl.String(),
    "richting": pl.String(),
    "soort": pl.String(),
    "schaal": pl.Float64(),
    "basis": pl.Float64(),
    "spreiding": pl.Float64(),
    "spreiding_scholen": pl.Float64(),
    "verschil_scholen": pl.Float64(),
    "verschil_leerlingen": pl.Float64(),
    "vertrek_per_jaar": pl.Float64(),
    "ongelijk": pl.Float64(),
    "n_leerlingen": pl.Int64(),
    "n_scholen": pl.Int64(),
    "n_leerlingen_vergelijking": pl.Int64(),
    "n_scholen_vergelijking": pl.Int64(),
    "maanden_voor": pl.Float64(),
    "maanden_tijdens": pl.Float64(),
    "maanden_overslaan": pl.Float64(),
    "maanden_rondom": pl.Float64(),
    "status": pl.String(),
    "reden": pl.String(),
}
_ARMS = ("zis", "vergelijking")
UNTESTED = (
    "Deze belofte wordt niet getoetst: de uitkomst is een rekensom of een rondvraag, en hangt niet"
    " af van het aantal scholen."
)


def pilot_rows(given: Given, effects: Sequence[Effect]) -> list[dict[str, Any]]:
    """One row per measure of every promise: numbers, or the reason why there are none."""
    asked = [
        (
            replace(
                declared,
                window=declared.window.with_parameters(given.parameters),
                minimum=declared.minimum.with_parameters(given.parameters),
            ),
            outcome,
        )
        for declared in effects
        for outcome in declared.outcomes
    ]
    counted = _counted(given, asked)
    return [_row(given, effect, outcome, counted) for effect, outcome in asked]


def _counted(given: Given, asked: Sequence[tuple[Effect, Measure]]) -> dict[str, pl.DataFrame]:
    """Moments of every count that was delivered and observed, of those observed alike together."""
    alike: dict[tuple[object, ...], tuple[Observed, Window, dict[str, Events | Care]]] = {}
    for effect, outcome in asked:
        if not isinstance(outcome, Events | Care) or not_delivered(outcome, given.delivered):
            continue
        observed = observed_for(given, outcome, effect.window)
        if observed is None or gaps.not_observed(observed, ("zis",)):
            continue
        key = observed.known, effect.window
        alike.setdefault(key, (observed, effect.window, {}))[2][effect.id + outcome.suffix] = (
            outcome
        )
    found: dict[str, pl.DataFrame] = {}
    for observed, window, measures in alike.values():
        found |= moments_of_counts(given.tables, measures, observed, window, given.parameters)
    return found


def _row(
    given: Given, effect: Effect, outcome: Measure, counted: Mapping[str, pl.DataFrame]
) -> dict[str, Any]:
    about = {
        "id": effect.id + outcome.suffix,
        "belofte": effect.promise,
        "maat": outcome.unit,
        "eenheid": unit_of(outcome),
        "richting": outcome.direction,
    }
    if not isinstance(outcome, Events | Care | Score | PerPupil):
        return _without(about, "nvt", UNTESTED)
    lacking = not_delivered(outcome, given.delivered)
    if lacking:
        return _without(about, "niet_geleverd", f"{lacking} Nodig: {outcome.needed}.")
    if isinstance(outcome, Events | Care):
        observed = observed_for(given, outcome, effect.window)
        unknown = gaps.not_observed(observed, ("zis",)) if observed else ""
        if unknown:
            return _without(about, "niet_geleverd", unknown)
        return _of_counts(given, effect, outcome, about, counted.get(about["id"]))
    return _of_means(given, effect, outcome, about)


def _without(about: Mapping[str, Any], status: Status | str, reason: str) -> dict[str, Any]:
    return {**dict.fromkeys(PILOTBASIS), **about, "status": status, "reden": reason}


def _of_counts(
    given: Given,
    effect: Effect,
    outcome: Events | Care,
    about: Mapping[str, Any],
    moments: pl.DataFrame | None,
) -> dict[str, Any]:
    if moments is None:
        return _without(about, "te_klein", f"Er zijn geen {outcome.unit} om van uit te gaan.")
    moments, reason = _large_enough(moments, outcome, effect.minimum)
    reason = reason or _too_few_schools(moments, effect.minimum)
    if reason:
        return _without(about, "te_klein", reason)
    try:
        base = base_of_counts(moments)
    except CannotEstimate:
        return _without(about, "te_klein", f"Er zijn te weinig {outcome.unit} om van uit te gaan.")
    step = effect.minimum.rounding_base
    months = moments.select(pl.col("w", "big_w", "pupils").sum()).row(0, named=True)
    level = to_nearest(moments["y"].sum(), step) / to_nearest(months["w"], 10)
    return {
        **_spreads(base, outcome.scale),
        **about,
        **_sizes(moments, step),
        "basis": _digits(float(level) * outcome.scale, 3),
        # From a rounded number, so that who left cannot be counted.
        "vertrek_per_jaar": _digits(
            1 - math.exp(-12 * to_nearest(moments["left"].sum(), step) / months["big_w"]), 2
        ),
        "maanden_voor": round(months["w"] / months["pupils"]),
        "maanden_tijdens": round(months["big_w"] / months["pupils"]),
        "maanden_overslaan": effect.window.overslaan,
        "maanden_rondom": effect.window.rondom,
    }


def _too_few_schools(frame: pl.DataFrame, minimum: Minimum) -> str:
    least = minimum.claim_total_schools
    if len(frame) >= least:
        return ""
    return f"Te weinig scholen om te weten hoe scholen verschillen: nodig zijn er {least}."


def _large_enough(
    moments: pl.DataFrame, outcome: Events | Care, minimum: Minimum
) -> tuple[pl.DataFrame, str]:
    """The arms that may be shown, or why not even the participants may."""
    phases = as_phases(moments)
    shown = [arm for arm in _ARMS if not too_small(phases, [arm], outcome, minimum)]
    if not shown:
        return moments, too_small(phases, ["zis"], outcome, minimum)
    return moments.filter(pl.col("groep").is_in(shown)), ""


def _of_means(
    given: Given, effect: Effect, outcome: Score | PerPupil, about: Mapping[str, Any]
) -> dict[str, Any]:
    changes = isinstance(outcome, Score)
    summary = (
        score_changes(given, outcome, effect.window)
        if isinstance(outcome, Score)
        else values_once(given, outcome)
    )
    least = effect.minimum
    sizes = {arm: summary.filter(pl.col("groep") == arm) for arm in _ARMS}
    shown = [
        arm
        for arm, rows in sizes.items()
        if rows["pupils"].sum() >= least.show_children
        and len(rows) >= least.show_schools
        and not _nearly_all_alike(outcome, rows, least)
    ]
    if not shown:
        reason = (
            f"Van te weinig leerlingen bekend: nodig zijn ten minste {least.show_children}"
            f" leerlingen op {least.show_schools} scholen."
        )
        return _without(about, "te_klein", reason)
    summary = summary.filter(pl.col("groep").is_in(shown))
    reason = _too_few_schools(summary, least)
    if reason:
        return _without(about, "te_klein", reason)
    try:
        base = base_of_means(summary, changes=changes)
    except CannotEstimate:
        return _without(about, "te_klein", "Er zijn te weinig scholen om de spreiding te schatten.")
    step = effect.minimum.rounding_base
    scale = 100.0 if isinstance(outcome, PerPupil) and outcome.kind == "ja_nee" else 1.0
    whole = to_nearest(summary["before" if changes else "total"].sum(), step)
    return {
        **_spreads(base, scale),
        **about,
        **_sizes(summary, step),
        "basis": _digits(float(whole / to_nearest(summary["pupils"].sum(), step)) * scale, 2),
    }


def _nearly_all_alike(outcome: Score | PerPupil, rows: pl.DataFrame, least: Minimum) -> bool:
    """Is a yes or a no so rare that it would tell of 1 to 4 children?"""
    if not (isinstance(outcome, PerPupil) and outcome.kind == "ja_nee"):
        return False
    yes, few = float(rows["total"].sum()), least.show_children_with_event
    return 0 < yes < few or 0 < int(rows["pupils"].sum()) - yes < few


def _spreads(base: Baseline, scale: float) -> dict[str, Any]:
    """In the published unit: a count's over-dispersion has none, a mean's spread is on its scale
    (standard deviations)."""
    mean = base.kind == "gemiddelde"
    pupils = math.sqrt(base.dispersion) * scale if mean else base.dispersion
    return {
        **dict.fromkeys(PILOTBASIS),
        "soort": base.kind,
        "schaal": scale,
        "spreiding": _digits(pupils, 2),
        "spreiding_scholen": _digits(base.school_change * (scale if mean else 1), 2),
        "verschil_scholen": None if mean else _digits(base.school_level, 2),
        "verschil_leerlingen": None if mean else _digits(base.pupil_level, 2),
        "ongelijk": _digits(base.unequal, 2),
        "status": "zichtbaar",
        "reden": "",
    }


def _sizes(frame: pl.DataFrame, step: float) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for arm, suffix in zip(_ARMS, ("", "_vergelijking"), strict=True):
        rows = frame.filter(pl.col("groep") == arm)
        if not len(rows):
            continue
        found[f"n_leerlingen{suffix}"] = rounded_count(int(rows["pupils"].sum()), step)
        found[f"n_scholen{suffix}"] = len(rows)
    return found


def _digits(value: float, digits: int) -> float:
    """So many significant digits."""
    return float(f"{value:.{digits}g}")
