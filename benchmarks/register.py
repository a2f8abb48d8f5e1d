"""A made-up register for benchmarks: accepted rows straight into a warehouse, about nobody.

Everything grows with the number of trajectories, schools until there are as many as the
Netherlands has. Values are drawn apart from each other, so that nearly every row is a profile of
its own: harder than a real register.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines import contracts as contract_files
from pipelines.contracts import Column, Contracts, Dataset
from pipelines.delivery.intake import prepare
from pipelines.warehouse import engine

ASOF = dt.date(2025, 7, 31)
PER_SCHOOL = 50  # trajectories
MOST_SCHOOLS = 9_000
ONE_PER_SCHOOL = ("scholen", "leerlingaantallen", "achterstandsscores")
PART = {  # rows per trajectory, of what is not delivered once per school
    "smw_trajecten": 1.0,
    "verwijzingen": 0.5,
    "schorsingen": 0.2,
    "thuiszitters": 0.1,
    "jeugdhulp": 0.5,
    "inzet": 0.1,
    "activiteiten": 0.2,
    "schoolafspraken": 0.1,
    "evaluatie_antwoorden": 0.2,
    "overgangen": 0.1,
}


@dataclass(frozen=True)
class Pools:
    """How many schools and pupils rows are drawn from."""

    schools: int
    pupils: int


def write(workdir: Path, rows: int) -> None:
    """Fill a new warehouse in `workdir`; `rows` is the number of trajectories."""
    promises = contract_files.load()
    schools = min(max(rows // PER_SCHOOL, 4), MOST_SCHOOLS)
    pools = Pools(schools, pupils=rows * 4 // 5)
    with engine.open_warehouse(workdir) as con:
        prepare(con, promises)
        _fill(con, promises, "scholen", schools, pools)
        _fill(con, promises, "leerlingaantallen", schools * 3, pools)
        _fill(con, promises, "achterstandsscores", schools, pools)
        for name, part in PART.items():
            _fill(con, promises, name, int(rows * part), pools)


def _fill(
    con: duckdb.DuckDBPyConnection, promises: Contracts, name: str, rows: int, pools: Pools
) -> None:
    dataset = promises.dataset(name)
    values = ", ".join(_value(promises, dataset, c, pools) for c in dataset.columns)
    con.execute(f"INSERT INTO \"{name}\" SELECT {values}, 'meting' FROM range({rows}) t(i)")


def _value(promises: Contracts, dataset: Dataset, column: Column, pools: Pools) -> str:
    """SQL for a column of row `i`: valid, and the same in every run."""
    value = _some(promises, dataset, column, f"(hash(i, '{column.name}') % 1000003)::BIGINT", pools)
    return (
        value
        if column.required
        else f"CASE WHEN hash(i, '?{column.name}') % 5 > 0 THEN {value} END"
    )


def _some(promises: Contracts, dataset: Dataset, column: Column, h: str, pools: Pools) -> str:
    schools = pools.schools
    school = "printf('%05dX', {})"
    match column.name:
        case "leerling_id":
            return f"sha256((hash(i, '{dataset.id}') % {pools.pupils})::VARCHAR)"
        case "vestigingscode" if dataset.id in ONE_PER_SCHOOL:
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
