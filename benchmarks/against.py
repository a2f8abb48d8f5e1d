"""Effects of the demo in this build beside another revision: same deliveries, turn by turn."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parents[1]
SCRIPT = Path(__file__).with_name("effects_of.py")
THIS = "this build"


def compare(revision: str, runs: int, inbox: Path | None, home: Path) -> float:
    """Print the processor time of both builds per run; this build's over the other's comes back.

    The deliveries are those of the other build's demo unless `inbox` names others: an older build
    cannot read what was promised later, and the other way round it can. Each build reads them into
    a warehouse of its own, as their tables may differ; where the same dataset then does not hold as
    many rows in both, that is printed, since another register is counted.
    """
    with checkout(revision, home / "checkout") as other:
        builds = {THIS: HERE, revision: other}
        if inbox is None:
            inbox = Path(_asked(other, "demo", home / "demo")["inbox"])
        work = {name: home / f"work{n}" for n, name in enumerate(builds)}
        _tell_differences(
            {name: _asked(builds[name], "read", work[name], inbox) for name in builds}
        )
        spent: dict[str, list[float]] = {name: [] for name in builds}
        print(f"{'':28}{'cpu s':>9}{'elapsed':>9}{'GiB':>7}{'rows':>7}")
        for turn in range(runs):
            # Each goes first in every other turn: what warms up or slows down hits both.
            for name in list(builds)[:: -1 if turn % 2 else 1]:
                one = _asked(builds[name], "count", work[name])
                spent[name].append(one["cpu"])
                print(
                    f"{turn + 1:>4} {name:23.23}{one['cpu']:9.2f}{one['elapsed']:9.2f}"
                    f"{one['memory']:7.2f}{one['rows']:7}",
                    flush=True,
                )
    ratio = statistics.median(spent[THIS]) / statistics.median(spent[revision])
    print(f"processor time: {ratio:.2f}x that of {revision} (medians of {runs})")
    return ratio


def _tell_differences(found: dict[str, dict[str, Any]]) -> None:
    (one, other) = (taken["rows"] for taken in found.values())
    for dataset in sorted(one.keys() | other.keys()):
        counts = [rows.get(dataset) for rows in (one, other)]
        if counts[0] != counts[1]:
            told = ["not known" if n is None else f"{n:,} rows" for n in counts]
            print(f"{dataset}: {told[0]} in this build, {told[1]} in the other")


@contextmanager
def checkout(revision: str, folder: Path) -> Iterator[Path]:
    """The revision in a git worktree that is gone afterwards."""
    git = ["git", "-C", str(HERE), "worktree"]
    subprocess.run([*git, "add", "--quiet", "--detach", str(folder), revision], check=True)
    try:
        yield folder
    finally:
        subprocess.run([*git, "remove", "--force", str(folder)], check=True)


def _asked(build: Path, task: str, *paths: Path) -> dict[str, Any]:
    """What `effects_of.py` says when Python imports that build."""
    asked = [sys.executable, str(SCRIPT), task, *(str(path) for path in paths)]
    said = subprocess.run(
        asked,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        cwd=build,
        env=os.environ | {"PYTHONPATH": str(build)},
    ).stdout
    found = dict(json.loads(said.splitlines()[-1]))
    if found["build"] != str(build):
        raise SystemExit(f"{found['build']} was measured instead of {build}.")
    return found
