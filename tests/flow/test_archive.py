"""The archive holds what the warehouse holds, and nothing that was deleted."""

from __future__ import annotations

import datetime as dt
import shutil
from pathlib import Path

import duckdb
import pytest

from pipelines import contracts, run
from pipelines.delivery import lifecycle
from pipelines.errors import UsageError
from pipelines.warehouse import archive, engine, retention
from tests.soak import small

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("archive")]

SECOND = "bestuur_schorsingen_2023-2024_v2.csv"


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    small.still(monkeypatch.setattr)


def files(home: Path) -> dict[str, int]:
    """Every file below the archive, with the moment it was written."""
    found = (p for p in (home / archive.FOLDER).rglob("*") if p.is_file())
    return {p.relative_to(home / archive.FOLDER).as_posix(): p.stat().st_mtime_ns for p in found}


def mirrors(home: Path) -> None:
    """The rows of every dataset are the same in archive and warehouse, with one file each."""
    held: set[str] = set()
    with duckdb.connect(str(home / engine.FILE), read_only=True) as con:
        for name in contracts.load().datasets:
            place = home / archive.FOLDER / name
            rows = con.execute(f'FROM "{name}" ORDER BY ALL').fetchall()
            if not rows:
                assert not place.exists(), name
                continue
            held.add(name)
            (file,) = place.iterdir()
            found = con.execute(f"FROM read_parquet('{file}') ORDER BY ALL").fetchall()
            assert found == rows, name
            types = "SELECT column_name, column_type FROM (DESCRIBE FROM {})"
            archived = con.execute(types.format(f"read_parquet('{file}')")).fetchall()
            assert archived == con.execute(types.format(f'"{name}"')).fetchall()
    assert held
    assert {p.name for p in (home / archive.FOLDER).iterdir()} == held


def holds(home: Path, text: str) -> bool:
    """Whether a text stands in any row of the archive."""
    with duckdb.connect() as con:
        return any(
            con.execute(
                f"SELECT 1 FROM read_parquet('{home / archive.FOLDER / name}') t"
                " WHERE to_json(t)::VARCHAR LIKE '%' || ? || '%'",
                [text],
            ).fetchone()
            for name in files(home)
        )


def test_the_archive_is_the_warehouse_and_is_written_only_when_rows_change(house: Path) -> None:
    mirrors(house)
    before = files(house)
    run.run(house / "inbox", house)
    assert files(house) == before
    small.write(house / "inbox/ander_schorsingen_2024-2025.csv", [small.suspension(2024, 900)])
    run.run(house / "inbox", house)
    mirrors(house)
    changed = {name.partition("/")[0] for name in set(files(house)) ^ set(before)}
    assert changed == {"schorsingen"}


def test_a_withdrawn_delivery_is_not_in_the_archive(house: Path) -> None:
    (delivery,) = [
        e.delivery for e in lifecycle.entries(house) if e.file == SECOND and e.status == "geladen"
    ]
    assert holds(house, delivery)
    lifecycle.withdraw(house, delivery)
    assert not holds(house, delivery)
    mirrors(house)


def test_rows_past_the_term_are_not_in_the_archive(
    house: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = files(house)
    later = dt.date(2200, 9, 1)
    expire = retention.expire
    monkeypatch.setattr(retention, "expire", lambda con, known, _today: expire(con, known, later))
    for file in (house / "inbox").glob("*_schorsingen_*"):
        file.unlink()
    run.run(house / "inbox", house)
    children = {n for n, d in contracts.load().datasets.items() if d.person_level}
    assert children & {name.partition("/")[0] for name in before}
    assert not children & {name.partition("/")[0] for name in files(house)}
    assert not children & {p.name for p in (house / archive.FOLDER).iterdir()}


def test_what_a_killed_run_left_is_removed(house: Path) -> None:
    before = files(house)
    place = house / archive.FOLDER / "schorsingen"
    (place / f"oud{archive.HALF}").write_bytes(b"half")
    (place / "0123456789abcdef.parquet").write_bytes(b"andere rijen")
    (house / archive.FOLDER / "vroeger").mkdir()
    (house / archive.FOLDER / "vroeger" / "x.parquet").write_bytes(b"weg")
    run.run(house / "inbox", house)
    assert files(house) == before


def test_a_full_disk_leaves_no_half_file(house: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_file: Path) -> None:
        raise OSError(28, "No space left on device")

    shutil.rmtree(house / archive.FOLDER)
    monkeypatch.setattr(engine, "keep", full)
    with pytest.raises(UsageError, match="is de schijf vol"):
        run.run(house / "inbox", house)
    assert files(house) == {}
