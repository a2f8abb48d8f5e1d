"""The evaluation there and back: forms and surveys are sent out, filled in, and taken in again."""

from __future__ import annotations

import csv
import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

import openpyxl
import pytest
from lxml import etree

from pipelines import contracts, why
from pipelines.delivery import intake
from pipelines.delivery.deliver import deliver
from pipelines.delivery.outcome import Outcome
from pipelines.errors import UsageError
from pipelines.evaluation import collect, forms, rounds
from pipelines.ingest import layout_files
from pipelines.warehouse import engine, history
from tests.commands import zichtlijn

PROMISES = contracts.load()
SCHOLEN = """vestigingscode;naam;bevoegd_gezag;gemeente;wijkcode;onderwijssoort;samenwerkingsverband
99AA00;De Brug;99901;GM9901;WK990101;bo;PO9901
99AB00;Anne Jansenschool;99901;GM9901;WK990102;bo;PO9901
"""
GEBIEDEN = """gemeente;gemeentenaam;wijk;wijknaam;jeugdregio;samenwerkingsverband
GM9901;Veenmark;WK990101;Centrum;Noord;PO9901
GM9901;Veenmark;WK990102;Noord;Noord;PO9901
"""
Answers = Mapping[str, int | str]


@pytest.fixture
def workdir(tmp_path: Path) -> Path:
    """A work folder whose warehouse knows two schools and two wijken."""
    home = tmp_path / "werk"
    with engine.open_warehouse(home) as con:
        intake.prepare(con, PROMISES)
        for name, text in (("gebieden", GEBIEDEN), ("scholen", SCHOLEN)):
            file = tmp_path / f"veenmark_{name}.csv"
            file.write_text(text, "utf-8")
            (outcome,) = deliver(con, file, PROMISES, layout_files.load(), gate=False)
            assert outcome.accepted == 2
    return home


def fill(path: Path, place: str, answers: Answers, *, calculated: bool = True) -> None:
    """What a respondent chooses; `calculated`: with what a spreadsheet program works out from it.

    Without it the file holds formulas only, for a real spreadsheet program to work out.
    """
    book = openpyxl.load_workbook(path)
    sheet = book[forms.QUESTIONS]
    if place:
        sheet.cell(forms.PLACE_CELL[0] + 1, forms.PLACE_CELL[1] + 1).value = place
    column = {c.value: c.column for c in sheet[forms.HEADER_ROW + 1]}
    for row in range(forms.HEADER_ROW + 2, sheet.max_row + 1):
        question = sheet.cell(row, column["Nr"]).value
        if not question:
            continue
        answer = answers.get(question)
        sheet.cell(row, column["Uw antwoord"]).value = answer
        if not calculated:
            continue
        text = "" if answer is None else str(answer)
        shown = {
            "Vestigingscode": place[:6],
            "Wijkcode": place[:8],
            "Score": "" if text == "n.v.t." else text,
            "Niet van toepassing": "J" if text == "n.v.t." else "",
        }
        for title, value in shown.items():
            cell = sheet.cell(row, column[title])
            if cell.value is not None:  # the form asks this group for a school or for a wijk
                cell.value = value
    book.save(path)


def taken_in(workdir: Path, *paths: Path) -> list[Outcome]:
    with engine.open_warehouse(workdir) as con:
        intake.prepare(con, PROMISES)
        found = [
            o for p in paths for o in deliver(con, p, PROMISES, layout_files.load(), gate=False)
        ]
        assert history.unbalanced(con, PROMISES) == {}
    for outcome in found:
        assert outcome.rows_in == outcome.accepted + outcome.quarantined
    return found


def held(workdir: Path) -> list[tuple[object, ...]]:
    with engine.open_warehouse(workdir) as con:
        return con.execute(
            "SELECT groep, vestigingscode, wijkcode, vraag_id, score, coalesce(nvt, false)"
            " FROM evaluatie_antwoorden ORDER BY ALL"
        ).fetchall()


# Forms -------------------------------------------------------------------------------------------


