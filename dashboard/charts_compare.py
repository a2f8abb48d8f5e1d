"""Two sides of several shares, one row per metric. No Streamlit."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard import charts, theme, wording
from dashboard import drawing as go
from dashboard.comparing import Pair
from dashboard.selection import Cell

_ROW = 58
_APART = 0.17


def shares(found: Sequence[Pair], names: tuple[str, str]) -> go.Figure:
    """Dots with their intervals: the first side filled, the second open and below it.

    Only pairs that are shown on both sides.
    """
    figure = charts.canvas(64 + _ROW * len(found), right=30, top=30)
    figure.update_yaxes(
        tickvals=list(range(len(found))),
        ticktext=[charts.wrapped(pair.label, 30) for pair in found],
        range=[len(found) - 0.4, -0.6], showgrid=False, tickfont={"color": theme.INK},
        **charts.SPACED,
    )  # fmt: skip
    figure.update_xaxes(
        range=[-1.5, 112], tickvals=[0, 25, 50, 75, 100],
        ticktext=["0%", "25%", "50%", "75%", "100%"], showgrid=True,
        gridcolor=theme.GRID, showline=False,
    )  # fmt: skip
    named = [False, False]
    for place, pair in enumerate(found):
        for side, (name, cell) in enumerate(zip(names, (pair.one, pair.other), strict=True)):
            height = place + (_APART if side else -_APART)
            colour = theme.MUTED if side else theme.ACCENT
            ends = cell["onder"], cell["boven"]
            if None not in ends:
                figure.add_shape(
                    type="line", x0=ends[0], x1=ends[1], y0=height, y1=height, layer="below",
                    line={"color": colour, "width": 1.6},
                )  # fmt: skip
            figure.add_trace(
                go.Scatter(
                    x=[cell["waarde"]], y=[height], mode="markers",
                    marker={
                        "size": 10, "color": theme.PAPER if side else colour,
                        "symbol": "square" if side else "circle",
                        "line": {"color": colour, "width": 2},
                    },
                    hovertemplate=_hover(pair, name, cell),
                )
            )  # fmt: skip
            value = wording.bare(pair.metric, cell["waarde"])
            figure.add_annotation(
                text=f"<b>{value}</b>" if named[side] else f"<b>{value}</b> {name}",
                x=max(cell["waarde"], cell["boven"] or 0), y=height, xanchor="left", xshift=8,
                showarrow=False, font={"size": 12, "color": colour},
            )  # fmt: skip
            named[side] = True
    return figure


def _hover(pair: Pair, name: str, cell: Cell) -> str:
    told = [f"<b>{pair.label}</b>", f"{name}: {wording.full(pair.metric, cell['waarde'])}"]
    if interval := wording.interval(pair.metric, cell["onder"], cell["boven"]):
        told.append(charts.interval(interval))
    return "<br>".join(told) + "<extra></extra>"
