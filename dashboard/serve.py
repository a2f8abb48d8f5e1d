"""How to start the dashboard: the command and its environment. Starts nothing itself."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from dashboard.released import WORKDIR_VARIABLE

ADDRESS = "localhost"


def command(workdir: Path, port: int) -> tuple[list[str], dict[str, str]]:
    """The command that serves the release of `workdir` on http://localhost:`port`, and the
    environment to run it in.

    Look, language and behaviour come from `dashboard/.streamlit/config.toml`; what must never
    differ is repeated here.
    """
    arguments = [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(Path(__file__).with_name("asgi.py")),
        f"--server.port={port}",
        f"--server.address={ADDRESS}",
        "--server.headless=true",
        "--server.fileWatcherType=none",
        "--browser.gatherUsageStats=false",
        "--client.toolbarMode=minimal",
        "--client.showErrorDetails=none",
    ]
    return arguments, {**os.environ, WORKDIR_VARIABLE: str(workdir.resolve())}


def address(port: int) -> str:
    """Where the reader finds it."""
    return f"http://{ADDRESS}:{port}"
