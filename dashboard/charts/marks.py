"""Frame -> figure. No Streamlit.

Labels stand at the marks, axes are quiet, and ranges come from visible values only. A hidden value
is drawn nowhere: its place stays empty or holds the neutral mark on the axis, whatever the value.
Order comes from the caller and never from a value.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard import language
from dashboard.language import tr
from dashboard.release.released import Metric
from dashboard.render import drawing, theme
from dashboard.render.drawing import Axis, Figure, Strong, Text
from dashboard.words import covered, wording

# Labels under each other at the ends of lines, in pixels.
_APART = 17

Cell = Mapping[str, Any]
Ticks = tuple[tuple[float, Text], ...]


def visible(row: Cell) -> bool:
    return row["status"] == wording.VISIBLE and row["waarde"] is not None


def nice_ceiling(value: float) -> float:
    """The next round number at or above a value: 1, 2, 2.5, 5 or 10 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(
        step * power for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * power >= value - 1e-9
    )


def _top(metric: Metric, rows: Sequence[Cell], norm: float | None = None) -> float:
    highest = _highest(rows, norm)
    ceiling = nice_ceiling(highest * 1.08) if highest else 1.0
    return min(ceiling, 105.0) if metric.soort == "aandeel" else ceiling


def _highest(rows: Sequence[Cell], norm: float | None) -> float:
    """The highest of the values with their intervals, the norm and zero."""
    return max([*(_end(row) for row in rows if visible(row)), norm or 0.0, 0.0])


def _bottom(rows: Sequence[Cell]) -> float:
    """Where the axis begins: zero, or below the lowest value of what can be negative."""
    lowest = min(
        [
            row["onder"] if row["onder"] is not None else row["waarde"]
            for row in rows
            if visible(row)
        ],
        default=0.0,
    )
    return -nice_ceiling(-lowest * 1.08) if lowest < 0 else 0.0


def _end(row: Cell) -> float:
    """How far a value reaches with its interval."""
    return float(row["waarde"] if row["boven"] is None else row["boven"])


def _hidden_mark(figure: Figure, row: Cell, x: float, y: float, **place: Any) -> None:
    """The neutral mark (or why there is no figure), at the foot of the axis."""
    mark = row["status"] == wording.HIDDEN
    word = Strong(wording.MARK) if mark else wording.status(row["status"])
    figure.words(word, x, y, size=20 if mark else 11, colour=theme.MUTED, **place)


def _norm_label(metric: Metric, norm: float) -> str:
    return f"{wording.norm_word(metric)} {wording.bare(metric, norm)}"


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


def trend(
    metric: Metric, rows: Sequence[Cell], now: str = "", signs: Mapping[str, str] | None = None
) -> Figure:
    """One value per school year, with its interval, the norm as a dashed line.

    `signs`: school year -> what stands below it at the axis.
    """
    rows = [wording.estimated(metric, row) for row in rows]
    norm = wording.target(metric)
    top, bottom = _top(metric, rows, norm), _bottom(rows)
    years = [str(row["schooljaar"]) for row in rows]
    label = "" if norm is None else _norm_label(metric, norm)
    figure = Figure(
        Axis(
            -0.5, len(rows) - 0.5, line=True,
            ticks=tuple((place, _signed(year, year, signs)) for place, year in enumerate(years)),
        ),
        Axis(bottom * 1.06, top * 1.06, scale(metric, bottom, top), grid=True),
        262, right=drawing.wide(label, 11.5) + 8 if label else 20,
    )  # fmt: skip
    if bottom < 0:
        figure.rule(theme.MUTED, y=0)
    if norm is not None:
        figure.rule(theme.MUTED, y=norm, dash=drawing.DASHED)
        figure.words(
            label, len(rows) - 0.5, norm, anchor="start", dx=4, size=11.5, colour=theme.MUTED
        )
    _intervals(figure, rows)
    _joined(figure, rows, theme.ACCENT)
    for place, (year, row) in enumerate(zip(years, rows, strict=True)):
        if not visible(row):
            _hidden_mark(figure, row, place, 0, at="above")
            continue
        figure.dot(
            place, row["waarde"], theme.ACCENT if year == now else theme.PAPER,
            11 if year == now else 8, edge=theme.ACCENT, tip=hover(metric, year, row),
        )  # fmt: skip
        figure.words(
            strong(wording.at_mark(metric, row), year == now), place, _end(row),
            dy=-15, size=13, halo=True,
        )  # fmt: skip
    return figure


