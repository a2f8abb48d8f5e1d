"""Checks that look further than one cell: which of two rows counts, and which question was put."""

from __future__ import annotations

import dataclasses

import duckdb
import pytest

from pipelines import contracts
from pipelines.contracts import Asked, Dataset
from pipelines.errors import ContractError
from pipelines.ingest import questionnaires
from pipelines.ingest.questionnaires import Item
from pipelines.validate.check import ROWS, Check
from pipelines.validate.checks import checks
from pipelines.validate.question_checks import question_checks

PROMISES = contracts.load()
CARE = PROMISES.dataset("jeugdhulp")
ANSWERS = PROMISES.dataset("evaluatie_antwoorden")


def failing(check: Check, rows: str) -> list[int]:
    """Numbers of the rows that break a check; `rows`: VALUES of (_nr, columns ...)."""
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE staged AS FROM {rows}")
        predicate = check.fails.replace(ROWS, "staged")
        found = con.execute(f"SELECT _nr FROM staged r WHERE {predicate} ORDER BY _nr").fetchall()
    return [number for (number,) in found]


def only(dataset: Dataset, rule: str) -> Check:
    (found,) = [c for c in checks(dataset, PROMISES, filled=frozenset()) if c.id == rule]
    return found


# Which of several rows with one key counts -------------------------------------------------------

TOEWIJZINGEN = """(VALUES
    (1, 'A', DATE '2024-01-01'), (2, 'A', DATE '2024-06-01'), (3, 'A', DATE '2024-03-01'),
    (4, 'B', DATE '2024-01-01'), (5, 'B', DATE '2024-01-01'),
    (6, 'C', DATE '2024-01-01'), (7, 'C', NULL),
    (8, 'D', NULL)) v(_nr, toewijzing_id, start_datum)"""


def test_of_toewijzingen_with_one_number_the_latest_counts() -> None:
    unique = only(CARE, "jeugdhulp.toewijzing_id.uniek")
    assert failing(unique, TOEWIJZINGEN) == [1, 3, 4, 7]
    assert "alleen de laatste telt mee (volgens ingangsdatum" in unique.message


def test_elsewhere_the_first_row_with_a_key_counts() -> None:
    unique = only(dataclasses.replace(CARE, latest_by=()), "jeugdhulp.toewijzing_id.uniek")
    assert failing(unique, TOEWIJZINGEN) == [2, 3, 5, 7]
    assert "als een eerdere rij" in unique.message
    assert [d.id for d in PROMISES.datasets.values() if d.latest_by] == ["jeugdhulp"]


# Questions ---------------------------------------------------------------------------------------

ITEMS = (
    Item("p01", "Voor allen?", "proces", "bereikbaarheid", ("school", "wijkteam")),
    Item("p02", "Voor school?", "proces", "bereikbaarheid", ("school",), first="2024/2025"),
    Item("p03", "Vroeger?", "inhoud", "toeleiding", ("wijkteam",), last="2023/2024"),
)
GIVEN = """(VALUES
    (1, 'p01', 'school', '2024/2025', 4), (2, 'p99', 'school', '2024/2025', 4),
    (3, 'p02', 'wijkteam', '2024/2025', 4), (4, 'p02', 'wijkteam', '2024/2025', NULL),
    (5, 'p03', 'wijkteam', '2023/2024', 2), (6, 'p03', 'wijkteam', '2024/2025', 2),
    (7, 'p02', 'school', '2023/2024', 2), (8, 'p01', 'onbekend', '2024/2025', 1),
    (9, 'p03', 'school', '2023/2024', 1), (10, NULL, 'school', '2024/2025', 1)
    ) v(_nr, vraag_id, groep, ronde, score)"""


def test_an_answer_is_to_a_question_that_was_put() -> None:
    made = list(question_checks(ANSWERS, ANSWERS.column("vraag_id"), ITEMS))
    assert {c.id.rpartition(".")[2]: failing(c, GIVEN) for c in made} == {
        "code": [2],
        "doelgroep": [3, 9],
        "geldigheid": [6, 7],
    }
    assert {c.severity for c in made} == {"fout"}


def test_the_checks_follow_the_questionnaires() -> None:
    known = [item.id for item in questionnaires.items()]
    assert len(known) > 15
    unknown = only(ANSWERS, "evaluatie_antwoorden.vraag_id.code")
    assert list(unknown.allowed) == known
    group = only(ANSWERS, "evaluatie_antwoorden.vraag_id.doelgroep")
    rows = ", ".join(
        f"({i}, '{item.id}', '{who}', '2024/2025', 3)"
        for i, (item, who) in enumerate(
            (item, who) for item in questionnaires.items() for who in questionnaires.GROUPS
        )
    )
    wrong = [
        i
        for i, (item, who) in enumerate(
            (item, who) for item in questionnaires.items() for who in questionnaires.GROUPS
        )
        if who not in item.groups
    ]
    assert wrong
    assert failing(group, f"(VALUES {rows}) v(_nr, vraag_id, groep, ronde, score)") == wrong


def test_no_bound_no_check() -> None:
    free = [dataclasses.replace(item, first="", last="") for item in ITEMS]
    made = list(question_checks(ANSWERS, ANSWERS.column("vraag_id"), free))
    assert [c.id.rpartition(".")[2] for c in made] == ["code", "doelgroep"]
    for_all = [dataclasses.replace(item, groups=("school",)) for item in free]
    made = list(question_checks(ANSWERS, ANSWERS.column("vraag_id"), for_all))
    assert [c.id.rpartition(".")[2] for c in made] == ["code"]


@pytest.mark.parametrize(
    ("bounds", "fine"),
    [
        ("vanaf: 2024/2025", True),
        ("vanaf: 2023/2024\n    tot_en_met: 2024/2025", True),
        ("vanaf: 2024", False),
        ("vanaf: 2024/2025\n    tot_en_met: 2023/2024", False),
    ],
)
def test_rounds_of_a_question_are_school_years_in_order(bounds: str, fine: bool) -> None:
    text = (
        "id: proef\ntitel: Proef\nversie: 1\nschaal: {1: a, 2: b, 3: c, 4: d, 5: e}\n"
        "niet_van_toepassing: [nvt]\nvragen:\n"
        "  - id: p01\n    vraag: Hoe?\n    deel: proces\n    thema: resultaat\n"
        f"    groepen: [school]\n    {bounds}\n"
    )
    if fine:
        (item,) = questionnaires.parse("proef.yaml", text).items
        assert item.first.startswith("202")
    else:
        with pytest.raises(ContractError, match="schooljaren op volgorde"):
            questionnaires.parse("proef.yaml", text)


def test_the_contract_says_what_stands_beside_a_question() -> None:
    assert ANSWERS.column("vraag_id").asked == Asked("groep", "ronde", "score")
    assert [c.name for d in PROMISES.datasets.values() for c in d.columns if c.asked] == [
        "vraag_id"
    ]
