"""Charts of several series on screen: each kind of chart -> a Plotly figure."""

from __future__ import annotations

import math

from dashboard.charts.chart import Chart, Mark, Series
from dashboard.language import tr
from dashboard.render import plots, theme
from dashboard.render.plots import Json, Words

# Between names of streams under each other, in pixels.
_BETWEEN = 22


def _colour(series: Series, index: int) -> str:
    return theme.MUTED if series.quiet else theme.SERIES[index % len(theme.SERIES)]


def _symbol(index: int) -> str:
    return theme.SYMBOLS[index % len(theme.SYMBOLS)]


def lines(chart: Chart) -> Json:
    """Lines over the same steps, named at their end; told apart by symbol as well."""
    axis, steps = chart.axis, chart.steps
    every = math.ceil(len(steps) / 9)
    ticks = [
        (float(place), plots.wrapped(steps[place], 10)) for place in range(0, len(steps), every)
    ]
    bottom = plots.below([text for _, text in ticks])
    ends = [(place, one, _last(one)) for place, one in enumerate(chart.series)]
    known = [(place, one, last) for place, one, last in ends if last is not None]
    heights = plots.apart(
        [last.value or 0.0 for *_, last in known], axis.low, axis.high, 340 - bottom - 24
    )
    names = [
        (place, last, f"{plots.safe(one.name)}  <b>{plots.safe(one.end)}</b>", height)
        for (place, one, last), height in zip(known, heights, strict=True)
    ]
    data = [
        plots.line(
            one.marks,
            _colour(one, place),
            symbol=_symbol(place),
            filled=True,
            dash="dot" if one.quiet else "solid",
            name=one.name,
        )
        for place, one in enumerate(chart.series)
    ]
    for place, last, text, height in names:
        word: Words = (
            last.at,
            height,
            text,
            "middle right",
            plots.SIZE,
            _colour(chart.series[place], place),
            6.0,
        )
        data.append(plots.texts([word]) | {"meta": chart.series[place].name})
    shapes = []
    if chart.start:
        shapes.append(plots.rule(x=chart.start - 0.5, dash="dash"))
        begin = plots.quiet(chart.start - 0.5, axis.high, tr("start"), "top center")
        data.append(plots.texts([begin]))
    reach = [-0.06 * len(steps), max(0.5, len(steps) - 1)]
    return {
        "data": data,
        "layout": plots.layout(
            340, left=plots.widest(text for _, text in axis.ticks), bottom=bottom, top=24,
            right=max((plots.wide(text, plots.SIZE) for *_, text, _ in names), default=0) + 14,
            shapes=shapes, xaxis=plots.axis(reach, ticks) | plots.FOOT,
            yaxis=plots.scale(axis.low, axis.high, axis.ticks),
        ),
    }  # fmt: skip


def _last(series: Series) -> Mark | None:
    """The last mark with a value; None where there is none."""
    return next((mark for mark in reversed(series.marks) if mark.value is not None), None)


def spans(chart: Chart) -> Json:
    """Two points per row, joined by a line."""
    axis, (middle, far) = chart.axis, chart.series
    names = [plots.safe(mark.label) for mark in middle.marks]
    pairs = list(zip(middle.marks, far.marks, strict=True))
    joints: Json = {
        "type": "scatter",
        "mode": "lines",
        "hoverinfo": "skip",
        "x": [
            at
            for one, other in pairs
            for at in (
                (one.value, other.value, None)
                if None not in (one.value, other.value)
                else (None,) * 3
            )
        ],
        "y": [at for place in range(len(pairs)) for at in (place, place, None)],
        "line": {"color": theme.ACCENT_SOFT, "width": 3},
    }
    texts: list[Words] = []
    for one in chart.series:
        for place, mark in enumerate(one.marks):
            if mark.value is None:
                texts.append(plots.hidden(0.0, place, mark, "middle right"))
                continue
            first = f"{plots.safe(one.name)} " if place == 0 else ""
            texts.append(
                (
                    mark.value,
                    place,
                    f"{first}<b>{plots.safe(mark.text)}</b>",
                    "top center",
                    plots.SIZE,
                    theme.INK,
                    9.0,
                )
            )
    shapes = []
    if chart.norm is not None:
        shapes.append(plots.rule(x=chart.norm[0], dash="dash"))
        texts.append(plots.quiet(chart.norm[0], -0.55, plots.safe(chart.norm[1]), "top center"))
    dots = [
        plots.dots(
            one.marks,
            size=12,
            edge=theme.ACCENT,
            colour=theme.ACCENT if one.strong else theme.PAPER,
        )
        for one in chart.series
    ]
    ticks = [text for _, text in axis.ticks]
    return {
        "data": [joints, *dots, plots.texts(texts)],
        "layout": plots.layout(
            70 + 52 * len(pairs), left=plots.widest(names), right=40, top=30, shapes=shapes,
            bottom=plots.below(ticks) + plots.SIZE * 2,
            xaxis=plots.scale(axis.low, axis.high, axis.ticks) | plots.title(axis.title),
            yaxis=plots.names(names, turned=True),
        ),
    }  # fmt: skip


