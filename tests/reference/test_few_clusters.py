"""Errors and degrees of freedom with few clusters, beside those of a maintained library."""

from __future__ import annotations

import numpy as np
import pytest
from diff_diff.linalg import _compute_cr2_bm

from pipelines.effects.estimators.few_clusters import last_coefficient


@pytest.mark.parametrize("seed", range(20))
def test_cr2_and_its_degrees_of_freedom_are_those_of_the_reference(seed: int) -> None:
    """Four to twelve clusters of 3 to 14 rows, a treatment of clusters and a slope in it."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(3, 15, 4 + seed % 9)
    cluster = np.repeat(np.arange(len(sizes)), sizes)
    treated = (cluster % 3 == 0).astype(float)
    columns = [np.ones(len(cluster)), rng.normal(size=len(cluster)), treated]
    design = np.column_stack([*columns, treated * rng.normal(size=len(cluster))])
    outcome = design @ rng.normal(size=4) + rng.normal(size=len(sizes))[cluster]
    outcome += rng.normal(size=len(cluster))
    coefficients = np.linalg.lstsq(design, outcome, rcond=None)[0]
    variance, degrees = _compute_cr2_bm(
        design, outcome - design @ coefficients, cluster, design.T @ design
    )
    parts = [cluster == g for g in range(len(sizes))]
    found = last_coefficient(
        np.array([design[at].T @ outcome[at] for at in parts]),
        np.array([design[at].T @ design[at] for at in parts]),
    )
    assert found is not None
    assert found.value == pytest.approx(coefficients[-1], rel=1e-8)
    assert found.error == pytest.approx(np.sqrt(variance[-1, -1]), rel=1e-8)
    assert found.degrees == pytest.approx(degrees[-1], rel=1e-6)


def test_what_clusters_cannot_tell_is_none() -> None:
    same = np.ones((4, 2, 2))
    assert last_coefficient(np.ones((4, 2)), same) is None
    alike = np.tile(np.eye(2), (4, 1, 1))
    assert last_coefficient(np.ones((4, 2)), alike) is None
    assert last_coefficient(np.array([[1.0, 0], [1, 1], [1, 2], [1, 3]]), alike) is not None
