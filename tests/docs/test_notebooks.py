"""Notebooks are read by analysts: no output kept, no figure defined, nothing but released files."""

from __future__ import annotations

import ast
import json
from pathlib import Path
from typing import Any

import pytest

from pipelines.effects.catalogue import EFFECTS
from pipelines.metrics.catalogue import METRICS

ROOT = Path(__file__).parents[2]
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
MAY_IMPORT = {
    "collections", "dashboard.exhibits.balances", "decimal", "IPython.display", "json", "os",
    "pathlib", "pipelines.effects.savings.arithmetic", "polars", "subprocess", "sys",
}  # fmt: skip
OF_DASHBOARD = {
    "dashboard.charts": {"marks", "steps"},
    "dashboard.exhibits": {"balances", "facts", "promises", "scenarios"},
    "dashboard.release": {"released"},
    "dashboard.render": {"screen"},
    "dashboard.words": {"wording"},
}
# Ways to count, to reach another file, or to ask a database.
NEVER_CALLED = {
    "agg", "connect", "execute", "group_by", "mean", "median", "open", "pivot", "query",
    "read_bytes", "read_csv", "read_database", "read_excel", "read_parquet", "read_text",
    "scan_csv", "scan_parquet", "sql", "write_bytes", "write_csv", "write_parquet", "write_text",
}  # fmt: skip
FIGURES = set(METRICS) | {
    effect.id + outcome.suffix for effect in EFFECTS for outcome in effect.outcomes
}


def content(path: Path) -> dict[str, Any]:
    return dict(json.loads(path.read_text("utf-8")))


def code(path: Path) -> str:
    cells = [c for c in content(path)["cells"] if c["cell_type"] == "code"]
    return "\n".join("".join(cell["source"]) for cell in cells)


def faults(source: str) -> list[str]:
    """What a notebook may not do."""
    found = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                found += [f"import {n.name}" for n in names if n.name not in MAY_IMPORT]
            case ast.ImportFrom(module=str(room), names=names) if room in OF_DASHBOARD:
                found += [f"import {n.name}" for n in names if n.name not in OF_DASHBOARD[room]]
            case ast.ImportFrom(module="pipelines.effects.savings", names=names):
                found += [f"import {n.name}" for n in names if n.name != "arithmetic"]
            case ast.ImportFrom(module=module) if module not in MAY_IMPORT:
                found.append(f"import {module}")
            case ast.Call(func=ast.Attribute(attr=name) | ast.Name(id=name)):
                if name in NEVER_CALLED:
                    found.append(f"call {name}")
                found += [f"makes {k.arg}" for k in node.keywords if k.arg in FIGURES]
                if name == "alias":
                    found.append("call alias")
            case ast.Dict(keys=keys):
                made = [k.value for k in keys if isinstance(k, ast.Constant)]
                found += [f"makes {name}" for name in made if name in FIGURES]
            case ast.Name(id=name, ctx=ast.Store()) if name in FIGURES:
                found.append(f"makes {name}")
            case ast.FunctionDef(name=name) if name in FIGURES:
                found.append(f"makes {name}")
    return found


def test_the_four_notebooks_are_there() -> None:
    assert [path.stem[:2] for path in NOTEBOOKS] == ["01", "02", "03", "04"]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_outputs_are_stripped(path: Path) -> None:
    whole = content(path)
    for cell in whole["cells"]:
        assert cell["metadata"] == {}
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            assert cell["execution_count"] is None
    assert set(whole["metadata"]) == {"kernelspec", "language_info"}
    assert set(whole["metadata"]["language_info"]) == {"name"}


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda p: p.stem)
def test_no_notebook_defines_a_figure_or_reads_anything_but_what_is_released(path: Path) -> None:
    assert faults(code(path)) == []


@pytest.mark.parametrize(
    "source",
    [
        "import ibis",
        "import duckdb",
        "from pipelines.metrics.catalogue import METRICS",
        "from pipelines.release.components import protect",
        "from pipelines.effects import compute",
        "from dashboard import access",
        "frame.group_by('school').agg(x)",
        "publicatie.query('SELECT 1')",
        "open('rijen.csv')",
        "smw_bereik = 3",
        "tabel = {'smw_bereik': teller / noemer}",
        "frame.with_columns(zis_m3_dagen=1)",
    ],
)
def test_the_rule_finds_what_it_forbids(source: str) -> None:
    assert faults(source)


def test_every_notebook_begins_with_what_it_is_about() -> None:
    for path in NOTEBOOKS:
        first = content(path)["cells"][0]
        assert first["cell_type"] == "markdown"
        assert "".join(first["source"]).startswith(f"# {int(path.stem[:2])}. ")
