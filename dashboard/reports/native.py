"""Pictures as charts that PowerPoint and Word draw and people can edit, with error bars."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pptx.oxml
from pptx.chart.chart import Chart as Native
from pptx.chart.data import CategoryChartData
from pptx.dml.color import RGBColor
from pptx.enum.chart import (
    XL_CHART_TYPE,
    XL_LABEL_POSITION,
    XL_TICK_LABEL_POSITION,
)
from pptx.shapes.shapetree import SlideShapes
from pptx.util import Emu, Pt

from dashboard.charts.chart import Chart, Kind, Mark
from dashboard.render import letters, theme
from dashboard.reports import whiskers

_C = "http://schemas.openxmlformats.org/drawingml/2006/chart"
_A = "http://schemas.openxmlformats.org/drawingml/2006/main"
_ROOM = 1.12
# A column lower than this part of the highest is too low for a label within.
_LOW = 0.15
# A step smaller than this part of the whole has no room for its value; the table has it.
_NARROW = 0.045

# Names of bars take at most this part of a chart, and the bars at most that.
_NAMES, _BARS = 0.42, 0.98
# How far a value stands from what it must not touch, in parts of a chart.
_BESIDE = 0.012

Box = tuple[int, int, int, int]
_TEXT = 12


def rgb(colour: str) -> RGBColor:
    found: RGBColor = RGBColor.from_string(colour.removeprefix("#"))
    return found


def draw(shapes: SlideShapes, picture: Chart, alt: str, box: Box) -> None:
    """The chart in a box (left, top, width, height), with `alt` for who cannot see it."""
    kind, told, look = ARMS[picture.kind](picture)
    frame = _place(shapes, kind, told, box)
    look(frame.chart, picture, box[2])
    whiskers.worksheet(frame.chart, told, _reaching(picture))
    frame.name = f"Grafiek: {picture.name}"
    frame._element.nvGraphicFramePr.cNvPr.set("descr", alt)


def _place(shapes: SlideShapes, kind: XL_CHART_TYPE, data: CategoryChartData, box: Box) -> Any:
    left, top, width, height = (Emu(side) for side in box)
    told: Any = data
    frame: Any = shapes.add_chart(kind, left, top, width, height, told)
    chart: Native = frame.chart
    chart.has_legend = False
    chart.has_title = False
    chart.font.size = Pt(_TEXT)
    chart.font.color.rgb = rgb(theme.INK)
    return frame


def _named(mark: Mark) -> str:
    """A category; where there is no value it says why at the name."""
    return mark.label if mark.value is not None else f"{mark.label} ({mark.text})"


def _plain(picture: Chart) -> CategoryChartData:
    data = CategoryChartData(number_format=picture.form)
    data.categories = [_named(mark) for mark in picture.marks]
    data.add_series(picture.name, [mark.value for mark in picture.marks])
    return data


def _over_years(picture: Chart) -> CategoryChartData:
    data = _plain(picture)
    if picture.norm is not None:
        data.add_series(picture.norm[1], [picture.norm[0]] * len(picture.marks))
    return data


def _above_zero(picture: Chart) -> bool:
    """Can the steps be stacked: does nothing on the way go below zero?"""
    return all(low >= 0 for low, _ in picture.spans)


def _stacked(picture: Chart) -> CategoryChartData:
    """A clear foot, and on it what adds, what costs, or a total."""
    data = CategoryChartData(number_format=picture.form)
    data.categories = [mark.label for mark in picture.marks]
    spans = picture.spans
    feet = [
        None if mark.strong else low for mark, (low, _) in zip(picture.marks, spans, strict=True)
    ]
    data.add_series("Voet", feet)
    for name, wanted in (("Erbij", 1), ("Eraf", -1), ("Totaal", 0)):
        data.add_series(
            name,
            [high - low if _way(mark) == wanted else None
             for mark, (low, high) in zip(picture.marks, spans, strict=True)],
        )  # fmt: skip
    return data


def _reaching(picture: Chart) -> Sequence[Mark]:
    """The marks with the intervals that are drawn: of steps on each other only the totals."""
    if picture.kind != "stappen" or not _above_zero(picture):
        return picture.marks
    return [mark if mark.strong else replace(mark, low=None) for mark in picture.marks]


def _way(mark: Mark) -> int:
    if mark.strong:
        return 0
    return 1 if (mark.value or 0.0) >= 0 else -1


def _years(chart: Native, picture: Chart, width: int) -> None:
    del width
    _axes(chart, picture)
    plot: Any = chart.plots[0]
    plot.gap_width = 60
    series = plot.series[0]
    highest = max((mark.value or 0.0 for mark in picture.marks), default=0.0)
    _labels(series, picture.form, XL_LABEL_POSITION.INSIDE_BASE, bold=True)
    for place, mark in enumerate(picture.marks):
        fill = series.points[place].format.fill
        fill.solid()
        fill.fore_color.rgb = rgb(theme.ACCENT if mark.strong else theme.ACCENT_SOFT)
        if mark.strong and (mark.value or 0.0) > _LOW * highest:
            label = series.points[place].data_label
            label.font.color.rgb = rgb(theme.PAPER)
            label.font.size, label.font.bold = Pt(_TEXT), True
            label.position = XL_LABEL_POSITION.INSIDE_BASE
        elif (mark.value or 0.0) <= _LOW * highest and whiskers.known(mark):
            whiskers.moved(series, place, 0.5 / max(len(picture.marks), 1) * 0.4, _TEXT)
    whiskers.errors(chart, series, picture.marks)
    if picture.norm is not None:
        _norm(chart, picture)


def _norm(chart: Native, picture: Chart) -> None:
    """The last series as a dashed line over the columns, on the same axes."""
    plot: Any = chart.plots[0]
    bars = plot._element
    series = bars.findall(f"{{{_C}}}ser")[-1]
    bars.remove(series)
    for name in ("invertIfNegative", "spPr", "dLbls"):
        for found in series.findall(f"{{{_C}}}{name}"):
            series.remove(found)
    last = len(picture.marks) - 1
    look = pptx.oxml.parse_xml(
        f'<c:x xmlns:c="{_C}" xmlns:a="{_A}"><c:spPr><a:ln w="12700"><a:solidFill>'
        f'<a:srgbClr val="{theme.MUTED.removeprefix("#")}"/></a:solidFill>'
        '<a:prstDash val="dash"/></a:ln></c:spPr><c:marker><c:symbol val="none"/></c:marker>'
        f'<c:dLbls><c:dLbl><c:idx val="{last}"/><c:dLblPos val="t"/><c:showLegendKey val="0"/>'
        '<c:showVal val="0"/><c:showCatName val="0"/><c:showSerName val="1"/>'
        '<c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbl><c:showLegendKey val="0"/>'
        '<c:showVal val="0"/><c:showCatName val="0"/><c:showSerName val="0"/>'
        '<c:showPercent val="0"/><c:showBubbleSize val="0"/></c:dLbls></c:x>'
    )
    names = series.find(f"{{{_C}}}cat")
    for part in list(look):
        names.addprevious(part)
    line = pptx.oxml.parse_xml(
        f'<c:lineChart xmlns:c="{_C}"><c:grouping val="standard"/><c:varyColors val="0"/>'
        "</c:lineChart>"
    )
    line.append(series)
    for axis in bars.findall(f"{{{_C}}}axId"):
        line.append(copy.deepcopy(axis))
    bars.addnext(line)


def _bars(chart: Native, picture: Chart, width: int) -> None:
    ends = _axes(chart, picture)
    plot: Any = chart.plots[0]
    plot.gap_width = 55
    chart.category_axis.reverse_order = True
    chart.category_axis.tick_label_position = XL_TICK_LABEL_POSITION.LOW
    series = plot.series[0]
    series.invert_if_negative = False
    quiet = picture.kind == "schattingen"
    for place, mark in enumerate(picture.marks):
        fill = series.points[place].format.fill
        fill.solid()
        fill.fore_color.rgb = rgb(theme.ACCENT if mark.strong or not quiet else theme.ACCENT_SOFT)
    names = _within(chart, picture, width)
    whiskers.errors(chart, series, picture.marks)
    if quiet:
        return
    _labels(series, picture.form, XL_LABEL_POSITION.OUTSIDE_END, bold=False)
    for place, mark in enumerate(picture.marks):
        if mark.value is not None and mark.high is not None and mark.high > mark.value:
            part = (mark.high - mark.value) / (ends[1] - ends[0])
            whiskers.moved(series, place, part * (_BARS - names) + _BESIDE, _TEXT)


def _within(chart: Native, picture: Chart, width: int) -> float:
    """Bars where they are known to be, so that a value can stand beside an error bar.

    The part of the chart that the names take.
    """
    size = _text_size(picture)
    longest = max(letters.length(_named(mark)) for mark in picture.marks)
    names = min(longest * Pt(size) / width + 2 * _BESIDE, _NAMES)
    area: Any = chart._chartSpace.chart.plotArea
    for old in area.findall(f"{{{_C}}}layout"):
        area.remove(old)
    sides = {"x": names, "y": 0.02, "w": _BARS - names, "h": 0.96}
    told = "".join(f'<c:{name} val="{side:.4f}"/>' for name, side in sides.items())
    area.insert(
        0,
        pptx.oxml.parse_xml(
            f'<c:layout xmlns:c="{_C}"><c:manualLayout><c:layoutTarget val="inner"/>'
            f'<c:xMode val="edge"/><c:yMode val="edge"/>{told}</c:manualLayout></c:layout>'
        ),
    )
    return names


def _steps(chart: Native, picture: Chart, width: int) -> None:
    del width
    ends = _axes(chart, picture)
    chart.category_axis.reverse_order = True
    plot: Any = chart.plots[0]
    plot.gap_width, plot.overlap = 35, 100
    least = int((ends[1] - ends[0]) * _NARROW)
    form = f'[>={least}]{picture.form};""'
    colours = (None, theme.ACCENT_SOFT, theme.SIGNAL, theme.ACCENT)
    for series, colour in zip(plot.series, colours, strict=True):
        if colour is None:
            series.format.fill.background()
            continue
        series.format.fill.solid()
        series.format.fill.fore_color.rgb = rgb(colour)
        _labels(series, form, XL_LABEL_POSITION.CENTER, bold=colour == theme.ACCENT,
                colour=theme.INK if colour == theme.ACCENT_SOFT else theme.PAPER)  # fmt: skip
    plot.series[-1].data_labels.position = XL_LABEL_POSITION.INSIDE_BASE
    whiskers.errors(chart, plot.series[-1], _reaching(picture))


def _axes(chart: Native, picture: Chart) -> tuple[float, float]:
    """A quiet foot and no scale: values stand at the marks. From where to where it reaches."""
    value: Any = chart.value_axis
    value.visible = False
    value.has_major_gridlines = False
    ends = [0.0]
    for mark in picture.marks:
        ends += [end for end in (mark.value, mark.low, mark.high) if end is not None]
    if picture.kind == "stappen":
        ends += [end for span in picture.spans for end in span]
    if picture.norm is not None:
        ends.append(picture.norm[0])
    low, high = min(ends) * _ROOM, (max(ends) or 1.0) * _ROOM
    value.minimum_scale, value.maximum_scale = low, high
    foot: Any = chart.category_axis
    foot.format.line.color.rgb = rgb(theme.LINE)
    foot.has_major_gridlines = False
    foot.tick_labels.font.size = Pt(_text_size(picture))
    return low, high


def _text_size(picture: Chart) -> int:
    return _TEXT if len(picture.marks) <= 8 else 10


def _labels(
    series: Any, form: str, place: XL_LABEL_POSITION, *, bold: bool, colour: str = theme.INK
) -> None:
    labels = series.data_labels
    labels.show_value = True
    labels.number_format, labels.number_format_is_linked = form, False
    labels.position = place
    labels.font.size, labels.font.bold = Pt(_TEXT), bold
    labels.font.color.rgb = rgb(colour)
    labels._element.append(pptx.oxml.parse_xml(whiskers.NO_LEADERS))


Look = Callable[[Native, Chart, int], None]
Arm = Callable[[Chart], tuple[XL_CHART_TYPE, CategoryChartData, Look]]


def _columns(picture: Chart) -> tuple[XL_CHART_TYPE, CategoryChartData, Look]:
    return XL_CHART_TYPE.COLUMN_CLUSTERED, _over_years(picture), _years


def _lying(picture: Chart) -> tuple[XL_CHART_TYPE, CategoryChartData, Look]:
    return XL_CHART_TYPE.BAR_CLUSTERED, _plain(picture), _bars


def _stairs(picture: Chart) -> tuple[XL_CHART_TYPE, CategoryChartData, Look]:
    """Steps on each other; bars where one goes below zero, which cannot be stacked."""
    if not _above_zero(picture):
        return _lying(picture)
    return XL_CHART_TYPE.BAR_STACKED, _stacked(picture), _steps


# One arm for each kind that reports have.
ARMS: dict[Kind, Arm] = {
    "jaren": _columns,
    "staven": _lying,
    "schattingen": _lying,
    "stappen": _stairs,
}
