"""Medians and p90 of a measure, per area, from the counts per value.

The engine counts units and persons per value; the quantile is read from those counts here. With
open cases it is the Kaplan-Meier estimate: the first value by which at least the share `at` has
ended, and none when the last known case is short of that share.
"""

from __future__ import annotations

from dataclasses import dataclass

import ibis
import polars as pl
from ibis import _

from pipelines.metrics import intervals
from pipelines.metrics.metric import Context, Metric, Quantiles, Tables
from pipelines.metrics.plan import Plan
from pipelines.metrics.profiles import fetched

NAMES = {0.5: "mediaan", 0.9: "p90"}
_SCHEMA = {
    "metriek": pl.String,
    "schooljaar": pl.String,
    "niveau": pl.String,
    "gebied": pl.String,
    "uitsplitsing": pl.String,
    "categorie": pl.String,
    "maat": pl.String,
    "waarde": pl.Float64,
    "onder": pl.Float64,
    "boven": pl.Float64,
    "aantal": pl.Int64,
    "kinderen": pl.Int64,
    "scholen": pl.Int64,
}


@dataclass(frozen=True)
class Spread:
    """Quantiles of one metric, exact and unprotected; only ever on one non-overlapping level.

    `cells`: metriek, schooljaar, niveau, gebied, uitsplitsing, categorie, maat ('mediaan', 'p90'),
    waarde with 95% bounds by order statistics (null where there are none), and behind each value
    aantal (units), kinderen and scholen.
    """

    metric: str
    unit: str
    cells: pl.DataFrame


def spread(metric: Metric, tables: Tables, context: Context, plan: Plan) -> Spread:
    """Quantiles of a metric in every cell of its plan."""
    form = metric.form
    if not isinstance(form, Quantiles):
        raise ValueError(f"{metric.id} is not a median")
    rows = metric.measure.rows(tables, context)
    rows = rows.filter(rows["schooljaar"].notnull(), rows[form.value].notnull())
    if metric.where is not None:
        rows = rows.filter(metric.where)
    if context.schooljaren is not None:
        rows = rows.filter(rows["schooljaar"].isin(context.schooljaren))
    found: list[dict[str, object]] = []
    for table in plan.of(metric.id):
        area = ibis.literal("") if table.level == "totaal" else rows[table.level]
        columns = metric.columns_of(table.breakdown)
        category = rows[columns[0]].fill_null("onbekend") if columns else ibis.literal("")
        placed = rows.mutate(
            gebied=area,
            categorie=category,
            _waarde=rows[form.value].cast("int64"),
            _open=ibis.ifelse(rows[form.censored], 1, 0) if form.censored else ibis.literal(0),
        ).filter(_.gebied.notnull())
        has_schools = "vestiging" in metric.measure.levels
        schools = _.vestiging.nunique() if has_schools else ibis.null("int64")
        cell = ["schooljaar", "gebied", "categorie"]
        per_value = placed.group_by(*cell, "_waarde", "_open").agg(n=_.count())
        counts = fetched(per_value).with_columns(pl.col("_open") == 1)
        behind = (
            placed.group_by(*cell)
            .agg(
                aantal=_.count().cast("int64"),
                kinderen=_[metric.measure.person].nunique().cast("int64"),
                scholen=schools.cast("int64"),
            )
            .to_polars()
            .sort(cell)
        )
        for row in behind.iter_rows(named=True):
            own = counts.filter(pl.all_horizontal(pl.col(c) == row[c] for c in cell))
            found += (
                {
                    "metriek": metric.id,
                    "niveau": table.level,
                    "uitsplitsing": table.breakdown,
                    "maat": NAMES[at],
                    **dict(zip(("waarde", "onder", "boven"), _read(own, at), strict=True)),
                    **row,
                }
                for at in form.at
            )
    return Spread(metric.id, metric.unit, pl.DataFrame(found, schema=_SCHEMA))


def _read(per_value: pl.DataFrame, at: float) -> tuple[float | None, float | None, float | None]:
    """Quantile and its bounds from counts per value."""
    if per_value["_open"].any():
        return kaplan_meier(per_value, at), None, None
    ordered = per_value.sort("_waarde").select(pl.col("_waarde").repeat_by("n").explode())
    values = ordered["_waarde"].cast(pl.Float64).to_list()
    bounds = intervals.order_statistics(values, at)
    value = intervals.quantile(values, at)
    return (value, bounds.low, bounds.high) if bounds else (value, None, None)


def kaplan_meier(per_value: pl.DataFrame, at: float) -> float | None:
    """First value by which the estimated share that has ended reaches `at`; None if it never does.

    per_value: _waarde, _open (still running at that value), n. Cases that stop being observed at
    the very value at which others end are taken to have lasted longer, as is usual.
    """
    at_risk = int(per_value["n"].sum())
    running = 1.0
    by_value = (
        per_value.group_by("_waarde")
        .agg(
            ended=pl.col("n").filter(~pl.col("_open")).sum(),
            left=pl.col("n").sum(),
        )
        .sort("_waarde")
    )
    for value, ended, left in by_value.iter_rows():
        running *= 1 - ended / at_risk
        if 1 - running >= at - 1e-12:
            return float(value)
        at_risk -= left
    return None
