"""The field that the metrics of one measure share: its grids, and what is counted in them.

Metrics that count the same units in the same place share one cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import polars as pl

from pipelines.metrics import categories
from pipelines.metrics.count.grid import Atlas, Codes, Grid
from pipelines.metrics.count.terms import Part
from pipelines.metrics.count.unit_records import NONE, Axis, Ints, Lines, Marks, crossed, nowhere
from pipelines.metrics.derive import UNKNOWN
from pipelines.metrics.metric import Context, Metric
from pipelines.metrics.publication_plan import Plan

Where = tuple[str, str]  # level and breakdown
Places = Sequence[tuple[Grid, Codes]]


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

    def keys(self, metric: Metric) -> pl.DataFrame:
        """Every cell of a metric that exists, also where nothing was counted: KEY, sorted.

        Zero cells are the areas crossed with the code list of the cut, or, for crossed cuts and
        cuts without a list, with what occurs anywhere.
        """
        codes, order = self._numbered(metric)
        return self.atlas.keys(codes[order])

    def _numbered(self, metric: Metric) -> tuple[Codes, Ints]:
        if metric.id not in self._codes:
            found = [self.atlas.codes(grid, places) for grid, places in self.places[metric.id]]
            codes = np.concatenate([np.empty(0, dtype=np.int64), *found])
            self._codes[metric.id] = codes, np.argsort(codes)
        return self._codes[metric.id]

    def slices(self, part: Part) -> Places:
        """The cells of one part: those of its metric, or whole areas."""
        own = self.places[part.metric.id]
        if not part.whole:
            return own
        levels = dict.fromkeys(grid.level for grid, places in own if places.size)
        return [(self.grids[level, ""], self.areas[level]) for level in levels]

    def in_order(self, part: Part, cel: Sequence[Codes]) -> pl.Series:
        """Cells of a part (per slice) in the order of `keys`; of a whole area per category."""
        own = cel
        if part.whole:
            per_area: dict[str, Codes] = {}
            for (grid, places), found in zip(self.slices(part), cel, strict=True):
                per_area[grid.level] = np.full(grid.size, NONE, dtype=np.int64)
                per_area[grid.level][places] = found
            own = [
                per_area[grid.level][places // grid.categories.size]
                for grid, places in self.places[part.metric.id]
                if places.size
            ]
        whole = np.concatenate([np.empty(0, dtype=np.int64), *own])
        return pl.Series(whole[self._numbered(part.metric)[1]])

    def marks(self, flag: str | None) -> tuple[str | None, Marks]:
        """Rows that pass a test, and the name of the first test that the same rows pass."""
        if flag not in self._rows:
            marks = self.lines.tests[flag] if flag else self.lines.every
            same = (name for name, own in self._rows.values() if np.array_equal(own, marks))
            self._rows[flag] = next(same, flag), marks
        return self._rows[flag]


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
