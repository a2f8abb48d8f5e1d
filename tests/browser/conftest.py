"""A real server on a made-up release, and a real Chromium that may speak to nobody else."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Request, Response, Route, sync_playwright

from dashboard.server import serve
from tests.browser.fixture_release import beside, build

CHROMIUM_FLAGS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def workdir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A work folder with one published release."""
    home = tmp_path_factory.mktemp("werkmap")
    build(home)
    beside(home)
    return home


@dataclass(frozen=True)
class Served:
    """A running dashboard."""

    url: str
    pid: int


def start(home: Path, cwd: Path) -> tuple[subprocess.Popen[bytes], str]:
    """Serve a work folder from another folder; waits until it answers."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port = int(probe.getsockname()[1])
    command, environment = serve.command(home, port)
    with (cwd / "server.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=cwd, stdout=log, stderr=log)
    url = serve.address(port)
    for _ in range(240):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2) as answer:  # noqa: S310
                if answer.status == 200:
                    return process, url
        except OSError:
            time.sleep(0.25)
    process.kill()
    pytest.fail(f"the dashboard did not start: {(cwd / 'server.log').read_text()[-2000:]}")


@pytest.fixture(scope="session")
def served(workdir: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The dashboard, started as the command line starts it, from a folder of its own."""
    process, url = start(workdir, tmp_path_factory.mktemp("elders"))
    yield Served(url, process.pid)
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Chromium from the distribution; absent it is a skip, but a failure where CI=true."""
    executable = shutil.which("chromium") or "/usr/bin/chromium"
    if not Path(executable).exists():
        reason = "Chromium is not installed; run `make chromium`"
        if os.environ.get("CI") == "true":
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable, args=CHROMIUM_FLAGS)
        yield browser
        browser.close()


# `mended.js` works once the page rests, which may be after its answer is whole.
_MENDED = """() => ![...document.querySelectorAll(
    '[data-testid="stFileUploaderDropzone"], [data-testid="stSidebarNavItems"]:not([role="none"])'
)].some((part) => part.dataset.testid !== 'stFileUploaderDropzone' || part.hasAttribute('role'))"""


@dataclass
class Visit:
    """A page in the browser, and what went wrong there."""

    page: Page
    url: str
    elsewhere: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def open(self, path: str) -> None:
        self.page.goto(self.url + path)
        self.ready()

    def ready(self) -> None:
        """Until the page has its answer and nothing runs any more."""
        self.page.wait_for_selector(".zl-conclusion, .zl-none", timeout=60_000)
        self.page.wait_for_selector(
            '[data-testid="stApp"][data-test-script-state="notRunning"]', timeout=60_000
        )
        self.page.wait_for_function(
            """() => !document.querySelector('[data-stale="true"], [data-testid="stSkeleton"]')""",
            timeout=60_000,
        )
        self.page.wait_for_function(_MENDED, timeout=60_000)

    def choose(self, label: str, option: str) -> None:
        """Choose in a select box by its label."""
        box = self.page.get_by_role("combobox", name=label)
        box.click()
        self.page.get_by_role("option", name=option, exact=True).click()
        self.page.wait_for_timeout(600)
        self.ready()


@pytest.fixture(scope="session")
def served_demo(demo_release: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The dashboard on a release that the pipeline itself made."""
    process, url = start(demo_release, tmp_path_factory.mktemp("demo_elders"))
    yield Served(url, process.pid)
    process.terminate()
    process.wait(timeout=20)


@pytest.fixture
def visit(chromium: Browser, served: Served) -> Iterator[Visit]:
    """A fresh browser window on the dashboard of the made-up release."""
    with window(chromium, served) as found:
        yield found


@pytest.fixture
def visit_demo(chromium: Browser, served_demo: Served) -> Iterator[Visit]:
    """The same on the release of the demo."""
    with window(chromium, served_demo) as found:
        yield found


@contextmanager
def window(chromium: Browser, served: Served) -> Iterator[Visit]:
    """A window of its own; requests to anyone else than the dashboard are cut off and noted."""
    context = chromium.new_context(viewport={"width": 1440, "height": 900}, locale="nl-NL")
    page = context.new_page()
    found = Visit(page, served.url)

    def guard(route: Route, request: Request) -> None:
        if request.url.startswith((served.url, "data:", "blob:")):
            route.continue_()
        else:
            found.elsewhere.append(request.url)
            route.abort()

    def answered(response: Response) -> None:
        if response.status >= 400:
            found.errors.append(f"{response.status} {response.url}")

    context.route("**/*", guard)
    page.on("response", answered)
    page.on("pageerror", lambda error: found.errors.append(str(error)))
    page.on(
        "console",
        lambda message: found.errors.append(message.text) if message.type == "error" else None,
    )
    yield found
    context.close()
