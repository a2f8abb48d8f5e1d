"""What a release is made from, as one hash: when that is the same, there is nothing to work out."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from importlib.resources.abc import Traversable

import duckdb

from pipelines.contracts import Contracts
from pipelines.metrics.publication_plan import Plan
from pipelines.warehouse import state

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


@cache
def code() -> str:
    """SHA-256 over Zichtlijn's own files and the versions of what it counts with."""
    digest = hashlib.sha256()
    for package in CODE:
        _add(digest, package, files(package))
    for name in LIBRARIES:
        digest.update(f"{name} {version(name)}\n".encode())
    return digest.hexdigest()


def _add(digest: hashlib._Hash, path: str, item: Traversable) -> None:
    if item.is_dir():
        for inner in sorted(item.iterdir(), key=lambda i: i.name):
            _add(digest, f"{path}/{inner.name}", inner)
    elif item.name.endswith(KINDS):
        digest.update(f"{path}\0".encode())
        digest.update(item.read_bytes().replace(b"\r\n", b"\n"))
