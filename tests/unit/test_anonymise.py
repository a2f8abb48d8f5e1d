"""At the supplier's desk: what goes in stays in, what comes out passes the door."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import hmac
import json
import os
import sys
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from pipelines import contracts
from pipelines.cli import main as cli
from pipelines.errors import DeliveryRefused, UsageError
from pipelines.ingest import deliveries, identity, layout_files, read
from pipelines.ingest.anonymise import story, treatments
from pipelines.ingest.anonymise.key import new_key, plain_number, read_key
from pipelines.ingest.anonymise.report import Report
from pipelines.ingest.anonymise.table import PSEUDONYM, Wishes
from pipelines.ingest.anonymise.treatments import ages
from tests.ijw import granted, m301, m305, m307, m323, zipped

KEY = hashlib.sha256(b"sleutel voor tests").digest()
# 999900006 and up: the range that is published for tests.
NUMBERS = ["999900006", "999900018", "999900031"]

HEAD = "Dossiernummer;BSN;Achternaam;Voornaam;Geboortedatum;Postcode;Huisnr;Klas;Startdatum;Memo"
ROWS = [
    "D1;999900006;Qwertsma;Sanne;14-03-2012;1234 AB;17;4a;13-03-2022;moeder belt terug",
    "D2;9999.00.018;Azertstra;Daan;01-08-2010;1235AC;18;6b;01-08-2022;",
    "D3;999 900 031;Uiopstra;Noor;29-02-2012;9999 ZZ;19;4a;28-02-2023;kort",
]


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "sleutel"
    path.write_text(KEY.hex() + "\n", "ascii")
    path.chmod(0o600)
    return path


def export(folder: Path, *lines: str, name: str = "export.csv") -> Path:
    path = folder / name
    path.write_text("\n".join(lines or (HEAD, *ROWS)) + "\n", "utf-8")
    return path


def made(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter=";"))


def run(path: Path, key: Path, **wishes: object) -> tuple[Report, list[dict[str, str]]]:
    report = story.anonymise(path, key, contracts.load(), Wishes(**wishes))  # type: ignore[arg-type]
    return report, made(Path(report.out))


def by_hand(number: str) -> str:
    return hmac.new(KEY, number.encode(), hashlib.sha256).hexdigest()


# What becomes of the columns ---------------------------------------------------------------------


def test_every_column_is_kept_changed_or_left_out(tmp_path: Path, key_file: Path) -> None:
    report, rows = run(export(tmp_path), key_file)
    assert list(rows[0]) == ["Dossiernummer", "leerling_id", "leeftijd", "Klas", "Startdatum"]
    assert [r["leerling_id"] for r in rows] == [by_hand(n) for n in NUMBERS]
    assert [r["leeftijd"] for r in rows] == ["9", "12", "10"]
    assert [r["Klas"] for r in rows] == ["4a", "6b", "4a"]
    assert {c.column: c.done for c in report.columns} == {
        "Dossiernummer": "behouden",
        "BSN": "pseudoniem gemaakt",
        "Achternaam": "weggelaten",
        "Voornaam": "weggelaten",
        "Geboortedatum": "leeftijd gemaakt",
        "Postcode": "weggelaten",
        "Huisnr": "weggelaten",
        "Klas": "behouden",
        "Startdatum": "behouden",
        "Memo": "weggelaten",
    }


def test_a_neighbourhood_takes_the_place_of_the_postcode(tmp_path: Path, key_file: Path) -> None:
    listed = export(tmp_path, "postcode;wijkcode", "1234AB;WK990101", "1235;WK990102", name="w.csv")
    report, rows = run(export(tmp_path), key_file, wijken=listed)
    assert [r["wijkcode"] for r in rows] == ["WK990101", "WK990102", ""]
    assert any(n.startswith("Rij 4: geen wijk") for n in report.notes)


def test_the_layout_says_what_columns_are_called(tmp_path: Path, key_file: Path) -> None:
    layout = next(la for la in layout_files.load() if la.id == "leerplicht_veenhaven_thuiszitters")
    heads = [h for h, c in layout.columns.items() if c != "leerling_id"]
    path = export(tmp_path, ";".join([*heads, "BSN"]), ";".join([*["x"] * len(heads), NUMBERS[0]]))
    report, rows = run(path, key_file)
    assert (report.layout, report.dataset) == (layout.id, "thuiszitters")
    assert rows[0]["Pseudoniem"] == by_hand(NUMBERS[0])


def test_the_result_of_a_known_system_is_a_delivery(tmp_path: Path, key_file: Path) -> None:
    heads = "Meldnr;BSN;Naam leerling;Geb.datum;Vestigingscode;Maatregel;Ingangsdatum"
    heads += ";Aantal schooldagen;Aanleiding;Gericht tegen;Gemeld bij Inspectie"
    rows = f"S1;{NUMBERS[0]};Q. Qwerty;01-01-2012;99AZ00;Interne schorsing;20240901;1;Pesten;;Nee"
    path = export(tmp_path, heads, rows, name="palet_schorsingen_2024-2025.csv")
    report, out = run(path, key_file)
    assert "leeftijd" not in out[0]  # suspensions have no place for an age
    promises = contracts.load()
    (found,) = deliveries.open_file(Path(report.out), promises, layout_files.load())
    assert (found.dataset, found.period) == ("schorsingen", "2024-2025")


def test_an_age_that_is_there_already_stays(tmp_path: Path, key_file: Path) -> None:
    path = export(tmp_path, "BSN;leeftijd;Geboortedatum;Groep", f"{NUMBERS[0]};9;01-01-2012;5")
    report, rows = run(path, key_file)
    assert rows[0]["leeftijd"] == "9"
    assert report.columns[2].done == "weggelaten"


def test_pseudonyms_that_are_there_already_stay(tmp_path: Path, key_file: Path) -> None:
    there = by_hand("iets")
    path = export(tmp_path, "leerling_id;BSN;Groep", f"{there};{NUMBERS[0]};5")
    report, rows = run(path, key_file)
    assert rows == [{"leerling_id": there, "Groep": "5"}]
    assert [c.done for c in report.columns] == ["behouden", "weggelaten", "behouden"]


def test_numbers_and_dates_of_parents_are_not_the_pupils(tmp_path: Path, key_file: Path) -> None:
    path = export(
        tmp_path,
        "BSN ouder;Geboortedatum ouder;BSN;Geboortedatum;Startdatum",
        f"{NUMBERS[1]};01-01-1980;{NUMBERS[0]};01-01-2012;01-02-2022",
    )
    _, rows = run(path, key_file)
    assert rows == [
        {"leerling_id": by_hand(NUMBERS[0]), "leeftijd": "10", "Startdatum": "01-02-2022"}
    ]


def test_a_number_of_the_school_can_do(tmp_path: Path, key_file: Path) -> None:
    report, rows = run(export(tmp_path, "Leerlingnr;Groep", " 00 12.3;5"), key_file)
    assert rows[0]["leerling_id"] == by_hand("00123")
    assert any("eigen nummer" in n for n in report.notes)
    path = export(tmp_path, "Kenmerk;Naam leerling;Groep", "K7;Q. Qwerty;5")
    with pytest.raises(UsageError, match="--number"):
        run(path, key_file)
    _, rows = run(path, key_file, number="kenmerk")
    assert rows == [{"leerling_id": by_hand("K7"), "Groep": "5"}]


def test_what_is_no_number_and_no_date_is_named_by_row(tmp_path: Path, key_file: Path) -> None:
    path = export(
        tmp_path,
        "Overzicht",
        "BSN;Geboortedatum;Startdatum",
        "onbekend;01-02-2012;01-03-2022",
        f"{NUMBERS[0]};31-02-2012;01-03-2022",
        f"{NUMBERS[1]};40940;",
    )
    report, rows = run(path, key_file)
    assert [bool(r["leerling_id"]) for r in rows] == [False, True, True]
    assert [r["leeftijd"] for r in rows] == ["10", "", ""]
    assert any(n.startswith("Rij 3: geen geldig nummer") for n in report.notes)
    assert any(n.startswith("Rij 4, 5: geen leeftijd") for n in report.notes)
    _, rows = run(path, key_file, reference_date=dt.date(2022, 10, 1))
    assert [r["leeftijd"] for r in rows] == ["10", "", "10"]  # 40940: 1 February 2012 in Excel


@pytest.mark.parametrize(
    ("born", "begun", "ages"),
    [
        (("27-04-10", "03-04-10"), ("01-09-24", "01-09-24"), ["14", "14"]),  # 2027 is no birth
        (("03-04-10",), ("1-9-2024",), ["14"]),  # the other column says that the day comes first
        (("10-04-27", "10-04-03"), ("2024-09-01", "2024-09-01"), None),  # year-first
        (("03-04-10",), ("2024-09-01",), None),  # 14 or 21
        (("12-31-2010", "04-03-2010"), ("2024-09-01", "2024-09-01"), None),  # month-first
    ],
)
def test_an_age_is_made_of_a_date_that_is_sure(
    tmp_path: Path,
    key_file: Path,
    born: tuple[str, ...],
    begun: tuple[str, ...],
    ages: list[str] | None,
) -> None:
    rows = [f"{n};{b};{t}" for n, b, t in zip(NUMBERS, born, begun, strict=False)]
    path = export(tmp_path, "BSN;Geboortedatum;Startdatum", *rows)
    if ages is not None:
        _, found = run(path, key_file)
        assert [row["leeftijd"] for row in found] == ages
        return
    with pytest.raises(DeliveryRefused, match="niet zeker uit elkaar te houden") as refused:
        run(path, key_file)
    assert "Geboortedatum: " in str(refused.value)
    assert not any(day in str(refused.value) for day in born)
    assert not list(tmp_path.glob("*anoniem*"))


def test_without_a_date_in_the_file_one_has_to_be_given(tmp_path: Path, key_file: Path) -> None:
    path = export(tmp_path, "BSN;Geboortedatum;Groep", f"{NUMBERS[0]};01-01-2012;5")
    with pytest.raises(UsageError, match="--peildatum"):
        run(path, key_file)
    assert not list(tmp_path.glob("*anoniem*"))


def test_a_workbook_is_read_too(tmp_path: Path, key_file: Path) -> None:
    path = tmp_path / "export.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        day = book.add_format({"num_format": "dd-mm-yyyy"})
        for i, title in enumerate(["BSN", "Geboortedatum", "Startdatum", "Groep"]):
            sheet.write(0, i, title)
        sheet.write_number(1, 0, int(NUMBERS[0]))
        sheet.write_datetime(1, 1, dt.datetime(2012, 1, 1), day)  # noqa: DTZ001
        sheet.write_datetime(1, 2, dt.datetime(2022, 1, 1), day)  # noqa: DTZ001
        sheet.write_string(1, 3, "05")
    _, (row,) = run(path, key_file)
    assert (row["leerling_id"], row["leeftijd"]) == (by_hand(NUMBERS[0]), "10")
    assert row["Groep"] == "05"


@pytest.mark.parametrize("start", [False, True])
def test_bare_numbers_of_days_count_from_where_the_workbook_begins(
    tmp_path: Path,
    key_file: Path,
    start: bool,
) -> None:
    path, shift = tmp_path / "export.xlsx", 1462 if start else 0
    with xlsxwriter.Workbook(path, {"date_1904": start}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["BSN", "Geboortedatum", "Startdatum", "Groep"])
        sheet.write_row(1, 0, [NUMBERS[0], 40940 - shift, "01-10-2022", "05"])
    _, (row,) = run(path, key_file)
    assert row["leeftijd"] == "10"


def test_messages_become_one_table_with_pseudonyms(tmp_path: Path, key_file: Path) -> None:
    named = m301(granted("1"), granted("2"), client=NUMBERS[0]).replace(
        "</m:Bsn>",
        "</m:Bsn><m:Geboortedatum><m:Datum>2012-03-14</m:Datum></m:Geboortedatum>"
        "<m:Naam><m:Achternaam>Qwertsma</m:Achternaam></m:Naam>"
        "<m:Contact><m:Adres><m:Postcode>1234AB</m:Postcode></m:Adres></m:Contact>",
    )
    path = zipped(
        tmp_path / "gemeente-x_jeugdhulp_2025-2026.zip",
        named,
        m305("1", client=NUMBERS[0]),
        m307("2", client=NUMBERS[0]),
        m301(granted("3"), client=NUMBERS[1]),
        m323(("3", "12345", "D"), client=NUMBERS[1]),
    )
    report, rows = run(path, key_file)
    assert (report.layout, report.dataset, report.rows) == ("ijw_3_2_jeugdhulp", "jeugdhulp", 3)
    assert [r["Client.Pseudoniem"] for r in rows] == [by_hand(NUMBERS[i]) for i in (0, 0, 1)]
    assert [r["GedeclareerdBedrag"] for r in rows] == ["", "", "123.45"]
    assert any("uit 5 iJw-berichten" in note for note in report.notes)
    written = Path(report.out).read_text("utf-8")
    assert not [said for said in ("Qwertsma", "2012", "1234AB", *NUMBERS) if said in written]
    (found,) = deliveries.open_file(Path(report.out), contracts.load(), layout_files.load())
    assert (found.dataset, found.supplier, found.period) == ("jeugdhulp", "gemeente-x", "2025-2026")


def test_messages_with_pseudonyms_keep_them(tmp_path: Path, key_file: Path) -> None:
    path = zipped(tmp_path / "a.zip", m301(granted(), client="c" * 64))
    _, rows = run(path, key_file)
    assert [r["Client.Pseudoniem"] for r in rows] == ["c" * 64]


def test_a_number_in_a_message_that_is_none_is_named_by_row(tmp_path: Path, key_file: Path) -> None:
    path = zipped(
        tmp_path / "a.zip", m301(granted(), client=NUMBERS[0]), m301(granted("2"), client="12")
    )
    report, rows = run(path, key_file)
    assert sorted(r["Client.Pseudoniem"] for r in rows) == ["", by_hand(NUMBERS[0])]
    assert any("geen geldig nummer van de leerling" in note for note in report.notes)


def test_rows_get_a_number_where_their_system_gives_none(tmp_path: Path, key_file: Path) -> None:
    layout = next(la for la in layout_files.load() if la.id == "duo_a04_verzuim")
    heads = [h for h in layout.columns if h not in ("LEERLING_PSEUDONIEM", treatments.MADE_KEY)]
    heads = ["PERSOONSGEBONDENNUMMER", *heads, *sorted(layout.ignored)]
    blank = [""] * len(layout.ignored)
    rows = [
        [NUMBERS[0], "9901", "J", "202210", *blank],
        [NUMBERS[0], "9901", "J", "202301", *blank],
        [NUMBERS[1], "9901", "J", "202210", *blank],
        ["", "9901", "J", "202210", *blank],
    ]
    first = export(tmp_path, ";".join(heads), *map(";".join, rows), name="a.csv")
    report, made_rows = run(first, key_file)
    assert (report.layout, report.dataset) == ("duo_a04_verzuim", "thuiszitters")
    made_keys = [r[treatments.MADE_KEY] for r in made_rows]
    assert len(set(made_keys)) == 4
    assert made_keys[3] == ""
    assert {c.column: c.done for c in report.columns}[treatments.MADE_KEY] == "nummer gemaakt"
    assert not set(made_keys[:3]) & {by_hand(n)[:24] for n in NUMBERS}
    again = export(tmp_path, ";".join(heads), *map(";".join, rows[::-1]), name="b.csv")
    assert [r[treatments.MADE_KEY] for r in run(again, key_file)[1]] == made_keys[::-1]


def test_a_file_without_headers_is_refused(tmp_path: Path, key_file: Path) -> None:
    with pytest.raises(UsageError, match="kopregel") as refusal:
        run(export(tmp_path, *ROWS), key_file)
    assert "Qwertsma" not in str(refusal.value)


def test_nothing_is_written_when_the_result_would_be_refused(
    tmp_path: Path, key_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = sorted(tmp_path.iterdir())
    path = export(tmp_path)
    seen = [identity.Sighting("naam", "Klas", "c3")]

    def suspicious(text: read.TextFrame, **given: object) -> list[identity.Sighting]:
        return seen if text.head(1)[0][1][1] == "leerling_id" else real(text, **given)  # type: ignore[arg-type]

    real = identity.inspect
    monkeypatch.setattr(identity, "inspect", suspicious)
    with pytest.raises(DeliveryRefused, match="naam in kolom Klas"):
        run(path, key_file)
    assert sorted(tmp_path.iterdir()) == sorted([*before, path])


def test_shifted_rows_are_refused(tmp_path: Path, key_file: Path) -> None:
    path = export(tmp_path, "BSN;Groep", f"{NUMBERS[0]};5", f"{NUMBERS[1]};5", f"{NUMBERS[2]};5;6")
    with pytest.raises(DeliveryRefused, match="Rij 4 heeft meer kolommen"):
        run(path, key_file)


# Numbers, ages, keys -----------------------------------------------------------------------------


@given(st.integers(min_value=1_000_000, max_value=999_999_999))
def test_every_way_to_write_a_number_gives_one_pseudonym(number: int) -> None:
    nine = f"{number:09}"
    written = [
        nine,
        str(number),
        f" {nine} ",
        f"{nine[:4]}.{nine[4:6]}.{nine[6:]}",
        f"{nine[:3]} {nine[3:6]}\u00a0{nine[6:]}",
        f"{number}.0",
        f"'{nine}",
    ]
    assert {plain_number(w, national=True) for w in written} == {nine}


@pytest.mark.parametrize("text", ["", "onbekend", "0", "000000000", "12345", "1234567890", "12-13"])
def test_what_is_no_national_number_has_no_pseudonym(text: str) -> None:
    assert plain_number(text, national=True) is None


@given(st.dates(dt.date(1998, 1, 1), dt.date(2026, 12, 31)), st.dates(dt.date(1998, 1, 1)))
def test_an_age_is_the_number_of_birthdays(born: dt.date, then: dt.date) -> None:
    then = min(then, dt.date(2090, 1, 1))
    (years,) = ages(pl.Series([born]), pl.Series([then])).to_list()
    birthdays = sum(
        (then.month, then.day) >= (born.month, born.day) if y == then.year else True
        for y in range(born.year + 1, then.year + 1)
    )
    assert years == (
        None if (then.year, then.month, then.day) < tuple(born.timetuple()[:3]) else birthdays
    )


def test_a_new_key_can_be_used_and_is_never_overwritten(tmp_path: Path) -> None:
    path = tmp_path / "nieuw"
    new_key(path)
    key = read_key(path)
    assert len(key) == 32
    if os.name == "posix":
        assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(UsageError, match="niet overschreven"):
        new_key(path)
    assert read_key(path) == key


@given(st.binary(min_size=32, max_size=64).filter(lambda b: len(set(b)) >= 24))
def test_bytes_and_their_hexadecimal_digits_are_the_same_key(
    tmp_path_factory: pytest.TempPathFactory, key: bytes
) -> None:
    folder = tmp_path_factory.mktemp("sleutels")
    (folder / "hex").write_text(key.hex().upper() + "\r\n", "ascii")
    assert read_key(folder / "hex") == key
    raw = bytes([0x80, *key])  # never text
    (folder / "bytes").write_bytes(raw)
    assert read_key(folder / "bytes") == raw


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "te kort"),
        (KEY[:16].hex().encode(), "te kort"),
        (b"\x80" + KEY[:20], "te kort"),
        (b"00" * 32, "niet willekeurig"),
        (b"een lang wachtwoord dat iemand kan raden, met cijfers 123", "vreemde vorm"),
        (b"\xef\xbb\xbf" + KEY.hex().encode(), "vreemde vorm"),
        (KEY.hex().encode("utf-16"), "vreemde vorm"),
        (b"-----BEGIN KEY-----\n" + KEY.hex().encode(), "vreemde vorm"),
        (KEY * 1000, "vreemde vorm"),
    ],
)
def test_other_keys_are_refused_without_being_shown(
    tmp_path: Path, content: bytes, says: str
) -> None:
    path = tmp_path / "sleutel"
    path.write_bytes(content)
    with pytest.raises(UsageError, match=says) as refusal:
        read_key(path)
    assert KEY.hex()[:16] not in str(refusal.value)
    assert "wachtwoord dat" not in str(refusal.value)


def test_a_list_that_is_none_of_wijken_is_refused(tmp_path: Path) -> None:
    for lines in (["pc;wijk", "1234AB;WK990101"], ["postcode;wijkcode", "1234AB;Centrum"]):
        path = export(tmp_path, *lines, name="w.csv")
        with pytest.raises(UsageError, match="geen lijst van wijken"):
            treatments.read_neighbourhoods(path)


# The command -------------------------------------------------------------------------------------


def command(*arguments: object, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["zichtlijn", "anonymise", *map(str, arguments)])
    with pytest.raises(SystemExit) as leaving:
        cli.main()
    return int(leaving.value.code or 0)


def test_the_command_shows_columns_and_no_values(
    tmp_path: Path,
    key_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    path = export(tmp_path)
    assert command(path, "--key-file", key_file, monkeypatch=monkeypatch) == 0
    human = capfd.readouterr()
    assert human.out == ""
    out = tmp_path / "ander.csv"
    given = ("--key-file", key_file, "--out", out, "--json")
    assert command(path, *given, monkeypatch=monkeypatch) == 0
    machine = capfd.readouterr()
    assert machine.err == ""
    assert json.loads(machine.out)["rows"] == 3
    assert len(made(out)) == 3
    values = {v for row in ROWS for v in row.split(";") if len(v) > 2}
    for shown in (human.err, machine.out):
        assert not {v for v in values if v in shown}
        assert KEY.hex() not in shown
        assert by_hand(NUMBERS[0]) not in shown
        assert "Geboortedatum" in shown


def test_the_command_says_in_its_exit_code_what_went_wrong(
    tmp_path: Path,
    key_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    path = export(tmp_path)
    assert command(path, monkeypatch=monkeypatch) == 2
    assert command("--new-key", key_file, monkeypatch=monkeypatch) == 2
    assert command(path, "--key-file", key_file, "--out", path, monkeypatch=monkeypatch) == 2
    assert command(path, "--key-file", key_file, "--layout", "x", monkeypatch=monkeypatch) == 2
    picture = tmp_path / "export.pdf"
    picture.write_bytes(b"%PDF")
    capfd.readouterr()
    assert command(picture, "--key-file", key_file, "--json", monkeypatch=monkeypatch) == 3
    assert json.loads(capfd.readouterr().out)["rule"] == "bestand.soort"
    assert command("--new-key", tmp_path / "k", monkeypatch=monkeypatch) == 0
    assert len(read_key(tmp_path / "k")) == 32


# Files that nobody here wrote --------------------------------------------------------------------


@pytest.mark.parametrize("name", ["202211A04I27GZ.csv", "202212A04I27GZ.csv"])
def test_the_monthly_delivery_of_duo_passes_the_door_afterwards(
    real_data: Path,
    tmp_path: Path,
    key_file: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    name: str,
) -> None:
    path = real_data / "duo_vsv_synthetisch" / name
    out = tmp_path / name
    with pytest.raises(DeliveryRefused, match="herleidbare"):
        identity.guard(read.read(path)[0], person_level=True)
    given = ("--key-file", key_file, "--out", out)
    assert command(path, *given, monkeypatch=monkeypatch) == 0
    shown = capfd.readouterr().err
    before, after = (pl.read_csv(p, separator=";", infer_schema=False) for p in (path, out))
    identity.guard(read.read(out)[0], person_level=True, header_row=1)
    assert after.height == before.height
    hidden = ["PERSOONSGEBONDENNUMMER", "ACHTERNAAM", "ALLE_VOORNAMEN", "GEBOORTEDATUM", "POSTCODE"]
    hidden += ["STRAAT", "POSTCODE_ONDERWIJSLOCATIE"]
    left = set(after.unpivot()["value"].drop_nulls())
    for column in hidden:
        values = set(before[column].drop_nulls())
        assert values
        assert not values & left, column
        assert not {v for v in values if len(v) > 3 and v in shown}, column
    kept = [c for c in after.columns if c in before.columns]
    assert after.select(kept).equals(before.select(kept))
    assert after["LEERLING_PSEUDONIEM"].str.contains(PSEUDONYM).all()
    assert after["LEERLING_PSEUDONIEM"].n_unique() == before["PERSOONSGEBONDENNUMMER"].n_unique()
