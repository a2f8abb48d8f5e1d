"""The evaluation as a survey structure (.lss) that LimeSurvey imports, one per target group.

An .lss file is a dump of LimeSurvey's own tables as XML; ids in it are only there to refer to each
other and are renewed by the import. Form and fields are those of LimeSurvey 5 (DBVersion 477),
which later versions read too; see `XMLImportSurvey` in LimeSurvey's
`application/helpers/admin/import_helper.php` and the files in its `tests/data/surveys`.

What comes back is LimeSurvey's CSV export with question codes and answer codes: the layouts
`limesurvey_<group>_evaluatie_antwoorden` read it. Responses are anonymous: no token, no address,
no moment, and no question with free text but the code of a school or wijk in a fixed form.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count

from lxml import etree

from pipelines.evaluation.forms import CODE_EXAMPLE, CODE_LENGTH
from pipelines.evaluation.round import PLACE_QUESTION, Place, Round

DB_VERSION = "477"
LANGUAGE = "nl"
SID = "100001"  # LimeSurvey gives another where it is taken
NOT_APPLICABLE = "nvt"
STATEMENT_WIDTH = "30"  # percent: the rest is for the words of the scale, which must not break
CHOICE: Mapping[Place, str] = {"school": "schoolkeuze", "wijk": "wijkkeuze"}
CODE: Mapping[Place, str] = {"school": "vestiging", "wijk": "wijk"}
PATTERN: Mapping[Place, str] = {
    "school": "/^[0-9]{2}[A-Z]{2}[0-9]{2}$/",
    "wijk": "/^WK[0-9]{4}[0-9A-Z]{2}$/",
}
# Question code of a table of statements: LimeSurvey takes letters and digits only.
PREFIX: Mapping[str, str] = {
    "school": "school",
    "smw_aanbieder": "aanbieder",
    "wijkteam": "wijkteam",
}
# Codes in LimeSurvey's tables.
_DROPDOWN, _TABLE, _EQUATION, _SHORT_TEXT = "!", "F", "*", "S"
_THEMES = {
    _DROPDOWN: "list_dropdown",
    _TABLE: "arrays/array",
    _EQUATION: "equation",
    _SHORT_TEXT: "shortfreetext",
}

Row = Mapping[str, str]


@dataclass(frozen=True)
class _Question:
    """`answers` and `parts`: (code, text). `pattern`: what a text must look like."""

    kind: str
    code: str
    text: str
    help: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    parts: tuple[tuple[str, str], ...] = ()
    pattern: str = ""
    mandatory: bool = False
    attributes: tuple[tuple[str, str], ...] = ()


def survey(asked: Round) -> bytes:
    """The .lss file of one target group, as bytes of UTF-8 XML."""
    pages = [("Over uw antwoord", _about(asked)), *_pages(asked)]
    tables = _tables(pages)
    root = etree.Element("document")
    etree.SubElement(root, "LimeSurveyDocType").text = "Survey"
    etree.SubElement(root, "DBVersion").text = DB_VERSION
    etree.SubElement(etree.SubElement(root, "languages"), "language").text = LANGUAGE
    for name, rows in tables.items():
        _table(root, name, rows)
    _table(root, "surveys", [_SETTINGS])
    _table(root, "surveys_languagesettings", [_words(asked)])
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _about(asked: Round) -> list[_Question]:
    """The round, as a value nobody sees, and the school or wijk."""
    place = asked.audience.place
    found = [_computed("schooljaar", asked.year)]
    if not asked.places:
        return [
            *found,
            _Question(
                _SHORT_TEXT,
                CODE[place],
                PLACE_QUESTION[place],
                help=f"Schrijf de code, zoals {CODE_EXAMPLE[place]}.",
                pattern=PATTERN[place],
                mandatory=True,
            ),
        ]
    # A code of an answer holds five signs at most; the text of the answer begins with the code.
    listed = tuple((f"k{at:04x}", text) for at, text in enumerate(asked.places, start=1))
    begin = f"substr({CHOICE[place]}.shown, 0, {CODE_LENGTH[place]})"
    return [
        *found,
        _Question(_DROPDOWN, CHOICE[place], PLACE_QUESTION[place], answers=listed, mandatory=True),
        _computed(CODE[place], f"{{{begin}}}"),
    ]


def _computed(code: str, value: str) -> _Question:
    return _Question(_EQUATION, code, value, attributes=(("equation", value), ("hidden", "1")))


def _pages(asked: Round) -> list[tuple[str, list[_Question]]]:
    """A page per part; on it a table of statements per theme."""
    scale = (
        *((str(score), label) for score, label in asked.questionnaire.scale.items()),
        (NOT_APPLICABLE, "N.v.t."),  # its column is as narrow as those of the scale
    )
    found: dict[str, list[_Question]] = {}
    for section in asked.sections:
        page = found.setdefault(section.part_label, [])
        page.append(
            _Question(
                _TABLE,
                f"{PREFIX[asked.audience.group]}{section.part}{len(page) + 1}",
                section.theme_label,
                answers=scale,
                parts=tuple((item.id, item.text) for item in section.items),
                attributes=(("answer_width", STATEMENT_WIDTH),),
            )
        )
    return list(found.items())


def _tables(pages: Sequence[tuple[str, Sequence[_Question]]]) -> dict[str, list[Row]]:
    """Rows of LimeSurvey's tables, in the order in which its export has them."""
    names = (
        "answers", "answer_l10ns", "groups", "group_l10ns", "questions", "subquestions",
        "question_l10ns", "question_attributes",
    )  # fmt: skip
    tables: dict[str, list[Row]] = {name: [] for name in names}
    ids = count(1)
    for place, (title, questions) in enumerate(pages, start=1):
        gid = str(place)
        tables["groups"].append(
            {
                "gid": gid,
                "sid": SID,
                "group_order": gid,
                "randomization_group": "",
                "grelevance": "",
            }
        )
        tables["group_l10ns"].append(
            {"id": gid, "gid": gid, "group_name": title, "description": "", "language": LANGUAGE}
        )
        for order, question in enumerate(questions, start=1):
            _add(tables, question, gid, order, ids)
    return tables


