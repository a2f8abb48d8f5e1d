"""The pages without a browser: every state a release can be in explains itself in Dutch."""

from __future__ import annotations

import hashlib
import json
import re
from html import escape
from pathlib import Path
from urllib.parse import parse_qs

import duckdb
import pytest
from streamlit.testing.v1 import AppTest

import dashboard
from dashboard.release import opening, released
from dashboard.release.released import Released
from dashboard.server import menu
from dashboard.views import page
from tests import pages
from tests.browser.fixture_release import build, edited, point_to

_KIND = {"niveau": "Onderwijssoort", "gebied": "Basisonderwijs"}
# A row of a table that begins with the name of a school.
_LISTED = re.compile(r'<th scope="row">[^<]*\((?:Hoogeveen|Rotterdam)\)</th>')
# The title of a figure, and what stands below it.
_TITLED = re.compile(r'<div class="zl-figure"><h3>([^<]*)</h3><p>([^<]*)</p>')
APP = Path(dashboard.__file__).with_name("app.py")
VIEWS = tuple(
    view.__name__.rpartition(".")[2] for pages in menu.SECTIONS.values() for view, _ in pages
)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("release")
    build(folder)
    return folder


def _run(name: str, workdir: Path, monkeypatch: pytest.MonkeyPatch, **query: str) -> AppTest:
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(workdir))
    return pages.look(name, **query)


