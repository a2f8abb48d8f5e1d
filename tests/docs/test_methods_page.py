"""`docs/methoden.md` is what code and parameters say: no formula without source, test and use."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from pipelines import contracts
from pipelines.docs import methods
from pipelines.errors import ContractError

ROOT = Path(__file__).parents[2]
FOUND = methods.methods(ROOT)


def test_the_page_follows_code_and_parameters() -> None:
    made = methods.page(ROOT, contracts.load())
    assert (ROOT / "docs/methoden.md").read_text("utf-8") == made, "run 'make docs'"


def test_every_parameter_is_on_it_with_its_source() -> None:
    text = methods.page(ROOT, contracts.load())
    for parameter in contracts.load().parameters.values():
        assert text.count(f"| `{parameter.name}` |") == len(parameter.entries)
        assert " ".join(parameter.source.split()).replace("|", "\\|") in text


@pytest.mark.parametrize("heading", FOUND)
def test_what_is_linked_is_there_and_names_the_formula(heading: str) -> None:
    for method in FOUND[heading]:
        function = method.name.split(".")[1]
        for file in (*method.tests, *method.used_by):
            assert function in (ROOT / file).read_text("utf-8"), (method.name, file)


@pytest.mark.parametrize(
    ("lacking", "word"), [("source", "bron"), ("tests", "toets"), ("used_by", "gebruiker")]
)
def test_a_formula_that_lacks_something_is_refused_by_name(lacking: str, word: str) -> None:
    whole = FOUND["Onzekerheid van cijfers"][0]
    with pytest.raises(ContractError, match=rf"{whole.name} mist een {word}"):
        methods._checked(replace(whole, **{lacking: type(getattr(whole, lacking))()}))


def test_a_formula_outside_its_rooms_is_found() -> None:
    """An equation in another module is not on the page: it moves, or its room joins."""
    rooms = [ROOT / room for room in methods.ROOMS]
    outside = [
        file.relative_to(ROOT).as_posix()
        for file in (ROOT / "pipelines").rglob("*.py")
        if not any(room in (file, file.parent) for room in rooms)
        and file.name != "methods.py"
        and "\n    Equation: " in file.read_text("utf-8")
    ]
    assert outside == []
