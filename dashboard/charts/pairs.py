"""Two sides of several shares, one row per metric. No Streamlit."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.charts import marks
from dashboard.exhibits.comparing import Pair
from dashboard.render import theme
from dashboard.render.drawing import Axis, Figure, Strong
from dashboard.words import wording
from dashboard.words.selection import Cell

_ROW = 58
_APART = 0.17


def shares(found: Sequence[Pair], names: tuple[str, str]) -> Figure:
    """Dots with their intervals: the first side filled, the second open and below it.

    Only pairs that are shown on both sides.
    """
    labels = [marks.wrapped(pair.label, 30) for pair in found]
    figure = Figure(
        Axis(-1.5, 112, tuple((step, f"{step}%") for step in (0, 25, 50, 75, 100)), grid=True),
        Axis(len(found) - 0.4, -0.6, tuple(enumerate(labels)), colour=theme.INK),
        64 + _ROW * len(found), top=30, right=30,
    )  # fmt: skip
    named = [False, False]
    for place, pair in enumerate(found):
        for side, (name, cell) in enumerate(zip(names, (pair.one, pair.other), strict=True)):
            height = place + (_APART if side else -_APART)
            colour = theme.MUTED if side else theme.ACCENT
            low, high = cell["onder"], cell["boven"]
            if low is not None and high is not None:
                figure.segment((low, height), (high, height), colour, 1.6)
            figure.dot(
                cell["waarde"], height, theme.PAPER if side else colour, 10,
                symbol="square" if side else "circle", edge=colour, tip=_hover(pair, name, cell),
            )  # fmt: skip
            value = Strong(wording.said(pair.metric, cell))
            figure.words(
                (value,) if named[side] else (value, f" {name}"),
                max(cell["waarde"], high or 0), height, anchor="start", dx=8, size=12,
                colour=colour,
            )  # fmt: skip
            named[side] = True
    return figure


def _hover(pair: Pair, name: str, cell: Cell) -> list[str]:
    told = [pair.label, f"{name}: {wording.said_full(pair.metric, cell)}"]
    if interval := wording.interval(pair.metric, cell["onder"], cell["boven"]):
        told.append(marks.interval(interval))
    return told
