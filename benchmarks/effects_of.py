"""All effects of a demo with the build that Python imports here; `against.py` runs it per build.

    python benchmarks/effects_of.py demo FOLDER           # deliveries of that build's own demo
    python benchmarks/effects_of.py read WORKDIR INBOX    # a warehouse of these deliveries
    python benchmarks/effects_of.py count WORKDIR         # processor time of the effects alone

What publishing does before and after the effects is skipped, and effects are asked for as that
build's own publishing asks for them: builds differ in what they hand over.
"""

from __future__ import annotations

import inspect
import json
import sys
import time
from pathlib import Path
from typing import Any

import apart

from pipelines import contracts as contract_files
from pipelines.delivery import intake
from pipelines.demo import deliveries as made_up
from pipelines.effects import compute as effects
from pipelines.ingest import deliveries, layout_files
from pipelines.release import publish
from pipelines.warehouse.engine import open_warehouse


class _Counted(Exception):
    """The effects are there; nothing after them is asked for."""


def demo(folder: Path) -> dict[str, Any]:
    """Where the deliveries are."""
    made_up.write(folder)
    return {"inbox": str(folder / "inbox")}


def read(workdir: Path, inbox: Path) -> dict[str, Any]:
    """Rows per dataset that this build takes in."""
    promises = contract_files.load()
    with open_warehouse(workdir) as con:
        intake.prepare(con, promises)
        files = deliveries.inbox(inbox)
        outcomes = intake.take_in(
            con,
            files,
            promises,
            layout_files.load(),
            gate=True,
            feedback=None,
            progress=intake.quietly,
        )
        rows = {}
        for dataset in promises.datasets.values():
            found = con.execute(f'SELECT count(*) FROM "{dataset.id}"').fetchone()
            rows[dataset.id] = found[0] if found else 0
    return {"deliveries": len(outcomes), "rows": rows}


KNOWN = inspect.signature(publish.publish).parameters
"""An older build, measured beside this one, does not attack what it publishes."""


def count(workdir: Path) -> dict[str, Any]:
    """Processor and elapsed seconds of all effects and savings, and how many rows they gave."""
    compute = effects.compute
    spent: dict[str, Any] = {}

    def timed(*given: Any, **named: Any) -> Any:
        cpu, start = time.process_time(), time.perf_counter()
        made = compute(*given, **named)
        spent.update(apart.spent_since(cpu, start), rows=len(made.effecten))
        raise _Counted

    effects.compute = timed
    publish.counting.count_all = lambda *_given, **_named: None  # type: ignore[assignment]
    promises = contract_files.load()
    try:
        with open_warehouse(workdir) as con:
            asked = {"attack": lambda *_given: ()} if "attack" in KNOWN else {}
            publish.publish(con, promises, workdir, progress=intake.quietly, **asked)
    except _Counted:
        return spent
    raise SystemExit("This build published without working out effects.")


if __name__ == "__main__":
    task, *paths = sys.argv[1:]
    folders = [Path(path) for path in paths]
    found = {"demo": demo, "read": read, "count": count}[task](*folders)
    build = Path(publish.__file__).resolve().parents[2]
    print(json.dumps({**found, "build": str(build)}))
