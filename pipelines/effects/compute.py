"""All declared effects and savings, as the tables a release may carry.

What leaves this room is protected (disclosure.md): see `rows`, `routes` and `balance`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from pipelines.effects.catalogue import EFFECTS, SAVINGS
from pipelines.effects.data.events import Tables
from pipelines.effects.data.summaries import kept_everyone
from pipelines.effects.designs.rates import rate_rows
from pipelines.effects.designs.rows import EFFECT_REEKS, EFFECTEN, Given, Row, nothing
from pipelines.effects.designs.scores import mean_rows
from pipelines.effects.designs.sums import hours_rows, net_rows
from pipelines.effects.designs.surveys import survey_rows
from pipelines.effects.effect import Effect, Minimum, Parameters, Result
from pipelines.effects.outcomes import (
    Care,
    Events,
    Hours,
    Measure,
    Net,
    PerPupil,
    Score,
    Survey,
    Unmeasured,
)
from pipelines.effects.pilots.table import PILOTBASIS, pilot_rows
from pipelines.effects.savings.balance import Balances, balances
from pipelines.effects.savings.balance_table import BALANS, GEVOELIGHEID
from pipelines.effects.savings.route_rows import BESPARING
from pipelines.effects.savings.routes import saving_rows
from pipelines.effects.verdicts import settled


@dataclass(frozen=True)
class EffectsOutput:
    """Frames with the columns of the released tables, and the results behind the visible rows."""

    effecten: pl.DataFrame
    effect_reeks: pl.DataFrame
    besparing: pl.DataFrame
    balans: pl.DataFrame
    gevoeligheid: pl.DataFrame
    pilotbasis: pl.DataFrame
    results: tuple[Result, ...]


def compute(
    tables: Tables,
    delivered: set[str],
    parameters: Parameters,
    peildatum: dt.date | None = None,
) -> EffectsOutput:
    """Every declared effect and saving. Nothing after `peildatum` counts."""
    with kept_everyone(tables, delivered) as kept:
        return _computed(Given(kept, frozenset(delivered), parameters, peildatum))


def _computed(given: Given) -> EffectsOutput:
    saved = saving_rows(given, SAVINGS)
    balance = balances(given, saved, Minimum().with_parameters(given.parameters))
    rows: list[Row] = []
    points: list[dict[str, Any]] = []
    for effect in EFFECTS:
        for outcome in effect.outcomes:
            found, series = rows_of(given, effect, outcome, balance)
            rows += found
            points += series
    rows = settled(rows)
    return EffectsOutput(
        effecten=pl.DataFrame([row.published() for row in rows], schema=EFFECTEN),
        effect_reeks=pl.DataFrame(points, schema=EFFECT_REEKS),
        besparing=pl.DataFrame(saved.rows, schema=BESPARING),
        balans=pl.DataFrame(balance.rows, schema=BALANS),
        gevoeligheid=pl.DataFrame(balance.sensitivity, schema=GEVOELIGHEID),
        pilotbasis=pl.DataFrame(pilot_rows(given, EFFECTS), schema=PILOTBASIS),
        results=tuple(row.result for row in rows if row.result is not None),
    )


def rows_of(
    given: Given, declared: Effect, outcome: Measure, balance: Balances
) -> tuple[list[Row], list[dict[str, Any]]]:
    """Rows of `effecten` and points of `effect_reeks` of one measure of a promise."""
    effect = replace(
        declared,
        window=declared.window.with_parameters(given.parameters),
        minimum=declared.minimum.with_parameters(given.parameters),
    )
    match outcome:
        case Events() | Care():
            return rate_rows(given, effect, outcome)
        case Score() | PerPupil():
            return mean_rows(given, effect, outcome), []
        case Survey():
            return survey_rows(given, effect, outcome), []
        case Hours():
            return hours_rows(given, effect, outcome), []
        case Net():
            return net_rows(given, effect, outcome, balance), []
        case Unmeasured():
            return [nothing(effect, outcome, "niet_geleverd", outcome.reason)], []
