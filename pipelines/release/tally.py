"""The exact counts behind the served release, kept beside the warehouse for the referee of audits.

They hold small counts, so they never leave the pipeline's side, and only those of the release that
is served are kept: what is withdrawn from the warehouse is not kept here either.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import polars as pl

from pipelines.metrics.compute import Counted
from pipelines.metrics.count.grid import KEY
from pipelines.metrics.metric import Metric
from pipelines.release.components import Protected, Thresholds
from pipelines.release.thresholds import by_metric
from pipelines.warehouse.engine import as_frame, keep

FOLDER = "tellingen"
TABLE = ("metriek", "uitsplitsing", "niveau", "schooljaar")
SCHEMA = {
    **dict.fromkeys(("metriek", *KEY, "deel"), pl.String),
    **dict.fromkeys(("aantal", "kinderen", "scholen", "drempel"), pl.Int64),
    "bekend": pl.Float64,
}


def tally(
    counted: Sequence[Counted], metrics: Mapping[str, Metric], thresholds: Thresholds
) -> pl.DataFrame:
    """Per figure and part: metriek, KEY, deel, aantal, kinderen, scholen (null where no schools),
    drempel, bekend."""
    frames = [pl.DataFrame(schema=SCHEMA)]
    for component in counted:
        cells = component.cells.select("cel", "aantal", "kinderen", "scholen")
        for part in ("teller", "noemer"):
            frames.append(
                component.ever.select("metriek", *KEY, "bekend", cel=part)
                .drop_nulls("cel")
                .join(cells, on="cel")
                .select(
                    "metriek",
                    *KEY,
                    pl.lit(part).alias("deel"),
                    pl.col("aantal").cast(pl.Int64),
                    pl.col("kinderen").cast(pl.Int64),
                    pl.col("scholen").cast(pl.Int64),
                    by_metric(metrics, thresholds.standard, thresholds.heavy)
                    .cast(pl.Int64)
                    .alias("drempel"),
                    pl.col("bekend").cast(pl.Float64),
                )
            )
    return pl.concat(frames).sort("metriek", *KEY, "deel")


def reasons(protected: Sequence[Protected]) -> pl.DataFrame:
    """One row: how many cells are hidden for what they say themselves (`eerst`) and only for
    others (`extra`), and how many components stand apart from earlier releases (`los`).

    Who knows that nothing was hidden for others reads every hidden cell as 1 to T-1, so these
    numbers stay inside.
    """
    return pl.DataFrame(
        {
            "eerst": [sum(p.first for p in protected)],
            "extra": [sum(p.extra for p in protected)],
            "los": [sum(not p.beside_earlier for p in protected)],
        }
    )


def folded(counted: Sequence[Counted], cells: pl.DataFrame) -> pl.DataFrame:
    """Tables (TABLE) of the plan that were counted and of which a release shows no cell at all,
    since what they leave unsaid would be said by their marks. Which ones stays inside too."""
    listed = [pl.DataFrame(schema=dict.fromkeys(TABLE, pl.String))]
    listed += [component.figures.select(TABLE) for component in counted]
    return pl.concat(listed).unique().join(cells, on=TABLE, how="anti").sort(TABLE)


def folded_of(workdir: Path, release: str) -> tuple[tuple[str, ...], ...]:
    """The same of a release whose counts are kept; nothing of one of before this was kept."""
    try:
        with duckdb.connect(str(workdir / FOLDER / f"{release}.duckdb"), read_only=True) as con:
            names = ", ".join(TABLE)
            return tuple(con.execute(f"SELECT {names} FROM weggelaten ORDER BY ALL").fetchall())
    except duckdb.Error:
        return ()


def kept(workdir: Path, release: str) -> bool:
    """Whether the counts of a release are there; an audit without them tries less."""
    return (workdir / FOLDER / f"{release}.duckdb").is_file()


def store(
    con: duckdb.DuckDBPyConnection,
    workdir: Path,
    release: str,
    counts: pl.DataFrame,
    hidden: pl.DataFrame,
    left_out: pl.DataFrame,
) -> None:
    """Keep the counts of `release`, with where each school stands, how much is hidden why
    (`reasons`) and which tables are left out (`folded`)."""
    folder = workdir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    half = folder / f".{release}.{os.getpid()}.half"
    half.unlink(missing_ok=True)
    schools = as_frame(
        con.execute(
            "SELECT vestigingscode AS vestiging, min(gemeente) AS gemeente, min(wijkcode) AS wijk,"
            " min(onderwijssoort) AS onderwijssoort FROM scholen GROUP BY 1 ORDER BY 1"
        )
    )
    with duckdb.connect(str(half)) as book:
        for name, frame in {
            "tellingen": counts, "scholen": schools, "afgeschermd": hidden, "weggelaten": left_out
        }.items():  # fmt: skip
            book.register("inhoud", frame)
            book.execute(f"CREATE TABLE {name} AS SELECT * FROM inhoud")
            book.unregister("inhoud")
        book.execute("CHECKPOINT")
    keep(half)
    half.replace(folder / f"{release}.duckdb")


def drop(workdir: Path, release: str) -> None:
    """Forget the counts of a release that is not served."""
    (workdir / FOLDER / f"{release}.duckdb").unlink(missing_ok=True)


def keep_only(workdir: Path, release: str) -> None:
    """Drop the counts of every other release."""
    for other in (workdir / FOLDER).glob("*.duckdb"):
        if other.stem != release:
            other.unlink(missing_ok=True)
