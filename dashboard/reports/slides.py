"""A report as PowerPoint: one message to a slide, with charts and tables that can be edited."""

from __future__ import annotations

import copy
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.enum.text import MSO_AUTO_SIZE
from pptx.presentation import Presentation
from pptx.slide import Slide
from pptx.util import Emu, Inches, Pt

from dashboard.charts import marks
from dashboard.charts.chart import Chart
from dashboard.exhibits import facts, tables
from dashboard.exhibits.exhibit import Exhibit
from dashboard.exhibits.tables import Row, Table
from dashboard.reports import files, grid, native, pictures, template
from dashboard.reports.content import Report
from dashboard.reports.native import Box
from dashboard.reports.text import plain, rich, whole, words
from dashboard.words import wording

# Share of the width that a chart takes beside its table: the larger one where it costs nothing.
_CHART = (0.57, 0.48)
# Text of a table beside a chart is no larger than this.
_BESIDE = 13.0
_GAP = int(Inches(0.25))
# More slides than this of one table help nobody in a meeting.
_MOST_PAGES = 4
_BOARD = "bestuur"
# Sizes of a title and of sentences, by the most letters that stand in them.
_TITLES = ((95, 26), (150, 22), (230, 18), (math.inf, 13))
_TEXTS = ((280, 24), (620, 18), (math.inf, 15))


def blank(given: Path | None = None) -> bytes:
    """The template by itself, to start an own one from."""
    return _saved(template.opened(given))


def made(report: Report, given: Path | None = None) -> bytes:
    """The slides. Raises ReportRefused when a given template lacks what is needed."""
    deck = template.opened(given)
    _cover(deck, report)
    if report.kind != _BOARD:
        _in_short(deck, report)
    shown = report.exhibits if report.kind == _BOARD else [e for e in report.exhibits if e.shown]
    for exhibit in shown:
        _exhibit(deck, report, exhibit)
    if report.kind != _BOARD:
        _account(deck, report)
    core = deck.core_properties
    core.title = f"{report.title}, {report.chosen}"[:250]
    core.about = report.chosen[:250]
    core.author = core.last_modified_by = "Zichtlijn"
    core.comments = report.stamp[:250]
    core.keywords = report.about.id
    core.language = "nl-NL"
    core.created = core.modified = report.made
    core.revision = 1
    return files.settled(_saved(deck), report.made)


def _saved(deck: Presentation) -> bytes:
    out = io.BytesIO()
    deck.save(out)
    return out.getvalue()


def _cover(deck: Presentation, report: Report) -> None:
    slide = deck.slides.add_slide(template.layout(deck, template.COVER))
    _write(slide, template.TITLE, report.title, size=None if len(report.title) <= 60 else 30)
    chosen = report.chosen[:1].upper() + report.chosen[1:]
    _write(slide, template.SUBTITLE, chosen)
    _write(slide, template.FOOTER, report.stamp)
    _notes(slide, [*map(plain, report.lines), *(f"{name}: {text}" for name, text in report.method)])


def _in_short(deck: Presentation, report: Report) -> None:
    lines = report.lines or ("Voor deze keuze is er geen cijfer dat getoond kan worden.",)
    for number, part in enumerate(grid.paged(lines, 1150)):
        slide = _page(deck, report, "In het kort" if not number else "In het kort (vervolg)")
        _write(slide, template.SUBJECT, report.chosen)
        frame = _shape(slide, template.CONTENT).text_frame
        frame.auto_size = MSO_AUTO_SIZE.NONE
        size = next(size for most, size in _TEXTS if sum(map(len, part)) <= most)
        for place, line in enumerate(part):
            paragraph = frame.paragraphs[0] if not place else frame.add_paragraph()
            paragraph.space_after = Pt(size * 0.6)
            _runs(paragraph, line, size)
        _close(slide, report.stamp)


