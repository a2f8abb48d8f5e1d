"""Files that readers take along, and what the server tells of itself.

Streamlit serves a file to whoever knows its address, without a login, and makes that address from
the content: who can guess what is in a file can work out where it is, and see whether somebody took
it. Here every file that is taken gets an address of its own, of 256 random bits.
"""

from __future__ import annotations

import secrets

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit.runtime import memory_media_file_storage as storage

# How many sessions there are and what they hold: for nobody who merely reaches the port.
CLOSED = "/_stcore/metrics"
_BYTES = 32


def unguessable() -> None:
    """From here on the address of a file says nothing about the file."""
    storage._calculate_file_id = _address  # there is no setting for it


def _address(data: bytes, mimetype: str, filename: str | None = None) -> str:
    del data, mimetype, filename
    return secrets.token_hex(_BYTES)


class Closed:
    """Answers as if the figures of the server about itself were not there."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].rstrip("/") == CLOSED:
            await PlainTextResponse("", status_code=404)(scope, receive, send)
            return
        await self.app(scope, receive, send)
