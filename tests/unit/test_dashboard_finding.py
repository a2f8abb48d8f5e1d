"""Definitions are found by the question that a reader asks."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.release import released
from dashboard.release.released import Metric
from dashboard.words import finding
from tests import pages
from tests.browser.fixture_release import build

BLANK = Metric(
    "m", "proces", "Op tijd", "Definitie.", "procent", "aandeel", "teller", "noemer", "hoger", None,
    "", "", "", "", "1", None,
)  # fmt: skip
METRICS = [
    replace(BLANK, id="duur", label_nl="Duur", definitie="Weken dat een thuiszitter thuis zit."),
    replace(BLANK, id="jaar", label_nl="Thuiszitters in het jaar", definitie="Leerlingen thuis."),
    replace(BLANK, id="sch", label_nl="Schorsingen", definitie="Aantal keren geschorst."),
]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("wat is een thuiszitter", ["jaar", "duur"]),
        ("Wat zijn thuiszitters?", ["jaar", "duur"]),
        ("hoe worden schorsingen geteld", ["sch"]),
        ("wachttijd", []),
        ("schorsing", ["sch"]),
        ("wat is een", ["duur", "jaar", "sch"]),
        ("", ["duur", "jaar", "sch"]),
    ],
)
def test_a_question_finds_its_definition(question: str, found: list[str]) -> None:
    assert [metric.id for metric in finding.found(METRICS, question)] == found


def test_the_page_answers_with_the_definition_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path)
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(tmp_path))
    told = pages.text(pages.look("definities", zoek="wat is een thuiszitter"))
    assert "maten gevonden" in told or "maat gevonden" in told
    assert "Thuiszitters" in told.split("gevonden")[1][:400]
