"""A figure reaches the page as one piece of markup, whatever stands in the data."""

from __future__ import annotations

import pytest
from lxml import html

from dashboard.charts.chart import Axis, Chart, Mark
from dashboard.exhibits import tables
from dashboard.exhibits.exhibit import Exhibit
from dashboard.exhibits.facts import Facts
from dashboard.exhibits.tables import Row, Table
from dashboard.render import figure

BAD = 'Noord\n\n![x](https://example.org/x.png) <img src=x> "><img src=y>'
ACCOUNT = Facts("definitie", "teller", "noemer", (), "", "", "", 1, "r1", 5)


@pytest.mark.parametrize("tall", [0, 200])
def test_nothing_in_a_figure_becomes_markup(tall: int) -> None:
    marks = (Mark(BAD, 1.0, BAD, told=(BAD,)),)
    chart = Chart("staven", marks, Axis(0, 1, ((0, BAD),), BAD), "0", BAD, (1.0, BAD))
    table = Table(BAD, (BAD, "n"), (Row((tables.text(BAD), tables.figure("1"))),), frozenset({1}))
    one = Exhibit(BAD, ACCOUNT, table, chart, BAD, lead=BAD, note=BAD, events=(BAD,))
    told = figure._body(one, "k", tall, BAD, {BAD: BAD})
    body = html.fragment_fromstring(told, "div")
    assert body.find(".//img") is None
    assert body.find(".//table") is not None
    assert body.find(".//div[@class='zl-plot']") is not None
    assert (body.find(".//details[@class='zl-table']") is None) == bool(tall)
