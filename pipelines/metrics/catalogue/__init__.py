"""Every metric, one module per theme; `METRICS` maps id to declaration in catalogue order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipelines.errors import ContractError
from pipelines.metrics.catalogue import (
    bereik,
    doorgaande_lijnen,
    inzet,
    jeugdhulp,
    proces,
    resultaat,
    samenwerking,
    schorsingen,
    termijnen,
    thuiszitters,
    verwijzingen,
)
from pipelines.metrics.metric import Metric

_THEMES = (
    bereik,
    proces,
    resultaat,
    verwijzingen,
    inzet,
    schorsingen,
    thuiszitters,
    samenwerking,
    doorgaande_lijnen,
    jeugdhulp,
)


def _by_id(metrics: Iterable[Metric]) -> Mapping[str, Metric]:
    found: dict[str, Metric] = {}
    for metric in metrics:
        if metric.id in found:
            raise ContractError(f"Er zijn twee metrieken met de naam {metric.id}.")
        found[metric.id] = metric
    return found


def _in_order() -> Iterable[Metric]:
    """By theme; waiting and duration within terms stand with the theme that they are of."""
    for theme in _THEMES:
        yield from theme.METRICS
        yield from (m for m in termijnen.METRICS if m.theme == theme.METRICS[0].theme)


METRICS: Mapping[str, Metric] = _by_id(_in_order())
