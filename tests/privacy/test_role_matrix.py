"""Every role on every page, asked for what is inside and what is outside its areas.

What a role may see is written out here by hand, apart from the code that decides it. Looked at:
each row that is read, each word on the page, each choice in a list, and each file that can be
taken. A page outside the role reads nothing at all.
"""

from __future__ import annotations

import gc
import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pypdf
import pytest

from dashboard.access import rules
from dashboard.release import released
from dashboard.release.opening import ReleaseUnreadable
from dashboard.release.released import Released
from dashboard.render import figure
from tests import access, pages
from tests.browser.fixture_release import RELEASE_ID, build

FIGURES = ("bereik", "proces-resultaat", "verwijzingen", "preventie")
ROLES: dict[str, tuple[str, ...]] = {
    "bestuur": ("overzicht", "vergelijken", "rapport", "inzet", "samenwerking", "kaart",
                "zorg-in-school", "besparing", "scenario", "pilot", "definities", "verantwoording"),
    "beleid": ("overzicht", "vergelijken", "rapport", *FIGURES, "inzet", "samenwerking",
               "schorsingen", "thuiszitters", "doorgaande-lijnen", "jeugdhulp", "scholen",
               "kaart", "zorg-in-school", "besparing", "scenario", "pilot", "definities",
               "verantwoording"),
    "analist": tuple(access.PAGES),
    "school": ("overzicht", "vergelijken", "rapport", *FIGURES, "schorsingen", "thuiszitters",
               "doorgaande-lijnen", "scholen", "definities", "verantwoording"),
    "aanbieder": ("overzicht", "vergelijken", *FIGURES, "inzet", "samenwerking", "definities",
                  "verantwoording"),
}  # fmt: skip
# Asked for in the address: an area inside the role, and one outside it.
INSIDE = {
    "bestuur": ("Gemeente", "Rotterdam"),
    "beleid": ("School (vestiging)", "Het Kompas (Hoogeveen)"),
    "analist": ("School (vestiging)", "De Vlieger (Rotterdam)"),
    "school": ("School (vestiging)", "De Regenboog (Hoogeveen)"),
    "aanbieder": ("Aanbieder", "Welzijn De Vaart"),
}
OUTSIDE = {
    "bestuur": ("School (vestiging)", "De Regenboog (Hoogeveen)"),
    "beleid": ("Gemeente", "Rotterdam"),
    "school": ("School (vestiging)", "Het Kompas (Hoogeveen)"),
    "aanbieder": ("Aanbieder", "Samen Sterk"),
}
# Where who reads one area of their own begins.
OWN = {
    "school": ("vestiging", "De Regenboog (Hoogeveen)"),
    "aanbieder": ("aanbieder", "Welzijn De Vaart"),
    "beleid": ("gemeente", "Hoogeveen"),
}
WITHOUT_AREAS = {"zorg-in-school", "besparing", "scenario", "pilot", "leveringen", "definities",
                 "verantwoording"}  # fmt: skip


def _inside(role: str, level: str, code: str, parent: str) -> bool:
    if role == "analist":
        return True
    if level in {"totaal", "onderwijssoort"}:
        return role in {"bestuur", "beleid"}
    if level == "gemeente":
        return role == "bestuur" or code == "GM0118"
    match role:
        case "beleid":
            return parent == "GM0118"
        case "school":
            return (level, code) == ("vestiging", "10AB00")
        case "aanbieder":
            return (level, code) == ("aanbieder", "de_vaart")
    return False


@dataclass
class Seen:
    """All that left the release during a view."""

    frames: list[pl.DataFrame] = field(default_factory=list)
    files: list[Callable[[], bytes]] = field(default_factory=list)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("werkmap")
    build(folder)
    access.settings(folder)
    return folder


@pytest.fixture(autouse=True)
def _quick_collection(monkeypatch: pytest.MonkeyPatch) -> None:
    """Streamlit collects all garbage of the process after every run, here hundreds of times."""
    monkeypatch.setattr(gc, "collect", lambda *_: 0)


