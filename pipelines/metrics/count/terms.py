"""The counts that a metric is made of: a numerator, a denominator, or one plain count."""

from __future__ import annotations

from dataclasses import dataclass

from ibis.common.deferred import Deferred

from pipelines.metrics.metric import (
    Count,
    Flow,
    Mean,
    Metric,
    PerUnit,
    Rate,
    Share,
    Split,
    Total,
)


@dataclass(frozen=True)
class Part:
    """A count that a metric needs: of which rows, and of which column the sum (None: units)."""

    metric: Metric
    deel: str
    weight: str | None
    test: Deferred | None

    @property
    def flag(self) -> str | None:
        """Name of its test; None where every row takes part."""
        return None if self.test is None else f"_{self.metric.id}_{self.deel}"

    @property
    def whole(self) -> bool:
        """The denominator of a split is not broken down: it is all units of the area."""
        return self.deel == "noemer" and self.metric.is_split


def of(metric: Metric) -> tuple[Part, ...]:
    """The parts of a metric that is counted cell by cell."""
    where = metric.where
    match metric.form:
        case Count() | Flow():
            return (Part(metric, "", None, where),)
        case PerUnit():
            return (Part(metric, "noemer", None, where),)
        case Total(weight=weight):
            return (Part(metric, "", weight, where),)
        case Rate(weight=weight):
            return (Part(metric, "teller", weight, where),)
        case Mean(weight=weight):
            return (Part(metric, "teller", weight, where), Part(metric, "noemer", None, where))
        case Split():
            return (Part(metric, "teller", None, where), Part(metric, "noemer", None, where))
        case Share(numerator=holds, weight=weight):
            both = holds if where is None else where & holds
            return (Part(metric, "teller", weight, both), Part(metric, "noemer", weight, where))
        case _:
            raise ValueError(f"{metric.id} is not counted cell by cell")