def pairs(chart: Chart) -> Json:
    """Two sides of each row with their intervals: the first filled, the second open below it."""
    axis = chart.axis
    names = [plots.wrapped(mark.label, 30) for mark in chart.series[0].marks]
    data, texts = [], []
    for side, one in enumerate(chart.series):
        colour = theme.MUTED if side else theme.ACCENT
        data.append(
            plots.dots(
                one.marks,
                colour=theme.PAPER if side else colour,
                edge=colour,
                size=10,
                symbol="square" if side else "circle",
                shift=0.17 if side else -0.17,
            )
            | {"name": one.name, "meta": one.name}
        )
        words: list[Words] = []
        for place, mark in enumerate(one.marks):
            named = f" {plots.safe(one.name)}" if place == 0 else ""
            words.append(
                (
                    max(mark.value or 0.0, mark.reach),
                    place + (0.17 if side else -0.17),
                    f"<b>{plots.safe(mark.text)}</b>{named}",
                    "middle right",
                    12.0,
                    colour,
                    6.0,
                )
            )
        texts.append(plots.texts(words) | {"meta": one.name})
    return {
        "data": [*data, *texts],
        "layout": plots.layout(
            64 + 58 * len(names), left=plots.widest(names), right=30, top=30, shapes=[],
            bottom=plots.below([text for _, text in axis.ticks]),
            xaxis=plots.scale(axis.low, axis.high, axis.ticks),
            yaxis=plots.names(names, turned=True),
        ),
    }  # fmt: skip


def routes(chart: Chart) -> Json:
    """Amounts per year along each route, beside each other, with intervals."""
    axis, years = chart.axis, chart.steps
    gap = 0.84 / max(len(chart.series), 1)
    shifts = [(place - (len(chart.series) - 1) / 2) * gap for place in range(len(chart.series))]
    ticks = [
        (year + shift, plots.strong(plots.wrapped(one.name, 12), one.strong))
        for year in range(len(years))
        for shift, one in zip(shifts, chart.series, strict=True)
    ]
    data, texts = [], []
    for place, (one, shift) in enumerate(zip(chart.series, shifts, strict=True)):
        colour = theme.ACCENT if one.strong else theme.MUTED
        data.append(plots.standing(one.marks, colour, _symbol(place), shift=shift))
        texts += [
            (
                year + shift,
                mark.value,
                plots.strong(plots.safe(mark.text), one.strong),
                "middle right",
                12.0,
                theme.INK,
                7.0,
            )
            for year, mark in enumerate(one.marks)
            if mark.value is not None
        ]
    texts += [
        (
            float(place),
            axis.high,
            f"<b>{plots.safe(year)}</b>",
            "top center",
            plots.LARGE,
            theme.INK,
            2.0,
        )
        for place, year in enumerate(years)
    ]
    between = [plots.rule(x=place - 0.5, colour=theme.LINE) for place in range(1, len(years))]
    return {
        "data": [*data, plots.texts(texts)],
        "layout": plots.layout(
            360, left=plots.widest(text for _, text in axis.ticks), right=40, top=28,
            bottom=plots.below([text for _, text in ticks]),
            shapes=[plots.rule(y=0, colour=theme.INK), *between],
            xaxis=plots.axis([-0.5, len(years) - 0.5], ticks) | plots.FOOT,
            yaxis=plots.scale(axis.low, axis.high, axis.ticks),
        ),
    }  # fmt: skip


