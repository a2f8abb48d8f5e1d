"""Two years or two areas side by side: what they differ, and what may be said of that.

No Streamlit. A difference is only ever taken of two published values. Its range runs from the
lowest minus the highest end to the highest minus the lowest end of the two intervals: wider than
needed, and zero lies inside it exactly where the intervals overlap, so that it never claims a
difference that other pages call uncertain.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from dashboard import charts, wording
from dashboard.released import Metric, Released
from dashboard.selection import Cell, Selection

# Kinds that say the same of a small area as of a large one.
RATIOS = frozenset({"aandeel", "per_100", "per_1000", "gemiddelde", "mediaan"})
# Kinds that only compare with themselves a year earlier or later.
SIZES = frozenset({"aantal", "bedrag"})
_WHOLE = frozenset({"aandeel", "per_100", "per_1000"})
ROUNDED = "vrijwel gelijk"
SURE, UNSURE, OPEN, NONE = "zeker", "niet zeker", "geen interval", "geen cijfer"
_NAMED = 4


@dataclass(frozen=True)
class Sides:
    """What is compared with what; `years` when the area is the same and the year differs.

    `within`: the first area is part of the second.
    """

    one: Selection
    other: Selection
    years: bool
    within: bool = False

    @property
    def names(self) -> tuple[str, str]:
        if self.years:
            return self.one.schooljaar, self.other.schooljaar
        return self.one.naam, self.other.naam

    @property
    def word(self) -> str:
        """Before and after is a change; two areas at one time differ."""
        return "verandering" if self.years else "verschil"

    @property
    def lead(self) -> str:
        if self.years:
            return (
                f"{self.one.where[:1].upper()}{self.one.where[1:]}, {self.one.schooljaar} "
                f"vergeleken met {self.other.schooljaar}:"
            )
        return f"{self.one.naam} vergeleken met {self.other.naam}, in {self.one.schooljaar}:"

    @property
    def told(self) -> str:
        """The choice in words, for what leaves the page."""
        first = f"{self.one.schooljaar}, {wording.level(self.one.niveau)}, {self.one.naam}"
        second = f"{self.other.schooljaar}, {wording.level(self.other.niveau)}, {self.other.naam}"
        return f"{first} vergeleken met {second}"


@dataclass(frozen=True)
class Pair:
    """One metric on both sides. `step`: what counts are rounded to."""

    metric: Metric
    one: Cell
    other: Cell
    step: int

    @property
    def label(self) -> str:
        measure = self.one["maat"]
        return (
            f"{self.metric.label_nl} ({wording.measure(measure).lower()})"
            if measure
            else self.metric.label_nl
        )

    @property
    def both(self) -> bool:
        return charts.visible(self.one) and charts.visible(self.other)

    @property
    def difference(self) -> float | None:
        """The first minus the second, as published; None where either is not shown."""
        if not self.both:
            return None
        apart = float(self.one["waarde"]) - float(self.other["waarde"])
        if self.metric.soort == "aantal":
            return self.step * float(round(apart / self.step))
        return apart

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The range of the difference; None without an interval on either side."""
        if not self.both:
            return None
        ends = [_ends(self.metric, cell) for cell in (self.one, self.other)]
        if ends[0] is None or ends[1] is None:
            return None
        (low, high), (its_low, its_high) = ends[0], ends[1]
        return low - its_high, high - its_low

    @property
    def certainty(self) -> str:
        """zeker, niet zeker, geen interval or geen cijfer."""
        if not self.both:
            return NONE
        if self.bounds is None:
            return OPEN
        low, high = self.bounds
        return SURE if low > 0 or high < 0 else UNSURE


def pairs(released: Released, sides: Sides) -> list[Pair]:
    """The metrics that are published whole on both sides, in the order of the release."""
    kinds = RATIOS | SIZES if sides.years else RATIOS
    here, there = (_cells(released, side) for side in (sides.one, sides.other))
    step = released.about.afronding
    return [
        Pair(metric, here[metric.id, measure], there[metric.id, measure], step)
        for metric in released.metrics.values()
        for measure in ("", "mediaan")
        if metric.soort in kinds and (metric.id, measure) in here and (metric.id, measure) in there
    ]


def _cells(released: Released, side: Selection) -> dict[tuple[str, str], Cell]:
    found = released.whole_cells(side.schooljaar, side.niveau, side.gebied).to_dicts()
    return {(row["metriek"], row["maat"]): row for row in found}


