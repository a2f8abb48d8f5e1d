"""Counting: metrics and tables in, exact cells out, with all that disclosure control must know.

The engine groups units by their profile (`profiles`); what comes back holds no person and is as
large as the variety in the data, not as the register. Which cells a profile counts in is worked
out here, from the publication plan. Nothing is rounded or hidden yet: the outcome stays on the
pipeline side.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby

import polars as pl
from ibis.common.deferred import Deferred

from pipelines.metrics import cells
from pipelines.metrics.cells import AREA, KEY
from pipelines.metrics.derive import ENROLLED
from pipelines.metrics.metric import (
    Base,
    Context,
    Count,
    Flow,
    Mean,
    Measure,
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
from pipelines.metrics.plan import Plan
from pipelines.metrics.profiles import HOLDS, Profiles, fetched, profile
from pipelines.metrics.spreads import Spread, spread


@dataclass(frozen=True)
class Counted:
    """One protected component: all cells of one measure, or of one sum over it.

    `cells`: cel (0..n-1, also the row number), KEY, deel ('teller', 'noemer' or '' for a plain
    count), aantal, kinderen (distinct persons), scholen (distinct schools with a unit in the cell;
    null for a measure without schools), grootste and tweede (largest two contributions of a
    person; null unless something is summed). Figures that count the same units share a cell.
    `atoms`: aantal (> 0) of all units that count in exactly the cells `cellen` (sorted). Over the
    atoms with a cell it adds up to that cell. No atom spans two school years.
    `figures`: metriek, KEY, teller and noemer (a cel, or null), complement (noemer minus teller is
    a number of units too) and bekend (a denominator everybody may know, or null). A mean has its
    teller in one component and its noemer in another.
    `unit`: what aantal counts, in parts of 1/`scale`.
    """

    measure: str
    unit: str
    scale: int
    cells: pl.DataFrame
    atoms: pl.DataFrame
    figures: pl.DataFrame

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
    """

    counted: tuple[Counted, ...]
    spreads: tuple[Spread, ...]
    not_delivered: Mapping[str, tuple[str, ...]]
    public: tuple[Counted, ...] = ()


@dataclass(frozen=True)
class _Part:
    """A count that a metric needs: of which rows, and of which column the sum (None: units)."""

    metric: Metric
    deel: str
    weight: str | None
    test: Deferred | None

    @property
    def flag(self) -> str:
        return f"_{self.metric.id}_{self.deel}"


def count_all(
    metrics: Iterable[Metric],
    tables: Tables,
    delivered: Collection[str],
    context: Context,
    plan: Plan,
) -> Result:
    """Count every metric whose datasets were delivered; those over one measure together."""
    listed = list(metrics)
    lacking = {m.id: tuple(d for d in m.datasets if d not in delivered) for m in listed}
    present = [m for m in listed if not lacking[m.id] and not isinstance(m.form, Quotient)]
    present.sort(key=lambda m: m.measure.id)
    counted: list[Counted] = []
    public: list[Counted] = []
    for _id, together in groupby(present, key=lambda m: m.measure.id):
        exact = [m for m in together if not isinstance(m.form, Summary)]
        if exact:
            kept = public if exact[0].measure.public else counted
            kept += count(exact, tables, context, plan)
    spreads = [spread(m, tables, context, plan) for m in present if isinstance(m.form, Summary)]
    return Result(
        tuple(counted),
        tuple(spreads),
        {name: gone for name, gone in lacking.items() if gone},
        tuple(public),
    )


