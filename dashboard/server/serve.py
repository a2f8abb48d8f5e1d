"""How to start the dashboard: the command and its environment. Starts nothing itself."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from dashboard.access import rules
from dashboard.access.log import LogUnwritable
from dashboard.access.rules import AccessRefused
from dashboard.release.opening import ReleaseUnreadable
from dashboard.release.released import WORKDIR_VARIABLE
from dashboard.server import start

ADDRESS = "localhost"
# In MB; a scenario of the reader is the only file that comes in.
LARGEST_UPLOAD = 1
# What keeps the dashboard from starting; each says in Dutch what to mend.
REFUSED = (AccessRefused, LogUnwritable, ReleaseUnreadable)


def command(
    workdir: Path, port: int, *, host: str = ADDRESS, access: Path | None = None
) -> tuple[list[str], dict[str, str]]:
    """The command that serves the release of `workdir`, and the environment to run it in.

    `access`: file with who may read what; without it nobody logs in and only this computer is
    answered. Raises one of REFUSED when something must be mended first.
    Look, language and behaviour come from `.streamlit/config.toml` beside this; what must never
    differ is repeated here.
    """
    arguments = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(Path(__file__).with_name("asgi.py")),
        f"--server.port={port}",
        f"--server.address={host}",
        "--server.headless=true",
        "--server.fileWatcherType=none",
        "--server.enableAgentApi=false",
        "--server.trustedUserHeaders={}",
        f"--server.maxUploadSize={LARGEST_UPLOAD}",
        "--browser.gatherUsageStats=false",
        "--client.toolbarMode=minimal",
        "--client.showErrorDetails=none",
    ]
    environment = {**os.environ, WORKDIR_VARIABLE: str(workdir.resolve())}
    environment.pop(rules.VARIABLE, None)
    if access is None:
        start.demonstration(host)
        return arguments, environment
    found = start.check(access.resolve(), workdir.resolve())
    arguments.append(f"--secrets.files={found.login.settings.resolve()}")
    return arguments, {**environment, rules.VARIABLE: str(access.resolve())}


def address(port: int, host: str = ADDRESS) -> str:
    """Where the reader finds it."""
    return f"http://{f'[{host}]' if ':' in host else host}:{port}"
