"""Original files nobody here wrote: taken in, or refused for the right reason."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from pipelines import contracts
from pipelines.delivery.deliver import deliver
from pipelines.delivery.outcome import Outcome
from pipelines.ingest import layout_files
from pipelines.ingest.anonymise import key, story, table
from pipelines.warehouse import engine, history, tables

PROMISES = contracts.load()

REFUSED = {
    "duo_vsv_synthetisch/202211A04I27GZ.csv": "identiteit.herleidbaar",
    "duo_vsv_synthetisch/202212A04I27GZ.csv": "identiteit.herleidbaar",
    "duo_vsv_synthetisch/VSV_normen.csv": "indeling.onbekend",
    "duo/duo_examen_raw.csv": "indeling.onbekend",
    "cbs/CBS_Kerncijfers.csv": "indeling.onbekend",
    "regioatlas/jeugdzorgregios1.csv": "indeling.onbekend",
    "regioatlas/passendonderwijsprimaironderwijs.csv": "indeling.onbekend",
    "amsterdam/INDELING_BUURT.csv": "indeling.onbekend",
    "istandaarden_ijw_3_2/berichten/JW301.xml": "identiteit.herleidbaar",
    "istandaarden_ijw_3_2/berichten/JW302.xml": "bestand.bericht",
}


def take_in(con: duckdb.DuckDBPyConnection, *files: Path) -> list[Outcome]:
    tables.create(con, PROMISES)
    history.create(con)
    return [o for f in files for o in deliver(con, f, PROMISES, layout_files.load(), gate=False)]


@pytest.mark.parametrize(("name", "rule"), REFUSED.items())
def test_refused_for_the_right_reason(real_data: Path, name: str, rule: str) -> None:
    with engine.open_warehouse(None) as con:
        (outcome,) = take_in(con, real_data / name)
    assert outcome.status == "refused"
    assert outcome.findings[0]["rule"] == rule


@pytest.mark.parametrize("month", ["202211", "202212"])
def test_the_refusal_of_pupils_repeats_none_of_their_values(real_data: Path, month: str) -> None:
    file = real_data / f"duo_vsv_synthetisch/{month}A04I27GZ.csv"
    lines = file.read_text("utf-8").splitlines()
    with engine.open_warehouse(None) as con:
        (outcome,) = take_in(con, file)
    said = str(outcome).casefold()
    cells = {c for line in lines[1:] for c in line.split(";") if len(c) > 3 and not c.isalpha()}
    names = {line.split(";")[i] for line in lines[1:] for i in (4, 6)}
    said = said.replace(file.name.casefold(), "")
    assert not [c for c in cells | names if c and len(c) > 3 and c.casefold() in said]


def test_a_statline_table_with_symbols_becomes_gebieden(real_data: Path) -> None:
    file = real_data / "cbs/SES_WOA_scores_per_wijk_en_buurt_25042023_160857.csv"
    with engine.open_warehouse(None) as con:
        (outcome,) = take_in(con, file)
        assert (outcome.dataset, outcome.rows_in, outcome.accepted) == ("gebieden", 99, 99)
        told = {f["rule"]: f["rows"] for f in outcome.findings}
        assert told == {"gebieden.ses_woa.onbekend_bron": [293]}
        assert con.execute(
            "SELECT count(*), count(ses_woa), any_value(gemeente), any_value(gemeentenaam),"
            " max(ses_woa) FILTER (wijk = 'WK036302'), max(wijknaam) FILTER (ses_woa IS NULL)"
            " FROM gebieden"
        ).fetchone() == (99, 98, "GM0363", "Amsterdam", 0.283, "IJburg Oost")


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    key.new_key(tmp_path / "sleutel")
    return tmp_path / "sleutel"


@pytest.mark.parametrize(("month", "rows"), [("202211", 30), ("202212", 100)])
def test_duo_a04_says_the_month_only_and_counts_no_thuiszitter(
    real_data: Path, tmp_path: Path, key_file: Path, month: str, rows: int
) -> None:
    file = real_data / f"duo_vsv_synthetisch/{month}A04I27GZ.csv"
    made = tmp_path / f"roc_thuiszitters_{month}.csv"
    report = story.anonymise(file, key_file, PROMISES, table.Wishes(), made)
    assert (report.layout, report.rows) == ("duo_a04_verzuim", rows)
    with engine.open_warehouse(None) as con:
        (outcome,) = take_in(con, made)
    assert (outcome.dataset, outcome.rows_in, outcome.quarantined) == ("thuiszitters", rows, rows)
    errors = {f["rule"] for f in outcome.findings if f["severity"] == "fout" and f["rows"]}
    assert errors == {"thuiszitters.start_datum.type"}


def test_duo_a04_with_the_day_of_the_report_loads(
    real_data: Path, tmp_path: Path, key_file: Path
) -> None:
    lines = (real_data / "duo_vsv_synthetisch/202212A04I27GZ.csv").read_text("utf-8").splitlines()
    dated = tmp_path / "roc_thuiszitters_2022-2023.csv"
    rows = [
        ";".join([*line.split(";")[:-1], "17-10-2022" if i % 2 else "20221114"])
        for i, line in enumerate(lines[1:])
    ]
    dated.write_text("\n".join([lines[0], *rows]), "utf-8")
    report = story.anonymise(dated, key_file, PROMISES, table.Wishes())
    with engine.open_warehouse(None) as con:
        (outcome,) = take_in(con, Path(report.out))
        starts = con.execute(
            "SELECT DISTINCT strftime(start_datum, '%d-%m-%Y'), soort, eind_datum FROM thuiszitters"
            " ORDER BY 1"
        ).fetchall()
    assert (outcome.supplier, outcome.period) == ("roc", "2022-2023")
    assert (outcome.accepted, outcome.quarantined) == (100, 0)
    assert starts == [("14-11-2022", "relatief", None), ("17-10-2022", "relatief", None)]


def test_duo_schools_and_pupils_become_datasets(real_data: Path) -> None:
    schools = real_data / "duo/02.-alle-schoolvestigingen-basisonderwijs.csv"
    pupils = real_data / "duo/06.-historisch-overzicht-aantal-leerlingen-per-schoolvestiging.csv"
    with engine.open_warehouse(None) as con:
        first, second = take_in(con, schools, pupils)
        assert (first.dataset, first.rows_in, first.accepted) == ("scholen", 6122, 6122)
        assert second.dataset == "leerlingaantallen"
        assert second.rows_in == second.accepted + second.quarantined
        hidden = {
            str(f["rule"]): f["count"] if "count" in f else len(f["rows"])  # type: ignore[arg-type]
            for f in second.findings
        }
        assert hidden == {
            "leerlingaantallen.leerlingen.afgeschermd_bron": 762,
            "leerlingaantallen.eenheden_ontbreken": 0,
        }
        (lacking,) = [f for f in second.findings if f["rule"].endswith("eenheden_ontbreken")]
        assert lacking["message"].startswith("Van 30 vestigingen uit de dataset scholen")
        assert second.quarantined == 762
        school = con.execute(
            "SELECT naam, gemeente, onderwijssoort FROM scholen WHERE vestigingscode = '32JK00'"
        ).fetchone()
        assert school == ("BBS de Verwondering", "GM1699", "bo")
        bolster = con.execute(
            "SELECT leerlingen FROM leerlingaantallen"
            " WHERE vestigingscode = '00AO00' AND schooljaar IN ('1996/1997', '2025/2026')"
            " ORDER BY schooljaar"
        ).fetchall()
        assert bolster == [(31,), (86,)]
        missing = con.execute(
            "SELECT count(*) FROM scholen s WHERE NOT EXISTS"
            " (SELECT 1 FROM leerlingaantallen l WHERE l.vestigingscode = s.vestigingscode)"
        ).fetchone()
        assert missing == (30,)
