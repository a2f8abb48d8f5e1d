"""What a delivery lacks of a known list: schools without a row where every school has one.

A row that breaks a rule names itself; a row that is not there does not. So where the delivery
calendar says that every school owes a row (`needs_row`), a delivery is laid beside the list of
schools: those of the areas that it is about, in its school years. Parts add up, so that a school
that another loaded delivery has is not missing, and rows that are kept apart are there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import duckdb

from pipelines import schoolyear
from pipelines.contracts import Dataset
from pipelines.sql import quoted
from pipelines.validate.check import Check
from pipelines.validate.quarantine import Finding
from pipelines.warehouse import calendar, tables
from pipelines.warehouse.answering import Answering, answering

RULE = "eenheden_ontbreken"
LIST = "scholen"
_NAMED = 10  # schools that a finding names


def finding(con: duckdb.DuckDBPyConnection, dataset: Dataset, delivery: str) -> Finding | None:
    """The finding about a loaded delivery; None when it lacks nothing."""
    lines = lines_of(dataset.id)
    if not lines:
        return None
    if not con.execute(f"SELECT 1 FROM {LIST} LIMIT 1").fetchone():
        check = _check(dataset, "", could_not_run=f"de dataset {LIST} is nog niet geleverd")
        return Finding(check, (), outcome="niet_gecontroleerd")
    told = [
        said
        for line in lines
        if (said := _in_words(_missing(con, dataset, line, delivery), dataset.period_column))
    ]
    return Finding(_check(dataset, " ".join(told)), ()) if told else None


def stale(con: duckdb.DuckDBPyConnection, dataset: Dataset, delivery: str) -> bool:
    """Whether other deliveries changed what is on record about a loaded one."""
    if not lines_of(dataset.id):
        return False
    now = finding(con, dataset, delivery)
    row = con.execute(
        "SELECT bericht FROM register.bevindingen WHERE levering = ? AND regel = ?",
        [delivery, f"{dataset.id}.{RULE}"],
    ).fetchone()
    return (row[0] if row else None) != (now.message if now else None)


def lines_of(dataset: str) -> list[Answering]:
    """The lines in which every school owes a row."""
    return [
        line
        for line in answering().values()
        if line.dataset == dataset
        and line.required
        and line.needs_row
        and line.level == "vestiging"
    ]


def _check(dataset: Dataset, message: str, could_not_run: str = "") -> Check:
    return Check(
        id=f"{dataset.id}.{RULE}",
        sort="bron",
        severity="waarschuwing",
        dimension="completeness",
        columns=("vestigingscode",),
        fails="false",
        message=message,
        remedy=(
            "Ga na of de levering volledig is en vul de ontbrekende vestigingen aan. Bestaat een"
            f" vestiging niet meer, haal haar dan uit de dataset {LIST}."
        ),
        owner=dataset.owner,
        could_not_run=could_not_run,
    )


def _missing(
    con: duckdb.DuckDBPyConnection, dataset: Dataset, line: Answering, delivery: str
) -> list[tuple[str, str, str, int | None]]:
    """Code, name, onderwijssoort and first calendar year of what is missing, sorted; year None for
    a school without any row.

    Of a school with rows in other years only a year between those, or the newest year of the
    delivery, is missing: a school may have begun later.
    """
    rows = _rows(dataset, line)
    area = f"s.{quoted(line.together)}" if line.together else "''"
    kinds = f"AND s.onderwijssoort IN {_texts(line.kinds)}" if line.kinds else ""
    return con.execute(
        f"""
        WITH alles AS ({rows}),
        eigen AS (SELECT DISTINCT eenheid, jaar FROM alles WHERE levering = $levering),
        gebied AS (SELECT DISTINCT {area} AS waar FROM {LIST} s
            JOIN eigen ON eenheid = s.vestigingscode),
        school AS (SELECT DISTINCT vestigingscode, naam, onderwijssoort FROM {LIST} s
            WHERE {area} IN (SELECT waar FROM gebied) {kinds}),
        bekend AS (SELECT eenheid, min(jaar) AS eerste, max(jaar) AS laatste FROM alles
            GROUP BY eenheid),
        jaren AS (SELECT DISTINCT jaar FROM eigen WHERE jaar IS NOT NULL)
        SELECT vestigingscode, naam, onderwijssoort, NULL::BIGINT FROM school
        WHERE vestigingscode NOT IN (SELECT eenheid FROM bekend)
        UNION ALL
        SELECT vestigingscode, naam, onderwijssoort, jaar FROM school
        JOIN bekend ON eenheid = vestigingscode JOIN jaren ON
            (jaar > eerste AND jaar < laatste)
            OR (jaar > laatste AND jaar = (SELECT max(jaar) FROM jaren))
        WHERE NOT EXISTS (SELECT 1 FROM alles a
            WHERE a.eenheid = vestigingscode AND a.jaar = jaren.jaar)
        ORDER BY 4 NULLS FIRST, 1""",
        {"levering": delivery},
    ).fetchall()


def _rows(dataset: Dataset, line: Answering) -> str:
    """SQL: delivery, unit and year of every row that counts or is kept apart."""
    unit = f"coalesce({', '.join(quoted(c) for c in line.columns)})"
    apart = f"coalesce({', '.join(_kept(c) for c in line.columns)})"
    year, kept_year = "NULL", "NULL"
    if dataset.period_column:
        year = calendar.first_year(dataset)
        kept_year = f"left({_kept(dataset.period_column)}, 4)"
    return (
        f"SELECT {tables.DELIVERY} AS levering, {unit} AS eenheid,"
        f" ({year})::BIGINT AS jaar FROM {quoted(dataset.id)} WHERE {unit} IS NOT NULL"
        f" UNION ALL SELECT levering, {apart}, try_cast({kept_year} AS BIGINT)"
        " FROM register.quarantaine JOIN register.leveringen USING (levering)"
        f" WHERE dataset = '{dataset.id}' AND status = 'geladen' AND {apart} IS NOT NULL"
    )


def _kept(column: str) -> str:
    return f"(inhoud->>'$.{quoted(column)}')"


def _texts(values: Sequence[str]) -> str:
    return f"({', '.join(repr(value) for value in values)})"


def _in_words(
    missing: Sequence[tuple[str, str, str, int | None]], period_column: str | None
) -> str:
    """One or two sentences: what has no row at all, and what lacks a year."""
    none = [(code, name, kind) for code, name, kind, year in missing if year is None]
    gaps = [(code, name, kind, year) for code, name, kind, year in missing if year is not None]
    said = []
    if none:
        of_kind = Counter(kind for _code, _name, kind in none)
        kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(of_kind.items()))
        said.append(
            f"Van {_schools(len(none))} uit de dataset {LIST} is er geen enkele rij"
            f"{f' ({kinds})' if len(of_kind) > 1 else ''}:"
            f" {_listed([f'{code} ({name})' for code, name, _kind in none])}."
        )
    if gaps:
        by_year = period_column == "schooljaar"
        named = [
            f"{code} ({name}) in {schoolyear.label(year) if by_year else year}"
            for code, name, _kind, year in gaps
        ]
        schools = len({code for code, *_ in gaps})
        said.append(f"Van {_schools(schools)} ontbreekt een jaar: {_listed(named)}.")
    return " ".join(said)


def _schools(count: int) -> str:
    return "1 vestiging" if count == 1 else f"{count} vestigingen"


def _listed(named: Sequence[str]) -> str:
    more = f" en nog {len(named) - _NAMED}" if len(named) > _NAMED else ""
    return ", ".join(named[:_NAMED]) + more
