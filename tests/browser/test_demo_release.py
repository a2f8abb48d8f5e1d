"""The dashboard on a release that the pipeline made from the demo register."""

from __future__ import annotations

from urllib.parse import urlparse

import pytest

from tests.browser import boxes
from tests.browser.conftest import Visit
from tests.browser.test_pages import PAGES

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("demo")]

# Where a key figure of the front page stands again, at the head of another page.
AGAIN = {
    "bereik": "Bereik per 100 leerlingen",
    "schorsingen": "Geschorste leerlingen per 1.000",
}
# The other pages are opened on the made-up release, in every state; here the way from the pipeline.
SEEN = ("overzicht", *AGAIN, "samenwerking", "zorg-in-school", "besparing", "scenario",
        "vergelijken")  # fmt: skip


def test_pages_agree_and_keep_the_filter(visit_demo: Visit) -> None:
    """Every page opens without fault, a filter survives a reload, a figure is the same on two
    pages, and what the demo draws fits on a laptop and on a phone."""
    page = visit_demo.page
    visit_demo.open("/")
    visit_demo.choose("Gebied of groep", "Gemeente")
    told = page.locator(".zl-conclusion").inner_text()
    page.goto(page.url)
    visit_demo.ready()
    assert page.locator(".zl-conclusion").inner_text() == told
    rows = page.locator("table.zl tr")
    cards = {
        name: _first_word(rows.filter(has_text=name).last.locator("td").nth(3).inner_text())
        for name in AGAIN.values()
    }
    query = urlparse(page.url).query
    for name in SEEN:
        path, title = PAGES[name]
        visit_demo.open(f"{path}?{query}")
        assert page.locator("h1").inner_text() == title
        assert page.locator('[role="alert"], [data-testid="stException"]').count() == 0
        assert "Dit cijfer wordt niet getoond" not in page.locator("body").inner_text()
        problems = [told for width in (1280, 390) for told in boxes.problems(page, width)]
        assert problems == [], name
        if name in AGAIN:
            row = page.locator("table.zl").first.locator("tr.zl-now td").first
            assert _first_word(row.text_content() or "") == cards[AGAIN[name]]
    assert visit_demo.errors == []
    assert visit_demo.elsewhere == []


def _first_word(text: str) -> str:
    return text.split()[0]
