"""Before a pilot, on the command line: from the served release, nothing else."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pipelines.effects.pilots import margin
from pipelines.effects.pilots import plan as pilot_plan
from pipelines.effects.pilots.margin import Evaluated
from pipelines.effects.pilots.plan import Came, Deviation, PilotPlan, PlanUnreadable, Read
from pipelines.effects.pilots.power import (
    MOST_SCHOOLS,
    PilotLayout,
    base_from,
    schools_needed,
    smallest_effect,
)
from pipelines.effects.wording import number
from pipelines.errors import UsageError
from pipelines.release.served import open_served
from pipelines.warehouse.engine import as_frame

VISIBLE = "zichtbaar"


@dataclass(frozen=True)
class Forecast:
    """What a pilot can find of one measure. `smallest`: percent of a count, or a difference in the
    unit; None: none can be found; `guarded`: idem without the months around the start, of a count
    (a result is held against what is left without them); `no_months`: none are left then.
    `schools`: needed for the wished effect; None: more than 200, or
    nothing was wished. `reason`: why nothing can be told, and then numbers are empty.
    """

    id: str
    promise: str
    measure: str
    unit: str
    kind: str
    direction: str
    base: float | None
    smallest: float | None
    schools: int | None
    wished: float | None
    reason: str
    guarded: float | None = None
    no_months: bool = False

    @property
    def base_told(self) -> str:
        return "" if self.base is None else f"{_told(self.base)} {self.unit}"

    @property
    def smallest_told(self) -> str:
        """The smallest effect in words, Dutch."""
        return self._effect_told(self.smallest)

    @property
    def guarded_told(self) -> str:
        """Idem without the months around the start; empty for what is no count."""
        if self.kind != "aantal":
            return ""
        return "te weinig maanden" if self.no_months else self._effect_told(self.guarded)

    def _effect_told(self, effect: float | None) -> str:
        if effect is None:
            if self.direction == "hoger":
                return "geen: ook een veelvoud is niet zeker te zien"
            return "geen: ook als alles wegvalt, is dat niet zeker te zien"
        if self.kind == "aantal":
            which = "minder" if self.direction == "lager" else "meer"
            return f"{_told(effect, 2)}% {which}"
        return f"{_told(effect, 2)} {self.unit}"

    @property
    def schools_told(self) -> str:
        if self.wished is None:
            return ""
        return f"meer dan {MOST_SCHOOLS}" if self.schools is None else str(self.schools)


def _told(value: float, digits: int = 3) -> str:
    """A number in Dutch, with so many significant digits."""
    decimals = max(0, digits - 1 - math.floor(math.log10(abs(value)))) if value else 0
    return number(value, decimals)


@dataclass(frozen=True)
class Known:
    """What the served release tells: its id, the day until which it counts, and its rows."""

    release: str
    until: dt.date
    bases: tuple[Mapping[str, Any], ...]
    effects: tuple[Mapping[str, Any], ...]
    money: Evaluated


def known(workdir: Path) -> Known:
    """Raises `UsageError` where there is no release, or an older one without these figures."""
    with open_served(workdir) as (release, con):
        bases = as_frame(con.execute("SELECT * FROM pilotbasis")).to_dicts()
        effects = as_frame(con.execute("SELECT * FROM effecten WHERE leidend")).to_dicts()
        balance = as_frame(con.execute("SELECT * FROM besparing_balans")).to_dicts()
        drivers = as_frame(con.execute("SELECT * FROM besparing_gevoeligheid")).to_dicts()
        row = con.execute("SELECT peildatum FROM release").fetchone()
    until = row[0] if row else dt.date.min
    money = margin.evaluated(balance, drivers)
    return Known(release, until, tuple(bases), tuple(effects), money)


def guard_of(rows: Sequence[Mapping[str, Any]]) -> float:
    """Months on either side of the start without which a count of this release is told again."""
    return max((row["maanden_rondom"] or 0.0 for row in rows), default=0.0)


def forecasts(
    rows: Sequence[Mapping[str, Any]], plan: PilotPlan, guard: float | None = None
) -> tuple[Forecast, ...]:
    """One per measure; schools are counted for the wished effect of the main outcome.

    `guard`: months on either side of the start that are also left out once; None: as the release
    does. Months that count in no effect of the release are left out of all.
    """
    if guard is None:
        guard = guard_of(rows)
    return tuple(
        _forecast(
            row,
            plan.layout,
            plan.gewenst_effect if row["id"] == plan.hoofduitkomst else None,
            guard,
        )
        for row in rows
    )


def months_told(plan: PilotPlan, guard: float) -> str:
    """How many of the months are left without those around the start, in one Dutch sentence."""
    before, during = plan.maanden_voor, plan.maanden_tijdens
    if guard >= min(before, during):
        return f"Zonder {guard:g} maanden aan elke kant van de start blijven er geen maanden over."
    return (
        f"Zonder {guard:g} maanden aan elke kant van de start tellen van de {before:g} maanden"
        f" ervoor {before - guard:g} en van de {during:g} maanden erna {during - guard:g}."
    )


def claim(plan: PilotPlan) -> str:
    """What can be said afterwards at best, in one Dutch sentence."""
    return pilot_plan.WITH_COMPARISON if plan.layout.compared else pilot_plan.NO_COMPARISON


def _forecast(
    row: Mapping[str, Any], layout: PilotLayout, wished: float | None, guard: float
) -> Forecast:
    shown = row["status"] == VISIBLE
    reason = row["reden"]
    smallest = guarded = schools = None
    if shown:
        base, scale = base_from(row), per(row)
        rise = row["richting"] == "hoger"
        layout = replace(layout, guard=row["maanden_overslaan"] or 0.0)
        found = smallest_effect(base, layout, rise=rise)
        smallest = None if found is None else found * scale
        if base.kind == "aantal":
            found = smallest_effect(
                base, replace(layout, guard=max(guard, layout.guard)), rise=rise
            )
            guarded = None if found is None else found * scale
        reason = "" if layout.enough else pilot_plan.TOO_FEW
        if wished is not None:
            schools = schools_needed(base, layout, wished / scale, rise=rise)
    return Forecast(
        id=row["id"],
        promise=row["belofte"],
        measure=row["maat"],
        unit=row["eenheid"],
        kind=row["soort"] or "",
        direction=row["richting"],
        base=row["basis"],
        smallest=smallest,
        schools=schools,
        wished=wished,
        reason=reason,
        guarded=guarded,
        no_months=guard >= min(layout.before, layout.during),
    )


def per(row: Mapping[str, Any]) -> float:
    """From a share of a count to percent, or from a mean to its published unit."""
    return 100.0 if row["soort"] == "aantal" else float(row["schaal"])


def measure(found: Known, identity: str) -> Mapping[str, Any]:
    """The row of one measure; `UsageError` names those that there are."""
    for row in found.bases:
        if row["id"] == identity:
            return row
    named = ", ".join(row["id"] for row in found.bases if row["status"] == VISIBLE)
    raise UsageError(f"Er is geen uitkomst {identity}; wel: {named}.")


def plan(found: Known, **given: Any) -> PilotPlan:
    """A plan on this release, dated today; `UsageError` says what cannot be."""
    measure(found, given["hoofduitkomst"])
    today = dt.datetime.now().astimezone().date()
    try:
        return PilotPlan(vastgelegd_op=today, publicatie=found.release, **given)
    except PlanUnreadable as problem:
        raise UsageError(str(problem)) from problem


def save(made: PilotPlan, path: Path) -> None:
    """Write a plan; one that is there already is never written over."""
    if path.suffix not in (".yaml", ".yml", ".json"):
        raise UsageError(f"Bewaar een plan als .yaml of .json, niet als {path.name}.")
    try:
        with path.open("xb") as file:
            file.write(pilot_plan.written(made, "json" if path.suffix == ".json" else "yaml"))
    except FileExistsError as problem:
        raise UsageError(
            f"{path} bestaat al; een vastgelegd plan wordt niet overschreven."
        ) from problem
    except OSError as problem:
        raise UsageError(f"{path} is niet te schrijven.") from problem


def load(path: Path) -> Read:
    try:
        return pilot_plan.read(path.read_bytes())
    except OSError as problem:
        raise UsageError(f"{path} is niet te lezen.") from problem
    except PlanUnreadable as problem:
        raise UsageError(f"{path.name}: {problem}") from problem


def held_against(read: Read, found: Known) -> tuple[Deviation, ...]:
    """The deviations of this release from a plan."""
    return pilot_plan.deviations(read, came(read.plan.hoofduitkomst, found))


def came(identity: str, found: Known) -> Came:
    def row(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, Any] | None:
        return next((r for r in rows if r["id"] == identity), None)

    return Came(
        release=found.release,
        until=found.until,
        base=row(found.bases),
        effect=row(found.effects),
        margin=found.money.margin,
        net=found.money.net,
    )


def neutral(read: Read, found: Known) -> str:
    """Whether the net of this release lies within the margin of a plan, in Dutch."""
    return margin.neutral(read, came(read.plan.hoofduitkomst, found))


def as_dict(made: PilotPlan) -> dict[str, Any]:
    return {**asdict(made), "kenmerk": made.hash}
