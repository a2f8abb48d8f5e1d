"""Choosing an engine: what is missing is said in a sentence, before any work is done."""

from __future__ import annotations

import importlib.util
import re
import stat
from pathlib import Path
from typing import Any

import pytest

from pipelines import settings
from pipelines.cli import console
from pipelines.cli import main as cli
from pipelines.errors import UsageError
from pipelines.warehouse import engines

REMOTE = "sc://cluster.example:443/;token=geheim"


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (settings.ENGINE, settings.SPARK_REMOTE, settings.SPARK_ARCHIVE, "JAVA_HOME"):
        monkeypatch.delenv(name, raising=False)


def java(monkeypatch: pytest.MonkeyPatch, folder: Path, said: str) -> None:
    """A machine whose only Java says this about itself."""
    program = folder / "bin" / "java"
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\necho '{said}' >&2\n")
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("JAVA_HOME", str(folder))


def without_pyspark(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec

    def hidden(name: str, package: str | None = None) -> Any:
        return None if name == "pyspark" else find(name, package)

    monkeypatch.setattr(importlib.util, "find_spec", hidden)


def test_duckdb_is_the_default_and_needs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    without_pyspark(monkeypatch)
    monkeypatch.setenv("PATH", "")
    assert settings.engine() == "duckdb"
    engines.require(settings.engine())


def test_one_setting_switches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(settings.ENGINE, "spark")
    assert settings.engine() == "spark"


def test_an_unknown_engine_is_refused_with_the_nearest_one() -> None:
    with pytest.raises(UsageError, match="Bedoelt u spark"):
        engines.require("sparc")


def test_without_pyspark_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    without_pyspark(monkeypatch)
    with pytest.raises(UsageError, match="vraagt het pakket pyspark"):
        engines.require("spark")


@pytest.mark.parametrize(
    ("said", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('openjdk version "21.0.2" 2024-01-16', 21),
        ('java version "1.8.0_401"', 1),
        ('openjdk version "25" 2025-09-16', 25),
        ("geen Java", 0),
    ],
)
def test_java_that_spark_cannot_use_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, said: str, version: int
) -> None:
    java(monkeypatch, tmp_path, said)
    assert engines.java_version() == version
    if version in (17, 21):
        engines.require("spark")
        return
    with pytest.raises(UsageError, match="vraagt Java 17 of 21"):
        engines.require("spark")


def test_an_existing_cluster_needs_no_java_here(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    assert engines.java_version() == 0
    monkeypatch.setenv(settings.SPARK_REMOTE, REMOTE)
    engines.require("spark")


def test_the_command_stops_before_any_work_with_a_sentence_and_exit_code_2(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    (tmp_path / "inbox").mkdir()
    home = tmp_path / "werkmap"
    asked = ["run", str(tmp_path / "inbox"), "--workdir", str(home), "--engine", "spark"]
    code = cli.guarded(lambda: cli.app(asked, standalone_mode=False))
    said = capsys.readouterr()
    assert code == console.USAGE
    assert "openjdk-17-jre-headless" in re.sub(r"\s+", " ", said.err)
    assert "Traceback" not in said.err
    assert not home.exists()


def test_a_token_in_the_address_is_never_shown() -> None:
    spark = pytest.importorskip("pipelines.warehouse.spark")
    assert spark._without_secrets(REMOTE) == "sc://cluster.example:443"
    assert spark._without_secrets("sc://cluster.example;token=geheim") == "sc://cluster.example"
