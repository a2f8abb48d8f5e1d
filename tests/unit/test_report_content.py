"""What a report says, before it is drawn: messages from figures, or a reason."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from dashboard.charts.steps import Amount
from dashboard.exhibits import balance_words, figures
from dashboard.release.released import Released
from dashboard.reports import make, pictures, places, zis
from dashboard.reports.content import ReportRefused
from dashboard.reports.kinds import KINDS
from dashboard.reports.text import words
from dashboard.words import wording
from dashboard.words.selection import Selection
from tests.unit.report_release import EVERYTHING_HIDDEN, asked, opened, told

YEAR = "2024/2025"
ALL = Selection(YEAR, "totaal", "", "Alle gemeenten samen")


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Released:
    return opened(tmp_path_factory.mktemp("inhoud"))


@pytest.mark.parametrize("kind", KINDS)
def test_every_exhibit_carries_its_account_or_a_reason(kind: str, release: Released) -> None:
    report = told(kind, release)
    assert report.exhibits
    for exhibit in report.exhibits:
        if not exhibit.shown:
            assert exhibit.reason.endswith(".")
            continue
        assert exhibit.table is not None
        assert exhibit.account is not None
        assert exhibit.account.missing == ()
        assert exhibit.account.release_id == release.about.id
        assert "**" not in exhibit.headline


def test_title_of_a_trend_is_its_figure(release: Released) -> None:
    cell = release.over_years("smw_bereik", "totaal", "").to_dicts()[-1]
    found = figures.trend(release, "smw_bereik", ALL)
    value = wording.bare(release.metrics["smw_bereik"], cell["waarde"])
    assert found.headline.startswith(f"Van elke 100 leerlingen kregen er {value} schoolmaatsch")
    assert found.chart is not None
    assert [mark.value for mark in found.chart.marks][-1] == cell["waarde"]


def test_picture_holds_what_the_release_holds_and_hides_what_it_hides(release: Released) -> None:
    """Also in words: the description of a chart has the mark's name and no value."""
    seen = 0
    for area in release.areas_of("vestiging"):
        own = Selection(YEAR, "vestiging", area.code, area.naam)
        found = figures.trend(release, "smw_bereik", own)
        rows = release.over_years("smw_bereik", "vestiging", area.code).to_dicts()
        if found.chart is None or found.table is None:
            assert not any(wording.visible(row) for row in rows)
            continue
        for row, mark, line in zip(rows, found.chart.marks, found.table.rows, strict=True):
            assert mark.value == (row["waarde"] if wording.visible(row) else None)
            if row["status"] == wording.HIDDEN:
                seen += 1
                assert mark.text == words(line.cells[1]) == wording.MARK
                assert f"{row['schooljaar']}: afgeschermd" in pictures.told(found)
    assert seen


def test_areas_stand_by_name_and_schools_beside_chance(release: Released) -> None:
    found = places.areas(release, ("smw_bereik",), ALL, "vestiging", "Kerncijfers")
    assert found.table is not None
    names = [words(row.cells[0]) for row in found.table.rows]
    assert names == [area.naam for area in release.areas_of("vestiging")]
    ways = {words(row.cells[-1]) for row in found.table.rows}
    assert "past bij de onderwijssoort" in ways
    assert "geen ranglijst" in found.note


def test_municipality_tells_only_its_own_schools(release: Released) -> None:
    town = release.areas_of("gemeente")[0]
    own = Selection(YEAR, "gemeente", town.code, town.naam)
    found = places.areas(release, ("smw_bereik",), own, "vestiging", "Kerncijfers")
    mine = [area.naam for area in release.areas_of("vestiging") if area.ouder == town.code]
    assert found.table is not None
    assert [words(row.cells[0]) for row in found.table.rows] == mine


def test_promises_are_counted_as_the_page_counts_them(release: Released) -> None:
    found = zis.overview(release)
    assert found.table is not None
    counted = sum(row.cells[1].values[0] for row in found.table.rows)
    assert f"van de {counted:.0f} beloften" in found.headline


def test_release_in_which_everything_is_hidden_explains_itself(tmp_path: Path) -> None:
    release = opened(tmp_path, *EVERYTHING_HIDDEN)
    for kind in KINDS:
        report = told(kind, release)
        for exhibit in report.exhibits:
            if exhibit.table is not None and exhibit.chart is not None:
                assert all(mark.value is None for mark in exhibit.chart.marks)
        assert any(not exhibit.shown for exhibit in report.exhibits)
    board = told("bestuur", release)
    assert not board.exhibits[1].shown
    assert "afgeschermd" in board.exhibits[1].reason


def test_wrong_questions_are_answered_with_what_there_is(release: Released, tmp_path: Path) -> None:
    def refused(question: make.Asked) -> str:
        with pytest.raises(ReportRefused) as found:
            make.built(release, question)
        return str(found.value)

    assert "Bedoelt u bestuur?" in refused(replace(asked("bestuur", release), kind="bestur"))
    assert "--school" in refused(make.Asked("school", "pdf"))
    name = release.areas_of("vestiging")[3].naam
    assert name in refused(make.Asked("school", "pdf", area=("vestiging", f"{name}x")))
    assert "2024/2025" in refused(make.Asked("bestuur", "pdf", year="2030/2031"))
    assert "laat --wijk weg" in refused(make.Asked("zorg-in-school", "pdf", area=("wijk", "x")))
    with pytest.raises(ReportRefused, match="nog geen publicatie"):
        make.written(tmp_path, make.Asked("bestuur", "pdf"), tmp_path / "x.pdf")


def test_an_interval_below_its_amount_stays_on_one_line() -> None:
    """Without one where nothing is unsure."""
    told = words(balance_words.ranged(Amount(-277_000.0, -681_000.0, 87_000.0)))
    assert told.split(" ") == ["€\u00a0−277.000", "(€\u00a0−681.000\u00a0tot\u00a0€\u00a087.000)"]
    assert words(balance_words.ranged(Amount(0.0, 0.0, 0.0))) == "€\u00a00"
