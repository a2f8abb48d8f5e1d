"""Two years or two areas side by side: what they differ, and what may be said of that.

No Streamlit. A difference is only ever taken of two published values; how sure it is, is worked out
in `difference`, as on every other page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from dashboard.language import mark, plural, tr
from dashboard.release.released import Metric, Released
from dashboard.words import covered, difference, wording
from dashboard.words.selection import Cell, Selection

# Kinds that say the same of a small area as of a large one.
RATIOS = frozenset({"aandeel", "per_100", "per_1000", "gemiddelde", "mediaan"})
# Kinds that only compare with themselves a year earlier or later.
SIZES = frozenset({"aantal", "bedrag"})
# How sure a difference is; said with `tr` where it is shown.
SURE, UNSURE = mark("zeker"), mark("niet zeker")
OPEN, NONE = mark("geen interval"), mark("geen cijfer")
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
        return tr("verandering") if self.years else tr("verschil")

    @property
    def lead(self) -> str:
        if self.years:
            return tr(
                "{Waar}, {jaar} vergeleken met {ander_jaar}:",
                Waar=f"{self.one.where[:1].upper()}{self.one.where[1:]}",
                jaar=self.one.schooljaar, ander_jaar=self.other.schooljaar,
            )  # fmt: skip
        return tr(
            "{gebied} vergeleken met {ander_gebied}, in {jaar}:",
            gebied=self.one.naam, ander_gebied=self.other.naam, jaar=self.one.schooljaar,
        )  # fmt: skip

    @property
    def told(self) -> str:
        """The choice in words, for what leaves the page."""
        first = f"{self.one.schooljaar}, {wording.level(self.one.niveau)}, {self.one.naam}"
        second = f"{self.other.schooljaar}, {wording.level(self.other.niveau)}, {self.other.naam}"
        return tr("{een} vergeleken met {ander}", een=first, ander=second)


@dataclass(frozen=True)
class Pair:
    """One metric on both sides. `step`: what counts are rounded to. `alike`: whether both sides
    cover the same deliveries; if not, they are not compared.
    """

    metric: Metric
    one: Cell
    other: Cell
    step: int
    alike: bool = True

    @property
    def label(self) -> str:
        name, measure = wording.label(self.metric), self.one["maat"]
        return f"{name} ({wording.measure(measure).lower()})" if measure else name

    @property
    def both(self) -> bool:
        return self.shown and self.alike

    @property
    def shown(self) -> bool:
        return wording.visible(self.one) and wording.visible(self.other)

    @property
    def difference(self) -> float | None:
        """The first minus the second, as published; None where either is not shown."""
        if not self.both:
            return None
        apart = difference.amount(self.metric, self.one, self.other)
        if apart is not None and self.metric.soort == "aantal":
            return self.step * float(round(apart / self.step))
        return apart

    @property
    def rounded(self) -> bool:
        """Whether two values differ by no more than one step of what they are rounded to."""
        apart = self.difference
        if apart is None or self.certainty == UNSURE:
            return False
        return abs(apart) <= difference.step(self.metric, self.step) + 1e-9

    @property
    def bounds(self) -> tuple[float, float] | None:
        """The interval of the difference; None without an interval on either side."""
        return difference.bounds(self.metric, self.one, self.other) if self.both else None

    @property
    def certainty(self) -> str:
        """zeker, niet zeker, geen interval of geen cijfer."""
        if not self.both:
            return NONE
        if self.bounds is None:
            return OPEN
        way = difference.way(self.metric, self.one, self.other, self.step)
        return SURE if way in difference.DIRECTIONS else UNSURE


def pairs(released: Released, sides: Sides) -> list[Pair]:
    """The metrics that are published whole on both sides, in the order of the release."""
    kinds = RATIOS | SIZES if sides.years else RATIOS
    here, there = (_cells(released, side) for side in (sides.one, sides.other))
    step = released.about.afronding
    alike = covered.same if sides.years else covered.alike
    return [
        Pair(
            metric,
            one := here[metric.id, measure],
            other := there[metric.id, measure],
            step,
            alike(one, other),
        )
        for metric in released.metrics.values()
        for measure in ("", "mediaan")
        if metric.soort in kinds and (metric.id, measure) in here and (metric.id, measure) in there
    ]


def _cells(released: Released, side: Selection) -> dict[tuple[str, str], Cell]:
    found = released.whole_cells(side.schooljaar, side.niveau, side.gebied).to_dicts()
    return {(row["metriek"], row["maat"]): row for row in found}


def conclusion(found: Sequence[Pair], sides: Sides) -> list[str]:
    """What a reader should take away; certain differences by name, in the order of the release."""
    judged = [pair for pair in found if pair.certainty in {SURE, UNSURE}]
    sure = [pair for pair in judged if pair.certainty == SURE]
    open_ones = [pair for pair in found if pair.certainty == OPEN]
    absent = [pair for pair in found if not pair.shown]
    uneven = [pair for pair in found if pair.shown and not pair.alike]
    told = []
    if judged:
        told.append(_counted(judged, sure, sides))
    told += [_sentence(pair) for pair in sure[:_NAMED]]
    if len(sure) > _NAMED:
        told.append(
            tr("De andere {aantal} staan in de tabellen hieronder.", aantal=len(sure) - _NAMED)
        )
    if open_ones:
        told.append(
            plural(
                "Eén cijfer is zonder interval: of {het_verschil} daar toeval kan zijn, is niet te "
                "zeggen.",
                "{aantal} cijfers zijn zonder interval: of {het_verschil} daar toeval kan zijn, is "
                "niet te zeggen.",
                len(open_ones),
                aantal=wording.number(len(open_ones)),
                het_verschil=the(sides),
            )
        )
    if uneven:
        told.append(
            plural(
                "Eén cijfer is niet vergeleken: de leveringen erachter dekken aan beide kanten "
                "niet hetzelfde.",
                "{aantal} cijfers zijn niet vergeleken: de leveringen erachter dekken aan beide "
                "kanten niet hetzelfde.",
                len(uneven),
                aantal=wording.number(len(uneven)),
            )
        )
    if absent:
        told.append(
            plural(
                "Van {aantal} cijfer is geen {verschil} te geven: aan een van beide kanten wordt "
                "geen waarde getoond.",
                "Van {aantal} cijfers is geen {verschil} te geven: aan een van beide kanten wordt "
                "geen waarde getoond.",
                len(absent),
                aantal=wording.number(len(absent)),
                verschil=sides.word,
            )
        )
    return told


def in_one(found: Sequence[Sequence[Pair]], sides: Sequence[Sides]) -> str:
    """The first figure that is shown on all sides, with its value on each and how sure every
    difference is, in one sentence; '' where there is none."""
    first, *others = ({(pair.metric.id, pair.one["maat"]): pair for pair in one} for one in found)
    for key, pair in first.items():
        pairs_of = [pair, *(other[key] for other in others if key in other)]
        if len(pairs_of) < len(found) or not all(each.shown for each in pairs_of):
            continue
        against = [
            tr(
                "**{waarde}** in {kant} ({zekerheid})",
                waarde=wording.said(each.metric, each.other), kant=side.names[1],
                zekerheid=apart(each) if each.certainty == SURE else tr(each.certainty),
            )
            for each, side in zip(pairs_of, sides, strict=True)
        ]  # fmt: skip
        here = sides[0].one
        return tr(
            "{cijfer} {waar}: **{waarde}** in {jaar}, tegen {rest}.",
            cijfer=pair.label, waar=here.where, waarde=wording.said(pair.metric, pair.one),
            jaar=here.schooljaar, rest=tr(" en ").join(against),
        )  # fmt: skip
    return ""


def _counted(judged: Sequence[Pair], sure: Sequence[Pair], sides: Sides) -> str:
    of = wording.count_of(len(judged), "cijfer", "cijfers")
    if not sure:
        return tr(
            "Van {cijfers} met een interval aan beide kanten is bij **geen** {het_verschil} zeker: "
            "het kan toeval zijn.",
            cijfers=of, het_verschil=the(sides),
        )  # fmt: skip
    if sides.years:
        head = plural(
            "Van {cijfers} met een interval aan beide kanten is er **{zeker}** zeker veranderd",
            "Van {cijfers} met een interval aan beide kanten zijn er **{zeker}** zeker veranderd",
            len(sure), cijfers=of, zeker=len(sure),
        )  # fmt: skip
    else:
        head = plural(
            "Van {cijfers} met een interval aan beide kanten is er **{zeker}** zeker verschillend",
            "Van {cijfers} met een interval aan beide kanten zijn er **{zeker}** zeker "
            "verschillend",
            len(sure), cijfers=of, zeker=len(sure),
        )  # fmt: skip
    rest = len(judged) - len(sure)
    if not rest:
        return f"{head}."
    return head + tr(
        "; bij de andere {aantal} kan {het_verschil} toeval zijn.",
        aantal=rest,
        het_verschil=the(sides),
    )


def the(sides: Sides) -> str:
    """The change, or the difference, as it stands in a sentence."""
    return tr("de verandering") if sides.years else tr("het verschil")


def _sentence(pair: Pair) -> str:
    first, second = (wording.said(pair.metric, cell) for cell in (pair.one, pair.other))
    return tr(
        "{cijfer}: **{een}** tegen **{ander}**, {verschil}.",
        cijfer=pair.label, een=first, ander=second, verschil=apart(pair),
    )  # fmt: skip


def apart(pair: Pair) -> str:
    """The difference in words: ongeveer 5 procentpunt hoger; '' where none may be given."""
    between, metric = pair.difference, pair.metric
    if between is None:
        return ""
    if abs(between) < 1e-9 and metric.soort != "aantal":
        return tr("gelijk, na afronding")
    if pair.rounded:
        return tr("vrijwel gelijk, gezien de afronding")
    amount = _amount(metric, abs(between))
    if pair.bounds is None:
        return tr("ongeveer {hoeveel} verschil, zonder oordeel", hoeveel=amount)
    if metric.soort in SIZES and between > 0:
        return tr("ongeveer {hoeveel} meer", hoeveel=amount)
    if metric.soort in SIZES:
        return tr("ongeveer {hoeveel} minder", hoeveel=amount)
    if between > 0:
        return tr("ongeveer {hoeveel} hoger", hoeveel=amount)
    return tr("ongeveer {hoeveel} lager", hoeveel=amount)


def _amount(metric: Metric, value: float) -> str:
    if metric.soort == "aandeel":
        return tr("{aantal} procentpunt", aantal=wording.number(value))
    if metric.soort == "mediaan":  # an amount of days, not a class
        return f"{wording.natural(value)} {wording.unit(metric)}".strip()
    return wording.full(metric, value)


def caution(sides: Sides) -> str:
    """What a difference does not say."""
    if sides.years:
        return tr(
            "Een verandering is nog geen effect: ook de leerlingen, de scholen, de afspraken over "
            "registreren en het toeval veranderen van jaar op jaar."
        )
    told = [
        tr(
            "Een verschil zegt niet waardoor het komt: gebieden verschillen in leerlingen, in "
            "scholen en in wat zij registreren. Aantallen en bedragen staan hier niet: een groter "
            "gebied heeft er vanzelf meer."
        )
    ]
    if sides.one.niveau == "vestiging":
        told.append(
            tr(
                "Kleine scholen wijken door toeval vaker af dan grote; Scholen vergelijken tekent "
                "die speling erbij."
            )
        )
    if sides.within:
        told.append(
            tr(
                "{gebied} telt zelf mee in {geheel}; met alleen de rest vergeleken kan het "
                "verschil groter zijn.",
                gebied=sides.one.naam,
                geheel=sides.other.naam,
            )
        )
    return " ".join(told)
