"""The delivered rows of a dataset with, for each, whether it counts and if not why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import ibis
import ibis.expr.types as ir
import polars as pl

from pipelines.contracts import Dataset
from pipelines.metrics import conditions
from pipelines.metrics.count.unit_records import fetched
from pipelines.metrics.explain.area import Area, in_area
from pipelines.metrics.explain.dropped import OUT_OF_MEASURE, dropped
from pipelines.metrics.explain.flags import Flags
from pipelines.metrics.metric import (
    Difference,
    Diversity,
    Mean,
    Metric,
    PerUnit,
    Quantiles,
    Rate,
    Share,
    Split,
    Tables,
    Total,
)

Verdict = Literal["teller", "noemer", "niet"]


DELIVERY = "_levering"


COUNTS = "telt mee"


@dataclass(frozen=True)
class Row:
    """One delivered row: where it is, whether it counts, and why."""

    delivery: str
    key: str
    verdict: Verdict
    reason: str


def rows(
    metric: Metric,
    dataset: Dataset,
    tables: Tables,
    units: ir.Table,
    found: pl.DataFrame,
    flags: Flags,
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
    left_out = dropped(units, dataset, keys, absent.filter(pl.col("_jaren").is_null()))
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
            reason = left_out.get(place[1:], OUT_OF_MEASURE)
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
    placed = in_area(units, area).select(*dataset.keys).distinct()
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
    flags: Flags,
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
    metric: Metric, row: Mapping[str, Any], flags: Flags, empty: set[str]
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
