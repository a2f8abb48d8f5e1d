"""Counting: metrics and tables in, exact cells out, with all that disclosure control must know.

The engine works out the rows of a measure (`unit_records`) and hands them over as whole numbers,
without a pseudonym. Which cells a row counts in follows from the publication plan (`cell_layout`,
`grid`), and which rows count alike too (`inner_cells`). Nothing is rounded or hidden yet: the
outcome stays on the pipeline side.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

import polars as pl

from pipelines.metrics import categories
from pipelines.metrics.count import cell_layout as fields
from pipelines.metrics.count import terms
from pipelines.metrics.count.cell_layout import Field
from pipelines.metrics.count.distributions import Spread, spread
from pipelines.metrics.count.grid import AREA, KEY
from pipelines.metrics.count.recall import parted, with_areas
from pipelines.metrics.count.tabulate import draw
from pipelines.metrics.count.terms import Part
from pipelines.metrics.count.unit_records import fetch, fetched
from pipelines.metrics.coverage_notes import Areas, Note, Place, notes
from pipelines.metrics.covering import Covering
from pipelines.metrics.derive import ENROLLED, UNKNOWN
from pipelines.metrics.metric import (
    Base,
    Context,
    Mean,
    Metric,
    PerUnit,
    Quotient,
    Rate,
    Share,
    Split,
    Summary,
    Tables,
    Total,
)
from pipelines.metrics.publication_plan import NOTHING_RECALLED, Plan, Recalled
from pipelines.warehouse.coverage import Coverage


@dataclass(frozen=True)
class Counted:
    """One protected component: all cells of one measure, or of one sum over it.

    `cells`: cel (0..n-1, also the row number), KEY, deel ('teller', 'noemer' or '' for a plain
    count), aantal, kinderen (distinct persons), scholen (distinct schools with a unit in the cell;
    null for a measure without schools), grootste and tweede (largest two contributions of a
    person; null unless something is summed) and spreiding (variance of a sum, see
    `grid.variance_of_sum`). Figures that count the same units share a cell.
    `atoms`: aantal (> 0) of all units that count in exactly the cells `cellen` (sorted). Over the
    atoms with a cell it adds up to that cell. No atom spans two school years.
    `figures`: metriek, KEY, teller and noemer (a cel, or null), complement (noemer minus teller is
    a number of units too) and bekend (a denominator everybody may know, or null). A mean has its
    teller in one component and its noemer in another.
    `unit`: what aantal counts, in parts of 1/`scale`.
    `recalled`: the same columns as `figures`, of figures that only an earlier release had. Their
    cells are in `cells` and `atoms` too; they are not shown again.
    """

    measure: str
    unit: str
    scale: int
    cells: pl.DataFrame
    atoms: pl.DataFrame
    figures: pl.DataFrame
    recalled: pl.DataFrame | None = None

    @property
    def ever(self) -> pl.DataFrame:
        """Figures of now and of earlier releases."""
        return self.figures if self.recalled is None else pl.concat([self.figures, self.recalled])

    @property
    def not_shown(self) -> tuple[int, ...]:
        """Cells that no figure of now is made of."""
        used = pl.concat([self.figures["teller"], self.figures["noemer"]]).drop_nulls()
        left = self.cells.filter(~pl.col("cel").is_in(used.unique().implode()))["cel"]
        return tuple(left.sort().to_list())

    @property
    def known(self) -> pl.DataFrame:
        """Exact public denominators: metriek, KEY, aantal."""
        return self.figures.filter(pl.col("bekend").is_not_null()).select(
            "metriek", *KEY, aantal="bekend"
        )


@dataclass(frozen=True)
class Result:
    """All that was counted. `not_delivered`: metric -> the datasets it lacks.

    `public`: what no person stands behind (hours, money, schools); it needs no protection.
    `notes`: metric -> what its figures leave out, per place that is not covered whole.
    """

    counted: tuple[Counted, ...]
    spreads: tuple[Spread, ...]
    not_delivered: Mapping[str, tuple[str, ...]]
    public: tuple[Counted, ...] = ()
    notes: Mapping[str, Mapping[Place, Note]] = field(default_factory=dict)


def count_all(
    metrics: Iterable[Metric],
    tables: Tables,
    delivered: Collection[str],
    context: Context,
    plan: Plan,
    coverage: Coverage | None = None,
    recalled: Recalled = NOTHING_RECALLED,
) -> Result:
    """Count every metric whose datasets were delivered; those over one measure together.

    `coverage`: units and school years that were not delivered are left out before anything is
    counted. Without it every row counts, and a municipality without a row did not deliver.
    """
    covering = None if coverage is None else Covering(coverage, context)
    listed = [m if covering is None else covering.restricted(m) for m in metrics]
    lacking = {m.id: tuple(d for d in m.datasets if d not in delivered) for m in listed}
    present = [m for m in listed if not lacking[m.id] and not isinstance(m.form, Quotient)]
    present.sort(key=lambda m: m.measure.id)
    counted: list[Counted] = []
    public: list[Counted] = []
    for _id, together in groupby(present, key=lambda m: m.measure.id):
        exact = [m for m in together if not isinstance(m.form, Summary)]
        if exact:
            kept = public if exact[0].measure.public else counted
            kept += count(exact, tables, context, plan, covering, recalled)
    spreads = [spread(m, tables, context, plan) for m in present if isinstance(m.form, Summary)]
    return Result(
        tuple(counted),
        tuple(spreads),
        {name: gone for name, gone in lacking.items() if gone},
        tuple(public),
        {} if covering is None else _notes(listed, covering, plan),
    )


def _notes(
    metrics: Iterable[Metric], covering: Covering, plan: Plan
) -> dict[str, Mapping[Place, Note]]:
    years = covering.context.schooljaren
    if years is None:
        years = tuple(covering.coverage.units["schooljaar"].unique().sort())
    areas = Areas.asked(covering)
    found = {
        m.id: notes(m, covering, areas, [t.level for t in plan.of(m.id)], years) for m in metrics
    }
    return {name: own for name, own in found.items() if own}


def count(
    metrics: Sequence[Metric],
    tables: Tables,
    context: Context,
    plan: Plan,
    covering: Covering | None = None,
    recalled: Recalled = NOTHING_RECALLED,
) -> tuple[Counted, ...]:
    """Count metrics over one measure as one component, and one more per column that is summed."""
    measure = metrics[0].measure
    if any(m.measure != measure for m in metrics):
        raise ValueError("metrics over different measures are counted apart")
    listed = [part for metric in metrics for part in terms.of(metric)]
    whole = replace(plan, tables=(*plan.tables, *recalled.tables))
    cuts = [c for m in metrics for t in whole.of(m.id) for c in m.columns_of(t.breakdown)]
    tests = {p.flag: p.test for p in listed if p.flag and p.test is not None}
    weights = dict.fromkeys(p.weight for p in listed)
    lines = fetch(measure, cuts, tests, [w for w in weights if w], tables, context)
    known = lines.occurring([c for c in (*AREA, *measure.levels) if c in lines.axes])
    enrolled = None
    if "vestiging" in measure.levels:
        enrolled = (
            _covered(ENROLLED, metrics[0], known, tables, context, None)
            if covering is None
            else covering.schools(measure)
        )
        enrolled = enrolled.drop("gemeente") if measure.residence else enrolled
    lines, enrolled = with_areas(measure, lines, enrolled, recalled)
    there = tuple(t for t in whole.tables if t.level == "totaal" or t.level in lines.axes)
    shared = fields.of(listed, lines, enrolled, context, replace(whole, tables=there))
    figures = {
        m.id: _with_base(m, shared.keys(m), known, tables, context, covering) for m in metrics
    }
    return tuple(
        _component([p for p in listed if p.weight == weight], weight, shared, figures, plan)
        for weight in weights
    )


def _component(
    listed: Sequence[Part],
    weight: str | None,
    shared: Field,
    figures: Mapping[str, pl.DataFrame],
    plan: Plan,
) -> Counted:
    metric = listed[0].metric
    ordered = sorted(listed, key=lambda p: (p.deel, p.metric.id))
    drawn = draw(shared, ordered, weight)
    names = pl.Series([p.deel for p in ordered], dtype=pl.String)
    now, before = parted(_figures(ordered, drawn.numbers, figures), plan)
    return Counted(
        measure=metric.measure.id if weight is None else f"{metric.measure.id}.{weight}",
        unit=metric.measure.unit if weight is None else metric.unit,
        scale=metric.form.scale if isinstance(metric.form, Mean | Total | Rate) and weight else 1,
        cells=drawn.cells.with_columns(deel=names.gather(drawn.cells["eerste"])).select(_CELLS),
        atoms=drawn.atoms,
        figures=now,
        recalled=before if before.height else None,
    )


_CELLS = ["cel", *KEY, "deel", "aantal", "kinderen", "scholen", "grootste", "tweede", "spreiding"]
_DIGITS = 6  # of a sum of fractions, so that the order of rows never shows
_NO_NUMBER = pl.lit(None, dtype=pl.Int64)


def _figures(
    listed: Sequence[Part],
    numbers: Sequence[pl.Series],
    figures: Mapping[str, pl.DataFrame],
) -> pl.DataFrame:
    """Figures of the metrics that have a part here, with the cells they are made of."""
    found: list[pl.DataFrame] = []
    for metric in sorted({p.metric.id: p.metric for p in listed}.values(), key=lambda m: m.id):
        own = {
            p.deel or "teller": cel
            for p, cel in zip(listed, numbers, strict=True)
            if p.metric is metric
        }
        frame = figures[metric.id].with_columns(
            metriek=pl.lit(metric.id),
            complement=pl.lit(_has_complement(metric)),
            teller=own.get("teller", _NO_NUMBER),
            noemer=own.get("noemer", _NO_NUMBER),
        )
        found.append(frame.select("metriek", *KEY, "teller", "noemer", "complement", "bekend"))
    return pl.concat(found)


def _has_complement(metric: Metric) -> bool:
    return isinstance(metric.form, Share | Split) or (
        isinstance(metric.form, Rate) and metric.form.within
    )


def _covered(
    base: Base,
    metric: Metric,
    known: pl.DataFrame,
    tables: Tables,
    context: Context,
    covering: Covering | None,
) -> pl.DataFrame:
    """Rows of a public base, of the units and years that were delivered for a metric.

    What was not delivered has no zeros, and its pupils are in no denominator. Where the coverage is
    not known, that is a municipality (of schools, where the measure is about schools) without a
    single row in a school year.
    """
    measure = metric.measure
    frame = fetched(base.rows(tables, context))
    if covering is not None:
        years = context.schooljaren
        asked = frame if years is None else frame.filter(pl.col("schooljaar").is_in(years))
        return covering.base(metric, asked)
    by_school = "vestiging" in measure.levels and "vestiging" in frame.columns
    if by_school and not measure.residence:
        known = frame.join(known, on=["schooljaar", "vestiging"], how="semi")
    return frame.join(known, on=["schooljaar", "gemeente"], how="semi")


def _with_base(
    metric: Metric,
    keys: pl.DataFrame,
    known: pl.DataFrame,
    tables: Tables,
    context: Context,
    covering: Covering | None,
) -> pl.DataFrame:
    """Keys with `bekend`: the public number of the area, for a metric that has one."""
    if keys.is_empty() or not isinstance(metric.form, Rate | PerUnit):
        return keys.with_columns(bekend=pl.lit(None, dtype=pl.Float64))
    base = _covered(metric.form.base, metric, known, tables, context, covering)
    levels = [level for level in metric.measure.levels if level == "totaal" or level in base]
    found: list[pl.DataFrame] = []
    for (breakdown,), rows in keys.with_row_index("rij").group_by("uitsplitsing"):
        columns = metric.columns_of(str(breakdown))
        by = bool(columns) and set(columns) <= set(metric.form.base.by)
        per_area = pl.concat(
            base.select(
                "schooljaar",
                pl.lit(level).alias("niveau"),
                (pl.lit("") if level == "totaal" else pl.col(level)).alias("gebied"),
                _category(columns if by else ()).alias("categorie"),
                pl.col("aantal").cast(pl.Float64).alias("bekend"),
            )
            for level in levels
        )
        on = [*AREA, "categorie"] if by else AREA
        sums = per_area.drop_nulls().group_by(on).agg(pl.col("bekend").sum().round(_DIGITS))
        found.append(rows.join(sums, on=on, how="left"))
    return pl.concat(found).sort("rij").drop("rij")


def _category(columns: Sequence[str]) -> pl.Expr:
    """The category of a row by one or more columns; '' without any."""
    if not columns:
        return pl.lit("")
    known = [pl.col(c).fill_null(UNKNOWN) for c in columns]
    return pl.concat_str(known, separator=categories.CROSS)
