"""Attacks on one topic: what each kind of reader works out, cell by cell.

Every attack gives guesses: between which numbers a cell, or one cell less another, must lie.
Whether a guess tells too much is for the referee to say.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pipelines.audit.knowledge import Topic
from pipelines.audit.linear import Attacker, Between, Bounds, Seen, View, Watch

SLACK = 1e-6
CLOSE = 12  # bounds nearer than this are sought in whole numbers too
INSIDERS = ("vestiging", "aanbieder", "gemeente", "wijk")
INSIDER_WIDTH = 3
WIDE = 5


@dataclass(frozen=True)
class Guess:
    """What an attack says of `cell`, or of `cell` less `minus`."""

    attack: str
    cell: int
    bounds: Bounds
    minus: int | None = None


def linear(topic: Topic, seen: View) -> Iterator[Guess]:
    """Everything shown, all relations at once: every hidden cell and every complement.

    A table found for one cell is looked at for all: a cell that is nothing in one and enough in
    another (`_enough`) needs no further look.
    """
    attacker = Attacker(seen)
    hidden = set(topic.hidden)
    pairs = [(n, t) for t, n in sorted(topic.pairs) if not _plainly_many(topic, seen, n, t)]
    watch = attacker.watch([*((cell, None) for cell in topic.hidden), *pairs])
    if not topic.money:
        attacker.lows(topic.hidden)
        attacker.highs({cell: _enough(topic, cell) for cell in topic.hidden})
    for cell in topic.hidden:
        if topic.money or not watch.spans((cell, None), 0, _enough(topic, cell)):
            yield from _guess("lineair", attacker, topic, cell)
    for noemer, teller in pairs:
        whole = bool(hidden & {teller, noemer})
        limit = max(topic.thresholds[noemer], topic.thresholds[teller])
        if topic.money or not watch.spans((noemer, teller), 0, limit):
            yield from _guess("complement", attacker, topic, noemer, teller, whole=whole)


def _plainly_many(topic: Topic, seen: View, noemer: int, teller: int) -> bool:
    """Whether two shown numbers by themselves leave nothing, or as many as may be told."""
    whole, part = seen.shown.get(noemer), seen.shown.get(teller)
    if whole is None:
        return False
    limit = max(topic.thresholds[noemer], topic.thresholds[teller])
    return whole.high == 0 or (part is not None and whole.low - part.high >= limit)


def _enough(topic: Topic, cell: int) -> int:
    """From how many units on a cell that may be nothing tells nothing (never less than one)."""
    least = max(topic.thresholds[cell], WIDE)
    return max(1, min(least, topic.ceilings.get(cell, least)))


def differencing(topic: Topic, seen: View) -> Iterator[Guess]:
    """A shown cell less a shown part of it, where that leaves few.

    Of a part that is shown to be nothing the rest is the cell itself, which is shown too.
    """
    attacker = Attacker(seen)
    close: list[tuple[int, int]] = []
    wholes = {(w, p) for whole, parts in seen.sums for w, p in ((whole, q) for q in parts)}
    wholes |= {(w, p) for p, w in seen.parts}
    for whole, part in sorted(wholes - {(n, t) for t, n in topic.pairs}):
        if whole == part or whole not in topic.shown or part not in topic.shown:
            continue
        if topic.shown[part].high == 0:
            continue
        if topic.shown[whole].low - topic.shown[part].high < topic.thresholds[part]:
            close.append((whole, part))
    watch = attacker.watch(close)
    for whole, part in close:
        low, high = watch.range((whole, part))
        if low > SLACK and high < topic.thresholds[part] - SLACK:
            yield from _guess("verschil", attacker, topic, whole, part)


def rule_aware(topic: Topic, seen: View, small: Collection[int]) -> Iterator[Guess]:
    """A reader who is told which cells are hidden for themselves, and takes them to be 1 to T-1."""
    spans = {cell: (1, topic.thresholds[cell] - 1) for cell in small if cell not in topic.shown}
    attacker = Attacker(seen, spans)
    watch = attacker.watch([(cell, None) for cell in sorted(spans)])
    attacker.lows(sorted(spans))
    attacker.highs({cell: most for cell, (_, most) in sorted(spans.items())})
    for cell in sorted(spans):
        low, high = watch.range((cell, None))
        if high - low >= 1 - SLACK:
            continue
        bounds = attacker.bounds({cell: 1.0})
        if bounds is not None:
            yield Guess("regel", cell, bounds)


def insiders(
    topic: Topic,
    seen: View,
    truth: Mapping[int, int],
    targets: Collection[int],
    inside: Mapping[int, Sequence[Collection[int]]],
) -> Iterator[Guess]:
    """Each school, provider, municipality and wijkteam knows its own cells exactly, and looks at
    the small ones of others.

    Only cells of which it comes nearer than `INSIDER_WIDTH` are told. `inside`: per cell of an area
    those of the areas in it, by each level; a municipality knows those of its schools too, and an
    area in which nobody else has a unit is no other's.
    """
    own: dict[tuple[str, str], set[int]] = {}
    for cell, (_, key) in enumerate(topic.places):
        if key[1] in INSIDERS and cell in truth:
            parts = (part for level in inside.get(cell, ()) for part in level if part in truth)
            own.setdefault((key[1], key[2]), set()).update((cell, *parts))
    if not own or not targets:
        return
    attacker = Attacker(seen)
    for (level, area), known in sorted(own.items()):
        cells = sorted(known)
        if all(_told(seen, cell) for cell in cells):
            continue  # what everybody knows is no more than a reader has
        years = {topic.places[cell][1][0] for cell in cells}
        mine = set(cells)
        todo = {t for t in targets if t not in mine and topic.places[t][1][0] in years}
        todo -= {t for t in todo if _nobody_else(topic, t, truth, inside, mine)}
        attacker.limit({cell: (truth[cell], truth[cell]) for cell in cells})
        watch = attacker.watch([(t, None) for t in sorted(todo)], whole=False)
        attacker.highs({t: truth[t] + INSIDER_WIDTH for t in sorted(todo)})
        if any(not _wide(watch, target) for target in todo):
            attacker.lows(sorted(todo))
        for target in sorted(todo):
            if _wide(watch, target):
                continue
            bounds = attacker.bounds({target: 1.0})
            if bounds is not None and bounds.width < INSIDER_WIDTH - SLACK:
                yield Guess(
                    f"insider {area}" if level == "vestiging" else f"insider {level} {area}",
                    target,
                    bounds,
                )
        attacker.free(cells)


def _nobody_else(
    topic: Topic,
    target: int,
    truth: Mapping[int, int],
    inside: Mapping[int, Sequence[Collection[int]]],
    mine: Collection[int],
) -> bool:
    """Whether an insider makes up a cell alone: the cell, or all that is counted in its area."""
    population, key = topic.places[target]
    area = (*key[:3], "", "")
    every = replace(population, condition="None")
    for place in ((population, key), (population, area), (every, area)):
        cell = topic.number.get(place)
        if cell is None or cell not in truth or cell not in inside:
            continue
        for parts in inside[cell]:
            if truth[cell] == sum(truth[part] for part in parts if part in mine):
                return True
    return False


def _wide(watch: Watch, target: int) -> bool:
    low, high = watch.range((target, None))
    return high - low >= INSIDER_WIDTH - SLACK


def _told(seen: View, cell: int) -> bool:
    known = seen.shown.get(cell)
    return known is not None and known.low == known.high


def with_earlier(
    topic: Topic, seen: View, earlier: Topic, then: View, changed: Collection[tuple[str, str]] = ()
) -> View:
    """The same view by a reader who kept an earlier release, with all its tables.

    What that said of a cell holds still, unless this release contradicts it: then the cell was
    revised. `then`: the earlier release as its reader saw it; `changed`: areas (level, code) that
    were made of other schools then, so that they are other cells. Where the two cannot be made to
    agree, nothing of the earlier one is used.
    """
    shown: dict[int, Seen] = dict(seen.shown)
    number: dict[int, int] = {}
    cells = seen.cells
    for place, old in earlier.number.items():
        cell = None if place[1][1:3] in changed else topic.number.get(place)
        if cell is None:
            cell, cells = cells, cells + 1
        number[old] = cell
        before, now = earlier.shown.get(old), shown.get(cell)
        if before is None:
            continue
        low, high = before.low, before.high
        if now is not None:
            low, high = max(low, now.low), min(high, now.high)
        if low <= high:
            shown[cell] = Between(low, high)
    both = replace(
        seen,
        cells=cells,
        shown=shown,
        sums=[*seen.sums, *_moved(then.sums, number)],
        bounded=[*seen.bounded, *_moved(then.bounded, number)],
        parts=[*seen.parts, *((number[p], number[w]) for p, w in then.parts)],
    )
    if shown == seen.shown:
        return seen
    return both if Attacker(both).consistent() else seen


def _moved(
    sums: Iterable[tuple[int, Sequence[int]]], number: Mapping[int, int]
) -> list[tuple[int, Sequence[int]]]:
    return [(number[whole], [number[part] for part in parts]) for whole, parts in sums]


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
