"""The dashboard as a web application: the pages, in Dutch for browsers and screen readers.

Streamlit's own page says it is English; a screen reader would read Dutch with English sounds
(WCAG 3.1.1). Responses also get headers that keep the browser from loading anything from
elsewhere or showing the dashboard inside another site. An address without a page gets a Dutch
page that says so; Streamlit itself would show the front page under an English dialog.

Where the login service fails, a page says so. Without access settings there is no login, and only a
browser on this computer is answered. `/gezond` tells a watchman that a release is served and can be
read.
"""

from __future__ import annotations

import base64
import gc
import hashlib
import re
from collections.abc import MutableMapping
from html import escape
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from dashboard.access import rules
from dashboard.release import released
from dashboard.render import theme
from dashboard.server import drawn, files, menu, served, start
from dashboard.server.prompt import AtOnce

# Ours, in the head of the page: before Streamlit's own, which begin by what the address says.
SCRIPTS = tuple(
    Path(__file__).with_name(name).read_bytes() for name in ("address.js", "mended.js", "tables.js")
)


def _fingerprints() -> bytes:
    """Of the scripts that stand in the page itself: Streamlit's and ours. No other may run."""
    page = Path(st.__file__).with_name("static").joinpath("index.html").read_bytes()
    own = *SCRIPTS, drawn.SCRIPT
    scripts = [*re.findall(rb"<script>(.*?)</script>", page, re.DOTALL), *own]
    digests = (base64.b64encode(hashlib.sha256(script).digest()) for script in scripts)
    return b" ".join(b"'sha256-" + digest + b"'" for digest in digests)


HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (
        b"permissions-policy",
        b"camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()",
    ),
    (
        b"content-security-policy",
        b"default-src 'self'; script-src 'self' " + _fingerprints() + b"; "
        b"style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        b"connect-src 'self'; form-action 'self'; worker-src 'self' blob:; frame-ancestors 'self'; "
        b"object-src 'none'; base-uri 'self'",
    ),
)


# Where the reader came over HTTPS, which the proxy in front tells.
HSTS = (b"strict-transport-security", b"max-age=31536000")
_FORWARDED = b"x-forwarded-proto"


class Dutch:
    """Says `lang="nl"` in the page and adds the headers to every response."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if "." not in scope["path"].rsplit("/", 1)[-1]:
            scope = {
                **scope,
                "headers": [h for h in scope["headers"] if h[0] != b"accept-encoding"],
            }
        known = scope["path"].strip("/") in menu.TITLES
        encrypted = scope["scheme"] == "https" or (_FORWARDED, b"https") in scope["headers"]
        held: MutableMapping[str, Any] | None = None
        whole = b""

        async def passing(message: Message) -> None:
            nonlocal held, whole
            if message["type"] == "http.response.start":
                headers = [*message["headers"], *HEADERS]
                if encrypted:
                    headers = [*map(_secure, headers), HSTS]
                message = {**message, "headers": headers}
                if _is_page(headers):
                    held = (_changed if known else _not_found)({**message, "headers": headers})
                    return
            elif message["type"] == "http.response.body" and held is not None:
                whole += message.get("body", b"")
                if message.get("more_body", False):
                    return
                start, held = held, None
                body = _dutch(whole) if known else NOT_FOUND
                start["headers"].append((b"content-length", str(len(body)).encode()))
                await send(start)
                message = {**message, "body": b"" if scope["method"] == "HEAD" else body}
            await send(message)

        await self.app(scope, receive, passing)


def _secure(header: tuple[bytes, bytes]) -> tuple[bytes, bytes]:
    """A cookie that never travels without encryption; Streamlit leaves that to whoever serves."""
    name, value = header
    if name.lower() == b"set-cookie" and b"; secure" not in value.lower():
        return name, value + b"; Secure"
    return header


class OnlyHere:
    """Where nobody logs in, answers nobody but a browser on this computer.

    The name in the request is looked at, so that a page elsewhere cannot have its own name point
    at this computer and read along.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in {"http", "websocket"} or rules.configured() is not None:
            await self.app(scope, receive, send)
            return
        host = next((v for n, v in scope["headers"] if n == b"host"), b"").decode("latin-1")
        if start.is_loopback(_without_port(host)):
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await receive()
            await send({"type": "websocket.close", "code": _POLICY})
        else:
            await _own(ELSEWHERE, 403)(scope, receive, send)


