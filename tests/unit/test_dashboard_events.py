"""Events beside the charts: which files are read, where an event stands, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.access.scope import EVERYTHING
from dashboard.charts import marks
from dashboard.exhibits import events
from dashboard.exhibits.events import Event, EventsRefused
from dashboard.release import released
from dashboard.release.released import Released
from dashboard.render import screen
from dashboard.words.selection import Selection
from pipelines.demo import events as demo
from tests import drawings, pages
from tests.browser.fixture_release import build

YEARS = ("2021/2022", "2022/2023", "2023/2024", "2024/2025")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gebeurtenissen")
    build(folder)
    return folder


@pytest.fixture
def release(home: Path) -> Released:
    found = released.of(home, EVERYTHING)
    assert found is not None
    return found


def _file(folder: Path, text: str) -> Path:
    path = folder / events.FILE
    path.write_text(text, "utf-8")
    return path


def test_without_a_file_there_are_none(tmp_path: Path) -> None:
    assert events.of(tmp_path / events.FILE) == ()


def test_the_demo_notes_events_of_its_own_places(tmp_path: Path) -> None:
    found = events.of(demo.write(tmp_path))
    assert [event.schooljaar for event in found] == ["2022/2023", "2023/2024", "2024/2025"]
    assert found[2].gebied == "GM9901"


def test_an_event_stands_at_its_year_area_and_theme(release: Released) -> None:
    town = release.areas_of("gemeente")[0]
    school = next(area for area in release.areas_of("vestiging") if area.ouder == town.code)
    noted = (
        Event("2022/2023", "overal"),
        Event("2023/2024", "alleen schorsingen", themes=("schorsingen",)),
        Event("2023/2024", "alleen hier", "gemeente", town.code),
        Event("2019/2020", "buiten de jaren"),
    )

    def told(niveau: str, gebied: str, theme: str = "bereik") -> tuple[str, ...]:
        selection = Selection("2024/2025", niveau, gebied, "")
        return events.beside(release, noted, selection, theme, YEARS).lines

    assert told("totaal", "") == ("① 2022/2023: overal",)
    here = ("① 2022/2023: overal", "② 2023/2024: alleen hier")
    assert told("gemeente", town.code) == here
    assert told("vestiging", school.code) == here, "a school lies in its municipality"
    assert told("totaal", "", "schorsingen")[1] == "② 2023/2024: alleen schorsingen"


def test_two_events_in_a_year_share_its_place_at_the_axis(release: Released) -> None:
    noted = (Event("2022/2023", "een"), Event("2022/2023", "twee"))
    selection = Selection("2024/2025", "totaal", "", "")
    beside = events.beside(release, noted, selection, "bereik", YEARS)
    assert beside.signs == {"2022/2023": "①②"}
    metric = release.metrics["smw_bereik"]
    rows = release.over_years("smw_bereik", "totaal", "").to_dicts()
    drawn = screen.figure(marks.trend(metric, rows, "", beside.signs))
    assert "2022/2023\n①②" in drawings.words(drawn)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[", "is niet te lezen"),
        ("\x00", "is niet te lezen"),
        ("- een\n- twee\n", "hoort te beginnen met"),
        ("gebeurtenissen: ja\n", "hoort te beginnen met"),
        ("gebeurtenissen:\n  - tekst: Zonder jaar\n", "gebeurtenis 1: nodig zijn schooljaar"),
        (
            "gebeurtenissen:\n  - {schooljaar: 2024/2025, tekst: a, kleur: rood}\n",
            "toegestaan zijn ook niveau",
        ),
        ("gebeurtenissen:\n  - {schooljaar: 2024, tekst: a}\n", "schrijf het schooljaar als"),
        ("gebeurtenissen:\n  - {schooljaar: 2024/2026, tekst: a}\n", "schrijf het schooljaar als"),
        (
            f"gebeurtenissen:\n  - {{schooljaar: 2024/2025, tekst: {'a' * 161}}}\n",
            "telt 1 tot 160 tekens",
        ),
        (
            "gebeurtenissen:\n  - {schooljaar: 2024/2025, tekst: a, niveau: gemeente}\n",
            "niveau en gebied horen bij elkaar",
        ),
        (
            "gebeurtenissen:\n  - {schooljaar: 2024/2025, tekst: a, themas: bereik}\n",
            "themas is een lijst",
        ),
    ],
)
def test_a_file_that_is_wrong_says_what_to_mend(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(EventsRefused, match=said):
        events.of(_file(tmp_path, text))


def test_a_page_shows_events_and_says_when_it_cannot(
    home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(home))
    monkeypatch.setenv(events.VARIABLE, str(_file(tmp_path, "gebeurtenissen: nee")))
    text = pages.text(pages.look("thuiszitters"))
    assert "Gebeurtenissen staan niet bij de grafieken: gebeurtenissen.yaml hoort" in text
    assert "zl-events" not in text.replace(".zl-events", "")
    noted = "gebeurtenissen:\n  - {schooljaar: 2023/2024, tekst: <b>Nieuwe</b> afspraken}\n"
    monkeypatch.setenv(events.VARIABLE, str(_file(tmp_path, noted)))
    text = pages.text(pages.look("thuiszitters"))
    assert "① 2023/2024: &lt;b&gt;Nieuwe&lt;/b&gt; afspraken" in text
    assert "staan niet bij de grafieken" not in text
