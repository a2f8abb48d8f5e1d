"""Taking files in: the part of a run that `check` shares, without what publishing needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, TypeVar

from pipelines import contracts as contract_files
from pipelines.contracts import Contracts
from pipelines.deliver import Outcome, deliver
from pipelines.errors import UsageError
from pipelines.ingest import deliveries, layouts
from pipelines.warehouse import acceptances, engine, history, tables

T = TypeVar("T")
Progress = Callable[[Iterable[T], str], Iterable[T]]


def quietly(items: Iterable[T], _: str) -> Iterable[T]:
    """Progress that shows nothing."""
    return items


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
        return take_in(con, files, promises, gate=False, feedback=feedback, progress=progress)


def existing(workdir: Path) -> AbstractContextManager[Any]:
    if not (workdir / engine.FILE).exists():
        raise UsageError(f"In {workdir} is geen magazijn; draai daar eerst 'zichtlijn run'.")
    return engine.open_warehouse(workdir)


def today() -> dt.date:
    return dt.datetime.now().astimezone().date()


def prepare(con: Any, promises: Contracts) -> None:
    tables.create(con, promises)
    history.create(con)
    acceptances.create(con)


def refuse_unbalanced(con: Any, promises: Contracts) -> None:
    wrong = history.unbalanced(con, promises)
    if wrong:
        name, problem = next(iter(wrong.items()))
        raise UsageError(
            f"Het magazijn klopt niet met het register (levering {name}: {problem})."
            " Er is niets gepubliceerd. Begin met een nieuwe werkmap en lees alles opnieuw in."
        )


def take_in(
    con: Any,
    files: Sequence[Path],
    promises: Contracts,
    *,
    gate: bool,
    feedback: Path | None,
    progress: Progress[Any],
) -> tuple[Outcome, ...]:
    """Every file's way into the warehouse, in an order in which references can be looked up."""
    known = layouts.load()
    agreed = acceptances.holding(con, today())
    ordered = deliveries.in_load_order(files, promises, known)
    outcomes: list[Outcome] = []
    with engine.frugal(con):
        for path in progress(ordered, "Leveringen inlezen en controleren"):
            outcomes += deliver(
                con, path, promises, known, gate=gate, accepted=agreed, feedback=feedback
            )
    return tuple(sorted(outcomes, key=lambda o: o.file))
