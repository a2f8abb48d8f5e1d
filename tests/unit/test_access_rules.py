"""The access settings: every mistake in them is refused with its line, and never with a name."""

from __future__ import annotations

from pathlib import Path

import pytest

from dashboard.access import rules
from dashboard.access.rules import AccessRefused
from dashboard.access.scope import Scope, parts_of
from dashboard.server import start
from tests import access, commands
from tests.browser.fixture_release import build


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("werkmap")
    build(folder)
    return folder


def test_example_is_in_order(tmp_path: Path, home: Path) -> None:
    found = start.check(access.settings(tmp_path), home)
    assert set(found.roles) == {"bestuur", "beleid", "analist", "school", "aanbieder"}
    for role, claims in access.CLAIMS.items():
        person = found.person(claims)
        assert person is not None
        assert person.role == role


# What is changed in the example, in what, and what the refusal says beside the line.
WRONG = (
    ("rol: beleid", "rol: directie", "de rol ‘directie’ bestaat niet. Kies uit: bestuur"),
    ("rol: beleid", "rollen: beleid", "het veld ‘rollen’ bestaat niet"),
    ("gemeente: [GM0118]", "gemeente: GM0118", "hier hoort een lijst te staan"),
    ("gemeente: [GM0118]", "stad: [GM0118]", "het niveau ‘stad’ bestaat niet"),
    ("gemeente: [GM0118]", "gemeente: [GM9999]", "gemeente ‘GM9999’ staat niet in de publicatie"),
    ("vestiging: eigen", "vestiging: alles", "het bereik ‘alles’ bestaat niet"),
    ("vestiging: eigen", "school: eigen", "het niveau ‘school’ bestaat niet"),
    (
        "[overzicht, vergelijken, rapport, inzet,",
        "[vergelijken, rapport, inzet,",
        "‘overzicht’ is de voorpagina",
    ),
    (
        "[overzicht, vergelijken, rapport, inzet,",
        "[overzicht, geheim, rapport,",
        "de pagina ‘geheim’ bestaat niet",
    ),
    ("sessie_uren: 8", "sessie_uren: 72", "sessie_uren ligt tussen 0 en 24"),
    ("sessie_uren: 8", "sessie_uren: lang", "hier hoort een getal te staan"),
    ("email_bevestigd: verplicht", "email_bevestigd: nee", "‘nee’ bestaat niet"),
    ("  - groep: zichtlijn-bestuur", "  - rol: bestuur", "‘rol’ staat hier twee keer"),
    ("  naar: map", "  naar: nergens", "naar ‘nergens’ bestaat niet. Kies uit: map, uitvoer"),
    ("  - email: beleid@voorbeeld.nl", "  - beleid@voorbeeld.nl: x", "dit bestaat niet"),
    ("  bestuur:", "  bestuur", "dit is geen geldige YAML"),
    ("vragen_aan: het", "vraag_aan: het", "het veld ‘vraag_aan’ bestaat niet"),
)


@pytest.mark.parametrize(("before", "after", "told"), WRONG, ids=[w[1] for w in WRONG])
def test_mistake_is_refused_with_its_line(
    tmp_path: Path, home: Path, before: str, after: str, told: str
) -> None:
    path = access.settings(tmp_path, **{before: after})
    with pytest.raises(AccessRefused) as refused:
        start.check(path, home)
    message = str(refused.value)
    assert told in message
    assert message.startswith("toegang.yaml, regel ")
    assert "@" not in message
    line = int(message.split("regel ")[1].split(":")[0])
    lines = path.read_text("utf-8").splitlines()
    near = "\n".join(lines[max(0, line - 4) : line + 4])
    assert after.split("\n")[0].strip() in near


def test_other_mistakes_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AccessRefused, match="niet te lezen"):
        rules.load(tmp_path / "toegang.yaml")
    (tmp_path / "toegang.yaml").write_bytes(b"")
    with pytest.raises(AccessRefused, match="is leeg"):
        rules.load(tmp_path / "toegang.yaml")
    (tmp_path / "toegang.yaml").write_bytes(b"vragen_aan: \xff\xfe")
    with pytest.raises(AccessRefused, match="geen tekst"):
        rules.load(tmp_path / "toegang.yaml")
    (tmp_path / "toegang.yaml").write_bytes(b"a: \x01")
    with pytest.raises(AccessRefused, match="geen geldige YAML"):
        rules.load(tmp_path / "toegang.yaml")


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ("", "ontbreekt het onderdeel"),
        ("[auth]\nclient_id = 'x'\n", "ontbreekt onder"),
        ("[auth", "geen geldige TOML"),
        (None, "niet te lezen"),
        ("kort", "te kort"),
    ],
)
def test_login_settings_are_refused(tmp_path: Path, wrong: str | None, told: str) -> None:
    found = rules.load(access.settings(tmp_path))
    file = tmp_path / "inloggen.toml"
    if wrong is None:
        file.unlink()
    elif wrong == "kort":
        file.write_text(file.read_text("utf-8").replace(access.SECRET, "kort"), "utf-8")
    else:
        file.write_text(wrong, "utf-8")
    with pytest.raises(AccessRefused, match=told) as refused:
        rules.login_settings(found)
    assert "zichtlijn\n" not in str(refused.value)


