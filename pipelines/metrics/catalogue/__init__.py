"""Every metric, one module per theme; `METRICS` maps id to declaration in catalogue order."""

from __future__ import annotations

from collections.abc import Mapping

from pipelines.metrics.catalogue import bereik
from pipelines.metrics.metric import Metric

METRICS: Mapping[str, Metric] = {m.id: m for theme in (bereik,) for m in theme.METRICS}
