"""Rows of `effecten`: what every way of measuring hands over, with or without an estimate.

Estimates are worked out from rounded counts and pupil-months rounded to the nearest 10 where a
simple ratio carries them, and else rounded to the first significant digit of their standard error,
so that an exact count cannot be worked out; an interval keeps its exact width. Every arm has at
least 10 children and 2 schools.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from pipelines.effects import gaps
from pipelines.effects.data.events import Tables
from pipelines.effects.designs.apart import detectable_percent, percent_down
from pipelines.effects.effect import (
    DESIGN_LABEL,
    Design,
    Effect,
    Observed,
    Parameters,
    Result,
    Window,
)
from pipelines.effects.outcomes import Care, Events, Measure
from pipelines.effects.rounding import Status

EFFECTEN: Mapping[str, pl.DataType] = {
    "id": pl.String(),
    "belofte": pl.String(),
    "maat": pl.String(),
    "ontwerp": pl.String(),
    "ontwerp_label": pl.String(),
    "eenheid": pl.String(),
    "schatting": pl.Float64(),
    "standaardfout": pl.Float64(),
    "onder": pl.Float64(),
    "boven": pl.Float64(),
    "p": pl.Float64(),
    "n_leerlingen": pl.Int64(),
    "n_scholen": pl.Int64(),
    "n_perioden": pl.Int64(),
    "bewijsniveau": pl.String(),
    "zin": pl.String(),
    "aannames": pl.String(),
    "bedreigingen": pl.String(),
    "richting": pl.String(),
    "status": pl.String(),
    "reden": pl.String(),
    "leidend": pl.Boolean(),
    "p_holm": pl.Float64(),
    "n_maanden": pl.Int64(),
    "controles": pl.String(),
    "populatie": pl.String(),
    "blootstelling": pl.String(),
    "vergelijking": pl.String(),
    "drift_waarneembaar": pl.Int64(),
    "drift_breekpunt": pl.Int64(),
}
EFFECT_REEKS: Mapping[str, pl.DataType] = {
    "effect": pl.String(),
    "groep": pl.String(),
    "periode": pl.String(),
    "volgorde": pl.Int64(),
    "waarde": pl.Float64(),
    "noemer": pl.Float64(),
    "n_leerlingen": pl.Int64(),
    "status": pl.String(),
    "onder": pl.Float64(),
    "boven": pl.Float64(),
}


@dataclass(frozen=True)
class Given:
    """What effects are worked out from; nothing after `peildatum` counts."""

    tables: Tables
    delivered: frozenset[str]
    parameters: Parameters
    peildatum: dt.date | None = None


@dataclass(frozen=True)
class Row:
    """One measure along one design: a result, or the reason why there is none."""

    effect: Effect
    outcome: Measure
    design: Design
    result: Result | None
    status: Status
    reason: str
    leading: bool = False

    @property
    def id(self) -> str:
        return self.effect.id + self.outcome.suffix

    def published(self) -> dict[str, Any]:
        """The columns of `effecten`; numbers are empty unless there is a result."""
        found = self.result
        about = {
            "id": self.id,
            "belofte": self.effect.promise,
            "maat": self.outcome.unit,
            "ontwerp": self.design,
            "ontwerp_label": DESIGN_LABEL[self.design],
            "eenheid": unit_of(self.outcome),
            "bewijsniveau": found.evidence if found else self.effect.ground,
            "zin": f"{found.sentence} {found.lacking}".rstrip() if found else self.reason,
            "aannames": " ".join(found.assumptions) if found else "",
            "bedreigingen": " ".join(self.effect.threats),
            "richting": self.outcome.direction,
            "status": self.status,
            "reden": self.reason,
            "leidend": self.leading,
            "controles": " ".join(found.checks) if found else "",
            "populatie": self.effect.population,
            "blootstelling": self.effect.exposure,
            "vergelijking": self.effect.comparison,
        }
        if found is None:
            return dict.fromkeys(EFFECTEN) | about
        return (
            dict.fromkeys(EFFECTEN)
            | about
            | {
                "schatting": found.estimate,
                "standaardfout": found.standard_error,
                "onder": found.interval[0],
                "boven": found.interval[1],
                "p": found.p,
                "p_holm": found.p_holm,
                "n_leerlingen": found.n_pupils + found.n_pupils_comparison,
                "n_scholen": found.n_schools + found.n_schools_comparison,
                "n_perioden": found.n_periods,
                "n_maanden": found.n_months,
                "drift_waarneembaar": detectable_percent(found.pre_trend),
                "drift_breekpunt": None
                if found.breakdown is None
                else percent_down(found.breakdown),
            }
        )


def unit_of(outcome: Measure) -> str:
    """The unit of an estimate: `schorsingen per 100 leerlingmaanden`, `punten op ...`."""
    if isinstance(outcome, Events | Care):
        return f"{outcome.unit} {outcome.scale_label}"
    return outcome.unit


def nothing(effect: Effect, outcome: Measure, status: Status, reason: str) -> Row:
    """The one row of a measure that yields nothing; it says what would be needed."""
    told = f"{reason} Nodig: {outcome.needed}."
    return Row(effect, outcome, outcome.designs[0], None, status, told, leading=True)


def not_delivered(outcome: Measure, delivered: frozenset[str]) -> str:
    """Which datasets lack, as a Dutch sentence; empty when all are there."""
    missing = sorted(outcome.datasets - delivered)
    return f"Niet geleverd: {', '.join(missing)}." if missing else ""


def skipped_months(window: Window) -> tuple[str, ...]:
    """That the months around the start do not count; empty where they do."""
    if window.overslaan <= 0:
        return ()
    months = f"{window.overslaan:g}"
    return (f"De {months} maanden vóór en de {months} maanden na de start tellen niet mee.",)


def with_gaps(row: Row, observed: Observed) -> Row:
    """With what was not delivered: beside the sentence of a result, or as why there is none."""
    told = gaps.told(observed, row.effect.minimum)
    if not told:
        return row
    if row.result is not None:
        return replace(row, result=replace(row.result, lacking=told))
    arms = ("zis",) if row.design in ("VN", "TR", "BS") else ("vergelijking", "zis")
    lacking = gaps.not_observed(observed, arms)
    if lacking:
        return replace(row, status="niet_geleverd", reason=lacking)
    return replace(row, reason=f"{row.reason} {told}")


def with_leading(rows: Sequence[Row]) -> list[Row]:
    """Mark the first row that has a result, else the first, as the leading one."""
    at = next((i for i, row in enumerate(rows) if row.result is not None), 0)
    return [replace(row, leading=i == at) for i, row in enumerate(rows)]