@pytest.mark.parametrize("name", VIEWS)
def test_page_renders(name: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = pages.text(_run(name, home, monkeypatch))
    assert "zl-conclusion" in text
    assert 'role="alert"' not in text
    assert _otherwise_called(text) == []


def _otherwise_called(text: str) -> list[tuple[str, str]]:
    """Figures of a metric, known by its definition, whose title is not the metric's label."""
    release = released.current()
    assert isinstance(release, Released)
    called = {escape(m.definitie): escape(m.label_nl) for m in release.metrics.values()}
    return [
        (title, called[definition])
        for title, definition in _TITLED.findall(text)
        if definition in called and not title.startswith(called[definition])
    ]


@pytest.mark.parametrize("name", VIEWS)
@pytest.mark.parametrize("niveau", ["School (vestiging)", "Aanbieder"])
def test_page_renders_for_every_level(
    name: str, niveau: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = pages.text(_run(name, home, monkeypatch, niveau=niveau))
    assert 'role="alert"' not in text
    assert "&lt;5" not in text
    assert "None" not in text


def test_what_the_address_asks_for_in_vain_is_said(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    right = {"schooljaar": "2024/2025", "niveau": "Gemeente", "gebied": "Rotterdam"}
    wrong = {**right, "gebied": "Atlantis <b>", "schooljaar": "1999/2000", "soort<b>": "1"}
    assert "in het adres" not in pages.text(_run("bereik", home, monkeypatch, **right))
    text = pages.text(_run("bereik", home, monkeypatch, **wrong))
    assert (
        "Wat in het adres staat bij gebied, schooljaar, soort&lt;b&gt;, is hier niet"
        in text.replace("schooljaar, gebied", "gebied, schooljaar")
    )
    assert "Atlantis" not in text


def test_schools_are_those_of_the_choice_or_there_is_no_figure(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a kind only its schools, listed and told; of a provider it is not known which."""
    every = pages.text(_run("scholen", home, monkeypatch))
    kind = pages.text(_run("scholen", home, monkeypatch, **_KIND))
    town = pages.text(_run("scholen", home, monkeypatch, niveau="Gemeente"))
    one = pages.text(_run("scholen", home, monkeypatch, niveau="School (vestiging)"))
    rows = [len(_LISTED.findall(text)) for text in (every, kind, town)]
    assert rows[0] > rows[1] > 0
    assert rows[0] > rows[2] > 0
    assert "vergeleken scholen ligt" not in one.partition("zl-section")[0]
    text = pages.text(_run("scholen", home, monkeypatch, niveau="Aanbieder"))
    assert "Welke scholen bij deze keuze horen" in text
    assert not _LISTED.findall(text)


def test_figures_that_are_elsewhere_are_one_line_with_the_way_there(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Per school no breakdowns are published: not hidden, not a fault, but at another level. A line
    for each part of the page, and what it leads to has the figures."""
    school = {"niveau": "School (vestiging)", "gebied": "De Akker (Hoogeveen)"}
    text = pages.text(_run("bereik", home, monkeypatch, **school))
    lines = [line for line in text.split('class="zl-none"')[1:] if "per gemeente" in line]
    assert lines
    assert "publicatieplan" not in text
    for line in lines:
        titles = re.findall(r"wel per gemeente: ([^.]+)\.", line)[0].split("; ")
        counted = re.search(r"Deze (\d+) cijfers", line)
        assert len(titles) == (int(counted[1]) if counted else 1)
        link = re.findall(r'href="\?([^"]+)"', line)[0].replace("&amp;", "&")
        asked = {name: values[0] for name, values in parse_qs(link).items()}
        assert asked["gebied"] == "Hoogeveen"
        there = pages.text(_run("bereik", home, monkeypatch, **asked))
        for title in titles:
            assert f"<h3>{title}</h3>" in there
    text = pages.text(_run("overzicht", home, monkeypatch, **school))
    assert "Thuiszitters in het jaar" in re.findall(r"wel per gemeente: ([^.]+)\.", text)[0]


def test_deliveries_tell_what_was_accepted_and_withdrawn(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = pages.text(_run("leveringen", home, monkeypatch))
    assert "Waarschuwing, aanvaard tot en met 31-07-2099" in text
    assert "31-07-2026" not in text, "an acceptance whose last day is over holds no more"
    assert "6 soorten bevindingen teruggemeld, waarvan 1 aanvaard." in text
    assert "Van een ingetrokken levering zijn alle rijen gewist." in text
    with edited(build(tmp_path)) as con:
        con.execute("ALTER TABLE bevindingen DROP aanvaard_tot")
    text = pages.text(_run("leveringen", tmp_path, monkeypatch))
    assert "aanvaard tot" not in text, "a release of an older version does not say"


def test_norm_column_only_where_a_norm_is(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert ">Norm</th>" in pages.text(_run("overzicht", home, monkeypatch))


def test_no_norm_no_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with edited(build(tmp_path)) as con:
        con.execute("UPDATE metrieken SET norm = NULL")
    text = pages.text(_run("overzicht", tmp_path, monkeypatch))
    assert "Kerncijfers door de jaren" in text
    assert ">Norm</th>" not in text


@pytest.mark.parametrize("name", VIEWS)
def test_no_release_yet(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = pages.text(_run(name, tmp_path, monkeypatch))
    assert "Er zijn nog geen cijfers" in text
    assert "zichtlijn run" not in text


@pytest.mark.parametrize("name", VIEWS)
def test_release_without_rows(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the release row is there: no metric, no delivery, no effect."""
    path = build(tmp_path)
    with edited(path) as con:
        for table in opening.TABLES:
            if table != "release":
                con.execute(f"DELETE FROM {table}")
    text = pages.text(_run(name, tmp_path, monkeypatch))
    assert 'role="alert"' not in text


@pytest.mark.parametrize("state", ["afgeschermd", "te_klein", "niet_geleverd", "nvt"])
@pytest.mark.parametrize("name", ["overzicht", "bereik", "proces_resultaat", "thuiszitters"])
def test_everything_without_a_number(
    name: str, state: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = build(tmp_path, f"leeg-{state}")
    with edited(path) as con:
        con.execute(
            "UPDATE cellen SET teller = NULL, noemer = NULL, waarde = NULL, onder = NULL, "
            "boven = NULL, n = NULL, status = ?, reden = ''",
            [state],
        )
    text = pages.text(_run(name, tmp_path, monkeypatch))
    assert 'role="alert"' not in text
    assert "Dit cijfer is" in text


def test_figure_without_a_source_is_not_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = build(tmp_path, "zonder-bron")
    with edited(path) as con:
        con.execute("DELETE FROM bronnen")
    text = pages.text(_run("thuiszitters", tmp_path, monkeypatch))
    assert "wordt niet getoond: de bron ontbreekt" in text
    assert "<table" not in text


def test_fault_stays_on_its_page(
    home: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(home))

    def script() -> None:
        from dashboard.views import page

        def broken(_: object) -> None:
            raise ValueError("leerling 12345")

        page.framed("Proef", "Vraag?", broken)()

    app = AppTest.from_function(script, default_timeout=60).run()
    assert not app.exception
    assert "meld dan" in pages.text(app)
    assert "12345" not in pages.text(app)
    assert "12345" not in caplog.text
    assert "ValueError" in caplog.text


def test_pointer_switch_is_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(tmp_path, "eerste")
    build(tmp_path, "tweede", metrics=3)
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(tmp_path))
    point_to(tmp_path, "eerste")
    assert _current().about.id == "eerste"
    assert len(_current().metrics) > 3
    point_to(tmp_path, "tweede")
    assert _current().about.id == "tweede"
    assert len(_current().metrics) == 3
    point_to(tmp_path, "eerste")
    assert len(_current().metrics) > 3


def _current() -> Released:
    found = released.current()
    assert found is not None
    return found


@pytest.mark.parametrize(
    "pointer", ["geen json", "[]", "{}", '{"file": "../buiten.duckdb"}', '{"file": "weg.duckdb"}']
)
def test_unreadable_pointer_explains_itself(
    pointer: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "release.json").write_text(pointer, encoding="utf-8")
    text = pages.text(_run("overzicht", tmp_path, monkeypatch))
    assert "Geen cijfers" in text


def test_file_that_is_no_release_explains_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "x.duckdb").write_bytes(b"geen database")
    _point(tmp_path, "x.duckdb")
    assert "niet te openen" in pages.text(_run("overzicht", tmp_path, monkeypatch))
    with duckdb.connect(str(tmp_path / "y.duckdb")) as con:
        con.execute("CREATE TABLE release (id VARCHAR)")
    _point(tmp_path, "y.duckdb")
    assert "andere versie" in pages.text(_run("overzicht", tmp_path, monkeypatch))


def _point(home: Path, name: str) -> None:
    digest = hashlib.sha256((home / name).read_bytes()).hexdigest()
    told = {"id": name, "file": name, "sha256": digest}
    (home / "release.json").write_text(json.dumps(told), encoding="utf-8")


def test_navigation_names_every_page(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(home))
    app = AppTest.from_file(str(APP), default_timeout=60).run()
    assert not app.exception
    assert "Overzicht" in pages.text(app)
    assert callable(page.framed)
