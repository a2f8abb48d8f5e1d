"""Who surely differs from the rest: seldom by chance, found where it is so, never from a hidden
cell."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dashboard.access.scope import EVERYTHING
from dashboard.exhibits import apart
from dashboard.exhibits import apart_words as words
from dashboard.exhibits.apart import Beside, Unit
from dashboard.release import released
from dashboard.release.released import Metric
from dashboard.words.selection import Selection
from pipelines.release import bounds
from tests import pages
from tests.browser.fixture_release import build, edited

SHARE = Metric(
    "m", "proces", "Op tijd", "Definitie.", "procent", "aandeel", "teller", "noemer", "hoger", None,
    "", "", "", "", "1", None,
)  # fmt: skip


def _cell(part: int, whole: int) -> dict[str, Any]:
    """A share as it is released: counts rounded to five, bounds outwards."""
    part, whole = 5 * round(part / 5), 5 * round(whole / 5)
    found = bounds.share(part, whole, 5, 5)
    assert found is not None
    low, high = bounds.outwards(type(found)(100 * found.low, 100 * found.high), 1)
    return {
        "waarde": float(round(100 * part / whole)), "onder": low, "boven": high, "n": whole,
        "teller": float(part), "noemer": float(whole), "status": "zichtbaar", "reden": "",
    }  # fmt: skip


def _beside(parts: dict[str, tuple[int, int]], metric: Metric = SHARE, niveau: str = "wijk") -> Any:
    units = tuple(Unit(_cell(*counts), name) for name, counts in parts.items())
    whole = _cell(*(sum(column) for column in zip(*parts.values(), strict=True)))
    return Beside(metric, niveau, units, whole)


def test_the_provider_that_starts_late_is_found_and_the_one_between_is_not() -> None:
    parts = {"Kolibri": (455, 530), "Maatwerk": (270, 360), "De Vliegerhof": (250, 380)}
    (one,) = apart.judged([_beside(parts, niveau="aanbieder")], 5)
    assert {unit.label: unit.way for unit in one.units} == {
        "Kolibri": "hoger", "Maatwerk": "", "De Vliegerhof": "lager"
    }  # fmt: skip
    assert [unit.label for unit in one.worse] == ["De Vliegerhof"]
    assert words.sentence(one) == (
        "Op tijd verschilt zeker per aanbieder: lager bij De Vliegerhof **66%** (60–72%), hoger "
        "bij Kolibri **86%** (81–90%) (samen 77%)."
    )
    assert words.short(one) == "Op tijd: De Vliegerhof zeker lager, Kolibri zeker hoger"


def test_chance_alone_is_seldom_called_sure_on_a_whole_page() -> None:
    """Of pages with twelve areas and three providers that do not differ, at most one in twenty
    names any of them."""
    chance = random.Random(7)
    false = 0
    for _ in range(300):
        page = [
            _beside({str(n): _drawn(chance, size, 0.7) for n in range(amount)}, niveau=niveau)
            for niveau, amount, size in (("wijk", 12, 95), ("aanbieder", 3, 380))
        ]
        false += any(one.sure for one in apart.judged(page, 5))
    assert false / 300 <= 0.05


def test_a_real_difference_is_found() -> None:
    chance = random.Random(8)
    found = 0
    for _ in range(60):
        parts = {str(n): _drawn(chance, 400, 0.65 if n == 0 else 0.85) for n in range(5)}
        (one,) = apart.judged([_beside(parts)], 5)
        found += bool(one.units[0].way == "lager")
    assert found >= 57


def _drawn(chance: random.Random, size: int, rate: float) -> tuple[int, int]:
    return sum(chance.random() < rate for _ in range(size)), size


@pytest.mark.parametrize(
    ("metric", "niveau"),
    [
        (replace(SHARE, id="smw_doelrealisatie"), "wijk"),
        (replace(SHARE, soort="per_1000"), "onderwijssoort"),
        (replace(SHARE, soort="mediaan"), "gemeente"),
    ],
)
def test_what_cannot_be_judged_is_not(metric: Metric, niveau: str) -> None:
    (one,) = apart.judged([_beside({"a": (900, 1000), "b": (100, 1000)}, metric, niveau)], 5)
    assert one.among == 0
    assert not one.sure
    assert words.sentence(one) == ""


def test_what_is_not_shown_or_covers_something_else_is_not_judged() -> None:
    one = _beside({"a": (900, 1000), "b": (100, 1000), "c": (500, 1000)})
    hidden = one.units[1].row | {"status": "afgeschermd", "waarde": None}
    partly = one.units[2].row | {"dekking_kenmerk": "half"}
    one = replace(one, units=(one.units[0], Unit(hidden, "b"), Unit(partly, "c")))
    (judged,) = apart.judged([one], 5)
    assert [unit.tested for unit in judged.units] == [True, False, False]


def test_units_stand_by_size_and_what_is_hidden_after_them_by_name(tmp_path: Path) -> None:
    build(tmp_path)
    release = released.of(tmp_path, EVERYTHING)
    assert release is not None
    chosen = Selection("2024/2025", "totaal", "", "Alle gemeenten samen")
    for one in apart.beside(release, ("smw_bereik", "smw_binnen_norm"), chosen):
        values = [unit.row["waarde"] for unit in one.shown]
        assert values == sorted(values, reverse=True)
        rest = [unit.label for unit in one.units[len(values) :]]
        assert rest == sorted(rest)


def test_a_page_shows_the_providers_and_says_which_differs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with edited(build(tmp_path)) as release:
        release.execute(
            "UPDATE cellen SET teller = noemer * 0.4, waarde = 40, onder = 36, boven = 44 WHERE "
            "metriek = 'smw_binnen_norm' AND niveau = 'aanbieder' AND gebied = 'kolibri'"
        )
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(tmp_path))
    told = pages.text(pages.look("proces_resultaat"))
    assert "verschilt zeker per aanbieder: lager bij Stichting Kolibri" in told
    assert "Stichting Kolibri zeker lager" in told
