"""Why a figure is what it is: the delivered rows behind it, counted and not counted.

Everything follows from the declaration. A measure is a table made from a dataset in steps; a row of
the dataset that is not in it was dropped at one of those steps, and that step says why. A row that
is in it counts by the conditions of the metric, and where it does not, the first condition that
does not hold says why.

What comes out is not protected. It names rows by delivery and registration key, holds no pseudonym,
and stays in the analyst's work room.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir
import polars as pl
from ibis.common.deferred import Deferred

from pipelines import suggest
from pipelines.contracts import Dataset
from pipelines.errors import UsageError
from pipelines.metrics import conditions
from pipelines.metrics.count.unit_records import fetched
from pipelines.metrics.metric import (
    Context,
    Count,
    Difference,
    Diversity,
    Flow,
    Mean,
    Metric,
    PerUnit,
    Quantiles,
    Quotient,
    Rate,
    Share,
    Split,
    Tables,
    Total,
)

Verdict = Literal["teller", "noemer", "niet"]
AreaLevel = Literal["totaal", "gemeente", "vestiging"]
DELIVERY = "_levering"
COUNTS = "telt mee"
OUT_OF_MEASURE = "valt buiten de telling"


@dataclass(frozen=True)
class Area:
    """What is looked at: everything, a municipality or a school."""

    level: AreaLevel
    code: str = ""
    name: str = ""


@dataclass(frozen=True)
class Row:
    """One delivered row: where it is, whether it counts, and why."""

    delivery: str
    key: str
    verdict: Verdict
    reason: str


@dataclass(frozen=True)
class Explanation:
    """A figure's rows. `rows` are those of the dataset in the area, of every school year.

    `numerator` (of `counted`) and `denominator` (of `divided_by`): exact, as they were counted.
    `once`: a unit with several rows, such as a child, counts once. `known`: the public denominator.
    `traced`: whether units of the measure can be led back to rows of the dataset; if not there are
    only the numbers. `left_out`: what is not in the figure because it was not delivered.
    """

    metric: str
    label: str
    definition: str
    dataset: str
    year: str
    area: Area
    unit: str
    counted: str
    numerator: float | None
    divided_by: str
    denominator: float | None
    known: float | None
    once: bool
    traced: bool
    rows: tuple[Row, ...]
    left_out: str = ""

    @property
    def counts(self) -> tuple[tuple[Verdict, str, int], ...]:
        """How many rows per verdict and reason: what counts first, then the most common reason."""
        order = ("teller", "noemer", "niet")
        found = Counter((row.verdict, row.reason) for row in self.rows)
        return tuple(
            (verdict, reason, count)
            for (verdict, reason), count in sorted(
                found.items(), key=lambda item: (order.index(item[0][0]), -item[1], item[0][1])
            )
        )

    def as_dict(self) -> dict[str, Any]:
        return asdict(self) | {
            "counts": [
                {"verdict": verdict, "reason": reason, "rows": count}
                for verdict, reason, count in self.counts
            ]
        }


def explain(
    metric: Metric,
    tables: Tables,
    delivered: Sequence[str],
    context: Context,
    year: str,
    area: Area,
) -> Explanation:
    """The rows behind a figure in a school year and area.

    Raises `UsageError` for a figure that nothing is counted for, that lacks a dataset, that is not
    known for such an area, or for a school year in which nothing occurs.
    """
    _refuse_uncounted(metric, delivered)
    dataset = context.contracts.dataset(metric.measure.datasets[0])
    units = metric.measure.rows(tables, context)
    _refuse_area(metric, area)
    _refuse_year(units, year)
    flags = _flagged(metric, units)
    keys = [name for name in dataset.keys if name in units.columns]
    traced = len(keys) == len(dataset.keys)
    columns = list(dict.fromkeys(["schooljaar", *(keys if traced else ()), *flags.needed]))
    here = _in_area(units, area).select(*columns, **flags.expressions)
    found = fetched(here.filter(here["schooljaar"] == year))
    numerator, denominator = _numbers(metric, found)
    return Explanation(
        metric=metric.id,
        label=metric.label_nl,
        definition=metric.definition,
        dataset=dataset.id,
        year=year,
        area=area,
        unit=metric.measure.unit,
        counted=metric.numerator,
        numerator=numerator,
        divided_by=metric.denominator,
        denominator=denominator,
        known=_known(metric, tables, context, year, area),
        once=metric.measure.distinct is not None,
        traced=traced,
        rows=tuple(_rows(metric, dataset, tables, units, found, flags, year, area))
        if traced
        else (),
    )


def near(what: str, name: str, known: Sequence[str]) -> UsageError:
    """An unknown name, with the names that look like it; `what`: such as 'Onbekend cijfer'."""
    return UsageError(f"{what}: {name}. {suggest.hint(name, known)}")


def find_area(tables: Tables, school: str | None, municipality: str | None) -> Area:
    """A school or municipality by its code or its name; everything where neither is given."""
    if school and municipality:
        raise UsageError("Kies een school of een gemeente, niet allebei.")
    if school:
        listed = fetched(tables["scholen"].select(code="vestigingscode", naam="naam").distinct())
        return _by_name("vestiging", "school", school, listed)
    if municipality:
        areas = tables["gebieden"]
        listed = fetched(areas.select(code="gemeente", naam="gemeentenaam").distinct())
        return _by_name("gemeente", "gemeente", municipality, listed)
    return Area("totaal")


def _by_name(level: AreaLevel, what: str, wanted: str, listed: pl.DataFrame) -> Area:
    pairs = [(str(code), str(name or "")) for code, name in listed.sort("code").iter_rows()]
    same = wanted.strip().casefold()
    found = {code: name for code, name in pairs if same in (code.casefold(), name.casefold())}
    if len(found) == 1:
        ((code, name),) = found.items()
        return Area(level, code, name)
    if found:
        raise UsageError(f"Meer dan één {what} heet {wanted}; noem de code: {', '.join(found)}.")
    raise near(f"Onbekende {what}", wanted, [text for pair in pairs for text in pair if text])


def _refuse_uncounted(metric: Metric, delivered: Sequence[str]) -> None:
    if isinstance(metric.form, Quotient):
        raise UsageError(
            f"{metric.id} is {metric.form.numerator} gedeeld door {metric.form.denominator}; vraag"
            " die twee."
        )
    lacking = [name for name in metric.datasets if name not in delivered]
    if lacking:
        raise UsageError(f"{metric.id} is er niet: niet geleverd is {', '.join(lacking)}.")


def _refuse_area(metric: Metric, area: Area) -> None:
    if area.level not in metric.measure.levels:
        known = [name for name in metric.measure.levels if name in {"totaal", "gemeente"}]
        raise UsageError(
            f"{metric.id} wordt niet per {'school' if area.level == 'vestiging' else area.level}"
            f" geteld; wel voor: {', '.join(known)}."
        )


def _refuse_year(units: ir.Table, year: str) -> None:
    listed = fetched(units.select("schooljaar").distinct())["schooljaar"].drop_nulls()
    if year in listed:
        return
    known = sorted(listed)
    raise UsageError(f"In {year} is er niets om te tellen. Wel in: {', '.join(known) or '-'}.")


def _in_area(table: ir.Table, area: Area) -> ir.Table:
    return table if area.level == "totaal" else table.filter(table[area.level] == area.code)


# What counts -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Flags:
    """Conditions of a metric on a row of its measure, as columns.

    `where` and `holds`: pairs of a column and what it says. `needed`: columns of the measure that
    are added up or counted. `expressions`: the columns themselves.
    """

    where: tuple[tuple[str, conditions.Said], ...]
    holds: tuple[tuple[str, conditions.Said], ...]
    needed: tuple[str, ...]
    expressions: Mapping[str, ir.BooleanValue]


def _flagged(metric: Metric, units: ir.Table) -> _Flags:
    form, measure = metric.form, metric.measure
    dataset = measure.datasets[0]
    holds: Deferred | None = None
    needed = [measure.distinct] if measure.distinct else []
    match form:
        case Share(numerator=numerator, weight=weight):
            holds = numerator
            needed += [weight] if weight else []
        case Total(weight=weight) | Mean(weight=weight):
            needed.append(weight)
        case Rate(weight=str(weight)):
            needed.append(weight)
        case Quantiles(value=value) | Difference(value=value):
            needed.append(value)
        case Diversity(column=column):
            needed.append(column)
    if isinstance(form, Difference):
        holds = ibis._[form.first] | ibis._[form.second]
    expressions: dict[str, ir.BooleanValue] = {}

    def named(prefix: str, condition: Deferred | None) -> tuple[tuple[str, conditions.Said], ...]:
        if condition is None:
            return ()
        found = []
        for at, part in enumerate(conditions.parts(condition.resolve(units))):
            expressions[f"{prefix}{at}"] = part.fill_null(False)
            found.append((f"{prefix}{at}", conditions.Said.of(part.op(), dataset)))
        return tuple(found)

    where, fits = named("_wel_", metric.where), named("_teller_", holds)
    return _Flags(where, fits, tuple(needed), expressions)


def _numbers(metric: Metric, found: pl.DataFrame) -> tuple[float | None, float | None]:
    """Numerator and denominator as they are counted; None where the figure has no such part."""
    inside, both = _holding(found, "_wel_"), _holding(found, "_wel_", "_teller_")

    def units(rows: pl.DataFrame) -> float:
        distinct = metric.measure.distinct
        return float(rows[distinct].drop_nulls().n_unique() if distinct else rows.height)

    match metric.form:
        case Share(weight=None):
            return units(both), units(inside)
        case Share(weight=str(weight)):
            return float(both[weight].sum()), float(inside[weight].sum())
        case Count() | Flow() | Rate(weight=None):
            return units(inside), None
        case Rate(weight=str(weight), scale=scale) | Total(weight=weight, scale=scale):
            return float(inside[weight].sum()) / scale, None
        case Mean(weight=weight, scale=scale):
            return float(inside[weight].sum()) / scale, units(inside)
        case Split() | PerUnit():
            return None, units(inside)
        case _:
            return None, units(both)


def _holding(found: pl.DataFrame, *prefixes: str) -> pl.DataFrame:
    """Rows for which every condition holds; all of them where there is none."""
    names = [name for name in found.columns if name.startswith(prefixes)]
    return found.filter(pl.all_horizontal(names)) if names else found


def _known(metric: Metric, tables: Tables, context: Context, year: str, area: Area) -> float | None:
    """The public number the figure is set against."""
    if not isinstance(metric.form, Rate | PerUnit):
        return None
    base = metric.form.base.rows(tables, context)
    if area.level not in {"totaal", *base.columns}:
        return None
    rows = _in_area(base, area)
    return float(
        fetched(rows.filter(rows["schooljaar"] == year).select("aantal")).sum().item() or 0
    )


# Which rows --------------------------------------------------------------------------------------


def _rows(
    metric: Metric,
    dataset: Dataset,
    tables: Tables,
    units: ir.Table,
    found: pl.DataFrame,
    flags: _Flags,
    year: str,
    area: Area,
) -> Iterator[Row]:
    """Every row of the dataset in the area, in the order of deliveries and keys."""
    keys = list(dataset.keys)
    raw = _raw(metric, dataset, tables, units, area)
    verdicts = _verdicts(metric, keys, found, flags, raw)
    years = _years(units, keys)
    absent = raw.join(verdicts, on=keys, how="anti", nulls_equal=True)
    absent = absent.join(years, on=keys, how="left", nulls_equal=True)
    dropped = _dropped(units, dataset, keys, absent.filter(pl.col("_jaren").is_null()))
    undated = conditions.Said.of(units["schooljaar"].op(), dataset.id)
    told: list[tuple[tuple[str, ...], Verdict, str]] = []
    for row in raw.join(verdicts, on=keys, how="inner", nulls_equal=True).iter_rows(named=True):
        told.append((_place(row, keys), row["_oordeel"], row["_reden"]))
    for row in absent.iter_rows(named=True):
        place = _place(row, keys)
        others = [other for other in row["_jaren"] or () if other]
        if others:
            elsewhere = year in others
            reason = (
                "telt in een ander gebied"
                if elsewhere
                else f"ander schooljaar: {', '.join(others)}"
            )
        elif row["_jaren"] is not None:
            reason = f"zonder schooljaar{undated.missing(row)}"
        else:
            reason = dropped.get(place[1:], OUT_OF_MEASURE)
        told.append((place, "niet", reason))
    for (delivery, *key), verdict, reason in sorted(told):
        yield Row(delivery, " / ".join(key), verdict, reason)


def _place(row: Mapping[str, Any], keys: Sequence[str]) -> tuple[str, ...]:
    return (str(row.get(DELIVERY, "")), *(str(row[key]) for key in keys))


def _raw(
    metric: Metric, dataset: Dataset, tables: Tables, units: ir.Table, area: Area
) -> pl.DataFrame:
    """Rows of the dataset that belong to the area, or that the measure places there."""
    table = tables[dataset.id]
    if area.level == "totaal":
        return fetched(table)
    own = _own(metric, table, tables, area).fill_null(False)
    placed = _in_area(units, area).select(*dataset.keys).distinct()
    other = table.filter(~own).semi_join(placed, list(dataset.keys))
    return pl.concat([fetched(table.filter(own)), fetched(other)])


def _own(metric: Metric, table: ir.Table, tables: Tables, area: Area) -> ir.BooleanValue:
    """Whether a delivered row says itself that it is about the area."""
    if area.level == "vestiging" and "vestigingscode" in table.columns:
        return table["vestigingscode"] == area.code
    by_home = metric.measure.residence or "vestigingscode" not in table.columns
    if area.level == "gemeente" and by_home and "woongemeente" in table.columns:
        return table["woongemeente"] == area.code
    if area.level == "gemeente" and "vestigingscode" in table.columns:
        schools = tables["scholen"]
        inside = schools.filter(schools["gemeente"] == area.code)
        return table["vestigingscode"].isin(inside["vestigingscode"])
    return ibis.literal(value=False)


def _years(units: ir.Table, keys: Sequence[str]) -> pl.DataFrame:
    """Per key the school years in which the measure has it; a year may be empty."""
    every = fetched(units.select(*keys, _jaar="schooljaar").distinct())
    return every.group_by(keys).agg(_jaren=pl.col("_jaar").sort())


def _verdicts(
    metric: Metric,
    keys: Sequence[str],
    found: pl.DataFrame,
    flags: _Flags,
    raw: pl.DataFrame,
) -> pl.DataFrame:
    """Per key whether it counts and why; of several units of one row the one that counts most."""
    empties = {
        tuple(row[key] for key in keys): {name for name, value in row.items() if value is None}
        for row in raw.iter_rows(named=True)
    }
    best: dict[tuple[Any, ...], tuple[int, Verdict, str]] = {}
    for row in found.iter_rows(named=True):
        key = tuple(row[name] for name in keys)
        judged = _judged(metric, row, flags, empties.get(key, set()))
        if key not in best or judged[0] < best[key][0]:
            best[key] = judged
    columns = {name: [key[at] for key in best] for at, name in enumerate(keys)}
    return pl.DataFrame(
        columns
        | {
            "_oordeel": [verdict for _, verdict, _ in best.values()],
            "_reden": [reason for *_, reason in best.values()],
        },
        schema={name: found.schema[name] for name in keys}
        | {"_oordeel": pl.String, "_reden": pl.String},
    )


def _judged(
    metric: Metric, row: Mapping[str, Any], flags: _Flags, empty: set[str]
) -> tuple[int, Verdict, str]:
    for column, condition in flags.where:
        if not row[column]:
            return 2, "niet", f"{condition.failing}{condition.empty(empty)}"
    failing = next((c for column, c in flags.holds if not row[column]), None)
    match metric.form:
        case Share() if failing:
            return (
                1,
                "noemer",
                f"niet in de teller; {failing.failing}{failing.empty(empty)}",
            )
        case Difference() if failing:
            return 2, "niet", "hoort bij geen van de twee groepen"
        case Difference(first=first) if first in row:
            return 0, "teller", COUNTS
        case Split():
            return 0, "noemer", f"{COUNTS}, in de teller van de eigen categorie"
        case PerUnit():
            return 0, "noemer", COUNTS
        case Quantiles(value=name) | Diversity(column=name) if row[name] is None:
            return 2, "niet", f"leeg: {name}"
        case Rate(weight=str(name)) | Total(weight=name) | Mean(weight=name) if row[name] is None:
            return 2, "niet", f"leeg: {name}"
    return 0, "teller", COUNTS


# Why not -----------------------------------------------------------------------------------------


def _dropped(
    units: ir.Table, dataset: Dataset, keys: Sequence[str], absent: pl.DataFrame
) -> dict[tuple[str, ...], str]:
    """Key (as text) -> why the measure does not have it: the first step that left it out."""
    reasons: dict[tuple[str, ...], str] = {}
    left = absent
    for step in _steps(units.op(), dataset.id, keys):
        if left.is_empty():
            break
        before, after = (fetched(t.select(*keys).distinct()) for t in (step.before, step.after))
        gone = left.join(before, on=list(keys), how="semi", nulls_equal=True).join(
            after, on=list(keys), how="anti", nulls_equal=True
        )
        if gone.is_empty():
            continue
        failing = step.failing(keys)
        for row in gone.iter_rows(named=True):
            key = tuple(str(row[name]) for name in keys)
            reasons[key] = step.reason(failing.get(key, 0), row)
        left = left.join(gone.select(keys), on=list(keys), how="anti", nulls_equal=True)
    return reasons


@dataclass(frozen=True)
class _Step:
    """One step of a measure that can leave rows out. `conditions` is empty for a join."""

    before: ir.Table
    after: ir.Table
    conditions: tuple[ir.BooleanValue, ...]
    dataset: str
    joined: str = ""

    def failing(self, keys: Sequence[str]) -> dict[tuple[str, ...], int]:
        """Key (as text) -> the first condition that none of its rows meets."""
        if not self.conditions:
            return {}
        names = [f"_deel_{at}" for at in range(len(self.conditions))]
        parts = {
            name: part.fill_null(False) for name, part in zip(names, self.conditions, strict=True)
        }
        flags = (
            fetched(self.before.select(*keys, **parts))
            .group_by(list(keys))
            .agg(pl.col(names).any())
        )
        return {
            tuple(str(row[key]) for key in keys): next(
                (at for at, name in enumerate(names) if not row[name]), 0
            )
            for row in flags.iter_rows(named=True)
        }

    def reason(self, at: int, row: Mapping[str, Any]) -> str:
        if not self.conditions:
            return f"geen bijbehorende rij in {self.joined}"
        condition = conditions.Said.of(self.conditions[at].op(), self.dataset)
        return f"{OUT_OF_MEASURE}; {condition.failing}{condition.missing(row)}"


def _steps(node: ops.Relation, dataset: str, keys: Sequence[str]) -> list[_Step]:
    """The steps from the dataset to the measure that can leave rows out, in that order."""
    found: list[_Step] = []
    while not isinstance(node, ops.PhysicalTable):
        inner = _inner(node)
        if inner is None:
            return []
        if not set(keys) <= set(inner.schema.names):
            return []
        if isinstance(node, ops.Filter):
            every = tuple(p for c in node.predicates for p in conditions.parts(c.to_expr()))
            found.append(_Step(inner.to_expr(), node.to_expr(), every, dataset))
        elif isinstance(node, ops.JoinChain):
            strict = [link for link in node.rest if link.how in {"inner", "semi"}]
            if strict:
                names = ", ".join(sorted({t for link in strict for t in _tables(link.table)}))
                found.append(_Step(inner.to_expr(), node.to_expr(), (), dataset, names))
        node = inner
    return found[::-1] if node.name == dataset else []


def _inner(node: ops.Relation) -> ops.Relation | None:
    """The table a step is made of; of a union the first, whose rows are like the others'."""
    if isinstance(node, ops.JoinChain):
        return node.first.parent
    if isinstance(node, ops.Set):
        return node.left
    return getattr(node, "parent", None)


def _tables(node: ops.Relation) -> set[str]:
    return {table.name for table in node.find(ops.PhysicalTable)}
