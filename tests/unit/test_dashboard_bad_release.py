"""A release that is missing, half, changed or of another version; an address full of nonsense.

Every time a Dutch sentence, never a traceback, and never a figure that should not be there. The
same for who sees all of it and for who sees a part.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from dashboard.release import opening
from dashboard.server import served
from tests import access, commands, pages
from tests.browser.fixture_release import build, edited

WHO = ("analist", "school")


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("gaaf")
    build(folder)
    return folder


@pytest.fixture
def home(tmp_path: Path, original: Path) -> Path:
    """A work folder of its own with a whole release."""
    folder = tmp_path / "werkmap"
    shutil.copytree(original, folder)
    return folder


@pytest.fixture(autouse=True)
def _settings(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    access.guard(monkeypatch, home, access.settings(tmp_path))


def _file(home: Path) -> Path:
    return next((home / "releases").glob("*.duckdb"))


def _gone(home: Path) -> None:
    _file(home).unlink()


def _half(home: Path) -> None:
    body = _file(home).read_bytes()
    _file(home).write_bytes(body[: len(body) // 2])


def _changed(home: Path) -> None:
    """A value made prettier, with the file otherwise in order."""
    with duckdb.connect(str(_file(home))) as con:
        con.execute("UPDATE cellen SET waarde = 99 WHERE metriek = 'smw_bereik'")


def _flipped(home: Path) -> None:
    body = bytearray(_file(home).read_bytes())
    body[len(body) // 2] ^= 0xFF
    _file(home).write_bytes(bytes(body))


def _older(home: Path) -> None:
    with edited(_file(home)) as con:
        con.execute("ALTER TABLE effecten DROP COLUMN p_holm")


def _much_older(home: Path) -> None:
    with edited(_file(home)) as con:
        for name in opening.TABLES[7:]:
            con.execute(f"DROP TABLE {name}")


def _without_checksum(home: Path) -> None:
    pointer = home / "release.json"
    told = json.loads(pointer.read_text("utf-8"))
    del told["sha256"]
    pointer.write_text(json.dumps(told), "utf-8")


def _no_rows_about_itself(home: Path) -> None:
    with edited(_file(home)) as con:
        con.execute("DELETE FROM release")


def _half_pointer(home: Path) -> None:
    pointer = home / "release.json"
    pointer.write_bytes(pointer.read_bytes()[:20])


def _empty(home: Path) -> None:
    _file(home).write_bytes(b"")


DAMAGE: dict[str, tuple[Callable[[Path], None], str]] = {
    "gone": (_gone, "ontbreekt in de werkmap"),
    "half copied": (_half, "half gekopieerd"),
    "empty": (_empty, "half gekopieerd"),
    "changed": (_changed, "veranderd nadat het is gemaakt"),
    "one bit": (_flipped, "veranderd nadat het is gemaakt"),
    "older": (_older, "effecten.p_holm"),
    "much older": (_much_older, "en meer"),
    "no checksum": (_without_checksum, "oudere versie van Zichtlijn"),
    "says nothing of itself": (_no_rows_about_itself, "van wanneer zij is"),
    "half a pointer": (_half_pointer, "release.json in de werkmap is niet te lezen"),
}


@pytest.mark.parametrize("who", WHO)
@pytest.mark.parametrize("damage", DAMAGE)
def test_damaged_release_is_a_sentence(
    damage: str, who: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    access.log_in(monkeypatch, access.CLAIMS[who])
    make, sentence = DAMAGE[damage]
    make(home)
    said = re.sub(r"<style>.*?</style>", "", pages.text(access.look("bereik")), flags=re.S)
    assert "Geen cijfers." in said
    assert sentence in said
    assert 'class="zl-conclusion"' not in said
    assert "Error" not in said
    assert "99" not in said
    with pytest.raises(served.NotServed, match=re.escape(sentence)):
        served.readable(home)
    told = commands.zichtlijn("health", "--workdir", home)
    assert told.returncode == 2
    assert sentence in told.stderr.replace("\n", " ")
    assert "Traceback" not in told.stderr


@pytest.mark.parametrize("who", WHO)
def test_damage_while_somebody_looks(who: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is changed under an open session is seen at the next view."""
    access.log_in(monkeypatch, access.CLAIMS[who])
    assert 'class="zl-conclusion"' in pages.text(access.look("bereik"))
    _flipped(home)
    assert "veranderd nadat" in pages.text(access.look("bereik"))


def test_whole_release_is_well(home: Path) -> None:
    told = commands.zichtlijn("health", "--workdir", home)
    assert told.returncode == 0
    assert told.stdout == f"Publicatie {_file(home).stem} is te lezen.\n"
    told = commands.zichtlijn("health", "--workdir", home, "--json")
    assert json.loads(told.stdout) == {"release": _file(home).stem}
    assert commands.zichtlijn("health", "--workdir", home, "--port", 9).returncode == 2
    assert commands.zichtlijn("health", "--workdir", home.parent / "leeg").returncode == 2


NOT_FOLLOWED = '<p class="zl-asked" role="status">'


@pytest.mark.parametrize("who", WHO)
def test_nonsense_in_the_address_changes_nothing_but_is_named(
    who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unknown parameters, unknown values and very many of them."""
    access.log_in(monkeypatch, access.CLAIMS[who])
    plain = pages.text(access.look("bereik"))
    many = {f"filter_{number}": "x" * 200 for number in range(900)}
    odd = {
        "schooljaar": "' OR 1=1 --",
        "niveau": "<script>alert(1)</script>",
        "gebied": "De Vlieger (Rotterdam)",
        "uitsplitsing": "../../etc",
        "scope": "alles",
        "rol": "analist",
    }
    for asked, named in ((many, "filter_0"), (odd, "gebied")):
        told, note, rest = pages.text(access.look("bereik", **asked)).partition(NOT_FOLLOWED)
        said, _end, after = rest.partition("</p> ")
        assert note
        assert named in said
        assert len(said) < 250
        assert not [value for value in asked.values() if value in said]
        assert told + after == plain
