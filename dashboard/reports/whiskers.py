"""Intervals at the marks of a chart that PowerPoint draws: error bars, and values beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pptx.oxml
from pptx.chart.chart import Chart as Native
from pptx.chart.data import CategoryChartData
from pptx.chart.xlsx import CategoryWorkbookWriter
from pptx.dml.color import RGBColor
from pptx.util import Pt
from xlsxwriter.utility import xl_col_to_name

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


Reach = Callable[[float, float, float], float]
# Heads of the columns with an interval, and what stands in them of a value and its two ends.
_COLUMNS: tuple[tuple[str, Reach], ...] = (
    ("95%-interval van", lambda value, low, high: low),
    ("95%-interval tot", lambda value, low, high: high),
    ("Naar onder", lambda value, low, high: value - low),
    ("Naar boven", lambda value, low, high: high - value),
)


def known(mark: Mark) -> bool:
    """Has a mark a value and an interval?"""
    return mark.value is not None and mark.low is not None and mark.high is not None


def errors(chart: Native, series: Any, marks: Sequence[Mark]) -> None:
    """Intervals as error bars; where a mark has none or is hidden there is no point."""
    if not any(map(known, marks)):
        return
    colour = theme.MUTED.removeprefix("#")
    first = 1 + len(chart._chartSpace.findall(f".//{{{_C}}}ser"))
    minus, plus = (
        _linked(marks, first + place, reach) for place, (_, reach) in enumerate(_COLUMNS[2:], 2)
    )
    errors = pptx.oxml.parse_xml(
        f'<c:errBars xmlns:c="{_C}" xmlns:a="{_A}">'
        '<c:errBarType val="both"/><c:errValType val="cust"/>'
        f'<c:noEndCap val="0"/><c:plus>{plus}</c:plus><c:minus>{minus}</c:minus>'
        f'<c:spPr><a:ln w="15875"><a:solidFill><a:srgbClr val="{colour}"/></a:solidFill></a:ln>'
        "</c:spPr></c:errBars>"
    )
    series._element.find(f"{{{_C}}}cat").addprevious(errors)


def _linked(marks: Sequence[Mark], column: int, reach: Reach) -> str:
    """How far the bars reach, from a column of the chart's worksheet."""
    points = "".join(
        f'<c:pt idx="{place}"><c:v>{reach(mark.value, mark.low, mark.high):.10g}</c:v></c:pt>'
        for place, mark in enumerate(marks)
        if mark.value is not None and mark.low is not None and mark.high is not None
    )
    letter = xl_col_to_name(column, col_abs=True)
    return (
        f"<c:numRef><c:f>Sheet1!{letter}$2:{letter}${len(marks) + 1}</c:f><c:numCache>"
        f'<c:formatCode>General</c:formatCode><c:ptCount val="{len(marks)}"/>{points}'
        "</c:numCache></c:numRef>"
    )


class _Book(CategoryWorkbookWriter):
    """The worksheet of a chart, with the intervals in columns after its series."""

    def __init__(self, data: CategoryChartData, marks: Sequence[Mark]) -> None:
        super().__init__(data)
        self._marks = marks

    def _populate_worksheet(self, workbook: Any, worksheet: Any) -> None:
        super()._populate_worksheet(workbook, worksheet)
        first = 1 + len(self._chart_data)
        for place, (head, reach) in enumerate(_COLUMNS, start=first):
            worksheet.write_string(0, place, head)
            for line, mark in enumerate(self._marks, start=1):
                if mark.value is not None and mark.low is not None and mark.high is not None:
                    worksheet.write_number(line, place, reach(mark.value, mark.low, mark.high))


def worksheet(chart: Native, data: CategoryChartData, marks: Sequence[Mark]) -> None:
    """Beside the values their intervals, so that who edits the one finds the other."""
    if any(map(known, marks)):
        part: Any = chart.part
        part.chart_workbook.update_from_xlsx_blob(_Book(data, marks).xlsx_blob)


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
