"""A figure reaches the page as one piece of markup, whatever stands in the data."""

from __future__ import annotations

import pytest
from lxml import etree

from dashboard.exhibits import tables
from dashboard.exhibits.facts import Facts
from dashboard.exhibits.tables import Row, Table
from dashboard.render import figure
from dashboard.render.drawing import Axis, Figure

# After an empty line markdown would begin, and ask another server for a picture.
BAD = "Noord\n\n![x](https://example.org/x.png) <img src=x>"
ACCOUNT = Facts("definitie", "teller", "noemer", (), "", "", "", 1, "r1", 5)


@pytest.mark.parametrize("tall", [0, 200])
@pytest.mark.parametrize("wide", [False, True])
def test_nothing_in_a_figure_ends_the_markup(
    wide: bool, tall: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown: list[str] = []
    monkeypatch.setattr(figure.st, "markdown", lambda body, **_: shown.append(body))
    chart = Figure(Axis(0, 1, ((0, BAD),)), Axis(0, 1), 100)
    table = Table(BAD, (BAD, "n"), (Row((tables.text(BAD), tables.figure("1"))),), frozenset({1}))
    one = figure.Figure(
        "k", BAD, ACCOUNT, table, chart, BAD, BAD, BAD, wide=wide, tall=tall, events=(BAD,)
    )
    figure._markup(figure._body(one))
    (body,) = shown
    assert len(body.splitlines()) == 1
    parts = etree.fromstring(body)
    assert parts.get("class") == "zl-body"
    assert parts.find(".//img") is None
    assert parts.find(".//table") is not None
    assert (parts.find(".//div[@class='zl-beside']") is None) == wide
