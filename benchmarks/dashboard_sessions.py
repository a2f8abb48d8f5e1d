"""Many sessions at once in Chromium, while releases are published: what goes wrong?

    python benchmarks/dashboard_sessions.py [WORKDIR] [--sessions 50] [--pages 8] [--minutes 5]

So many `pages` of the sessions are pages in a real Chromium, opened once and never again; the
others speak Streamlit's protocol over a websocket, since fifty pages being drawn at once are more
than two processors draw. A session changes its school year or goes to another page, reads which
release it sees, waits, and goes on. Meanwhile releases
are published as `zichtlijn run` does it: another file, and the pointer switched in one step. A
fault is a page without figures, a Streamlit error, an error in the browser or in the log of the
server, a session that had to load its page again, or one that does not end at the last release.
The exit code is 1 when there is any.

WORKDIR is copied and stays as it is; without one the demo is made first.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import random
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import dashboard_releases as releases
import dashboard_socket as socket
import dashboard_tab as tab
import numpy as np
from playwright.async_api import Browser, ConsoleMessage, Page, Response, async_playwright
from playwright.async_api import Error as BrowserError
from websockets.exceptions import WebSocketException

from dashboard.release import released
from dashboard.server import menu

PATIENCE = 120_000
OVERVIEW = "Overzicht"
ADDRESSES = {title: address for address, title in menu.TITLES.items()}
PAGES = (OVERVIEW, "Bereik en hulpvragen", "Schorsingen", "Vergelijken", "Zorg In School",
         "Leveringen en kwaliteit", "Definities")  # fmt: skip
WITH_YEAR = set(PAGES[:4])
# Below a page's address Streamlit first asks for itself there, and is told no.
PROBES = ("/_stcore/health", "/_stcore/host-config")
_RELEASE = re.compile(r"[Pp]ublicatie (\S+?),")
_WRONG = '[role="alert"], [data-testid="stException"]'
_LOGGED = re.compile(r"Traceback|ERROR|fault \w+ on page")


@dataclass
class Session:
    """A reader: the releases that were seen, how long each view took, and what went wrong."""

    at: Page | socket.Reader
    seen: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


@dataclass
class Plan:
    """How long, and how much at once. `pause`: seconds between two choices, on average."""

    sessions: int
    pages: int
    minutes: float
    releases: int
    pause: float
    published: list[str] = field(default_factory=list)
    over: float = 0.0


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("workdir", type=Path, nargs="?")
    options.add_argument("--sessions", type=int, default=50)
    options.add_argument("--pages", type=int, default=8, help="how many of them in Chromium")
    options.add_argument("--minutes", type=float, default=5)
    options.add_argument("--releases", type=int, default=3)
    options.add_argument("--pause", type=float, default=20, help="seconds between two choices")
    told = options.parse_args()
    plan = Plan(
        told.sessions, min(told.pages, told.sessions), told.minutes, told.releases, told.pause
    )
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "werkmap"
        home.mkdir()
        if told.workdir is None:
            releases.demo(home)
        else:
            _copied(told.workdir, home)
        with tab.served(home, Path(folder)) as url:
            found = asyncio.run(_together(plan, home, url))
        logged = [
            line
            for file in Path(folder).glob("server-*.log")
            for line in file.read_text("utf-8").splitlines()
            if _LOGGED.search(line)
        ]
    return _report(plan, found, logged)


def _copied(workdir: Path, home: Path) -> None:
    """What the dashboard reads of a work folder."""
    shutil.copy(workdir / released.POINTER, home)
    shutil.copytree(workdir / "releases", home / "releases")


async def _together(plan: Plan, home: Path, url: str) -> list[Session]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=tab.executable(), args=tab.FLAGS)
        sessions = await _opened(plan, browser, url)
        plan.over = time.monotonic() + 60 * plan.minutes
        await asyncio.gather(
            _publish(plan, home), *(_use(one, number, plan) for number, one in enumerate(sessions))
        )
        await browser.close()
    return sessions


async def _opened(plan: Plan, browser: Browser, url: str) -> list[Session]:
    """All sessions, opened one after another: that they open at once is not what is asked here."""
    context = await browser.new_context(viewport=tab.WINDOW, locale="nl-NL")
    context.set_default_timeout(PATIENCE)
    sessions = []
    for number in range(plan.sessions):
        if number < plan.pages:
            page = await context.new_page()
            one = Session(page)
            _listen(page, one)
            await page.goto(url)
            await page.evaluate("window.opened = true")
            await _in_the_browser(page, one, OVERVIEW)
        else:
            reader = await socket.opened(url)
            one = Session(reader)
            await _over_the_socket(reader, one, OVERVIEW)
        sessions.append(one)
    return sessions


def _listen(page: Page, one: Session) -> None:
    def answered(response: Response) -> None:
        if response.status >= 400 and not response.url.endswith(PROBES):
            one.faults.append(f"{response.status} for {response.url}")

    def said(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.location.get("url", "").endswith(PROBES):
            one.faults.append(f"console: {message.text}")

    page.on("response", answered)
    page.on("console", said)
    page.on("pageerror", lambda error: one.faults.append(f"script: {error}"))


async def _publish(plan: Plan, home: Path) -> None:
    for number in range(1, plan.releases + 1):
        left = plan.over - time.monotonic()
        await asyncio.sleep(max(0.0, left / (plan.releases + 2 - number)))
        plan.published.append(await asyncio.to_thread(releases.following, home, number))
        print(f"published {plan.published[-1]}, load {os.getloadavg()[0]:.1f}", file=sys.stderr)


async def _use(one: Session, number: int, plan: Plan) -> None:
    """Choose and look until the time is over, and once more after that."""
    chance = random.Random(number)  # noqa: S311 - the same choices in every run
    title = OVERVIEW
    last = False
    while not last:
        await asyncio.sleep(chance.uniform(0.5, 1.5) * plan.pause)
        last = time.monotonic() > plan.over and len(plan.published) == plan.releases
        # Last of all another page: its title tells that it was drawn anew.
        stays = not last and title in WITH_YEAR and chance.random() < 0.5
        year = chance.choice((0, 1, 2)) if stays else None
        if year is None:
            title = chance.choice([name for name in PAGES if name != title])
        start = time.monotonic()
        try:
            if isinstance(one.at, socket.Reader):
                if year is not None:
                    one.at.choose(year)
                await _over_the_socket(one.at, one, title)
            else:
                await _chosen(one.at, title, year)
                await _in_the_browser(one.at, one, title)
        except (BrowserError, WebSocketException, TimeoutError) as problem:
            one.faults.append(f"{title}: {type(problem).__name__} {str(problem)[:80]}")
        one.waits.append(time.monotonic() - start)


async def _chosen(page: Page, title: str, year: int | None) -> None:
    """Click the page in the menu, or the school year at that place in its list."""
    if year is None:
        menu_item = page.locator('[data-testid="stSidebarNav"] a').filter(has_text=title)
        await menu_item.first.click()
        return
    await page.get_by_role("combobox", name=socket.YEAR, exact=True).click()
    await page.get_by_role("option").nth(year).click()


async def _in_the_browser(page: Page, one: Session, title: str) -> None:
    """Wait until the page is drawn, and read what it says."""
    shown = "(told) => document.querySelector('h1')?.innerText === told"
    await page.wait_for_function(shown, arg=title)
    await page.wait_for_timeout(300)
    await page.wait_for_selector(".zl-conclusion, .zl-none")
    await page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    if await page.locator(_WRONG).count():
        one.faults.append(f"{title}: an error on the page")
    if not await page.evaluate("window.opened === true"):
        one.faults.append(f"{title}: the page was loaded again")
    _read(one, title, await page.locator('[data-testid="stMain"]').inner_text())


async def _over_the_socket(reader: socket.Reader, one: Session, title: str) -> None:
    """Have the page drawn, and read what is sent."""
    shown = await reader.look(ADDRESSES[title])
    text = " ".join(shown.words)
    if shown.exceptions or not shown.whole or 'role="alert"' in text:
        one.faults.append(f"{title}: an error on the page")
    if f">{title}</h1>" not in text or "zl-conclusion" not in text:
        one.faults.append(f"{title}: the page is not there")
    _read(one, title, text)


def _read(one: Session, title: str, text: str) -> None:
    if "Geen cijfers." in text:
        one.faults.append(f"{title}: a page without figures")
    found = _RELEASE.search(text)
    if found is None:
        one.faults.append(f"{title}: no release on the page")
    elif not one.seen or one.seen[-1] != found[1]:
        one.seen.append(found[1])


def _report(plan: Plan, sessions: list[Session], logged: list[str]) -> int:
    faults = [fault for one in sessions for fault in one.faults]
    faults += [f"server: {line}" for line in logged]
    for one in sessions:
        order = [plan.published.index(name) for name in one.seen if name in plan.published]
        if order != sorted(order):
            faults.append("a session saw an earlier release again")
        if plan.published and (not one.seen or one.seen[-1] != plan.published[-1]):
            faults.append("a session did not end at the last release")
    print(
        f"{plan.sessions} sessions, {plan.minutes:g} minutes, {len(plan.published)} releases "
        f"published, load {os.getloadavg()[0]:.1f}"
    )
    for kind, name in ((Page, "in Chromium"), (socket.Reader, "over a websocket")):
        waits = [wait for one in sessions if isinstance(one.at, kind) for wait in one.waits]
        if waits:
            count = sum(isinstance(one.at, kind) for one in sessions)
            late = np.percentile(waits, 95)
            print(f"{count} {name}: {len(waits)} views, p50 {np.median(waits):.1f} s, "
                  f"p95 {late:.1f} s")  # fmt: skip
    for count, number in sorted(Counter(len(one.seen) for one in sessions).items()):
        print(f"{number} sessions saw {count} releases")
    for fault, number in Counter(faults).most_common(20):
        print(f"{number:4} x {fault}")
    print(f"{len(faults)} errors")
    return int(bool(faults))


if __name__ == "__main__":
    sys.exit(main())
