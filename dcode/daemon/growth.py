"""A program that grows while it is drawn: what the worker has finished goes to its end, a piece at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import asdict

from dcode.api.codec import Message
from dcode.daemon.checker import Checker
from dcode.daemon.run_desk import RunDesk
from dcode.generation.wire import Found, Step
from dcode.jobs.job import Job


class Growth:
    """Of one job. `on_first`: there is a program now.

    Strokes that come while a piece is being added wait for the next: pieces get longer when the board is slow. They
    are whole, so the pen is up wherever the program ends for the time being.
    """

    def __init__(self, job: Job, checker: Checker, runs: RunDesk, on_first: Callable[[], Awaitable[None]]) -> None:
        self._job, self._checker, self._runs, self._on_first = job, checker, runs, on_first
        self._frame: tuple[float, ...] = ()
        self._finished = 0
        self._waiting: Message | None = None
        self._adding: asyncio.Task[None] | None = None

    @property
    def frame(self) -> tuple[float, ...]:
        """What the engine said that the drawing will not leave; empty: it does not draw stroke by stroke."""
        return self._frame

    def take(self, step: Step) -> None:
        """The worker has come further."""
        if not (step.frame and step.strokes and step.finished > self._finished):
            return
        self._frame, self._finished = step.frame, step.finished
        first = step.strokes.first(step.finished)
        self._waiting = asdict(first) | {"frame": step.frame, "all": False}
        if self._adding is None or self._adding.done():
            self._adding = asyncio.get_running_loop().create_task(self._add())

    async def finish(self, found: Found) -> None:
        """The drawing is complete. Raises what adding to it raised."""
        if self._adding:
            await self._adding
        self._waiting = asdict(found.lines) | {"frame": self._frame, "all": True}
        await self._add()

    def stop(self) -> None:
        """Nothing more is added."""
        if self._adding and not self._adding.cancel() and not self._adding.cancelled():
            self._adding.exception()  # it has been told, or something else was before it

    async def _add(self) -> None:
        while (strokes := self._waiting) is not None:
            self._waiting = None
            await self._runs.grow(self._job, self._checker.grow(self._job, strokes), is_last=strokes["all"])
            await self._on_first()
