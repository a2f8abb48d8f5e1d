"""Two sides of several shares, one row per metric. No Streamlit."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.charts import marks
from dashboard.charts.chart import Axis, Chart, Mark, Series
from dashboard.exhibits.comparing import Pair
from dashboard.words import wording
from dashboard.words.selection import Cell


def shares(found: Sequence[Pair], names: tuple[str, str]) -> Chart:
    """Both sides of each share with their intervals. Only pairs that are shown on both sides."""
    series = tuple(
        Series(name, tuple(_mark(pair, side, name) for pair in found), quiet=bool(side))
        for side, name in enumerate(names)
    )
    axis = Axis(-1.5, 112, tuple((step, f"{step}%") for step in (0, 25, 50, 75, 100)))
    return Chart("paren", (), axis, '0"%"', "", series=series)


def _mark(pair: Pair, side: int, name: str) -> Mark:
    cell = pair.other if side else pair.one
    return Mark(
        pair.label, float(cell["waarde"]), wording.said(pair.metric, cell),
        cell["onder"], cell["boven"], told=tuple(_hover(pair, name, cell)),
    )  # fmt: skip


def _hover(pair: Pair, name: str, cell: Cell) -> list[str]:
    told = [pair.label, f"{name}: {wording.said_full(pair.metric, cell)}"]
    if interval := wording.interval(pair.metric, cell["onder"], cell["boven"]):
        told.append(marks.interval(interval))
    return told
