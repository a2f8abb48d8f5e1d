"""The plan that `zichtlijn plan` prints is the plan that is counted."""

from __future__ import annotations

import json

import pytest

from pipelines import contracts
from pipelines.cli import figures
from pipelines.metrics import publication_plan as plans
from pipelines.metrics.catalogue import METRICS
from pipelines.release import planned


def test_every_table_of_the_plan_is_told_and_no_other() -> None:
    told = {
        (metric.metric, level, table.breakdown)
        for metric in planned.plan(METRICS, contracts.load()).metrics
        for table in metric.tables
        for level in table.levels
    }
    counted = {(t.metric, t.level, t.breakdown) for t in plans.load(METRICS).tables}
    assert told == counted


def test_every_metric_says_what_it_is_and_from_how_many_children_it_shows() -> None:
    found = planned.plan(METRICS, contracts.load()).metrics
    assert {m.metric for m in found} == set(METRICS)
    assert all(m.definition and m.label and m.tables for m in found)
    assert {m.threshold for m in found} == {5, 10}


def test_the_command_gives_one_document(capsys: pytest.CaptureFixture[str]) -> None:
    assert figures.publication_plan(as_json=True) == 0
    out = capsys.readouterr()
    told = json.loads(out.out)
    assert out.err == ""
    assert {"version", "rounding", "metrics"} == set(told)
    cut = next(t for m in told["metrics"] for t in m["tables"] if t["breakdown"] == "geslacht")
    assert cut["levels"]
    assert cut["categories"]


def test_the_command_reads_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    assert figures.publication_plan() == 0
    out = capsys.readouterr()
    assert "smw_trajecten" in out.out
    assert "wat hier niet staat" in out.err
