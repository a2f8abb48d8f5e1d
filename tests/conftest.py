"""What every kind of test may use."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from _pytest.nodeid import coerce_node_id

REAL = Path(__file__).parents[2] / "shared" / "data" / "real"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep tests of one xdist group on one worker.

    pytest-xdist 3.8 puts the group behind the id of a test in a field that pytest 9.2 no longer
    has, so that every group was spread over all workers.
    """
    if "PYTEST_XDIST_WORKER" not in os.environ:
        return
    for item in items:
        groups = {str(mark.args[0]) for mark in item.iter_markers("xdist_group")}
        if groups and "@" not in item.nodeid.rpartition("]")[2] and hasattr(item, "_id"):
            item._id = coerce_node_id(f"{item.nodeid}@{'_'.join(sorted(groups))}")


@pytest.fixture(autouse=True)
def _no_search_for_components(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit's AppTest looks through all installed packages for components at every first run.

    The dashboard uses none; without the search a page costs a fifth of a second less.
    """
    scanner = sys.modules.get("streamlit.components.v2.manifest_scanner")
    if scanner is not None:
        monkeypatch.setattr(scanner, "scan_component_manifests", lambda *_, **__: [])


@pytest.fixture(scope="session")
def real_data() -> Path:
    """Original files nobody here wrote; read in place, beside the checkout."""
    if not REAL.is_dir():
        pytest.skip("de map shared/data/real staat niet naast de checkout")
    return REAL


def pseudonym(number: int) -> str:
    """A made-up pupil's pseudonym."""
    return hashlib.sha256(f"verzonnen leerling {number}".encode()).hexdigest()


@dataclass(frozen=True)
class DemoRun:
    """The whole demo, run once: folder, report of the run, and what was planted."""

    workdir: Path
    inbox: Path
    report: dict[str, Any]
    planted: dict[str, Any]

    @property
    def release(self) -> Path:
        return self.workdir / json.loads((self.workdir / "release.json").read_text("utf-8"))["file"]


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """Takes a minute or two: made once, by the worker that comes first, and read by all."""
    shared = tmp_path_factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    home, told = shared / "demo", shared / "demo.json"
    with (shared / "demo.slot").open("a+b") as lock:
        fcntl.flock(lock.fileno(), fcntl.LOCK_EX)
        if not told.exists():
            told.write_text(json.dumps(_run_demo(home)), "utf-8")
    planted = json.loads((home / "geplant.json").read_text("utf-8"))
    return DemoRun(home, home / "inbox", json.loads(told.read_text("utf-8")), planted)


def _run_demo(home: Path) -> dict[str, Any]:
    from pipelines import run
    from pipelines.demo import deliveries

    home.mkdir()
    deliveries.write(home, 2026)
    return run.run(home / "inbox", home).as_dict()


@pytest.fixture(scope="session")
def demo_release(demo_run: DemoRun) -> Path:
    """A work folder with a real release of the demo register."""
    return demo_run.workdir
