"""An explanation takes a change apart, and tells nothing but released cells."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dashboard.access.scope import EVERYTHING
from dashboard.exhibits import explained
from dashboard.exhibits import explained_words as words
from dashboard.release import released
from dashboard.release.released import Metric, Released
from dashboard.render import why
from dashboard.words import wording
from dashboard.words.selection import Selection, year_cells
from dashboard.words.wording import Step
from tests import pages
from tests.browser.fixture_release import build, edited

ALL = Selection("2024/2025", "totaal", "", "Alle gemeenten samen")
TOWN = Selection("2024/2025", "gemeente", "GM0118", "Hoogeveen")
SHARE = Metric(
    "m", "proces", "Op tijd", "Definitie.", "procent", "aandeel", "teller", "noemer", "hoger", None,
    "", "", "", "", "1", None,
)  # fmt: skip
_NUMBER = re.compile(r"\d[\d.,]*\d|\d")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    build(folder)
    return folder


def _release(home: Path) -> Released:
    found = released.of(home, EVERYTHING)
    assert found is not None
    return found


def _cell(part: float, whole: float) -> dict[str, Any]:
    return {"teller": part, "noemer": whole, "waarde": round(100 * part / whole)}


def test_what_parts_pull_is_together_the_change_of_all() -> None:
    before = [_cell(80, 100), _cell(150, 300)]
    now = [_cell(240, 300), _cell(55, 110)]
    own, shares = explained._pulls(SHARE, before, now)
    assert own == pytest.approx([0, 0])  # only the shares in the whole moved
    assert sum(own) + sum(shares) == pytest.approx(295 / 410 - 230 / 400)
    now = [_cell(60, 100), _cell(165, 300)]
    own, shares = explained._pulls(SHARE, before, now)
    assert own == pytest.approx([-0.05, 0.0375])
    assert shares == pytest.approx([0, 0])


def test_of_a_count_each_part_pulls_its_own_change() -> None:
    count = replace(SHARE, soort="aantal")
    own, shares = explained._pulls(count, [{"waarde": 40}, {"waarde": 20}],
                                   [{"waarde": 55}, {"waarde": 10}])  # fmt: skip
    assert own == [15, -10]
    assert shares == [0, 0]


def test_every_number_told_is_a_released_cell(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(home))
    release = _release(home)
    told = apart = 0
    for metric in release.metrics.values():
        for selection in (ALL, TOWN):
            step = year_cells(release, metric.id, selection)
            if step is None:
                continue
            splits = explained.splits(release, step, selection)
            body = why.body(release, step, selection)
            said = re.sub(r"<[^>]+>", " ", body)
            for other in (words.defined(step), wording.definition(metric), "95%-interval"):
                said = said.replace(other, " ")
            for name in {part.label for split in splits for part in split.parts}:
                said = said.replace(name, " ")
            allowed = _released(release, metric) | {str(split.unseen) for split in splits}
            assert set(_NUMBER.findall(said)) <= allowed, metric.id
            told += 1
            apart += len(splits)
    assert told > 15
    assert apart > 10


def _released(release: Released, metric: Metric) -> set[str]:
    """All numbers in the visible cells of a metric, as they are printed, and the school years."""
    rows = release.query(
        "SELECT * FROM cellen WHERE metriek = ? AND status = 'zichtbaar'", metric.id
    ).to_dicts()
    texts = [*release.years]
    for row in rows:
        texts.append(wording.said_full(metric, row))
        texts.append(wording.interval(metric, row["onder"], row["boven"]))
        texts += [wording.number(row[name]) for name in ("teller", "noemer") if row[name]]
        texts += ["0"] if row["teller"] == 0 else []
    return {number for text in texts for number in _NUMBER.findall(text)}


def test_hidden_cells_do_not_take_part(tmp_path: Path) -> None:
    build(tmp_path)
    release = _release(tmp_path)
    before = {name: _parts(release, name) for name in release.metrics}
    other = tmp_path / "other"
    other.mkdir()
    with edited(build(other)) as con:
        con.execute("DELETE FROM cellen WHERE status <> 'zichtbaar'")
    without = _release(other)
    assert {name: _parts(without, name) for name in without.metrics} == before


def _parts(release: Released, name: str) -> list[tuple[str, str]]:
    step = year_cells(release, name, ALL)
    if step is None or step.now["status"] != "zichtbaar":
        return []
    splits = explained.splits(release, step, ALL)
    return [(split.niveau + split.cut, part.label) for split in splits for part in split.parts]


def test_parts_that_overlap_are_no_parts() -> None:
    year = {"schooljaar": "2024/2025", "status": "zichtbaar", "reden": ""}
    whole = _cell(80, 100) | year
    step = Step(SHARE, "2024/2025", whole, whole | {"schooljaar": "2023/2024"})
    half = _cell(45, 60) | year
    named = [("a", "A", half), ("b", "B", half)]
    assert explained._split(step, "wijk", "", [named, named]) is None
    smaller = _cell(40, 50) | year
    named = [("a", "A", smaller), ("b", "B", smaller)]
    found = explained._split(step, "wijk", "", [named, named])
    assert found is not None
    assert words.pulled(SHARE, found) == "Per wijk: geen van de delen veranderde."


def test_a_figure_has_its_explanation_one_click_away(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(home))
    app = pages.look("proces_resultaat")
    asked = [button for button in app.button if button.label == "Leg dit cijfer uit"]
    assert len(asked) >= 2
