"""Time of reports, as ratios to a reference in the same run.

    python benchmarks/reports.py [WORKDIR] [--schools 200] [--gate]

Without a work folder that holds a release, the demo is made first. The reference reads the whole
released file once. With --gate the exit code is 1 when a report takes more than 10 seconds, or the
factsheets of the schools more than 60.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

from dashboard.access.scope import EVERYTHING
from dashboard.release import released
from dashboard.release.opening import TABLES
from dashboard.release.released import Released
from dashboard.reports import make
from dashboard.reports.kinds import KINDS

SINGLE, ALL = 10.0, 60.0


def timed(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def reference(release: Released) -> float:
    """Every table of the release, read once."""
    return timed(lambda: [release.table(name, "ALL") for name in TABLES])


def asked(release: Released, kind: str, form: str) -> make.Asked:
    level = {"school": "vestiging", "wijk": "wijk"}.get(kind, "totaal")
    name = "" if level == "totaal" else release.areas_of(level)[0].code
    return make.Asked(kind, form, area=(level, name))


def every_school(home: Path, schools: int) -> tuple[int, float]:
    """As many factsheets as asked: the schools that there are, again and again."""
    with tempfile.TemporaryDirectory() as folder:
        areas_of = Released.areas_of

        def many(self: Released, level: str) -> list[released.Area]:
            found = areas_of(self, level)
            return [
                replace(area, naam=f"{area.naam} {number}")
                for number, area in enumerate(islice(cycle(found), schools))
            ]

        Released.areas_of = many  # type: ignore[method-assign]
        try:
            start = time.perf_counter()
            made = make.every_school(home, make.Asked("school", "pdf"), Path(folder))
            return len(made), time.perf_counter() - start
        finally:
            Released.areas_of = areas_of  # type: ignore[method-assign]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("workdir", type=Path, nargs="?")
    options.add_argument("--schools", type=int, default=200)
    options.add_argument("--gate", action="store_true")
    chosen = options.parse_args()
    if chosen.workdir is not None:
        return compared(chosen.workdir.resolve(), chosen.schools, gate=chosen.gate)
    with tempfile.TemporaryDirectory() as folder:
        demo(Path(folder))
        return compared(Path(folder).resolve(), chosen.schools, gate=chosen.gate)


def demo(home: Path) -> None:
    """A work folder with the release of the demo."""
    from pipelines import run
    from pipelines.demo import deliveries

    deliveries.write(home, 2026)
    run.run(home / "inbox", home)


def compared(home: Path, schools: int, *, gate: bool) -> int:
    release = released.of(home, EVERYTHING)
    if release is None:
        print("no release in", home)
        return 2
    base = reference(release)
    print(f"reference: the whole release read in {base:.2f} s")
    slow = False
    for kind in KINDS:
        for form in ("pptx", "docx", "pdf", "xlsx"):
            with tempfile.TemporaryDirectory() as folder:
                out = Path(folder) / f"r.{form}"
                question = asked(release, kind, form)
                took = timed(lambda q=question, o=out: make.written(home, q, o))
            slow |= took > SINGLE
            print(f"{kind:<16}{form:<6}{took:6.2f} s  {took / base:6.1f} x")
    count, took = every_school(home, schools)
    slow |= took > ALL
    print(f"{count} factsheets{'':<10}{took:6.2f} s  {took / base:6.1f} x")
    return int(gate and slow)


if __name__ == "__main__":
    sys.exit(main())
