"""Charts of one series on screen: each kind of chart -> a Plotly figure."""

from __future__ import annotations

import textwrap

from dashboard.charts.chart import Area, Chart, Mark
from dashboard.language import tr
from dashboard.render import plots, theme
from dashboard.render.plots import Json

# A map is at most this wide and this high, in pixels, and names at most so many areas.
_WIDTH, _LOWEST, _HIGHEST, _NAMED = 560, 320, 620, 30
# How much of the accent each class of a map has, light to dark.
_OPACITY = (0.10, 0.34, 0.62, 0.92)
# With more than this, its texts are light.
_DARK = 0.5


def years(chart: Chart) -> Json:
    """A line through the years with intervals; the norm is a dashed line."""
    marks, axis = chart.marks, chart.axis
    names = [plots.safe(f"{m.label}\n{m.sign}" if m.sign else m.label) for m in marks]
    label = "" if chart.norm is None else plots.safe(chart.norm[1])
    texts = [plots.hidden(place, 0.0, mark) if mark.value is None else plots.at(
        place, mark.reach, mark, "top center") for place, mark in enumerate(marks)]  # fmt: skip
    shapes = [plots.rule(y=0)] if axis.low < 0 else []
    if chart.norm is not None:
        shapes.append(plots.rule(y=chart.norm[0], dash="dash"))
        texts.append(plots.quiet(len(marks) - 0.5, chart.norm[0], label, "middle right"))
    return {
        "data": [plots.line(marks, theme.ACCENT), plots.texts(texts)],
        "layout": plots.layout(
            262, left=plots.widest(text for _, text in axis.ticks), shapes=shapes,
            right=plots.wide(label, plots.SMALL) + 8 if label else 20, top=24,
            bottom=plots.below(names),
            xaxis=plots.names(names, line=True), yaxis=plots.scale(axis.low, axis.high, axis.ticks),
        ),
    }  # fmt: skip


def bars(chart: Chart) -> Json:
    """One lying bar per category, the first on top; a dot where values can be negative."""
    marks, axis = chart.marks, chart.axis
    names = [plots.wrapped(mark.label, plots.WRAP) for mark in marks]
    texts = [plots.hidden(0.0, place, mark, "middle right") if mark.value is None else plots.at(
        max(mark.reach, mark.value), place, mark, "middle right")
        for place, mark in enumerate(marks)]  # fmt: skip
    shapes = [plots.rule(x=0)] if axis.low < 0 else []
    if chart.norm is not None:
        shapes.append(plots.rule(x=chart.norm[0], dash="dash"))
        texts.append(plots.quiet(chart.norm[0], -0.55, plots.safe(chart.norm[1]), "top left"))
    room = max(
        (plots.wide(mark.text, plots.LARGE) for mark in marks if mark.value is not None),
        default=0.0,
    )
    body = plots.dots(marks) if axis.low < 0 else plots.lying(marks)
    return {
        "data": [body, plots.texts(texts)],
        "layout": plots.layout(
            46 + 38 * len(marks), left=plots.widest(names), right=room + 12, shapes=shapes,
            top=8 if chart.norm is None else 24,
            bottom=plots.below([text for _, text in axis.ticks]),
            xaxis=plots.scale(axis.low, axis.high, axis.ticks),
            yaxis=plots.names(names, turned=True),
        ),
    }  # fmt: skip


def estimates(chart: Chart) -> Json:
    """Estimates under each other with their intervals; what the conclusion rests on stands out."""
    marks, axis = chart.marks, chart.axis
    names = [plots.strong(plots.wrapped(mark.label, 26), mark.strong) for mark in marks]
    texts = [
        plots.at(mark.value or 0.0, place, mark, "top center") for place, mark in enumerate(marks)
    ]
    parts = [
        plots.dots(marks, colour=colour, symbol=symbol, strong=strong, size=12)
        for strong, colour, symbol in (
            (False, theme.MUTED, "diamond"),
            (True, theme.ACCENT, "circle"),
        )
    ]
    title = plots.title(axis.title)
    return {
        "data": [*parts, plots.texts(texts)],
        "layout": plots.layout(
            86 + 62 * len(marks), left=plots.widest(names), right=30, top=16,
            shapes=[plots.rule(x=0, colour=theme.INK)],
            bottom=plots.below([text for _, text in axis.ticks]) + (plots.SIZE * 2 if title else 0),
            xaxis=plots.scale(axis.low, axis.high, axis.ticks) | title,
            yaxis=plots.names(names, turned=True),
        ),
    }  # fmt: skip


