"""Streams from one list to another. No Streamlit."""

from __future__ import annotations

from collections.abc import Sequence

from dashboard.charts.chart import Axis, Chart, Mark, Series
from dashboard.language import tr
from dashboard.words import wording


def largest(streams: Sequence[tuple[str, str, float]], most: int) -> list[tuple[str, str, float]]:
    """The largest streams, at most `most`, in the order given; equal ones in or out together."""
    if len(streams) <= most:
        return list(streams)
    limit = sorted((value for _, _, value in streams), reverse=True)[most]
    kept = [stream for stream in streams if stream[2] > limit]
    return kept or list(streams)


def flow(
    streams: Sequence[tuple[str, str, float]], sources: Sequence[str], targets: Sequence[str]
) -> Chart:
    """From one list to another, as wide as the count. Hidden streams are not drawn."""
    series = tuple(
        Series(source, tuple(_stream(*one) for one in streams if one[0] == source))
        for source in sources
    )
    return Chart(
        "stromen", (), Axis(0, 1), "#,##0", tr("Aantal"), series=series, steps=tuple(targets)
    )  # fmt: skip


def _stream(source: str, target: str, value: float) -> Mark:
    said = tr("{bron} naar {doel}: {aantal}", bron=source, doel=target,
              aantal=wording.number(value))  # fmt: skip
    return Mark(target, value, wording.number(value), told=(said,))
