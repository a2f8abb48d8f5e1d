"""Zorg In School: who takes part, who is compared, and the effects planted among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.demo.calendar import (
    NO_DATE,
    YEARS,
    Bools,
    Dates,
    Floats,
    Ints,
    days,
    to_weekday,
)
from pipelines.demo.chance import chance, flag_series, members
from pipelines.demo.places import SPECIAL, School
from pipelines.demo.pupils import Pupils

START = "2023-08-01"
SECOND_YEAR = 2024
"""The pilot's second school year, from which provisions shrink."""
UNTIL = np.datetime64("2025-07-31")

SUSPENSIONS = 0.60
SUSPENSIONS_COMPARED = 0.95
ABSENCE = 0.50
HEAVIER = 0.50
VOLUMES = {
    ("dagbesteding", "7"): 0.75,
    ("begeleiding_individueel", "5"): 0.85,
    ("gezinsbehandeling", "5"): 0.85,
}
DAYS_TO_SUPPORT = {"zis": 9.0, "vergelijking": 32.0}

_KINDS_OF_SUPPORT = (
    "begeleiding_individueel",
    "begeleiding_groep",
    "prikkelvermindering",
    "gedragsbegeleiding",
    "sociale_vaardigheden",
    "persoonlijke_verzorging",
    "dagritme_vrijetijd",
    "ouderbegeleiding",
    "coaching_leerkracht",
)


@dataclass(frozen=True)
class Participants:
    """One row per child of the pilot or its comparison group; all enrolled in all of `YEARS`."""

    pupil: Ints
    school: Ints
    zis: Bools
    start: Dates
    until: Dates

    def __len__(self) -> int:
        return len(self.pupil)


def participants(
    rng: np.random.Generator, schools: tuple[School, ...], pupils: Pupils
) -> Participants:
    """25 to 30 children on each pilot school and each other special school."""
    always = pupils.enrolled(YEARS[0]) & pupils.enrolled(YEARS[-1])
    pupil: list[Ints] = []
    for number, place in enumerate(schools):
        if place.kind not in SPECIAL:
            continue
        there = np.flatnonzero(always & (pupils.school == number))
        count = min(int(rng.integers(25, 31)), len(there))
        weight = 0.3 + pupils.frailty[there]
        pupil.append(np.sort(rng.choice(there, size=count, replace=False, p=weight / weight.sum())))
    chosen = np.concatenate(pupil)
    school = pupils.school[chosen]
    starts = np.array([s.zis_start or START for s in schools], dtype="datetime64[D]")[school]
    early = chance(rng, 0.04, len(chosen))
    until = np.where(early, UNTIL - days(rng.integers(60, 200, len(chosen))), UNTIL)
    return Participants(
        pupil=chosen,
        school=school,
        zis=np.array([s.zis_start is not None for s in schools])[school],
        start=starts,
        until=np.where(early, to_weekday(until), until),
    )


def participation(
    rng: np.random.Generator, schools: tuple[School, ...], pupils: Pupils, of: Participants
) -> pl.DataFrame:
    """The dataset `zis_deelnames`."""
    size = len(of)
    group = np.where(of.zis, "zis", "vergelijking").astype(object)
    signal = to_weekday(of.start + days(14 + rng.random(size) * 200))
    median = np.array([DAYS_TO_SUPPORT[g] for g in group])
    support = to_weekday(signal + days(median * np.exp(rng.normal(0, 0.6, size))))
    support = np.maximum(support, signal)
    waiting = ~of.zis & chance(rng, 0.06, size)
    at_home = chance(rng, np.where(of.zis, 0.46, 0.21), size)
    kinds = members(rng, _KINDS_OF_SUPPORT, np.where(of.zis, 2, 1) + rng.integers(0, 3, size))
    kinds = [[*k, "thuisondersteuning"] if h else k for k, h in zip(kinds, at_home, strict=True)]
    return pl.DataFrame(
        {
            "deelname_id": [f"ZIS-{n:04d}" for n in range(1, size + 1)],
            "leerling_id": pupils.id[of.pupil],
            "vestigingscode": np.array([s.code for s in schools], dtype=object)[of.school],
            "groep": group,
            "start_datum": of.start,
            "eind_datum": of.until,
            "uren_per_week": _hours(rng, of.zis),
            "opp_aanvulling": _yes(rng, of.zis, 0.82),
            "een_plan": _yes(rng, of.zis, 0.74, elsewhere=0.22),
            "thuisondersteuning": at_home,
            "beschikking_vermeden": _yes(rng, of.zis, 0.55),
            "signaal_datum": signal,
            "start_ondersteuning_datum": np.where(waiting, NO_DATE, support),
            "soorten_ondersteuning": pl.Series(kinds, dtype=pl.List(pl.String)),
        }
    )


def _hours(rng: np.random.Generator, zis: Bools) -> pl.Series:
    hours: Floats = np.round(rng.gamma(6.0, np.where(zis, 5.5, 3.0) / 6.0) * 2) / 2
    return pl.Series(np.where(zis, np.clip(hours, 0.5, 20), np.nan)).fill_nan(None)


def _yes(rng: np.random.Generator, zis: Bools, share: float, elsewhere: float = 0.0) -> pl.Series:
    drawn = chance(rng, np.where(zis, share, elsewhere), len(zis))
    return flag_series(drawn, chance(rng, 0.03, len(zis)))


def planted_effects() -> dict[str, object]:
    """What an evaluation of the demo should find back, as it goes into geplant.json."""
    return {
        "schorsingen": {
            "maat": "schorsingen per leerlingmaand",
            "vanaf": "eigen startdatum van de school",
            "verhouding_zis": SUSPENSIONS,
            "verhouding_vergelijking": SUSPENSIONS_COMPARED,
            "verhouding_netto": round(SUSPENSIONS / SUSPENSIONS_COMPARED, 6),
        },
        "thuiszitten": {
            "maat": "begonnen perioden van thuiszitten per leerlingmaand",
            "vanaf": "eigen startdatum van de school",
            "verhouding_zis": ABSENCE,
            "verhouding_vergelijking": 1.0,
        },
        "volume": [
            {
                "hulpvorm": kind,
                "niveau": level,
                "maat": "toegewezen volume per deelnemer per schooljaar",
                "vanaf": f"{SECOND_YEAR}-08-01",
                "verhouding_zis": ratio,
                "verhouding_vergelijking": 1.0,
            }
            for (kind, level), ratio in VOLUMES.items()
        ],
        "zwaardere_zorg": {
            "maat": "kans per jaar op een hoger niveau na begeleiding op niveau 5",
            "vanaf": START,
            "verhouding_zis": HEAVIER,
            "verhouding_vergelijking": 1.0,
        },
        "dagen_tot_ondersteuning": {
            "maat": "mediaan van signaal tot start ondersteuning, in dagen",
            "zis": DAYS_TO_SUPPORT["zis"],
            "vergelijking": DAYS_TO_SUPPORT["vergelijking"],
        },
    }
