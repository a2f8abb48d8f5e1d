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

from dashboard import drawing as go
from dashboard import language, theme, wording
from dashboard.language import tr
from dashboard.released import Metric

# Room between a label and its bar.
SPACED: dict[str, Any] = {"ticks": "outside", "ticklen": 7, "tickcolor": "rgba(0,0,0,0)"}

# About how wide a chart over the whole page is, in pixels; for the room labels need.
_WIDE = 1050

# More units than this outside a funnel are not named in it: names would cover each other.
_NAMED = 6

# Nothing in it is said in words, so that it is the same in every language.
CONFIG: dict[str, Any] = {"displayModeBar": False, "scrollZoom": False, "responsive": True}

# Of decimals and of thousands, in numbers that Plotly writes itself.
_SEPARATORS = {language.DUTCH: ",.", language.ENGLISH: ".,"}

Cell = Mapping[str, Any]
FloatArray = NDArray[np.float64]


def visible(row: Cell) -> bool:
    return row["status"] == wording.VISIBLE and row["waarde"] is not None


def canvas(height: int, *, left: int = 10, right: int = 20, top: int = 24) -> go.Figure:
    figure = go.Figure()
    figure.update_layout(
        height=height,
        margin={"l": left, "r": right, "t": top, "b": 10},
        paper_bgcolor=theme.PAPER,
        plot_bgcolor=theme.PAPER,
        font={"family": theme.FONT, "size": 13, "color": theme.INK},
        separators=_SEPARATORS[language.now()],
        showlegend=False,
        hovermode="closest",
        dragmode=False,
        hoverlabel={
            "bgcolor": theme.PAPER,
            "bordercolor": theme.LINE,
            "font": {"family": theme.FONT, "size": 13, "color": theme.INK},
        },
    )
    figure.update_xaxes(
        showgrid=False, zeroline=False, fixedrange=True, automargin=True, linecolor=theme.LINE,
        tickfont={"color": theme.MUTED},
    )  # fmt: skip
    figure.update_yaxes(
        gridcolor=theme.GRID, zeroline=False, fixedrange=True, automargin=True,
        tickfont={"color": theme.MUTED},
    )  # fmt: skip
    return figure


