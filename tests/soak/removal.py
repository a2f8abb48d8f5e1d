"""Exact counts of a register with one delivery taken away, and what their coverage says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import duckdb

from pipelines import contracts
from pipelines.metrics import plan as plans
from pipelines.metrics.catalogue import METRICS
from pipelines.metrics.compute import Result, count_all
from pipelines.metrics.coverage_notes import Note
from pipelines.metrics.metric import Context
from pipelines.release import publish
from pipelines.warehouse import coverage, tables
from pipelines.warehouse.tables import DELIVERY

PROMISES = contracts.load()
Key = tuple[str, ...]
Values = Mapping[Key, Any]
_PLACE = ("schooljaar", "niveau", "gebied", "uitsplitsing", "categorie")


@dataclass(frozen=True)
class Told:
    """`values`: (metric, place, part) -> exact number. `notes`: per metric and place."""

    values: Values
    notes: Mapping[str, Mapping[tuple[str, str, str], Note]]
    not_delivered: Mapping[str, tuple[str, ...]]

    def note(self, key: Key) -> Note | None:
        return self.notes.get(key[0], {}).get((key[1], key[2], key[3]))


def counted(con: duckdb.DuckDBPyConnection, years: tuple[str, ...], *, whole: bool) -> Told:
    """What a warehouse counts up to; `whole`: with every breakdown, else only the areas."""
    plan = plans.load(METRICS)
    if not whole:
        areas = {t.metric for t in plan.tables if not t.breakdown}
        kept = (t for t in plan.tables if not t.breakdown or t.metric not in areas)
        plan = replace(plan, tables=tuple(kept))
    result = count_all(
        METRICS.values(),
        tables.as_ibis(con, PROMISES),
        set(tables.filled(con, PROMISES)),
        Context(publish.last_day(list(years)), PROMISES, years),
        plan,
        coverage.coverage(con, PROMISES),
    )
    return Told(_values(result), result.notes, result.not_delivered)


def _values(result: Result) -> Values:
    found: dict[Key, Any] = {}
    for part in (*result.counted, *result.public):
        cells = dict(part.cells.select("cel", "aantal").iter_rows())
        for row in part.figures.iter_rows(named=True):
            place = (row["metriek"], *(row[name] for name in _PLACE))
            for name in ("teller", "noemer"):
                if row[name] is not None:
                    found[*place, name] = cells[row[name]]
            if row["bekend"] is not None:
                found[*place, "bekend"] = row["bekend"]
    for spread in result.spreads:
        for row in spread.cells.iter_rows(named=True):
            place = (row["metriek"], *(row[name] for name in _PLACE))
            found[*place, row["maat"]] = (row["waarde"], row["onder"], row["boven"], row["aantal"])
    return found


@contextmanager
def without(con: duckdb.DuckDBPyConnection, delivery: str, status: str = "") -> Iterator[None]:
    """As if a delivery had never come or, with a status, had been withdrawn."""
    con.execute("BEGIN")
    try:
        (dataset,) = con.execute(
            "SELECT dataset FROM register.leveringen WHERE levering = ?", [delivery]
        ).fetchone() or ("",)
        con.execute(f'DELETE FROM "{dataset}" WHERE {DELIVERY} = ?', [delivery])
        con.execute("DELETE FROM register.quarantaine WHERE levering = ?", [delivery])
        if status:
            con.execute(
                "UPDATE register.leveringen SET status = ? WHERE levering = ?", [status, delivery]
            )
        else:
            for table in ("leveringen", "eenheden"):
                con.execute(f"DELETE FROM register.{table} WHERE levering = ?", [delivery])
        yield
    finally:
        con.execute("ROLLBACK")


def unexplained(before: Told, after: Told) -> list[Key]:
    """Numbers that differ while nothing says why."""
    found = []
    for key in sorted({*before.values, *after.values}):
        if before.values.get(key) == after.values.get(key) or key[0] in after.not_delivered:
            continue
        note = after.note(key)
        if note is None or (note.text == getattr(before.note(key), "text", "") and not note.absent):
            found.append(key)
    return found


def deliveries(con: duckdb.DuckDBPyConnection) -> list[tuple[str, str]]:
    """Every loaded delivery and its file, by file."""
    return con.execute(
        "SELECT levering, bestand FROM register.leveringen WHERE status = 'geladen' ORDER BY 2"
    ).fetchall()


def years_of(con: duckdb.DuckDBPyConnection) -> tuple[str, ...]:
    return tuple(publish.school_years(con, PROMISES))
