"""A delivery is what its rows say: parts add up, the same part replaces, the rest is refused."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import duckdb
import openpyxl
import pytest

from pipelines import contracts
from pipelines.delivery import intake
from pipelines.delivery.outcome import Outcome
from pipelines.ingest import layout_files, periods
from pipelines.ingest.periods import Named
from pipelines.warehouse import archive, differences, engine, history, tables
from tests.conftest import pseudonym
from tests.soak import small

PROMISES = contracts.load()
KEYS = "SELECT schorsing_id FROM schorsingen ORDER BY 1"


@pytest.fixture
def house() -> Iterator[duckdb.DuckDBPyConnection]:
    with engine.open_warehouse(None) as con:
        intake.prepare(con, PROMISES)
        yield con


def run(con: duckdb.DuckDBPyConnection, *files: Path) -> dict[str, Outcome]:
    """Take an inbox with these files in, and give what became of each."""
    outcomes = intake.take_in(
        con,
        files,
        PROMISES,
        layout_files.load(),
        gate=False,
        feedback=None,
        progress=intake.quietly,
    )
    assert history.unbalanced(con, PROMISES) == {}
    return {o.file: o for o in outcomes}


def row(number: int, day: str = "2024-09-10", school: int = 0, **more: str) -> dict[str, str]:
    made = small.suspension(2024, number, start_datum=day, vestigingscode=f"99AA0{school}")
    return made | {"schorsing_id": f"S{number}"} | more


def rows(*numbers: int, day: str = "2024-09-10", school: int = 0) -> list[dict[str, str]]:
    return [row(n, day, school) for n in numbers]


def file(folder: Path, name: str, content: Sequence[Mapping[str, str]]) -> Path:
    return small.write(folder / name, content)


def keys(con: duckdb.DuckDBPyConnection) -> list[str]:
    return [key for (key,) in con.execute(KEYS).fetchall()]


# What a name says ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("bestuur_schorsingen_2023-2024", Named((2023, 2024))),
        ("bestuur_schorsingen_2024-25_correctie", Named((2024, 2025))),
        ("bestuur_schorsingen_24-25", Named((2024, 2025))),
        ("bestuur_schorsingen_20242025", Named((2024, 2025))),
        ("bestuur_schorsingen_2024\u20132025", Named((2024, 2025))),
        ("bestuur_schorsingen_2021_2025", Named((2021, 2025))),
        ("bestuur_schorsingen_2024-09", Named((2024, 2025), (2024, 9))),
        ("sep 2024", Named((2024, 2025), (2024, 9))),
        ("Mei 2025", Named((2024, 2025), (2025, 5))),
        ("verzuim_okt_24", Named((2024, 2025), (2024, 10))),
        ("02-2025", Named((2024, 2025), (2025, 2))),
        ("2024-2025 deel 2", Named((2024, 2025), part="2")),
        ("export_2024-09-10", Named()),
        ("export_09-10-2025", Named()),
        ("export_20240910", Named()),
        ("results-survey123456", Named()),
        ("results-survey202125", Named()),
        ("formulier 2025", Named()),
    ],
)
def test_what_a_name_says_of_time(name: str, said: Named) -> None:
    assert periods.named(name) == said


# Parts add up (A3) -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "second", "apart"),
    [
        ("havenlicht_schorsingen_2024-09.csv", "havenlicht_schorsingen_2024-10.csv", "maand"),
        ("havenlicht_schorsingen.csv", "havenlicht_schorsingen (1).csv", "school"),
        ("schorsingen.csv", "schorsingen_nieuw.csv", "maand"),
        (
            "havenlicht_schorsingen_2024-2025_a.csv",
            "havenlicht_schorsingen_2024-2025_b.csv",
            "school",
        ),
    ],
)
def test_months_and_schools_add_up_whatever_the_names(
    house: duckdb.DuckDBPyConnection, tmp_path: Path, first: str, second: str, apart: str
) -> None:
    one = file(tmp_path, first, rows(1, 2, 3))
    other = rows(4, 5, day="2024-10-02") if apart == "maand" else rows(4, 5, school=1)
    two = file(tmp_path, second, other)
    assert {o.status for o in run(house, one, two).values()} == {"accepted"}
    assert keys(house) == ["S1", "S2", "S3", "S4", "S5"]
    assert {o.status for o in run(house, one, two).values()} == {"unchanged"}


def test_sheets_of_months_add_up_and_are_corrected_apart(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    def book(september: list[dict[str, str]], october: list[dict[str, str]]) -> Path:
        made = openpyxl.Workbook()
        made.remove(made.active)
        for name, content in (("sep 2024", september), ("okt 2024", october)):
            sheet = made.create_sheet(name)
            sheet.append(list(content[0]))
            for one in content:
                sheet.append(list(one.values()))
        path = tmp_path / "havenlicht_schorsingen.xlsx"
        made.save(path)
        return path

    # A suspension of September that is in the sheet of October as well would be one too many.
    october = [*rows(4, 5, day="2024-10-02"), row(6, "2024-09-30")]
    run(house, book(rows(1, 2, 3), october))
    assert keys(house) == ["S1", "S2", "S3", "S4", "S5", "S6"]
    run(house, book([row(1, reden="overig"), *rows(2, 3)], october))
    assert keys(house) == ["S1", "S2", "S3", "S4", "S5", "S6"]
    changed = "SELECT schorsing_id FROM schorsingen WHERE reden = 'overig'"
    assert house.execute(changed).fetchall() == [("S1",)]


def test_parts_by_name_add_up(house: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    one = file(tmp_path, "havenlicht_schorsingen_2024-2025_deel1.csv", rows(1, 2))
    two = file(tmp_path, "havenlicht_schorsingen_2024-2025_deel2.csv", rows(3, 4))
    run(house, one, two)
    assert keys(house) == ["S1", "S2", "S3", "S4"]


# The same part replaces (A4) --------------------------------------------------------------------


def test_a_correction_takes_the_place_of_the_same_part(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    run(house, file(tmp_path, "havenlicht_schorsingen_2024-2025.csv", rows(1, 2, 3, 4)))
    for number, name in enumerate(
        [
            "havenlicht_schorsingen_2024-25_correctie.csv",
            "havenlicht_schorsingen_24-25.csv",
            "havenlicht_schorsingen_20242025.csv",
            "havenlicht_schorsingen_2024\u20132025.csv",
            "havenlicht_schorsingen.csv",
            "HAVENLICHT_schorsingen_2024-2025_v2.csv",
        ],
        start=5,
    ):
        better = [row(1, "2024-09-11"), *rows(2, 3, number)]
        outcome = run(house, file(tmp_path, name, better))[name]
        assert (outcome.status, outcome.quarantined) == ("accepted", 0), name
        assert keys(house) == sorted(["S1", "S2", "S3", f"S{number}"])
        assert outcome.differences is not None
        assert outcome.differences.counts["verdwenen"] == 1


def test_a_correction_beside_its_original_comes_after_it(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Whatever the order of the names."""
    old = file(tmp_path, "havenlicht_schorsingen_x.csv", rows(1, 2, 3))
    new = file(tmp_path, "havenlicht_schorsingen_herzien.csv", [row(1), *rows(2)])
    found = run(house, old, new)
    assert (found[old.name].status, found[new.name].status) == ("replaced", "accepted")
    assert keys(house) == ["S1", "S2"]


