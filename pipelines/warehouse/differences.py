"""A delivery against the one it replaces, and against its supplier's earlier period.

`record` runs in the transaction that loads a delivery, before the rows it replaces are removed:
afterwards nothing is left to compare with. Rows are matched by key; where a dataset has none, by
all their cells, so that a changed row is then one gone and one new. Compared are accepted rows; a
row that an error keeps apart on either side is told apart from one that is not there at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import duckdb

from pipelines.contracts import Contracts, Dataset
from pipelines.sql import quoted
from pipelines.validate.comparison import SORT_IN_WORDS, Differences, Question, RowDifference
from pipelines.warehouse import acceptances, tables
from pipelines.warehouse.acceptances import Acceptance

FEWER, MORE = "vraag_rijen_minder", "vraag_rijen_meer"  # parameters
EMPTY_JUMP = "vraag_lege_cellen"
LEAST_ROWS = "vraag_minimum_rijen"
_AND = ", "  # between the deliveries that one replaced
_ONE_OF = f"list_contains(string_split(vorige, '{_AND}'), {{}})"
MOST_LISTED = 20_000  # rows named one by one; the counts are always whole

_SCHEMA = """
CREATE SCHEMA IF NOT EXISTS register;
CREATE TABLE IF NOT EXISTS register.verschillen (
    levering VARCHAR PRIMARY KEY, vorige VARCHAR, verdwenen BIGINT, apart BIGINT, nieuw BIGINT,
    hersteld BIGINT, gewijzigd BIGINT, gelijk BIGINT, kolommen VARCHAR[], aantallen BIGINT[],
    sleutel VARCHAR[]);
CREATE TABLE IF NOT EXISTS register.verschilrijen (
    levering VARCHAR, soort VARCHAR, rij BIGINT, sleutel VARCHAR[], kolommen VARCHAR[]);
CREATE TABLE IF NOT EXISTS register.vragen (
    levering VARCHAR, regel VARCHAR, kolommen VARCHAR[], periode VARCHAR, bericht VARCHAR,
    herstel VARCHAR);
