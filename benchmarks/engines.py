"""The whole catalogue counted by DuckDB and by Spark, over the same made-up register.

    python benchmarks/engines.py [--rows 100000 1000000] [--spark 'local[*]'] [--folder DIR]

`rows` is the number of trajectories; every other dataset with people in it grows along. Each count
runs in a process of its own. Printed are elapsed seconds, for Spark also without starting it, and
the ratio of Spark to DuckDB.
"""

from __future__ import annotations

import argparse
import datetime as dt
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

from pipelines import contracts as contract_files
from pipelines.contracts import Column, Contracts, Dataset
from pipelines.intake import prepare
from pipelines.metrics import plan as plans
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.compute import count_all
from pipelines.metrics.metric import Context
from pipelines.warehouse import archive, engine, tables

ASOF = dt.date(2025, 7, 31)
PER_SCHOOL = 50  # trajectories; the number of schools and municipalities grows with the register
PART = {  # rows per trajectory, of what is not delivered once per school
    "smw_trajecten": 1.0,
    "verwijzingen": 0.5,
    "schorsingen": 0.2,
    "thuiszitters": 0.1,
    "jeugdhulp": 0.5,
    "evaluatie_antwoorden": 0.2,
    "overgangen": 0.1,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--spark", default="local[*]", help="master, or sc://... (default: local)")
    parser.add_argument("--folder", type=Path, help="where the registers go (default: temporary)")
    parser.add_argument("--one", nargs=2, metavar=("ENGINE", "WORKDIR"), help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.one:
        print(json.dumps(_counted(told.one[0], Path(told.one[1]), told.spark)))
        return
    print("| trajecten | DuckDB (s) | Spark (s) | waarvan starten (s) | Spark / DuckDB |")
    print("|---|---|---|---|---|")
    with tempfile.TemporaryDirectory(dir=told.folder) as home:
        for rows in told.rows:
            workdir = Path(home) / str(rows)
            _register(workdir, rows)
            here = _in_a_process("duckdb", workdir, told.spark)
            there = _in_a_process("spark", workdir, told.spark)
            if here["cells"] != there["cells"]:
                raise SystemExit("the engines disagree")
            total = there["start"] + there["count"]
            print(
                f"| {rows} | {here['count']:.1f} | {total:.1f} | {there['start']:.1f}"
                f" | {total / here['count']:.1f} |",
                flush=True,
            )


def _in_a_process(name: str, workdir: Path, spark: str) -> dict[str, float]:
    asked = [sys.executable, __file__, "--one", name, str(workdir), "--spark", spark]
    said = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    return dict(json.loads(said.splitlines()[-1]))


def _counted(name: str, workdir: Path, master: str) -> dict[str, float]:
    """Seconds to start and to count; `cells` is the sum of all cells, to compare."""
    promises = contract_files.load()
    context = Context(ASOF, promises)
    with engine.open_warehouse(workdir) as con:
        files = archive.write(con, promises, workdir)
        delivered = set(tables.filled(con, promises))
        begun = time.perf_counter()
        if name == "duckdb":
            made = tables.as_ibis(con, promises)
            started = time.perf_counter()
            result = count_all(METRICS.values(), made, delivered, context, plans.load(METRICS))
        else:
            from pipelines.warehouse import spark

            with spark.session(master) as found:
                made = spark.tables(found, promises, str(workdir / archive.FOLDER), files)
                started = time.perf_counter()
                result = count_all(METRICS.values(), made, delivered, context, plans.load(METRICS))
        ended = time.perf_counter()
    cells = sum(int(c.cells["aantal"].sum()) for c in (*result.counted, *result.public))
    return {"start": started - begun, "count": ended - started, "cells": cells}


def _register(workdir: Path, rows: int) -> None:
    """Made-up accepted rows straight into a warehouse; nothing in them is about anybody."""
    promises = contract_files.load()
    schools = max(rows // PER_SCHOOL, 4)
    with engine.open_warehouse(workdir) as con:
        prepare(con, promises)
        _fill(con, promises, "scholen", schools, schools)
        _fill(con, promises, "leerlingaantallen", schools * 3, schools)
        for name, part in PART.items():
            _fill(con, promises, name, int(rows * part), schools)


def _fill(
    con: duckdb.DuckDBPyConnection, promises: Contracts, name: str, rows: int, schools: int
) -> None:
    dataset = promises.dataset(name)
    values = ", ".join(_value(promises, dataset, c, schools) for c in dataset.columns)
    con.execute(f"INSERT INTO \"{name}\" SELECT {values}, 'meting' FROM range({rows}) t(i)")


def _value(promises: Contracts, dataset: Dataset, column: Column, schools: int) -> str:
    """SQL for a column of row `i`: valid, and the same in every run."""
    value = _some(
        promises, dataset, column, f"(hash(i, '{column.name}') % 1000003)::BIGINT", schools
    )
    return (
        value
        if column.required
        else f"CASE WHEN hash(i, '?{column.name}') % 5 > 0 THEN {value} END"
    )


def _some(promises: Contracts, dataset: Dataset, column: Column, h: str, schools: int) -> str:
    school = "printf('%05dX', {})"
    match column.name:
        case "leerling_id":
            return f"sha256((hash(i, '{dataset.id}') % {schools * 40})::VARCHAR)"
        case "vestigingscode" if dataset.id in ("scholen", "leerlingaantallen"):
            return school.format(f"i % {schools}")
        case "vestigingscode" | "van_vestigingscode" | "naar_vestigingscode":
            return school.format(f"{h} % {schools}")
        case "gemeente" | "woongemeente":
            return f"printf('GM%04d', {h} % {max(schools // 60, 2)})"
        case "wijkcode":
            return f"printf('WK%06d', {h} % {max(schools // 6, 4)})"
        case "schooljaar" | "ronde":
            which = f"i // {schools}" if dataset.id == "leerlingaantallen" else h
            return f"['2022/2023', '2023/2024', '2024/2025'][{which} % 3 + 1]"
        case "traject_id" if dataset.id != "smw_trajecten":
            return f"'traject_id' || {h}"
        case "eind_datum":
            return "DATE '2023-01-01' + (200 + hash(i, 'x') % 700)::INTEGER"
        case "start_datum":
            return "DATE '2022-09-01' + (hash(i, 'x') % 800)::INTEGER"
    if column.codes:
        codes = sorted(promises.codes[column.codes])
        listed = ", ".join(f"'{c}'" for c in codes)
        one = f"[{listed}][{h} % {len(codes)} + 1]"
        kinds = {"lijst": f"[{one}]", "geheel": f"{one}::BIGINT", "getal": f"{one}::DOUBLE"}
        return kinds.get(column.kind, one)
    match column.kind:
        case "geheel":
            return f"{int(column.minimum or 0)} + {h} % 5"
        case "getal":
            return f"{column.minimum or 0} + ({h} % 400) / 4"
        case "datum":
            return f"DATE '2022-09-01' + ({h} % 900)::INTEGER"
        case "ja_nee":
            return f"{h} % 2 = 0"
        case "lijst":
            return "[]::VARCHAR[]"
        case _:
            return f"'{column.name}' || i"


if __name__ == "__main__":
    main()
