"""Robust intervals beside those of a maintained library, on made-up pilots."""

from __future__ import annotations

import numpy as np
import pytest
from diff_diff.honest_did import _compute_flci, _solve_rm_bounds_union

from pipelines.effects.designs.apart import relative_sentence
from pipelines.effects.effect import Window
from pipelines.effects.estimators.drift import course_of
from pipelines.effects.estimators.robust import (
    EventStudy,
    event_study,
    relative_breakdown,
    relative_interval,
)
from tests.pilots import Pilot, simulate

WINDOW = Window(tijdens=24)
NORMAL = 1.959963984540054


def _study(seed: int) -> EventStudy:
    """Pilots of 8 to 20 schools, with effects from none to three quarters less."""
    pilot = Pilot(schools=8 + 4 * (seed % 4), ratio=1 - 0.25 * (seed % 4), pupils=(20, 60))
    course = course_of(simulate(pilot, seed).summary, WINDOW, every_period=True)
    assert course is not None
    found = event_study(course)
    assert found is not None
    return found


def _reference(study: EventStudy, bound: float) -> tuple[float, float]:
    low, high = _solve_rm_bounds_union(
        study.before, study.after, study.weights, len(study.before), bound
    )
    found = _compute_flci(low, high, study.error)
    return float(found[0]), float(found[1])


@pytest.mark.parametrize("seed", range(50))
def test_relative_magnitudes_are_those_of_the_reference(seed: int) -> None:
    study = _study(seed)
    for bound in (0.0, 0.5, 1.0, 2.0):
        assert relative_interval(study, bound, NORMAL) == pytest.approx(
            _reference(study, bound), abs=1e-3
        )
    limit = relative_breakdown(study, NORMAL)
    if limit > 0:
        assert min(abs(x) for x in _reference(study, limit)) < 1e-3
    else:
        assert _reference(study, 0.0)[0] <= 1e-9 <= _reference(study, 0.0)[1] + 1e-9


def test_the_event_study_is_what_was_counted() -> None:
    summary = simulate(Pilot(schools=40, pupils=(50, 60), ratio=0.5, habits=0.02), 1).summary
    course = course_of(summary, WINDOW, every_period=True)
    assert course is not None
    study = event_study(course)
    assert study is not None
    assert (len(study.before), len(study.after)) == (3, 4)
    assert study.mean == pytest.approx(np.log(0.5), abs=0.15)
    assert study.reach == pytest.approx(2.5, abs=0.1)
    told = relative_sentence(summary, WINDOW)
    assert "minder en" in told
    assert "keer zo sterk" in told