def test_forms_are_sent_out_filled_in_and_run(workdir: Path, tmp_path: Path) -> None:
    """The whole way by the commands themselves, with publication at the end."""
    sent = zichtlijn(
        "evaluation", "new", "2024-2025", "--out", str(tmp_path / "uit"), "--count", "school=3",
        "--workdir", str(workdir), "--json",
    )  # fmt: skip
    assert sent.returncode == 0, sent.stderr
    groups = {g["group"]: g for g in json.loads(sent.stdout)["groups"]}
    assert {name: g["places"] for name, g in groups.items()} == {
        "school": 2, "smw_aanbieder": 2, "wijkteam": 2,
    }  # fmt: skip
    first, second, empty = (Path(p) for p in groups["school"]["forms"])
    fill(first, "99AA00 De Brug (Veenmark)", {"p01": 4, "i10": "n.v.t.", "p03": 1})
    fill(second, "99AB00 Anne Jansenschool (Veenmark)", {"p01": 7, "p02": "vier"})
    wijkteam = Path(groups["wijkteam"]["forms"][0])
    fill(wijkteam, "WK990102 Noord (Veenmark)", {"p10": 5})
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for path in (first, second, empty, wijkteam):
        shutil.copy(path, inbox)

    ran = zichtlijn("run", str(inbox), "--workdir", str(workdir), "--json")

    assert ran.returncode == 3, ran.stderr  # two answers that cannot be
    deliveries = {d["file"]: d for d in json.loads(ran.stdout)["deliveries"]}
    counts = {n: (d["rows_in"], d["accepted"], d["quarantined"]) for n, d in deliveries.items()}
    assert counts == {
        first.name: (19, 19, 0),
        second.name: (19, 17, 2),
        empty.name: (19, 19, 0),
        wijkteam.name: (15, 15, 0),
    }
    broken = {f["rule"] for f in deliveries[second.name]["findings"] if f["count"]}
    assert broken == {
        "evaluatie_antwoorden.score.bereik", "evaluatie_antwoorden.score.type",
    }  # fmt: skip
    assert {d["period"] for d in deliveries.values()} == {"2024-2025"}
    answered = [row for row in held(workdir) if row[4] is not None or row[5]]
    assert answered == [
        ("school", "99AA00", None, "i10", None, True),
        ("school", "99AA00", None, "p01", 4, False),
        ("school", "99AA00", None, "p03", 1, False),
        ("wijkteam", None, "WK990102", "p10", 5, False),
    ]


def test_a_form_that_is_filled_in_again_replaces_the_first(workdir: Path, tmp_path: Path) -> None:
    (written, *_) = rounds.new("2024/2025", tmp_path / "uit", PROMISES, workdir=workdir)
    (path,) = written.forms
    fill(path, "99AA00 De Brug (Veenmark)", {"p01": 2})
    taken_in(workdir, path)
    fill(path, "99AA00 De Brug (Veenmark)", {"p01": 3})
    taken_in(workdir, path)
    assert [row[4] for row in held(workdir) if row[3] == "p01"] == [3]


def test_one_form_sent_to_two_people_is_not_counted_twice(workdir: Path, tmp_path: Path) -> None:
    (written, *_) = rounds.new("2024/2025", tmp_path / "uit", PROMISES, workdir=workdir)
    (path,) = written.forms
    copy = path.with_name(f"kopie-{path.name}")
    fill(path, "99AA00 De Brug (Veenmark)", {"p01": 2})
    shutil.copy(path, copy)
    fill(copy, "99AB00 Anne Jansenschool (Veenmark)", {"p01": 5})
    first, second = taken_in(workdir, path, copy)
    assert (first.accepted, second.accepted, second.quarantined) == (19, 0, 19)


