"""The boundary: only the released file reaches the dashboard.

Tried three ways: what its modules import, what its connection may read, and which files a page
view really opens.
"""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

import dashboard
from dashboard.release import released
from tests.browser.fixture_release import build

ROOT = Path(dashboard.__file__).parent
MODULES = sorted(ROOT.rglob("*.py"))

# Runs every page in a process of its own and writes down each file that Python or DuckDB opens.
WATCH = """
import sys
opened = []
def watch(event, args):
    if event == "open" and isinstance(args[0], (str, bytes)):
        opened.append(args[0] if isinstance(args[0], str) else args[0].decode())
sys.addaudithook(watch)
import duckdb
connect = duckdb.connect
def noted(path=":memory:", *args, **kwargs):
    opened.append("duckdb:" + str(path))
    return connect(path, *args, **kwargs)
duckdb.connect = noted
from streamlit.testing.v1 import AppTest
import importlib
from dashboard.server import menu
views = [view.__name__.rpartition(".")[2] for pages in menu.SECTIONS.values() for view, _ in pages]
for name in views:
    app = AppTest.from_string(
        "from dashboard.views import page\\nfrom dashboard.views import %s as view\\n"
        "page.framed(view.TITLE, view.QUESTION, view.render)()" % name, default_timeout=60).run()
    text = " ".join(element.proto.body for element in app.get("html"))
    if app.exception or 'role="alert"' in text or "zl-conclusion" not in text:
        raise SystemExit("page failed: " + name)
print("\\n".join(opened))
"""


# Pure functions of released numbers: nothing in them reads a table.
ARITHMETIC = (
    "pipelines.effects.savings.arithmetic",
    "pipelines.effects.pilots.power",
    "pipelines.effects.pilots.plan",
    "pipelines.effects.pilots.margin",
    "pipelines.nearest",
)


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_no_other_room(module: Path) -> None:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        names: list[str] = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            if name.startswith(("pipelines", "data_contracts")):
                assert name.startswith(ARITHMETIC), name
            if name.split(".")[0] in {"duckdb", "sqlite3", "ibis"}:
                assert module.name == "opening.py", f"{module.name} reads data itself"


def test_connection_reads_no_other_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(tmp_path)
    (tmp_path / "personen.csv").write_text("leerling\n1\n", encoding="utf-8")
    with duckdb.connect(str(tmp_path / "warehouse.duckdb")) as con:
        con.execute("CREATE TABLE personen (leerling INTEGER)")
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(tmp_path))
    found = released.current()
    assert found is not None
    for attack in (
        f"SELECT * FROM read_csv('{tmp_path / 'personen.csv'}')",
        f"SELECT * FROM '{tmp_path / 'personen.csv'}'",
        f"ATTACH '{tmp_path / 'warehouse.duckdb'}' AS w",
        "SET enable_external_access = true",
        f"COPY cellen TO '{tmp_path / 'uit.csv'}'",
        "INSTALL httpfs",
        "DELETE FROM cellen",
        "CREATE TABLE eigen (x INTEGER)",
    ):
        with pytest.raises(duckdb.Error):
            found.query(attack)
    assert not (tmp_path / "uit.csv").exists()


def test_pages_open_nothing_but_the_released_file(tmp_path: Path) -> None:
    home = tmp_path / "werkmap"
    path = build(home)
    for name in ("warehouse.duckdb", "quarantaine.parquet", "inbox/levering.csv"):
        (home / name).parent.mkdir(exist_ok=True)
        (home / name).write_bytes(b"")
    done = subprocess.run(
        [sys.executable, "-c", WATCH],
        cwd=tmp_path,
        env={**os.environ, released.WORKDIR_VARIABLE: str(home)},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    opened = done.stdout.splitlines()
    databases = {line.removeprefix("duckdb:") for line in opened if line.startswith("duckdb:")}
    assert databases == {str(path)}
    inside = {line for line in opened if line.startswith(str(home))}
    assert inside <= {str(home / "release.json"), str(path)}
    data = {
        line
        for line in (line.removeprefix("duckdb:") for line in opened)
        if line.endswith((".csv", ".parquet", ".duckdb", ".xlsx", ".arrow", ".feather"))
    }
    assert data <= {str(path)}


def test_process_holds_no_other_database(tmp_path: Path) -> None:
    """Which files stay open, asked of the system (the served dashboard: tests/browser)."""
    if not Path("/proc/self/fd").exists():
        pytest.skip("the system has no /proc")
    build(tmp_path)
    script = (
        "import os\nfrom dashboard.release import released\nr = released.current()\nr.metrics\n"
        "held = [os.readlink(f'/proc/self/fd/{n}') for n in os.listdir('/proc/self/fd')"
        " if os.path.exists(f'/proc/self/fd/{n}')]\n"
        "print([p for p in held if p.endswith(('.duckdb', '.parquet', '.csv', '.wal'))])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        env={**os.environ, released.WORKDIR_VARIABLE: str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert done.stdout.count(".duckdb") == 1
    assert ".wal" not in done.stdout
