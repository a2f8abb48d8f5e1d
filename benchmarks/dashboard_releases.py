"""Releases for measuring: larger ones, and a next one, published as the product itself does."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from dashboard.access.scope import EVERYTHING
from dashboard.release import opening, released
from pipelines.release import writing

# Of these levels a larger register has more areas; the others are the same few.
GROWING = ("gemeente", "wijk", "vestiging", "aanbieder")
_LEVELS = ", ".join(f"'{level}'" for level in GROWING)
# The first copy keeps its codes and names.
_COPY = "CASE WHEN nummer = 0 THEN {0} ELSE {0} || '~' || nummer END AS {0}"
_GROWN = {
    "gebieden": f"SELECT gebieden.* REPLACE ({_COPY.format('code')}, {_COPY.format('naam')}, "
    f"CASE WHEN nummer = 0 OR ouder = '' THEN ouder ELSE ouder || '~' || nummer END AS ouder) "
    f"FROM uitgave.gebieden AS gebieden, kopieen WHERE nummer = 0 OR niveau IN ({_LEVELS})",
    "cellen": f"SELECT cellen.* REPLACE ({_COPY.format('gebied')}) "
    f"FROM uitgave.cellen AS cellen, kopieen WHERE nummer = 0 OR niveau IN ({_LEVELS})",
}


def demo(home: Path) -> None:
    """A work folder with the release of the demo."""
    from pipelines import run
    from pipelines.demo import deliveries

    deliveries.write(home, 2026)
    run.run(home / "inbox", home)


def larger(home: Path, times: int, into: Path) -> tuple[int, int]:
    """The release of `home` in `into`, with every area of GROWING as many times; its cells and MB.

    What more pupils in the same areas change, is only how large the numbers are.
    """
    content, record = _read(home, times)
    made = writing.write(into, content, record)
    return content["cellen"].height, round(made.path.stat().st_size / 1e6)


def following(home: Path, number: int) -> str:
    """Publish the same figures as another release, and give its name."""
    content, record = _read(home, 1)
    return writing.write(home, content, {**record, "git_revisie": f"meting-{number}"}).id


def _read(home: Path, times: int) -> tuple[dict[str, pl.DataFrame], dict[str, Any]]:
    found = released.of(home.resolve(), EVERYTHING)
    if found is None:
        raise SystemExit(f"no release in {home}")
    with duckdb.connect(":memory:") as con:
        con.execute(f"ATTACH '{found.path}' AS uitgave (READ_ONLY)")
        con.execute(f"CREATE TABLE kopieen AS SELECT range AS nummer FROM range({times})")
        content = {
            name: con.execute(_GROWN.get(name, f"FROM uitgave.{name}")).pl()
            for name in opening.TABLES
        }
        con.register("cellen", content["cellen"])
        content["bescherming"] = con.execute(
            "SELECT metriek, uitsplitsing, niveau, count(*) AS cellen, "
            "count(*) FILTER (status = 'zichtbaar') AS zichtbaar, "
            "count(*) FILTER (status = 'afgeschermd') AS afgeschermd FROM cellen GROUP BY ALL"
        ).pl()
    record = content.pop("release").to_dicts()[0]
    return content, {k: v for k, v in record.items() if k not in ("id", "gemaakt_op")}
