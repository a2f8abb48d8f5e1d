"""SPSS files: labels in the place of values, and what is declared missing is never a value."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import polars as pl
import pyreadstat
import pytest

from pipelines import contracts
from pipelines.delivery import intake
from pipelines.delivery.deliver import deliver
from pipelines.errors import DeliveryRefused
from pipelines.ingest import layout_files
from pipelines.ingest.read import TextFrame, read
from pipelines.warehouse import engine
from tests.conftest import pseudonym
from tests.fuzz import formats

PROMISES = contracts.load()


def written(file: Path, columns: dict[str, list[Any]], **told: Any) -> Path:
    pyreadstat.write_sav(pl.DataFrame(columns), str(file), **told)
    return file


def cells(text: TextFrame) -> dict[str, list[str | None]]:
    names, *rows = text.frame.drop("rij").rows()
    return {str(n): [row[i] for row in rows] for i, n in enumerate(names)}


MADE: dict[str, Any] = {
    "columns": {
        "soort": [1.0, 2.0, 9.0, None],
        "uren": [1.5, 1.125, 99.0, 3.0],
        "tekst": ["a", "N", "00123", None],
        "dag": [dt.date(2024, 9, 1), dt.date(2025, 2, 28), None, dt.date(2024, 12, 31)],
        "code": ["a", "b", "z", "a"],
        "duur": [dt.time(7, 30), None, dt.time(0, 15), None],
    },
    "variable_value_labels": {
        "soort": {1: "Schorsing extern", 9: "weet niet"},
        "uren": {99: "onbekend"},
        "code": {"a": "Pesten", "z": "niets"},
    },
    "missing_ranges": {"soort": [9], "uren": [{"lo": 90, "hi": 99}], "tekst": ["N"], "code": ["z"]},
}


@pytest.mark.parametrize("name", ["a.sav", "a.zsav"])
def test_labels_numbers_dates_and_missings(tmp_path: Path, name: str) -> None:
    told = dict(MADE, compress=name.endswith("zsav"))
    (text,) = read(written(tmp_path / name, **told))
    assert cells(text) == {
        "soort": ["Schorsing extern", "2", None, None],
        "uren": ["1.5", "1.125", None, "3"],
        "tekst": ["a", None, "00123", None],
        "dag": ["2024-09-01", "2025-02-28", None, "2024-12-31"],
        "code": ["Pesten", "b", None, "Pesten"],
        "duur": ["07:30:00", None, "00:15:00", None],
    }
    assert text.kinds is not None
    assert text.kinds["c0"].to_list() == [None, None, "getal", None, None]
    assert text.kinds["c1"].to_list() == [None, "getal", "getal", None, "getal"]


@pytest.mark.parametrize("shown", ["TIME10", "DTIME13", "MTIME8"])
def test_a_length_of_time_may_be_longer_than_a_day(tmp_path: Path, shown: str) -> None:
    """Hours of support; as a time of the day 36 hours would be 12."""
    hours = [8.5, 36.0, 1428.0, -0.5, None]
    file = written(
        tmp_path / "a.sav",
        {"uren": [h and h * 3600 for h in hours], "dag": [dt.date(2024, 9, 1)] * 5},
        variable_format={"uren": shown},
    )
    (text,) = read(file)
    assert cells(text) == {
        "uren": ["08:30:00", "36:00:00", "1428:00:00", "-00:30:00", None],
        "dag": ["2024-09-01"] * 5,
    }


def test_it_is_read_alike_in_a_zip_and_as_a_sample(tmp_path: Path) -> None:
    file = written(tmp_path / "a.sav", **MADE)
    packed = tmp_path / "a.zip"
    packed.write_bytes(formats.zipped({"in/b.sav": file.read_bytes()}))
    (whole,), (inside,), (part,) = read(file), read(packed), read(file, sample=True)
    assert cells(whole) == cells(inside) == cells(part)


def test_a_file_that_is_cut_off_is_named(tmp_path: Path) -> None:
    file = written(tmp_path / "a.sav", **MADE)
    for keep in (60, 200, 500):
        file.write_bytes(written(tmp_path / "b.sav", **MADE).read_bytes()[:keep])
        with pytest.raises(DeliveryRefused) as refusal:
            read(file)
        assert refusal.value.rule in ("bestand.afgebroken", "bestand.leeg")


def test_a_delivery_from_spss_loads_and_what_is_missing_is_not_counted(tmp_path: Path) -> None:
    columns: dict[str, list[Any]] = {
        "schorsing_id": ["S1", "S2", "S3"],
        "leerling_id": [pseudonym(n) for n in (1, 2, 3)],
        "vestigingscode": ["99AA00"] * 3,
        "soort": [1.0, 1.0, 2.0],
        "start_datum": [dt.date(2024, 9, n) for n in (2, 3, 4)],
        "schooldagen": [2.0, 999.0, 1.0],
        "reden": [1.0, 98.0, 1.0],
    }
    file = written(
        tmp_path / "bestuur_schorsingen_2024-2025.sav",
        columns,
        variable_value_labels={
            "soort": {1: "schorsing_extern", 2: "schorsing_intern"},
            "schooldagen": {999: "niet bekend"},
            "reden": {1: "pesten", 98: "wil niet zeggen"},
        },
        missing_ranges={"schooldagen": [999], "reden": [98]},
    )
    with engine.open_warehouse(None) as con:
        intake.prepare(con, PROMISES)
        (outcome,) = deliver(con, file, PROMISES, layout_files.load(), gate=False)
        rows = con.execute(
            "SELECT schorsing_id, soort, schooldagen, reden FROM schorsingen ORDER BY 1"
        ).fetchall()
    assert outcome.status == "accepted", outcome.message
    assert ("S1", "schorsing_extern", 2, "pesten") in rows
    assert not [row for row in rows if row[2] == 999 or row[3] in ("98", "wil niet zeggen")]
