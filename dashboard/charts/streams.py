"""Streams from one list to another. No Streamlit."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from dashboard.language import tr
from dashboard.render import drawing, theme
from dashboard.render.drawing import Axis, Figure
from dashboard.words import wording

# Between names under each other, in pixels.
_BETWEEN = 22
# How wide the ends of streams are, as a part of the chart.
_NODE = 0.012


def largest(streams: Sequence[tuple[str, str, float]], most: int) -> list[tuple[str, str, float]]:
    """The largest streams, at most `most`, in the order given; equal ones in or out together."""
    if len(streams) <= most:
        return list(streams)
    limit = sorted((value for _, _, value in streams), reverse=True)[most]
    kept = [stream for stream in streams if stream[2] > limit]
    return kept or list(streams)


def flow(
    streams: Sequence[tuple[str, str, float]], sources: Sequence[str], targets: Sequence[str]
) -> Figure:
    """From one list to another, as wide as the count. Hidden streams are not drawn."""
    tall = max(320, 48 * max(len(sources), len(targets)))
    total = sum(value for _, _, value in streams)
    most = max(len(sources), len(targets))
    # So many per pixel that the longest list fits, with room between its names.
    unit = total / (tall - 24 - _BETWEEN * (most - 1))
    left, right = (max(drawing.wide(name, 13) for name in names) for names in (sources, targets))
    figure = Figure(Axis(0, 1), Axis(tall * unit, 0), tall, top=8, right=right + 22)
    figure.left = left + 22
    starts = _stacked(sources, [(source, value) for source, _, value in streams], unit, tall)
    finishes = _stacked(targets, [(target, value) for _, target, value in streams], unit, tall)
    colours = dict(zip(sources, itertools.cycle(theme.SERIES), strict=False))
    outgoing, incoming = ({n: at for n, (at, _) in ends.items()} for ends in (starts, finishes))
    for source, target, value in streams:
        out, into = outgoing[source], incoming[target]
        figure.band(
            ((_NODE, out), (_NODE, out + value)), ((1 - _NODE, into), (1 - _NODE, into + value)),
            colours[source],
            (
                tr("{bron} naar {doel}: {aantal}", bron=source, doel=target,
                   aantal=wording.number(value)),
            ),
        )  # fmt: skip
        outgoing[source] += value
        incoming[target] += value
    for name, (at, size) in starts.items():
        figure.bar((0, _NODE), (at, at + size), colours[name])
        figure.words(name, 0, at + size / 2, anchor="end", dx=-8, size=13)
    for name, (at, size) in finishes.items():
        figure.bar((1 - _NODE, 1), (at, at + size), theme.MUTED)
        figure.words(name, 1, at + size / 2, anchor="start", dx=8, size=13)
    return figure


def _stacked(
    names: Sequence[str], parts: Sequence[tuple[str, float]], unit: float, tall: float
) -> dict[str, tuple[float, float]]:
    """Where each name begins and how much it has: under each other, in the middle of the height."""
    sizes = {name: sum(value for known, value in parts if known == name) for name in names}
    room = _BETWEEN * unit
    at = (tall * unit - sum(sizes.values()) - room * (len(names) - 1)) / 2
    found = {}
    for name, size in sizes.items():
        found[name] = (at, size)
        at += size + room
    return found
