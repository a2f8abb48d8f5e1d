"""What a real LimeSurvey exports, in every form it offers, and its siblings: the right values, or a
truthful no."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
import openpyxl
import pytest

from pipelines import contracts
from pipelines.delivery import intake
from pipelines.delivery.deliver import deliver
from pipelines.delivery.outcome import Outcome
from pipelines.ingest import layout_files, questionnaires
from pipelines.ingest.headings import is_shortened
from pipelines.warehouse import engine

PROMISES = contracts.load()
ITEMS = {item.id: item for item in questionnaires.items()}
SCALE = questionnaires.find("smw_jaarevaluatie").scale
FOLDER = "limesurvey_6_4_2"
HELD = "SELECT antwoord_id, vraag_id, score, nvt FROM evaluatie_antwoorden ORDER BY ALL"
UNSENT = "evaluatie_antwoorden.niet_verzonden"

REFUSED = {
    "07_code_kort_incompleet.csv": ("levering.niet_verzonden", "verzonden"),
    "11_afgekort_kort_compleet.csv": ("indeling.afgekort", "volledige vraagtekst"),
    "20_stata.xml": ("bestand.soort", "CSV"),
    "21_code_kort.html": ("bestand.soort", "CSV of Excel"),
    "22_code_kort.json": ("bestand.soort", "CSV of Excel"),
}
LOADED = (
    *("01_standaard.csv", "02_code_kort_alles_komma.csv", "03_code_kort_alles_puntkomma.csv"),
    *("04_code_kort_alles_tab.csv", "05_code_kort_compleet_komma.csv"),
    *("06_code_kort_compleet_puntkomma.csv", "08_code_lang_compleet.csv"),
    *("09_vol_kort_compleet.csv", "10_vol_lang_compleet.csv", "12_codetekst_kort_compleet.csv"),
    *("13_emcode_kort_compleet.csv", "14_code_kort_compleet.xls", "15_code_lang_compleet.xls"),
    *("16_standaard.xls", "17_rdata.csv", "23_code_kort_underscores.csv"),
    *("19_spss.sav", "24_code_lang_alles.csv", "RC_remotecontrol_standaard.csv"),
)
WITH_UNSENT = ("01", "02", "03", "04", "16", "24", "RC")  # all responses: five were not sent


@pytest.fixture
def house() -> Iterator[duckdb.DuckDBPyConnection]:
    with engine.open_warehouse(None) as con:
        intake.prepare(con, PROMISES)
        yield con


def take_in(con: duckdb.DuckDBPyConnection, file: Path) -> Outcome:
    (outcome,) = deliver(con, file, PROMISES, layout_files.load(), gate=False)
    return outcome


def told(outcome: Outcome, rule: str = UNSENT) -> list[tuple[str, int]]:
    return [(f["outcome"], f["count"]) for f in outcome.findings if f["rule"] == rule]


Held = list[tuple[str, str, int | None, bool]]


def expected(rows: Sequence[Mapping[str, str]], group: str) -> Held:
    """What the plainest export says, told apart by its question codes: sent answers, and of who
    answered nothing every question without an answer."""
    found: Held = []
    for row in rows:
        if not row["submitdate"]:
            continue
        cells = {h.split("[")[1].rstrip("]"): v for h, v in row.items() if "[" in h}
        given = {q: v for q, v in cells.items() if v} or cells
        number = f"{row['schooljaar']}:{group}-{row['id']}"
        found += [
            (number, q, int(v) if v and v != "nvt" else None, v == "nvt") for q, v in given.items()
        ]
    return sorted(found, key=lambda r: r[:2])


def plain(folder: Path, group: str) -> list[dict[str, str]]:
    with (folder / FOLDER / f"{group}__02_code_kort_alles_komma.csv").open(
        encoding="utf-8-sig", newline=""
    ) as file:
        return list(csv.DictReader(file))


# Real exports ------------------------------------------------------------------------------------


@pytest.mark.parametrize("group", ["school", "wijkteam"])
def test_a_real_export_loads_with_exactly_the_right_values(real_data: Path, group: str) -> None:
    right = expected(plain(real_data, group), group)
    for name in LOADED:
        file = real_data / FOLDER / f"{group}__{name}"
        if not file.exists():
            assert (group, name[:2]) == ("wijkteam", "RC")
            continue
        with engine.open_warehouse(None) as con:
            intake.prepare(con, PROMISES)
            outcome = take_in(con, file)
            assert con.execute(HELD).fetchall() == right, name
            places = "count(DISTINCT coalesce(vestigingscode, wijkcode))"
            query = f"SELECT min(groep), {places}, min(ronde) FROM evaluatie_antwoorden"
            assert con.execute(query).fetchone() == (group, 4, "2025/2026"), name
        assert (outcome.rows_in, outcome.quarantined) == (len(right), 0)
        unsent = [("gevonden", 5)] if name.startswith(WITH_UNSENT) else []
        assert told(outcome) == unsent, name


@pytest.mark.parametrize("group", ["school", "wijkteam"])
def test_what_cannot_be_read_is_refused_with_what_to_choose(real_data: Path, group: str) -> None:
    for name, (rule, says) in REFUSED.items():
        with engine.open_warehouse(None) as con:
            intake.prepare(con, PROMISES)
            outcome = take_in(con, real_data / FOLDER / f"{group}__{name}")
        assert (outcome.status, outcome.findings[0]["rule"]) == ("refused", rule), name
        assert says in outcome.message, name


def test_every_real_export_is_in_one_of_both_lists(real_data: Path) -> None:
    names = {f.name.split("__")[1] for f in (real_data / FOLDER).iterdir()}
    assert names == {*LOADED, *REFUSED}


# Siblings ----------------------------------------------------------------------------------------

QUESTIONS = {
    "school": [i for i in ITEMS.values() if "school" in i.groups],
    "aanbieder": [i for i in ITEMS.values() if "smw_aanbieder" in i.groups],
    "wijkteam": [i for i in ITEMS.values() if "wijkteam" in i.groups],
}
ENGLISH = ("Response ID", "Date submitted", "Last page", "Start language", "Seed")
CODES = ("id", "submitdate", "lastpage", "startlanguage", "seed")
PLACES = {"school": "99AA00", "aanbieder": "99AA00", "wijkteam": "WK990101"}


def headings(group: str, form: str) -> list[str]:
    word = "wijk" if group == "wijkteam" else "school"
    code = "wijk" if group == "wijkteam" else "vestiging"
    length = len(PLACES[group])
    if form == "code":
        return [*CODES, "schooljaar", code, *(f"{group}proces1_{i.id}" for i in QUESTIONS[group])]
    text = [*ENGLISH, "2024/2025", f"{{substr({word}keuze.shown, 0, {length})}}"]
    text += [f"Thema: van alles [{i.text}]" for i in QUESTIONS[group]]
    if form == "text":
        return text
    ids = [*CODES, "schooljaar", code, *(f"{group}proces1[{i.id}]" for i in QUESTIONS[group])]
    return [f"{a}. {b}" for a, b in zip(ids, text, strict=True)]


def written(
    file: Path,
    headers: Sequence[str],
    rows: Sequence[tuple[str, str, Mapping[str, str]]],
    group: str,
    seed: str = "1234567",
) -> Path:
    """`rows`: number, moment of sending, question -> answer."""
    table = [
        [n, sent, "3", "nl", seed, "2024/2025", PLACES[group]]
        + [answers.get(i.id, "") for i in QUESTIONS[group]]
        for n, sent, answers in rows
    ]
    if file.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in [list(headers), *table]:
            book.active.append(row)  # type: ignore[union-attr]
        book.save(file)
        return file
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out, quoting=csv.QUOTE_ALL).writerows([list(headers), *table])
    return file


MOMENT = "2025-06-01 10:00:00"


@pytest.mark.parametrize("group", list(PLACES))
@pytest.mark.parametrize("form", ["code", "text", "both"])
@pytest.mark.parametrize("words", [False, True])
def test_codes_texts_and_both_say_the_same(
    house: duckdb.DuckDBPyConnection, tmp_path: Path, group: str, form: str, words: bool
) -> None:
    say = SCALE if words else {n: str(n) for n in SCALE}
    none = "Niet van toepassing" if words else "nvt"
    rows = [
        ("1", MOMENT, {"p03": say[4], "i10": none}),
        ("2", "", {"p03": say[1]}),
        ("3", MOMENT, {}),
    ]
    # A seed that passes for a citizen service number is still drawn by lot.
    file = written(tmp_path / "r.csv", headings(group, form), rows, group, seed="111222333")
    outcome = take_in(house, file)
    key = f"2024/2025:{group}-"
    answered = [(f"{key}1", "i10", None, True), (f"{key}1", "p03", 4, False)]
    empty = [(f"{key}3", i.id, None, False) for i in QUESTIONS[group]]
    assert house.execute(HELD).fetchall() == sorted([*answered, *empty], key=lambda r: r[:2])
    assert told(outcome) == [("gevonden", 1)]
    assert outcome.quarantined == 0
    (supplier,) = house.execute("SELECT DISTINCT groep FROM evaluatie_antwoorden").fetchall()
    assert supplier == ("smw_aanbieder" if group == "aanbieder" else group,)


@pytest.mark.parametrize("nothing", ["", "NULL", "N/A", "nee", " "])
@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_what_was_not_sent_is_left_out_however_it_is_written(
    house: duckdb.DuckDBPyConnection, tmp_path: Path, nothing: str, suffix: str
) -> None:
    rows = [("1", MOMENT, {"p03": "4"}), ("2", nothing, {"p03": "1"})]
    file = written(tmp_path / f"r{suffix}", headings("school", "code"), rows, "school")
    outcome = take_in(house, file)
    assert [r[2] for r in house.execute(HELD).fetchall()] == [4]
    (found,) = [f for f in outcome.findings if f["rule"] == UNSENT]
    assert (found["rows"], found["severity"]) == ([3], "waarschuwing")
    assert "tellen niet mee" in found["message"]
    assert outcome.clean


def test_the_questionnaire_may_count_them_and_it_is_said(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    rows = [("1", MOMENT, {"p03": "4"}), ("2", "", {"p03": "1"})]
    file = written(tmp_path / "r.csv", headings("school", "text"), rows, "school")
    counting = [
        replace(known, unpivot=replace(known.unpivot, incomplete_counts=True))
        if known.unpivot
        else known
        for known in layout_files.load()
    ]
    (outcome,) = deliver(house, file, PROMISES, counting, gate=False)
    assert [r[2] for r in house.execute(HELD).fetchall()] == [4, 1]
    (found,) = [f for f in outcome.findings if f["rule"] == UNSENT]
    assert "tellen mee" in found["message"]
    text = "id: x\ntitel: x\nversie: 1\nschaal: {1: a, 2: b, 3: c, 4: d, 5: e}\n"
    text += "niet_van_toepassing: []\nvragen: []\nniet_verzonden: "
    assert questionnaires.parse("x", f"{text}telt_mee").incomplete_counts
    assert not questionnaires.parse("x", f"{text}telt_niet_mee").incomplete_counts
    with pytest.raises(contracts.ContractError):
        questionnaires.parse("x", f"{text}soms")


def test_without_the_moment_of_sending_it_is_said_that_all_count(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    headers = headings("school", "code")
    file = written(tmp_path / "r.csv", headers, [("1", "", {"p03": "4"})], "school")
    with file.open(encoding="utf-8", newline="") as written_file:
        lines = [row[:1] + row[2:] for row in csv.reader(written_file)]
    with file.open("w", encoding="utf-8", newline="") as out:
        csv.writer(out).writerows(lines)
    outcome = take_in(house, file)
    assert [r[2] for r in house.execute(HELD).fetchall()] == [4]
    assert told(outcome) == [("niet_gecontroleerd", 0)]


def test_a_code_and_a_text_that_contradict_are_no_heading(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    headers = headings("school", "both")
    swapped = [*headers[:-1], headers[-1].replace("[i10]", "[i09]")]
    outcome = take_in(
        house, written(tmp_path / "r.csv", swapped, [("1", MOMENT, {"p03": "4"})], "school")
    )
    assert (outcome.status, outcome.findings[0]["rule"]) == ("refused", "indeling.kolommen")


def test_questions_of_another_survey_are_no_notes(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    """The whole text of a question is a heading: nobody is told to leave out free text."""
    said = "Hoe tevreden bent u over de manier waarop wij met u en uw collega's hebben samengewerkt"
    headers = [*ENGLISH, "2024/2025", "plaats", *(f"{said} ({i.id})?" for i in QUESTIONS["school"])]
    rows = [(str(n), MOMENT, {"p03": "4"}) for n in range(1, 4)]
    outcome = take_in(house, written(tmp_path / "r.csv", headers, rows, "school"))
    assert outcome.findings[0]["rule"] == "indeling.onbekend"


def test_a_row_of_answers_is_never_taken_for_the_heading(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    headers = [f"vraag {n}" for n in range(len(headings("school", "code")))]
    nothing = dict.fromkeys(ITEMS, "nvt")
    file = written(tmp_path / "r.csv", headers, [("77123", MOMENT, nothing)], "school")
    outcome = take_in(house, file)
    assert outcome.findings[0]["rule"] == "indeling.onbekend"
    assert "77123" not in outcome.message
    assert "2024/2025" not in outcome.message


def test_the_place_that_a_respondent_wrote_is_read_where_nothing_is_worked_out(
    house: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    headers = headings("school", "text")
    headers[6] = "Over welke school gaat uw antwoord?"
    take_in(house, written(tmp_path / "r.csv", headers, [("1", MOMENT, {"p03": "4"})], "school"))
    query = "SELECT DISTINCT vestigingscode FROM evaluatie_antwoorden"
    assert house.execute(query).fetchall() == [("99AA00",)]


@pytest.mark.parametrize(
    ("header", "cut"),
    [
        ("Bereikbaarheid [De schoolmaatsc.. ]", True),
        ("{substr(schoolk.. ", True),
        ("Thema [Een lange…]", True),
        ("Na een verwijzing start de hulp snel genoeg.", False),
    ],
)
def test_a_shortened_heading_is_known_by_its_end(header: str, cut: bool) -> None:
    assert is_shortened(header) == cut
