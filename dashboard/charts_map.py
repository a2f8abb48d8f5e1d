"""Areas coloured by a published value, from boundaries that stand in the deployment. No tiles.

Few classes with round ends, taken from visible values only; an area without a value is hatched,
whatever the reason. The value stands in the area too, so that colour never carries it alone.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard import charts, theme, wording
from dashboard import drawing as go
from dashboard.boundaries import Shape
from dashboard.language import tr
from dashboard.released import Metric
from dashboard.selection import Cell

_MOST = 4
_OPACITY = (0.10, 0.34, 0.62, 0.92)
# More areas than this are not named in the map: names would cover each other.
_NAMED = 30
_WIDTH = 560
_LOWEST, _HIGHEST = 320, 620
_LEGEND = 54
_WHOLE = frozenset({"aandeel", "per_100", "per_1000"})
_STEPS = (1, 2, 2.5, 5, 10)


@dataclass(frozen=True)
class Class:
    """Values from `low` up to, but not including, `high`."""

    low: float
    high: float
    label: str


def classes(metric: Metric, rows: Sequence[Cell]) -> list[Class]:
    """At most four classes of equal width; none without a visible value."""
    values = [float(row["waarde"]) for row in rows if charts.visible(row)]
    if not values:
        return []
    step = _step(min(values), max(values), whole=metric.soort in _WHOLE)
    start = math.floor(min(values) / step + 1e-9)
    last = math.floor(max(values) / step + 1e-9)
    return [
        Class(place * step, (place + 1) * step, _label(metric, place * step, step))
        for place in range(start, last + 1)
    ]


def _step(low: float, high: float, *, whole: bool) -> float:
    """The smallest round width with which few classes are enough."""
    power = 0 if whole else math.floor(math.log10(max(high - low, abs(high) * 0.05, 1e-6))) - 1
    while True:
        for step in _STEPS:
            width = step * 10.0**power
            if whole and width != int(width):
                continue
            if math.floor(high / width + 1e-9) - math.floor(low / width + 1e-9) < _MOST:
                return width
        power += 1


def _label(metric: Metric, low: float, step: float) -> str:
    if metric.soort not in _WHOLE:
        ends = wording.bare(metric, low), wording.bare(metric, low + step)
        return tr("{laag} tot {hoog}", laag=ends[0], hoog=ends[1])
    sign = "%" if metric.soort == "aandeel" else ""
    last = low + step - 1
    if metric.soort == "aandeel":
        last = min(last, 100.0)
    if last == low:
        return f"{wording.number(low)}{sign}"
    return f"{wording.number(low)}–{wording.number(last)}{sign}"


def areas(
    metric: Metric,
    rows: Sequence[Cell],
    shapes: Mapping[str, Shape],
    chosen: str = "",
) -> go.Figure:
    """The areas of `rows` that have a shape; `chosen` has a heavy outline."""
    drawn = [row for row in rows if row["gebied"] in shapes]
    points = [p for row in drawn for ring in shapes[row["gebied"]].rings for p in ring]
    width = max((x for x, _ in points), default=1.0) or 1.0
    height = max((y for _, y in points), default=1.0) or 1.0
    tall = min(_HIGHEST, max(_LOWEST, _WIDTH * height / width))
    figure = charts.canvas(round(tall) + _LEGEND, left=0, right=0, top=4)
    figure.update_layout(
        showlegend=True,
        legend={
            "orientation": "h", "x": 0, "y": 0, "yanchor": "top", "itemclick": False,
            "itemdoubleclick": False, "font": {"size": 12.5, "color": theme.INK},
            "title": {"text": wording.unit(metric), "side": "top", "font": {"size": 12.5}},
        },
    )  # fmt: skip
    bare = {"visible": False, "fixedrange": True}
    figure.update_xaxes(range=[-width * 0.02, width * 1.02], **bare)
    figure.update_yaxes(range=[-height * 0.02, height * 1.02], scaleanchor="x", **bare)
    found = classes(metric, drawn)
    for row in sorted(drawn, key=lambda one: one["gebied"] == chosen):
        _area(
            figure, metric, row, shapes[row["gebied"]], _fill(row, found), row["gebied"] == chosen
        )
    if len(drawn) <= _NAMED:
        for row in drawn:
            _name(figure, metric, row, shapes[row["gebied"]])
    for place, one in enumerate(found):
        _key(figure, one.label, {"symbol": "square", "color": _shade(place, len(found))})
    if any(not charts.visible(row) for row in drawn):
        _key(figure, tr("geen cijfer"), {"symbol": "square-x-open", "color": theme.MUTED})
    return figure


def _fill(row: Cell, found: Sequence[Class]) -> dict[str, Any]:
    if not charts.visible(row):
        return {
            "fillcolor": "rgba(0,0,0,0)",
            "fillpattern": {
                "shape": "/", "fgcolor": theme.MUTED, "bgcolor": "rgba(0,0,0,0)", "size": 7,
                "solidity": 0.12, "fillmode": "replace",
            },
        }  # fmt: skip
    place = next(
        place for place, one in enumerate(found) if row["waarde"] < one.high - 1e-9
    )  # fmt: skip
    return {"fillcolor": _shade(place, len(found))}


def _shade(place: int, among: int) -> str:
    """Lighter to darker; with few classes the middle of the range, so that one is not the most."""
    red, green, blue = (int(theme.ACCENT[at : at + 2], 16) for at in (1, 3, 5))
    picked = _OPACITY if among > 1 else _OPACITY[1:2]
    opacity = picked[round(place * (len(picked) - 1) / max(1, among - 1))]
    return f"rgba({red},{green},{blue},{opacity})"


def _area(
    figure: go.Figure, metric: Metric, row: Cell, shape: Shape, fill: dict[str, Any], chosen: bool
) -> None:
    xs: list[float | None] = []
    ys: list[float | None] = []
    for ring in shape.rings:
        for x, y in (*ring, ring[0]):
            xs.append(x)
            ys.append(y)
        xs.append(None)
        ys.append(None)
    told = [str(row["label"]), wording.status(row["status"])]
    if charts.visible(row):
        told[1] = wording.full(metric, row["waarde"])
        if interval := wording.interval(metric, row["onder"], row["boven"]):
            told.append(charts.interval(interval))
    figure.add_trace(
        go.Scatter(
            x=xs[:-1], y=ys[:-1], mode="lines", fill="toself", hoveron="fills",
            line={"color": theme.INK if chosen else theme.PAPER, "width": 3 if chosen else 1.4},
            text="<br>".join(told), hoverinfo="text", showlegend=False, **fill,
        )
    )  # fmt: skip
    if not chosen:
        figure.add_trace(
            go.Scatter(
                x=xs[:-1], y=ys[:-1], mode="lines", hoverinfo="skip", showlegend=False,
                line={"color": theme.MUTED, "width": 0.7},
            )
        )  # fmt: skip


def _name(figure: go.Figure, metric: Metric, row: Cell, shape: Shape) -> None:
    x, y = shape.middle
    if charts.visible(row):
        value = wording.bare(metric, row["waarde"])
    else:
        hidden = row["status"] == wording.HIDDEN
        value = wording.MARK if hidden else wording.status(row["status"])
    figure.add_annotation(
        text=f"<b>{value}</b><br>{charts.wrapped(str(row['label']), 14)}", x=x, y=y,
        showarrow=False, font={"size": 11.5, "color": theme.INK}, borderpad=1,
        bgcolor="rgba(255,255,255,0.78)",
    )  # fmt: skip


def _key(figure: go.Figure, label: str, marker: dict[str, Any]) -> None:
    """A line of the legend."""
    figure.add_trace(
        go.Scatter(
            x=[None], y=[None], mode="markers", name=label, showlegend=True,
            marker={"size": 14, "line": {"color": theme.MUTED, "width": 1}, **marker},
        )
    )  # fmt: skip
