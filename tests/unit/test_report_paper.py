"""Paper: an accessible PDF that says what the report says, the same bytes every time."""

from __future__ import annotations

import io
import re
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pypdf
import pytest

from dashboard.release.released import Released
from dashboard.reports import paper, pictures
from dashboard.reports.content import Section
from dashboard.reports.kinds import KINDS
from dashboard.reports.text import plain
from tests.unit.report_release import EVERYTHING_HIDDEN, opened, told


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Released:
    return opened(tmp_path_factory.mktemp("papier"))


def _elements(node: Any) -> Iterator[Any]:
    """The structure tree, element by element."""
    found = node.get_object()
    if isinstance(found, pypdf.generic.ArrayObject):
        for child in found:
            yield from _elements(child)
    elif isinstance(found, pypdf.generic.DictionaryObject):
        if "/S" in found:
            yield found
        if "/K" in found:
            yield from _elements(found["/K"])


def _read(body: bytes) -> tuple[pypdf.PdfReader, str]:
    reader = pypdf.PdfReader(io.BytesIO(body))
    text = " ".join(page.extract_text() for page in reader.pages)
    return reader, " ".join(text.split())


@pytest.mark.parametrize("kind", KINDS)
def test_paper_is_tagged_and_says_its_language(kind: str, release: Released) -> None:
    report = told(kind, release)
    reader, text = _read(paper.made(report))
    root = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "nl-NL"
    assert root["/ViewerPreferences"]["/DisplayDocTitle"]
    assert reader.metadata is not None
    assert reader.metadata.title == f"{report.title}, {report.chosen}"
    assert b"pdfuaid" in root["/Metadata"].get_object().get_data()
    assert release.about.id in text
    tags = Counter(str(element["/S"]) for element in _elements(root["/StructTreeRoot"]["/K"]))
    shown = [exhibit for exhibit in report.exhibits if exhibit.shown]
    assert tags["/Table"] == len(shown)
    assert tags["/TH"] >= sum(len(e.table.heads) for e in shown if e.table is not None)
    figures = [e for e in _elements(root["/StructTreeRoot"]["/K"]) if e["/S"] == "/Figure"]
    assert [str(figure["/Alt"]) for figure in figures] == [
        pictures.told(exhibit) for exhibit in shown if exhibit.chart is not None
    ]
    fonts = {
        str(font.get_object()["/BaseFont"])
        for page in reader.pages for font in page["/Resources"].get("/Font", {}).values()
    }  # fmt: skip
    assert all("+" in font for font in fonts)


def _cells(row: Any) -> list[str]:
    return [str(cell["/S"]) for cell in _elements(row["/K"]) if cell["/S"] in {"/TH", "/TD"}]


def _scopes(head: Any) -> set[str]:
    """For which cells a head is, as its attributes say."""
    told = head["/A"].get_object()
    listed = told if isinstance(told, pypdf.generic.ArrayObject) else [told]
    return {str(one.get_object().get("/Scope")) for one in listed} - {"None"}


# What paints, and where content that belongs to an element, or to none, begins and ends.
PAINTED = re.compile(r"(?<![\w/])(BDC|BMC|EMC|Tj|TJ|Do|f\*?|S|B)(?!\w)")
IN_TEXT = re.compile(r"\((?:\\.|[^\\)])*\)|<[0-9A-Fa-f]+>")


def _unmarked(page: Any) -> list[str]:
    """What is painted without belonging to an element of the structure or being decoration."""
    depth, found = 0, []
    for step in PAINTED.findall(IN_TEXT.sub("", page.get_contents().get_data().decode("latin1"))):
        if step in {"BDC", "BMC"}:
            depth += 1
        elif step == "EMC":
            depth -= 1
        elif depth == 0:
            found.append(step)
    return found + ["open"] * depth


def _counted(outline: Any) -> int:
    return sum(_counted(one) if isinstance(one, list) else 1 for one in outline)


@pytest.mark.parametrize("kind", KINDS)
def test_a_reader_that_speaks_can_find_its_way(kind: str, release: Released) -> None:
    """Levels of headings, bookmarks, heads of columns, whole rows, links and letters."""
    report = told(kind, release)
    reader, _ = _read(paper.made(report))
    tree = list(_elements(reader.trailer["/Root"]["/StructTreeRoot"]["/K"]))
    levels = [int(e["/S"][2:]) for e in tree if re.fullmatch(r"/H\d", e["/S"])]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(level <= before + 1 for before, level in pairwise(levels))
    titles = len(report.sections) + len([e for e in report.exhibits if e.shown])
    assert _counted(reader.outline) >= titles
    for table in (e for e in tree if e["/S"] == "/Table"):
        rows = [_cells(row) for row in _elements(table["/K"]) if row["/S"] == "/TR"]
        assert len({len(row) for row in rows}) == 1
        assert set(rows[0]) == {"/TH"}
    assert all(_scopes(e) == {"/Column"} for e in tree if e["/S"] == "/TH")
    pages: Any = reader.pages
    for page in pages:
        assert _unmarked(page) == []
        assert "/StructParents" in page
        for note in page.get("/Annots", []):
            assert note.get_object()["/Contents"]
            assert page["/Tabs"] == "/S"
        for font in page["/Resources"].get("/Font", {}).values():
            assert "/ToUnicode" in font.get_object()


@pytest.mark.parametrize("kind", ["bestuur", "zorg-in-school", "beleidsnotitie"])
def test_no_waterfall_is_parted_from_its_table(kind: str, release: Released) -> None:
    """A step is named at its bar and in its row, on one page."""
    report = told(kind, release)
    chart = next(e.chart for e in report.exhibits if e.chart and e.chart.kind == "stappen")
    reader, _ = _read(paper.made(report))
    pages = [" ".join(page.extract_text().split()) for page in reader.pages]
    for mark in chart.marks:
        assert any(page.count(mark.label) >= 2 for page in pages), mark.label


def test_factsheet_is_two_pages_for_every_school(release: Released) -> None:
    from dashboard.reports import make

    for area in release.areas_of("vestiging")[:12]:
        asked = make.Asked("school", "pdf", area=("vestiging", area.code))
        reader, text = _read(paper.made(make.built(release, asked)))
        assert len(reader.pages) <= 2
        assert area.naam in text


def test_same_release_gives_the_same_bytes(release: Released) -> None:
    report = told("jaarevaluatie", release)
    assert paper.made(report) == paper.made(report)


def test_readers_may_ask_together(release: Released) -> None:
    reports = [told(kind, release) for kind in ("school", "wijk", "bestuur", "school")]
    alone = [paper.made(report) for report in reports]
    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(paper.made, reports * 3)) == alone * 3


def test_nothing_to_show_is_a_document_that_says_why(tmp_path: Path) -> None:
    release = opened(
        tmp_path,
        *EVERYTHING_HIDDEN,
        "UPDATE gebieden SET naam = naam || ' ' || repeat('Samenwerkingsschool ', 9)"
        " || repeat('x', 90) || '*_#$@<>[]\\'",
    )
    for kind in KINDS:
        _, text = _read(paper.made(told(kind, release)))
        assert "afgeschermd" in text


def test_what_the_title_says_is_not_said_again(release: Released) -> None:
    report = told("zorg-in-school", release)
    found = next(e for e in report.exhibits if plain(" ".join(e.lines)).startswith(e.headline))
    alone = replace(report, lines=(), sections=(Section("Eén cijfer", exhibits=(found,)),))
    _, text = _read(paper.made(alone))
    assert text.count(found.title) == 1
