"""A visitor without a browser: speaks to the server as the browser does, and notes what comes back."""

import time
from dataclasses import dataclass
from typing import Self
from urllib.parse import urlencode

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect

from benchmarks.large_county import READER

_LARGEST = 2**24


@dataclass(frozen=True)
class Loaded:
    """A screen as it came: how many elements in how many bytes, and after how many milliseconds all of it was there."""

    elements: int
    size: int
    took: float


class Visitor:
    """One session of a signed-in reader."""

    def __init__(self, connection: ClientConnection) -> None:
        self._connection = connection
        self._page = ""
        self._known: set[str] = set()

    @classmethod
    async def at(cls, url: str) -> Self:
        """Connect as the browser's script does, with the cookie that signs in."""
        return cls(
            await connect(
                f"{url.replace('http', 'ws', 1)}/_stcore/stream",
                subprotocols=["streamlit"],  # type: ignore[list-item]
                additional_headers={"Cookie": f"okr_demo_account={READER}"},
                max_size=_LARGEST,
                compression=None,
            )
        )

    async def look_at(self, page: str, **params: str) -> Loaded:
        """Run the script of a screen, and take in everything until it has finished."""
        asked = BackMsg()
        asked.rerun_script.query_string = urlencode(params)
        asked.rerun_script.page_name = page
        asked.rerun_script.context_info.locale = "fi-FI"
        asked.rerun_script.context_info.timezone = "Europe/Helsinki"
        asked.rerun_script.cached_message_hashes.extend(self._known)
        begun = time.perf_counter()
        await self._connection.send(asked.SerializeToString())
        elements = size = 0
        while True:
            data = await self._connection.recv()
            said = ForwardMsg.FromString(data if isinstance(data, bytes) else data.encode())
            size += len(data)
            kind = said.WhichOneof("type")
            if kind == "ref_hash" or (kind == "delta" and said.delta.WhichOneof("type") == "new_element"):
                elements += 1
            if said.metadata.cacheable and kind != "ref_hash":
                self._known.add(said.hash)
            if kind == "script_finished" and said.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                return Loaded(elements, size, (time.perf_counter() - begun) * 1000)

    async def leave(self) -> None:
        """Close the session."""
        await self._connection.close()
