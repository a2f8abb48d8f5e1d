"""A report as Word: native tables, charts that Word draws, and fields for own text."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml.ns import qn
from docx.oxml.parser import OxmlElement
from docx.shared import Emu, Pt, RGBColor
from docx.table import _Cell
from docx.text.paragraph import Paragraph

from dashboard.charts import marks
from dashboard.charts.chart import Chart
from dashboard.exhibits.exhibit import Exhibit
from dashboard.exhibits.tables import Table
from dashboard.render import theme
from dashboard.reports import fields, files, pictures, widths, word_charts, word_template
from dashboard.reports.content import Report
from dashboard.reports.text import below, further, rich, words
from dashboard.words import wording

# Letters on a line of a table of the own template.
_LINE = 92
_SMALL = 70
_SIZES = (9.5, 8.5)
# A table of no more lines than this stays on one page, with its chart.
_KEPT = 24
# Centimetres: a chart through the years, and a bar of any other with what stands around them.
_CM = 360_000
_YEARS, _BAR, _AROUND, _HIGHEST = 4.6, 0.62, 0.5, 14.0


def blank(given: Path | None = None) -> bytes:
    """The template by itself, to start an own one from."""
    return _saved(word_template.opened(given))


def made(report: Report, given: Path | None = None) -> bytes:
    """The document. Raises ReportRefused when a given template lacks what is needed."""
    document = word_template.opened(given)
    document.add_paragraph(report.title, "Title")
    document.add_paragraph(report.chosen[:1].upper() + report.chosen[1:], "Subtitle")
    fields.write(document, [one for one in report.own if not one.last])
    if report.lines:
        document.add_paragraph("In het kort", "Heading 1")
        _listed(document, report.lines)
    for section in report.sections:
        document.add_paragraph(section.title, "Heading 1")
        if section.intro:
            _near(document.add_paragraph(section.intro))
        _listed(document, section.lines)
        for exhibit in section.exhibits:
            _exhibit(document, report, exhibit)
    fields.write(document, [one for one in report.own if one.last])
    _account(document, report)
    _footer(document, report)
    _properties(document, report)
    return files.settled(_saved(document), report.made)


def _saved(document: Document) -> bytes:
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _properties(document: Document, report: Report) -> None:
    core = document.core_properties
    core.title = f"{report.title}, {report.chosen}"[:250]
    core.subject = report.chosen[:250]
    core.author = core.last_modified_by = "Zichtlijn"
    core.comments = report.stamp[:250]
    core.keywords = f"{report.about.id} {fields.outside(document)}"
    core.language = "nl-NL"
    core.created = core.modified = report.made
    core.revision = 1


def _listed(document: Document, lines: tuple[str, ...]) -> None:
    for line in lines:
        _said(document.add_paragraph(style="List Bullet"), line)


def _said(paragraph: Paragraph, line: str) -> None:
    for text, bold in rich(line):
        paragraph.add_run(text).bold = bold or None


def _near(paragraph: Paragraph) -> None:
    """Stays on the page of what follows."""
    paragraph.paragraph_format.keep_with_next = True


def _exhibit(document: Document, report: Report, exhibit: Exhibit) -> None:
    document.add_paragraph(exhibit.headline, "Heading 2")
    _near(document.add_paragraph(exhibit.about, "Caption"))
    if exhibit.table is None:
        document.add_paragraph(exhibit.reason)
        return
    if not report.brief:
        for line in further(exhibit):
            _said(document.add_paragraph(), line)
    picture = pictures.drawn(exhibit)
    if picture is not None:
        paragraph = document.add_paragraph()
        _near(paragraph)
        wide = _room(document)
        word_charts.draw(paragraph, picture, pictures.told(exhibit), (wide, _height(picture)))
    _table(document, exhibit.table)
    for line in below(exhibit):
        document.add_paragraph(line, "Caption")
    if picture is not None and picture.form == marks.THOUSANDS:
        document.add_paragraph(marks.IN_THOUSANDS, "Caption")


def _height(picture: Chart) -> int:
    if picture.kind == "jaren":
        return int(_YEARS * _CM)
    return int(min(len(picture.marks) * _BAR + _AROUND, _HIGHEST) * _CM)


def _room(document: Document) -> int:
    """The width between the margins."""
    page = document.sections[-1]
    sides = (page.page_width, page.left_margin, page.right_margin)
    whole, left, right = (int(side or 0) for side in sides)
    return whole - left - right


def _table(document: Document, table: Table) -> None:
    """Heads repeat on every page; a row stays whole, and so does a short table."""
    made = document.add_table(len(table.rows) + 1, len(table.heads))
    word_template.styled(document, made)
    made.alignment, made.autofit = WD_TABLE_ALIGNMENT.LEFT, False
    wide = widths.letters(table)
    shares = widths.shared(wide, _LINE)
    size = _SIZES[sum(wide) > _SMALL]
    room = _room(document)
    columns = [Emu(int(room * share / sum(shares))) for share in shares]
    for column, width in zip(made.columns, columns, strict=True):
        column.width = width
    told = made._tbl.tblPr
    for name in ("tblCaption", "tblDescription"):
        named = OxmlElement(f"w:{name}")
        named.set(qn("w:val"), table.caption)
        told.append(named)
    _whole(made.rows[0]._tr, "w:tblHeader")
    kept = sum(widths.high(row, shares) for row in table.rows) <= _KEPT
    last = len(table.rows)
    for number, (line, row) in enumerate(zip(made.rows, (None, *table.rows), strict=True)):
        _whole(line._tr, "w:cantSplit")
        near = number < last and (kept or number == 0)
        for place, cell in enumerate(line.cells):
            cell.width = columns[place]
            text = table.heads[place] if row is None else words(row.cells[place])
            right = place in table.numeric if row is None else row.cells[place].number
            _fill(cell, text, size, bold=row is None or row.now, right=right)
            cell.paragraphs[0].paragraph_format.keep_with_next = near
            if row is not None and row.now:
                _shaded(cell)


def _whole(row: Any, name: str) -> None:
    row.get_or_add_trPr().append(OxmlElement(name))


def _fill(cell: _Cell, text: str, size: float, *, bold: bool, right: bool) -> None:
    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    if right:
        paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    run = paragraph.add_run(text)
    run.font.size = Pt(size)
    run.bold = bold or None
    if text == wording.MARK:
        run.font.color.rgb = RGBColor.from_string(theme.MUTED.removeprefix("#"))


def _shaded(cell: _Cell) -> None:
    look = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("fill", theme.ACCENT_PALE.removeprefix("#"))):
        look.set(qn(f"w:{name}"), value)
    told: Any = cell._tc.get_or_add_tcPr()
    told.append(look)


def _account(document: Document, report: Report) -> None:
    document.add_paragraph("Verantwoording", "Heading 1")
    for name, text in report.method[1:3] if report.brief else report.method:
        _said(document.add_paragraph(), f"**{name}.** {text}")
    document.add_paragraph(
        f"{wording.HIDDEN_NOTE} {wording.ROUNDED_NOTE.format(step=report.about.afronding)}",
        "Caption",
    )
    document.add_paragraph(report.stamp, "Caption")


def _footer(document: Document, report: Report) -> None:
    """Which release and page, unless the template has a footer of its own."""
    footer = document.sections[-1].footer
    if any(paragraph.text.strip() for paragraph in footer.paragraphs) or footer.tables:
        return
    paragraph = footer.paragraphs[0]
    paragraph.style = document.styles["Caption"]
    demo = "Demonstratiegegevens, alles is verzonnen. " if report.demo else ""
    paragraph.add_run(f"{demo}Publicatie {report.about.id}. Pagina ")
    _field(paragraph, "PAGE")
    paragraph.add_run(" van ")
    _field(paragraph, "NUMPAGES")


def _field(paragraph: Paragraph, name: str) -> None:
    simple = OxmlElement("w:fldSimple")
    simple.set(qn("w:instr"), name)
    run, text = OxmlElement("w:r"), OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    simple.append(run)
    place: Any = paragraph._p
    place.append(simple)
