"""Where the console command begins, so that Ctrl+C is answered in a sentence from the first moment.

Importing the command takes a second or more; whoever breaks it off then broke off nothing yet.
"""

from __future__ import annotations

import sys

BROKEN_OFF = 130  # how a shell calls a program that Ctrl+C ended
SENTENCE = "Afgebroken. Er is niets half achtergebleven; geef dezelfde opdracht gerust opnieuw."


def main() -> None:
    try:
        from pipelines import cli

        cli.main()
    except KeyboardInterrupt:
        sys.stderr.write(f"{SENTENCE}\n")
        sys.exit(BROKEN_OFF)