def _add(
    tables: Mapping[str, list[Row]], question: _Question, gid: str, order: int, ids: Iterable[int]
) -> None:
    number = iter(ids)
    qid = str(next(number))

    def asked(own: str, parent: str, kind: str, code: str, at: int) -> Row:
        return {
            "qid": own, "parent_qid": parent, "sid": SID, "gid": gid, "type": kind, "title": code,
            "preg": "", "other": "N", "mandatory": "N", "encrypted": "N",
            "question_order": str(at), "scale_id": "0", "same_default": "0", "relevance": "1",
            "modulename": "", "same_script": "0",
        }  # fmt: skip

    def said(own: str, text: str, hint: str = "") -> Row:
        return {
            "id": own, "qid": own, "question": text, "help": hint, "script": "",
            "language": LANGUAGE,
        }  # fmt: skip

    tables["questions"].append(
        {
            **asked(qid, "0", question.kind, question.code, order),
            "preg": question.pattern,
            "mandatory": "Y" if question.mandatory else "N",
            "question_theme_name": _THEMES[question.kind],
        }
    )
    tables["question_l10ns"].append(said(qid, question.text, question.help))
    for at, (code, text) in enumerate(question.parts, start=1):
        own = str(next(number))
        tables["subquestions"].append(asked(own, qid, "T", code, at))
        tables["question_l10ns"].append(said(own, text))
    for at, (code, text) in enumerate(question.answers, start=1):
        aid = str(next(number))
        tables["answers"].append(
            {
                "aid": aid,
                "qid": qid,
                "code": code,
                "sortorder": str(at),
                "assessment_value": "0",
                "scale_id": "0",
            }
        )
        tables["answer_l10ns"].append({"id": aid, "aid": aid, "answer": text, "language": LANGUAGE})
    tables["question_attributes"].extend(
        {"qid": qid, "attribute": name, "value": value, "language": ""}
        for name, value in question.attributes
    )


# Y and N are yes and no. Anonymous, without token, e-mail, address, moment or saved half answers:
# each of these would lead back to somebody.
_SETTINGS: Row = {
    "sid": SID,
    "gsid": "1",
    "admin": "inherit",
    "adminemail": "inherit",
    "anonymized": "Y",
    "format": "G",  # a page per group of questions
    "savetimings": "N",
    "template": "inherit",
    "language": LANGUAGE,
    "additional_languages": "",
    "datestamp": "N",
    "usecookie": "N",
    "allowregister": "N",
    "allowsave": "N",
    "autonumber_start": "0",
    "autoredirect": "N",
    "allowprev": "Y",
    "printanswers": "N",
    "ipaddr": "N",
    "refurl": "N",
    "showsurveypolicynotice": "0",
    "publicstatistics": "N",
    "publicgraphs": "N",
    "listpublic": "N",
    "htmlemail": "N",
    "sendconfirmation": "N",
    "tokenanswerspersistence": "N",
    "assessments": "N",
    "usecaptcha": "N",
    "usetokens": "N",
    "tokenlength": "15",
    "showxquestions": "N",
    "showgroupinfo": "B",
    "shownoanswer": "Y",
    "showqnumcode": "X",
    "bounceprocessing": "N",
    "showwelcome": "Y",
    "showprogress": "Y",
    "questionindex": "0",
    "navigationdelay": "0",
    "nokeyboard": "N",
    "alloweditaftercompletion": "N",
    "ipanonymize": "N",
}


def _words(asked: Round) -> Row:
    """What a respondent reads around the questions."""
    return {
        "surveyls_survey_id": SID,
        "surveyls_language": LANGUAGE,
        "surveyls_title": f"{asked.title}: {asked.audience.plural}",
        "surveyls_description": "",
        "surveyls_welcometext": (
            f"<p>Deze vragenlijst is voor {asked.audience.plural}. Geef bij elke stelling een"
            " antwoord. Weet u het niet? Sla de stelling dan over.</p><p>Wij vragen over welke"
            f" {asked.audience.place} uw antwoord gaat. Wie u bent wordt niet gevraagd en"
            " niet bewaard, en ook niet van welke computer het antwoord komt.</p>"
        ),
        "surveyls_endtext": "<p>Dank u wel. Uw antwoorden zijn opgeslagen.</p>",
        "surveyls_url": "",
        "surveyls_urldescription": "",
        "surveyls_dateformat": "2",  # dd-mm-yyyy
        "surveyls_numberformat": "1",  # decimal comma
    }


def _table(root: etree._Element, name: str, rows: Sequence[Row]) -> None:
    """`<name><fields>..</fields><rows>..</rows></name>`; a table without rows is left out."""
    if not rows:
        return
    table = etree.SubElement(root, name)
    fields = etree.SubElement(table, "fields")
    for field in dict.fromkeys(key for row in rows for key in row):
        etree.SubElement(fields, "fieldname").text = field
    listed = etree.SubElement(table, "rows")
    for row in rows:
        element = etree.SubElement(listed, "row")
        for key, value in row.items():
            etree.SubElement(element, key).text = etree.CDATA(value) if value else None
