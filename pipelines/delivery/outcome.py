"""What became of a delivery, as it is told and kept."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb

from pipelines.errors import DeliveryRefused
from pipelines.ingest import deliveries
from pipelines.validate.comparison import Differences, Question
from pipelines.warehouse import acceptances, differences, history
from pipelines.warehouse.acceptances import Acceptance
from pipelines.warehouse.history import Receipt


@dataclass(frozen=True)
class Outcome:
    """What became of one delivery in this run; `status` is one of accepted, unchanged, replaced,
    withdrawn and refused. Every finding names rule, severity, columns, row numbers and what to do.

    `record`: Great Expectations' own result where it ran now. `feedback`: folder of what goes back
    to the supplier; empty when none was asked for, or when it could not be written. `differences`:
    with the delivery it replaced. `questions`: what an earlier period makes unlikely. `expired`:
    rows of it were past the retention term and are deleted, and the feedback with them.
    """

    file: str
    dataset: str | None
    supplier: str | None
    period: str
    status: str
    rows_in: int
    accepted: int
    quarantined: int
    message: str
    findings: tuple[dict[str, Any], ...]
    delivery: str = ""
    record: Mapping[str, Any] | None = None
    feedback: str = ""
    differences: Differences | None = None
    questions: tuple[Question, ...] = ()
    expired: bool = False

    @property
    def clean(self) -> bool:
        """Nothing was refused, and every quarantined row broke accepted rules only."""
        return self.status != "refused" and not any(
            f["severity"] == "fout" and f["outcome"] == "gevonden" and not f.get("accepted")
            for f in self.findings
        )

    def as_dict(self) -> dict[str, Any]:
        return {
            "file": self.file,
            "dataset": self.dataset,
            "supplier": self.supplier,
            "period": self.period,
            "status": self.status,
            "rows_in": self.rows_in,
            "accepted": self.accepted,
            "quarantined": self.quarantined,
            "message": self.message,
            "findings": list(self.findings),
            "delivery": self.delivery,
            "feedback": self.feedback,
            "differences": self.differences.as_dict() if self.differences else None,
            "questions": [question.as_dict() for question in self.questions],
            "expired": self.expired,
        }


def marked(outcome: Outcome, accepted: Sequence[Acceptance]) -> Outcome:
    """With what was accepted of it; a refusal is not accepted by anybody."""
    if outcome.status == "refused":
        return outcome
    findings = acceptances.marked(outcome.findings, outcome.supplier or "", accepted)
    asked = differences.answered(outcome.questions, outcome.supplier or "", accepted)
    return replace(outcome, findings=findings, questions=asked)


def receipt_of_file(path: Path, refusal: DeliveryRefused) -> Receipt:
    return Receipt(
        delivery=deliveries.fingerprint(path)[:16],
        file=path.name,
        dataset="",
        supplier="",
        period="",
        layout="",
        received=now(),
        status="geweigerd",
        rule=refusal.rule,
        message=str(refusal),
    )


def refused_outcome(
    con: duckdb.DuckDBPyConnection, receipt: Receipt, refusal: DeliveryRefused
) -> Outcome:
    refused = replace(receipt, status="geweigerd", rule=refusal.rule, message=str(refusal))
    history.refuse(con, refused)
    return _refusal(refused)


def on_record(con: duckdb.DuckDBPyConnection, known: Receipt) -> Outcome:
    """What a run says of a delivery that it leaves as it is."""
    told = {"geladen": "unchanged", "vervangen": "replaced", "ingetrokken": "withdrawn"}
    if known.status == "geweigerd":
        return _refusal(known)
    return outcome_of(con, known, told[known.status])


def _refusal(receipt: Receipt) -> Outcome:
    return Outcome(
        file=receipt.file,
        dataset=receipt.dataset or None,
        supplier=receipt.supplier or None,
        period=receipt.period,
        status="refused",
        rows_in=0,
        accepted=0,
        quarantined=0,
        message=receipt.message,
        findings=(
            {
                "rule": receipt.rule,
                "severity": "fout",
                "dimension": "conformity",
                "columns": [],
                "outcome": "geweigerd",
                "rows": [],
                "count": 0,
                "message": receipt.message,
                "remedy": "",
            },
        ),
        delivery=receipt.delivery,
    )


def outcome_of(con: duckdb.DuckDBPyConnection, receipt: Receipt, status: str) -> Outcome:
    return Outcome(
        file=receipt.file,
        dataset=receipt.dataset,
        supplier=receipt.supplier,
        period=receipt.period,
        status=status,
        rows_in=receipt.rows_in,
        accepted=receipt.accepted,
        quarantined=receipt.quarantined,
        message=receipt.message,
        findings=tuple(history.findings_of(con, receipt.delivery)),
        delivery=receipt.delivery,
        differences=differences.find(con, receipt.delivery),
        questions=differences.questions(con, receipt.delivery),
    )


def now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)
