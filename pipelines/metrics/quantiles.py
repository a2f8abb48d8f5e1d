"""Medians and p90 from counts per value, with open cases by Kaplan-Meier.

With open cases it is the first value by which at least the share `at` has ended, and none when the
last known case is short of that share.
"""

from __future__ import annotations

import polars as pl

from pipelines.metrics import intervals

NAMES = {0.5: "mediaan", 0.9: "p90"}


def read(per_value: pl.DataFrame, at: float) -> tuple[float | None, float | None, float | None]:
    """Quantile and its 95% bounds by order statistics (None with open cases).

    per_value: _waarde, _open (still running at that value), n.
    """
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
