"""The command line as a person uses it, without starting a process for every command."""

from __future__ import annotations

import io
import os
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from unittest import mock

from pipelines.cli import main as cli

AS_IN_A_PIPE = {"NO_COLOR": "1", "COLUMNS": "200"}


@dataclass(frozen=True)
class Said:
    """What a command left behind: exit code, standard output, standard error."""

    returncode: int
    stdout: str
    stderr: str


def zichtlijn(*arguments: object) -> Said:
    """Run `zichtlijn` with these arguments."""
    asked = [str(a) for a in arguments]
    out, err = io.StringIO(), io.StringIO()
    with mock.patch.dict(os.environ, AS_IN_A_PIPE), redirect_stdout(out), redirect_stderr(err):
        code = cli.guarded(lambda: cli.app(asked, standalone_mode=False), asked)
    return Said(code, out.getvalue(), err.getvalue())
