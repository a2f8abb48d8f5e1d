"""`zichtlijn report` as a person uses it, on the release of the demo."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pypdf
import pytest
import yaml

from dashboard.release.opening import TABLES
from dashboard.release.released import Released
from tests.commands import Said, zichtlijn
from tests.conftest import DemoRun
from tests.unit.report_release import copied

pytestmark = pytest.mark.xdist_group("demo")


@pytest.fixture(scope="module")
def home(demo_run: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return copied(demo_run, tmp_path_factory.mktemp("rapport"))


def _report(home: Path, *arguments: object) -> Said:
    return zichtlijn("report", "--workdir", home, *arguments)


def test_command_makes_each_format(home: Path, tmp_path: Path) -> None:
    for form, kind in (
        ("pptx", "bestuur"),
        ("pdf", "beleidsnotitie"),
        ("docx", "beleidsnotitie"),
        ("xlsx", "zorg-in-school"),
    ):
        out = tmp_path / "nieuw" / f"r.{form}"
        said = _report(home, "--format", form, "--kind", kind, "--out", out, "--json")
        assert said.returncode == 0, said.stderr
        assert json.loads(said.stdout) == {"files": [str(out)]}
        again = tmp_path / f"weer.{form}"
        assert _report(home, "--format", form, "--kind", kind, "--out", again).returncode == 0
        assert out.read_bytes() == again.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--kind", "bestur"), "Bedoelt u bestuur?"),
        (("--kind", "school"), "geef die met --school"),
        (("--kind", "school", "--school", "Boeglin"), "De Boeglijn"),
        (("--kind", "bestuur", "--year", "1999/2000"), "2024/2025"),
        (("--kind", "bestuur", "--format", "odt"), "Er is geen formaat odt."),
        (("--kind", "school", "--school", "a", "--wijk", "b"), "Kies één gebied"),
        (("--kind", "bestuur", "--format", "pdf"), "eindigt op .pdf"),
        (("--kind", "bestuur", "--template", "bestaat-niet.pptx"), "niet te lezen"),
        (("--kind", "bestuur", "--besluit", "x"), "laat --besluit weg"),
        ((), "Zeg welk rapport u wilt."),
    ],
)
def test_a_mistake_ends_in_two_with_what_to_do(
    arguments: tuple[str, ...], told: str, home: Path, tmp_path: Path
) -> None:
    said = _report(home, *arguments, "--out", tmp_path / "r.pptx")
    assert said.returncode == 2
    assert told in " ".join(said.stderr.split())
    assert list(tmp_path.iterdir()) == []


def test_every_school_gets_a_factsheet(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Here for some schools, in this process; where there are many, several processes do it."""
    areas_of = Released.areas_of
    monkeypatch.setattr(Released, "areas_of", lambda self, level: areas_of(self, level)[::5])
    said = _report(home, "--format", "pdf", "--all-schools", "--out", tmp_path, "--json")
    assert said.returncode == 0, said.stderr
    made = [Path(path) for path in json.loads(said.stdout)["files"]]
    assert len(set(made)) == len(made) > 10
    assert sorted(tmp_path.iterdir()) == sorted(made)
    for path in made:
        assert len(pypdf.PdfReader(path).pages) <= 2


def test_open_data_is_the_release_and_describes_itself(
    demo_run: DemoRun, home: Path, tmp_path: Path
) -> None:
    out = tmp_path / "open"
    assert _report(home, "--format", "opendata", "--out", out).returncode == 0
    package = json.loads((out / "datapackage.json").read_text("utf-8"))
    told: dict[str, Any] = {resource["path"]: resource for resource in package["resources"]}
    with duckdb.connect(str(demo_run.release), read_only=True) as released:
        for table in TABLES:
            whole = released.execute(f"SELECT * FROM {table} ORDER BY ALL").pl()
            assert pl.read_parquet(out / f"{table}.parquet").equals(whole)
            text = pl.read_csv(out / f"{table}.csv", infer_schema=False)
            assert text.shape == whole.shape
            fields = told[f"{table}.csv"]["schema"]["fields"]
            assert [field["name"] for field in fields] == whole.columns == text.columns
            contract = yaml.safe_load(
                (out / "contracten" / f"{table}.odcs.yaml").read_text("utf-8")
            )
            assert contract["schema"][0]["name"] == table
    for path, resource in told.items():
        body = (out / path).read_bytes()
        assert resource["hash"] == f"sha256:{hashlib.sha256(body).hexdigest()}"
        assert resource["bytes"] == len(body)
    catalogue = json.loads((out / "dcat.jsonld").read_text("utf-8"))
    links = {part["dcat:accessURL"]["@id"] for part in catalogue["dcat:distribution"]}
    assert links == set(told)
    cells = pl.read_csv(out / "cellen.csv", infer_schema=False)
    hidden = cells.filter(pl.col("status") != "zichtbaar")
    assert hidden.height
    for column in ("teller", "noemer", "waarde", "onder", "boven", "n"):
        assert hidden[column].drop_nulls().is_empty()
    again = _report(home, "--format", "opendata", "--out", out)
    assert again.returncode == 2
    assert "niet leeg" in again.stderr
