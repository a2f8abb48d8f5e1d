"""Why a delivered row is no unit of the measure: the step of its table at which it was left out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import ibis.expr.operations as ops
import ibis.expr.types as ir
import polars as pl

from pipelines.contracts import Dataset
from pipelines.metrics import conditions
from pipelines.metrics.count.unit_records import fetched

OUT_OF_MEASURE = "valt buiten de telling"


def dropped(
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
