"""Layouts from file to warehouse under both counts, and the command that proposes one."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import xlsxwriter

from pipelines import contracts
from pipelines.delivery.deliver import deliver
from pipelines.delivery.outcome import Outcome
from pipelines.ingest import layout_files
from pipelines.ingest.layout_files import parse
from pipelines.ingest.propose.story import propose
from pipelines.ingest.read import read
from pipelines.warehouse import engine, history, tables
from tests.commands import zichtlijn
from tests.conftest import pseudonym

PROMISES = contracts.load()

DUO = """VESTIGINGSCODE;LEERLINGEN_2023;LEERLINGEN_2024
99AA00;<5;120
99AB00;0;<5
"""
LIMESURVEY = """id,submitdate,schooljaar,groep,vestiging,wijk,proces[p01],inhoud[i10]
1,2025-06-03 10:00:00,2024-2025,school,,WK990101,4,nvt
2,2025-06-03 10:00:00,2024-2025,wijkteam,,WK990101,7,3
"""
PALET = ("Meldnr", "Leerlingpseudoniem", "Vestigingscode", "Maatregel", "Ingangsdatum",
         "Aantal schooldagen", "Aanleiding", "Gericht tegen", "Gemeld bij Inspectie")  # fmt: skip


def take_in(path: Path) -> Outcome:
    """With Great Expectations as the second count: a difference would refuse the delivery."""
    with engine.open_warehouse(None) as con:
        tables.create(con, PROMISES)
        history.create(con)
        (outcome,) = deliver(con, path, PROMISES, layout_files.load(), gate=True)
    return outcome


def found(outcome: Outcome) -> dict[str, tuple[object, object]]:
    return {str(f["rule"]): (f["severity"], f["rows"]) for f in outcome.findings if f["rows"]}


def test_counts_that_the_source_hides_are_kept_apart_by_name(tmp_path: Path) -> None:
    file = tmp_path / "telling.csv"
    file.write_text(DUO, "utf-8")
    outcome = take_in(file)
    assert (outcome.rows_in, outcome.accepted, outcome.quarantined) == (4, 2, 2)
    assert found(outcome) == {
        "leerlingaantallen.leerlingen.afgeschermd_bron": ("fout", [2, 3]),
    }


def test_an_evaluation_becomes_rows_per_question(tmp_path: Path) -> None:
    file = tmp_path / "evaluatie.csv"
    file.write_text(LIMESURVEY, "utf-8")
    outcome = take_in(file)
    assert outcome.dataset == "evaluatie_antwoorden"
    assert (outcome.rows_in, outcome.accepted) == (4, 3)
    assert found(outcome) == {"evaluatie_antwoorden.score.bereik": ("fout", [3])}


@pytest.mark.parametrize(("since_1904", "serial"), [(False, 45536), (True, 44074)])
def test_excel_serials_are_accepted_with_a_warning(
    tmp_path: Path,
    since_1904: bool,
    serial: int,
) -> None:
    file = tmp_path / "palet.xlsx"
    with xlsxwriter.Workbook(str(file), {"date_1904": since_1904}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, PALET)
        first = ("S1", pseudonym(1), "99AA00", "Externe schorsing", serial, 1, "Pesten", "", "J")
        sheet.write_row(1, 0, first)
        sheet.write_row(2, 0, ("S2", pseudonym(2), *first[2:4], "20240902", *first[5:]))
    outcome = take_in(file)
    assert (outcome.rows_in, outcome.accepted) == (2, 2)
    assert found(outcome) == {"schorsingen.start_datum.excel_datum": ("waarschuwing", [2])}


def test_month_first_dates_refuse_the_delivery_and_load_nothing(tmp_path: Path) -> None:
    headers = "Zaaknummer;Pseudoniem;Vestiging;Woongemeente;Verzuimsoort;Begin;Einde;" \
        "Uren aanwezig per week;Achtergrond;Eerste actie;Hulp betrokken;Resultaat"  # fmt: skip
    days = ("09-25-2024", "03-04-2024")
    rows = [f"Z{i};{pseudonym(i)};99AA00;GM9901;Relatief verzuim;{day};;;;;;"
            for i, day in enumerate(days)]  # fmt: skip
    file = tmp_path / "verzuim.csv"
    file.write_text("\n".join([headers, *rows, ""]), "utf-8")
    outcome = take_in(file)
    assert outcome.status == "refused"
    assert outcome.dataset == "thuiszitters"
    assert outcome.findings[0]["rule"] == "indeling.datum"
    assert "rij 2" in outcome.message
    assert not [d for d in days if d in outcome.message]


@pytest.fixture
def unknown(tmp_path: Path) -> Path:
    file = tmp_path / "nieuw_systeem.csv"
    rows = [f"M{i};{pseudonym(i)};99AA00;Schorsing extern;2{i}-01-2025;{i + 1};Pesten;Verzonnen {i}"
            for i in range(5)]  # fmt: skip
    headers = "Meldnr;Leerling;School;Maatregel;Ingangsdatum;Aantal dagen;Reden;Naam leerling"
    file.write_text("\n".join([headers, *rows, ""]), "utf-8")
    return file


def test_layout_new_writes_a_layout_that_loads_and_prints_no_value(unknown: Path) -> None:
    out = unknown.with_suffix(".yaml")
    done = zichtlijn("layout", "new", unknown, "--out", out)
    assert (done.returncode, done.stdout) == (0, "")
    layout = parse(out.name, out.read_text("utf-8"))
    assert layout.dataset == "schorsingen"
    assert layout.columns["Ingangsdatum"] == "start_datum"
    assert not layout.knows("Naam leerling")
    assert "herleidbaar (naam): Naam leerling" in done.stderr
    said = done.stderr + out.read_text("utf-8")
    assert not [v for v in ("Verzonnen", pseudonym(1), "21-01-2025", "99AA00") if v in said]
    again = zichtlijn("layout", "new", unknown, "--out", out)
    assert again.returncode == 2
    assert "bestaat al" in again.stderr


def test_layout_new_as_json(unknown: Path) -> None:
    done = zichtlijn("layout", "new", unknown, "--dataset", "schorsingen", "--json")
    assert done.returncode == 0
    document = json.loads(done.stdout)
    sure = {c["column"] for c in document["columns"] if c["certainty"] == "zeker"}
    assert {"leerling_id", "vestigingscode"} <= sure
    assert document["identifying"] == [{"kind": "naam", "header": "Naam leerling"}]


def test_an_original_file_is_proposed_right_without_its_layout(real_data: Path) -> None:
    (text,) = read(real_data / "duo/02.-alle-schoolvestigingen-basisonderwijs.csv")
    proposal = propose(text, PROMISES)
    columns = {g.header: g.column for g in proposal.guesses}
    assert proposal.dataset == "scholen"
    assert columns["VESTIGINGSCODE"] == "vestigingscode"
    assert columns["VESTIGINGSNAAM"] == "naam"
    assert columns["GEMEENTENUMMER"] == "gemeente"
    assert columns["BEVOEGD GEZAG NUMMER"] == "bevoegd_gezag"
    assert proposal.edits == {"gemeente": {"voorvoegsel": "GM", "breedte": 4}}
    wrong = [g for g in proposal.guesses if g.column == "onderwijssoort"]
    assert not [g for g in wrong if g.certainty == "zeker"], "the file has no such column"


SO_HEADER = (
    "PROVINCIE;BEVOEGD GEZAG NUMMER;INSTELLINGSCODE;VESTIGINGSCODE;VESTIGINGSNAAM;STRAATNAAM;"
    "HUISNUMMER-TOEVOEGING;POSTCODE;PLAATSNAAM;GEMEENTENUMMER;GEMEENTENAAM;DENOMINATIE;"
    "TELEFOONNUMMER;INTERNETADRES;{kind};VAKANTIEREGIO"
)


@pytest.mark.parametrize(
    "kind", ["SOORT PRIMAIR ONDERWIJS", "SOORT VESTIGING", "INDICATIE SPECIAAL ONDERWIJS"]
)
def test_locations_of_special_schools_become_schools(tmp_path: Path, kind: str) -> None:
    lines = [SO_HEADER.format(kind=kind)]
    for number, written in enumerate(("SO", "VSO", "SO/VSO")):
        lines.append(
            f"Drenthe;99901;99AA;99AA0{number};De Brug;Kerkstraat;1;9999 AA;Veenmark;0106;VEENMARK;"
            f"Openbaar;0599-123456;www.debrug.nl;{written};Noord"
        )
    file = tmp_path / "so.csv"
    file.write_bytes("\r\n".join(lines).encode("cp1252"))
    with engine.open_warehouse(None) as con:
        tables.create(con, PROMISES)
        history.create(con)
        (outcome,) = deliver(con, file, PROMISES, layout_files.load(), gate=False)
        rows = con.execute(
            "SELECT vestigingscode, gemeente, onderwijssoort, vakantieregio FROM scholen ORDER BY 1"
        ).fetchall()
    assert (outcome.supplier, outcome.quarantined) == ("DUO", 0), outcome.message
    assert rows == [
        ("99AA00", "GM0106", "so", "Noord"),
        ("99AA01", "GM0106", "vso", "Noord"),
        ("99AA02", "GM0106", "so_vso", "Noord"),
    ]
