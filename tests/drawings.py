"""What stands in a chart on screen, read from its Plotly figure."""

from __future__ import annotations

import json
from html import unescape
from typing import Any

from lxml import etree, html
from streamlit.testing.v1 import AppTest

from dashboard.charts.chart import Chart
from dashboard.render import screen

PLACE = "zl-plot"
Json = dict[str, Any]


def places(app: AppTest) -> list[etree._Element]:
    """The places of charts on a page, in order."""
    bodies = [html.fragment_fromstring(one.proto.body, "div") for one in app.get("html")]
    return [part for body in bodies for part in body.iter("div") if part.get("class") == PLACE]


def of_page(app: AppTest) -> list[Json]:
    """The figures of a page, in order."""
    return [dict(json.loads(place.attrib["data-figure"])) for place in places(app)]


def words(figure: Json) -> list[str]:
    """Its texts on the field and at its axes, a line break between lines."""
    layout = figure["layout"]
    axes = [layout["xaxis"], layout["yaxis"]]
    texts = [text for trace in figure["data"] for text in _many(trace.get("text"))]
    texts += [name for trace in figure["data"] for name in trace.get("node", {}).get("label", ())]
    texts += [text for axis in axes for text in axis.get("ticktext", ())]
    texts += [axis["title"]["text"] for axis in axes if "title" in axis]
    return [_plain(text) for text in texts]


def tips(figure: Json) -> list[str]:
    """What is told at its marks, in lines."""
    told = [text for trace in figure["data"] for text in trace.get("hovertext", ())]
    told += [t["text"] for t in figure["data"] if t.get("hoveron") == "fills"]
    told += [text for t in figure["data"] for text in t.get("link", {}).get("customdata", ())]
    return [_plain(text) for text in told if text]


def said(chart: Chart) -> str:
    """All that is written in a chart, with what its marks and its legend tell."""
    figure = screen.figure(chart)
    shown = html.fragment_fromstring(screen.html("", chart, ""))
    legend = "".join(shown.itertext())
    return "\n".join([*words(figure), *tips(figure), legend])


def _many(text: object) -> list[str]:
    return [text] if isinstance(text, str) else [str(one) for one in text or ()]  # type: ignore[attr-defined]


def _plain(text: str) -> str:
    for tag in ("<b>", "</b>"):
        text = text.replace(tag, "")
    return unescape(text.replace("<br>", "\n"))