@pytest.fixture
def seen(home: Path, monkeypatch: pytest.MonkeyPatch) -> Seen:
    """The settings in force; everything that is read or offered as a file is kept here.

    Charts are not drawn: they hold nothing but rows that were read.
    """
    access.guard(monkeypatch, home, home / "toegang.yaml")
    found = Seen()
    query = Released.query

    def noted(self: Released, sql: str, *parameters: str) -> pl.DataFrame:
        frame = query(self, sql, *parameters)
        found.frames.append(frame)
        return frame

    def offered(label: str, data: Any, **_: object) -> bool:
        found.files.append(data)
        return False

    monkeypatch.setattr(Released, "query", noted)
    monkeypatch.setattr(figure.screen, "html", lambda *_, **__: "")
    monkeypatch.setattr(figure.st, "download_button", offered)
    return found


@pytest.fixture(scope="module")
def areas(home: Path) -> list[tuple[str, str, str, str]]:
    """All areas of the release, read around the dashboard: level, code, municipality, name."""
    file = home / json.loads((home / "release.json").read_text("utf-8"))["file"]
    with duckdb.connect(str(file), read_only=True) as con:
        found: list[tuple[str, str, str, str]] = con.execute(
            "SELECT niveau, code, ouder, naam FROM gebieden"
        ).fetchall()
    return [*found, ("totaal", "", "", "Alle gemeenten samen")]


