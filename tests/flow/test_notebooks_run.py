"""Every notebook runs from top to bottom on the demo, and stops where a figure does not add up."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from dashboard.release.released import WORKDIR_VARIABLE
from pipelines.release.writing import checksum
from tests.conftest import DemoRun

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo")]

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def executed(path: Path, workdir: Path) -> subprocess.CompletedProcess[str]:
    """Standard output holds all that the cells show; standard error the cell that failed."""
    return subprocess.run(
        [sys.executable, "-m", "tests.notebook", str(path)],
        cwd=ROOT,
        env={**os.environ, WORKDIR_VARIABLE: str(workdir)},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_it_runs_on_the_demo(path: Path, demo_run: DemoRun) -> None:
    done = executed(path, demo_run.workdir)
    assert done.returncode == 0, done.stderr[-2000:]
    shown = done.stdout
    assert '"name": "stderr"' not in shown
    assert not re.search(r"\b[0-9a-f]{64}\b", shown), "a pseudonym"
    expected = {
        "01": "Niet gecontroleerd: de dataset scholen",
        "02": "Bereik per 100 leerlingen",
        "03": "vergeleken met de vergelijkingsgroep",
        "04": "Met de hand: **€",
    }
    assert expected[path.stem[:2]] in shown


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE besparing SET bedrag = bedrag + 0.01 WHERE product = 'dagbesteding niveau 7'",
        "UPDATE besparing_balans SET waarde = waarde + 0.01 WHERE schooljaar = 'totaal'"
        " AND onderdeel = 'netto'",
    ],
)
def test_the_saving_by_hand_is_held_to_the_cent(
    change: str, demo_run: DemoRun, tmp_path: Path
) -> None:
    told = json.loads((demo_run.workdir / "release.json").read_text("utf-8"))
    (tmp_path / "releases").mkdir()
    shutil.copy(demo_run.release, tmp_path / told["file"])
    changed = tmp_path / told["file"]
    with duckdb.connect(str(changed)) as con:
        con.execute(change)
    pointer = told | {"sha256": checksum(changed)}
    (tmp_path / "release.json").write_text(json.dumps(pointer), "utf-8")
    done = executed(NOTEBOOKS[3], tmp_path)
    assert done.returncode == 1
    assert "AssertionError" in done.stderr


def test_without_a_release_it_says_what_to_do(
    tmp_path: Path,
) -> None:
    done = executed(NOTEBOOKS[1], tmp_path)
    assert done.returncode == 1
    assert "Er is nog geen publicatie in deze werkmap" in done.stderr
