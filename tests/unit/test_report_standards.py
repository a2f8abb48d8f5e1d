"""The lists that end zorg-in-school: every item answered from the run, or said why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.release.released import Released
from dashboard.reports.standards import CHEERS, TIDIER, Item, Run, answered
from tests.unit.report_release import opened, told

NOT = "Niet gerapporteerd, omdat "
# Items that no release can answer: they say why.
NEVER = {"CHEERS": {4, 18, 19, 21, 25, 27, 28}, "TIDieR": {3, 10, 11}}


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Released:
    return opened(tmp_path_factory.mktemp("lijsten"))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Released:
    return opened(
        tmp_path_factory.mktemp("leeg"),
        "DELETE FROM besparing_balans; DELETE FROM besparing_gevoeligheid; DELETE FROM effecten;"
        " DELETE FROM pilotbasis",
    )


def given(items: tuple[Item, ...], released: Released) -> dict[int, str]:
    return {item.number: answer for item, answer in answered(items, Run(released))}


def test_both_lists_are_whole_and_end_the_report(release: Released) -> None:
    assert [item.number for item in CHEERS] == list(range(1, 29))
    assert [item.number for item in TIDIER] == list(range(1, 13))
    last = told("zorg-in-school", release).sections[-1]
    assert [len(e.table.rows) for e in last.exhibits if e.table] == [28, 12]


@pytest.mark.parametrize(("name", "items"), [("CHEERS", CHEERS), ("TIDieR", TIDIER)])
def test_every_item_is_answered_or_says_why_not(
    name: str, items: tuple[Item, ...], release: Released, empty: Released
) -> None:
    full, bare = given(items, release), given(items, empty)
    for number, answer in full.items():
        assert answer.endswith("."), answer
        assert "**" not in answer
        if number in NEVER[name]:
            assert answer.startswith(NOT)
    # Nothing is answered that did not come from the run.
    assert all(answer.startswith(NOT) and answer.endswith(".") for answer in bare.values())


@pytest.mark.parametrize(
    ("number", "change", "said"),
    [
        (10, "UPDATE besparing_gevoeligheid SET waarde = 3.5 WHERE naam = 'discontovoet'", "3,5%"),
        (15, "UPDATE besparing_balans SET waarde = 2023 WHERE onderdeel = 'prijspeil'", "2023"),
        (6, "UPDATE besparing_balans SET waarde = 7 WHERE onderdeel = 'locaties'", "7 in"),
        (3, "DELETE FROM effecten WHERE id LIKE 'zis_l%'", "Nagaan of"),
    ],
)
def test_another_run_gives_another_answer(
    number: int, change: str, said: str, release: Released, tmp_path: Path
) -> None:
    before = given(CHEERS, release)[number]
    after = given(CHEERS, opened(tmp_path, change))[number]
    assert said in after
    assert after != before
