"""Figures that are worked out whole per area: medians, differences of means, numbers of values.

They are never sums of cells, so they are counted apart from `compute.count`, and shown on levels
whose areas do not overlap.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import polars as pl
from ibis import _

from pipelines.metrics import categories
from pipelines.metrics.count.unit_records import fetched
from pipelines.metrics.derive import UNKNOWN
from pipelines.metrics.metric import (
    Context,
    Difference,
    Diversity,
    Metric,
    Quantiles,
    Summary,
    Tables,
)
from pipelines.metrics.publication_plan import Plan
from pipelines.metrics.statistics import intervals, quantiles

_DIGITS = 9  # so that the order in which an engine adds up never shows
_PLACE = ["schooljaar", "gebied", "categorie"]
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
    """One metric that is no sum of cells, exact and unprotected.

    `cells`: metriek, schooljaar, niveau, gebied, uitsplitsing, categorie, maat ('mediaan', 'p90'
    or ''), waarde with its 95% bounds (null where there are none), and behind each value aantal
    (units), kinderen (distinct persons; of a difference those of the smaller group) and scholen.
    """

    metric: str
    unit: str
    cells: pl.DataFrame


def spread(metric: Metric, tables: Tables, context: Context, plan: Plan) -> Spread:
    """The figures of a metric in every cell of its plan."""
    if not isinstance(metric.form, Summary):
        raise ValueError(f"{metric.id} is counted cell by cell")
    rows = metric.measure.rows(tables, context)
    rows = rows.filter(rows["schooljaar"].notnull())
    if metric.where is not None:
        rows = rows.filter(metric.where)
    if context.schooljaren is not None:
        rows = rows.filter(rows["schooljaar"].isin(context.schooljaren))
    found: list[dict[str, object]] = []
    for table in plan.of(metric.id):
        columns = metric.columns_of(table.breakdown)
        names = [rows[c].cast("string").fill_null(UNKNOWN) for c in columns]
        placed = rows.mutate(
            gebied=ibis.literal("") if table.level == "totaal" else rows[table.level],
            categorie=ibis.literal(categories.CROSS).join(names) if names else ibis.literal(""),
        )
        found += (
            {"metriek": metric.id, "niveau": table.level, "uitsplitsing": table.breakdown, **row}
            for row in _read(metric, placed.filter(placed["gebied"].notnull()))
        )
    return Spread(metric.id, metric.unit, pl.DataFrame(found, schema=_SCHEMA))


def _read(metric: Metric, placed: ir.Table) -> Iterator[dict[str, object]]:
    match metric.form:
        case Quantiles():
            return _quantiles(metric, metric.form, placed)
        case Difference():
            return _differences(metric, metric.form, placed)
        case Diversity():
            return _diversity(metric, metric.form, placed)
        case _:
            raise ValueError(f"{metric.id} is counted cell by cell")


def _behind(metric: Metric, placed: ir.Table) -> dict[str, ir.Value]:
    person = metric.measure.person
    has_schools = "vestiging" in metric.measure.levels
    return {
        "aantal": _.count().cast("int64"),
        "kinderen": _[person].nunique().cast("int64") if person else ibis.null("int64"),
        "scholen": _.vestiging.nunique().cast("int64") if has_schools else ibis.null("int64"),
    }


def _quantiles(metric: Metric, form: Quantiles, placed: ir.Table) -> Iterator[dict[str, object]]:
    timed = placed.filter(placed[form.value].notnull())
    timed = timed.mutate(
        _waarde=timed[form.value].cast("int64"),
        _open=ibis.ifelse(timed[form.censored], 1, 0) if form.censored else ibis.literal(0),
    )
    per_value = timed.group_by(*_PLACE, "_waarde", "_open").agg(n=_.count())
    counts = fetched(per_value).with_columns(pl.col("_open") == 1)
    by_place = counts.partition_by(_PLACE, as_dict=True, include_key=False)
    behind = fetched(timed.group_by(*_PLACE).agg(**_behind(metric, timed))).sort(_PLACE)
    for row in behind.iter_rows(named=True):
        own = by_place[tuple(row[c] for c in _PLACE)]
        for at in form.at:
            value, low, high = quantiles.read(own, at)
            yield {
                "maat": quantiles.NAMES[at],
                "waarde": value,
                "onder": low,
                "boven": high,
                **row,
            }


def _differences(metric: Metric, form: Difference, placed: ir.Table) -> Iterator[dict[str, object]]:
    """Means of the persons' own means, per group; none where a group has fewer than two persons."""
    person = metric.measure.person
    if person is None:
        raise ValueError(f"{metric.id} compares groups of persons and has none")
    answered = placed.filter(placed[form.value].notnull())
    groups: dict[tuple[str, ...], list[tuple[int, float, float]]] = {}
    for name in (form.first, form.second):
        of_group = answered.filter(answered[name])
        per_person = of_group.group_by(*_PLACE, person).agg(
            eigen=_[form.value].cast("float64").mean()
        )
        summed = per_person.group_by(*_PLACE).agg(
            n=_.count().cast("int64"),
            som=_.eigen.sum(),
            kwadraten=(_.eigen * _.eigen).sum(),
        )
        for row in fetched(summed).iter_rows(named=True):
            n, mean = row["n"], row["som"] / row["n"]
            variance = max(0.0, row["kwadraten"] - n * mean * mean) / (n - 1) if n > 1 else math.nan
            groups.setdefault(tuple(row[c] for c in _PLACE), []).append((n, mean, variance))
    for place, found in sorted(groups.items()):
        if len(found) != 2 or min(n for n, _mean, _v in found) < 2:
            continue
        (n_first, mean_first, v_first), (n_second, mean_second, v_second) = found
        bounds = intervals.welch(mean_first, v_first, n_first, mean_second, v_second, n_second)
        yield {
            **dict(zip(_PLACE, place, strict=True)),
            "maat": "",
            "waarde": round(mean_first - mean_second, _DIGITS),
            "onder": round(bounds.low, _DIGITS),
            "boven": round(bounds.high, _DIGITS),
            "aantal": n_first + n_second,
            "kinderen": min(n_first, n_second),
            "scholen": None,
        }


def _diversity(metric: Metric, form: Diversity, placed: ir.Table) -> Iterator[dict[str, object]]:
    different = placed[form.column].nunique().cast("float64")
    counted = placed.group_by(*_PLACE).agg(waarde=different, **_behind(metric, placed))
    for row in fetched(counted).sort(_PLACE).iter_rows(named=True):
        yield {"maat": "", "onder": None, "boven": None, **row}
