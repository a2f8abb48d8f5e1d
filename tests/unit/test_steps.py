"""Long work says what is done, how far, and about how long still."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from rich.console import Console

from pipelines import steps
from pipelines.cli import bar, console
from pipelines.steps import Step


@pytest.mark.parametrize(
    ("done", "whole", "at", "now", "said"),
    [
        (0, 10, 0, 50, ""),
        (10, 10, 100, 100, ""),
        (2, 10, 60, 60, "nog ongeveer 4 min"),
        (2, 10, 60, 180, "nog ongeveer 2 min"),
        (2, 10, 60, 290, "nog minder dan een minuut"),
        (2, 10, 60, 900, "nog minder dan een minuut"),
    ],
)
def test_how_long_still(done: float, whole: float, at: float, now: float, said: str) -> None:
    assert steps.left(done, whole, at, now) == said


def test_a_large_file_is_more_of_the_work(tmp_path: Path) -> None:
    (tmp_path / "klein.csv").write_bytes(b"x")
    (tmp_path / "groot.csv").write_bytes(bytes(1_000_000))
    small, large, gone = (steps.of(tmp_path / f"{n}.csv") for n in ("klein", "groot", "weg"))
    assert 10 * small.share < large.share
    assert (small.name, gone.name) == ("klein.csv", "weg.csv")
    assert steps.of(Step("tellen", 3)) == Step("tellen", 3)
    assert steps.of("schorsingen 2024/2025") == Step("schorsingen 2024/2025", 1.0)


def test_the_bar_tells_what_and_how_far() -> None:
    held = io.StringIO()
    screen = Console(file=held, force_terminal=True, width=140)
    items = [Step("[rood]tellen", 30), Step("beschermen", 70)]
    assert list(bar.shown(items, "Publicatie maken", screen)) == items
    assert list(bar.shown([], "Niets", screen)) == []
    said = held.getvalue()
    assert "2 van 2: beschermen" in said
    assert "100%" in said


def test_where_nobody_looks_nothing_is_drawn(capfd: pytest.CaptureFixture[str]) -> None:
    assert not console.people.is_terminal
    assert list(console.progress(iter("ab"), "Tellen")) == ["a", "b"]
    assert capfd.readouterr() == ("", "")
