"""Every delivery of the demo taken away in turn: a number is the same, or it says why it differs.

A few telling ones in `make test`; `make soak` does them all (ZICHTLIJN_LEVERINGEN=alle).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.conftest import DemoRun
from tests.soak import removal
from tests.soak.removal import Told

pytestmark = pytest.mark.xdist_group("demo")

WHOLE = os.environ.get("ZICHTLIJN_LEVERINGEN") == "alle"
TELLING = ("gemeente-veenmark_jeugdhulp_2024-2025.csv", "havenlicht_schorsingen_2021-2025.xlsx")


@pytest.fixture(scope="module")
def register(
    demo_run: DemoRun, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[duckdb.DuckDBPyConnection, Told]]:
    """A copy of the demo's warehouse, and what it counts up to."""
    copy = tmp_path_factory.mktemp("weggehaald") / "magazijn.duckdb"
    shutil.copy(demo_run.workdir / "magazijn.duckdb", copy)
    with duckdb.connect(str(copy)) as con:
        yield con, removal.counted(con, removal.years_of(con), whole=WHOLE)


def test_a_number_without_a_delivery_is_the_same_or_says_why(
    register: tuple[duckdb.DuckDBPyConnection, Told],
) -> None:
    con, before = register
    years = removal.years_of(con)
    listed = removal.deliveries(con)
    chosen = [(d, file) for d, file in listed if WHOLE or Path(file).name in TELLING]
    assert len(chosen) == (len(listed) if WHOLE else len(TELLING))
    silent: dict[str, list[removal.Key]] = {}
    for delivery, file in chosen:
        with removal.without(con, delivery):
            after = removal.counted(con, years, whole=WHOLE)
        assert after.values != before.values or "tarieven" in file or "gebieden" in file, file
        if found := removal.unexplained(before, after):
            silent[file] = found[:5]
    assert not silent
