"""A certificate that outsiders can check: worlds that agree with everything that ever left.

For every hidden count of a release it holds whole-number tables (worlds) of all counts: in one the
cell is nothing, in another as much as may show, or five more. They are found by the attacker, from
released files and declarations alone, never from the register: what anybody can compute from what
is public tells nothing new, so the certificate may be published. `pipelines/audit/bewijs.py`
checks it and knows nothing of how it was made. Of a hidden amount the worlds differ by 15% both
ways, and of the sum behind a hidden mean by five or a whole unit: what an outsider can check of
what is proved inside with the true amounts.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.audit import audit, truth
from pipelines.audit.attacks import WIDE, with_earlier
from pipelines.audit.knowledge import MONEY, Key, Part, Population, Released, Topic, parts, topics
from pipelines.audit.linear import ROUNDING, Attacker, Between, Floats, View, Watch
from pipelines.audit.relations import view
from pipelines.audit.truth import Schools
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.metric import Mean, Metric, Total

VERSION = 2
SETTLED = 1e-6
MARGIN = 0.15
FAR = 10**7
"""To which hidden amounts are pushed up at once."""
Named = tuple[tuple[str, str, str], Key, str]  # population, key, and the release that had it only


class Worlds(Watch):
    """The tables that are needed: for each hidden cell one in which it is nothing, and one in which
    it is `enough`. What cannot be nothing is uncertain by five, or (where it is large) by as much
    as a number that is shown; what cannot be anything else than nothing is no secret."""

    def __init__(self, enough: Mapping[int, int]) -> None:
        super().__init__([(cell, None) for cell in enough])
        self._enough = np.array(list(enough.values()), np.float64)
        self._lowest = np.full(len(enough), np.inf)
        self._highest = np.full(len(enough), -np.inf)
        self.points: list[Floats] = []

    def note(self, point: Floats) -> None:
        """Keep a table that has a cell nearer to nothing, or nearer to enough."""
        super().note(point)
        values = self.values(point)
        wanted = np.maximum(self._enough, self._lowest + WIDE)
        lower = (values < self._lowest) & (self._lowest > SETTLED)
        higher = (values > self._highest) & (self._highest < wanted)
        if lower.any() or higher.any():
            self.points.append(point)
            self._lowest = np.minimum(self._lowest, values)
            self._highest = np.maximum(self._highest, values)

    @property
    def left(self) -> list[int]:
        """Cells that lack what they need."""
        small = (self._lowest <= SETTLED) & (self._highest >= self._enough - SETTLED)
        width = self._highest - self._lowest
        wide = (self._highest >= self._enough) & (width >= WIDE)
        large = (self._lowest >= self._enough) & (width >= ROUNDING - 1)
        nothing = (self._highest <= SETTLED) & (self._lowest <= SETTLED)
        return [int(cell) for cell in self.cells[~small & ~wide & ~large & ~nothing]]

    @property
    def without(self) -> list[int]:
        """The same, when the search is over."""
        return self.left


class Amounts(Watch):
    """The tables that are needed for amounts: each is `width` less in one than in another, and
    where `both_ways` so much less that an amount between has 15% of itself on both sides."""

    def __init__(self, cells: Sequence[int], width: float, *, both_ways: bool) -> None:
        super().__init__([(cell, None) for cell in cells])
        self._width = width
        self._factor = (1 + MARGIN) / (1 - MARGIN) if both_ways else 1.0
        self._lowest, self._highest = np.full(len(cells), np.inf), np.full(len(cells), -np.inf)
        self.points: list[Floats] = []

    def note(self, point: Floats) -> None:
        """Keep a table that widens a cell that is not uncertain enough yet."""
        super().note(point)
        values = self.values(point)
        wider = (values < self._lowest) | (values > self._highest)
        if (wider & ~self._enough()).any():
            self.points.append(point)
            self._lowest = np.minimum(self._lowest, values)
            self._highest = np.maximum(self._highest, values)

    @property
    def left(self) -> list[int]:
        """Cells that lack what they need."""
        return [int(cell) for cell in self.cells[~self._enough()]]

    @property
    def without(self) -> list[int]:
        """Those that can be something else than nothing, but not enough."""
        return [int(cell) for cell in self.cells[~self._enough() & (self._highest != 0)]]

    def _enough(self) -> npt.NDArray[np.bool_]:
        seen = np.isfinite(self._lowest)
        lowest, highest = np.where(seen, self._lowest, 0.0), np.where(seen, self._highest, 0.0)
        far = (highest - lowest >= self._width) & (highest >= self._factor * lowest)
        return np.asarray(seen & far, np.bool_)


@dataclass(frozen=True)
class Certificate:
    """What outsiders check. `content` is plain JSON; `without`: hidden cells, in words, that have
    no worlds."""

    content: Mapping[str, Any]
    without: tuple[str, ...] = field(default_factory=tuple)


def certificate(workdir: Path, file: Path) -> Certificate:
    """Find the worlds of a released file in `workdir`, beside all that were made before it."""
    released = Released.read(file)
    known = truth.read(workdir, released.id)
    before = audit.made_before(workdir, file)
    past = [Released.read(other) for other in before]
    placed = {released.id: known.schools} | {
        old.id: truth.placed(workdir, old.id) or known.schools for old in past
    }
    found: dict[str, Any] = {}
    without: list[str] = []
    for topic in topics(released, known.known):
        proof = _proof(topic, released, past, placed, known.known)
        found[topic.name] = proof.content
        without += proof.without
    files = [*zip((old.id for old in past), before, strict=True), (released.id, file)]
    content = {
        "versie": VERSION,
        "uitgave": released.id,
        "bestanden": {name: _checksum(path) for name, path in files},
        "volgorde": [name for name, _ in files],
        "plaatsen": {name: placed[name] for name, _ in files},
        "tellingen": _declared(),
        "onderwerpen": found,
    }
    return Certificate(content, tuple(without))


def _declared() -> dict[str, Any]:
    """What each column of a figure counts, as the declarations say."""
    return {
        metric.id: {
            "vorm": type(metric.form).__name__,
            "zwaar": metric.threshold == "zwaar",
            "distinct": metric.measure.distinct is not None,
            "kolommen": [
                [part.column, *_words(part.population), part.scale, part.whole, _kind(metric, part)]
                for part in parts(metric)
            ],
        }
        for metric in METRICS.values()
        if not metric.measure.public and parts(metric)
    }


def _kind(metric: Metric, part: Part) -> str:
    """Whether a column holds an amount (`geld`), the sum behind a mean (`som`) or a count ('')."""
    if isinstance(metric.form, Mean) and part.column == "teller":
        return "som"
    return "geld" if metric.unit == MONEY and isinstance(metric.form, Total) else ""


def _words(population: Population) -> tuple[str, str, str]:
    return population.measure, population.weight, population.condition


def _proof(
    topic: Topic,
    released: Released,
    past: Sequence[Released],
    placed: Mapping[str, Schools],
    known: Mapping[tuple[str, Key], float],
) -> Certificate:
    """The worlds of one topic, beside the earlier releases that it can agree with (`naast`)."""
    seen = _whole(topic, view(topic, released.parents, placed[released.id]))
    names: list[Named] = [(*_place(topic, cell), "") for cell in range(len(topic.places))]
    believed: list[str] = []
    for old in reversed(past):
        earlier = {t.name: t for t in topics(old, known)}.get(topic.name)
        if earlier is None:
            continue
        schools = placed[old.id]
        changed = audit.changed(schools, placed[released.id])
        then = _whole(earlier, view(earlier, old.parents, schools))
        if not Attacker(then).consistent():
            continue
        both = with_earlier(topic, seen, earlier, then, changed)
        if both is seen:
            continue
        believed.append(old.id)
        seen = both
        names += [
            (*_place(earlier, cell), old.id)
            for place, cell in earlier.number.items()
            if place not in topic.number or place[1][1:3] in changed
        ]
    worlds = _searched(topic, seen)
    order = sorted(range(len(names)), key=names.__getitem__)
    place = {cell: i for i, cell in enumerate(order)}
    content = {
        "naast": believed,
        "plafonds": {str(place[c]): most for c, most in sorted(topic.ceilings.items())},
        "werelden": [[round(float(point[c])) for c in order] for point in worlds.points],
    }
    words = (" ".join(part for part in topic.places[cell][1] if part) for cell in worlds.without)
    return Certificate(content, tuple(f"{topic.name}, {where}" for where in words))


def _searched(topic: Topic, seen: View) -> Worlds | Amounts:
    """Tables that are enough for every hidden cell, as far as there are."""
    enough = {cell: FAR if topic.money else _enough(topic, cell) for cell in topic.hidden}
    worlds: Worlds | Amounts = Worlds(enough)
    if topic.money:
        width = max(WIDE, topic.scale) if topic.means else WIDE
        worlds = Amounts(topic.hidden, width, both_ways=not topic.means)
    attacker = Attacker(seen)
    if enough and attacker.consistent():
        attacker.keep_watch(worlds)
        attacker.lows(list(enough))
        attacker.highs(enough)
        for cell in worlds.left:
            attacker.ends(cell)
    return worlds


def _whole(topic: Topic, seen: View) -> View:
    """The same limits in whole numbers; those of counts are whole already."""
    if not topic.money:
        return seen
    return replace(seen, shown={cell: _inside(s.low, s.high) for cell, s in seen.shown.items()})


def _inside(low: float, high: float) -> Between:
    first, last = math.ceil(low - SETTLED), math.floor(high + SETTLED)
    return Between(min(first, last), max(first, last))


def _place(topic: Topic, cell: int) -> tuple[tuple[str, str, str], Key]:
    population, key = topic.places[cell]
    return _words(population), key


def _enough(topic: Topic, cell: int) -> int:
    least = max(topic.thresholds[cell], WIDE)
    return max(1, min(least, topic.ceilings.get(cell, least)))


def _checksum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
