"""What an effect is, before anything is computed, and what an estimate is afterwards.

An `Effect` is a promise of the plan with the way it is measured; `catalogue/` holds one per
promise. A `Result` is one estimate of it with everything a reader needs to weigh it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from pipelines.effects.outcomes import Design, Direction, Measure

Ground = Literal["beschreven", "theoretisch onderbouwd"]
EvidenceLevel = Literal[
    "beschreven",
    "theoretisch onderbouwd",
    "eerste aanwijzingen",
    "goede aanwijzingen",
    "sterke aanwijzingen",
    "indicatief",
]

Finding = Literal["lager", "hoger", "onduidelijk", "te klein voor een uitspraak"]
# What keeps a clear result from being put down to the programme; see `verdicts`.
Fault = Literal[
    "alone",
    "one_moment",
    "untested",
    "apart",
    "dip",
    "fragile",
    "weighted_away",
    "placebo",
    "dealt",
    "chance",
]

DESIGN_LABEL: Mapping[Design, str] = {
    "VN": "Voor en na de start, alleen deelnemers",
    "VV": "Voor en na de start, vergeleken met de vergelijkingsgroep",
    "GS": "Per startgroep, vergeleken met de vergelijkingsgroep",
    "TR": "Reeks per schoolmaand, alleen deelnemers",
    "DW": "Deelnemers en vergelijkingsgroep op één moment",
    "BS": "Beschrijving van de deelnemers",
    "EN": "Evaluatie onder betrokkenen",
    "AD": "Rekensom met parameters",
}

DAYS_PER_MONTH = 365.25 / 12


class HasValue(Protocol):
    """A parameter as `pipelines.contracts` reads it: its value and plausible range."""

    @property
    def value(self) -> float: ...

    @property
    def low(self) -> float | None: ...

    @property
    def high(self) -> float | None: ...

    @property
    def label(self) -> str: ...

    @property
    def unit(self) -> str: ...

    @property
    def source(self) -> str: ...

    @property
    def distribution(self) -> str | None: ...

    @property
    def price_year(self) -> int | None: ...


Parameters = Mapping[str, HasValue]


def value_of(parameters: Parameters, name: str, default: float) -> float:
    """The parameter's value, or the declaration's default where no parameter file sets it."""
    found = parameters.get(name)
    return default if found is None else found.value


@dataclass(frozen=True)
class Window:
    """Months before and after a pupil's own start that count, and how finely they are shown.

    `overslaan`: months on either side of the start that count in no result. `rondom`: those without
    which a result is worked out once more.
    `minimum` months must have been observed on either side for a pupil to take part. Each can be
    set by the parameter `effect_maanden_<field>`.
    """

    voor: float = 24
    tijdens: float = 36
    periode: float = 6
    minimum: float = 3
    rondom: float = 3
    overslaan: float = 0

    def with_parameters(self, parameters: Parameters) -> Window:
        return Window(
            voor=value_of(parameters, "effect_maanden_voor", self.voor),
            tijdens=value_of(parameters, "effect_maanden_tijdens", self.tijdens),
            periode=value_of(parameters, "effect_maanden_periode", self.periode),
            minimum=value_of(parameters, "effect_maanden_minimum", self.minimum),
            rondom=value_of(parameters, "effect_maanden_rondom", self.rondom),
            overslaan=value_of(parameters, "effect_maanden_overslaan", self.overslaan),
        )


@dataclass(frozen=True)
class Minimum:
    """Sizes below which a figure is not shown at all, or shown without naming a direction.

    `show_*`: per arm (see disclosure.md); `show_children_with_event`: distinct children behind a
    count. `claim_*`: per arm; `claim_total_schools`: both arms together. `rounding_base`: what is
    shown of a count is the nearest multiple of it.
    """

    show_children: int = 10
    show_schools: int = 2
    show_children_with_event: int = 5
    show_events: int = 10
    claim_children: int = 30
    claim_schools: int = 3
    claim_total_schools: int = 6
    rounding_base: int = 5

    def with_parameters(self, parameters: Parameters) -> Minimum:
        def number(name: str, default: int) -> int:
            return int(value_of(parameters, name, default))

        return Minimum(
            show_children=number("drempel_zwaar", self.show_children),
            show_schools=number("effect_minimum_scholen", self.show_schools),
            show_children_with_event=number("drempel", self.show_children_with_event),
            show_events=number("effect_minimum_gebeurtenissen", self.show_events),
            claim_children=number("effect_uitspraak_leerlingen", self.claim_children),
            claim_schools=number("effect_uitspraak_scholen", self.claim_schools),
            claim_total_schools=number("effect_uitspraak_scholen_samen", self.claim_total_schools),
            rounding_base=number("afronding", self.rounding_base),
        )


@dataclass(frozen=True)
class Effect:
    """One promise of the plan and how it is measured.

    `promise`: the plan's words, Dutch. `population`, `exposure`, `comparison`: Dutch sentences.
    `outcomes`: the first is the main one; each knows its own direction and designs, from leading
    to fallback. `threats`: Dutch; what else could explain the result.
    """

    id: str
    promise: str
    outcomes: tuple[Measure, ...]
    threats: tuple[str, ...]
    population: str = "Leerlingen met een deelname aan Zorg In School, en de vergelijkingsgroep."
    exposure: str = "Maanden vóór en na de eigen start, binnen de periode waarover is geleverd."
    comparison: str = (
        "Leerlingen van scholen zonder Zorg In School, gevolgd vanaf een vergelijkbare datum."
    )
    ground: Ground = "theoretisch onderbouwd"
    window: Window = field(default_factory=Window)
    minimum: Minimum = field(default_factory=Minimum)

    @property
    def datasets(self) -> frozenset[str]:
        return frozenset(d for outcome in self.outcomes for d in outcome.datasets)


@dataclass(frozen=True)
class Lacking:
    """A dataset that `suppliers` (as one text) did not deliver over these school years."""

    dataset: str
    suppliers: str
    years: tuple[str, ...]


@dataclass(frozen=True)
class Observed:
    """The days a register can be trusted to know about: `start` up to but not including `end`.

    `spans`: unit, first day and day after the last (since 1970) of every stretch of a unit, where
    they differ or have gaps; None: the whole time, for everyone. `unit`: what a pupil is found by,
    its school or the municipality of its home.

    Of the time in which pupils are followed: `lacking` was not delivered, `unknown` says of which
    files it cannot be told, `resumed` are years left out because the one before is missing, `out`
    years that therefore count for nobody. `lost`: groep -> pupils who cannot be followed because of
    it, and at how many schools; `followed`: groep -> who can. `asked`: what would have been
    observed if everything had been delivered; None where it was.
    """

    start: dt.date
    end: dt.date
    spans: tuple[tuple[str, int, int], ...] | None = None
    unit: Literal["school", "home"] = "school"
    lacking: tuple[Lacking, ...] = ()
    unknown: tuple[str, ...] = ()
    resumed: tuple[str, ...] = ()
    out: tuple[str, ...] = ()
    lost: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    followed: Mapping[str, int] = field(default_factory=dict)
    asked: Observed | None = None

    @property
    def known(self) -> tuple[object, ...]:
        """What was observed of whom, without why: alike for datasets with the same coverage."""
        return self.start, self.end, self.spans, self.unit


@dataclass(frozen=True)
class PreTrend:
    """Did the groups move apart before the start? `slope`: the log of the ratio per half-year.

    `p` tests slope = 0. `holds`: tested on at least two periods and not rejected at 10%.
    `detectable`: the smallest slope that the test finds in four of five cases; None where the
    test knows no slope.
    """

    periods: int
    slope: float
    p: float
    holds: bool
    detectable: float | None = None


@dataclass(frozen=True)
class Claim:
    """What a result may be called, and what speaks against it.

    `told`: Dutch, what was found. `exact`: value and error before rounding, which tell a test from
    another. `faults`: all that was found to speak against it; `chance` comes last, when every test
    is known. `robust`: Dutch, how far the groups may have drifted. `tests`, `adjusted`: how many
    tests were made at once, and p adjusted for that.
    """

    told: str
    found: Finding
    promised: Direction
    ground: Ground
    exact: tuple[float, float]
    faults: frozenset[Fault] = frozenset()
    robust: str = ""
    tests: int = 1
    adjusted: float | None = None


@dataclass(frozen=True, kw_only=True)
class Result:
    """One estimate, in the measure's own unit (a rate difference per 100 pupil-months, points).

    `p` is None where nothing is tested (a description, a sum). `before`, `during`: the
    participants' values, where there are two. `method`: how the interval was made. `checks`:
    Dutch sentences on sensitivity and regression to the mean. What a design does not have is
    empty: no comparison group, no months, no test before the start. `breakdown`: by how much of the
    rate the groups may have drifted apart per half-year before the conclusion falls. `lacking`:
    Dutch, what was not delivered and so not counted; told behind the sentence.
    """

    effect: str
    outcome: str
    design: Design
    estimate: float
    interval: tuple[float, float]
    n_pupils: int
    n_schools: int
    n_periods: int
    method: str
    evidence: EvidenceLevel
    assumptions: tuple[str, ...]
    sentence: str
    standard_error: float | None = None
    p: float | None = None
    p_holm: float | None = None
    before: float | None = None
    during: float | None = None
    n_pupils_comparison: int = 0
    n_schools_comparison: int = 0
    n_months: int | None = None
    pre_trend: PreTrend | None = None
    breakdown: float | None = None
    claim: Claim | None = None
    checks: tuple[str, ...] = ()
    lacking: str = ""


__all__ = [
    "DAYS_PER_MONTH",
    "DESIGN_LABEL",
    "Claim",
    "Design",
    "Direction",
    "Effect",
    "EvidenceLevel",
    "Fault",
    "Finding",
    "Ground",
    "HasValue",
    "Lacking",
    "Measure",
    "Minimum",
    "Observed",
    "Parameters",
    "PreTrend",
    "Result",
    "Window",
    "value_of",
]