@pytest.mark.slow
def test_a_spreadsheet_program_works_out_what_comes_back(workdir: Path, tmp_path: Path) -> None:
    """The formulas of the form, by LibreOffice: the same rows as the other tests put in."""
    program = shutil.which("soffice")
    if program is None:
        pytest.skip("LibreOffice staat niet op deze computer")
    (written, *_, wijkteam) = rounds.new("2024/2025", tmp_path / "uit", PROMISES, workdir=workdir)
    chosen: list[tuple[Path, str, Answers]] = [
        (written.forms[0], "99AA00 De Brug (Veenmark)", {"p01": 4, "p02": "n.v.t.", "i10": 1}),
        (wijkteam.forms[0], "WK990101 Centrum (Veenmark)", {"p03": "n.v.t.", "p10": 5}),
    ]
    saved = tmp_path / "bewaard"
    for path, place, answers in chosen:
        fill(path, place, answers, calculated=False)
        made = subprocess.run(
            [program, "--headless", f"-env:UserInstallation={(tmp_path / 'profiel').as_uri()}",
             "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(saved), str(path)],
            capture_output=True, text=True, timeout=120,
        )  # fmt: skip
        assert made.returncode == 0, made.stderr
    outcomes = taken_in(workdir, *sorted(saved.iterdir()))
    assert [(o.rows_in, o.accepted) for o in outcomes] == [(19, 19), (15, 15)]
    assert [row for row in held(workdir) if row[4] is not None or row[5]] == [
        ("school", "99AA00", None, "i10", 1, False),
        ("school", "99AA00", None, "p01", 4, False),
        ("school", "99AA00", None, "p02", None, True),
        ("wijkteam", None, "WK990101", "p03", None, True),
        ("wijkteam", None, "WK990101", "p10", 5, False),
    ]
    assert {row[1:3] for row in held(workdir)} == {("99AA00", None), (None, "WK990101")}


# Collecting --------------------------------------------------------------------------------------


def test_returned_forms_become_one_delivery_per_group(workdir: Path, tmp_path: Path) -> None:
    """Renamed or not, in whatever folder: what is in a form says which form it is."""
    sent = tmp_path / "uit"
    school, _, wijkteam = rounds.new(
        "2024/2025", sent, PROMISES, workdir=workdir, count={"school": 3}
    )
    fill(school.forms[0], "99AA00 De Brug (Veenmark)", {"p01": 4, "i10": "n.v.t."})
    fill(school.forms[1], "99AB00 Anne Jansenschool (Veenmark)", {"p01": 7, "p02": "van Sanne"})
    fill(wijkteam.forms[0], "WK990102 Noord (Veenmark)", {"p10": 5})
    school.forms[1].rename(sent / "Formulier (1).xlsx")

    ran = zichtlijn("evaluation", "collect", str(sent), "--out", str(tmp_path / "inbox"), "--json")

    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout)
    assert (told["left_out"], told["repeated"]) == ([], [])
    assert [(f["group"], f["forms"], f["answered"]) for f in told["files"]] == [
        ("school", 3, 2), ("smw_aanbieder", 1, 0), ("wijkteam", 1, 1),
    ]  # fmt: skip
    assert [r["file"] for r in told["files"][0]["remarks"]] == ["Formulier (1).xlsx"]
    files = [Path(f["file"]) for f in told["files"]]
    assert not any("Sanne" in path.read_text("utf-8") for path in files)
    outcomes = taken_in(workdir, *files)
    assert [(o.supplier, o.period, o.rows_in, o.accepted) for o in outcomes] == [
        ("formulieren-school", "2024-2025", 57, 55),
        ("formulieren-smw-aanbieder", "2024-2025", 19, 19),
        ("formulieren-wijkteam", "2024-2025", 15, 15),
    ]
    assert [row for row in held(workdir) if row[4] is not None or row[5]] == [
        ("school", "99AA00", None, "i10", None, True),
        ("school", "99AA00", None, "p01", 4, False),
        ("wijkteam", None, "WK990102", "p10", 5, False),
    ]
    found, _files = why.why(workdir, "ev_respons", "2024/2025", school=None, municipality=None)
    assert (found.numerator, found.denominator) == (2, 5)


def test_what_is_no_form_is_named_and_the_rest_is_collected(workdir: Path, tmp_path: Path) -> None:
    sent, home = tmp_path / "uit", tmp_path / "terug"
    (school, *_) = rounds.new("2024/2025", sent, PROMISES, workdir=workdir, count={"school": 4})
    good, unsaved, damaged, _ = (home / p.name for p in school.forms)
    shutil.copytree(sent / "school", home)
    place = "99AA00 De Brug (Veenmark)"
    fill(good, place, {"p01": 4})
    fill(unsaved, place, {"p01": 4}, calculated=False)
    book = openpyxl.load_workbook(damaged)
    book[forms.QUESTIONS].cell(forms.HEADER_ROW + 4, 5).value = "2024/2025:iets-anders"
    book.save(damaged)
    (home / "veenmark_scholen.csv").write_text(SCHOLEN, "utf-8")
    (home / "foto.jpg").write_bytes(b"geen formulier")
    (home / "kapot.xlsx").write_bytes(b"PK geen werkboek")
    (home / "alles.zip").write_bytes(b"PK")

    ran = zichtlijn("evaluation", "collect", str(home), "--out", str(tmp_path / "inbox"), "--json")

    assert ran.returncode == 3, ran.stderr
    told = json.loads(ran.stdout)
    assert [(f["group"], f["forms"], f["answered"]) for f in told["files"]] == [("school", 2, 1)]
    why_not = {f["file"]: f["reason"] for f in told["left_out"]}
    expected = {
        unsaved.name: "niet uitgerekend",
        damaged.name: "beschadigd",
        "veenmark_scholen.csv": "levering van scholen",
        "foto.jpg": "worden niet gelezen",
        "kapot.xlsx": "geen enkele bekende indeling",
        "alles.zip": "Pak het zipbestand eerst uit",
    }
    assert set(why_not) == set(expected)
    for file, words in expected.items():
        assert words in why_not[file]


