"""Logging in, looking, logging out and a session that ends: a real OpenID Connect provider, a real
browser, all on this computer."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from dashboard.server import serve
from tests import access
from tests.browser.fixture_release import RELEASE_ID, build, point_to

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("browser")]

PEOPLE = {
    "ans": {"groups": ["zichtlijn-analist"]},
    "dirk": {"email": "directie@voorbeeld.nl", "email_verified": True},
    "vera": {"email": "vreemd@voorbeeld.nl", "email_verified": True},
}
# The provider asks whether somebody is sure.
PROVIDER_LOG_OUT = "End session"
OTHER = "2026-11-17-demo-0a1b2c"


@dataclass(frozen=True)
class Guarded:
    """A dashboard behind a login."""

    url: str
    home: Path

    def lines(self) -> list[dict[str, object]]:
        """What the log holds."""
        files = sorted((self.home / "logboek").glob("toegang-*.jsonl"))
        return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def _port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


def _until(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(240):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2):  # noqa: S310
                return
        except OSError:
            time.sleep(0.25)
    pytest.fail(f"did not start: {log.read_text()[-2000:]}")


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    """The provider and the dashboard, each in a process of its own."""
    home, cwd = tmp_path_factory.mktemp("werkmap"), tmp_path_factory.mktemp("elders")
    build(home, OTHER)
    build(home)
    provider, port = _port(), _port()
    issuer, url = f"http://localhost:{provider}", serve.address(port)
    path = access.settings(home)
    access.account(home, issuer, url)
    people = [
        f"--user-claims={json.dumps({'sub': name, **claims})}" for name, claims in PEOPLE.items()
    ]
    asked = [sys.executable, "-m", "oidc_provider_mock", "-H", "localhost", "-p", str(provider)]
    command, environment = serve.command(home, port, access=path)
    with ExitStack() as running:
        first = running.enter_context(_process([*asked, *people], cwd / "provider.log", None))
        second = running.enter_context(_process(command, cwd / "server.log", environment))
        _until(f"{issuer}/.well-known/openid-configuration", first, cwd / "provider.log")
        _until(f"{url}/_stcore/health", second, cwd / "server.log")
        yield Guarded(url, home)


@contextmanager
def _process(
    command: list[str], log: Path, environment: dict[str, str] | None
) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as out:
        process = subprocess.Popen(command, env=environment, cwd=log.parent, stdout=out, stderr=out)
    try:
        yield process
    finally:
        process.terminate()
        process.wait(timeout=20)


@pytest.fixture
def page(chromium: Browser) -> Iterator[Page]:
    """A browser that nobody has logged in with."""
    context = chromium.new_context(viewport={"width": 1280, "height": 800}, locale="nl-NL")
    yield context.new_page()
    context.close()


def _log_in(page: Page, guarded: Guarded, who: str) -> None:
    page.goto(guarded.url)
    page.get_by_role("button", name="Inloggen").click()
    page.get_by_role("button", name=who, exact=True).click()
    page.wait_for_url(f"{guarded.url}/")


def _picture(page: Page, name: str) -> None:
    folder = os.environ.get("ZICHTLIJN_SCREENSHOTS")
    if folder:
        page.wait_for_timeout(500)
        page.screenshot(path=str(Path(folder) / f"{name}.png"))


def test_somebody_logs_in_looks_and_logs_out(page: Page, guarded: Guarded) -> None:
    page.goto(f"{guarded.url}/bereik")
    expect(page.get_by_role("heading", name="Inloggen")).to_be_visible(timeout=30_000)
    assert RELEASE_ID not in page.locator("body").inner_text()
    assert page.locator('[data-testid="stSidebarNav"]').count() == 0
    _picture(page, "inloggen")

    _log_in(page, guarded, "dirk")
    expect(page.locator(".zl-conclusion")).to_contain_text("Hoogeveen", timeout=30_000)
    menu = page.locator('[data-testid="stSidebarNav"]')
    expect(menu.get_by_role("link", name="Schorsingen")).to_be_visible()
    assert menu.get_by_role("link", name="Besparing").count() == 0
    expect(page.locator('[data-testid="stSidebar"]')).to_contain_text("Ingelogd met de rol school")
    _picture(page, "rol_school")

    page.goto(f"{guarded.url}/besparing")
    expect(page.get_by_role("heading", name="Deze pagina hoort niet bij uw rol")).to_be_visible(
        timeout=30_000
    )
    assert "€" not in page.locator('[data-testid="stMain"]').inner_text()
    _picture(page, "pagina_niet_bij_rol")

    page.get_by_role("button", name="Uitloggen").click()
    page.get_by_role("button", name=PROVIDER_LOG_OUT).click()
    expect(page.get_by_role("heading", name="Inloggen")).to_be_visible(timeout=30_000)
    page.goto(f"{guarded.url}/bereik")
    expect(page.get_by_role("heading", name="Inloggen")).to_be_visible(timeout=30_000)

    told = [(line["rol"], line["soort"], line["pagina"]) for line in guarded.lines()]
    assert ("school", "weergave", "overzicht") in told
    assert ("school", "geen toegang", "besparing") in told
    assert "directie" not in json.dumps(guarded.lines())


def test_stranger_reads_whom_to_ask(page: Page, guarded: Guarded) -> None:
    _log_in(page, guarded, "vera")
    expect(page.get_by_role("heading", name="U hebt nog geen toegang")).to_be_visible(
        timeout=30_000
    )
    assert RELEASE_ID not in page.locator("body").inner_text()
    _picture(page, "geen_toegang")


def test_new_release_comes_and_a_file_is_taken_and_written_down(
    page: Page, guarded: Guarded
) -> None:
    """An open session stays, keeps its choices, and has the new release at the next click."""
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    _log_in(page, guarded, "ans")
    expect(page.locator(".zl-demo")).to_contain_text(RELEASE_ID, timeout=30_000)
    page.goto(f"{guarded.url}/bereik?schooljaar=2022%2F2023&niveau=Gemeente&gebied=Rotterdam")
    lead = page.locator(".zl-conclusion")
    expect(lead).to_contain_text("In 2022/2023, in Rotterdam", timeout=30_000)
    point_to(guarded.home, OTHER)
    page.get_by_role("combobox", name="Schooljaar").click()
    page.get_by_role("option", name="2023/2024", exact=True).click()
    expect(page.locator(".zl-demo")).to_contain_text(OTHER, timeout=30_000)
    expect(lead).to_contain_text("In 2023/2024, in Rotterdam")
    expect(page.locator('[role="alert"]')).to_have_count(0)
    assert wrong == []
    with urllib.request.urlopen(f"{guarded.url}/gezond", timeout=10) as answer:  # noqa: S310
        assert json.load(answer) == {"status": "goed", "publicatie": OTHER}
    page.get_by_text("Over dit cijfer").first.click()
    with page.expect_download() as waiting:
        page.get_by_role("button", name="CSV").first.click()
    assert "zichtlijn-" in waiting.value.suggested_filename
    taken = [line for line in guarded.lines() if line["soort"] == "export"]
    assert [(line["rol"], line["bestand"], line["publicatie"]) for line in taken] == [
        ("analist", "csv", OTHER)
    ]
    assert taken[0]["filters"] == {
        "schooljaar": "2023/2024",
        "niveau": "gemeente",
        "gebied": "Rotterdam",
    }
    point_to(guarded.home, RELEASE_ID)


def test_session_ends_in_an_open_page(page: Page, guarded: Guarded) -> None:
    """At the next click after the end nothing more is shown, and somebody can log in again."""
    _log_in(page, guarded, "ans")
    expect(page.locator(".zl-conclusion")).to_be_visible(timeout=30_000)
    settings = guarded.home / "toegang.yaml"
    before = settings.read_text("utf-8")
    try:
        fresh = settings.with_suffix(".nieuw")
        fresh.write_text(before.replace("sessie_uren: 8", "sessie_uren: 0.0001"), "utf-8")
        shutil.move(fresh, settings)
        page.get_by_role("link", name="Thuiszitters").click()
        expect(page.get_by_role("heading", name="Uw sessie is verlopen")).to_be_visible(
            timeout=30_000
        )
        assert page.locator(".zl-conclusion").count() == 0
        _picture(page, "sessie_verlopen")
    finally:
        settings.write_text(before, "utf-8")
    page.get_by_role("button", name="Inloggen").click()
    page.get_by_role("button", name="ans", exact=True).click()
    expect(page.locator(".zl-conclusion")).to_be_visible(timeout=30_000)


def test_headers_and_a_made_up_login(guarded: Guarded) -> None:
    """What a response carries, and that a cookie of one's own making opens nothing."""
    asked = urllib.request.Request(  # noqa: S310
        guarded.url, headers={"Cookie": "_streamlit_user=eyJzdWIiOiAiYW5zIn0.x.y"}
    )
    with urllib.request.urlopen(asked, timeout=10) as answer:  # noqa: S310
        headers = {name.lower(): value for name, value in answer.headers.items()}
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "SAMEORIGIN"
    assert headers["referrer-policy"] == "no-referrer"
    assert "camera=()" in headers["permissions-policy"]
    assert "object-src 'none'" in headers["content-security-policy"]
    assert "ws:" not in headers["content-security-policy"]
