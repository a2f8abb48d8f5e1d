"""The command line: exit codes, JSON and nothing else on standard output, Dutch for mistakes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.commands import Said, zichtlijn
from tests.conftest import DemoRun

pytestmark = pytest.mark.xdist_group("demo")


def as_json(done: Said) -> Any:
    return json.loads(done.stdout)


def test_the_command_itself_starts_and_speaks_dutch() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "pipelines.cli.main", "show", "bestaat-niet"],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()


def test_check_says_row_and_rule_and_ends_in_three(demo_run: DemoRun) -> None:
    file = demo_run.inbox / "palet_schorsingen_2022-2023.csv"
    schools = sorted(demo_run.inbox.glob("*_scholen_*.csv"))
    done = zichtlijn("check", file, *schools, "--json")
    assert done.returncode == 3
    assert done.stderr == ""
    (delivery,) = [d for d in as_json(done)["deliveries"] if d["file"] == file.name]
    planted = [m for m in demo_run.planted["fouten"] if m["bestand"] == file.name]
    assert {(f["rule"], r) for f in delivery["findings"] for r in f["rows"]} == {
        (m["regel"], m["rij"]) for m in planted
    }


def test_check_keeps_nothing_and_reads_for_people(demo_run: DemoRun, tmp_path: Path) -> None:
    file = demo_run.inbox / "palet_schorsingen_2024-2025.csv"
    done = zichtlijn("check", file)
    assert done.returncode == 3
    assert done.stdout == ""
    assert "palet_schorsingen_2024-2025.csv" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_clean_files_end_in_zero(demo_run: DemoRun) -> None:
    files = sorted(demo_run.inbox.glob("gemeente-havenrijk_scholen_*.csv"))
    assert zichtlijn("check", *files, "--json").returncode == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["run"], "Onjuist gebruik"),
        (["vlieg"], "Onjuist gebruik"),
        (["run", "bestaat-niet"], "bestaat niet"),
        (["show", "smw_bereik", "--workdir", "bestaat-niet"], "nog geen publicatie"),
    ],
)
def test_wrong_usage_is_two_and_a_sentence(arguments: list[str], says: str, tmp_path: Path) -> None:
    if arguments[0] == "run" and len(arguments) > 1:
        arguments = [*arguments, "--workdir", str(tmp_path / "werkmap")]
    done = zichtlijn(*arguments)
    assert done.returncode == 2
    assert says in done.stderr
    assert done.stdout == ""
    assert "Traceback" not in done.stderr


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    done = zichtlijn("check", tmp_path / "weg.csv", "--json")
    assert done.returncode == 3
    (delivery,) = as_json(done)["deliveries"]
    assert delivery["status"] == "refused"
    assert delivery["findings"][0]["rule"] == "bestand.onleesbaar"


def test_metrics_lists_every_declaration() -> None:
    done = zichtlijn("metrics", "--json")
    assert done.returncode == 0
    listed = as_json(done)
    wanted = (
        "smw_trajecten smw_leerlingen smw_bereik smw_problematiek smw_wachttijd"
        " smw_doelrealisatie vw_start_binnen_norm vw_stroom sch_per_1000 thuis_jaar"
        " jh_kosten_toegekend"
    )
    assert set(wanted.split()) <= {m["id"] for m in listed}
    assert all(m["definitie"] and m["teller"] for m in listed)


def test_show_gives_the_released_cells(demo_run: DemoRun) -> None:
    done = zichtlijn(
        "show", "smw_trajecten", "--cut", "rol", "--workdir", demo_run.workdir, "--json"
    )
    assert done.returncode == 0
    cells = as_json(done)["cells"]
    assert {c["uitsplitsing"] for c in cells} == {"rol"}
    assert all(c["teller"] is None or c["teller"] % 5 == 0 for c in cells)
    wrong = zichtlijn("show", "smw_trajekten", "--workdir", demo_run.workdir)
    assert wrong.returncode == 2
    assert "smw_trajecten" in wrong.stderr


def test_demo_data_is_json_on_request(tmp_path: Path) -> None:
    done = zichtlijn("demo-data", tmp_path, "--seed", 7, "--json")
    assert done.returncode == 0
    told = as_json(done)
    assert sorted(p.name for p in (tmp_path / "inbox").iterdir()) == told["files"]


def test_a_bug_shows_no_values(monkeypatch: pytest.MonkeyPatch) -> None:
    from pipelines.cli import console
    from pipelines.cli import main as cli

    monkeypatch.delenv("ZICHTLIJN_DEBUG", raising=False)

    def broken() -> None:
        raise ValueError("waarde van een kind")

    with console.people.capture() as said:
        assert cli.guarded(broken) == console.BUG
    assert "ValueError" in said.get()
    assert "waarde van een kind" not in said.get()
