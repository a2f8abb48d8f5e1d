"""Charts are markup: whole, within their field, safe, and told in words."""

from __future__ import annotations

import itertools
import math
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from dashboard.release import released
from dashboard.render import drawing, theme
from dashboard.render.drawing import Axis, Figure, Strong
from dashboard.server import menu
from tests import drawings, pages
from tests.browser.fixture_release import build

VIEWS = tuple(
    view.__name__.rpartition(".")[2] for found in menu.SECTIONS.values() for view, _ in found
)
# Of a school other charts are drawn.
CHOICES: tuple[dict[str, str], ...] = ({}, {"niveau": "School (vestiging)"})
# With the room that letters have around a chart.
EDGE = 0.5


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    build(folder)
    return folder


def test_every_chart_is_whole_and_in_its_field(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(home))
    kinds: set[str] = set()
    for view in VIEWS:
        for choice in CHOICES:
            for chart in drawings.of_page(pages.look(view, **choice)):
                assert drawings.words(chart), view
                assert drawings.alt(chart), view
                assert outside(chart) == [], view
                kinds |= {part.tag for part in chart.iter()}
    assert {"circle", "line", "path", "rect", "text"} <= kinds


def outside(chart: etree._Element) -> list[str]:
    """Marks that stand beyond the ends of the axes."""
    (field,) = chart.iterfind("div/svg")
    height = float(field.attrib["height"])
    found = []
    for part in field.iter():
        across = [part.get(name) for name in ("x", "cx", "x1", "x2")]
        up = [part.get(name) for name in ("cy", "y1", "y2")]
        if part.tag in ("text", "tspan"):
            up = []
        percents = [float(at[:-1]) for at in across if at and at.endswith("%")]
        pixels = [float(at) for at in up if at]
        if any(not -EDGE <= at <= 100 + EDGE for at in percents):
            found.append(f"{part.tag} {part.attrib}")
        if field is not part and any(not -EDGE <= at <= height + EDGE for at in pixels):
            found.append(f"{part.tag} {part.attrib}")
        if part.tag == "path" and part.get("fill") == "none":  # a line, in a field of its own
            ups = [float(at) for at in re.findall(r"[ML][-\d.]+ ([-\d.]+)", part.attrib["d"])]
            if any(not -EDGE <= at <= height + EDGE for at in ups):
                found.append(f"path {part.attrib}")
    return found


@given(st.floats(-50, 50), st.floats(1e-3, 1e9), st.integers(2, 9))
def test_steps_are_round_few_and_within(begin: float, span: float, most: int) -> None:
    low, high = begin * span, (begin + 1) * span
    found = drawing.steps(low, high, most)
    assert 1 <= len(found) <= most
    room = span * 1e-6 + 1e-8
    assert all(low - room <= step <= high + room for step in found)
    apart = {round((b - a) / span, 6) for a, b in itertools.pairwise(found)}
    assert len(apart) <= 1
    for gap in apart:
        lead = gap * span / 10 ** math.floor(math.log10(gap * span))
        assert any(math.isclose(lead, one, rel_tol=1e-3) for one in (1, 2, 2.5, 5, 10))


def test_axes_count_either_way() -> None:
    figure = Figure(Axis(0, 10), Axis(4, 0), 100, top=0)
    figure.dot(2.5, 1, theme.ACCENT, tip=("a", "b"))
    figure.bar((0, 5), (1, 3), theme.ACCENT)
    chart = drawings.parsed(figure)
    dot = next(chart.iter("circle"))
    assert dot.attrib["cx"] == "25%"
    assert float(dot.attrib["cy"]) == pytest.approx(figure.height / 4, abs=0.01)
    bar = next(chart.iter("rect"))
    assert (bar.attrib["x"], bar.attrib["width"]) == ("0%", "50%")
    assert float(bar.attrib["y"]) == pytest.approx(figure.height / 4, abs=0.01)
    assert float(bar.attrib["height"]) == pytest.approx(figure.height / 2, abs=0.01)


