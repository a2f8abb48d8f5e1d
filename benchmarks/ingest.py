"""Reading, checking, keeping apart and loading one large delivery, beside DuckDB's bare loading.

    python benchmarks/ingest.py [--rows 100000 1000000] [--gate] [--folder DIR]
    python benchmarks/ingest.py --cold [--rows 10000] [--beside CHECKOUT] [--times 5]

Per size the same made-up file of trajectories (every column of the contract, one row in five
hundred with a mistake) is loaded in a process of its own, into a database on disk: by DuckDB's
`CREATE TABLE AS SELECT * FROM read_csv(all_varchar)`, and by Zichtlijn as a run does it, without
and (`--gate`) with the Great Expectations suite. Printed are processor seconds, elapsed seconds,
peak memory, the ratios to bare loading, and how processor time grows with the rows.

With `--cold` it is the command `zichtlijn check` as somebody gives it, in turns with that of
another checkout (`--beside`, with a .venv of its own), so that both have the same machine: the
median of processor seconds and peak memory of the whole process.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import duckdb

from pipelines import contracts as contract_files
from pipelines.contracts import Column, Contracts
from pipelines.delivery.deliver import deliver
from pipelines.delivery.intake import prepare
from pipelines.ingest import layout_files
from pipelines.warehouse import engine

SCHOOLS = 500
NAME = "meting_smw_trajecten_2024-2025.csv"
WAYS = ("duckdb", "zichtlijn", "zichtlijn_gx")


@dataclass(frozen=True)
class Measured:
    """Of one process: processor and elapsed seconds of the loading alone, and its peak memory."""

    cpu: float
    elapsed: float
    memory_gib: float
    accepted: int
    quarantined: int


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--gate", action="store_true", help="also with Great Expectations")
    parser.add_argument("--folder", type=Path, help="where the files are made (default: temporary)")
    parser.add_argument("--one", nargs=2, metavar=("WAY", "FILE"), help=argparse.SUPPRESS)
    parser.add_argument("--cold", action="store_true", help="the command check, from its start")
    parser.add_argument("--beside", type=Path, help="another checkout, measured in turns")
    parser.add_argument("--times", type=int, default=5)
    told = parser.parse_args()
    if told.one:
        print(json.dumps(asdict(_measured(told.one[0], Path(told.one[1])))))
        return
    if told.cold:
        rows = told.rows[0] if len(told.rows) == 1 else 10_000
        with tempfile.TemporaryDirectory(dir=told.folder) as folder:
            _cold(made_up(Path(folder), rows), told.beside, told.times)
        return
    ways = WAYS if told.gate else WAYS[:-1]
    with tempfile.TemporaryDirectory(dir=told.folder) as folder:
        before: dict[str, tuple[int, float]] = {}
        for rows in told.rows:
            file = made_up(Path(folder), rows)
            print(f"\n{rows:,} rows, {file.stat().st_size / 2**20:,.0f} MiB")
            _report(rows, {way: _in_a_process(way, file) for way in ways}, before)


def _cold(file: Path, beside: Path | None, times: int) -> None:
    commands = {"here": Path(sys.executable).parent / "zichtlijn"}
    if beside:
        commands["beside"] = beside / ".venv" / "bin" / "zichtlijn"
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    for _ in range(times):
        for name, command in commands.items():
            found[name].append(_whole_process([str(command), "check", str(file)]))
    print(f"{'':14}{'cpu s':>9}{'MiB':>9}   zichtlijn check, {file.stat().st_size / 2**20:.1f} MiB")
    for name, runs in found.items():
        cpu, memory = (statistics.median(values) for values in zip(*runs, strict=True))
        print(f"{name:14}{cpu:9.2f}{memory:9.0f}")


def _whole_process(command: list[str]) -> tuple[float, float]:
    """Processor seconds and peak memory (MiB) of a command and what it started."""
    started = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, used = os.wait4(started.pid, 0)
    started.returncode = os.waitstatus_to_exitcode(status)
    if started.returncode not in (0, 3):
        raise SystemExit(f"{command[0]} ended with {started.returncode}")
    return used.ru_utime + used.ru_stime, used.ru_maxrss / 2**10


def _report(rows: int, found: Mapping[str, Measured], before: dict[str, tuple[int, float]]) -> None:
    bare = found[WAYS[0]]
    print(f"{'':14}{'cpu s':>9}{'elapsed':>9}{'GiB':>7}{'cpu x':>8}{'elapsed x':>11}{'growth':>9}")
    for way, one in found.items():
        fewer, cpu = before.get(way, (0, 0.0))
        growth = f"{one.cpu / cpu / (rows / fewer):.2f}" if fewer else ""
        print(
            f"{way:14}{one.cpu:9.2f}{one.elapsed:9.2f}{one.memory_gib:7.2f}"
            f"{one.cpu / bare.cpu:8.2f}{one.elapsed / bare.elapsed:11.2f}{growth:>9}"
        )
        before[way] = rows, one.cpu
    ours = found[WAYS[1]]
    print(f"accepted {ours.accepted:,}, quarantined {ours.quarantined:,} (growth: 1 is linear)")


def _in_a_process(way: str, file: Path) -> Measured:
    done = subprocess.run(
        [sys.executable, __file__, "--one", way, str(file)],
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return Measured(**json.loads(done.stdout.splitlines()[-1]))


def _measured(way: str, file: Path) -> Measured:
    with tempfile.TemporaryDirectory(dir=file.parent) as folder:
        workdir = Path(folder)
        load = _bare if way == "duckdb" else _ours(workdir, gate=way == "zichtlijn_gx")
        cpu, start = time.process_time(), time.perf_counter()
        accepted, quarantined = load(workdir, file)
        return Measured(
            time.process_time() - cpu,
            time.perf_counter() - start,
            resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20,
            accepted,
            quarantined,
        )


def _bare(workdir: Path, file: Path) -> tuple[int, int]:
    with duckdb.connect(str(workdir / "kaal.duckdb")) as con:
        con.execute(
            f"CREATE TABLE t AS SELECT * FROM read_csv('{file}', all_varchar=true, delim=';')"
        )
        row = con.execute("SELECT count(*) FROM t").fetchone()
    return (row[0] if row else 0), 0


def _ours(workdir: Path, *, gate: bool) -> Callable[[Path, Path], tuple[int, int]]:
    """Everything that a run does once per file; what it does once per run is done before."""
    promises = contract_files.load()
    known = layout_files.load()
    with engine.open_warehouse(workdir) as con:
        prepare(con, promises)
        con.execute(
            "INSERT INTO scholen BY NAME SELECT vestigingscode, 'School' AS naam,"
            f" 'GM0001' AS gemeente, 'bo' AS onderwijssoort FROM ({_schools()})"
        )

    def load(workdir: Path, file: Path) -> tuple[int, int]:
        with engine.open_warehouse(workdir) as con, engine.frugal(con):
            (outcome,) = deliver(con, file, promises, known, gate=gate)
        if outcome.status != "accepted":
            raise SystemExit(outcome.message)
        return outcome.accepted, outcome.quarantined

    return load


def _schools() -> str:
    return (
        "SELECT lpad((i % 90 + 10)::VARCHAR, 2, '0') || chr((65 + (i // 26) % 26)::INT)"
        " || chr((65 + i % 26)::INT)"
        f" || '00' AS vestigingscode FROM range({SCHOOLS}) t(i)"
    )


def made_up(folder: Path, rows: int) -> Path:
    """A delivery of `rows` trajectories in the contract's own layout."""
    file = folder / f"{rows}" / NAME
    file.parent.mkdir()
    promises = contract_files.load()
    columns = promises.dataset("smw_trajecten").columns
    with duckdb.connect() as con:
        con.execute(f"CREATE TABLE s AS SELECT row_number() OVER () AS n, * FROM ({_schools()})")
        con.execute(
            f"COPY (SELECT {', '.join(f'{_value(c, promises)} AS {c.name}' for c in columns)}"
            f" FROM range({rows}) t(i) JOIN s ON s.n = i % {SCHOOLS} + 1)"
            f" TO '{file}' (HEADER, DELIMITER ';')"
        )
    return file


