"""The publication plan in words: every table that may ever be shown, with its definition.

Read from the plan and the declarations alone, so it is the same with and without a release.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pipelines.contracts import Contracts
from pipelines.metrics import categories
from pipelines.metrics import publication_plan as plans
from pipelines.metrics.metric import Metric


@dataclass(frozen=True)
class PlannedTable:
    """One table: the levels it is shown at; `breakdown` '' is without, `categories` its codes."""

    breakdown: str
    levels: tuple[str, ...]
    categories: tuple[str, ...]


@dataclass(frozen=True)
class PlannedMetric:
    """One metric of the plan. `threshold`: the smallest number of children that may show."""

    metric: str
    label: str
    definition: str
    numerator: str
    denominator: str
    kind: str
    threshold: int
    tables: tuple[PlannedTable, ...]


@dataclass(frozen=True)
class Published:
    """The whole plan, in the order of its file."""

    version: str
    rounding: int
    metrics: tuple[PlannedMetric, ...]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def plan(metrics: Mapping[str, Metric], contracts: Contracts) -> Published:
    """The plan that comes with the installed package. A category list that follows the data (a
    crossed cut, a cut without code list) may be empty here."""
    known = plans.load(metrics)
    names = dict.fromkeys(table.metric for table in known.tables)
    standard, heavy, rounding = (
        int(contracts.parameters[name].value) for name in ("drempel", "drempel_zwaar", "afronding")
    )
    return Published(
        known.version,
        rounding,
        tuple(
            PlannedMetric(
                metric=name,
                label=metrics[name].label_nl,
                definition=metrics[name].definition,
                numerator=metrics[name].numerator,
                denominator=metrics[name].denominator,
                kind=metrics[name].kind,
                threshold=heavy if metrics[name].threshold == "zwaar" else standard,
                tables=_tables(metrics[name], known, contracts),
            )
            for name in names
        ),
    )


def _tables(metric: Metric, known: plans.Plan, contracts: Contracts) -> tuple[PlannedTable, ...]:
    levels: dict[str, list[str]] = {}
    for table in known.of(metric.id):
        levels.setdefault(table.breakdown, []).append(table.level)
    return tuple(
        PlannedTable(
            breakdown,
            tuple(found),
            tuple(c.code for c in categories.of_breakdown(metric, breakdown, contracts))
            if breakdown
            else (),
        )
        for breakdown, found in levels.items()
    )
