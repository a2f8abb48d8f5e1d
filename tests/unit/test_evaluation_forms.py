"""The forms and surveys of a round: what they ask, what they allow, and that nobody is in them."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
from lxml import etree
from openpyxl.worksheet.worksheet import Worksheet

from pipelines import contracts
from pipelines.errors import UsageError
from pipelines.evaluation import forms, limesurvey, rounds
from pipelines.evaluation.round import AUDIENCES, Audience, Round, of_round, school_year
from pipelines.ingest import identity, layout_files, layouts, questionnaires
from pipelines.ingest.read import read
from pipelines.metrics import categories

PROMISES = contracts.load()
SCHOOLS = ("99AA00 De Brug (Veenmark)", "99AB00 Anne Jansen & Co <School> (Veenmark)")
WIJKEN = ("WK990101 Centrum (Veenmark)", "WK990102 Noord (Veenmark)")
PLACES = {"school": SCHOOLS, "wijk": WIJKEN}


def asked(audience: Audience, *, listed: bool = True) -> Round:
    return of_round("2024/2025", audience, PLACES[audience.place] if listed else ())


def form(folder: Path, one: Round) -> Path:
    (number,) = rounds.numbers(one.audience.group, 1)
    path = folder / one.file_name(number, ".xlsx")
    forms.write(path, one, number)
    return path


def questions(sheet: Worksheet) -> dict[str, int]:
    """Number of a question -> its row."""
    first = forms.HEADER_ROW + 2
    cells = [sheet.cell(row, 1) for row in range(first, sheet.max_row + 1)]
    return {str(c.value): c.row for c in cells if c.value}


# What is asked -----------------------------------------------------------------------------------


@pytest.mark.parametrize("audience", AUDIENCES, ids=lambda a: a.group)
def test_a_group_is_asked_its_own_questions_by_part_and_theme(
    audience: Audience, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(form(tmp_path, asked(audience)))
    sheet = book[forms.QUESTIONS]
    items = [i for i in questionnaires.items() if audience.group in i.groups]
    found = questions(sheet)
    assert set(found) == {item.id for item in items}
    themes = {c.code: c.label_nl for c in categories.DERIVED["evaluatiethema"]}
    for item in items:
        row = found[item.id]
        assert sheet.cell(row, 2).value == item.text
        above = [
            sheet.cell(at, 2).value for at in range(row - 1, 0, -1) if not sheet.cell(at, 1).value
        ]
        assert above[0] == themes[item.theme]
        assert next(a for a in above if a in {"Proces", "Inhoud"}) == item.part.capitalize()


def test_a_question_of_other_rounds_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        Path(questionnaires.__file__).parents[2]
        / "data_contracts/vragenlijsten/smw_jaarevaluatie.yaml"
    ).read_text("utf-8")
    text = text.replace("- id: p01\n", "- id: p01\n    vanaf: 2025/2026\n")
    text = text.replace("- id: i10\n", "- id: i10\n    tot_en_met: 2023/2024\n")
    changed = questionnaires.parse("smw_jaarevaluatie.yaml", text)
    monkeypatch.setattr(questionnaires, "find", lambda _name: changed)
    whole = {item.id for item in changed.items if "school" in item.groups}
    for year, absent in (
        ("2023/2024", {"p01"}),
        ("2024/2025", {"p01", "i10"}),
        ("2025/2026", {"i10"}),
    ):
        found = {item.id for item in of_round(year, AUDIENCES[0]).items}
        assert found == whole - absent


@pytest.mark.parametrize("text", ["2024", "2024/2026", "2025/2024", "24/25", "", "x2024/2025"])
def test_what_is_no_school_year_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="schooljaar"):
        school_year(text)


@pytest.mark.parametrize(
    "wanted", [{"leerlingen": 3}, {"school": 0}, {"wijkteam": rounds.MOST_FORMS + 1}]
)
def test_a_count_that_cannot_be_is_refused_and_nothing_is_written(
    wanted: dict[str, int], tmp_path: Path
) -> None:
    with pytest.raises(UsageError):
        rounds.new("2024/2025", tmp_path / "uit", PROMISES, count=wanted)
    assert not (tmp_path / "uit").exists()


def test_a_round_that_was_sent_is_not_overwritten(tmp_path: Path) -> None:
    rounds.new("2024/2025", tmp_path / "uit", PROMISES)
    before = {path: path.read_bytes() for path in (tmp_path / "uit").rglob("*") if path.is_file()}
    with pytest.raises(UsageError, match="niet leeg"):
        rounds.new("2024/2025", tmp_path / "uit", PROMISES)
    after = {path: path.read_bytes() for path in (tmp_path / "uit").rglob("*") if path.is_file()}
    assert after == before


# The form ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("audience", AUDIENCES, ids=lambda a: a.group)
def test_only_the_answers_and_the_place_can_be_filled_in(
    audience: Audience, tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(form(tmp_path, asked(audience)))
    sheet = book[forms.QUESTIONS]
    open_cells = {
        cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked
    }
    place = sheet.cell(forms.PLACE_CELL[0] + 1, forms.PLACE_CELL[1] + 1).coordinate
    assert open_cells == {place, *(f"C{row}" for row in questions(sheet).values())}
    assert all(one.protection.sheet for one in book.worksheets)


def test_an_answer_is_chosen_from_a_list(tmp_path: Path) -> None:
    sheet = openpyxl.load_workbook(form(tmp_path, asked(AUDIENCES[0])))[forms.QUESTIONS]
    rules = {str(r.sqref): r for r in sheet.data_validations.dataValidation}
    for row in questions(sheet).values():
        rule = next(r for at, r in rules.items() if f"C{row}" in at.split())
        assert (rule.type, rule.formula1) == ("list", '"1,2,3,4,5,n.v.t."')
        assert rule.showErrorMessage


def test_the_school_is_chosen_from_the_schools_that_are_known(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(form(tmp_path, asked(AUDIENCES[0])))
    place = next(
        r for r in book[forms.QUESTIONS].data_validations.dataValidation if str(r.sqref) == "B6"
    )
    assert (place.type, place.formula1) == ("list", f"{forms.LIST}!$A$1:$A$2")
    assert [cell.value for cell in book[forms.LIST]["A"]] == list(SCHOOLS)
    assert book[forms.LIST].sheet_state == "hidden"


def test_without_known_schools_the_code_is_held_to_its_form(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(form(tmp_path, asked(AUDIENCES[0], listed=False)))
    place = next(
        r for r in book[forms.QUESTIONS].data_validations.dataValidation if str(r.sqref) == "B6"
    )
    assert place.type == "custom"
    assert "LEN($B$6)=6" in place.formula1
    assert forms.LIST not in book.sheetnames


@pytest.mark.parametrize("audience", AUDIENCES, ids=lambda a: a.group)
def test_no_sheet_of_a_form_is_stopped_at_the_door(audience: Audience, tmp_path: Path) -> None:
    for text in read(form(tmp_path, asked(audience))):
        header = forms.HEADER_ROW + 1 if text.sheet == forms.QUESTIONS else None
        assert identity.inspect(text, person_level=header is None, header_row=header) == []


def test_the_layout_reads_exactly_the_headers_of_the_form() -> None:
    layout = next(la for la in layout_files.load() if la.id == "formulier_evaluatie_antwoorden")
    assert set(layout.columns) | layout.ignored == {*forms.SEEN, *forms.HIDDEN}


def test_numbers_of_respondents_differ_and_say_nothing(tmp_path: Path) -> None:
    found = rounds.numbers("smw_aanbieder", 400)
    assert len(set(found)) == 400
    assert all(re.fullmatch(r"smw-aanbieder(-[B-DF-HJ-NP-TV-XZ2-9]{4}){2}", n) for n in found)
    path = form(tmp_path, asked(AUDIENCES[1]))
    match_ = layouts.match(
        next(t for t in read(path) if t.sheet == forms.QUESTIONS), layout_files.load(), PROMISES
    )
    pattern = PROMISES.dataset("evaluatie_antwoorden").column("antwoord_id").pattern
    assert match_.layout.id == "formulier_evaluatie_antwoorden"
    assert re.fullmatch(pattern or "", f"2024/2025:{found[0]}")


# LimeSurvey --------------------------------------------------------------------------------------


def rows(survey: etree._Element, table: str) -> list[dict[str, str]]:
    return [{f.tag: f.text or "" for f in row} for row in survey.iterfind(f"{table}/rows/row")]


@pytest.mark.parametrize("audience", AUDIENCES, ids=lambda a: a.group)
@pytest.mark.parametrize("listed", [True, False])
def test_the_tables_of_a_survey_refer_to_each_other(audience: Audience, listed: bool) -> None:
    survey = etree.fromstring(limesurvey.survey(asked(audience, listed=listed)))
    assert survey.findtext("LimeSurveyDocType") == "Survey"
    groups = {r["gid"] for r in rows(survey, "groups")}
    main, sub = rows(survey, "questions"), rows(survey, "subquestions")
    qids = [r["qid"] for r in main + sub]
    assert len(set(qids)) == len(qids)
    assert (
        {r["gid"] for r in main + sub} <= groups == {r["gid"] for r in rows(survey, "group_l10ns")}
    )
    assert {r["parent_qid"] for r in sub} <= {r["qid"] for r in main if r["type"] == "F"}
    assert sorted(qids) == sorted(r["qid"] for r in rows(survey, "question_l10ns"))
    assert {r["qid"] for r in rows(survey, "answers")} == {
        r["qid"] for r in main if r["type"] in "F!"
    }
    assert [r["aid"] for r in rows(survey, "answers")] == [
        r["aid"] for r in rows(survey, "answer_l10ns")
    ]
    for table in survey.iterfind("*[fields]"):
        named = [f.text for f in table.iterfind("fields/fieldname")]
        assert all({f.tag for f in row} <= set(named) for row in table.iterfind("rows/row"))
    for gid in groups:
        order = [int(r["question_order"]) for r in main if r["gid"] == gid]
        assert all(a < b for a, b in pairwise(order))


@pytest.mark.parametrize("audience", AUDIENCES, ids=lambda a: a.group)
def test_codes_are_such_that_limesurvey_leaves_them_as_they_are(audience: Audience) -> None:
    """The import renames a code with other signs, or that is not unique; an answer's is short."""
    survey = etree.fromstring(limesurvey.survey(asked(audience)))
    codes = [r["title"] for r in rows(survey, "questions")]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9]{0,19}", c) for c in codes)
    assert all(re.fullmatch(r"[a-z]\d{2}", r["title"]) for r in rows(survey, "subquestions"))
    assert all(re.fullmatch(r"[A-Za-z0-9]{1,5}", r["code"]) for r in rows(survey, "answers"))


