"""Accessible as far as a machine can tell: axe-core on every page, light and dark, the boxes of all
charts and tables on screens of every width, and the way through by keyboard. What only people can
judge is in `docs/` and on the page itself."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from dashboard.render import theme
from dashboard.server import menu
from tests.browser import boxes, whole
from tests.browser.conftest import Served, Visit, window

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

RULES = {
    "resultTypes": ["violations"],
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"],
}
ENGLISH = ("Sidebar", "sidebar", "App pages", "Choose an option", "Help for", "Skip to", "Navigate")
LIGHT_LEFT = """([ink, paper]) =>
    [...document.querySelectorAll('.zl-chart text, .zl-chart circle')].filter(
        (part) => [ink, paper].includes(getComputedStyle(part).fill)).length"""


@pytest.fixture(scope="module")
def seen(chromium: Browser, served: Served) -> Iterator[Visit]:
    """One window for every page, entered by its menu as readers do."""
    with window(chromium, served) as found:
        found.open("/")
        yield found


@pytest.mark.parametrize("address", menu.TITLES, ids=lambda address: address or "overzicht")
def test_page_is_whole_and_accessible(
    seen: Visit, served: Served, workdir: Path, address: str
) -> None:
    page = seen.page
    _go(seen, address)
    assert page.title().endswith(" - Zichtlijn")
    whole.page(seen, served, workdir)
    page.keyboard.press("Escape")
    problems = _problems(page, "light")
    page.emulate_media(color_scheme="dark")
    try:
        page.wait_for_function(
            "dark => getComputedStyle(document.querySelector('.stApp')).backgroundColor === dark",
            arg=_rgb(theme.DARK[theme.PAPER]),
        )
        seen.ready()
        problems += _problems(page, "dark")
        assert page.evaluate(LIGHT_LEFT, [_rgb(theme.INK), _rgb(theme.PAPER)]) == 0
        for width in boxes.WIDTHS:
            problems += boxes.problems(page, width)
    finally:
        page.set_viewport_size({"width": 1440, "height": 900})
        page.emulate_media(color_scheme="light")
    assert problems == []
    assert seen.errors == []


def _go(seen: Visit, address: str) -> None:
    title = menu.TITLES[address]
    seen.page.locator(f'[data-testid="stSidebarNavLink"][href="{seen.url}/{address}"]').click()
    seen.page.wait_for_function(
        "title => document.querySelector('h1')?.innerText === title", arg=title
    )
    seen.ready()


def _problems(page: Page, mode: str) -> list[str]:
    found = [
        f"{mode}: {rule['id']} at {node['target']}: {node['failureSummary']}"
        for rule in Axe().run(page, options=RULES).response["violations"]
        for node in rule["nodes"]
    ]
    said = page.evaluate(
        "[...document.querySelectorAll('[aria-label], [title], [placeholder]')].map((part) =>"
        " [part.ariaLabel, part.title, part.getAttribute('placeholder')].join(' '))"
    )
    return found + [
        f"{mode}: English: {words}" for words in said if any(e in words for e in ENGLISH)
    ]


def _rgb(colour: str) -> str:
    red, green, blue = (int(colour[place : place + 2], 16) for place in (1, 3, 5))
    return f"rgb({red}, {green}, {blue})"


def test_keyboard_reaches_content_filters_account_and_file(visit: Visit) -> None:
    """Past the menu, through the filters, into "Over dit cijfer", to the file; always in sight."""
    visit.open("/bereik")
    page = visit.page
    page.keyboard.press("Tab")
    assert _focused(page) == "Naar de inhoud"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.tagName") == "MAIN"
    _tab_to(page, "Schooljaar")
    # One ring around the whole box, not a part of a second one inside it.
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "none"
    page.keyboard.press("ArrowDown")
    page.get_by_role("option", name="2022/2023").wait_for()
    page.keyboard.type("2022/2023")
    page.get_by_role("option", name="2021/2022").wait_for(state="detached")
    page.keyboard.press("Enter")
    page.wait_for_function(
        "() => document.querySelector('.zl-conclusion')?.innerText.includes('In 2022/2023')"
    )
    visit.ready()
    _tab_to(page, "Over dit cijfer")
    page.keyboard.press("Enter")
    page.locator("dl.zl-about").first.wait_for()
    page.wait_for_function("() => document.activeElement.dataset.testid === 'stPopoverBody'")
    page.wait_for_timeout(500)
    _tab_to(page, "Excel")
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    assert waiting.value.suggested_filename.endswith(".xlsx")
    page.keyboard.press("Escape")
    page.locator("dl.zl-about").first.wait_for(state="hidden")
    page.wait_for_function("() => document.activeElement.innerText.startsWith('Over dit cijfer')")
    assert visit.errors == []


def _focused(page: Page) -> str:
    """What has the focus, in words; it must be in sight with a ring around it."""
    words, ring, top = page.evaluate(
        """() => {
            const part = document.activeElement;
            const around = part.closest('[data-baseweb="select"], .stSelectbox') ?? part;
            const ringed = [part, around, ...around.querySelectorAll('*')].some(
                (one) => getComputedStyle(one).outlineStyle === 'solid');
            return [part.innerText || part.ariaLabel || part.tagName, ringed,
                part.getBoundingClientRect().top];
        }"""
    )
    assert ring, f"no ring around {words}"
    assert -20 <= top < 900, f"{words} is out of sight"
    return str(words)


def _tab_to(page: Page, name: str) -> None:
    for _ in range(40):
        page.keyboard.press("Tab")
        if name in _focused(page):
            return
    pytest.fail(f"the keyboard does not reach {name}")


def test_motion_is_left_out_when_asked(visit: Visit) -> None:
    visit.page.emulate_media(reduced_motion="reduce")
    visit.open("/verantwoording")
    longest = visit.page.evaluate(
        "Math.max(...[...document.querySelectorAll('*')].map((part) =>"
        " parseFloat(getComputedStyle(part).transitionDuration)))"
    )
    assert longest < 0.01
