"""A row less in deliveries of the demo: what was kept of the last run changes no release.

Minutes per delivery, so only in `make soak` (ZICHTLIJN_GEWIJZIGD: how many deliveries); the small
house of `tests/flow/test_unchanged.py` shows the same in `make test`.
"""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from pipelines import run
from pipelines.delivery import unchanged
from pipelines.release import basis
from pipelines.release.disclosure import kept
from tests.conftest import DemoRun

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]

MANY = int(os.environ.get("ZICHTLIJN_GEWIJZIGD", "0"))


@pytest.mark.skipif(not MANY, reason="minuten per levering: alleen in make soak")
def test_a_changed_delivery_gives_the_release_of_a_run_from_nothing_kept(
    demo_run: DemoRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(basis, "revision", lambda: "proef")  # of both runs, whoever commits
    names = sorted(file.name for file in (demo_run.workdir / "inbox").glob("*.csv"))
    for name in random.Random(22).sample(names, min(MANY, len(names))):
        made = {}
        for way in ("bewaard", "kaal"):
            home = tmp_path / way
            shutil.copytree(demo_run.workdir, home)
            if way == "kaal":
                shutil.rmtree(home / kept.FOLDER)
                (home / unchanged.NOTE).unlink(missing_ok=True)
            file = home / "inbox" / name
            *rows, _last = file.read_bytes().splitlines(keepends=True)
            file.write_bytes(b"".join(rows))
            made[way] = run.run(home / "inbox", home).release.id
            shutil.rmtree(home)
        assert made["bewaard"] == made["kaal"], name
