"""The certificate of a release: an outsider checks it, and whatever is changed is refused."""

from __future__ import annotations

import ast
import gzip
import hashlib
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from pipelines import run
from pipelines.audit import audit, bewijs, seal
from pipelines.cli import console, protection
from pipelines.errors import UsageError
from tests.soak import small

MOST_LINES = 250
Told = dict[str, Any]


PER_SCHOOL = (1, 2, 3, 6, 8, 11, 14, 4, 9)


def _inbox(folder: Path, year: int, more: int) -> Path:
    """Suspensions of a year at nine schools of three kinds, in two wijken."""
    folder.mkdir(exist_ok=True)
    schools = [
        small.school(n)
        | {"onderwijssoort": ("vo", "so", "bo")[n % 3], "wijkcode": f"WK99010{1 + n % 2}"}
        for n in range(len(PER_SCHOOL))
    ]
    small.write(folder / "gemeente_scholen_2023-2024.csv", schools)
    rows = [
        small.suspension(
            year,
            100 * n + i,
            vestigingscode=f"99AA0{n}",
            soort=("schorsing_extern", "schorsing_intern")[i % 3 == 0],
        )
        for n, count in enumerate(PER_SCHOOL)
        for i in range(count + more)
    ]
    small.write(folder / f"bestuur_schorsingen_{year}-{year + 1}.csv", rows)
    return folder


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A work folder with two releases, the second made beside the first."""
    home = tmp_path_factory.mktemp("bewijs")
    with pytest.MonkeyPatch.context() as patch:
        small.still(patch.setattr)
        run.run(_inbox(home / "inbox", 2023, 0), home)
        run.run(_inbox(home / "inbox", 2024, 1), home)
    return home


@pytest.fixture
def file(made: Path, tmp_path: Path) -> Path:
    """The last release in a copy, with its certificate and what came before."""
    shutil.copytree(made / "releases", tmp_path / "releases")
    return tmp_path / "releases" / audit.served(made).name


def _changed(file: Path, change: Callable[[Told], object]) -> None:
    """Change what a certificate says and sign it anew, as a deceiver would with another key."""
    place = file.with_suffix(seal.SUFFIX)
    told = json.loads(json.loads(gzip.decompress(place.read_bytes()))["inhoud"])
    change(told)
    seal.write(place, json.dumps(told), Ed25519PrivateKey.generate())


def _topic(told: Told) -> Told:
    """A topic with worlds."""
    return next(t for _, t in sorted(told["onderwerpen"].items()) if t["werelden"])


def test_every_release_has_a_certificate_that_holds(file: Path) -> None:
    assert len(list(file.parent.glob(f"r*{seal.SUFFIX}"))) == 2
    counts = bewijs.check(file)
    assert counts["verborgen"] > 5
    assert 0 < counts["nooit nul"] < counts["verborgen"]


def test_the_checker_is_small_and_knows_nothing_of_the_product() -> None:
    source = Path(bewijs.__file__).read_text("utf-8")
    assert len(source.splitlines()) <= MOST_LINES
    imported = {
        name
        for node in ast.walk(ast.parse(source))
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    outside = {n.partition(".")[0] for n in imported} - set(sys.stdlib_module_names)
    assert outside == {"duckdb", "cryptography"}


def _one_number(told: Told) -> None:
    world = _topic(told)["werelden"][0]
    world[0] += 1


def _no_worlds(told: Told) -> None:
    _topic(told)["werelden"] = []


def _one_world_less(told: Told) -> None:
    _topic(told)["werelden"] = _topic(told)["werelden"][:1]


def _fraction(told: Told) -> None:
    world = _topic(told)["werelden"][0]
    world[0] = float(world[0])


def _no_declaration(told: Told) -> None:
    del told["tellingen"]["sch_aantal"]


def _no_topic(told: Told) -> None:
    del told["onderwerpen"][sorted(told["onderwerpen"])[0]]


@pytest.mark.parametrize(
    "change",
    [
        _one_number,
        _no_worlds,
        _one_world_less,
        _fraction,
        _no_declaration,
        _no_topic,
    ],
)
def test_what_is_changed_is_refused_whoever_signs(
    change: Callable[[Told], None], file: Path
) -> None:
    _changed(file, change)
    with pytest.raises(bewijs.Refused):
        bewijs.check(file)


def test_a_changed_certificate_needs_a_signature(file: Path) -> None:
    place = file.with_suffix(seal.SUFFIX)
    outer = json.loads(gzip.decompress(place.read_bytes()))
    key = outer["sleutel"]
    assert bewijs.check(file, key)
    told = outer | {"inhoud": outer["inhoud"].replace('"versie":2', '"versie":3')}
    place.write_bytes(gzip.compress(json.dumps(told).encode()))
    with pytest.raises(bewijs.Refused, match="veranderd"):
        bewijs.check(file)
    place.write_bytes(gzip.compress(json.dumps(outer).encode()))
    _changed(file, lambda _: None)
    assert bewijs.check(file)
    with pytest.raises(bewijs.Refused, match="andere sleutel"):
        bewijs.check(file, key)


def test_a_relation_that_is_left_out_is_found_by_the_key(file: Path) -> None:
    """Without its places schools add up to nothing: a certificate of that is another's."""
    key = json.loads(gzip.decompress(file.with_suffix(seal.SUFFIX).read_bytes()))["sleutel"]
    _changed(file, lambda told: told.update(plaatsen={name: {} for name in told["volgorde"]}))
    with pytest.raises(bewijs.Refused, match="andere sleutel"):
        bewijs.check(file, key)