def _ends(metric: Metric, cell: Cell) -> tuple[float, float] | None:
    """The interval as it is printed: of whole values rounded outwards."""
    low, high = cell["onder"], cell["boven"]
    if low is None or high is None:
        return None
    if metric.soort in _WHOLE:
        return float(math.floor(low + 1e-9)), float(math.ceil(high - 1e-9))
    return float(low), float(high)


def conclusion(found: Sequence[Pair], sides: Sides) -> list[str]:
    """What a reader should take away; certain differences by name, in the order of the release."""
    judged = [pair for pair in found if pair.certainty in {SURE, UNSURE}]
    sure = [pair for pair in judged if pair.certainty == SURE]
    open_ones = [pair for pair in found if pair.certainty == OPEN]
    absent = [pair for pair in found if pair.certainty == NONE]
    told = []
    if judged:
        told.append(_counted(judged, sure, sides))
    told += [_sentence(pair) for pair in sure[:_NAMED]]
    if len(sure) > _NAMED:
        told.append(f"De andere {len(sure) - _NAMED} staan in de tabellen hieronder.")
    if open_ones:
        told.append(
            f"{_these(len(open_ones))} zonder interval: of {the(sides)} daar toeval kan zijn, is "
            "niet te zeggen."
        )
    if absent:
        told.append(
            f"Van {wording.count_of(len(absent), 'cijfer', 'cijfers')} is geen {sides.word} te "
            "geven: aan een van beide kanten wordt geen waarde getoond."
        )
    return told


def _counted(judged: Sequence[Pair], sure: Sequence[Pair], sides: Sides) -> str:
    head = f"Van {wording.count_of(len(judged), 'cijfer', 'cijfers')} met een interval aan beide "
    if not sure:
        return f"{head}kanten is bij **geen** {the(sides)} zeker: de intervallen overlappen."
    verb = "is" if len(sure) == 1 else "zijn"
    changed = "zeker veranderd" if sides.years else "zeker verschillend"
    rest = len(judged) - len(sure)
    unsure = f"; bij de andere {rest} overlappen de intervallen" if rest else ""
    return f"{head}kanten {verb} er **{len(sure)}** {changed}{unsure}."


def the(sides: Sides) -> str:
    return f"{'de' if sides.years else 'het'} {sides.word}"


def _these(amount: int) -> str:
    return "Eén cijfer is" if amount == 1 else f"{wording.number(amount)} cijfers zijn"


def _sentence(pair: Pair) -> str:
    first, second = (wording.bare(pair.metric, cell["waarde"]) for cell in (pair.one, pair.other))
    return f"{pair.label}: **{first}** tegen **{second}**, {apart(pair)}."


def apart(pair: Pair) -> str:
    """The difference in words: ongeveer 5 procentpunt hoger; '' where none may be given."""
    difference, metric = pair.difference, pair.metric
    if difference is None:
        return ""
    if metric.soort == "aantal" and abs(difference) <= pair.step:
        return f"{ROUNDED}, gezien de afronding"
    if abs(difference) < 1e-9:
        return "gelijk, na afronding"
    if metric.soort in SIZES:
        way = "meer" if difference > 0 else "minder"
    else:
        way = "hoger" if difference > 0 else "lager"
    return f"ongeveer {_amount(metric, abs(difference))} {way}"


def _amount(metric: Metric, value: float) -> str:
    if metric.soort == "aandeel":
        return f"{wording.number(value)} procentpunt"
    return wording.full(metric, value)


def caution(sides: Sides) -> str:
    """What a difference does not say."""
    if sides.years:
        return (
            "Een verandering is nog geen effect: ook de leerlingen, de scholen, de afspraken over "
            "registreren en het toeval veranderen van jaar op jaar."
        )
    told = (
        "Een verschil zegt niet waardoor het komt: gebieden verschillen in leerlingen, in scholen "
        "en in wat zij registreren. Aantallen en bedragen staan hier niet: een groter gebied heeft "
        "er vanzelf meer."
    )
    if sides.one.niveau == "vestiging":
        told += (
            " Kleine scholen wijken door toeval vaker af dan grote; Scholen vergelijken tekent die "
            "speling erbij."
        )
    if sides.within:
        told += (
            f" {sides.one.naam} telt zelf mee in {sides.other.naam}; met alleen de rest "
            "vergeleken kan het verschil groter zijn."
        )
    return told
