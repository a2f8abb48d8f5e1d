"""The whole story of a run: each line is a stage, each stage has its own room."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipelines import contracts as contract_files
from pipelines import settings
from pipelines.contracts import Contracts
from pipelines.delivery import unchanged
from pipelines.delivery.intake import (
    Progress,
    prepare,
    quietly,
    refuse_unbalanced,
    take_in,
    withdrawal_is_finished,
)
from pipelines.delivery.outcome import Outcome
from pipelines.ingest import deliveries, layout_files
from pipelines.release.served import Release
from pipelines.validate.feedback import folder
from pipelines.warehouse import copy, engines, history, retention, state
from pipelines.warehouse.engine import open_warehouse


@dataclass(frozen=True)
class RunReport:
    """What a run did: every delivery's outcome, the release that is served now, and the folder of
    what goes back to the suppliers.

    `folded`: tables (`tally.TABLE`) of the plan that the release leaves out to protect; for the
    analyst, and in no release. `unproved`: why the release has no certificate, or ''.
    `unchanged_since`: when the run ended that this one would have repeated in all, or ''.
    """

    deliveries: tuple[Outcome, ...]
    release: Release
    feedback: Path
    folded: tuple[tuple[str, ...], ...] = ()
    unproved: str = ""
    unchanged_since: str = ""

    @property
    def clean(self) -> bool:
        return all(outcome.clean for outcome in self.deliveries)

    def as_dict(self) -> dict[str, Any]:
        from pipelines.release import tally

        return {
            "deliveries": [outcome.as_dict() for outcome in self.deliveries],
            "release": {"id": self.release.id, "path": str(self.release.path)},
            "folded": [dict(zip(tally.TABLE, table, strict=True)) for table in self.folded],
            "unproved": self.unproved,
            "unchanged_since": self.unchanged_since,
        }


def run(
    inbox: Path,
    workdir: Path,
    *,
    engine: str | None = None,
    progress: Progress[Any] = quietly,
    sure: bool = False,
) -> RunReport:
    """Everything, once: take in the inbox, load, count, estimate, protect, publish.

    What is refused is left out and reported; what was published before stays served until a new
    release is whole. `engine`: what counts, duckdb or spark; None is what the settings say. `sure`:
    delete what is past the retention term, also where a run would otherwise stop and ask. Raises
    `UserError` for what the user can mend.
    """
    chosen = engine or settings.engine()
    engines.require(chosen)
    taken = unchanged.went_in(inbox, chosen, _today(), sure=sure)
    same = unchanged.found(workdir, taken)
    if same:
        place = workdir / folder.NAME
        told = (same.folded, same.unproved, same.since)
        return RunReport(same.deliveries, same.release, place, *told)
    promises = contract_files.load()
    report, register = _worked_out(inbox, workdir, promises, chosen, progress, sure=sure)
    ended = dt.datetime.now().astimezone().strftime("%d-%m-%Y %H:%M")
    left = unchanged.Ended(ended, report.deliveries, report.folded, report.unproved, register)
    unchanged.note(workdir, taken, left, promises)
    return report


def _worked_out(
    inbox: Path,
    workdir: Path,
    promises: Contracts,
    engine: str,
    progress: Progress[Any],
    *,
    sure: bool,
) -> tuple[RunReport, str]:
    """What the run did, and the hash of what is on record when it ended."""
    from pipelines.audit import gate, seal  # seconds, that a run that changes nothing need not wait
    from pipelines.release import publish, tally

    with open_warehouse(workdir) as con:
        folder.sweep(workdir / folder.NAME)
        prepare(con, promises)
        copy.refuse_older(con, workdir)
        for gone in history.withdrawn(con):  # a withdrawal that was broken off is finished here
            folder.remove(workdir / folder.NAME, gone)
        today = _today()
        if not sure:
            retention.refuse_odd_date(con, promises, today)
        outcomes = take_in(
            con,
            deliveries.inbox(inbox),
            promises,
            layout_files.load(),
            gate=True,
            feedback=workdir / folder.NAME,
            progress=progress,
        )
        if not sure:
            retention.refuse_surprise(con, promises, today)
        retention.expire(con, promises, today)
        outcomes = _without_expired(outcomes, retention.past(con), workdir / folder.NAME)
        refuse_unbalanced(con, promises)
        release = publish.publish(
            con, promises, workdir, progress=progress, attack=gate.readable, engine=engine
        )
        withdrawal_is_finished(workdir)
        register = state.register(con)
    unproved = seal.seal(workdir, release.path)
    folded = tally.folded_of(workdir, release.id)
    report = RunReport(outcomes, release, workdir / folder.NAME, folded, unproved)
    return report, register


def _today() -> dt.date:
    return dt.datetime.now(dt.UTC).date()


def _without_expired(
    outcomes: Sequence[Outcome], past: Collection[str], feedback: Path
) -> tuple[Outcome, ...]:
    """Remove what went back about deliveries with rows past the term; it is named no more."""
    for delivery in past:
        folder.remove(feedback, delivery)
    return unchanged.expired(outcomes, past)