def test_files_that_are_not_those_of_the_certificate_are_refused(file: Path) -> None:
    (before,) = (f for f in file.parent.glob("r*.duckdb") if f != file)
    kept = before.read_bytes()
    before.unlink()
    with pytest.raises(bewijs.Refused, match="is weg"):
        bewijs.check(file)
    before.write_bytes(kept)
    with duckdb.connect(str(file)) as con:
        con.execute("UPDATE cellen SET teller = teller + 5 WHERE metriek = 'sch_aantal'")
    with pytest.raises(bewijs.Refused, match="niet het bestand"):
        bewijs.check(file)


def test_what_an_earlier_release_showed_binds_the_worlds(file: Path) -> None:
    told: Told = {}
    _changed(file, told.update)
    (before,) = (f.stem for f in file.parent.glob("r*.duckdb") if f != file)
    assert told["volgorde"] == [before, file.stem]
    assert any(before in topic["naast"] for topic in told["onderwerpen"].values())
    with duckdb.connect(str(file.with_name(f"{before}.duckdb"))) as con:
        con.execute("UPDATE cellen SET teller = teller + 2 WHERE status = 'zichtbaar'")

    def other(changed: Told) -> None:
        changed["bestanden"][before] = hashlib.sha256(
            file.with_name(f"{before}.duckdb").read_bytes()
        ).hexdigest()

    _changed(file, other)
    with pytest.raises(bewijs.Refused, match="spreekt tegen"):
        bewijs.check(file)


MONEY, MEAN = "jh_kosten_gedeclareerd", "ev_score"
AREAS = (("totaal", ""), ("gemeente", "GM9901"), ("gemeente", "GM9902"), ("gemeente", "GM9903"))
# (teller, noemer, waarde) per area; None where hidden: of two amounts the total shows the sum.
AMOUNTS = ((303_000.0, None, 303_000.0), (221_000.0, None, 221_000.0), None, None)
MEANS = ((None, 60.0, 3.4), (None, 40.0, 3.5), None, None)


def _released(folder: Path, *, alone: bool = False) -> Path:
    """A release of amounts and means with two hidden municipalities; `alone`: with one, so that
    what is hidden follows by subtraction."""
    folder.mkdir(parents=True)
    file = folder / "r0123456789ab.duckdb"
    with duckdb.connect(str(file)) as con:
        con.execute(
            "CREATE TABLE release AS SELECT 'r0123456789ab' AS id, 5 AS drempel,"
            " 10 AS drempel_zwaar, TIMESTAMP '2026-11-30' AS gemaakt_op"
        )
        con.execute("CREATE TABLE gebieden (code VARCHAR, ouder VARCHAR)")
        con.execute(
            "CREATE TABLE cellen (metriek VARCHAR, schooljaar VARCHAR, niveau VARCHAR,"
            " gebied VARCHAR, uitsplitsing VARCHAR, categorie VARCHAR, maat VARCHAR,"
            " teller DOUBLE, noemer DOUBLE, waarde DOUBLE, status VARCHAR)"
        )
        for metric, rows in ((MONEY, AMOUNTS), (MEAN, MEANS)):
            for (level, area), row in list(zip(AREAS, rows, strict=True))[: 3 if alone else 4]:
                seen = row or (None, None, None)
                status = "zichtbaar" if row else "afgeschermd"
                place = [metric, "2024/2025", level, area, "", "", ""]
                con.execute(
                    f"INSERT INTO cellen VALUES ({', '.join('?' * 11)})", [*place, *seen, status]
                )
    return file


