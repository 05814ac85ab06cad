"""The loop between a port and a sender: read, feed, write, and sleep until the sender's deadline. Decides nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Final, Protocol

from dcode.errors import LinkError
from dcode.firmware.command import Command
from dcode.link.transport import Transport
from dcode.streaming.events import Event
from dcode.streaming.sender import Sender

_SLACK: Final = 0.0005  # seconds that a timer may be early without being set again


class Tap(Protocol):
    """Who looks at the bytes as they go by."""

    def out(self, data: bytes) -> None: ...

    def heard(self, data: bytes) -> None: ...


class Connection:
    """Feeds `sender` from `source` and carries its bytes over `transport`.

    `source()` gives the next command, or None when there is none now (call `pump` once there is again). `on_event`
    gets every event; `on_lost` gets the error that ended the link, once. `tap` sees every byte that went out
    (its `out`) or came (its `heard`). All are called on the loop and must not block.
    """

    def __init__(
        self,
        transport: Transport,
        sender: Sender,
        source: Callable[[], Command | None],
        on_event: Callable[[Event], None],
        on_lost: Callable[[LinkError], None],
        tap: Tap,
    ) -> None:
        self.transport = transport
        self.sender = sender
        self._source = source
        self._on_event = on_event
        self._on_lost = on_lost
        self._tap = tap
        self._loop = asyncio.get_running_loop()
        self._unsent = b""
        self._timer: asyncio.TimerHandle | None = None
        self._open = True
        self._pumping = False
        self._loop.add_reader(transport.fileno(), self._readable)
        self.pump()

    @property
    def is_open(self) -> bool:
        return self._open

    def close(self) -> None:
        """Stop and close the port. Bytes that are not written yet are lost: stop the machine before."""
        if not self._open:
            return
        self._open = False
        if self._timer:
            self._timer.cancel()
        self._loop.remove_reader(self.transport.fileno())
        if self._unsent:
            self._loop.remove_writer(self.transport.fileno())
        self.transport.close()

    def replace_sender(self, sender: Sender) -> None:
        """Go on with another sender. What the old one had in flight is nobody's any more."""
        self.sender = sender
        self.pump()

    def pump(self) -> None:
        """Queue what the window has room for and write what may go out."""
        if not self._open or self._pumping:  # an event handler may call back into here
            return
        self._pumping = True
        try:
            self._fill_and_write()
        finally:
            self._pumping = False
        if self._open:
            self._schedule()

    def _fill_and_write(self) -> None:
        sender, now = self.sender, self._loop.time()
        while not self._unsent:
            while sender.room > 0:
                command = self._source()
                if command is None:
                    break
                sender.queue(command)
            data = sender.to_send(now)
            if not data:
                return
            self._write(data)

    def _write(self, data: bytes) -> None:
        try:
            written = self.transport.write(data)
        except LinkError as error:
            self._lose(error)
            return
        self._tap.out(data[:written])
        left = data[written:]
        if left and not self._unsent:
            self._loop.add_writer(self.transport.fileno(), self._writable)
        self._unsent = left

    def _writable(self) -> None:
        fd, data, self._unsent = self.transport.fileno(), self._unsent, b""
        self._loop.remove_writer(fd)
        self._write(data)
        self.pump()

    def _readable(self) -> None:
        try:
            data = self.transport.read()
        except LinkError as error:
            self._lose(error)
            return
        if data:
            self._tap.heard(data)
            for event in self.sender.receive(data, self._loop.time()):
                self._on_event(event)
            self.pump()

    def _schedule(self) -> None:
        deadline = self.sender.deadline()
        timer = self._timer
        if deadline is None:
            return  # a timer that is still set finds nothing to do
        if timer and not timer.cancelled() and timer.when() <= deadline + _SLACK and timer.when() > self._loop.time():
            return  # it will fire first, and look again: cheaper than a new timer for every line
        if timer:
            timer.cancel()
        self._timer = self._loop.call_at(deadline, self._due)

    def _due(self) -> None:
        self._timer = None
        deadline, now = self.sender.deadline(), self._loop.time()
        if deadline is not None and now >= deadline - _SLACK:
            for event in self.sender.handle_timeout(max(now, deadline)):
                self._on_event(event)
        self.pump()

    def _lose(self, error: LinkError) -> None:
        if self._open:
            self.close()
            self._on_lost(error)