def count(
    metrics: Sequence[Metric], tables: Tables, context: Context, plan: Plan
) -> tuple[Counted, ...]:
    """Count metrics over one measure as one component, and one more per column that is summed."""
    measure = metrics[0].measure
    if any(m.measure != measure for m in metrics):
        raise ValueError("metrics over different measures are counted apart")
    parts = [part for metric in metrics for part in _parts(metric)]
    cuts = [c for m in metrics for t in plan.of(m.id) for c in m.columns_of(t.breakdown)]
    tests = {p.flag: p.test for p in parts if p.test is not None}
    profiles = profile(measure, cuts, tests, tables, context)
    units = profiles.units()
    known = profiles.decode(units["profielen"].explode())
    active = [known]
    if "vestiging" in measure.levels:
        schools = _covered(ENROLLED, measure, known, tables, context)
        active.append(schools.drop("gemeente") if measure.residence else schools)
    within = cells.areas(active, measure.levels)
    counted = pl.concat(
        cells.members(
            p.metric,
            p.deel,
            known,
            plan,
            _holds(p),
        )
        for p in parts
    )
    keys = pl.concat(cells.keys(m, counted, within, context, plan) for m in metrics)
    figures = _with_base(metrics, keys, known, tables, context)
    return tuple(
        _component(
            [p for p in parts if p.weight == weight],
            units if weight is None else profiles.total(weight),
            profiles,
            known,
            counted,
            figures,
        )
        for weight in dict.fromkeys(p.weight for p in parts)
    )


def _parts(metric: Metric) -> tuple[_Part, ...]:
    where = metric.where
    match metric.form:
        case Count() | Flow():
            return (_Part(metric, "", None, where),)
        case PerUnit():
            return (_Part(metric, "noemer", None, where),)
        case Total(weight=weight):
            return (_Part(metric, "", weight, where),)
        case Rate(weight=weight):
            return (_Part(metric, "teller", weight, where),)
        case Mean(weight=weight):
            return (
                _Part(metric, "teller", weight, where),
                _Part(metric, "noemer", None, where),
            )
        case Split():
            return (
                _Part(metric, "teller", None, where),
                _Part(metric, "noemer", None, where),
            )
        case Share(numerator=holds, weight=weight):
            both = holds if where is None else where & holds
            return (
                _Part(metric, "teller", weight, both),
                _Part(metric, "noemer", weight, where),
            )
        case _:
            raise ValueError(f"{metric.id} is not counted cell by cell")


def _holds(part: _Part) -> pl.Expr:
    return pl.lit(value=True) if part.test is None else pl.col(part.flag) == HOLDS


def _component(
    parts: Sequence[_Part],
    units: pl.DataFrame,
    profiles: Profiles,
    known: pl.DataFrame,
    counted: pl.DataFrame,
    figures: pl.DataFrame,
) -> Counted:
    metric, weight = parts[0].metric, parts[0].weight
    of_parts = pl.DataFrame(
        {"metriek": [p.metric.id for p in parts], "deel": [p.deel for p in parts]}
    )
    counted = counted.join(of_parts, on=["metriek", "deel"], how="semi")
    every = pl.concat(
        cells.named(
            figures.filter(pl.col("metriek") == p.metric.id).select("metriek", *KEY),
            p.deel,
            whole=p.deel == "noemer" and p.metric.is_split,
        )
        for p in parts
    )
    numbers, atoms = cells.merge(every, counted, units)
    frame = (
        numbers.sort("cel", "deel", "metriek")
        .unique("cel", keep="first", maintain_order=True)
        .select("cel", *KEY, "deel")
        .join(cells.filled(numbers, counted, units, "aantal"), on="cel", how="left")
        .join(cells.filled(numbers, counted, profiles.persons(), "kinderen"), on="cel", how="left")
        .with_columns(pl.col("aantal", "kinderen").fill_null(0))
        .join(_schools(numbers, counted, known), on="cel", how="left")
    )
    if weight is None:
        frame = frame.with_columns(grootste=_NO_NUMBER, tweede=_NO_NUMBER)
    else:
        top = cells.largest_two(numbers, counted, profiles.contributions(weight))
        frame = frame.join(top, on="cel", how="left")
    return Counted(
        measure=metric.measure.id if weight is None else f"{metric.measure.id}.{weight}",
        unit=metric.measure.unit if weight is None else metric.unit,
        scale=metric.form.scale if isinstance(metric.form, Mean | Total | Rate) and weight else 1,
        cells=frame.sort("cel"),
        atoms=atoms,
        figures=_figures(parts, numbers, figures),
    )


_DIGITS = 6  # of a sum of fractions, so that the order of rows never shows
_NO_NUMBER = pl.lit(None, dtype=pl.Int64)


