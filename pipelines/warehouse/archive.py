"""The accepted rows as Parquet, one file per dataset: what Spark reads, and nothing else.

The archive mirrors the warehouse. A file is named after the rows that are in it, so it is written
only when they change; whatever holds other rows (replaced, withdrawn, expired) is removed.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Mapping
from pathlib import Path

import duckdb

from pipelines.contracts import Contracts, Dataset
from pipelines.errors import UsageError
from pipelines.sql import quoted
from pipelines.warehouse import engine, state, tables

FOLDER = "archief"
HALF = ".half"  # a file that is still being written


def write(con: duckdb.DuckDBPyConnection, contracts: Contracts, workdir: Path) -> Mapping[str, str]:
    """Make the archive hold exactly the rows of the warehouse: dataset -> its file in the archive.

    A dataset without rows has no file. A run that is killed here leaves files that were there
    before, or the new ones, or both; the next one removes what is too many. Raises `UsageError`
    when the disk is full.
    """
    home = workdir / FOLDER
    kept: dict[str, str] = {}
    unique = tables.counted(con, contracts)
    for dataset in contracts.datasets.values():
        name = quoted(dataset.id)
        if not con.execute(f"SELECT 1 FROM {name} LIMIT 1").fetchone():
            continue
        rows = f"({unique[dataset.id]})" if dataset.id in unique else name
        said = f"{state.rows(con, rows)} {tables.columns(dataset)}"
        file = home / dataset.id / f"{hashlib.sha256(said.encode()).hexdigest()[:16]}.parquet"
        if not file.exists():
            _copy(con, rows, file)
        kept[dataset.id] = file.relative_to(home).as_posix()
    _remove_all_but(home, set(kept.values()))
    return kept


def _copy(con: duckdb.DuckDBPyConnection, rows: str, file: Path) -> None:
    half = file.with_suffix(HALF)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        target = str(half).replace("'", "''")
        con.execute(f"COPY (FROM {rows}) TO '{target}' (FORMAT parquet, COMPRESSION zstd)")
        engine.keep(half)
        half.replace(file)
    except (OSError, duckdb.IOException) as problem:
        half.unlink(missing_ok=True)
        raise UsageError(
            f"Het archief in {file.parent} kon niet worden geschreven: is de schijf vol? De"
            " vorige publicatie is ongemoeid."
        ) from problem


def read_back(con: duckdb.DuckDBPyConnection, dataset: Dataset, workdir: Path) -> None:
    """Put the archived rows of a dataset into its empty table, with the numbers as they came."""
    files = sorted(
        (workdir / FOLDER / dataset.id).glob("*.parquet"), key=lambda f: f.stat().st_mtime
    )
    if not files:
        return
    place = str(files[-1]).replace("'", "''")
    own = ", ".join(
        f"CASE WHEN ends_with({quoted(c.name)}, {tables.OF} || leverancier)"
        f" THEN left({quoted(c.name)}, length({quoted(c.name)}) - length({tables.OF} ||"
        f" leverancier)) ELSE {quoted(c.name)} END AS {quoted(c.name)}"
        for c in dataset.columns
        if c.own_number
    )
    replaced = f" REPLACE ({own})" if own else ""
    con.execute(
        f"INSERT INTO {quoted(dataset.id)} BY NAME SELECT t.*{replaced}"
        f" FROM read_parquet('{place}') t"
        f" LEFT JOIN (SELECT levering AS {tables.DELIVERY}, leverancier FROM register.leveringen)"
        f" USING ({tables.DELIVERY})"
    )


def _remove_all_but(home: Path, kept: set[str]) -> None:
    """Remove every file of the archive that does not hold the rows of now."""
    datasets = {name.partition("/")[0] for name in kept}
    for place in home.glob("*"):
        if place.name not in datasets:
            shutil.rmtree(place) if place.is_dir() else place.unlink()
            continue
        for file in place.iterdir():
            if file.relative_to(home).as_posix() not in kept:
                file.unlink()
