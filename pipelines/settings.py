"""Settings from the environment, read where they are used and never at import."""

from __future__ import annotations

import os
from pathlib import Path

WORKDIR = "ZICHTLIJN_WORKDIR"
DEBUG = "ZICHTLIJN_DEBUG"


def default_workdir() -> Path:
    """Where warehouse and releases live when no --workdir is given."""
    return Path(os.environ.get(WORKDIR, "zichtlijn-werkmap"))


def debugging() -> bool:
    """Whether a bug may print its traceback; it may then hold values of persons."""
    return os.environ.get(DEBUG, "") not in {"", "0"}
