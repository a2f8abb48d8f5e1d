"""Published rows -> charts. No Streamlit.

Ranges come from visible values only. A hidden value is nowhere: its place stays empty or holds the
neutral mark, whatever the value.
Order comes from the caller and never from a value.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboard import language
from dashboard.charts import scale
from dashboard.charts.chart import Axis, Chart, Mark, Series
from dashboard.language import tr
from dashboard.release.released import Metric
from dashboard.words import covered, wording

Cell = Mapping[str, Any]

EURO, CENTS = '"€" #,##0', '"€" #,##0.00'
# As a spreadsheet writes thousands: the comma at the end divides.
THOUSANDS = "#,##0,"
IN_THOUSANDS = "In de grafiek staan bedragen maal € 1.000."


def _top(metric: Metric, rows: Sequence[Cell], norm: float | None = None) -> float:
    highest = _highest(rows, norm)
    ceiling = scale.nice_ceiling(highest * 1.08) if highest else 1.0
    return min(ceiling, 105.0) if metric.soort == "aandeel" else ceiling


def _highest(rows: Sequence[Cell], norm: float | None) -> float:
    """The highest of the values with their intervals, the norm and zero."""
    return max([*(_end(row) for row in rows if wording.visible(row)), norm or 0.0, 0.0])


def _bottom(rows: Sequence[Cell]) -> float:
    """Where the axis begins: zero, or below the lowest value of what can be negative."""
    lowest = min(
        [
            row["onder"] if row["onder"] is not None else row["waarde"]
            for row in rows
            if wording.visible(row)
        ],
        default=0.0,
    )
    return -scale.nice_ceiling(-lowest * 1.08) if lowest < 0 else 0.0


def _end(row: Cell) -> float:
    """How far a value reaches with its interval."""
    return float(row["waarde"] if row["boven"] is None else row["boven"])


def interval(bounds: str) -> str:
    """95%-interval 61–67%."""
    return tr("95%-interval {grenzen}", grenzen=bounds)


def hover(metric: Metric, label: str, row: Cell) -> list[str]:
    """What belongs to a mark, in lines."""
    lines = [label, wording.said_full(metric, row)]
    if told := wording.interval(metric, row["onder"], row["boven"]):
        lines.append(interval(told))
    if row["n"] is not None and metric.soort != "aantal":
        lines.append(f"n = {wording.number(row['n'])}")
    return lines


def mark(metric: Metric, row: Cell, label: str, *, strong: bool = False) -> Mark:
    """A published cell in a chart; a hidden one leaves no trace but the neutral mark."""
    if not wording.visible(row):
        hidden = row["status"] == wording.HIDDEN
        return Mark(label, None, wording.MARK if hidden else wording.status(row["status"]))
    drawn = wording.estimated(metric, row)
    value = float(row["waarde"])
    return Mark(
        label, value, wording.at_mark(metric, row), drawn["onder"], drawn["boven"], strong,
        tuple(hover(metric, label, drawn)),
    )  # fmt: skip


def norm_of(metric: Metric) -> tuple[float, str] | None:
    """The norm as a line to hold values against, with its label; None without one."""
    value = wording.target(metric)
    if value is None:
        return None
    return value, f"{wording.norm_word(metric)} {wording.norm_value(metric, value)}"


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


def trend(
    metric: Metric, rows: Sequence[Cell], now: str = "", signs: Mapping[str, str] | None = None
) -> Chart:
    """One value per school year, with its interval and the norm.

    `signs`: school year -> what stands below it at the axis.
    """
    drawn = [wording.estimated(metric, row) for row in rows]
    norm = norm_of(metric)
    top, bottom = _top(metric, drawn, norm and norm[0]), _bottom(drawn)
    starts = {stretch.start for stretch in covered.stretches(drawn)}
    found = []
    for place, row in enumerate(drawn):
        year = str(row["schooljaar"])
        one = mark(metric, row, year, strong=year == now)
        found.append(replace(one, joined=place not in starts, sign=(signs or {}).get(year, "")))
    axis = Axis(bottom * 1.06, top * 1.06, scale.of(metric, bottom, top))
    return Chart("jaren", tuple(found), axis, form(metric), wording.label(metric), norm)


def small(metric: Metric, rows: Sequence[Cell], now: str = "") -> Chart:
    """The same line for beside a sentence: without an axis, between its own lowest and highest."""
    whole = trend(metric, rows, now)
    ends = [end for one in whole.marks for end in (one.low, one.value, one.high) if end is not None]
    low, high = min(ends, default=0.0), max(ends, default=1.0)
    room = (high - low or 1.0) * 0.12
    return replace(whole, kind="klein", axis=Axis(low - room, high + room), norm=None)


def bars(metric: Metric, rows: Sequence[Cell], labels: Sequence[str]) -> Chart:
    """One bar per category, in the order given; a dot where values can be negative."""
    drawn = [wording.estimated(metric, row) for row in rows]
    norm = norm_of(metric)
    top, bottom = _highest(drawn, norm and norm[0]) or 1.0, _bottom(drawn)
    found = tuple(mark(metric, row, label) for row, label in zip(drawn, labels, strict=True))
    axis = Axis(bottom * 1.06, top * 1.02, scale.of(metric, bottom, top))
    return Chart("staven", found, axis, form(metric), wording.label(metric), norm)


@dataclass(frozen=True)
class Line:
    """One named series over the same steps; `quiet` draws it in grey, as context."""

    label: str
    rows: Sequence[Cell]
    quiet: bool = False


def lines(
    metric: Metric, series: Sequence[Line], steps: Sequence[str], start: int = 0,
    signs: Mapping[str, str] | None = None,
) -> Chart:  # fmt: skip
    """Several series over the same steps.

    `start`: the number of steps before something began. `signs`: step -> what stands below it at
    the axis.
    """
    top = _top(metric, [row for line in series for row in line.rows])
    found = tuple(_line(metric, line, steps) for line in series)
    names = tuple(
        f"{step}\n{(signs or {})[step]}" if step in (signs or {}) else step for step in steps
    )
    return Chart(
        "lijnen", (), Axis(0, top * 1.06, scale.of(metric, 0, top)), form(metric),
        wording.label(metric), series=found, steps=names, start=start,
    )  # fmt: skip


def _line(metric: Metric, line: Line, steps: Sequence[str]) -> Series:
    starts = {stretch.start for stretch in covered.stretches(line.rows)}
    found = []
    for place, (step, row) in enumerate(zip(steps, line.rows, strict=True)):
        one = mark(metric, row, step)
        told = tuple(hover(metric, f"{line.label}, {step}", row)) if wording.visible(row) else ()
        found.append(replace(one, told=told, joined=place not in starts, at=float(place)))
    end = next((one.text for one in reversed(found) if one.value is not None), "")
    return Series(line.label, tuple(found), quiet=line.quiet, end=end)


def spans(metric: Metric, pairs: Sequence[tuple[str, Cell, Cell]]) -> Chart:
    """Median and 90% point per row."""
    norm = norm_of(metric)
    top = _top(metric, [row for _, *both in pairs for row in both], norm and norm[0])
    middle, far = tr("mediaan"), tr("90%-punt")
    series = (
        Series(middle, tuple(_point(metric, n, row, middle) for n, row, _ in pairs), strong=True),
        Series(far, tuple(_point(metric, n, row, far) for n, _, row in pairs)),
    )
    axis = Axis(0, top * 1.08, scale.of(metric, 0, top), language.published(metric.eenheid))
    return Chart("spannen", (), axis, form(metric), wording.label(metric), norm, series=series)


def _point(metric: Metric, label: str, row: Cell, name: str) -> Mark:
    if not wording.visible(row):
        return mark(metric, row, label)
    told = label, f"{name}: {wording.said_full(metric, row)}"
    return Mark(label, float(row["waarde"]), wording.said(metric, row), told=told)


@dataclass(frozen=True)
class Estimate:
    """An estimate with its interval; `leading` is the one the conclusion rests on."""

    label: str
    value: float
    low: float
    high: float
    text: str
    leading: bool


def estimates(items: Sequence[Estimate], axis: str, *, euros: bool = False) -> Chart:
    """Estimates under each other, each with its interval, against a line at zero."""
    low, high = scale.reach(end for item in items for end in (item.low, item.high))
    ticks = scale.amounts(low, high) if euros else scale.values(low, high)
    exact = wording.as_estimate if euros else float
    found = tuple(
        Mark(
            item.label, exact(item.value), item.text, exact(item.low), exact(item.high),
            item.leading,
            (item.label, item.text),
        )
        for item in items
    )  # fmt: skip
    return Chart(
        "schattingen",
        found,
        Axis(low, high, ticks, axis),
        EURO if euros else "0.0",
        tr("Schatting"),
    )
