"""The evaluation as a workbook to fill in: one file for one respondent.

The sheet with the questions is at once the table that comes back: behind the answers stand, hidden,
the columns of the contract, worked out from what was chosen. The layout
`formulier_evaluatie_antwoorden` reads them. On the other sheets no row has two cells and no line is
long, so that the door takes them for what they are: no data, and no notes.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_rowcol_to_cell

from pipelines.evaluation.round import PLACE_QUESTION, Place, Round
from pipelines.ingest.questionnaires import SCORES

QUESTIONS, LIST, HOW_TO = "Vragenlijst", "Keuzelijst", "Uitleg"
NUMBER, STATEMENT, ANSWER = 0, 1, 2  # columns that are seen
# Headers of the columns that come back; the layout `formulier_evaluatie_antwoorden` has the same.
SEEN = ("Nr", "Stelling", "Uw antwoord")
HIDDEN = (
    "Schooljaar",
    "Formuliernummer",
    "Namens",
    "Vestigingscode",
    "Wijkcode",
    "Score",
    "Niet van toepassing",
)
PLACE_CELL = (5, STATEMENT)
HEADER_ROW = 9  # from 0; ingestion looks for the headers in the first twenty rows
CODE_LENGTH: Mapping[Place, int] = {"school": 6, "wijk": 8}
CODE_EXAMPLE: Mapping[Place, str] = {"school": "00AP00", "wijk": "WK059901"}

_INK, _QUIET, _LINE, _DEEP, _PALE = "#1F2933", "#52606D", "#B8C2CC", "#17375E", "#EEF2F6"
_FONT = {"font_name": "Calibri", "font_size": 11, "font_color": _INK, "valign": "vcenter"}
_RULED = {"bottom": 7, "bottom_color": _LINE}
_FIELD = {"locked": False, "bg_color": "#FFFBE6", "border": 1, "border_color": _LINE}
_STYLES: Mapping[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16, "font_color": _DEEP},
    "quiet": {"font_color": _QUIET},
    "right": {"font_color": _QUIET, "align": "right"},
    "label": {"bold": True},
    "place": {"num_format": "@", "indent": 1} | _FIELD,
    "scale": {"font_color": _QUIET, "text_wrap": True, "valign": "top"},
    "header": {"bold": True, "font_color": "#FFFFFF", "bg_color": _DEEP},
    "header_answer": {
        "bold": True,
        "font_color": "#FFFFFF",
        "bg_color": _DEEP,
        "align": "center",
    },
    "part": {"bold": True, "font_size": 13, "font_color": _DEEP, "valign": "bottom"},
    "theme": {"bold": True, "bg_color": _PALE},
    "number": {"font_color": _QUIET} | _RULED,
    "statement": {"text_wrap": True} | _RULED,
    "answer": {"align": "center"} | _FIELD,
    "hidden": {"font_color": _QUIET, "num_format": "@"},
    "line": {"text_wrap": True, "valign": "top"},
    "subtitle": {"bold": True, "font_size": 12, "font_color": _DEEP, "valign": "bottom"},
}


def write(path: Path, asked: Round, number: str) -> None:
    """Write the form of one respondent; `number` is the respondent's, and says nothing more."""
    options = {"strings_to_formulas": False, "strings_to_numbers": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties({"title": asked.title, "author": "Zichtlijn"})
        book.set_size(18_000, 14_000)
        styles = {name: book.add_format(_FONT | own) for name, own in _STYLES.items()}
        _how_to(book, styles, asked)
        sheet = book.add_worksheet(QUESTIONS)
        if asked.places:
            _list(book, styles, asked)
        _head(sheet, styles, asked, number)
        last = _questions(sheet, styles, asked, number)
        sheet.write_formula(2, ANSWER, *_filled(asked, last, styles["right"]))
        _behave(sheet, asked, last)


def _head(sheet: Any, styles: Mapping[str, Any], asked: Round, number: str) -> None:
    sheet.set_row(0, 26)
    sheet.write_string(0, NUMBER, asked.title, styles["title"])
    sheet.write_string(1, NUMBER, f"Vragenlijst voor {asked.audience.plural}", styles["quiet"])
    sheet.write_string(2, NUMBER, f"Formulier {number}", styles["quiet"])
    place = asked.audience.place
    sheet.write_string(4, STATEMENT, PLACE_QUESTION[place], styles["label"])
    sheet.set_row(PLACE_CELL[0], 21)
    sheet.write_blank(*PLACE_CELL, None, styles["place"])
    scale = " · ".join(f"{score} {label}" for score, label in asked.questionnaire.scale.items())
    sheet.set_row(7, 32)
    sheet.merge_range(
        7,
        STATEMENT,
        7,
        ANSWER,
        f"{scale} · {asked.not_applicable} niet van toepassing",
        styles["scale"],
    )
    sheet.set_row(HEADER_ROW, 22)
    for column, title in enumerate((*SEEN, *HIDDEN)):
        style = "header_answer" if column == ANSWER else "header"
        sheet.write_string(HEADER_ROW, column, title, styles[style])


def _questions(sheet: Any, styles: Mapping[str, Any], asked: Round, number: str) -> int:
    """The questions under the headings of part and theme; gives the last row."""
    row, part = HEADER_ROW, ""
    for section in asked.sections:
        if section.part != part:
            part = section.part
            row += 1
            sheet.set_row(row, 26)
            sheet.write_string(row, STATEMENT, section.part_label, styles["part"])
        row += 1
        sheet.set_row(row, 20)
        for column in (NUMBER, ANSWER):
            sheet.write_blank(row, column, None, styles["theme"])
        sheet.write_string(row, STATEMENT, section.theme_label, styles["theme"])
        for item in section.items:
            row += 1
            sheet.set_row(row, 31)
            sheet.write_string(row, NUMBER, item.id, styles["number"])
            sheet.write_string(row, STATEMENT, item.text, styles["statement"])
            sheet.write_blank(row, ANSWER, None, styles["answer"])
            _returned(sheet, styles["hidden"], asked, number, row)
    return row


def _returned(sheet: Any, style: Any, asked: Round, number: str, row: int) -> None:
    """The hidden columns of one question: what is known, and what follows from what is chosen."""
    place = xl_rowcol_to_cell(*PLACE_CELL, row_abs=True, col_abs=True)
    answer = xl_rowcol_to_cell(row, ANSWER)
    code = f'=LEFT({place}&"",{CODE_LENGTH[asked.audience.place]})'
    nvt = asked.not_applicable
    cells = {
        "Schooljaar": asked.year,
        "Formuliernummer": f"{asked.year}:{number}",
        "Namens": asked.audience.group,
        "Vestigingscode": code if asked.audience.place == "school" else "",
        "Wijkcode": code if asked.audience.place == "wijk" else "",
        # Whatever else was pasted over the list goes along, so that ingestion can name it.
        "Score": f'=IF({answer}="{nvt}","",{answer}&"")',
        "Niet van toepassing": f'=IF({answer}="{nvt}","J","")',
    }
    for column, title in enumerate(HIDDEN, start=len(SEEN)):
        value = cells[title]
        if value.startswith("="):
            sheet.write_formula(row, column, value, style, "")
        elif value:
            sheet.write_string(row, column, value, style)


def _filled(asked: Round, last: int, style: Any) -> tuple[str, Any, str]:
    """How many questions have an answer: formula, style, and what it says at first."""
    first = xl_rowcol_to_cell(HEADER_ROW + 1, ANSWER)
    count = f"COUNTA({first}:{xl_rowcol_to_cell(last, ANSWER)})"
    said = f" van {len(asked.items)} ingevuld"
    return f'={count}&"{said}"', style, f"0{said}"


def _behave(sheet: Any, asked: Round, last: int) -> None:
    """Lists, locks, widths and paper."""
    allowed = [*(str(score) for score in SCORES), asked.not_applicable]
    for row in range(HEADER_ROW + 1, last + 1):
        sheet.data_validation(
            row,
            ANSWER,
            row,
            ANSWER,
            {
                "validate": "list",
                "source": allowed,
                "error_title": "Kies een antwoord",
                "error_message": f"Kies {', '.join(allowed[:-1])} of {allowed[-1]}",
            },
        )
    sheet.data_validation(*PLACE_CELL, *PLACE_CELL, _place_rule(asked))
    sheet.set_column(NUMBER, NUMBER, 5)
    sheet.set_column(STATEMENT, STATEMENT, 68)
    sheet.set_column(ANSWER, ANSWER, 18)
    sheet.set_column(len(SEEN), len(SEEN) + len(HIDDEN) - 1, 18, None, {"hidden": True})
    sheet.hide_gridlines(2)
    sheet.freeze_panes(HEADER_ROW + 1, 0)
    sheet.protect("", {"select_locked_cells": True, "format_rows": True})
    sheet.activate()
    sheet.set_selection(*PLACE_CELL, *PLACE_CELL)
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 1)
    sheet.set_margins(0.6, 0.6, 0.6, 0.7)
    sheet.print_area(0, NUMBER, last, ANSWER)
    sheet.set_footer(f"&L&8{asked.title}&R&8&P / &N")