def _exhibit(deck: Presentation, report: Report, exhibit: Exhibit) -> None:
    """One slide, or a few where its table is long; each can be read by itself."""
    if exhibit.table is None or exhibit.account is None:
        slide = _page(deck, report, exhibit.headline)
        _write(slide, template.SUBJECT, exhibit.about)
        _shape(slide, template.CONTENT).text_frame.text = exhibit.reason
        _close(slide, report.stamp)
        return
    region = _bounds(template.layout(deck, template.PAGE))
    most = 1 if report.kind == _BOARD else _MOST_PAGES
    panes = _panes(exhibit, exhibit.table, region)
    for number, pane in enumerate(panes[:most], start=1):
        title = exhibit.headline if number == 1 else f"{exhibit.headline} (vervolg)"
        slide = _page(deck, report, title)
        unseen = sum(len(left.rows) for left in panes[most:]) if number == most else 0
        part = f", deel {number} van {len(panes)}" if len(panes) > 1 else ""
        left_out = f"; nog {unseen} rijen staan op papier en in de werkmap" if unseen else ""
        _write(slide, template.SUBJECT, exhibit.about + part + left_out)
        _drop(slide, template.CONTENT)
        left, top, full, high = region
        if pane.picture is not None:
            wide = full if pane.sheet is None else full - sum(pane.sheet.columns) - _GAP
            native.draw(slide.shapes, pane.picture, pictures.told(exhibit), (left, top, wide, high))
            left += wide + _GAP
        if pane.sheet is not None:
            _table(slide, exhibit.table, pane.sheet, pane.rows, (left, top))
        _close(slide, "\n".join(_footer(report, exhibit)))
        _notes(slide, _spoken(exhibit))


@dataclass(frozen=True)
class _Pane:
    """What one slide of an exhibit holds."""

    picture: Chart | None
    sheet: grid.Sheet | None
    rows: grid.Rows


def _panes(exhibit: Exhibit, table: Table, region: Box) -> list[_Pane]:
    """Chart and table side by side where both fit; else the chart first and the table after it."""
    _, _, full, high = region
    picture = pictures.drawn(exhibit)
    if picture is not None:
        rooms = [full - int(full * share) - _GAP for share in _CHART]
        sheets = [grid.fitted(table, room, high, _BESIDE) for room in rooms]
        fitting = [sheet for sheet in sheets if len(sheet.pages) == 1 and sheet.fits]
        if fitting:
            best = max(fitting, key=lambda sheet: sheet.size)
            return [_Pane(picture, best, best.pages[0])]
    sheet = grid.fitted(table, full, high)
    told = [_Pane(None, sheet, rows) for rows in sheet.pages]
    return told if picture is None else [_Pane(picture, None, []), *told]


def _footer(report: Report, exhibit: Exhibit) -> Iterator[str]:
    """Definition, cautions, and where it comes from."""
    account = exhibit.account
    if account is None:
        return
    yield f"Definitie: {account.definition}"
    notes = exhibit.cautions
    picture = pictures.drawn(exhibit)
    if picture is not None and picture.form == marks.THOUSANDS:
        notes.append(marks.IN_THOUSANDS)
    if notes:
        yield " ".join(notes)
    demo = "Demonstratiegegevens. " if report.demo else ""
    yield f"{demo}{'; '.join(facts.parts(account))}."


def _spoken(exhibit: Exhibit) -> list[str]:
    """What a speaker needs: the message, the method and where it comes from."""
    told = [plain(line) for line in exhibit.lines]
    if described := pictures.told(exhibit):
        told.append(described)
    if exhibit.account is not None:
        told += [f"{name}: {text}" for name, text in facts.terms(exhibit.account)]
    return told


def _account(deck: Presentation, report: Report) -> None:
    """How it was made, and what is not there."""
    rows = [Row((tables.text(name), tables.text(text))) for name, text in report.method]
    absent = [exhibit for exhibit in report.exhibits if not exhibit.shown]
    rows += [Row((tables.text(e.about), tables.text(e.reason))) for e in absent]
    title = "Zo zijn de cijfers gemaakt" + (", en dit staat er niet" if absent else "")
    table = Table("Verantwoording", ("Onderwerp", "Toelichting"), tuple(rows))
    region = _bounds(template.layout(deck, template.PAGE))
    sheet = grid.fitted(table, region[2], region[3])
    for number, part in enumerate(sheet.pages):
        slide = _page(deck, report, title if not number else f"{title} (vervolg)")
        _write(slide, template.SUBJECT, "Verantwoording")
        _drop(slide, template.CONTENT)
        _table(slide, table, sheet, part, region[:2])
        _close(slide, report.stamp)


