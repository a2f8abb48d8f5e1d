"""The pupils of the made-up schools: who is enrolled when, and under which pseudonym."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass

import numpy as np

from pipelines.demo.calendar import YEARS, Bools, Dates, Floats, Ints, Texts, days, first_day
from pipelines.demo.places import WIJKEN, School

# Not a secret: nobody stands behind these pseudonyms.
_DEMO_KEY = b"zichtlijn-demo: geen geheim, geen personen"

# Years at a school and age on entry, per kind.
_STAY = {"bo": 8, "sbo": 5, "so": 8, "vso": 6, "vo": 5, "mbo": 3}
_ENTRY_AGE = {"bo": 4, "sbo": 7, "so": 4, "vso": 12, "vo": 12, "mbo": 16}
_FIRST_GROUP = {"bo": 1, "sbo": 4, "so": 1, "vso": 1, "vo": 1, "mbo": 1}
_BOYS = {"bo": 0.51, "sbo": 0.66, "so": 0.72, "vso": 0.68, "vo": 0.50, "mbo": 0.49}


@dataclass(frozen=True)
class Pupils:
    """One row per pupil. `school` and `wijk` are positions in the register's lists.

    Enrolled from school year `entry` up to but not including school year `leave`. `frailty` (mean
    1) makes troubles come to the same children; `born` is used for ages and is never delivered.
    """

    id: Texts
    school: Ints
    entry: Ints
    leave: Ints
    first_group: Ints
    sex: Texts
    born: Dates
    wijk: Ints
    frailty: Floats

    def __len__(self) -> int:
        return len(self.id)

    def enrolled(self, year: int) -> Bools:
        """Who is enrolled in the school year that begins in `year`."""
        inside: Bools = (self.entry <= year) & (year < self.leave)
        return inside

    def age(self, who: Ints, on: Dates) -> Ints:
        """Whole years at a date."""
        elapsed = (on - self.born[who]).astype(np.int64)
        return np.floor(elapsed / 365.25).astype(np.int64)

    def group(self, who: Ints, years: Ints) -> Ints:
        """Groep or leerjaar in a school year."""
        group: Ints = self.first_group[who] + np.clip(years, self.entry[who], self.leave[who] - 1)
        return group - self.entry[who]


def pupils(rng: np.random.Generator, schools: tuple[School, ...]) -> Pupils:
    """Everyone enrolled at any time in `YEARS`, school by school and cohort by cohort."""
    school, entry = _cohorts(rng, schools)
    size = len(school)
    kinds = [s.kind for s in schools]
    stay = np.array([_STAY[k] for k in kinds])[school]
    age = np.array([_ENTRY_AGE[k] for k in kinds])[school] + rng.random(size)
    age += np.where(
        np.isin(school, _positions(schools, ("sbo", "vso", "mbo"))), rng.random(size), 0
    )
    boys = np.array([_BOYS[k] for k in kinds])[school]
    draw = rng.random(size)
    sex = np.where(draw < boys, "M", "V").astype(object)
    sex[rng.random(size) < 0.004] = "X"
    return Pupils(
        id=pseudonyms(rng, size),
        school=school,
        entry=entry,
        leave=entry + stay,
        first_group=np.array([_FIRST_GROUP[k] for k in kinds])[school],
        sex=sex,
        born=first_day(entry) + days(np.full(size, 61.0)) - days(age * 365.25),
        wijk=_home(rng, schools, school),
        frailty=rng.gamma(0.9, 1 / 0.9, size),
    )


def _positions(schools: tuple[School, ...], kinds: tuple[str, ...]) -> Ints:
    return np.array([i for i, s in enumerate(schools) if s.kind in kinds], dtype=np.int64)


def _cohorts(rng: np.random.Generator, schools: tuple[School, ...]) -> tuple[Ints, Ints]:
    school: list[Ints] = []
    entry: list[Ints] = []
    for number, place in enumerate(schools):
        stay = _STAY[place.kind]
        growth = rng.normal(0, 0.012)
        for year in range(YEARS[0] - stay + 1, YEARS[-1] + 1):
            mean = place.pupils / stay * (1 + growth) ** (year - YEARS[0])
            count = max(1, round(mean + rng.normal(0, 0.5) * mean**0.5))
            school.append(np.full(count, number, dtype=np.int64))
            entry.append(np.full(count, year, dtype=np.int64))
    return np.concatenate(school), np.concatenate(entry)


def _home(rng: np.random.Generator, schools: tuple[School, ...], school: Ints) -> Ints:
    """Mostly the school's own wijk for a basisschool, anywhere in reach for the others."""
    own = np.array([next(i for i, w in enumerate(WIJKEN) if w.code == s.wijk) for s in schools])
    near = np.array([0.80 if s.kind == "bo" else 0.20 for s in schools])
    town = np.array([0.97 if s.kind == "bo" else 0.82 for s in schools])
    gm = np.array([0 if s.municipality == "GM9901" else 1 for s in schools])[school]
    stays = rng.random(len(school)) < town[school]
    where = np.where(stays, gm, 1 - gm)
    split = sum(w.municipality == "GM9901" for w in WIJKEN)
    elsewhere = np.where(
        where == 0,
        rng.integers(0, split, len(school)),
        rng.integers(split, len(WIJKEN), len(school)),
    )
    home: Ints = np.where(rng.random(len(school)) < near[school], own[school], elsewhere)
    return home


def passes_eleven_test(numbers: Ints) -> Bools:
    """Whether nine-digit numbers have the form of a BSN (weights 9 to 2 and -1)."""
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    total = np.zeros_like(numbers)
    for place, weight in enumerate(weights):
        total += weight * (numbers // 10 ** (8 - place) % 10)
    passes: Bools = total % 11 == 0
    return passes


def pseudonyms(rng: np.random.Generator, count: int) -> Texts:
    """HMAC-SHA-256 (hex) of made-up numbers, none of which could be a BSN."""
    steps = rng.integers(1, 25_000, size=count * 2)
    numbers = 100_000_000 + np.cumsum(steps) % 890_000_000
    numbers = np.unique(numbers[~passes_eleven_test(numbers)])
    chosen = rng.permutation(numbers)[:count]
    made = [hmac.digest(_DEMO_KEY, b"%09d" % n, hashlib.sha256).hex() for n in chosen.tolist()]
    return np.array(made, dtype=object)
