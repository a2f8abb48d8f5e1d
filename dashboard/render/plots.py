"""What every chart on screen is made of: Plotly traces, texts, lines and axes, as plain values.

Lean on purpose: margins are worked out here, values at marks are one trace of texts, and there is
no template; Plotly's own way (`automargin`, an annotation per label) doubles the time it takes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Any

from dashboard.charts.chart import Mark
from dashboard.render import letters, theme

SIZE, SMALL, LARGE = 12.5, 11.5, 13.0
# A line of text in sizes of its letters, and how much wider than estimated it may turn out.
_LINE, _SPARE = 1.3, 1.1
# From an axis to its texts, in pixels.
GAP = 8
# Lines of this many letters at an axis.
WRAP = 24
# Between names under each other at the ends of lines, in pixels.
_APART = 17
# Marks that only keep a text at a distance, and what is behind a chart.
_CLEAR = "rgba(0,0,0,0)"
Json = dict[str, Any]


def wide(text: str, size: float) -> float:
    """About how wide a text is, in pixels, with some room; lines are parted by `<br>`."""
    lines = text.replace("<b>", "").replace("</b>", "").split("<br>")
    bold = letters.BOLD if "<b>" in text else 1
    return _SPARE * bold * size * max(map(letters.length, lines), default=0.0)


def line(
    marks: Sequence[Mark], colour: str, *, symbol: str = "circle", filled: bool = False,
    dash: str = "solid", width: float = 2.2, along: bool = False, name: str = "",
) -> Json:  # fmt: skip
    """Marks with their intervals, joined as far as they may be.

    `filled`: alike, in their colour; else open, and the strong one filled. `along`: at their own
    place across. `name` makes it a series that a reader can hide.
    """
    x: list[float | None] = []
    found: list[Mark | None] = []
    for at, mark in enumerate(marks):
        if not mark.joined and found:
            x.append(None)
            found.append(None)
        x.append(mark.at if along else at)
        found.append(mark if mark.value is not None else None)
    strong = [mark is not None and mark.strong for mark in found]
    look: Json = {
        "size": [13 if yes else 9 for yes in strong],
        "opacity": 1,
        "color": [colour if yes else theme.PAPER for yes in strong],
        "line": {"color": colour, "width": 2},
    }
    if filled:
        look = {"size": 8, "color": colour, "symbol": symbol, "opacity": 1}
    return {
        "type": "scatter", "mode": "lines+markers", "x": x,
        "y": [None if mark is None else mark.value for mark in found],
        "line": {"color": colour, "width": width, "dash": dash}, "marker": look,
        **told(found), "cliponaxis": False,
        **({} if filled else {"error_y": interval(found)}),
        **({"name": name, "meta": name} if name else {}),
    }  # fmt: skip


def standing(marks: Sequence[Mark | None], colour: str, symbol: str, *, shift: float = 0.0) -> Json:
    """Dots above each other's place, with standing intervals."""
    return {
        "type": "scatter", "mode": "markers", "x": [at + shift for at in range(len(marks))],
        "y": [None if mark is None else mark.value for mark in marks],
        "marker": {"size": 11, "color": colour, "symbol": symbol, "opacity": 1},
        "error_y": interval(marks) | {"color": colour, "thickness": 2},
        **told(marks), "cliponaxis": False,
    }  # fmt: skip


def lying(marks: Sequence[Mark]) -> Json:
    return {
        "type": "bar", "orientation": "h", "x": [mark.value for mark in marks],
        "y": list(range(len(marks))), "width": 0.56, "marker": {"color": theme.ACCENT},
        "error_x": interval(marks), **told(marks),
    }  # fmt: skip


def dots(
    marks: Sequence[Mark], *, colour: str = theme.ACCENT, symbol: str = "circle", size: float = 9,
    strong: bool | None = None, edge: str = "", shift: float = 0.0,
) -> Json:  # fmt: skip
    """A dot per row with its interval; only the `strong` ones, or only the others, where asked.

    `edge`: the colour of its outline and its interval, where that is another.
    """
    found = [(place, mark) for place, mark in enumerate(marks) if strong in (None, mark.strong)]
    own = [mark for _, mark in found]
    bar = edge or (theme.ACCENT_SOFT if strong is None else colour)
    look: Json = {"size": size, "color": colour, "symbol": symbol, "opacity": 1}
    return {
        "type": "scatter", "mode": "markers", "x": [mark.value for mark in own],
        "y": [place + shift for place, _ in found],
        "marker": look | ({"line": {"color": edge, "width": 2}} if edge else {}),
        "error_x": interval(own) | {"color": bar}, **told(own), "cliponaxis": False,
    }  # fmt: skip


