"""Cells as places in a grid: which exist, what stands in them, which of them are one and the same.

Numbers only, no engine. A `Grid` holds the places of one table of the plan; a `Tally` what its rows
add up to there. AREA and KEY name a cell in words.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import numpy as np
import numpy.typing as npt
import polars as pl

from pipelines.metrics.count.unit_records import NONE, Axis, Ints, Owners

AREA = ["schooljaar", "niveau", "gebied"]
KEY = [*AREA, "uitsplitsing", "categorie"]
Codes = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Grid:
    """The places of one table: every school year x area x category, numbered in that order."""

    level: str
    breakdown: str
    years: Axis
    areas: Axis
    categories: Axis

    @property
    def size(self) -> int:
        return self.years.size * self.areas.size * self.categories.size

    @cached_property
    def at(self) -> Ints:
        """The place of each row; NONE for a row without such an area."""
        areas = self.years.codes.astype(np.int64) * self.areas.size + self.areas.codes
        placed = areas * self.categories.size + self.categories.codes
        width = np.int32 if self.size < 1 << 31 else np.int64
        return np.where(self.areas.codes == NONE, NONE, placed).astype(width)

    def places(self, areas: Codes, categories: Ints) -> Codes:
        """Areas (school year x area) crossed with categories."""
        return (areas[:, None] * self.categories.size + categories[None, :]).ravel()


def once(at: Ints, owners: Owners) -> tuple[Ints, Ints]:
    """Every place with every owner that has a row there, once."""
    single = np.flatnonzero((at != NONE) & (owners.number != NONE) & ~owners.often)
    more = np.flatnonzero((at != NONE) & owners.often)
    if not more.size:
        return at[single], owners.number[single]
    packed = _different(at[more].astype(np.int64) * owners.count + owners.number[more])
    return (
        np.concatenate([at[single], packed // owners.count]),
        np.concatenate([owners.number[single], packed % owners.count]),
    )


def _different(numbers: Codes) -> Codes:
    return pl.Series(numbers).unique().to_numpy()  # numpy sorts, or hashes slowly


_BITS = 26  # random numbers of 26 bits add up without loss in a float, 2^27 times


@lru_cache(maxsize=2)
def _lots(count: int) -> npt.NDArray[np.float64]:
    drawn = np.random.default_rng(_BITS).integers(0, 1 << _BITS, size=(2, count))
    return drawn.astype(np.float64)


def marked(places: Ints, owners: Ints, size: int, count: int) -> Codes:
    """A number per place that tells sets of owners apart, but for a chance of 2^-52.

    places, owners: pairs, each once. size: number of places. count: number of owners.
    """
    one, two = (
        np.bincount(places, weights=drawn[owners], minlength=size).astype(np.int64)
        for drawn in _lots(count)
    )
    low = (1 << (_BITS + 1)) - 1
    return (one & low) << (_BITS + 1) | two & low


def distinct(at: Ints, owners: Owners | None, size: int) -> Codes:
    """Distinct owners per place."""
    if owners is None:
        return np.zeros(size, dtype=np.int64)
    return np.bincount(once(at, owners)[0], minlength=size)


def schools(at: Ints, school: Axis, size: int) -> Codes:
    """Distinct schools per place."""
    here = np.flatnonzero((at != NONE) & (school.codes != NONE))
    packed = _different(at[here].astype(np.int64) * school.size + school.codes[here])
    return np.bincount(packed // max(school.size, 1), minlength=size)


def largest_two(at: Ints, persons: Owners, amounts: Ints, size: int) -> tuple[Codes, Codes]:
    """Largest and second largest sum of one person per place; NONE without rows.

    Rows without a person count as those of one.
    """
    here = np.flatnonzero(at != NONE)
    summed = (
        pl.DataFrame({"plek": at[here], "wie": persons.number[here], "bedrag": amounts[here]})
        .group_by("plek", "wie")
        .agg(pl.col("bedrag").sum())
        .sort("plek", "bedrag", descending=[False, True])
    )
    places, sums = summed["plek"].to_numpy(), summed["bedrag"].to_numpy()
    found = np.full((2, size), NONE, dtype=np.int64)
    first = np.flatnonzero(np.diff(places, prepend=NONE))
    found[0, places[first]] = sums[first]
    found[1, places[first]] = 0
    second = first[first + 1 < places.size] + 1
    second = second[places[second] == places[second - 1]]
    found[1, places[second]] = sums[second]
    return found[0], found[1]


_DIGITS = 6  # of a variance, so that the order of rows never shows


def variance_of_sum(at: Ints, persons: Owners, amounts: Ints, size: int) -> npt.NDArray[np.float64]:
    """Sampling variance of the sum per place around its own mean per row, with persons as clusters.

    K/(K-1) times the sum over the K persons of (own sum - mean x own rows) squared: the linearised
    variance of a ratio (Cochran, Sampling Techniques, 1977, 6.3); with one row each n times the
    sample variance. NaN below two persons. Rows without a person count as those of one.
    """
    here = np.flatnonzero(at != NONE)
    per_person = (
        pl.DataFrame({"plek": at[here], "wie": persons.number[here], "bedrag": amounts[here]})
        .group_by("plek", "wie")
        .agg(som=pl.col("bedrag").sum().cast(pl.Float64), n=pl.len().cast(pl.Float64))
    )
    per_place = per_person.group_by("plek").agg(
        k=pl.len().cast(pl.Float64),
        s=pl.col("som").sum(),
        n=pl.col("n").sum(),
        ss=(pl.col("som") ** 2).sum(),
        sn=(pl.col("som") * pl.col("n")).sum(),
        nn=(pl.col("n") ** 2).sum(),
    )
    mean, k = pl.col("s") / pl.col("n"), pl.col("k")
    around = (pl.col("ss") - 2 * mean * pl.col("sn") + mean**2 * pl.col("nn")).clip(0.0)
    told = per_place.filter(k > 1).with_columns(v=(around * k / (k - 1)).round(_DIGITS))
    found = np.full(size, np.nan)
    found[told["plek"].to_numpy()] = told["v"].to_numpy()
    return found


class Atlas:
    """One number for every place of every grid, in the order in which cells are shown: KEY."""

    def __init__(self, grids: Sequence[Grid]) -> None:
        first = grids[0]
        self.years = first.years.names
        self.levels = sorted({g.level for g in grids})
        self.breakdowns = sorted({g.breakdown for g in grids})
        self._areas = _Names({g.level: g.areas for g in grids})
        self._categories = _Names({g.breakdown: g.categories for g in grids})

    def codes(self, grid: Grid, places: Codes) -> Codes:
        """The numbers of places of a grid."""
        category, rest = places % grid.categories.size, places // grid.categories.size
        area, year = rest % grid.areas.size, rest // grid.areas.size
        code = year * len(self.levels) + self.levels.index(grid.level)
        code = code * self._areas.widest + area
        code = code * len(self.breakdowns) + self.breakdowns.index(grid.breakdown)
        return code * self._categories.widest + category

    def keys(self, codes: Codes) -> pl.DataFrame:
        """The words of numbered places: KEY."""
        rest, category = np.divmod(codes, self._categories.widest)
        rest, breakdown = np.divmod(rest, len(self.breakdowns))
        rest, area = np.divmod(rest, self._areas.widest)
        year, level = np.divmod(rest, len(self.levels))
        return pl.DataFrame(
            {
                "schooljaar": self.years.gather(year),
                "niveau": pl.Series(self.levels, dtype=pl.String).gather(level),
                "gebied": self._areas.words(self.levels, level, area),
                "uitsplitsing": pl.Series(self.breakdowns, dtype=pl.String).gather(breakdown),
                "categorie": self._categories.words(self.breakdowns, breakdown, category),
            }
        )


class _Names:
    """Names of several axes behind each other."""

    def __init__(self, axes: Mapping[str, Axis]) -> None:
        self.widest = max(1, *(a.size for a in axes.values()))
        self._start: dict[str, int] = {}
        start = 0
        for name, axis in axes.items():
            self._start[name] = start
            start += axis.size
        self._names = pl.concat([a.names for a in axes.values()])

    def words(self, of: Sequence[str], which: Ints, code: Ints) -> pl.Series:
        starts = np.array([self._start[name] for name in of], dtype=np.int64)
        return self._names.gather(starts[which] + code)
