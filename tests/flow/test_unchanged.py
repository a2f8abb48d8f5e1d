"""A run in which nothing changed says so and does nothing; any change whatever is seen."""

from __future__ import annotations

import dataclasses
import datetime as dt
import importlib
import shutil
from collections.abc import Callable
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from pipelines import run
from pipelines.delivery import lifecycle, unchanged
from pipelines.delivery.intake import today
from pipelines.errors import UsageError
from pipelines.release import basis
from pipelines.release.disclosure import kept
from pipelines.warehouse import engine
from pipelines.warehouse.acceptances import Acceptance
from tests.soak import small

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("unchanged")]


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    small.still(monkeypatch.setattr)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A work folder after one run, with a replaced and a refused delivery."""
    home = tmp_path_factory.mktemp("onveranderd")
    small.later_files(home / "inbox")
    small.finish(home / "inbox", home)
    return home


@pytest.fixture
def house(first: Path, tmp_path: Path) -> Path:
    home = tmp_path / "huis"
    shutil.copytree(first, home)
    return home


def same(home: Path, *, sure: bool = False) -> unchanged.Standing | None:
    taken = unchanged.went_in(home / "inbox", "duckdb", small.NOW.date(), sure=sure)
    return unchanged.found(home, taken)


def test_it_says_what_a_run_over_the_same_would_say(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[Any] = []
    take_in = run.take_in
    monkeypatch.setattr(run, "take_in", lambda *a, **k: read.append(a) or take_in(*a, **k))
    quick = run.run(house / "inbox", house)
    assert quick.unchanged_since
    assert not read
    (house / unchanged.NOTE).unlink()
    slow = run.run(house / "inbox", house)
    assert read
    assert slow.unchanged_since == ""
    assert dataclasses.replace(quick, unchanged_since="") == slow
    assert {o.status for o in quick.deliveries} == {"unchanged", "replaced", "refused"}


def _rows(home: Path) -> None:
    file = home / "inbox/bestuur_schorsingen_2024-2025.csv"
    file.write_bytes(file.read_bytes().replace(b"storend_gedrag", b"overig", 1))


def _new_file(home: Path) -> None:
    small.write(home / "inbox/nieuw_schorsingen_2024-2025.csv", [small.suspension(2024, 77)])


def _no_file(home: Path) -> None:
    (home / "inbox/bestuur_schorsingen_2024-2025.csv").unlink()


def _other_name(home: Path) -> None:
    file = home / "inbox/bestuur_schorsingen_2024-2025.csv"
    file.rename(file.with_name("bestuur_schorsingen_2024-2025_v3.csv"))


def _damaged(name: str) -> Callable[[Path], None]:
    def damage(home: Path) -> None:
        (file,) = [found for found in home.glob(name) if found.is_file()][:1]
        held = bytearray(file.read_bytes())
        held[len(held) // 2] ^= 1
        file.write_bytes(held)

    return damage


def _gone(name: str) -> Callable[[Path], None]:
    return lambda home: next(iter(home.glob(name))).unlink()


def _left(home: Path) -> None:
    (home / "grootboek" / "r0123456789ab.parquet").write_bytes(b"een eerdere publicatie")


def _withdrawn(home: Path) -> None:
    lifecycle.withdraw(home, "bestuur_schorsingen_2024-2025.csv")


def _accepted(home: Path) -> None:
    until = today() + dt.timedelta(days=9)
    said = run.run(home / "inbox", home).deliveries
    found = next(o for o in said if o.status == "unchanged" and o.findings)
    rule = found.findings[0]["rule"]
    lifecycle.accept(home, Acceptance(rule, str(found.supplier), "", "bekend", "proef", until))


def _half_withdrawn(home: Path) -> None:
    (home / "intrekking.bezig").write_text("x", "utf-8")


@pytest.mark.parametrize(
    "change",
    [
        _rows, _new_file, _no_file, _other_name, _left, _withdrawn, _half_withdrawn,
        _damaged(engine.FILE), _damaged("releases/*.duckdb"), _damaged("archief/*/*.parquet"),
        _damaged("grootboek/*.parquet"), _damaged("sleutel/*"), _damaged("registerkopie.duckdb"),
        _damaged("tellingen/*"), _damaged(unchanged.NOTE), _gone("terugkoppeling/*/feedback.html"),
        _gone("release.json"), _gone("releases/*.gz"),
    ],
)  # fmt: skip
def test_a_change_of_what_goes_in_or_was_left_is_seen(
    house: Path, change: Callable[[Path], None]
) -> None:
    assert same(house)
    change(house)
    assert same(house) is None


def test_an_acceptance_is_seen(house: Path) -> None:
    assert same(house)
    _accepted(house)
    assert same(house) is None


def test_another_program_day_setting_or_key_is_seen(
    house: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    inbox, day = house / "inbox", small.NOW.date()

    def taken(**given: Any) -> str:
        asked = {"inbox": inbox, "engine_name": "duckdb", "day": day, "sure": False} | given
        return unchanged.went_in(**asked)

    usual = taken()
    told = {taken(sure=True), taken(engine_name="spark"), taken(day=day + dt.timedelta(days=1))}
    for name, found in (("code", "andere code"), ("revision", "andere revisie")):
        with monkeypatch.context() as other:
            other.setattr(basis, name, lambda found=found: found)
            told.add(taken())
    package = tmp_path / "elders" / "iets-2.0.dist-info"
    package.mkdir(parents=True)
    with monkeypatch.context() as other:
        other.syspath_prepend(str(package.parent))
        told.add(taken())
    key = tmp_path / "sleutel.pem"
    for content in ("een", "twee"):
        key.write_text(content, "utf-8")
        with monkeypatch.context() as other:
            other.setenv("ZICHTLIJN_SLEUTEL", str(key))
            told.add(taken())
    assert len(told) == 8
    assert usual not in told
    assert taken() == usual
    monkeypatch.setenv("ZICHTLIJN_GROOTBOEK", str(tmp_path / "gedeeld"))
    assert taken() == ""  # others may book there at any moment


@pytest.mark.parametrize(
    "name",
    [
        "parameters.yaml",
        "schorsingen.odcs.yaml",
        "publicatieplan.yaml",
        "sources",
        "codes",
        "run.py",
    ],
)
def test_contracts_layouts_plan_and_program_are_part_of_the_program(
    name: str, tmp_path: Path
) -> None:
    """By their files: every kind of file that tells a run what to do."""
    whole = [Path(str(files(package))) for package in basis.CODE]
    (source,) = [p for p in whole if any(True for _ in p.rglob(name))][:1]
    copy = tmp_path / source.name
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__"))
    before = basis.digest_of({source.name: copy})
    found = next(iter(copy.rglob(name)))
    file = next(f for f in found.iterdir() if f.is_file()) if found.is_dir() else found
    file.write_bytes(file.read_bytes() + b"\n# anders\n")
    assert basis.digest_of({source.name: copy}) != before


def test_a_changed_delivery_searches_only_what_it_touches_and_gives_the_same_release(
    house: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Beside a work folder in which no proof was kept: the same release, byte for byte its name."""
    protecting = importlib.import_module("pipelines.release.disclosure.protect")
    searched: list[str] = []
    search = protecting._searched
    monkeypatch.setattr(
        protecting, "_searched", lambda c: searched.append(c.name) or search(c), raising=True
    )
    bare = tmp_path / "kaal"
    shutil.copytree(house, bare)
    shutil.rmtree(bare / kept.FOLDER)
    made: dict[Path, tuple[str, int]] = {}
    for home in (house, bare):
        searched.clear()
        small.write(home / "inbox/bestuur_schorsingen_2024-2025.csv", small.suspensions(2024, 31))
        made[home] = (run.run(home / "inbox", home).release.id, len(searched))
    assert made[house][0] == made[bare][0]
    assert 0 < made[house][1] < made[bare][1]


def test_while_a_run_is_busy_it_says_so(house: Path) -> None:
    with engine.held(house), pytest.raises(UsageError, match="Er is al een run bezig"):
        same(house)


def test_a_run_that_the_next_would_not_repeat_is_not_noted(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(unchanged, "is_settled", lambda *_: False)
    (house / unchanged.NOTE).unlink()
    run.run(house / "inbox", house)
    assert not (house / unchanged.NOTE).exists()