def nice_ceiling(value: float) -> float:
    """The next round number at or above a value: 1, 2, 2.5, 5 or 10 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(value))
    return next(
        step * power for step in (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10) if step * power >= value - 1e-9
    )


def _top(metric: Metric, rows: Sequence[Cell], norm: float | None = None) -> float:
    seen = [
        row["boven"] if row["boven"] is not None else row["waarde"] for row in rows if visible(row)
    ]
    highest = max([*seen, norm or 0.0, 0.0])
    ceiling = nice_ceiling(highest * 1.08) if highest else 1.0
    return min(ceiling, 105.0) if metric.soort == "aandeel" else ceiling


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


def _hidden_mark(figure: go.Figure, row: Cell, **place: Any) -> None:
    """The neutral mark (or why there is no figure), at the foot of the axis."""
    word = wording.MARK if row["status"] == wording.HIDDEN else wording.status(row["status"])
    figure.add_annotation(
        text=f"<b>{word}</b>" if word == wording.MARK else word,
        showarrow=False,
        font={"size": 20 if word == wording.MARK else 11, "color": theme.MUTED},
        hovertext=wording.status(row["status"]),
        **place,
    )


def _norm_label(metric: Metric, norm: float) -> str:
    return f"{wording.norm_word(metric)} {wording.bare(metric, norm)}"


def interval(bounds: str) -> str:
    """95%-interval 61–67%."""
    return tr("95%-interval {grenzen}", grenzen=bounds)


def euro_axis() -> dict[str, Any]:
    """How whole euros are written at an axis: € 61.000."""
    return {"tickprefix": wording.euro(0).removesuffix("0"), "tickformat": ",.0f"}


def _hover(metric: Metric, label: str, row: Cell) -> str:
    lines = [f"<b>{label}</b>", wording.full(metric, row["waarde"])]
    if row["onder"] is not None and row["boven"] is not None:
        lines.append(interval(wording.interval(metric, row["onder"], row["boven"])))
    if row["n"] is not None and metric.soort != "aantal":
        lines.append(f"n = {wording.number(row['n'])}")
    return "<br>".join(lines) + "<extra></extra>"


def trend(
    metric: Metric, rows: Sequence[Cell], now: str = "", signs: Mapping[str, str] | None = None
) -> go.Figure:
    """One value per school year, with its interval, the norm as a dashed line.

    `signs`: school year -> what stands below it at the axis.
    """
    figure = canvas(262)
    years = [row["schooljaar"] for row in rows]
    norm = wording.target(metric)
    top = _top(metric, rows, norm)
    figure.update_xaxes(
        type="category", categoryorder="array", categoryarray=years,
        range=[-0.5, len(years) - 0.5], tickvals=years,
        ticktext=[_signed(year, year, signs) for year in years],
    )  # fmt: skip
    bottom = _bottom(rows)
    figure.update_yaxes(range=[bottom * 1.06, top * 1.06], **_scale(metric, top))
    if bottom < 0:
        figure.add_hline(y=0, line={"color": theme.MUTED, "width": 1})
    if norm is not None:
        figure.update_layout(margin={"r": 92})
        figure.add_shape(
            type="line", xref="paper", x0=0, x1=1, y0=norm, y1=norm,
            line={"color": theme.MUTED, "width": 1, "dash": "dash"},
        )  # fmt: skip
        figure.add_annotation(
            text=_norm_label(metric, norm), xref="paper", x=1, y=norm, xanchor="left",
            xshift=4, showarrow=False, font={"size": 11.5, "color": theme.MUTED},
        )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=years,
            y=[row["waarde"] if visible(row) else None for row in rows],
            mode="lines+markers",
            line={"color": theme.ACCENT, "width": 2.2},
            marker={
                "size": [11 if row["schooljaar"] == now else 8 for row in rows],
                "color": [
                    theme.ACCENT if row["schooljaar"] == now else theme.PAPER for row in rows
                ],
                "opacity": 1,
                "line": {"color": theme.ACCENT, "width": 2},
            },
            error_y=_errors(rows),
            hovertemplate=[
                _hover(metric, row["schooljaar"], row) if visible(row) else "" for row in rows
            ],
            connectgaps=False,
        )
    )
    for row in rows:
        if not visible(row):
            _hidden_mark(figure, row, x=row["schooljaar"], y=0, yanchor="bottom")
            continue
        figure.add_annotation(
            text=strong(wording.at_mark(metric, row["waarde"]), row["schooljaar"] == now),
            x=row["schooljaar"], y=_end(row), yshift=15, showarrow=False,
            font={"size": 13, "color": theme.INK},
            bgcolor="rgba(255,255,255,0.75)", borderpad=1,
        )  # fmt: skip
    return figure


def _signed(step: str, text: str, signs: Mapping[str, str] | None) -> str:
    """The text at the axis, with the sign of that step below it."""
    sign = (signs or {}).get(step)
    return f"{text}<br>{sign}" if sign else text


def bars(metric: Metric, rows: Sequence[Cell], labels: Sequence[str]) -> go.Figure:
    """One horizontal bar per category, in the order given; a dot where values can be negative."""
    norm = wording.target(metric)
    figure = canvas(46 + 38 * len(rows), right=60, top=8)
    top = _top(metric, rows, norm)
    bottom = _bottom(rows)
    places = list(range(len(rows)))
    figure.update_yaxes(
        tickvals=places, ticktext=[wrapped(label) for label in labels], showgrid=False,
        range=[len(rows) - 0.45, -0.55], tickfont={"color": theme.INK, "size": 12.5}, **SPACED,
    )  # fmt: skip
    figure.update_xaxes(
        range=[bottom * 1.06, top * 1.12], showgrid=True, gridcolor=theme.GRID, showline=False,
        **_scale(metric, top),
    )  # fmt: skip
    if norm is not None:
        figure.add_shape(
            type="line", yref="paper", y0=0, y1=1, x0=norm, x1=norm,
            line={"color": theme.MUTED, "width": 1, "dash": "dash"},
        )  # fmt: skip
        figure.add_annotation(
            text=_norm_label(metric, norm), yref="paper", y=1, x=norm,
            xanchor="right", yanchor="bottom", showarrow=False, xshift=-3,
            font={"size": 11.5, "color": theme.MUTED},
        )  # fmt: skip
        figure.update_layout(margin={"t": 24})
    drawn: dict[str, Any] = {
        "y": places,
        "x": [row["waarde"] if visible(row) else None for row in rows],
        "error_x": {**_errors(rows), "color": theme.ACCENT_SOFT, "thickness": 1.6},
        "hovertemplate": [
            _hover(metric, label, row) if visible(row) else ""
            for label, row in zip(labels, rows, strict=True)
        ],
    }
    if bottom < 0:
        figure.add_vline(x=0, line={"color": theme.MUTED, "width": 1})
        dot = {"color": theme.ACCENT, "size": 9}
        figure.add_trace(go.Scatter(mode="markers", marker=dot, **drawn))
    else:
        bar = {"color": theme.ACCENT}
        figure.add_trace(go.Bar(orientation="h", width=0.56, marker=bar, **drawn))
    for place, row in zip(places, rows, strict=True):
        if not visible(row):
            _hidden_mark(figure, row, x=0, y=place, xanchor="left", xshift=2)
            continue
        end = row["boven"] if row["boven"] is not None else row["waarde"]
        figure.add_annotation(
            text=wording.at_mark(metric, row["waarde"]), x=end, y=place, xanchor="left", xshift=6,
            showarrow=False, font={"size": 13, "color": theme.INK},
        )  # fmt: skip
    return figure


@dataclass(frozen=True)
class Line:
    """One named series over the same steps; `quiet` draws it in grey, as context."""

    label: str
    rows: Sequence[Cell]
    quiet: bool = False


def lines(
    metric: Metric, series: Sequence[Line], steps: Sequence[str], start: int = 0,
    signs: Mapping[str, str] | None = None,
) -> go.Figure:  # fmt: skip
    """Several series with their names at the end of the line; told apart by symbol as well.

    `start`: the number of steps before something began; a line marks it. `signs`: step -> what
    stands below it at the axis.
    """
    figure = canvas(340, right=10)
    top = _top(metric, [row for line in series for row in line.rows])
    figure.update_yaxes(range=[0, top * 1.06], **_scale(metric, top))
    longest = max((len(line.label) for line in series), default=0)
    share = min(0.6, (8.0 * longest + 70) / _WIDE)
    room = max(1.0, len(steps) - 1) * share / (1 - share)
    every = math.ceil(len(steps) / 9)
    figure.update_xaxes(
        tickvals=list(range(0, len(steps), every)), tickangle=0,
        ticktext=[_signed(step, wrapped(step, 10), signs) for step in steps[::every]],
        range=[-0.06 * len(steps), len(steps) - 1 + room],
    )  # fmt: skip
    if start:
        figure.add_shape(
            type="line", yref="paper", y0=0, y1=1, x0=start - 0.5, x1=start - 0.5,
            line={"color": theme.MUTED, "width": 1, "dash": "dash"},
        )  # fmt: skip
        figure.add_annotation(
            text=tr("start"), yref="paper", y=1, x=start - 0.5, yanchor="bottom", showarrow=False,
            font={"size": 11.5, "color": theme.MUTED},
        )  # fmt: skip
    ends: list[tuple[float, float, str, str]] = []
    for index, line in enumerate(series):
        colour = theme.MUTED if line.quiet else theme.SERIES[index % len(theme.SERIES)]
        seen = [(place, row) for place, row in enumerate(line.rows) if visible(row)]
        figure.add_trace(
            go.Scatter(
                x=list(range(len(line.rows))),
                y=[row["waarde"] if visible(row) else None for row in line.rows],
                mode="lines+markers",
                line={"color": colour, "width": 2.2, "dash": "dot" if line.quiet else "solid"},
                marker={
                    "size": 8, "symbol": theme.SYMBOLS[index % len(theme.SYMBOLS)],
                    "color": colour,
                },
                hovertemplate=[
                    _hover(metric, f"{line.label}, {step}", row) if visible(row) else ""
                    for step, row in zip(steps, line.rows, strict=True)
                ],
                connectgaps=False,
            )
        )  # fmt: skip
        if seen:
            place, row = seen[-1]
            value = wording.at_mark(metric, row["waarde"])
            ends.append((float(place), row["waarde"], f"{line.label}  <b>{value}</b>", colour))
    for end, height, label, colour in _apart(ends, top * 0.085):
        figure.add_annotation(
            text=label, x=end, y=height, xanchor="left", xshift=10, showarrow=False,
            font={"size": 12.5, "color": colour}, align="left",
        )  # fmt: skip
    return figure


def _apart(
    ends: Sequence[tuple[float, float, str, str]], gap: float
) -> list[tuple[float, float, str, str]]:
    """End labels moved up until none lies on another."""
    placed: list[tuple[float, float, str, str]] = []
    lowest = -math.inf
    for place, height, label, colour in sorted(ends, key=lambda end: end[1]):
        lowest = max(height, lowest + gap)
        placed.append((place, lowest, label, colour))
    return placed


def spans(metric: Metric, pairs: Sequence[tuple[str, Cell, Cell]]) -> go.Figure:
    """Median and 90% point per school year, joined by a line."""
    norm = wording.target(metric)
    figure = canvas(70 + 52 * len(pairs), right=40, top=30)
    both = [row for _, middle, far in pairs for row in (middle, far)]
    top = _top(metric, both, norm)
    figure.update_yaxes(
        tickvals=list(range(len(pairs))), ticktext=[label for label, _, _ in pairs],
        range=[len(pairs) - 0.5, -0.5], showgrid=False, **SPACED,
        tickfont={"color": theme.INK},
    )  # fmt: skip
    figure.update_xaxes(
        range=[0, top * 1.08], showgrid=True, gridcolor=theme.GRID, nticks=6, showline=False,
        title={
            "text": language.published(metric.eenheid),
            "font": {"size": 12, "color": theme.MUTED},
        },
    )  # fmt: skip
    if norm is not None:
        figure.add_shape(
            type="line", yref="paper", y0=0, y1=1, x0=norm, x1=norm,
            line={"color": theme.MUTED, "width": 1, "dash": "dash"},
        )  # fmt: skip
        figure.add_annotation(
            text=_norm_label(metric, norm), yref="paper", y=1, x=norm,
            yanchor="bottom", showarrow=False, font={"size": 11.5, "color": theme.MUTED},
        )  # fmt: skip
    for place, (label, middle, far) in enumerate(pairs):
        if visible(middle) and visible(far):
            figure.add_shape(
                type="line", y0=place, y1=place, x0=middle["waarde"], x1=far["waarde"],
                line={"color": theme.ACCENT_SOFT, "width": 3}, layer="below",
            )  # fmt: skip
        for row, filled, name in ((middle, True, tr("mediaan")), (far, False, tr("90%-punt"))):
            if not visible(row):
                _hidden_mark(figure, row, x=0, y=place, xanchor="left", xshift=4)
                continue
            figure.add_trace(
                go.Scatter(
                    x=[row["waarde"]], y=[place], mode="markers",
                    marker={
                        "size": 12, "color": theme.ACCENT if filled else theme.PAPER,
                        "line": {"color": theme.ACCENT, "width": 2},
                    },
                    hovertemplate=f"<b>{label}</b><br>{name}: "
                    f"{wording.full(metric, row['waarde'])}<extra></extra>",
                )
            )  # fmt: skip
            first = f"{name} " if place == 0 else ""
            figure.add_annotation(
                text=f"{first}<b>{wording.bare(metric, row['waarde'])}</b>", x=row["waarde"],
                y=place, yshift=17, showarrow=False, font={"size": 12.5, "color": theme.INK},
                bgcolor="rgba(255,255,255,0.85)",
            )  # fmt: skip
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


def estimates(items: Sequence[Estimate], axis: str, *, euros: bool = False) -> go.Figure:
    """Estimates under each other, each with its interval, against a line at zero."""
    figure = canvas(86 + 62 * len(items), right=30, top=10)
    low = min([0.0, *(item.low for item in items)])
    high = max([0.0, *(item.high for item in items)])
    pad = (high - low or 1.0) * 0.12
    figure.update_xaxes(
        range=[low - pad, high + pad], showgrid=True, gridcolor=theme.GRID, nticks=6,
        title={"text": axis, "font": {"size": 12, "color": theme.MUTED}}, showline=False,
        **(euro_axis() if euros else {}),
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(len(items))),
        ticktext=[strong(wrapped(item.label, 26), item.leading) for item in items],
        range=[len(items) - 0.4, -0.75], showgrid=False, **SPACED,
        tickfont={"color": theme.INK, "size": 12.5},
    )  # fmt: skip
    figure.add_shape(
        type="line", yref="paper", y0=0, y1=1, x0=0, x1=0, line={"color": theme.INK, "width": 1}
    )
    for place, item in enumerate(items):
        colour = theme.ACCENT if item.leading else theme.MUTED
        figure.add_trace(
            go.Scatter(
                x=[item.low, item.high], y=[place, place], mode="lines",
                line={"color": colour, "width": 2.5}, hoverinfo="skip",
            )
        )  # fmt: skip
        figure.add_trace(
            go.Scatter(
                x=[item.value], y=[place], mode="markers",
                marker={
                    "size": 12, "color": colour,
                    "symbol": "circle" if item.leading else "diamond",
                },
                hovertemplate=f"<b>{item.label}</b><br>{item.text}<extra></extra>",
            )
        )  # fmt: skip
        figure.add_annotation(
            text=strong(item.text, item.leading), x=item.value, y=place, yshift=19,
            showarrow=False, font={"size": 12.5, "color": theme.INK},
            bgcolor="rgba(255,255,255,0.8)",
        )  # fmt: skip
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


def funnel(metric: Metric, rows: Sequence[Cell], rate: float, chosen: str = "") -> go.Figure:
    """Units against their size with limits for chance. Not a ranking.

    `rate`: the joint rate of all units, as a fraction. Only visible units are drawn; their number
    is said beside the chart. A few units outside the 99.8% limits carry their name.
    """
    seen = [row for row in rows if visible(row) and row["noemer"]]
    scale = 1000.0 if metric.soort == "per_1000" else 100.0
    figure = canvas(430, right=78)
    widest = nice_ceiling(max((row["noemer"] for row in seen), default=100.0) * 1.02)
    start = 100.0 if metric.soort == "per_1000" else 20.0
    bases = [start * (widest / start) ** (step / 160) for step in range(161)]
    inner = funnel_limits(metric, rate, bases, 0.95)
    outer = funnel_limits(metric, rate, bases, 0.998)
    top = max([row["waarde"] for row in seen] + [rate * scale * 2]) * 1.1
    figure.update_xaxes(
        range=[0, widest], tickformat=",.0f",
        title={
            "text": language.published(metric.noemer), "font": {"size": 12, "color": theme.MUTED},
        },
    )  # fmt: skip
    figure.update_yaxes(range=[-0.025 * top, top], **_scale(metric, top))
    joint = tr("samen {waarde}", waarde=wording.bare(metric, rate * scale))
    ends = [(widest, rate * scale, joint, theme.INK)]
    limit = f"{wording.number(99.8, 1)}%"
    for (low, high), dash, label in ((outer, "solid", limit), (inner, "dash", "95%")):
        for bound in (low, high):
            figure.add_trace(
                go.Scatter(
                    x=bases, y=bound, mode="lines", hoverinfo="skip",
                    line={"color": theme.ACCENT_SOFT, "width": 1.3, "dash": dash},
                )
            )  # fmt: skip
        ends.append((widest, high[-1], label, theme.MUTED))
    for place, height, label, colour in _apart(ends, top * 0.048):
        figure.add_annotation(
            text=label, x=place, y=height, xanchor="left", xshift=4, showarrow=False,
            font={"size": 11.5, "color": colour},
        )  # fmt: skip
    figure.add_shape(
        type="line", x0=0, x1=widest, y0=rate * scale, y1=rate * scale,
        line={"color": theme.MUTED, "width": 1.2},
    )  # fmt: skip
    outside = {row["gebied"] for row in outliers(metric, seen, rate)}
    figure.add_trace(
        go.Scatter(
            x=[row["noemer"] for row in seen],
            y=[row["waarde"] for row in seen],
            mode="markers",
            marker={
                "size": [14 if row["gebied"] == chosen else 9 for row in seen],
                "opacity": 1,
                "symbol": ["diamond" if row["gebied"] in outside else "circle" for row in seen],
                "color": [
                    theme.SIGNAL if row["gebied"] in outside
                    else theme.ACCENT if row["gebied"] == chosen else "rgba(15,92,99,0.5)"
                    for row in seen
                ],
                "line": {"color": theme.PAPER, "width": 1},
            },
            hovertemplate=[_hover(metric, str(row["label"]), row) for row in seen],
        )
    )  # fmt: skip
    named = [row for row in seen if row["gebied"] == chosen]
    if len(outside) <= _NAMED:
        named += [row for row in seen if row["gebied"] in outside and row["gebied"] != chosen]
    for row in named:
        right_half = row["noemer"] > widest * 0.6
        figure.add_annotation(
                text=strong(str(row["label"]), row["gebied"] == chosen), x=row["noemer"],
                y=row["waarde"], xanchor="right" if right_half else "left",
                xshift=-9 if right_half else 9, showarrow=False,
                font={"size": 11.5, "color": theme.INK}, bgcolor="rgba(255,255,255,0.75)",
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
) -> go.Figure:
    """From one list to another, as wide as the count. Hidden streams are not drawn."""
    names = [*sources, *targets]
    figure = canvas(max(320, 48 * max(len(sources), len(targets))), left=6, right=6, top=14)
    colours = dict(zip(sources, itertools.cycle(theme.SERIES), strict=False))
    figure.add_trace(
        go.Sankey(
            arrangement="fixed",
            textfont={"family": theme.FONT, "size": 13, "color": theme.INK, "shadow": "none"},
            node={
                "label": names,
                "color": [*colours.values()] + [theme.MUTED] * len(targets),
                "pad": 22, "thickness": 14, "line": {"width": 0},
                "hoverinfo": "none",
            },
            link={
                "source": [names.index(source) for source, _, _ in streams],
                "target": [len(sources) + list(targets).index(target) for _, target, _ in streams],
                "value": [value for _, _, value in streams],
                "color": [_pale(colours[source]) for source, _, _ in streams],
                "customdata": [
                    tr("{bron} naar {doel}: {aantal}", bron=source, doel=target,
                       aantal=wording.number(value))
                    for source, target, value in streams
                ],
                "hovertemplate": "%{customdata}<extra></extra>",
            },
        )
    )  # fmt: skip
    return figure


def _pale(colour: str) -> str:
    """A colour of the theme, see-through."""
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgba({red},{green},{blue},0.24)"


def _errors(rows: Sequence[Cell]) -> dict[str, Any]:
    shown = [row for row in rows if visible(row) and row["onder"] is not None]
    if not shown:
        return {"visible": False}

    def reach(row: Cell, end: str) -> float:
        if not visible(row) or row[end] is None:
            return 0.0
        return abs(float(row[end]) - float(row["waarde"]))

    return {
        "type": "data",
        "symmetric": False,
        "array": [reach(row, "boven") for row in rows],
        "arrayminus": [reach(row, "onder") for row in rows],
        "color": theme.ACCENT_SOFT,
        "thickness": 1.6,
        "width": 4,
    }


def _scale(metric: Metric, top: float) -> dict[str, Any]:
    """How the value axis is written: few ticks, with % or €."""
    match metric.soort:
        case "aandeel":
            return {"ticksuffix": "%", "dtick": 25 if top > 60 else 10}
        case "bedrag" if top >= 2_000_000:
            millions = next(s for s in (0.5, 1, 2, 2.5, 5, 10, 25, 50, 100, 250) if s * 5e6 >= top)
            steps = [step * millions for step in range(7) if step * millions * 1e6 <= top * 1.06]
            return {
                "tickvals": [step * 1e6 for step in steps],
                "ticktext": [
                    tr("€ {miljoen} mln", miljoen=wording.natural(step))
                    if step
                    else wording.euro(0)
                    for step in steps
                ],
            }
        case "bedrag":
            return {**euro_axis(), "nticks": 5}
        case "gemiddelde" if metric.eenheid.startswith("euro"):
            return {**euro_axis(), "nticks": 5}
        case "aantal" | "stroom":
            return {"tickformat": ",.0f", "nticks": 5}
        case _:
            return {"nticks": 5}


def strong(text: str, yes: bool) -> str:
    return f"<b>{text}</b>" if yes else text


def wrapped(text: str, width: int = 24) -> str:
    """Long labels over two lines, broken at a space."""
    if len(text) <= width:
        return text
    gap = text.rfind(" ", 0, width + 1)
    if gap <= 0:
        return text
    return f"{text[:gap]}<br>{text[gap + 1 :]}"
