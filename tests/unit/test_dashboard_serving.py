"""Around the pages: who is answered, what every response carries, and the files to deploy it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest
import yaml
from starlette.types import Message, Receive, Scope, Send

from dashboard.access import rules
from dashboard.release import released
from dashboard.server import asgi, files, serve, served
from tests import access
from tests.browser.fixture_release import build, point_to

DEPLOY = access.EXAMPLE
T = TypeVar("T")
LOGIN = {"status": 302}
COOKIES = (b"_streamlit_user=x; Path=/; HttpOnly", b"al=1; Secure")


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Its result, worked out in a thread of its own: the browser of other tests leaves its loop
    running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


async def _behind(scope: Scope, receive: Receive, send: Send) -> None:
    """What stands behind the middleware."""
    if scope["type"] == "websocket":
        await send({"type": "websocket.accept"})
        return
    if scope["path"] == "/auth/login":
        await send({"type": "http.response.start", "status": LOGIN["status"], "headers": []})
        await send({"type": "http.response.body", "body": b"Authentication error"})
        return
    headers = [(b"content-type", b"text/plain"), *((b"set-cookie", told) for told in COOKIES)]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": b"cijfers"})


def _asked(
    host: str, kind: str = "http", path: str = "/_stcore/stream", **headers: str
) -> list[Message]:
    """What comes back through both layers."""
    told: list[Message] = []

    async def receive() -> Message:
        return {"type": f"{kind}.connect" if kind == "websocket" else "http.request"}

    async def send(message: Message) -> None:
        told.append(message)

    scope: Scope = {
        "type": kind,
        "path": path,
        "method": "GET",
        "scheme": "http",
        "headers": [
            (b"host", host.encode()),
            *((name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()),
        ],
    }
    _run(asgi.OnlyHere(asgi.LoginFails(asgi.Dutch(_behind)))(scope, receive, send))
    return told


@pytest.mark.parametrize("path", ["/_stcore/metrics", "/_stcore/metrics/"])
def test_the_server_tells_nothing_of_itself(path: str) -> None:
    """In the order of the layers as they are served."""
    layers = [layer.cls for layer in asgi.app._user_middleware]
    assert files.Closed in layers
    told: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        told.append(message)

    for asked in (path, "/_stcore/health"):
        scope: Scope = {"type": "http", "path": asked, "method": "GET", "headers": []}
        _run(files.Closed(_behind)(scope, receive, send))
    assert [one["status"] for one in told if "status" in one] == [404, 200]
    assert [one["body"] for one in told if "body" in one] == [b"", b"cijfers"]


@pytest.fixture
def _demonstration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(rules.VARIABLE, raising=False)


HERE = ("localhost", "localhost:8501", "127.0.0.1:8501", "[::1]:8501", "[::1]")
ELSEWHERE = ("zichtlijn.nl", "localhost.kwaad.nl:8501", "10.0.0.5:8501", "0.0.0.0:8501", "")


@pytest.mark.usefixtures("_demonstration")
@pytest.mark.parametrize("host", HERE)
def test_demonstration_answers_this_computer(host: str) -> None:
    assert _asked(host)[0]["status"] == 200
    assert _asked(host, "websocket")[0]["type"] == "websocket.accept"


@pytest.mark.usefixtures("_demonstration")
@pytest.mark.parametrize("host", ELSEWHERE)
def test_demonstration_answers_nobody_else(host: str) -> None:
    start, body = _asked(host)
    assert start["status"] == 403
    assert b"Alleen op deze computer" in body["body"]
    assert b"cijfers" not in body["body"]
    assert set(asgi.HEADERS) <= set(start["headers"])
    assert _asked(host, "websocket") == [{"type": "websocket.close", "code": 1008}]


def test_with_login_any_name_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(rules.VARIABLE, "toegang.yaml")
    assert _asked("zichtlijn.nl")[0]["status"] == 200


def test_over_https_cookies_and_the_site_stay_on_https(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(rules.VARIABLE, "toegang.yaml")
    plain = _asked("zichtlijn.nl")[0]["headers"]
    assert (b"set-cookie", COOKIES[0]) in plain
    assert asgi.HSTS not in plain
    over = _asked("zichtlijn.nl", x_forwarded_proto="https")[0]["headers"]
    assert asgi.HSTS in over
    assert (b"set-cookie", COOKIES[0] + b"; Secure") in over
    assert (b"set-cookie", COOKIES[1]) in over
    assert set(asgi.HEADERS) <= set(over)


def test_login_service_that_fails_is_a_dutch_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(rules.VARIABLE, "toegang.yaml")
    assert _asked("zichtlijn.nl", path="/auth/login")[0]["status"] == 302
    monkeypatch.setitem(LOGIN, "status", 400)
    start, body = _asked("zichtlijn.nl", path="/auth/login")
    assert start["status"] == 502
    assert b"Inloggen lukt nu niet" in body["body"]
    assert b"Authentication error" not in body["body"]
    assert set(asgi.HEADERS) <= set(start["headers"])


def test_health_says_which_release(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(released.WORKDIR_VARIABLE, str(tmp_path))
    assert _health() == (503, {"status": "geen publicatie te lezen"})
    made = build(tmp_path)
    assert _health() == (200, {"status": "goed", "publicatie": made.stem})
    made.write_bytes(b"half")
    assert _health() == (503, {"status": "geen publicatie te lezen"})


def _health() -> tuple[int, object]:
    answer = _run(asgi.health(None))  # type: ignore[arg-type]
    return answer.status_code, json.loads(bytes(answer.body))


def test_command_hands_over_settings_and_no_secret(tmp_path: Path) -> None:
    build(tmp_path)
    path = access.settings(tmp_path)
    command, environment = serve.command(tmp_path, 8501, host="0.0.0.0", access=path)  # noqa: S104
    assert environment[rules.VARIABLE] == str(path)
    assert f"--secrets.files={tmp_path / 'inloggen.toml'}" in command
    assert access.SECRET not in " ".join(command)
    assert rules.VARIABLE not in serve.command(tmp_path, 8501)[1]


# Deployment --------------------------------------------------------------------------------------


def test_compose_leaves_nothing_open() -> None:
    told = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
    services = told["services"]
    for service in services.values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
    inner = services["dashboard"]
    assert "ports" not in inner
    assert told["networks"]["binnen"]["internal"] is True
    writable = [volume for volume in inner["volumes"] if not volume.endswith(":ro")]
    assert writable == ["/var/log/zichtlijn:/var/log/zichtlijn"]


def test_containerfile_copies_what_is_there_and_is_nobody_special() -> None:
    lines = (DEPLOY / "Containerfile").read_text("utf-8").splitlines()
    copied = [
        name
        for line in lines
        if line.startswith("COPY ") and "--from" not in line
        for name in line.split()[1:-1]
    ]
    assert [name for name in copied if not (DEPLOY.parent / name).exists()] == []
    assert "USER zichtlijn" in lines
    assert any("--require-hashes" in line for line in lines)


def test_unit_is_in_order(tmp_path: Path) -> None:
    """As systemd reads it, with the command it starts standing where it should."""
    if shutil.which("systemd-analyze") is None:
        pytest.skip("systemd is not on this machine")
    text = (DEPLOY / "zichtlijn-dashboard.service").read_text("utf-8")
    unit = tmp_path / "zichtlijn-dashboard.service"
    unit.write_text(text.replace("/opt/zichtlijn/.venv/bin/zichtlijn", "/bin/true"), "utf-8")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True
    )
    ours = [line for line in done.stderr.splitlines() if "zichtlijn" in line]
    assert ours == []


def test_handing_out_brings_the_release_and_nothing_else(tmp_path: Path) -> None:
    home, to = tmp_path / "werkmap", tmp_path / "uitgifte"
    home.mkdir()
    build(home, "eerste")
    second = build(home, "tweede")
    (home / "magazijn.duckdb").write_bytes(b"personen")
    script = ["sh", str(DEPLOY / "uitgeven.sh"), str(home), str(to)]
    done = subprocess.run(script, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert served.readable(to) == second.stem
    assert sorted(p.name for p in to.rglob("*") if p.is_file()) == ["release.json", "tweede.duckdb"]
    point_to(home, "eerste")
    for beside in ("grenzen.geojson", "gebeurtenissen.yaml"):
        (home / beside).write_text("{}", "utf-8")
    assert subprocess.run(script).returncode == 0
    found = {p.name for p in to.iterdir() if p.is_file()}
    assert found == {"release.json", "grenzen.geojson", "gebeurtenissen.yaml"}
    assert served.readable(to) == "eerste"
    (home / "release.json").write_text('{"file": "../elders.duckdb"}', "utf-8")
    wrong = subprocess.run(script, capture_output=True, text=True)
    assert wrong.returncode == 2
    assert "Draai 'zichtlijn run' opnieuw" in wrong.stderr
    assert served.readable(to) == "eerste"


def test_page_for_the_administrator_names_what_is_there() -> None:
    text = (DEPLOY / "README.md").read_text("utf-8")
    for file in DEPLOY.iterdir():
        assert file.name == "README.md" or f"`{file.name}`" in text, file.name
    assert os.access(DEPLOY / "uitgeven.sh", os.X_OK)
