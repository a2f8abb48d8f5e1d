"""What is sent to a page leaves at once, on the server that Streamlit really uses."""

from __future__ import annotations

import socket
import threading
from typing import Any

import uvicorn
from starlette.types import Message, Receive, Scope, Send
from websockets.sync.client import connect

from dashboard.server import asgi
from dashboard.server.prompt import AtOnce, at_once


async def _echo(scope: Scope, receive: Receive, send: Send) -> None:
    """Tells over the socket whether it waits, as the system has it."""
    if scope["type"] != "websocket":
        return
    await receive()
    await send({"type": "websocket.accept"})
    connection = send.__self__.transport.get_extra_info("socket")  # type: ignore[attr-defined]
    waits = connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 0
    await send({"type": "websocket.send", "text": str(waits)})
    await send({"type": "websocket.close"})


def _told(app: Any) -> str:
    """The answer of an app on a socket that is opened as Streamlit opens it."""
    with socket.socket(family=socket.AF_INET) as opened:
        opened.bind(("127.0.0.1", 0))
        opened.listen(5)
        server = uvicorn.Server(uvicorn.Config(app, log_level="error", lifespan="off"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [opened]}, daemon=True)
        thread.start()
        try:
            with connect(f"ws://127.0.0.1:{opened.getsockname()[1]}/") as page:
                return str(page.recv(timeout=10))
        finally:
            server.should_exit = True
            thread.join(timeout=10)


def test_an_answer_does_not_wait() -> None:
    assert _told(_echo) == "True", "no longer needed: asyncio does it itself now"
    assert _told(AtOnce(_echo)) == "False"


def test_the_dashboard_has_it_first() -> None:
    assert asgi.app._user_middleware[0].cls is AtOnce


def test_what_has_no_connection_is_left_alone() -> None:
    async def send(message: Message) -> None:
        raise AssertionError(message)

    assert not at_once(send)