def _place_rule(asked: Round) -> dict[str, Any]:
    """A list where the places are known; otherwise the form of the code."""
    place = asked.audience.place
    if asked.places:
        return {
            "validate": "list",
            "source": f"={LIST}!$A$1:$A${len(asked.places)}",
            "error_title": "Kies uit de lijst",
            "error_message": "Kies een regel uit de lijst.",
        }
    cell = xl_rowcol_to_cell(*PLACE_CELL, row_abs=True, col_abs=True)
    digits = 'ISNUMBER(SUMPRODUCT(FIND(MID({0},{{{1}}},1),"0123456789")))'
    letters = 'ISNUMBER(SUMPRODUCT(FIND(MID({0},{{{1}}},1),"ABCDEFGHIJKLMNOPQRSTUVWXYZ")))'
    if place == "school":
        tests = [digits.format(cell, "1,2,5,6"), letters.format(cell, "3,4")]
    else:
        tests = [f'EXACT(LEFT({cell},2),"WK")', digits.format(cell, "3,4,5,6")]
    return {
        "validate": "custom",
        "value": f"=AND(LEN({cell})={CODE_LENGTH[place]},{','.join(tests)})",
        "input_title": "Code",
        "input_message": f"Schrijf de code, zoals {CODE_EXAMPLE[place]}.",
        "error_title": "Geen code",
        "error_message": f"Schrijf de code in hoofdletters, zoals {CODE_EXAMPLE[place]}.",
    }


