"""Speed of the dashboard in Chromium, as ratios to an empty Streamlit page in the same run.

    python benchmarks/dashboard_speed.py [WORKDIR] [--rounds 5] [--sizes 1 10 50] [--gate]

Without a work folder that holds a release, the demo is made first. In every round each page is
opened with nothing kept (first view), opened again, and its filter is changed; the empty page (a
title and a select box, served in the same way) just before it. A view ends at the last change in
the page after which nothing changes for 0.3 s, with the script at rest.

`sizes`: registers of other sizes. The dashboard reads the released file and nothing else; what
grows in it with a register are its areas and their cells, and the numbers in them. So a size is the
release of the demo with every school, wijk, provider and gemeente that many times under other
codes: a stand-in, not a count of so many rows.

With --gate the exit code is 1 when an aim is missed.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path

import dashboard_releases as releases
import dashboard_tab as tab
import numpy as np
from playwright.sync_api import Browser

CHANGES = 3
PAGES = {
    "": ("Schooljaar", "Gebied of groep"),
    "bereik": ("Schooljaar", "Gebied of groep"),
    "schorsingen": ("Schooljaar", "Gebied of groep"),
    "vergelijken": ("Schooljaar",),
    "zorg-in-school": ("Belofte",),
    "leveringen": ("Leverancier",),
    "definities": (),
}
EMPTY = "empty"
FIRST, AGAIN, CHANGE, BYTES = "first view", "again", "filter change", "bytes"
# What the server answered for the heaviest of these pages in the build before Plotly (1a10ae5), on
# the demo: an aim is a part of it.
BEFORE, MOST_BYTES = 113_707, 0.6
# Seconds, and times the empty page.
MOST_CHANGE, MOST_CHANGE_TIMES, MOST_FIRST_TIMES = 0.3, 2.5, 1.3

# (page or EMPTY, size) -> what was measured -> seconds.
Seen = dict[tuple[str, int], dict[str, list[float]]]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("workdir", type=Path, nargs="?")
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--sizes", type=int, nargs="+", default=[1, 10, 50])
    options.add_argument("--pages", nargs="+", default=list(PAGES), choices=list(PAGES))
    options.add_argument("--gate", action="store_true")
    told = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        home = told.workdir or Path(folder) / "demo"
        if told.workdir is None:
            home.mkdir()
            releases.demo(home)
        urls = {}
        for size in told.sizes:
            into = Path(folder) / f"x{size}"
            into.mkdir()
            cells, megabytes = releases.larger(home, size, into)
            print(f"size {size}: {cells:,} cells, {megabytes} MB")
            urls[size] = stack.enter_context(tab.served(into, Path(folder)))
        empty = stack.enter_context(tab.served(into, Path(folder), empty=True))
        seen = _measured(urls, empty, told.rounds, told.pages)
    return int(_report(seen, told.sizes, told.pages) and told.gate)


def _measured(urls: dict[int, str], empty: str, rounds: int, pages: list[str]) -> Seen:
    seen: Seen = defaultdict(lambda: defaultdict(list))
    with tab.chromium() as browser:
        for number in range(rounds):
            for page in pages:
                _visit(browser, empty, ("Schooljaar",), seen[EMPTY, 1])
                for size, url in urls.items():
                    labels = PAGES[page]
                    label = labels[number % len(labels) :][:1] if labels else ()
                    _visit(browser, f"{url}/{page}", label, seen[page, size])
            load = os.getloadavg()[0]
            print(f"round {number + 1} of {rounds}, load {load:.1f}", file=sys.stderr, flush=True)
    return seen


def _visit(
    browser: Browser, address: str, labels: tuple[str, ...], seen: dict[str, list[float]]
) -> None:
    page = tab.tab(browser)
    seen[FIRST].append(tab.first_view(page, address))
    seen[BYTES].append(tab.answered(page))
    seen[AGAIN].append(tab.first_view(page, address))
    for label in labels:
        seen[CHANGE].extend(tab.change(page, label) for _ in range(CHANGES))
    page.context.close()


def _report(seen: Seen, sizes: list[int], pages: list[str]) -> bool:
    """Prints all, and says whether an aim was missed on the smallest register."""
    print(f"load {os.getloadavg()[0]:.1f}; seconds, and times the empty page")
    print(f"{'':32}{'p50':>8}{'p95':>8}{'p50 x':>8}{'p95 x':>8}")
    for what in (FIRST, AGAIN, CHANGE):
        base = seen[EMPTY, 1][what]
        print(f"{what:32}")
        _line("  empty page", base, base)
        for size in sizes:
            for page in pages:
                _line(f"  /{page}, size {size}", seen[page, size][what], base)
            _line(f"  all pages, size {size}", _all(seen, what, size, pages), base)
    small = sizes[0]
    print(f"{'bytes of the answer':32}{'kB':>8}{'x empty':>8}")
    empty = np.median(seen[EMPTY, 1][BYTES])
    for page in pages:
        weight = np.median(seen[page, small][BYTES])
        print(f"{f'  /{page}':32}{weight / 1e3:8.0f}{weight / empty:8.1f}")
    for large in sizes[1:]:
        for what in (FIRST, AGAIN, CHANGE):
            one, other = (np.median(_all(seen, what, size, pages)) for size in (small, large))
            print(f"{what}, size {large} : size {small} = {other / one:.2f}")
    return _missed(seen, small, pages)


def _missed(seen: Seen, size: int, pages: list[str]) -> bool:
    changed, empty = _all(seen, CHANGE, size, pages), seen[EMPTY, 1][CHANGE]
    first, opened = _all(seen, FIRST, size, pages), seen[EMPTY, 1][FIRST]
    late = np.percentile(changed, 95)
    aims = {
        f"filter change, p95 at most {MOST_CHANGE} s": late / MOST_CHANGE,
        f"filter change, p95 at most {MOST_CHANGE_TIMES:g} x the empty page": late
        / np.percentile(empty, 95)
        / MOST_CHANGE_TIMES,
        f"first view, median at most {MOST_FIRST_TIMES:g} x the empty page": np.median(first)
        / np.median(opened)
        / MOST_FIRST_TIMES,
        f"heaviest page, at most {MOST_BYTES:.0%} of the {BEFORE / 1e3:.0f} kB it was": max(
            float(np.median(seen[page, size][BYTES])) for page in pages
        )
        / BEFORE
        / MOST_BYTES,
    }
    for aim, part in aims.items():
        print(f"{'met   ' if part <= 1 else 'MISSED'} {aim}")
    return any(part > 1 for part in aims.values())


def _all(seen: Seen, what: str, size: int, pages: list[str]) -> list[float]:
    return [second for page in pages for second in seen[page, size][what]]


def _line(name: str, seconds: list[float], base: list[float]) -> None:
    if not seconds:
        return
    middle, late = np.percentile(seconds, [50, 95])
    usual, slow = np.percentile(base, [50, 95])
    print(f"{name:32}{middle:8.2f}{late:8.2f}{middle / usual:8.1f}{late / slow:8.1f}")


if __name__ == "__main__":
    sys.exit(main())