def interval(marks: Sequence[Mark | None]) -> Json:
    """From the low to the high end of each interval, as far as there is one."""
    known = [
        (mark.high - mark.value, mark.value - mark.low)
        if mark is not None and mark.value is not None
        and mark.low is not None and mark.high is not None else (None, None)
        for mark in marks
    ]  # fmt: skip
    if not any(high is not None for high, _ in known):
        return {"visible": False}
    return {
        "array": [high for high, _ in known], "arrayminus": [low for _, low in known],
        "color": theme.ACCENT_SOFT, "thickness": 1.6, "width": 0,
    }  # fmt: skip


def told(marks: Sequence[Mark | None]) -> Json:
    """What is said of each mark when it is pointed at."""
    return {
        "hovertext": ["<br>".join(map(safe, mark.told)) if mark else "" for mark in marks],
        "hoverinfo": "text",
        **units(marks),
    }


def units(marks: Sequence[Mark | None]) -> Json:
    """Which area each mark stands for, where they do: a click goes there."""
    found = [mark.unit if mark else "" for mark in marks]
    return {"customdata": found} if any(found) else {}


# A text on the field: across, up, text, place beside the point, size, colour and pixels from it.
Words = tuple[float, float, str, str, float, str, float]


def at(x: float, y: float, mark: Mark, side: str, *, away: float = 0) -> Words:
    """The value at its mark."""
    return (
        x,
        y,
        strong(safe(mark.text), mark.strong),
        side,
        LARGE,
        theme.INK,
        7 if side == "top center" else 4,
    )


def strong(text: str, yes: bool) -> str:
    return f"<b>{text}</b>" if yes else text


def title(text: str) -> Json:
    """What an axis counts."""
    if not text:
        return {}
    font = {"size": 12, "color": theme.MUTED}
    return {"title": {"text": safe(text), "font": font, "standoff": GAP}}


def hidden(x: float, y: float, mark: Mark, side: str = "top center") -> Words:
    """Why there is no value, at the foot of the axis."""
    short = len(mark.text) == 1
    text = f"<b>{mark.text}</b>" if short else safe(mark.text)
    return x, y, text, side, 20.0 if short else 11.0, theme.MUTED, 2


def quiet(x: float, y: float, text: str, side: str) -> Words:
    return x, y, text, side, SMALL, theme.MUTED, 3


def texts(words: Sequence[Words]) -> Json:
    """All texts on the field as one trace."""
    across, up, texts, sides, sizes, colours, away = (
        (list(part) for part in zip(*words, strict=True)) if words else ([] for _ in range(7))
    )
    return {
        "type": "scatter", "mode": "markers+text", "x": across, "y": up, "text": texts,
        "marker": {"size": _alike([2 * gap for gap in away]), "color": _CLEAR, "opacity": 0},
        "textposition": _alike(sides),
        "textfont": {"size": _alike(sizes), "color": _alike(colours)},
        "hoverinfo": "skip", "cliponaxis": False, "showlegend": False,
    }  # fmt: skip


def _alike(values: list[Any]) -> Any:
    """One value where all are the same: it need not be sent for each."""
    return values[0] if values and all(value == values[0] for value in values) else values


def rule(
    *, x: float | None = None, y: float | None = None, dash: str = "solid",
    colour: str = theme.MUTED,
) -> Json:  # fmt: skip
    """A line over the whole field, at one value of one axis."""
    line = {"color": colour, "width": 1, "dash": dash}
    if x is not None:
        return {"type": "line", "xref": "x", "x0": x, "x1": x, "yref": "paper", "y0": 0, "y1": 1,
                "line": line, "layer": "between"}  # fmt: skip
    return {"type": "line", "yref": "y", "y0": y, "y1": y, "xref": "paper", "x0": 0, "x1": 1,
            "line": line, "layer": "between"}  # fmt: skip


