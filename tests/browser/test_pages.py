"""Every page in a real browser: it opens, its filters live in the address, it speaks to no one."""

from __future__ import annotations

import io
import os
import re
from pathlib import Path
from urllib.parse import parse_qs, urlparse

import pypdf
import pytest
from playwright.sync_api import Page, WebSocketRoute

from dashboard.server import menu
from tests.browser import whole
from tests.browser.conftest import Served, Visit
from tests.browser.fixture_release import TOWNS

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

PAGES = {
    address or "overzicht": (f"/{address}", view.TITLE)
    for pages in menu.SECTIONS.values()
    for view, address in pages
}


def _screenshot(visit: Visit, name: str) -> None:
    folder = os.environ.get("ZICHTLIJN_SCREENSHOTS")
    if not folder:
        return
    Path(folder).mkdir(parents=True, exist_ok=True)
    height = visit.page.evaluate("document.querySelector('[data-testid=stMain]').scrollHeight")
    visit.page.set_viewport_size({"width": 1440, "height": min(int(height) + 20, 12000)})
    visit.page.wait_for_timeout(1000)
    visit.page.screenshot(path=str(Path(folder) / f"{name}.png"))


@pytest.mark.parametrize("name", ["overzicht", "kaart", "besparing", "definities"])
def test_page_opens_whole_at_its_address(
    visit: Visit, served: Served, workdir: Path, name: str
) -> None:
    """By its address; by the menu every page is opened where it is checked for accessibility."""
    path, title = PAGES[name]
    visit.open(path)
    assert visit.page.locator("h1").inner_text() == title
    whole.page(visit, served, workdir)
    _screenshot(visit, name)


def test_filters_live_in_the_address(visit: Visit) -> None:
    visit.open("/")
    visit.choose("Schooljaar", "2022/2023")
    visit.choose("Gebied of groep", "Gemeente")
    visit.choose("Kies: gemeente", "Rotterdam")
    page = visit.page
    told = page.locator(".zl-conclusion").inner_text()
    assert "In 2022/2023, in Rotterdam" in told
    table = page.locator("table.zl").first.inner_text()
    asked = parse_qs(urlparse(page.url).query)
    assert asked["schooljaar"] == ["2022/2023"]
    assert "Rotterdam" in asked["gebied"]

    page.goto(page.url)
    visit.ready()
    assert page.locator(".zl-conclusion").inner_text() == told
    assert page.locator("table.zl").first.inner_text() == table
    assert visit.errors == []


def test_a_choice_goes_along_and_back_is_one_step(visit: Visit) -> None:
    """Who comes in by a link and goes on by the menu sees, and can share, the same choice; what is
    chosen on the way goes along too. Every step is one entry of the history, and Back shows what
    the address says."""
    visit.open("/bereik?schooljaar=2022%2F2023&niveau=Gemeente&gebied=Rotterdam")
    page = visit.page
    seen = [_place(visit)]
    begun = _entries(page)
    _by_menu(visit, "Thuiszitters")
    seen.append(_place(visit))
    visit.choose("Schooljaar", "2023/2024")
    seen.append(_place(visit))
    _by_menu(visit, "Schorsingen")
    seen.append(_place(visit))
    assert [place[1] for place in seen] == ["2022/2023", "2022/2023", "2023/2024", "2023/2024"]
    for _, year, told, asked in seen:
        assert f"In {year}, in Rotterdam" in told
        assert asked == {"schooljaar": [year], "niveau": ["Gemeente"], "gebied": ["Rotterdam"]}
    assert _entries(page) - begun == len(seen) - 1
    for before in reversed(seen[:-1]):
        with page.expect_event("load"):
            page.go_back(wait_until="commit")
        visit.ready()
        assert _place(visit) == before
    assert visit.errors == []


def _by_menu(visit: Visit, title: str) -> None:
    visit.page.get_by_role("link", name=title).click()
    visit.page.wait_for_function(
        "title => document.querySelector('h1')?.innerText === title", arg=title
    )
    visit.ready()


def _place(visit: Visit) -> tuple[str, str, str, dict[str, list[str]]]:
    """Page, year, conclusion and the choice in the address."""
    asked = parse_qs(urlparse(visit.page.url).query)
    told = visit.page.locator(".zl-conclusion").inner_text()
    return visit.page.locator("h1").inner_text(), asked["schooljaar"][0], told, asked


def _entries(page: Page) -> int:
    return int(page.evaluate("history.length"))


