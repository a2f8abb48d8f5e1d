"""The dashboard as a web application: the pages, in Dutch for browsers and screen readers.

Streamlit's own page says it is English; a screen reader would read Dutch with English sounds
(WCAG 3.1.1). Responses also get headers that keep the browser from loading anything from
elsewhere or showing the dashboard inside another site.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"SAMEORIGIN"),
    (b"referrer-policy", b"no-referrer"),
    (
        b"content-security-policy",
        b"default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval' blob:; "
        b"style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; "
        b"connect-src 'self' ws: wss:; worker-src 'self' blob:; frame-ancestors 'self'; "
        b"object-src 'none'; base-uri 'self'",
    ),
)


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
        held: MutableMapping[str, Any] | None = None

        async def passing(message: Message) -> None:
            nonlocal held
            if message["type"] == "http.response.start":
                headers = [*message["headers"], *HEADERS]
                message = {**message, "headers": headers}
                if _is_page(headers):
                    held = message
                    return
            elif message["type"] == "http.response.body" and held is not None:
                body = message.get("body", b"").replace(b'<html lang="en">', b'<html lang="nl">')
                start, held = held, None
                await send(start)
                message = {**message, "body": body}
            await send(message)

        await self.app(scope, receive, passing)


def _is_page(headers: list[tuple[bytes, bytes]]) -> bool:
    return any(
        name.lower() == b"content-type" and value.startswith(b"text/html")
        for name, value in headers
    )


app = st.App(Path(__file__).with_name("app.py"), middleware=[Middleware(Dutch)])