class LoginFails:
    """Where the login service does not answer, a Dutch page in place of two English words."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != _LOGIN:
            await self.app(scope, receive, send)
            return
        failed = False

        async def passing(message: Message) -> None:
            nonlocal failed
            failed = failed or int(message.get("status", 0)) >= _FAILED
            if not failed:
                await send(message)

        await self.app(scope, receive, passing)
        if failed:
            await _own(NO_LOGIN, 502)(scope, receive, send)


def _own(page: bytes, status: int) -> HTMLResponse:
    """A page of our own, with the headers that every response carries."""
    response = HTMLResponse(page, status_code=status)
    response.raw_headers.extend(HEADERS)
    return response


_LOGIN = "/auth/login"
_FAILED = 400
_POLICY = 1008


def _without_port(host: str) -> str:
    return host[: host.rindex(":")] if host.rpartition(":")[2].isdigit() else host


async def health(request: Request) -> JSONResponse:
    """Whether a release is served and readable, and which; nothing else."""
    del request
    try:
        told = served.readable(released.workdir())
    except served.NotServed:
        return JSONResponse({"status": "geen publicatie te lezen"}, status_code=503)
    return JSONResponse({"status": "goed", "publicatie": told})


_STYLE = theme.both(
    ":root{color-scheme:light dark}"
    f"body{{margin:0;font-family:{theme.FONT};color:{theme.INK};background:{theme.PAPER};"
    "line-height:1.55}main{max-width:38rem;margin:0 auto;padding:4rem 1.5rem}"
    "h1{font-size:2rem;margin:2rem 0 .5rem}li{margin:.3rem 0}"
    f"a{{color:{theme.ACCENT}}}"
)


def _page(title: str, body: str) -> bytes:
    """A whole page of our own, for when there is no Streamlit page."""
    return (
        '<!doctype html><html lang="nl"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)} - Zichtlijn</title><style>{_STYLE}</style></head>"
        f"<body><main>{theme.LOGO}"
        f"<h1>{escape(title)}</h1>{body}</main></body></html>"
    ).encode()


def _not_found_page() -> bytes:
    links = "".join(
        f'<li><a href="/{escape(address)}">{escape(title)}</a></li>'
        for address, title in menu.TITLES.items()
    )
    return _page(
        "Deze pagina bestaat niet",
        "<p>Het adres klopt niet, of de pagina heeft een ander adres gekregen. "
        f"Deze pagina's zijn er wel:</p><ul>{links}</ul>",
    )


ELSEWHERE = _page(
    "Alleen op deze computer",
    "<p>Dit dashboard draait als demonstratie, zonder inloggen, en is daarom alleen te openen op "
    "de computer waarop het draait. Wie het wil delen, geeft een toegangsbestand mee.</p>",
)
NO_LOGIN = _page(
    "Inloggen lukt nu niet",
    "<p>De inlogdienst van uw organisatie geeft geen antwoord. Probeer het over een paar minuten "
    'opnieuw, of meld het bij de beheerder.</p><p><a href="/">Terug naar Zichtlijn</a></p>',
)
NOT_FOUND = _not_found_page()


def _dutch(page: bytes) -> bytes:
    """Streamlit's page in Dutch, with what mends its own parts."""
    for english, ours in _OURS:
        page = page.replace(english, ours)
    return page


_OURS = (
    (b'<html lang="en">', b'<html lang="nl">'),
    (b"<title>Streamlit</title>", b"<title>Zichtlijn</title>"),
    (
        b"You need to enable JavaScript to run this app.",
        b"Dit dashboard werkt alleen met JavaScript aan.",
    ),
    (
        b"</head>",
        b"".join(b"<script>" + s + b"</script>" for s in SCRIPTS) + drawn.HEAD + b"</head>",
    ),
)


def _changed(start: Message) -> MutableMapping[str, Any]:
    """The start of a response whose body becomes another; its length follows with the body."""
    dropped = {b"content-length", b"etag", b"last-modified"}
    kept = [header for header in start["headers"] if header[0].lower() not in dropped]
    return {**start, "headers": kept}


def _not_found(start: Message) -> MutableMapping[str, Any]:
    """The start of the response that says there is no such page."""
    return {**_changed(start), "status": 404}


def _is_page(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(
        name.lower() == b"content-type" and value.startswith(b"text/html")
        for name, value in headers
    )


app = st.App(
    Path(__file__).parents[1] / "app.py",
    routes=[Route(served.HEALTH, health), drawn.ROUTE],
    middleware=[Middleware(part) for part in (AtOnce, files.Closed, OnlyHere, LoginFails, Dutch)],
)
files.unguessable()

# Streamlit looks through all objects for garbage after every run of a page, while the reader waits
# for its last part. What is imported by now stays, and need not be looked through.
gc.collect()
gc.freeze()