"""


def create(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(_SCHEMA)


# Comparing --------------------------------------------------------------------------------------


def record(
    con: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    delivery: str,
    replaced: Sequence[str],
    staged: str,
    failed: str,
) -> None:
    """Store what tells the staged rows from those of the deliveries that they replace."""
    forget(con, delivery)
    con.execute(
        f"INSERT INTO register.verschilrijen {_compared(dataset, staged, failed)}",
        {"levering": delivery, "vorige": list(replaced)},
    )
    counts = ", ".join(f"count(*) FILTER (soort = '{sort}')" for sort in SORT_IN_WORDS)
    kept_apart = f"SELECT 1 FROM {failed} f WHERE f.fout AND f._nr = s._nr"
    con.execute(
        "INSERT INTO register.verschillen"
        f" SELECT $levering, $vorige, {counts},"
        f" (SELECT count(*) FROM {staged} s WHERE NOT EXISTS ({kept_apart}))"
        " - count(*) FILTER (soort IN ('nieuw', 'hersteld', 'gewijzigd')),"
        f" {_per_column('kolom')}, {_per_column('aantal')}, $sleutel"
        " FROM register.verschilrijen WHERE levering = $levering",
        {"levering": delivery, "vorige": _AND.join(replaced), "sleutel": _keys(dataset)},
    )
    # What it replaced is no longer held: nor are the keys of its own comparison.
    for one in replaced:
        con.execute("DELETE FROM register.verschilrijen WHERE levering = ?", [one])


def _per_column(wanted: str) -> str:
    """SQL: the changed columns, most changed first, or how often each changed."""
    return (
        f"(SELECT coalesce(list({wanted} ORDER BY aantal DESC, kolom), []) FROM ("
        " SELECT kolom, count(*) AS aantal FROM (SELECT unnest(kolommen) AS kolom"
        " FROM register.verschilrijen WHERE levering = $levering) GROUP BY kolom))"
    )


def _compared(dataset: Dataset, staged: str, failed: str) -> str:
    """SQL: `levering`, `soort`, `rij`, `sleutel`, `kolommen` of every row that differs."""
    names = [c.name for c in dataset.columns]
    keys = _keys(dataset)
    # An accepted key occurs once; a whole row may occur more often, and each is matched to one.
    turn = (
        "1 AS _keer"
        if dataset.keys
        else f"row_number() OVER (PARTITION BY {_listed(keys)} ORDER BY {{order}}) AS _keer"
    )
    columns = _listed(names)
    same = " AND ".join(f"o.{quoted(k)} IS NOT DISTINCT FROM n.{quoted(k)}" for k in keys)
    differs = {c: f"o.{quoted(c)} IS DISTINCT FROM n.{quoted(c)}" for c in names if c not in keys}
    cells = ", ".join(f"CASE WHEN {fails} THEN '{c}' END" for c, fails in differs.items())
    changed = f"list_filter([{cells}]::VARCHAR[], lambda x: x IS NOT NULL)"
    any_cell = " OR ".join(differs.values()) or "false"
    key = ", ".join(
        f"CASE WHEN o._er THEN o.{quoted(k)} ELSE n.{quoted(k)} END::VARCHAR" for k in keys
    )
    return f"""
        WITH accepted AS (
            SELECT true AS _er, _rij, {columns}, {turn.format(order="_nr")} FROM {staged} s
            WHERE NOT EXISTS (SELECT 1 FROM {failed} f WHERE f.fout AND f._nr = s._nr)),
        older AS (
            SELECT true AS _er, {columns}, {turn.format(order=tables.DELIVERY)}
            FROM {quoted(dataset.id)} WHERE {tables.DELIVERY} IN (SELECT unnest($vorige))),
        apart AS (
            SELECT min(_rij) AS _rij, {_as_list(keys, "s")} AS sleutel FROM {staged} s
            WHERE EXISTS (SELECT 1 FROM {failed} f WHERE f.fout AND f._nr = s._nr)
            GROUP BY sleutel),
        was_apart AS (
            SELECT DISTINCT {_from_quarantine(keys)} AS sleutel FROM register.quarantaine
            WHERE levering IN (SELECT unnest($vorige))),
        matched AS (
            SELECT o._er AS was, n._er AS is_nu, n._rij, [{key}] AS sleutel,
                CASE WHEN o._er AND n._er AND ({any_cell}) THEN {changed} ELSE [] END AS kolommen
            FROM older o FULL JOIN accepted n ON {same} AND o._keer = n._keer)
        SELECT $levering AS levering,
            CASE WHEN is_nu IS NULL AND a._rij IS NOT NULL THEN 'apart'
                WHEN is_nu IS NULL THEN 'verdwenen'
                WHEN was IS NOT NULL THEN 'gewijzigd'
                WHEN w.sleutel IS NOT NULL THEN 'hersteld'
                ELSE 'nieuw' END AS soort,
            coalesce(m._rij, a._rij) AS rij, m.sleutel, m.kolommen
        FROM matched m
        LEFT JOIN apart a ON m.is_nu IS NULL AND a.sleutel = m.sleutel
        LEFT JOIN was_apart w ON m.was IS NULL AND w.sleutel = m.sleutel
        WHERE was IS NULL OR is_nu IS NULL OR len(kolommen) > 0
        ORDER BY soort, rij, m.sleutel"""


def _keys(dataset: Dataset) -> list[str]:
    """What two rows are matched by: the key, or every column where there is none."""
    return list(dataset.keys) or [c.name for c in dataset.columns]


def _listed(names: list[str]) -> str:
    return ", ".join(quoted(n) for n in names)


def _as_list(keys: list[str], table: str) -> str:
    return f"[{', '.join(f'{table}.{quoted(k)}::VARCHAR' for k in keys)}]"


def _from_quarantine(keys: list[str]) -> str:
    return "[" + ", ".join(f"inhoud->>'$.{quoted(k)}'" for k in keys) + "]"


# Asking -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Earlier:
    """The delivery over the period before: how many rows it had, over how many school years."""

    delivery: str
    period: str
    rows: int
    years: int


def ask(
    con: duckdb.DuckDBPyConnection,
    contracts: Contracts,
    delivery: str,
    staged: str,
    failed: str,
) -> None:
    """Store the questions that the same supplier's earlier period raises about a staged delivery.

    Rows are counted per school year, so that a delivery over more years can be compared. Reads
    the delivery's own line of the register.
    """
    con.execute("DELETE FROM register.vragen WHERE levering = ?", [delivery])
    row = con.execute(
        "SELECT dataset, leverancier, periode, rijen FROM register.leveringen WHERE levering = ?",
        [delivery],
    ).fetchone()
    if row is None or not row[2]:
        return
    name, supplier, period, rows = row
    earlier = _earlier(con, name, supplier, period)
    if earlier is None:
        return
    dataset = contracts.dataset(name)
    found = [
        *_about_rows(dataset, contracts, rows, period, earlier),
        *_about_empty(con, dataset, contracts, earlier, staged, failed),
    ]
    for question in found:
        con.execute(
            "INSERT INTO register.vragen VALUES (?, ?, ?, ?, ?, ?)",
            [
                delivery, question.rule, list(question.columns), question.period,
                question.message, question.remedy,
            ],
        )  # fmt: skip


def _earlier(
    con: duckdb.DuckDBPyConnection, dataset: str, supplier: str, period: str
) -> _Earlier | None:
    row = con.execute(
        "SELECT levering, periode, rijen FROM register.leveringen WHERE status = 'geladen'"
        " AND dataset = ? AND leverancier = ? AND periode <> ''"
        " AND split_part(periode, '-', 2)::INT <= ?"
        " ORDER BY split_part(periode, '-', 2) DESC, periode DESC, volgnummer DESC",
        [dataset, supplier, int(period.split("-")[0])],
    ).fetchone()
    return _Earlier(row[0], row[1], row[2], _years(row[1])) if row else None


def _years(period: str) -> int:
    first, last = (int(year) for year in period.split("-"))
    return max(last - first, 1)


def _about_rows(
    dataset: Dataset, contracts: Contracts, rows: int, period: str, earlier: _Earlier
) -> list[Question]:
    now, before = rows / _years(period), earlier.rows / earlier.years
    least = contracts.parameters[LEAST_ROWS].value
    low, high = -contracts.parameters[FEWER].value, contracts.parameters[MORE].value
    if max(now, before) < least or not before:
        return []
    change = 100 * (now - before) / before
    if low <= change <= high:
        return []
    each = " per schooljaar" if max(_years(period), earlier.years) > 1 else ""
    return [
        Question(
            rule=f"{dataset.id}.aantal_rijen",
            columns=(),
            period=earlier.period,
            message=(
                f"Er zijn {now:.0f} rijen{each}; over {earlier.period} waren dat er {before:.0f}"
                f" ({_change(change)}). Een verschil van {_change(low)} tot"
                f" {_change(high)} is gewoon. Klopt dit?"
            ),
            remedy=(
                "Ga na of de levering volledig is: alle scholen, het hele schooljaar, niets dubbel."
                " Klopt zij, dan hoeft u niets te doen; laat weten waardoor het komt."
            ),
        )
    ]


def _change(percent: float) -> str:
    return f"{abs(percent):.0f}% {'minder' if percent < 0 else 'meer'}"


def _about_empty(
    con: duckdb.DuckDBPyConnection,
    dataset: Dataset,
    contracts: Contracts,
    earlier: _Earlier,
    staged: str,
    failed: str,
) -> list[Question]:
    optional = [c for c in dataset.columns if not (c.required or c.key or c.filled_at_end)]
    if not optional:
        return []
    shares = ", ".join(f"count(*) - count({quoted(c.name)})" for c in optional)
    now = con.execute(
        f"SELECT count(*), {shares} FROM {staged} s"
        f" WHERE NOT EXISTS (SELECT 1 FROM {failed} f WHERE f.fout AND f._nr = s._nr)"
    ).fetchone()
    before = con.execute(
        f"SELECT count(*), {shares} FROM {quoted(dataset.id)} WHERE {tables.DELIVERY} = ?",
        [earlier.delivery],
    ).fetchone()
    least = contracts.parameters[LEAST_ROWS].value
    if now is None or before is None or min(now[0], before[0]) < least:
        return []
    jump = contracts.parameters[EMPTY_JUMP].value
    found = []
    for column, empty_now, empty_before in zip(optional, now[1:], before[1:], strict=True):
        share, was = 100 * empty_now / now[0], 100 * empty_before / before[0]
        if share - was > jump:
            found.append(
                Question(
                    rule=f"{dataset.id}.{column.name}.lege_cellen",
                    columns=(column.name,),
                    period=earlier.period,
                    message=(
                        f"{column.label} is in {share:.0f}% van de rijen leeg; over"
                        f" {earlier.period} was dat {was:.0f}%. Een toename van meer dan"
                        f" {jump:.0f} procentpunt is ongewoon. Klopt dit?"
                    ),
                    remedy=(
                        f"Ga na of {column.name} nog in de export zit en wordt ingevuld. Klopt"
                        " het, dan hoeft u niets te doen; laat weten waardoor het komt."
                    ),
                )
            )
    return found


# Reading back -----------------------------------------------------------------------------------


def find(
    con: duckdb.DuckDBPyConnection, delivery: str, most: int = MOST_LISTED
) -> Differences | None:
    """What was stored for a delivery; None when it replaced nothing. `most`: rows to name."""
    row = con.execute(
        "SELECT v.vorige, (SELECT coalesce(string_agg(bestand, $en ORDER BY bestand), '')"
        f" FROM register.leveringen l WHERE {_ONE_OF.format('l.levering')}),"
        " verdwenen, apart, nieuw, hersteld, gewijzigd,"
        " gelijk, kolommen, aantallen, v.sleutel FROM register.verschillen v"
        " WHERE v.levering = $levering",
        {"levering": delivery, "en": _AND},
    ).fetchone()
    if row is None:
        return None
    replaced, file, *numbers, same, columns, counts, keys = row
    rows = con.execute(
        "SELECT soort, rij, sleutel, kolommen FROM register.verschilrijen WHERE levering = ?"
        f" ORDER BY list_position({list(SORT_IN_WORDS)}, soort), rij, sleutel LIMIT ?",
        [delivery, most],
    ).fetchall()
    return Differences(
        replaced=replaced,
        file=file,
        counts=dict(zip(SORT_IN_WORDS, numbers, strict=True)),
        same=same,
        columns=dict(zip(columns, counts, strict=True)),
        keys=tuple(keys),
        rows=tuple(
            RowDifference(sort, number, tuple(v or "" for v in key), tuple(changed))
            for sort, number, key, changed in rows
        ),
    )


def questions(con: duckdb.DuckDBPyConnection, delivery: str) -> tuple[Question, ...]:
    rows = con.execute(
        "SELECT regel, kolommen, periode, bericht, herstel FROM register.vragen"
        " WHERE levering = ? ORDER BY rowid",
        [delivery],
    ).fetchall()
    return tuple(Question(rule, tuple(columns), *rest) for rule, columns, *rest in rows)


def answered(
    asked: Sequence[Question], supplier: str, accepted: Sequence[Acceptance]
) -> tuple[Question, ...]:
    """The questions, each with the acceptance that answers it, or none."""
    return tuple(
        replace(q, accepted=acceptances.covering(q.as_finding(), supplier, accepted)) for q in asked
    )


def forget(con: duckdb.DuckDBPyConnection, delivery: str) -> None:
    """Delete what was compared and asked about a delivery."""
    forget_rows(con, delivery)
    for table in ("verschillen", "vragen"):
        con.execute(f"DELETE FROM register.{table} WHERE levering = ?", [delivery])


def forget_rows(con: duckdb.DuckDBPyConnection, delivery: str) -> None:
    """Delete every key of a delivery's rows, also where another replaced it; counts stay."""
    con.execute(
        "DELETE FROM register.verschilrijen WHERE levering = $1 OR levering IN"
        f" (SELECT levering FROM register.verschillen WHERE {_ONE_OF.format('$1')})",
        [delivery],
    )
