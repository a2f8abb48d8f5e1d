"""The front page: what comes first, where it pinches and for whom, and what is late."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dashboard.exhibits import front
from dashboard.exhibits.pinches import Found
from dashboard.release import released
from dashboard.release.released import Metric
from dashboard.words.wording import Step
from tests import pages
from tests.browser.fixture_release import build, edited

SHARE = Metric(
    "m", "proces", "Op tijd", "Definitie.", "procent", "aandeel", "teller", "noemer", "hoger", None,
    "", "", "", "", "1", None,
)  # fmt: skip
LATE = (
    "UPDATE cellen SET teller = noemer * 0.4, waarde = 40, onder = 36, boven = 44 WHERE "
    "metriek = 'smw_binnen_norm' AND niveau = 'aanbieder' AND gebied = 'kolibri'"
)


def _cell(value: float, year: str) -> dict[str, Any]:
    return {
        "waarde": value, "onder": value - 3, "boven": value + 3, "status": "zichtbaar",
        "schooljaar": year, "teller": None, "noemer": None, "n": 900, "reden": "",
    }  # fmt: skip


def _step(now: float, first: float, metric: Metric = SHARE) -> Step:
    return Step(metric, "2024/2025", _cell(now, "2024/2025"), _cell(first, "2021/2022"))


@pytest.mark.parametrize(
    ("now", "first", "better", "way"),
    [
        (80, 60, "hoger", "beter"),
        (60, 80, "hoger", "slechter"),
        (60, 80, "lager", "beter"),
        (80, 60, "", "anders"),
        (80, 78, "hoger", ""),
    ],
)
def test_which_way_a_figure_surely_went(now: float, first: float, better: str, way: str) -> None:
    assert front.direction(_step(now, first, replace(SHARE, richting=better))) == way


def test_a_missed_norm_comes_first_then_what_changed_then_the_rest() -> None:
    still = _step(80, 79, replace(SHARE, id="still"))
    moved = _step(80, 60, replace(SHARE, id="moved"))
    missed = _step(60, 61, replace(SHARE, id="missed", norm=80.0, norm_eenheid="procent"))
    told = front.first([still, moved, missed, replace(still, metric=replace(SHARE, id="last"))])
    assert [step.metric.id for step in told] == ["missed", "moved", "still"]


def test_nothing_compared_is_not_told_as_nothing_found() -> None:
    assert front.pinched(Found((), 0, 0)) == ""
    assert "Nergens" in front.pinched(Found((), 12, 0))


def test_the_front_page_says_where_it_pinches_with_the_way_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with edited(build(tmp_path)) as release:
        release.execute(LATE)
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(tmp_path))
    told = pages.text(pages.look("overzicht"))
    assert "Stichting Kolibri" in told
    assert 'href="proces-resultaat?schooljaar=2024%2F2025' in told
    assert "gaat het zeker slechter dan in de rest" in told
    assert "te laat" in told
    assert 'href="leveringen"' in told


def test_no_figure_stands_on_the_front_page_three_times(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message and the table of all years; the conclusion in front counts and does not repeat."""
    build(tmp_path)
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(tmp_path))
    told = pages.text(pages.look("overzicht"))
    conclusion = told.split('class="zl-conclusion"')[1].split("</div>")[0]
    for name in ("Van elke 100 leerlingen", "van de trajecten startte"):
        assert told.count(name) <= 1
        assert name not in conclusion
