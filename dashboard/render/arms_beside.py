"""On screen: units beside each other as dots by size, and a line beside a sentence."""

from __future__ import annotations

from dashboard.charts.chart import Chart
from dashboard.render import plots, theme
from dashboard.render.plots import Json

# A row, and what is above and below the rows, in pixels.
_ROW, _REST = 27, 62
_WRAP = 30
# The height of a line beside a sentence, in pixels.
_SMALL = 124


def beside(chart: Chart) -> Json:
    """A dot per unit with its interval; what surely differs is a filled diamond of its own colour,
    the choice of the reader is bold. The whole and the norm are lines with their names on top."""
    marks, axis = chart.marks, chart.axis
    names = [
        plots.strong(plots.wrapped(mark.label, _WRAP), mark.strong or mark.far) for mark in marks
    ]
    lines = [(curve.points[0][0], curve.name, "dot") for curve in chart.curves]
    lines += [(*chart.norm, "dash")] if chart.norm else []
    texts = [
        plots.hidden(axis.low, place, mark, "middle right")
        if mark.value is None
        else plots.at(mark.reach, place, mark, "middle right")
        for place, mark in enumerate(marks)
    ]
    middle = (axis.low + axis.high) / 2
    for up, (value, name, _) in enumerate(sorted(lines)):
        side = "middle left" if value > middle else "middle right"
        texts.append(plots.quiet(value, -1.0 - 0.75 * up, plots.safe(name), side))
    rooms = [plots.wide(mark.text, plots.LARGE) for mark in marks if mark.value is not None]
    quiet, far = (
        [mark for mark in marks if mark.far == yes and mark.value is not None]
        for yes in (False, True)
    )
    at = {id(mark): place for place, mark in enumerate(marks)}
    dots = [
        plots.dots(found, colour=colour, symbol=symbol, size=size)
        | {"y": [at[id(mark)] for mark in found]}
        for found, colour, symbol, size in (
            (quiet, theme.ACCENT, "circle", 9),
            (far, theme.SIGNAL, "diamond", 11),
        )
        if found
    ]
    above = 0.75 * len(lines)
    rows = plots.names(names, turned=True)
    rows["range"] = [len(marks) - 0.45, -0.6 - above]
    title = plots.title(axis.title)
    return {
        "data": [*dots, plots.texts(texts)],
        "layout": plots.layout(
            _REST + _ROW * (len(marks) + above), left=plots.widest(names),
            right=max(rooms, default=0.0) + 12, top=6,
            bottom=plots.below([text for _, text in axis.ticks]) + (plots.SIZE * 2 if title else 0),
            shapes=[plots.rule(x=value, dash=dash) for value, _, dash in lines],
            xaxis=plots.scale(axis.low, axis.high, axis.ticks) | title, yaxis=rows,
        ),
    }  # fmt: skip


def small(chart: Chart) -> Json:
    """A line without a value axis: what it was first and what it is now stand at its ends."""
    marks, axis = chart.marks, chart.axis
    last = len(marks) - 1
    seen = [place for place, mark in enumerate(marks) if mark.value is not None]
    shown = {*seen[:1], *seen[-1:]}
    texts = [
        plots.hidden(place, axis.low, mark)
        if mark.value is None
        else plots.at(place, mark.reach, mark, "top center")
        for place, mark in enumerate(marks)
        if mark.value is None or place in shown
    ]
    years = plots.names([""] * len(marks), line=True)
    years |= {
        "tickvals": [0, last],
        "ticktext": [plots.safe(marks[place].label) for place in (0, last)],
    }
    bare: Json = {"range": [axis.low, axis.high], "visible": False, "fixedrange": True}
    return {
        "data": [plots.line(marks, theme.ACCENT), plots.texts(texts)],
        "layout": plots.layout(
            _SMALL, left=26, right=34, top=26, bottom=plots.below([marks[0].label]),
            shapes=[], xaxis=years, yaxis=bare,
        ),
    }  # fmt: skip
