"""Every page in English: no message that has a translation stays Dutch."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path

import pytest
from babel.messages.pofile import read_po
from streamlit.testing.v1 import AppTest

import dashboard
from dashboard import language
from dashboard.release import opening, released
from dashboard.server import menu
from dashboard.words import wording
from tests import drawings, pages
from tests.browser.fixture_release import build, edited

VIEWS = {
    view.__name__.rpartition(".")[2]: view
    for section in menu.SECTIONS.values()
    for view, _ in section
}
# Shorter pieces of a message are found in other words too.
_LONG = 20
_PLACE = re.compile(r"\{\w*\}")
_IN_DUTCH = re.compile(r'<(\w+)[^>]*\slang="nl"[^>]*>.*?</\1>', re.DOTALL)
_STYLE = re.compile(r"<style>.*?</style>", re.DOTALL)
_INLINE = re.compile(r"</?(?:strong|code)>")
_TAG = re.compile(r"<[^>]+>")
# What is said without standing between tags.
_ATTRIBUTE = re.compile(r'(?:aria-label|title|data-foot)="([^"]*)"')
_FIGURE = re.compile(r"data-figure='([^']*)'")
# Words that English has not, written small: not part of a name.
_WORDS = re.compile(
    r"\b(het|een|niet|zijn|wordt|worden|voor|naar|geen|bij|deze|dit|ook|van|de|uit)\b"
)
# Names that are the same in both languages.
_SAME = {"Scenario", "Zorg In School"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up release, with what a real one says in English or has in the catalogue."""
    folder = tmp_path_factory.mktemp("release")
    with edited(build(folder)) as con:
        con.execute(
            "UPDATE metrieken SET label_en = 'Figure ' || id, norm_bron = '', "
            "definitie_en = 'What ' || id || ' means.', "
            "teller = 'verschillende leerlingen met een lopend traject', "
            "noemer = if(noemer = '', '', 'ingeschreven leerlingen op 1 oktober')"
        )
        con.execute("UPDATE categorieen SET label_en = code")
        con.execute("UPDATE besparing_gevoeligheid SET label = 'Uurtarief', bron = 'gemeente'")
    return folder


@pytest.fixture(scope="module")
def dutch() -> frozenset[str]:
    """The long pieces of every message that is said otherwise in English."""
    file = Path(dashboard.__file__).parent / "language" / "locale" / "en.po"
    with file.open("rb") as written:
        catalogue = read_po(written, locale=language.ENGLISH)
    found: set[str] = set()
    for entry in catalogue:
        ids = [entry.id] if isinstance(entry.id, str) else entry.id
        said = [entry.string] if isinstance(entry.string, str) else [*(entry.string or ())]
        for one in ids:
            if one and one not in said:
                found |= {piece.strip() for piece in _PLACE.split(one.replace("**", ""))}
    return frozenset(piece for piece in found if len(piece) > _LONG)


def _said(app: AppTest) -> str:
    """All that is on the page for who reads English: HTML, widgets and charts."""
    texts = [text for element in app.main for text in _texts(element.proto)]
    texts += [text for element in app.get("html") for text in _texts(element.proto)]
    told = _IN_DUTCH.sub(" ", _STYLE.sub(" ", "\n".join(texts)))
    figures = [json.loads(unescape(figure)) for figure in _FIGURE.findall(told)]
    drawn = [text for one in figures for text in (*drawings.words(one), *drawings.tips(one))]
    told = "\n".join([told, *_ATTRIBUTE.findall(told), *drawn])
    return unescape(_TAG.sub(" ", _INLINE.sub("", told))).replace("**", "")


def _texts(proto: object) -> Iterator[str]:
    """Every text in what is sent to the browser."""
    if isinstance(proto, str):
        yield from _of_json(proto) if proto.startswith("{") else (proto,)
    elif hasattr(proto, "ListFields"):
        for _, value in proto.ListFields():
            yield from _texts(value)
    elif hasattr(proto, "__iter__"):
        for value in proto:
            yield from _texts(value)


