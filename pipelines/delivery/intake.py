"""Taking files in: the part of a run that `check` shares, without what publishing needs."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from pipelines import contracts as contract_files
from pipelines.contracts import Contracts
from pipelines.delivery.deliver import deliver
from pipelines.delivery.outcome import Outcome
from pipelines.errors import UsageError
from pipelines.ingest import deliveries, layout_files
from pipelines.ingest.layout import Layout
from pipelines.validate.feedback import folder
from pipelines.warehouse import acceptances, engine, history, lacking, tables

T = TypeVar("T")
SMALL = 32 << 20  # bytes of files that one thread checks soonest
UNFINISHED = "intrekking.bezig"
Progress = Callable[[Iterable[T], str], Iterable[T]]


def quietly(items: Iterable[T], _: str) -> Iterable[T]:
    """Progress that shows nothing."""
    return items


def check(
    files: Sequence[Path],
    workdir: Path | None = None,
    *,
    feedback: Path | None = None,
    layout: str = "",
    progress: Progress[Any] = quietly,
) -> tuple[Outcome, ...]:
    """Judge files as a run would, and keep nothing but the feedback where that is asked for.

    References are looked up among the files given; with `workdir`, in its warehouse as well, and
    what was accepted there is accepted here. `layout`: the file or id of the only layout that is
    tried.
    """
    promises = contract_files.load()
    known = (layout_files.chosen(layout),) if layout else layout_files.load()
    with engine.open_warehouse(None) as con:
        if sum(file.stat().st_size for file in files if file.is_file()) < SMALL:
            con.execute("SET threads = 1")  # sharing so little takes longer than doing it
        if workdir is not None:
            engine.borrow_tables(con, workdir)
        prepare(con, promises)
        return take_in(
            con, files, promises, known, gate=False, feedback=feedback, progress=progress
        )


def existing(workdir: Path) -> AbstractContextManager[Any]:
    if not (workdir / engine.FILE).exists():
        raise UsageError(f"In {workdir} is geen magazijn; draai daar eerst 'zichtlijn run'.")
    return engine.open_warehouse(workdir)


@contextmanager
def reading(workdir: Path, promises: Contracts) -> Iterator[Any]:
    """The warehouse for who only reads it; one of an earlier form is brought up to date first."""
    with engine.read_warehouse(workdir) as con:
        if tables.are_current(con, promises):
            yield con
            return
    with existing(workdir) as con:
        prepare(con, promises)
        yield con


def withdrawal_begins(workdir: Path, delivery: str) -> None:
    """Leave a mark that what is served still holds a withdrawn delivery."""
    try:
        (workdir / UNFINISHED).write_text(f"{delivery}\n", "utf-8")
    except OSError as problem:
        raise UsageError(
            f"In {workdir} kan niet worden geschreven: is de schijf vol? Er is niets ingetrokken."
        ) from problem


def withdrawal_is_finished(workdir: Path) -> None:
    (workdir / UNFINISHED).unlink(missing_ok=True)


def refuse_unfinished(workdir: Path) -> None:
    """Raise `UsageError` while the release that is served still holds a withdrawn delivery."""
    if (workdir / UNFINISHED).exists():
        raise UsageError(
            "Een intrekking is niet afgemaakt: wat nu te zien is, telt de ingetrokken levering nog"
            " mee. Geef 'zichtlijn run' of 'zichtlijn withdraw' opnieuw."
        )


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
    known: Sequence[Layout],
    *,
    gate: bool,
    feedback: Path | None,
    progress: Progress[Any],
) -> tuple[Outcome, ...]:
    """Every file's way into the warehouse, in an order in which references can be looked up."""
    agreed = acceptances.holding(con, today())
    before = history.in_inbox(con)
    by_path: dict[Path, list[Outcome]] = {}
    with engine.frugal(con):
        for path in progress(
            deliveries.in_load_order(files, promises, known), "Leveringen inlezen en controleren"
        ):
            by_path[path] = deliver(
                con, path, promises, known, gate=gate, accepted=agreed, feedback=feedback
            )
        here = [(o.file, o.delivery) for found in by_path.values() for o in found]
        for path, found in by_path.items():
            again = _delivered_anew(con, found, before, here)
            if again or _is_beside_others(con, found, promises):
                by_path[path] = deliver(
                    con, path, promises, known,
                    gate=gate, accepted=agreed, feedback=feedback, again=again,
                )  # fmt: skip
    history.note_inbox(con, here)
    outcomes = [as_it_ended(con, o, feedback) for found in by_path.values() for o in found]
    return tuple(sorted(outcomes, key=lambda o: o.file))


def _delivered_anew(
    con: Any,
    found: Sequence[Outcome],
    before: set[tuple[str, str]],
    here: Sequence[tuple[str, str]],
) -> list[str]:
    """Ids of replaced and withdrawn deliveries in a file that are to be loaded again.

    What was replaced counts again when nothing counts in its place any more, or when it was not in
    the inbox of the last run and is now: then it is what was delivered last, unless what took its
    place came back with it. What was withdrawn counts again under another name, or when
    that was asked.
    """
    arrived = {delivery for file, delivery in here if before and (file, delivery) not in before}
    anew: list[str] = []
    for outcome in found:
        known = history.find(con, outcome.delivery)
        if outcome.status == "withdrawn" and (
            (known and known.file != outcome.file) or history.is_undone(con, outcome.delivery)
        ):
            anew.append(outcome.delivery)
        if outcome.status == "replaced":
            instead = history.in_its_place(con, outcome.delivery)
            if not instead or (outcome.delivery in arrived and instead not in arrived):
                anew.append(outcome.delivery)
    return anew


def _is_beside_others(con: Any, found: Sequence[Outcome], promises: Contracts) -> bool:
    """Whether a later file of the run changed what a delivery lacks."""
    return any(
        outcome.dataset is not None
        and outcome.status in ("accepted", "unchanged")
        and history.in_its_place(con, outcome.delivery) == outcome.delivery
        and lacking.stale(con, promises.dataset(outcome.dataset), outcome.delivery)
        for outcome in found
    )


def as_it_ended(con: Any, outcome: Outcome, feedback: Path | None) -> Outcome:
    """What another file of the same run took the place of asks nothing of anybody; of all that is
    replaced it is said by which file."""
    if outcome.status not in ("accepted", "unchanged", "replaced"):
        return outcome
    instead = history.in_its_place(con, outcome.delivery)
    if instead in ("", outcome.delivery):
        return outcome
    if feedback is not None and outcome.status != "replaced":
        folder.remove(feedback, outcome.delivery)
    now = history.find(con, instead)
    message = f"Vervangen door {now.file} (kenmerk {instead})." if now else ""
    return replace(
        outcome, status="replaced", message=message, feedback="", differences=None, questions=()
    )
