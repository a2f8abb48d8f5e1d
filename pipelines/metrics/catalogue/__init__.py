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


METRICS: Mapping[str, Metric] = _by_id(m for theme in _THEMES for m in theme.METRICS)
