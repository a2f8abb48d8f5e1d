"""The whole made-up register: every dataset before suppliers put it in their own words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
import polars as pl

from pipelines.demo import (
    absence,
    capacity,
    care,
    evaluation,
    groupwork,
    pilot,
    pilot_outcomes,
    places,
    pupils,
    referrals,
    trajectories,
    transitions,
)
from pipelines.demo.calendar import YEARS, Ints, year_of
from pipelines.evaluation import collect
from pipelines.ingest import questionnaires

SUPPLIER = "leverancier"
"""Further column of each frame: who delivers the row (not a contract column)."""
UNTOUCHED = "veilig"
"""Further column: no other row depends on this one, so it may be given a mistake."""

LEERPLICHT = "Leerplicht Veenhaven (demo)"
PROJECT = "Projectbureau Zorg In School (demo)"
FORMS = {group: collect.supplier(group) for group in questionnaires.GROUPS}
TOWNS = {gm: f"Gemeente {name} (demo)" for gm, name in places.MUNICIPALITIES.items()}


Datasets: TypeAlias = dict[str, pl.DataFrame]


@dataclass(frozen=True)
class Register:
    """Clean datasets by name, with the columns `leverancier` and `veilig` added."""

    datasets: Mapping[str, pl.DataFrame]
    calibration: Mapping[str, float]


def build(seed: int) -> Register:
    """The register of a seed; each part draws from its own stream and disturbs no other."""
    streams = iter(np.random.SeedSequence(seed).spawn(9))

    def rng() -> np.random.Generator:
        return np.random.default_rng(next(streams))

    schools = places.schools(rng())
    children = pupils.pupils(rng(), schools)
    project = pilot.participants(rng(), schools, children)
    social_work = trajectories.trajectories(rng(), schools, children)
    kinds = np.array([s.kind for s in schools], dtype=object)
    referred = referrals.referrals(rng(), social_work, kinds)
    work = referrals.complete(rng(), social_work, referred)
    away = rng()
    suspended = absence.suspensions(away, schools, children, project)
    absent = absence.absences(away, schools, children, project)
    granted = care.provisions(rng(), schools, children, project)
    taking_part = pilot.participation(rng(), schools, children, project)

    hours_of = np.random.default_rng([seed, 4])
    by_board = pl.col("vestigingscode").replace_strict({s.code: s.board for s in schools})
    in_pilot = pl.Series(children.id[project.pupil].tolist())
    not_in_pilot = (~pl.col("leerling_id").is_in(in_pilot.implode())).alias(UNTOUCHED)
    referred_on = referred["traject_id"].drop_nulls().implode()
    untouched = pl.lit(value=True).alias(UNTOUCHED)
    by_provider = pl.col("aanbieder").alias(SUPPLIER)
    about_children = {
        "smw_trajecten": work.with_columns(
            by_provider, (~pl.col("traject_id").is_in(referred_on)).alias(UNTOUCHED)
        ),
        "verwijzingen": referred.with_columns(by_provider, untouched),
        "schorsingen": suspended.with_columns(by_board.alias(SUPPLIER), not_in_pilot),
        "thuiszitters": absence.with_hours(hours_of, absent).with_columns(
            pl.lit(LEERPLICHT).alias(SUPPLIER), not_in_pilot
        ),
        "jeugdhulp": _by_town(granted).with_columns(not_in_pilot),
        "zis_deelnames": taking_part.with_columns(pl.lit(PROJECT).alias(SUPPLIER), untouched),
    }
    return Register(
        datasets=_of_places(schools, children)
        | about_children
        | _around_schools(seed, schools, children)
        | _of_pilot(seed, schools, children, project),
        calibration=_calibration(work, referred, len(schools)),
    )


def _of_places(schools: tuple[places.School, ...], children: pupils.Pupils) -> Datasets:
    """Areas, schools, pupil numbers, tariffs and days off: what needs no chance any more."""
    school_frame = places.school_frame(schools)
    counted = places.count_frame(schools, _enrolled(children, len(schools)))
    towns = school_frame.select("vestigingscode", "gemeente")
    return {
        "gebieden": _by_town(_areas()),
        "scholen": _by_town(school_frame),
        "leerlingaantallen": _by_town(
            counted.join(towns, on="vestigingscode", maintain_order="left")
        ),
        "tarieven": care.tariff_frame().with_columns(
            pl.lit(TOWNS["GM9901"]).alias(SUPPLIER), pl.lit(value=True).alias(UNTOUCHED)
        ),
        "schoolkalender": _by(pl.col("gebied"), places.own_days_off()),
    }


def _around_schools(
    seed: int, schools: tuple[places.School, ...], children: pupils.Pupils
) -> Datasets:
    """Capacity, agreements, activities, transitions and the yearly evaluation."""
    means, scored, agreed, groups, moved, asked = (
        np.random.default_rng(stream) for stream in np.random.SeedSequence([seed, 2]).spawn(6)
    )
    provider = pl.col("aanbieder")
    agreements = groupwork.agreements(agreed, schools)
    activities = groupwork.activities(groups, schools, agreements)
    form = pl.col("groep").replace_strict(FORMS)
    return {
        "inzet": _by_town(capacity.deployments(means, schools)),
        "achterstandsscores": _by_town(capacity.scores(scored, schools)),
        "schoolafspraken": _by(provider, agreements),
        "activiteiten": _by(provider, activities),
        "overgangen": _by(pl.col("bestuur"), transitions.transitions(moved, schools, children)),
        "evaluatie_antwoorden": _by(form, evaluation.answers(asked, schools)),
    }


def _of_pilot(
    seed: int,
    schools: tuple[places.School, ...],
    children: pupils.Pupils,
    project: pilot.Participants,
) -> Datasets:
    """What is measured around Zorg In School: incidents and scores."""
    hurt, scaled = (
        np.random.default_rng(stream) for stream in np.random.SeedSequence([seed, 3]).spawn(2)
    )
    by_board = pl.col("vestigingscode").replace_strict({s.code: s.board for s in schools})
    return {
        "incidenten": _by(by_board, pilot_outcomes.incidents(hurt, schools, children, project)),
        "metingen": _by(
            pl.lit(PROJECT), pilot_outcomes.measurements(scaled, schools, children, project)
        ),
    }


def _by_town(frame: pl.DataFrame) -> pl.DataFrame:
    return _by(pl.col("gemeente").replace_strict(TOWNS), frame)


def _by(supplier: pl.Expr, frame: pl.DataFrame) -> pl.DataFrame:
    """Rows that no other row depends on, with who delivers them."""
    return frame.with_columns(supplier.alias(SUPPLIER), pl.lit(value=True).alias(UNTOUCHED))


def _areas() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "gemeente": [w.municipality for w in places.WIJKEN],
            "gemeentenaam": [places.MUNICIPALITIES[w.municipality] for w in places.WIJKEN],
            "wijk": [w.code for w in places.WIJKEN],
            "wijknaam": [w.name for w in places.WIJKEN],
            "jeugdregio": [places.JEUGDREGIO for _ in places.WIJKEN],
            "samenwerkingsverband": [places.partnership("bo") for _ in places.WIJKEN],
            "ses_woa": [round(0.3 - 0.15 * (i % 5), 3) for i, _ in enumerate(places.WIJKEN)],
            "vakantieregio": [places.HOLIDAY_REGIONS[w.municipality] for w in places.WIJKEN],
        }
    )


def _enrolled(children: pupils.Pupils, schools: int) -> Ints:
    """Pupils on 1 October, schools x years."""
    counts = [np.bincount(children.school[children.enrolled(y)], minlength=schools) for y in YEARS]
    return np.stack(counts, axis=1).astype(np.int64)


def _calibration(work: pl.DataFrame, referred: pl.DataFrame, schools: int) -> dict[str, float]:
    """What the register came out at, beside the published year it is calibrated to."""
    begun = work.filter(pl.col("start_datum").is_not_null())
    same = year_of(begun["start_datum"].to_numpy()) == year_of(begun["eind_datum"].to_numpy())
    on = work["traject_id"].is_in(referred["traject_id"].drop_nulls().implode())
    theme = {name: work["problematiek"].is_in(list(t)) for name, t in trajectories.THEMES.items()}
    wait = (begun["start_datum"] - begun["aanmeld_datum"]).dt.total_days()
    met = referred.filter(pl.col("overleg") != "geen")
    help_days = (met["start_hulp_datum"] - met["overleg_datum"]).dt.total_days()
    risk = work.filter(pl.col("dreigende_uitval"))
    values = {
        "trajecten_per_school_per_jaar": work.height / schools / len(YEARS),
        "afgesloten_in_hetzelfde_jaar": float(np.mean(same)),
        "doorverwezen": _total(on) / work.height,
        **{f"thema_{name}": _total(m) / work.height for name, m in theme.items()},
        "wachttijd_mediaan_dagen": float(np.median(wait.to_numpy())),
        "doelen_behaald": _total(work["doelen_behaald"]) / _total(work["doelen_gesteld"]),
        "oorzaak_thuis_bij_dreigende_uitval": risk.filter(pl.col("oorzaak") == "thuis").height
        / risk.height,
        "hulp_binnen_14_dagen": _total(help_days.is_between(0, referrals.NORM_DAYS)) / met.height,
    }
    return {name: round(float(value), 4) for name, value in values.items()}


def _total(values: pl.Series) -> float:
    return float(np.nansum(values.cast(pl.Float64).to_numpy()))
