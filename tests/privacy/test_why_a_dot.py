"""Why a figure has no number, as an exit: it says nothing that the release does not show already.

What is told of a hidden cell is worked out again from a release in which that cell, and every other
without a number, was never written: the same, so no hidden cell told anything.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from dashboard.access.scope import EVERYTHING, Scope
from dashboard.exhibits import hidden, tables
from dashboard.release import opening, released
from dashboard.release.released import Released
from dashboard.render import markup
from pipelines.release import lookup
from tests.browser.fixture_release import build

WITHOUT = "SELECT * FROM cellen WHERE status <> 'zichtbaar' ORDER BY ALL"
SCHOOL = "SELECT code FROM gebieden WHERE niveau = 'vestiging' ORDER BY 1 LIMIT 1"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    build(tmp_path)
    yield tmp_path
    released._answer.cache_clear()
    opening.whole.cache_clear()


def served(home: Path, scope: Scope = EVERYTHING) -> Released:
    found = released.of(home, scope)
    assert found is not None
    return found


def test_hidden_cells_tell_nothing(home: Path) -> None:
    whole = served(home)
    rows = whole.query(WITHOUT).to_dicts()
    said = [hidden.why(whole, row) for row in rows]
    opening.whole.cache_clear()
    with duckdb.connect(str(whole.path)) as con:
        con.execute("DELETE FROM cellen WHERE status <> 'zichtbaar'")
    pointer = home / released.POINTER
    told = json.loads(pointer.read_text("utf-8"))
    opening.checksum.cache_clear()
    told["sha256"] = opening.checksum(whole.path, (0, 0))
    pointer.write_text(json.dumps(told), "utf-8")
    bare = served(home)
    assert not bare.query(WITHOUT).height
    assert [hidden.why(bare, row) for row in rows] == said
    assert len(rows) > 500


def test_every_hidden_cell_has_one_and_the_same_reason(home: Path) -> None:
    """For itself or for another: whoever asks hears the same."""
    whole = served(home)
    rows = [r for r in whole.query(WITHOUT).to_dicts() if r["status"] == "afgeschermd"]
    changed = [{**row, "reden": "Te klein van zichzelf."} for row in rows]
    said = {hidden.why(whole, row).split(" Wel te zien")[0] for row in [*rows, *changed]}
    assert len(said) == 1
    assert {hidden.why(whole, row) for row in changed} == {hidden.why(whole, row) for row in rows}


def test_what_is_near_is_shown_as_it_stands_in_the_release(home: Path) -> None:
    whole = served(home)
    shown = whole.query("SELECT DISTINCT waarde FROM cellen WHERE status = 'zichtbaar'")
    values = {f"{value:.10g}".replace(".", ",") for value in shown["waarde"].drop_nulls()}
    metrics = whole.query("SELECT DISTINCT metriek FROM cellen").to_series().to_list()
    opening.whole.cache_clear()  # DuckDB opens a file in one way at a time
    near = 0
    for metric in metrics:
        found = lookup.show(home, metric)
        for row, instead in zip(found.rows, found.instead, strict=True):
            status = dict(zip(lookup.COLUMNS, row, strict=True))["status"]
            assert not (instead and status == "zichtbaar")
            if instead:
                near += 1
                assert instead.removesuffix(".").rpartition(": ")[2] in values
    assert near > 50


def test_who_reads_one_school_hears_of_no_other_place(home: Path) -> None:
    code = served(home).query(SCHOOL).item()
    mine = served(home, Scope((("vestiging", "eigen"),), (("vestiging", code),), frozenset()))
    for row in mine.query(WITHOUT).to_dicts():
        near = hidden.why(mine, row)
        assert "Wel te zien" not in near or "zonder uitsplitsing" in near


def test_a_click_is_there_for_every_dot_of_a_table(home: Path) -> None:
    whole = served(home)
    metric = whole.metrics["sch_per_1000"]
    rows = whole.by_area("sch_per_1000", whole.years[0], "vestiging").to_dicts()
    table = tables.of_cells(metric, rows, [str(row["label"]) for row in rows], "School", "Scholen")
    shown = markup.table(table, told=hidden.told(whole, rows))
    without = [row for row in rows if row["status"] != "zichtbaar"]
    assert len(without) > 3
    assert shown.count("<details") == len(without)
    assert "<details" not in markup.table(table)
