"""Texts along the foot of a chart: how wide a chart must be for them, and what makes them fit."""

from __future__ import annotations

import itertools
import textwrap

from dashboard.render import plots
from dashboard.render.plots import Json

# What there is room for on a laptop of 1280 pixels: names over the whole width of a page, values
# also beside something else.
_WIDE, _PART = 900.0, 540.0
# The least width of a field, in pixels, and between two texts.
_NARROWEST, _BETWEEN = 160, 6
# Letters on a line, the widest that fits is taken; and how many values must stay.
_WRAPS, _FEWEST = (16, 12, 10, 8), 3


def least(layout: Json) -> float:
    """The width in pixels at which the texts below a chart are still apart."""
    margin, axis = layout["margin"], layout["xaxis"]
    low, high = axis.get("range", (0, 1))
    ends = sorted(zip(axis.get("tickvals", ()), axis.get("ticktext", ()), strict=True))
    size = axis.get("tickfont", {}).get("size", plots.SIZE)
    needed = [
        (plots.wide(one, size) + plots.wide(other, size) + _BETWEEN)
        / (2 * (right - left) / (high - low))
        for (left, one), (right, other) in itertools.pairwise(ends)
    ]
    return float(margin["l"] + margin["r"] + max(_NARROWEST, *needed, 0))


def fitted(layout: Json) -> Json:
    """The layout with texts that fit, as far as that can be: of values some go, names take more
    lines and then smaller letters."""
    if not layout["xaxis"].get("tickvals"):
        return layout
    if layout["xaxis"].get("showgrid"):
        return _fewer(layout, _PART)
    return layout if least(layout) <= _WIDE else _folded(layout, _WIDE)


def _fewer(layout: Json, room: float) -> Json:
    """Every second value, and so on; zero stays."""
    while least(layout) > room and len(layout["xaxis"]["tickvals"]) > _FEWEST:
        axis = layout["xaxis"]
        values, texts = axis["tickvals"], axis["ticktext"]
        start = next((place % 2 for place, value in enumerate(values) if not value), 0)
        axis = axis | {"tickvals": values[start::2], "ticktext": texts[start::2]}
        layout = layout | {"xaxis": axis}
    return layout


def _folded(layout: Json, room: float) -> Json:
    """Names over more lines, the field as high as it was."""
    made = layout
    for size, letters in itertools.product((plots.SIZE, plots.SMALL), _WRAPS):
        names = [_lines(text, letters) for text in layout["xaxis"]["ticktext"]]
        font = layout["xaxis"].get("tickfont", {}) | {"size": size}
        more = round(plots.below(names) - plots.below(layout["xaxis"]["ticktext"]))
        made = layout | {
            "xaxis": layout["xaxis"] | {"ticktext": names, "tickfont": font},
            "margin": layout["margin"] | {"b": layout["margin"]["b"] + more},
            "height": layout["height"] + more,
        }
        if least(made) <= room:
            break
    return made


def _lines(text: str, letters: int) -> str:
    """A text, safe already, over lines of at most so many letters, words whole."""
    strong = text.startswith("<b>")
    words = text.removeprefix("<b>").removesuffix("</b>").replace("<br>", " ")
    body = "<br>".join(
        textwrap.wrap(words, letters, break_long_words=False, break_on_hyphens=False)
    )
    return plots.strong(body, strong)
