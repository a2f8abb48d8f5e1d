"""A reader without a browser: a session that speaks Streamlit's own protocol over a websocket."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

YEAR = "Schooljaar"
_STREAM = "/_stcore/stream"
_PATIENCE = 120


@dataclass
class Shown:
    """What one run of the script sent: our own words, its exceptions, and its choice of years."""

    words: list[str] = field(default_factory=list)
    exceptions: list[str] = field(default_factory=list)
    charts: int = 0
    years: tuple[str, list[str]] = ("", [])
    whole: bool = False


@dataclass
class Reader:
    """An open session; `chosen` is the year that was asked for on the page it is at."""

    connection: ClientConnection
    address: str = ""
    chosen: dict[str, str] = field(default_factory=dict)
    years: tuple[str, list[str]] = ("", [])

    async def look(self, address: str) -> Shown:
        """Go to the page at this address, or draw it again, and take in all that is sent."""
        if address != self.address:
            self.address, self.chosen = address, {}
        asked = BackMsg()
        asked.rerun_script.page_name = address
        for name, value in self.chosen.items():
            state = asked.rerun_script.widget_states.widgets.add()
            state.id, state.string_value = name, value
        await self.connection.send(asked.SerializeToString())
        shown = await asyncio.wait_for(self._heard(), _PATIENCE)
        self.years = shown.years
        return shown

    def choose(self, place: int) -> None:
        """Another school year, from the next look on."""
        name, years = self.years
        if years:
            self.chosen = {name: years[place % len(years)]}

    async def _heard(self) -> Shown:
        shown = Shown()
        async for packet in self.connection:
            if not isinstance(packet, bytes):
                continue
            message = ForwardMsg.FromString(packet)
            kind = message.WhichOneof("type")
            if kind == "delta":
                _take(message, shown)
            elif kind == "script_finished":
                done = message.script_finished
                if done == ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                    shown = Shown()
                    continue
                shown.whole = done == ForwardMsg.FINISHED_SUCCESSFULLY
                return shown
        return shown


def _take(message: ForwardMsg, shown: Shown) -> None:
    if message.delta.WhichOneof("type") != "new_element":
        return
    element = message.delta.new_element
    match element.WhichOneof("type"):
        case "html":
            shown.words.append(element.html.body)
            shown.charts += element.html.body.count('class="zl-chart"')
        case "exception":
            shown.exceptions.append(element.exception.message)
        case "selectbox" if element.selectbox.label == YEAR:
            shown.years = (element.selectbox.id, list(element.selectbox.options))
        case _:
            pass


async def opened(url: str) -> Reader:
    """A session of its own on the dashboard at this address."""
    connection = await connect(
        url.replace("http", "ws", 1) + _STREAM, subprotocols=["streamlit"], max_size=None
    )
    return Reader(connection)
