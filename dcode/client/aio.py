"""The client for an event loop: many calls at once over one connection, and events as they come.

The connection is made once. When it breaks, every open call and `events` raise DaemonUnreachable: whoever wants to go
on makes a new client, and knows that the daemon may have changed meanwhile.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Self

from dcode.api import codec
from dcode.client.failures import rebuild
from dcode.client.sync import ANSWER_WITHIN, SLOW
from dcode.errors import DaemonUnreachable, DcodeError


class AsyncClient:
    """One connection to the daemon."""

    def __init__(self, path: Path, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._path, self._reader, self._writer = path, reader, writer
        self._number = 0
        self._waiting: dict[int, asyncio.Future[codec.Message]] = {}
        self._events: asyncio.Queue[codec.Message | None] = asyncio.Queue()
        self._listening = asyncio.get_running_loop().create_task(self._listen())
        self._broken: DcodeError | None = None

    @classmethod
    async def connect(cls, path: Path) -> Self:
        """Raises DaemonUnreachable when nothing listens at `path`."""
        try:
            streams = await asyncio.open_unix_connection(str(path), limit=codec.MAX_MESSAGE + 1)
        except OSError as error:
            raise DaemonUnreachable("No daemon is running.", reason="absent", socket=str(path)) from error
        return cls(path, *streams)

    async def close(self) -> None:
        """Hang up. The daemon goes on with whatever it does."""
        self._listening.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._listening
        self._hang_up("was left")

    async def call(self, method: str, /, **params: Any) -> codec.Message:
        """The result of one method of dcode.api.methods.

        Raises the DcodeError that the daemon raised, or DaemonUnreachable when the connection breaks or no answer
        comes in time. A call that is cancelled is carried out all the same.
        """
        if self._broken is not None:
            raise self._broken
        self._number += 1
        number, answer = self._number, asyncio.get_running_loop().create_future()
        self._waiting[number] = answer
        try:
            async with asyncio.timeout(max(ANSWER_WITHIN, SLOW.get(method, 0.0))):
                self._writer.write(codec.request(method, params, number))
                await self._writer.drain()
                message: codec.Message = await answer
        except (TimeoutError, OSError) as error:
            raise self._hang_up("did not answer in time" if isinstance(error, TimeoutError) else "hung up") from error
        finally:
            self._waiting.pop(number, None)
        if message.get("error") is not None:
            raise rebuild(message["error"])
        result = message.get("result")
        return result if isinstance(result, dict) else {}

    async def events(self) -> AsyncIterator[codec.Message]:
        """What the daemon tells a subscriber (dcode.api.events), in order.

        For one reader. Raises DaemonUnreachable, which says why, when the connection ends.
        """
        while (event := await self._events.get()) is not None:
            yield event
        assert self._broken is not None
        raise self._broken

    async def _listen(self) -> None:
        try:
            while line := await self._reader.readline():
                self._take(codec.decode(line))
        except (OSError, ValueError) as error:  # BadMessage is one; so is a line beyond the limit
            self._hang_up(f"sent a line that cannot be read ({error})" if isinstance(error, ValueError) else "hung up")
        else:
            self._hang_up("hung up")

    def _take(self, message: codec.Message) -> None:
        if "id" not in message:
            params = message.get("params")
            if message.get("method") == "event" and isinstance(params, dict):
                self._events.put_nowait(params)
            return
        answer = self._waiting.get(message["id"]) if isinstance(message["id"], int) else None
        if answer is not None and not answer.done():
            answer.set_result(message)

    def _hang_up(self, what: str) -> DcodeError:
        """The end of this connection, the same error for whoever waits or asks later."""
        if self._broken is None:
            self._broken = DaemonUnreachable(f"The daemon {what}.", reason="lost", socket=str(self._path))
            self._writer.close()
            self._events.put_nowait(None)
            for answer in self._waiting.values():
                if not answer.done():
                    answer.set_exception(self._broken)
        return self._broken
