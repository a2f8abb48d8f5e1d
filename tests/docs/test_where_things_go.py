"""What DEVELOPERS.md says about adding a metric or a column, done in a copy of the project.

Only the files it lists have to change, and what is forgotten fails with a sentence that names it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
COPIED = (
    "pipelines", "data_contracts", "dashboard", "tests", "docs", "pyproject.toml", "DEVELOPERS.md",
)  # fmt: skip
MADE = {"METRICS.md", "DATASETS.md", "EFFECTS.md", "docs/methoden.md", "DEVELOPERS.md"}
"""Pages that `make docs` writes; the catalogues of messages too."""

METRIC = """
    Metric(
        id="thuis_proef",
        theme="thuiszitters",
        label_nl="Proefcijfer",
        label_en="Trial figure",
        definition="Aantal verschillende leerlingen met een vrijstelling in het schooljaar.",
        definition_en="Number of distinct pupils with an exemption in the school year.",
        unit="leerlingen",
        numerator="verschillende leerlingen met een vrijstelling",
        measure=EXEMPT,
        system="school_en_wijk",
        threshold="zwaar",
    ),
)
"""
PLANNED = """  thuis_proef:
    zonder: *gemeente
  thuis_vrijstelling:
"""
COLUMN = """
      - name: proef
        businessName: Proefkolom
        description: Een kolom die niemand levert.
        logicalType: string
        physicalType: VARCHAR
        required: false
"""


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    left_out = shutil.ignore_patterns("__pycache__", "screenshots", "beeld", "vendor")
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, tmp_path / name, ignore=left_out)
        else:
            shutil.copy2(ROOT / name, tmp_path / name)
    return tmp_path


def _run(copy: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy)},
        capture_output=True,
        text=True,
        check=False,
    )


def _pytest(copy: Path, *tests: str) -> str:
    done = _run(copy, "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", "--tb=short", *tests)
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def _digests(copy: Path) -> dict[str, str]:
    return {
        file.relative_to(copy).as_posix(): hashlib.sha256(file.read_bytes()).hexdigest()
        for file in copy.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts and file.suffix != ".po"
    }


def _put(file: Path, before: str, text: str) -> None:
    whole = file.read_text("utf-8")
    at = whole.rindex(before)
    file.write_text(whole[:at] + text + whole[at + len(before) :], "utf-8")


def test_a_metric_is_a_declaration_a_plan_a_spec_and_an_account_by_hand(copy: Path) -> None:
    catalogue = copy / "pipelines/metrics/catalogue/thuiszitters.py"
    _put(catalogue, "\n)\n", METRIC)
    forgotten = _run(copy, "pipelines.docs.pages")
    assert forgotten.returncode == 1
    assert "publicatieplan.yaml: deze metrieken ontbreken: thuis_proef." in forgotten.stderr
    plan = copy / "data_contracts/released/publicatieplan.yaml"
    _put(
        plan,
        "  thuis_vrijstelling:\n",
        "  thuis_proef:\n    zonder: *gemeente\n  thuis_vrijstelling:\n",
    )
    before = _digests(copy)
    made = _run(copy, "pipelines.docs.pages")
    assert made.returncode == 0, made.stderr
    changed = {name for name, digest in _digests(copy).items() if before.get(name) != digest}
    assert "METRICS.md" in changed
    assert changed <= MADE
    said = _pytest(
        copy,
        "tests/spec/test_metrics.py::test_every_counted_metric_has_a_spec",
        "tests/spec/test_oracle.py::test_every_metric_has_a_second_account",
    )
    assert "schrijf tests/spec/metrics/<id>.txt voor ['thuis_proef']" in said
    assert "tests/spec/oracle.py hoe met de hand te tellen: ['thuis_proef']" in said


def test_a_column_is_its_contract_and_who_delivers_it(copy: Path) -> None:
    contract = copy / "data_contracts/datasets/thuiszitters.odcs.yaml"
    _put(contract, "\n    quality:\n", COLUMN + "\n    quality:\n")
    before = _digests(copy)
    made = _run(copy, "pipelines.docs.pages")
    assert made.returncode == 0, made.stderr
    changed = {name for name, digest in _digests(copy).items() if before.get(name) != digest}
    assert "DATASETS.md" in changed
    assert changed <= MADE
    said = _pytest(copy, "tests/unit/test_demo.py::test_every_column_of_a_contract_is_in_the_demo")
    assert "pipelines/demo: kolom proef van thuiszitters staat in geen enkele levering" in said
