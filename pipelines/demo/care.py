"""Granted youth care and its tariffs.

Amounts are anchored on the maximum pgb rates of Hoogeveen 2020 and raised by a yearly index; the
kinds that list does not have (gezinsbehandeling and others) are made up. All are demo amounts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.demo.calendar import YEARS, Dates, Floats, Ints, Texts, calendar_year_of, days
from pipelines.demo.chance import blank, chance, pick, text_series
from pipelines.demo.pilot import HEAVIER, SECOND_YEAR, VOLUMES, Participants
from pipelines.demo.places import WIJKEN, School
from pipelines.demo.pupils import Pupils


@dataclass(frozen=True)
class Product:
    """A hulpvorm at a niveau. `rate`: euro per unit in 2020; `weekly`: usual units per week.

    `total`: granted as a total over its term instead of per week.
    """

    kind: str
    level: str
    category: str
    unit: str
    rate: float
    weekly: float
    share: float
    days: float
    anchored: bool
    total: bool = False


PRODUCTS = (
    Product("begeleiding_individueel", "4", "45", "04", 43.70, 2.0, 15, 240, True),
    Product("begeleiding_individueel", "5", "45", "04", 55.80, 3.0, 12, 270, True),
    Product("begeleiding_groep", "4", "45", "16", 45.70, 2.0, 8, 270, True),
    Product("begeleiding_groep", "5", "45", "16", 58.00, 2.0, 5, 270, False),
    Product("dagbesteding", "6", "41", "16", 45.70, 3.0, 3, 300, True),
    Product("dagbesteding", "7", "41", "16", 86.40, 3.5, 2, 300, True),
    Product("gezinsbehandeling", "5", "45", "04", 88.00, 2.0, 9, 210, False),
    Product("gezinsbehandeling", "6", "45", "04", 97.00, 3.0, 4, 240, False),
    Product("behandeling", "5", "45", "04", 92.00, 1.0, 7, 210, False),
    Product("behandeling", "6", "45", "04", 102.00, 1.5, 4, 240, False),
    Product("ggz", "5", "54", "04", 96.60, 1.0, 12, 240, True),
    Product("ggz", "6", "54", "04", 118.00, 1.5, 4, 300, False),
    Product("persoonlijke_verzorging", "4", "40", "04", 27.50, 4.0, 2, 330, True),
    Product("dyslexie", "4", "54", "82", 4150.00, 1.0, 8, 400, False, total=True),
    Product("vervoer", "4", "42", "82", 9.80, 6.0, 2, 280, False),
    Product("pleegzorg", "6", "44", "14", 47.00, 7.0, 2, 420, False),
    Product("verblijf", "7", "44", "14", 142.20, 7.0, 1.2, 300, True),
    Product("verblijf", "8", "43", "14", 248.90, 7.0, 0.8, 270, True),
    Product("crisis", "8", "46", "14", 265.00, 7.0, 0.5, 28, False),
)
_INDEX = {2021: 1.020, 2022: 1.046, 2023: 1.103, 2024: 1.171, 2025: 1.224}
_PER_YEAR = {"bo": 0.050, "sbo": 0.19, "so": 0.24, "vso": 0.24, "vo": 0.060, "mbo": 0.022}
_HEAVIER_PER_YEAR = 0.10
_TREND = 1.02
_LAST = np.datetime64("2026-07-31")

# For children in the pilot and its comparison group: how many have it, and how much a week.
_STANDING = {
    ("dagbesteding", "7"): (0.55, 3.6),
    ("begeleiding_individueel", "5"): (0.48, 3.0),
    ("gezinsbehandeling", "5"): (0.32, 2.2),
}


def tariff(product: Product, year: int) -> float:
    """Euro per unit in a calendar year."""
    return round(product.rate * _INDEX[year], 2)


def tariff_frame() -> pl.DataFrame:
    """The dataset `tarieven`."""
    rows = [(p, y) for p in PRODUCTS for y in _INDEX]
    return pl.DataFrame(
        {
            "hulpvorm": [p.kind for p, _ in rows],
            "niveau": [int(p.level) for p, _ in rows],
            "jaar": [y for _, y in rows],
            "tarief": [tariff(p, y) for p, y in rows],
            "eenheid": [p.unit for p, _ in rows],
            "bron": [
                "Demobedrag, afgeleid van maximumtarieven pgb Hoogeveen 2020"
                if p.anchored
                else "Demobedrag, zelf gekozen"
                for p, _ in rows
            ],
        }
    )


@dataclass(frozen=True)
class _Grants:
    """Provisions as columns; `product` is a position in `PRODUCTS`, `volume` is per week."""

    pupil: Ints
    product: Ints
    start: Dates
    end: Dates
    volume: Floats


def provisions(
    rng: np.random.Generator, schools: tuple[School, ...], pupils: Pupils, pilot: Participants
) -> pl.DataFrame:
    """The dataset `jeugdhulp`; also keeps `gemeente`, to know who delivers a row."""
    parts = [_standing(rng, pilot), _heavier(rng, pilot), *_spells(rng, schools, pupils, pilot)]
    pupil = np.concatenate([p.pupil for p in parts])
    product = np.concatenate([p.product for p in parts])
    start = np.concatenate([p.start for p in parts])
    end = np.concatenate([p.end for p in parts])
    volume = np.concatenate([p.volume for p in parts])
    order = np.lexsort((product, pupil, start.astype(np.int64)))
    return _frame(
        rng,
        pupils,
        _Grants(pupil[order], product[order], start[order], end[order], volume[order]),
    )


def _standing(rng: np.random.Generator, pilot: Participants) -> _Grants:
    """Provisions that are granted anew each school year to children of the pilot.

    In the pilot's second year the volume of those who take part falls by the planted ratio; both
    groups share the same slow growth.
    """
    parts: list[_Grants] = []
    size = len(pilot)
    for (kind, level), (share, weekly) in _STANDING.items():
        product = _position(kind, level)
        has = chance(rng, share, size)
        usual = weekly * rng.gamma(14.0, 1 / 14.0, size)
        for year in YEARS:
            ratio = np.where(pilot.zis & (year >= SECOND_YEAR), VOLUMES[kind, level], 1.0)
            granted = usual * _TREND ** (year - YEARS[0]) * ratio * rng.gamma(60.0, 1 / 60.0, size)
            rows = np.flatnonzero(has & chance(rng, 0.95, size))
            count = len(rows)
            parts.append(
                _Grants(
                    pupil=pilot.pupil[rows],
                    product=np.full(count, product),
                    start=np.full(count, np.datetime64(f"{year}-08-01")),
                    end=np.full(count, np.datetime64(f"{year + 1}-07-31")),
                    volume=_rounded(rng, granted[rows], 0.5),
                )
            )
    return _joined(parts)


def _heavier(rng: np.random.Generator, pilot: Participants) -> _Grants:
    """Growth to treatment at niveau 6 within the year; half as often where Zorg In School runs."""
    parts: list[_Grants] = []
    for year in YEARS:
        begin = np.datetime64(f"{year}-10-01")
        runs = pilot.zis & (pilot.start <= begin)
        share = _HEAVIER_PER_YEAR * np.where(runs, HEAVIER, 1.0)
        rows = np.flatnonzero(chance(rng, share, len(pilot)))
        count = len(rows)
        start = begin + days(rng.integers(0, 210, count))
        parts.append(
            _Grants(
                pupil=pilot.pupil[rows],
                product=np.full(count, _position("behandeling", "6")),
                start=start,
                end=start + days(rng.integers(120, 330, count)),
                volume=_rounded(rng, np.full(count, 1.5) * rng.gamma(10, 0.1, count), 0.5),
            )
        )
    return _joined(parts)


def _spells(
    rng: np.random.Generator, schools: tuple[School, ...], pupils: Pupils, pilot: Participants
) -> list[_Grants]:
    """Provisions of everyone else: first ones, then for some a renewal or something heavier."""
    apart = np.zeros(len(pupils), dtype=np.bool_)
    apart[pilot.pupil] = True
    rate = np.array([_PER_YEAR[s.kind] for s in schools])[pupils.school] * pupils.frailty
    shares = np.array([p.share for p in PRODUCTS]) / sum(p.share for p in PRODUCTS)
    who: list[Ints] = []
    start: list[Dates] = []
    for year in YEARS:
        grown = rate * 1.015 ** (year - YEARS[0])
        rows = np.flatnonzero(pupils.enrolled(year) & ~apart & (rng.random(len(pupils)) < grown))
        who.append(rows)
        start.append(np.datetime64(f"{year}-08-01") + days(rng.integers(0, 365, len(rows))))
    pupil = np.concatenate(who)
    product = rng.choice(len(PRODUCTS), size=len(pupil), p=shares)
    first = _spell(rng, pupil, product, np.concatenate(start))
    draw = rng.random(len(pupil))
    again = draw < 0.22
    heavier = (draw > 0.90) & (_next_level(product) != product)
    follows = (again | heavier) & (first.end < np.datetime64("2025-05-31"))
    second = _spell(
        rng,
        pupil[follows],
        np.where(heavier, _next_level(product), product)[follows],
        first.end[follows] + days(rng.integers(1, 60, int(follows.sum()))),
    )
    return [first, second]


def _spell(rng: np.random.Generator, pupil: Ints, product: Ints, start: Dates) -> _Grants:
    size = len(pupil)
    usual = np.array([p.days for p in PRODUCTS])[product]
    weekly = np.array([p.weekly for p in PRODUCTS])[product]
    step = np.where(weekly == 7, 7.0, np.where(weekly < 2, 0.25, 0.5))
    volume = np.where(weekly == 7, 7.0, weekly * rng.gamma(9.0, 1 / 9.0, size))
    end = start + days(np.clip(usual * np.exp(rng.normal(0, 0.35, size)), 14, 540))
    return _Grants(pupil, product, start, np.minimum(end, _LAST), _rounded(rng, volume, step))


def _next_level(product: Ints) -> Ints:
    """Position of the same hulpvorm one niveau up, or of the product itself."""
    up = {
        number: next(
            (
                other
                for other, q in enumerate(PRODUCTS)
                if q.kind == p.kind and int(q.level) == int(p.level) + 1
            ),
            number,
        )
        for number, p in enumerate(PRODUCTS)
    }
    return np.array([up[n] for n in range(len(PRODUCTS))], dtype=np.int64)[product]


def _position(kind: str, level: str) -> int:
    return next(n for n, p in enumerate(PRODUCTS) if (p.kind, p.level) == (kind, level))


def _rounded(rng: np.random.Generator, values: Floats, step: float | Floats) -> Floats:
    """Rounded to steps at random, so that means do not shift; at least one step."""
    steps = np.floor(values / step + rng.random(len(values)))
    rounded: Floats = np.maximum(steps, 1) * step
    return rounded


def _joined(parts: list[_Grants]) -> _Grants:
    return _Grants(
        pupil=np.concatenate([p.pupil for p in parts]),
        product=np.concatenate([p.product for p in parts]).astype(np.int64),
        start=np.concatenate([p.start for p in parts]),
        end=np.concatenate([p.end for p in parts]),
        volume=np.concatenate([p.volume for p in parts]),
    )


def _frame(rng: np.random.Generator, pupils: Pupils, granted: _Grants) -> pl.DataFrame:
    size = len(granted.pupil)
    product = granted.product
    length = (granted.end - granted.start).astype(np.int64) + 1
    weeks = length / 7
    total = np.array([p.total for p in PRODUCTS])[product] | (
        (granted.volume < 2.5) & chance(rng, 0.12, size)
    )
    one_piece = np.array([p.total for p in PRODUCTS])[product]
    volume = np.where(
        one_piece, 1.0, np.where(total, np.ceil(granted.volume * weeks), granted.volume)
    )
    years = np.clip(calendar_year_of(granted.start), min(_INDEX), max(_INDEX))
    rates = np.array([[tariff(p, y) for y in _INDEX] for p in PRODUCTS])
    rate = rates[product, years - min(_INDEX)]
    granted_sum = np.round(np.where(total, volume, volume * weeks) * rate, 2)
    used = np.clip(rng.beta(14, 2.0, size), 0, 1)
    stopped = granted.end < np.datetime64("2025-08-01")
    towns = np.array([w.municipality for w in WIJKEN], dtype=object)[pupils.wijk[granted.pupil]]
    level = np.array([p.level for p in PRODUCTS], dtype=object)[product]
    return pl.DataFrame(
        {
            "toewijzing_id": _numbers(towns, granted.start),
            "leerling_id": pupils.id[granted.pupil],
            "woongemeente": towns,
            "productcategorie": np.array([p.category for p in PRODUCTS], dtype=object)[product],
            "productcode": _codes(rng, product, size),
            "hulpvorm": np.array([p.kind for p in PRODUCTS], dtype=object)[product],
            "niveau": pl.Series(level.tolist()).cast(pl.Int64),
            "leveringsvorm": pick(rng, {"ZIN": 0.93, "PGB": 0.07}, size),
            "start_datum": granted.start,
            "eind_datum": granted.end,
            "volume": volume,
            "eenheid": np.array([p.unit for p in PRODUCTS], dtype=object)[product],
            "frequentie": np.where(total, "6", "2").astype(object),
            "tarief": rate,
            "bedrag_toegekend": granted_sum,
            "bedrag_gedeclareerd": np.round(granted_sum * used, 2),
            "verwijzer": pick(
                rng,
                {"01": 47, "02": 31, "03": 6, "04": 7, "05": 5, "06": 1, "08": 3},
                size,
            ),
            "reden_einde": text_series(_stops(rng, size), ~stopped | chance(rng, 0.1, size)),
            "reden_wijziging": text_series(
                pick(rng, {"03": 2, "04": 5, "05": 2, "07": 1}, size), chance(rng, 0.93, size)
            ),
            "zwaarte": text_series(_weight(level), chance(rng, 0.2, size)),
            "gemeente": towns,
        }
    )


def _stops(rng: np.random.Generator, size: int) -> Texts:
    shares = {"31": 66, "32": 7, "33": 3, "34": 11, "35": 6, "36": 2, "37": 3, "38": 2}
    return pick(rng, shares, size)


def _weight(level: Texts) -> Texts:
    return np.array(
        ["licht" if v < "5" else "midden" if v < "7" else "zwaar" for v in level], dtype=object
    )


def _codes(rng: np.random.Generator, product: Ints, size: int) -> Texts:
    """A municipality's own product codes; one in five provisions is granted without one."""
    own = np.array([f"{p.category}{p.kind[0].upper()}{n:02d}" for n, p in enumerate(PRODUCTS)])
    return blank(own[product].astype(object), chance(rng, 0.2, size))


def _numbers(towns: Texts, start: Dates) -> list[str]:
    prefix = {"GM9901": "VM", "GM9902": "HR"}
    count: dict[str, int] = {}
    made: list[str] = []
    for town, year in zip(towns.tolist(), calendar_year_of(start).tolist(), strict=True):
        count[town] = count.get(town, 0) + 1
        made.append(f"{prefix[town]}{year}-{count[town]:05d}")
    return made
