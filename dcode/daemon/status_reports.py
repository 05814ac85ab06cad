"""The firmware's answers to the byte that asks for its status, each with its question."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Final

from dcode.daemon.channel import Channel
from dcode.streaming.events import Status

_ANSWER_SECONDS: Final = 3.0  # until a question counts as lost; grbl answers within milliseconds, a bad link in seconds


class StatusReports:
    """One question is out at a time.

    What an earlier question brought can have been on its way for long: it tells where the machine was before the hold
    or the line that was sent meanwhile, and must not be taken for the answer to a later one.
    """

    def __init__(self) -> None:
        self.last = Status("", None)
        self._came = asyncio.Event()
        self._asked_at: float | None = None  # when the question that is out was asked

    def take(self, status: Status) -> None:
        """A report has come."""
        self.last, self._asked_at = status, None
        self._came.set()
        self._came = asyncio.Event()

    async def next(self) -> Status:
        """The next report, whoever asked for it."""
        await self._came.wait()
        return self.last

    async def ask(self, channel: Channel, query: bytes) -> Status | None:
        """A report that was asked for now; None when none comes."""
        while self._asked_at is not None:
            await self._answered()
        channel.realtime(query)
        self._asked_at = asyncio.get_running_loop().time()
        return await self._answered()

    async def _answered(self) -> Status | None:
        """The answer to the question that is out; None when it is lost."""
        asked_at = self._asked_at
        assert asked_at is not None
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout_at(asked_at + _ANSWER_SECONDS):
                return await self.next()
        if self._asked_at == asked_at:
            self._asked_at = None
        return None
