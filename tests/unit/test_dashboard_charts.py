"""Charts are one description, and every medium that shows them knows every kind of it."""

from __future__ import annotations

import hashlib
import io
import itertools
import json
import math
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import html
from plotly.graph_objects import Figure
from pptx import Presentation

import dashboard
from dashboard.charts import scale
from dashboard.charts.chart import KINDS, Area, Axis, Chart, Curve, Kind, Mark, Series
from dashboard.release import released
from dashboard.render import plots, screen, theme
from dashboard.reports import native, paper, pictures, slides
from dashboard.reports.content import Report, Section
from dashboard.server import drawn, menu
from tests import drawings, pages
from tests.browser.fixture_release import build
from tests.unit.report_release import opened, told

VENDOR = Path(dashboard.__file__).parent / "vendor"
VIEWS = tuple(
    view.__name__.rpartition(".")[2] for found in menu.SECTIONS.values() for view, _ in found
)
# Of a school other charts are drawn.
CHOICES: tuple[dict[str, str], ...] = ({}, {"niveau": "School (vestiging)"})


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    build(folder)
    return folder


def test_every_kind_has_an_arm_or_a_table_that_stands_alone() -> None:
    assert set(screen.ARMS) == set(KINDS)
    assert set(native.ARMS) == set(KINDS) - pictures.TABLE_ALONE


def _one(kind: Kind) -> Chart:
    """A small chart of any kind, with all that a kind may have."""
    names = ("een", "twee", "drie")
    marks = tuple(
        Mark(name, value, f"{value}", value - 1, value + 1, bool(at), (name,), at=float(at),
             shade=at - 1, unit=name)
        for at, (name, value) in enumerate(zip(names, (3.0, 2.0, 4.0), strict=True))
    )  # fmt: skip
    ring = ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0))
    return Chart(
        kind, marks, Axis(0, 10, ((0, "0"), (10, "10"))), "0", "Proef", (5.0, "norm 5"),
        series=(Series("a", marks, strong=True), Series("b", marks, quiet=True)), steps=names,
        across=Axis(0, 10, ((0, "0"), (10, "10"))), start=1,
        curves=(Curve("samen", ((0.0, 1.0), (9.0, 1.0)), middle=True),),
        areas=tuple(Area((ring,), (0.5, 0.5)) for _ in names), classes=("laag", "hoog"),
    )  # fmt: skip


@pytest.fixture(scope="module")
def board(tmp_path_factory: pytest.TempPathFactory) -> Report:
    return told("bestuur", opened(tmp_path_factory.mktemp("rapport")))


@pytest.mark.parametrize("kind", KINDS)
def test_every_medium_shows_every_kind(kind: Kind, board: Report) -> None:
    """Also kinds that no report has yet: a medium draws one, or its table stands alone."""
    chart = _one(kind)
    assert Figure(screen.figure(chart)).data
    base = next(one for one in board.exhibits if one.chart is not None)
    report = replace(
        board, sections=(Section("Proef", exhibits=(replace(base, chart=chart),)),), lines=()
    )
    alone = kind in pictures.TABLE_ALONE
    deck = Presentation(io.BytesIO(slides.made(report)))
    drawn = [shape for slide in deck.slides for shape in slide.shapes if shape.has_chart]
    assert bool(drawn) != alone
    page = paper._exhibit(report, report.exhibits[0])
    assert (page["picture"] is None) == alone
    assert page["table"] is not None


def test_many_points_can_be_enlarged() -> None:
    few, many = _one("lijnen"), _one("lijnen")
    long = tuple(replace(many.marks[0], at=float(at)) for at in range(13))
    many = replace(many, series=(Series("a", long),), steps=tuple(f"{at}" for at in range(13)))
    assert screen.figure(few)["layout"]["dragmode"] is False
    assert screen.figure(many)["layout"]["dragmode"] == "zoom"


def test_a_mark_of_an_area_carries_it_and_what_is_drawn_holds_its_way() -> None:
    for kind in ("staven", "trechter", "kaart"):
        drawn = screen.figure(_one(kind))
        assert {u for t in drawn["data"] for u in t.get("customdata", ())} >= {"een", "twee"}
    told = screen.html("k", _one("staven"), "", ways={"een": "niveau=x&y'<"})
    place = html.fragment_fromstring(told)[0]
    assert json.loads(place.attrib["data-ways"]) == {"een": "niveau=x&y'<"}


def test_every_chart_is_whole_and_in_its_field(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Plotly's own package takes every figure, so no name in it is unknown to the browser."""
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(home))
    seen = set()
    for view in VIEWS:
        for choice in CHOICES:
            app = pages.look(view, **choice)
            for place, figure in zip(drawings.places(app), drawings.of_page(app), strict=True):
                assert Figure(figure).data, view
                assert drawings.words(figure), view
                assert place.attrib["aria-label"], view
                assert place.attrib["role"] == "group"
                assert place.attrib["data-title"], view
                assert "ublicatie" in place.attrib["data-foot"], view
                assert outside(figure) == [], view
                seen |= {trace["type"] for trace in figure["data"]}
    assert {"bar", "scatter"} <= seen <= screen.TRACES


