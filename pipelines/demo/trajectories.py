"""Trajectories of school social work, calibrated to one provider's published year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from pipelines.demo.calendar import (
    LAST_END,
    LAST_START,
    NO_DATE,
    YEARS,
    Bools,
    Dates,
    Floats,
    Ints,
    Texts,
    days,
    registration_days,
    to_weekday,
    year_of,
)
from pipelines.demo.chance import blank, chance, members, pick, pick_by, scale_for, text_series
from pipelines.demo.places import KOLIBRI, MAATWERK, SPECIAL, VLIEGERHOF, WIJKEN, School, attribute
from pipelines.demo.pupils import Pupils

# One provider, schooljaar 2017/2018: 3,243 dossiers on 151 schools; 64% closed in the same year;
# 79% referred on; social-emotional 38%, behaviour 16%, upbringing 13% (see shared domain notes).
DOSSIERS_PER_SCHOOL = 3243 / 151
CLOSED_SAME_YEAR = 0.64
REFERRED_ON = 0.79
THEMES = {
    "sociaal_emotioneel": {
        "sociale_vaardigheden": 0.09,
        "weerbaarheid": 0.07,
        "emotieregulatie": 0.09,
        "faalangst": 0.06,
        "vriendschap": 0.04,
        "pesten": 0.03,
    },
    "gedrag": {"agressie": 0.09, "werkhouding": 0.05, "online_gedrag": 0.02},
    "opvoeding": {"opvoeding": 0.13},
    "overig": {
        "scheiding": 0.07,
        "thuissituatie": 0.06,
        "armoede_schulden": 0.025,
        "verzuim": 0.035,
        "schoolmotivatie": 0.025,
        "executieve_functies": 0.01,
        "rouw_verlies": 0.02,
        "huiselijk_geweld": 0.015,
        "verwaarlozing": 0.01,
        "middelengebruik": 0.005,
        "psychische_klachten": 0.025,
        "lichamelijk": 0.01,
        "overgang_school": 0.01,
        "overig": 0.01,
    },
}

_PER_PUPIL = {"bo": 0.068, "sbo": 0.14, "so": 0.12, "vso": 0.12, "vo": 0.050, "mbo": 0.036}
_WAIT_MEDIAN = {KOLIBRI: 8.3, VLIEGERHOF: 13.5, MAATWERK: 10.5}
_NEVER_STARTED = 0.012
_NEIGHBOURS = tuple(code for shares in THEMES.values() for code in shares if code != "overig")
_REGISTERED_BY: dict[str, dict[str, float]] = {
    "bo": {
        "ib_zorgcoordinator": 34,
        "overleg": 20,
        "ouder_verzorger": 17,
        "leerkracht_mentor": 14,
        "leerling": 1,
        "jgz": 5,
        "wijkteam_cjg": 4,
        "smw_zelf": 3,
        "overig": 1.5,
        "onbekend": 0.5,
    },
    "vo": {
        "ib_zorgcoordinator": 26,
        "overleg": 21,
        "leerkracht_mentor": 19,
        "leerling": 15,
        "ouder_verzorger": 7,
        "leerplicht": 5,
        "jgz": 3,
        "smw_zelf": 2.5,
        "overig": 1.5,
    },
    "speciaal": {
        "overleg": 31,
        "leerkracht_mentor": 24,
        "ib_zorgcoordinator": 18,
        "ouder_verzorger": 14,
        "wijkteam_cjg": 5,
        "smw_zelf": 5,
        "leerling": 2,
        "onbekend": 1,
    },
}
_FORMS = {"individueel": 0.62, "gezin": 0.19, "groep": 0.11, "klas": 0.03, "consultatie": 0.05}
_HOURS = {"individueel": 8.5, "gezin": 12.0, "groep": 5.5, "klas": 4.0, "consultatie": 2.2}
_ENDINGS = {
    "volgens_plan": 0.66,
    "in_overeenstemming": 0.12,
    "eenzijdig_client": 0.09,
    "eenzijdig_aanbieder": 0.03,
    "externe_omstandigheden": 0.10,
}
_FRAMES = {"primair": "preventie", "secundair": "passend_onderwijs", "tertiair": "jeugdwet"}
SAFETY = ("huiselijk_geweld", "verwaarlozing")


@dataclass(frozen=True)
class Trajectories:
    """The dataset in columns, before what depends on referrals is filled in."""

    frame: pl.DataFrame
    pupil: Ints
    school: Ints
    started: Dates
    ended: Dates
    referred: Bools


@dataclass(frozen=True)
class _Registered:
    """Registrations in order of provider and day: positions, texts and dates per row.

    `step`: school years since the first; `never`: no help was started.
    """

    pupil: Ints
    year: Ints
    school: Ints
    provider: Texts
    kind: Texts
    registered: Dates
    step: Floats
    started: Dates
    ended: Dates

    @property
    def never(self) -> Bools:
        return np.isnat(self.started)


def trajectories(
    rng: np.random.Generator, schools: tuple[School, ...], pupils: Pupils
) -> Trajectories:
    """All trajectories registered in `YEARS`, in order of provider and registration."""
    of = _registrations(rng, schools, pupils)
    size, never, quality = len(of.pupil), of.never, attribute(schools, "quality")[of.school]
    ending = _endings(rng, 0.35 * quality + 0.05 * of.step, never)
    form = pick(rng, _FORMS, size)
    problem = pick(rng, {c: p for shares in THEMES.values() for c, p in shares.items()}, size)
    level = pick(rng, {"primair": 0.16, "secundair": 0.63, "tertiair": 0.21}, size)
    frame_of_law = np.array([_FRAMES[v] for v in level], dtype=object)
    frame_of_law[chance(rng, 0.14, size)] = "grijs_gebied"
    at_risk = np.isin(problem, ("verzuim", "schoolmotivatie"))
    threatened = chance(rng, np.where(at_risk, 0.6, 0.13), size)
    hours = _hours(rng, form, never)
    goals, reached = _goals(rng, quality, of.step, never)
    referred = chance(rng, REFERRED_ON / (1 - _NEVER_STARTED), size) & ~never

    # Chance is drawn in the order of the columns.
    columns = _who_and_where(rng, schools, pupils, of) | {
        "problematiek": problem,
        "problematiek_neven": _neighbours(rng, problem),
        "oorzaak": _causes(rng, problem, threatened),
        "dreigende_uitval": threatened,
        "preventieniveau": level,
        "wettelijk_kader": frame_of_law,
        "werkvorm": form,
        "uren": _number_or_none(hours, never),
        "contacten": _whole_or_none(np.maximum(1, np.round(hours / 1.25)), never),
        "ouders_betrokken": chance(
            rng, np.where(form == "gezin", 0.97, 0.66) + 0.015 * of.step, size
        ),
        "informeel_netwerk": chance(rng, 0.26 + 0.03 * of.step, size),
        "doelen_gesteld": _whole_or_none(goals.astype(np.float64), never),
        "doelen_behaald": _whole_or_none(reached.astype(np.float64), never),
        **_judgements(rng, 7.5 + 0.5 * quality + 0.08 * of.step, never),
        "afsluitreden": ending,
    }
    frame = pl.DataFrame(
        columns,
        schema_overrides={"problematiek_neven": pl.List(pl.String), "leerjaar": pl.Int64},
    )
    return Trajectories(frame, of.pupil, of.school, of.started, of.ended, referred)


def _registrations(
    rng: np.random.Generator, schools: tuple[School, ...], pupils: Pupils
) -> _Registered:
    pupil, year = _who(rng, schools, pupils)
    school = pupils.school[pupil]
    provider = np.array([s.provider for s in schools], dtype=object)[school]
    kind = np.array([s.kind for s in schools], dtype=object)[school]
    registered = registration_days(rng, year)
    order = np.lexsort((pupil, registered.astype(np.int64), provider.astype(str)))
    pupil, year, school = pupil[order], year[order], school[order]
    provider, kind, registered = provider[order], kind[order], registered[order]
    step = (year - YEARS[0]).astype(np.float64)
    started = _starts(rng, provider, step, registered)
    ended = _ends(rng, registered, started)
    return _Registered(pupil, year, school, provider, kind, registered, step, started, ended)


def _who_and_where(
    rng: np.random.Generator, schools: tuple[School, ...], pupils: Pupils, of: _Registered
) -> dict[str, Any]:
    """Columns that say whose trajectory it is, where, by whom and when."""
    size, home = len(of.pupil), pupils.wijk[of.pupil]
    wijk_codes = np.array([w.code for w in WIJKEN], dtype=object)[home]
    towns = np.array([w.municipality for w in WIJKEN], dtype=object)[home]
    return {
        "traject_id": _numbers(of.provider, of.year),
        "leerling_id": pupils.id[of.pupil],
        "vestigingscode": np.array([s.code for s in schools], dtype=object)[of.school],
        "leeftijd": np.clip(pupils.age(of.pupil, of.registered), 4, 23),
        "geslacht": text_series(pupils.sex[of.pupil], chance(rng, 0.01, size)),
        "leerjaar": pl.Series(pupils.group(of.pupil, of.year)),
        "woongemeente": text_series(towns, chance(rng, 0.01, size)),
        "wijkcode": text_series(wijk_codes, chance(rng, 0.04, size)),
        "aanbieder": of.provider,
        "rol": _roles(rng, schools, of.school, of.kind),
        "inzetsoort": pick(rng, {"basis": 0.84, "aanvullend": 0.10, "smw_xtra": 0.06}, size),
        "aanmelder": pick_by(rng, _broad(of.kind), _REGISTERED_BY),
        "aanmeld_datum": of.registered,
        "start_datum": of.started,
        "eind_datum": of.ended,
    }


def _judgements(rng: np.random.Generator, satisfied: Floats, never: Bools) -> dict[str, pl.Series]:
    """Goals attained (GAS) and marks, each known of a part; `satisfied`: the mean mark per row."""
    size = len(never)
    attained = np.clip(np.round(rng.normal(0.2, 1.1, size)), -3, 2)
    return {
        "gas_score": _whole_or_none(attained, never | chance(rng, 0.62, size)),
        "tevredenheid_leerling": _marks(rng, satisfied, never | chance(rng, 0.44, size)),
        "tevredenheid_ouder": _marks(rng, satisfied + 0.1, never | chance(rng, 0.56, size)),
    }


def _endings(rng: np.random.Generator, closed_well: Floats, never: Bools) -> Texts:
    """Reasons to close; `closed_well`: the chance that another reason became "as planned"."""
    size = len(never)
    ending = pick(rng, _ENDINGS, size)
    ending[(ending != "volgens_plan") & chance(rng, np.clip(closed_well, 0, 1), size)] = (
        "volgens_plan"
    )
    ending[never] = "eenzijdig_client"
    return ending


def _who(
    rng: np.random.Generator, schools: tuple[School, ...], pupils: Pupils
) -> tuple[Ints, Ints]:
    """Pupils and school years: Poisson per school with its own demand, the frail more often."""
    expected = np.array([s.pupils * _PER_PUPIL[s.kind] * s.demand for s in schools])
    expected *= DOSSIERS_PER_SCHOOL * len(schools) / expected.sum()
    who: list[Ints] = []
    when: list[Ints] = []
    for position, year in enumerate(YEARS):
        enrolled = pupils.enrolled(year)
        for number in range(len(schools)):
            there = np.flatnonzero(enrolled & (pupils.school == number))
            mean = expected[number] * (1 + 0.012 * (position - 1.5))
            count = min(int(rng.poisson(mean)), len(there) // 2)
            weight = 0.35 + pupils.frailty[there]
            chosen = rng.choice(there, size=count, replace=False, p=weight / weight.sum())
            who.append(chosen)
            when.append(np.full(count, year, dtype=np.int64))
    return np.concatenate(who), np.concatenate(when)


def _starts(rng: np.random.Generator, provider: Texts, step: Floats, registered: Dates) -> Dates:
    size = len(provider)
    median = np.array([_WAIT_MEDIAN[p] for p in provider]) * 0.95**step
    waited = np.clip(median * np.exp(rng.normal(0, 0.75, size)), 0, 120)
    started = to_weekday(registered + days(waited))
    started = np.maximum(np.minimum(started, LAST_START), registered)
    started[chance(rng, _NEVER_STARTED, size)] = NO_DATE
    return started


def _ends(rng: np.random.Generator, registered: Dates, started: Dates) -> Dates:
    """Ends such that the published share closes in the school year it started in."""
    size = len(started)
    never = np.isnat(started)
    spread = np.exp(rng.normal(0, 0.75, size))
    begin: Dates = np.where(never, registered, started)
    late = np.datetime64("2025-11-03") + days(rng.integers(0, 144, size))

    def ends(scale: float) -> Dates:
        length = np.where(never, 25.0, np.clip(scale * spread, 10, 430))
        until = to_weekday(begin + days(length))
        return np.where(until > LAST_END, to_weekday(late), until)

    def share(scale: float) -> float:
        until = ends(scale)
        return float(np.mean(year_of(until[~never]) == year_of(started[~never])))

    return ends(scale_for(share, CLOSED_SAME_YEAR, 20.0, 600.0))


def _hours(rng: np.random.Generator, form: Texts, never: Bools) -> Floats:
    mean = np.array([_HOURS[f] for f in form])
    hours: Floats = np.maximum(0.5, np.round(mean * rng.gamma(3.2, 1 / 3.2, len(form)) * 4) / 4)
    return np.where(never, 0.0, hours)


def _goals(
    rng: np.random.Generator, quality: Floats, step: Floats, never: Bools
) -> tuple[Ints, Ints]:
    size = len(never)
    goals = rng.choice(6, size=size, p=(0.08, 0.24, 0.33, 0.23, 0.09, 0.03))
    logit = 0.80 + quality + 0.07 * step + rng.normal(0, 0.4, size)
    reached = rng.binomial(goals, 1 / (1 + np.exp(-logit)))
    return np.where(never, 0, goals), np.where(never, 0, reached)


def _broad(kind: Texts) -> Texts:
    return np.where(kind == "bo", "bo", np.where(np.isin(kind, SPECIAL), "speciaal", "vo")).astype(
        object
    )


def _roles(
    rng: np.random.Generator, schools: tuple[School, ...], school: Ints, kind: Texts
) -> Texts:
    """Veenmark: JMW everywhere, JW on vo, JP on special schools; Havenrijk: SMW, some JP."""
    north = np.array([s.municipality == "GM9901" for s in schools])[school]
    role = np.where(north, "JMW", "SMW").astype(object)
    draw = rng.random(len(school))
    role[north & (kind == "vo") & (draw < 0.30)] = "JW"
    role[north & np.isin(kind, SPECIAL) & (draw < 0.45)] = "JP"
    role[~north & np.isin(kind, SPECIAL) & (draw < 0.25)] = "JP"
    return role


def _causes(rng: np.random.Generator, problem: Texts, threatened: Bools) -> Texts:
    """Of threatened drop-outs more than 60% has the cause at home."""
    size = len(problem)
    usual = {"thuis": 36, "school": 21, "kind": 24, "wijk": 5, "meervoudig": 11, "onbekend": 3}
    risk = {"thuis": 64, "school": 14, "kind": 9, "wijk": 4, "meervoudig": 8, "onbekend": 1}
    cause = pick(rng, usual, size)
    at_home = np.isin(problem, ("opvoeding", "scheiding", "thuissituatie", *SAFETY))
    cause[at_home & chance(rng, 0.7, size)] = "thuis"
    cause[threatened] = pick(rng, risk, int(threatened.sum()))
    return blank(cause, ~threatened & chance(rng, 0.05, size))


def _neighbours(rng: np.random.Generator, problem: Texts) -> list[list[str] | None]:
    counts = rng.choice(3, size=len(problem), p=(0.58, 0.31, 0.11))
    drawn = members(rng, _NEIGHBOURS, counts)
    return [
        [code for code in codes if code != own] or None
        for codes, own in zip(drawn, problem.tolist(), strict=True)
    ]


def _marks(rng: np.random.Generator, mean: Floats, missing: Bools) -> pl.Series:
    marks = np.clip(np.round(rng.normal(mean, 1.15)), 1, 10)
    return _whole_or_none(marks, missing)


def _whole_or_none(values: Floats, missing: Bools) -> pl.Series:
    return pl.Series(np.where(missing, np.nan, values)).fill_nan(None).cast(pl.Int64)


def _number_or_none(values: Floats, missing: Bools) -> pl.Series:
    return pl.Series(np.where(missing, np.nan, values)).fill_nan(None)


def _numbers(provider: Texts, year: Ints) -> list[str]:
    """Record numbers as each provider would write them."""
    written = {KOLIBRI: "KOL-{y}-{n:04d}", VLIEGERHOF: "VH{y}/{n:04d}", MAATWERK: "mh-{y}-{n:04d}"}
    count: dict[tuple[str, int], int] = {}
    made: list[str] = []
    for name, first in zip(provider.tolist(), year.tolist(), strict=True):
        count[name, first] = count.get((name, first), 0) + 1
        made.append(written[name].format(y=first, n=count[name, first]))
    return made
