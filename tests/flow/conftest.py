"""A small house that was run once, for flows that go on from there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from pipelines import run
from tests.soak import small


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A work folder with its inbox, run once."""
    home = tmp_path_factory.mktemp("gemaakt")
    with pytest.MonkeyPatch.context() as patch:
        small.still(patch.setattr)
        run.run(small.later_files(home / "inbox"), home)
    return home


@pytest.fixture
def house(made: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    home = tmp_path / "werkmap"
    shutil.copytree(made, home)
    return home
