"""Pupils who change school or sector: handed over in conversation or not, support or not."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from pipelines.demo.calendar import NO_DATE, YEARS, Bools, Floats, Ints, Texts, days, school_days
from pipelines.demo.chance import chance, pick
from pipelines.demo.places import School
from pipelines.demo.pupils import Pupils

# Kind of the new school -> kind of the old one ("": a preschool) and its share of those who come.
_CAME_FROM: Mapping[str, Mapping[str, float]] = {
    "bo": {"": 0.62},  # the others did not go to a preschool with a programme
    "sbo": {"bo": 0.9, "so": 0.1},
    "so": {"": 0.45, "bo": 0.4, "sbo": 0.15},
    "vso": {"so": 0.62, "sbo": 0.24, "vo": 0.14},
    "vo": {"bo": 0.925, "sbo": 0.05, "so": 0.01, "vso": 0.015},
    "mbo": {"vo": 0.86, "vso": 0.14},
}
_REGULAR = ("bo", "vo", "sbo", "mbo")
_WARM = {
    "vve_po": 0.70,
    "po_vo": 0.58,
    "vo_mbo": 0.34,
    "so_regulier": 0.76,
    "regulier_so": 0.80,
    "anders": 0.62,
}
_WARMER = 0.03  # every year
_SUPPORTED = {
    "vve_po": 0.16,
    "po_vo": 0.19,
    "vo_mbo": 0.13,
    "so_regulier": 0.92,
    "regulier_so": 0.95,
    "anders": 0.60,
}
_CONTINUES, _LATER = 0.66, 0.16  # within eight weeks; after that, still in the school year
_HELPED_BY_HANDOVER = 0.14  # a warm handover makes it likelier to continue
_IN_SUMMER = 0.93  # the others change during the year


def transitions(
    rng: np.random.Generator, schools: tuple[School, ...], pupils: Pupils
) -> pl.DataFrame:
    """The dataset `overgangen`, with the column `bestuur`: of the school that hands over, or
    receives where the pupil comes from a preschool.
    """
    who, year, old, into = _movers(rng, schools, pupils)
    kinds = np.array([s.kind for s in schools], dtype=object)
    codes = np.array([s.code for s in schools], dtype=object)
    boards = np.array([s.board for s in schools], dtype=object)
    sort = _sorts(np.where(old < 0, "", kinds[old]).astype(object), kinds[into])
    step = (year - YEARS[0]).astype(np.float64)
    size = len(who)
    summer = chance(rng, _IN_SUMMER, size)
    first_week = (np.array([f"{y}-08-23" for y in year], dtype="datetime64[D]")) + days(
        7 * rng.integers(0, 2, size)
    )
    date = np.where(summer, first_week, school_days(rng, year))
    warm = chance(rng, _of(_WARM, sort) + _WARMER * step, size)
    before = chance(rng, _of(_SUPPORTED, sort), size)
    support = _support_after(rng, date, before, warm, size)
    order = np.lexsort((who, date.astype(np.int64)))
    frame = pl.DataFrame(
        {
            "leerling_id": pupils.id[who],
            "van_vestigingscode": pl.Series(
                [codes[o] if o >= 0 else None for o in old.tolist()], dtype=pl.String
            ),
            "naar_vestigingscode": codes[into],
            "overgang": sort,
            "datum": date,
            "warme_overdracht": warm,
            "ondersteuning_voor": before,
            "ondersteuning_na_datum": support,
            "bestuur": boards[np.where(old < 0, into, old)],
        }
    )[order]
    number = pl.int_range(1, pl.len() + 1).cast(pl.String).str.zfill(5)
    return frame.with_columns(pl.concat_str(pl.lit("OV-"), number).alias("overgang_id"))


def _movers(
    rng: np.random.Generator, schools: tuple[School, ...], pupils: Pupils
) -> tuple[Ints, Ints, Ints, Ints]:
    """Pupils, school years, old schools (-1: a preschool) and new ones, by new school and year."""
    found: list[tuple[Ints, Ints, Ints, Ints]] = []
    for number, school in enumerate(schools):
        shares = _CAME_FROM[school.kind]
        near = {
            kind: [
                i
                for i, s in enumerate(schools)
                if s.kind == kind and s.municipality == school.municipality
            ]
            for kind in shares
        }
        for year in YEARS:
            new = np.flatnonzero((pupils.school == number) & (pupils.entry == year))
            new = new[chance(rng, min(1.0, sum(shares.values())), len(new))]
            came = pick(rng, shares, len(new))
            old = np.array([int(rng.choice(near[k])) if k else -1 for k in came], dtype=np.int64)
            found.append((new, np.full(len(new), year), old, np.full(len(new), number)))
    who, years, old, into = (np.concatenate(part) for part in zip(*found, strict=True))
    return who, years, old, into


def _sorts(old: Texts, new: Texts) -> Texts:
    """The code of the transition between two kinds of school."""

    def sort(before: str, after: str) -> str:
        if not before:
            return "vve_po"
        if after == "mbo":
            return "vo_mbo"
        if before in ("so", "vso") and after in _REGULAR:
            return "so_regulier"
        if before in ("bo", "vo") and after in ("so", "vso"):
            return "regulier_so"
        return "po_vo" if after in ("vo", "vso") else "anders"

    return np.array(
        [sort(b, a) for b, a in zip(old.tolist(), new.tolist(), strict=True)], dtype=object
    )


def _of(shares: Mapping[str, float], sort: Texts) -> Floats:
    return np.array([shares[s] for s in sort.tolist()], dtype=np.float64)


def _support_after(
    rng: np.random.Generator, date: np.ndarray, before: Bools, warm: Bools, size: int
) -> np.ndarray:
    """When support began at the new school; for a few also without any before."""
    soon = chance(rng, np.where(warm, _CONTINUES + _HELPED_BY_HANDOVER, _CONTINUES), size)
    later = ~soon & chance(rng, _LATER / (1 - _CONTINUES), size)
    began = np.where(
        soon, date + days(rng.integers(0, 55, size)), date + days(rng.integers(58, 190, size))
    )
    has = np.where(before, soon | later, chance(rng, 0.03, size))
    return np.where(has, began, NO_DATE)