def curves(chart: Chart) -> Json:
    """Lines along an axis of numbers, named at their end."""
    axis, across = chart.axis, chart.across
    if across is None:
        raise ValueError("curves need an axis to run along")
    named = [one for one in chart.series if one.name]
    bottom = plots.below([text for _, text in across.ticks]) + plots.SIZE * 2
    heights = plots.apart(
        [one.marks[-1].value or 0.0 for one in named], axis.low, axis.high, 320 - bottom - 24
    )
    data = []
    for place, one in enumerate(chart.series):
        colour = theme.MUTED if one.quiet else theme.ACCENT
        data.append(
            plots.line(
                one.marks,
                colour,
                symbol=_symbol(place),
                filled=True,
                width=1.4 if one.quiet else 2.2,
                along=True,
            )
        )
    texts: list[Words] = [
        (
            one.marks[-1].at,
            height,
            plots.strong(plots.safe(one.name), one.strong),
            "middle right",
            plots.SIZE,
            theme.ACCENT if one.strong else theme.MUTED,
            6.0,
        )
        for one, height in zip(named, heights, strict=True)
    ]
    return {
        "data": [*data, plots.texts(texts)],
        "layout": plots.layout(
            320, left=plots.widest(text for _, text in axis.ticks) + plots.upright(axis.title),
            right=max((plots.wide(plots.safe(one.name), 13.5) for one in named), default=6) + 14,
            top=24, bottom=bottom, shapes=[],
            xaxis=plots.axis([across.low, across.high], across.ticks) | plots.FOOT
            | plots.title(across.title),
            yaxis=plots.scale(axis.low, axis.high, axis.ticks) | plots.title(axis.title),
        ),
    }  # fmt: skip


def tornado(chart: Chart) -> Json:
    """An outcome with each assumption at its low and its high value, around a middle."""
    axis = chart.axis
    middle, word = chart.norm or (0.0, "")
    names = [plots.wrapped(mark.label, 40) for mark in chart.series[0].marks]
    data: list[Json] = []
    texts: list[Words] = []
    for one in chart.series:
        ends = [mark.value if mark.value is not None else middle for mark in one.marks]
        data.append(
            {
                "type": "bar",
                "orientation": "h",
                "base": middle,
                "width": 0.5,
                "x": [end - middle for end in ends],
                "y": list(range(len(ends))),
                "marker": {"color": theme.ACCENT if one.strong else theme.ACCENT_SOFT},
                **plots.told(one.marks),
            }
        )
        texts += [
            (
                end,
                place,
                plots.safe(mark.text),
                "middle right" if end >= middle - 1000 else "middle left",
                plots.SMALL,
                theme.INK,
                4.0,
            )
            for place, (mark, end) in enumerate(zip(one.marks, ends, strict=True))
        ]
    texts.append((middle, -0.55, plots.safe(word), "top center", 12.0, theme.INK, 2.0))
    shapes = [plots.rule(x=middle, colour=theme.INK)]
    if axis.low < 0 < axis.high:
        shapes.append(plots.rule(x=0, dash="dash", colour=theme.SIGNAL))
    return {
        "data": [*data, plots.texts(texts)],
        "layout": plots.layout(
            70 + 44 * len(names), left=plots.widest(names), right=50, top=30, shapes=shapes,
            bottom=plots.below([text for _, text in axis.ticks]) + plots.SIZE * 2,
            xaxis=plots.scale(axis.low, axis.high, axis.ticks) | plots.title(axis.title),
            yaxis=plots.names(names, turned=True),
        ) | {"barmode": "overlay"},
    }  # fmt: skip


def streams(chart: Chart) -> Json:
    """From one list to another, as wide as the count."""
    sources = [one.name for one in chart.series]
    targets = list(chart.steps)
    colours = [theme.SERIES[place % len(theme.SERIES)] for place in range(len(sources))]
    found = [
        (place, len(sources) + targets.index(mark.label), mark)
        for place, one in enumerate(chart.series)
        for mark in one.marks
    ]
    tall = max(320, 48 * max(len(sources), len(targets)))
    sankey = {
        "type": "sankey",
        "arrangement": "fixed",
        "node": {
            "label": [plots.safe(name) for name in (*sources, *targets)],
            "color": [*colours, *(theme.MUTED for _ in targets)],
            "pad": _BETWEEN,
            "thickness": 12,
            "line": {"width": 0},
            "hoverinfo": "none",
        },
        "link": {
            "source": [start for start, _, _ in found],
            "target": [end for _, end, _ in found],
            "value": [mark.value for *_, mark in found],
            "color": [plots.thin(colours[start], 0.24) for start, _, _ in found],
            "customdata": [plots.safe(mark.told[0]) for *_, mark in found],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
        "textfont": {"size": plots.LARGE, "color": theme.INK},
    }
    return {
        "data": [sankey],
        "layout": plots.layout(
            tall, left=0, right=plots.GAP, top=8, bottom=8, shapes=[],
            xaxis={"visible": False}, yaxis={"visible": False},
        ),
    }  # fmt: skip
