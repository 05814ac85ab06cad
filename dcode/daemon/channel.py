"""The one way to the wire: commands in, their end or their failure out.

Every command passes the guard here, at the moment it is queued for sending. What is asked for by hand (the outbox) goes
before what the job has to send (the source).
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence

from dcode.errors import DcodeError, LinkError, PortGone
from dcode.firmware.command import Command
from dcode.firmware.guard import Guard
from dcode.firmware.profile import FirmwareProfile
from dcode.link.connection import Connection, Tap
from dcode.link.transport import Transport
from dcode.streaming.events import Acked, Event, Greeted, Said
from dcode.streaming.sender import Sender


class Channel:
    """A connection with a guard, an outbox, and somebody who waits for answers.

    `on_sending` is told of every command before it goes out, and stops it by an error; `on_withdrawn` of those that did
    not go out after all, the last first, and `on_dropped` of those that the firmware has refused and that are not sent
    again. `on_event` hears every event but the plain acknowledgements of commands, which go to `on_ack`. `on_refused`
    is told when a command was stopped, `on_lost` when the port went away; neither is called twice for one cause.
    """

    def __init__(
        self,
        transport: Transport,
        profile: FirmwareProfile,
        *,
        source: Callable[[], Command | None],
        on_sending: Callable[[Command], None],
        on_withdrawn: Callable[[Command], None],
        on_dropped: Callable[[Command], None],
        on_ack: Callable[[Command], None],
        on_event: Callable[[Event], None],
        on_refused: Callable[[DcodeError], None],
        on_lost: Callable[[LinkError], None],
        tap: Tap,
    ) -> None:
        self.guard: Guard | None = None  # until the firmware is known, only greetings and questions go out
        self._loop = asyncio.get_running_loop()
        self._source, self._on_ack, self._on_event = source, on_ack, on_event
        self._on_sending, self._on_withdrawn, self._on_dropped = on_sending, on_withdrawn, on_dropped
        self._on_refused, self._on_lost = on_refused, on_lost
        self._outbox: deque[Command] = deque()
        # What was admitted last, and where the gondola was before: as much as a sender may queue.
        self._admitted: deque[tuple[Command, tuple[float, float] | None]] = deque(maxlen=64)
        self._waiting: dict[int, tuple[Command, asyncio.Future[None]]] = {}  # by id of the command that is waited for
        self.greeting: asyncio.Future[str] = self._loop.create_future()  # the first that comes
        self._heard: list[str] | None = None  # what the firmware says, while somebody wants it
        self._connection = Connection(
            transport, Sender(profile, self._loop.time()), self._next, self._event, self._lost, tap
        )

    @property
    def sender(self) -> Sender:
        return self._connection.sender

    @property
    def transport(self) -> Transport:
        return self._connection.transport

    @property
    def is_open(self) -> bool:
        return self._connection.is_open

    def pump(self) -> None:
        """There is something to send again."""
        self._connection.pump()

    def realtime(self, data: bytes) -> None:
        """Bytes that the firmware picks out of the stream; they go before everything."""
        self.sender.realtime(data)
        self._connection.pump()

    async def execute(self, commands: Sequence[Command]) -> None:
        """Send commands in order; returns when the last is acknowledged. Raises what stopped them."""
        if not commands:
            return
        if not self.is_open:
            raise PortGone(f"{self.transport.name} is closed.", port=self.transport.name)
        done: asyncio.Future[None] = self._loop.create_future()
        self._waiting[id(commands[-1])] = (commands[-1], done)
        self.enqueue(commands)
        try:
            await done
        finally:
            self._waiting.pop(id(commands[-1]), None)

    def enqueue(self, commands: Sequence[Command]) -> None:
        """Send commands before anything that the source has; nobody waits for them."""
        self._outbox.extend(commands)
        self._connection.pump()

    async def ask(self, commands: Sequence[Command]) -> list[str]:
        """The same, and what the firmware said meanwhile, acknowledgements left out."""
        heard: list[str] = []
        self._heard = heard
        try:
            await self.execute(commands)
        finally:
            self._heard = None
        return heard

    def halt(self, error: DcodeError) -> None:
        """Nothing that is queued goes out; whoever waits gets `error`. What the firmware has, it has."""
        self._outbox.clear()
        never_sent = self.sender.queued
        dropped = self.sender.abort()
        for command in reversed(dropped[len(dropped) - never_sent :]):
            self._take_back(command)
        for command in dropped[: len(dropped) - never_sent]:
            self._on_dropped(command)
        for _, done in self._waiting.values():
            if not done.done():
                done.set_exception(error)

    def restart(self, profile: FirmwareProfile) -> None:
        """A fresh sender on the same port: for a firmware that has been reset, or a sender that gave up."""
        self._connection.replace_sender(Sender(profile, self._loop.time()))

    def close(self, error: DcodeError) -> None:
        """Close the port; whoever waits gets `error`."""
        self.halt(error)
        self._connection.close()

    def _take_back(self, command: Command) -> None:
        """A command that was admitted was never sent: the gondola stays where it was before."""
        if self._admitted and self._admitted[-1][0] is command:
            before = self._admitted.pop()[1]
            if self.guard and before:
                self.guard.set_position(*before)
        self._on_withdrawn(command)

    def _next(self) -> Command | None:
        command = self._outbox.popleft() if self._outbox else self._source()
        if command is None:
            return None
        before = self.guard.position if self.guard else None
        try:
            if self.guard:
                self.guard.admit(command.text)
            self._on_sending(command)
        except DcodeError as error:
            if self.guard and before:
                self.guard.set_position(*before)
            self.halt(error)
            self._loop.call_soon(self._on_refused, error)  # not from inside the loop that fills the window
            return None
        self._admitted.append((command, before))
        return command

    def _event(self, event: Event) -> None:
        if type(event) is Acked:
            waited = self._waiting.get(id(event.command))
            if waited and not waited[1].done():
                waited[1].set_result(None)
            self._on_ack(event.command)
            return
        if type(event) is Greeted and not self.greeting.done():
            self.greeting.set_result(event.text)
        if type(event) is Said and self._heard is not None:
            self._heard.append(event.text)
        self._on_event(event)

    def _lost(self, error: LinkError) -> None:
        self.halt(error)
        self._on_lost(error)