def _page(deck: Presentation, report: Report, title: str) -> Slide:
    slide: Slide = deck.slides.add_slide(template.layout(deck, template.PAGE))
    size = next(size for most, size in _TITLES if len(title) <= most)
    _write(slide, template.TITLE, title, size=None if size == _TITLES[0][1] else size)
    tree: Any = slide.shapes._spTree
    for shape in _placeholders(slide.slide_layout):
        if shape.placeholder_format.type == PP_PLACEHOLDER.SLIDE_NUMBER:
            own = copy.deepcopy(shape.element)
            own.nvSpPr.cNvPr.set("id", str(slide.shapes._next_shape_id))
            tree.append(own)
    return slide


def _shape(slide: Slide, name: str) -> Any:
    """A placeholder by its name in the layout."""
    number = next(
        shape.placeholder_format.idx
        for shape in _placeholders(slide.slide_layout)
        if shape.name == name
    )
    found = next(shape for shape in _placeholders(slide) if shape.placeholder_format.idx == number)
    found.name = name
    return found


def _placeholders(of: Any) -> list[Any]:
    return list(of.placeholders)


def _bounds(layout: Any) -> Box:
    found = next(shape for shape in layout.placeholders if shape.name == template.CONTENT)
    return int(found.left), int(found.top), int(found.width), int(found.height)


def _write(slide: Slide, name: str, text: str, *, size: float | None = None) -> None:
    frame = _shape(slide, name).text_frame
    frame.text = whole(text)
    for paragraph in frame.paragraphs:
        for run in paragraph.runs:
            run._r.get_or_add_rPr().set("lang", "nl-NL")
            if size is not None:
                run.font.size = Pt(size)


def _close(slide: Slide, text: str) -> None:
    """The footer and the number, read after what stands on the slide."""
    _write(slide, template.FOOTER, text)
    tree: Any = slide.shapes._spTree
    for shape in _placeholders(slide):
        if shape.name in {template.FOOTER, template.NUMBER}:
            tree.append(shape.element)


def _drop(slide: Slide, name: str) -> None:
    element = _shape(slide, name).element
    element.getparent().remove(element)


def _runs(paragraph: Any, text: str, size: float) -> None:
    """Text with what stands between ** bold."""
    for part, bold in rich(text):
        run = paragraph.add_run()
        run.text = part
        run.font.size = Pt(size)
        run.font.bold = bold
        run._r.get_or_add_rPr().set("lang", "nl-NL")


def _table(
    slide: Slide, table: Table, sheet: grid.Sheet, rows: grid.Rows, corner: tuple[int, int]
) -> None:
    heights = [sheet.head, *(high for _, high in rows)]
    shapes: Any = slide.shapes
    size = Emu(sum(sheet.columns)), Emu(sum(heights))
    frame = shapes.add_table(len(heights), len(table.heads), *map(Emu, corner), *size)
    frame.name = f"Tabel: {table.caption}"
    frame._element.nvGraphicFramePr.cNvPr.set("descr", f"Tabel: {table.caption}.")
    made = frame.table
    made.first_row, made.horz_banding = True, False
    frame._element.graphic.graphicData.tbl.tblPr.find(grid.STYLE).text = grid.PLAIN
    for column, wide in zip(made.columns, sheet.columns, strict=True):
        column.width = Emu(wide)
    for line, high in zip(made.rows, heights, strict=True):
        line.height = Emu(high)
    for place, head in enumerate(table.heads):
        number = place in table.numeric
        grid.fill(
            made.cell(0, place), head, sheet.size, number=number, head=True,
            apart=grid.apart(table, place),
        )  # fmt: skip
    for line, (row, _) in enumerate(rows, start=1):
        for place, cell in enumerate(row.cells):
            text = words(cell)
            grid.fill(
                made.cell(line, place), text, sheet.size, number=cell.number, now=row.now,
                quiet=text == wording.MARK, apart=grid.apart(table, place),
            )  # fmt: skip


def _notes(slide: Slide, lines: Sequence[str]) -> None:
    frame = slide.notes_slide.notes_text_frame
    if frame is not None:
        frame.text = "\n".join(lines)
