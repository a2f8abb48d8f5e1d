"""Charts of reports, with every value in words for who cannot see them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args

from dashboard.charts import marks
from dashboard.charts.chart import KINDS, Chart, Kind, Reported
from dashboard.charts.marks import Estimate
from dashboard.exhibits import promises
from dashboard.exhibits.exhibit import Exhibit
from dashboard.words import wording

# Of these kinds a report draws nothing: its table, which holds the same values, stands alone. All
# others have an arm in each medium.
TABLE_ALONE: frozenset[Kind] = frozenset(KINDS) - frozenset(get_args(Reported))


def drawn(exhibit: Exhibit) -> Chart | None:
    """The chart that a report draws; None without one, or where the table stands alone."""
    chart = exhibit.chart
    return None if chart is None or chart.kind in TABLE_ALONE else chart


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
    """The chart in words: what it is, and every value in it; empty where none is drawn."""
    chart = drawn(exhibit)
    if chart is None:
        return ""
    values = "; ".join(
        f"{mark.label}: {'afgeschermd' if mark.text == wording.MARK else mark.text}"
        for mark in chart.marks
    )
    return f"{exhibit.alt} {values}."
