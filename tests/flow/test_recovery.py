"""Lost or stuck afterwards: what was put back, broken off, full or taken away (R5 to R9)."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import run, start
from pipelines.cli import console, outcomes
from pipelines.cli import main as cli
from pipelines.delivery import lifecycle
from pipelines.delivery.outcome import Outcome
from pipelines.errors import UsageError
from pipelines.release import tally
from pipelines.warehouse import archive, copy, engine, history
from tests.soak import small

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("lifecycle")]

SECOND = "bestuur_schorsingen_2023-2024_v2.csv"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    small.still(monkeypatch.setattr)


def archived(home: Path) -> set[str]:
    return {p.as_posix() for p in (home / archive.FOLDER).rglob("*.parquet")}


def called(*line: str) -> int:
    return cli.guarded(lambda: cli.app(list(line), standalone_mode=False))


# R5 --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lost", ["weg", "ouder"])
def test_a_lost_or_older_warehouse_is_noticed_and_made_again(
    house: Path, tmp_path: Path, lost: str
) -> None:
    last_week = tmp_path / "vorige week.duckdb"
    shutil.copy(house / engine.FILE, last_week)
    small.write(house / "inbox/ander_schorsingen_2024-2025.csv", [small.suspension(2024, 900)])
    run.run(house / "inbox", house)
    whole, kept = small.content(house), archived(house)
    (house / engine.FILE).unlink()
    if lost == "ouder":
        shutil.copy(last_week, house / engine.FILE)
    (tmp_path / "los").mkdir()
    one = small.write(tmp_path / "los/x_schorsingen_2022-2023.csv", [small.suspension(2022, 1)])
    served = small.pointer(house)
    with pytest.raises(UsageError, match="zichtlijn restore"):
        run.run(one.parent, house)
    assert (archived(house), small.pointer(house)) == (kept, served)
    assert called("restore", "--workdir", str(house)) == console.OK
    assert small.content(house) == whole
    with pytest.raises(UsageError, match="niets te herstellen"):
        lifecycle.restore(house)
    assert {o.status for o in run.run(house / "inbox", house).deliveries} <= {
        "unchanged", "replaced", "refused",
    }  # fmt: skip
    assert small.pointer(house) == served


def test_numbers_that_suppliers_share_come_back_as_they_came(tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    small.first_files(inbox)
    same = small.suspension(2023, 2) | {
        "leerling_id": small.pseudonym(950),
        "vestigingscode": "99AA03",
    }
    same |= {"start_datum": "2024-05-02"}
    small.write(inbox / "twee_schorsingen_2023-2024.csv", [same])
    run.run(inbox, tmp_path)
    whole = small.content(tmp_path)["main.schorsingen"]
    (tmp_path / engine.FILE).unlink()
    lifecycle.restore(tmp_path)
    assert sorted(small.content(tmp_path)["main.schorsingen"]) == sorted(whole)


def test_an_archive_without_its_register_is_not_overwritten(house: Path) -> None:
    (house / engine.FILE).unlink()
    (house / copy.FILE).unlink()
    kept = archived(house)
    with pytest.raises(UsageError, match="reservekopie"):
        run.run(house / "inbox", house)
    with pytest.raises(UsageError, match="niet opnieuw te maken"):
        lifecycle.restore(house)
    assert archived(house) == kept


def test_an_archive_of_another_moment_is_refused(house: Path) -> None:
    (house / engine.FILE).unlink()
    shutil.rmtree(house / archive.FOLDER / "schorsingen")
    with pytest.raises(UsageError, match="horen niet bij elkaar"):
        lifecycle.restore(house)
    assert not (house / engine.FILE).exists()
    assert not (house / engine.FRESH).exists()


# R6 --------------------------------------------------------------------------------------------


def test_a_withdrawal_that_was_broken_off_is_finished_by_a_run(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    (gone,) = [e for e in lifecycle.entries(house) if e.file == SECOND and e.status == "geladen"]
    with monkeypatch.context() as patch:
        patch.setattr(lifecycle.folder, "remove", killed)
        with pytest.raises(KeyboardInterrupt):
            lifecycle.withdraw(house, SECOND)
    assert list((house / "terugkoppeling").glob(f"*_{gone.delivery}"))
    assert called("health", "--workdir", str(house)) == console.USAGE
    run.run(house / "inbox", house)
    assert not list((house / "terugkoppeling").glob(f"*_{gone.delivery}"))
    assert called("health", "--workdir", str(house)) == console.OK
    assert small.leftovers(house) == []


# R7 --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), cli.Abort(), cli.Exit(130)])
def test_who_breaks_off_is_told_so(stop: BaseException, capsys: pytest.CaptureFixture[str]) -> None:
    def stopped() -> None:
        raise stop

    assert cli.guarded(stopped) == start.BROKEN_OFF
    assert "Er is niets half achtergebleven" in capsys.readouterr().err


def test_who_breaks_off_while_it_starts_is_told_so() -> None:
    program = (
        "import sys, builtins\n"
        "from pipelines import start\n"
        "class Stop:\n"
        "    def find_spec(self, name, *_):\n"
        "        if name == 'pipelines.cli': raise KeyboardInterrupt\n"
        "sys.meta_path.insert(0, Stop())\n"
        "start.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.strip()) == (start.BROKEN_OFF, start.SENTENCE)


def test_a_row_that_breaks_a_rule_more_than_once_is_named_once() -> None:
    outcome = Outcome("x.csv", "d", "s", "", "accepted", 9, 0, 9, "", ())
    finding = {"rows": [10, 10, 10, 11], "count": 4, "severity": "fout", "message": "M.",
               "outcome": "gevonden", "remedy": "R."}  # fmt: skip
    assert outcomes.finding_line(outcome, finding) == "x.csv: fout M. [4 keer, in rij 10, 11] R."
    assert "[2 rijen: 3, 4]" in outcomes.finding_line(
        outcome, finding | {"rows": [3, 4], "count": 2}
    )


# R8 --------------------------------------------------------------------------------------------


@pytest.fixture
def _no_room(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    def full(_file: Path) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(engine, "keep", full)
        yield


@pytest.mark.usefixtures("_no_room")
def test_a_full_disk_at_the_end_says_what_was_done(house: Path) -> None:
    with engine.open_warehouse(house) as con:
        history.create(con)
    with (
        pytest.raises(UsageError, match="De opdracht is uitgevoerd, maar"),
        engine.open_warehouse(house) as con,
    ):
        engine.erase_later(con)
    with pytest.raises(UsageError, match="eerst dit"), engine.open_warehouse(house):
        raise UsageError("eerst dit")
    full = pytest.raises(UsageError, match="kon niet worden geschreven")
    with full, engine.open_warehouse(house):
        raise duckdb.IOException("disk full")


def test_who_only_reads_needs_no_room(house: Path) -> None:
    before = (house / engine.FILE).stat().st_mtime_ns
    assert lifecycle.entries(house)
    assert lifecycle.owed(house)
    assert lifecycle.differences(house, SECOND)[1]
    assert lifecycle.accepted(house) == ()
    assert (house / engine.FILE).stat().st_mtime_ns == before
    with pytest.raises(UsageError, match="geen magazijn"):
        lifecycle.entries(house / "elders")


# R9 --------------------------------------------------------------------------------------------


def test_tallies_that_were_taken_away_are_made_again(house: Path) -> None:
    served = small.pointer(house)
    shutil.rmtree(house / tally.FOLDER)
    assert run.run(house / "inbox", house).release.id == served
    assert tally.kept(house, served)


def test_an_empty_inbox_is_wrong_usage(house: Path, tmp_path: Path) -> None:
    (tmp_path / "leeg").mkdir()
    (tmp_path / "leeg/.gitkeep").touch()
    served = small.pointer(house)
    assert called("run", str(tmp_path / "leeg"), "--workdir", str(house)) == console.USAGE
    assert small.pointer(house) == served


def test_a_newer_folder_is_refused(house: Path) -> None:
    with duckdb.connect(str(house / engine.FILE)) as con:
        con.execute("UPDATE register.versie SET versie = versie + 1")
    for asked in (lambda: run.run(house / "inbox", house), lambda: lifecycle.entries(house)):
        with pytest.raises(UsageError, match="nieuwere Zichtlijn"):
            asked()
