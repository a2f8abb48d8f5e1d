"""A count in a process of its own, so that its peak memory is its own too."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from pathlib import Path
from typing import Any


def in_a_process(script: str, way: str, workdir: Path) -> dict[str, Any]:
    """What `script --one WAY WORKDIR` prints last, as JSON."""
    asked = [sys.executable, script, "--one", way, str(workdir)]
    said = subprocess.run(asked, check=True, stdout=subprocess.PIPE, text=True).stdout
    return dict(json.loads(said.splitlines()[-1]))


def spent_since(cpu: float, start: float) -> dict[str, Any]:
    """Processor and elapsed seconds since then, and the peak memory of this process (GiB)."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    spent = {"cpu": time.process_time() - cpu, "elapsed": time.perf_counter() - start}
    return {**spent, "memory": peak}
