"""Where the console command begins, so that Ctrl+C is answered in a sentence from the first moment.

Importing the command takes a second or more; whoever breaks it off then broke off nothing yet.
"""

from __future__ import annotations

import gc
import sys

BROKEN_OFF = 130  # how a shell calls a program that Ctrl+C ended
SENTENCE = "Afgebroken. Er is niets half achtergebleven; geef dezelfde opdracht gerust opnieuw."


LIGHT = frozenset({"check"})  # commands that count nothing


class _NotNeeded:
    """Pandas and pyarrow are not there for who asks whether a value is one of theirs.

    DuckDB imports them for the first value that is bound to a query and the first table that is
    registered, which takes most of the time and memory of a command that does little else.
    """

    def find_spec(self, name: str, path: object = None, target: object = None) -> None:
        if name in ("pandas", "pyarrow"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


def _travel_light() -> None:
    sys.meta_path.insert(0, _NotNeeded())
    gc.disable()  # nearly all that is made stays until the end


def main() -> None:
    light = bool(LIGHT.intersection(sys.argv[1:2]))
    try:
        if light:
            _travel_light()
        from pipelines.cli import main as cli

        cli.main()
    except KeyboardInterrupt:
        sys.stderr.write(f"{SENTENCE}\n")
        sys.exit(BROKEN_OFF)
    finally:
        if light:
            gc.freeze()  # whoever leaves the house need not tidy every cupboard
