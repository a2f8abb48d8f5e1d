"""StatLine's regional tables: a row per wijk, symbols kept apart from nothing and from zero."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines import contracts
from pipelines.delivery.deliver import deliver
from pipelines.delivery.outcome import Outcome
from pipelines.errors import DeliveryRefused
from pipelines.ingest import layout_files, read, statline
from pipelines.warehouse import engine, history, tables

PROMISES = contracts.load()
LAYOUT = next(la for la in layout_files.load() if la.id == "statline_ses_woa")
HEADS = (
    "Perioden",
    "Wijken en buurten",
    "Regiocode (gemeente, wijk, buurt) (code)",
    "Particuliere huishoudens (Aantal)",
    "SES-WOA/Totaalscore/Gemiddelde score (Getal)",
)


def export(path: Path, *rows: tuple[str, str, str, str]) -> Path:
    """As StatLine writes it: everything quoted, codes and figures padded."""
    lines = [HEADS, *(("2019", n, f"{c:10}", f"{h:>8}", f"{s:>8}") for n, c, h, s in rows)]
    text = "".join(";".join(f'"{cell}"' for cell in line) + "\n" for line in lines)
    path.write_text("\ufeff" + text + '"Bron: CBS"\n', "utf-8")
    return path


def take_in(path: Path) -> tuple[Outcome, list[tuple[object, ...]]]:
    with engine.open_warehouse(None) as con:
        tables.create(con, PROMISES)
        history.create(con)
        (outcome,) = deliver(con, path, PROMISES, layout_files.load(), gate=True)
        rows = con.execute(
            "SELECT gemeente, gemeentenaam, wijk, wijknaam, ses_woa FROM gebieden ORDER BY wijk"
        ).fetchall()
    assert outcome.rows_in == outcome.accepted + outcome.quarantined
    return outcome, rows


def found(outcome: Outcome) -> dict[str, tuple[object, object]]:
    return {str(f["rule"]): (f["severity"], f["rows"]) for f in outcome.findings if f["rows"]}


def test_symbols_are_not_zero_and_not_nothing(tmp_path: Path) -> None:
    path = export(
        tmp_path / "statline.csv",
        ("Verzonnen", "GM9901", "5000", "0.100"),
        ("Noord", "WK990101", "700", "-0.022"),
        ("Noord 1", "BU99010101", "700", "-0.022"),
        ("Zuid", "WK990102", "0", "."),
        ("Oost", "WK990103", "100", "0.000"),
        ("West", "WK990104", "0", ""),
        ("Haven", "WK9901AA", "10", "x"),
    )
    outcome, rows = take_in(path)
    assert (outcome.dataset, outcome.supplier, outcome.rows_in) == ("gebieden", "CBS", 5)
    assert rows == [
        ("GM9901", "Verzonnen", "WK990101", "Noord", -0.022),
        ("GM9901", "Verzonnen", "WK990102", "Zuid", None),
        ("GM9901", "Verzonnen", "WK990103", "Oost", 0.0),
        ("GM9901", "Verzonnen", "WK990104", "West", None),
        ("GM9901", "Verzonnen", "WK9901AA", "Haven", None),
    ]
    assert found(outcome) == {  # by the rows of the file itself
        "gebieden.ses_woa.onbekend_bron": ("waarschuwing", [5]),
        "gebieden.ses_woa.geheim_bron": ("waarschuwing", [8]),
    }


def test_a_wijk_without_the_name_of_its_municipality_is_named(tmp_path: Path) -> None:
    path = export(
        tmp_path / "a.csv",
        ("Verzonnen", "GM9901", "1", "0.1"),
        ("Noord", "WK990101", "1", "0.1"),
        ("Elders", "WK990201", "1", "0,1"),
    )
    outcome, rows = take_in(path)
    assert [r[2] for r in rows] == ["WK990101"]
    assert found(outcome) == {
        "gebieden.gemeentenaam.verplicht": ("fout", [4]),
        "gebieden.ses_woa.type": ("fout", [4]),
    }


def test_a_table_without_wijken_says_what_to_choose(tmp_path: Path) -> None:
    path = export(tmp_path / "a.csv", ("Verzonnen", "GM9901", "1", "0.1"))
    outcome, _ = take_in(path)
    assert outcome.findings[0]["rule"] == "bestand.leeg"
    assert "Kies bij StatLine" in outcome.message


def test_rows_that_are_left_out_pass_the_door_too(tmp_path: Path) -> None:
    path = export(
        tmp_path / "a.csv",
        ("Verzonnen", "GM9901", "1", "0.1"),
        ("Noord", "WK990101", "1", "0.1"),
        ("Noord 1", "BU99010101", "999900006", "0.1"),
    )
    with pytest.raises(DeliveryRefused, match="burgerservicenummer") as refusal:
        statline.by_wijk(read.read(path))
    assert "999900006" not in str(refusal.value)


def test_other_tables_stay_as_they_are(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("wijken en buurten;b\n1;2\n", "utf-8")
    texts = read.read(path)
    assert statline.by_wijk(texts) == texts


def test_the_layout_reads_what_the_table_is_made_into() -> None:
    assert {statline.TOWN, statline.TOWN_NAME} < set(LAYOUT.columns)
    assert all(LAYOUT.knows(head) for head in HEADS)