def _list(book: Any, styles: Mapping[str, Any], asked: Round) -> None:
    sheet = book.add_worksheet(LIST)
    sheet.set_column(0, 0, 80)
    for row, place in enumerate(asked.places):
        sheet.write_string(row, 0, place, styles["line"])
    sheet.protect()
    sheet.hide()


def _how_to(book: Any, styles: Mapping[str, Any], asked: Round) -> None:
    """Short lines on purpose: a column of sentences would be taken for notes at the door."""
    sheet = book.add_worksheet(HOW_TO)
    sheet.set_column(0, 0, 90)
    sheet.hide_gridlines(2)
    place = asked.audience.place
    choose = (
        f"Kies bovenaan de {place}" if asked.places else f"Vul bovenaan de code van de {place} in"
    )
    lines = [
        ("title", asked.title),
        ("quiet", f"Vragenlijst voor {asked.audience.plural}"),
        ("subtitle", "Zo vult u het formulier in"),
        ("line", f"1. Ga naar het blad {QUESTIONS}."),
        ("line", f"2. {choose} waar uw antwoord over gaat."),
        ("line", "3. Geef bij elke stelling een antwoord van 1 tot en met 5."),
        ("line", f"4. Past een stelling niet? Kies dan {asked.not_applicable}"),
        ("line", "5. Weet u het niet? Laat het antwoord dan leeg."),
        ("line", "6. Bewaar het bestand en stuur het terug."),
        ("subtitle", "De schaal"),
        *(("line", f"{score} = {label}") for score, label in asked.questionnaire.scale.items()),
        ("subtitle", "Goed om te weten"),
        ("line", "Elke invuller heeft een eigen formulier met een eigen nummer."),
        ("line", "Geef de naam van het bestand daarom niet een andere."),
        ("line", "Er staat niet in wie het formulier heeft ingevuld."),
        ("line", "Er is geen ruimte voor eigen tekst."),
        ("line", "Bespreek uw uitleg in het evaluatiegesprek."),
        ("line", "Alleen de gele cellen kunt u invullen."),
        ("line", "Vult u niets in? Stuur het lege formulier dan toch terug."),
        ("line", "Zo weten we hoeveel mensen zijn gevraagd."),
    ]
    for row, (style, text) in enumerate(lines):
        sheet.set_row(row, {"title": 26, "subtitle": 30}.get(style, 18))
        sheet.write_string(row, 0, text, styles[style])
    sheet.protect("", {"select_locked_cells": True})
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(0.6, 0.6, 0.6, 0.7)
