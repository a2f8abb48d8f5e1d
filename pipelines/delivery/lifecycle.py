"""What happens to deliveries after they came: the register, withdrawals, and what is still owed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from pipelines import contracts as contract_files
from pipelines import suggest
from pipelines.audit import gate, seal
from pipelines.contracts import Contracts
from pipelines.delivery.intake import (
    Progress,
    existing,
    prepare,
    quietly,
    reading,
    refuse_unbalanced,
    today,
    withdrawal_begins,
    withdrawal_is_finished,
)
from pipelines.errors import UsageError
from pipelines.ingest import layout_files
from pipelines.release import publish
from pipelines.release.question import Answer, ask
from pipelines.release.served import Release
from pipelines.validate.checks import checks
from pipelines.validate.comparison import Differences, Question
from pipelines.validate.feedback import folder
from pipelines.warehouse import acceptances, calendar, copy, history
from pipelines.warehouse import differences as compared
from pipelines.warehouse.acceptances import Acceptance
from pipelines.warehouse.calendar import Due
from pipelines.warehouse.history import Entry


def entries(workdir: Path) -> tuple[Entry, ...]:
    """Every delivery on record, oldest first."""
    with reading(workdir, contract_files.load()) as con:
        return history.entries(con)


def owed(workdir: Path, on: dt.date | None = None) -> tuple[Due, ...]:
    """What suppliers delivered, still owe, or owe too late; on a day, or today."""
    promises = contract_files.load()
    with reading(workdir, promises) as con:
        return calendar.calendar(con, promises, on or today())


def differences(
    workdir: Path, wanted: str
) -> tuple[Entry, Differences | None, tuple[Question, ...]]:
    """What tells a delivery from the one it replaced, and what its supplier is asked about it.

    `wanted`: its id or its file's name; of more with one name it is the one that is loaded.
    """
    with reading(workdir, contract_files.load()) as con:
        known = [e for e in history.entries(con) if wanted in (e.delivery, e.file)]
        loaded = [e for e in known if e.status == "geladen"]
        found = loaded[0] if len(loaded) == 1 else _one(tuple(known), wanted, "te vergelijken")
        asked = compared.questions(con, found.delivery)
        agreed = acceptances.holding(con, today())
        return (
            found,
            compared.find(con, found.delivery),
            compared.answered(asked, found.supplier, agreed),
        )


def withdraw(
    workdir: Path, wanted: str, reason: str = "", *, progress: Progress[Any] = quietly
) -> tuple[Entry, Release]:
    """Delete a delivery's rows everywhere and publish without them.

    `wanted`: its id or its file's name. Withdrawing again only publishes, so that a withdrawal
    that was broken off can be finished. Raises `UsageError` when it is not one known delivery.
    """
    promises = contract_files.load()
    with existing(workdir) as con:
        prepare(con, promises)
        copy.refuse_older(con, workdir)
        found = _one(history.entries(con), wanted, "in te trekken")
        if found.status != "ingetrokken" or found.withdrawn is None:
            withdrawal_begins(workdir, found.delivery)
            history.withdraw(con, found, reason, dt.datetime.now(dt.UTC).replace(tzinfo=None))
        folder.remove(workdir / folder.NAME, found.delivery)
        refuse_unbalanced(con, promises)
        release = publish.publish(con, promises, workdir, progress=progress, attack=gate.readable)
        withdrawal_is_finished(workdir)
    seal.seal(workdir, release.path)
    return found, release


def question(workdir: Path, metric: str, breakdown: str, level: str, *, book: bool) -> Answer:
    """Whether a table outside the publication plan may be shown; `book`: its numbers leave."""
    promises = contract_files.load()
    with existing(workdir) as con:
        prepare(con, promises)
        copy.refuse_older(con, workdir)
        return ask(
            con, promises, workdir, metric=metric, breakdown=breakdown, level=level, book=book
        )


def restore(workdir: Path) -> int:
    """Make the warehouse again from the archive; the number of deliveries in it.

    Raises `UsageError` where there is nothing to make it from, or nothing is lost.
    """
    promises = contract_files.load()
    return copy.restore(workdir, promises, lambda con: prepare(con, promises))


def undo_withdrawal(workdir: Path, wanted: str) -> Entry:
    """Let the next run read a withdrawn delivery again. `wanted`: its id or its file's name.

    Raises `UsageError` when it is not one delivery that was withdrawn.
    """
    with existing(workdir) as con:
        prepare(con, contract_files.load())
        found = _one(history.entries(con), wanted, "terug te laten komen")
        if found.status != "ingetrokken":
            raise UsageError(
                f"De levering {wanted} is niet ingetrokken; er is niets terug te doen."
            )
        history.undo_withdrawal(con, found.delivery)
        return found


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
    with reading(workdir, contract_files.load()) as con:
        return acceptances.holding(con, today())


def _refuse_idle(acceptance: Acceptance, promises: Contracts, con: Any) -> None:
    """Refuse an acceptance of a rule, column, supplier or day that cannot occur."""
    dataset = promises.datasets.get(acceptance.rule.partition(".")[0])
    promised = checks(dataset, promises, filled=frozenset()) if dataset else ()
    rules = {c.id: c.columns for c in promised} | history.reported_rules(con)
    if acceptance.rule not in rules:
        raise UsageError(
            f"De regel {acceptance.rule} bestaat niet. {suggest.hint(acceptance.rule, rules)}"
        )
    columns = rules[acceptance.rule]
    if acceptance.column and acceptance.column not in columns:
        raise UsageError(
            f"De regel {acceptance.rule} gaat niet over {acceptance.column}, wel over:"
            f" {', '.join(columns)}."
        )
    named = {layout.supplier for layout in layout_files.load() if layout.supplier} | set(
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


def _one(known: tuple[Entry, ...], wanted: str, to_do: str) -> Entry:
    found = [e for e in known if wanted in (e.delivery, e.file)]
    if not found:
        raise UsageError(
            f"De levering {wanted} is niet bekend; 'zichtlijn deliveries' noemt ze alle."
        )
    taken_in = [e for e in found if e.status != "geweigerd"]
    if not taken_in:
        raise UsageError(f"De levering {wanted} is geweigerd: er is niets om {to_do}.")
    if len(taken_in) > 1:
        ids = ", ".join(f"{e.delivery} ({e.dataset}, {e.status})" for e in taken_in)
        raise UsageError(f"Meer dan een levering heet {wanted}; noem het kenmerk: {ids}.")
    return taken_in[0]
