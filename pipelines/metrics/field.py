"""The field that the metrics of one measure share: its grids, and what is counted in them.

Metrics that count the same units in the same place share one cell.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pipelines.metrics import atoms, categories, cells
from pipelines.metrics.atoms import Layer
from pipelines.metrics.cells import Atlas, Codes, Grid
from pipelines.metrics.derive import UNKNOWN
from pipelines.metrics.lines import NONE, Axis, Ints, Lines, Marks, crossed, nowhere
from pipelines.metrics.metric import Context, Metric
from pipelines.metrics.parts import Part
from pipelines.metrics.plan import Plan

Where = tuple[str, str]  # level and breakdown
Places = Sequence[tuple[Grid, Codes]]


@dataclass(frozen=True)
class Drawn:
    """The cells of one component.

    `cells`: cel (0..n-1), KEY, aantal, kinderen, scholen, grootste, tweede, and eerste: which part
    names the cell. `numbers`: per part the cells of its metric, in the order of `Field.keys`.
    """

    cells: pl.DataFrame
    numbers: Sequence[pl.Series]
    atoms: pl.DataFrame


@dataclass(frozen=True)
class Field:
    """`areas`: per level the school years x areas that exist. `places`: per metric its cells."""

    lines: Lines
    grids: Mapping[Where, Grid]
    areas: Mapping[str, Codes]
    places: Mapping[str, Places]
    atlas: Atlas
    _codes: dict[str, tuple[Codes, Ints]] = field(default_factory=dict)
    _rows: dict[str | None, tuple[str | None, Marks]] = field(default_factory=dict)
    _people: dict[tuple[Where, str | None], pl.DataFrame] = field(default_factory=dict)

    def keys(self, metric: Metric) -> pl.DataFrame:
        """Every cell of a metric that exists, also where nothing was counted: KEY, sorted.

        Zero cells are the areas crossed with the code list of the cut, or, for crossed cuts and
        cuts without a list, with what occurs anywhere.
        """
        codes, order = self._numbered(metric)
        return self.atlas.keys(codes[order])

    def draw(self, parts: Sequence[Part], weight: str | None) -> Drawn:
        """Count parts that add up the same column (None: that count units) as one component."""
        amounts = None if weight is None else self.lines.sums[weight]
        slices = [self._slices(part) for part in parts]
        several = Counter(
            where
            for where, _ in {
                ((grid.level, grid.breakdown), self._marks(part.flag)[0])
                for part, places in zip(parts, slices, strict=True)
                for grid, _ in places
            }
        )
        counted = [
            self._counted(
                grid, places, part.flag, amounts, several[grid.level, grid.breakdown] > 1
            ).with_columns(plek=self.atlas.codes(grid, places), deel=pl.lit(number, pl.Int32))
            for number, (part, places_of) in enumerate(zip(parts, slices, strict=True))
            for grid, places in places_of
        ]
        raw = _numbered(pl.concat(counted), len(parts))
        first = raw.filter(pl.col("deel") == pl.col("eerste")).sort("cel")
        shown = pl.concat(
            [first.select("cel"), self.atlas.keys(first["plek"].to_numpy()), first.select(_TOLD)],
            how="horizontal",
        )
        layers: dict[tuple[Where, str | None], Layer] = {}
        numbers: list[pl.Series] = []
        start = 0
        for part, places_of in zip(parts, slices, strict=True):
            flag, marks = self._marks(part.flag)
            own: list[pl.Series] = []
            for grid, places in places_of:
                cel = raw["cel"].slice(start, places.size)
                start += places.size
                where = (grid.level, grid.breakdown), flag
                if where not in layers:
                    empty = np.full(grid.size, NONE, dtype=np.int32)
                    layers[where] = Layer(np.where(marks, grid.at, NONE), empty)
                layers[where].cel[places] = cel.to_numpy()
                own.append(cel)
            numbers.append(self._of_metric(part, own))
        units = self.lines.units if amounts is None else self.lines.each
        return Drawn(shown, numbers, atoms.gather([*layers.values()], units, amounts))

    def _numbered(self, metric: Metric) -> tuple[Codes, Ints]:
        if metric.id not in self._codes:
            found = [self.atlas.codes(grid, places) for grid, places in self.places[metric.id]]
            codes = np.concatenate([np.empty(0, dtype=np.int64), *found])
            self._codes[metric.id] = codes, np.argsort(codes)
        return self._codes[metric.id]

    def _slices(self, part: Part) -> Places:
        own = self.places[part.metric.id]
        if not part.whole:
            return own
        levels = dict.fromkeys(grid.level for grid, places in own if places.size)
        return [(self.grids[level, ""], self.areas[level]) for level in levels]

    def _of_metric(self, part: Part, cel: Sequence[pl.Series]) -> pl.Series:
        """Cells of a part in the order of the metric's keys; of a whole area for each category."""
        own = cel
        if part.whole:
            per_area = {}
            for (grid, places), found in zip(self._slices(part), cel, strict=True):
                per_area[grid.level] = np.full(grid.size, NONE, dtype=np.int64)
                per_area[grid.level][places] = found
            own = [
                pl.Series(per_area[grid.level][places // grid.categories.size])
                for grid, places in self.places[part.metric.id]
                if places.size
            ]
        whole = pl.concat([pl.Series(dtype=pl.Int64), *own])
        return whole.gather(self._numbered(part.metric)[1])

    def _marks(self, flag: str | None) -> tuple[str | None, Marks]:
        """Rows that pass a test, and the name of the first test that the same rows pass."""
        if flag not in self._rows:
            marks = self.lines.tests[flag] if flag else self.lines.every
            same = (name for name, own in self._rows.values() if np.array_equal(own, marks))
            self._rows[flag] = next(same, flag), marks
        return self._rows[flag]

    def _counted(
        self, grid: Grid, places: Codes, flag: str | None, amounts: Ints | None, several: bool
    ) -> pl.DataFrame:
        """Of places of a grid: merk (equal where the same units are counted) and _TOLD."""
        name, marks = self._marks(flag)
        at = np.where(marks, grid.at, NONE)
        people = self._people_in(grid, name, at)
        units = self.lines.units if amounts is None else self.lines.each
        told = at if amounts is None else np.where(amounts > 0, at, NONE)
        here, numbers = cells.once(told, units)
        nothing = np.full(grid.size, NONE, dtype=np.int64)
        largest, second = nothing, nothing
        if amounts is None:
            total = np.bincount(here, minlength=grid.size)
        else:
            all_rows = at != NONE
            total = np.bincount(at[all_rows], amounts[all_rows], grid.size).astype(np.int64)
            if self.lines.persons:
                largest, second = cells.largest_two(at, self.lines.persons, amounts, grid.size)
        mark = cells.marked(here, numbers, grid.size, units.count) if several else nothing
        return people[places].with_columns(
            merk=mark[places],
            aantal=total[places],
            grootste=pl.Series(largest[places]).replace(NONE, None),
            tweede=pl.Series(second[places]).replace(NONE, None),
        )

    def _people_in(self, grid: Grid, flag: str | None, at: Codes) -> pl.DataFrame:
        """Distinct children and schools per place: kinderen, scholen (null without schools)."""
        key = (grid.level, grid.breakdown), flag
        if key not in self._people:
            school = self.lines.axes.get("vestiging")
            self._people[key] = pl.DataFrame(
                {
                    "kinderen": cells.distinct(at, self.lines.persons, grid.size),
                    "scholen": cells.schools(at, school, grid.size)
                    if school
                    else pl.repeat(None, grid.size, dtype=pl.Int64, eager=True),
                }
            )
        return self._people[key]


_TOLD = ["eerste", "aantal", "kinderen", "scholen", "grootste", "tweede"]
_SAME = ["plek", "merk", "aantal"]


def _numbered(raw: pl.DataFrame, parts: int) -> pl.DataFrame:
    """With the number `cel` of each cell, shared by those that count the same units.

    Amounts can be the same where rows without an amount are not: then the most people count.
    """
    largest = [pl.col(c).max().over(_SAME) for c in ("kinderen", "scholen", "grootste", "tweede")]
    return raw.with_columns(
        pl.col("deel").min().over(_SAME).alias("eerste"), *largest
    ).with_columns(cel=(pl.col("plek") * parts + pl.col("eerste")).rank("dense").cast(pl.Int64) - 1)


def of(
    parts: Sequence[Part],
    lines: Lines,
    enrolled: pl.DataFrame | None,
    context: Context,
    plan: Plan,
) -> Field:
    """The field of metrics over one measure. `enrolled`: areas that exist without a row too."""
    metrics = list({p.metric.id: p.metric for p in parts}.values())
    extra = enrolled if enrolled is not None else pl.DataFrame(schema={"schooljaar": pl.String})
    years = lines.axes["schooljaar"].with_names(extra["schooljaar"])
    grids: dict[Where, Grid] = {}
    axes: dict[str, Axis] = {"totaal": nowhere(lines.rows)}
    cuts: dict[str, Axis] = {"": nowhere(lines.rows)}
    for metric in metrics:
        for table in plan.of(metric.id):
            if table.level not in axes:
                own = lines.axes[table.level]
                axes[table.level] = (
                    own.with_names(extra[table.level]) if table.level in extra else own
                )
            if table.breakdown not in cuts:
                columns = metric.columns_of(table.breakdown)
                split = [lines.axes[c].filled(UNKNOWN) for c in columns]
                cuts[table.breakdown] = crossed(split, categories.CROSS)
            cuts[table.breakdown] = cuts[table.breakdown].with_names(
                _listed(metric, table.breakdown, context)
            )
    for metric in metrics:
        for table in plan.of(metric.id):
            for breakdown in dict.fromkeys((table.breakdown, "")):
                where = table.level, breakdown
                grids.setdefault(where, Grid(*where, years, axes[table.level], cuts[breakdown]))
    areas = {level: _areas(grids[level, ""], extra) for level, _ in grids}
    places = {
        m.id: _places(m, [p for p in parts if p.metric is m], lines, grids, areas, context, plan)
        for m in metrics
    }
    return Field(lines, grids, areas, places, Atlas([*grids.values()]))


def _listed(metric: Metric, breakdown: str, context: Context) -> list[str]:
    """Categories that exist whether they occur or not."""
    columns = metric.columns_of(breakdown)
    if len(columns) != 1:
        return []
    return [c.code for c in categories.of_column(metric, columns[0], context.contracts)]


def _areas(grid: Grid, extra: pl.DataFrame) -> Codes:
    """Areas (school year x area) in which rows, or `extra` ones, are found."""
    found = [grid.at[grid.at != NONE]]
    if grid.level in extra:
        more = extra.select("schooljaar", grid.level).drop_nulls()
        codes = grid.years.code_of(more["schooljaar"]).astype(np.int64)
        found.append(codes * grid.areas.size + grid.areas.code_of(more[grid.level]))
    present = np.bincount(np.concatenate(found), minlength=1)
    return np.flatnonzero(present)


def _places(
    metric: Metric,
    parts: Iterable[Part],
    lines: Lines,
    grids: Mapping[Where, Grid],
    areas: Mapping[str, Codes],
    context: Context,
    plan: Plan,
) -> Places:
    tables = plan.of(metric.id)
    marks = [lines.tests[p.flag] if p.flag else lines.every for p in parts if not p.whole]
    either = np.logical_or.reduce(marks)
    occurring: dict[str, set[int]] = {}
    for table in tables:
        grid = grids[table.level, table.breakdown]
        codes = grid.categories.codes[either & (grid.at != NONE)]
        occurring.setdefault(table.breakdown, set()).update(
            np.flatnonzero(np.bincount(codes, minlength=1)).tolist() if codes.size else ()
        )
    found = []
    for table in tables:
        grid = grids[table.level, table.breakdown]
        listed = pl.Series(_listed(metric, table.breakdown, context), dtype=pl.String)
        own = occurring[table.breakdown] | {int(c) for c in grid.categories.code_of(listed)}
        if not table.breakdown:
            own = {0}
        found.append((grid, grid.places(areas[table.level], np.array(sorted(own), np.int64))))
    return found