def test_without_a_server_the_page_says_so_and_comes_back(visit: Visit) -> None:
    lines: list[WebSocketRoute] = []

    def along(line: WebSocketRoute) -> None:
        line.connect_to_server()
        lines.append(line)

    page = visit.page
    page.route_web_socket("**/_stcore/stream", along)
    visit.open("/bereik")
    page.route("**/_stcore/*", lambda route: route.abort())
    lines[-1].close()
    dialog = page.get_by_role("dialog")
    dialog.get_by_text("Verbinding weg, de pagina probeert het opnieuw").wait_for(timeout=30_000)
    assert "streamlit" not in dialog.inner_text().lower()
    assert "terminal" not in dialog.inner_text()
    _screenshot(visit, "verbinding_weg")
    page.unroute("**/_stcore/*")
    dialog.wait_for(state="detached", timeout=30_000)
    visit.choose("Schooljaar", "2022/2023")
    assert "In 2022/2023" in page.locator(".zl-conclusion").inner_text()


def test_english_keeps_the_choice_and_says_so_to_a_screen_reader(visit: Visit) -> None:
    visit.open("/bereik?schooljaar=2022%2F2023&niveau=Gemeente&gebied=Rotterdam")
    page = visit.page
    page.locator('[data-testid="stSidebar"] label', has_text="English").click()
    page.wait_for_function("() => document.documentElement.lang === 'en'")
    visit.ready()
    assert page.locator("h1").inner_text() == "Reach and requests for help"
    assert "In 2022/2023, in Rotterdam" in page.locator(".zl-conclusion").inner_text()
    asked = parse_qs(urlparse(page.url).query)
    assert asked["taal"] == ["English"]
    assert asked["niveau"] == ["Municipality"]
    link = page.url
    page.goto(link)
    visit.ready()
    assert page.locator("h1").inner_text() == "Reach and requests for help"
    assert "In 2022/2023, in Rotterdam" in page.locator(".zl-conclusion").inner_text()
    assert visit.errors == []


def test_every_page_leads_on_to_comparing_and_to_a_report(visit: Visit) -> None:
    visit.open("/schorsingen?schooljaar=2023%2F2024&niveau=Gemeente&gebied=Rotterdam")
    page = visit.page
    page.get_by_role("button", name="Maak een rapport").click()
    with page.expect_download() as taken:
        page.get_by_role("button", name="PDF").click()
    assert taken.value.suggested_filename == "zichtlijn-bestuur-2023-2024-gemeente-rotterdam.pdf"
    assert taken.value.path().read_bytes().startswith(b"%PDF")
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Vergelijk deze keuze").click()
    page.wait_for_function("() => document.querySelector('h1')?.innerText === 'Vergelijken'")
    visit.ready()
    assert "2023/2024 vergeleken met" in page.locator(".zl-conclusion").inner_text()
    headings = page.locator(".zl-section h2").all_inner_texts()
    assert headings == ["Schorsingen: verandering", "Schorsingen: verschil"]
    assert visit.errors == []


def test_hidden_cells_show_one_neutral_mark(visit: Visit) -> None:
    """A school has many hidden cells: nowhere a bound, nowhere an exception."""
    visit.open("/schorsingen?niveau=School+(vestiging)")
    text = visit.page.locator('[data-testid="stMain"]').inner_text()
    assert "afgeschermd" in text
    assert not re.search(r"<\s?\d", text)
    assert visit.page.locator(".zl-dot").count() > 0
    assert visit.page.locator('[role="alert"]').count() == 0
    assert visit.errors == []
    _screenshot(visit, "schorsingen_school")


def test_a_mark_tells_its_value_when_pointed_at_and_by_keyboard(visit: Visit) -> None:
    visit.open("/bereik")
    page = visit.page
    plot = page.locator(".zl-plot").first
    plot.scroll_into_view_if_needed()
    plot.locator(".main-svg").first.wait_for(timeout=15000)
    (told, *_) = plot.evaluate("place => place.graph.data[0].hovertext.filter(Boolean)")
    box = plot.locator(".scatterlayer .point").first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    tip = plot.locator(".hoverlayer .hovertext")
    tip.wait_for(timeout=5000)
    lines = tip.locator("tspan.line").all_text_contents() or tip.all_text_contents()
    assert "".join(lines).replace("\xa0", " ") == told.replace("<br>", "")
    page.mouse.move(5, 5)
    plot.focus()
    page.keyboard.press("ArrowRight")
    said = plot.locator("[aria-live]")
    assert said.inner_text().replace("\xa0", " ") == told.replace("<br>", "; ")
    assert visit.errors == []