def test_email_counts_only_when_it_is_confirmed(tmp_path: Path) -> None:
    found = rules.load(access.settings(tmp_path))
    mail = {"email": "directie@voorbeeld.nl"}
    assert found.person({**mail, "email_verified": True}) is not None
    assert found.person({**mail, "email_verified": False}) is None
    assert found.person(mail) is None
    lenient = rules.load(
        access.settings(tmp_path, **{"email_bevestigd: verplicht": "email_bevestigd: niet nodig"})
    )
    assert lenient.person(mail) is not None
    assert lenient.person({**mail, "email_verified": False}) is None
    assert lenient.person({"email": "", "groups": None}) is None


def test_changed_settings_hold_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = access.settings(tmp_path)
    monkeypatch.setenv(rules.VARIABLE, str(path))
    before = rules.current()
    assert before is not None
    assert before.person(access.CLAIMS["school"]) is not None
    access.settings(tmp_path, **{"directie@voorbeeld.nl": "iemand.anders@voorbeeld.nl"})
    after = rules.current()
    assert after is not None
    assert after.person(access.CLAIMS["school"]) is None


AREAS = (
    ("gemeente", "A", ""),
    ("gemeente", "B", ""),
    ("wijk", "A1", "A"),
    ("vestiging", "s1", "A"),
    ("vestiging", "s2", "A"),
    ("vestiging", "s3", "B"),
    ("aanbieder", "p", ""),
    ("onderwijssoort", "bo", ""),
)


@pytest.mark.parametrize(
    ("levels", "areas", "inside"),
    [
        ({"vestiging": "eigen"}, [("vestiging", "s1")], {("vestiging", "s1")}),
        (
            {"vestiging": "eigen", "gemeente": "erboven"},
            [("vestiging", "s3")],
            {("vestiging", "s3"), ("gemeente", "B")},
        ),
        (
            {"gemeente": "eigen", "vestiging": "eronder", "wijk": "eronder"},
            [("gemeente", "A")],
            {("gemeente", "A"), ("wijk", "A1"), ("vestiging", "s1"), ("vestiging", "s2")},
        ),
        ({"totaal": "alle", "gemeente": "eigen"}, [], {("totaal", "")}),
        ({"gemeente": "eigen"}, [("vestiging", "s1")], set()),
        ({"vestiging": "eigen"}, [("vestiging", "bestaat niet")], set()),
        # An area of another kind never opens anything: an aanbieder has no municipality here.
        ({"gemeente": "erboven", "aanbieder": "eigen"}, [("aanbieder", "p")], {("aanbieder", "p")}),
    ],
)
def test_scope_reaches_as_far_as_told(
    levels: dict[str, str], areas: list[tuple[str, str]], inside: set[tuple[str, str]]
) -> None:
    scope = Scope(tuple(levels.items()), tuple(areas), frozenset())
    assert set(scope.allowed(AREAS)) == inside


def test_parts_follow_the_pages() -> None:
    assert parts_of(None) is None
    assert parts_of(["overzicht", "bereik"]) == frozenset()
    assert "besparing_balans" in (parts_of(["scenario"]) or ())
    assert "leveringen" not in (parts_of(["scenario"]) or ())


def test_without_settings_only_this_computer(tmp_path: Path) -> None:
    for name in ("localhost", "127.0.0.1", "127.8.9.10", "::1", "[::1]", "LOCALHOST."):
        assert start.is_loopback(name)
    for name in ("0.0.0.0", "::", "10.0.0.1", "zichtlijn.nl", "localhost.nl", "", "127.0.0.1.nl"):  # noqa: S104
        assert not start.is_loopback(name)
    said = commands.zichtlijn("dashboard", "--workdir", tmp_path, "--address", "0.0.0.0")  # noqa: S104
    assert said.returncode == 2
    assert "Zonder toegangsbestand" in said.stderr


def test_command_refuses_settings_in_words(tmp_path: Path, home: Path) -> None:
    path = access.settings(tmp_path, **{"rol: beleid": "rol: directie"})
    said = commands.zichtlijn("dashboard", "--workdir", home, "--toegang", path)
    assert said.returncode == 2
    assert "de rol ‘directie’ bestaat niet" in said.stderr
    assert "Traceback" not in said.stderr
