"""From profiles to cells: which cells a profile counts in, which cells exist, what they hold.

Frames only, no engine. CELL names a count (metriek, deel and where); AREA and KEY are parts of it.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from pipelines.metrics import categories
from pipelines.metrics.derive import UNKNOWN
from pipelines.metrics.metric import Context, Metric
from pipelines.metrics.plan import Plan

AREA = ["schooljaar", "niveau", "gebied"]
KEY = [*AREA, "uitsplitsing", "categorie"]
CELL = ["metriek", "deel", *KEY]
_TEXT = dict.fromkeys(CELL, pl.String)


def at(level: str) -> list[pl.Expr]:
    """AREA of a row at a level; `gebied` is null where the row has no such area."""
    area = pl.lit("") if level == "totaal" else pl.col(level)
    return [pl.col("schooljaar"), pl.lit(level).alias("niveau"), area.alias("gebied")]


def category(columns: Sequence[str]) -> pl.Expr:
    """The category of a row by one or more columns; '' without any."""
    if not columns:
        return pl.lit("")
    known = [pl.col(c).fill_null(UNKNOWN) for c in columns]
    return pl.concat_str(known, separator=categories.CROSS)


def areas(frames: list[pl.DataFrame], levels: tuple[str, ...]) -> pl.DataFrame:
    """Every area that occurs in any of the frames, by school year: AREA."""
    found = [f.select(at("totaal")) for f in frames[:1]]
    found += [f.select(at(v)) for f in frames for v in levels if v in f.columns]
    return pl.concat(found).drop_nulls().unique().sort(AREA)


def members(
    metric: Metric, deel: str, known: pl.DataFrame, plan: Plan, holds: pl.Expr
) -> pl.DataFrame:
    """The cells that profiles count in, for one part of a metric: profiel, CELL.

    The denominator of a split is not broken down: it is all units of the area.
    """
    counted = known.filter(holds)
    frames = [pl.DataFrame(schema={"profiel": pl.String, **_TEXT})]
    for table in plan.of(metric.id):
        whole = deel == "noemer" and metric.is_split
        breakdown = "" if whole else table.breakdown
        frames.append(
            counted.select(
                "profiel",
                pl.lit(metric.id).alias("metriek"),
                pl.lit(deel).alias("deel"),
                *at(table.level),
                pl.lit(breakdown).alias("uitsplitsing"),
                category(metric.columns_of(breakdown)).alias("categorie"),
            ).drop_nulls("gebied")
        )
    return pl.concat(frames).unique()


def keys(
    metric: Metric, counted: pl.DataFrame, within: pl.DataFrame, context: Context, plan: Plan
) -> pl.DataFrame:
    """Every cell of a metric that exists, also where nothing was counted: metriek, KEY.

    Zero cells are the areas crossed with the code list of the cut, or, for crossed cuts and cuts
    without a list, with what occurs anywhere.
    """
    own = counted.filter(pl.col("metriek") == metric.id)
    found = [own.filter(pl.col("uitsplitsing") == "").select(KEY).clear()]
    for table in plan.of(metric.id):
        occurs = own.filter(pl.col("uitsplitsing") == table.breakdown)["categorie"].unique()
        columns = metric.columns_of(table.breakdown)
        listed = (
            [c.code for c in categories.of_column(metric, columns[0], context.contracts)]
            if len(columns) == 1
            else []
            if columns
            else [""]
        )
        all_categories = pl.DataFrame(
            {"categorie": sorted({*listed, *occurs.to_list()})}, schema={"categorie": pl.String}
        )
        found.append(
            within.filter(pl.col("niveau") == table.level)
            .with_columns(uitsplitsing=pl.lit(table.breakdown))
            .join(all_categories, how="cross")
            .select(KEY)
        )
    return pl.concat(found).unique().select(pl.lit(metric.id).alias("metriek"), *KEY)


def named(keys_of: pl.DataFrame, deel: str, *, whole: bool) -> pl.DataFrame:
    """CELL of one part for every key; `whole` leaves the breakdown out."""
    if whole:
        blank = pl.lit("")
        keys_of = keys_of.with_columns(uitsplitsing=blank, categorie=blank).unique()
    return keys_of.with_columns(deel=pl.lit(deel)).select(CELL)


def merge(
    every: pl.DataFrame, counted: pl.DataFrame, sets: pl.DataFrame
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Atoms, and the number (`cel`) of every cell.

    every: CELL. counted: profiel, CELL. sets: profielen, aantal. Two names for the same units in
    the same place get one number. Gives CELL with cel, and atoms with aantal and cellen.
    """
    raw = every.sort([*KEY, "deel", "metriek"]).with_row_index("ruw")
    numbered = counted.join(raw, on=CELL).select("profiel", "ruw")
    per_set = (
        sets.filter(pl.col("aantal") > 0)
        .with_row_index("set")
        .explode("profielen")
        .join(numbered, left_on="profielen", right_on="profiel")
        .group_by("set", "aantal")
        .agg(pl.col("ruw").unique().sort())
    )
    atoms = (
        per_set.with_columns(naam=_as_text("ruw"))
        .group_by("naam")
        .agg(pl.col("aantal").sum(), pl.col("ruw").first())
        .sort("naam")
        .with_row_index("atoom")
        .select("atoom", "aantal", "ruw")
    )
    holds = atoms.explode("ruw").group_by("ruw").agg(pl.col("atoom").sort())
    same = (
        raw.join(holds, on="ruw", how="left")
        .with_columns(naam=_as_text("atoom").fill_null(""))
        .with_columns(eerste=pl.col("ruw").min().over([*KEY, "naam"]))
        .with_columns(cel=pl.col("eerste").rank("dense").cast(pl.Int64) - 1)
        .sort("ruw")
    )
    renumbered = (
        atoms.explode("ruw")
        .join(same.select("ruw", "cel"), on="ruw")
        .group_by("atoom", "aantal")
        .agg(cellen=pl.col("cel").unique().sort())
        .sort("cellen")
        .select("aantal", "cellen")
    )
    return same.select(*CELL, "cel"), renumbered


def _as_text(column: str) -> pl.Expr:
    return pl.col(column).cast(pl.List(pl.String)).list.join(",")


def filled(
    numbers: pl.DataFrame, counted: pl.DataFrame, sets: pl.DataFrame, name: str
) -> pl.DataFrame:
    """Units of `sets` in every cell: cel and the named count (cells without units are absent)."""
    placed = counted.join(numbers, on=CELL).select("profiel", "cel")
    return (
        sets.with_row_index("set")
        .explode("profielen")
        .join(placed, left_on="profielen", right_on="profiel")
        .unique(["set", "cel"])
        .group_by("cel")
        .agg(pl.col("aantal").sum().alias(name))
    )


def largest_two(
    numbers: pl.DataFrame, counted: pl.DataFrame, contributions: pl.DataFrame
) -> pl.DataFrame:
    """Largest and second largest contribution of one person to each cell: cel, grootste, tweede."""
    placed = counted.join(numbers, on=CELL).select("profiel", "cel").unique()
    return (
        contributions.join(placed, on="profiel")
        .group_by("cel", "persoon")
        .agg(pl.col("bedrag").sum())
        .group_by("cel")
        .agg(
            grootste=pl.col("bedrag").max(),
            tweede=pl.col("bedrag").top_k(2).sort(descending=True).get(1, null_on_oob=True),
        )
        .with_columns(pl.col("tweede").fill_null(0))
    )
