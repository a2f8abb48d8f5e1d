"""Attacks on one topic: what each kind of reader works out, cell by cell.

Every attack gives guesses: between which numbers a cell, or one cell less another, must lie.
Whether a guess tells too much is for the referee to say.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from pipelines.audit.knowledge import Topic
from pipelines.audit.linear import Attacker, Between, Bounds, Seen, View

SLACK = 1e-6
CLOSE = 12  # bounds nearer than this are sought in whole numbers too
INSIDER_WIDTH = 3


@dataclass(frozen=True)
class Guess:
    """What an attack says of `cell`, or of `cell` less `minus`."""

    attack: str
    cell: int
    bounds: Bounds
    minus: int | None = None


def linear(topic: Topic, seen: View) -> Iterator[Guess]:
    """Everything shown, all relations at once: every hidden cell and every complement."""
    attacker = Attacker(seen)
    for cell in topic.hidden:
        yield from _guess("lineair", attacker, topic, cell)
    hidden = set(topic.hidden)
    for teller, noemer in sorted(topic.pairs):
        whole = bool(hidden & {teller, noemer})
        yield from _guess("complement", attacker, topic, noemer, teller, whole=whole)


def differencing(topic: Topic, seen: View) -> Iterator[Guess]:
    """A shown cell less a shown part of it, where that leaves few."""
    attacker = Attacker(seen)
    wholes = {(w, p) for whole, parts in seen.sums for w, p in ((whole, q) for q in parts)}
    wholes |= {(w, p) for p, w in seen.parts}
    for whole, part in sorted(wholes - {(n, t) for t, n in topic.pairs}):
        if whole == part or whole not in topic.shown or part not in topic.shown:
            continue
        if topic.shown[whole].low - topic.shown[part].high < topic.thresholds[part]:
            yield from _guess("verschil", attacker, topic, whole, part)


def rule_aware(topic: Topic, seen: View, small: Collection[int]) -> Iterator[Guess]:
    """A reader who is told which cells are hidden for themselves, and takes them to be 1 to T-1."""
    spans = {cell: (1, topic.thresholds[cell] - 1) for cell in small if cell not in topic.shown}
    attacker = Attacker(seen, spans)
    for cell in sorted(spans):
        bounds = attacker.bounds({cell: 1.0})
        if bounds is not None:
            yield Guess("regel", cell, bounds)


def insiders(
    topic: Topic, seen: View, truth: Mapping[int, int], targets: Collection[int]
) -> Iterator[Guess]:
    """Each school knows its own cells exactly, and looks at the small ones of others.

    Only cells of which it comes nearer than `INSIDER_WIDTH` are told.
    """
    own: dict[str, list[int]] = {}
    for cell, (_, key) in enumerate(topic.places):
        if key[1] == "vestiging" and cell in truth:
            own.setdefault(key[2], []).append(cell)
    if not own or not targets:
        return
    attacker = Attacker(seen)
    for school, cells in sorted(own.items()):
        years = {topic.places[cell][1][0] for cell in cells}
        attacker.limit({cell: (truth[cell], truth[cell]) for cell in cells})
        todo = {t for t in targets if t not in set(cells) and topic.places[t][1][0] in years}
        todo -= _free(attacker, topic, truth, todo)
        for target in sorted(todo):
            bounds = attacker.bounds({target: 1.0})
            if bounds is not None and bounds.width < INSIDER_WIDTH - SLACK:
                yield Guess(f"insider {school}", target, bounds)
        attacker.free(cells)


def _free(
    attacker: Attacker, topic: Topic, truth: Mapping[int, int], todo: Iterable[int]
) -> set[int]:
    """Targets that one table, or two, put far enough from the truth to need no further look."""
    found: set[int] = set()
    left = sorted(todo)
    for _ in range(3):
        if not left:
            break
        point = attacker.spread({t: truth[t] + INSIDER_WIDTH for t in left})
        if point is None:
            break
        met = {t for t in left if point[t] >= truth[t] + INSIDER_WIDTH - SLACK}
        found |= met
        left = [t for t in left if t not in met]
        if not met:
            break
    return found


def with_earlier(topic: Topic, seen: View, earlier: Topic) -> View:
    """The same view by a reader who kept an earlier release.

    What that said of a cell holds still, unless this release contradicts it: then the cell was
    revised. Where a year cannot be made to agree, nothing of that year is used.
    """
    shown: dict[int, Seen] = dict(seen.shown)
    kept: dict[str, dict[int, Seen]] = {}
    for place, old in earlier.number.items():
        cell = topic.number.get(place)
        before = earlier.shown.get(old)
        if cell is None or before is None:
            continue
        now = seen.shown.get(cell)
        low, high = before.low, before.high
        if now is not None:
            low, high = max(low, now.low), min(high, now.high)
        if low <= high:
            kept.setdefault(place[1][0], {})[cell] = Between(low, high)
    for year in sorted(kept):
        trial = _seeing(seen, shown | kept[year])
        if Attacker(trial).consistent():
            shown = dict(trial.shown)
    return _seeing(seen, shown)


def _seeing(seen: View, shown: Mapping[int, Seen]) -> View:
    return replace(seen, shown=shown)


def _guess(
    name: str,
    attacker: Attacker,
    topic: Topic,
    cell: int,
    minus: int | None = None,
    *,
    whole: bool = True,
) -> Iterator[Guess]:
    """A guess by linear bounds; close ones of counts also in whole numbers, where `whole`."""
    terms = {cell: 1.0} if minus is None else {cell: 1.0, minus: -1.0}
    bounds = attacker.bounds(terms)
    if bounds is None:
        return
    yield Guess(name, cell, bounds, minus)
    if topic.money or bounds.width > CLOSE or not whole:
        return
    rounded = Bounds(math.ceil(bounds.low - SLACK), math.floor(bounds.high + SLACK))
    if rounded.width > 0:
        rounded = attacker.whole_bounds(terms) or rounded
    yield Guess(f"{name}, geheel", cell, rounded, minus)