def test_line_is_broken_where_a_value_is_missing() -> None:
    figure = Figure(Axis(0, 3), Axis(0, 1), 100)
    figure.stroke([(0, 0.0), (1, 1.0), (2, None), (3, 1.0)], theme.ACCENT)
    path = next(drawings.parsed(figure).iter("path")).attrib["d"]
    assert re.sub(r"[\d. ]", "", path) == "MLM"


def test_a_line_is_cut_where_it_leaves_the_field() -> None:
    figure = Figure(Axis(0, 4), Axis(0, 1), 100)
    figure.stroke([(0, -1.0), (1, 3.0), (2, 0.5), (3, 0.5), (4, 2.0)], theme.ACCENT)
    chart = drawings.parsed(figure)
    path = next(chart.iter("path")).attrib["d"]
    assert re.sub(r"[-\d. ]", "", path) == "MLMLLL"
    assert outside(chart) == []
    across = [float(at) for at in re.findall(r"[ML]([-\d.]+) ", path)]
    assert across == pytest.approx([250 * n for n in (0.25, 0.5, 1.8, 2, 3, 3 + 1 / 3)], abs=1)


@pytest.mark.parametrize("symbol", theme.SYMBOLS)
def test_every_symbol_can_be_drawn(symbol: str) -> None:
    figure = Figure(Axis(0, 1), Axis(0, 1), 100)
    figure.dot(0.5, 0.5, theme.ACCENT, symbol=symbol)
    marks = {part.tag for part in drawings.parsed(figure).iter()} & {"circle", "rect", "path"}
    assert len(marks) == 1


def test_names_from_outside_stay_text_and_on_one_line() -> None:
    bad = '<script>alert("1")</script>\n\n& \'"'
    figure = Figure(Axis(0, 1, ((0, bad),), bad), Axis(0, 1, ((1, (bad, Strong(bad))),), bad), 99)
    figure.dot(0.5, 0.5, theme.ACCENT, tip=(bad, bad))
    figure.words((bad, Strong(bad)), 0.5, 0.5)
    figure.keys(bad)
    figure.key(bad, "", 1)
    made = figure.html(bad)
    assert "<script" not in made
    assert "\n" not in made, "an empty line would end the markup"
    assert drawings.alt(etree.fromstring(made)) == bad
    assert drawings.tips(etree.fromstring(made)) == [f"{bad}\n{bad}"]


def test_text_keeps_its_lines_and_what_is_bold() -> None:
    figure = Figure(Axis(0, 1), Axis(0, 1), 100)
    figure.words((Strong("12"), "\nNoord\nOost"), 0.5, 0.5)
    chart = drawings.parsed(figure)
    assert drawings.words(chart) == ["12\nNoord\nOost"]
    bold = [part.text for part in chart.iter("tspan") if part.get("font-weight")]
    assert bold == ["12"]


def test_labels_have_their_room() -> None:
    narrow, wide = (
        Figure(Axis(0, 1), Axis(0, 1, ((0, label),)), 100) for label in ("a", "a long label")
    )
    assert wide.left > narrow.left + 40
    low, high = (
        Figure(Axis(0, 1, ((0, label),)), Axis(0, 1), 100) for label in ("een", "een\ntwee")
    )
    assert high.bottom > low.bottom
    assert high.height < low.height


def test_colours_have_a_dark_side_and_stand_without_a_style_sheet() -> None:
    figure = Figure(Axis(0, 1), Axis(0, 1), 100)
    figure.bar((0, 1), (0, 1), theme.SIGNAL)
    assert f'fill="var(--zl-a8481b,{theme.SIGNAL})"' in figure.html("")
    assert f"--zl-a8481b: light-dark({theme.SIGNAL}, {theme.DARK[theme.SIGNAL]})" in theme.CSS
