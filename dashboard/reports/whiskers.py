"""Intervals at the marks of a chart that PowerPoint draws: error bars, and values beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pptx.oxml
from pptx.dml.color import RGBColor
from pptx.util import Pt

from dashboard.charts.chart import Mark
from dashboard.render import theme

_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
# A value that was moved needs no line to its bar.
NO_LEADERS = (
    f'<c:extLst xmlns:c="{_C}"><c:ext uri="{{CE6537A1-D6FC-4f65-9D91-7224C49458BB}}" '
    'xmlns:c15="http://schemas.microsoft.com/office/drawing/2012/chart">'
    '<c15:showLeaderLines val="0"/></c:ext></c:extLst>'
)


def known(mark: Mark) -> bool:
    """Has a mark a value and an interval?"""
    return mark.value is not None and mark.low is not None and mark.high is not None


def errors(series: Any, marks: Sequence[Mark]) -> None:
    """Intervals as error bars; where a mark has none or is hidden there is no point."""
    if not any(map(known, marks)):
        return
    colour = theme.MUTED.removeprefix("#")
    plus = _literal(marks, lambda value, _, high: high - value)
    minus = _literal(marks, lambda value, low, _: value - low)
    errors = pptx.oxml.parse_xml(
        f'<c:errBars xmlns:c="{_C}" xmlns:a="{_A}">'
        '<c:errBarType val="both"/><c:errValType val="cust"/>'
        f'<c:noEndCap val="0"/><c:plus>{plus}</c:plus><c:minus>{minus}</c:minus>'
        f'<c:spPr><a:ln w="15875"><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill></a:ln>'
        "</c:spPr></c:errBars>"
    )
    series._element.find(f"{{{_C}}}cat").addprevious(errors)


def _literal(marks: Sequence[Mark], reach: Callable[[float, float, float], float]) -> str:
    points = "".join(
        f'<c:pt idx="{place}"><c:v>{reach(mark.value, mark.low, mark.high):.10g}</c:v></c:pt>'
        for place, mark in enumerate(marks)
        if mark.value is not None and mark.low is not None and mark.high is not None
    )
    return f'<c:numLit><c:ptCount val="{len(marks)}"/>{points}</c:numLit>'


def moved(series: Any, place: int, part: float, size: float) -> None:
    """A value to the right of where it would stand, by a part of the chart."""
    label = series.points[place].data_label
    label.font.size = Pt(size)
    label.font.color.rgb = RGBColor(*bytes.fromhex(theme.INK.removeprefix("#")))
    label._dLbl.find(f"{{{_C}}}idx").addnext(
        pptx.oxml.parse_xml(
            f'<c:layout xmlns:c="{_C}"><c:manualLayout><c:x val="{part:.4f}"/><c:y val="0"/>'
            "</c:manualLayout></c:layout>"
        )
    )
