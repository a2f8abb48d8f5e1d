"""Slides: native charts and tables, described, within their bounds, the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pptx
import pytest

from dashboard.exhibits import figures
from dashboard.exhibits.tables import Row, Table, figure, text
from dashboard.release.released import Released
from dashboard.reports import grid, native, slides, template
from dashboard.reports.content import ReportRefused
from dashboard.reports.kinds import KINDS
from dashboard.words import wording
from dashboard.words.selection import Selection
from tests.unit.report_release import EVERYTHING_HIDDEN, opened, told

YEAR = "2024/2025"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"

# One worker, so that the slides are made once.
pytestmark = pytest.mark.xdist_group("slides")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Released:
    return opened(tmp_path_factory.mktemp("dias"))


@pytest.fixture(scope="module")
def decks(release: Released) -> dict[str, Any]:
    """The slides of every kind, made once."""
    return {kind: _deck(slides.made(told(kind, release))) for kind in KINDS}


def _deck(body: bytes) -> Any:
    return pptx.Presentation(io.BytesIO(body))


def _drawn(slide: Any) -> list[Any]:
    return [shape for shape in slide.shapes if shape.has_chart or shape.has_table]


@pytest.mark.parametrize("kind", KINDS)
def test_slides_open_and_can_be_edited(kind: str, release: Released, decks: dict[str, Any]) -> None:
    report, deck = told(kind, release), decks[kind]
    assert deck.core_properties.title == f"{report.title}, {report.chosen}"
    assert deck.core_properties.language == "nl-NL"
    titles = [slide.shapes.title.text_frame.text for slide in deck.slides]
    assert all(titles)
    shown = [shape for slide in deck.slides for shape in _drawn(slide)]
    assert all(shape._element.nvGraphicFramePr.cNvPr.get("descr") for shape in shown)
    charts = [shape.chart for shape in shown if shape.has_chart]
    pictures = [exhibit.chart for exhibit in report.exhibits if exhibit.chart is not None]
    assert len(charts) >= len(pictures) > 0
    for chart in charts:
        book = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob))
        assert book.active.max_row > 1


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_on_a_slide_lies_over_something_else(kind: str, decks: dict[str, Any]) -> None:
    deck = decks[kind]
    for slide in list(deck.slides)[1:]:
        boxes = []
        assert len({shape.shape_id for shape in slide.shapes}) == len(slide.shapes)
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.left + shape.width <= deck.slide_width
            assert shape.top + shape.height <= deck.slide_height
            if shape.name != template.NUMBER:
                boxes.append((shape.left, shape.top, shape.left + shape.width,
                              shape.top + shape.height))  # fmt: skip
        for place, one in enumerate(boxes):
            for other in boxes[:place]:
                apart = (
                    one[0] >= other[2] or other[0] >= one[2]
                    or one[1] >= other[3] or other[1] >= one[3]
                )  # fmt: skip
                assert apart


def test_board_gets_eight_slides_each_with_its_account(
    release: Released, decks: dict[str, Any]
) -> None:
    report, deck = told("bestuur", release), decks["bestuur"]
    assert len(deck.slides) == 8
    for slide, exhibit in zip(list(deck.slides)[1:], report.exhibits, strict=True):
        assert slide.shapes.title.text_frame.text == exhibit.headline.replace("€ ", "€\u00a0")
        if not exhibit.shown or exhibit.account is None:
            continue
        footer = next(s for s in slide.placeholders if s.name == template.FOOTER)
        order = [shape.name for shape in slide.shapes]
        assert order[0] == template.TITLE
        assert order[-2:] == [template.FOOTER, template.NUMBER]
        text = footer.text_frame.text
        assert text.startswith(f"Definitie: {exhibit.account.definition}")
        assert release.about.id in text
        assert (exhibit.account.mark in text) == bool(exhibit.account.hidden)
        assert "Bronnen:" in slide.notes_slide.notes_text_frame.text


def test_same_release_gives_the_same_bytes(release: Released) -> None:
    report = told("jaarevaluatie", release)
    body = slides.made(report)
    assert body == slides.made(report)
    with zipfile.ZipFile(io.BytesIO(body)) as package:
        days = {entry.date_time[:3] for entry in package.infolist()}
    made = release.about.gemaakt_op
    assert days == {(made.year, made.month, made.day)}


def test_hidden_cells_are_only_the_mark(decks: dict[str, Any]) -> None:
    """In tables the mark and nothing else, in charts an empty place and a name that says so."""
    marks = 0
    for kind in ("school", "jaarevaluatie"):
        for slide in decks[kind].slides:
            for shape in _drawn(slide):
                if shape.has_table:
                    texts = [cell.text for row in shape.table.rows for cell in row.cells]
                    assert not any(text.startswith(("<", "afgeschermd")) for text in texts)
                    marks += texts.count(wording.MARK)
    assert marks


def _reach(series: Any, side: str) -> dict[int, float]:
    """What an error bar adds or takes, by the place of its mark."""
    points = series._element.findall(f"{C}errBars/{C}{side}/{C}numRef/{C}numCache/{C}pt")
    return {int(point.get("idx")): float(point.find(f"{C}v").text) for point in points}


@pytest.mark.parametrize("kind", KINDS)
def test_intervals_are_error_bars_that_can_be_edited(
    kind: str, release: Released, decks: dict[str, Any]
) -> None:
    """A mark with an interval has both ends, any other has no point: nothing is left of it."""
    told_of = [e.chart for e in told(kind, release).exhibits if e.chart is not None]
    charts = [shape.chart for slide in decks[kind].slides for shape in _drawn(slide)
              if shape.has_chart]  # fmt: skip
    assert len(charts) == len(told_of)
    for chart, picture in zip(charts, told_of, strict=True):
        stacked = len(chart.plots[0].series) > 2
        series = chart.plots[0].series[-1 if stacked else 0]
        plus, minus = _reach(series, "plus"), _reach(series, "minus")
        known = {
            place: mark for place, mark in enumerate(picture.marks)
            if mark.value is not None and mark.low is not None and (mark.strong or not stacked)
        }  # fmt: skip
        assert plus.keys() == minus.keys() == known.keys()
        for place, mark in known.items():
            assert mark.value is not None
            assert mark.value + plus[place] == pytest.approx(mark.high, rel=1e-8)
            assert mark.value - minus[place] == pytest.approx(mark.low, rel=1e-8)
        if known:
            _in_the_worksheet(chart, series, known)


def _in_the_worksheet(chart: Any, series: Any, known: dict[int, Any]) -> None:
    """The interval stands beside the value, and what the bars reach is read from there."""
    sheet = openpyxl.load_workbook(io.BytesIO(chart.part.chart_workbook.xlsx_part.blob)).active
    heads = {cell.value: cell.column for cell in sheet[1]}
    for place, mark in known.items():
        ends = [sheet.cell(place + 2, heads[f"95%-interval {end}"]).value for end in ("van", "tot")]
        assert ends == pytest.approx([mark.low, mark.high])
    for side, reach in (("plus", _reach(series, "plus")), ("minus", _reach(series, "minus"))):
        link = series._element.find(f"{C}errBars/{C}{side}/{C}numRef/{C}f").text.split("!")[1]
        cells = [row[0].value for row in sheet[link.replace("$", "")]]
        found = {place: value for place, value in enumerate(cells) if value is not None}
        assert found == pytest.approx(reach)


@pytest.mark.parametrize("kind", ["bestuur", "zorg-in-school", "beleidsnotitie"])
def test_no_waterfall_is_parted_from_its_table(kind: str, decks: dict[str, Any]) -> None:
    found = [
        [shape.has_table for shape in _drawn(slide)] for slide in decks[kind].slides
        if any(shape.has_chart and len(shape.chart.plots[0].series) > 2 for shape in _drawn(slide))
    ]  # fmt: skip
    assert found
    assert all(any(tables) for tables in found)


def test_error_bars_are_the_bounds_in_the_release(release: Released) -> None:
    """Of every school at once, hidden years without a bar."""
    hidden = seen = 0
    deck = template.own()
    for area in release.areas_of("vestiging")[:20]:
        rows = release.over_years("smw_bereik", "vestiging", area.code).to_dicts()
        own = Selection(YEAR, "vestiging", area.code, area.naam)
        picture = figures.trend(release, "smw_bereik", own).chart
        if picture is None:
            continue
        slide = deck.slides.add_slide(template.layout(deck, template.PAGE))
        native.draw(slide.shapes, picture, "", (0, 0, 6_000_000, 4_000_000))
        chart: Any = next(shape.chart for shape in slide.shapes if shape.has_chart)
        plus = _reach(chart.plots[0].series[0], "plus")
        for place, row in enumerate(rows):
            if row["status"] != wording.VISIBLE:
                hidden += 1
                assert place not in plus
            elif row["boven"] is not None:
                seen += 1
                assert row["waarde"] + plus[place] == pytest.approx(row["boven"], rel=1e-8)
    assert hidden
    assert seen


def test_nothing_to_show_is_a_deck_that_says_why(tmp_path: Path) -> None:
    release = opened(tmp_path, *EVERYTHING_HIDDEN)
    for kind in KINDS:
        deck = _deck(slides.made(told(kind, release)))
        text = " ".join(
            shape.text_frame.text for slide in deck.slides for shape in slide.shapes
            if shape.has_text_frame
        )  # fmt: skip
        assert len(deck.slides) >= 2
        charts = [shape for slide in deck.slides for shape in slide.shapes if shape.has_chart]
        assert charts == []
        if kind == "bestuur":
            assert "geen cijfer" in text


def test_rows_of_a_long_table_are_shared_over_its_slides() -> None:
    rows = tuple(Row((text(f"School {n}"), figure("12", 12.0))) for n in range(14))
    table = Table("Scholen", ("School", "Bereik"), rows, frozenset({1}))
    sheet = grid.fitted(table, 9_000_000, 2_600_000)
    assert [len(page) for page in sheet.pages] == [7, 7]
    assert [row for page in sheet.pages for row, _ in page] == list(rows)


def test_long_names_and_many_schools_stay_on_the_slides(tmp_path: Path) -> None:
    release = opened(
        tmp_path,
        "UPDATE gebieden SET naam = naam || ' ' || repeat('Samenwerkingsschool ', 9)"
        " || repeat('x', 70)",
        "INSERT INTO gebieden SELECT niveau, code || '-' || i, naam || i, ouder, onderwijssoort"
        " FROM gebieden,"
        " range(5) r(i) WHERE niveau = 'vestiging'",
        "INSERT INTO cellen SELECT metriek, schooljaar, niveau, gebied || '-' || i, uitsplitsing,"
        " categorie, maat, teller, noemer, waarde, onder, boven, n, status, reden, dekking,"
        " dekking_kenmerk FROM cellen, range(5) r(i) WHERE niveau = 'vestiging'",
    )
    assert len(release.areas_of("vestiging")) > 300
    for kind in ("school", "jaarevaluatie"):
        deck = _deck(slides.made(told(kind, release)))
        assert len(deck.slides) < 40
        for slide in deck.slides:
            for shape in slide.shapes:
                assert shape.left + shape.width <= deck.slide_width
        if kind == "jaarevaluatie":
            subjects = [
                shape.text_frame.text for slide in deck.slides for shape in slide.placeholders
                if shape.name == template.SUBJECT
            ]  # fmt: skip
            assert any("rijen staan op papier" in one for one in subjects)


def test_given_template_is_used_or_refused_by_name(release: Released, tmp_path: Path) -> None:
    own = tmp_path / "sjabloon.pptx"
    own.write_bytes(slides.blank())
    deck: Any = pptx.Presentation(str(own))
    deck.slide_layouts.get_by_name(template.PAGE).placeholders[0].width = 9_000_000
    deck.slides.add_slide(deck.slide_layouts[0])
    deck.save(str(own))
    report = told("bestuur", release)
    made = _deck(slides.made(report, own))
    assert len(made.slides) == 8
    assert made.slides[2].shapes.title.width == 9_000_000

    layout = deck.slide_layouts.get_by_name(template.PAGE)
    subject = next(shape for shape in layout.placeholders if shape.name == template.SUBJECT)
    subject.element.getparent().remove(subject.element)
    deck.save(str(own))
    with pytest.raises(ReportRefused, match="Zichtlijn inhoud: Onderwerp"):
        slides.made(report, own)
    own.write_text("geen presentatie", "utf-8")
    with pytest.raises(ReportRefused, match="geen PowerPoint-bestand"):
        slides.made(report, own)
