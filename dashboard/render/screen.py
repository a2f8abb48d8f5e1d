"""A chart on screen: its description -> a Plotly figure, and the place on a page for it.

The server makes the figure and the browser draws it (`dashboard/server/charts.js`), with only the
kinds of traces that the bundle in `dashboard/vendor/` holds.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from dashboard.charts.chart import Chart, Kind
from dashboard.language import tr
from dashboard.render import arms, arms_beside, arms_series, foot, plots
from dashboard.render.plots import Json

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

# What the bundle can draw; another kind would be drawn as `scatter` without a word.
TRACES = frozenset({"bar", "sankey", "scatter"})

# Kinds with many points beside each other: with more than so many a box enlarges what is in it.
_ALONG, _MANY = frozenset({"jaren", "lijnen", "studie", "krommen"}), 12
# Letters on a line below a picture.
_FOOT = 150


def figure(chart: Chart) -> Json:
    """The Plotly figure of a chart, as `{"data": ..., "layout": ...}`."""
    drawn = ARMS[chart.kind](chart)
    drawn["layout"] = foot.fitted(drawn["layout"])
    if chart.kind in _ALONG and chart.longest > _MANY:
        drawn["layout"] = plots.zoomed(drawn["layout"])
    return drawn


def shown(chart: Chart) -> Figure:
    """The same as an object of plotly.py, which refuses what Plotly does not know."""
    from plotly.graph_objects import Figure

    return Figure(figure(chart))


def html(
    key: str, chart: Chart, alt: str, title: str = "", below: Sequence[str] = (),
    ways: Mapping[str, str] | None = None,
) -> str:  # fmt: skip
    """The place of a chart on a page; `charts.js` draws in it.

    `title` and `below` stand in a picture that a reader takes along: what it is, and the choice,
    the notes, the source and the release. `ways`: area -> what an address asks to go there.
    """
    lines = (line for text in below for line in textwrap.wrap(text, _FOOT))
    account = "<br>".join(map(plots.safe, lines))
    drawn = figure(chart)
    height, least = drawn["layout"]["height"], max(foot.least(drawn["layout"]), _named(chart))
    return (
        f'<div class="zl-chart"><div class="zl-plot" role="group" tabindex="0" '
        f'aria-label="{escape(alt)}" data-key="{escape(key)}" '
        f'data-title="{escape(plots.safe(title))}" '
        f'data-foot="{escape(account)}" data-figure={_quoted(drawn)} {_ways(ways)}'
        f'style="min-width:{least:.0f}px;height:{height:.0f}px"></div>{_legend(chart)}</div>'
    )


def _ways(ways: Mapping[str, str] | None) -> str:
    return f"data-ways={_quoted(ways)} " if ways else ""


def _quoted(values: object) -> str:
    """JSON as the value of an attribute, its own quotes as they are: a sixth of the bytes."""
    told = json.dumps(values, ensure_ascii=False, separators=(",", ":"))
    for sign in "&'<>":
        told = told.replace(sign, f"\\u{ord(sign):04x}")
    return f"'{told}'"


def _named(chart: Chart) -> float:
    """The width in pixels at which names of streams, at both ends, are still apart."""
    if chart.kind != "stromen":
        return 0.0
    ends = [one.name for one in chart.series], chart.steps
    return 40 + sum(max(plots.wide(name, plots.LARGE) for name in names) for names in ends)


def _legend(chart: Chart) -> str:
    """Series that a reader can hide, or leave alone; the classes of a map."""
    if chart.kind in HIDES and len(chart.series) > 1:
        buttons = "".join(
            f'<button type="button" aria-pressed="true" data-series="{escape(one.name)}">'
            f"{escape(one.name)}</button>"
            for one in chart.series
        )
        return f'<div class="zl-legend" role="group" aria-label="{tr("Reeksen")}">{buttons}</div>'
    if not chart.areas:
        return ""
    keys = [
        (text, f"background:{arms.shade(place, len(chart.classes))}")
        for place, text in enumerate(chart.classes)
    ]
    if any(mark.shade < 0 for mark in chart.marks):
        keys.append((tr("geen cijfer"), ""))
    told = "".join(
        f'<span><i{" class=zl-hatch" * (not look)} style="{look}"></i>{escape(text)}</span>'
        for text, look in keys
    )
    return f'<p class="zl-key"><b>{escape(chart.name)}</b>{told}</p>'


# Kinds whose series a reader can hide.
HIDES = frozenset({"lijnen", "paren"})
# One arm for each kind of chart.
ARMS: dict[Kind, Callable[[Chart], Json]] = {
    "jaren": arms.years,
    "staven": arms.bars,
    "schattingen": arms.estimates,
    "stappen": arms.steps,
    "studie": arms.study,
    "klein": arms_beside.small,
    "naast": arms_beside.beside,
    "trechter": arms.funnel,
    "kaart": arms.areas,
    "lijnen": arms_series.lines,
    "spannen": arms_series.spans,
    "paren": arms_series.pairs,
    "routes": arms_series.routes,
    "krommen": arms_series.curves,
    "tornado": arms_series.tornado,
    "stromen": arms_series.streams,
}
