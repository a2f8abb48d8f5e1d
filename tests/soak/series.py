"""A series of releases of the demo register, each attacked beside all that came before it.

Takes minutes, so only `make soak` runs it: a delivery that comes again with rows gone and in
another order, and then a withdrawal.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines import run
from pipelines.audit import audit
from pipelines.audit.audit import quietly
from pipelines.delivery import lifecycle
from pipelines.demo import deliveries

REVISED = "kolibri_smw_trajecten_2024-2025.csv"
WITHDRAWN = "palet_schorsingen_2024-2025.csv"
GONE = 9


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reeks")
    deliveries.write(folder, 2026)
    run.run(folder / "inbox", folder)
    return folder


def _revise(home: Path) -> None:
    """The same delivery with fewer rows in another order."""
    file = next((home / "inbox").rglob(REVISED))
    head, *rows = file.read_bytes().splitlines(keepends=True)
    random.Random(4).shuffle(rows)
    file.write_bytes(b"".join([head, *rows[:-GONE]]))
    run.run(home / "inbox", home)


def _withdraw(home: Path) -> None:
    lifecycle.withdraw(home, WITHDRAWN, "proef")


@pytest.mark.parametrize(
    ("step", "earlier"), [(_revise, 1), (_withdraw, 2)], ids=["herzien", "ingetrokken"]
)
def test_nothing_can_be_worked_out_beside_what_was_said_before(
    home: Path, step: Callable[[Path], None], earlier: int
) -> None:
    step(home)
    outcome = audit.audit(home, progress=quietly)
    assert len(outcome.earlier) == earlier
    assert outcome.scored_with_truth
    assert [vars(f) for f in outcome.findings] == []
    assert outcome.hidden > 500
