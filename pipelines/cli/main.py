"""The command `zichtlijn`: where it begins, and how whatever went wrong ends in a sentence."""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

from typer.exceptions import Abort, Exit, TyperException

from pipelines import settings
from pipelines.cli import (
    deliveries,
    evaluation,
    explanations,
    figures,
    layouts,
    pilots,
    protection,
    serving,
)
from pipelines.cli.console import BUG, OK, USAGE, app, people
from pipelines.errors import UserError
from pipelines.start import BROKEN_OFF, SENTENCE

# A room of commands puts its own in the app when it is imported.
COMMANDS = (deliveries, figures, explanations, pilots, protection, layouts, evaluation, serving)


def main() -> None:
    """Entry point of the console command."""
    sys.exit(guarded(lambda: app(standalone_mode=False)))


def guarded(call: Callable[[], Any]) -> int:
    """Run a command and give its exit code; no traceback for what a user can mend."""
    try:
        result = call()
    except TyperException as wrong:
        people.print(f"Onjuist gebruik: {wrong.format_message()}", markup=False)
        people.print("Zie 'zichtlijn --help' of 'zichtlijn OPDRACHT --help'.", markup=False)
        return USAGE
    except UserError as mistake:
        people.print(str(mistake), markup=False)
        return USAGE
    except Exit as leaving:
        if leaving.exit_code != BROKEN_OFF:  # how Typer passes on a Ctrl+C
            return leaving.exit_code
        people.print(SENTENCE)
        return BROKEN_OFF
    except (Abort, KeyboardInterrupt):
        people.print(SENTENCE)
        return BROKEN_OFF
    except Exception as bug:  # noqa: BLE001 - the last resort: a bug is reported as one
        return _report_bug(bug)
    return result if isinstance(result, int) else OK


def _report_bug(bug: Exception) -> int:
    """Where it went wrong, without the message: that may hold values of persons."""
    if settings.debugging():
        traceback.print_exception(bug)
        return BUG
    last = traceback.extract_tb(bug.__traceback__)[-1]
    people.print(
        f"Dit is een fout in Zichtlijn ({type(bug).__name__} in {Path(last.filename).name},"
        f" regel {last.lineno}). De vorige publicatie is ongemoeid. Meld dit met deze regel;"
        f" met {settings.DEBUG}=1 ziet u meer, maar dat kan persoonsgegevens bevatten.",
        markup=False,
    )
    return BUG


if __name__ == "__main__":
    main()
