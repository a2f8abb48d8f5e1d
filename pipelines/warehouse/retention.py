"""How long rows about children are kept, and their deletion.

A row's time is its newest date; where it has none, the end of the period its delivery is about,
or else the day it came. Deleted are the rows of school years that ended longer ago than the
retention term. Releases stay: they hold no child.
"""

from __future__ import annotations

import datetime as dt

import duckdb

from pipelines.contracts import Contracts, Dataset
from pipelines.ingest.clean import quoted
from pipelines.warehouse import differences, engine, history, tables

PARAMETER = "bewaartermijn_jaren"
FIRST_MONTH = 8  # a school year begins on 1 August

_FALLBACK = (
    "(SELECT coalesce(try_cast(nullif(split_part(l.periode, '-', 2), '') || '-07-31' AS DATE),"
    " l.ontvangen_op::DATE) FROM register.leveringen l WHERE l.levering = {delivery})"
)


def first_kept_year(contracts: Contracts, today: dt.date) -> int:
    """First calendar year of the oldest school year whose rows are still kept."""
    year = today.year - int(contracts.parameters[PARAMETER].value)
    return year if (today.month, today.day) >= (FIRST_MONTH, 1) else year - 1


def expire(con: duckdb.DuckDBPyConnection, contracts: Contracts, today: dt.date) -> int:
    """Delete what is past the term, count it per delivery in the register; number of rows."""
    boundary = dt.date(first_kept_year(contracts, today), FIRST_MONTH, 1)
    gone: dict[str, list[int]] = {}
    with history.transaction(con):
        for dataset in contracts.datasets.values():
            if dataset.person_level:
                for place, delivery, count in _delete(con, dataset, boundary, today):
                    gone.setdefault(delivery, [0, 0])[place] += count
        for delivery, (accepted, quarantined) in gone.items():
            con.execute(
                "INSERT INTO register.verlopen VALUES (?, ?, ?, ?)",
                [delivery, accepted, quarantined, today],
            )
            differences.forget_rows(con, delivery)
        if gone:
            engine.erase_later(con)
    return sum(map(sum, gone.values()))


def past(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Deliveries of which rows are past the term; what went back about them must go as well."""
    rows = con.execute("SELECT DISTINCT levering FROM register.verlopen ORDER BY 1").fetchall()
    return [delivery for (delivery,) in rows]


def _delete(
    con: duckdb.DuckDBPyConnection, dataset: Dataset, boundary: dt.date, today: dt.date
) -> list[tuple[int, str, int]]:
    """(0 for accepted or 1 for quarantined, delivery, rows deleted).

    A date after `today` in a quarantined row is no reason to keep it: it is likely its mistake.
    """
    dates = [c.name for c in dataset.columns if c.kind == "datum"]
    typed = ", ".join(quoted(name) for name in dates)
    texts = [f"try_cast(inhoud->>'$.{name}' AS DATE)" for name in dates]
    past = ", ".join(f"CASE WHEN {t} <= DATE '{today}' THEN {t} END" for t in texts)
    places = (
        (quoted(dataset.id), tables.DELIVERY, typed, "true"),
        (
            "register.quarantaine",
            "levering",
            past,
            "levering IN (SELECT levering FROM register.leveringen"
            f" WHERE dataset = '{dataset.id}')",
        ),
    )
    deleted: list[tuple[int, str, int]] = []
    for place, (table, delivery, newest, which) in enumerate(places):
        time = f"coalesce(greatest({newest}), {_FALLBACK.format(delivery=f'{table}.{delivery}')})"
        expired = f"FROM {table} WHERE {which} AND {time} < DATE '{boundary}'"
        found = con.execute(f"SELECT {delivery}, count(*) {expired} GROUP BY 1").fetchall()
        if found:
            con.execute(f"DELETE {expired}")
        deleted += [(place, name, count) for name, count in found]
    return deleted
