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

from pipelines.metrics.catalogue import METRICS
from tests.conftest import DemoRun
from tests.soak import removal
from tests.soak.removal import Register, Told

pytestmark = pytest.mark.xdist_group("demo")

WHOLE = os.environ.get("ZICHTLIJN_LEVERINGEN") == "alle"
TELLING = ("gemeente-veenmark_jeugdhulp_2024-2025.csv", "havenlicht_schorsingen_2021-2025.xlsx")


@pytest.fixture(scope="module")
def register(demo_run: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Register]:
    """A copy of the demo's warehouse."""
    copy = tmp_path_factory.mktemp("weggehaald") / "magazijn.duckdb"
    shutil.copy(demo_run.workdir / "magazijn.duckdb", copy)
    with duckdb.connect(str(copy)) as con:
        yield Register.of(con)


def test_a_number_without_a_delivery_is_the_same_or_says_why(register: Register) -> None:
    chosen = [d for d in register.deliveries if WHOLE or Path(d[2]).name in TELLING]
    assert len(chosen) == (len(register.deliveries) if WHOLE else len(TELLING))
    before: Told | None = register.counted(METRICS, register.whole) if WHOLE else None
    silent: dict[str, list[removal.Key]] = {}
    for delivery, dataset, file in chosen:
        with register.without(delivery, dataset) as covered:
            touched = register.touched(dataset, covered)
            after = register.counted(touched, covered)
        own = before.of(touched) if before else register.counted(touched, register.whole)
        # Names of areas are no figures; pilots, scores and tariffs are in effects alone.
        assert after.values != own.values or dataset == "gebieden" or not touched, file
        if found := removal.unexplained(own, after, dataset):
            silent[file] = found[:5]
    assert not silent


@pytest.mark.skipif(not WHOLE, reason="vijf seconden per levering: alleen in make soak")
def test_an_effect_without_a_delivery_is_the_same_or_says_why(register: Register) -> None:
    before = removal.estimated(register, register.whole)
    silent: dict[str, list[removal.Key]] = {}
    for delivery, dataset, file in register.deliveries:
        with register.without(delivery, dataset) as covered:
            after = removal.estimated(register, covered)
        if found := removal.unexplained_effects(before, after, dataset):
            silent[file] = found[:5]
    assert not silent
