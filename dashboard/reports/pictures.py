"""Published rows -> pictures. A hidden value leaves no trace but the neutral mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.charts import marks as charts
from dashboard.charts.steps import Step
from dashboard.exhibits import promises
from dashboard.release.released import Metric
from dashboard.reports.content import Mark, Picture
from dashboard.words import wording

Cell = Mapping[str, Any]

EURO = '"€" #,##0'
# As a spreadsheet writes thousands: the comma at the end divides.
THOUSANDS = "#,##0,"


def form(metric: Metric) -> str:
    """How a spreadsheet writes a value of this metric."""
    match metric.soort:
        case "aandeel":
            return '0"%"'
        case "bedrag":
            return EURO
        case "gemiddelde" if metric.eenheid.startswith("euro"):
            return EURO
        case "gemiddelde":
            return "0.0"
        case "per_100" | "per_1000":
            return "0"
        case _:
            return "#,##0"


def _mark(metric: Metric, row: Cell, label: str, *, strong: bool = False) -> Mark:
    if not charts.visible(row):
        hidden = row["status"] == wording.HIDDEN
        return Mark(label, None, wording.MARK if hidden else wording.status(row["status"]))
    value = float(row["waarde"])
    drawn = wording.estimated(metric, row)
    low, high = drawn["onder"], drawn["boven"]
    return Mark(label, value, wording.at_mark(metric, row), low, high, strong)


def years(metric: Metric, rows: Sequence[Cell], now: str, alt: str) -> Picture:
    norm = wording.target(metric)
    line = None
    if norm is not None:
        line = (norm, f"{wording.norm_word(metric)} {wording.bare(metric, norm)}")
    marks = tuple(
        _mark(metric, row, str(row["schooljaar"]), strong=row["schooljaar"] == now) for row in rows
    )
    return Picture("jaren", marks, _told(alt, marks), form(metric), metric.label_nl, line)


def bars(metric: Metric, rows: Sequence[Cell], labels: Sequence[str], alt: str) -> Picture:
    marks = tuple(_mark(metric, row, label) for row, label in zip(rows, labels, strict=True))
    return Picture("staven", marks, _told(alt, marks), form(metric), metric.label_nl)


def estimates(items: Sequence[charts.Estimate], alt: str, *, euros: bool) -> Picture:
    marks = tuple(
        Mark(item.label, item.value, item.text, item.low, item.high, item.leading) for item in items
    )
    return Picture("schattingen", marks, _told(alt, marks), EURO if euros else "0.0", "Schatting")


def of_effects(rows: Sequence[promises.Effect], alt: str) -> Picture:
    """Designs of one outcome beside each other."""
    items = [
        charts.Estimate(
            str(row["ontwerp_label"]), row["schatting"], row["onder"], row["boven"],
            f"{promises.estimate(row)} ({promises.interval(row)})", bool(row["leidend"]),
        )
        for row in rows
    ]  # fmt: skip
    return estimates(items, alt, euros=promises.euros(rows[0]))


def steps(found: Sequence[Step], alt: str) -> Picture:
    marks = tuple(
        Mark(
            step.label, step.amount.value, wording.euro_estimate(step.amount.value),
            step.amount.low, step.amount.high, step.total,
        )
        for step in found
    )  # fmt: skip
    return Picture("stappen", marks, _told(alt, marks), THOUSANDS, "Bedrag, maal € 1.000")


def _told(alt: str, marks: Sequence[Mark]) -> str:
    """The picture in words: what it is, and every value in it."""
    values = "; ".join(
        f"{mark.label}: {'afgeschermd' if mark.text == wording.MARK else mark.text}"
        for mark in marks
    )
    return f"{alt} {values}."
