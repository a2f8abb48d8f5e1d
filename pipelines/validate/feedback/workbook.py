"""The feedback workbook: the supplier's failing rows, the findings, what was not used, a how-to.

Nothing the supplier wrote is ever a formula, a link or a number here: every cell is text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import xlsxwriter

from pipelines.validate.comparison import MEANING, SORT_IN_WORDS, Differences
from pipelines.validate.feedback.own_words import STATE_IN_WORDS, Reported
from pipelines.validate.feedback.report import Report, answer
from pipelines.validate.feedback.sheet import (
    FIT_ON_PAGE,
    FORMULA_STARTS,
    lines_sheet,
    write_header,
    write_lines,
    write_text,
)
from pipelines.validate.feedback.unused import in_ranges

MOST_ROWS = 1_000_000  # of a worksheet, header left out
MOST_COMMENTS = 20_000  # above this a spreadsheet program becomes too slow to work in

_CONFIDENTIAL = (
    ("subtitle", "Vertrouwelijk"),
    (
        "line",
        "Dit bestand bevat gegevens over leerlingen onder pseudoniem. Deel het alleen met wie"
        " de levering herstelt, via een beveiligde weg, en verwijder het daarna.",
    ),
)
_INK = "#1F2933"
_FONT = {"font_name": "Calibri", "font_size": 10, "font_color": _INK, "valign": "top"}
_RULED = {"bottom": 7, "bottom_color": "#B8C2CC"}  # a hair line
_STYLES: Mapping[str, dict[str, Any]] = {
    "plain": {"num_format": "@"} | _RULED,
    "guarded": {"num_format": "@", "quote_prefix": True} | _RULED,
    "wrap": {"num_format": "@", "text_wrap": True} | _RULED,
    "number": {"num_format": "0", "align": "center"} | _RULED,
    "rownumber": {"num_format": "0", "align": "center", "bg_color": "#EEF2F6"} | _RULED,
    "line": {"num_format": "@", "text_wrap": True},
    "header": {
        "bold": True,
        "text_wrap": True,
        "valign": "vcenter",
        "bg_color": "#17375E",
        "font_color": "#FFFFFF",
        "border": 1,
        "border_color": "#FFFFFF",
    },
    "fout": {"num_format": "@", "bg_color": "#F8CBAD", "border": 2, "border_color": "#B3261E"},
    "waarschuwing": {
        "num_format": "@",
        "bg_color": "#FFE699",
        "border": 1,
        "border_color": "#8A6100",
    },
    "title": {"bold": True, "font_size": 16},
    "subtitle": {"bold": True, "font_size": 11, "text_wrap": True},
}


def write(path: Path, report: Report) -> None:
    """Write the workbook; xlsxwriter's own scratch files stay in the same folder."""
    options = {
        "constant_memory": True,
        "tmpdir": str(path.parent),
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(str(path), options) as book:
        book.set_properties(
            {"title": f"Terugkoppeling {report.heading.file}", "author": "Zichtlijn"}
        )
        book.set_size(24_000, 14_000)
        styles = {name: book.add_format(_FONT | own) for name, own in _STYLES.items()}
        styles |= {
            f"{state}_{name}": book.add_format(_FONT | _STYLES[name] | _STYLES[state])
            for state in ("fout", "waarschuwing")
            for name in ("guarded", "wrap")
        }
        if report.refusal or not report.findings:
            _verdict_sheet(book, styles, report)
        else:
            _row_sheets(book, styles, report)
            _finding_sheet(book, styles, report)
        if report.differences and report.differences.rows:
            _difference_sheet(book, styles, report.differences)
        if report.unused:
            _unused_sheet(book, styles, report)
        if report.findings:
            _how_to_sheet(book, styles, report)


# One sheet each ---------------------------------------------------------------------------------


def _verdict_sheet(book: Any, styles: Mapping[str, Any], report: Report) -> None:
    sheet = lines_sheet(book, "Uitslag")
    lines = [("title", "Geweigerd" if report.refusal else "Alles goedgekeurd")]
    lines += [("line", report.verdict)]
    if report.refusal:
        lines += [
            ("subtitle", "Waarom"),
            ("line", report.refusal),
            ("subtitle", "Wat nu"),
            ("line", "Herstel de export en lever het bestand opnieuw aan."),
        ]
    else:
        if not report.open_questions:
            lines += [("line", "U hoeft niets te doen.")]
        lines += _compared(report)
    if report.differences and report.differences.rows:
        lines += _CONFIDENTIAL
    write_lines(sheet, styles, [*lines, *_about(report)])


def _row_sheets(book: Any, styles: Mapping[str, Any], report: Report) -> None:
    """All failing rows, on as many sheets as they need."""
    rows = report.table.rows
    by_row: dict[int, list[Reported]] = {}
    for finding in report.open:
        for row in finding.rows:
            by_row.setdefault(row, []).append(finding)
    left = MOST_COMMENTS
    for part, start in enumerate(range(0, len(rows), MOST_ROWS), start=1):
        name = "Uw rijen" if part == 1 else f"Uw rijen ({part})"
        left = _row_sheet(
            book.add_worksheet(name), styles, report, rows[start : start + MOST_ROWS], by_row, left
        )


def _row_sheet(
    sheet: Any,
    styles: Mapping[str, Any],
    report: Report,
    rows: Sequence[tuple[int, tuple[str, ...]]],
    by_row: Mapping[int, Sequence[Reported]],
    comments: int,
) -> int:
    """One sheet of rows; gives how many comments may still be made on the next."""
    headers = report.table.headers
    titles = ["Rij in uw bestand", "Wat is er mis", *headers]
    sheet.set_column(0, 0, 10)
    sheet.set_column(1, 1, 46)
    for index, header in enumerate(headers):
        longest = max((len(cells[index]) for _, cells in rows[:200]), default=0)
        sheet.set_column(index + 2, index + 2, min(28, max(9, len(header) * 0.8 + 3, longest + 2)))
    write_header(sheet, styles, titles, len(rows), freeze_columns=2)
    if len(headers) > FIT_ON_PAGE:
        sheet.set_print_scale(70)
        sheet.repeat_columns(0, 1)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{len(rows) + 1}"})
    for at, (number, cells) in enumerate(rows, start=1):
        findings = by_row[number]
        marks: dict[int, list[Reported]] = {}
        for finding in findings:
            for place in finding.cells or (-2,):
                marks.setdefault(place + 2, []).append(finding)
        sheet.write_number(at, 0, number, styles[_worst(marks[0]) if 0 in marks else "rownumber"])
        wrong = "; ".join(f.short for f in findings)
        sheet.set_row(at, 3 + 13 * min(6, 1 + len(wrong) // 46))
        write_text(sheet, at, 1, wrong, styles["wrap"])
        for index, value in enumerate(cells):
            style = _worst(marks[index + 2]) if index + 2 in marks else "plain"
            if value.startswith(FORMULA_STARTS):
                style = "guarded" if style == "plain" else f"{style}_guarded"
            write_text(sheet, at, index + 2, value, styles[style])
        for column, found in marks.items():
            if comments > 0:
                _comment(sheet, at, column, found)
                comments -= 1
    return comments


def _worst(findings: Sequence[Reported]) -> str:
    return "fout" if any(f.state == "fout" for f in findings) else "waarschuwing"


def _comment(sheet: Any, row: int, column: int, findings: Sequence[Reported]) -> None:
    text = "\n\n".join(_explained(f) for f in findings)
    shown = text if len(text) <= 2000 else f"{text[:2000]} ..."
    lines = sum(1 + len(line) // 48 for line in shown.split("\n"))
    sheet.write_comment(
        row,
        column,
        shown,
        {
            "author": "Zichtlijn",
            "width": 330,
            "height": min(420, 18 + 15 * lines),
            "font_name": "Calibri",
            "font_size": 9,
        },
    )


def _explained(finding: Reported) -> str:
    parts = [f"{finding.state.upper()}: {finding.message}"]
    if finding.allowed:
        parts.append(f"Toegestaan: {finding.allowed}")
    parts.append(f"Herstel: {finding.remedy}")
    return "\n".join(parts)


def _finding_sheet(book: Any, styles: Mapping[str, Any], report: Report) -> None:
    sheet = book.add_worksheet("Bevindingen")
    titles = (
        "Stand", "Kolommen in uw bestand", "Aantal rijen", "Rijen in uw bestand", "Wat is er mis",
        "Toegestaan", "Hoe te herstellen", "Wie kan dit herstellen", "Regel",
    )  # fmt: skip
    widths = (16, 18, 8, 16, 40, 22, 34, 18, 26)
    for index, width in enumerate(widths):
        sheet.set_column(index, index, width)
    write_header(sheet, styles, titles, len(report.findings), freeze_columns=0)
    for at, finding in enumerate(report.findings, start=1):
        message = f"{finding.message} {finding.note}".strip()
        texts: tuple[str | int, ...] = (
            STATE_IN_WORDS[finding.state], ", ".join(finding.columns), finding.count,
            in_ranges(finding.rows), message, finding.allowed, finding.remedy, finding.owner,
            finding.rule,
        )  # fmt: skip
        lines = max(
            1 + len(str(text)) // int(width) for text, width in zip(texts, widths, strict=True)
        )
        sheet.set_row(at, min(400, 14 * lines + 4))
        for index, text in enumerate(texts):
            if isinstance(text, int):
                sheet.write_number(at, index, text, styles["number"])
            else:
                coloured = styles.get(f"{finding.state}_wrap") if index == 0 else None
                write_text(sheet, at, index, text, coloured or styles["wrap"])


def _difference_sheet(book: Any, styles: Mapping[str, Any], found: Differences) -> None:
    """Every row that differs, by the supplier's own key."""
    sheet = book.add_worksheet("Verschillen")
    titles = ("Verschil", "Rij in uw bestand", *found.keys, "Gewijzigde kolommen")
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, 10)
    for index, title in enumerate(found.keys, start=2):
        values = (len(row.key[index - 2]) for row in found.rows[:200])
        sheet.set_column(index, index, min(40, max(12, len(title) + 3, *values)))
    sheet.set_column(len(titles) - 1, len(titles) - 1, 50)
    write_header(sheet, styles, titles, len(found.rows), freeze_columns=0)
    sheet.ignore_errors({"number_stored_as_text": f"A1:XFD{len(found.rows) + 1}"})
    for at, row in enumerate(found.rows, start=1):
        changed = ", ".join(row.columns)
        sheet.set_row(at, 3 + 13 * (1 + len(changed) // 56))
        write_text(sheet, at, 0, SORT_IN_WORDS[row.sort], styles["plain"])
        if row.row is None:
            sheet.write_blank(at, 1, None, styles["rownumber"])
        else:
            sheet.write_number(at, 1, row.row, styles["rownumber"])
        for index, value in enumerate(row.key, start=2):
            guarded = value.startswith(FORMULA_STARTS)
            write_text(sheet, at, index, value, styles["guarded" if guarded else "plain"])
        write_text(sheet, at, len(titles) - 1, changed, styles["wrap"])


def _compared(report: Report) -> list[tuple[str, str]]:
    """What is unusual, and what changed since the delivery that this one replaces."""
    lines: list[tuple[str, str]] = []
    if report.questions:
        lines.append(("subtitle", "Vragen; een vraag houdt niets tegen, de levering telt mee"))
        lines += [("line", f"{q.message} {answer(q) or q.remedy}") for q in report.questions]
    found = report.differences
    if found is None:
        return lines
    lines += [
        ("subtitle", "Verschillen met de vorige levering"),
        ("line", f"Deze levering vervangt {found.file} (kenmerk {found.replaced})."),
        ("line", f"Gelijk gebleven: {found.same}."),
    ]
    lines += [
        ("line", f"{SORT_IN_WORDS[sort]}: {count}. {MEANING[sort]}")
        for sort, count in found.counts.items()
        if count
    ]
    if found.columns:
        changed = ", ".join(f"{column} {count}" for column, count in found.columns.items())
        lines.append(("line", f"Gewijzigde cellen per kolom: {changed}."))
    if found.total > len(found.rows) > 0:
        lines.append(("line", f"Het blad 'Verschillen' noemt de eerste {len(found.rows)} rijen."))
    return lines


def _unused_sheet(book: Any, styles: Mapping[str, Any], report: Report) -> None:
    sheet = book.add_worksheet("Onbekend")
    widths = (24, 50, 10, 70)
    for index, width in enumerate(widths):
        sheet.set_column(index, index, width)
    titles = ("Soort", "Wat", "Aantal", "Uitleg")
    write_header(sheet, styles, titles, len(report.unused), freeze_columns=0)
    for at, item in enumerate(report.unused, start=1):
        lines = max(1 + len(item.what) // 48, 1 + len(item.why) // 76)
        sheet.set_row(at, min(400, 14 * lines + 2))
        write_text(sheet, at, 0, item.sort, styles["wrap"])
        write_text(sheet, at, 1, item.what, styles["wrap"])
        if item.count is None:
            sheet.write_blank(at, 2, None, styles["number"])
        else:
            sheet.write_number(at, 2, item.count, styles["number"])
        write_text(sheet, at, 3, item.why, styles["wrap"])


def _how_to_sheet(book: Any, styles: Mapping[str, Any], report: Report) -> None:
    sheet = lines_sheet(book, "Uitleg")
    lines = [("title", "Terugkoppeling op uw levering"), ("line", report.verdict)]
    if report.open:
        lines += [
            ("subtitle", "Zo herstelt u de levering"),
            ("line", "1. Open het blad 'Uw rijen'. Het zijn uw eigen rijen, zoals u ze leverde."),
            (
                "line",
                "2. Rood is een fout: de rij telt niet mee tot zij hersteld is. Geel is een"
                " waarschuwing: de rij telt mee, maar kijk haar na.",
            ),
            (
                "line",
                "3. Wijs een gekleurde cel aan: de opmerking zegt wat er mis is, wat is toegestaan"
                " en hoe u het herstelt.",
            ),
            (
                "line",
                "4. Verbeter het in uw bronsysteem en maak de export opnieuw, met dezelfde"
                " leverancier en periode. De nieuwe levering vervangt de vorige.",
            ),
        ]
        marked = sum(f.count * max(1, len(f.cells)) for f in report.open)
        if marked > MOST_COMMENTS:
            lines.append(
                (
                    "line",
                    f"Om het bestand werkbaar te houden, hebben de eerste {MOST_COMMENTS} cellen"
                    " een opmerking; de kolom 'Wat is er mis' is overal ingevuld.",
                )
            )
    if any(f.state == "aanvaard" for f in report.findings):
        lines += [
            ("subtitle", "Aanvaard"),
            (
                "line",
                "Bevindingen met de stand 'Aanvaard' zijn bekend en afgesproken; u hoeft er niets"
                " mee te doen tot de genoemde datum. Een aanvaarde fout telt nog niet mee.",
            ),
        ]
    lines += _compared(report)
    write_lines(sheet, styles, [*lines, *_CONFIDENTIAL, *_about(report)])


def _about(report: Report) -> list[tuple[str, str]]:
    return [
        ("subtitle", "Over deze levering"),
        *(("line", f"{label}: {text}") for label, text in report.about),
    ]


# Shared by the sheets ---------------------------------------------------------------------------
