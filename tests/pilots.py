"""Made-up pilots of Zorg In School with a known truth, for simulations of effects and of power.

Schools of 5 to 60 pupils that differ in level and whose habits change over the years, pupils who
differ, a season over the school year, leavers, and starts up to a year apart. Each `Pilot` adds
what a scenario wants of it. Everything happens in arrays of pupils x months since the own start.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import polars as pl

Floats = npt.NDArray[np.float64]

_HALF_YEAR = 6
_AUGUST, _FEBRUARY = 7, 13
_FIRST = 50 * 12  # calendar months are counted since 1970, as the product does


@dataclass(frozen=True)
class Pilot:
    """How a pilot is set up and what is true about it; half of the schools take part.

    `ratio`: rate after the start over what it would have been. `base`: events per pupil-month.
    `drift`: change per month of participants beside the comparison group (-0.02: 2% less each
    month), before and after the start. `level`, `habits`: spread between schools, and of a school
    between half-years. `leave`: share who leave early. `spread`: months over which schools start;
    `start`: the calendar month of the first (7: August, 13: February). `anticipation`: months
    before the start that already show the effect. `spillover`: share of the effect the comparison
    group gets. `selected`: participants are those with the worst last half-year. `informative`:
    who has more events leaves sooner.
    """

    schools: int = 12
    pupils: tuple[int, int] = (5, 60)
    before: int = 24
    after: int = 24
    base: float = 0.06
    ratio: float = 1.0
    drift: float = 0.0
    level: float = 0.3
    habits: float = 0.1
    frailty: float = 2.0
    season: float = 0.3
    leave: float = 0.1
    spread: int = 12
    start: int = _AUGUST
    anticipation: int = 0
    spillover: float = 0.0
    selected: bool = False
    informative: bool = False


def drift_of(per_half_year: float) -> float:
    """The monthly drift that makes `per_half_year` (-0.10: 10% less) in six months."""
    return math.expm1(math.log1p(per_half_year) / _HALF_YEAR)


SCENARIOS: Mapping[str, Pilot] = {
    "parallel": Pilot(),
    "drift_1": Pilot(drift=-0.01),
    "drift_15": Pilot(drift=-0.015),
    "drift_2": Pilot(drift=-0.02),
    "drift_half_year_10": Pilot(drift=drift_of(-0.10)),
    "drift_half_year_15": Pilot(drift=drift_of(-0.15)),
    "anticipation": Pilot(ratio=0.7, anticipation=4),
    "spillover": Pilot(ratio=0.7, spillover=0.5),
    "selection": Pilot(selected=True),
    "informative_leaving": Pilot(informative=True),
    "february": Pilot(start=_FEBRUARY),
}


@dataclass(frozen=True)
class Made:
    """A pilot as the product sees it, and what is true.

    `summary`: per school and slice, as `summaries.outcome_by_slice`; `monthly`: per school and
    calendar month, as `summaries.outcome_by_month`. `truth`: the difference per pupil-month
    between what happened to participants and what would have, over their months after the start.
    """

    summary: pl.DataFrame
    monthly: pl.DataFrame
    truth: float


def simulate(pilot: Pilot, seed: int) -> Made:
    """One pilot. The same seed gives the same pilot."""
    rng = np.random.default_rng([seed, pilot.schools])
    slices: list[tuple[object, ...]] = []
    courses: list[pl.DataFrame] = []
    expected = observed = exposure = 0.0
    for school in range(pilot.schools):
        zis = school < pilot.schools // 2
        start = _FIRST + pilot.start + (int(rng.integers(0, pilot.spread)) if pilot.spread else 0)
        plain = _rates(pilot, rng, start, zis=zis)
        factor = _factor(pilot, zis=zis)
        events = rng.poisson(plain * factor).astype(float)
        if pilot.selected and zis:
            kept = _worst(events, pilot, len(events) // 6)
            plain, events = plain[kept], events[kept]
        there = _present(pilot, rng, events)
        events *= there
        after = slice(pilot.before, None)
        if zis:
            expected += float((plain * there)[:, after].sum())
            observed += float((plain * factor * there)[:, after].sum())
            exposure += float(there[:, after].sum())
        name, arm = f"s{school:02d}", "zis" if zis else "vergelijking"
        slices += [(name, arm, *found) for found in _slices(pilot, events, there.astype(float))]
        courses.append(_course(pilot, name, arm, start, events, there.astype(float)))
    columns = [
        "school", "groep", "division", "index", "pupils", "months", "total", "pupils_with_event",
    ]  # fmt: skip
    return Made(
        pl.DataFrame(slices, schema=columns, orient="row"),
        pl.concat(courses),
        (observed - expected) / exposure,
    )


def pilots(pilot: Pilot, count: int) -> Iterator[Made]:
    """The first `count` pilots of a scenario."""
    return (simulate(pilot, seed) for seed in range(count))


def with_schools(pilot: Pilot, schools: int) -> Pilot:
    return replace(pilot, schools=schools)


def _rates(pilot: Pilot, rng: np.random.Generator, start: int, *, zis: bool) -> Floats:
    """Events per pupil (six times as many to choose from where `selected`) and month."""
    months = np.arange(-pilot.before, pilot.after)
    size = int(rng.integers(pilot.pupils[0], pilot.pupils[1] + 1))
    if pilot.selected and zis:
        size *= 6
    level = rng.gamma(1 / pilot.level**2, pilot.level**2)
    halves = (pilot.before + pilot.after) // _HALF_YEAR + 2
    shocks = rng.normal(0, pilot.habits, halves)
    habit = np.exp(shocks - pilot.habits**2 / 2)[(months + pilot.before) // _HALF_YEAR]
    frailty = rng.gamma(pilot.frailty, 1 / pilot.frailty, size)
    turn = np.cos(2 * np.pi * ((start + months) % 12) / 12)
    everyone = np.exp(-0.004 * (start + months - _FIRST))
    apart = (1 + pilot.drift) ** (months + pilot.before) if zis else np.ones(len(months))
    course = pilot.base * level * habit * (1 + pilot.season * turn) * everyone * apart
    rates: Floats = frailty[:, None] * course[None, :]
    return rates


def _factor(pilot: Pilot, *, zis: bool) -> Floats:
    """What the programme does to the rate, per month."""
    months = np.arange(-pilot.before, pilot.after)
    share = 1.0 if zis else pilot.spillover
    return np.where(months >= -pilot.anticipation, 1 - share * (1 - pilot.ratio), 1.0)


def _worst(events: Floats, pilot: Pilot, size: int) -> npt.NDArray[np.int64]:
    last = events[:, pilot.before - _HALF_YEAR : pilot.before].sum(1)
    return np.argsort(-last, kind="stable")[:size]


def _present(pilot: Pilot, rng: np.random.Generator, events: Floats) -> npt.NDArray[np.bool_]:
    """Pupil by month: still followed? Everyone is until six months after the start."""
    size = len(events)
    chance = np.full(size, pilot.leave)
    if pilot.informative:
        often = events[:, pilot.before : pilot.before + _HALF_YEAR].sum(1)
        chance = np.where(often > 0, 0.6, pilot.leave)
    gone = rng.random(size) < chance
    until = np.where(gone, rng.integers(_HALF_YEAR, pilot.after, size), pilot.after)
    months = np.arange(-pilot.before, pilot.after)
    present: npt.NDArray[np.bool_] = months[None, :] < until[:, None]
    return present


def _slices(pilot: Pilot, events: Floats, there: Floats) -> list[tuple[object, ...]]:
    """Division, index, pupils, months, total and pupils with an event, per slice."""
    half, year = _HALF_YEAR, 12
    cuts = [("fase", 0, 0, pilot.before), ("fase", 1, pilot.before, pilot.before + pilot.after)]
    cuts += [
        ("periode", n, pilot.before + n * half, pilot.before + (n + 1) * half)
        for n in range(-(pilot.before // half), pilot.after // half)
    ]
    cuts += [
        ("jaar", n, pilot.before + n * year, pilot.before + (n + 1) * year)
        for n in range(-(pilot.before // year), pilot.after // year)
    ]
    found: list[tuple[object, ...]] = []
    for division, index, first, last in cuts:
        happened, followed = events[:, first:last], there[:, first:last]
        found.append(
            (
                division, index, int((followed.sum(1) > 0).sum()), float(followed.sum()),
                float(happened.sum()), int((happened.sum(1) > 0).sum()),
            )
        )  # fmt: skip
    return found


def _course(
    pilot: Pilot, name: str, arm: str, start: int, events: Floats, there: Floats
) -> pl.DataFrame:
    months = np.arange(-pilot.before, pilot.after) + start
    followed = there.sum(0)
    return pl.DataFrame(
        {
            "school": name,
            "groep": arm,
            "index": months,
            "start_month": start,
            "pupils": there.astype(bool).sum(0),
            "months": followed,
            "total": events.sum(0),
        }
    ).filter(pl.col("months") > 0)
