"""Findings that somebody accepted: the reason, by whom and until when.

Every acceptance stays on record; the newest one for a rule, supplier and column is the one that
holds, until its last day is over or until it is taken back. One that is taken back does not bring
an older one to life again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

_SCHEMA = """
CREATE SCHEMA IF NOT EXISTS register;
CREATE TABLE IF NOT EXISTS register.aanvaard (
    volgnummer BIGINT PRIMARY KEY, regel VARCHAR, leverancier VARCHAR, kolom VARCHAR,
    reden VARCHAR, door VARCHAR, tot_en_met DATE, vastgelegd_op TIMESTAMP);
CREATE TABLE IF NOT EXISTS register.aanvaard_ingetrokken (
    volgnummer BIGINT PRIMARY KEY, reden VARCHAR, door VARCHAR, vastgelegd_op TIMESTAMP);
"""

STANDING = """(SELECT * FROM (
    SELECT * FROM register.aanvaard QUALIFY row_number() OVER (
        PARTITION BY regel, lower(leverancier), kolom ORDER BY volgnummer DESC) = 1)
    WHERE volgnummer NOT IN (SELECT volgnummer FROM register.aanvaard_ingetrokken))"""
"""SQL: the newest acceptance per rule, supplier and column that was not taken back; it may have
lapsed."""


@dataclass(frozen=True)
class Acceptance:
    """`column` narrows a rule over more columns; empty means all of them. `until` is included."""

    rule: str
    supplier: str
    column: str
    reason: str
    by: str
    until: dt.date

    def covers(self, finding: Mapping[str, Any], supplier: str) -> bool:
        """A check that was not carried out found nothing, so there is nothing to accept."""
        return (
            finding["rule"] == self.rule
            and finding["outcome"] == "gevonden"
            and supplier.casefold() == self.supplier.casefold()
            and (not self.column or self.column in finding["columns"])
        )

    def as_dict(self) -> dict[str, str]:
        return {
            "rule": self.rule,
            "supplier": self.supplier,
            "column": self.column,
            "reason": self.reason,
            "by": self.by,
            "until": self.until.isoformat(),
        }


def create(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(_SCHEMA)


def store(con: duckdb.DuckDBPyConnection, acceptance: Acceptance, now: dt.datetime) -> None:
    con.execute(
        "INSERT INTO register.aanvaard"
        " SELECT coalesce(max(volgnummer), 0) + 1, ?, ?, ?, ?, ?, ?, ? FROM register.aanvaard",
        [
            acceptance.rule, acceptance.supplier, acceptance.column, acceptance.reason,
            acceptance.by, acceptance.until, now,
        ],
    )  # fmt: skip


def take_back(
    con: duckdb.DuckDBPyConnection,
    acceptance: Acceptance,
    reason: str,
    by: str,
    now: dt.datetime,
) -> None:
    """Put on record that a standing acceptance no longer holds."""
    con.execute(
        f"INSERT INTO register.aanvaard_ingetrokken SELECT volgnummer, ?, ?, ? FROM {STANDING}"
        " WHERE regel = ? AND lower(leverancier) = lower(?) AND kolom = ?",
        [reason, by, now, acceptance.rule, acceptance.supplier, acceptance.column],
    )


def holding(con: duckdb.DuckDBPyConnection, today: dt.date) -> tuple[Acceptance, ...]:
    """The acceptances that hold today, those that end first in front."""
    rows = con.execute(
        f"SELECT regel, leverancier, kolom, reden, door, tot_en_met FROM {STANDING}"
        " WHERE tot_en_met >= ? ORDER BY tot_en_met, regel, leverancier",
        [today],
    ).fetchall()
    return tuple(Acceptance(*row) for row in rows)


def marked(
    findings: Iterable[Mapping[str, Any]], supplier: str, acceptances: Sequence[Acceptance]
) -> tuple[dict[str, Any], ...]:
    """The findings, each with `accepted`: reason, by and until, or None."""
    return tuple(
        dict(finding) | {"accepted": covering(finding, supplier, acceptances)}
        for finding in findings
    )


def covering(
    finding: Mapping[str, Any], supplier: str, acceptances: Sequence[Acceptance]
) -> dict[str, str] | None:
    """Reason, by and until of the acceptance that covers a finding, if any does."""
    for a in acceptances:
        if a.covers(finding, supplier):
            return {"reason": a.reason, "by": a.by, "until": a.until.isoformat()}
    return None
