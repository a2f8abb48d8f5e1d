"""Counts of the same people are one system: what is hidden in one shows in no other.

`ZICHTLIJN_ATTACKS=500 pytest tests/privacy/test_people.py` attacks more registers (soak).
"""

from __future__ import annotations

import os

import polars as pl
import pytest
from people import Attacker, Cell, Counts, frames, responses, suspensions

from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.compute import Counted
from pipelines.release.components import Thresholds, protect
from pipelines.release.disclosure import build_component, protect_all

REGISTERS = int(os.environ.get("ZICHTLIJN_ATTACKS", "4"))
THRESHOLDS = Thresholds(5, 10, 5)


def counted(counts: Counts) -> list[Counted]:
    units = {measure: unit for measure, unit, _, _ in counts.figures.values()}
    return [Counted(measure, unit, 1, *frames(counts, measure)) for measure, unit in units.items()]


def released(counts: Counts) -> dict[Cell, int | None]:
    """What a reader sees of every cell."""
    shown: dict[Cell, int | None] = {}
    names = {(measure, deel): name for name, (measure, _, _, deel) in counts.figures.items()}
    for found in protect(counted(counts), METRICS, THRESHOLDS):
        for deel, level, area, number in (
            found.counted.cells.join(found.cells, on="cel")
            .select("deel", "niveau", "gebied", pl.col("gepubliceerd").cast(pl.Int64))
            .iter_rows()
        ):
            shown[names[found.counted.measure, deel], level, area] = number
    return shown


@pytest.mark.parametrize("seed", range(REGISTERS))
def test_nothing_about_the_same_pupils_can_be_worked_out(seed: int) -> None:
    counts = suspensions(seed)
    assert Attacker(counts, released(counts)).findings() == []


@pytest.mark.parametrize("seed", range(REGISTERS))
def test_nothing_about_who_answered_can_be_worked_out(seed: int) -> None:
    counts = responses(seed)
    assert Attacker(counts, released(counts)).findings() == []


def test_counts_that_are_protected_apart_give_each_other_away() -> None:
    """The attacker is worth its name: each count proved for itself, it finds what is between."""
    found = 0
    for seed in range(12):
        counts = suspensions(seed)
        shown: dict[Cell, int | None] = {}
        for name, (measure, *_) in counts.figures.items():
            cells, atoms, _ = frames(counts, measure)
            (alone,) = protect_all([build_component(name, cells, atoms, threshold=5)])
            for level, area, number in alone.cells.select(
                "niveau", "gebied", "gepubliceerd"
            ).iter_rows():
                shown[name, level, area] = number
        found += len(Attacker(counts, shown).findings())
    assert found > 0
