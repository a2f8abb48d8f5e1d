"""The one pass: every staged row against every check, kept apart when it breaks a promise.

Bit masks carry the outcome of up to 62 checks per column, so that the table is read once however
many checks there are; a check that looks at other rows or tables joins in that same pass.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import duckdb

from pipelines.errors import DeliveryRefused
from pipelines.validate.check import ROWS, Check

BITS = 62  # of a BIGINT, sign left alone
LISTED = 100_000  # failing rows that a finding names; all are counted, and kept apart


@dataclass(frozen=True)
class Finding:
    """What a check found in a delivery. `rows`: the first failing row numbers, as the supplier sees
    them, at most `LISTED`; `count`: how many fail.

    `outcome`: 'gevonden' (rows fail) or 'niet_gecontroleerd' (the check could not be judged).
    """

    check: Check
    rows: tuple[int, ...]
    count: int = 0
    outcome: str = "gevonden"

    @property
    def message(self) -> str:
        if self.outcome == "niet_gecontroleerd":
            return f"Niet gecontroleerd: {self.check.could_not_run}."
        return self.check.message


@dataclass(frozen=True)
class Verdict:
    """Counts over staged rows; `rows_in` always equals `accepted` + `quarantined`."""

    rows_in: int
    accepted: int
    quarantined: int
    findings: tuple[Finding, ...]


def judge(
    con: duckdb.DuckDBPyConnection, staged: str, failed: str, checks: Sequence[Check]
) -> Verdict:
    """Run all checks over `staged`; leave the failing rows' masks in the table `failed`.

    `failed` gets `_nr`, `_rij`, `m0` .. `mN`, and `fout` (true when an error check fails).
    Raises `DeliveryRefused` when the counts do not close: that is a check that could not run.
    """
    judged = [c for c in checks if not c.could_not_run]
    groups = [judged[i : i + BITS] for i in range(0, len(judged), BITS)] or [[]]
    masks = ", ".join(f"{_mask(group, staged)} AS m{i}" for i, group in enumerate(groups))
    anything = " OR ".join(f"m{i} <> 0" for i in range(len(groups)))
    errors = " OR ".join(f"(m{i} & {_error_bits(group)}) <> 0" for i, group in enumerate(groups))
    con.execute(
        f"CREATE OR REPLACE TABLE {failed} AS SELECT *, ({errors}) AS fout"
        f" FROM (SELECT _nr, _rij, {masks} FROM {staged} r) WHERE {anything}"
    )
    findings = [
        Finding(check, tuple(_failing(con, failed, i, bit)), count)
        for i, group in enumerate(groups)
        for bit, (check, count) in enumerate(zip(group, _counts(con, failed, i), strict=False))
        if count
    ]
    findings += [Finding(c, (), outcome="niet_gecontroleerd") for c in checks if c.could_not_run]
    rows_in = _count(con, f"SELECT count(*) FROM {staged}")
    quarantined = _count(con, f"SELECT count(*) FROM {failed} WHERE fout")
    accepted = _count(
        con,
        f"SELECT count(*) FROM {staged} s"
        f" WHERE NOT EXISTS (SELECT 1 FROM {failed} f WHERE f.fout AND f._nr = s._nr)",
    )
    if rows_in != accepted + quarantined:
        raise DeliveryRefused(
            "controle.niet_uitgevoerd",
            f"De telling sluit niet: {rows_in} rijen ontvangen, {accepted} goedgekeurd en"
            f" {quarantined} apart gehouden. Er is niets geladen; meld dit aan Zichtlijn.",
        )
    return Verdict(rows_in, accepted, quarantined, tuple(findings))


def agree(verdict: Verdict, checks: Sequence[Check], counts: Mapping[str, int]) -> list[str]:
    """Ids of checks for which a second count differs from this one."""
    here = {f.check.id: f.count for f in verdict.findings}
    return [
        c.id for c in checks if not c.could_not_run and counts.get(c.id, -1) != here.get(c.id, 0)
    ]


def _mask(group: Sequence[Check], staged: str) -> str:
    bits = [
        f"(CASE WHEN ({check.fails.replace(ROWS, staged)}) THEN {1 << bit} ELSE 0 END)"
        for bit, check in enumerate(group)
    ]
    return f"({' + '.join(bits) or '0'})::BIGINT"


def _error_bits(group: Sequence[Check]) -> int:
    return sum(1 << bit for bit, check in enumerate(group) if check.severity == "fout")


def _counts(con: duckdb.DuckDBPyConnection, failed: str, mask: int) -> list[int]:
    """Failing rows per bit of a mask."""
    counts = [0] * BITS
    for bits, rows in con.execute(f"SELECT m{mask}, count(*) FROM {failed} GROUP BY 1").fetchall():
        for bit in range(bits.bit_length()):
            counts[bit] += rows * (bits >> bit & 1)
    return counts


def _failing(con: duckdb.DuckDBPyConnection, failed: str, mask: int, bit: int) -> list[int]:
    rows = con.execute(
        f"SELECT _rij FROM {failed} WHERE (m{mask} & {1 << bit}) <> 0 ORDER BY _nr LIMIT {LISTED}"
    ).fetchall()
    return [row[0] for row in rows]


def _count(con: duckdb.DuckDBPyConnection, query: str) -> int:
    row = con.execute(query).fetchone()
    return int(row[0]) if row else 0


def rules_of_row(failed: str, checks: Sequence[Check]) -> str:
    """SQL: `_nr` and `regels` (ids of the broken rules) of every quarantined row."""
    judged = [c for c in checks if not c.could_not_run]
    cases = ", ".join(
        f"CASE WHEN (m{i // BITS} & {1 << (i % BITS)}) <> 0 THEN '{check.id}' END"
        for i, check in enumerate(judged)
    )
    return (
        f"SELECT _nr, list_filter([{cases}], lambda x: x IS NOT NULL) AS regels"
        f" FROM {failed} WHERE fout"
    )
