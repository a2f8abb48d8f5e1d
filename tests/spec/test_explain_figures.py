"""Explaining a figure gives the numbers of its spec, and a reason for every row of its dataset."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
from engines import connected, share, tables
from test_metrics import COMMON, SPECS, read, with_norms

from pipelines import contracts
from pipelines.errors import UsageError
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.count.unit_records import fetched
from pipelines.metrics.explain.area import Area
from pipelines.metrics.explain.explanation import explain
from pipelines.metrics.metric import Context, Mean, Quotient, Rate, Summary, Total

AREAS = {"totaal", "gemeente", "vestiging"}


@pytest.mark.parametrize("file", share(SPECS, 5), ids=lambda p: p.stem)
def test_the_rows_add_up_to_the_figure(file: Path) -> None:
    spec = read(file)
    metric = METRICS[spec.metric]
    known = with_norms(contracts.load(), spec.settings.get("normen", ""))
    cells = {
        row["niveau"]: row  # one area of each level
        for row in reversed(spec.expected)
        if row["niveau"] in AREAS and not row.get("uitsplitsing")
    } or {"": {"schooljaar": spec.expected[0]["schooljaar"], "niveau": "totaal", "gebied": ""}}
    with connected("duckdb") as backend:
        made = tables(backend, known, read(COMMON).tables | spec.tables)
        context = Context(dt.date.fromisoformat(spec.settings["peildatum"]), known)
        if isinstance(metric.form, Quotient):
            with pytest.raises(UsageError, match=metric.form.denominator):
                explain(metric, made, list(made), context, "2024/2025", Area("totaal"))
            return
        for cell in cells.values():
            area = Area(cell["niveau"], cell["gebied"])
            try:
                told = explain(metric, made, list(made), context, cell["schooljaar"], area)
            except UsageError:
                assert cell.get("teller", "0") in {"", "0"}  # nothing to count in that year
                continue
            scale = metric.form.scale if isinstance(metric.form, Mean | Rate | Total) else 1
            if not isinstance(metric.form, Summary):
                for name, value in (("teller", told.numerator), ("noemer", told.denominator)):
                    if cell.get(name) and value is not None:
                        divided = scale if name == "teller" else 1
                        assert value == pytest.approx(float(cell[name]) / divided), (cell, name)
            if not told.traced:
                assert told.rows == ()
                continue
            assert all(row.reason for row in told.rows)
            if area.level == "totaal":
                whole = fetched(made[told.dataset]).height
                assert len(told.rows) == whole
