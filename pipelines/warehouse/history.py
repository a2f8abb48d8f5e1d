"""What was delivered, what became of it, and what it broke: the register of deliveries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Literal

import duckdb

from pipelines.contracts import Contracts
from pipelines.sql import quoted
from pipelines.validate.quarantine import Finding
from pipelines.warehouse import differences, engine, lacking, tables, units

Status = Literal["geladen", "vervangen", "geweigerd", "ingetrokken"]

_SCHEMA = """
CREATE SCHEMA IF NOT EXISTS register;
CREATE TABLE IF NOT EXISTS register.leveringen (
    levering VARCHAR PRIMARY KEY, bestand VARCHAR, dataset VARCHAR, leverancier VARCHAR,
    periode VARCHAR, indeling VARCHAR, ontvangen_op TIMESTAMP, volgnummer BIGINT,
    status VARCHAR, rijen BIGINT, geaccepteerd BIGINT, afgekeurd BIGINT, regel VARCHAR,
    bericht VARCHAR, vingerafdruk VARCHAR, vervangen_door VARCHAR, blad VARCHAR DEFAULT '');
ALTER TABLE register.leveringen ADD COLUMN IF NOT EXISTS blad VARCHAR DEFAULT '';
CREATE TABLE IF NOT EXISTS register.inbox (bestand VARCHAR, levering VARCHAR);
CREATE TABLE IF NOT EXISTS register.bevindingen (
    levering VARCHAR, regel VARCHAR, ernst VARCHAR, dimensie VARCHAR, kolommen VARCHAR[],
    uitkomst VARCHAR, rijen BIGINT[], bericht VARCHAR, herstel VARCHAR, aantal BIGINT);
ALTER TABLE register.bevindingen ADD COLUMN IF NOT EXISTS aantal BIGINT;
CREATE TABLE IF NOT EXISTS register.quarantaine (
    levering VARCHAR, rij BIGINT, regels VARCHAR[], inhoud JSON);
CREATE TABLE IF NOT EXISTS register.intrekkingen (
    levering VARCHAR PRIMARY KEY, ingetrokken_op TIMESTAMP, reden VARCHAR);
ALTER TABLE register.intrekkingen ADD COLUMN IF NOT EXISTS opgeheven BOOLEAN DEFAULT false;
CREATE TABLE IF NOT EXISTS register.verlopen (
    levering VARCHAR, geaccepteerd BIGINT, afgekeurd BIGINT, verwijderd_op DATE);
