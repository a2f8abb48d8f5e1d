"""`zichtlijn show`: what is not there is answered with what is near."""

from __future__ import annotations

import json
from pathlib import Path

import duckdb
import pytest

from pipelines.errors import UsageError
from pipelines.release.lookup import COLUMNS, show
from pipelines.release.served import POINTER

CELLS = (
    ("smw_trajecten", "2023/2024", "totaal", "", "", ""),
    ("smw_trajecten", "2023/2024", "gemeente", "GM9901", "", ""),
    ("smw_trajecten", "2023/2024", "totaal", "", "rol", "JMW"),
    ("smw_trajecten", "2024/2025", "totaal", "", "inzetsoort", "basis"),
)


@pytest.fixture
def workdir(tmp_path: Path) -> Path:
    """A release with one metric."""
    with duckdb.connect(str(tmp_path / "r1.duckdb")) as con:
        con.execute("CREATE TABLE metrieken (id VARCHAR, label_nl VARCHAR, definitie VARCHAR)")
        con.execute(
            "INSERT INTO metrieken VALUES ('smw_trajecten', 'Gestarte trajecten', 'Aantal.')"
        )
        con.execute("INSERT INTO metrieken VALUES ('smw_leerlingen', 'Leerlingen', 'Aantal.')")
        columns = ", ".join(f"{c} VARCHAR" for c in ("metriek", *COLUMNS))
        con.execute(f"CREATE TABLE cellen ({columns})")
        con.execute(
            "CREATE TABLE gebieden (niveau VARCHAR, code VARCHAR, naam VARCHAR, ouder VARCHAR,"
            " onderwijssoort VARCHAR)"
        )
        names = "metriek, schooljaar, niveau, gebied, uitsplitsing, categorie"
        con.executemany(f"INSERT INTO cellen ({names}) VALUES (?, ?, ?, ?, ?, ?)", CELLS)
    (tmp_path / POINTER).write_text(json.dumps({"id": "r1", "file": "r1.duckdb"}), "utf-8")
    return tmp_path


def refused(workdir: Path, metric: str, **asked: str) -> str:
    with pytest.raises(UsageError) as problem:
        show(workdir, metric, **asked)  # type: ignore[arg-type]
    return str(problem.value)


def test_what_is_there_is_shown(workdir: Path) -> None:
    assert len(show(workdir, "smw_trajecten").rows) == 2
    assert len(show(workdir, "smw_trajecten", level="gemeente", year="2023/2024").rows) == 1


@pytest.mark.parametrize(
    ("metric", "asked", "said"),
    [
        ("smw_trajekten", {}, "Onbekend cijfer: smw_trajekten. Bedoelt u smw_trajecten"),
        ("xyz", {}, "Wel bekend: smw_leerlingen, smw_trajecten."),
        ("smw_trajecten", {"cut": "inzet_soort"}, "Bedoelt u inzetsoort?"),
        ("smw_trajecten", {"cut": "zzz"}, "Wel bekend: inzetsoort, rol."),
        (
            "smw_trajecten",
            {"level": "gemeentes"},
            "Niet in het publicatieplan: smw_trajecten voor niveau gemeentes. Bedoelt u gemeente?",
        ),
        ("smw_trajecten", {"year": "2023-2024"}, "Bedoelt u 2023/2024?"),
        ("smw_trajecten", {"year": "2024/2025"}, "Onbekend schooljaar: 2024/2025."),
    ],
)
def test_what_is_not_there_lists_the_near_ones(
    workdir: Path, metric: str, asked: dict[str, str], said: str
) -> None:
    assert said in refused(workdir, metric, **asked)


def test_without_a_release_the_next_step_is_named(tmp_path: Path) -> None:
    assert "zichtlijn run" in refused(tmp_path, "smw_trajecten")
