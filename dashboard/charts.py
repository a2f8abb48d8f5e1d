"""Frame -> figure. No Streamlit.

Labels stand at the marks, axes are quiet, and ranges come from visible values only. A hidden value
is drawn nowhere: its place stays empty or holds the neutral mark on the axis, whatever the value.
Order comes from the caller and never from a value.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from dashboard import drawing, language, theme, wording
from dashboard.drawing import Axis, Figure, Strong, Text
from dashboard.language import tr
from dashboard.released import Metric

# More units than this outside a funnel are not named in it: names would cover each other.
_NAMED = 6

# Labels under each other at the ends of lines, and streams, in pixels.
_APART = 17
_BETWEEN = 22
# How wide the ends of streams are, as a part of the chart.
_NODE = 0.012

Cell = Mapping[str, Any]
FloatArray = NDArray[np.float64]
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


def _hover(metric: Metric, label: str, row: Cell) -> list[str]:
    """What belongs to a mark, in lines."""
    lines = [label, wording.full(metric, row["waarde"])]
    if row["onder"] is not None and row["boven"] is not None:
        lines.append(interval(wording.interval(metric, row["onder"], row["boven"])))
    if row["n"] is not None and metric.soort != "aantal":
        lines.append(f"n = {wording.number(row['n'])}")
    return lines


def trend(
    metric: Metric, rows: Sequence[Cell], now: str = "", signs: Mapping[str, str] | None = None
) -> Figure:
    """One value per school year, with its interval, the norm as a dashed line.

    `signs`: school year -> what stands below it at the axis.
    """
    norm = wording.target(metric)
    top, bottom = _top(metric, rows, norm), _bottom(rows)
    years = [str(row["schooljaar"]) for row in rows]
    label = "" if norm is None else _norm_label(metric, norm)
    figure = Figure(
        Axis(
            -0.5, len(rows) - 0.5, line=True,
            ticks=tuple((place, _signed(year, year, signs)) for place, year in enumerate(years)),
        ),
        Axis(bottom * 1.06, top * 1.06, _scale(metric, bottom, top), grid=True),
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
    figure.stroke(
        [(place, row["waarde"] if visible(row) else None) for place, row in enumerate(rows)],
        theme.ACCENT, 2.2,
    )  # fmt: skip
    for place, (year, row) in enumerate(zip(years, rows, strict=True)):
        if not visible(row):
            _hidden_mark(figure, row, place, 0, at="above")
            continue
        figure.dot(
            place, row["waarde"], theme.ACCENT if year == now else theme.PAPER,
            11 if year == now else 8, edge=theme.ACCENT, tip=_hover(metric, year, row),
        )  # fmt: skip
        figure.words(
            strong(wording.at_mark(metric, row["waarde"]), year == now), place, _end(row),
            dy=-15, size=13, halo=True,
        )  # fmt: skip
    return figure


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
    norm = wording.target(metric)
    top, bottom = _highest(rows, norm) or 1.0, _bottom(rows)
    figure = Figure(
        Axis(bottom * 1.06, top * 1.02, _scale(metric, bottom, top), grid=True),
        _list([wrapped(label) for label in labels], below=0.55),
        46 + 38 * len(rows), top=8 if norm is None else 24, right=56,
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
        value, tip = row["waarde"], _hover(metric, label, row)
        if bottom < 0:
            figure.dot(value, place, theme.ACCENT, 9, tip=tip)
        else:
            figure.bar((0, value), (place - 0.28, place + 0.28), theme.ACCENT, tip)
        if row["onder"] is not None and row["boven"] is not None:
            ends = (float(row["onder"]), place), (float(row["boven"]), place)
            figure.segment(*ends, theme.ACCENT_SOFT, 1.6)
        figure.words(
            wording.at_mark(metric, value), max(_end(row), value), place, anchor="start", dx=6,
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
class _End:
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
        Axis(0, top * 1.06, _scale(metric, 0, top), grid=True), 340,
        right=max((drawing.wide(end.text, 12.5) for end in ends), default=0) + 14,
    )  # fmt: skip
    if start:
        started(figure, start - 0.5)
    for index, line in enumerate(series):
        colour = _colour(line, index)
        drawn = [row["waarde"] if visible(row) else None for row in line.rows]
        dash = drawing.DOTTED if line.quiet else drawing.SOLID
        figure.stroke(enumerate(drawn), colour, 2.2, dash=dash)
        for place, (step, row) in enumerate(zip(steps, line.rows, strict=True)):
            if visible(row):
                figure.dot(
                    place, row["waarde"], colour, 8,
                    symbol=theme.SYMBOLS[index % len(theme.SYMBOLS)],
                    tip=_hover(metric, f"{line.label}, {step}", row),
                )  # fmt: skip
    for end in _apart(ends, figure):
        figure.words(end.text, end.x, end.y, anchor="start", dx=10, colour=end.colour)
    return figure


def _colour(line: Line, index: int) -> str:
    return theme.MUTED if line.quiet else theme.SERIES[index % len(theme.SERIES)]


def _ends(metric: Metric, line: Line, index: int) -> list[_End]:
    """The label of a line at its last visible value; none where it has none."""
    seen = [(place, row) for place, row in enumerate(line.rows) if visible(row)]
    if not seen:
        return []
    place, row = seen[-1]
    text = (f"{line.label}  ", Strong(wording.at_mark(metric, row["waarde"])))
    return [_End(place, row["waarde"], text, _colour(line, index))]


def started(figure: Figure, x: float) -> None:
    """Where something began: a dashed line with a word on top."""
    figure.rule(theme.MUTED, x=x, dash=drawing.DASHED)
    figure.words(tr("start"), x, figure.up.high, at="above", size=11.5, colour=theme.MUTED)


def _apart(ends: Sequence[_End], figure: Figure) -> list[_End]:
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
        _End(end.x, height, end.text, end.colour)
        for end, height in zip(placed, heights, strict=True)
    ]


def spans(metric: Metric, pairs: Sequence[tuple[str, Cell, Cell]]) -> Figure:
    """Median and 90% point per school year, joined by a line."""
    norm = wording.target(metric)
    top = _top(metric, [row for _, middle, far in pairs for row in (middle, far)], norm)
    figure = Figure(
        Axis(
            0, top * 1.08, _scale(metric, 0, top), grid=True,
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
                tip=(label, f"{name}: {wording.full(metric, row['waarde'])}"),
            )  # fmt: skip
            first = f"{name} " if place == 0 else ""
            value = Strong(wording.bare(metric, row["waarde"]))
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
    low = min([0.0, *(item.low for item in items)])
    high = max([0.0, *(item.high for item in items)])
    pad = (high - low or 1.0) * 0.12
    labels = [strong(wrapped(item.label, 26), item.leading) for item in items]
    across = Axis(
        low - pad, high + pad, title=axis, grid=True,
        ticks=amounts(low - pad, high + pad) if euros else values(low - pad, high + pad),
    )  # fmt: skip
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


def funnel_limits(
    metric: Metric, rate: float, bases: Sequence[float], level: float
) -> tuple[list[float], list[float]]:
    """Bounds within which a share or rate stays by chance, for each size.

    `rate` as a fraction; `level` 0.95 or 0.998. Shares of pupils: binomial.
    The bounds come back in the metric's own scale.
    """
    scale = 1000.0 if metric.soort == "per_1000" else 100.0
    tail = (1 - level) / 2
    sizes = np.asarray(bases)
    low, high = (_quantiles(chance, sizes, rate) / sizes * scale for chance in (tail, 1 - tail))
    return low.tolist(), high.tolist()


def _quantiles(chance: float, bases: FloatArray, rate: float) -> FloatArray:
    """Binomial quantiles, interpolated between whole numbers (Spiegelhalter 2005), so that the
    limits run smoothly over sizes."""
    sizes = np.round(bases)
    whole = stats.binom.ppf(chance, sizes, rate)
    over = stats.binom.cdf(whole, sizes, rate) - chance
    step = stats.binom.pmf(whole, sizes, rate)
    part = np.divide(over, step, out=np.zeros_like(over), where=step > 0)
    found: FloatArray = np.maximum(whole - part, 0.0)
    return found


def funnel(metric: Metric, rows: Sequence[Cell], rate: float, chosen: str = "") -> Figure:
    """Units against their size with limits for chance. Not a ranking.

    `rate`: the joint rate of all units, as a fraction. Only visible units are drawn; their number
    is said beside the chart. A few units outside the 99.8% limits carry their name.
    """
    seen = [row for row in rows if visible(row) and row["noemer"]]
    scale = 1000.0 if metric.soort == "per_1000" else 100.0
    widest = nice_ceiling(max((row["noemer"] for row in seen), default=100.0) * 1.02)
    start = 100.0 if metric.soort == "per_1000" else 20.0
    bases = [start * (widest / start) ** (step / 160) for step in range(161)]
    limits = {level: funnel_limits(metric, rate, bases, level) for level in (0.998, 0.95)}
    top = max([row["waarde"] for row in seen] + [rate * scale * 2]) * 1.1
    joint = tr("samen {waarde}", waarde=wording.bare(metric, rate * scale))
    ends = [_End(widest, rate * scale, joint, theme.INK)]
    for level, (_, high) in limits.items():
        share = f"{wording.natural(level * 100)}%"
        ends.append(_End(widest, high[-1], share, theme.MUTED))
    figure = Figure(
        Axis(
            0, widest, values(0, widest, 6), language.published(metric.noemer), line=True
        ),
        Axis(-0.025 * top, top, _scale(metric, 0, top), grid=True), 430,
        right=max(drawing.wide(end.text, 11.5) for end in ends) + 8,
    )  # fmt: skip
    for level, bounds in limits.items():
        for bound in bounds:
            figure.stroke(
                zip(bases, bound, strict=True), theme.ACCENT_SOFT, 1.3, below=True,
                dash=drawing.DASHED if level == 0.95 else drawing.SOLID,
            )  # fmt: skip
    figure.segment((0, rate * scale), (widest, rate * scale), theme.MUTED, 1.2, below=True)
    for end in _apart(ends, figure):
        figure.words(end.text, end.x, end.y, anchor="start", dx=4, size=11.5, colour=end.colour)
    outside = {row["gebied"] for row in outliers(metric, seen, rate)}
    for row in seen:
        far, own = row["gebied"] in outside, row["gebied"] == chosen
        figure.dot(
            row["noemer"], row["waarde"], theme.SIGNAL if far else theme.ACCENT,
            14 if own else 9, symbol="diamond" if far else "circle", edge=theme.PAPER, width=1,
            opacity=1 if far or own else 0.5, tip=_hover(metric, str(row["label"]), row),
        )  # fmt: skip
    few = len(outside) <= _NAMED
    for row in seen:
        if row["gebied"] == chosen or (few and row["gebied"] in outside):
            left = row["noemer"] > widest * 0.6
            figure.words(
                strong(str(row["label"]), row["gebied"] == chosen), row["noemer"], row["waarde"],
                anchor="end" if left else "start", dx=-9 if left else 9, size=11.5, halo=True,
            )  # fmt: skip
    return figure


def outliers(metric: Metric, rows: Sequence[Cell], rate: float) -> list[Cell]:
    """Visible units outside the 99.8% limits."""
    seen = [row for row in rows if visible(row) and row["noemer"]]
    limits = funnel_limits(metric, rate, [row["noemer"] for row in seen], 0.998)
    return [
        row
        for row, low, high in zip(seen, *limits, strict=True)
        if not low <= row["waarde"] <= high
    ]


def largest(streams: Sequence[tuple[str, str, float]], most: int) -> list[tuple[str, str, float]]:
    """The largest streams, at most `most`, in the order given; equal ones in or out together."""
    if len(streams) <= most:
        return list(streams)
    limit = sorted((value for _, _, value in streams), reverse=True)[most]
    kept = [stream for stream in streams if stream[2] > limit]
    return kept or list(streams)


def flow(
    streams: Sequence[tuple[str, str, float]], sources: Sequence[str], targets: Sequence[str]
) -> Figure:
    """From one list to another, as wide as the count. Hidden streams are not drawn."""
    tall = max(320, 48 * max(len(sources), len(targets)))
    total = sum(value for _, _, value in streams)
    most = max(len(sources), len(targets))
    # So many per pixel that the longest list fits, with room between its names.
    unit = total / (tall - 24 - _BETWEEN * (most - 1))
    left, right = (max(drawing.wide(name, 13) for name in names) for names in (sources, targets))
    figure = Figure(Axis(0, 1), Axis(tall * unit, 0), tall, top=8, right=right + 22)
    figure.left = left + 22
    starts = _stacked(sources, [(source, value) for source, _, value in streams], unit, tall)
    finishes = _stacked(targets, [(target, value) for _, target, value in streams], unit, tall)
    colours = dict(zip(sources, itertools.cycle(theme.SERIES), strict=False))
    outgoing, incoming = ({n: at for n, (at, _) in ends.items()} for ends in (starts, finishes))
    for source, target, value in streams:
        out, into = outgoing[source], incoming[target]
        figure.band(
            ((_NODE, out), (_NODE, out + value)), ((1 - _NODE, into), (1 - _NODE, into + value)),
            colours[source],
            (
                tr("{bron} naar {doel}: {aantal}", bron=source, doel=target,
                   aantal=wording.number(value)),
            ),
        )  # fmt: skip
        outgoing[source] += value
        incoming[target] += value
    for name, (at, size) in starts.items():
        figure.bar((0, _NODE), (at, at + size), colours[name])
        figure.words(name, 0, at + size / 2, anchor="end", dx=-8, size=13)
    for name, (at, size) in finishes.items():
        figure.bar((1 - _NODE, 1), (at, at + size), theme.MUTED)
        figure.words(name, 1, at + size / 2, anchor="start", dx=8, size=13)
    return figure


def _stacked(
    names: Sequence[str], parts: Sequence[tuple[str, float]], unit: float, tall: float
) -> dict[str, tuple[float, float]]:
    """Where each name begins and how much it has: under each other, in the middle of the height."""
    sizes = {name: sum(value for known, value in parts if known == name) for name in names}
    room = _BETWEEN * unit
    at = (tall * unit - sum(sizes.values()) - room * (len(names) - 1)) / 2
    found = {}
    for name, size in sizes.items():
        found[name] = (at, size)
        at += size + room
    return found


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


def _scale(metric: Metric, low: float, top: float) -> Ticks:
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