def outside(figure: dict[str, Any]) -> list[object]:
    """Marks that stand beyond the ends of the axes; limits behind them may."""
    low, high = sorted(figure["layout"]["yaxis"].get("range", (0, 1)))
    return [
        value
        for trace in figure["data"]
        if trace["type"] == "scatter" and trace.get("hovertext")
        for value in trace["y"]
        if value is not None and not low <= value <= high
    ]


def test_the_bundle_is_the_one_that_was_pinned_and_draws_what_is_asked_of_it() -> None:
    bundle = (VENDOR / "plotly.min.js").read_bytes()
    assert (VENDOR / "plotly.sha256").read_text("utf-8").split()[0] == (
        hashlib.sha256(bundle).hexdigest()
    )
    entry = (VENDOR / "plotly.js").read_text("utf-8")
    registered = set(re.findall(r'require\("plotly\.js/lib/(\w+)"\)', entry)) - {"core"}
    assert registered | {"scatter"} == screen.TRACES
    for word in (b"eval(", b"new Function"):
        assert word not in bundle
    wanted = json.loads((VENDOR / "package.json").read_text("utf-8"))["dependencies"]
    notices = (VENDOR / "LICENSES.txt").read_text("utf-8")
    assert f"plotly.js {wanted['plotly.js']} (MIT)" in notices
    assert "Permission is hereby granted" in notices


def test_the_script_sends_nothing_away_and_swaps_every_colour() -> None:
    script = drawn.SCRIPT.decode()
    assert "showSendToCloud: false" in script
    assert 'plotlyServerURL: ""' in script
    assert not re.search(r"https?://|\beval\(|new Function", script)
    for colour, dark in theme.DARK.items():
        assert f'"{colour.upper()}": "{dark.upper()}"' in script
        assert f'"{plots.thin(colour, 1)[:-2]}"' in script


@given(st.floats(-50, 50), st.floats(1e-3, 1e9), st.integers(2, 9))
def test_steps_are_round_few_and_within(begin: float, span: float, most: int) -> None:
    low, high = begin * span, (begin + 1) * span
    found = scale.steps(low, high, most)
    assert 1 <= len(found) <= most
    room = span * 1e-6 + 1e-8
    assert all(low - room <= step <= high + room for step in found)
    apart = {round((b - a) / span, 6) for a, b in itertools.pairwise(found)}
    assert len(apart) <= 1
    for gap in apart:
        lead = gap * span / 10 ** math.floor(math.log10(gap * span))
        assert any(math.isclose(lead, one, rel_tol=1e-3) for one in (1, 2, 2.5, 5, 10))


def _chart(marks: tuple[Mark, ...], **more: Any) -> Chart:
    return Chart("jaren", marks, Axis(0, 10, ((0, "0"),)), "0", "aantal", **more)


def test_names_from_outside_stay_text() -> None:
    bad = '<script>alert("1")</script>\n\n& \'"'
    chart = _chart((Mark(bad, 1.0, bad, told=(bad, bad), sign=bad),), norm=(2.0, bad))
    made = screen.html(bad, chart, bad, bad, [bad])
    assert "<script" not in made
    assert "\\u003c" in made, "what the browser cleans has no signs of markup in it"
    figure = screen.figure(chart)
    assert drawings.tips(figure) == [f"{bad}\n{bad}"]
    assert "<script" not in json.dumps(figure)


def test_a_line_is_broken_where_it_may_not_be_joined() -> None:
    marks = (Mark("a", 1.0, "1"), Mark("b", 2.0, "2"), Mark("c", None, "·"))
    (line, _) = screen.figure(_chart((*marks, Mark("d", 3.0, "3", joined=False))))["data"]
    assert line["y"] == [1.0, 2.0, None, None, 3.0]
    assert line["x"] == [0, 1, 2, None, 3]


def test_labels_have_their_room() -> None:
    def made(text: str) -> dict[str, Any]:
        chart = Chart("staven", (Mark(text, 1.0, "1"),), Axis(0, 1), "0", "")
        return dict(screen.figure(chart)["layout"]["margin"])

    assert made("a much longer label")["l"] > made("a")["l"] + 40


@given(st.lists(st.floats(0, 100), min_size=1, max_size=6))
def test_names_at_ends_of_lines_do_not_cover_each_other(ends: list[float]) -> None:
    placed = plots.apart(ends, 0, 100, 300)
    ordered = sorted(placed)
    assert all(b - a >= 5.5 for a, b in itertools.pairwise(ordered))
    assert max(placed) <= 100
