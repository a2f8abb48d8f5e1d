"""A house small enough to run in a second, in a process of its own that may be killed.

The figures are worked out as always; only Great Expectations, which takes seconds to import, is
left out, and the clock and the commit are held still so that runs can be compared.
"""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import json
import multiprocessing
import os
import signal
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from importlib.resources import files
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import duckdb

from pipelines import contracts, run
from pipelines.delivery import deliver, outcome, unchanged
from pipelines.release import basis, ledger, publish, writing
from pipelines.release.disclosure import kept
from pipelines.warehouse import copy, engine, history

PROMISES = contracts.load()
PROMISED = [
    f for f in (files("data_contracts") / "released").iterdir() if f.name.endswith(".odcs.yaml")
]  # released tables
NOW = dt.datetime(2026, 9, 1, 12, 0, 0)  # noqa: DTZ001 - the register keeps UTC without a zone
PROCESSES = multiprocessing.get_context("spawn" if os.name == "nt" else "forkserver")
if os.name != "nt":
    PROCESSES.set_forkserver_preload(["tests.soak.small"])


def pseudonym(number: int) -> str:
    return hashlib.sha256(f"verzonnen leerling {number}".encode()).hexdigest()


def write(path: Path, rows: Sequence[Mapping[str, str]]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def school(number: int) -> dict[str, str]:
    return {
        "vestigingscode": f"99AA0{number}",
        "naam": f"Verzonnen School {number}",
        "gemeente": "GM9901",
        "wijkcode": "WK990101",
        "onderwijssoort": "vo",
    }


def suspension(year: int, number: int, **changes: str) -> dict[str, str]:
    return {
        "schorsing_id": f"S{year}-{number}",
        "leerling_id": pseudonym(number),
        "vestigingscode": f"99AA0{number % 4}",
        "soort": "schorsing_extern",
        "start_datum": f"{year + 1}-03-04",
        "schooldagen": "1",
        "reden": "storend_gedrag",
        "gericht_tegen": "",
        "gemeld_inspectie": "J",
    } | changes


def suspensions(year: int, count: int) -> list[dict[str, str]]:
    """The first row breaks a promise, so that there is something to keep apart."""
    stray = suspension(year, 0, vestigingscode="88ZZ00")
    return [stray, *(suspension(year, n) for n in range(1, count))]


def first_files(inbox: Path) -> Path:
    inbox.mkdir(parents=True, exist_ok=True)
    write(inbox / "gemeente_scholen_2023-2024.csv", [school(n) for n in range(4)])
    write(inbox / "bestuur_schorsingen_2023-2024.csv", suspensions(2023, 60))
    return inbox


def later_files(inbox: Path) -> Path:
    """The first files, another year, a newer delivery of the first year, and one to refuse."""
    first_files(inbox)
    write(inbox / "bestuur_schorsingen_2023-2024_v2.csv", suspensions(2023, 50))
    write(inbox / "bestuur_schorsingen_2024-2025.csv", suspensions(2024, 40))
    (inbox / "leeg_schorsingen_2024-2025.csv").write_bytes(b"")
    return inbox


# In the process that may be killed ---------------------------------------------------------------


def die(*_: object, **__: object) -> None:
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))


def still(put: Callable[[Any, str, Any], None] = setattr) -> None:
    """Hold clock and commit still, and leave the second count out; `put` may be a monkeypatch's."""

    def no_suite(*_: object) -> None:
        return None

    put(deliver, "now", lambda: NOW)
    put(outcome, "now", lambda: NOW)
    put(run, "_today", NOW.date)
    put(deliver, "_agree_with_suite", no_suite)
    put(basis, "revision", lambda: "proef")


def one_run(inbox: Path, workdir: Path, point: str = "") -> None:
    still()
    if point:
        POINTS[point]()
    run.run(inbox, workdir)