# What belongs together in one row: registered, started after 0-40 days, three in four closed.
_REGISTERED = "DATE '2024-08-01' + (hash(i, 1) % 300)::INT"
_STARTED = f"{_REGISTERED} + (hash(i, 2) % 40)::INT"
_CLOSED = "hash(i, 3) % 4 > 0"
_MISTAKE = "hash(i, 4) % 500 = 0"
_OWN: Mapping[str, str] = {
    "traject_id": "'T' || lpad(i::VARCHAR, 9, '0')",
    "leerling_id": "sha256((i // 2)::VARCHAR)",
    "vestigingscode": "s.vestigingscode",
    "leeftijd": "4 + hash(i, 5) % 15",
    "leerjaar": "1 + hash(i, 6) % 8",
    "woongemeente": "'GM0001'",
    "wijkcode": "'WK0001' || lpad((hash(i, 7) % 20)::VARCHAR, 2, '0')",
    "aanbieder": "'Stichting ' || chr(65 + (i % 5)::INT)",
    "aanmeld_datum": _REGISTERED,
    "start_datum": _STARTED,
    "eind_datum": f"CASE WHEN {_MISTAKE} THEN {_REGISTERED} - 1 WHEN {_CLOSED} THEN {_STARTED}"
    " + (hash(i, 8) % 200)::INT END",
    "uren": "round(1 + (hash(i, 9) % 400) / 10.0, 1)",
    "contacten": "1 + hash(i, 10) % 20",
    "doelen_gesteld": "3 + hash(i, 11) % 3",
    "doelen_behaald": "hash(i, 12) % 4",
    "gas_score": "(hash(i, 13) % 6)::INT - 3",
    "tevredenheid_leerling": "1 + hash(i, 14) % 10",
    "tevredenheid_ouder": "CASE WHEN hash(i, 15) % 2 = 0 THEN 1 + hash(i, 16) % 10 END",
    "afsluitreden": f"CASE WHEN {_CLOSED} OR {_MISTAKE} THEN 'volgens_plan' ELSE 'nog_open' END",
    "rol": "'SMW'",
}


def _value(column: Column, promises: Contracts) -> str:
    if column.name in _OWN:
        return _OWN[column.name]
    if column.kind == "ja_nee":
        return f"CASE WHEN hash(i, '{column.name}') % 3 = 0 THEN 'J' ELSE 'N' END"
    codes = [f"'{code}'" for code in promises.codes[column.codes or ""]]
    chosen = (
        f"list_extract([{', '.join(codes)}], (hash(i, '{column.name}') % {len(codes)} + 1)::INT)"
    )
    return chosen if column.required else f"CASE WHEN hash(i, 17) % 3 > 0 THEN {chosen} END"


if __name__ == "__main__":
    main()
