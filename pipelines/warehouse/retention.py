"""How long rows about children are kept, and their deletion.

A row's time is its newest date; where it has none, the end of the period its delivery is about,
or else the day it came. Deleted are the rows of school years that ended longer ago than the
retention term. Releases stay: they hold no child.

What is deleted can come back only where somebody still has it. So a run stops and asks where it
would delete what was past the term on the day it came, or more than the one school year that ends
its term each year, and where its own date cannot be right (`refuse_surprise`, `refuse_odd_date`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import duckdb

from pipelines import schoolyear
from pipelines.contracts import Contracts, Dataset
from pipelines.errors import UsageError
from pipelines.sql import quoted
from pipelines.warehouse import differences, engine, history, tables

PARAMETER = "bewaartermijn_jaren"
FAR_AFTER = "run_vraag_maanden"

_FALLBACK = (
    "(SELECT coalesce(try_cast(nullif(split_part(l.periode, '-', 2), '') || '-07-31' AS DATE),"
    " l.ontvangen_op::DATE) FROM register.leveringen l WHERE l.levering = {delivery})"
)


def first_kept_year(contracts: Contracts, today: dt.date) -> int:
    """First calendar year of the oldest school year whose rows are still kept."""
    return schoolyear.first_year(today) - int(contracts.parameters[PARAMETER].value)


def boundary_on(contracts: Contracts, day: dt.date) -> dt.date:
    """Rows from before this date are past the term."""
    return schoolyear.first_day(first_kept_year(contracts, day))


def refuse_odd_date(con: duckdb.DuckDBPyConnection, contracts: Contracts, today: dt.date) -> None:
    """Raise `UsageError` where the day of a run lies before the last delivery, or far after it."""
    row = con.execute("SELECT max(ontvangen_op)::DATE FROM register.leveringen").fetchone()
    if row is None or row[0] is None:
        return
    last: dt.date = row[0]
    months = contracts.parameters[FAR_AFTER].value
    if last - dt.timedelta(days=1) <= today <= last + dt.timedelta(days=months * 30.4375):
        return
    when = "voor de dag" if today < last else f"meer dan {months:g} maanden na de dag"
    raise UsageError(
        f"Volgens deze computer is het {today:%d-%m-%Y}; dat is {when} waarop de laatste levering"
        f" kwam ({last:%d-%m-%Y}). Met een verkeerde datum zouden rijen over kinderen worden"
        " verwijderd, of te lang bewaard. Er is niets gedaan. Zet de datum goed; klopt hij, geef"
        " dan dezelfde opdracht met --ja."
    )


def refuse_surprise(con: duckdb.DuckDBPyConnection, contracts: Contracts, today: dt.date) -> None:
    """Raise `UsageError`, with counts per file, where more would be deleted than the one school
    year that ends its term each year, or what was past the term on the day it came."""
    boundary = boundary_on(contracts, today)
    usual = boundary.replace(year=boundary.year - 1)
    odd: dict[str, int] = {}
    for file, received, count, oldest in _due(con, contracts, boundary):
        if oldest < usual or oldest < boundary_on(contracts, received):
            odd[file] = odd.get(file, 0) + count
    if not odd:
        return
    named = [f"{file} ({count})" for file, count in sorted(odd.items())]
    more = f" en nog {len(named) - 10} bestanden" if len(named) > 10 else ""
    raise UsageError(
        f"Deze run zou {sum(odd.values())} goedgekeurde rijen over kinderen verwijderen, omdat zij"
        f" van voor {boundary:%d-%m-%Y} zijn en dus voorbij de bewaartermijn van"
        f" {contracts.parameters[PARAMETER].value:g} jaar: {', '.join(named[:10])}{more}. Dat is"
        " meer dan gewoonlijk. Er is niets verwijderd en niets gepubliceerd. Controleer de datum"
        " van de computer, de bewaartermijn en de jaartallen in deze bestanden; moeten de rijen"
        " weg, geef dan dezelfde opdracht met --ja."
    )


def _due(
    con: duckdb.DuckDBPyConnection, contracts: Contracts, boundary: dt.date
) -> Iterator[tuple[str, dt.date, int, dt.date]]:
    """(file, day it came, accepted rows past the term, time of the oldest) per delivery."""
    for dataset in contracts.datasets.values():
        if not dataset.person_level:
            continue
        table, delivery = quoted(dataset.id), tables.DELIVERY
        time = _time(table, delivery, ", ".join(quoted(name) for name in _dates(dataset)))
        yield from con.execute(
            "SELECT bestand, ontvangen_op::DATE, n, oudste FROM register.leveringen JOIN"
            f" (SELECT {delivery} AS levering, count(*) AS n, min({time}) AS oudste FROM {table}"
            f" WHERE {time} < DATE '{boundary}' GROUP BY 1) USING (levering) ORDER BY 1, 2"
        ).fetchall()


def came_back(
    con: duckdb.DuckDBPyConnection, contracts: Contracts, delivery: str, today: dt.date
) -> bool:
    """Whether rows of a delivery were deleted that would be kept today."""
    row = con.execute(
        "SELECT max(coalesce(grens, DATE '0001-01-01')) FROM register.verlopen WHERE levering = ?",
        [delivery],
    ).fetchone()
    return bool(row and row[0] and row[0] > boundary_on(contracts, today))


def expire(con: duckdb.DuckDBPyConnection, contracts: Contracts, today: dt.date) -> int:
    """Delete what is past the term, count it per delivery in the register; number of rows."""
    boundary = boundary_on(contracts, today)
    gone: dict[str, list[int]] = {}
    with history.transaction(con):
        for dataset in contracts.datasets.values():
            if dataset.person_level:
                for place, delivery, count in _delete(con, dataset, boundary, today):
                    gone.setdefault(delivery, [0, 0])[place] += count
        for delivery, (accepted, quarantined) in gone.items():
            con.execute(
                "INSERT INTO register.verlopen VALUES (?, ?, ?, ?, ?)",
                [delivery, accepted, quarantined, today, boundary],
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
    dates = _dates(dataset)
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
        time = _time(table, delivery, newest)
        expired = f"FROM {table} WHERE {which} AND {time} < DATE '{boundary}'"
        found = con.execute(f"SELECT {delivery}, count(*) {expired} GROUP BY 1").fetchall()
        if found:
            con.execute(f"DELETE {expired}")
        deleted += [(place, name, count) for name, count in found]
    return deleted


def _dates(dataset: Dataset) -> list[str]:
    return [c.name for c in dataset.columns if c.kind == "datum"]


def _time(table: str, delivery: str, newest: str) -> str:
    """SQL: when a row was; `newest`: its dates."""
    return f"coalesce(greatest({newest}), {_FALLBACK.format(delivery=f'{table}.{delivery}')})"
