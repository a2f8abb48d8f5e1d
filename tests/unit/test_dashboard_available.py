"""The menu says which pages have no figures for the choice; the page itself says the same."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.access.scope import EVERYTHING
from dashboard.release import released
from dashboard.server import available, menu
from dashboard.words import wording
from tests import pages
from tests.browser.fixture_release import build


@pytest.mark.parametrize("level", ["totaal", "vestiging", "aanbieder"])
def test_a_page_in_italics_has_no_figure_and_another_has(
    level: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path)
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(tmp_path))
    release = released.of(tmp_path, EVERYTHING)
    assert release is not None
    bare = available.without(release, level)
    for address in ("jeugdhulp", "bereik", "samenwerking"):
        told = pages.text(pages.look(address, niveau=wording.level(level)))
        assert ("<table" not in told) == (address in bare), address


def test_every_page_that_follows_the_choice_is_known() -> None:
    assert set(menu.TOPICS) <= set(menu.SHOWN) <= set(menu.TITLES)
