"""The publication plan: which tables of which metric may ever be shown.

`data_contracts/released/publicatieplan.yaml` names, per metric, the levels without a breakdown
(`zonder`) and per breakdown. What is not in the plan is never counted, so never shown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from importlib.resources import files
from typing import Any, get_args

from pipelines import documents, suggest
from pipelines.errors import ContractError
from pipelines.metrics.metric import Diversity, Level, Metric, Quantiles, Summary

PLAN_FILE = "publicatieplan.yaml"
NO_BREAKDOWN = "zonder"


@dataclass(frozen=True)
class PlanTable:
    """One table: a metric at a level, with or without a breakdown ('' is without)."""

    metric: str
    level: str
    breakdown: str


@dataclass(frozen=True)
class Plan:
    """Every table that may be shown, in the order of the file."""

    version: str
    tables: tuple[PlanTable, ...]

    def of(self, metric: str) -> tuple[PlanTable, ...]:
        return tuple(t for t in self.tables if t.metric == metric)


@dataclass(frozen=True)
class Recalled:
    """What is counted, and not shown: tables that an earlier release had.

    `tables` are those that the plan does not have. `areas`: a level under a name of its own -> the
    level it was, and the area that each school was in then, where areas have changed since.
    """

    tables: tuple[PlanTable, ...] = ()
    areas: Mapping[str, tuple[str, Mapping[str, str]]] = field(default_factory=dict)


NOTHING_RECALLED = Recalled()


def load(metrics: Mapping[str, Metric]) -> Plan:
    """The plan that comes with the installed package, checked against the catalogue."""
    text = (files("data_contracts") / "released" / PLAN_FILE).read_text("utf-8")
    return parse(text, metrics)


def parse(text: str, metrics: Mapping[str, Metric]) -> Plan:
    """Read a plan; a metric, breakdown or level that does not exist is refused by name."""
    document: Any = documents.read(text)
    if not isinstance(document, dict) or not isinstance(document.get("tabellen"), dict):
        raise ContractError(f"{PLAN_FILE}: er is geen lijst 'tabellen'.")
    listed: dict[str, Any] = document["tabellen"]
    tables: list[PlanTable] = []
    for name, breakdowns in listed.items():
        metric = metrics[_known("metriek", str(name), metrics)]
        if not isinstance(breakdowns, dict):
            raise ContractError(f"{PLAN_FILE}: onder {name} hoort per uitsplitsing een lijst.")
        for breakdown, levels in breakdowns.items():
            if not isinstance(levels, list):
                raise ContractError(f"{PLAN_FILE}: {name}, {breakdown}: hier hoort een lijst.")
            tables += (_table(metric, str(breakdown), str(level)) for level in levels)
        if isinstance(metric.form, Quantiles | Diversity) and len(breakdowns) > 1:
            raise ContractError(
                f"{PLAN_FILE}: {metric.id} is geen som van cellen, zoals een mediaan: kies één"
                " uitsplitsing, want tabellen die elkaar overlappen zijn samen te herleiden."
            )
    missing = [name for name in metrics if name not in listed]
    if missing:
        raise ContractError(f"{PLAN_FILE}: deze metrieken ontbreken: {', '.join(missing)}.")
    return Plan(version=str(document.get("versie", "")), tables=tuple(dict.fromkeys(tables)))


def _table(metric: Metric, breakdown: str, level: str) -> PlanTable:
    where = f" bij {metric.id}"
    known = _known("uitsplitsing", breakdown, (NO_BREAKDOWN, *metric.breakdowns), where)
    _known("niveau", level, get_args(Level), where)
    if level not in metric.measure.levels:
        allowed = ", ".join(metric.measure.levels)
        raise ContractError(
            f"{PLAN_FILE}: {metric.id} is niet per {level} te tellen; wel: {allowed}."
        )
    if isinstance(metric.form, Summary) and level != metric.form.level:
        raise ContractError(
            f"{PLAN_FILE}: {metric.id} is geen som van cellen, zoals een mediaan, en kan alleen"
            f" op het niveau {metric.form.level} worden getoond."
        )
    return PlanTable(metric.id, level, "" if known == NO_BREAKDOWN else known)


def _known(what: str, name: str, allowed: Iterable[str], where: str = "") -> str:
    names = list(allowed)
    if name in names:
        return name
    raise ContractError(
        f"{PLAN_FILE}: onbekende {what} {name!r}{where}. {suggest.hint(name, names)}"
    )