def test_a_form_counts_once_and_two_answers_contradict(workdir: Path, tmp_path: Path) -> None:
    sent, home, inbox = tmp_path / "uit", tmp_path / "terug", tmp_path / "inbox"
    (school, *_) = rounds.new("2024/2025", sent, PROMISES, workdir=workdir, count={"school": 3})
    same, late, twice = (home / p.name for p in school.forms)
    shutil.copytree(sent / "school", home)
    copies = {p: p.with_name(f"kopie {p.name}") for p in (same, late, twice)}
    fill(same, "99AA00 De Brug (Veenmark)", {"p01": 2})
    shutil.copy(same, copies[same])
    shutil.copy(late, copies[late])
    fill(copies[late], "99AA00 De Brug (Veenmark)", {"p01": 3})
    shutil.copy(twice, copies[twice])
    fill(twice, "99AA00 De Brug (Veenmark)", {"p01": 4})
    fill(copies[twice], "99AA00 De Brug (Veenmark)", {"p01": 5})

    found = collect.collect(home, inbox, PROMISES)

    (bundle,) = found.bundles
    assert {f.file for f in bundle.forms} == {copies[late].name, copies[same].name}
    assert len(found.repeated) == 2
    assert {f.file for f in found.left_out} == {twice.name, copies[twice].name}
    before = bundle.path.read_bytes()
    for path in (same, copies[same]):
        path.unlink()
    with pytest.raises(UsageError, match="1 formulieren die nu niet zijn gevonden"):
        collect.collect(home, inbox, PROMISES)
    assert bundle.path.read_bytes() == before
    bundle.path.unlink()
    (again,) = collect.collect(home, inbox, PROMISES).bundles
    assert [f.file for f in again.forms] == [copies[late].name]


@pytest.mark.parametrize("place", ["leeg", "weg", "binnen"])
def test_a_folder_that_cannot_be_collected_says_so(tmp_path: Path, place: str) -> None:
    home = tmp_path / "terug"
    if place != "weg":
        home.mkdir()
    out = home / "inbox" if place == "binnen" else tmp_path / "inbox"
    said = {"leeg": "staat geen bestand", "weg": "bestaat niet", "binnen": "daarbuiten"}
    with pytest.raises(UsageError, match=said[place]):
        collect.collect(home, out, PROMISES)
    assert not out.exists()


# LimeSurvey --------------------------------------------------------------------------------------


def exported(survey: Path, file: Path, responses: list[tuple[str, Answers]]) -> None:
    """LimeSurvey's CSV export of a survey: question codes as headers, answer codes as answers.

    Headers and codes are taken from the survey's own tables, as LimeSurvey does.
    """
    tree = etree.parse(survey)

    def rows(table: str) -> list[dict[str, str]]:
        return [{f.tag: f.text or "" for f in r} for r in tree.iterfind(f"{table}/rows/row")]

    said = {r["qid"]: r["question"] for r in rows("question_l10ns")}
    texts = {r["aid"]: r["answer"] for r in rows("answer_l10ns")}
    listed = {texts[r["aid"]]: r["code"] for r in rows("answers")}
    headers = ["id", "submitdate", "lastpage", "startlanguage", "seed"]
    parts = rows("subquestions")
    for question in rows("questions"):
        own = [p["title"] for p in parts if p["parent_qid"] == question["qid"]]
        headers += [f"{question['title']}[{p}]" for p in own] or [question["title"]]
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL)
        writer.writerow(headers)
        for number, (place, answers) in enumerate(responses, start=1):
            row = [str(number), "1980-01-01 00:00:00", "3", "nl", "1234567"]
            for question in rows("questions"):
                own = [p["title"] for p in parts if p["parent_qid"] == question["qid"]]
                if own:
                    row += [str(answers.get(p, "")) for p in own]
                elif question["type"] == "!":
                    row.append(listed[place])
                elif "substr" in said[question["qid"]]:
                    length = int(said[question["qid"]].rstrip(")}").rpartition(", ")[2])
                    row.append(place[:length])
                else:
                    row.append(said[question["qid"]] if question["type"] == "*" else place)
            writer.writerow(row)


