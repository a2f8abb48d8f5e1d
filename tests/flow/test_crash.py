"""Killed at any moment: what was served stays served, and the next run ends where it would have.

`ZICHTLIJN_KILLS` sets how many random moments are tried (`make soak` takes hundreds).
"""

from __future__ import annotations

import os
import random
import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any

import pytest

from pipelines import run
from pipelines.cli import console
from pipelines.cli import main as cli
from tests.soak import small

KILLS = int(os.environ.get("ZICHTLIJN_KILLS", "6"))

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("crash")]


@dataclass(frozen=True)
class Undisturbed:
    """Work folders after a first inbox, and after a later one on top of it; `seconds` per run."""

    earlier: Path
    later: Path
    first: str
    last: str
    content: dict[str, list[tuple[Any, ...]]]
    seconds: float

    @property
    def inbox(self) -> Path:
        return self.later.parent / "inbox"


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Undisturbed:
    home = tmp_path_factory.mktemp("ongestoord")
    earlier, later = home / "eerder", home / "later"
    small.finish(small.first_files(home / "inbox"), earlier)
    shutil.copytree(earlier, later)
    small.later_files(home / "inbox")
    began = time.monotonic()
    small.finish(home / "inbox", later)
    took = time.monotonic() - began
    return Undisturbed(
        earlier, later, small.pointer(earlier), small.pointer(later), small.content(later), took
    )


def converges(workdir: Path, undisturbed: Undisturbed) -> None:
    """Look as a reader after the kill; run again; look whether all is as if nothing happened."""
    assert small.pointer(workdir) in {undisturbed.first, undisturbed.last}
    small.finish(undisturbed.inbox, workdir)
    assert small.pointer(workdir) == undisturbed.last
    assert small.content(workdir) == undisturbed.content
    assert small.leftovers(workdir) == []


def test_what_the_undisturbed_run_did(undisturbed: Undisturbed) -> None:
    assert undisturbed.first != undisturbed.last
    statuses = {row[8] for row in undisturbed.content["register.leveringen"]}
    assert statuses == {"geladen", "vervangen", "geweigerd"}
    assert len(undisturbed.content["register.quarantaine"]) == 3
    assert len(undisturbed.content["main.schorsingen"]) == 49 + 39


@pytest.mark.parametrize("point", small.POINTS)
def test_killed_at_the_worst_moments(undisturbed: Undisturbed, point: str, tmp_path: Path) -> None:
    workdir = tmp_path / "werkmap"
    shutil.copytree(undisturbed.earlier, workdir)
    # The run takes in one refused delivery and two to load: three transactions.
    if point == "na vastleggen 3":
        shutil.rmtree(workdir)
        workdir.mkdir()
    process = small.start(undisturbed.inbox, workdir, point)
    small.killed_by_itself(process)
    if small.pointer(workdir):
        converges(workdir, undisturbed)
        return
    small.finish(undisturbed.inbox, workdir)
    assert small.pointer(workdir) == undisturbed.last
    assert small.leftovers(workdir) == []


@pytest.mark.parametrize("seed", range(KILLS))
def test_killed_at_a_random_moment(undisturbed: Undisturbed, seed: int, tmp_path: Path) -> None:
    workdir = tmp_path / "werkmap"
    shutil.copytree(undisturbed.earlier, workdir)
    process = small.start(undisturbed.inbox, workdir)
    process.join(random.Random(seed).uniform(0, undisturbed.seconds))
    process.kill()
    process.join(60)
    converges(workdir, undisturbed)
    shutil.rmtree(workdir)


def _held(inbox: Path, workdir: Path, inside: Event, go: Event) -> None:
    small.still()
    balanced: Callable[..., None] = run.refuse_unbalanced

    def wait(*arguments: Any) -> None:
        inside.set()
        go.wait(120)
        balanced(*arguments)

    run.refuse_unbalanced = wait
    run.run(inbox, workdir)


def test_a_second_run_at_once_ends_with_a_sentence_and_leaves_the_first_alone(
    undisturbed: Undisturbed, tmp_path: Path
) -> None:
    workdir = tmp_path / "werkmap"
    shutil.copytree(undisturbed.earlier, workdir)
    inside, go = small.PROCESSES.Event(), small.PROCESSES.Event()
    first = small.PROCESSES.Process(target=_held, args=(undisturbed.inbox, workdir, inside, go))
    first.start()
    assert inside.wait(120)
    arguments = ["run", str(undisturbed.inbox), "--workdir", str(workdir)]
    with console.people.capture() as said:
        code = cli.guarded(lambda: cli.app(arguments, standalone_mode=False))
    go.set()
    first.join(120)
    assert code == console.USAGE
    assert "Er is al een run bezig" in said.get()
    assert f"proces {first.pid})" in " ".join(said.get().split())
    assert "Traceback" not in said.get()
    assert first.exitcode == 0
    assert small.pointer(workdir) == undisturbed.last
    assert small.content(workdir) == undisturbed.content
