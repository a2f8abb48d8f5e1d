"""Charts of effects and savings: event study, waterfall, routes through the years, drivers.

No Streamlit. The same quiet look as `charts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard import charts, theme, wording
from dashboard import drawing as go
from dashboard.language import published, tr


@dataclass(frozen=True)
class Amount:
    """A value in euro with its interval, where it has one."""

    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class Step:
    """A step of the waterfall; `total` stands on the axis, others on what came before."""

    label: str
    amount: Amount
    total: bool = False


def event_study(rows: Sequence[Mapping[str, Any]], axis: str) -> go.Figure:
    """Differences per period with their intervals, around zero; a line where it started."""
    seen = [(place, row) for place, row in enumerate(rows) if charts.visible(row)]
    ends = [
        end
        for _, row in seen
        for end in (row["waarde"], row["onder"], row["boven"])
        if end is not None
    ]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    pad = (high - low or 1.0) * 0.12
    figure = charts.canvas(320)
    figure.update_xaxes(
        tickvals=list(range(len(rows))), range=[-0.6, len(rows) - 0.4], tickangle=0,
        ticktext=[charts.wrapped(published(str(row["periode"])), 10) for row in rows],
    )  # fmt: skip
    figure.update_yaxes(
        range=[low - pad, high + pad], nticks=6,
        title={"text": axis, "font": {"size": 12, "color": theme.MUTED}},
    )  # fmt: skip
    figure.add_hline(y=0, line={"color": theme.INK, "width": 1})
    start = sum(row["volgorde"] < 0 for row in rows) - 0.5
    figure.add_shape(
        type="line", yref="paper", y0=0, y1=1, x0=start, x1=start,
        line={"color": theme.MUTED, "width": 1, "dash": "dash"},
    )  # fmt: skip
    figure.add_annotation(
        text=tr("start"), yref="paper", y=1, x=start, yanchor="bottom", showarrow=False,
        font={"size": 11.5, "color": theme.MUTED},
    )  # fmt: skip
    _marks(
        figure,
        [place for place, _ in seen],
        [Amount(row["waarde"], row["onder"], row["boven"]) for _, row in seen],
        [
            theme.ACCENT if row["volgorde"] >= 0 else theme.MUTED for _, row in seen
        ],
        [
            f"<b>{published(str(row['periode']))}</b><br>{wording.signed(row['waarde'])}"
            for _, row in seen
        ],
    )  # fmt: skip
    return figure


def waterfall(steps: Sequence[Step]) -> go.Figure:
    """From gross to net: what adds stands up, what costs goes down, totals stand on the axis."""
    figure = charts.canvas(400, top=30)
    running, spans = 0.0, []
    for step in steps:
        start = 0.0 if step.total else running
        end = step.amount.value if step.total else running + step.amount.value
        spans.append((start, end))
        running = end
    reach = [end for span in spans for end in span]
    reach += [end for s in steps for end in (s.amount.low, s.amount.high) if s.total and end]
    low, high = min([0.0, *reach]), max([0.0, *reach])
    pad = (high - low or 1.0) * 0.1
    places = list(range(len(steps)))
    figure.update_xaxes(
        tickvals=places, ticktext=[_three_lines(step.label) for step in steps], tickangle=0,
        range=[-0.6, len(steps) - 0.4], tickfont={"color": theme.INK, "size": 12},
    )  # fmt: skip
    figure.update_yaxes(
        range=[low - (pad if low < 0 else 0), high + pad], nticks=6, **charts.euro_axis(),
    )  # fmt: skip
    figure.add_hline(y=0, line={"color": theme.INK, "width": 1})
    for place, step, (start, end) in zip(places, steps, spans, strict=True):
        colour = theme.ACCENT if step.total else theme.ACCENT_SOFT
        figure.add_trace(
            go.Bar(
                x=[place], y=[end - start], base=[start], width=0.62,
                marker={"color": theme.SIGNAL if end < start and not step.total else colour},
                hovertemplate=f"<b>{step.label}</b><br>{wording.euro(step.amount.value)}"
                "<extra></extra>",
            )
        )  # fmt: skip
        if place + 1 < len(steps):
            figure.add_shape(
                type="line", x0=place + 0.31, x1=place + 0.69, y0=end, y1=end,
                line={"color": theme.MUTED, "width": 1, "dash": "dot"},
            )  # fmt: skip
        top = max(start, end)
        if step.total and step.amount.low is not None and step.amount.high is not None:
            _marks(figure, [place], [step.amount], [theme.INK], [""], size=1)
            top = max(top, step.amount.high)
        plus = "+" if step.amount.value > 0 and not step.total else ""
        figure.add_annotation(
            text=charts.strong(f"{plus}{_thousands(step.amount.value)}", step.total), x=place,
            y=top, yanchor="bottom", yshift=3, showarrow=False,
            font={"size": 12.5, "color": theme.INK},
        )  # fmt: skip
    return figure


def routes(
    years: Sequence[str], lines: Sequence[tuple[str, bool, Sequence[Amount | None]]]
) -> go.Figure:
    """An amount per school year along each route, beside each other, with intervals.

    `lines`: label, whether it leads, and an amount per year.
    """
    figure = charts.canvas(360, right=20, top=20)
    known = [amount for _, _, amounts in lines for amount in amounts if amount]
    ends = [end for a in known for end in (a.value, a.low, a.high) if end is not None]
    low, high = min([0.0, *ends]), max([0.0, *ends])
    pad = (high - low or 1.0) * 0.1
    gap = 0.84 / max(len(lines), 1)
    shifts = [(index - (len(lines) - 1) / 2) * gap for index in range(len(lines))]
    figure.update_xaxes(
        tickvals=[place + shift for place in range(len(years)) for shift in shifts],
        ticktext=[
            charts.strong(charts.wrapped(label, 12), leads)
            for _ in years
            for label, leads, _ in lines
        ],
        tickangle=0, range=[-0.5, len(years) - 0.5], tickfont={"color": theme.INK, "size": 11.5},
    )  # fmt: skip
    figure.update_yaxes(range=[low - pad, high + pad], nticks=6, **charts.euro_axis())
    figure.add_hline(y=0, line={"color": theme.INK, "width": 1})
    for number, year in enumerate(years):
        figure.add_annotation(
            text=f"<b>{year}</b>", x=number, yref="paper", y=1, yanchor="bottom", showarrow=False,
            font={"size": 13, "color": theme.INK},
        )  # fmt: skip
        if number:
            figure.add_vline(x=number - 0.5, line={"color": theme.LINE, "width": 1})
    for index, (label, leads, amounts) in enumerate(lines):
        seen = [(place + shifts[index], amount) for place, amount in enumerate(amounts) if amount]
        colour = theme.ACCENT if leads else theme.MUTED
        _marks(
            figure, [place for place, _ in seen], [amount for _, amount in seen],
            [colour] * len(seen),
            [f"<b>{label}</b><br>{wording.euro_estimate(amount.value)}" for _, amount in seen],
            symbol=theme.SYMBOLS[index % len(theme.SYMBOLS)],
        )  # fmt: skip
        for place, amount in seen:
            figure.add_annotation(
                text=charts.strong(_thousands(amount.value), leads), x=place, y=amount.value,
                xanchor="left", xshift=9, showarrow=False,
                font={"size": 12, "color": theme.INK}, bgcolor="rgba(255,255,255,0.8)",
            )  # fmt: skip
    return figure


def tornado(items: Sequence[tuple[str, float, float]], middle: float) -> go.Figure:
    """Net with one assumption at its low and at its high value; the largest swing on top."""
    figure = charts.canvas(70 + 44 * len(items), right=50, top=30)
    ends = [middle, *(end for _, low, high in items for end in (low, high))]
    low, high = min(ends), max(ends)
    pad = (high - low or 1.0) * 0.16
    figure.update_xaxes(
        range=[low - pad, high + pad], showgrid=True, gridcolor=theme.GRID, nticks=6,
        showline=False, **charts.euro_axis(),
        title={"text": tr("netto over alle schooljaren samen"),
               "font": {"size": 12, "color": theme.MUTED}},
    )  # fmt: skip
    figure.update_yaxes(
        tickvals=list(range(len(items))),
        ticktext=[charts.wrapped(label, 40) for label, _, _ in items],
        range=[len(items) - 0.4, -0.6], showgrid=False, tickfont={"color": theme.INK, "size": 12.5},
        **charts.SPACED,
    )  # fmt: skip
    for place, (label, at_low, at_high) in enumerate(items):
        for end, colour, word in (
            (at_low, theme.ACCENT_SOFT, tr("laag")),
            (at_high, theme.ACCENT, tr("hoog")),
        ):
            figure.add_trace(
                go.Bar(
                    orientation="h", y=[place], x=[end - middle], base=[middle], width=0.5,
                    marker={"color": colour},
                    hovertemplate=f"<b>{label}</b><br>{word}: {wording.euro_estimate(end)}"
                    "<extra></extra>",
                )
            )  # fmt: skip
            right = end >= middle - 1000
            figure.add_annotation(
                text=f"{word} {_thousands(end)}", x=end, y=place, showarrow=False,
                xanchor="left" if right else "right", xshift=5 if right else -5,
                font={"size": 11.5, "color": theme.INK},
            )  # fmt: skip
    figure.add_shape(
        type="line", yref="paper", y0=0, y1=1, x0=middle, x1=middle,
        line={"color": theme.INK, "width": 1},
    )  # fmt: skip
    figure.add_annotation(
        text=tr("netto {bedrag}", bedrag=_thousands(middle)), yref="paper", y=1, x=middle,
        yanchor="bottom", showarrow=False, font={"size": 12, "color": theme.INK},
    )  # fmt: skip
    if low < 0 < high:
        figure.add_shape(
            type="line", yref="paper", y0=0, y1=1, x0=0, x1=0,
            line={"color": theme.SIGNAL, "width": 1, "dash": "dash"},
        )  # fmt: skip
    figure.update_layout(barmode="overlay")
    return figure


def _marks(
    figure: go.Figure,
    places: Sequence[float],
    amounts: Sequence[Amount],
    colours: Sequence[str],
    hovers: Sequence[str],
    *,
    size: int = 11,
    symbol: str = "circle",
) -> None:
    """Points with their intervals as standing lines."""
    for place, amount, colour in zip(places, amounts, colours, strict=True):
        if amount.low is not None and amount.high is not None:
            figure.add_shape(
                type="line", x0=place, x1=place, y0=amount.low, y1=amount.high,
                line={"color": colour, "width": 2},
            )  # fmt: skip
    figure.add_trace(
        go.Scatter(
            x=list(places), y=[amount.value for amount in amounts], mode="markers",
            marker={"size": size, "color": list(colours), "symbol": symbol, "opacity": 1},
            hovertemplate=[f"{hover}<extra></extra>" for hover in hovers],
        )
    )  # fmt: skip


def _thousands(value: float) -> str:
    """€ 1,02 mln or € 86.000: short, for at a mark."""
    if abs(value) >= 1e6:
        return tr("€ {miljoen} mln", miljoen=wording.signed(value / 1e6, 2))
    return wording.euro_estimate(value)


def _three_lines(label: str) -> str:
    """A label broken at spaces, about 13 characters to a line."""
    lines: list[str] = [""]
    for word in label.split():
        if lines[-1] and len(lines[-1]) + len(word) >= 14:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return "<br>".join(lines)