def test_a_click_or_enter_goes_to_the_area_of_a_mark(visit: Visit) -> None:
    """One step, with the rest of the address as it was; hidden areas lead on as well."""
    page = visit.page
    for asked in ("ArrowRight", "click"):
        visit.open("/kaart?kaart_van=gemeenten&schooljaar=2023%2F2024")
        plot = page.locator(".zl-plot").first
        plot.locator(".main-svg").first.wait_for(timeout=15000)
        if asked == "click":
            box = plot.bounding_box()
            assert box is not None
            page.mouse.click(box["x"] + box["width"] * 0.75, box["y"] + box["height"] / 2)
        else:
            plot.focus()
            page.keyboard.press(asked)
            page.keyboard.press(asked)
            assert plot.locator("[aria-live]").inner_text().endswith("hierheen")
            page.keyboard.press("Enter")
        page.wait_for_url("**niveau=Gemeente**")
        visit.ready()
        assert f"gebied={TOWNS[1][1]}" in page.url
        assert "schooljaar=2023" in page.url
    page.go_back()
    visit.ready()
    assert "niveau" not in page.url
    assert visit.errors == []


def test_a_series_is_hidden_and_left_alone(visit: Visit) -> None:
    visit.open("/bereik")
    page = visit.page
    legend = page.locator(".zl-legend").first
    legend.scroll_into_view_if_needed()
    chart = page.locator(".zl-chart", has=page.locator(".zl-legend")).first
    chart.locator(".main-svg").first.wait_for(timeout=15000)
    buttons = legend.locator("button")
    series = buttons.count()
    assert chart.locator(".js-line").count() == series
    buttons.first.click()
    assert buttons.first.get_attribute("aria-pressed") == "false"
    assert chart.locator(".js-line").count() == series - 1
    buttons.first.click()
    assert chart.locator(".js-line").count() == series
    buttons.nth(1).click(modifiers=["Shift"])
    assert chart.locator(".js-line").count() == 1
    assert visit.errors == []


def test_a_chart_is_taken_along_as_a_picture_with_its_account(visit: Visit) -> None:
    visit.open("/bereik")
    plot = visit.page.locator(".zl-plot").first
    plot.scroll_into_view_if_needed()
    plot.locator(".main-svg").first.wait_for(timeout=15000)
    plot.hover()
    with visit.page.expect_download(timeout=15000) as taken:
        plot.get_by_role("button", name="SVG").click()
    picture = taken.value.path().read_text("utf-8")
    assert picture.startswith("<svg")
    for part in (str(plot.get_attribute("data-title")), "publicatie 2026-11-16-demo-3f9c21"):
        assert part in picture.replace("\xa0", " ")
    with visit.page.expect_download(timeout=15000) as taken:
        plot.get_by_role("button", name="PNG").click()
    head = taken.value.path().read_bytes()[:24]
    assert head.startswith(b"\x89PNG")
    assert int.from_bytes(head[16:20], "big") >= 1280
    assert visit.errors == []
    assert visit.elsewhere == []


def test_without_the_bundle_a_chart_says_where_its_values_are(visit: Visit) -> None:
    visit.page.route("**/vendor/plotly-*.js", lambda route: route.abort())
    visit.open("/bereik")
    place = visit.page.locator(".zl-plot").first
    place.get_by_text("zie de tabel").wait_for(timeout=15000)


def test_no_script_runs_but_those_of_the_page(visit: Visit) -> None:
    """Whatever a name in the data would bring along."""
    visit.open("/definities")
    # Later, since what the test itself runs may do more than a page.
    ran = visit.page.evaluate(
        """() => new Promise((done) => {
            const ran = window.ran = [];
            setTimeout(() => {
                const script = document.createElement('script');
                script.textContent = 'window.ran.push("script")';
                document.body.append(script);
                const image = `<img src="data:," onerror="window.ran.push('image')">`;
                document.body.insertAdjacentHTML('beforeend', image);
                try { new Function('window.ran.push("function")')(); } catch { /* refused */ }
            });
            setTimeout(() => done(ran), 500);
        })"""
    )
    assert ran == []
    assert any("Content Security Policy" in told for told in visit.errors)


def test_unknown_address_is_a_dutch_page(visit: Visit) -> None:
    page = visit.page
    answer = page.goto(visit.url + "/bestaat-niet")
    assert answer is not None
    assert answer.status == 404
    assert page.locator("h1").inner_text() == "Deze pagina bestaat niet"
    assert page.evaluate("document.documentElement.lang") == "nl"
    assert "Page not found" not in page.locator("body").inner_text()
    page.get_by_role("link", name="Definities").click()
    visit.ready()
    assert page.locator("h1").inner_text() == "Definities"


