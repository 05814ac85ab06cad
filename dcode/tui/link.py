"""The connection to the daemon: made, watched, and made again for as long as the screen is open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from textual.message import Message as TextualMessage

from dcode.api.codec import Message
from dcode.client.address import Address
from dcode.client.aio import AsyncClient
from dcode.client.sync import Client
from dcode.errors import DaemonUnreachable, DcodeError
from dcode.tui.messages import Begun, Linked, Told
from dcode.tui.store import LinkState

TRY_AGAIN: Final = 0.5  # seconds; a look at a socket that is not there costs nothing

Post = Callable[[TextualMessage], Any]


class Link:
    """Posts Linked, Begun and Told. One connection for calls and events, and one of its own for a STOP."""

    def __init__(self, address: Address, post: Post) -> None:
        self.address = address
        self._post = post
        self._client: AsyncClient | None = None

    async def keep(self) -> None:
        """Connect, and connect again whenever the daemon went; never returns."""
        known = LinkState.CONNECTING
        while True:
            try:
                await self._follow()
                known, why = LinkState.LOST, "The daemon hung up."
            except DcodeError as error:
                known = LinkState.ABSENT if error.fields.get("reason") == "absent" else LinkState.LOST
                why = error.message
            self._post(Linked(known, why))
            await asyncio.sleep(TRY_AGAIN)

    async def _follow(self) -> None:
        client = await AsyncClient.connect(self.address.socket)
        try:
            snapshot = await client.call("subscribe")
            jobs = await client.call("job.list")
            machine = await client.call("machine.show")
            self._client = client
            self._post(Begun(snapshot, jobs["jobs"], machine))
            async for event in client.events():
                self._post(Told(event))
        finally:
            self._client = None
            await client.close()

    async def call(self, method: str, /, **params: Any) -> Message:
        """The answer to a call. Raises the daemon's error, or DaemonUnreachable while there is none."""
        if self._client is None:
            raise DaemonUnreachable("No daemon is connected.", reason="absent", socket=str(self.address.socket))
        return await self._client.call(method, **params)

    async def stop(self) -> Message:
        """STOP, over a connection of its own: nothing that this screen has asked for stands in its way."""
        return await asyncio.to_thread(self._stop)

    def _stop(self) -> Message:
        with Client(self.address.socket) as client:
            return client.call("plotter.stop")
