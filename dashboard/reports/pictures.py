"""Charts of reports, with every value in words for who cannot see them."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.charts import marks
from dashboard.charts.chart import Chart
from dashboard.charts.marks import Estimate
from dashboard.exhibits import promises
from dashboard.exhibits.exhibit import Exhibit
from dashboard.words import wording


def of_effects(rows: Sequence[promises.Effect]) -> Chart:
    """Designs of one outcome beside each other."""
    items = [
        Estimate(
            str(row["ontwerp_label"]), row["schatting"], row["onder"], row["boven"],
            f"{promises.estimate(row)} ({promises.interval(row)})", bool(row["leidend"]),
        )
        for row in rows
    ]  # fmt: skip
    return marks.estimates(items, "", euros=promises.euros(rows[0]))


def told(exhibit: Exhibit) -> str:
    """The chart in words: what it is, and every value in it; empty without a chart."""
    if exhibit.chart is None:
        return ""
    values = "; ".join(
        f"{mark.label}: {'afgeschermd' if mark.text == wording.MARK else mark.text}"
        for mark in exhibit.chart.marks
    )
    return f"{exhibit.alt} {values}."