def names(names: Sequence[str], *, turned: bool = False, line: bool = False) -> Json:
    """One place per name; `turned` has the first on top."""
    ends = [len(names) - 0.45, -0.55] if turned else [-0.5, len(names) - 0.5]
    return axis(ends, enumerate(names)) | {
        "showline": line, "linecolor": theme.LINE,
        "tickfont": {"size": SIZE, "color": theme.INK if turned else theme.MUTED},
    }  # fmt: skip


def scale(low: float, high: float, ticks: Sequence[tuple[float, str]]) -> Json:
    """An axis of values, with a quiet line at each of its ticks."""
    return axis([low, high], [(value, safe(text)) for value, text in ticks]) | {
        "showgrid": True, "gridcolor": theme.GRID,
        "tickfont": {"size": 12, "color": theme.MUTED},
    }  # fmt: skip


def axis(ends: Sequence[float], ticks: Iterable[tuple[float, str]]) -> Json:
    places, texts = [], []
    for place, text in ticks:
        places.append(place)
        texts.append(text)
    return {
        "range": [*ends], "tickmode": "array", "tickvals": places, "ticktext": texts,
        "tickangle": 0,
        "fixedrange": True, "zeroline": False, "showgrid": False, "automargin": False,
        "ticklabelstandoff": GAP // 2,
    }  # fmt: skip


def layout(
    height: float, *, left: float, right: float, top: float, bottom: float, xaxis: Json,
    yaxis: Json, shapes: list[Json],
) -> Json:  # fmt: skip
    return {
        "height": height,
        "margin": {"l": round(left + GAP), "r": round(right), "t": top, "b": round(bottom),
                   "pad": 0},
        "font": {"family": theme.FONT, "size": SIZE, "color": theme.INK},
        "paper_bgcolor": _CLEAR, "plot_bgcolor": _CLEAR,
        "showlegend": False, "dragmode": False, "hovermode": "closest",
        "hoverlabel": {"bgcolor": theme.PAPER, "bordercolor": theme.LINE, "align": "left",
                       "font": {"color": theme.INK, "size": LARGE}},
        "xaxis": xaxis, "yaxis": yaxis, "shapes": shapes,
    }  # fmt: skip


def thin(colour: str, part: float) -> str:
    """A colour of which only a part is seen, so that what is behind it shines through."""
    red, green, blue = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return f"rgba({red},{green},{blue},{part:g})"


def zoomed(layout: Json) -> Json:
    """A box drawn on the field enlarges what is in it."""
    for name in ("xaxis", "yaxis"):
        layout[name]["fixedrange"] = False
    return layout | {"dragmode": "zoom"}


# A line under a field.
FOOT: Json = {"showline": True, "linecolor": theme.LINE,
              "tickfont": {"size": SMALL, "color": theme.MUTED}}  # fmt: skip


def upright(title: str) -> float:
    """The room beside the field for what a standing axis counts."""
    return SIZE * 2 if title else 0.0


def widest(texts: Iterable[str]) -> float:
    return max((wide(text, SIZE) for text in texts), default=0.0)


def below(names: Sequence[str]) -> float:
    """The room below the field for the texts at the axis."""
    lines = max((name.count("<br>") + 1 for name in names), default=0)
    return GAP + lines * SIZE * _LINE + 6


def wrapped(text: str, width: int) -> str:
    """A long label over two lines, broken at a space."""
    gap = text.rfind(" ", 0, width + 1) if len(text) > width else -1
    return safe(text if gap <= 0 else f"{text[:gap]}\n{text[gap + 1 :]}")


def safe(text: str) -> str:
    """Plotly reads texts as markup of its own; what comes from outside is none."""
    return escape(text, quote=False).replace("\n", "<br>")


def apart(ends: Sequence[float], low: float, high: float, height: float) -> list[float]:
    """Heights of texts, moved until none lies on another: up, and back down from the top."""
    gap = _APART * (high - low) / height
    order = sorted(range(len(ends)), key=lambda place: ends[place])
    heights: list[float] = []
    for place in order:
        heights.append(max(ends[place], heights[-1] + gap) if heights else ends[place])
    limit = high
    for at in reversed(range(len(heights))):
        heights[at] = min(heights[at], limit)
        limit = heights[at] - gap
    return [heights[order.index(place)] for place in range(len(ends))]
