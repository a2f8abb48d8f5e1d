"""One file's way from the inbox into the warehouse: read, guard, stage, check, load, tell back.

The steps are here in their order; what each does is in its own room.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from pipelines.contracts import Contracts, Dataset
from pipelines.delivery.outcome import (
    Outcome,
    marked,
    now,
    outcome_of,
    receipt_of_file,
    refused_outcome,
)
from pipelines.errors import DeliveryRefused
from pipelines.ingest import deliveries, doubts, marks, stage
from pipelines.ingest.deliveries import Delivery
from pipelines.ingest.layout import Layout
from pipelines.ingest.offer import offered
from pipelines.validate import quarantine, whole
from pipelines.validate.check import Check
from pipelines.validate.checks import checks
from pipelines.validate.feedback import folder, report
from pipelines.validate.feedback.report import Heading, Report
from pipelines.validate.quarantine import Verdict
from pipelines.warehouse import (
    engine,
    history,
    lacking,
    parts,
    retention,
    tables,
)
from pipelines.warehouse.acceptances import Acceptance
from pipelines.warehouse.history import Receipt

ROWS = "nieuwe_rijen"
STAGED = f"{engine.STAGING}.rijen"
FAILED = f"{engine.STAGING}.gezakt"
TAKEN_APART = ("in_clause", "common_subexpressions")  # what all checks at once are not to be


def deliver(
    con: duckdb.DuckDBPyConnection,
    path: Path,
    contracts: Contracts,
    layouts: Sequence[Layout],
    *,
    gate: bool,
    accepted: Sequence[Acceptance] = (),
    feedback: Path | None = None,
    again: Collection[str] = (),
) -> list[Outcome]:
    """Take one file in. A refusal is an outcome, not an exception; nothing of it is loaded.

    `gate`: also run the Great Expectations suite and refuse when its counts differ. `accepted`:
    findings that were accepted and hold today. `feedback`: write what goes back to the supplier
    there. `again`: ids of deliveries that were replaced or withdrawn and are delivered anew.
    """
    try:
        found = deliveries.open_file(path, contracts, layouts)
    except DeliveryRefused as refusal:
        outcome = refused_outcome(con, receipt_of_file(path, refusal), refusal)
        return [_tell_back(outcome, None, contracts, accepted, feedback)]
    return [
        _tell_back(
            _deliver_one(con, delivery, contracts, gate=gate, again=again),
            delivery,
            contracts,
            accepted,
            feedback,
        )
        for delivery in (_as_named(con, delivery) for delivery in found)
    ]


def _as_named(con: duckdb.DuckDBPyConnection, delivery: Delivery) -> Delivery:
    """With an id of its own where the same bytes came before under names that say otherwise."""
    known = history.find(con, delivery.id)
    if known is None or known.status == "geweigerd":
        return delivery
    before, said = deliveries.said_by(
        known.file, known.sheet, delivery.dataset, delivery.match.layout
    )
    nobody = all(name.startswith(deliveries.UNKNOWN) for name in (before, delivery.supplier))
    if said == delivery.said and (before == delivery.supplier or nobody):
        return delivery
    return replace(delivery, id=delivery.own_id)


def _deliver_one(
    con: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    contracts: Contracts,
    *,
    gate: bool,
    again: Collection[str],
) -> Outcome:
    receipt = Receipt(
        delivery=delivery.id,
        file=delivery.file,
        dataset=delivery.dataset,
        supplier=delivery.supplier,
        period=delivery.period,
        layout=f"{delivery.match.layout.id} v{delivery.match.layout.version}",
        received=now(),
        status="geladen",
        fingerprint=_fingerprint(con, contracts, delivery.dataset, delivery.match.layout.id),
        sheet=delivery.text.sheet,
    )
    known = history.find(con, delivery.id)
    if known and known.status not in ("geladen", "geweigerd") and delivery.id not in again:
        told = "withdrawn" if known.status == "ingetrokken" else "replaced"
        return outcome_of(con, replace(known, file=delivery.file), told)
    same = known and known.status == "geladen" and known.fingerprint == receipt.fingerprint
    if known and same and not _is_stale(con, known, contracts):
        if known.file != delivery.file:
            history.rename(con, delivery.id, delivery.file)
        return outcome_of(con, replace(known, file=delivery.file), "unchanged")
    try:
        held = known is not None and known.status == "geladen"
        return _load(con, delivery, receipt, contracts, gate=gate, held=held)
    except DeliveryRefused as refusal:
        return refused_outcome(con, receipt, refusal)
    except duckdb.OutOfMemoryException:
        engine.empty_staging(con)
        return refused_outcome(con, receipt, _too_much())
    finally:
        con.execute(f"DROP TABLE IF EXISTS {STAGED}; DROP TABLE IF EXISTS {FAILED}")


def _is_stale(con: duckdb.DuckDBPyConnection, known: Receipt, contracts: Contracts) -> bool:
    """Whether a loaded delivery is to be judged again, though it and its contract are the same."""
    if retention.came_back(con, contracts, known.delivery, now().date()):
        return True
    return lacking.stale(con, contracts.dataset(known.dataset), known.delivery)


def is_settled(con: duckdb.DuckDBPyConnection, known: Receipt, contracts: Contracts) -> bool:
    """Whether the next run would leave a delivery as it is when the same bytes come again.

    A refusal is only settled where nothing but the bytes was looked at: what else is in the
    warehouse by then may make another one of it.
    """
    if known.status != "geladen":
        return known.status != "geweigerd" or not known.dataset
    layout = known.layout.rpartition(" v")[0]
    same = known.fingerprint == _fingerprint(con, contracts, known.dataset, layout)
    return same and not _is_stale(con, known, contracts)


def _too_much() -> DeliveryRefused:
    return DeliveryRefused(
        "bestand.te_groot",
        "De levering past niet in het geheugen dat voor inlezen beschikbaar is. Er is niets"
        " geladen. Lever per schooljaar aan, of lees in op een computer met meer geheugen.",
    )


def _load(
    con: duckdb.DuckDBPyConnection,
    delivery: Delivery,
    receipt: Receipt,
    contracts: Contracts,
    *,
    gate: bool,
    held: bool,
) -> Outcome:
    dataset = contracts.dataset(delivery.dataset)
    remarks, unsent = _stage(con, delivery, dataset, contracts)
    whole.refuse_nothing_sent(con, STAGED, unsent)
    doubts.refuse_ambiguous_numbers(con, STAGED, delivery.match, dataset)
    doubts.refuse_month_first(con, STAGED, delivery.text, delivery.match, dataset)
    kept_since = retention.boundary_on(contracts, now().date())
    doubts.refuse_year_first(delivery.text, delivery.match, dataset, remarks, kept_since)
    by = (delivery.id, delivery.file, delivery.supplier)
    stands = parts.standing(con, dataset, by, delivery.said, STAGED, held=held)
    promised = checks(
        dataset,
        contracts,
        filled=tables.filled(con, contracts),
        delivery=receipt.delivery,
        supplier=stands.supplier,
        replaces=stands.replaces,
        marks=marks.marks(delivery.match, dataset, remarks),
    )
    with engine.as_written(con, *TAKEN_APART):
        verdict = quarantine.judge(con, STAGED, FAILED, promised)
    record = _agree_with_suite(con, verdict, promised, dataset) if gate else None
    judged = replace(
        receipt,
        supplier=stands.supplier,
        period=stands.period,
        rows_in=verdict.rows_in,
        accepted=verdict.accepted,
        quarantined=verdict.quarantined,
    )
    history.load(
        con,
        contracts,
        judged,
        [
            *verdict.findings,
            *whole.about_name(dataset, stands.astray),
            *whole.about_sending(dataset, delivery.match, unsent),
        ],
        STAGED,
        FAILED,
        quarantine.rules_of_row(FAILED, promised),
        stands.replaces,
    )
    return replace(outcome_of(con, judged, "accepted"), record=record)


def _stage(
    con: duckdb.DuckDBPyConnection, delivery: Delivery, dataset: Dataset, contracts: Contracts
) -> tuple[dict[str, set[str]], list[int]]:
    """Fill the staged table; the remarks that occur, per column, and the rows with answers that
    were not sent."""
    into = f"CREATE OR REPLACE TABLE {STAGED} AS"
    remarks: dict[str, set[str]] = {}
    unsent: list[int] = []
    for part in stage.ahead(delivery.parts()):
        unsent += stage.not_sent(part, delivery.match)
        rows = stage.staged(con, part, delivery.match, dataset, contracts)
        for column, seen in stage.remarks(rows).items():
            remarks.setdefault(column, set()).update(seen)
        con.register(ROWS, offered(rows))
        try:
            con.execute(f"{into} FROM {ROWS}")
        finally:
            con.unregister(ROWS)
        into = f"INSERT INTO {STAGED}"
    return remarks, unsent


def _agree_with_suite(
    con: duckdb.DuckDBPyConnection, verdict: Verdict, promised: Sequence[Check], dataset: Dataset
) -> Mapping[str, Any]:
    """Great Expectations' own result.

    Raises `DeliveryRefused` when it could not run, or counts otherwise than the quarantine.
    """
    from pipelines.validate import expectations  # takes seconds to import

    suite = expectations.run(con, STAGED, promised, dataset.id)
    differing = quarantine.agree(verdict, promised, suite.counts)
    if suite.crashed or differing:
        named = ", ".join(sorted({*suite.crashed, *differing}))
        raise DeliveryRefused(
            "controle.niet_uitgevoerd",
            f"De twee controles komen niet op hetzelfde uit bij: {named}. De levering is daarom"
            " niet geladen; meld dit aan Zichtlijn.",
        )
    return suite.record


def _tell_back(
    outcome: Outcome,
    delivery: Delivery | None,
    contracts: Contracts,
    accepted: Sequence[Acceptance],
    feedback: Path | None,
) -> Outcome:
    """Mark what was accepted and write the feedback.

    A replaced or withdrawn delivery asks nothing of anybody. A file that cannot be written (it is
    open in a spreadsheet program), or a large delivery that is gone when its rows are looked up
    again, does not stop the run: `feedback` then stays empty.
    """
    outcome = marked(outcome, accepted)
    if feedback is None or outcome.status in {"replaced", "withdrawn"}:
        return outcome
    if delivery is not None and outcome.status != "refused":
        delivery = replace(
            delivery, supplier=outcome.supplier or delivery.supplier, period=outcome.period
        )
    try:
        place = folder.write(feedback, _report(outcome, delivery, contracts), outcome.record)
    except (OSError, DeliveryRefused):
        return outcome
    return replace(outcome, feedback=str(place))


def _report(outcome: Outcome, delivery: Delivery | None, contracts: Contracts) -> Report:
    if delivery is None:
        heading = Heading(outcome.delivery, outcome.file, "", "", "", "")
        return report.refused(heading, outcome.message)
    if outcome.status == "refused":
        title = contracts.dataset(delivery.dataset).title
        return report.refused(report.heading(delivery, title), outcome.message)
    return report.build(
        delivery,
        contracts,
        outcome.findings,
        rows_in=outcome.rows_in,
        accepted=outcome.accepted,
        quarantined=outcome.quarantined,
        differences=outcome.differences,
        questions=outcome.questions,
    )


def _fingerprint(
    con: duckdb.DuckDBPyConnection, contracts: Contracts, name: str, layout: str
) -> str:
    """Over the contracts and the deliveries of every dataset that the checks of one look at."""
    dataset = contracts.dataset(name)
    texts = " ".join(rule.fails for rule in dataset.rules)
    others = {c.refers_to[0] for c in dataset.columns if c.refers_to}
    others |= {d for d in contracts.datasets if re.search(rf"\b{d}\b", texts)}
    told = [contracts.fingerprint, layout]
    told += [f"{d}:{','.join(history.loaded(con, d))}" for d in sorted(others - {dataset.id})]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()