def _joined(figure: Figure, rows: Sequence[Cell], colour: str, dash: str = drawing.SOLID) -> None:
    """The line through a series, broken at what is not shown and where the coverage changes."""
    for stretch in covered.stretches(rows):
        points = [(at, rows[at]["waarde"] if visible(rows[at]) else None) for at in stretch]
        if sum(value is not None for _at, value in points) > 1:
            figure.stroke(points, colour, 2.2, dash=dash)


def _signed(step: str, text: str, signs: Mapping[str, str] | None) -> str:
    """The text at the axis, with the sign of that step below it."""
    sign = (signs or {}).get(step)
    return f"{text}\n{sign}" if sign else text


def _intervals(figure: Figure, rows: Sequence[Cell]) -> None:
    """A standing line at each step, from the low to the high end of its interval."""
    for place, row in enumerate(rows):
        if visible(row) and row["onder"] is not None and row["boven"] is not None:
            ends = (place, float(row["onder"])), (place, float(row["boven"]))
            figure.segment(*ends, theme.ACCENT_SOFT, 1.6)


def _list(labels: Sequence[Text], size: float = 12.5, *, below: float = 0.5) -> Axis:
    """One place per label, the first on top."""
    return Axis(
        len(labels) - 1 + below, -0.55, tuple(enumerate(labels)), size=size, colour=theme.INK
    )


def bars(metric: Metric, rows: Sequence[Cell], labels: Sequence[str]) -> Figure:
    """One horizontal bar per category, in the order given; a dot where values can be negative."""
    rows = [wording.estimated(metric, row) for row in rows]
    norm = wording.target(metric)
    top, bottom = _highest(rows, norm) or 1.0, _bottom(rows)
    at_marks = [wording.at_mark(metric, row) for row in rows if visible(row)]
    figure = Figure(
        Axis(bottom * 1.06, top * 1.02, scale(metric, bottom, top), grid=True),
        _list([wrapped(label) for label in labels], below=0.55),
        46 + 38 * len(rows), top=8 if norm is None else 24,
        right=max((drawing.wide(text, 13) for text in at_marks), default=0) + 8,
    )  # fmt: skip
    if norm is not None:
        figure.rule(theme.MUTED, x=norm, dash=drawing.DASHED)
        figure.words(
            _norm_label(metric, norm), norm, -0.55, anchor="end", at="above", dx=-3, size=11.5,
            colour=theme.MUTED,
        )  # fmt: skip
    if bottom < 0:
        figure.rule(theme.MUTED, x=0)
    for place, (label, row) in enumerate(zip(labels, rows, strict=True)):
        if not visible(row):
            _hidden_mark(figure, row, 0, place, anchor="start", dx=3)
            continue
        value, tip = row["waarde"], hover(metric, label, row)
        if bottom < 0:
            figure.dot(value, place, theme.ACCENT, 9, tip=tip)
        else:
            figure.bar((0, value), (place - 0.28, place + 0.28), theme.ACCENT, tip)
        if row["onder"] is not None and row["boven"] is not None:
            ends = (float(row["onder"]), place), (float(row["boven"]), place)
            figure.segment(*ends, theme.ACCENT_SOFT, 1.6)
        figure.words(
            wording.at_mark(metric, row), max(_end(row), value), place, anchor="start", dx=6,
            size=13,
        )  # fmt: skip
    return figure


@dataclass(frozen=True)
class Line:
    """One named series over the same steps; `quiet` draws it in grey, as context."""

    label: str
    rows: Sequence[Cell]
    quiet: bool = False


@dataclass(frozen=True)
class End:
    """The label at the end of a line."""

    x: float
    y: float
    text: Text
    colour: str


