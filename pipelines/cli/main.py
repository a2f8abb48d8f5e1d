"""The command `zichtlijn`: where it begins, and how whatever went wrong ends in a sentence."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from typer.exceptions import Abort, Exit, TyperException

from pipelines import settings
from pipelines.cli import (
    deliveries,
    dutch,
    evaluation,
    explanations,
    figures,
    layouts,
    own,
    pilots,
    protection,
    serving,
)
from pipelines.cli.console import BUG, OK, USAGE, app, people, print_json
from pipelines.errors import UserError
from pipelines.start import BROKEN_OFF, SENTENCE

# A room of commands puts its own in the app when it is imported.
COMMANDS = (
    deliveries,
    figures,
    explanations,
    pilots,
    protection,
    layouts,
    evaluation,
    own,
    serving,
)


def main() -> None:
    """Entry point of the console command."""
    sys.exit(guarded(lambda: app(standalone_mode=False), sys.argv[1:]))


def guarded(call: Callable[[], Any], asked: Sequence[str] = ()) -> int:
    """Run a command and give its exit code; no traceback for what a user can mend.

    `asked`: its arguments; with --json what went wrong is a document on standard output too.
    """
    said: list[str] = []
    code = _answered(call, said)
    for line in said:
        people.print(line, markup=False, soft_wrap=True)
    if said and "--json" in asked:
        print_json({"error": {"exit": code, "message": said[0]}})
    return code


def _answered(call: Callable[[], Any], said: list[str]) -> int:
    """The exit code; `said` is filled with what is to be told."""
    try:
        result = call()
    except TyperException as wrong:
        if dutch.is_help(wrong):
            said.append(wrong.format_message())
            return USAGE
        said.append(f"Onjuist gebruik: {dutch.told(wrong)}")
        said.append("Zie 'zichtlijn --help' of 'zichtlijn OPDRACHT --help'.")
        return USAGE
    except UserError as mistake:
        said.append(str(mistake))
        return USAGE
    except Exit as leaving:
        if leaving.exit_code != BROKEN_OFF:  # how Typer passes on a Ctrl+C
            return leaving.exit_code
        said.append(SENTENCE)
        return BROKEN_OFF
    except (Abort, KeyboardInterrupt):
        said.append(SENTENCE)
        return BROKEN_OFF
    except Exception as bug:  # noqa: BLE001 - the last resort: a bug is reported as one
        said += _of_bug(bug)
        return BUG
    return result if isinstance(result, int) else OK


def _of_bug(bug: Exception) -> list[str]:
    """Where it went wrong, without the message: that may hold values of persons."""
    if settings.debugging():
        traceback.print_exception(bug)
        return []
    last = traceback.extract_tb(bug.__traceback__)[-1]
    return [
        f"Dit is een fout in Zichtlijn ({type(bug).__name__} in {Path(last.filename).name},"
        f" regel {last.lineno}). De vorige publicatie is ongemoeid. Meld dit met deze regel;"
        f" met {settings.DEBUG}=1 ziet u meer, maar dat kan persoonsgegevens bevatten."
    ]


if __name__ == "__main__":
    main()
