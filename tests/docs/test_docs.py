"""Docs that can drift are held to the code: commands, targets, paths, addresses."""

from __future__ import annotations

import re
import subprocess
from graphlib import CycleError
from pathlib import Path

import pytest

from pipelines import contracts, settings
from pipelines.cli import main as cli
from pipelines.docs import pages, rooms
from pipelines.warehouse import engines

ROOT = Path(__file__).parents[2]
PAGES = [
    "README.md", "DEVELOPERS.md", "ENGINES.md", "GLOSSARY.md", "CHANGELOG.md",
    "data_contracts/README.md", "docs/handleiding.md", "docs/dpia.md",
    "docs/bescherming.md", "docs/bewijs.md",
    *sorted(p.relative_to(ROOT).as_posix() for p in ROOT.glob("docs/besluiten/*.md")),
]  # fmt: skip


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    if listed.returncode != 0:
        pytest.skip("dit is geen git-checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name]


@pytest.mark.parametrize("page", PAGES)
def test_commands_and_options_exist(page: str) -> None:
    commands = {c.name or getattr(c.callback, "__name__", "") for c in cli.app.registered_commands}
    commands |= {group.name for group in cli.app.registered_groups}
    text = (ROOT / page).read_text("utf-8")
    for name in re.findall(
        r"(?:^|[`/])zichtlijn (?:--organisatie \S+ )?([a-z][a-z-]*)", text, re.M
    ):
        assert name in commands, f"{page}: zichtlijn {name}"


@pytest.mark.parametrize("page", PAGES)
def test_make_targets_exist(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    text = (ROOT / page).read_text("utf-8")
    for name in re.findall(r"(?:^|`)make ([a-z-]+)", text, re.M):
        assert name in targets, f"{page}: make {name}"


@pytest.mark.parametrize("page", PAGES)
def test_links_and_paths_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text("utf-8")
    here = (ROOT / page).parent
    for target in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (here / target).exists(), f"{page}: {target}"
    for path in re.findall(
        r"`((?:pipelines|dashboard|data_contracts|tests|benchmarks)/[\w./-]+)`", text
    ):
        assert (ROOT / path).exists(), f"{page}: {path}"


def test_every_command_says_what_it_does_in_dutch() -> None:
    for command in cli.app.registered_commands:
        assert command.callback is not None
        assert (command.callback.__doc__ or "").strip().endswith("."), command.name


def test_the_page_of_datasets_follows_the_contracts() -> None:
    made = pages.datasets(contracts.load())
    assert (ROOT / "DATASETS.md").read_text("utf-8") == made, "run 'make docs'"


def test_the_page_of_effects_follows_the_declarations() -> None:
    made = pages.effects(contracts.load())
    assert (ROOT / "EFFECTS.md").read_text("utf-8") == made, "run 'make docs'"


def test_the_locks_name_no_registry() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        text = (ROOT / name).read_text("utf-8")
        assert "://" not in text
        assert "--hash=sha256:" in text


def test_no_machine_path_and_no_data_file_is_tracked() -> None:
    folders = "|".join(("work", "farm", "root"))
    machine = re.compile(rf"(?:^|[^a-zA-Z0-9_.])/(?:{folders})/")
    for path in tracked():
        if path.suffix in {".png", ".lock"} or not path.is_file():
            continue
        assert path.suffix not in {".duckdb", ".parquet"}, path
        text = path.read_text("utf-8", errors="replace")
        assert not machine.search(text), path.relative_to(ROOT)


def test_the_page_of_engines_names_every_setting() -> None:
    text = (ROOT / "ENGINES.md").read_text("utf-8")
    for name in (settings.ENGINE, settings.SPARK_REMOTE, settings.SPARK_ARCHIVE):
        assert f"`{name}`" in text
    for engine in engines.ENGINES:
        assert f"`{engine}`" in text
    known = {v for v in vars(settings).values() if isinstance(v, str)}
    assert set(re.findall(r"ZICHTLIJN_[A-Z_]+", text)) <= known


def test_every_decision_is_listed_and_says_what_why_and_what_it_means() -> None:
    folder = ROOT / "docs/besluiten"
    listed = re.findall(r"\]\(([\w-]+\.md)\)", (folder / "README.md").read_text("utf-8"))
    files = sorted(p.name for p in folder.glob("*.md") if p.name != "README.md")
    assert sorted(listed) == files
    for name in files:
        headings = re.findall(r"^## (.+)$", (folder / name).read_text("utf-8"), re.M)
        assert headings == ["De vraag", "Het besluit", "Waarom", "Wat het betekent"], name


def test_the_picture_of_the_rooms_follows_the_imports() -> None:
    text = (ROOT / "DEVELOPERS.md").read_text("utf-8")
    assert text == rooms.page(text, ROOT), "run 'make docs'"
    arrows = set(rooms.reduced({"a": {"b", "c"}, "b": {"c"}, "c": set()}))
    assert arrows == {("a", "b"), ("b", "c")}
    with pytest.raises(CycleError):
        list(rooms.reduced({"a": {"b"}, "b": {"a"}}))