def lines(
    metric: Metric, series: Sequence[Line], steps: Sequence[str], start: int = 0,
    signs: Mapping[str, str] | None = None,
) -> Figure:  # fmt: skip
    """Several series with their names at the end of the line; told apart by symbol as well.

    `start`: the number of steps before something began; a line marks it. `signs`: step -> what
    stands below it at the axis.
    """
    top = _top(metric, [row for line in series for row in line.rows])
    every = math.ceil(len(steps) / 9)
    ends = [end for index, line in enumerate(series) for end in _ends(metric, line, index)]
    figure = Figure(
        Axis(
            -0.06 * len(steps), max(0.5, len(steps) - 1), line=True,
            ticks=tuple(
                (place, _signed(steps[place], wrapped(steps[place], 10), signs))
                for place in range(0, len(steps), every)
            ),
        ),
        Axis(0, top * 1.06, scale(metric, 0, top), grid=True), 340,
        right=max((drawing.wide(end.text, 12.5) for end in ends), default=0) + 14,
    )  # fmt: skip
    if start:
        started(figure, start - 0.5)
    for index, line in enumerate(series):
        colour = _colour(line, index)
        _joined(figure, line.rows, colour, drawing.DOTTED if line.quiet else drawing.SOLID)
        for place, (step, row) in enumerate(zip(steps, line.rows, strict=True)):
            if visible(row):
                figure.dot(
                    place, row["waarde"], colour, 8,
                    symbol=theme.SYMBOLS[index % len(theme.SYMBOLS)],
                    tip=hover(metric, f"{line.label}, {step}", row),
                )  # fmt: skip
    for end in apart(ends, figure):
        figure.words(end.text, end.x, end.y, anchor="start", dx=10, colour=end.colour)
    return figure


def _colour(line: Line, index: int) -> str:
    return theme.MUTED if line.quiet else theme.SERIES[index % len(theme.SERIES)]


def _ends(metric: Metric, line: Line, index: int) -> list[End]:
    """The label of a line at its last visible value; none where it has none."""
    seen = [(place, row) for place, row in enumerate(line.rows) if visible(row)]
    if not seen:
        return []
    place, row = seen[-1]
    text = (f"{line.label}  ", Strong(wording.at_mark(metric, row)))
    return [End(place, row["waarde"], text, _colour(line, index))]


def started(figure: Figure, x: float) -> None:
    """Where something began: a dashed line with a word on top."""
    figure.rule(theme.MUTED, x=x, dash=drawing.DASHED)
    figure.words(tr("start"), x, figure.up.high, at="above", size=11.5, colour=theme.MUTED)


def apart(ends: Sequence[End], figure: Figure) -> list[End]:
    """Labels moved until none lies on another: up, and back down from where the field ends."""
    span = figure.up.high - figure.up.low
    gap = _APART * span / figure.height
    placed = sorted(ends, key=lambda end: end.y)
    heights: list[float] = []
    for end in placed:
        heights.append(max(end.y, heights[-1] + gap) if heights else end.y)
    limit = figure.up.high
    for place in reversed(range(len(heights))):
        heights[place] = min(heights[place], limit)
        limit = heights[place] - gap
    return [
        End(end.x, height, end.text, end.colour)
        for end, height in zip(placed, heights, strict=True)
    ]


def spans(metric: Metric, pairs: Sequence[tuple[str, Cell, Cell]]) -> Figure:
    """Median and 90% point per school year, joined by a line."""
    norm = wording.target(metric)
    top = _top(metric, [row for _, middle, far in pairs for row in (middle, far)], norm)
    figure = Figure(
        Axis(
            0, top * 1.08, scale(metric, 0, top), grid=True,
            title=language.published(metric.eenheid),
        ),
        _list([label for label, _, _ in pairs], 13),
        70 + 52 * len(pairs), top=30, right=40,
    )  # fmt: skip
    if norm is not None:
        figure.rule(theme.MUTED, x=norm, dash=drawing.DASHED)
        figure.words(
            _norm_label(metric, norm), norm, figure.up.high, at="above", size=11.5,
            colour=theme.MUTED,
        )  # fmt: skip
    for place, (label, middle, far) in enumerate(pairs):
        if visible(middle) and visible(far):
            ends = (middle["waarde"], place), (far["waarde"], place)
            figure.segment(*ends, theme.ACCENT_SOFT, 3)
        for row, filled, name in ((middle, True, tr("mediaan")), (far, False, tr("90%-punt"))):
            if not visible(row):
                _hidden_mark(figure, row, 0, place, anchor="start", dx=4)
                continue
            figure.dot(
                row["waarde"], place, theme.ACCENT if filled else theme.PAPER, 12,
                edge=theme.ACCENT,
                tip=(label, f"{name}: {wording.said_full(metric, row)}"),
            )  # fmt: skip
            first = f"{name} " if place == 0 else ""
            value = Strong(wording.said(metric, row))
            figure.words((first, value), row["waarde"], place, dy=-17, halo=True)
    return figure