def test_a_survey_keeps_nothing_that_leads_to_a_person() -> None:
    survey = etree.fromstring(limesurvey.survey(asked(AUDIENCES[0], listed=False)))
    (settings,) = rows(survey, "surveys")
    assert settings["anonymized"] == "Y"
    kept = ("ipaddr", "refurl", "datestamp", "savetimings", "usetokens", "allowsave",
            "allowregister", "usecookie", "tokenanswerspersistence")  # fmt: skip
    assert {settings[name] for name in kept} == {"N"}
    texts = [r for r in rows(survey, "questions") if r["type"] in {"S", "T", "U", "Q", ";"}]
    assert [r["title"] for r in texts] == ["vestiging"]
    assert re.fullmatch(texts[0]["preg"].strip("/"), "99AA00")
    assert not re.fullmatch(texts[0]["preg"].strip("/"), "99AA00 Jansen")


@pytest.mark.parametrize("audience", AUDIENCES, ids=lambda a: a.group)
def test_labels_have_room_and_the_welcome_says_what_is_asked(audience: Audience) -> None:
    survey = etree.fromstring(limesurvey.survey(asked(audience)))
    tables = {r["qid"] for r in rows(survey, "questions") if r["type"] == "F"}
    width = {
        r["qid"]: int(r["value"])
        for r in rows(survey, "question_attributes")
        if r["attribute"] == "answer_width"
    }
    assert set(width) == tables
    assert max(width.values()) <= 40  # percent for the statement, beside six labels
    (words,) = rows(survey, "surveys_languagesettings")
    assert f"over welke {audience.place} uw antwoord gaat" in words["surveyls_welcometext"]
    assert "waar u bent" not in words["surveyls_welcometext"]


def test_the_texts_of_a_list_survive_the_xml() -> None:
    survey = etree.fromstring(limesurvey.survey(asked(AUDIENCES[0])))
    answers = {r["answer"] for r in rows(survey, "answer_l10ns")}
    assert set(SCHOOLS) <= answers
    assert {"Helemaal mee eens", "N.v.t."} <= answers
