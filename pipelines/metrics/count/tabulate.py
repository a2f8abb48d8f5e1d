"""Counting one component: what stands in every cell, and which cells are one and the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from pipelines.metrics.count import grid as cells
from pipelines.metrics.count import inner_cells
from pipelines.metrics.count.cell_layout import Field
from pipelines.metrics.count.grid import Codes, Grid
from pipelines.metrics.count.inner_cells import Layer
from pipelines.metrics.count.terms import Part
from pipelines.metrics.count.unit_records import NONE, Ints, Lines, Marks

_TOLD = ["aantal", "kinderen", "scholen", "grootste", "tweede", "spreiding"]


@dataclass(frozen=True)
class Tabulated:
    """The cells of one component.

    `cells`: cel (0..n-1), KEY, aantal, kinderen, scholen, grootste, tweede, spreiding, and eerste:
    the number of the part that names the cell. `numbers`: per part the cells of its metric, in the
    order of `Field.keys`. `atoms`: see `inner_cells.gather`.
    """

    cells: pl.DataFrame
    numbers: Sequence[pl.Series]
    atoms: pl.DataFrame


@dataclass(frozen=True)
class _Slice:
    """Places of a grid for part `number`. `marks`: its rows, `flag`: the first test they pass."""

    number: int
    grid: Grid
    places: Codes
    flag: str | None
    marks: Marks

    @property
    def table(self) -> tuple[str, str]:
        return self.grid.level, self.grid.breakdown


def draw(field: Field, parts: Sequence[Part], weight: str | None) -> Tabulated:
    """Count parts that add up the same column (None: that count units) as one component."""
    lines = field.lines
    amounts = None if weight is None else lines.sums[weight]
    slices = [
        _Slice(number, grid, places, *field.marks(part.flag))
        for number, part in enumerate(parts)
        for grid, places in field.slices(part)
    ]
    raw = _numbered(_counted(field, slices, amounts), len(parts), summed=amounts is not None)
    ends = np.cumsum([one.places.size for one in slices])[:-1]
    cel = np.split(raw["cel"].to_numpy(), ends)
    numbers = [
        field.in_order(
            part, [c for one, c in zip(slices, cel, strict=True) if one.number == number]
        )
        for number, part in enumerate(parts)
    ]
    units = lines.units if amounts is None else lines.each
    return Tabulated(
        _shown(field, raw), numbers, inner_cells.gather(_layers(slices, cel), units, amounts)
    )


def _counted(field: Field, slices: Sequence[_Slice], amounts: Ints | None) -> pl.DataFrame:
    """Of every place of every slice: deel, eerste (who counts the same first), plek and _TOLD."""
    tests = Counter(table for table, _flag in {(one.table, one.flag) for one in slices})
    seen: dict[tuple[str, str], _Seen] = {}
    people: dict[tuple[tuple[str, str], str | None], pl.DataFrame] = {}
    found: list[pl.DataFrame] = []
    for one in slices:
        at = np.where(one.marks, one.grid.at, NONE)
        if (one.table, one.flag) not in people:
            people[one.table, one.flag] = _people(field.lines, at, one.grid.size)
        told = _told(field.lines, at, one.grid.size, amounts, marked=tests[one.table] > 1)
        here = pl.concat([people[one.table, one.flag], told], how="horizontal")[one.places]
        first = seen.setdefault(one.table, _Seen(one.grid.size)).first(one, here)
        plek = field.atlas.codes(one.grid, one.places)
        found.append(here.select(*_TOLD, deel=pl.lit(one.number), eerste=first, plek=plek))
    return pl.concat(found)


def _people(lines: Lines, at: Ints, size: int) -> pl.DataFrame:
    """Distinct children and schools per place: kinderen, scholen (null without schools)."""
    school = lines.axes.get("vestiging")
    nothing = pl.repeat(None, size, dtype=pl.Int64, eager=True)
    return pl.DataFrame(
        {
            "kinderen": cells.distinct(at, lines.persons, size),
            "scholen": cells.schools(at, school, size) if school else nothing,
        }
    )


def _told(lines: Lines, at: Ints, size: int, amounts: Ints | None, *, marked: bool) -> pl.DataFrame:
    """Per place: merk (equal where the same units are counted), aantal, grootste, tweede,
    spreiding."""
    units = lines.units if amounts is None else lines.each
    here, numbers = cells.once(at if amounts is None else np.where(amounts > 0, at, NONE), units)
    largest = second = np.full(size, NONE, dtype=np.int64)
    spread = np.full(size, np.nan)
    if amounts is None:
        total = np.bincount(here, minlength=size)
    else:
        rows = at != NONE
        total = np.bincount(at[rows], amounts[rows], size).astype(np.int64)
        if lines.persons:
            largest, second = cells.largest_two(at, lines.persons, amounts, size)
            spread = cells.variance_of_sum(at, lines.persons, amounts, size)
    mark = cells.marked(here, numbers, size, units.count) if marked else np.zeros_like(total)
    frame = pl.DataFrame(
        {
            "merk": mark,
            "aantal": total,
            "grootste": largest,
            "tweede": second,
            "spreiding": pl.Series(spread, nan_to_null=True),
        }
    )
    known = pl.col("grootste", "tweede")
    return frame.with_columns(pl.when(known != NONE).then(known))


class _Seen:
    """What was counted in one grid so far, to find the parts that count the same units."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._parts: list[Codes] = []

    def first(self, one: _Slice, found: pl.DataFrame) -> Codes:
        """Per place the first part that counts what this one counts; this one is kept for later."""
        mark, count = found["merk"].to_numpy(), found["aantal"].to_numpy()
        own = np.full(one.places.size, one.number, dtype=np.int64)
        for marks, counts, firsts in self._parts:
            same = (marks[one.places] == mark) & (counts[one.places] == count)
            same &= (own == one.number) & (firsts[one.places] != NONE)
            own[same] = firsts[one.places[same]]
        kept = np.full((3, self._size), NONE, dtype=np.int64)
        kept[:, one.places] = mark, count, own
        self._parts.append(kept)
        return own


def _numbered(raw: pl.DataFrame, parts: int, *, summed: bool) -> pl.DataFrame:
    """With the number `cel` of each cell, shared by those that count the same units.

    Amounts can be the same where rows without an amount are not: then the most people count.
    """
    if summed:
        most = ("kinderen", "scholen", "grootste", "tweede", "spreiding")
        raw = raw.with_columns(pl.col(most).max().over("plek", "eerste"))
    number = pl.col("plek") * parts + pl.col("eerste")
    return raw.with_columns(cel=number.rank("dense").cast(pl.Int64) - 1)


def _shown(field: Field, raw: pl.DataFrame) -> pl.DataFrame:
    first = raw.filter(pl.col("deel") == pl.col("eerste")).sort("cel")
    keys = field.atlas.keys(first["plek"].to_numpy())
    return pl.concat([first.select("cel", "eerste", *_TOLD), keys], how="horizontal")


def _layers(slices: Sequence[_Slice], cel: Sequence[Codes]) -> list[Layer]:
    """Where rows count, once for every grid and test."""
    found: dict[tuple[tuple[str, str], str | None], Layer] = {}
    for one, numbers in zip(slices, cel, strict=True):
        if (one.table, one.flag) not in found:
            empty = np.full(one.grid.size, NONE, dtype=np.int32)
            found[one.table, one.flag] = Layer(one.grid.at, one.marks, empty)
        found[one.table, one.flag].cel[one.places] = numbers
    return [*found.values()]
