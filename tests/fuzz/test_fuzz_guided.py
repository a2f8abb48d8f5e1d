"""A share of the coverage-guided fuzzing; `make fuzz` goes on for longer."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

FUZZ = int(os.environ.get("FUZZ", "1"))
RUNS = 1_500
ROOT = Path(__file__).parents[2]


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("atheris") is None, reason="atheris bestaat niet voor dit systeem"
)
def test_nothing_but_reading_or_refusing(tmp_path: Path) -> None:
    seed = [] if FUZZ > 1 else ["-seed=2026"]
    done = subprocess.run(
        [sys.executable, str(ROOT / "tests/fuzz/guided.py"), f"-runs={RUNS * FUZZ}", *seed],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stderr[-4000:]
    ran = re.search(r"Done (\d+) runs", done.stderr)
    assert ran is not None
    assert int(ran.group(1)) >= RUNS * FUZZ
