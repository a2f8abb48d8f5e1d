"""The charts are told as plain dicts; here plotly itself checks them all."""

from __future__ import annotations

import json
from pathlib import Path

import plotly.graph_objects as go
import pytest

from dashboard import drawing, menu, released
from tests import pages
from tests.browser.fixture_release import build

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


def test_plotly_knows_every_property(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(home))
    kinds = set()
    for view in VIEWS:
        for choice in CHOICES:
            for chart in pages.look(view, **choice).get("plotly_chart"):
                told = json.loads(chart.proto.spec)
                assert told["data"], view
                kinds |= {trace["type"] for trace in told["data"]}
                checked = go.Figure(**told).to_dict()
                assert _without_empty(told) == _without_empty(checked), view
    assert kinds == {"bar", "sankey", "scatter"}


def test_none_leaves_out_and_dicts_are_joined() -> None:
    figure = drawing.Figure()
    figure.update_xaxes(tickfont={"color": "#000", "size": 9}, tickprefix="€ ")
    figure.update_xaxes(tickfont={"size": 12}, tickprefix=None)
    figure.add_annotation(text="a", hovertext=None, font={"size": 3, "color": None})
    look = figure.to_dict()["layout"]
    assert look["xaxis"] == {"tickfont": {"color": "#000", "size": 12}}
    assert look["annotations"] == [{"text": "a", "font": {"size": 3}}]


def test_lines_across_are_those_of_plotly() -> None:
    ours, theirs = drawing.Figure(), go.Figure()
    for figure in (ours, theirs):
        figure.add_hline(y=2, line={"width": 1})
        figure.add_vline(x=3, line={"width": 1})
    assert ours.to_dict()["layout"]["shapes"] == theirs.to_dict()["layout"]["shapes"]


def _without_empty(told: object) -> object:
    """Plotly leaves out empty texts."""
    if isinstance(told, dict):
        return {name: _without_empty(value) for name, value in told.items() if value != ""}
    if isinstance(told, list):
        return [_without_empty(value) for value in told]
    return told