def steps(chart: Chart) -> Json:
    """From gross to net: each step begins where the one before it ended."""
    marks, axis, spans = chart.marks, chart.axis, chart.spans
    names = ["<br>".join(map(plots.safe, textwrap.wrap(mark.label, 14))) for mark in marks]
    ends = [
        high if (mark.value or 0.0) >= 0 else low
        for mark, (low, high) in zip(marks, spans, strict=True)
    ]
    bars = {
        "type": "bar",
        "x": list(range(len(marks))),
        "y": [high - low for low, high in spans],
        "base": [low for low, _ in spans],
        "width": 0.62,
        "marker": {
            "color": [
                theme.ACCENT
                if mark.strong
                else theme.ACCENT_SOFT
                if (mark.value or 0.0) >= 0
                else theme.SIGNAL
                for mark in marks
            ]
        },
        **plots.told(marks),
    }
    joints = {
        "type": "scatter",
        "mode": "lines",
        "hoverinfo": "skip",
        "x": [at for place in range(len(marks) - 1) for at in (place + 0.31, place + 0.69, None)],
        "y": [at for end in ends[:-1] for at in (end, end, None)],
        "line": {"color": theme.MUTED, "width": 1, "dash": "dot"},
    }
    totals = [mark if mark.strong else None for mark in marks]
    whiskers = {
        "type": "scatter",
        "mode": "markers",
        "hoverinfo": "skip",
        "x": list(range(len(marks))),
        "y": [mark.value if mark else None for mark in totals],
        "marker": {"size": 1, "color": theme.INK},
        "error_y": plots.interval(totals) | {"color": theme.INK, "thickness": 2},
    }
    texts = [
        plots.at(place, max(high, mark.high or high) if mark.strong else high, mark, "top center")
        for place, (mark, (_, high)) in enumerate(zip(marks, spans, strict=True))
    ]
    return {
        "data": [bars, joints, whiskers, plots.texts(texts)],
        "layout": plots.layout(
            400, left=plots.widest(text for _, text in axis.ticks), right=20, top=30,
            bottom=plots.below(names), shapes=[plots.rule(y=0, colour=theme.INK)],
            xaxis=plots.names(names) | {"tickfont": {"size": 12, "color": theme.INK}},
            yaxis=plots.scale(axis.low, axis.high, axis.ticks),
        ),
    }  # fmt: skip


def study(chart: Chart) -> Json:
    """Differences per period around zero; what came before the start is quiet."""
    marks, axis = chart.marks, chart.axis
    names = [plots.wrapped(mark.label, 10) for mark in marks]
    parts = [
        plots.standing(
            [mark if mark.strong == strong else None for mark in marks], colour, "circle"
        )
        for strong, colour in ((False, theme.MUTED), (True, theme.ACCENT))
    ]
    begin = plots.quiet(chart.start - 0.5, axis.high, tr("start"), "top center")
    return {
        "data": [*parts, plots.texts([begin])],
        "layout": plots.layout(
            330, left=plots.widest(text for _, text in axis.ticks) + plots.upright(axis.title),
            right=20, top=24, bottom=plots.below(names),
            shapes=[
                plots.rule(y=0, colour=theme.INK), plots.rule(x=chart.start - 0.5, dash="dash"),
            ],
            xaxis=plots.names(names, line=True),
            yaxis=plots.scale(axis.low, axis.high, axis.ticks) | plots.title(axis.title),
        ),
    }  # fmt: skip


