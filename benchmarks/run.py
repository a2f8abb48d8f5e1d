"""What an analyst waits for, in this build beside another revision: same deliveries, turn by turn.

    python benchmarks/run.py [--against GIT_REV] [--runs 3] [--cases CASE ...] [--inbox DIR]

Each build runs in an environment of its own, made from its own lock. Medians over the runs of
processor time, elapsed time and peak memory, and this build's over the other's:

    whole      the demo into a new work folder
    unchanged  the same inbox again
    changed    the same inbox with one row less in its smallest delivery about activities
    check      one file
    show, effects, savings, report   one command that reads the release

Processor time is that of the command and everything it started; peak memory is that of its largest
process. Every command but `whole` starts from a copy of the work folder that the first `whole` of
its own build left, and is given once before what is measured, on another copy, so that nothing is
compiled and no file read for the first time.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from against import HERE, THIS, checkout

CASES = ("whole", "unchanged", "changed", "check", "show", "effects", "savings", "report")
SLOW = ("whole", "changed")  # not given before they are measured: one time says enough of those
CHANGED = "*_activiteiten_*.csv"
PAPER = "beleidsnotitie"
FAILED = (1, 2)  # a bug and wrong usage; a demo holds refused rows, which is 3


@dataclass(frozen=True)
class Build:
    """A revision with its own environment and the folder that its work folders are in."""

    name: str
    command: Path
    home: Path

    @property
    def work(self) -> Path:
        """The work folder that the others are copied from."""
        return self.home / "work"


@dataclass(frozen=True)
class Spent:
    """Seconds, and GiB of the largest process."""

    cpu: float
    elapsed: float
    memory: float


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--against", metavar="GIT_REV", help="measure another revision beside it")
    parser.add_argument("--runs", type=int, default=3, help="per case and build")
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES))
    parser.add_argument("--inbox", type=Path, help="deliveries instead of the demo's")
    parser.add_argument("--folder", type=Path, help="where everything goes (default: temporary)")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=told.folder) as place, ExitStack() as stack:
        home = Path(place).resolve()
        builds = [_built(THIS, HERE, home / "this")]
        if told.against:
            other = stack.enter_context(checkout(told.against, home / "checkout"))
            builds.append(_built(told.against, other, home / "other"))
        inboxes = _inboxes(builds[-1], told.inbox, home)
        seen = _measured(builds, inboxes, told.cases, told.runs)
    _report(seen, builds, told.cases)


def _built(name: str, sources: Path, home: Path) -> Build:
    """The revision in a new environment, with nothing left to compile."""
    uv = [sys.executable, "-m", "uv", "--quiet"]
    python = home / "env" / "bin" / "python"
    packages = ["pip", "install", "--no-deps", "--python", str(python)]
    lock = ["--require-hashes", "--compile-bytecode", "--requirement", "requirements.lock"]
    subprocess.run([*uv, "venv", "--python", sys.executable, str(home / "env")], check=True)
    subprocess.run([*uv, *packages, *lock], check=True, cwd=sources)
    subprocess.run([*uv, *packages, "--editable", str(sources)], check=True)
    compiled = [python, "-m", "compileall", "-q", "pipelines", "dashboard"]
    subprocess.run(compiled, check=True, cwd=sources)
    return Build(name, python.with_name("zichtlijn"), home)


def _inboxes(oldest: Build, given: Path | None, home: Path) -> tuple[Path, Path]:
    """The deliveries, and the same with a row less in one of them.

    They are those of the other build's demo: an older build cannot read what was promised later.
    """
    inbox = given
    if inbox is None:
        _given(oldest, home, "demo-data", str(home / "demo"))
        inbox = home / "demo" / "inbox"
    changed = home / "changed"
    shutil.copytree(inbox, changed)
    small = min(changed.glob(CHANGED), key=lambda file: file.stat().st_size)
    *kept, _last = small.read_bytes().splitlines(keepends=True)
    small.write_bytes(b"".join(kept))
    return inbox, changed


def _measured(
    builds: list[Build], inboxes: tuple[Path, Path], cases: list[str], runs: int
) -> dict[tuple[str, str], list[Spent]]:
    seen: dict[tuple[str, str], list[Spent]] = {}
    print(f"{'':40}{'cpu s':>9}{'elapsed':>9}{'GiB':>7}")
    for build in builds:  # a work folder to begin with; counts as the first whole run
        seen["whole", build.name] = [_one("whole", build, inboxes, build.work)]
    for case in cases:
        for turn in range(int(case == "whole"), runs):
            # Each goes first in every other turn: what warms up or slows down hits both.
            for build in builds[:: -1 if turn % 2 else 1]:
                if not turn and case not in SLOW:
                    _scratch(case, build, inboxes)
                spent = _scratch(case, build, inboxes)
                seen.setdefault((case, build.name), []).append(spent)
    return seen


def _scratch(case: str, build: Build, inboxes: tuple[Path, Path]) -> Spent:
    """A case on a work folder that is gone afterwards."""
    with tempfile.TemporaryDirectory(dir=build.home) as scratch:
        work = Path(scratch) / "work"
        if case != "whole":
            shutil.copytree(build.work, work)
        return _one(case, build, inboxes, work)


def _one(case: str, build: Build, inboxes: tuple[Path, Path], work: Path) -> Spent:
    inbox, changed = inboxes
    first = min(inbox.glob(CHANGED), key=lambda file: file.stat().st_size)
    words: Mapping[str, list[str]] = {
        "whole": ["run", str(inbox)],
        "unchanged": ["run", str(inbox)],
        "changed": ["run", str(changed)],
        "check": ["check", str(first)],
        "show": ["show", "smw_bereik"],
        "report": ["report", "--kind", PAPER, "--format", "xlsx", "--out", str(work / "p.xlsx")],
    }
    command = [*words.get(case, [case]), "--workdir", str(work)]
    if case == "check":  # cold, and beside nothing
        command = words[case]
    spent = _given(build, work.parent, *command)
    print(
        f"{case:10} {build.name:28.28} {spent.cpu:9.2f}{spent.elapsed:9.2f}{spent.memory:7.2f}",
        flush=True,
    )
    return spent


def _given(build: Build, folder: Path, *command: str) -> Spent:
    """What a command of a build takes, started anew."""
    start = time.perf_counter()
    started = subprocess.Popen(
        [str(build.command), *command],
        cwd=folder,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": ""},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    _pid, status, used = os.wait4(started.pid, 0)
    elapsed = time.perf_counter() - start
    started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode < 0 or started.returncode in FAILED:
        raise SystemExit(f"{build.name}: {' '.join(command)} ended with {started.returncode}.")
    return Spent(used.ru_utime + used.ru_stime, elapsed, used.ru_maxrss / 2**20)


def _report(
    seen: Mapping[tuple[str, str], list[Spent]], builds: list[Build], cases: list[str]
) -> None:
    print(f"\nmedians{'':33}{'cpu s':>9}{'elapsed':>9}{'GiB':>7}")
    for case in cases:
        middles = {build.name: _middle(seen[case, build.name]) for build in builds}
        for name, one in middles.items():
            print(f"{case:10} {name:28.28} {one.cpu:9.2f}{one.elapsed:9.2f}{one.memory:7.2f}")
        for ratios in _ratios(list(middles.values())):
            print(f"{'':10} {'times the other':28} {ratios}")


def _ratios(middles: list[Spent]) -> Iterator[str]:
    for other in middles[1:]:
        one = middles[0]
        yield (
            f"{one.cpu / other.cpu:9.2f}{one.elapsed / other.elapsed:9.2f}"
            f"{one.memory / other.memory:7.2f}"
        )


def _middle(spent: list[Spent]) -> Spent:
    return Spent(
        statistics.median(one.cpu for one in spent),
        statistics.median(one.elapsed for one in spent),
        statistics.median(one.memory for one in spent),
    )


if __name__ == "__main__":
    main()
