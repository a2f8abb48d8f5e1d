"""Suspensions (school boards) and periods out of school (leerplicht)."""

from __future__ import annotations

import numpy as np
import polars as pl

from pipelines.demo.calendar import (
    NO_DATE,
    YEARS,
    Dates,
    Floats,
    Ints,
    Texts,
    days,
    school_days,
    to_weekday,
    year_of,
)
from pipelines.demo.chance import chance, flag_series, pick, text_series
from pipelines.demo.pilot import ABSENCE, SUSPENSIONS, SUSPENSIONS_COMPARED, Participants
from pipelines.demo.places import WIJKEN, School, attribute
from pipelines.demo.pupils import Pupils

# Suspensions per 1,000 pupils a year; registers hold the one-day ones the Inspectie never sees.
_SUSPENDED = {"bo": 2.2, "sbo": 14.0, "so": 24.0, "vso": 48.0, "vo": 21.0, "mbo": 2.5}
_PARTICIPANT_MONTH = 0.032
_PARTICIPANT_KIND = {"sbo": 0.65, "so": 0.9, "vso": 1.35}
# August to July: share of a usual month.
_SEASON = np.array((0.15, 1.2, 1.15, 1.5, 0.9, 1.3, 1.1, 1.4, 1.0, 1.05, 1.05, 0.2))

_REASONS = {
    "geweld_leerling": 30,
    "geweld_personeel": 9,
    "verbaal_geweld": 16,
    "storend_gedrag": 19,
    "wapenbezit": 3,
    "pesten": 4,
    "intimidatie": 5,
    "middelen": 4,
    "diefstal": 2,
    "vernieling": 3,
    "verzuim": 2,
    "overig": 3,
}
_AGAINST = {
    "geweld_leerling": "medeleerling",
    "geweld_personeel": "personeel",
    "pesten": "medeleerling",
    "verbaal_geweld": "personeel",
}
_KINDS = {
    "schorsing_intern": 0.27,
    "schorsing_extern": 0.67,
    "voornemen_verwijdering": 0.035,
    "verwijdering": 0.025,
}
_LENGTHS = (0.52, 0.21, 0.15, 0.05, 0.07)

# Periods begun per 1,000 pupils a year.
_ABSENT = {"bo": 4.0, "sbo": 12.0, "so": 20.0, "vso": 30.0, "vo": 17.0, "mbo": 12.0}
_ABSENT_PARTICIPANT_MONTH = 0.0055
_SORTS = {
    "absoluut": 0.13,
    "relatief": 0.52,
    "vrijstelling_5a": 0.16,
    "vrijstelling_5b": 0.01,
    "vrijstelling_5c": 0.015,
    "vrijstelling_15": 0.015,
    "geoorloofd_langdurig": 0.15,
}
_MEDIAN_DAYS = {
    "absoluut": 45.0,
    "relatief": 48.0,
    "vrijstelling_5a": 250.0,
    "vrijstelling_5b": 300.0,
    "vrijstelling_5c": 300.0,
    "vrijstelling_15": 200.0,
    "geoorloofd_langdurig": 60.0,
}
_BACKGROUNDS = {
    "psychisch": 31,
    "lichamelijk": 10,
    "gedrag": 15,
    "conflict_school": 11,
    "wachtlijst_plek": 12,
    "thuissituatie": 15,
    "overig": 4,
    "onbekend": 2,
}
_RESULTS = {
    "terug_eigen_school": 46,
    "andere_school": 20,
    "onderwijszorgarrangement": 14,
    "jeugdhulp": 9,
    "verhuisd": 6,
    "vrijstelling": 5,
}
_LESSON_HOURS = 5.0  # a day
_SCHOOL_SHARE = 40 / 52  # of the weekdays of a year there is school
_LAST_SEEN = np.datetime64("2026-02-27")


