"""Whether a definition holds on a day: the law changes what a figure means."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pipelines.metrics.metric import Metric

Status = Literal["geldig", "vervallen", "nog niet geldig"]


def status(metric: Metric, day: dt.date) -> Status:
    """Of the definition, not of what was delivered."""
    if day < metric.valid_from:
        return "nog niet geldig"
    if metric.valid_to is not None and day > metric.valid_to:
        return "vervallen"
    return "geldig"