def _schools(numbers: pl.DataFrame, counted: pl.DataFrame, known: pl.DataFrame) -> pl.DataFrame:
    """Distinct schools with a unit in each cell; null throughout without schools."""
    if "vestiging" not in known.columns:
        return numbers.select("cel").unique().with_columns(scholen=_NO_NUMBER)
    behind = counted.join(numbers, on=cells.CELL).join(known, on="profiel")
    found = behind.group_by("cel").agg(scholen=pl.col("vestiging").drop_nulls().n_unique())
    every = numbers.select("cel").unique().join(found, on="cel", how="left")
    return every.with_columns(pl.col("scholen").fill_null(0).cast(pl.Int64))


def _figures(parts: Sequence[_Part], numbers: pl.DataFrame, figures: pl.DataFrame) -> pl.DataFrame:
    """Figures of the metrics that have a part here, with the cells they are made of."""
    found: list[pl.DataFrame] = []
    for metric in dict.fromkeys(p.metric.id for p in parts):
        own = [p for p in parts if p.metric.id == metric]
        rows = figures.filter(pl.col("metriek") == metric).with_columns(
            complement=pl.lit(_has_complement(own[0].metric)), teller=_NO_NUMBER, noemer=_NO_NUMBER
        )
        for p in own:
            column = p.deel or "teller"
            whole = p.deel == "noemer" and p.metric.is_split
            on = AREA if whole else KEY
            cel = numbers.filter((pl.col("metriek") == metric) & (pl.col("deel") == p.deel)).select(
                *on, pl.col("cel").alias(column)
            )
            rows = rows.drop(column).join(cel, on=on, how="left")
        found.append(rows.select("metriek", *KEY, "teller", "noemer", "complement", "bekend"))
    return pl.concat(found).sort("metriek", *KEY)


def _has_complement(metric: Metric) -> bool:
    return isinstance(metric.form, Share | Split) or (
        isinstance(metric.form, Rate) and metric.form.within
    )


def _covered(
    base: Base, measure: Measure, known: pl.DataFrame, tables: Tables, context: Context
) -> pl.DataFrame:
    """Rows of a public base, in the municipalities and years for which this measure has rows.

    A municipality (of schools, where the measure is about schools) without a single row in a
    school year did not deliver: it has no zeros, and its pupils are in no denominator.
    """
    frame = fetched(base.rows(tables, context))
    by_school = "vestiging" in measure.levels and "vestiging" in frame.columns
    if by_school and not measure.residence:
        known = frame.join(known, on=["schooljaar", "vestiging"], how="semi")
    return frame.join(known, on=["schooljaar", "gemeente"], how="semi")


def _with_base(
    metrics: Sequence[Metric],
    keys: pl.DataFrame,
    known: pl.DataFrame,
    tables: Tables,
    context: Context,
) -> pl.DataFrame:
    """Keys with `bekend`: the public number of the area, for metrics that have one."""
    found: list[pl.DataFrame] = []
    for metric in metrics:
        own = keys.filter(pl.col("metriek") == metric.id)
        if not isinstance(metric.form, Rate | PerUnit):
            found.append(own.with_columns(bekend=pl.lit(None, dtype=pl.Float64)))
            continue
        base = _covered(metric.form.base, metric.measure, known, tables, context)
        levels = [level for level in metric.measure.levels if level == "totaal" or level in base]
        for (breakdown,), rows in own.group_by("uitsplitsing", maintain_order=True):
            columns = metric.columns_of(str(breakdown))
            by = bool(columns) and set(columns) <= set(metric.form.base.by)
            category = cells.category(columns) if by else pl.lit("")
            per_area = pl.concat(
                base.select(
                    *cells.at(level),
                    category.alias("categorie"),
                    pl.col("aantal").cast(pl.Float64).alias("bekend"),
                )
                for level in levels
            )
            on = [*AREA, "categorie"] if by else AREA
            sums = per_area.drop_nulls().group_by(on).agg(pl.col("bekend").sum().round(_DIGITS))
            found.append(rows.join(sums, on=on, how="left"))
    return pl.concat(found)