@pytest.mark.parametrize("page", access.PAGES)
@pytest.mark.parametrize("role", ROLES)
def test_role_sees_its_part_of_a_page_and_nothing_else(
    role: str,
    page: str,
    seen: Seen,
    areas: list[tuple[str, str, str, str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    access.log_in(monkeypatch, access.CLAIMS[role])
    if page not in ROLES[role]:
        said = pages.text(access.look(page))
        assert "Deze pagina hoort niet bij uw rol" in said
        assert "het functioneel beheer van Zichtlijn" in said
        assert not seen.frames
        assert not seen.files
        return
    inside = {(n, c) for n, c, parent, _ in areas if _inside(role, n, c, parent)}
    outside = [(n, c, name) for n, c, _, name in areas if (n, c) not in inside]
    asked = [INSIDE[role]]
    if role in OUTSIDE and page not in WITHOUT_AREAS:
        asked.append(OUTSIDE[role])
    for level, name in asked:
        app = access.look(page, niveau=level, gebied=name)
        said = pages.text(app)
        assert 'role="alert"' not in said
        assert 'class="zl-conclusion"' in said
        choices = [option for box in app.selectbox for option in box.options]
        for frame in seen.frames:
            _holds_only(frame, inside)
        told = [said, *choices, *(_words(make()) for make in seen.files)]
        suppliers = {str(v) for f in seen.frames if "leverancier" in f for v in f["leverancier"]}
        for _, _, other in outside:
            if other not in suppliers:
                assert not [part for part in told if other in part], f"{other} on {page}"
        if (level, name) == INSIDE[role] and page not in WITHOUT_AREAS:
            assert name in said or (name in choices and page != "bereik")
    if page in {"bereik", "besparing", "rapport"}:
        assert seen.files, "a page with figures offers files"


@pytest.mark.parametrize("role", ["school", "aanbieder", "beleid"])
def test_who_reads_one_own_area_begins_there(
    role: str, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    access.guard(monkeypatch, home, home / "toegang.yaml")
    access.log_in(monkeypatch, access.CLAIMS[role])
    level, name = OWN[role]
    app = access.look("bereik")
    assert (app.selectbox(key="niveau").value, app.selectbox(key="gebied").value) == (level, name)
    assert name.split(" (")[0] in pages.text(app).partition("zl-section")[0]


def _holds_only(frame: pl.DataFrame, inside: set[tuple[str, str]]) -> None:
    for code in ("gebied", "code"):
        if {"niveau", code} <= set(frame.columns) and "product" not in frame.columns:
            assert set(frame.select("niveau", code).iter_rows()) <= inside


def _words(body: bytes) -> str:
    """A file as text; an Office file is a zip of texts, with workbooks and pictures in it."""
    if body.startswith(b"%PDF"):
        return " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(body)).pages)
    if not body.startswith(b"PK"):
        return body.decode("utf-8-sig", errors="replace")
    with zipfile.ZipFile(io.BytesIO(body)) as book:
        return " ".join(_words(book.read(name)) for name in book.namelist())


@pytest.mark.parametrize("role", ROLES)
def test_no_question_finds_a_row_outside_the_scope(
    role: str, home: Path, areas: list[tuple[str, str, str, str]]
) -> None:
    """Whatever is asked of the database: what is outside is not in it."""
    found = rules.load(home / "toegang.yaml")
    person = found.person(access.CLAIMS[role])
    assert person is not None
    whole = released.of(home, rules.Role("x", None, None, 0).scope(()))
    mine = released.of(home, found.roles[role].scope(person.areas))
    assert whole is not None
    assert mine is not None
    inside = {(n, c) for n, c, parent, _ in areas if _inside(role, n, c, parent)}
    cells = mine.query("SELECT DISTINCT niveau, gebied FROM cellen")
    assert set(cells.iter_rows()) == inside
    expected = whole.query("SELECT * FROM cellen").filter(
        pl.struct("niveau", "gebied").map_elements(
            lambda row: (row["niveau"], row["gebied"]) in inside, return_dtype=pl.Boolean
        )
    )
    assert mine.query("SELECT * FROM cellen").sort(pl.all()).equals(expected.sort(pl.all()))
    counted = mine.query("SELECT sum(cellen)::BIGINT FROM bescherming").item()
    assert counted == expected.height
    deliveries = mine.query("SELECT count(*) FROM leveringen").item()
    assert (deliveries > 0) == (role == "analist")
    if role == "analist":
        return
    for attack in (
        "SELECT * FROM uitgave.cellen",
        f"ATTACH '{mine.path}' AS weer (READ_ONLY)",
        f"SELECT * FROM '{mine.path}'",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
    ):
        with pytest.raises(duckdb.Error):
            mine.query(attack)


def test_one_session_never_gets_what_another_was_shown(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same question in turn by people with other scopes, in one process, whoever is first."""
    access.guard(monkeypatch, home, home / "toegang.yaml")
    shown: dict[str, str] = {}
    for role in ("analist", "school", "beleid", "aanbieder", "school", "analist"):
        access.log_in(monkeypatch, access.CLAIMS[role])
        said = pages.text(access.look("scholen")) if role != "aanbieder" else ""
        assert shown.setdefault(role, said) == said
    assert "De Vlieger (Rotterdam)" in shown["analist"]
    assert "(Rotterdam)" not in shown["beleid"]
    assert "Het Kompas" not in shown["school"]


def test_nothing_is_read_without_a_scope_where_people_log_in(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    access.guard(monkeypatch, home, home / "toegang.yaml")
    with pytest.raises(ReleaseUnreadable):
        released.current()


# Who gets nothing, and what is said.
CLOSED: dict[str, tuple[dict[str, Any] | None, float, str]] = {
    "nobody": (None, 0, "Log in met het account van uw organisatie"),
    "stranger": ({"email": "x@elders.nl", "email_verified": True}, 60, "Vraag toegang aan"),
    "expired": (access.CLAIMS["analist"], 8 * 3600 + 1, "Een sessie duurt 8 uur"),
    "not confirmed": ({"email": "directie@voorbeeld.nl"}, 60, "Vraag toegang aan"),
}


@pytest.mark.parametrize("who", CLOSED)
def test_who_may_see_nothing_reads_a_sentence(
    who: str, seen: Seen, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims, age, sentence = CLOSED[who]
    access.log_in(monkeypatch, claims, age)
    app = access.look("overzicht")
    said = pages.text(app)
    assert sentence in said
    assert RELEASE_ID not in said
    assert [button.label for button in app.button] == [
        "Met een ander account inloggen" if "Vraag" in sentence else "Inloggen"
    ]
    assert not seen.frames
    assert not seen.files


def test_role_without_areas_reads_whom_to_ask(
    seen: Seen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = access.settings(tmp_path, **{"    gebieden: {vestiging: [10AB00]}\n": ""})
    monkeypatch.setenv(rules.VARIABLE, str(path))
    access.log_in(monkeypatch, access.CLAIMS["school"])
    said = pages.text(access.look("overzicht"))
    assert "Uw account heeft nog geen gebied" in said
    assert "Vraag toegang aan het functioneel beheer van Zichtlijn" in said
    assert not seen.frames


@pytest.mark.parametrize("wrong", ["rollen: []", "", None])
def test_settings_that_break_close_the_dashboard(
    wrong: str | None, seen: Seen, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = access.settings(tmp_path)
    monkeypatch.setenv(rules.VARIABLE, str(path))
    access.log_in(monkeypatch, access.CLAIMS["analist"])
    if wrong is None:
        path.unlink()
    else:
        path.write_text(wrong, "utf-8")
    said = pages.text(access.look("overzicht"))
    assert "Het dashboard is even gesloten" in said
    assert not seen.frames
