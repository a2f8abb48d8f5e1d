"""The page on which a pilot is planned says what it can find, needs and may claim."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from dashboard.release import released
from tests.browser.fixture_release import build, edited

SCRIPT = (
    "from dashboard.views import page\n"
    "from dashboard.views import pilot as view\n"
    "page.framed(view.TITLE, view.QUESTION, view.render)()"
)


def _text(app: AppTest) -> str:
    assert not app.exception
    bodies = [element.proto.body for element in app.get("html")]
    bodies += [element.value for element in app.markdown]
    return " ".join(re.sub(r"<[^>]+>", " ", body) for body in bodies)


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    build(tmp_path)
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(tmp_path))
    return AppTest.from_string(SCRIPT, default_timeout=60)


def test_it_says_what_is_found_needed_and_claimed(page: AppTest) -> None:
    text = _text(page.run())
    assert "26% minder" in text
    assert "scholen met Zorg In School nodig, en 8 vergelijkingsscholen" in text
    assert "niet aantoonbaar anders" in text
    assert "Deze belofte wordt niet getoetst" in text
    assert "nodig zijn er 6" in text
    assert "tellen van de 24 maanden ervoor 21 en van de 24 maanden erna 21" in text
    assert "Het kleinste effect is dan 27% minder" in text
    page.number_input(key="maanden_voor").set_value(3)
    assert "blijven er geen maanden over" in _text(page.run())
    page.number_input(key="maanden_voor").set_value(24)
    page.number_input(key="vergelijkingsscholen").set_value(0)
    assert "hoogstens laten zien dat er iets veranderde" in _text(page.run())
    page.number_input(key="scholen").set_value(3)
    assert "Met minder dan 5 scholen" in _text(page.run())


def test_a_margin_without_a_source_is_one_sentence(page: AppTest) -> None:
    page.run()
    page.number_input(key="marge").set_value(20_000)
    assert "Bij een marge hoort de bron" in _text(page.run())
    page.text_input(key="marge_bron").set_value("raadsbesluit 2026-4")
    assert "Bij een marge hoort de bron" not in _text(page.run())


def test_nothing_to_plan_from_gives_its_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with edited(build(tmp_path)) as con:
        con.execute("UPDATE pilotbasis SET status = 'niet_geleverd', reden = 'Niet geleverd: x.'")
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(tmp_path))
    assert "Niet geleverd: x." in _text(AppTest.from_string(SCRIPT, default_timeout=60).run())