def test_no_english_and_no_developer_tools(visit: Visit) -> None:
    visit.open("/")
    text = visit.page.locator("body").inner_text()
    for word in ("Deploy", "Rerun", "Made with", "View more", "Running", "Loading"):
        assert word not in text
    assert visit.page.locator('[data-testid="stMainMenu"]').count() == 0


def test_paper_holds_whole_tables_and_parts_nothing(visit: Visit) -> None:
    """Also what scrolls on the screen; a title stands on the page of what it is about."""
    visit.open("/scholen")
    page = visit.page
    rows = page.eval_on_selector_all(
        "table.zl tbody tr", "rows => rows.map((row) => row.cells[0].innerText)"
    )
    titles = page.eval_on_selector_all(
        ".zl-figure:has(h3 + p)",
        "parts => parts.map((part) => [...part.children].map((one) => one.innerText))",
    )
    sheets = [
        _run_together(sheet.extract_text())
        for sheet in pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True))).pages
    ]
    assert len(rows) > 50
    assert [row for row in rows if not any(_run_together(row) in sheet for sheet in sheets)] == []
    for title, first in titles:
        assert any(_run_together(title + first) in sheet for sheet in sheets)
    assert not any("Rapport" in sheet for sheet in sheets)


def _run_together(text: str) -> str:
    return re.sub(r"\s+", "", text)


@pytest.mark.parametrize("kind", ["CSV", "Excel"])
def test_table_leaves_as_a_file_with_its_selection(visit: Visit, kind: str) -> None:
    visit.open("/bereik")
    visit.choose("Schooljaar", "2022/2023")
    page = visit.page
    page.get_by_text("Over dit cijfer").first.click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name=kind, exact=False).first.click()
    file = waiting.value
    assert file.suggested_filename.startswith("zichtlijn-bereik-per-100-leerlingen-2022-2023")
    assert re.search(r"/media/[0-9a-f]{64}\.\w+$", file.url)
    body = Path(str(file.path())).read_bytes()
    if kind == "Excel":
        assert body.startswith(b"PK")
        return
    text = body.decode("utf-8-sig")
    assert "2026-11-16-demo-3f9c21" in text
    shown = page.locator("table.zl").first.locator("tr.zl-now td").first.inner_text()
    assert f"2022/2023;{shown.strip()}" in text
    assert visit.errors == []


def test_scenario_lives_in_the_address_and_in_a_file(visit: Visit, tmp_path: Path) -> None:
    """A moved assumption is in the address, a file brings it back, a wrong file is told."""
    visit.open("/scenario?programmakosten_per_jaar=100000")
    page = visit.page
    told = page.locator(".zl-conclusion").inner_text()
    assert "gepubliceerd: €\u00a083.000" in told
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Scenario bewaren").click()
    kept = tmp_path / "scenario.json"
    waiting.value.save_as(kept)
    page.get_by_role("button", name="Terug naar de publicatie").click()
    page.wait_for_function(
        "() => document.querySelector('.zl-conclusion').innerText.includes('zoals gepubliceerd')"
    )
    page.locator('input[type="file"]').set_input_files(kept)
    page.get_by_text("De aannames uit het bestand staan nu in de schuiven.").wait_for()
    visit.ready()
    assert page.locator(".zl-conclusion").inner_text() == told
    assert parse_qs(urlparse(page.url).query)["programmakosten_per_jaar"] == ["100000"]
    wrong = tmp_path / "anders.json"
    wrong.write_text('{"soort": "iets anders"}', encoding="utf-8")
    page.locator('input[type="file"]').set_input_files(wrong)
    page.get_by_text("Dit is geen scenariobestand.").wait_for()
    assert page.locator(".zl-conclusion").inner_text() == told
    assert visit.errors == []
    assert visit.elsewhere == []
    _screenshot(visit, "scenario_geladen")


def test_promise_is_chosen_in_the_address(visit: Visit) -> None:
    visit.open("/zorg-in-school")
    visit.page.get_by_role("combobox", name="Belofte").scroll_into_view_if_needed()
    visit.page.wait_for_timeout(600)
    visit.choose("Belofte", "Er wordt bespaard op jeugdhulp (euro netto)")
    page = visit.page
    page.get_by_text("Er wordt bespaard op jeugdhulp: schatting per opzet").wait_for()
    page.goto(page.url)
    visit.ready()
    assert page.get_by_text("Er wordt bespaard op jeugdhulp: schatting per opzet").count() == 1
    assert visit.errors == []