@dataclass(frozen=True)
class Estimate:
    """An estimate with its interval; `leading` is the one the conclusion rests on."""

    label: str
    value: float
    low: float
    high: float
    text: str
    leading: bool


def estimates(items: Sequence[Estimate], axis: str, *, euros: bool = False) -> Figure:
    """Estimates under each other, each with its interval, against a line at zero."""
    low, high = reach(end for item in items for end in (item.low, item.high))
    labels = [strong(wrapped(item.label, 26), item.leading) for item in items]
    ticks = amounts(low, high) if euros else values(low, high)
    across = Axis(low, high, ticks, axis, grid=True)
    figure = Figure(across, _list(labels), 86 + 62 * len(items), top=16, right=30)
    figure.rule(theme.INK, x=0)
    for place, item in enumerate(items):
        colour = theme.ACCENT if item.leading else theme.MUTED
        figure.segment((item.low, place), (item.high, place), colour, 2.5)
        figure.dot(
            item.value, place, colour, 12, symbol="circle" if item.leading else "diamond",
            tip=(item.label, item.text),
        )  # fmt: skip
        figure.words(strong(item.text, item.leading), item.value, place, dy=-19, halo=True)
    return figure


def reach(ends: Iterable[float | None], room: float = 0.12) -> tuple[float, float]:
    """From the lowest to the highest of some values and zero, with room at both sides."""
    known = [0.0, *(end for end in ends if end is not None)]
    pad = (max(known) - min(known) or 1.0) * room
    return min(known) - pad, max(known) + pad


def values(low: float, high: float, most: int = 6) -> Ticks:
    """Round numbers along an axis."""
    found = drawing.steps(low, high, most)
    decimals = wording.decimals_of(found)
    return tuple((step, wording.signed(step, decimals)) for step in found)


def amounts(low: float, high: float, most: int = 6) -> Ticks:
    """Round amounts along an axis: € 61.000, or in millions where they are."""
    found = drawing.steps(low, high, most)
    if max(map(abs, found), default=0.0) < 2_000_000:
        return tuple((step, wording.euro(step)) for step in found)
    return tuple(
        (
            step,
            tr("€ {miljoen} mln", miljoen=wording.natural(step / 1e6)) if step else wording.euro(0),
        )
        for step in found
    )


def scale(metric: Metric, low: float, top: float) -> Ticks:
    """How the value axis is written: few ticks, with % or €."""
    match metric.soort:
        case "aandeel":
            found = [0.0, 25.0, 50.0, 75.0, 100.0] if top > 60 else drawing.steps(low, top)
            return tuple((step, f"{wording.natural(step)}%") for step in found if step <= top)
        case "bedrag":
            return amounts(low, top, 5)
        case "gemiddelde" if metric.eenheid.startswith("euro"):
            return amounts(low, top, 5)
        case _:
            return values(low, top, 5)


def strong(text: str, yes: bool) -> str:
    return Strong(text) if yes else text


def wrapped(text: str, width: int = 24) -> str:
    """Long labels over two lines, broken at a space."""
    if len(text) <= width:
        return text
    gap = text.rfind(" ", 0, width + 1)
    if gap <= 0:
        return text
    return f"{text[:gap]}\n{text[gap + 1 :]}"
