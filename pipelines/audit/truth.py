"""What is really so: the exact counts that the pipeline keeps beside the served release.

Only the referee reads them, and the attacker who knows its own school. Numbers everybody may know
(enrolled pupils, where a school stands) are in the same file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from pipelines import settings
from pipelines.audit.knowledge import KEY, Key, Topic, parts
from pipelines.metrics.catalogue import METRICS

FOLDER = "tellingen"
LEDGER = "grootboek"
Schools = Mapping[str, Mapping[str, str]]  # school -> level -> its area


@dataclass(frozen=True)
class Fact:
    """The truth of one cell. `schools` is None where no school stands behind a unit."""

    units: int
    children: int
    schools: int | None


@dataclass(frozen=True)
class Truth:
    """Facts by metric, key and column; empty where nothing was kept.

    `hidden`: how many cells the protector hid for themselves, how many only for others, and how
    many components it proved apart from earlier releases; None where that was not kept.
    """

    facts: Mapping[tuple[str, Key, str], Fact] = field(default_factory=dict)
    known: Mapping[tuple[str, Key], float] = field(default_factory=dict)
    schools: Schools = field(default_factory=dict)
    hidden: tuple[int, int, int] | None = None

    def __bool__(self) -> bool:
        return bool(self.facts)

    def of(self, topic: Topic) -> dict[int, Fact]:
        """The facts of a topic's cells, by their number."""
        found: dict[int, Fact] = {}
        for figure in topic.figures:
            columns = {part.column for part in parts(METRICS[figure.metric])}
            for column, cell in figure.cells.items():
                fact = self.facts.get((figure.metric, figure.key, column))
                if column in columns and fact is not None:
                    found[cell] = fact
        return found


def read(workdir: Path, release: str) -> Truth:
    """What was kept of a release; nothing for one that is not served any more."""
    file = workdir / FOLDER / f"{release}.duckdb"
    if not file.exists():
        return Truth()
    keys = ", ".join(KEY)
    with duckdb.connect(str(file), read_only=True) as con:
        facts: dict[tuple[str, Key, str], Fact] = {}
        known: dict[tuple[str, Key], float] = {}
        for metric, *key, column, units, children, schools, base in con.execute(
            f"SELECT metriek, {keys}, deel, aantal, kinderen, scholen, bekend FROM tellingen"
        ).fetchall():
            facts[metric, tuple(key), column] = Fact(units, children, schools)
            if base is not None:
                known[metric, tuple(key)] = base
        schools_of = {
            school: {"gemeente": gemeente, "wijk": wijk, "onderwijssoort": kind}
            for school, gemeente, wijk, kind in con.execute(
                "SELECT vestiging, gemeente, wijk, onderwijssoort FROM scholen"
            ).fetchall()
        }
        hidden = _hidden(con)
    return Truth(facts, known, schools_of, hidden)


def placed(workdir: Path, release: str) -> Schools:
    """Where schools were when a release was made, as the ledger kept it; empty where it did not."""
    page = (settings.ledger() or workdir / LEDGER) / f"{release}.parquet"
    try:
        with duckdb.connect() as con:
            row = con.execute("SELECT _plaatsen FROM read_parquet(?) LIMIT 1", [str(page)])
            kept = json.loads((row.fetchone() or ("{}",))[0])
    except (duckdb.Error, ValueError):
        return {}
    found: dict[str, dict[str, str]] = {}
    for level, areas in kept.items():
        for school, area in areas.items():
            found.setdefault(school, {})[level] = area
    return found


def _hidden(con: duckdb.DuckDBPyConnection) -> tuple[int, int, int] | None:
    """What `tally.reasons` kept; a work folder of before that has no such table."""
    try:
        row = con.execute("SELECT eerst, extra, los FROM afgeschermd").fetchone()
    except duckdb.CatalogException:
        return None
    return (int(row[0]), int(row[1]), int(row[2])) if row else None
