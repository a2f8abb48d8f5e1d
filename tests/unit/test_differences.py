"""A delivery against the one it replaced, and the questions that an earlier period raises."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import contracts
from pipelines.contracts import Contracts
from pipelines.delivery.deliver import deliver
from pipelines.delivery.outcome import Outcome
from pipelines.ingest import layout_files
from pipelines.validate.comparison import Differences
from pipelines.warehouse import acceptances, differences, engine, history, tables
from pipelines.warehouse.differences import EMPTY_JUMP, FEWER, LEAST_ROWS, MORE
from tests.conftest import pseudonym
from tests.flow.test_delivery import SCHOOL, suspension, write

PROMISES = contracts.load()
FILE = "bestuur_schorsingen_2023-2024.csv"
BEFORE, EARLIER = "bestuur_schorsingen_2022-2023.csv", "2023-03-04"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with engine.open_warehouse(None) as con:
        tables.create(con, PROMISES)
        history.create(con)
        acceptances.create(con)
        take_in(con, tmp_path / "gemeente_scholen_2023-2024.csv", [SCHOOL])
        yield con


def take_in(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    rows: list[dict[str, str]],
    promises: Contracts = PROMISES,
) -> Outcome:
    (outcome,) = deliver(con, write(path, rows), promises, layout_files.load(), gate=False)
    assert outcome.status == "accepted"
    return outcome


def compared(outcome: Outcome) -> Differences:
    assert outcome.differences is not None
    return outcome.differences


def told(found: Differences) -> list[tuple[str, int | None, tuple[str, ...], tuple[str, ...]]]:
    return [(r.sort, r.row, r.key, r.columns) for r in found.rows]


def test_rows_are_told_apart_by_key(house: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    first = take_in(
        house,
        tmp_path / FILE,
        [
            suspension(1),  # stays
            suspension(2),  # changes in two columns
            suspension(3),  # changes in one
            suspension(4),  # goes
            suspension(5),  # will be kept apart
            suspension(6, soort="straf"),  # was kept apart, is repaired
            suspension(7, soort="straf"),  # was kept apart, and stays so
        ],
    )
    assert first.differences is None
    second = take_in(
        house,
        tmp_path / FILE,
        [
            suspension(1),
            suspension(2, reden="overig", gericht_tegen="personeel"),
            suspension(3, reden="overig"),
            suspension(5, schooldagen="0"),
            suspension(6),
            suspension(7, soort="straf"),
            suspension(8),  # is new
        ],
    )
    found = compared(second)
    assert (found.replaced, found.file) == (first.delivery, FILE)
    assert found.counts == {
        "verdwenen": 1, "apart": 1, "nieuw": 1, "hersteld": 1, "gewijzigd": 2
    }  # fmt: skip
    assert found.same == 1
    assert found.columns == {"reden": 2, "gericht_tegen": 1}
    assert list(found.columns) == ["reden", "gericht_tegen"], "what changed most comes first"
    assert found.keys == ("schorsing_id",)
    assert told(found) == [
        ("verdwenen", None, ("S4",), ()),
        ("apart", 5, ("S5",), ()),
        ("nieuw", 8, ("S8",), ()),
        ("hersteld", 6, ("S6",), ()),
        ("gewijzigd", 3, ("S2",), ("reden", "gericht_tegen")),
        ("gewijzigd", 4, ("S3",), ("reden",)),
    ]


def test_counts_add_up_to_both_deliveries(house: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    old = take_in(house, tmp_path / FILE, [suspension(n) for n in range(30)])
    rows = [suspension(n, schooldagen="0" if n == 11 else "2" if n % 3 else "1")
            for n in range(10, 45)]  # fmt: skip
    new = take_in(house, tmp_path / FILE, rows)
    found = compared(new)
    counts = found.counts
    held = found.same + counts["gewijzigd"]
    assert held + counts["verdwenen"] + counts["apart"] == old.accepted
    assert held + counts["nieuw"] + counts["hersteld"] == new.accepted
    assert (counts["verdwenen"], counts["apart"], counts["nieuw"]) == (10, 1, 15)


def test_without_a_key_whole_rows_are_compared_as_often_as_they_occur(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    whole = PROMISES.dataset("schorsingen")
    bare = dataclasses.replace(
        whole, columns=tuple(dataclasses.replace(c, key=False) for c in whole.columns)
    )
    promises = dataclasses.replace(PROMISES, datasets={**PROMISES.datasets, bare.id: bare})
    take_in(
        house,
        tmp_path / FILE,
        [suspension(1), suspension(1), suspension(1), suspension(2)],
        promises,
    )
    rows = [suspension(1), suspension(1), suspension(2, reden="overig"), suspension(2)]
    found = compared(take_in(house, tmp_path / FILE, rows, promises))
    assert found.counts == {
        "verdwenen": 1, "apart": 0, "nieuw": 1, "hersteld": 0, "gewijzigd": 0
    }  # fmt: skip
    assert found.same == 3
    assert found.numbers("nieuw") == [4]
    assert found.columns == {}
    assert [dict(zip(found.keys, r.key, strict=True))["schorsing_id"] for r in found.rows] == [
        "S1",
        "S2",
    ]


def test_what_is_told_in_a_sentence_or_json_holds_no_key_and_no_value(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    take_in(house, tmp_path / FILE, [suspension(n) for n in range(70, 80)])
    outcome = take_in(
        house, tmp_path / FILE, [suspension(n, reden="overig") for n in range(71, 82)]
    )
    sentence = compared(outcome).sentence
    assert "1 verdwenen, 2 nieuw [rij 11, 12], 9 gewijzigd [rij 2, 3, 4, 5, 6, 7, 8, 9 ...]" in (
        sentence
    )
    assert "Gewijzigd per kolom: reden 9." in sentence
    said = sentence + json.dumps(outcome.as_dict()["differences"])
    assert not [k for n in range(70, 82) for k in (f"S{n}", pseudonym(n)) if k in said]
    assert outcome.as_dict()["differences"]["rows"]["new"] == [11, 12]


def test_the_same_rows_in_another_order_are_no_difference(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    rows = [suspension(n, gericht_tegen="") for n in range(5)]
    take_in(house, tmp_path / FILE, rows)
    found = compared(take_in(house, tmp_path / FILE, rows[::-1]))
    assert (found.total, found.same) == (0, 5)
    assert "dezelfde 5 rijen" in found.sentence


def test_what_is_judged_again_keeps_its_comparison(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    take_in(house, tmp_path / FILE, [suspension(1), suspension(2)])
    rows = [suspension(1), suspension(3)]
    first = compared(take_in(house, tmp_path / FILE, rows))
    other = dataclasses.replace(PROMISES, fingerprint="ander contract")
    again = take_in(house, tmp_path / FILE, rows, other)
    assert again.differences == first


def stored(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return con.execute("SELECT sleutel FROM register.verschilrijen ORDER BY ALL").fetchall()


def test_keys_go_when_the_rows_go(house: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    take_in(house, tmp_path / FILE, [suspension(1), suspension(9)])
    second = take_in(house, tmp_path / FILE, [suspension(2), suspension(9)])
    assert stored(house) == [(["S1"],), (["S2"],)]
    take_in(house, tmp_path / FILE, [suspension(2), suspension(3), suspension(9)])
    assert stored(house) == [(["S3"],)], "the replaced delivery's own comparison keeps its counts"
    kept = differences.find(house, second.delivery)
    assert kept is not None
    assert (kept.total, kept.rows) == (2, ())
    differences.forget_rows(house, second.delivery)
    assert stored(house) == [], "what a newer delivery says about it names its rows as well"


# Questions ---------------------------------------------------------------------------------------


def with_parameters(**values: float) -> Contracts:
    changed = {
        name: dataclasses.replace(PROMISES.parameters[name], value=value)
        for name, value in values.items()
    }
    return dataclasses.replace(PROMISES, parameters={**PROMISES.parameters, **changed})


def rows(count: int, start: int, **changes: str) -> list[dict[str, str]]:
    return [suspension(n, **changes) for n in range(start, start + count)]


@pytest.mark.parametrize(
    ("before", "now", "asked"),
    [(100, 151, True), (100, 150, False), (100, 100, False), (100, 70, False), (100, 69, True)],
)
def test_a_count_outside_the_range_is_a_question_and_stops_nothing(
    house: duckdb.DuckDBPyConnection, tmp_path: Path, before: int, now: int, asked: bool
) -> None:
    assert [PROMISES.parameters[name].value for name in (FEWER, MORE)] == [30, 50]
    take_in(house, tmp_path / BEFORE, rows(before, 1000, start_datum=EARLIER))
    outcome = take_in(house, tmp_path / FILE, rows(now, 5000))
    assert [q.rule for q in outcome.questions] == ["schorsingen.aantal_rijen"] * asked
    assert outcome.clean
    assert outcome.accepted == now


def test_the_question_says_what_was_compared(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    take_in(house, tmp_path / BEFORE, rows(100, 1000, start_datum=EARLIER))
    (question,) = take_in(house, tmp_path / FILE, rows(40, 5000)).questions
    assert question.period == "2022-2023"
    assert question.message == (
        "Er zijn 40 rijen; over 2022-2023 waren dat er 100 (60% minder). Een verschil van 30%"
        " minder tot 50% meer is gewoon. Klopt dit?"
    )


def test_a_delivery_over_more_years_is_counted_per_year(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    take_in(
        house, tmp_path / "bestuur_schorsingen_2019-2023.csv", rows(160, 1000, start_datum=EARLIER)
    )
    same = take_in(house, tmp_path / FILE, rows(40, 5000))
    assert same.questions == ()
    (question,) = take_in(house, tmp_path / FILE, rows(160, 5000)).questions
    assert "160 rijen per schooljaar; over 2019-2023 waren dat er 40" in question.message


@pytest.mark.parametrize(
    ("earlier", "day"),
    [
        ("ander_schorsingen_2022-2023.csv", EARLIER),
        ("bestuur_schorsingen_2024-2025.csv", "2024-10-04"),
        ("bestuur_schorsingen.csv", EARLIER),
    ],
)
def test_only_an_earlier_period_of_the_same_supplier_is_compared_with(
    house: duckdb.DuckDBPyConnection, tmp_path: Path, earlier: str, day: str
) -> None:
    take_in(house, tmp_path / earlier, rows(100, 1000, start_datum=day))
    assert take_in(house, tmp_path / FILE, rows(40, 5000)).questions == ()


def test_few_rows_raise_no_question(house: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    least = int(PROMISES.parameters[LEAST_ROWS].value)
    take_in(house, tmp_path / BEFORE, rows(least - 1, 1000, start_datum=EARLIER))
    assert take_in(house, tmp_path / FILE, rows(1, 5000)).questions == ()


def test_a_column_that_runs_empty_is_a_question(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    jump = int(PROMISES.parameters[EMPTY_JUMP].value)
    take_in(
        house, tmp_path / BEFORE, rows(100, 1000, gericht_tegen="personeel", start_datum=EARLIER)
    )
    half: list[Mapping[str, str]] = [
        suspension(n, gericht_tegen="" if n < 5000 + jump + 1 else "personeel")
        for n in range(5000, 5100)
    ]
    outcome = take_in(house, tmp_path / FILE, [dict(r) for r in half])
    assert [(q.rule, q.columns) for q in outcome.questions] == [
        ("schorsingen.gericht_tegen.lege_cellen", ("gericht_tegen",))
    ]
    assert f"in {jump + 1}% van de rijen leeg; over 2022-2023 was dat 0%" in (
        outcome.questions[0].message
    )
    half[0] = suspension(5000, gericht_tegen="personeel")
    assert take_in(house, tmp_path / FILE, [dict(r) for r in half]).questions == ()


def test_what_is_filled_at_the_end_may_be_empty_in_the_newest_year(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    whole = PROMISES.dataset("schorsingen")
    ending = dataclasses.replace(
        whole,
        columns=tuple(
            dataclasses.replace(c, filled_at_end=c.name == "gericht_tegen") for c in whole.columns
        ),
    )
    promises = dataclasses.replace(PROMISES, datasets={**PROMISES.datasets, ending.id: ending})
    take_in(
        house,
        tmp_path / BEFORE,
        rows(50, 1000, gericht_tegen="personeel", start_datum=EARLIER),
        promises,
    )
    assert take_in(house, tmp_path / FILE, rows(50, 5000), promises).questions == ()
    named = {
        d.id: {c.name for c in d.columns if c.filled_at_end} for d in PROMISES.datasets.values()
    }
    assert {name: columns for name, columns in named.items() if columns} == {
        "jeugdhulp": {"eind_datum", "reden_einde"},
        "smw_trajecten": {
            "eind_datum", "doelen_behaald", "gas_score",
            "tevredenheid_leerling", "tevredenheid_ouder", "vervolg",
        },
        "thuiszitters": {"eind_datum", "resultaat"},
        "zis_deelnames": {"eind_datum"},
    }  # fmt: skip


def test_the_range_comes_from_the_parameters(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    take_in(house, tmp_path / BEFORE, rows(100, 1000, start_datum=EARLIER))
    lax = with_parameters(**{LEAST_ROWS: 1000.0})
    assert take_in(house, tmp_path / FILE, rows(40, 5000), lax).questions == ()


def test_a_question_can_be_answered_by_its_rule(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    take_in(house, tmp_path / BEFORE, rows(100, 1000, start_datum=EARLIER))
    (question,) = take_in(house, tmp_path / FILE, rows(40, 5000)).questions
    assert history.reported_rules(house)[question.rule] == question.columns
