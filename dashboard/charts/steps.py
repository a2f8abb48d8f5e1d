"""Charts of effects and savings: event study, waterfall, routes through the years, drivers.

No Streamlit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dashboard.charts import marks, scale
from dashboard.charts.chart import Axis, Chart, Mark, Series
from dashboard.language import published, tr
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


def waterfall(steps: Sequence[Step]) -> Chart:
    """From gross to net: what adds stands up, what costs goes down, totals stand on the axis."""
    found = tuple(_step(step) for step in steps)
    chart = Chart("stappen", found, Axis(0, 0), marks.THOUSANDS, tr("Bedrag, maal € 1.000"))
    reach = [end for span in chart.spans for end in span]
    reach += [end for mark in found if mark.strong for end in (mark.low, mark.high) if end]
    low, high = scale.reach(reach, 0.1)
    low = low if min(reach, default=0.0) < 0 else 0.0
    return replace(chart, axis=Axis(low, high, scale.amounts(low, high)))


def _step(step: Step) -> Mark:
    amount = _whole(step.amount)
    plus = "+" if amount.value > 0 and not step.total else ""
    return Mark(
        step.label, amount.value, f"{plus}{_thousands(amount.value)}", amount.low, amount.high,
        step.total, (step.label, wording.euro_estimate(amount.value)),
    )  # fmt: skip


def _whole(amount: Amount) -> Amount:
    """In whole euros: an estimate has no cents."""
    low, high = (None if end is None else float(round(end)) for end in (amount.low, amount.high))
    return Amount(float(round(amount.value)), low, high)


def event_study(rows: Sequence[Mapping[str, Any]], axis: str) -> Chart:
    """Differences per period with their intervals, around zero, and where it started."""
    seen = [row for row in rows if wording.visible(row)]
    low, high = scale.reach(
        end for row in seen for end in (row["waarde"], row["onder"], row["boven"])
    )
    found = tuple(_period(row) for row in rows)
    return Chart(
        "studie", found, Axis(low, high, scale.values(low, high), axis), "0.0", axis,
        start=sum(row["volgorde"] < 0 for row in rows),
    )  # fmt: skip


def _period(row: Mapping[str, Any]) -> Mark:
    name = published(str(row["periode"]))
    if not wording.visible(row):
        return Mark(name, None, "")
    told = name, wording.signed(row["waarde"])
    return Mark(
        name, row["waarde"], "", row["onder"], row["boven"], row["volgorde"] >= 0, told
    )  # fmt: skip


def routes(
    years: Sequence[str], lines: Sequence[tuple[str, bool, Sequence[Amount | None]]]
) -> Chart:
    """An amount per school year along each route, beside each other, with intervals.

    `lines`: label, whether it leads, and an amount per year.
    """
    known = [amount for _, _, amounts in lines for amount in amounts if amount]
    low, high = scale.reach((end for a in known for end in (a.value, a.low, a.high)), 0.1)
    series = tuple(
        Series(label, tuple(_amount(label, amount) for amount in amounts), strong=leads)
        for label, leads, amounts in lines
    )
    axis = Axis(low, high, scale.amounts(low, high))
    return Chart(
        "routes", (), axis, marks.EURO, tr("Schatting"), series=series, steps=tuple(years)
    )  # fmt: skip


def _amount(label: str, amount: Amount | None) -> Mark:
    if amount is None:
        return Mark(label, None, "")
    told = label, wording.euro_estimate(amount.value)
    return Mark(
        label, amount.value, _thousands(amount.value), amount.low, amount.high, told=told
    )  # fmt: skip


def accepted(curves: Sequence[tuple[str, bool, Sequence[tuple[int, float]]]]) -> Chart:
    """The chance that a shortfall is no larger than a share of the cost, along each route.

    `curves`: label, whether it leads, and (shortfall, chance), both in percent, from left to right.
    """
    shares = sorted({share for _, _, curve in curves for share, _chance in curve})
    series = tuple(
        Series(
            label,
            tuple(
                Mark(f"{share}%", chance, "", told=(label, f"{share}%: {wording.chance(chance)}"),
                     at=float(share))
                for share, chance in curve
            ),
            quiet=not leads, strong=leads,
        )
        for label, leads, curve in curves
    )  # fmt: skip
    return Chart(
        "krommen", (), Axis(0, 104, tuple((n, f"{n}%") for n in range(0, 101, 25)), tr("kans")),
        '0"%"', tr("kans"), series=series,
        across=Axis(
            -2, max(shares, default=50) + 1, tuple((share, f"{share}%") for share in shares),
            tr("tekort, deel van de kosten"),
        ),
    )  # fmt: skip


def tornado(items: Sequence[tuple[str, float, float]], middle: float) -> Chart:
    """Net with one assumption at its low and at its high value; the largest swing on top."""
    ends = [middle, *(end for _, low, high in items for end in (low, high))]
    low, high = min(ends), max(ends)
    pad = (high - low or 1.0) * 0.2
    least, most = tr("laag"), tr("hoog")
    series = (
        Series(least, tuple(_swing(label, end, least) for label, end, _ in items)),
        Series(most, tuple(_swing(label, end, most) for label, _, end in items), strong=True),
    )
    axis = Axis(
        low - pad, high + pad, scale.amounts(low - pad, high + pad),
        tr("netto over alle schooljaren samen"),
    )  # fmt: skip
    norm = middle, tr("netto {bedrag}", bedrag=_thousands(middle))
    return Chart("tornado", (), axis, marks.EURO, tr("Schatting"), norm, series=series)


def _swing(label: str, end: float, word: str) -> Mark:
    told = label, f"{word}: {wording.euro_estimate(end)}"
    return Mark(label, end, f"{word} {_thousands(end)}", told=told)


def _thousands(value: float) -> str:
    """€ 1,02 mln or € 86.000: short, for at a mark."""
    if abs(value) >= 1e6:
        return tr("€ {miljoen} mln", miljoen=wording.signed(value / 1e6, 2))
    return wording.euro_estimate(value)