def funnel(chart: Chart) -> Json:
    """Units against their size, with the limits of chance; zoom by drawing a box."""
    axis, across = chart.axis, chart.across
    if across is None:
        raise ValueError("a funnel needs an axis of sizes")
    ticks = [plots.safe(text) for _, text in across.ticks]
    title = plots.title(across.title)
    height, bottom = 430, plots.below(ticks) + plots.SIZE * 2
    named = [curve for curve in chart.curves if curve.name]
    ends = plots.apart(
        [curve.points[-1][1] for curve in named], axis.low, axis.high, height - bottom - 24
    )
    texts = [
        (
            across.high,
            end,
            plots.safe(curve.name),
            "middle right",
            plots.SMALL,
            theme.INK if curve.middle else theme.MUTED,
            3.0,
        )
        for curve, end in zip(named, ends, strict=True)
    ]
    for mark in chart.marks:
        if mark.text and mark.value is not None:
            side = "middle left" if mark.at > across.high * 0.6 else "middle right"
            text = plots.strong(plots.safe(mark.text), mark.strong)
            texts.append((mark.at, mark.value, text, side, plots.SMALL, theme.INK, 8.0))
    limits = [
        {
            "type": "scatter",
            "mode": "lines",
            "hoverinfo": "skip",
            "x": [round(x, 2) for x, _ in curve.points],
            "y": [round(y, 4) for _, y in curve.points],
            "line": {
                "width": 1.3,
                "color": theme.MUTED if curve.middle else theme.ACCENT_SOFT,
                "dash": "dash" if curve.inner else "solid",
            },
        }
        for curve in chart.curves
    ]
    units = {
        "type": "scatter",
        "mode": "markers",
        "x": [mark.at for mark in chart.marks],
        "y": [mark.value for mark in chart.marks],
        "marker": {
            "size": [14 if mark.strong else 9 for mark in chart.marks],
            "color": [theme.SIGNAL if mark.far else theme.ACCENT for mark in chart.marks],
            "symbol": ["diamond" if mark.far else "circle" for mark in chart.marks],
            "opacity": [1 if mark.far or mark.strong else 0.5 for mark in chart.marks],
            "line": {"color": theme.PAPER, "width": 1},
        },
        **plots.told(chart.marks),
    }
    return {
        "data": [*limits, units, plots.texts(texts)],
        "layout": plots.zoomed(plots.layout(
            height, left=plots.widest(text for _, text in axis.ticks), bottom=bottom, top=24,
            right=max(plots.wide(plots.safe(curve.name), plots.SMALL) for curve in named) + 10,
            shapes=[], xaxis=plots.scale(across.low, across.high, across.ticks) | title,
            yaxis=plots.scale(axis.low, axis.high, axis.ticks),
        )),
    }  # fmt: skip


def areas(chart: Chart) -> Json:
    """Areas coloured by class; one without a value is hatched, whatever the reason."""
    points = [point for area in chart.areas for ring in area.rings for point in ring]
    wide = max((x for x, _ in points), default=1.0) or 1.0
    tall = max((y for _, y in points), default=1.0) or 1.0
    height = min(_HIGHEST, max(_LOWEST, _WIDTH * tall / wide))
    found = [
        _outline(mark, area, len(chart.classes))
        for mark, area in zip(chart.marks, chart.areas, strict=True)
    ]
    few = len(chart.marks) <= _NAMED
    texts = [
        (
            *area.middle,
            f"<b>{plots.safe(mark.text)}</b><br>{plots.wrapped(mark.label, 14)}",
            "middle center",
            plots.SMALL,
            theme.PAPER if _part(mark.shade, len(chart.classes)) > _DARK else theme.INK,
            0.0,
        )
        for mark, area in zip(chart.marks, chart.areas, strict=True)
        if few
    ]
    bare: Json = {"visible": False, "fixedrange": True}
    return {
        "data": [*found, plots.texts(texts)],
        "layout": plots.layout(
            height, left=0, right=4, top=4, bottom=4, shapes=[],
            xaxis=bare | {"range": [-wide * 0.02, wide * 1.02], "constrain": "domain"},
            yaxis=bare | {
                "range": [-tall * 0.02, tall * 1.02], "scaleanchor": "x", "constrain": "domain",
            },
        ),
    }  # fmt: skip


def _outline(mark: Mark, area: Area, classes: int) -> Json:
    x: list[float | None] = []
    y: list[float | None] = []
    for ring in area.rings:
        x += [*(round(at, 1) for at, _ in ring), round(ring[0][0], 1), None]
        y += [*(round(at, 1) for _, at in ring), round(ring[0][1], 1), None]
    fill: Json = {"fillcolor": shade(mark.shade, classes)}
    if mark.shade < 0:
        fill = {"fillpattern": {"shape": "/", "fgcolor": theme.MUTED, "bgcolor": theme.PAPER,
                                "size": 7, "solidity": 0.2}}  # fmt: skip
    return {
        "type": "scatter", "mode": "lines", "x": x[:-1], "y": y[:-1], "fill": "toself",
        "line": {
            "color": theme.INK if mark.strong else theme.MUTED, "width": 3 if mark.strong else 1,
        },
        "hoveron": "fills", "hoverinfo": "text", "text": "<br>".join(map(plots.safe, mark.told)),
        **plots.units([mark]), **fill,
    }  # fmt: skip


def shade(place: int, among: int) -> str:
    """Lighter to darker; with few classes the middle of the range, so that one is not the most."""
    return plots.thin(theme.ACCENT, _part(max(place, 0), among))


def _part(place: int, among: int) -> float:
    """How much of the accent a class has; none where there is no value."""
    picked = _OPACITY if among > 1 else _OPACITY[1:2]
    return picked[round(place * (len(picked) - 1) / max(1, among - 1))] if place >= 0 else 0.0
