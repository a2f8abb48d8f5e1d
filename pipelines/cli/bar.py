"""The bar of long work on a terminal: what is being done, how far, and about how long still."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    Task,
    TaskProgressColumn,
    TextColumn,
)
from rich.text import Text

from pipelines import steps


class _Left(ProgressColumn):
    def render(self, task: Task) -> Text:
        done, at = task.completed, float(task.fields["at"])
        return Text(steps.left(done, task.total or 0.0, at, task.elapsed or 0.0))


def shown(items: Iterable[Any], what: str, console: Console) -> Iterator[Any]:
    """The items, with a bar that is gone afterwards."""
    listed = list(items)
    shares = [steps.of(item) for item in listed]
    plain = TextColumn("{task.fields[doing]}", markup=False)
    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), _Left(), plain)
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(what, total=sum(step.share for step in shares), doing="", at=0.0)
        for number, (item, step) in enumerate(zip(listed, shares, strict=True), start=1):
            bar.update(task, doing=f"{number} van {len(listed)}: {step.name}")
            yield item
            bar.update(task, advance=step.share, at=bar.tasks[0].elapsed or 0.0)