def _at_transaction(number: int, *, after: bool) -> Callable[[], None]:
    def arm() -> None:
        whole, seen = history.transaction, iter(range(1000))

        @contextmanager
        def deadly(con: duckdb.DuckDBPyConnection) -> Iterator[None]:
            here = next(seen) == number
            with whole(con):
                yield
                if here and not after:
                    die()
            if here:
                die()

        history.transaction = deadly

    return arm


def _instead_of(module: Any, name: str) -> Callable[[], None]:
    return lambda: setattr(module, name, die)


def _half_filled() -> None:
    """Killed with the file of the release open and some of its tables in it."""
    fill = writing._fill

    def deadly(file: Path, content: Mapping[str, Any], row: Mapping[str, Any]) -> None:
        fill(file, dict(list(content.items())[:3]), row)
        die()

    writing._fill = deadly


def _before_rename() -> None:
    """`keep` is the last thing before both renames: the first is the release's."""
    writing.keep = die


def _before_pointer() -> None:
    keep = writing.keep

    def deadly(file: Path) -> None:
        if file.name.endswith(".nieuw"):
            die()
        keep(file)

    writing.keep = deadly


POINTS: Mapping[str, Callable[[], None]] = {
    **{f"na vastleggen {n}": _at_transaction(n, after=True) for n in range(4)},
    "voor vastleggen 2": _at_transaction(2, after=False),
    "voor publicatie": _instead_of(publish, "publish"),
    "uitgave half gevuld": _half_filled,
    "voor hernoemen": _before_rename,
    "na hernoemen": _instead_of(writing, "_switch"),
    "wijzer geschreven, niet omgezet": _before_pointer,
    "na publicatie": _instead_of(engine, "_erase"),
}


# In the test ------------------------------------------------------------------------------------


def start(inbox: Path, workdir: Path, point: str = "") -> BaseProcess:
    process = PROCESSES.Process(target=one_run, args=(inbox, workdir, point))
    process.start()
    return process


def finish(inbox: Path, workdir: Path) -> None:
    process = start(inbox, workdir)
    process.join(300)
    assert process.exitcode == 0


def killed_by_itself(process: BaseProcess) -> None:
    process.join(300)
    assert process.exitcode is not None
    assert process.exitcode != 0, "het punt is niet bereikt"


def pointer(workdir: Path) -> str:
    """Id of the release that is served, opened as a reader would; empty when there is none."""
    file = workdir / "release.json"
    if not file.exists():
        return ""
    told = json.loads(file.read_text("utf-8"))
    with duckdb.connect(str(workdir / told["file"]), read_only=True) as con:
        tables = con.execute("SELECT count(*) FROM duckdb_tables()").fetchone()
        found = con.execute("SELECT id FROM release").fetchone()
    assert tables == (len(PROMISED),)
    assert found == (told["id"],)
    return str(told["id"])


def content(workdir: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Everything in the warehouse, table by table."""
    with duckdb.connect(str(workdir / engine.FILE), read_only=True) as con:
        names = con.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() ORDER BY 1"
        ).fetchall()
        return {name: con.execute(f"FROM {name} ORDER BY ALL").fetchall() for (name,) in names}


def leftovers(workdir: Path) -> list[str]:
    """Names in the work folder that a finished run does not leave."""
    wanted = {engine.FILE, engine.LOCK, "release.json", "releases", "terugkoppeling", "inbox"}
    wanted |= {
        "archief",
        "tellingen",
        "sleutel",
        ledger.FOLDER,
        copy.FILE,
        unchanged.NOTE,
        kept.FOLDER,
    }
    return sorted(
        [p.name for p in workdir.iterdir() if p.name not in wanted]
        + [p.name for p in (workdir / "releases").iterdir() if p.suffix not in {".duckdb", ".gz"}]
        + [p.name for p in workdir.glob("terugkoppeling/*/.*")]
        + [p.name for p in workdir.glob("archief/*/*") if p.suffix != ".parquet"]
    )
