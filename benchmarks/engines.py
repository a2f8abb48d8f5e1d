"""The whole catalogue counted by DuckDB and by Spark, over the same made-up register.

    python benchmarks/engines.py [--rows 100000 1000000] [--spark 'local[*]'] [--folder DIR]

`rows` is the number of trajectories; every other dataset with people in it grows along. Each count
runs in a process of its own. Printed are elapsed seconds, for Spark also without starting it, and
the ratio of Spark to DuckDB.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import register

from pipelines import contracts as contract_files
from pipelines.metrics import publication_plan as plans
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.compute import count_all
from pipelines.metrics.metric import Context
from pipelines.warehouse import archive, engine, tables


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
            register.write(workdir, rows)
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
    context = Context(register.ASOF, promises)
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


if __name__ == "__main__":
    main()
