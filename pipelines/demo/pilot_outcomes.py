"""Incidents and measurements of the children in the pilot and its comparison group."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.demo.calendar import YEARS, Dates, Floats, Ints, Texts, days, to_weekday
from pipelines.demo.chance import chance, pick, text_series
from pipelines.demo.pilot import Participants
from pipelines.demo.places import School, attribute
from pipelines.demo.pupils import Pupils

# What is planted: rates after the start over rates before it.
DYSREGULATION = 0.55
OTHER_INCIDENTS = 0.70
INCIDENTS_COMPARED = 0.95

_DYSREGULATION_MONTH = 0.035
_OTHER_MONTH = 0.055
# August to July: share of a usual month.
_SEASON = np.array((0.2, 1.1, 1.2, 1.3, 1.0, 1.2, 1.1, 1.2, 1.0, 1.1, 1.1, 0.5))
_OTHER_KINDS = {"agressie": 52, "weglopen": 18, "pesten": 14, "vernieling": 9, "overig": 7}
_SEVERITY = {"licht": 55, "midden": 34, "zwaar": 11}
_UNKNOWN_CHILD = 0.03


@dataclass(frozen=True)
class Scale:
    """An instrument and what is planted on it: mean at the start, and change by group."""

    instrument: str
    informant: str
    start: float
    change: float
    change_compared: float
    answered: float


SCALES = (
    Scale("prikkelschaal", "leerkracht", 6.3, -1.3, -0.3, 0.94),
    Scale("rust_thuis", "ouder", 4.6, 1.0, 0.2, 0.78),
)
_BETWEEN_CHILDREN, _BETWEEN_SCHOOLS, _WITHIN = 1.2, 0.25, 0.9
_LAST_MEASURED = np.datetime64("2025-07-11")


def incidents(
    rng: np.random.Generator, schools: tuple[School, ...], pupils: Pupils, pilot: Participants
) -> pl.DataFrame:
    """The dataset `incidenten`, ordered by date."""
    parts = []
    for per_month, after, kinds in (
        (_DYSREGULATION_MONTH, DYSREGULATION, {"ontregeling": 1}),
        (_OTHER_MONTH, OTHER_INCIDENTS, _OTHER_KINDS),
    ):
        ratio = np.where(pilot.zis, after, INCIDENTS_COMPARED)
        child, date = _happened(rng, schools, pilot, per_month, ratio)
        parts.append((child, date, pick(rng, kinds, len(child))))
    child = np.concatenate([p[0] for p in parts])
    date = np.concatenate([p[1] for p in parts])
    kind: Texts = np.concatenate([p[2] for p in parts])
    order = np.lexsort((child, date.astype(np.int64)))
    child, date, kind = child[order], date[order], kind[order]
    size = len(child)
    codes = np.array([s.code for s in schools], dtype=object)
    return pl.DataFrame(
        {
            "incident_id": [f"INC-{n:05d}" for n in range(1, size + 1)],
            "leerling_id": text_series(
                pupils.id[pilot.pupil[child]], chance(rng, _UNKNOWN_CHILD, size)
            ),
            "vestigingscode": codes[pilot.school[child]],
            "datum": date,
            "soort": kind,
            "ernst": pick(rng, _SEVERITY, size),
        }
    )


def _happened(
    rng: np.random.Generator,
    schools: tuple[School, ...],
    pilot: Participants,
    per_month: float,
    after: Floats,
) -> tuple[Ints, Dates]:
    """Poisson per child per month, over-dispersed by child and school; `after` from the start."""
    first = np.datetime64(f"{YEARS[0]}-08", "M")
    months = first + np.arange(12 * len(YEARS)).astype("timedelta64[M]")
    begun = months[None, :] >= pilot.start.astype("datetime64[M]")[:, None]
    there = months[None, :] <= pilot.until.astype("datetime64[M]")[:, None]
    child = rng.gamma(3.0, 1 / 3.0, len(pilot))
    level = child * np.sqrt(attribute(schools, "unrest"))[pilot.school] * per_month
    season = np.tile(_SEASON / _SEASON.mean(), len(YEARS))
    rate = level[:, None] * season[None, :] * np.where(begun, after[:, None], 1.0) * there
    count = rng.poisson(rate)
    who, when = np.nonzero(count)
    repeat = count[who, when]
    who, when = np.repeat(who, repeat), np.repeat(when, repeat)
    month = when % 12
    day = rng.integers(0, 28, len(who))
    day = np.where(month == 0, 22 + day // 5, np.where(month == 11, day // 3, np.clip(day, 2, 26)))
    first_days: Dates = months[when].astype("datetime64[D]")
    return who, to_weekday(first_days + days(day))


def measurements(
    rng: np.random.Generator, schools: tuple[School, ...], pupils: Pupils, pilot: Participants
) -> pl.DataFrame:
    """The dataset `metingen`: before the start, about a year after it, and for some in between."""
    frames = [_scored(rng, schools, pupils, pilot, scale) for scale in SCALES]
    made = pl.concat(frames).sort("datum", "leerling_id", "instrument")
    number = pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(5)
    return made.select(pl.concat_str(pl.lit("MET-"), number).alias("meting_id"), pl.all())


def _scored(
    rng: np.random.Generator,
    schools: tuple[School, ...],
    pupils: Pupils,
    pilot: Participants,
    scale: Scale,
) -> pl.DataFrame:
    size = len(pilot)
    codes = np.array([s.code for s in schools], dtype=object)
    usual = (
        scale.start
        + rng.normal(0, _BETWEEN_SCHOOLS, len(schools))[pilot.school]
        + rng.normal(0, _BETWEEN_CHILDREN, size)
    )
    own_change = rng.normal(0, _BETWEEN_SCHOOLS, len(schools))[pilot.school]
    change = np.where(pilot.zis, scale.change, scale.change_compared) + own_change
    frames = []
    for moment, share, earliest, latest, part in (
        ("voor", 1.0, -40, 0, 0.0),
        ("tussen", 0.5, 150, 210, 0.5),
        ("na", 0.9, 300, 480, 1.0),
    ):
        date = to_weekday(pilot.start + days(rng.integers(earliest, latest, size)))
        score = usual + part * change + rng.normal(0, _WITHIN, size)
        rows = (
            chance(rng, scale.answered * share, size)
            & (date <= _LAST_MEASURED)
            & (date <= pilot.until)
        )
        frames.append(
            pl.DataFrame(
                {
                    "leerling_id": pupils.id[pilot.pupil[rows]],
                    "vestigingscode": codes[pilot.school[rows]],
                    "instrument": pl.Series([scale.instrument] * int(rows.sum()), dtype=pl.String),
                    "informant": pl.Series([scale.informant] * int(rows.sum()), dtype=pl.String),
                    "meetmoment": pl.Series([moment] * int(rows.sum()), dtype=pl.String),
                    "datum": date[rows],
                    "score": np.round(np.clip(score[rows], 0, 10), 1),
                }
            )
        )
    return pl.concat(frames)


def planted() -> dict[str, object]:
    """What an evaluation should find back, as it goes into geplant.json."""
    return {
        "incidenten": {
            "maat": "incidenten per leerlingmaand, ontregeling en andere soorten",
            "vanaf": "eigen startdatum van de school",
            "verhouding_zis_ontregeling": DYSREGULATION,
            "verhouding_zis_overig": OTHER_INCIDENTS,
            "verhouding_vergelijking": INCIDENTS_COMPARED,
        },
        "metingen": [
            {
                "instrument": scale.instrument,
                "informant": scale.informant,
                "maat": "eigen verandering van voor- naar nameting, in punten",
                "verandering_zis": scale.change,
                "verandering_vergelijking": scale.change_compared,
            }
            for scale in SCALES
        ],
    }
