"""All declared effects and savings, as the tables a release may carry.

What leaves this room is protected (disclosure.md): see `rate_rows` and `saving_rows`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from pipelines.effects.catalogue import EFFECTS, SAVINGS
from pipelines.effects.design import Parameters, Result
from pipelines.effects.rate_rows import EFFECT_REEKS, EFFECTEN, Row, outcome_rows, with_holm
from pipelines.effects.saving_rows import BESPARING, saving_rows
from pipelines.effects.summaries import Tables


@dataclass(frozen=True)
class EffectsOutput:
    """Frames with the columns of the released tables, and the results behind the visible rows."""

    effecten: pl.DataFrame
    effect_reeks: pl.DataFrame
    besparing: pl.DataFrame
    results: tuple[Result, ...]


def compute(
    tables: Tables,
    delivered: set[str],
    parameters: Parameters,
    peildatum: dt.date | None = None,
) -> EffectsOutput:
    """Every declared effect and saving. Nothing after `peildatum` counts."""
    rows: list[Row] = []
    points: list[dict[str, Any]] = []
    for declared in EFFECTS:
        effect = replace(
            declared,
            window=declared.window.with_parameters(parameters),
            minimum=declared.minimum.with_parameters(parameters),
        )
        for outcome in effect.outcomes:
            found, series = outcome_rows(tables, delivered, effect, outcome, parameters, peildatum)
            rows += found
            points += series
    rows = with_holm(rows)
    saved = [
        line
        for product in SAVINGS
        for line in saving_rows(tables, delivered, product, parameters, peildatum)
    ]
    return EffectsOutput(
        effecten=pl.DataFrame([row.published() for row in rows], schema=EFFECTEN),
        effect_reeks=pl.DataFrame(points, schema=EFFECT_REEKS),
        besparing=pl.DataFrame(saved, schema=BESPARING),
        results=tuple(row.result for row in rows if row.result is not None),
    )
