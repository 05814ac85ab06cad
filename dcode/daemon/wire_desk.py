"""The wire as clients follow it."""

from __future__ import annotations

from itertools import count
from typing import Final

from dcode.api import codec
from dcode.api import events as tell
from dcode.api import wire as api
from dcode.api.codec import Message
from dcode.api.model import Nothing
from dcode.daemon.plotter_handle import PlotterHandle
from dcode.daemon.server import Client
from dcode.errors import MachineNotReady

LAST: Final = 500  # lines that a new follower is given


class WireDesk:
    """Answers wire.*. The plotter process tells lines only while somebody follows them."""

    def __init__(self, plotter: PlotterHandle) -> None:
        self._plotter = plotter
        self._followers: set[Client] = set()
        self._number = count()

    async def follow(self, params: api.Follow, client: Client) -> api.WireLog:
        if not params.on:
            self.client_gone(client)
            return api.WireLog(lines=[])
        lines = await self._plotter.call("follow", count=LAST)
        self._followers.add(client)
        client.subscribed = True
        return api.WireLog(lines=lines)

    async def snapshot(self, params: Nothing, client: Client) -> api.Snapshot:
        path = await self._plotter.call("snapshot", reason="asked for")
        if path is None:
            raise MachineNotReady("The last lines could not be written: is the disk full?", reason="disk")
        return api.Snapshot(path=path)

    def lines(self, message: Message) -> None:
        """A batch from the plotter process. Each is an event of its own: none takes the place of another."""
        key = ("wire", next(self._number))
        line = codec.event(tell.Wire(lines=message["lines"], missed=message["missed"]).model_dump(mode="json"))
        for client in self._followers:
            client.tell(key, line)

    def client_gone(self, client: Client) -> None:
        if client in self._followers:
            self._followers.discard(client)
            if not self._followers:
                self._plotter.tell("unfollow")