ALTER TABLE register.verlopen ADD COLUMN IF NOT EXISTS grens DATE;
CREATE TABLE IF NOT EXISTS register.te_wissen (een INTEGER);
"""


@dataclass(frozen=True)
class Receipt:
    """One delivery on record. `period` is text such as 2023-2024, empty for reference data.

    `fingerprint` is over the contract and the data it refers to: when it changes, the delivery
    is judged again.
    """

    delivery: str
    file: str
    dataset: str
    supplier: str
    period: str
    layout: str
    received: dt.datetime
    status: Status
    rows_in: int = 0
    accepted: int = 0
    quarantined: int = 0
    rule: str = ""
    message: str = ""
    fingerprint: str = ""
    sheet: str = ""


def create(con: duckdb.DuckDBPyConnection) -> None:
    con.execute(_SCHEMA)
    differences.create(con)
    units.create(con)


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """One transaction: all of it or nothing."""
    con.execute("BEGIN")
    try:
        yield
        con.execute("COMMIT")
    except BaseException:
        con.execute("ROLLBACK")
        raise


def find(con: duckdb.DuckDBPyConnection, delivery: str) -> Receipt | None:
    row = con.execute(
        "SELECT levering, bestand, dataset, leverancier, periode, indeling, ontvangen_op, status,"
        " rijen, geaccepteerd, afgekeurd, regel, bericht, vingerafdruk, coalesce(blad, '')"
        " FROM register.leveringen WHERE levering = ?",
        [delivery],
    ).fetchone()
    return Receipt(*row) if row else None


def findings_of(con: duckdb.DuckDBPyConnection, delivery: str) -> list[dict[str, object]]:
    """The findings of a delivery as they are reported: rule, severity, columns, rows, message."""
    rows = con.execute(
        "SELECT regel, ernst, dimensie, kolommen, uitkomst, rijen, bericht, herstel,"
        " coalesce(aantal, len(rijen)) FROM register.bevindingen WHERE levering = ? ORDER BY rowid",
        [delivery],
    ).fetchall()
    names = (
        "rule", "severity", "dimension", "columns", "outcome", "rows", "message", "remedy", "count",
    )  # fmt: skip
    return [dict(zip(names, row, strict=True)) for row in rows]


def in_its_place(con: duckdb.DuckDBPyConnection, delivery: str) -> str:
    """Id of the delivery that counts in the place of a replaced one, at the end of the chain; empty
    when that one does not count any more."""
    seen = {delivery}
    while row := con.execute(
        "SELECT status, levering, coalesce(vervangen_door, '') FROM register.leveringen"
        " WHERE levering = ?",
        [delivery],
    ).fetchone():
        status, found, after = row
        if status != "vervangen":
            return found if status == "geladen" else ""
        if after in seen:
            return ""
        seen.add(after)
        delivery = after
    return ""


def undo_withdrawal(con: duckdb.DuckDBPyConnection, delivery: str) -> None:
    """Let the next run load a withdrawn delivery again, where it finds it in its inbox."""
    with transaction(con):
        _lift(con, delivery)


def _lift(con: duckdb.DuckDBPyConnection, delivery: str) -> None:
    con.execute("UPDATE register.intrekkingen SET opgeheven = true WHERE levering = ?", [delivery])


def is_undone(con: duckdb.DuckDBPyConnection, delivery: str) -> bool:
    """Whether a withdrawn delivery may be loaded again."""
    row = con.execute(
        "SELECT opgeheven FROM register.intrekkingen WHERE levering = ?", [delivery]
    ).fetchone()
    return row is None or bool(row[0])


def withdrawn(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Ids of the deliveries that were withdrawn and did not come back."""
    rows = con.execute("SELECT levering FROM register.leveringen WHERE status = 'ingetrokken'")
    return [delivery for (delivery,) in rows.fetchall()]


def in_inbox(con: duckdb.DuckDBPyConnection) -> set[tuple[str, str]]:
    """(file, delivery) of everything that the last run found in its inbox."""
    return {(f, d) for f, d in con.execute("FROM register.inbox").fetchall()}


def note_inbox(con: duckdb.DuckDBPyConnection, found: Iterable[tuple[str, str]]) -> None:
    """Keep what this run found in its inbox, so that the next one knows what is delivered anew."""
    with transaction(con):
        con.execute("DELETE FROM register.inbox")
        for file, delivery in sorted(set(found)):
            con.execute("INSERT INTO register.inbox VALUES (?, ?)", [file, delivery])


def rename(con: duckdb.DuckDBPyConnection, delivery: str, file: str) -> None:
    """The file's name of now, where it says the same as the name that it came with."""
    con.execute("UPDATE register.leveringen SET bestand = ? WHERE levering = ?", [file, delivery])


def loaded(con: duckdb.DuckDBPyConnection, dataset: str) -> list[str]:
    """Ids of the deliveries whose rows are in the dataset's table."""
    rows = con.execute(
        "SELECT levering FROM register.leveringen WHERE dataset = ? AND status = 'geladen'"
        " ORDER BY levering",
        [dataset],
    ).fetchall()
    return [row[0] for row in rows]


