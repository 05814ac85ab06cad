"""The connection to the daemon: made, watched, and made again for as long as the screen is open."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final

from textual.message import Message as TextualMessage

import dcode
from dcode.api.codec import Message
from dcode.client.address import Address
from dcode.client.aio import AsyncClient
from dcode.errors import DaemonUnreachable, DcodeError
from dcode.tui.messages import Begun, Linked, Told
from dcode.tui.store import LinkState

TRY_AGAIN: Final = 0.5  # seconds; a look at a socket that is not there costs nothing
OTHER_VERSION: Final = (
    "A daemon of dcode {} runs, and this screen is of {}. When no job is at the machine: dcode daemon stop, and again."
)

Post = Callable[[TextualMessage], Any]


class Link:
    """Posts Linked, Begun and Told. One connection for calls and events, and one of its own for a STOP."""

    def __init__(self, address: Address, post: Post) -> None:
        self.address = address
        self._post = post
        self._client: AsyncClient | None = None
        self._said: tuple[LinkState, str] | None = None  # while there is no daemon: how that was told last

    async def keep(self) -> None:
        """Connect, and connect again whenever the daemon went; never returns."""
        while True:
            try:
                await self._follow()
            except DcodeError as error:
                absent = error.fields.get("reason") == "absent"
                self._say(LinkState.ABSENT if absent else LinkState.LOST, error.message)
            await asyncio.sleep(TRY_AGAIN)

    def _say(self, state: LinkState, why: str) -> None:
        """Once: a try that fails as the one before is no news."""
        if (state, why) != self._said:
            self._said = (state, why)
            self._post(Linked(state, why))

    async def _follow(self) -> None:
        """Tell what one daemon tells, until it goes. Raises DcodeError then, or when it is not one to talk to."""
        client = await AsyncClient.connect(self.address.socket)
        try:
            info = await client.call("daemon.info")
            _must_suit(str(info.get("version")))
            snapshot = await client.call("subscribe")
            jobs = await client.call("job.list")
            machine = await client.call("machine.show")
            self._client, self._said = client, None
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
        client = await AsyncClient.connect(self.address.socket)
        try:
            return await client.call("plotter.stop")
        finally:
            await client.close()


def _must_suit(version: str) -> None:
    """Versions that differ in their last number alone understand each other. Raises DaemonUnreachable."""
    ours = dcode.__version__
    if version.rpartition(".")[0] != ours.rpartition(".")[0]:
        raise DaemonUnreachable(OTHER_VERSION.format(version, ours), reason="version", version=version)
