"""What a chart shows, in a sentence for who cannot see it. No Streamlit.

A hidden value is told as hidden and nothing more, as in the table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard import wording
from dashboard.released import Metric

Cell = Mapping[str, Any]


def trend(metric: Metric, rows: Sequence[Cell]) -> str:
    """From the first to the last year with a value, and what is hidden."""
    seen = [row for row in rows if _visible(row)]
    if not seen:
        return _hidden(rows)
    first, last = seen[0], seen[-1]
    end = f"{wording.full(metric, last['waarde'])} in {last['schooljaar']}"
    if first is last:
        return f"{end}. {_hidden(rows)}".strip()
    begin = f"{wording.full(metric, first['waarde'])} in {first['schooljaar']}"
    told = (
        f"Gelijk gebleven: {end}."
        if wording.full(metric, first["waarde"]) == wording.full(metric, last["waarde"])
        else f"Van {begin} naar {end}."
    )
    return f"{told} {_hidden(rows)}".strip()


def bars(metric: Metric, rows: Sequence[Cell], labels: Sequence[str]) -> str:
    """The highest and the lowest category with a value, and what is hidden."""
    seen = [
        (row["waarde"], label) for row, label in zip(rows, labels, strict=True) if _visible(row)
    ]
    if not seen:
        return _hidden(rows)
    told = [f"Hoogst: {_told(metric, max(seen, key=_value))}."]
    if len(seen) > 1:
        told.append(f"Laagst: {_told(metric, min(seen, key=_value))}.")
    return " ".join([*told, _hidden(rows)]).strip()


def lines(metric: Metric, series: Sequence[tuple[str, Sequence[Cell]]]) -> str:
    """Each line with its last value."""
    ends = []
    for label, rows in series:
        seen = [row for row in rows if _visible(row)]
        ends.append(f"{label}: {_words(metric, seen[-1]) if seen else 'geen zichtbare waarde'}")
    return "Laatste waarden: " + "; ".join(ends) + "."


def _words(metric: Metric, row: Cell) -> str:
    return wording.full(metric, row["waarde"])


def _told(metric: Metric, item: tuple[float, str]) -> str:
    return f"{item[1]} ({wording.full(metric, item[0])})"


def _value(item: tuple[float, str]) -> float:
    return item[0]


def _visible(row: Cell) -> bool:
    return row["status"] == wording.VISIBLE and row["waarde"] is not None


def _hidden(rows: Sequence[Cell]) -> str:
    count = sum(row["status"] == wording.HIDDEN for row in rows)
    if not count:
        return ""
    return f"{wording.count_of(count, 'waarde is', 'waarden zijn')} afgeschermd."
