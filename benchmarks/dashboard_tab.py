"""A served page and a tab in Chromium that tells when everything in it is drawn."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, Page, sync_playwright

from dashboard.server import serve

FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
]  # fmt: skip
WINDOW: Any = {"width": 1440, "height": 900}
PATIENCE = 60_000
FIRST_PORT, LAST_PORT = 9100, 9199
EMPTY = """import streamlit as st

st.title("Leeg")
st.selectbox("Schooljaar", ["2024/2025", "2023/2024", "2022/2023", "2021/2022"])
"""
_EMPTY_APP = """from pathlib import Path

import streamlit as st

app = st.App(Path(__file__).with_name("empty.py"))
"""

# `drawn` is the moment of the last change in the page, once the script has run since what was
# asked and rests, nothing is old or still to come, every chart in view stands, the choice that was
# made is on the page, and nothing has changed for a while.
_CLOCK = """
window.zl = { from: 0, last: 0, heard: 1, bytes: 0, ran: 0, chosen: '', quiet: 300 };
new MutationObserver((seen) => {
  zl.last = performance.now();
  for (const { attributeName, target } of seen) {
    const state = attributeName === 'data-test-script-state' && target.getAttribute(attributeName);
    if (state === 'running') zl.ran = zl.last;
  }
}).observe(document, {
  childList: true, subtree: true, characterData: true, attributes: true,
  attributeFilter: ['d', 'transform', 'data-stale', 'data-test-script-state'],
});
window.WebSocket = class extends WebSocket {
  constructor(...told) {
    super(...told);
    this.addEventListener('message', ({ data }) => {
      zl.heard = performance.now();
      zl.bytes += data.size ?? data.byteLength ?? data.length;
    });
  }
};
addEventListener('pointerdown', () => {
  if (zl.armed) { zl.from = performance.now(); zl.armed = false; }
}, true);
zl.ready = () => {
  const app = document.querySelector('[data-testid="stApp"]');
  const boxes = [...document.querySelectorAll('[data-testid="stSelectbox"]')];
  const chosen = !zl.chosen || boxes.some((box) => box.textContent.includes(zl.chosen)
    || box.querySelector('input')?.value === zl.chosen);
  const bare = [...document.querySelectorAll('.zl-plot')].some((place) => {
    const { top, bottom } = place.getBoundingClientRect();
    return bottom > 0 && top < innerHeight && !place.querySelector('.main-svg');
  });
  return app !== null && !zl.armed && zl.heard > zl.from && zl.ran >= zl.from && chosen && !bare
    && app.getAttribute('data-test-script-state') === 'notRunning'
    && document.querySelector('.zl-conclusion, .zl-none, [data-testid="stHeading"]') !== null
    && !document.querySelector('[data-stale="true"], [data-testid="stSkeleton"]');
};
zl.drawn = () => {
  const end = Math.max(zl.last, zl.heard);
  return zl.ready() && performance.now() - end > zl.quiet ? (end - zl.from) / 1000 : 0;
};
"""


@contextmanager
def served(workdir: Path, scratch: Path, *, empty: bool = False) -> Iterator[str]:
    """The address of the dashboard on a work folder, or of an empty page served the same way."""
    port = _free()
    command, environment = serve.command(workdir, port)
    if empty:
        (scratch / "empty.py").write_text(EMPTY, "utf-8")
        (scratch / "empty_app.py").write_text(_EMPTY_APP, "utf-8")
        command[command.index("run") + 1] = str(scratch / "empty_app.py")
    with (scratch / f"server-{port}.log").open("wb") as log:
        process = subprocess.Popen(command, env=environment, cwd=scratch, stdout=log, stderr=log)
    try:
        url = serve.address(port)
        _wait(process, url)
        yield url
    finally:
        process.terminate()
        process.wait(timeout=30)


def _free() -> int:
    for port in range(FIRST_PORT, LAST_PORT + 1):
        with socket.socket() as probe:
            try:
                probe.bind(("localhost", port))
            except OSError:
                continue
            return port
    raise SystemExit(f"no free port between {FIRST_PORT} and {LAST_PORT}")


def _wait(process: subprocess.Popen[bytes], url: str) -> None:
    for _ in range(240):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=2):  # noqa: S310
                return
        except OSError:
            time.sleep(0.25)
    raise SystemExit(f"the server at {url} did not start")


def executable() -> str:
    """Where the Chromium of the distribution stands."""
    return shutil.which("chromium") or "/usr/bin/chromium"


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium of the distribution."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=executable(), args=FLAGS)
        yield browser
        browser.close()


def tab(browser: Browser) -> Page:
    """A window of its own, with nothing kept of earlier visits, and the clock in it."""
    page = browser.new_context(viewport=WINDOW, locale="nl-NL").new_page()
    page.add_init_script(_CLOCK)
    return page


def first_view(page: Page, address: str) -> float:
    """Seconds from opening the address until everything is drawn."""
    page.goto(address, wait_until="commit", timeout=PATIENCE)
    return _drawn(page)


def answered(page: Page) -> int:
    """Bytes that the server has answered over the socket since the page was opened."""
    return int(page.evaluate("() => zl.bytes"))


def change(page: Page, label: str) -> float:
    """Seconds from choosing the other of the first two options until everything is drawn."""
    box = page.get_by_role("combobox", name=label, exact=True)
    box.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    box.click()
    options = page.get_by_role("option")
    options.nth(1).wait_for(timeout=PATIENCE)
    other = options.nth(1 if options.nth(0).get_attribute("aria-selected") == "true" else 0)
    page.evaluate("chosen => { zl.armed = true; zl.chosen = chosen; }", other.inner_text())
    other.click()
    return _drawn(page)


def _drawn(page: Page) -> float:
    told = page.wait_for_function("() => window.zl && zl.drawn()", polling=50, timeout=PATIENCE)
    return float(told.json_value())
