"""From how many children a metric may show: `standaard` or `zwaar`, as its declaration says."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from pipelines.metrics.metric import Metric


def heavy_ones(metrics: Mapping[str, Metric]) -> list[str]:
    """Metrics in which more is at stake."""
    return [m.id for m in metrics.values() if m.threshold == "zwaar"]


def by_metric(metrics: Mapping[str, Metric], standard: int, heavy: int) -> pl.Expr:
    """The threshold of each row, by its column `metriek`."""
    weighty = pl.col("metriek").is_in(heavy_ones(metrics))
    return pl.when(weighty).then(heavy).otherwise(standard).cast(pl.Int64)
