"""`python -m pipelines.cli`: the command `zichtlijn` where it is not on the path."""

from __future__ import annotations

from pipelines.cli.main import main

main()
