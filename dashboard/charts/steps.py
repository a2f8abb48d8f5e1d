"""Charts of effects and savings: event study, waterfall, routes through the years, drivers.

No Streamlit. The same quiet look as `charts`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dashboard.charts import marks
from dashboard.language import published, tr
from dashboard.render import drawing, theme
from dashboard.render.drawing import Axis, Figure, Strong
from dashboard.words import wording


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


def event_study(rows: Sequence[Mapping[str, Any]], axis: str) -> Figure:
    """Differences per period with their intervals, around zero; a line where it started."""
    seen = [(place, row) for place, row in enumerate(rows) if marks.visible(row)]
    low, high = marks.reach(
        end for _, row in seen for end in (row["waarde"], row["onder"], row["boven"])
    )
    periods = [published(str(row["periode"])) for row in rows]
    figure = Figure(
        Axis(
            -0.6, len(rows) - 0.4, line=True,
            ticks=tuple((place, marks.wrapped(name, 10)) for place, name in enumerate(periods)),
        ),
        Axis(low, high, marks.values(low, high), axis, grid=True), 330,
    )  # fmt: skip
    figure.rule(theme.INK, y=0)
    marks.started(figure, sum(row["volgorde"] < 0 for row in rows) - 0.5)
    for place, row in seen:
        _mark(
            figure, place, Amount(row["waarde"], row["onder"], row["boven"]),
            theme.ACCENT if row["volgorde"] >= 0 else theme.MUTED,
            tip=(periods[place], wording.signed(row["waarde"])),
        )  # fmt: skip
    return figure


def waterfall(steps: Sequence[Step]) -> Figure:
    """From gross to net: what adds stands up, what costs goes down, totals stand on the axis."""
    running, spans = 0.0, []
    for step in steps:
        start = 0.0 if step.total else running
        running = step.amount.value if step.total else running + step.amount.value
        spans.append((start, running))
    reach = [end for span in spans for end in span]
    reach += [end for s in steps for end in (s.amount.low, s.amount.high) if s.total and end]
    low, high = marks.reach(reach, 0.1)
    low = low if min(reach, default=0.0) < 0 else 0.0
    labels = enumerate(_three_lines(step.label) for step in steps)
    figure = Figure(
        Axis(-0.6, len(steps) - 0.4, tuple(labels), size=12, colour=theme.INK),
        Axis(low, high, marks.amounts(low, high), grid=True), 400, top=30,
    )  # fmt: skip
    figure.rule(theme.INK, y=0)
    for place, (step, (start, end)) in enumerate(zip(steps, spans, strict=True)):
        colour = theme.ACCENT if step.total else theme.ACCENT_SOFT
        figure.bar(
            (place - 0.31, place + 0.31), (start, end),
            theme.SIGNAL if end < start and not step.total else colour,
            (step.label, wording.euro(step.amount.value)),
        )  # fmt: skip
        if place + 1 < len(steps):
            joint = (place + 0.31, end), (place + 0.69, end)
            figure.segment(*joint, theme.MUTED, dash=drawing.DOTTED)
        top = max(start, end)
        if step.total and step.amount.low is not None and step.amount.high is not None:
            figure.segment((place, step.amount.low), (place, step.amount.high), theme.INK, 2)
            top = max(top, step.amount.high)
        plus = "+" if step.amount.value > 0 and not step.total else ""
        figure.words(
            marks.strong(f"{plus}{_thousands(step.amount.value)}", step.total), place, top,
            at="above", dy=-3,
        )  # fmt: skip
    return figure


def routes(
    years: Sequence[str], lines: Sequence[tuple[str, bool, Sequence[Amount | None]]]
) -> Figure:
    """An amount per school year along each route, beside each other, with intervals.

    `lines`: label, whether it leads, and an amount per year.
    """
    low, high = marks.reach(
        (
            end
            for _, _, amounts in lines
            for amount in amounts
            if amount
            for end in (amount.value, amount.low, amount.high)
        ),
        0.1,
    )
    gap = 0.84 / max(len(lines), 1)
    shifts = [(index - (len(lines) - 1) / 2) * gap for index in range(len(lines))]
    labels = tuple(
        (place + shift, marks.strong(marks.wrapped(label, 12), leads))
        for place in range(len(years))
        for shift, (label, leads, _) in zip(shifts, lines, strict=True)
    )
    figure = Figure(
        Axis(-0.5, len(years) - 0.5, labels, size=11.5, colour=theme.INK),
        Axis(low, high, marks.amounts(low, high), grid=True), 360, right=30,
    )  # fmt: skip
    figure.rule(theme.INK, y=0)
    for number, year in enumerate(years):
        figure.words(Strong(year), number, high, at="above", size=13)
        if number:
            figure.rule(theme.LINE, x=number - 0.5)
    for index, (label, leads, amounts) in enumerate(lines):
        for number, amount in enumerate(amounts):
            if amount is None:
                continue
            place = number + shifts[index]
            _mark(
                figure, place, amount, theme.ACCENT if leads else theme.MUTED,
                symbol=theme.SYMBOLS[index % len(theme.SYMBOLS)],
                tip=(label, wording.euro_estimate(amount.value)),
            )  # fmt: skip
            figure.words(
                marks.strong(_thousands(amount.value), leads), place, amount.value,
                anchor="start", dx=9, size=12, halo=True,
            )  # fmt: skip
    return figure


def accepted(curves: Sequence[tuple[str, bool, Sequence[tuple[int, float]]]]) -> Figure:
    """The chance that a shortfall is no larger than a share of the cost, along each route.

    `curves`: label, whether it leads, and (shortfall, chance), both in percent, from left to right.
    """
    shares = sorted({share for _, _, curve in curves for share, _chance in curve})
    figure = Figure(
        Axis(
            -2, max(shares, default=50), line=True, title=tr("tekort, deel van de kosten"),
            ticks=tuple((share, f"{share}%") for share in shares),
        ),
        Axis(0, 104, tuple((n, f"{n}%") for n in range(0, 101, 25)), tr("kans"), grid=True), 320,
        right=max((drawing.wide(label, 13.5) for label, _, _ in curves), default=0) + 14,
    )  # fmt: skip
    ends = []
    for index, (label, leads, curve) in enumerate(curves):
        colour = theme.ACCENT if leads else theme.MUTED
        figure.stroke(curve, colour, 2.2 if leads else 1.4)
        for share, chance in curve:
            figure.dot(
                share, chance, colour, 9 if leads else 7,
                symbol=theme.SYMBOLS[index % len(theme.SYMBOLS)],
                tip=(label, f"{share}%: {wording.chance(chance)}"),
            )  # fmt: skip
        share, chance = curve[-1]
        ends.append(marks.End(share, chance, marks.strong(label, leads), colour))
    for end in marks.apart(ends, figure):
        figure.words(end.text, end.x, end.y, anchor="start", dx=10, colour=end.colour)
    return figure


def tornado(items: Sequence[tuple[str, float, float]], middle: float) -> Figure:
    """Net with one assumption at its low and at its high value; the largest swing on top."""
    ends = [middle, *(end for _, low, high in items for end in (low, high))]
    low, high = min(ends), max(ends)
    pad = (high - low or 1.0) * 0.2
    labels = enumerate(marks.wrapped(label, 40) for label, _, _ in items)
    figure = Figure(
        Axis(
            low - pad, high + pad, marks.amounts(low - pad, high + pad),
            tr("netto over alle schooljaren samen"), grid=True,
        ),
        Axis(len(items) - 0.4, -0.6, tuple(labels), size=12.5, colour=theme.INK),
        70 + 44 * len(items), top=30, right=50,
    )  # fmt: skip
    for place, (label, at_low, at_high) in enumerate(items):
        for end, colour, word in (
            (at_low, theme.ACCENT_SOFT, tr("laag")),
            (at_high, theme.ACCENT, tr("hoog")),
        ):
            tip = label, f"{word}: {wording.euro_estimate(end)}"
            figure.bar((middle, end), (place - 0.25, place + 0.25), colour, tip)
            right = end >= middle - 1000
            figure.words(
                f"{word} {_thousands(end)}", end, place, anchor="start" if right else "end",
                dx=5 if right else -5, size=11.5,
            )  # fmt: skip
    figure.rule(theme.INK, x=middle)
    figure.words(
        tr("netto {bedrag}", bedrag=_thousands(middle)), middle, figure.up.high, at="above",
        size=12,
    )  # fmt: skip
    if low < 0 < high:
        figure.rule(theme.SIGNAL, x=0, dash=drawing.DASHED)
    return figure


def _mark(
    figure: Figure, place: float, amount: Amount, colour: str, *, symbol: str = "circle",
    tip: Sequence[str],
) -> None:  # fmt: skip
    """A point with its interval as a standing line."""
    if amount.low is not None and amount.high is not None:
        figure.segment((place, amount.low), (place, amount.high), colour, 2)
    figure.dot(place, amount.value, colour, 11, symbol=symbol, tip=tip)


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
    return "\n".join(lines)
