"""The Great Expectations suite of a delivery: a second, independent count and the audit record.

Built from the same checks as the quarantine and run over the same staged rows. Great Expectations
is imported here only, and only when a suite runs, since that takes seconds.

GX has no official DuckDB support. It works through duckdb-engine when two things are mended from
outside: GX gives the connection back before it reads rows (so begin, commit and rollback do
nothing: validation only reads), and it must look at our connection, where the staged rows live in
memory. `_dialect` does both, under the name that GX expects.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import count
from typing import Any

import duckdb

from pipelines.sql import quoted
from pipelines.validate import data_docs
from pipelines.validate.check import ROWS, Check

DOCS = "data_docs"  # of a record
SUITE_TABLE = "gx_rijen"  # view of the staged rows in the default schema, where GX looks

_COUNTS = frozenset(
    {
        "element_count",
        "unexpected_count",
        "unexpected_percent",
        "unexpected_percent_nonmissing",
        "unexpected_percent_total",
        "missing_count",
        "missing_percent",
        "observed_value",
    }
)

_connections: dict[str, duckdb.DuckDBPyConnection] = {}
_sources: dict[str, Any] = {}  # of the connection that was looked at last: making one takes a while
_serial = count(1)


@dataclass(frozen=True)
class SuiteResult:
    """Failing rows per check id as GX counted them; `crashed`: check id -> why it could not run.

    `record` is GX's own validation result as a JSON-ready mapping, without values of rows; under
    `DOCS` is the page that GX makes of it.
    """

    counts: Mapping[str, int]
    crashed: Mapping[str, str]
    record: Mapping[str, Any]


def run(
    con: duckdb.DuckDBPyConnection, staged: str, checks: Sequence[Check], name: str
) -> SuiteResult:
    """Run the suite over the table `staged`; checks that could not be judged are left out."""
    gx = _great_expectations()
    judged = [c for c in checks if not c.could_not_run]
    con.execute(f"CREATE OR REPLACE TEMP VIEW {SUITE_TABLE} AS SELECT * FROM {staged}")
    try:
        suite = gx.ExpectationSuite(
            name=name, expectations=[_expectation(check, _expectations()) for check in judged]
        )
        result = _rows(con, name, gx).get_batch().validate(suite, result_format="BASIC")
    finally:
        con.execute(f"DROP VIEW IF EXISTS {SUITE_TABLE}")
    return _summarised(result, name)


def _rows(con: duckdb.DuckDBPyConnection, name: str, gx: Any) -> Any:
    """The staged rows as GX calls them: a batch definition over the view, made once per dataset."""
    if con not in _connections.values():
        key = f"zichtlijn-{next(_serial)}"
        context = gx.get_context(mode="ephemeral")
        context.variables.progress_bars = {"globally": False, "metric_calculations": False}
        _connections.clear()
        _sources.clear()
        _connections[key] = con
        _sources[""] = context.data_sources.add_sql(
            key, connection_string=f"duckdb:///{key}", create_temp_table=False
        )
    if name not in _sources:
        asset = _sources[""].add_query_asset(name, query=f"SELECT * FROM {SUITE_TABLE}")
        _sources[name] = asset.add_batch_definition_whole_table("alles")
    return _sources[name]


def _expectation(check: Check, made: Mapping[str, Any]) -> Any:
    """The built-in expectation where GX has one that is right on DuckDB, else the SQL itself."""
    common = {
        "meta": {"regel": check.id},
        "severity": "critical" if check.severity == "fout" else "warning",
        "description": check.message,
    }
    column = check.columns[0]
    if check.sort == "verplicht" and check.fails == f"{quoted(column)} IS NULL":
        return made["ExpectColumnValuesToNotBeNull"](column=column, **common)
    if check.allowed:
        return made["ExpectColumnValuesToBeInSet"](
            column=column, value_set=list(check.allowed), **common
        )
    if check.sort == "bereik":
        return made["ExpectColumnValuesToBeBetween"](
            column=column, min_value=check.bounds[0], max_value=check.bounds[1], **common
        )
    predicate = check.fails.replace(ROWS, SUITE_TABLE)
    return made["UnexpectedRowsExpectation"](
        unexpected_rows_query=(
            f"SELECT _rij FROM (SELECT * FROM {{batch}}) r WHERE {_braced(predicate)}"
        ),
        **common,
    )


def _braced(predicate: str) -> str:
    """GX formats the query: braces of ours (regular expressions, lists) are doubled."""
    return predicate.replace("{", "{{").replace("}", "}}")


def _summarised(result: Any, name: str) -> SuiteResult:
    counts: dict[str, int] = {}
    crashed: dict[str, str] = {}
    for item in result.results:
        rule = item.expectation_config.meta["regel"]
        raised = _exception(item.exception_info)
        if raised:
            crashed[rule] = raised
        elif "unexpected_count" in item.result:
            counts[rule] = int(item.result["unexpected_count"])
        else:
            counts[rule] = int(item.result["observed_value"])
    record: dict[str, Any] = {
        "geslaagd": bool(result.success),
        "verwachtingen": [
            {
                "regel": item.expectation_config.meta["regel"],
                "soort": item.expectation_config.type,
                "geslaagd": bool(item.success),
                "aantal": counts.get(item.expectation_config.meta["regel"]),
            }
            for item in result.results
        ],
    }
    if not crashed:
        record[DOCS] = data_docs.page(_rendered(result), f"Tweede telling van {name}")
    return SuiteResult(counts, crashed, record)


def _rendered(result: Any) -> str:
    """GX's page about a result, after the values of rows are taken out of it."""
    for item in result.results:
        item.result = {key: value for key, value in item.result.items() if key in _COUNTS}
    renderer, view = _docs_makers()
    return str(view.render(renderer.render(result)))