def _of_json(body: str) -> Iterator[str]:
    found = [json.loads(body)]
    while found:
        value = found.pop()
        if isinstance(value, str):
            yield value
        elif isinstance(value, dict):
            found += value.values()
        elif isinstance(value, list):
            found += value


def _look(name: str, home: Path, monkeypatch: pytest.MonkeyPatch, **query: str) -> AppTest:
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(home))
    return pages.look(name, spoken=language.ENGLISH, **query)


@pytest.mark.parametrize("niveau", ["vestiging"])
@pytest.mark.parametrize("name", VIEWS)
def test_nothing_stays_dutch(
    name: str, niveau: str, home: Path, dutch: frozenset[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with language.speaking(language.ENGLISH):
        app = _look(name, home, monkeypatch, niveau=wording.level(niveau))
        title = language.tr(VIEWS[name].TITLE)
    assert title != VIEWS[name].TITLE or title in _SAME
    assert f">{escape(title)}</h1>" in pages.text(app)
    _only_english(app, dutch)


@pytest.mark.parametrize("name", VIEWS)
def test_without_a_release(
    name: str, tmp_path: Path, dutch: frozenset[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    _only_english(_look(name, tmp_path, monkeypatch), dutch)


@pytest.mark.parametrize("name", VIEWS)
def test_release_without_rows(
    name: str, tmp_path: Path, dutch: frozenset[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with edited(build(tmp_path)) as con:
        for table in opening.TABLES:
            if table != "release":
                con.execute(f"DELETE FROM {table}")
    _only_english(_look(name, tmp_path, monkeypatch), dutch)


@pytest.mark.parametrize("state", ["afgeschermd", "te_klein", "niet_geleverd", "nvt"])
@pytest.mark.parametrize("name", ["overzicht", "bereik", "proces_resultaat", "kaart"])
def test_without_a_number(
    name: str, state: str, home: Path, tmp_path: Path, dutch: frozenset[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    shutil.copytree(home, tmp_path, dirs_exist_ok=True)
    with edited(next(tmp_path.glob("releases/*.duckdb"))) as con:
        con.execute(
            "UPDATE cellen SET teller = NULL, noemer = NULL, waarde = NULL, onder = NULL, "
            "boven = NULL, n = NULL, reden = '', status = ?",
            [state],
        )
    _only_english(_look(name, tmp_path, monkeypatch), dutch)


def test_report_is_dutch_and_says_so(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In Dutch whoever asks for it, the name of the area as well."""
    text = pages.text(_look("rapport", home, monkeypatch))
    assert "The report itself is in Dutch." in text
    in_dutch = " ".join(re.findall(r'<span lang="nl">(.*?)</span>', text)).lower()
    assert "alle gemeenten samen" in in_dutch
    assert "all municipalities" not in in_dutch
    assert "The report itself" not in pages.text(pages.look("rapport"))


def test_texts_of_the_pipeline_say_that_they_are_dutch(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    findings = pages.text(_look("leveringen", home, monkeypatch))
    assert '<td><span lang="nl">' in findings
    promise = pages.text(_look("zorg_in_school", home, monkeypatch))
    assert '<p class="zl-sentence"><span lang="nl">' in promise
    assert 'Zorg In School: <span lang="nl">' in pages.text(_look("overzicht", home, monkeypatch))
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(home))
    for name in ("leveringen", "zorg_in_school", "overzicht"):
        assert 'lang="nl"' not in pages.text(pages.look(name))


def _only_english(app: AppTest, dutch: frozenset[str]) -> None:
    assert 'role="alert"' not in pages.text(app)
    said = _said(app)
    assert sorted(piece for piece in dutch if piece in said) == []
    around = (said[max(0, one.start() - 40) : one.end() + 40] for one in _WORDS.finditer(said))
    assert sorted(set(around)) == [], "a text that is not a message"
