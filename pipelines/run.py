"""The whole story of a run: each line is a stage, each stage has its own room."""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

from pipelines import contracts as contract_files
from pipelines.contracts import Contracts
from pipelines.deliver import Outcome, deliver
from pipelines.errors import UsageError
from pipelines.ingest import deliveries, layouts
from pipelines.release import publish
from pipelines.release.publish import Release
from pipelines.validate.checks import checks
from pipelines.validate.feedback import folder
from pipelines.warehouse import acceptances, engine, history, retention, tables
from pipelines.warehouse.acceptances import Acceptance

T = TypeVar("T")
Progress = Callable[[Iterable[T], str], Iterable[T]]


@dataclass(frozen=True)
class Report:
    """What a run did: every delivery's outcome, the release that is served now, and the folder of
    what goes back to the suppliers.
    """

    deliveries: tuple[Outcome, ...]
    release: Release
    feedback: Path

    @property
    def clean(self) -> bool:
        return all(outcome.clean for outcome in self.deliveries)

    def as_dict(self) -> dict[str, Any]:
        return {
            "deliveries": [outcome.as_dict() for outcome in self.deliveries],
            "release": {"id": self.release.id, "path": str(self.release.path)},
        }


def quietly(items: Iterable[T], _: str) -> Iterable[T]:
    """Progress that shows nothing."""
    return items


def run(inbox: Path, workdir: Path, *, progress: Progress[Any] = quietly) -> Report:
    """Everything, once: take in the inbox, load, count, estimate, protect, publish.

    What is refused is left out and reported; what was published before stays served until a new
    release is whole. Raises `UserError` for what the user can mend.
    """
    promises = contract_files.load()
    with engine.open_warehouse(workdir) as con:
        folder.sweep(workdir / folder.NAME)
        prepare(con, promises)
        outcomes = _take_in(
            con,
            deliveries.inbox(inbox),
            promises,
            gate=True,
            feedback=workdir / folder.NAME,
            progress=progress,
        )
        retention.expire(con, promises, dt.datetime.now(dt.UTC).date())
        outcomes = _without_expired(outcomes, retention.past(con), workdir / folder.NAME)
        refuse_unbalanced(con, promises)
        release = publish.publish(con, promises, workdir, progress=progress)
    return Report(outcomes, release, workdir / folder.NAME)


def check(
    files: Sequence[Path],
    workdir: Path | None = None,
    *,
    feedback: Path | None = None,
    progress: Progress[Any] = quietly,
) -> tuple[Outcome, ...]:
    """Judge files as a run would, and keep nothing but the feedback where that is asked for.

    References are looked up among the files given; with `workdir`, in its warehouse as well, and
    what was accepted there is accepted here.
    """
    promises = contract_files.load()
    with engine.open_warehouse(None) as con:
        if workdir is not None:
            engine.borrow_tables(con, workdir)
        prepare(con, promises)
        return _take_in(con, files, promises, gate=False, feedback=feedback, progress=progress)


def accept(workdir: Path, acceptance: Acceptance) -> None:
    """Put on record that a finding is accepted. Raises `UsageError` when nothing could match it."""
    promises = contract_files.load()
    with existing(workdir) as con:
        prepare(con, promises)
        _refuse_idle(acceptance, promises, con)
        acceptances.store(con, acceptance, dt.datetime.now(dt.UTC).replace(tzinfo=None))


def take_back(
    workdir: Path, rule: str, supplier: str, column: str, *, reason: str, by: str
) -> Acceptance:
    """Take an acceptance back that holds today; the finding is reported again from now on.

    Raises `UsageError` when there is no such acceptance, or reason or name are missing.
    """
    if not reason.strip() or not by.strip():
        raise UsageError("Geef bij --reason de reden en bij --by wie dit intrekt.")
    with existing(workdir) as con:
        prepare(con, contract_files.load())
        held = acceptances.holding(con, today())
        wanted = (rule, supplier.casefold(), column)
        for one in held:
            if (one.rule, one.supplier.casefold(), one.column) == wanted:
                now = dt.datetime.now(dt.UTC).replace(tzinfo=None)
                acceptances.take_back(con, one, reason, by, now)
                return one
    about = f" voor kolom {column}" if column else ""
    raise UsageError(
        f"{rule} van {supplier}{about} is nu niet aanvaard, dus er is niets in te trekken;"
        " 'zichtlijn accept --list' toont wat aanvaard is."
    )


