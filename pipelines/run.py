"""The whole story of a run: each line is a stage, each stage has its own room."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pipelines import contracts as contract_files
from pipelines.contracts import Contracts
from pipelines.deliver import Outcome, deliver
from pipelines.errors import UsageError
from pipelines.ingest import deliveries, layouts
from pipelines.release import publish
from pipelines.release.publish import Release
from pipelines.warehouse import engine, history, tables

T = TypeVar("T")
Progress = Callable[[Iterable[T], str], Iterable[T]]


@dataclass(frozen=True)
class Report:
    """What a run did: every delivery's outcome, and the release that is served now."""

    deliveries: tuple[Outcome, ...]
    release: Release

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
        _prepare(con, promises)
        outcomes = _take_in(con, deliveries.inbox(inbox), promises, gate=True, progress=progress)
        _refuse_unbalanced(con, promises)
        release = publish.publish(con, promises, workdir, progress=progress)
    return Report(outcomes, release)


def check(
    files: Sequence[Path], workdir: Path | None = None, *, progress: Progress[Any] = quietly
) -> tuple[Outcome, ...]:
    """Judge files as a run would, and keep nothing.

    References are looked up among the files given; with `workdir`, in its warehouse as well.
    """
    promises = contract_files.load()
    with engine.open_warehouse(None) as con:
        if workdir is not None:
            engine.borrow_tables(con, workdir)
        _prepare(con, promises)
        return _take_in(con, files, promises, gate=False, progress=progress)


def _prepare(con: Any, promises: Contracts) -> None:
    tables.create(con, promises)
    history.create(con)


def _take_in(
    con: Any, files: Sequence[Path], promises: Contracts, *, gate: bool, progress: Progress[Any]
) -> tuple[Outcome, ...]:
    known = layouts.load()
    ordered = deliveries.in_load_order(files, promises, known)
    outcomes: list[Outcome] = []
    for path in progress(ordered, "Leveringen inlezen en controleren"):
        outcomes += deliver(con, path, promises, known, gate=gate)
    return tuple(sorted(outcomes, key=lambda o: o.file))


def _refuse_unbalanced(con: Any, promises: Contracts) -> None:
    wrong = history.unbalanced(con, promises)
    if wrong:
        name, problem = next(iter(wrong.items()))
        raise UsageError(
            f"Het magazijn klopt niet met het register (levering {name}: {problem})."
            " Er is niets gepubliceerd. Begin met een nieuwe werkmap en lees alles opnieuw in."
        )
