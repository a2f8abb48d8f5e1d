"""One name or telephone number in any column of any dataset stops at the door."""

from __future__ import annotations

import csv
from pathlib import Path

import openpyxl
import pytest

from pipelines import contracts
from pipelines.delivery import intake
from pipelines.delivery.deliver import deliver
from pipelines.errors import DeliveryRefused
from pipelines.ingest import deliveries, layout_files
from pipelines.ingest.persons import is_person
from pipelines.warehouse import engine
from tests.conftest import pseudonym

PROMISES = contracts.load()
KNOWN = layout_files.load()
WITH_ROOM = {  # texts of a supplier's own: names of schools, boards, places, sources
    "gemeentenaam", "wijknaam", "jeugdregio", "samenwerkingsverband", "naam", "bevoegd_gezag",
    "gebied", "bron", "berichten", "aanbieder",
}  # fmt: skip
COLUMNS = [
    (dataset.id, column.name)
    for dataset in PROMISES.datasets.values()
    for column in dataset.columns
    if column.name not in WITH_ROOM | {"leerling_id"}
]


def delivered(folder: Path, dataset: str, column: str, value: str, suffix: str = ".csv") -> Path:
    names = [c.name for c in PROMISES.dataset(dataset).columns]
    row = {"leerling_id": pseudonym(1), column: value}
    cells = [names, [row.get(name, "") for name in names]]
    file = folder / f"a_{dataset}{suffix}"
    if suffix == ".xlsx":
        book = openpyxl.Workbook()
        for line in cells:
            book.active.append(line)  # type: ignore[union-attr]
        book.save(file)
        return file
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, delimiter=";").writerows(cells)
    return file


def refusal(file: Path) -> str:
    """Why a file is stopped at the door; empty where it is not."""
    try:
        deliveries.open_file(file, PROMISES, KNOWN)
    except DeliveryRefused as stopped:
        return f"{stopped.rule}: {stopped}"
    return ""


def test_no_column_has_room_for_one_person(tmp_path: Path) -> None:
    value = "juf Jansen 06-12345678"
    for dataset, column in COLUMNS:
        told = refusal(delivered(tmp_path, dataset, column, value))
        assert told.startswith("identiteit.herleidbaar"), (dataset, column)
        assert f"naam in kolom {column}" in told
        assert f"telefoonnummer in kolom {column}" in told
        assert value not in told


def test_nobody_is_addressed_in_a_text_of_a_suppliers_own(tmp_path: Path) -> None:
    """Only names of schools and areas may look like it: they are named after people."""
    own = [
        (dataset.id, column.name)
        for dataset in PROMISES.datasets.values()
        for column in dataset.columns
        if column.name in WITH_ROOM and not column.name.endswith("naam")
    ]
    assert len(own) > 5
    for dataset, column in own:
        told = refusal(delivered(tmp_path, dataset, column, "mevrouw De Boer"))
        assert f"naam in kolom {column}" in told, (dataset, column)
        assert refusal(delivered(tmp_path, dataset, column, "Stichting Anne Frank")) == ""


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        ("juf Jansen", "naam"),
        ("pesten|Sanne de Vries", "naam"),
        ("gesprek met Sanne de Vries 3B", "naam"),
        ("juf Jansen, De Brugschool", "naam"),
        ("Sanne de Vries", "naam"),
        ("J. de Vries", "naam"),
        ("fatima.elamrani@school.nl", "e-mailadres"),
        ("NL91ABNA0417164300", "rekeningnummer"),
    ],
)
def test_one_value_is_enough(tmp_path: Path, value: str, kind: str) -> None:
    for dataset, column in COLUMNS[:: len(COLUMNS) // 12]:
        told = refusal(delivered(tmp_path, dataset, column, value))
        assert f"{kind} in kolom {column}" in told, (dataset, told)


def test_a_bare_telephone_number_has_no_place_in_a_code(tmp_path: Path) -> None:
    for dataset, column in (
        ("evaluatie_antwoorden", "vestigingscode"),
        ("inzet", "vestigingscode"),
    ):
        for suffix in (".csv", ".xlsx"):
            file = delivered(tmp_path, dataset, column, "06-12345678", suffix)
            with pytest.raises(DeliveryRefused, match="telefoonnummer in kolom vestigingscode"):
                deliveries.open_file(file, PROMISES, KNOWN)


@pytest.mark.parametrize(
    "value",
    ["De Brug", "OBS Anne Frank", "Anne Jansenschool", "Leerkracht of mentor", "99AA", "Onbekend",
     "HORST AAN DE MAAS", "Intern begeleider", "meester of juf", "Onder Behandeling",
     "R.K. BS De Kleine Wereld"],
)  # fmt: skip
def test_a_wrong_code_that_is_nobodys_name_is_kept_apart(tmp_path: Path, value: str) -> None:
    for dataset, column in (("evaluatie_antwoorden", "vestigingscode"), ("schorsingen", "reden")):
        file = delivered(tmp_path, dataset, column, value)
        with engine.open_warehouse(None) as con:
            intake.prepare(con, PROMISES)
            (outcome,) = deliver(con, file, PROMISES, KNOWN, gate=False)
        assert (outcome.status, outcome.quarantined) == ("accepted", 1), outcome.message


def test_nothing_of_it_is_stored_or_sent_back(tmp_path: Path) -> None:
    file = delivered(tmp_path, "evaluatie_antwoorden", "vestigingscode", "juf Jansen")
    with engine.open_warehouse(None) as con:
        intake.prepare(con, PROMISES)
        (outcome,) = deliver(con, file, PROMISES, KNOWN, gate=False, feedback=tmp_path / "terug")
        assert outcome.status == "refused"
        for (name,) in con.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables()"
        ).fetchall():
            assert "Jansen" not in str(con.execute(f"FROM {name}").fetchall())
    for page in (tmp_path / "terug").rglob("*"):
        assert page.is_dir() or b"Jansen" not in page.read_bytes()


def test_no_word_of_a_code_list_is_a_name() -> None:
    words = {
        word
        for codes in PROMISES.codes.values()
        for code in codes.values()
        for word in (code.code, code.label_nl, code.label_en, *code.spellings)
    }
    assert {word for word in words if is_person(word)} == set()


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        ("mevr. De Boer", True),
        ("dhr. P. Pietersen", True),
        ("Mohammed Yilmaz", True),
        ("SANNE JANSEN", True),
        ("Sanne", False),
        ("Dr. Nassau College", False),
        ("Jan van Nassauschool", False),
    ],
)
def test_what_a_person_is(text: str, is_one: bool) -> None:
    assert is_person(text) == is_one
