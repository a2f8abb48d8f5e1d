"""What every command shares: the app, its options, its exit codes, and how it speaks.

Exit codes: 0 all accepted, 1 a bug in Zichtlijn, 2 wrong usage, 3 a delivery was refused or rows
were quarantined for a rule that nobody accepted (the rest is still published), 130 broken off with
Ctrl+C. With --json standard output holds one JSON document and nothing else; everything meant for a
person goes to standard error.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

OK, BUG, USAGE, NOT_ALL_ACCEPTED = 0, 1, 2, 3


app = typer.Typer(
    name="zichtlijn",
    help="Van registratie-exports naar beschermde cijfers over schoolmaatschappelijk werk"
    " en Zorg In School.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)


WIDE = 160  # columns for output that goes to a file or another program


layout_app = typer.Typer(help="Indelingen van leveranciers.", no_args_is_help=True)


app.add_typer(layout_app, name="layout")


evaluation_app = typer.Typer(help="De jaarlijkse evaluatie.", no_args_is_help=True)


app.add_typer(evaluation_app, name="evaluation")


people = Console(
    stderr=True,
    highlight=False,
    emoji=False,
    width=None if sys.stderr.isatty() else WIDE,
)


AsJson = Annotated[bool, typer.Option("--json", help="Geef JSON op standaarduitvoer.")]


Workdir = Annotated[
    Path | None,
    typer.Option("--workdir", help="Map met magazijn en publicaties.", show_default=False),
]


def standard_output() -> Console:
    """For a table that is the answer itself: standard output, wide where that is no terminal."""
    return Console(highlight=False, emoji=False, width=None if sys.stdout.isatty() else WIDE)


def print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def progress(items: Iterable[Any], what: str) -> Iterable[Any]:
    """What is being done, how far and about how long still, on standard error; nothing where that
    is no terminal."""
    if not people.is_terminal:
        yield from items
        return
    from pipelines.cli import bar  # where nobody looks, nothing need be drawn

    yield from bar.shown(items, what, people)


def thousands(value: float) -> str:
    """1234567.5 -> 1.234.568; small numbers keep their decimals."""
    if abs(value) < 10:
        return plain(round(value, 2)) if value == int(value) else f"{value:.2f}".replace(".", ",")
    return f"{value:,.0f}".replace(",", ".")


def plain(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0").replace(".", ",")
