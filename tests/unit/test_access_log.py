"""The log of what was read: every view and file is in it, and nothing that should not be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.access import log, rules, visitor
from dashboard.access.log import LogUnwritable, SessionEnded
from dashboard.release import released
from dashboard.render import figure
from dashboard.server import start
from tests import access, pages
from tests.browser.fixture_release import RELEASE_ID, build


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("werkmap")
    build(folder)
    return folder


@pytest.fixture
def place(tmp_path: Path, home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings of its own for every test, with the log in a folder beside them."""
    path = access.settings(tmp_path, **{"  naar: map": "  naar: map\n  map: lezen"})
    access.guard(monkeypatch, home, path)
    access.log_in(monkeypatch, access.CLAIMS["school"])
    return tmp_path / "lezen"


def _lines(place: Path) -> list[dict[str, Any]]:
    return [
        json.loads(line)
        for file in sorted(place.glob("*.jsonl"))
        for line in file.read_text("utf-8").splitlines()
    ]


def test_view_is_a_line(place: Path) -> None:
    access.look("bereik", niveau="School (vestiging)", schooljaar="2022/2023", los="jan jansen")
    (line,) = _lines(place)
    assert list(line) == [
        "tijd", "wie", "rol", "soort", "pagina", "filters", "publicatie", "bestand",
    ]  # fmt: skip
    assert (line["rol"], line["soort"], line["pagina"]) == ("school", "weergave", "bereik")
    assert line["publicatie"] == RELEASE_ID
    assert line["filters"] == {
        "schooljaar": "2022/2023",
        "niveau": "vestiging",
        "gebied": "De Regenboog (Hoogeveen)",
    }
    whole = json.dumps(line)
    assert "directie" not in whole
    assert "s-1" not in whole
    assert "jansen" not in whole


def test_typed_choice_that_does_not_exist_is_not_written_down(place: Path) -> None:
    access.look("bereik", niveau="iemand", schooljaar="jan jansen", gebied="een kind")
    (line,) = _lines(place)
    assert line["filters"] == {
        "schooljaar": "2024/2025",
        "niveau": "vestiging",
        "gebied": "De Regenboog (Hoogeveen)",
    }


def test_lines_are_only_added(place: Path) -> None:
    for page in ("bereik", "besparing", "bereik"):
        access.look(page)
    before = next(place.glob("*.jsonl")).read_bytes()
    access.look("overzicht")
    assert next(place.glob("*.jsonl")).read_bytes().startswith(before)
    told = [(line["soort"], line["pagina"]) for line in _lines(place)]
    assert told == [
        ("weergave", "bereik"),
        ("geen toegang", "besparing"),
        ("weergave", "bereik"),
        ("weergave", "overzicht"),
    ]


def test_month_has_a_file_of_its_own(place: Path) -> None:
    access.look("definities")
    (file,) = place.glob("*.jsonl")
    assert file.name == f"toegang-{_lines(place)[0]['tijd'][:7]}.jsonl"


def test_file_is_a_line_when_it_is_taken(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offered: list[Any] = []
    monkeypatch.setattr(
        figure.st, "download_button", lambda *_, **told: offered.append(told["data"])
    )
    access.look("bereik")
    assert [line["soort"] for line in _lines(place)] == ["weergave"]
    assert offered[0]().startswith(b"PK")
    assert [(line["soort"], line["bestand"]) for line in _lines(place)] == [
        ("weergave", ""),
        ("export", "xlsx"),
    ]
    later = visitor._now() + 9 * 3600
    monkeypatch.setattr(visitor, "_now", lambda: later)
    with pytest.raises(SessionEnded):
        offered[0]()
    assert len(_lines(place)) == 2


def test_same_person_is_the_same_mark_and_another_is_not(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    access.look("definities")
    access.look("definities")
    access.log_in(monkeypatch, {**access.CLAIMS["school"], "sub": "s-2"})
    access.look("definities")
    marks = [line["wie"] for line in _lines(place)]
    assert marks[0] == marks[1] != marks[2]
    found = rules.current()
    assert found is not None
    account = found.login.settings
    account.write_text(account.read_text("utf-8").replace(access.SECRET, "x" * 40), "utf-8")
    assert visitor.subject_of(found, {"sub": "s-2", "iss": "https://x"}) != marks[2]


def test_without_log_nothing_is_shown(place: Path, home: Path) -> None:
    place.write_text("geen map", "utf-8")
    found = rules.current()
    assert found is not None
    with pytest.raises(LogUnwritable, match="niet te schrijven"):
        start.check(found.path, home)
    for page in ("overzicht", "besparing"):
        said = pages.text(access.look(page))
        assert "Het logboek is niet te schrijven" in said
        assert 'class="zl-conclusion"' not in said


def test_log_to_standard_output(
    place: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """For a file system on which nothing can be written."""
    path = access.settings(place.parent, **{"  naar: map": "  naar: uitvoer"})
    found = start.check(path, home)
    told = {"sub": "s", "iss": "i", "iat": visitor._now(), **access.CLAIMS["bestuur"]}
    reading = log.Reading(visitor.of_claims(found, told), home, "overzicht", RELEASE_ID)
    log.write(reading, log.VIEW, {"niveau": "totaal"})
    line = json.loads(capsys.readouterr().out)
    assert (line["rol"], line["filters"]) == ("bestuur", {"niveau": "totaal"})
    assert not place.exists()


def test_demonstration_writes_nothing(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(home))
    monkeypatch.delenv(rules.VARIABLE, raising=False)
    access.look("definities")
    assert not (home / log.FOLDER).exists()
