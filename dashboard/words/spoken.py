"""What a chart shows, in a sentence for who cannot see it. No Streamlit.

A hidden value is told as hidden and nothing more, as in the table.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from dashboard.language import plural, tr
from dashboard.release.released import Metric
from dashboard.words import covered, wording

Cell = Mapping[str, Any]


def trend(metric: Metric, rows: Sequence[Cell]) -> str:
    """From the first to the last year with a value that cover the same, and what is hidden."""
    seen = [row for row in rows if wording.visible(row)]
    if not seen:
        return _hidden(rows)
    last = seen[-1]
    first = next((row for row in seen if covered.same(row, last)), last)
    end, year = wording.said_full(metric, last), last["schooljaar"]
    if first is last:
        told = tr("{waarde} in {jaar}.", waarde=end, jaar=year)
    elif wording.said_full(metric, first) == end:
        told = tr("Gelijk gebleven: {waarde} in {jaar}.", waarde=end, jaar=year)
    else:
        told = tr(
            "Van {eerst} in {begin} naar {waarde} in {jaar}.",
            eerst=wording.said_full(metric, first), begin=first["schooljaar"],
            waarde=end, jaar=year,
        )  # fmt: skip
    return " ".join(filter(None, (told, covered.broken(rows), _hidden(rows))))


def bars(metric: Metric, rows: Sequence[Cell], labels: Sequence[str]) -> str:
    """The highest and the lowest category with a value, and what is hidden."""
    seen = [
        (row["waarde"], label)
        for row, label in zip(rows, labels, strict=True)
        if wording.visible(row)
    ]
    if not seen:
        return _hidden(rows)
    told = [tr("Hoogst: {waarde}.", waarde=_told(metric, max(seen, key=_value)))]
    if len(seen) > 1:
        told.append(tr("Laagst: {waarde}.", waarde=_told(metric, min(seen, key=_value))))
    return " ".join([*told, _hidden(rows)]).strip()


def lines(metric: Metric, series: Sequence[tuple[str, Sequence[Cell]]]) -> str:
    """Each line with its last value."""
    ends = []
    for label, rows in series:
        seen = [row for row in rows if wording.visible(row)]
        last = wording.said_full(metric, seen[-1]) if seen else tr("geen zichtbare waarde")
        ends.append(f"{label}: {last}")
    return tr("Laatste waarden: {waarden}.", waarden="; ".join(ends))


def each(values: Iterable[tuple[str, str]]) -> str:
    """Every mark of a small chart with its value, as it is written beside the mark."""
    told = "; ".join(f"{label}: {value}" for label, value in values)
    return f"{told}." if told else ""


def _told(metric: Metric, item: tuple[float, str]) -> str:
    return f"{item[1]} ({wording.full(metric, item[0])})"


def _value(item: tuple[float, str]) -> float:
    return item[0]


def _hidden(rows: Sequence[Cell]) -> str:
    count = sum(row["status"] == wording.HIDDEN for row in rows)
    if not count:
        return ""
    return plural(
        "{n} waarde is afgeschermd.", "{n} waarden zijn afgeschermd.", count,
        n=wording.number(count),
    )  # fmt: skip
