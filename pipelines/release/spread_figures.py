"""Figures of a distribution: medians and 90% points, differences of means, and how many kinds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from pipelines.metrics.count.distributions import Spread
from pipelines.metrics.metric import (
    Difference,
    Diversity,
    Metric,
    Quantiles,
)
from pipelines.metrics.statistics.intervals import Interval
from pipelines.release import bounds, facts
from pipelines.release.components import Thresholds
from pipelines.release.disclosure import rules
from pipelines.release.disclosure.problem import MINIMUM_SCHOOLS
from pipelines.release.figure import (
    FEW_ANSWERS,
    HIDDEN,
    KEY,
    NOT_REACHED,
    Figure,
    unfilled,
)


def of_spread(metric: Metric, spread: Spread, thresholds: Thresholds) -> list[Figure]:
    """Medians, differences and numbers of values, as coarse as they may be seen."""
    found: list[Figure] = []
    for row in spread.cells.iter_rows(named=True):
        blank = unfilled(row["metriek"], [row[k] for k in KEY], row["maat"])
        half = thresholds.rounding // 2
        count = float((row["aantal"] + half) // thresholds.rounding * thresholds.rounding)
        match metric.form:
            case Difference():
                found.append(_difference(blank, row, count))
            case Diversity():
                found.append(_diversity(blank, row, count, thresholds))
            case Quantiles(width=width):
                found.append(_median(blank, row, count, metric, thresholds, width))
            case _:
                raise ValueError(f"{metric.id} is counted cell by cell")
    return found


def _median(
    blank: Figure,
    row: Mapping[str, Any],
    count: float,
    metric: Metric,
    thresholds: Thresholds,
    width: int,
) -> Figure:
    """The middle of the class of a median or p90; bounds run to the ends of their own classes."""
    least = facts.least_people(metric, row["maat"], thresholds.heavy)
    few_schools = row["scholen"] is not None and row["scholen"] < MINIMUM_SCHOOLS
    if row["kinderen"] < least or few_schools:
        return replace(blank, status="afgeschermd", reden=HIDDEN)
    value = rules.quantile_class(row["waarde"], row["kinderen"], width)
    if value is None:
        return replace(blank, status="te_klein", reden=NOT_REACHED)
    low, high = row["onder"], row["boven"]
    return replace(
        blank,
        waarde=value,
        onder=None if low is None else rules.class_start(low, width),
        boven=None if high is None else rules.class_start(high, width) + width - 1,
        n=count,
    )


def _difference(blank: Figure, row: Mapping[str, Any], count: float) -> Figure:
    """A difference of means to a tenth, finer where its interval would otherwise reach zero."""
    if row["kinderen"] < facts.DIFFERENCE_PERSONS:
        return replace(blank, status="te_klein", reden=FEW_ANSWERS)
    value, low, high = bounds.kept_side(row["waarde"], Interval(row["onder"], row["boven"]), 1)
    return replace(blank, waarde=value, onder=low, boven=high, n=count)


def _diversity(
    blank: Figure, row: Mapping[str, Any], count: float, thresholds: Thresholds
) -> Figure:
    if row["kinderen"] < thresholds.heavy:
        return replace(blank, status="afgeschermd", reden=HIDDEN)
    return replace(blank, waarde=row["waarde"], n=count)