def accepted(workdir: Path) -> tuple[Acceptance, ...]:
    """The acceptances that hold today."""
    with existing(workdir) as con:
        prepare(con, contract_files.load())
        return acceptances.holding(con, today())


def existing(workdir: Path) -> AbstractContextManager[Any]:
    if not (workdir / engine.FILE).exists():
        raise UsageError(f"In {workdir} is geen magazijn; draai daar eerst 'zichtlijn run'.")
    return engine.open_warehouse(workdir)


def _refuse_idle(acceptance: Acceptance, promises: Contracts, con: Any) -> None:
    """Refuse an acceptance of a rule, column, supplier or day that cannot occur."""
    dataset = promises.datasets.get(acceptance.rule.partition(".")[0])
    promised = checks(dataset, promises, filled=frozenset()) if dataset else ()
    rules = {c.id: c.columns for c in promised} | history.reported_rules(con)
    if acceptance.rule not in rules:
        near = difflib.get_close_matches(acceptance.rule, rules, 3, 0.5)
        hint = f" Lijkt op: {', '.join(near)}." if near else ""
        raise UsageError(f"De regel {acceptance.rule} bestaat niet.{hint}")
    columns = rules[acceptance.rule]
    if acceptance.column and acceptance.column not in columns:
        raise UsageError(
            f"De regel {acceptance.rule} gaat niet over {acceptance.column}, wel over:"
            f" {', '.join(columns)}."
        )
    named = {layout.supplier for layout in layouts.load() if layout.supplier} | set(
        history.suppliers(con)
    )
    if acceptance.supplier.casefold() not in {name.casefold() for name in named}:
        raise UsageError(
            f"De leverancier {acceptance.supplier} is niet bekend. Wel: {', '.join(sorted(named))}."
        )
    if acceptance.until < today():
        raise UsageError("De datum bij --until is al voorbij.")
    if not acceptance.reason.strip() or not acceptance.by.strip():
        raise UsageError("Geef bij --reason de reden en bij --by wie dit aanvaardt.")


def today() -> dt.date:
    return dt.datetime.now().astimezone().date()


def prepare(con: Any, promises: Contracts) -> None:
    tables.create(con, promises)
    history.create(con)
    acceptances.create(con)


def _take_in(
    con: Any,
    files: Sequence[Path],
    promises: Contracts,
    *,
    gate: bool,
    feedback: Path | None,
    progress: Progress[Any],
) -> tuple[Outcome, ...]:
    known = layouts.load()
    agreed = acceptances.holding(con, today())
    ordered = deliveries.in_load_order(files, promises, known)
    outcomes: list[Outcome] = []
    for path in progress(ordered, "Leveringen inlezen en controleren"):
        outcomes += deliver(
            con, path, promises, known, gate=gate, accepted=agreed, feedback=feedback
        )
    return tuple(sorted(outcomes, key=lambda o: o.file))


def _without_expired(
    outcomes: Sequence[Outcome], past: Collection[str], feedback: Path
) -> tuple[Outcome, ...]:
    """Remove what went back about deliveries with rows past the term; it is named no more."""
    for delivery in past:
        folder.remove(feedback, delivery)
    return tuple(
        replace(o, feedback="", differences=None, expired=True) if o.delivery in past else o
        for o in outcomes
    )


def refuse_unbalanced(con: Any, promises: Contracts) -> None:
    wrong = history.unbalanced(con, promises)
    if wrong:
        name, problem = next(iter(wrong.items()))
        raise UsageError(
            f"Het magazijn klopt niet met het register (levering {name}: {problem})."
            " Er is niets gepubliceerd. Begin met een nieuwe werkmap en lees alles opnieuw in."
        )
