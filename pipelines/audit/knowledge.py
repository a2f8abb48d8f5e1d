"""What a reader of a release knows: what each cell says, and which cells add up to which.

The reader has the released file and the public declarations (what is counted, by what it is broken
down), no more. Cells of different metrics that count the same units are one cell to this reader.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb

from pipelines.audit.linear import ROUNDING, Between, Seen, Shown
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.metric import (
    Count,
    Flow,
    Mean,
    Metric,
    PerUnit,
    Quotient,
    Rate,
    Share,
    Split,
    Summary,
    Total,
)

KEY = ("schooljaar", "niveau", "gebied", "uitsplitsing", "categorie")
SMALLEST_SHARE = 20  # a share of fewer is not shown
SMALLEST_MEAN = 10
MEAN_STEP = 0.1  # a mean of children is shown to a tenth
MONEY = "euro"
MOST_EURO = 10**10

Key = tuple[str, ...]
Name = tuple[str, str, str]


@dataclass(frozen=True, order=True)
class Population:
    """Units that are counted alike: of a measure, or the sum of one of its columns."""

    measure: str
    weight: str
    condition: str


@dataclass(frozen=True)
class Part:
    """What one column of a released figure counts. `whole`: it is not broken down."""

    column: str
    population: Population
    scale: int = 1
    whole: bool = False


@dataclass(frozen=True)
class Figure:
    """One released figure: its cells by column, and whether it is to be seen."""

    metric: str
    key: Key
    status: str
    cells: Mapping[str, int]


@dataclass
class Topic:
    """Everything released about one measure: one table of cells to the reader.

    `money`: amounts, which are secret by their size; `means`: the sums behind means, in parts of
    1/`scale`.
    """

    name: str
    money: bool
    places: list[tuple[Population, Key]] = field(default_factory=list)
    number: dict[tuple[Population, Key], int] = field(default_factory=dict)
    shown: dict[int, Seen] = field(default_factory=dict)
    thresholds: dict[int, int] = field(default_factory=dict)
    ceilings: dict[int, int] = field(default_factory=dict)
    figures: list[Figure] = field(default_factory=list)
    pairs: set[tuple[int, int]] = field(default_factory=set)
    distinct: bool = False
    means: bool = False
    scale: int = 1

    def cell(self, population: Population, key: Key) -> int:
        """The number of a cell; a new one where it was not met before."""
        place = (population, key)
        if place not in self.number:
            self.number[place] = len(self.places)
            self.places.append(place)
        return self.number[place]

    @property
    def beside(self) -> set[int]:
        """Hidden cells that are only what another hidden number is a share of."""
        rows = [f.cells for f in self.figures if f.status == "afgeschermd"]
        own = {c for cells in rows for column, c in cells.items() if column == "teller"}
        own |= {c for cells in rows if len(cells) == 1 for c in cells.values()}
        return {c for cells in rows for c in cells.values()} - own

    @property
    def hidden(self) -> list[int]:
        """Cells behind a hidden figure that no other figure shows."""
        behind = {c for f in self.figures if f.status == "afgeschermd" for c in f.cells.values()}
        return sorted(behind - self.shown.keys())


@dataclass(frozen=True)
class Released:
    """A released file as its reader finds it."""

    id: str
    threshold: int
    heavy: int
    cells: tuple[dict[str, Any], ...]
    parents: Mapping[str, str]

    @classmethod
    def read(cls, file: Path) -> Released:
        with duckdb.connect(str(file), read_only=True) as con:
            about = con.execute("SELECT id, drempel, drempel_zwaar FROM release").fetchone()
            rows = con.execute(
                f"SELECT metriek, {', '.join(KEY)}, teller, noemer, waarde, status FROM cellen"
                " WHERE maat = '' ORDER BY ALL"
            )
            names = [column[0] for column in rows.description or ()]
            cells = tuple(dict(zip(names, row, strict=True)) for row in rows.fetchall())
            parents = dict(
                con.execute("SELECT code, ouder FROM gebieden WHERE ouder <> ''").fetchall()
            )
        name, threshold, heavy = about or ("", 5, 10)
        return cls(name, threshold, heavy, cells, parents)


def topics(released: Released, known: Mapping[tuple[str, Key], float]) -> list[Topic]:
    """One topic per measure, summed column and school year: no relation spans two years, or two
    of these. `known`: public numbers per metric and key, such
    as enrolled pupils, that a count is part of."""
    found: dict[Name, Topic] = {}
    heavy: dict[tuple[Population, Key], int] = {}
    rows = [row for row in released.cells if row["metriek"] in METRICS]
    listed = [(row, METRICS[row["metriek"]]) for row in rows]
    listed = [(row, metric) for row, metric in listed if _adds_up(metric)]
    for row, metric in listed:
        key = _key(row)
        least = released.heavy if metric.threshold == "zwaar" else released.threshold
        for part in parts(metric):
            place = (part.population, _whole(key) if part.whole else key)
            heavy[place] = max(least, heavy.get(place, 0))
    for row, metric in listed:
        if row["status"] == "niet_geleverd":
            continue
        _enter(found, row, metric, heavy, known)
    return [found[name] for name in sorted(found)]


def _adds_up(metric: Metric) -> bool:
    return not metric.measure.public and not isinstance(metric.form, Summary | Quotient)


def _key(row: Mapping[str, Any]) -> Key:
    return tuple(row[name] for name in KEY)


def _whole(key: Key) -> Key:
    return (*key[:3], "", "")


def parts(metric: Metric) -> tuple[Part, ...]:
    """The counts behind the columns of a figure."""

    def of(weight: str | None, condition: object) -> Population:
        return Population(metric.measure.id, weight or "", repr(condition))

    where, form = metric.where, metric.form
    match form:
        case Count() | Flow():
            return (Part("teller", of(None, where)),)
        case PerUnit():
            return (Part("noemer", of(None, where)),)
        case Total(weight=weight, scale=scale):
            return (Part("teller", of(weight, where), scale),)
        case Rate(weight=weight, scale=scale):
            return (Part("teller", of(weight, where), scale if weight else 1),)
        case Mean(weight=weight, scale=scale):
            return (
                Part("teller", of(weight, where), scale),
                Part("noemer", of(None, where)),
            )
        case Split():
            return (
                Part("teller", of(None, where)),
                Part("noemer", of(None, where), whole=True),
            )
        case Share(numerator=holds, weight=weight, whole=whole):
            both = holds if where is None else where & holds
            return (
                Part("teller", of(weight, both)),
                Part("noemer", of(weight, where), whole=whole),
            )
        case _:
            return ()


def _enter(
    found: dict[Name, Topic],
    row: Mapping[str, Any],
    metric: Metric,
    thresholds: Mapping[tuple[Population, Key], int],
    known: Mapping[tuple[str, Key], float],
) -> None:
    key = _key(row)
    behind: dict[Name, dict[str, int]] = defaultdict(dict)
    for part in parts(metric):
        own = _whole(key) if part.whole else key
        name = (part.population.measure, part.population.weight, key[0])
        behind_mean = isinstance(metric.form, Mean) and part.column == "teller"
        money = behind_mean or (metric.unit == MONEY and isinstance(metric.form, Total))
        topic = found.setdefault(name, Topic(" ".join(n for n in name if n), money))
        topic.means |= behind_mean
        topic.scale = max(topic.scale, part.scale)
        topic.distinct |= metric.measure.distinct is not None
        cell = topic.cell(part.population, own)
        topic.thresholds[cell] = thresholds[part.population, own]
        behind[name][part.column] = cell
        seen = _seen(row, metric, part, topic.thresholds[cell], money=money)
        if seen is not None:
            before = topic.shown.get(cell)
            topic.shown[cell] = seen if before is None else _both(before, seen)
        base = known.get((metric.id, key))
        if base is not None and isinstance(metric.form, Rate) and metric.form.within:
            topic.ceilings[cell] = math.floor(base)
    for name, cells in behind.items():
        found[name].figures.append(Figure(metric.id, key, row["status"], cells))
        if len(cells) == 2 and cells["teller"] != cells["noemer"]:
            found[name].pairs.add((cells["teller"], cells["noemer"]))


def _both(one: Seen, other: Seen) -> Seen:
    """Two figures tell of one cell: the narrower of what they say."""
    if isinstance(one, Shown) and isinstance(other, Shown):
        return one if one.low >= other.low else other
    low, high = max(one.low, other.low), min(one.high, other.high)
    return Between(low, high) if low <= high else one


def _seen(
    row: Mapping[str, Any], metric: Metric, part: Part, threshold: int, *, money: bool
) -> Seen | None:
    """What one figure tells of a cell behind it; None for a hidden one."""
    if isinstance(metric.form, Mean) and part.column == "teller":
        return _behind_mean(row, part)
    match row["status"]:
        case "zichtbaar":
            number = row[part.column]
            if number is None:
                return None
            return amount(number) if money else Shown(round(number * part.scale), threshold)
        case "te_klein" if isinstance(metric.form, Share | Split | Mean) and not part.scale > 1:
            least = SMALLEST_MEAN if isinstance(metric.form, Mean) else SMALLEST_SHARE
            most = least - ROUNDING + ROUNDING // 2
            return Between(threshold if part.column == "noemer" else 0, most)
        case "nvt" if isinstance(metric.form, Share | Split | Mean):
            return Between(0, 0)
        case _:
            return None


def _behind_mean(row: Mapping[str, Any], part: Part) -> Seen | None:
    """The sum that a mean of so many units tells, in its own parts; an older release shows it."""
    match row["status"]:
        case "zichtbaar" if row["waarde"] is not None and row["noemer"] is not None:
            few, many = row["noemer"] - ROUNDING // 2, row["noemer"] + ROUNDING // 2
            low, high = row["waarde"] - MEAN_STEP / 2, row["waarde"] + MEAN_STEP / 2
            seen = Between(max(0.0, low * few * part.scale), high * many * part.scale)
            if row["teller"] is None:
                return seen
            told = row["teller"] * part.scale
            return _both(seen, Between(told - ROUNDING / 2, told + ROUNDING / 2))
        case "nvt":
            return Between(0, 0)
        case _:
            return None


def amount(number: float) -> Between:
    """A published amount is the nearest multiple of about 2% of it, at least 1,000 euro."""
    if number == 0:
        return Between(0, 500)
    near = 10 ** round(math.log10(0.02 * number))
    base = max(b for b in (1_000, near, 10 * near, near // 10) if b >= 1_000 and number % b == 0)
    step = max(1_000, min(base, 10 * near))
    return Between(max(0.0, number - step / 2), number + step / 2)
