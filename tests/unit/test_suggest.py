"""What somebody who wrote an unknown name probably meant."""

from __future__ import annotations

from pathlib import Path

import pytest

import pipelines
from pipelines import suggest


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("sch_aantl", "Bedoelt u sch_aantal?"),
        ("SCH_AANTAL", "Bedoelt u sch_aantal?"),
        ("xyz", "Wel bekend: sch_aantal, thuis_duur."),
    ],
)
def test_a_name_like_it_or_else_all_there_are(name: str, told: str) -> None:
    assert suggest.hint(name, ["sch_aantal", "thuis_duur"]) == told


def test_where_nothing_is_known_it_says_so() -> None:
    assert suggest.hint("xyz", []) == "Wel bekend: -."


def test_every_hint_comes_from_here() -> None:
    root = Path(pipelines.__file__).parent
    others = [f.name for f in root.rglob("*.py") if "get_close_matches" in f.read_text("utf-8")]
    assert others == ["suggest.py"]
