"""Answers leave at once.

TCP keeps a small message back until the one before it is confirmed, and a computer takes its time
to confirm: some 40 ms, at every choice a reader makes. asyncio turns that off, but not for the
socket that Streamlit opens, which does not say that it is TCP.
"""

from __future__ import annotations

import socket

from starlette.types import ASGIApp, Receive, Scope, Send


class AtOnce:
    """Lets what is sent to a page leave without waiting."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            at_once(send)
        await self.app(scope, receive, send)


def at_once(send: Send) -> bool:
    """Whether the connection behind `send` was found and waits no more."""
    transport = getattr(getattr(send, "__self__", None), "transport", None)
    connection = transport and transport.get_extra_info("socket")
    if not connection or connection.family not in (socket.AF_INET, socket.AF_INET6):
        return False
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return True
