"""Two sides compared: what is called a difference, and what is never given."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from dashboard.exhibits import comparing, comparing_table, tables
from dashboard.exhibits.comparing import Pair, Sides
from dashboard.release import released
from dashboard.release.released import Metric
from dashboard.words.selection import Selection
from tests import pages
from tests.browser.fixture_release import build, edited

SIDES = Sides(
    Selection("2024/2025", "wijk", "WK1", "Oost"),
    Selection("2024/2025", "gemeente", "GM1", "Veen"),
    years=False,
    within=True,
)


def _metric(kind: str, unit: str = "procent") -> Metric:
    return Metric(
        "m", "proces", "Op tijd", "Definitie.", unit, kind, "teller", "noemer", "hoger", None, "",
        "", "", "", "1.0.0", None,
    )  # fmt: skip


def _cell(value: float | None, low: float | None = None, high: float | None = None) -> Any:
    return {
        "waarde": value, "onder": low, "boven": high, "teller": None, "noemer": None, "n": 50,
        "status": "zichtbaar" if value is not None else "afgeschermd", "reden": "", "maat": "",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "certainty", "words"),
    [
        (_cell(72, 68.2, 75.9), _cell(83, 80.4, 85), "zeker", "ongeveer 11 procentpunt lager"),
        (_cell(72, 60.2, 83.9), _cell(83, 80.4, 85), "niet zeker", "ongeveer 11 procentpunt lager"),
        (_cell(72), _cell(83), "geen interval", "ongeveer 11 procentpunt verschil, zonder oordeel"),
        (_cell(None), _cell(83, 80, 85), "geen cijfer", ""),
        (_cell(72, 68, 75), _cell(None), "geen cijfer", ""),
    ],
)
def test_difference_is_as_sure_as_the_intervals(
    one: Any, other: Any, certainty: str, words: str
) -> None:
    pair = Pair(_metric("aandeel"), one, other, 5)
    assert pair.certainty == certainty
    assert comparing.apart(pair) == words


def test_range_is_that_of_the_difference_itself() -> None:
    """The intervals overlap, and the difference is sure all the same."""
    pair = Pair(_metric("aandeel"), _cell(64, 61, 67), _cell(59, 57, 61.2), 5)
    assert pair.bounds == pytest.approx((1.28, 8.61), abs=0.01)
    assert pair.certainty == "zeker"


@pytest.mark.parametrize(
    ("now", "before", "words"),
    [
        (120.0, 155.0, "ongeveer 35 leerlingen verschil, zonder oordeel"),
        (125.0, 120.0, "vrijwel gelijk, gezien de afronding"),
        (120.0, 120.0, "vrijwel gelijk, gezien de afronding"),
    ],
)
def test_difference_of_rounded_counts_is_never_exact(now: float, before: float, words: str) -> None:
    pair = Pair(_metric("aantal", "leerlingen"), _cell(now), _cell(before), 5)
    assert comparing.apart(pair) == words


def test_file_holds_both_sides_the_definition_and_no_hidden_number() -> None:
    found = [
        Pair(_metric("aandeel"), _cell(72, 68, 75), _cell(83, 80, 85), 5),
        Pair(_metric("aandeel"), _cell(None), _cell(44, 40, 48), 5),
    ]
    table = comparing_table.table(found, SIDES, "Proces", filed=True)
    rows = [[tables.plain(cell) for cell in row.cells] for row in table.rows]
    assert "Oost: afgeschermd" in rows[1]
    assert "niet te geven" in rows[1]
    assert all(not row.cells[5].values for row in table.rows[1:])
    assert all("Definitie." in row for row in rows)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("vergelijken")
    build(folder)
    return folder


def _look(home: Path, monkeypatch: pytest.MonkeyPatch, **query: str) -> tuple[str, list[str]]:
    """The words of the page, and the files it offers."""
    made: list[dict[str, Any]] = []
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(home))
    monkeypatch.setattr(st, "download_button", lambda *_, **told: made.append(told))
    app = pages.look("vergelijken", **query)
    told = pages.text(app)
    assert 'role="alert"' not in told
    tables = [file["data"] for file in made if file["file_name"].endswith(".csv")]
    files = [body().decode("utf-8-sig") for body in tables]
    return told, files


def test_address_says_both_sides(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told, files = _look(
        home, monkeypatch, niveau="Gemeente", gebied="Rotterdam",
        vergelijk_met="Het geheel waar dit bij hoort",
    )  # fmt: skip
    assert "Rotterdam vergeleken met Alle gemeenten samen, in 2024/2025:" in told
    assert "Rotterdam telt zelf mee in Alle gemeenten samen" in told
    assert "Thuiszitters in het jaar" not in told, "a count of a part says nothing of the whole"
    assert files
    assert all("Rotterdam vergeleken met 2024/2025" in file for file in files)
    assert all("Het aandeel" in file or "Het aantal" in file for file in files)


def test_years_are_a_change_and_counts_belong_to_it(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, _ = _look(home, monkeypatch, ander_jaar="2021/2022")
    assert "2024/2025 vergeleken met 2021/2022:" in told
    assert "Een verandering is nog geen effect" in told
    assert "Thuiszitters in het jaar" in told
    assert "het verschil" not in told


def test_hidden_side_gives_no_difference(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with edited(build(tmp_path)) as con:
        con.execute(
            "UPDATE cellen SET teller = NULL, noemer = NULL, waarde = NULL, onder = NULL, "
            "boven = NULL, n = NULL, status = 'afgeschermd' WHERE schooljaar = '2023/2024'"
        )
    told, _ = _look(tmp_path, monkeypatch)
    assert "geen verandering te geven" in told
    assert "ongeveer" not in told
    assert "2023/2024: afgeschermd" in told


def test_a_school_stands_beside_last_year_and_its_municipality_in_one_sentence(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told, files = _look(
        home, monkeypatch, niveau="School (vestiging)", onderwerp="Bereik en instroom"
    )
    conclusion = told.split('class="zl-conclusion"')[1].split("</div>")[0]
    assert re.search(
        r"Bereik per 100 leerlingen op [^:]+: <strong>[^<]+</strong> in 2024/2025, tegen "
        r"<strong>[^<]+</strong> in 2023/2024 \([^)]+\) en <strong>[^<]+</strong> in "
        r"(Hoogeveen|Rotterdam) \([^)]+\)",
        conclusion,
    )
    assert len(files) == 2
