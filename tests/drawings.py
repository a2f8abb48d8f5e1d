"""What stands in a chart, read from its markup."""

from __future__ import annotations

from lxml import etree
from streamlit.testing.v1 import AppTest

from dashboard.render.drawing import Figure

CHART = "zl-chart"


def of_page(app: AppTest) -> list[etree._Element]:
    """The charts of a page, in order."""
    bodies = [etree.fromstring(element.proto.body) for element in app.get("markdown")]
    return [chart for body in bodies for chart in body.iter("div") if chart.get("class") == CHART]


def parsed(figure: Figure, alt: str = "") -> etree._Element:
    return etree.fromstring(figure.html(alt))


def words(chart: etree._Element) -> list[str]:
    """Its texts, a line break between lines."""
    return [_text(part) for part in chart.iter("text")]


def _text(part: etree._Element) -> str:
    if not any(line.get("y") for line in part):
        return "".join(part.itertext())
    return "\n".join("".join(line.itertext()) for line in part)


def tips(chart: etree._Element) -> list[str]:
    """What is told at its marks, in lines."""
    return [part.attrib["data-tip"] for part in chart.iter() if "data-tip" in part.attrib]


def alt(chart: etree._Element) -> str:
    return next(part.attrib["aria-label"] for part in chart.iter() if part.get("role") == "img")


def said(figure: Figure) -> str:
    """All that is written in a chart, with what its marks and its legend tell."""
    chart = parsed(figure)
    legend = ["".join(part.itertext()) for part in chart.iter("p")]
    return "\n".join([*words(chart), *tips(chart), *legend])
