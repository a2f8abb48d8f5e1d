"""The publication plan, the released tables' contracts and the catalogue agree with each other."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from pipelines import contracts
from pipelines.errors import ContractError
from pipelines.metrics import categories, publication_plan
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.describe import describe_all
from pipelines.metrics.metric import Diversity, Metric, Quantiles, Quotient

ROOT = Path(__file__).parents[2]
RELEASED = sorted((ROOT / "data_contracts/released").glob("*.odcs.yaml"))
PLAN = publication_plan.load(METRICS)
KNOWN = contracts.load()
TABLES = {
    "release", "metrieken", "gebieden", "categorieen", "cellen", "bronnen", "effecten",
    "effect_reeks", "besparing", "besparing_balans", "besparing_gevoeligheid",
    "pilotbasis", "leveringen", "bevindingen", "bescherming",
}  # fmt: skip


def refused(text: str) -> str:
    with pytest.raises(ContractError) as problem:
        publication_plan.parse(text, METRICS)
    return str(problem.value)


def test_unknown_names_are_refused_with_near_ones() -> None:
    assert "smw_trajecten" in refused("tabellen:\n  smw_trajekten: {zonder: [totaal]}")
    assert "inzetsoort" in refused("tabellen:\n  smw_trajecten: {inzet_soort: [totaal]}")
    assert "gemeente" in refused("tabellen:\n  smw_trajecten: {zonder: [gemeentes]}")


def test_a_level_the_measure_does_not_have_is_refused() -> None:
    assert "wel: totaal, gemeente" in refused("tabellen:\n  jh_jeugdigen: {zonder: [vestiging]}")


def test_a_median_is_shown_on_its_one_level_only() -> None:
    assert "mediaan" in refused("tabellen:\n  smw_wachttijd: {zonder: [vestiging]}")
    two = "tabellen:\n  smw_wachttijd: {zonder: [gemeente], aanmelder: [gemeente]}"
    assert "kies één uitsplitsing" in refused(two)


@pytest.mark.parametrize(
    "text",
    ["", "versie: 1", "tabellen: []", "tabellen:\n  smw_trajecten: [totaal]",
     "tabellen:\n  smw_trajecten: {zonder: totaal}"],
)  # fmt: skip
def test_a_malformed_plan_is_refused(text: str) -> None:
    assert "publicatieplan.yaml" in refused(text)


def test_a_plan_must_name_every_metric() -> None:
    assert "smw_leerlingen" in refused("tabellen:\n  smw_trajecten: {zonder: [totaal]}")


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda m: m.id)
def test_every_declared_cut_is_in_the_plan(metric: Metric) -> None:
    """A median has one table, so that no two of them overlap."""
    planned = {t.breakdown for t in PLAN.of(metric.id)}
    if isinstance(metric.form, Quantiles | Diversity):
        assert len(planned) == 1
    else:
        assert set(metric.breakdowns) <= planned


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda m: m.id)
def test_a_declaration_is_complete(metric: Metric) -> None:
    assert metric.definition.endswith(".")
    assert metric.definition_en.endswith(".")
    assert metric.definition[0].isupper()
    without = ("aantal", "bedrag", "stroom", "spreiding")
    assert (metric.denominator != "") == (metric.kind not in without)
    assert set(metric.datasets) <= set(KNOWN.datasets)
    if metric.norm:
        assert metric.norm in KNOWN.parameters
    if isinstance(metric.form, Quotient):
        assert {metric.form.numerator, metric.form.denominator} <= set(METRICS)
    if metric.measure.public:
        assert metric.threshold == "standaard"
    elif isinstance(metric.form, Quantiles) or metric.unit.startswith("euro"):
        assert metric.threshold == "zwaar"


@pytest.mark.parametrize("metric", METRICS.values(), ids=lambda m: m.id)
def test_every_cut_has_categories_with_labels(metric: Metric) -> None:
    for breakdown in metric.breakdowns:
        found = categories.of_breakdown(metric, breakdown, KNOWN)
        if breakdown == "samenwerkingsverband":  # a name, that is its own label
            assert [c.code for c in found] == ["onbekend"]
            continue
        assert len(found) > 2
        assert len({c.code for c in found}) == len(found)
        assert all(c.label_nl and c.label_en for c in found)


def test_an_unknown_cut_is_named() -> None:
    with pytest.raises(ContractError, match="rol, inzetsoort, werkvorm"):
        METRICS["smw_trajecten"].columns_of("aanbieder")


def test_described_metrics_have_the_columns_of_the_released_table() -> None:
    described = describe_all(METRICS, KNOWN)
    json.dumps(described)
    columns = {c["name"] for c in table(ROOT / "data_contracts/released/metrieken.odcs.yaml")}
    assert all(columns <= set(d) for d in described)
    norm = next(d for d in described if d["id"] == "smw_binnen_norm")
    assert (norm["norm"], norm["norm_eenheid"]) == (14.0, "kalenderdagen")


def table(file: Path) -> list[dict[str, Any]]:
    columns: list[dict[str, Any]] = yaml.safe_load(file.read_text("utf-8"))["schema"][0][
        "properties"
    ]
    return columns


def test_every_released_table_has_a_contract() -> None:
    assert {f.name.removesuffix(".odcs.yaml") for f in RELEASED} == TABLES


@pytest.mark.parametrize("file", RELEASED, ids=lambda f: f.name)
def test_a_released_contract_is_valid_and_described(file: Path) -> None:
    schema = json.loads((files("open_data_contract_standard") / "schema.json").read_text("utf-8"))
    jsonschema.Draft201909Validator(schema).validate(yaml.safe_load(file.read_text("utf-8")))
    columns = table(file)
    assert all(c["description"].endswith(".") and c["businessName"] for c in columns)
    assert len({c["name"] for c in columns}) == len(columns)
    positions = [c["primaryKeyPosition"] for c in columns if c.get("primaryKey")]
    assert sorted(positions) == list(range(1, len(positions) + 1))
    assert not any(c["name"].startswith(("leerling_id", "traject_id")) for c in columns)