def suspensions(
    rng: np.random.Generator, schools: tuple[School, ...], pupils: Pupils, pilot: Participants
) -> pl.DataFrame:
    """The dataset `schorsingen`, ordered by date; participants carry the planted effect."""
    after = np.where(pilot.zis, SUSPENSIONS, SUSPENSIONS_COMPARED)
    pupil_a, date_a = _among_participants(
        rng, schools, pilot, _PARTICIPANT_MONTH, after, _SEASON / _SEASON.mean()
    )
    pupil_b, date_b = _among_others(rng, schools, pupils, pilot, _SUSPENDED, trend=0.985)
    pupil, date = _in_order(np.concatenate([pupil_a, pupil_b]), np.concatenate([date_a, date_b]))
    size = len(pupil)
    kind = pick(rng, _KINDS, size)
    length = rng.choice(5, size=size, p=_LENGTHS) + 1
    reason = pick(rng, _REASONS, size)
    against = np.array([_AGAINST.get(r, "anders") for r in reason], dtype=object)
    told = np.where(length > 1, True, chance(rng, 0.04, size))
    unknown = chance(rng, np.where(length > 1, 0.07, 0.25), size)
    school = pupils.school[pupil]
    return pl.DataFrame(
        {
            "schorsing_id": _numbered("S", date),
            "leerling_id": pupils.id[pupil],
            "vestigingscode": np.array([s.code for s in schools], dtype=object)[school],
            "soort": kind,
            "start_datum": date,
            "schooldagen": length,
            "reden": reason,
            "gericht_tegen": text_series(against, chance(rng, 0.12, size)),
            "gemeld_inspectie": flag_series(told, unknown),
        }
    )


def absences(
    rng: np.random.Generator, schools: tuple[School, ...], pupils: Pupils, pilot: Participants
) -> pl.DataFrame:
    """The dataset `thuiszitters`, ordered by date."""
    after = np.where(pilot.zis, ABSENCE, 1.0)
    pupil_a, date_a = _among_participants(
        rng, schools, pilot, _ABSENT_PARTICIPANT_MONTH, after, _SEASON / _SEASON.mean()
    )
    pupil_b, date_b = _among_others(rng, schools, pupils, pilot, _ABSENT, trend=1.03)
    pupil, date = _in_order(np.concatenate([pupil_a, pupil_b]), np.concatenate([date_a, date_b]))
    size = len(pupil)
    sort = pick(rng, _SORTS, size)
    sort[np.isin(pupil, pilot.pupil)] = "relatief"
    median = np.array([_MEDIAN_DAYS[s] for s in sort])
    until = to_weekday(date + days(np.clip(median * np.exp(rng.normal(0, 0.95, size)), 3, 600)))
    sort = np.where(
        (sort != "absoluut") | (until - date > days(np.full(size, 5))), sort, "relatief"
    )
    until = np.minimum(until, _LAST_SEEN)  # an open period becomes a finding later
    exempt = np.char.startswith(sort.astype(str), "vrijstelling")
    result = pick(rng, _RESULTS, size)
    result[exempt] = "vrijstelling"
    action = to_weekday(date + days(np.exp(rng.normal(1.4, 0.75, size))))
    action = np.minimum(np.maximum(action, date), until)
    present = np.round(rng.gamma(1.6, 4.0, size) * 2) / 2
    school = pupils.school[pupil]
    codes = np.array([s.code for s in schools], dtype=object)[school]
    attends = (sort == "relatief") & chance(rng, 0.45, size)
    towns = np.array([w.municipality for w in WIJKEN], dtype=object)[pupils.wijk[pupil]]
    return pl.DataFrame(
        {
            "verzuim_id": _numbered("LP", date),
            "leerling_id": pupils.id[pupil],
            "vestigingscode": text_series(codes, sort == "absoluut"),
            "woongemeente": towns,
            "soort": sort.astype(object),
            "start_datum": date,
            "eind_datum": until,
            "uren_per_week_aanwezig": pl.Series(
                np.where(attends, np.clip(present, 0, 20), np.nan)
            ).fill_nan(None),
            "reden": text_series(pick(rng, _BACKGROUNDS, size), chance(rng, 0.05, size)),
            "eerste_actie_datum": np.where(exempt, NO_DATE, action),
            "betrokken_hulp": chance(rng, 0.61, size),
            "resultaat": result,
        }
    )


