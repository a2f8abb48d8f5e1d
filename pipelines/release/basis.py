"""What a release is made from, as one hash: when that is the same, there is nothing to work out."""

from __future__ import annotations

import hashlib
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb

from pipelines.warehouse import state

if TYPE_CHECKING:
    from pipelines.contracts import Contracts
    from pipelines.metrics.publication_plan import Plan

CODE = ("pipelines", "data_contracts")
KINDS = (".py", ".yaml", ".csv")
LIBRARIES = ("duckdb", "highspy", "ibis-framework", "numpy", "polars", "scipy", "statsmodels")


def basis(
    con: duckdb.DuckDBPyConnection,
    contracts: Contracts,
    plan: Plan,
    years: Sequence[str],
    revision: str,
) -> str:
    """SHA-256 over the warehouse, contracts, parameters, plan, closed school years and code."""
    parts = [
        state.fingerprint(con),
        contracts.fingerprint,
        repr(sorted(contracts.parameters.items())),
        repr(plan),
        repr(list(years)),
        revision,
        code(),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def revision() -> str:
    """Commit of the checkout this runs from; empty for an installed package."""
    try:
        asked = subprocess.run(
            ["git", "rev-parse", "--short=12", "HEAD"],  # noqa: S607
            cwd=Path(__file__).parent,
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError:
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""


@cache
def code() -> str:
    """SHA-256 over Zichtlijn's own files and the versions of what it counts with."""
    told = [digest_of({package: files(package) for package in CODE})]
    told += [f"{name} {version(name)}" for name in LIBRARIES]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def digest_of(packages: Mapping[str, Traversable]) -> str:
    """SHA-256 over the files of packages that tell a run what to do."""
    digest = hashlib.sha256()
    for name, package in packages.items():
        _add(digest, name, package)
    return digest.hexdigest()


def _add(digest: hashlib._Hash, path: str, item: Traversable) -> None:
    if item.is_dir():
        for inner in sorted(item.iterdir(), key=lambda i: i.name):
            _add(digest, f"{path}/{inner.name}", inner)
    elif item.name.endswith(KINDS):
        digest.update(f"{path}\0".encode())
        digest.update(item.read_bytes().replace(b"\r\n", b"\n"))
