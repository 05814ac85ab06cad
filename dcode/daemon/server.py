"""The daemon's socket: requests in, answers and events out, and no client that can hurt another.

A client is bounded in every direction: the length of a message, the requests it may have open, the bytes it may leave
unread. Who reads slowly misses intermediate states; who does not read at all is cut off. All clients together are
bounded as well: in their number, where the newest takes the place of the one that has been silent for the longest, so
that nobody can lock the user out; and in the bytes that they leave half said or unread.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from dcode.api import codec
from dcode.api.codec import BadMessage, Message
from dcode.api.methods import METHODS
from dcode.api.model import Model
from dcode.daemon.held import Held
from dcode.daemon.socket_file import bound, remove
from dcode.errors import DcodeError

MAX_CLIENTS: Final = 64
MAX_WAITING: Final = 4096  # to be accepted, as many as Linux allows; one more is told to try again
ACCEPT_AGAIN_SECONDS: Final = 0.5  # after the system had no descriptor for a client, and none could be won back
MAX_OPEN_REQUESTS: Final = 16  # of one client
MAX_HELD: Final = 32 << 20  # bytes that all clients together may leave half said or unread
MAX_CHANGES: Final = 5000  # that a subscriber has not been told: it is 30 s behind a busy wire
MAX_SHORT: Final = 16 << 10  # bytes of any request but a piece of a file: 16 of each client may be at work
MAX_ID: Final = 100  # characters of a request's id, which is said again in the answer
MAX_SAID: Final = 1000  # characters of what was wrong, in an answer that has to fit
_PIECE: Final = 64 << 10  # of a long message, taken from the stream at a time
EVENT_SECONDS: Final = 0.1  # between two batches of events to one client
UNREAD_SECONDS: Final = 30.0  # how long a client may leave its answers unread

Handler = Callable[[Any, "Client"], Awaitable[Model]]


class Client:
    """One connection. `changes` are what a subscriber has not been told yet, latest state by key."""

    def __init__(self, server: Server, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._server, self._reader, self._writer = server, reader, writer
        self.subscribed = False
        self.gone = False  # it hung up; requests of it may still be at work
        self.uploads: set[str] = set()  # forgotten when the client goes
        self.open_requests = 0
        self._changes: dict[object, bytes] = {}
        self._changed = asyncio.Event()
        self._slots = asyncio.Semaphore(MAX_OPEN_REQUESTS)
        self._sending = asyncio.Lock()

    def tell(self, key: object, line: bytes) -> None:
        """Let a subscriber know; a newer change with the same key takes the place of an older one."""
        if self.subscribed:
            self._changes[key] = line
            self._changed.set()
            if len(self._changes) > MAX_CHANGES:
                self.cut_off()

    @property
    def at_work(self) -> bool:
        """A request of it is being answered."""
        return self.open_requests > 0

    def hang_up(self) -> None:
        """Say goodbye: what it has been answered still reaches it."""
        self._writer.close()

    def cut_off(self) -> None:
        """Hang up, and drop what it has not read."""
        self._writer.transport.abort()

    async def serve(self) -> None:
        """Until the client hangs up or breaks the rules."""
        async with asyncio.TaskGroup() as tasks:
            telling = tasks.create_task(self._tell_changes())
            try:
                while line := await self._read():
                    await self._slots.acquire()
                    self.open_requests += 1
                    self._server.heard(self)
                    tasks.create_task(self._answer(line))
            finally:
                self.gone = True
                telling.cancel()

    async def _read(self) -> bytes:
        """The next message; b"" when there is none any more: at the end, within a line or not, or in one too long."""
        line = bytearray()
        try:
            while len(line) <= codec.MAX_MESSAGE:
                try:
                    return bytes(line + await self._reader.readuntil(b"\n"))
                except asyncio.LimitOverrunError as unended:
                    line += await self._reader.readexactly(unended.consumed)
                    self._server.held.add(self, unended.consumed)
        except asyncio.IncompleteReadError:
            return b""
        finally:
            self._server.held.drop(self, len(line))
        await self._send(codec.failure(None, codec.PARSE_ERROR, "a message may have at most 1 MiB"))
        return b""

    async def _answer(self, line: bytes) -> None:
        """Answer a request. It is at work until the answer is out: one who does not read may not ask for more."""
        try:
            answer = await self._server.answer(line, self)
            if answer:
                await self._send(answer)
        finally:
            self.open_requests -= 1
            self._slots.release()

    async def _tell_changes(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            lines, self._changes = b"".join(self._changes.values()), {}
            await self._send(lines)
            await asyncio.sleep(EVENT_SECONDS)

    async def _send(self, data: bytes) -> None:
        """One writer at a time, so that what waits for a slow reader can be counted."""
        self._server.held.add(self, len(data))
        try:
            async with self._sending, asyncio.timeout(UNREAD_SECONDS):
                self._writer.write(data)
                await self._writer.drain()
        except TimeoutError:
            self.cut_off()
        finally:
            self._server.held.drop(self, len(data))

    async def leave(self) -> None:
        """Hang up, and wait until the last answer is read or has been left lying for too long."""
        self.hang_up()
        try:
            async with asyncio.timeout(UNREAD_SECONDS):
                await self._writer.wait_closed()
        except TimeoutError:
            self.cut_off()


class Server:
    """Listens, dispatches by METHODS, fans events out."""

    def __init__(self, handlers: dict[str, Handler]) -> None:
        assert handlers.keys() == METHODS.keys(), handlers.keys() ^ METHODS.keys()
        self._handlers = handlers
        self._clients: dict[Client, None] = {}  # the one that has been silent for the longest first
        self.held: Held[Client] = Held(MAX_HELD, Client.cut_off)
        self._serving: set[asyncio.Task[Any]] = set()
        self._listener: socket.socket | None = None
        self._accepting: asyncio.Task[None] | None = None
        self.on_gone: Callable[[Client], None] = lambda client: None

    async def listen(self, path: Path) -> None:
        """Bind with mode 0600. A socket that nobody listens on is replaced.

        Raises MachineNotReady where somebody does, ConfigError where there can be no socket.
        """
        self._listener, self._inode = bound(path)
        self._path = path
        self._listener.setblocking(False)
        self._listener.listen(MAX_WAITING)
        self._accepting = asyncio.get_running_loop().create_task(self._accept(self._listener))

    async def close(self) -> None:
        """Listen no more, and hang up on everybody. The socket file goes, if it is still the one that we made."""
        if self._accepting and self._listener:
            self._accepting.cancel()
            await asyncio.wait([self._accepting])
            self._listener.close()
            remove(self._path, self._inode)
        for client in [*self._clients]:
            client.hang_up()
        if self._serving:
            await asyncio.wait(self._serving, timeout=1.0)

    def publish(self, key: object, event: Model) -> None:
        """Tell every subscriber; encoded once, whoever many they are."""
        if any(client.subscribed for client in self._clients):
            line = codec.event(event.model_dump(mode="json"))
            for client in self._clients:
                client.tell(key, line)

    def heard(self, client: Client) -> None:
        """A client has said something: the others have been silent for longer."""
        if client in self._clients:
            self._clients[client] = self._clients.pop(client)

    def _cut_off_a_silent_one(self) -> bool:
        """Make room for another client; one that only listens is the last to go. False: all are at work."""
        idle = [client for client in self._clients if not client.at_work]
        silent = next((client for client in idle if not client.subscribed), next(iter(idle), None))
        if silent is None:
            return False
        del self._clients[silent]
        silent.cut_off()
        return True

    async def _accept(self, listener: socket.socket) -> None:
        """Client by client, with a turn for the others in between.

        Not asyncio's own way: without descriptors it logs and sets timers that multiply (CPython 3.11), and under a
        flood it opens a hundred connections before it closes one.
        """
        loop = asyncio.get_running_loop()
        while True:
            try:
                near, _ = await loop.sock_accept(listener)
            except OSError as error:
                if self._cut_off_a_silent_one():
                    await asyncio.sleep(0)  # then its descriptor is free
                else:
                    logging.warning("no client can be accepted: %s", error.strerror)
                    await asyncio.sleep(ACCEPT_AGAIN_SECONDS)
                continue
            task = loop.create_task(self._connected(near))
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)
            await asyncio.sleep(0)

    async def _connected(self, near: socket.socket) -> None:
        reader, writer = await asyncio.open_unix_connection(sock=near, limit=_PIECE)
        client = Client(self, reader, writer)
        if len(self._clients) >= MAX_CLIENTS and not self._cut_off_a_silent_one():
            writer.write(codec.failure(None, codec.INVALID_REQUEST, f"{MAX_CLIENTS} clients are connected already"))
            writer.close()
            return
        self._clients[client] = None
        try:
            await client.serve()
        except* ConnectionError:
            pass  # the client hung up while something was written to it
        finally:
            self.on_gone(client)
            with contextlib.suppress(ConnectionError):
                await client.leave()
            self._clients.pop(client, None)

    async def answer(self, line: bytes, client: Client) -> bytes:
        """The answer to one line; b"" for a notification, which gets none."""
        try:
            message = codec.decode(line)
        except BadMessage as error:
            return codec.failure(None, error.code, str(error))
        number = message.get("id")
        if not isinstance(number, int | str | None) or isinstance(number, bool):
            return codec.failure(None, codec.INVALID_REQUEST, "an id is a number or a string")
        if len(str(number)) > MAX_ID:
            return codec.failure(None, codec.INVALID_REQUEST, f"an id has at most {MAX_ID} characters")
        if len(line) > MAX_SHORT and message.get("method") != "job.append":
            return codec.failure(number, codec.INVALID_REQUEST, f"this request may have at most {MAX_SHORT} bytes")
        answer = await self._call(message, number, client)
        return answer if "id" in message else b""

    async def _call(self, message: Message, number: int | str | None, client: Client) -> bytes:
        method, params = message.get("method"), message.get("params", {})
        if not isinstance(method, str) or not isinstance(params, dict):
            return codec.failure(number, codec.INVALID_REQUEST, "a request has a method and an object of params")
        if method not in METHODS:
            return codec.failure(number, codec.METHOD_NOT_FOUND, f"there is no method {method[:60]!r}.")
        try:
            checked = METHODS[method].params.model_validate(params)
        except ValidationError as error:
            return codec.failure(number, codec.INVALID_PARAMS, _sentence(method, error))
        try:
            value = await self._handlers[method](checked, client)
            return codec.result(number, value.model_dump(mode="json"))
        except BadMessage as error:
            return codec.failure(number, error.code, str(error))
        except DcodeError as error:
            return _refusal(number, error)
        except OSError as error:  # a full disk, a file that may not be written, no descriptors left
            logging.warning("%s: %s", method, error)
            return codec.failure(number, codec.DCODE_ERROR, _reason(error), {"kind": "DcodeError", "fields": {}})
        except Exception:  # the door where a defect of ours is told, and the daemon goes on
            logging.exception("%s failed", method)
            return codec.failure(number, codec.INTERNAL_ERROR, "The daemon has a defect here; its log has the details.")


def _refusal(number: int | str | None, error: DcodeError) -> bytes:
    """An error of ours as an answer; without its fields where they would not fit (the report of a binary file)."""
    try:
        return codec.failure(number, codec.DCODE_ERROR, error.message, {"kind": error.kind, "fields": error.fields})
    except BadMessage:
        data = {"kind": error.kind, "fields": {}}
        return codec.failure(number, codec.DCODE_ERROR, error.message[:MAX_SAID], data)


def _reason(error: OSError) -> str:
    where = f" ({error.filename})" if error.filename else ""
    return f"The daemon could not do that: {error.strerror or error}{where}."


def _sentence(method: str, error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part)[:MAX_ID] for part in first["loc"]) or "params"
    return f"{method}: {where}: {first['msg'][:MAX_SAID]}."
