"""What holds for every page in a browser, however it was reached."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page

from tests.browser.conftest import Served, Visit


def page(visit: Visit, served: Served, workdir: Path) -> None:
    """No fault, nothing asked of another server, no other data open, an account at every chart."""
    seen = visit.page
    assert seen.locator(".zl-conclusion").inner_text().strip()
    assert seen.locator('[data-testid="stException"]').count() == 0
    assert seen.locator('[role="alert"]').count() == 0
    assert seen.evaluate("document.documentElement.lang") == "nl"
    assert visit.errors == []
    assert visit.elsewhere == []
    _server_holds_the_released_file_and_no_other_data(served, workdir)
    if seen.locator(".zl-chart").count():
        _every_chart_has_a_table_words_and_an_account(seen)


def _server_holds_the_released_file_and_no_other_data(served: Served, workdir: Path) -> None:
    """The privacy boundary on the running server: the system tells what is open."""
    folder = Path(f"/proc/{served.pid}/fd")
    if not folder.exists():
        return
    held = set()
    for entry in folder.iterdir():
        try:
            held.add(str(entry.readlink()))
        except FileNotFoundError:
            continue
    data = {name for name in held if name.endswith((".duckdb", ".wal", ".parquet", ".csv"))}
    assert data == {str(next((workdir / "releases").glob("*.duckdb")))}
    assert {name for name in held if name.startswith(str(workdir))} == data


def _every_chart_has_a_table_words_and_an_account(page: Page) -> None:
    charts = page.locator(".zl-body .zl-chart").count()  # not the small ones beside a sentence
    assert page.locator("table.zl").count() >= charts
    assert page.locator(".zl-facts").count() >= charts
    assert page.get_by_text("Over dit cijfer").count() >= charts
    for line in page.locator(".zl-facts").all_inner_texts():
        assert "publicatie 2026-11-16-demo-3f9c21" in line
    page.get_by_text("Over dit cijfer").first.click()
    about = page.locator("dl.zl-about").first
    about.wait_for()
    for term in ("Definitie", "Teller", "Noemer", "Bronnen", "Norm", "Publicatie"):
        assert term in about.inner_text()
