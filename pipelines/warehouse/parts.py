"""Which part of what a supplier delivers a delivery is, by its rows.

Told from the staged rows: the school years they are about, who delivered them where neither layout
nor name says so, and how they stand to what the same supplier delivered before. Parts add up; a
delivery replaces an earlier one of which it holds at least half the rows; whatever is neither is
refused, before anything of the earlier one is gone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import duckdb

from pipelines import schoolyear
from pipelines.contracts import Dataset
from pipelines.errors import DeliveryRefused
from pipelines.ingest import periods
from pipelines.ingest.deliveries import UNKNOWN
from pipelines.ingest.periods import Named, written
from pipelines.sql import quoted
from pipelines.warehouse import tables
from pipelines.warehouse.answering import answering
from pipelines.warehouse.calendar import first_year

_STRAY = 0.05  # share of rows that may lie outside a span or a year: mistakes in a date
_FEW = 20  # of fewer rows each one counts
_LEFT = 0.1  # share of its rows that a delivery may miss in one that grew out of it
_BY_SCHOOL, _BY_AREA = ("Schoolbestuur", "School"), ("Gemeente", "Leerplicht")  # owners


@dataclass(frozen=True)
class Standing:
    """What a delivery's rows make of it. `period`: school years such as 2023-2025, or empty where
    neither rows nor name tell. `astray`: what the name says otherwise, in Dutch; empty when it
    does not. `replaces`: ids of the deliveries whose place it takes.
    """

    supplier: str
    period: str
    astray: str = ""
    replaces: tuple[str, ...] = ()


# Who and when -----------------------------------------------------------------------------------


def supplier(con: duckdb.DuckDBPyConnection, dataset: Dataset, said: str, staged: str) -> str:
    """`said`, or whom all rows belong to where that is nobody: the one board, or municipality."""
    names = [c.name for c in dataset.columns]
    if said != UNKNOWN:
        return said
    if dataset.owner in _BY_SCHOOL and "vestigingscode" in names:
        query = (
            f"SELECT DISTINCT bevoegd_gezag FROM {staged} s LEFT JOIN scholen USING"
            " (vestigingscode) WHERE s.vestigingscode IS NOT NULL"
        )
    elif dataset.owner in _BY_AREA and "woongemeente" in names:
        query = (
            "SELECT DISTINCT coalesce(g.gemeentenaam, s.woongemeente)"
            f" FROM {staged} s LEFT JOIN gebieden g ON g.gemeente = s.woongemeente"
            " WHERE s.woongemeente IS NOT NULL"
        )
    else:
        return said
    found = con.execute(f"{query} LIMIT 2").fetchall()
    return str(found[0][0]) if len(found) == 1 and found[0][0] else said


def period(
    con: duckdb.DuckDBPyConnection, dataset: Dataset, said: Named, staged: str
) -> tuple[str, str]:
    """The period of the rows, and what is astray in the name.

    A name that gives whole school years is kept where its rows agree: only it tells of years in
    which nothing happened. Rows that began earlier and still ran agree as well.
    """
    if dataset.period_column is None:
        return said.period, ""
    years = _years(con, dataset, staged)
    total = sum(years.values())
    if said.years and total:
        fits = _fitting(con, dataset, said.years, staged)
        if 2 * fits >= total:
            return said.period, ""
        of_rows = written(_span(years))
        told = (
            f"De naam noemt {written(said.years)}, maar {total - fits} van de {total} rijen gaan"
            f" over {_in_words(_span(years))}. De levering telt als {of_rows}. Klopt dat, geef het"
            f" bestand dan een naam met {of_rows}; klopt het niet, stuur dan het juiste bestand."
        )
        return of_rows, told
    whole_years = dataset.column(dataset.period_column).kind != "datum"
    if not said.years and whole_years and total:
        return written(_span(years)), ""
    return said.period, ""


def _years(con: duckdb.DuckDBPyConnection, dataset: Dataset, staged: str) -> dict[int, int]:
    """First calendar year of a school year -> how many rows are about it."""
    year = first_year(dataset)
    rows = con.execute(
        f"SELECT {year}, count(*) FROM {staged} WHERE {year} IS NOT NULL GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return {int(found): int(count) for found, count in rows}


def _span(years: dict[int, int]) -> tuple[int, int]:
    """First and last calendar year of the school years that hold more than strays."""
    least = _STRAY * sum(years.values())
    many = [year for year, count in years.items() if count >= least] or list(years)
    return min(many), max(many) + 1


def _in_words(years: tuple[int, int]) -> str:
    first, last = years
    if last == first + 1:
        return f"schooljaar {schoolyear.label(first)}"
    return f"de schooljaren {schoolyear.label(first)} tot en met {schoolyear.label(last - 1)}"


def _fitting(
    con: duckdb.DuckDBPyConnection, dataset: Dataset, years: tuple[int, int], staged: str
) -> int:
    """How many rows are about the years that a name gives."""
    first, last = years
    year = f"({first_year(dataset)})"
    kind = dataset.column(dataset.period_column or "").kind
    inside = f"{year} >= {first} AND {year} {'<=' if kind == 'geheel' else '<'} {last}"
    if any(c.name == "eind_datum" for c in dataset.columns):
        start = f"DATE '{schoolyear.first_day(first)}'"
        inside += f" OR ({year} < {first} AND coalesce(eind_datum, {start}) >= {start})"
    row = con.execute(f"SELECT count(*) FROM {staged} WHERE {inside}").fetchone()
    return int(row[0]) if row else 0


# Beside what came before ------------------------------------------------------------------------


@dataclass(frozen=True)
class _Beside:
    """A delivery that counts now. `rows`: how many it holds; `same`: of those, how many stand in
    the new one. `here`: rows of the new one about its units in its time; `there`: the reverse;
    `beyond`: rows of the new one that are neither in it nor about its units in its time.
    """

    delivery: str
    file: str
    rows: int
    same: int
    here: int
    there: int
    beyond: int


def replaced(
    con: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    by: tuple[str, str, str],
    said: Named,
    staged: str,
) -> tuple[str, ...]:
    """Ids of the deliveries whose place the staged rows take.

    `by`: id, file and supplier of the delivery. `said`: what its name says and its rows do not
    contradict. Raises `DeliveryRefused` where the rows are neither a newer form of an earlier
    delivery nor another part beside it.
    """
    delivery, _, name = by
    others = con.execute(
        "SELECT levering, bestand FROM register.leveringen WHERE status = 'geladen'"
        " AND dataset = ? AND lower(leverancier) = lower(?) AND levering <> ? ORDER BY volgnummer",
        [dataset.id, name, delivery],
    ).fetchall()
    if not others:
        return ()
    row = con.execute(f"SELECT count(*) FROM {staged}").fetchone()
    mine = int(row[0]) if row else 0
    if not mine:
        return _beside_nothing(con, dataset, others, said)
    found: list[str] = []
    for other, file in others:
        beside = _beside(con, dataset, other, file, staged)
        named_apart = said.apart_from(periods.of_file(file))
        if _renewed(beside, mine, named_apart=named_apart):
            found.append(other)
        elif not beside.rows:
            found += (
                [other] if periods.of_file(file).period and periods.of_file(file) == said else []
            )
        elif named_apart:
            continue
        elif 2 * beside.same >= mine and 2 * beside.same < beside.rows:
            raise _part_of(beside)
        elif not _apart(beside, mine):
            raise _unclear(beside)
    return tuple(found)


def _renewed(beside: _Beside, mine: int, *, named_apart: bool) -> bool:
    """Whether the new delivery holds an earlier one: all its rows, or most of them where it is
    about the same units and time. One that goes on beyond those may leave hardly a row behind: what
    ended is missing in an export of what still runs.
    """
    if not beside.rows or 2 * beside.same < beside.rows:
        return False
    left = beside.rows - beside.same
    if not left:
        return True
    return not named_apart and (left <= _LEFT * beside.rows or _strays(beside.beyond, mine))


def _apart(beside: _Beside, mine: int) -> bool:
    """Other units, or another time: but for a stray row none is about the same."""
    return _strays(beside.here, mine) and _strays(beside.there, beside.rows)


def _strays(count: int, rows: int) -> bool:
    return count == 0 or (rows >= _FEW and count <= _STRAY * rows)


def _beside(
    con: duckdb.DuckDBPyConnection, dataset: Dataset, other: str, file: str, staged: str
) -> _Beside:
    theirs = f"(SELECT * FROM {quoted(dataset.id)} WHERE {tables.DELIVERY} = $andere)"
    told_by = dataset.keys or tuple(c.name for c in dataset.columns)
    keys = " AND ".join(f"t.{quoted(k)} IS NOT DISTINCT FROM s.{quoted(k)}" for k in told_by)
    alike = " OR ".join(f"t.{quoted(c)} = s.{quoted(c)}" for c in _telling(dataset))
    same = f"{keys} AND ({alike})" if alike else keys
    about_theirs = _about(dataset, theirs)
    row = con.execute(
        f"SELECT count(*), count(*) FILTER (EXISTS (SELECT 1 FROM {staged} s WHERE {same})),"
        f" (SELECT count(*) FROM {staged} WHERE {about_theirs}),"
        f" (SELECT count(*) FROM {theirs} WHERE {_about(dataset, staged)}),"
        f" (SELECT count(*) FROM {staged} s WHERE NOT coalesce({about_theirs}, false)"
        f" AND NOT EXISTS (SELECT 1 FROM {theirs} t WHERE {same}))"
        f" FROM {theirs} t",
        {"andere": other},
    ).fetchone()
    return _Beside(other, file, *(int(n or 0) for n in row or [0] * 5))


def _telling(dataset: Dataset) -> list[str]:
    """Columns of which one at least is equal in two rows about the same thing: a supplier's numbers
    may start again. None where the key itself says what a row is about."""
    if not dataset.numbered:
        return []
    names = [c.name for c in dataset.columns]
    found = [*(["leerling_id"] if "leerling_id" in names else []), dataset.period_column]
    return [name for name in found if name]


def _about(dataset: Dataset, beside: str) -> str:
    """SQL: whether a row is about a unit of `beside`, in the time that those rows are about."""
    unit, time = _unit(dataset), dataset.period_column
    wanted = [f"{unit} IN (SELECT {unit} FROM {beside})"]
    if time:
        column = quoted(time)
        few = f"(SELECT count({column}) FROM {beside}) < {_FEW}"
        low, high = (
            f"(SELECT CASE WHEN {few} THEN {edge}({column})"
            f" ELSE quantile_disc({column}, {share}) END FROM {beside})"
            for edge, share in (("min", _STRAY), ("max", 1 - _STRAY))
        )
        wanted.append(f"{column} BETWEEN {low} AND {high}")
    return f"({' AND '.join(wanted)})"


def _unit(dataset: Dataset) -> str:
    """SQL: the school, area or group that a row is about; else the first part of its key."""
    lines = [line for line in answering().values() if line.dataset == dataset.id]
    columns = [column for line in lines for column in line.columns]
    if not columns:
        columns = [k for k in dataset.keys if k != dataset.period_column][:1]
    return f"coalesce({', '.join(quoted(c) for c in dict.fromkeys(columns))}, '')"


def _beside_nothing(
    con: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    others: Sequence[tuple[str, str]],
    said: Named,
) -> tuple[str, ...]:
    """A delivery without rows takes the place of one without rows only."""
    found: list[str] = []
    for other, file in others:
        if said.apart_from(periods.of_file(file)):
            continue
        row = con.execute(
            f"SELECT count(*) FROM {quoted(dataset.id)} WHERE {tables.DELIVERY} = ?", [other]
        ).fetchone()
        if row and row[0]:
            raise DeliveryRefused(
                "levering.leeg",
                "Deze levering bevat geen enkele rij, en zou in de plaats komen van"
                f" {file} met {row[0]} rijen. Er is niets veranderd. Is er echt niets meer, trek"
                f" dan eerst die levering in: zichtlijn withdraw {other}",
            )
        found.append(other)
    return tuple(found)


def _part_of(beside: _Beside) -> DeliveryRefused:
    return DeliveryRefused(
        "levering.deel",
        f"Deze levering bevat {beside.same} van de {beside.rows} rijen van {beside.file}, die al"
        " is geladen. Zou zij die vervangen, dan gingen de andere rijen verloren. Er is niets"
        " veranderd. Lever alle rijen van dat deel opnieuw aan, ook die niet zijn veranderd. Moeten"
        " de andere rijen weg, trek dan eerst die levering in: zichtlijn withdraw"
        f" {beside.delivery}",
    )


def _unclear(beside: _Beside) -> DeliveryRefused:
    shared = f"{beside.same} van de {beside.rows} nummers" if beside.same else "geen enkel nummer"
    return DeliveryRefused(
        "levering.overlapt",
        "Deze levering gaat over dezelfde scholen of gebieden en dezelfde tijd als"
        f" {beside.file}, die al is geladen, maar heeft {shared} daarmee gemeen: een verbetering of"
        " een aanvulling? Er is niets veranderd. Vervangt zij die levering, trek die dan eerst in"
        f" (zichtlijn withdraw {beside.delivery}). Hoort zij erbij, zet dan bij beide in de"
        " bestandsnaam over welk schooljaar of welke maand zij gaan, of deel1 en deel2.",
    )


def standing(
    con: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    by: tuple[str, str, str],
    said: Named,
    staged: str,
    *,
    held: bool,
) -> Standing:
    """What the staged rows of a delivery make of it. `by`: id, file and supplier as it was named.

    `held`: it counts already, so that what it stands beside was decided when it came. Raises
    `DeliveryRefused` as `replaced` does.
    """
    delivery, file, named = by
    who = supplier(con, dataset, named, staged)
    when, astray = period(con, dataset, said, staged)
    agreed = Named(part=said.part) if astray else said
    places = () if held else replaced(con, dataset, (delivery, file, who), agreed, staged)
    return Standing(who, when, astray, places)