def test_growing_exports_replace_the_one_before(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    name = "havenlicht_schorsingen.csv"
    for upto in (3, 6, 9):
        content = [row(n, f"2024-{8 + n // 3:02}-12") for n in range(1, upto + 1)]
        assert run(house, file(tmp_path, name, content))[name].accepted == upto
    assert len(keys(house)) == 9
    together = file(tmp_path, "havenlicht_schorsingen_2024-2025.csv", content)
    assert run(house, together)[together.name].accepted == 9


def test_one_file_takes_the_place_of_all_its_parts(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    one = file(tmp_path, "havenlicht_schorsingen_2024-09.csv", rows(1, 2))
    two = file(tmp_path, "havenlicht_schorsingen_2024-10.csv", rows(3, 4, day="2024-10-01"))
    run(house, one, two)
    whole = [*rows(1, 2), *rows(3, 4, day="2024-10-01"), row(5, "2024-11-05")]
    year = file(tmp_path, "havenlicht_schorsingen_2024-2025.csv", whole)
    outcome = run(house, one, two, year)
    assert outcome[year.name].accepted == 5
    assert outcome[one.name].status == outcome[two.name].status == "replaced"
    assert year.name in outcome[one.name].message
    found = outcome[year.name].differences
    assert found is not None
    assert (found.file, found.counts["nieuw"], found.same) == (f"{one.name}, {two.name}", 1, 4)
    differences.forget_rows(house, outcome[one.name].delivery)
    assert differences.find(house, outcome[year.name].delivery).rows == ()  # type: ignore[union-attr]


# Anything else is refused, and nothing is lost --------------------------------------------------


def test_what_is_neither_is_refused(house: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    first = file(tmp_path, "havenlicht_schorsingen_2024-2025.csv", rows(*range(1, 21)))
    run(house, first)
    held = keys(house)
    cases = {
        "levering.deel": rows(1, 2),
        "levering.overlapt": rows(*range(30, 40)),
        "levering.leeg": [],
    }
    for rule, content in cases.items():
        name = "havenlicht_schorsingen_2024-2025_2.csv"
        path = file(tmp_path, name, content or rows(1))
        if not content:
            path.write_text(path.read_text("utf-8").splitlines()[0] + "\n", "utf-8")
        outcome = run(house, first, path)[name]
        assert (outcome.status, outcome.findings[0]["rule"]) == ("refused", rule)
        assert first.name in outcome.message
        assert "S1" not in outcome.message
        assert keys(house) == held


def test_an_export_of_what_still_runs_does_not_wipe_what_ended(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Most of last year's rows are in it, and a third is not: they ended."""
    before = [row(n, "2024-03-05") for n in range(1, 31)]
    now = [row(n, "2024-03-05") for n in range(11, 31)] + rows(*range(40, 70))
    run(house, file(tmp_path, "havenlicht_schorsingen.csv", before))
    outcome = run(house, file(tmp_path, "havenlicht_schorsingen.csv", now))
    assert outcome["havenlicht_schorsingen.csv"].status == "refused"
    assert len(keys(house)) == 30
    named = file(tmp_path, "havenlicht_schorsingen_2024-2025.csv", now)
    old = file(tmp_path, "havenlicht_schorsingen_2023-2024.csv", before)
    run(house, old)  # the same bytes; only the name tells now
    outcome = run(house, old, named)
    assert outcome[named.name].accepted == 30
    assert len(keys(house)) == 60


def test_numbers_that_start_again_do_not_make_another_month_the_same(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Row numbers 1, 2, 3 of each export: nothing of September may go for them."""
    run(house, file(tmp_path, "havenlicht_schorsingen_2024-09.csv", rows(1, 2, 3)))
    october = [row(n + 50, "2024-10-02") | {"schorsing_id": f"S{n}"} for n in (1, 2, 3)]
    path = file(tmp_path, "havenlicht_schorsingen_2024-10.csv", october)
    outcome = run(house, path)[path.name]
    assert (outcome.accepted, outcome.quarantined) == (0, 3)
    assert {f["rule"] for f in outcome.findings} >= {"schorsingen.schorsing_id.elders"}
    assert keys(house) == ["S1", "S2", "S3"]


# The period follows from the rows (A5) ------------------------------------------------------------


def answers(year: str, *numbers: int) -> list[dict[str, str]]:
    return [
        {
            "ronde": year,
            "antwoord_id": f"{year[:4]}-{n}",
            "groep": "school",
            "vestigingscode": "99AA00",
            "vraag_id": "p01",
            "score": "4",
        }
        for n in numbers
    ]


def test_next_years_answers_do_not_wipe_this_years(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    name = "results-survey123456.csv"
    for year in ("2024/2025", "2025/2026"):
        outcome = run(house, file(tmp_path, name, answers(year, 1, 2)))[name]
        assert (outcome.status, outcome.accepted) == ("accepted", 2)
        assert outcome.period == year.replace("/", "-")
    rounds = "SELECT DISTINCT ronde FROM evaluatie_antwoorden ORDER BY 1"
    assert house.execute(rounds).fetchall() == [("2024/2025",), ("2025/2026",)]


def test_a_wrong_year_in_the_name_is_a_finding(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    for name, content in (
        ("s_evaluatie_antwoorden_2023-2024.csv", answers("2025/2026", 1, 2)),
        ("s_schorsingen_2022-2023.csv", rows(1, 2)),
    ):
        outcome = run(house, file(tmp_path, name, content))[name]
        (found,) = [f for f in outcome.findings if f["rule"].endswith(".naam")]
        assert found["severity"] == "waarschuwing"
        assert "maar 2 van de 2 rijen gaan over schooljaar" in found["message"]
    assert outcome.period == "2024-2025"
    right = file(tmp_path, "s_schorsingen_2024-2025.csv", rows(1, 2))
    outcome = run(house, right)[right.name]
    assert (outcome.status, outcome.accepted, outcome.findings) == ("accepted", 2, outcome.findings)
    assert not [f for f in outcome.findings if f["rule"].endswith(".naam")]
    assert keys(house) == ["S1", "S2"]


def test_what_began_earlier_and_still_runs_is_in_its_year(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    absent = {
        "verzuim_id": "V1",
        "leerling_id": pseudonym(1),
        "woongemeente": "GM9901",
        "soort": "vrijstelling_5a",
        "start_datum": "2021-09-01",
        "eind_datum": "",
    }
    name = "leerplicht_thuiszitters_2024-2025.csv"
    outcome = run(house, file(tmp_path, name, [absent, absent | {"verzuim_id": "V2"}]))[name]
    assert outcome.period == "2024-2025"
    assert not [f for f in outcome.findings if f["rule"].endswith(".naam")]


# Numbers belong to their supplier (A6) ------------------------------------------------------------


def test_two_suppliers_may_use_the_same_number(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    one = file(tmp_path, "een_schorsingen_2024-2025.csv", [row(1)])
    other = [row(9, "2024-11-05", 1) | {"schorsing_id": "S1"}]
    two = file(tmp_path, "twee_schorsingen_2024-2025.csv", other)
    assert {o.accepted for o in run(house, one, two).values()} == {1}
    assert keys(house) == ["S1", "S1"]
    counted = tables.as_ibis(house, PROMISES)["schorsingen"]
    told = counted.schorsing_id.to_pyarrow().to_pylist()
    assert sorted(told) == ["S1 van een", "S1 van twee"]
    kept = archive.write(house, PROMISES, tmp_path)["schorsingen"]
    saved = house.execute(f"SELECT schorsing_id FROM '{tmp_path}/archief/{kept}' ORDER BY 1")
    assert saved.fetchall() == [("S1 van een",), ("S1 van twee",)]


def test_one_registration_under_two_names_counts_once(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    one = file(tmp_path, "een_schorsingen_2024-2025.csv", rows(1, 2))
    two = file(tmp_path, "bestuur een_schorsingen_2024-2025.csv", rows(1, 2))
    found = run(house, one, two)
    assert sorted(o.accepted for o in found.values()) == [0, 2]


def test_a_supplier_that_nobody_names_is_the_board_of_its_schools(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    boards = [small.school(n) | {"bevoegd_gezag": f"Bestuur {n}"} for n in range(2)]
    schools = file(tmp_path, "gemeente_scholen.csv", boards)
    one = file(tmp_path, "schorsingen.csv", rows(1, 2))
    two = file(tmp_path, "schorsingen (1).csv", [row(8, school=1) | {"schorsing_id": "S1"}])
    both = file(tmp_path, "schorsingen (2).csv", [row(5, "2023-10-01"), row(6, "2023-10-01", 1)])
    found = run(house, schools, one, two, both)
    told = {f: (o.supplier, o.accepted) for f, o in found.items() if o.dataset == "schorsingen"}
    assert told == {
        "schorsingen.csv": ("Bestuur 0", 2),
        "schorsingen (1).csv": ("Bestuur 1", 1),
        "schorsingen (2).csv": ("onbekend", 2),
    }  # fmt: skip
    assert {o.status for o in run(house, schools, one, two, both).values()} == {"unchanged"}


# What is delivered last counts (R1, R2) -----------------------------------------------------------


def test_a_delivery_comes_back_after_another(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    name = "havenlicht_schorsingen_2024-2025.csv"
    whole, fewer = rows(*range(1, 11)), rows(*range(1, 6))
    for content, wanted in ((whole, 10), (fewer, 5), (whole, 10), (fewer, 5)):
        assert run(house, file(tmp_path, name, content))[name].status == "accepted"
        assert len(keys(house)) == wanted
    for other in ("b", "c"):  # the same bytes under another name are delivered last as well
        again = file(tmp_path, f"havenlicht_schorsingen_2024-2025{other}.csv", whole)
        run(house, tmp_path / name, again)
        assert len(keys(house)) == 10


def test_what_lies_in_the_inbox_is_not_delivered_again(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    old = file(tmp_path, "havenlicht_schorsingen_2024-2025.csv", rows(*range(1, 11)))
    new = file(tmp_path, "havenlicht_schorsingen_2024-2025_v2.csv", rows(*range(1, 9)))
    run(house, old, new)
    elsewhere = file(tmp_path, "ander_schorsingen_2024-2025.csv", [row(50, school=1)])
    for inbox in ((old, new), (elsewhere,), (old, new), (old, new, elsewhere)):
        found = run(house, *inbox)
        assert len(keys(house)) == 9 if elsewhere in inbox else 8
        if old in inbox:
            assert (found[old.name].status, found[new.name].status) == ("replaced", "unchanged")


def test_the_same_bytes_under_names_that_differ_are_two_deliveries(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """Two years in which nothing happened, and of two suppliers."""
    header = file(tmp_path, "x.csv", rows(1)).read_text("utf-8").splitlines()[0] + "\n"
    names = [f"{who}_schorsingen_{year}.csv" for who in "ab" for year in ("2022-2023", "2023-2024")]
    paths = [tmp_path / name for name in names]
    for path in paths:
        path.write_text(header, "utf-8")
    found = run(house, *paths)
    assert {(o.supplier, o.period, o.status) for o in found.values()} == {
        (who, year, "accepted") for who in "ab" for year in ("2022-2023", "2023-2024")
    }
    assert {o.status for o in run(house, *paths).values()} == {"unchanged"}
    assert len({o.delivery for o in found.values()}) == 4


def test_a_name_that_was_mended_is_seen_and_a_mere_rename_is_not(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    wrong = file(tmp_path, "havenlicht_schorsingen_2020-2021.csv", rows(1, 2))
    run(house, wrong)
    right = wrong.rename(tmp_path / "havenlicht_schorsingen_2024-2025.csv")
    outcome = run(house, right)[right.name]
    assert (outcome.status, outcome.period, outcome.accepted) == ("accepted", "2024-2025", 2)
    assert keys(house) == ["S1", "S2"]
    copy = right.rename(tmp_path / "havenlicht_schorsingen_2024-2025 (1).csv")
    assert run(house, copy)[copy.name].status == "unchanged"
    listed = house.execute("SELECT bestand FROM register.leveringen WHERE status = 'geladen'")
    assert listed.fetchall() == [(copy.name,)]
