"""Counting school days on an engine: which date is the so many-th school day after another.

The days of every calendar are numbered on the pipeline side and given to the engine as a small
table, so that counting school days is a join, on every engine alike. The calendar is that of the
school (`vestigingscode`), and where there is no school, or its calendar is not known, that of the
municipality where the pupil lives (`woongemeente`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

import ibis
import ibis.expr.types as ir
import numpy as np
import polars as pl
import pyarrow as pa

from pipelines.warehouse.school_calendar import COLUMNS, SCHOOL, UNKNOWN, Calendars

Tables = Mapping[str, ir.Table]
DATASETS = tuple(COLUMNS)
UNDETERMINED = (
    "Niet te bepalen: er is geen geval waarvan de schooldagen bekend zijn. Vul vakantieregio in in"
    " gebieden of in scholen; voor een schooljaar waarvan de landelijke vakanties nog niet bekend"
    " zijn, lever een schoolkalender met de vakanties en de lesdagen."
)


def nth_after(table: ir.Table, tables: Tables, start: str, number: str, name: str) -> ir.Table:
    """Add the date `name` of the `number`-th school day after the date `start`.

    Empty where a day from `start` up to that day is not known, so that whether it is known does not
    depend on what happened afterwards.
    """
    known = _engine_tables(tables)
    own = _placed(table, known).mutate(_van=table[start])
    return _either(_of(_of(own, known, number, "_school"), known, number, "_thuis"), table, name)


def lasts_longer_from(
    table: ir.Table, tables: Tables, start: str, number: str, name: str
) -> ir.Table:
    """Add the date `name` from which what began on the date `start`, that day included, lasts
    longer than `number` school days.

    Where days are not known it is the latest date it can be: those days are passed over. So it is
    exact where all days of this school year and the one before are known, and empty where too few
    are. `school_days_known` of the coverage says where that is.
    """
    known = _engine_tables(tables)
    day_before = (table[start] - ibis.interval(days=1)).cast("timestamp").cast("date")
    earliest = ibis.literal(known.first - dt.timedelta(days=1))
    own = _placed(table, known).mutate(_van=ibis.greatest(day_before, earliest))
    own = own.mutate(_te_lang=own[number] + 1)
    found = _of(own, known, "_te_lang", "_school")
    return _either(_of(found, known, "_te_lang", "_thuis", passing=True), table, name)


def between(table: ir.Table, tables: Tables, after: str, until: str, name: str) -> ir.Table:
    """Add `name`: the number of school days after the date `after`, up to and with `until`.

    Empty where one of those days is not known.
    """
    known = _engine_tables(tables)
    own = _placed(table, known)
    for calendar in ("_school", "_thuis"):
        for day, mark in ((after, "_van"), (until, "_tot")):
            at = known.days.select(
                _k="_k", _dag="_dag", **{f"{mark}_n": "_nummer", f"{mark}_o": "_onbekend"}
            )
            joined = own.left_join(at, (own[calendar] == at["_k"]) & (own[day] == at["_dag"]))
            own = joined.drop("_k", "_dag")
        same = own["_van_o"] == own["_tot_o"]
        number = ibis.ifelse(same, own["_tot_n"] - own["_van_n"], ibis.null("int64"))
        own = own.mutate(number.name(f"{calendar}_dag"))
        own = own.drop("_van_n", "_van_o", "_tot_n", "_tot_o")
    return _either(own, table, name)


@dataclass(frozen=True)
class _EngineTables:
    """`days`: per calendar and day the number of school days and of unknown days up to then; also
    the day before `first`, the first about which anything is known.
    """

    days: ir.Table
    schools: ir.Table
    towns: ir.Table
    first: dt.date


def _engine_tables(tables: Tables) -> _EngineTables:
    calendars = Calendars.of(*(_fetched(tables[name], COLUMNS[name]) for name in COLUMNS))
    return _EngineTables(
        days=_numbered(calendars),
        schools=_pairs(calendars.schools, "_vestiging", "_school"),
        towns=_pairs(calendars.towns, "_gemeente", "_thuis"),
        first=calendars.days[0].item(),
    )


def _fetched(table: ir.Table, columns: tuple[str, ...]) -> pl.DataFrame:
    frame: pl.DataFrame = table.select(*columns).order_by(list(columns)).to_polars()
    return frame


def _placed(table: ir.Table, known: _EngineTables) -> ir.Table:
    """With the names of the calendars of the school and of the municipality."""
    own = table.left_join(known.schools, table["vestigingscode"] == known.schools["_vestiging"])
    return own.left_join(known.towns, own["woongemeente"] == known.towns["_gemeente"])


def _of(
    own: ir.Table, known: _EngineTables, number: str, calendar: str, *, passing: bool = False
) -> ir.Table:
    """Add `<calendar>_dag`, the `number`-th school day of a calendar after `_van`.

    `passing`: also where a day in between is not known.
    """
    begun = own.left_join(
        known.days, (own[calendar] == known.days["_k"]) & (own["_van"] == known.days["_dag"])
    )
    begun = begun.mutate(_doel=begun["_nummer"] + begun[number]).drop("_k", "_dag")
    begun = begun.rename(_onbekend_begin="_onbekend").drop("_nummer", "_schooldag")
    numbered = known.days.filter(known.days["_schooldag"])
    same = [begun[calendar] == numbered["_k"], begun["_doel"] == numbered["_nummer"]]
    if not passing:
        same.append(begun["_onbekend_begin"] == numbered["_onbekend"])
    found = begun.left_join(numbered, same)
    return found.rename({f"{calendar}_dag": "_dag"}).select(*own.columns, f"{calendar}_dag")


def _either(found: ir.Table, table: ir.Table, name: str) -> ir.Table:
    told = ibis.coalesce(found["_school_dag"], found["_thuis_dag"])
    return found.mutate(told.name(name)).select(*table.columns, name)


def _numbered(calendars: Calendars) -> ir.Table:
    before = calendars.days[:1] - np.timedelta64(1, "D")
    days = pa.array(np.concatenate([before, calendars.days]))
    parts: list[pa.Table] = []
    for name, states in calendars.states.items():
        found = np.concatenate([[-1], states])  # nothing is known of the day before the first
        parts.append(
            pa.table(
                {
                    "_k": pa.array([name] * len(days), type=pa.string()),
                    "_dag": days,
                    "_nummer": np.cumsum(found == SCHOOL, dtype=np.int64),
                    "_onbekend": np.cumsum(found == UNKNOWN, dtype=np.int64),
                    "_schooldag": pa.array(found == SCHOOL),
                }
            )
        )
    empty = pa.schema(
        {
            "_k": pa.string(),
            "_dag": pa.date32(),
            "_nummer": pa.int64(),
            "_onbekend": pa.int64(),
            "_schooldag": pa.bool_(),
        }
    )
    whole = pa.concat_tables([empty.empty_table(), *parts]).combine_chunks()
    return ibis.memtable(whole)


def _pairs(found: Mapping[str, str], key: str, value: str) -> ir.Table:
    columns = {
        key: pa.array(list(found), type=pa.string()),
        value: pa.array(list(found.values()), type=pa.string()),
    }
    return ibis.memtable(pa.table(columns))
