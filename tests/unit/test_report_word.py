"""Documents: native tables and charts, styles of a template, and own text that stays."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pypdf
import pytest
from docx.oxml.ns import qn
from lxml import etree

from dashboard.release.released import Released
from dashboard.reports import fields, paper, pictures, word, word_template
from dashboard.reports.content import Report, ReportRefused
from dashboard.reports.kinds import DECISION, KINDS
from dashboard.reports.text import plain, words
from dashboard.words import wording
from tests.unit.report_release import EVERYTHING_HIDDEN, opened, told

pytestmark = pytest.mark.xdist_group("word")
NOTE = "beleidsnotitie"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Released:
    return opened(tmp_path_factory.mktemp("word"))


def _read(body: bytes) -> Any:
    return docx.Document(io.BytesIO(body))


def _drawings(document: Any) -> list[Any]:
    return list(document.element.body.iter(qn("wp:docPr")))


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_holds_what_the_report_holds(kind: str, release: Released) -> None:
    report = told(kind, release)
    document = _read(word.made(report))
    assert document.core_properties.title == f"{report.title}, {report.chosen}"
    shown = [exhibit for exhibit in report.exhibits if exhibit.table is not None]
    assert len(document.tables) == len(shown) > 0
    for exhibit, table in zip(shown, document.tables, strict=True):
        assert exhibit.table is not None
        first, *rows = [[cell.text for cell in row.cells] for row in table.rows]
        assert first == list(exhibit.table.heads)
        assert rows == [[words(cell) for cell in row.cells] for row in exhibit.table.rows]
        assert table.rows[0]._tr.trPr.find(qn("w:tblHeader")) is not None
    drawn = [exhibit for exhibit in shown if pictures.drawn(exhibit) is not None]
    assert [one.get("descr") for one in _drawings(document)] == list(map(pictures.told, drawn))
    heads = [one.text for one in document.paragraphs if one.style.name == "Heading 2"]
    assert heads == [exhibit.headline for exhibit in report.exhibits]
    said = [one.text for one in document.paragraphs]
    assert all(plain(line).replace("€ ", "€\u00a0") in said for line in report.lines)
    assert report.stamp in said


def test_charts_are_drawn_by_word_from_a_worksheet_of_their_own(release: Released) -> None:
    document = _read(word.made(told("bestuur", release)))
    charts = [one for one in document.part.package.iter_parts() if "/charts/" in one.partname]
    assert len(charts) == len(_drawings(document)) > 1
    assert len({one.partname for one in charts}) == len(charts)
    for chart in charts:
        link = etree.fromstring(chart.blob).find("{*}externalData")
        book = chart.related_parts[link.get(qn("r:id"))].blob
        assert openpyxl.load_workbook(io.BytesIO(book)).active.max_row > 1


def test_the_note_is_a_note(release: Released) -> None:
    """Three messages of which the last is about money; two to four pages."""
    report = told(NOTE, release)
    assert len(report.lines) == 3
    assert "€" in report.lines[-1]
    pages = pypdf.PdfReader(io.BytesIO(paper.made(report))).pages
    assert 2 <= len(pages) <= 4


@pytest.mark.parametrize("kind", ["bestuur", "jaarevaluatie", "zorg-in-school", NOTE])
def test_the_summary_says_the_money_or_why_not(
    kind: str, release: Released, tmp_path: Path
) -> None:
    assert any("Zorg In School kostte" in line for line in told(kind, release).lines)
    bare = opened(tmp_path, *EVERYTHING_HIDDEN)
    assert any("bespar" in line or "geld" in line for line in told(kind, bare).lines)


def test_same_release_gives_the_same_bytes(release: Released) -> None:
    report = told(NOTE, release)
    body = word.made(report)
    assert body == word.made(report)
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        days = {entry.date_time[:3] for entry in package.infolist()}
    made = release.about.gemaakt_op
    assert days == {(made.year, made.month, made.day)}


def test_hidden_cells_are_only_the_mark(release: Released) -> None:
    marks = 0
    for kind in ("school", "jaarevaluatie"):
        document = _read(word.made(told(kind, release)))
        texts = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
        assert not any(re.match(r"<\s*\d|None|nan", text) for text in texts)
        marks += texts.count(wording.MARK)
    assert marks


def _typed(body: bytes, tag: str, lines: list[str]) -> bytes:
    """As Word saves it after somebody typed in a field: runs broken, no prompt any more."""
    document = _read(body)
    control = next(
        one for one in document.element.body.iter(qn("w:sdt"))
        if one.find(f"{qn('w:sdtPr')}/{qn('w:tag')}").get(qn("w:val")) == f"zichtlijn-{tag}"
    )  # fmt: skip
    told = control.find(qn("w:sdtPr"))
    told.remove(told.find(qn("w:showingPlcHdr")))
    content = control.find(qn("w:sdtContent"))
    for old in list(content):
        content.remove(old)
    for line in lines:
        paragraph = docx.text.paragraph.Paragraph(docx.oxml.OxmlElement("w:p"), document._body)
        for part in re.split("( )", line):
            paragraph.add_run(part)
        content.append(paragraph._p)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _again(report: Report, path: Path, body: bytes) -> Any:
    path.write_bytes(body)
    return _read(word.made(fields.renewed(report, path)))


def _texts(document: Any) -> str:
    return "\n".join(text.text or "" for text in document.element.body.iter(qn("w:t")))


def test_own_text_stays_when_the_note_is_renewed(release: Released, tmp_path: Path) -> None:
    report, path = told(NOTE, release), tmp_path / "notitie.docx"
    lines = ["Wij vragen de raad in te stemmen.", "En € 10 te reserveren."]
    once = _again(report, path, _typed(word.made(report), DECISION, lines))
    for line in lines:
        assert line in _texts(once)
    assert "Vul in wie deze notitie stuurt" in _texts(once)
    assert "Vul in wat u vraagt" not in _texts(once)
    out = io.BytesIO()
    once.save(out)
    twice = _again(report, path, out.getvalue())
    assert lines[1] in _texts(twice)
    asked = replace(
        report, own=tuple(replace(o, text="Anders" * (o.tag == DECISION)) for o in report.own)
    )
    assert lines[0] not in _texts(_again(asked, path, out.getvalue()))


def test_what_was_written_outside_the_fields_is_not_lost(release: Released, tmp_path: Path) -> None:
    report, path = told(NOTE, release), tmp_path / "notitie.docx"
    document = _read(word.made(report))
    document.paragraphs[0].add_run(" (concept)")
    document.save(path)
    with pytest.raises(ReportRefused, match="buiten de velden"):
        fields.renewed(report, path)
    path.write_text("geen Word")
    with pytest.raises(ReportRefused, match="geen Word-bestand"):
        fields.renewed(report, path)
    docx.Document().save(path)
    with pytest.raises(ReportRefused, match="buiten de velden"):
        fields.renewed(report, path)


def test_what_a_house_style_sets_is_used_or_refused_by_name(
    release: Released, tmp_path: Path
) -> None:
    path = tmp_path / "huisstijl.docx"
    path.write_bytes(word.blank())
    own = docx.Document(path)
    own.styles["Heading 1"].font.name = "Georgia"
    own.sections[0].footer.paragraphs[0].text = "Gemeente Veenmark"
    own.add_paragraph("Voorbeeldtekst van het sjabloon")
    own.save(path)
    document = _read(word.made(told(NOTE, release), path))
    assert document.styles["Heading 1"].font.name == "Georgia"
    assert document.sections[0].footer.paragraphs[0].text == "Gemeente Veenmark"
    assert "Voorbeeldtekst" not in _texts(document)

    for name in ("Caption", "List Bullet"):
        own.styles[name].delete()
    own.save(path)
    with pytest.raises(ReportRefused) as refused:
        word_template.opened(path)
    said = str(refused.value)
    assert "Bijschrift (Caption)" in said
    assert "Lijst opsom.teken (List Bullet)" in said
    assert "Kop 1" not in said
    path.write_bytes(b"PK\x03\x04geen zip")
    with pytest.raises(ReportRefused, match="geen Word-bestand"):
        word_template.opened(path)


def test_tables_of_another_house_get_its_own_grid(release: Released, tmp_path: Path) -> None:
    path = tmp_path / "ander.docx"
    docx.Document().save(path)
    document = _read(word.made(told(NOTE, release), path))
    assert {table.style.name for table in document.tables} == {"Table Grid"}
