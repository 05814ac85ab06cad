"""The daemon's socket: requests in, answers and events out, and no client that can hurt another.

A client is bounded in every direction: the length of a message, the requests it may have open, the bytes it may leave
unread. Who reads slowly misses intermediate states; who does not read at all is cut off.
"""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from dcode.api import codec
from dcode.api.codec import BadMessage, Message
from dcode.api.methods import METHODS, Model
from dcode.errors import DcodeError

MAX_CLIENTS: Final = 256
MAX_OPEN_REQUESTS: Final = 16  # of one client
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
        self._changes: dict[object, bytes] = {}
        self._changed = asyncio.Event()
        self._slots = asyncio.Semaphore(MAX_OPEN_REQUESTS)
        self._sending = asyncio.Lock()

    def tell(self, key: object, line: bytes) -> None:
        """Let a subscriber know; a newer change with the same key takes the place of an older one."""
        if self.subscribed:
            self._changes[key] = line
            self._changed.set()

    def hang_up(self) -> None:
        self._writer.close()

    async def serve(self) -> None:
        """Until the client hangs up or breaks the rules."""
        async with asyncio.TaskGroup() as tasks:
            telling = tasks.create_task(self._tell_changes())
            try:
                while line := await self._read():
                    await self._slots.acquire()
                    tasks.create_task(self._answer(line))
            finally:
                self.gone = True
                telling.cancel()

    async def _read(self) -> bytes:
        try:
            return await self._reader.readline()
        except (ValueError, asyncio.LimitOverrunError):
            await self._send(codec.failure(None, codec.PARSE_ERROR, "a message may have at most 1 MiB"))
            return b""

    async def _answer(self, line: bytes) -> None:
        try:
            answer = await self._server.answer(line, self)
        finally:
            self._slots.release()
        if answer:
            await self._send(answer)

    async def _tell_changes(self) -> None:
        while True:
            await self._changed.wait()
            self._changed.clear()
            lines, self._changes = b"".join(self._changes.values()), {}
            await self._send(lines)
            await asyncio.sleep(EVENT_SECONDS)

    async def _send(self, data: bytes) -> None:
        """One writer at a time, so that what waits for a slow reader is one message and not a heap."""
        async with self._sending:
            try:
                async with asyncio.timeout(UNREAD_SECONDS):
                    self._writer.write(data)
                    await self._writer.drain()
            except TimeoutError:
                self._writer.transport.abort()


class Server:
    """Listens, dispatches by METHODS, fans events out."""

    def __init__(self, handlers: dict[str, Handler]) -> None:
        assert handlers.keys() == METHODS.keys(), handlers.keys() ^ METHODS.keys()
        self._handlers = handlers
        self._clients: set[Client] = set()
        self._serving: set[asyncio.Task[Any]] = set()
        self._server: asyncio.Server | None = None
        self.on_gone: Callable[[Client], None] = lambda client: None

    async def listen(self, path: Path) -> None:
        """Bind with mode 0600. A socket file that nobody listens on is replaced."""
        self._server = await asyncio.start_unix_server(self._connected, sock=_bound(path), limit=codec.MAX_MESSAGE)

    async def close(self) -> None:
        if self._server:
            self._server.close()
        for client in self._clients:
            client.hang_up()
        if self._serving:
            await asyncio.wait(self._serving, timeout=1.0)

    def publish(self, key: object, event: Model) -> None:
        """Tell every subscriber; encoded once, whoever many they are."""
        if any(client.subscribed for client in self._clients):
            line = codec.event(event.model_dump(mode="json"))
            for client in self._clients:
                client.tell(key, line)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        client = Client(self, reader, writer)
        if len(self._clients) >= MAX_CLIENTS:
            writer.write(codec.failure(None, codec.INVALID_REQUEST, f"{MAX_CLIENTS} clients are connected already"))
            writer.close()
            return
        self._clients.add(client)
        task = asyncio.current_task()
        assert task
        self._serving.add(task)
        try:
            await client.serve()
        except* (ConnectionError, BrokenPipeError):
            pass  # the client hung up while something was written to it
        finally:
            self._clients.discard(client)
            self._serving.discard(task)
            self.on_gone(client)
            client.hang_up()

    async def answer(self, line: bytes, client: Client) -> bytes:
        """The answer to one line; b"" for a notification, which gets none."""
        try:
            message = codec.decode(line)
        except BadMessage as error:
            return codec.failure(None, error.code, str(error))
        number = message.get("id")
        if not isinstance(number, int | str | None) or isinstance(number, bool):
            return codec.failure(None, codec.INVALID_REQUEST, "an id is a number or a string")
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
            data = {"kind": error.kind, "fields": error.fields}
            return codec.failure(number, codec.DCODE_ERROR, error.message, data)
        except Exception:  # the door where a defect of ours is told, and the daemon goes on
            logging.exception("%s failed", method)
            return codec.failure(number, codec.INTERNAL_ERROR, "The daemon has a defect here; its log has the details.")


def _bound(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)  # the lock is ours, so this is what a killed daemon left behind
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    old = os.umask(0o177)
    try:
        listener.bind(str(path))
    finally:
        os.umask(old)
    return listener


def _sentence(method: str, error: ValidationError) -> str:
    first = error.errors(include_url=False)[0]
    where = ".".join(str(part) for part in first["loc"]) or "params"
    return f"{method}: {where}: {first['msg']}."