@cache
def _docs_makers() -> tuple[Any, Any]:
    """Kept, since the view compiles its templates once."""
    from great_expectations.render.renderer.page_renderer import ValidationResultsPageRenderer
    from great_expectations.render.view.view import DefaultJinjaPageView

    return ValidationResultsPageRenderer(run_info_at_end=True), DefaultJinjaPageView()


def _exception(info: Mapping[str, Any] | None) -> str:
    """GX reports one exception flatly, or one per metric; the text may hold values: name only."""
    if not info:
        return ""
    entries = [info] if "raised_exception" in info else [v for v in info.values() if v]
    for entry in entries:
        if entry.get("raised_exception"):
            return "Great Expectations kon deze controle niet uitvoeren"
    return ""


@cache
def _great_expectations() -> Any:
    """Import GX once, without telemetry, with our dialect in place."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import great_expectations as gx
        from sqlalchemy.dialects import registry

        _dialect()
    registry.register("duckdb", __name__, "DuckDBForExpectations")
    return gx


_USED = (
    "ExpectColumnValuesToNotBeNull",
    "ExpectColumnValuesToBeInSet",
    "ExpectColumnValuesToBeBetween",
    "UnexpectedRowsExpectation",
)


@cache
def _expectations() -> Mapping[str, Any]:
    """GX's own expectations, which write themselves out once instead of for every key.

    GX asks an expectation for its configuration dozens of times in a validation, and works it out
    each time. What is kept is forgotten as soon as anything of it is set.
    """
    gx = _great_expectations()
    from great_expectations.compatibility.pydantic import PrivateAttr

    made: dict[str, Any] = {}
    logger = logging.getLogger("great_expectations.expectations.registry")
    logger.disabled = True  # it warns that an expectation is declared again, which is what we do
    try:
        for name in _USED:
            usual = getattr(gx.expectations, name)

            def configuration(self: Any, usual: Any = usual) -> Any:
                if self._told is None:
                    self._told = usual.configuration.fget(self)
                return self._told

            def set_one(self: Any, key: str, value: Any, usual: Any = usual) -> None:
                usual.__setattr__(self, key, value)
                if key != "_told":
                    self._told = None

            body = {
                "__module__": __name__,
                "__doc__": usual.__doc__,
                "_told": PrivateAttr(default=None),
                "configuration": property(configuration),
                "__setattr__": set_one,
            }
            made[name] = type(usual)(name, (usual,), body)
    finally:
        logger.disabled = False
    return made


def _dialect() -> None:
    import duckdb_engine

    class DuckDBForExpectations(duckdb_engine.Dialect):
        """duckdb-engine on a connection that is already open, read without transactions."""

        supports_statement_cache = True

        def connect(self, *args: Any, **kwargs: Any) -> Any:
            key = str(kwargs.get("database", args[0] if args else ""))
            return duckdb_engine.ConnectionWrapper(_connections[key])

        def do_begin(self, dbapi_connection: Any) -> None: ...

        def do_commit(self, dbapi_connection: Any) -> None: ...

        def do_rollback(self, dbapi_connection: Any) -> None: ...

        def do_close(self, dbapi_connection: Any) -> None: ...

    globals()["DuckDBForExpectations"] = DuckDBForExpectations
