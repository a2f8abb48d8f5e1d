"""Settings from the environment, read where they are used and never at import."""

from __future__ import annotations

import os
from pathlib import Path

WORKDIR = "ZICHTLIJN_WORKDIR"
DEBUG = "ZICHTLIJN_DEBUG"
ENGINE = "ZICHTLIJN_ENGINE"
ORGANISATION = "ZICHTLIJN_ORGANISATIE"
SPARK_REMOTE = "ZICHTLIJN_SPARK_REMOTE"
SPARK_ARCHIVE = "ZICHTLIJN_SPARK_ARCHIEF"
ACCESS = "ZICHTLIJN_TOEGANG"
LEDGER = "ZICHTLIJN_GROOTBOEK"
KEY = "ZICHTLIJN_SLEUTEL"


def default_workdir() -> Path:
    """Where warehouse and releases live when no --workdir is given."""
    return Path(os.environ.get(WORKDIR, "zichtlijn-werkmap"))


def organisation() -> str:
    """Folder of the organisation; empty is the current folder or one above it."""
    return os.environ.get(ORGANISATION, "")


def debugging() -> bool:
    """Whether a bug may print its traceback; it may then hold values of persons."""
    return os.environ.get(DEBUG, "") not in {"", "0"}


def engine() -> str:
    """What does the counting when no --engine is given: duckdb or spark."""
    return os.environ.get(ENGINE, "") or "duckdb"


def spark_remote() -> str:
    """Address of Spark: `sc://...` (Spark Connect, Databricks), a master, or this machine."""
    return os.environ.get(SPARK_REMOTE, "") or "local[*]"


def spark_archive() -> str:
    """Where the Spark cluster sees the archive; empty where it is at the same place as here."""
    return os.environ.get(SPARK_ARCHIVE, "")


def ledger() -> Path | None:
    """Folder of the ledger of what left, shared by work folders; None is inside the work folder."""
    told = os.environ.get(LEDGER, "")
    return Path(told) if told else None


def key() -> Path | None:
    """File with the key that certificates are signed with; None is one of the work folder."""
    told = os.environ.get(KEY, "")
    return Path(told) if told else None


def access() -> Path | None:
    """Who may read what in the dashboard; None is without login, on this computer only."""
    told = os.environ.get(ACCESS, "")
    return Path(told) if told else None
