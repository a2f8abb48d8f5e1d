"""The plan of a pilot: written down, dated and hashed beforehand; held against what came of it.

Pure: a plan is a value, a file is bytes. A plan holds no figure of a person, only what was meant.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

import yaml

from pipelines.effects.pilots.power import FEWEST_SCHOOLS, PilotLayout
from pipelines.effects.wording import number

LARGEST_FILE = 20_000
_KIND = "zichtlijn-pilotplan"
_VERSION = 1
# Counts come rounded to the nearest five, so a smaller difference is no deviation.
_ROUNDED = 5
_MONTH = 1.0

NO_COMPARISON = (
    "Zonder vergelijkingsgroep kan de pilot hoogstens laten zien dat er iets veranderde (“eerste"
    " aanwijzingen”); of Zorg In School dat deed, is dan niet te zeggen."
)
WITH_COMPARISON = (
    "Met een vergelijkingsgroep zijn hoogstens “goede aanwijzingen” te bereiken, en alleen als de"
    " groepen zich vóór de start niet aantoonbaar anders ontwikkelden."
)
TOO_FEW = (
    f"Met minder dan {FEWEST_SCHOOLS} scholen in een groep is vooraf niet te zeggen wat de pilot"
    " kan vinden: dat zijn er te weinig om toeval van verschil te onderscheiden."
)
UNREADABLE = (
    "Dit is geen pilotplan van Zichtlijn; kies een bestand dat met 'zichtlijn pilot --save' of op"
    " de pagina Pilot plannen is bewaard."
)


class Said(str):
    """A Dutch text that pages can say in another language: `template`, with `values` filled in
    (numbers stay numbers until they are said)."""

    template: str
    values: Mapping[str, str | float]

    def __new__(cls, template: str, **values: str | float) -> Said:
        told = {
            name: value if isinstance(value, str) else number(value, _decimals(value))
            for name, value in values.items()
        }
        made = super().__new__(cls, template.format(**told) if values else template)
        made.template, made.values = template, values
        return made


def _decimals(value: float) -> int:
    return 0 if value == int(value) else 1


class PlanUnreadable(ValueError):
    """A file that is no plan, or a plan that cannot be; the text is one Dutch sentence."""


@dataclass(frozen=True, kw_only=True)
class PilotPlan:
    """What is meant, in the words of the file. `hoofduitkomst`: id of the measure that decides;
    `gewenst_effect`: percent less of a count, or a difference in the unit of a mean; `marge`: of
    cost-neutral, in euro a year, with its source; `publicatie`: the release planned from.
    """

    vastgelegd_op: dt.date
    publicatie: str
    hoofduitkomst: str
    scholen: int
    vergelijkingsscholen: int
    leerlingen_per_school: float
    maanden_voor: float
    maanden_tijdens: float
    gewenst_effect: float | None = None
    marge: float | None = None
    marge_bron: str = ""

    def __post_init__(self) -> None:
        problem = _problem(self)
        if problem:
            raise PlanUnreadable(problem)

    @property
    def layout(self) -> PilotLayout:
        return PilotLayout(
            schools=self.scholen,
            comparison=self.vergelijkingsscholen,
            pupils=self.leerlingen_per_school,
            before=self.maanden_voor,
            during=self.maanden_tijdens,
        )

    @property
    def hash(self) -> str:
        """SHA-256 over every field: one that was changed afterwards does not fit any more."""
        # Whether a file says 25 or 25.0 changes nothing.
        plain = {k: float(v) if isinstance(v, int) else v for k, v in asdict(self).items()}
        told = json.dumps(plain, sort_keys=True, default=str, ensure_ascii=False)
        return hashlib.sha256(told.encode()).hexdigest()


def _problem(plan: PilotPlan) -> Said | None:
    numbers = (plan.leerlingen_per_school, plan.maanden_voor, plan.maanden_tijdens)
    if plan.scholen < 2 or plan.vergelijkingsscholen == 1 or plan.vergelijkingsscholen < 0:
        return Said(
            "Een pilot heeft ten minste 2 scholen per groep nodig (vergelijking: 0 of meer dan 1)."
        )
    if not all(0 < n <= 1000 for n in numbers):
        return Said("Leerlingen per school en maanden zijn getallen boven 0 en niet boven 1000.")
    if plan.gewenst_effect is not None and not plan.gewenst_effect > 0:
        return Said("Een gewenst effect is een getal boven 0.")
    if plan.marge is not None and not plan.marge > 0:
        return Said("Een marge is een bedrag boven 0.")
    if plan.marge is not None and not plan.marge_bron.strip():
        return Said(
            "Bij een marge hoort de bron: zeg wie haar heeft vastgesteld en waar dat staat"
            " (--margin-source, of marge_bron in het plan)."
        )
    return None


def written(plan: PilotPlan, kind: Literal["yaml", "json"] = "yaml") -> bytes:
    """The plan as a file, with its hash."""
    told = {"soort": _KIND, "versie": _VERSION, **asdict(plan), "kenmerk": plan.hash}
    if kind == "json":
        return (json.dumps(told, ensure_ascii=False, indent=2, default=str) + "\n").encode()
    return yaml.safe_dump(told, allow_unicode=True, sort_keys=False).encode()


@dataclass(frozen=True)
class Read:
    """A plan from a file; `intact`: the hash in the file is that of the plan."""

    plan: PilotPlan
    intact: bool


def read(body: bytes) -> Read:
    """A file, YAML or JSON, as a plan. Raises `PlanUnreadable` with one Dutch sentence."""
    if len(body) > LARGEST_FILE:
        raise PlanUnreadable("Dit bestand is te groot voor een pilotplan.")
    try:
        told = yaml.safe_load(body.decode("utf-8-sig"))
    except (ValueError, RecursionError, yaml.YAMLError) as problem:
        raise PlanUnreadable(UNREADABLE) from problem
    if not isinstance(told, dict) or told.get("soort") != _KIND:
        raise PlanUnreadable(UNREADABLE)
    if told.get("versie") != _VERSION:
        raise PlanUnreadable("Dit pilotplan is bewaard met een andere versie van Zichtlijn.")
    known = {field.name for field in fields(PilotPlan)}
    given = {name: value for name, value in told.items() if name in known}
    extra = sorted(str(name) for name in told.keys() - known - {"soort", "versie", "kenmerk"})
    missing = sorted(known - {"gewenst_effect", "marge", "marge_bron"} - given.keys())
    if extra or missing:
        named = ", ".join(extra or missing)
        raise PlanUnreadable(
            f"In dit pilotplan {'staat iets onbekends' if extra else 'ontbreekt iets'}: {named}."
        )
    plan = PilotPlan(**{name: _value(name, value) for name, value in given.items()})
    return Read(plan, told.get("kenmerk") == plan.hash)


_WHOLE = ("scholen", "vergelijkingsscholen")
_WORDS = ("publicatie", "hoofduitkomst", "marge_bron")
_OPTIONAL = ("gewenst_effect", "marge")


def _value(name: str, value: object) -> Any:
    if name == "vastgelegd_op":
        if isinstance(value, dt.datetime):
            return value.date()
        if isinstance(value, dt.date):
            return value
        try:
            return dt.date.fromisoformat(str(value))
        except ValueError as problem:
            raise PlanUnreadable(
                "In dit pilotplan is vastgelegd_op geen datum als 2026-11-30."
            ) from problem
    if name in _WORDS:
        return "" if value is None else str(value)
    if value is None and name in _OPTIONAL:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise PlanUnreadable(f"In dit pilotplan is {name} geen getal.")
    if name in _WHOLE and value != int(value):
        raise PlanUnreadable(f"In dit pilotplan is {name} geen heel getal.")
    return int(value) if name in _WHOLE else float(value)


# --- what came of it -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Deviation:
    """One thing that was planned, beside what came. `deviates`: None where that cannot be said."""

    subject: Said
    planned: Said
    came: Said
    deviates: bool | None


@dataclass(frozen=True)
class Net:
    """Net over all programme years, discounted, in euro: its 90% interval. `rate`: percent."""

    years: tuple[str, ...]
    rate: float
    low: float
    high: float

    @property
    def factor(self) -> float:
        """What an amount of every year is together, discounted to the first."""
        return float(sum((1 + self.rate / 100) ** -n for n in range(len(self.years))))


@dataclass(frozen=True, kw_only=True)
class Came:
    """What a release says of the main outcome of a plan.

    `base`: its row in `pilotbasis`; `effect`: its leading row in `effecten`; None: not there.
    `margin`: of cost-neutral as the release itself tested it, in euro a year; `net`: what is held
    against the margin of the plan (`margin`). None: not told.
    """

    release: str
    until: dt.date
    base: Mapping[str, Any] | None
    effect: Mapping[str, Any] | None
    margin: float | None = None
    net: Net | None = None


def deviations(found: Read, came: Came) -> tuple[Deviation, ...]:
    """Everything that was planned beside what came, in the order of a plan."""
    plan = found.plan
    base = came.base if came.base is not None and came.base["status"] == "zichtbaar" else {}
    pupils = plan.leerlingen_per_school
    return (
        Deviation(
            Said("Plan zelf"),
            Said("vastgelegd op {dag}, kenmerk {kenmerk}", dag=f"{plan.vastgelegd_op:%d-%m-%Y}",
                 kenmerk=plan.hash[:12]),
            Said("ongewijzigd") if found.intact else Said("na het vastleggen gewijzigd"),
            not found.intact,
        ),
        _in_time(plan, came),
        _outcome(plan, came),
        _count(Said("Scholen met Zorg In School"), plan.scholen, base.get("n_scholen"), 0),
        _count(Said("Vergelijkingsscholen"), plan.vergelijkingsscholen,
               base.get("n_scholen_vergelijking"), 0),
        _count(Said("Deelnemers"), plan.scholen * pupils, base.get("n_leerlingen"), _ROUNDED),
        _count(Said("Leerlingen in de vergelijkingsgroep"), plan.vergelijkingsscholen * pupils,
               base.get("n_leerlingen_vergelijking"), _ROUNDED),
        _count(Said("Maanden gevolgd vóór de start"), plan.maanden_voor,
               base.get("maanden_voor"), _MONTH),
        _count(Said("Maanden gevolgd na de start"), plan.maanden_tijdens,
               base.get("maanden_tijdens"), _MONTH),
        _margin(plan, came),
    )  # fmt: skip


def _in_time(plan: PilotPlan, came: Came) -> Deviation:
    subject = Said("Vastgelegd vóór de cijfers")
    planned = Said("vóór de peildatum van de evaluatie")
    if came.release == plan.publicatie:
        return Deviation(subject, planned, Said("dit is de publicatie waaruit is gepland"), None)
    until = f"{came.until:%d-%m-%Y}"
    if plan.vastgelegd_op > came.until:
        after = Said("peildatum {dag}, dus erna vastgelegd", dag=until)
        return Deviation(subject, planned, after, deviates=True)
    return Deviation(subject, planned, Said("peildatum {dag}", dag=until), deviates=False)


def _outcome(plan: PilotPlan, came: Came) -> Deviation:
    compared = plan.vergelijkingsscholen > 0
    subject = Said("Hoofduitkomst")
    planned = (
        Said("{uitkomst}, met vergelijkingsgroep", uitkomst=plan.hoofduitkomst)
        if compared
        else Said("{uitkomst}, zonder vergelijkingsgroep", uitkomst=plan.hoofduitkomst)
    )
    if came.effect is None:
        return Deviation(subject, planned, Said("komt in deze publicatie niet voor"), deviates=True)
    if came.effect["status"] != "zichtbaar":
        reason = Said("niet gemeten: {reden}", reden=came.effect["reden"])
        return Deviation(subject, planned, reason, deviates=True)
    with_others = came.effect["ontwerp"] in ("VV", "GS", "DW")
    measured = Said("gemeten: {ontwerp}", ontwerp=came.effect["ontwerp_label"])
    return Deviation(subject, planned, measured, with_others != compared)


def _count(subject: Said, planned: float, came: float | None, slack: float) -> Deviation:
    said = Said("{n}", n=planned)
    if came is not None:
        return Deviation(subject, said, Said("{n}", n=round(came)), abs(came - planned) > slack)
    if planned == 0:
        return Deviation(subject, said, Said("geen"), deviates=False)
    return Deviation(subject, said, Said("niet te zeggen"), deviates=None)


def _margin(plan: PilotPlan, came: Came) -> Deviation:
    subject = Said("Marge voor kostenneutraal (euro per jaar)")
    tested = Said("geen") if came.margin is None else Said("{n}", n=round(came.margin))
    if plan.marge is None:
        return Deviation(subject, Said("niet vastgelegd"), tested, came.margin is not None)
    planned = Said("{n} ({bron})", n=round(plan.marge), bron=plan.marge_bron)
    if came.margin is None:
        return Deviation(subject, planned, Said("niet getoetst"), deviates=True)
    # What the release used is read back from rounded amounts.
    return Deviation(subject, planned, tested, abs(came.margin - plan.marge) >= 1)
