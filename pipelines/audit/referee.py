"""Which guesses of the attackers tell too much.

With the truth at hand a guess counts only where it holds it: who is wrong has found nothing.
Without the truth every hidden cell counts as a secret.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from pipelines.audit.attacks import INSIDER_WIDTH, SLACK, Guess
from pipelines.audit.knowledge import Key, Topic
from pipelines.audit.truth import Fact

NARROW = 5
AMOUNT_MARGIN = 0.15
AREAS = ("gemeente", "wijk", "onderwijssoort", "aanbieder")
MINIMUM_SCHOOLS = 3


@dataclass(frozen=True)
class Finding:
    """Something that can be worked out. It names the place, never a number."""

    kind: str
    attack: str
    topic: str
    place: str


@dataclass(frozen=True)
class Referee:
    """Judge of one topic; `facts` by cell, empty where no truth was kept. `schools`: per cell of an
    area the cells of its schools."""

    topic: Topic
    facts: Mapping[int, Fact]
    schools: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    @cached_property
    def beside(self) -> set[int]:
        """Cells that nothing has to be hidden for: only the share of them is hidden."""
        return self.topic.beside

    def secret(self, cell: int) -> bool:
        """Whether a cell must be able to be zero and T, whatever is shown."""
        fact = self.facts.get(cell)
        if fact is None:
            return not self.facts
        limit = self.topic.thresholds[cell]
        return fact.units > 0 and (fact.units < limit or fact.children < limit)

    def told_by_schools(self, cell: int) -> bool:
        """Whether a total is hidden only for its few schools, which all show their own number:
        under its own name, or under another that counts the very same there."""
        fact = self.facts.get(cell)
        if fact is None or fact.schools is None or self.secret(cell):
            return False
        if fact.schools >= MINIMUM_SCHOOLS:
            return False
        same = (c for c in self._at[self.topic.places[cell][1]] if self.facts.get(c) == fact)
        inside = (self.schools.get(c, ()) for c in same)
        return any(schools and set(schools) <= set(self.topic.shown) for schools in inside)

    @cached_property
    def _at(self) -> dict[Key, list[int]]:
        """The cells of each place."""
        found: dict[Key, list[int]] = {}
        for cell, (_, key) in enumerate(self.topic.places):
            found.setdefault(key, []).append(cell)
        return found

    def small(self, cell: int) -> bool:
        """Whether a cell holds 1 to T-1 units."""
        fact = self.facts.get(cell)
        return fact is not None and 0 < fact.units < self.topic.thresholds[cell]

    def secret_rest(self, teller: int, noemer: int) -> bool:
        """Whether of how many something does not hold is a small number."""
        part, whole = self.facts.get(teller), self.facts.get(noemer)
        if part is None or whole is None:
            return not self.facts
        rest = whole.units - part.units
        return part.units > 0 and 0 < rest < self.topic.thresholds[teller]

    def sensitive(self) -> set[int]:
        """Cells that may not be shown for what they say themselves."""
        cells = {cell for cell in range(len(self.topic.places)) if self.secret(cell)}
        cells |= {t for t, n in self.topic.pairs if self.secret_rest(t, n)}
        for cell, fact in self.facts.items():
            level = self.topic.places[cell][1][1]
            if level in AREAS and fact.schools is not None and fact.schools < MINIMUM_SCHOOLS:
                cells |= {cell} if fact.units > 0 else set()
        return cells

    def judge(self, guess: Guess) -> Finding | None:
        """What is wrong with a guess; None when it tells nothing."""
        kind = self._kind(guess)
        if kind is None:
            return None
        _, key = self.topic.places[guess.cell]
        place = " ".join(part for part in key if part)
        return Finding(kind, guess.attack, self.topic.name, place)

    def _kind(self, guess: Guess) -> str | None:
        low, high = guess.bounds.low, guess.bounds.high
        truth = self._truth(guess)
        if truth is not None and not low - SLACK <= truth <= high + SLACK:
            return None
        if truth == 0 or high < 1 - SLACK:
            return None  # zero is no secret
        if self.topic.money:
            return self._of_amount(guess, truth)
        if guess.attack.startswith("insider"):
            return "narrow" if high - low < INSIDER_WIDTH - SLACK else None
        exact = math.floor(high + SLACK) - math.ceil(low - SLACK) < 1
        limit = self.topic.thresholds[guess.cell if guess.minus is None else guess.minus]
        if guess.attack == "regel":
            return "exact" if exact else None
        if guess.attack.startswith("verschil"):
            return "weak" if low > SLACK and high < limit - SLACK else None
        if guess.minus is not None:
            if not self.secret_rest(guess.minus, guess.cell):
                return None
            return "exact" if exact else self._weak(low, high, limit)
        if self.facts and guess.cell in self.beside and not self.secret(guess.cell):
            return None
        if self.told_by_schools(guess.cell):
            return None
        if exact:
            return "exact"
        ceiling = self.topic.ceilings.get(guess.cell, math.inf)
        if self.secret(guess.cell):
            weak = self._weak(low, high, min(limit, ceiling))
            if weak is not None:
                return weak
        if self.facts and high - low < min(NARROW, ceiling) - SLACK:
            return "narrow"
        return None

    def _weak(self, low: float, high: float, limit: float) -> str | None:
        """Zero or T is ruled out; without the truth both, since a cell may be large itself."""
        lowest, highest = low > SLACK, high < limit - SLACK
        told = lowest or highest if self.facts else lowest and highest
        return "weak" if told else None

    def _truth(self, guess: Guess) -> int | None:
        fact = self.facts.get(guess.cell)
        if fact is None:
            return None
        if guess.minus is None:
            return fact.units
        other = self.facts.get(guess.minus)
        return None if other is None else fact.units - other.units

    def _of_amount(self, guess: Guess, truth: int | None) -> str | None:
        """A hidden amount stays uncertain by 15% both ways (without the truth: of its middle)."""
        if guess.minus is not None:
            return None
        low, high = guess.bounds.low, guess.bounds.high
        fact = self.facts.get(guess.cell)
        many = fact is not None and fact.children >= self.topic.thresholds[guess.cell]
        if self.topic.means and many:  # hidden since their number is, or to cover another
            return "narrow" if high - low < NARROW - SLACK else None
        middle = (low + high) / 2 if truth is None else truth
        near = low > middle * (1 - AMOUNT_MARGIN) + 1 or high < middle * (1 + AMOUNT_MARGIN) - 1
        return "narrow" if near else None
