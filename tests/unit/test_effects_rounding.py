"""One rounding for all that effects publish: no bound reaches zero, and nothing is -0.0."""

from __future__ import annotations

import ast
import math
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipelines.effects.designs import months, rates, scores, sums, surveys
from pipelines.effects.rounding import (
    bound_to_nearest,
    bounds_kept,
    decimals_for,
    rounded,
    to_nearest,
)
from pipelines.effects.savings import balance_samples, routes

NUMBERS = st.floats(-1e4, 1e4, allow_nan=False, allow_subnormal=False)
INTERVALS = st.tuples(NUMBERS, NUMBERS).map(lambda pair: (min(pair), max(pair)))


def minus_zero(value: float) -> bool:
    return value == 0 and math.copysign(1, value) < 0


@given(INTERVALS, st.floats(1e-4, 1e3), st.floats(-0.2, 0.2))
@example((-0.69, -0.02), 0.16, 0.0)
@example((-0.0001, 0.0), 1.0, 0.0)
def test_bounds_stay_on_their_side_of_zero(
    interval: tuple[float, float], error: float, shift: float
) -> None:
    decimals = decimals_for(error, interval)
    assert 1 <= decimals <= 3
    shown = bounds_kept(interval, decimals, shift)
    for exact, bound in zip(interval, shown, strict=True):
        assert np.sign(bound) == np.sign(exact)
        assert not minus_zero(bound)
        if abs(exact) > abs(shift) + 10.0**-decimals:
            assert abs(bound - exact - shift) <= 0.5 * 10.0**-decimals + 1e-9


@given(NUMBERS, st.sampled_from([0.01, 10.0, 1000.0]))
@example(400.0, 1000.0)
def test_amounts_stay_on_their_side_of_zero(value: float, step: float) -> None:
    assert np.sign(bound_to_nearest(value, step)) == np.sign(value)
    for shown in (bound_to_nearest(value, step), float(to_nearest(value, step)), rounded(value, 1)):
        assert not minus_zero(shown)


def test_a_bound_that_would_reach_zero_gets_a_digit_more() -> None:
    """-0.38 (-0.69 to -0.04) with an error of 0.16: one decimal would make it -0.4 (-0.7 to 0)."""
    decimals = decimals_for(0.16, (-0.69, -0.04))
    assert decimals == 2
    assert bounds_kept((-0.69, -0.04), decimals) == (-0.69, -0.04)
    assert decimals_for(0.16, (-0.69, 0.11)) == 1
    assert bounds_kept((-0.5, -1e-6), decimals_for(0.2, (-0.5, -1e-6))) == (-0.5, -0.001)
    assert not np.signbit(to_nearest(np.array([-0.3]), 1000.0)).any()
    low, middle, high = balance_samples.limits(np.linspace(100, 400, 99))
    assert (low, middle, high) == (1000, 1000, 1000)


@pytest.mark.parametrize(
    "module",
    [rates, scores, surveys, months, routes, sums],
    ids=lambda module: module.__name__,
)
def test_published_numbers_know_no_other_rounding(module: ModuleType) -> None:
    source = Path(str(module.__file__)).read_text("utf-8")
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    assert not [c for c in calls if isinstance(c.func, ast.Name) and c.func.id == "round"]
