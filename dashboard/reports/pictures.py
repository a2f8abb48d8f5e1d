"""Charts of reports: those of the pages, with every value in words for who cannot see them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from dashboard.charts import marks
from dashboard.charts.chart import Chart
from dashboard.charts.marks import Estimate
from dashboard.charts.steps import Step, waterfall
from dashboard.exhibits import promises
from dashboard.release.released import Metric
from dashboard.words import wording

Cell = Mapping[str, Any]


def years(metric: Metric, rows: Sequence[Cell], now: str, alt: str) -> Chart:
    return told(marks.trend(metric, rows, now), alt)


def bars(metric: Metric, rows: Sequence[Cell], labels: Sequence[str], alt: str) -> Chart:
    return told(marks.bars(metric, rows, labels), alt)


def estimates(items: Sequence[Estimate], alt: str, *, euros: bool) -> Chart:
    return told(marks.estimates(items, "", euros=euros), alt)


def of_effects(rows: Sequence[promises.Effect], alt: str) -> Chart:
    """Designs of one outcome beside each other."""
    items = [
        Estimate(
            str(row["ontwerp_label"]), row["schatting"], row["onder"], row["boven"],
            f"{promises.estimate(row)} ({promises.interval(row)})", bool(row["leidend"]),
        )
        for row in rows
    ]  # fmt: skip
    return estimates(items, alt, euros=promises.euros(rows[0]))


def steps(found: Sequence[Step], alt: str) -> Chart:
    return told(waterfall(found), alt)


def told(chart: Chart, alt: str) -> Chart:
    """The chart in words: what it is, and every value in it."""
    values = "; ".join(
        f"{mark.label}: {'afgeschermd' if mark.text == wording.MARK else mark.text}"
        for mark in chart.marks
    )
    return replace(chart, alt=f"{alt} {values}.")
