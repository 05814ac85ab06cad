"""`dcode worker serve`: lets others draw with this computer's worker, over TCP, with a token.

To a client it looks like a worker of its own: the same messages. Behind it is one supervisor with one worker process;
requests of all clients take turns. Nothing is read of one who has not proved that it knows the token.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from dataclasses import replace
from typing import Final

from dcode.errors import DcodeError
from dcode.generation.handshake import Refused, admit
from dcode.generation.link import Unended, read_line
from dcode.generation.outbox import Outbox, Overfull
from dcode.generation.remote import keep_alive
from dcode.generation.supervisor import Supervisor
from dcode.generation.wire import (
    MAX_REQUEST,
    MAX_SAID,
    PROTOCOL,
    Answer,
    BadMessage,
    Cancel,
    Done,
    Draw,
    Failed,
    Note,
    Ready,
    Step,
    encode,
    read_request,
)
from dcode.generation.workbench import CANCELLED

MAX_CLIENTS: Final = 16  # that know the token
MAX_STRANGERS: Final = 16  # that have not proved it yet; the next one takes the place of the first
MAX_OPEN_REQUESTS: Final = 8  # of one client
ADMIT_SECONDS: Final = 10.0  # for proving the token
UNREAD_SECONDS: Final = 60.0  # how long a client may leave a line unread


class Serving:
    """Listens, and serves whoever knows the token."""

    def __init__(self, supervisor: Supervisor, token: bytes) -> None:
        self._supervisor, self._token = supervisor, token
        self._connections = set[asyncio.Task[None]]()
        self._strangers: dict[asyncio.Task[None], None] = {}  # those of them, the first first
        self._server: asyncio.Server | None = None

    async def listen(self, host: str, port: int) -> list[tuple[str, int]]:
        """Begin to listen; host and port of each socket. Port 0 is any free one. Raises OSError."""
        self._server = await asyncio.start_server(self._connected, host, port, limit=MAX_REQUEST)
        return [one.getsockname()[:2] for one in self._server.sockets]

    async def close(self) -> None:
        """Hang up on everybody and end the worker."""
        if self._server:
            self._server.close()
        for task in self._connections:
            task.cancel()
        if self._connections:
            await asyncio.wait(self._connections)
        await self._supervisor.close()

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task
        if len(self._strangers) >= MAX_STRANGERS:
            next(iter(self._strangers)).cancel()  # nobody may lock out the user by just being there
        self._connections.add(task)
        self._strangers[task] = None
        try:
            await self._serve(reader, writer, task)
        except asyncio.CancelledError:  # by `close`, or for another stranger; asyncio logs it where it gets out of here
            pass
        finally:
            self._strangers.pop(task, None)
            writer.transport.abort()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
            self._connections.discard(task)

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, task: asyncio.Task[None]
    ) -> None:
        peer = writer.get_extra_info("peername")
        where = f"{peer[0]}:{peer[1]}" if peer else "a client that is gone"
        try:
            async with asyncio.timeout(ADMIT_SECONDS):
                await admit(reader, writer, self._token)
        except (Refused, TimeoutError, OSError) as error:
            logging.warning("%s was not admitted: %s", where, error or "it took too long")
            return
        self._strangers.pop(task, None)
        if len(self._connections) - len(self._strangers) > MAX_CLIENTS:
            logging.warning("%s is one client too many", where)
            return
        keep_alive(writer)
        logging.info("%s is connected", where)
        try:
            await Client(self._supervisor, reader, writer).serve()
        except* (BadMessage, Unended, TimeoutError, OSError) as errors:
            logging.warning("%s is cut off: %s", where, errors.exceptions[0])
        logging.info("%s is gone", where)


class Client:
    """One connection of somebody who knows the token."""

    def __init__(self, supervisor: Supervisor, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._supervisor, self._reader, self._writer = supervisor, reader, writer
        self._outbox = Outbox()
        self._filled = asyncio.Event()
        self._drawing: dict[int, asyncio.Task[None]] = {}

    async def serve(self) -> None:
        """Until it hangs up or breaks the rules; what it was having drawn is then cancelled."""
        async with asyncio.TaskGroup() as tasks:
            sending = tasks.create_task(self._send())
            try:
                await self._greet()
                while line := await read_line(self._reader, MAX_REQUEST):
                    self._take(line, tasks)
            finally:
                sending.cancel()
                for task in self._drawing.values():
                    task.cancel()

    async def _greet(self) -> None:
        """Ready, once the worker is; where it does not start, why."""
        try:
            self._say(Ready(PROTOCOL, await self._supervisor.engines()))
        except DcodeError as error:
            self._say(_failed(0, error, ending=True))

    def _take(self, line: bytes, tasks: asyncio.TaskGroup) -> None:
        message = read_request(line)
        if isinstance(message, Cancel):
            if task := self._drawing.get(message.id):
                task.cancel()
            return
        if message.id in self._drawing or len(self._drawing) >= MAX_OPEN_REQUESTS:
            raise BadMessage(f"request {message.id} is one too many")
        task = self._drawing[message.id] = tasks.create_task(self._draw(message))
        task.add_done_callback(lambda _: self._drawing.pop(message.id, None))

    async def _draw(self, draw: Draw) -> None:
        def listener(told: Step | Note) -> None:
            self._say(replace(told, id=draw.id))

        try:
            drawings = await self._supervisor.draw(draw.request, listener)
        except DcodeError as error:
            self._say(_failed(draw.id, error))
        except asyncio.CancelledError:
            self._say(Failed(draw.id, "GenerationError", "The drawing was cancelled.", CANCELLED))
            raise
        else:
            for found in drawings.found:
                self._say(replace(found, id=draw.id))
            self._say(Done(draw.id))

    def _say(self, answer: Answer) -> None:
        """Have it sent. A client for which no more can be kept is cut off; nothing is raised into the supervisor."""
        try:
            line = encode(answer)
            if isinstance(answer, Step):
                self._outbox.step(answer.id, line)
            else:
                self._outbox.say(line)
        except (Overfull, BadMessage) as error:
            logging.warning("a client is cut off: %s", error)
            self._writer.transport.abort()
        self._filled.set()

    async def _send(self) -> None:
        while True:
            await self._filled.wait()
            self._filled.clear()
            while line := self._outbox.next():
                async with asyncio.timeout(UNREAD_SECONDS):
                    self._writer.write(line)
                    await self._writer.drain()


def _failed(number: int, error: DcodeError, *, ending: bool = False) -> Failed:
    """An error for the other computer, with the last line that the worker here wrote."""
    words = error.fields.get("last_words")
    last = f" Its last words: {words[-1]}" if isinstance(words, list) and words else ""
    message = f"{error.message}{last}"[:MAX_SAID]
    return Failed(number, error.kind, message, str(error.fields.get("reason", ""))[:MAX_SAID], ending)
