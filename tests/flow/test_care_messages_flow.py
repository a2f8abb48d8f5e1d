"""iJw messages from file to warehouse: loaded, or quarantined for a reason that is named."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from pipelines import contracts
from pipelines.delivery.deliver import deliver
from pipelines.delivery.outcome import Outcome
from pipelines.ingest import deliveries, layout_files
from pipelines.ingest.anonymise import key, story, table
from pipelines.warehouse import engine, history, tables
from tests.ijw import CLIENT, OTHER, granted, m301, m305, m307, m323, zipped

PROMISES = contracts.load()
SAMPLES = "istandaarden_ijw_3_2/berichten"


def take_in(path: Path) -> tuple[Outcome, list[dict[str, Any]]]:
    """The outcome under both counts, and what stands in the warehouse."""
    with engine.open_warehouse(None) as con:
        tables.create(con, PROMISES)
        history.create(con)
        (outcome,) = deliver(con, path, PROMISES, layout_files.load(), gate=True)
        rows = con.execute("SELECT * FROM jeugdhulp ORDER BY toewijzing_id").pl().to_dicts()
    assert outcome.rows_in == outcome.accepted + outcome.quarantined
    assert outcome.accepted == len(rows)
    return outcome, rows


def rules(outcome: Outcome) -> dict[str, list[int]]:
    return {str(f["rule"]): f["rows"] for f in outcome.findings if f["rows"]}


def test_a_year_of_messages_becomes_jeugdhulp(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "gemeente-x_jeugdhulp_2025-2026.zip",
        m323(("1", "4570", "D"), id_="1"),
        m323(("1", "1000", "C"), id_="2"),
        m305(),
        m301(granted("1", Budget="100000"), granted("2", Product="", Omvang="", Budget="50")),
        m301(granted("1", Toewijzingsdatum="2026-05-01", Budget="200000"), id_="3"),
        m301(granted("7", Product={"Categorie": "35"}), client=OTHER),
        m307("7", reason="20", client=OTHER),
    )
    outcome, rows = take_in(path)
    assert (outcome.status, outcome.findings) == ("accepted", ())
    assert (outcome.supplier, outcome.period) == ("gemeente-x", "2025-2026")
    assert [r["toewijzing_id"] for r in rows] == ["GM9901:1", "GM9901:2", "GM9901:7"]
    first, generic, paused = rows
    assert (first["woongemeente"], first["leveringsvorm"]) == ("GM9901", "ZIN")
    assert (first["bedrag_toegekend"], first["bedrag_gedeclareerd"]) == (2000.0, 35.7)
    assert first["tarief"] is None
    assert str(first["levering_start_datum"]) == "2026-04-10"
    assert (generic["productcategorie"], generic["hulpvorm"]) == (None, "overig")
    assert (generic["bedrag_toegekend"], generic["bedrag_gedeclareerd"]) == (0.5, None)
    assert (paused["reden_einde"], str(paused["eind_datum"])) == ("20", "2026-12-31")
    assert (paused["hulpvorm"], paused["leerling_id"]) == ("pleegzorg", OTHER)
    assert first["berichten"] == ["JW301", "JW305", "JW323"]


def test_what_does_not_count_is_quarantined_by_name(tmp_path: Path) -> None:
    removed = granted("2", Toewijzingsdatum="2026-05-01", Einddatum="2026-04-01")
    path = zipped(
        tmp_path / "a.zip",
        m301(granted("1"), granted("2"), granted("3", Ingangsdatum="2026-02-30")),
        m301(removed | {"RedenWijziging": "13"}, id_="2"),
        m301(granted("4"), granted("5"), granted("6", Product={"Categorie": "99"})),
        m307("4", last="30-06-2026"),
        m323(("5", "12,50", "D")),
        m305("8"),
    )
    outcome, rows = take_in(path)
    assert (outcome.rows_in, outcome.accepted) == (7, 1)
    assert set(rules(outcome)) == {
        "jeugdhulp.verwijderde_toewijzing",
        "jeugdhulp.start_datum.type",
        "jeugdhulp.eind_datum.type",
        "jeugdhulp.bedrag_gedeclareerd.type",
        "jeugdhulp.productcategorie.code",
        "jeugdhulp.hulpvorm.code",
        "jeugdhulp.bericht_zonder_toewijzing",
    }
    assert rows[0]["toewijzing_id"] == "GM9901:1"


def test_of_two_clients_with_one_number_the_newest_is_kept(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "a.zip",
        m301(granted(), id_="1"),
        m301(granted(Toewijzingsdatum="2026-05-01"), client=OTHER, id_="2"),
    )
    outcome, (row,) = take_in(path)
    assert [rule.rpartition(".")[2] for rule in rules(outcome)] == ["uniek"]
    assert row["leerling_id"] == OTHER


def test_the_same_messages_change_nothing_and_come_in_order(tmp_path: Path) -> None:
    messages = m301(granted()), m305()
    first = zipped(tmp_path / "a.zip", *messages)
    again = zipped(tmp_path / "b.zip", *reversed(messages))
    with engine.open_warehouse(None) as con:
        tables.create(con, PROMISES)
        history.create(con)
        outcomes = [
            o
            for p in (first, again)
            for o in deliver(con, p, PROMISES, layout_files.load(), gate=False)
        ]
    assert [o.status for o in outcomes] == ["accepted", "unchanged"]
    schools = tmp_path / "x_scholen_2025-2026.csv"
    heads = [c.name for c in PROMISES.dataset("scholen").columns]
    schools.write_text(";".join(heads) + "\n", "utf-8")
    unknown = tmp_path / "z.csv"
    unknown.write_text("x;y\n1;2\n", "utf-8")
    ordered = deliveries.in_load_order([schools, first, unknown], PROMISES, layout_files.load())
    load_order = PROMISES.in_load_order()
    expected = sorted(
        [first, schools],
        key=lambda p: load_order.index("jeugdhulp" if p == first else "scholen"),
    )
    assert ordered == [unknown, *expected]


def test_loose_messages_do_not_replace_one_another(tmp_path: Path) -> None:
    first, second = tmp_path / "JW301_1.xml", tmp_path / "JW301_2.xml"
    first.write_text(m301(granted("1"), id_="1"), "utf-8")
    second.write_text(m301(granted("1"), granted("2"), id_="2"), "utf-8")
    start = tmp_path / "JW305_1.xml"
    start.write_text(m305(), "utf-8")
    with engine.open_warehouse(None) as con:
        tables.create(con, PROMISES)
        history.create(con)
        outcomes = [
            o
            for p in (first, second, start)
            for o in deliver(con, p, PROMISES, layout_files.load(), gate=False)
        ]
        loaded = con.execute("SELECT toewijzing_id FROM jeugdhulp ORDER BY 1").fetchall()
    assert [o.status for o in outcomes] == ["accepted", "accepted", "refused"]
    assert loaded == [("GM9901:1",), ("GM9901:2",)]
    assert outcomes[1].quarantined == 1  # the same number twice, from two files
    assert "1 x JW305 StartProduct" in outcomes[2].message


@pytest.mark.parametrize(
    ("old", "new", "rule", "said"),
    [
        ("ijw/3_2", "ijw/3_1", "bestand.berichtversie", "JW305 van iJw 3.1, maar in de kop"),
        ("Subversie>2<", "Subversie>1<", "bestand.berichtversie", "staat iJw 3.1"),
        ("ijw/3_2", "iwmo/3_2", "bestand.bericht", "niet van de iJw"),
        (
            "jw305/schema",
            "jw315/schema",
            "bestand.bericht",
            "Bericht JW315 (verzoek om toewijzing) wordt niet gelezen",
        ),
    ],
)
def test_a_message_that_is_not_read_refuses_the_file_by_name(
    tmp_path: Path, old: str, new: str, rule: str, said: str
) -> None:
    path = zipped(tmp_path / "a.zip", m301(granted()), m305().replace(old, new))
    outcome, rows = take_in(path)
    assert (outcome.status, rows) == ("refused", [])
    assert outcome.findings[0]["rule"] == rule
    assert "Bestand 2 in de zip (001.xml)" in outcome.message
    assert said in outcome.message
    assert CLIENT not in outcome.message


# Files that nobody here wrote --------------------------------------------------------------------


def without_person(text: str) -> str:
    """The published sample with a pseudonym for its test number, and no name, birth or address."""
    for name in ("Geboortedatum", "Naam", "Relaties", "Contactgegevens", "Commentaar"):
        text = re.sub(rf"<(jw\d+):{name}>.*?</\1:{name}>", "", text, flags=re.S)
    return text.replace("999900006", CLIENT)


@pytest.fixture
def samples(real_data: Path) -> list[str]:
    return [(real_data / SAMPLES / f"JW{c}.xml").read_text("utf-8") for c in (301, 305, 307)]


GRANTED = [  # number, granted from, until, started, reason, volume, unit
    ("GM0384:300201", "2026-04-01", "2026-07-14", "2026-04-03", "31", 2.0, "04"),
    ("GM0384:300202", "2026-04-01", "2026-07-17", "2026-04-15", "31", 2.0, "16"),
]


def essence(rows: list[dict[str, Any]]) -> list[tuple[object, ...]]:
    return [
        (
            r["toewijzing_id"],
            *(str(r[c]) for c in ("start_datum", "eind_datum", "levering_start_datum")),
            *(r[c] for c in ("reden_einde", "volume", "eenheid")),
        )
        for r in rows
    ]


def test_the_published_samples_load_once_the_number_is_a_pseudonym(
    tmp_path: Path, samples: list[str]
) -> None:
    outcome, rows = take_in(zipped(tmp_path / "a.zip", *map(without_person, samples)))
    assert (outcome.rows_in, outcome.accepted, outcome.findings) == (2, 2, ())
    assert essence(rows) == GRANTED


def test_the_published_samples_load_after_anonymise(tmp_path: Path, samples: list[str]) -> None:
    raw = zipped(tmp_path / "gemeente-x_jeugdhulp_2025-2026.zip", *samples)
    outcome, _ = take_in(raw)
    assert outcome.findings[0]["rule"] == "identiteit.herleidbaar"
    key.new_key(tmp_path / "sleutel")
    report = story.anonymise(raw, tmp_path / "sleutel", PROMISES, table.Wishes())
    outcome, rows = take_in(Path(report.out))
    assert (outcome.rows_in, outcome.accepted, outcome.findings) == (2, 2, ())
    assert essence(rows) == GRANTED
    assert rows[0]["leerling_id"] == rows[1]["leerling_id"] != CLIENT


def test_the_same_child_has_one_pseudonym_in_messages_and_in_other_files(tmp_path: Path) -> None:
    key.new_key(tmp_path / "sleutel")
    register = tmp_path / "register.csv"
    register.write_text("BSN;leeftijd;Groep\n9999.00.006;9;5\n", "utf-8")
    messages = zipped(tmp_path / "berichten.zip", m301(granted(), client="999900006"))
    made = [
        pl.read_csv(
            story.anonymise(path, tmp_path / "sleutel", PROMISES, table.Wishes()).out,
            separator=";",
            infer_schema=False,
        )[column].to_list()
        for path, column in ((register, "leerling_id"), (messages, "Client.Pseudoniem"))
    ]
    assert made[0] == made[1]
