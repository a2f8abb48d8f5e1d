"""All effects and savings with 2,000 draws, beside reading the tables they need once.

    python benchmarks/effects.py [--pupils 10000 100000 1000000] [--folder DIR]
    python benchmarks/effects.py --against GIT_REV [--runs 3] [--inbox DIR]

`pupils` is the number of followed pupils in a made-up register, half of them participants; events
and youth care grow along, schools until there are as many as the Netherlands has. Printed are, per
size: processor and elapsed seconds, peak memory, growth (1 is linear), and the ratio to one pass
of DuckDB over every column of the same tables; then the seconds of every stage. Each count runs in
a process of its own. `--against` prints the processor time for the effects of the demo, of this
build and of that revision in turn, and their ratio.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import against
import apart
import duckdb
import register

from pipelines import contracts as contract_files
from pipelines.contracts import Column, Contracts, Dataset
from pipelines.delivery.intake import prepare
from pipelines.effects.catalogue import EFFECTS, SAVINGS
from pipelines.effects.compute import rows_of
from pipelines.effects.data.summaries import kept_everyone
from pipelines.effects.designs.rows import Given
from pipelines.effects.effect import Minimum
from pipelines.effects.savings.balance import balances
from pipelines.effects.savings.routes import saving_rows
from pipelines.warehouse import engine, tables

WAYS = ("lezen", "zichtlijn")
PUPILS_PER_SCHOOL = 25
YEARS = 4
# Rows per pupil, and what is not left to chance; `p`: the pupil's number, `s`: the school's.
SHAPES: dict[str, tuple[float, dict[str, str]]] = {
    "zis_deelnames": (
        1.0,
        {
            "groep": "CASE WHEN s % 2 = 0 THEN 'zis' ELSE 'vergelijking' END",
            "start_datum": "DATE '2023-09-01' + (60 * (s % 3) + 90 * (i // 7 % 2))::INTEGER",
            "eind_datum": "CASE WHEN p % 10 = 0 THEN DATE '2024-12-01' + (p % 200)::INTEGER END",
            "signaal_datum": "DATE '2023-05-01' + (p % 90)::INTEGER",
            "start_ondersteuning_datum": "DATE '2023-08-01' + (p % 60)::INTEGER",
        },
    ),
    "incidenten": (0.6, {"datum": "DATE '2021-08-05' + (hash(i, 'd') % 1440)::INTEGER"}),
    "schorsingen": (0.3, {"start_datum": "DATE '2021-08-05' + (hash(i, 'd') % 1440)::INTEGER"}),
    "thuiszitters": (
        0.2,
        {
            "start_datum": "DATE '2021-08-05' + (hash(i, 'd') % 1300)::INTEGER",
            "eind_datum": "DATE '2021-08-05' + (hash(i, 'd') % 1300 + 60)::INTEGER",
        },
    ),
    "jeugdhulp": (
        1.0,
        {
            "start_datum": "DATE '2021-08-05' + (hash(i, 'd') % 1200)::INTEGER",
            "eind_datum": "DATE '2021-08-05' + (hash(i, 'd') % 1200 + 200)::INTEGER",
            "hulpvorm": "['dagbesteding', 'begeleiding_individueel', 'gezinsbehandeling']"
            "[i % 3 + 1]",
            "niveau": "CASE WHEN i % 3 = 0 THEN 7 ELSE 5 END - (i // 3 % 2)::INTEGER",
            "volume": "1 + hash(i, 'v') % 8",
            "eenheid": "CASE WHEN i % 3 = 0 THEN '16' ELSE '04' END",
            "frequentie": "'2'",
        },
    ),
    "metingen": (
        2.0,
        {
            "datum": "DATE '2023-06-01' + (hash(i, 'd') % 700)::INTEGER",
            "instrument": "['prikkelschaal', 'rust_thuis'][i % 2 + 1]",
            "informant": "['leerkracht', 'ouder'][i % 2 + 1]",
            "score": "hash(i, 'sc') % 11",
        },
    ),
    "evaluatie_antwoorden": (0.2, {"ronde": "['2023/2024', '2024/2025'][i % 2 + 1]"}),
}


@dataclass
class Clock:
    """Seconds per stage."""

    each: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.each[name] = self.each.get(name, 0.0) + time.perf_counter() - begun


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pupils", type=int, nargs="+", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--folder", type=Path, help="where the registers go (default: temporary)")
    parser.add_argument("--against", metavar="GIT_REV", help="measure the demo beside a revision")
    parser.add_argument("--runs", type=int, default=3, help="per build, with --against")
    parser.add_argument("--inbox", type=Path, help="deliveries instead of the demo's")
    parser.add_argument("--one", nargs=2, metavar=("WAY", "WORKDIR"), help=argparse.SUPPRESS)
    told = parser.parse_args()
    if told.one:
        way, workdir = told.one
        print(json.dumps(_reading(Path(workdir)) if way == "lezen" else _effects(Path(workdir))))
        return
    if told.against:
        with tempfile.TemporaryDirectory(dir=told.folder) as home:
            against.compare(told.against, told.runs, told.inbox, Path(home).resolve())
        return
    print(f"{'':24}{'cpu s':>9}{'elapsed':>9}{'GiB':>7}{'growth':>8}{'cpu x':>8}")
    before: dict[str, tuple[int, float]] = {}
    with tempfile.TemporaryDirectory(dir=told.folder) as home:
        for pupils in told.pupils:
            workdir = Path(home) / str(pupils)
            write(workdir, pupils)
            found = {way: apart.in_a_process(__file__, way, workdir) for way in WAYS}
            for way, one in found.items():
                fewer, cpu = before.get(way, (0, 0.0))
                growth = f"{one['cpu'] / cpu / (pupils / fewer):.2f}" if fewer else ""
                print(
                    f"{pupils:>12,} {way:11}{one['cpu']:9.2f}{one['elapsed']:9.2f}"
                    f"{one['memory']:7.2f}{growth:>8}{one['cpu'] / found['lezen']['cpu']:8.1f}",
                    flush=True,
                )
                before[way] = pupils, one["cpu"]
            for name, seconds in sorted(found["zichtlijn"]["each"].items(), key=lambda e: -e[1]):
                print(f"{'':13}{name:30}{seconds:8.2f}")


def write(workdir: Path, pupils: int) -> None:
    """Fill a new warehouse in `workdir`."""
    promises = contract_files.load()
    schools = min(max(pupils // PUPILS_PER_SCHOOL, 24), register.MOST_SCHOOLS)
    pools = register.Pools(schools, pupils)
    with engine.open_warehouse(workdir) as con:
        prepare(con, promises)
        _fill(con, promises, "scholen", schools, pools, {})
        _fill(
            con, promises, "leerlingaantallen", schools * YEARS, pools,
            {"schooljaar": f"printf('%d/%d', 2021 + i // {schools}, 2022 + i // {schools})"},
        )  # fmt: skip
        for name, (part, fixed) in SHAPES.items():
            _fill(con, promises, name, int(pupils * part), pools, fixed)
        _tariffs(con)


def _tariffs(con: duckdb.DuckDBPyConnection) -> None:
    for product in SAVINGS:
        unit = "16" if product.hulpvorm == "dagbesteding" else "04"
        con.execute(
            "INSERT INTO tarieven BY NAME SELECT ? AS hulpvorm, ?::BIGINT AS niveau, jaar,"
            " 60 + 3 * (jaar - 2021) AS tarief, ? AS eenheid, 'verzonnen' AS bron,"
            " 'meting' AS _levering FROM range(2021, 2026) t(jaar)",
            [product.hulpvorm, product.niveau, unit],
        )


def _fill(
    con: duckdb.DuckDBPyConnection,
    promises: Contracts,
    name: str,
    rows: int,
    pools: register.Pools,
    fixed: dict[str, str],
) -> None:
    """Rows of a dataset. Pupil `p` goes to school `s`; every pupil takes part once."""
    dataset = promises.dataset(name)
    pupil = "i" if name == "zis_deelnames" else f"(hash(i, '{name}') % {pools.pupils})::BIGINT"
    values = ", ".join(_value(promises, dataset, c, pools, fixed) for c in dataset.columns)
    con.execute(
        f"INSERT INTO \"{name}\" SELECT {values}, 'meting' FROM (SELECT i, p, p % {pools.schools}"
        f" AS s FROM (SELECT i, {pupil} AS p FROM range({rows}) t(i)))"
    )


def _value(
    promises: Contracts, dataset: Dataset, column: Column, pools: register.Pools, fixed: Any
) -> str:
    if column.name in fixed:
        return str(fixed[column.name])
    if column.name == "leerling_id":
        return "sha256(p::VARCHAR)"
    if column.name == "vestigingscode" and dataset.id in SHAPES:
        return "printf('%05dX', s)"
    return register._value(promises, dataset, column, pools)


def _reading(workdir: Path) -> dict[str, Any]:
    """Every column of every table that effects look at, once."""
    with engine.open_warehouse(workdir) as con:
        cpu, start = time.process_time(), time.perf_counter()
        for name in (*SHAPES, "scholen", "leerlingaantallen", "tarieven"):
            con.execute(f"SELECT bit_xor(hash(COLUMNS(*))) FROM {name}").fetchall()
        return apart.spent_since(cpu, start)


def _effects(workdir: Path) -> dict[str, Any]:
    promises = contract_files.load()
    parameters = promises.parameters
    clock = Clock()
    shown = 0
    with engine.open_warehouse(workdir) as con:
        delivered = frozenset(tables.filled(con, promises))
        made = tables.as_ibis(con, promises)
        cpu, start = time.process_time(), time.perf_counter()
        with ExitStack() as until_the_end:
            with clock.stage("deelnemers"):
                kept = until_the_end.enter_context(kept_everyone(made, delivered))
            given = Given(kept, delivered, parameters, register.ASOF)
            with clock.stage("besparing"):
                saved = saving_rows(given, SAVINGS)
            with clock.stage("balans, 2.000 trekkingen"):
                balance = balances(given, saved, Minimum().with_parameters(parameters))
            for declared in EFFECTS:
                for outcome in declared.outcomes:
                    with clock.stage(declared.id + outcome.suffix):
                        rows, _points = rows_of(given, declared, outcome, balance)
                    shown += sum(row.result is not None for row in rows)
        found = apart.spent_since(cpu, start)
    if not shown or balance.outcome is None:
        raise SystemExit("Nothing was estimated: the made-up register is too thin.")
    return {**found, "each": clock.each}


if __name__ == "__main__":
    main()
