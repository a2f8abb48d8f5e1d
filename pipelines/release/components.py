"""Counted -> protected: every count of the catalogue becomes a component with its rules.

Counts of units go to the protector as they are; amounts of money have rules of their own
(`amounts`). What comes back says per cell whether it may be shown, and as which number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import polars as pl

from pipelines.metrics.cells import KEY
from pipelines.metrics.compute import Counted
from pipelines.metrics.metric import Metric, Quotient
from pipelines.release.disclosure import Component, Protection, build_component, protect_all
from pipelines.release.disclosure.amounts import protect_amounts

MONEY = "euro"


@dataclass(frozen=True)
class Thresholds:
    """Smallest number of children that may show: as a rule, and where more is at stake."""

    standard: int
    heavy: int
    rounding: int


@dataclass(frozen=True)
class Protected:
    """One component after protection: `cells` has cel, zichtbaar and gepubliceerd (Float64).

    `extra`: cells hidden only to protect others. `proof` is the hash over the witnesses.
    """

    counted: Counted
    cells: pl.DataFrame
    extra: int
    proof: str


def protect(
    counted: Sequence[Counted],
    metrics: Mapping[str, Metric],
    thresholds: Thresholds,
    *,
    processes: int = 1,
) -> list[Protected]:
    """Protect all components. Raises ReleaseRefused when one cannot be certified."""
    counts = [c for c in counted if c.unit != MONEY]
    shown = protect_all([_component(c, metrics, thresholds) for c in counts], processes=processes)
    found = [_of_counts(c, p) for c, p in zip(counts, shown, strict=True)]
    for amounts in (c for c in counted if c.unit == MONEY):
        protection = protect_amounts(
            amounts.measure,
            amounts.cells,
            amounts.atoms,
            minimum_children=thresholds.heavy,
            hidden=_without_count(amounts, found, metrics),
        )
        found.append(Protected(amounts, protection.cells, protection.extra, protection.proof_hash))
    return found


def _without_count(
    amounts: Counted, shown: Sequence[Protected], metrics: Mapping[str, Metric]
) -> list[int]:
    """Cells of an amount of which the number of children is hidden: a hidden count hides its cost.

    Which count belongs to an amount is what the catalogue divides it by.
    """
    found: set[int] = set()
    for form in (m.form for m in metrics.values()):
        if not isinstance(form, Quotient):
            continue
        costs = amounts.figures.filter(pl.col("metriek") == form.numerator)
        for counts in shown:
            unseen = counts.cells.filter(~pl.col("zichtbaar")).select(teller="cel")
            keys = (
                counts.counted.figures.filter(pl.col("metriek") == form.denominator)
                .join(unseen, on="teller", how="semi")
                .select(KEY)
            )
            found |= set(costs.join(keys, on=KEY, how="semi")["teller"].drop_nulls())
    return sorted(found)


def _component(
    counted: Counted, metrics: Mapping[str, Metric], thresholds: Thresholds
) -> Component:
    cells = counted.cells.join(_tellings(counted), on="cel", how="left").with_columns(
        pl.col("telling").fill_null(""), pl.col("scholen").fill_null(thresholds.heavy)
    )
    component = build_component(
        counted.measure,
        cells,
        counted.atoms,
        threshold=thresholds.standard,
        rounding=thresholds.rounding,
    )
    heavy = _cells_of(counted, [m.id for m in metrics.values() if m.threshold == "zwaar"])
    limits = (
        pl.when(pl.col("cel").is_in(heavy)).then(thresholds.heavy).otherwise(thresholds.standard)
    )
    return replace(
        component,
        cells=component.cells.with_columns(drempel=limits.cast(pl.Int64)),
        pairs=_pairs(counted),
        known=_known(counted),
    )


def _tellings(counted: Counted) -> pl.DataFrame:
    """Which count a cell belongs to: the first figure that uses it names it, at every level."""
    parts = [
        counted.figures.select("metriek", cel=part).with_columns(
            telling=pl.col("metriek") + f".{part}"
        )
        for part in ("teller", "noemer")
    ]
    return (
        pl.concat(parts).drop_nulls("cel").group_by("cel").agg(pl.col("telling").min()).sort("cel")
    )


def _cells_of(counted: Counted, metrics: Sequence[str]) -> list[int]:
    of = counted.figures.filter(pl.col("metriek").is_in(metrics))
    return pl.concat([of["teller"], of["noemer"]]).drop_nulls().unique().sort().to_list()


def _pairs(counted: Counted) -> tuple[tuple[int, int], ...]:
    """(teller, noemer) of which the difference is a number of units as well."""
    both = (
        counted.figures.filter("complement")
        .select("teller", "noemer")
        .drop_nulls()
        .filter(pl.col("teller") != pl.col("noemer"))
        .unique()
        .sort("teller", "noemer")
    )
    return tuple(both.iter_rows())


def _known(counted: Counted) -> tuple[tuple[int, int], ...]:
    """(teller, public figure) of which the rest is a number of children as well."""
    values = counted.cells.select(teller="cel", aantal="aantal")
    rest = (
        counted.figures.filter(pl.col("complement") & pl.col("bekend").is_not_null())
        .select("teller", pl.col("bekend").cast(pl.Int64))
        .drop_nulls()
        .join(values, on="teller")
        .filter(pl.col("aantal") <= pl.col("bekend"))
        .select("teller", "bekend")
        .unique()
        .sort("teller", "bekend")
    )
    return tuple(rest.iter_rows())


def _of_counts(counted: Counted, protection: Protection) -> Protected:
    cells = protection.cells.select(
        "cel",
        zichtbaar=pl.col("status") == "zichtbaar",
        gepubliceerd=pl.col("gepubliceerd").cast(pl.Float64),
    )
    extra = protection.cells.filter(pl.col("reden") == "extra").height
    return Protected(counted, cells, extra, protection.proof_hash)
