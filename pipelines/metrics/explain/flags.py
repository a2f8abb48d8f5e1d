"""Which units of a measure count: a flag per condition of the metric, and the figure's sums."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import polars as pl
from ibis.common.deferred import Deferred

from pipelines.metrics import conditions
from pipelines.metrics.count.unit_records import fetched
from pipelines.metrics.explain.area import Area, in_area
from pipelines.metrics.metric import (
    Context,
    Count,
    Difference,
    Diversity,
    Flow,
    Mean,
    Metric,
    PerUnit,
    Quantiles,
    Rate,
    Share,
    Split,
    Tables,
    Total,
)


@dataclass(frozen=True)
class Flags:
    """Conditions of a metric on a row of its measure, as columns.

    `where` and `holds`: pairs of a column and what it says. `needed`: columns of the measure that
    are added up or counted. `expressions`: the columns themselves.
    """

    where: tuple[tuple[str, conditions.Said], ...]
    holds: tuple[tuple[str, conditions.Said], ...]
    needed: tuple[str, ...]
    expressions: Mapping[str, ir.BooleanValue]


def flagged(metric: Metric, units: ir.Table) -> Flags:
    form, measure = metric.form, metric.measure
    dataset = measure.datasets[0]
    holds: Deferred | None = None
    needed = [measure.distinct] if measure.distinct else []
    match form:
        case Share(numerator=numerator, weight=weight):
            holds = numerator
            needed += [weight] if weight else []
        case Total(weight=weight) | Mean(weight=weight):
            needed.append(weight)
        case Rate(weight=str(weight)):
            needed.append(weight)
        case Quantiles(value=value) | Difference(value=value):
            needed.append(value)
        case Diversity(column=column):
            needed.append(column)
    if isinstance(form, Difference):
        holds = ibis._[form.first] | ibis._[form.second]
    expressions: dict[str, ir.BooleanValue] = {}

    def named(prefix: str, condition: Deferred | None) -> tuple[tuple[str, conditions.Said], ...]:
        if condition is None:
            return ()
        found = []
        for at, part in enumerate(conditions.parts(condition.resolve(units))):
            expressions[f"{prefix}{at}"] = part.fill_null(False)
            found.append((f"{prefix}{at}", conditions.Said.of(part.op(), dataset)))
        return tuple(found)

    where, fits = named("_wel_", metric.where), named("_teller_", holds)
    return Flags(where, fits, tuple(needed), expressions)


def numbers(metric: Metric, found: pl.DataFrame) -> tuple[float | None, float | None]:
    """Numerator and denominator as they are counted; None where the figure has no such part."""
    inside, both = _holding(found, "_wel_"), _holding(found, "_wel_", "_teller_")

    def units(rows: pl.DataFrame) -> float:
        distinct = metric.measure.distinct
        return float(rows[distinct].drop_nulls().n_unique() if distinct else rows.height)

    match metric.form:
        case Share(weight=None):
            return units(both), units(inside)
        case Share(weight=str(weight)):
            return float(both[weight].sum()), float(inside[weight].sum())
        case Count() | Flow() | Rate(weight=None):
            return units(inside), None
        case Rate(weight=str(weight), scale=scale) | Total(weight=weight, scale=scale):
            return float(inside[weight].sum()) / scale, None
        case Mean(weight=weight, scale=scale):
            return float(inside[weight].sum()) / scale, units(inside)
        case Split() | PerUnit():
            return None, units(inside)
        case _:
            return None, units(both)


def _holding(found: pl.DataFrame, *prefixes: str) -> pl.DataFrame:
    """Rows for which every condition holds; all of them where there is none."""
    names = [name for name in found.columns if name.startswith(prefixes)]
    return found.filter(pl.all_horizontal(names)) if names else found


def known_base(
    metric: Metric, tables: Tables, context: Context, year: str, area: Area
) -> float | None:
    """The public number the figure is set against."""
    if not isinstance(metric.form, Rate | PerUnit):
        return None
    base = metric.form.base.rows(tables, context)
    if area.level not in {"totaal", *base.columns}:
        return None
    rows = in_area(base, area)
    return float(
        fetched(rows.filter(rows["schooljaar"] == year).select("aantal")).sum().item() or 0
    )
