"""What an attacker can do with a protected release: nothing.

`ZICHTLIJN_ATTACKS=500 pytest tests/privacy/test_attack.py` attacks more registers (soak).
"""

from __future__ import annotations

import os
from functools import lru_cache

import numpy as np
import polars as pl
import pytest
from attack import KEY, Attack, Register, count, made_up_register

from pipelines.release import disclosure

REGISTERS = int(os.environ.get("ZICHTLIJN_ATTACKS", "20"))
SLACK = 1e-6

# One worker, so that a register is protected once, whoever attacks it.
pytestmark = pytest.mark.xdist_group("attack")


@lru_cache(maxsize=64)
def _release(
    seed: int, threshold: int
) -> tuple[Register, pl.DataFrame, pl.DataFrame, disclosure.Protection]:
    """(a made-up register, what a reader sees of it, the truth, the protection)."""
    register = made_up_register(seed)
    cells, atoms = count(register)
    component = disclosure.build_component(
        "proef",
        cells,
        atoms,
        threshold=threshold,
        complement=register.ratio,
        all_share=register.ratio,
    )
    (protection,) = disclosure.protect_all([component])
    published = protection.cells.select(*KEY, "deel", getoond="gepubliceerd")
    return register, published, cells, protection


@pytest.mark.parametrize("seed", range(REGISTERS))
def test_nothing_hidden_can_be_worked_out(seed: int) -> None:
    threshold = 10 if seed % 5 == 4 else 5
    register, published, cells, protection = _release(seed, threshold)
    attack = Attack.on(register, published, threshold, 5)
    truth = cells["aantal"].to_list()
    reasons = protection.cells["reden"].to_list()
    place = {key: i for i, key in enumerate(attack.keys)}
    for cell in attack.hidden.tolist():
        low, high = attack.bounds(cell)
        assert low - SLACK <= truth[cell] <= high + SLACK, "the truth is ruled out"
        if reasons[cell] == "eerst" and 0 < truth[cell] < threshold:
            assert low < SLACK, "zero can be ruled out"
            assert high > threshold - SLACK, "T can be ruled out"
        *key, part = attack.keys[cell]
        if part != "teller":
            continue
        noemer = place[(*key, "noemer")]
        rest = truth[noemer] - truth[cell]
        if 0 < rest < threshold and truth[cell]:
            low, high = attack.complement(cell, noemer)
            assert low < SLACK, "an empty complement can be ruled out"
            assert high > threshold - SLACK, "T can be ruled out"
        if rest == 0 and truth[cell]:
            assert attack.complement(cell, noemer)[1] > threshold - SLACK, "all share, provably"


def test_whole_numbers_give_an_attacker_no_more() -> None:
    for seed in range(3):
        register, published, cells, protection = _release(seed, 5)
        attack = Attack.on(register, published, 5, 5)
        truth = cells["aantal"].to_list()
        reasons = protection.cells["reden"].to_list()
        sensitive = [c for c in attack.hidden.tolist() if reasons[c] == "eerst" and truth[c] < 5]
        for cell in sensitive[:4]:
            low, high = attack.whole_bounds(cell)
            assert low == 0
            assert high >= 5


def test_a_reader_who_takes_hidden_cells_for_small_ones_gets_nothing_exact() -> None:
    for seed in range(8):
        register, published, cells, protection = _release(seed, 5)
        attack = Attack.on(register, published, 5, 5)
        truth = np.array(cells["aantal"].to_list())
        first = np.flatnonzero((truth > 0) & (truth < 5))
        told = attack.narrow(first, 1, 4)
        exact = sum(high - low < SLACK for low, high in map(told.bounds, first.tolist()))
        assert exact <= protection.verdict.readable_if_told


def test_without_the_extra_hidden_cells_the_attack_succeeds() -> None:
    """The attacker is worth its name: on unrounded numbers, small ones hidden, it finds exact
    values."""
    found = 0
    for seed in range(8):
        register = made_up_register(seed)
        cells, _ = count(register)
        naive = cells.select(
            *KEY,
            "deel",
            getoond=pl.when(pl.col("aantal").is_between(1, 4)).then(None).otherwise("aantal"),
        )
        attack = Attack.on(register, naive, 5, 1)
        for cell in attack.hidden.tolist():
            low, high = attack.bounds(cell)
            found += int(high - low < 0.5)
    assert found > 10


def test_shown_numbers_are_never_below_the_threshold() -> None:
    for seed in range(2):
        for threshold in (5, 10):
            _, published, _, _ = _release(seed, threshold)
            shown = published["getoond"].drop_nulls().to_list()
            assert all(number == 0 or number >= threshold for number in shown)
            assert all(number % 5 == 0 for number in shown)
