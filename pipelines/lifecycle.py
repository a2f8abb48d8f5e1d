"""What happens to deliveries after they came: the register, withdrawals, and what is still owed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from pipelines import contracts as contract_files
from pipelines import run as story
from pipelines.errors import UsageError
from pipelines.release import publish
from pipelines.release.publish import Release
from pipelines.run import Progress, quietly
from pipelines.validate.comparison import Differences, Question
from pipelines.validate.feedback import folder
from pipelines.warehouse import acceptances, calendar, history
from pipelines.warehouse import differences as compared
from pipelines.warehouse.calendar import Due
from pipelines.warehouse.history import Entry


def entries(workdir: Path) -> tuple[Entry, ...]:
    """Every delivery on record, oldest first."""
    with story.existing(workdir) as con:
        story.prepare(con, contract_files.load())
        return history.entries(con)


def owed(workdir: Path, today: dt.date | None = None) -> tuple[Due, ...]:
    """What suppliers delivered, still owe, or owe too late; on `today` or the day it is."""
    promises = contract_files.load()
    with story.existing(workdir) as con:
        story.prepare(con, promises)
        return calendar.calendar(con, promises, today or dt.datetime.now(dt.UTC).date())


def differences(
    workdir: Path, wanted: str
) -> tuple[Entry, Differences | None, tuple[Question, ...]]:
    """What tells a delivery from the one it replaced, and what its supplier is asked about it.

    `wanted`: its id or its file's name; of more with one name it is the one that is loaded.
    """
    with story.existing(workdir) as con:
        story.prepare(con, contract_files.load())
        known = [e for e in history.entries(con) if wanted in (e.delivery, e.file)]
        loaded = [e for e in known if e.status == "geladen"]
        found = loaded[0] if len(loaded) == 1 else _one(tuple(known), wanted, "te vergelijken")
        asked = compared.questions(con, found.delivery)
        agreed = acceptances.holding(con, story.today())
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
    with story.existing(workdir) as con:
        story.prepare(con, promises)
        found = _one(history.entries(con), wanted, "in te trekken")
        if found.status != "ingetrokken":
            history.withdraw(con, found, reason, dt.datetime.now(dt.UTC).replace(tzinfo=None))
        folder.remove(workdir / folder.NAME, found.delivery)
        story.refuse_unbalanced(con, promises)
        return found, publish.publish(con, promises, workdir, progress=progress)


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
