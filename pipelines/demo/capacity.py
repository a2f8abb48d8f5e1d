"""Hours deployed per school (`inzet`) and the scores that give primary schools means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import numpy as np
import polars as pl

from pipelines.demo.calendar import YEARS, label
from pipelines.demo.places import SPECIAL, School

# Hours a pupil a year: some 21 dossiers a school of about 8 hours each, and as much again for
# consultation, the support team, groups and travel.
_HOURS_PER_PUPIL = {"bo": 0.98, "sbo": 2.0, "so": 1.75, "vso": 1.75, "vo": 0.72, "mbo": 0.52}
_YEARLY_GROWTH = 0.02
_EURO_PER_HOUR = {2021: 66.0, 2022: 68.5, 2023: 72.0, 2024: 76.0}
_RATE = {"SMW": 1.0, "JMW": 1.0, "JW": 0.86, "JP": 1.08}
# Who pays the basic deployment of a role, in parts.
_PAYERS: Mapping[str, tuple[tuple[str, float], ...]] = {
    "SMW": (("gemeente", 1.0),),
    "JMW": (("gemeente", 1.0),),
    "JW": (("gemeente", 0.7), ("school", 0.3)),
    "JP": (("gemeente", 0.5), ("samenwerkingsverband", 0.5)),
}
_GROUNDS = {
    "kansengelijkheid": 0.24,
    "onderwijsachterstand": 0.22,
    "omgeving": 0.16,
    "caseload": 0.30,
    "calamiteit": 0.08,
}
_EXTRA_PAYERS = {"gemeente": 0.48, "school": 0.24, "samenwerkingsverband": 0.18, "overig": 0.10}
_EXTRA_SHARE, _XTRA_SHARE = 0.28, 0.22  # schools a year
_UNKNOWN_COSTS = 0.3  # of what others pay extra: the municipality does not always hear the amount


def deployments(rng: np.random.Generator, schools: tuple[School, ...]) -> pl.DataFrame:
    """The dataset `inzet`, by school and school year, with the column `gemeente`."""
    rows: list[dict[str, object]] = []
    for school in schools:
        basis = school.pupils * _HOURS_PER_PUPIL[school.kind] * float(rng.normal(1, 0.08))
        for step, year in enumerate(YEARS):
            hours = basis * (1 + _YEARLY_GROWTH * step)
            for role, share in _roles(school):
                for payer, part in _PAYERS[role]:
                    rows.append(_row(rng, school, year, role, "basis", payer, hours * share * part))
            role = _roles(school)[0][0]
            if rng.random() < _EXTRA_SHARE:
                rows.append(_extra(rng, school, year, step, role))
            if rng.random() < _XTRA_SHARE * (0.5 if school.kind == "bo" else 1.6):
                flex = float(rng.integers(3, 13)) * 10
                rows.append(_row(rng, school, year, role, "smw_xtra", "gemeente", flex))
    return pl.DataFrame(
        rows,
        schema_overrides={"aanleiding": pl.String, "doel_afgesproken": pl.Boolean, "van": pl.Date},
        infer_schema_length=None,
    )


def _roles(school: School) -> tuple[tuple[str, float], ...]:
    """Roles at a school and their share of the hours, the main one first."""
    if school.municipality == "GM9901":
        if school.kind == "vo":
            return (("JMW", 0.7), ("JW", 0.3))
        return (("JMW", 0.55), ("JP", 0.45)) if school.kind in SPECIAL else (("JMW", 1.0),)
    return (("SMW", 0.75), ("JP", 0.25)) if school.kind in SPECIAL else (("SMW", 1.0),)


def _row(
    rng: np.random.Generator,
    school: School,
    year: int,
    role: str,
    kind: str,
    payer: str,
    hours: float,
) -> dict[str, object]:
    whole = max(10.0, round(hours / 5) * 5.0)
    own = kind == "basis" or payer == "gemeente"
    known = own or rng.random() >= _UNKNOWN_COSTS
    return {
        "vestigingscode": school.code,
        "gemeente": school.municipality,
        "schooljaar": label(year),
        "rol": role,
        "inzetsoort": kind,
        "uren": whole,
        "kosten": round(whole * _EURO_PER_HOUR[year] * _RATE[role], 2) if known else None,
        "financier": payer,
        "aanleiding": None,
        "doel_afgesproken": None,
        "van": None,
        "tot": None,
    }


def _extra(
    rng: np.random.Generator, school: School, year: int, step: int, role: str
) -> dict[str, object]:
    """Temporary deployment on a stated ground; agreements are recorded better every year."""
    payer = str(rng.choice(list(_EXTRA_PAYERS), p=list(_EXTRA_PAYERS.values())))
    hours = float(rng.integers(4, 17)) * 10
    begins = dt.date(year, 9, 1) + dt.timedelta(days=7 * int(rng.integers(0, 22)))
    ends = min(begins + dt.timedelta(days=7 * int(rng.integers(8, 27))), dt.date(year + 1, 7, 18))
    return _row(rng, school, year, role, "aanvullend", payer, hours) | {
        "aanleiding": str(rng.choice(list(_GROUNDS), p=list(_GROUNDS.values()))),
        "doel_afgesproken": bool(rng.random() < 0.78 + 0.05 * step),
        "van": begins,
        "tot": ends if rng.random() < 0.80 + 0.04 * step else None,
    }


def scores(rng: np.random.Generator, schools: tuple[School, ...]) -> pl.DataFrame:
    """The dataset `achterstandsscores` of the primary schools, after the threshold: often none."""
    primary = [s for s in schools if s.kind == "bo"]
    per_pupil = {s.code: max(0.0, float(rng.gamma(1.6, 0.32)) - 0.25) for s in primary}
    rows = [
        {
            "vestigingscode": school.code,
            "gemeente": school.municipality,
            "jaar": year,
            "score": round(
                school.pupils * per_pupil[school.code] * float(rng.normal(1.0, 0.05)), 2
            ),
        }
        for school in primary
        for year in YEARS
    ]
    return pl.DataFrame(rows)