def with_hours(rng: np.random.Generator, absent: pl.DataFrame) -> pl.DataFrame:
    """Absences with the hours of lessons that were missed, where they were kept and are over."""
    begin, end = (absent[c].to_numpy() for c in ("start_datum", "eind_datum"))
    ended = ~np.isnat(end)
    weekdays = np.busday_count(begin, np.where(ended, end, begin) + np.timedelta64(1, "D"))
    taught = weekdays * _SCHOOL_SHARE * _LESSON_HOURS * rng.beta(1.2, 1.6, len(begin))
    kept = ended & (absent["soort"] == "relatief").to_numpy() & chance(rng, 0.85, len(begin))
    hours = pl.Series("uren_verzuim", np.where(kept, np.round(taught * 2) / 2, np.nan))
    return absent.with_columns(hours.fill_nan(None))


def _among_participants(
    rng: np.random.Generator,
    schools: tuple[School, ...],
    pilot: Participants,
    per_month: float,
    after: Floats,
    season: Floats,
) -> tuple[Ints, Dates]:
    """Poisson per child per month, over-dispersed by child and school; `after` from the start."""
    first = np.datetime64(f"{YEARS[0]}-08", "M")
    months = first + np.arange(12 * len(YEARS)).astype("timedelta64[M]")
    begun = months[None, :] >= pilot.start.astype("datetime64[M]")[:, None]
    child = rng.gamma(2.0, 0.5, len(pilot))
    own = attribute(schools, "unrest") * [_PARTICIPANT_KIND.get(s.kind, 1.0) for s in schools]
    rate = per_month * (child * own[pilot.school])[:, None] * np.tile(season, len(YEARS))[None, :]
    count = rng.poisson(rate * np.where(begun, after[:, None], 1.0))
    who, when = np.nonzero(count)
    repeat = count[who, when]
    who, when = np.repeat(who, repeat), np.repeat(when, repeat)
    month = when % 12
    day = rng.integers(0, 28, len(who))
    day = np.where(month == 0, 22 + day // 5, np.where(month == 11, day // 3, np.clip(day, 2, 26)))
    first_days: Dates = months[when].astype("datetime64[D]")
    return pilot.pupil[who], to_weekday(first_days + days(day))


def _among_others(
    rng: np.random.Generator,
    schools: tuple[School, ...],
    pupils: Pupils,
    pilot: Participants,
    per_thousand: dict[str, float],
    trend: float,
) -> tuple[Ints, Dates]:
    """Poisson per school and year; the frail, and the same ones again, more often."""
    apart = np.zeros(len(pupils), dtype=np.bool_)
    apart[pilot.pupil] = True
    who: list[Ints] = []
    when: list[Ints] = []
    for year in YEARS:
        enrolled = pupils.enrolled(year) & ~apart
        for number, place in enumerate(schools):
            there = np.flatnonzero(enrolled & (pupils.school == number))
            rate = per_thousand[place.kind] / 1000 * place.unrest * trend ** (year - YEARS[0])
            count = int(rng.poisson(rate * len(there)))
            weight = pupils.frailty[there] ** 2
            who.append(rng.choice(there, size=count, p=weight / weight.sum()))
            when.append(np.full(count, year, dtype=np.int64))
    return np.concatenate(who), school_days(rng, np.concatenate(when))


def _in_order(pupil: Ints, date: Dates) -> tuple[Ints, Dates]:
    order = np.lexsort((pupil, date.astype(np.int64)))
    return pupil[order], date[order]


def _numbered(letter: str, dates: Dates) -> Texts:
    """Record numbers that count on within a school year: S2024-0001."""
    count: dict[int, int] = {}
    made: list[str] = []
    for year in year_of(dates).tolist():
        count[year] = count.get(year, 0) + 1
        made.append(f"{letter}{year}-{count[year]:04d}")
    return np.array(made, dtype=object)
