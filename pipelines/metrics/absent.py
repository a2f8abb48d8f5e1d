"""Why a figure is not shown at a level: a reason for every metric x level outside the plan.

`data_contracts/released/ontbreekt.yaml` holds the reasons, per measure and per metric. Together
with the publication plan it covers every metric x level: what is in neither, or in both, is
refused, so no absence goes unexplained and no reason outlives what it explained.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any, get_args

from pipelines import documents, suggest
from pipelines.errors import ContractError
from pipelines.metrics.metric import Level, Metric
from pipelines.metrics.publication_plan import Plan

FILE = "ontbreekt.yaml"
LEVELS: tuple[str, ...] = get_args(Level)


@dataclass(frozen=True)
class Absence:
    """A metric that is not shown at a level. `reason`: its code; `because`: one Dutch sentence;
    `meaningful`: whether the level means anything in what is delivered; `instead`: the metric that
    says the same in another form there, '' where none does."""

    metric: str
    level: str
    reason: str
    because: str
    meaningful: bool
    instead: str = ""


def load(metrics: Mapping[str, Metric], plan: Plan) -> tuple[Absence, ...]:
    """The absences that come with the installed package, in the order of the catalogue."""
    text = (files("data_contracts") / "released" / FILE).read_text("utf-8")
    return parse(text, metrics, plan)


def parse(text: str, metrics: Mapping[str, Metric], plan: Plan) -> tuple[Absence, ...]:
    """Read the reasons; raises ContractError for a name that does not exist, a metric x level in
    neither the plan nor the list, and a reason for what is in the plan."""
    document: Any = documents.read(text)
    reasons: dict[str, Any] = document["redenen"]
    by_measure = _listed(document, "per_maat", {m.measure.id for m in metrics.values()})
    by_metric = _listed(document, "per_metriek", set(metrics))
    instead: dict[str, str] = document.get("in_plaats") or {}
    for name in (*instead, *instead.values()):
        _known("metriek", name, metrics)
    used: set[tuple[str, str]] = set()
    found: list[Absence] = []
    for metric in metrics.values():
        planned = {table.level for table in plan.of(metric.id)}
        for level in LEVELS:
            given = [
                (name, listed[name][level])
                for name, listed in ((metric.id, by_metric), (metric.measure.id, by_measure))
                if level in listed.get(name, {})
            ]
            if level in planned:
                if given and given[0][0] == metric.id:
                    raise ContractError(
                        f"{FILE}: {metric.id} per {level} staat in het publicatieplan; haal de"
                        " reden weg."
                    )
                continue
            if not given:
                raise ContractError(
                    f"{FILE}: {metric.id} per {level} staat niet in het publicatieplan en heeft"
                    " geen reden."
                )
            name, code = given[0]
            used.add((name, level))
            reason = reasons[_known("reden", code, reasons)]
            because = " ".join(reason["zin"].split())
            other = instead.get(metric.id, "")
            shown = other if level in {table.level for table in plan.of(other)} else ""
            found.append(Absence(metric.id, level, code, because, reason["betekenis"], shown))
    _refuse_unused({**by_measure, **by_metric}, used)
    return tuple(found)


def _listed(document: Any, name: str, known: set[str]) -> dict[str, dict[str, str]]:
    listed: dict[str, dict[str, str]] = document.get(name) or {}
    for key, levels in listed.items():
        _known(name, key, sorted(known))
        for level in levels:
            _known("niveau", level, LEVELS)
    return listed


def _refuse_unused(listed: Mapping[str, Mapping[str, str]], used: set[tuple[str, str]]) -> None:
    left = [
        f"{name} per {level}"
        for name, levels in listed.items()
        for level in levels
        if (name, level) not in used
    ]
    if left:
        raise ContractError(f"{FILE}: hier ontbreekt niets meer: {', '.join(left)}.")


def _known(what: str, name: str, allowed: Any) -> str:
    names = list(allowed)
    if name in names:
        return name
    raise ContractError(f"{FILE}: onbekende {what} {name!r}. {suggest.hint(name, names)}")
