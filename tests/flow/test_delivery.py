"""From a file to the warehouse: nothing lost, nothing twice, nothing half."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest

from pipelines import contracts
from pipelines.delivery.deliver import deliver
from pipelines.delivery.outcome import Outcome
from pipelines.ingest import layout_files
from pipelines.validate import expectations, quarantine
from pipelines.warehouse import engine, history, tables
from tests.conftest import pseudonym

PROMISES = contracts.load()
SCHOOL = {
    "vestigingscode": "99AA00",
    "naam": "De Verzonnen School",
    "gemeente": "GM9901",
    "wijkcode": "WK990101",
    "onderwijssoort": "vo",
}


def suspension(number: int, **changes: str) -> dict[str, str]:
    return {
        "schorsing_id": f"S{number}",
        "leerling_id": pseudonym(number),
        "vestigingscode": "99AA00",
        "soort": "schorsing_extern",
        "start_datum": "2024-03-04",
        "schooldagen": "1",
        "reden": "storend_gedrag",
        "gericht_tegen": "",
        "gemeld_inspectie": "J",
    } | changes


def write(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


@pytest.fixture
def house() -> Iterator[duckdb.DuckDBPyConnection]:
    with engine.open_warehouse(None) as con:
        tables.create(con, PROMISES)
        history.create(con)
        yield con


def take_in(con: duckdb.DuckDBPyConnection, path: Path, *, gate: bool = False) -> Outcome:
    (outcome,) = deliver(con, path, PROMISES, layout_files.load(), gate=gate)
    assert history.unbalanced(con, PROMISES) == {}
    return outcome


def content(con: duckdb.DuckDBPyConnection, dataset: str) -> list[tuple[Any, ...]]:
    return con.execute(f"SELECT * FROM {dataset} ORDER BY ALL").fetchall()


@pytest.fixture
def school(house: duckdb.DuckDBPyConnection, tmp_path: Path) -> Outcome:
    return take_in(house, write(tmp_path / "gemeente_scholen_2023-2024.csv", [SCHOOL]))


def rules(outcome: Outcome) -> dict[str, list[int]]:
    return {str(f["rule"]): f["rows"] for f in outcome.findings}  # type: ignore[misc]


@pytest.mark.usefixtures("school")
def test_broken_rows_are_kept_apart_with_every_rule_they_break(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    rows = [
        suspension(1),
        suspension(2, start_datum="2024-02-30", soort="straf"),
        suspension(3, vestigingscode="99ZZ00"),
        suspension(4, schooldagen="7"),
        suspension(1),
    ]
    outcome = take_in(house, write(tmp_path / "bestuur_schorsingen_2023-2024.csv", rows), gate=True)
    assert (outcome.rows_in, outcome.accepted, outcome.quarantined) == (5, 2, 3)
    assert rules(outcome) == {
        "schorsingen.start_datum.type": [3],
        "schorsingen.soort.code": [3],
        "schorsingen.vestigingscode.verwijzing": [4],
        "schorsingen.schorsing_id.uniek": [6],
        "schorsingen.schorsing_te_lang": [5],
    }
    kept = house.execute("SELECT rij, regels FROM register.quarantaine ORDER BY rij").fetchall()
    assert kept == [
        (3, ["schorsingen.soort.code", "schorsingen.start_datum.type"]),
        (4, ["schorsingen.vestigingscode.verwijzing"]),
        (6, ["schorsingen.schorsing_id.uniek"]),
    ]


@pytest.mark.usefixtures("school")
def test_the_same_delivery_again_changes_nothing(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    file = write(tmp_path / "bestuur_schorsingen_2023-2024.csv", [suspension(1), suspension(2)])
    first = take_in(house, file)
    before = content(house, "schorsingen"), content(house, "register.leveringen")
    again = take_in(house, file)
    assert again.status == "unchanged"
    assert (again.rows_in, again.accepted) == (first.rows_in, first.accepted)
    assert (content(house, "schorsingen"), content(house, "register.leveringen")) == before


@pytest.mark.usefixtures("school")
def test_a_newer_delivery_of_the_same_period_replaces_the_older(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    old = write(tmp_path / "bestuur_schorsingen_2023-2024.csv", [suspension(1), suspension(2)])
    new = write(tmp_path / "bestuur_schorsingen_2023-2024_v2.csv", [suspension(2), suspension(3)])
    take_in(house, old)
    assert take_in(house, new).quarantined == 0
    ids = house.execute("SELECT schorsing_id FROM schorsingen ORDER BY 1").fetchall()
    assert ids == [("S2",), ("S3",)]
    assert take_in(house, old).status == "replaced"
    statuses = house.execute(
        "SELECT bestand, status FROM register.leveringen WHERE dataset = 'schorsingen' ORDER BY 1"
    ).fetchall()
    assert statuses == [(old.name, "vervangen"), (new.name, "geladen")]


@pytest.mark.usefixtures("school")
def test_a_key_of_another_delivery_is_not_taken_over(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    take_in(house, write(tmp_path / "een_schorsingen_2023-2024.csv", [suspension(1)]))
    two = take_in(
        house, write(tmp_path / "twee_schorsingen_2023-2024.csv", [suspension(1), suspension(2)])
    )
    assert rules(two) == {"schorsingen.schorsing_id.elders": [2]}


def test_a_reference_that_is_not_delivered_is_said_and_judged_again_later(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    file = write(tmp_path / "bestuur_schorsingen_2023-2024.csv", [suspension(1), suspension(2)])
    first = take_in(house, file)
    assert first.quarantined == 0
    assert [f["outcome"] for f in first.findings] == ["niet_gecontroleerd"]
    other = SCHOOL | {"vestigingscode": "99BB00"}
    take_in(house, write(tmp_path / "gemeente_scholen_2023-2024.csv", [other]))
    again = take_in(house, file)
    assert again.status == "accepted"
    assert rules(again) == {"schorsingen.vestigingscode.verwijzing": [2, 3]}


@pytest.mark.usefixtures("school")
def test_identifying_data_leave_no_trace(house: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    row = suspension(1) | {"naam leerling": "Verzonnen Persoon"}
    outcome = take_in(house, write(tmp_path / "bestuur_schorsingen_2023-2024.csv", [row]))
    assert outcome.status == "refused"
    assert "Verzonnen Persoon" not in str(outcome)
    everything = house.execute(
        "SELECT table_schema || '.' || table_name FROM information_schema.tables"
    ).fetchall()
    dump = "".join(str(content(house, name)) for (name,) in everything if "wacht" not in name)
    assert "Verzonnen Persoon" not in dump
    assert content(house, "schorsingen") == []


@pytest.mark.usefixtures("school")
def test_differing_counts_refuse_the_delivery(
    house: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def miscount(*_: Any) -> expectations.SuiteResult:
        return expectations.SuiteResult(counts={}, crashed={}, record={})

    monkeypatch.setattr(expectations, "run", miscount)
    file = write(tmp_path / "bestuur_schorsingen_2023-2024.csv", [suspension(1)])
    outcome = take_in(house, file, gate=True)
    assert outcome.status == "refused"
    assert outcome.findings[0]["rule"] == "controle.niet_uitgevoerd"
    assert content(house, "schorsingen") == []


@pytest.mark.usefixtures("school")
def test_a_check_that_crashes_is_not_called_passed(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    from pipelines.validate.check import Check

    broken = Check("x.kapot", "regel", "fout", "accuracy", ("naam",), "bestaat_niet", "", "", "")
    sound = Check("x.heel", "regel", "fout", "accuracy", ("naam",), "naam IS NULL", "", "", "")
    house.execute("CREATE TABLE proef AS SELECT 1 AS _rij, 1 AS _nr, NULL::VARCHAR AS naam")
    result = expectations.run(house, "proef", [broken, sound], "proef")
    assert set(result.crashed) == {"x.kapot"}
    assert result.counts == {"x.heel": 1}


@pytest.mark.usefixtures("school")
def test_a_name_that_contradicts_the_columns_is_refused(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    outcome = take_in(house, write(tmp_path / "bestuur_thuiszitters_2024.csv", [suspension(1)]))
    assert outcome.findings[0]["rule"] == "bestand.naam"


def test_nothing_of_a_file_is_ever_spilled_to_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "TAKING_IN", "24 MiB")
    large = write(
        tmp_path / "bestuur_schorsingen_2023-2024.csv", [suspension(n) for n in range(60_000)]
    )
    home = tmp_path / "werkmap"
    with engine.open_warehouse(home) as con:
        tables.create(con, PROMISES)
        history.create(con)
        with engine.frugal(con):
            outcome = take_in(con, large)
        assert outcome.status == "refused"
        assert [f["rule"] for f in outcome.findings] == ["bestand.te_groot"]
        assert con.execute("SELECT current_setting('temp_directory')").fetchone() == ("",)
        again = take_in(con, large)
        assert again.status == "accepted", again.message
    assert {p.name for p in home.iterdir()} == {engine.FILE, engine.LOCK}


def test_a_mistake_in_every_row_names_some_rows_and_counts_all(
    house: duckdb.DuckDBPyConnection,
    school: Outcome,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(quarantine, "LISTED", 7)
    wrong = [suspension(n, soort="onzin") for n in range(1, 41)]
    outcome = take_in(
        house, write(tmp_path / "bestuur_schorsingen_2023-2024.csv", wrong), gate=True
    )
    (finding,) = (f for f in outcome.findings if f["rule"] == "schorsingen.soort.code")
    assert (finding["rows"], finding["count"]) == ([2, 3, 4, 5, 6, 7, 8], 40)
    assert (outcome.rows_in, outcome.quarantined) == (40, 40)
    kept = house.execute("SELECT count(*) FROM register.quarantaine").fetchone()
    assert kept == (40,)
