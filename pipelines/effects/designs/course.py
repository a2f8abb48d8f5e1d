"""Rows of `effect_reeks`: the course of an outcome per period since the start."""

from __future__ import annotations

from typing import Any

import polars as pl

from pipelines.effects.effect import Effect
from pipelines.effects.outcomes import Care, Events
from pipelines.effects.rounding import Status, rounded_count, to_nearest
from pipelines.effects.wording import MINUS

MINIMUM_MONTHS = 100


YEAR = 12  # months


def period_label(first: int, length: float) -> str:
    """`−6 tot 0 maanden`."""
    return f"{first} tot {int(first + length)} maanden".replace("-", MINUS)


def course(effect: Effect, outcome: Events | Care, summary: pl.DataFrame) -> list[dict[str, Any]]:
    """The outcome per period since the start and per arm, for charts.

    Periods become years where a period rests on 1 to 4 children; an arm in which even a year does
    is left out whole, so that nothing can be worked out from what remains.
    """
    length, points = effect.window.periode, _points(effect, outcome, summary, "periode")
    if points["sensitive"].any():
        length, points = float(YEAR), _points(effect, outcome, summary, "jaar")
    hidden = set(points.filter(pl.col("sensitive"))["groep"])
    base = effect.minimum.rounding_base
    rows: list[dict[str, Any]] = []
    for point in points.iter_rows(named=True):
        status: Status = "zichtbaar"
        if point["small"]:
            status = "te_klein"
        elif point["groep"] in hidden:
            status = "afgeschermd"
        visible = status == "zichtbaar"
        months = float(to_nearest(point["months"], 10))
        value = float(to_nearest(point["total"], base)) / months * outcome.scale if months else 0.0
        first = int(point["index"] * length)
        rows.append(
            {
                "effect": effect.id + outcome.suffix,
                "groep": point["groep"],
                "periode": period_label(first, length),
                "volgorde": point["index"],
                "waarde": round(value, 1) if visible else None,
                "noemer": months if visible else None,
                "n_leerlingen": rounded_count(point["pupils"], base) if visible else None,
                "status": status,
                "onder": None,
                "boven": None,
            }
        )
    return rows


def _points(
    effect: Effect, outcome: Events | Care, summary: pl.DataFrame, division: str
) -> pl.DataFrame:
    minimum = effect.minimum
    few = minimum.show_children if isinstance(outcome, Care) else minimum.show_children_with_event
    return (
        summary.filter(pl.col("division") == division)
        .group_by("groep", "index")
        .agg(
            pl.col("pupils").sum(),
            pl.col("months").sum(),
            pl.col("total").sum(),
            pl.col("pupils_with_event").sum().alias("hit"),
            pl.col("school").n_unique().alias("schools"),
        )
        .with_columns(
            small=(pl.col("pupils") < minimum.show_children)
            | (pl.col("schools") < minimum.show_schools)
            | (pl.col("months") < MINIMUM_MONTHS),
            spared=pl.col("pupils") - pl.col("hit"),
        )
        .with_columns(
            sensitive=~pl.col("small")
            & (pl.col("hit").is_between(1, few - 1) | pl.col("spared").is_between(0, few - 1))
        )
        .sort("groep", "index")
    )
