"""A metric as a plain dictionary, for `zichtlijn metrics --json` and the release."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pipelines.contracts import Contracts
from pipelines.metrics.metric import Metric, Quantiles


def describe(metric: Metric, contracts: Contracts) -> dict[str, Any]:
    """Names as in the released table `metrieken`, with the breakdowns and the threshold beside it.

    The norm is a number with its unit and source; all three are empty where there is none.
    `klasse`: how many whole numbers of its unit a published value stands for.
    """
    norm = contracts.parameters[metric.norm] if metric.norm else None
    return {
        "id": metric.id,
        "thema": metric.theme,
        "label_nl": metric.label_nl,
        "label_en": metric.label_en,
        "definitie": metric.definition,
        "definitie_en": metric.definition_en,
        "eenheid": metric.unit,
        "soort": metric.kind,
        "teller": metric.numerator,
        "noemer": metric.denominator,
        "richting": metric.direction,
        "norm": norm.value if norm else None,
        "norm_eenheid": norm.unit if norm else "",
        "norm_bron": norm.source if norm else "",
        "klasse": metric.form.width if isinstance(metric.form, Quantiles) else 1,
        "datasets": list(metric.datasets),
        "systeem": metric.system,
        "versie": metric.version,
        "geldig_vanaf": metric.valid_from.isoformat(),
        "geldig_tot": metric.valid_to.isoformat() if metric.valid_to else None,
        "uitsplitsingen": list(metric.breakdowns),
        "drempel": metric.threshold,
        "telling": type(metric.form).__name__,
        "meeteenheid": metric.measure.unit,
    }


def describe_all(metrics: Mapping[str, Metric], contracts: Contracts) -> list[dict[str, Any]]:
    """Every metric, in catalogue order."""
    return [describe(metric, contracts) for metric in metrics.values()]
