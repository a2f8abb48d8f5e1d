"""A warehouse of an earlier contract is brought up to date, or refused and left as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from pipelines import contracts
from pipelines.errors import UsageError
from pipelines.warehouse import engine, tables, version

PROMISES = contracts.load()
DATASET = PROMISES.dataset("schorsingen")
REQUIRED = next(c.name for c in DATASET.columns if c.required)
OPTIONAL = next(c.name for c in DATASET.columns if not c.required)


@pytest.fixture
def house() -> Iterator[duckdb.DuckDBPyConnection]:
    with engine.open_warehouse(None) as con:
        tables.create(con, PROMISES)
        con.execute(f"INSERT INTO schorsingen ({REQUIRED}, {tables.DELIVERY}) VALUES ('S1', 'L1')")
        yield con


def _columns(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    return dict(
        con.execute("SELECT column_name, column_type FROM (DESCRIBE schorsingen)").fetchall()
    )


def test_a_column_that_may_stay_empty_is_added(house: duckdb.DuckDBPyConnection) -> None:
    whole = _columns(house)
    house.execute(f"ALTER TABLE schorsingen DROP COLUMN {OPTIONAL}")
    tables.create(house, PROMISES)
    assert _columns(house) == whole
    row = house.execute(f"SELECT {REQUIRED}, {OPTIONAL}, _levering FROM schorsingen").fetchall()
    assert row == [("S1", None, "L1")]


@pytest.mark.parametrize(
    "change",
    [
        f"DROP COLUMN {REQUIRED}",
        "ADD COLUMN vervallen VARCHAR",
        f"ALTER COLUMN {OPTIONAL} SET DATA TYPE BLOB",
    ],
    ids=["verplicht", "vervallen", "soort"],
)
def test_any_other_change_is_refused_with_what_to_run(
    house: duckdb.DuckDBPyConnection, change: str
) -> None:
    house.execute(f"ALTER TABLE schorsingen {change}")
    left = _columns(house)
    with pytest.raises(UsageError, match="zichtlijn run MAP-MET-LEVERINGEN --workdir") as refused:
        tables.create(house, PROMISES)
    assert "schorsingen" in str(refused.value)
    assert _columns(house) == left


def test_a_warehouse_from_before_versions_gets_one_and_keeps_its_rows(
    house: duckdb.DuckDBPyConnection,
) -> None:
    house.execute("DROP TABLE register.versie")
    assert version.of(house) == 0
    tables.create(house, PROMISES)
    assert version.of(house) == version.VERSION
    assert house.execute("SELECT count(*) FROM schorsingen").fetchone() == (1,)


def test_a_warehouse_of_a_later_version_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    with engine.open_warehouse(tmp_path) as con:
        tables.create(con, PROMISES)
        con.execute("UPDATE register.versie SET versie = versie + 1")
        con.execute(f"ALTER TABLE schorsingen DROP COLUMN {OPTIONAL}")
    left = (tmp_path / engine.FILE).read_bytes()
    with (
        pytest.raises(UsageError, match="nieuwere Zichtlijn") as refused,
        engine.open_warehouse(tmp_path),
    ):
        pass
    assert "Er is niets veranderd" in str(refused.value)
    assert "make setup" in str(refused.value)
    assert (tmp_path / engine.FILE).read_bytes() == left


def test_a_later_warehouse_is_not_borrowed_either(tmp_path: Path) -> None:
    with engine.open_warehouse(tmp_path) as con:
        tables.create(con, PROMISES)
        con.execute("UPDATE register.versie SET versie = versie + 1")
    with engine.open_warehouse(None) as con:
        engine.borrow_tables(con, tmp_path)
        with pytest.raises(UsageError, match="nieuwere Zichtlijn"):
            tables.create(con, PROMISES)
