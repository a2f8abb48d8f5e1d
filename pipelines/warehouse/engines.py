"""Which engine counts: the same tables, from the warehouse itself or from its archive on Spark."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines import settings, suggest
from pipelines.errors import UsageError
from pipelines.warehouse import archive, tables

if TYPE_CHECKING:
    import duckdb
    from ibis import ir

    from pipelines.contracts import Contracts

DUCKDB, SPARK = "duckdb", "spark"
ENGINES = (DUCKDB, SPARK)
OLDEST_JAVA, TOO_NEW_JAVA = 17, 24  # Spark 4.0 runs on 17 and 21; Java 24 took away what it needs


def require(engine: str) -> None:
    """Refuse, before any work is done, an engine that is not known or cannot run here."""
    if engine not in ENGINES:
        raise UsageError(
            f"De rekenmotor {engine!r} is niet bekend. {suggest.hint(engine, ENGINES)}"
        )
    if engine != SPARK:
        return
    if importlib.util.find_spec("pyspark") is None:
        raise UsageError(
            "Rekenen met Spark vraagt het pakket pyspark: installeer Zichtlijn met de uitbreiding"
            " spark (pip install '.[spark]'), of reken zonder --engine spark met DuckDB."
        )
    if settings.spark_remote().startswith("sc://"):
        return
    found = java_version()
    if not OLDEST_JAVA <= found < TOO_NEW_JAVA:
        have = f"hier staat Java {found}" if found else "dat is hier niet gevonden"
        raise UsageError(
            f"Rekenen met Spark op deze machine vraagt Java 17 of 21; {have}. Installeer"
            " openjdk-17-jre-headless, zet JAVA_HOME goed, of wijs met"
            f" {settings.SPARK_REMOTE}=sc://... een bestaand cluster aan."
        )


def java_version() -> int:
    """Major version of the Java that Spark would start; 0 where there is none."""
    home = os.environ.get("JAVA_HOME", "")
    java = shutil.which("java", path=str(Path(home) / "bin") if home else None)
    if java is None:
        return 0
    try:
        said = subprocess.run(  # noqa: S603 - the machine's own Java
            [java, "-version"], capture_output=True, text=True, check=False, timeout=60
        ).stderr
    except (OSError, subprocess.TimeoutExpired):
        return 0
    found = re.search(r'version "(\d+)', said)
    return int(found[1]) if found else 0


@contextmanager
def opened(
    engine: str,
    con: duckdb.DuckDBPyConnection,
    contracts: Contracts,
    workdir: Path,
    archived: Mapping[str, str],
) -> Iterator[Mapping[str, ir.Table]]:
    """Every dataset as a table of the engine, as long as this is open.

    `archived`: dataset -> file, as `archive.write` gives; only Spark reads those. Raises
    `UsageError` when Spark cannot be reached or does not see the files.
    """
    require(engine)
    if engine == DUCKDB:
        yield tables.as_ibis(con, contracts)
        return
    from pipelines.warehouse import spark

    seen_at = settings.spark_archive() or str((workdir / archive.FOLDER).absolute())
    with spark.session(settings.spark_remote()) as found:
        yield spark.tables(found, contracts, seen_at, archived)
