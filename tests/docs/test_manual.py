"""The manual's commands are real: light ones run as they stand, heavy ones are understood."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import pytest

from dashboard.release import opening
from dashboard.release.released import Released
from pipelines.cli import main as cli
from tests.commands import zichtlijn
from tests.conftest import DemoRun
from tests.unit.report_release import copied

pytestmark = pytest.mark.xdist_group("demo")

MANUAL = Path(__file__).parents[2] / "docs" / "handleiding.md"
README = Path(__file__).parents[2] / "README.md"
# Of the README those that take no more than a moment are run; of the others name and options exist.
LIGHT = {
    "bewijs", "calendar", "check", "effects", "health", "metrics", "plan", "savings", "show",
}  # fmt: skip
WRITTEN = {"levering.csv": "inbox/palet_schorsingen_2022-2023.csv"}
FENCE = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)
# Needs the warehouse beside the release; the register is read, never written.
WAREHOUSE = ("magazijn.duckdb", "archief", "tellingen", "grootboek", "sleutel")
ENDS = {"check": 3}


def _commands(kind: str, page: Path = MANUAL) -> list[list[str]]:
    """Lines of a page that begin with zichtlijn, in blocks of this kind."""
    blocks = [body for name, body in FENCE.findall(page.read_text("utf-8")) if name == kind]
    lines = [line for body in blocks for line in body.splitlines()]
    return [shlex.split(line, comments=True)[1:] for line in lines if line.startswith("zichtlijn")]


@pytest.fixture(scope="module")
def desk(demo_run: DemoRun, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the manual supposes it: `inbox` and `werkmap`."""
    folder = tmp_path_factory.mktemp("bureau")
    home = copied(demo_run, folder / "werkmap")
    for name in WAREHOUSE:
        source = demo_run.workdir / name
        if source.is_dir():
            shutil.copytree(source, home / name)
        elif source.exists():
            shutil.copy(source, home)
    for proof in (demo_run.workdir / "releases").glob("*.bewijs.json.gz"):
        shutil.copy(proof, home / "releases")
    shutil.copytree(demo_run.inbox, folder / "inbox")
    return folder


def test_manual_shows_commands() -> None:
    assert len(_commands("sh")) > 15


def test_commands_of_the_manual_run(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In order, since a later one may use what an earlier one made."""
    monkeypatch.chdir(desk)
    areas_of = Released.areas_of
    few = 6  # schools with a factsheet
    monkeypatch.setattr(Released, "areas_of", lambda self, level: areas_of(self, level)[:few])
    for command in _commands("sh"):
        said = zichtlijn(*command)
        opening.whole.cache_clear()  # each command is a process of its own, outside this test
        expected = ENDS.get(command[0], 0)
        assert said.returncode == expected, f"zichtlijn {shlex.join(command)}: {said.stderr}"


@pytest.mark.parametrize(
    "command", [*_commands("text"), *_commands("sh", README)], ids=lambda words: " ".join(words[:2])
)
def test_heavy_commands_are_understood(command: list[str]) -> None:
    """Name and options exist; nothing is run."""
    groups = {group.name for group in cli.app.registered_groups}
    name = command[: 2 if command[0] in groups else 1]
    said = zichtlijn(*name, "--help")
    assert said.returncode == 0, said.stderr
    for option in (word for word in command if word.startswith("--")):
        assert option in said.stdout


def test_light_commands_of_the_readme_run(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(desk)
    light = [command for command in _commands("sh", README) if command[0] in LIGHT]
    assert len(light) > 6
    for command in light:
        said = zichtlijn(*(WRITTEN.get(word, word) for word in command))
        opening.whole.cache_clear()
        expected = ENDS.get(command[0], 0)
        assert said.returncode == expected, f"zichtlijn {shlex.join(command)}: {said.stderr}"


def test_a_key_is_made_before_it_is_used() -> None:
    """The product refuses to make a key and use it in one command."""
    asked = [c for c in [*_commands("sh"), *_commands("text")] if c[0] == "anonymise"]
    assert [("--new-key" in c, "--key-file" in c, len(c)) for c in asked] == [
        (True, False, 3), (False, True, 6),
    ]  # fmt: skip


def test_every_report_kind_has_its_line() -> None:
    from dashboard.reports.kinds import KINDS

    text = MANUAL.read_text("utf-8")
    for kind in KINDS:
        assert f"| `{kind}` |" in text
