"""The whole catalogue with all its cuts, beside ten of its metrics in plain SQL.

    python benchmarks/metrics.py [--rows 10000 100000 1000000] [--each] [--folder DIR]

`rows` is the number of trajectories in a made-up register; every other dataset grows along. Printed
are, per size: processor and elapsed seconds, peak memory, cells, growth (1 is linear), and the
ratio to `ten_metrics.sql`: ten much used metrics with their cuts, as a person would write them for
DuckDB. Each count runs in a process of its own. `--each` adds the seconds per measure, whose
metrics are counted together.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from itertools import groupby
from pathlib import Path
from typing import Any

import apart
import polars as pl
import register

from pipelines import contracts as contract_files
from pipelines.metrics import publication_plan as plans
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.compute import count_all
from pipelines.metrics.metric import Context
from pipelines.warehouse import engine, tables

WAYS = ("sql", "zichtlijn")
SCRIPT = Path(__file__).with_name("ten_metrics.sql")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--each", action="store_true", help="seconds per measure")
    parser.add_argument("--folder", type=Path, help="where the registers go (default: temporary)")
    parser.add_argument("--one", nargs=2, metavar=("WAY", "WORKDIR"), help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.one:
        way, workdir = told.one
        found = _script(Path(workdir)) if way == "sql" else _catalogue(Path(workdir))
        print(json.dumps(found))
        return
    print(f"{'':24}{'cpu s':>9}{'elapsed':>9}{'GiB':>7}{'cells':>11}{'growth':>8}{'cpu x':>7}")
    before: dict[str, tuple[int, float]] = {}
    with tempfile.TemporaryDirectory(dir=told.folder) as home:
        for rows in told.rows:
            workdir = Path(home) / str(rows)
            register.write(workdir, rows)
            script, catalogue = (apart.in_a_process(__file__, way, workdir) for way in WAYS)
            _agree(script, catalogue)
            for way, one in (("sql", script), ("zichtlijn", catalogue)):
                fewer, cpu = before.get(way, (0, 0.0))
                growth = f"{one['cpu'] / cpu / (rows / fewer):.2f}" if fewer else ""
                print(
                    f"{rows:>12,} {way:11}{one['cpu']:9.2f}{one['elapsed']:9.2f}"
                    f"{one['memory']:7.2f}{one['cells']:11,}{growth:>8}"
                    f"{one['cpu'] / script['cpu']:7.2f}",
                    flush=True,
                )
                before[way] = rows, one["cpu"]
            if told.each:
                for name, seconds in sorted(catalogue["each"].items(), key=lambda e: -e[1]):
                    print(f"{'':15}{name:34}{seconds:8.2f}")


def _agree(script: dict[str, Any], catalogue: dict[str, Any]) -> None:
    """Refuse figures of a script that counts something else."""
    for name, total in script["totals"].items():
        if catalogue["totals"][name] != total:
            raise SystemExit(f"{name}: {total} in SQL, {catalogue['totals'][name]} in Zichtlijn")


def _script(workdir: Path) -> dict[str, Any]:
    context = Context(register.ASOF, contract_files.load())
    with engine.open_warehouse(workdir) as con:
        cpu, start = time.process_time(), time.perf_counter()
        con.execute("SET VARIABLE norm = ?::INT", [context.norm("norm_smw_start_dagen")])
        con.execute("SET VARIABLE peildatum = ?::DATE", [register.ASOF])
        con.execute(SCRIPT.read_text())
        found = apart.spent_since(cpu, start)
        total = con.execute(
            "SELECT metriek, sum(teller)::BIGINT FROM tien WHERE niveau = 'totaal'"
            " AND uitsplitsing = '' GROUP BY ALL"
        ).fetchall()
        counted = con.execute("SELECT count(*) FROM tien").fetchone()
    return {**found, "cells": counted[0] if counted else 0, "totals": dict(total)}


def _catalogue(workdir: Path) -> dict[str, Any]:
    promises = contract_files.load()
    context = Context(register.ASOF, promises)
    plan = plans.load(METRICS)
    by_measure = sorted(METRICS.values(), key=lambda m: m.measure.id)
    each: dict[str, float] = {}
    kept = []
    with engine.open_warehouse(workdir) as con:
        delivered = set(tables.filled(con, promises))
        made = tables.as_ibis(con, promises)
        cpu, start = time.process_time(), time.perf_counter()
        for name, together in groupby(by_measure, key=lambda m: m.measure.id):
            begun = time.perf_counter()
            kept.append(count_all(list(together), made, delivered, context, plan))
            each[name] = time.perf_counter() - begun
        found = apart.spent_since(cpu, start)
    counted = [c for result in kept for c in (*result.counted, *result.public)]
    totals: dict[str, int] = {}
    for one in counted:
        whole = one.figures.filter(niveau="totaal", uitsplitsing="").join(
            one.cells.select("cel", "aantal"), left_on="teller", right_on="cel"
        )
        for name, number in whole.group_by("metriek").agg(pl.col("aantal").sum()).iter_rows():
            totals[name] = number
    cells = sum(c.cells.height for c in counted)
    return {**found, "cells": cells, "totals": totals, "each": each}


if __name__ == "__main__":
    main()
