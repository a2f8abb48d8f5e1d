"""Readers at work while releases are published: nobody meets a fault, all see the newest."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "dashboard_sessions.py"


@pytest.mark.usefixtures("chromium")
def test_three_sessions_stay_well_through_three_releases(workdir: Path) -> None:
    """A share of what `make bench` does, over a websocket; another test has an open page."""
    asked = ["--sessions=3", "--pages=0", "--releases=3", "--minutes=0.06", "--pause=0.3"]
    done = subprocess.run(
        [sys.executable, SCRIPT, workdir, *asked], capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}{done.stderr[-2000:]}"
    assert "3 releases published" in done.stdout
    assert "\n0 errors" in done.stdout
