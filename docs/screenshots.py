"""The pages as pictures, from the demo: `make screenshots`.

All pages at 1440 and at 390 px, light and dark, from the top down to the first figures. Everything
in the demo is made up.
"""

from __future__ import annotations

import shutil
import tempfile
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Literal

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from dashboard.server import menu
from pipelines import run
from pipelines.demo import boundaries, deliveries, events
from tests.browser.conftest import CHROMIUM_FLAGS, Served, start, window

HERE = Path(__file__).parent / "screenshots"
SIZES = ((1440, 1500), (390, 1700))
YEAR = 2026
SCHEMES: dict[str, Literal["light", "dark"]] = {"licht": "light", "donker": "dark"}
COLOURS = 96


def main() -> None:
    """Make the demo, serve it, visit the pages, write the pictures."""
    HERE.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "werkmap"
        home.mkdir()
        deliveries.write(home, YEAR)
        boundaries.write(home)
        events.write(home)
        run.run(home / "inbox", home)
        process, url = start(home, Path(folder))
        try:
            with sync_playwright() as playwright:
                chromium = playwright.chromium.launch(
                    executable_path=shutil.which("chromium"), args=CHROMIUM_FLAGS
                )
                _pictures(chromium, Served(url, process.pid))
                chromium.close()
        finally:
            process.terminate()
            process.wait(timeout=20)


def _pictures(chromium: Browser, served: Served) -> None:
    with window(chromium, served) as visit:
        page = visit.page
        for mode, (width, height) in product(SCHEMES, SIZES):
            page.emulate_media(color_scheme=SCHEMES[mode])
            page.set_viewport_size({"width": width, "height": height})
            for address in menu.TITLES:
                visit.open(f"/{address}")
                page.wait_for_timeout(400)
                name = f"{address or 'overzicht'}-{width}-{mode}.png"
                picture = Image.open(BytesIO(page.screenshot()))
                picture.quantize(COLOURS).save(HERE / name, optimize=True)


if __name__ == "__main__":
    main()
