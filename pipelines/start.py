"""Where the console command begins, so that Ctrl+C is answered in a sentence from the first moment.

Importing the command takes a second or more; whoever breaks it off then broke off nothing yet.
"""

from __future__ import annotations

import gc
import sys
from collections.abc import Collection

BROKEN_OFF = 130  # how a shell calls a program that Ctrl+C ended
SENTENCE = "Afgebroken. Er is niets half achtergebleven; geef dezelfde opdracht gerust opnieuw."


# What commands can do without, of what DuckDB imports for the first value that is bound to a query
# and the first table that is registered: most of the time and memory of one that counts nothing.
PANDAS, ARROW = "pandas", "pyarrow"
WITHOUT = {
    "check": {PANDAS, ARROW},
    "show": {PANDAS, ARROW},
    "effects": {PANDAS, ARROW},
    "savings": {PANDAS, ARROW},
    "report": {PANDAS},
}
SHORT = frozenset({"check", "show", "effects", "savings"})  # nearly all they make stays until then


class _NotNeeded:
    """Packages that are not there for who asks whether a value is one of theirs."""

    def __init__(self, names: Collection[str]) -> None:
        self.names = names

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name in self.names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def main() -> None:
    asked = next(iter(sys.argv[1:]), "")
    short = asked in SHORT
    try:
        sys.meta_path.insert(0, _NotNeeded(WITHOUT.get(asked, ())))
        if short:
            gc.disable()
        from pipelines.cli import main as cli

        cli.main()
    except KeyboardInterrupt:
        sys.stderr.write(f"{SENTENCE}\n")
        sys.exit(BROKEN_OFF)
    finally:
        if short:
            gc.freeze()  # whoever leaves the house need not tidy every cupboard