def test_amounts_and_means_have_worlds(tmp_path: Path) -> None:
    file = _released(tmp_path / "releases")
    assert seal.seal(tmp_path, file) == ""
    counts = bewijs.check(file)
    assert counts["bedragen"] == 4
    assert counts["verborgen"] == 2  # how many answered


def test_an_amount_that_follows_has_no_worlds(tmp_path: Path) -> None:
    """221,000 of 303,000 leaves 81,000 to 83,000, which is less than 15% both ways."""
    file = _released(tmp_path / "releases", alone=True)
    assert "jeugdhulp euro" in seal.seal(tmp_path, file)


@pytest.mark.parametrize("name", ["euro", "score"])
def test_a_changed_amount_is_refused(tmp_path: Path, name: str) -> None:
    file = _released(tmp_path / "releases")
    seal.seal(tmp_path, file)

    def topics(told: Told) -> list[Told]:
        return [t for key, t in told["onderwerpen"].items() if name in key]

    for change in (
        lambda told: topics(told)[0]["werelden"][0].__setitem__(-1, 10**6),
        lambda told: topics(told)[0].update(werelden=topics(told)[0]["werelden"][:1]),
        lambda told: topics(told)[0].update(werelden=[]),
    ):
        kept = file.with_suffix(seal.SUFFIX).read_bytes()
        _changed(file, change)
        with pytest.raises(bewijs.Refused, match="wereld"):
            bewijs.check(file)
        file.with_suffix(seal.SUFFIX).write_bytes(kept)


def test_an_older_certificate_is_made_anew(tmp_path: Path) -> None:
    file = _released(tmp_path / "releases")
    seal.seal(tmp_path, file)
    whole = file.with_suffix(seal.SUFFIX).read_bytes()
    _changed(file, lambda told: told.update(versie=1))
    assert seal.seal(tmp_path, file) == ""
    assert file.with_suffix(seal.SUFFIX).read_bytes() == whole


def test_the_command_says_whether_it_holds(
    made: Path, file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    own = seal.public(seal.key(made))
    assert protection.check_certificate(workdir=made) == console.OK
    told = capsys.readouterr().out
    assert "klopt" in told
    assert own in told
    assert protection.check_certificate(file) == console.OK
    assert "niet zegt van wie" in capsys.readouterr().out
    with pytest.raises(UsageError, match="andere sleutel"):
        protection.check_certificate(file, trusted="00" * 32)
    file.with_suffix(seal.SUFFIX).unlink()
    with pytest.raises(UsageError, match="houdt geen stand"):
        protection.check_certificate(file)
    with pytest.raises(UsageError, match="bestaat niet"):
        protection.check_certificate(file.with_name("weg.duckdb"))


def test_a_key_of_the_organisation_signs(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = (made / seal.KEY_FILE).read_bytes()
    assert (made / seal.KEY_FILE).stat().st_mode & 0o077 == 0
    (tmp_path / "sleutel.pem").write_bytes(own)
    monkeypatch.setenv("ZICHTLIJN_SLEUTEL", str(tmp_path / "sleutel.pem"))
    same = seal.key(tmp_path).public_key().public_bytes_raw()
    monkeypatch.delenv("ZICHTLIJN_SLEUTEL")
    assert seal.key(made).public_key().public_bytes_raw() == same
    monkeypatch.setenv("ZICHTLIJN_SLEUTEL", str(tmp_path / "weg.pem"))
    with pytest.raises(UsageError, match="Ed25519"):
        seal.key(made)