@pytest.mark.parametrize("listed", [True, False])
def test_what_limesurvey_exports_is_read_back(workdir: Path, tmp_path: Path, listed: bool) -> None:
    """Three surveys that each number from 1: none replaces or collides with another."""
    written = rounds.new(
        "2024/2025", tmp_path / "uit", PROMISES, workdir=workdir if listed else None
    )
    school, wijk = "99AA00 De Brug (Veenmark)", "WK990101 Centrum (Veenmark)"
    files = []
    for group in written:
        place = wijk if group.group == "wijkteam" else school
        place = place if listed else place.split()[0]
        files.append(tmp_path / f"{group.group}_evaluatie_antwoorden_2024-2025.csv")
        exported(group.survey, files[-1], [(place, {"p03": 4, "i10": "nvt"}), (place, {"p04": 2})])
    outcomes = taken_in(workdir, *files)
    assert [(o.status, o.rows_in, o.accepted, o.period) for o in outcomes] == [
        ("accepted", 3, 3, "2024-2025")
    ] * 3
    assert len({o.supplier for o in outcomes}) == 3
    assert held(workdir) == sorted(
        (
            (group, None if group == "wijkteam" else "99AA00",
             "WK990101" if group == "wijkteam" else None, question, score, nvt)
            for group in ("school", "smw_aanbieder", "wijkteam")
            for question, score, nvt in (("i10", None, True), ("p03", 4, False), ("p04", 2, False))
        ),
        key=str,
    )  # fmt: skip


def test_empty_forms_complete_the_response(workdir: Path, tmp_path: Path) -> None:
    """As the instructions say: an empty form for everybody who did not answer in LimeSurvey."""
    school, *_ = rounds.new(
        "2024/2025", tmp_path / "uit", PROMISES, workdir=workdir, count={"school": 2}
    )
    file = tmp_path / "school_evaluatie_antwoorden_2024-2025.csv"
    assert file.name in (tmp_path / "uit" / rounds.READ_ME).read_text("utf-8")
    place = "99AA00 De Brug (Veenmark)"
    exported(school.survey, file, [(place, {"p03": n}) for n in (1, 4, 5)])
    taken_in(workdir, file, *school.forms)
    found, _files = why.why(workdir, "ev_respons", "2024/2025", school=None, municipality=None)
    assert (found.numerator, found.denominator) == (3, 5)
    inside, _files = why.why(workdir, "ev_score", "2024/2025", school=None, municipality="Veenmark")
    assert (inside.numerator, inside.denominator) == (10, 3)


def test_who_sent_without_an_answer_is_in_the_response(workdir: Path, tmp_path: Path) -> None:
    """Six sent, five with answers: five of six."""
    school = rounds.new("2024/2025", tmp_path / "uit", PROMISES, workdir=workdir)[0]
    file = tmp_path / "school_evaluatie_antwoorden_2024-2025.csv"
    place = "99AA00 De Brug (Veenmark)"
    exported(school.survey, file, [(place, {"p03": n}) for n in range(1, 6)] + [(place, {})])
    taken_in(workdir, file)
    found, _files = why.why(workdir, "ev_respons", "2024/2025", school=None, municipality=None)
    assert (found.numerator, found.denominator) == (5, 6)
    inside, _files = why.why(workdir, "ev_score", "2024/2025", school=None, municipality="Veenmark")
    assert (inside.numerator, inside.denominator) == (15, 5)


def test_a_name_in_an_export_stops_it(workdir: Path, tmp_path: Path) -> None:
    school = rounds.new("2024/2025", tmp_path / "uit", PROMISES, workdir=workdir)[0]
    file = tmp_path / "school_evaluatie_antwoorden_2024-2025.csv"
    exported(school.survey, file, [("99AA00 De Brug (Veenmark)", {"p03": 4})])
    lines = file.read_text("utf-8-sig").splitlines()
    file.write_text(f'{lines[0]},"firstname"\n{lines[1]},"Sanne"\n', "utf-8")
    (outcome,) = taken_in(workdir, file)
    assert outcome.status == "refused"
    assert "Sanne" not in outcome.message
    assert held(workdir) == []
