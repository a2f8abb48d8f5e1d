"""Every measure is an expression that Spark can run too, also where no Spark is installed.

This holds the translation only; that answers are equal is for `test_metrics.py`, once Spark is
among its engines.
"""

from __future__ import annotations

import datetime as dt

import ibis
import pytest
from engines import arrow
from ibis.backends.sql.compilers import PySparkCompiler
from ibis.config import Config

from pipelines import contracts
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.count.unit_records import expression
from pipelines.metrics.metric import Context, Measure
from pipelines.warehouse import school_days

MEASURES = {m.measure.id: m.measure for m in METRICS.values()}


class _Options(Config):
    """What ibis reads while it translates; the Spark backend itself would set it."""

    treat_nan_as_null: bool = False


@pytest.fixture
def spark_options() -> object:
    before = ibis.options.pyspark
    if before is None:
        ibis.options.pyspark = _Options()
    yield
    ibis.options.pyspark = before


@pytest.mark.usefixtures("spark_options")
@pytest.mark.parametrize("measure", MEASURES.values(), ids=lambda m: m.id)
def test_a_measure_translates_to_spark(measure: Measure) -> None:
    known = contracts.load()
    # The calendar is worked out from its datasets before there is an expression.
    unbound = {
        name: ibis.memtable(arrow(dataset, []))
        if name in school_days.DATASETS
        else ibis.table(ibis.Schema.from_pyarrow(arrow(dataset, []).schema), name=name)
        for name, dataset in known.datasets.items()
    }
    levels = [level for level in measure.levels if level != "totaal"]
    context = Context(dt.date(2025, 7, 31), known)
    query = expression(measure, ["schooljaar", *levels], {}, [], unbound, context)
    assert "SELECT" in PySparkCompiler().to_sqlglot(query).sql("spark")