def suppliers(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Everybody who ever delivered, by name."""
    rows = con.execute(
        "SELECT DISTINCT leverancier FROM register.leveringen WHERE leverancier <> '' ORDER BY 1"
    ).fetchall()
    return [row[0] for row in rows]


def reported_rules(con: duckdb.DuckDBPyConnection) -> dict[str, tuple[str, ...]]:
    """Rules that ever found something or asked something here, with their columns."""
    rows = con.execute(
        "SELECT regel, kolommen FROM register.bevindingen UNION"
        " SELECT regel, kolommen FROM register.vragen"
    ).fetchall()
    return {rule: tuple(columns) for rule, columns in rows}


def refuse(con: duckdb.DuckDBPyConnection, receipt: Receipt) -> None:
    """Put a refused delivery on record, unless it is loaded already."""
    known = find(con, receipt.delivery)
    if known is not None and known.status != "geweigerd":
        return
    with transaction(con):
        _write(con, receipt)


def load(
    con: duckdb.DuckDBPyConnection,
    contracts: Contracts,
    receipt: Receipt,
    findings: Sequence[Finding],
    staged: str,
    failed: str,
    rules_of_row: str,
    replaced: Sequence[str] = (),
) -> None:
    """Load one judged delivery in one transaction: all of it, with its record, or nothing.

    What tells it from the deliveries it replaces (`replaced`), and what it lacks beside the others,
    is part of that record.
    `rules_of_row`: SQL that yields `_nr` and the ids of the rules a failing row broke.
    """
    dataset = contracts.dataset(receipt.dataset)
    with transaction(con):
        if replaced:
            differences.record(con, dataset, receipt.delivery, replaced, staged, failed)
        for one in replaced:
            tables.remove(con, receipt.dataset, one)
            con.execute(
                "UPDATE register.leveringen SET status = 'vervangen', vervangen_door = ?"
                " WHERE levering = ?",
                [receipt.delivery, one],
            )
        _lift(con, receipt.delivery)
        tables.remove(con, receipt.dataset, receipt.delivery)
        tables.insert(con, dataset, staged, failed, receipt.delivery)
        units.record(con, contracts, dataset.id, receipt.delivery)
        _write(con, receipt)
        con.execute(
            "INSERT INTO register.quarantaine SELECT ?, s._rij, q.regels, to_json(s)"
            f" FROM {staged} s JOIN ({rules_of_row}) q USING (_nr) ORDER BY s._nr",
            [receipt.delivery],
        )
        beside = lacking.finding(con, dataset, receipt.delivery)
        for finding in [*findings, *([beside] if beside else [])]:
            check = finding.check
            con.execute(
                "INSERT INTO register.bevindingen VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    receipt.delivery, check.id, check.severity, check.dimension,
                    list(check.columns), finding.outcome, list(finding.rows), finding.message,
                    check.remedy, finding.count,
                ],
            )  # fmt: skip
        differences.ask(con, contracts, receipt.delivery, staged, failed)


def _write(con: duckdb.DuckDBPyConnection, receipt: Receipt) -> None:
    known = con.execute(
        "SELECT ontvangen_op, volgnummer, status FROM register.leveringen WHERE levering = ?",
        [receipt.delivery],
    ).fetchone()
    newest = con.execute("SELECT coalesce(max(volgnummer), 0) FROM register.leveringen").fetchone()
    received, number = receipt.received, (newest or (0,))[0] + 1
    if known and known[2] not in ("vervangen", "ingetrokken"):  # what comes back is delivered anew
        received, number = known[0], known[1]
    for table in ("leveringen", "bevindingen", "quarantaine", "verlopen"):
        con.execute(f"DELETE FROM register.{table} WHERE levering = ?", [receipt.delivery])
    con.execute(
        "INSERT INTO register.leveringen"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, '', ?)",
        [
            receipt.delivery, receipt.file, receipt.dataset, receipt.supplier, receipt.period,
            receipt.layout, received, number, receipt.status, receipt.rows_in, receipt.accepted,
            receipt.quarantined, receipt.rule, receipt.message, receipt.fingerprint, receipt.sheet,
        ],
    )  # fmt: skip


def unbalanced(con: duckdb.DuckDBPyConnection, contracts: Contracts) -> Mapping[str, str]:
    """Deliveries whose rows do not close, with what is wrong; empty in a sound warehouse.

    Rows in are accepted and quarantined; of those, what expired was counted when it was deleted
    and the rest is still held. Of a delivery that was replaced no accepted row is held any more,
    of one that was withdrawn no row at all. Asked after every run.
    """
    wrong: dict[str, str] = {}
    rows = con.execute(
        "SELECT l.levering, l.dataset, l.status, l.rijen, l.geaccepteerd, l.afgekeurd,"
        " coalesce(v.geaccepteerd, 0), coalesce(v.afgekeurd, 0),"
        " (SELECT count(*) FROM register.quarantaine q WHERE q.levering = l.levering)"
        " FROM register.leveringen l LEFT JOIN (SELECT levering, sum(geaccepteerd) AS geaccepteerd,"
        " sum(afgekeurd) AS afgekeurd FROM register.verlopen GROUP BY ALL) v USING (levering)"
        " WHERE l.status <> 'geweigerd'"
    ).fetchall()
    for delivery, dataset, status, rows_in, accepted, quarantined, gone, gone_apart, apart in rows:
        row = con.execute(
            f"SELECT count(*) FROM {quoted(dataset)} WHERE {tables.DELIVERY} = ?", [delivery]
        ).fetchone()
        held = row[0] if row else 0
        due = accepted - gone if status == "geladen" else 0
        due_apart = 0 if status == "ingetrokken" else quarantined - gone_apart
        if (held, apart) != (due, due_apart) or rows_in != accepted + quarantined:
            wrong[delivery] = (
                f"{status}: {rows_in} ontvangen, {accepted} goedgekeurd, waarvan {gone} verlopen en"
                f" {held} in het magazijn; {quarantined} apart gehouden, waarvan {gone_apart}"
                f" verlopen en {apart} in quarantaine"
            )
    return wrong


@dataclass(frozen=True)
class Entry:
    """A line of the register as it is shown. `expired` counts rows past the retention term."""

    delivery: str
    file: str
    dataset: str
    supplier: str
    period: str
    received: dt.datetime
    status: Status
    rows_in: int
    accepted: int
    quarantined: int
    expired: int
    withdrawn: dt.datetime | None
    reason: str
    replaced_by: str
    message: str

    def as_dict(self) -> dict[str, object]:
        return asdict(self)


def entries(con: duckdb.DuckDBPyConnection) -> tuple[Entry, ...]:
    """Every delivery on record, oldest first."""
    rows = con.execute(
        "SELECT l.levering, bestand, dataset, leverancier, periode, ontvangen_op, status, rijen,"
        " geaccepteerd, afgekeurd, (SELECT coalesce(sum(v.geaccepteerd + v.afgekeurd), 0)::BIGINT"
        " FROM register.verlopen v WHERE v.levering = l.levering), i.ingetrokken_op,"
        " coalesce(i.reden, ''), vervangen_door, bericht FROM register.leveringen l"
        " LEFT JOIN register.intrekkingen i ON i.levering = l.levering AND NOT i.opgeheven"
        " ORDER BY volgnummer"
    ).fetchall()
    return tuple(Entry(*row) for row in rows)


def withdraw(
    con: duckdb.DuckDBPyConnection, entry: Entry, reason: str, moment: dt.datetime
) -> None:
    """Delete every row of a delivery and what was found in it; that it came stays on record.

    What it had replaced is read again by the next run that finds it in its inbox: its rows were
    deleted when this one was loaded.
    """
    with transaction(con):
        tables.remove(con, entry.dataset, entry.delivery)
        for table in ("bevindingen", "quarantaine", "inbox"):
            con.execute(f"DELETE FROM register.{table} WHERE levering = ?", [entry.delivery])
        differences.forget(con, entry.delivery)
        con.execute(
            "UPDATE register.leveringen SET status = 'ingetrokken', bericht = 'Ingetrokken.'"
            " WHERE levering = ?",
            [entry.delivery],
        )
        con.execute(
            "INSERT OR REPLACE INTO register.intrekkingen VALUES (?, ?, ?, false)",
            [entry.delivery, moment, reason],
        )
        engine.erase_later(con)
