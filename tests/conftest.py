"""What every kind of test may use."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from _pytest.nodeid import coerce_node_id

REAL = Path(__file__).parents[2] / "shared" / "data" / "real"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests on Spark come first, and tests of one xdist group stay on one worker.

    pyspark 4 forks to start Java, which Linux refuses to a process whose heap has grown beyond the
    memory of the machine, as that of a worker does in the course of the demo's tests.

    pytest-xdist 3.8 puts the group behind the id of a test in a field that pytest 9.2 no longer
    has, so that every group was spread over all workers.
    """
    items.sort(key=lambda item: item.get_closest_marker("spark") is None)
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


@contextmanager
def _alone(factory: pytest.TempPathFactory, what: str) -> Iterator[Path]:
    """The folder that all workers share, while no other worker makes `what` there."""
    shared = factory.getbasetemp()
    if os.environ.get("PYTEST_XDIST_WORKER"):
        shared = shared.parent
    with (shared / f"{what}.slot").open("a+b") as lock:
        fcntl.flock(lock.fileno(), fcntl.LOCK_EX)
        yield shared


@pytest.fixture(scope="session")
def demo_files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the demo's deliveries in `inbox`, made once and read by all."""
    from pipelines.demo import deliveries

    with _alone(tmp_path_factory, "inbox") as shared:
        home = shared / "demo"
        if not home.exists():
            half = shared / "demo.half"
            half.mkdir()
            deliveries.write(half, 2026)
            half.rename(home)
    return home


@pytest.fixture(scope="session")
def demo_run(demo_files: Path, tmp_path_factory: pytest.TempPathFactory) -> DemoRun:
    """Takes a minute or two: made once, by the worker that comes first, and read by all."""
    from pipelines import run

    with _alone(tmp_path_factory, "demo") as shared:
        told = shared / "demo.json"
        if not told.exists():
            report = run.run(demo_files / "inbox", demo_files).as_dict()
            told.write_text(json.dumps(report), "utf-8")
    planted = json.loads((demo_files / "geplant.json").read_text("utf-8"))
    return DemoRun(demo_files, demo_files / "inbox", json.loads(told.read_text("utf-8")), planted)


@pytest.fixture(scope="session")
def demo_release(demo_run: DemoRun) -> Path:
    """A work folder with a real release of the demo register."""
    return demo_run.workdir
