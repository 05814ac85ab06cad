"""Supervisors of workers with fake engines, and who listens to them."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from dcode.generation.keeper import Limits
from dcode.generation.local import LocalWorker
from dcode.generation.request import DrawRequest
from dcode.generation.supervisor import Supervisor
from dcode.generation.wire import Note, Step

ENGINES = (
    *("Fake", "SaysWho", "Endless", "Hung", "Killed", "Greedy", "Noisy", "Chatty", "Defective", "Weightless"),
    "Missing",  # there is no such class
)
# Nothing is waited for: what is not heard at once is killed.
IMPATIENT = Limits(cancel_seconds=0.0, end_seconds=0.0)


def local(**settings: Any) -> LocalWorker:
    """A worker that knows the fake engines by their names in small letters."""
    named = tuple(f"{name.lower()}=tests.generation.fake_engines:{name}" for name in ENGINES)
    return LocalWorker(module="dcode.generation.worker", engines=named, **settings)


def misbehaving(behaviour: str) -> LocalWorker:
    return LocalWorker(module="tests.generation.fake_worker", environment={"BEHAVIOUR": behaviour})


def wish(engine: str, **more: Any) -> DrawRequest:
    return DrawRequest("a horse", engine=engine, **{"seed": 7, **more})


@asynccontextmanager
async def supervised(worker: LocalWorker | None = None, limits: Limits | None = None) -> AsyncIterator[Supervisor]:
    supervisor = Supervisor((worker or local()).open, limits)
    try:
        yield supervisor
    finally:
        await supervisor.close()


class Heard:
    """What a listener has been told, and a way to wait for a certain stage."""

    def __init__(self) -> None:
        self.told: list[Step | Note] = []
        self._came = asyncio.Event()

    def __call__(self, told: Step | Note) -> None:
        if isinstance(told, Step) and told.stage == "endless":
            return  # there are many
        self.told.append(told)
        self._came.set()

    @property
    def stages(self) -> list[str]:
        return [told.stage for told in self.told if isinstance(told, Step)]

    async def pid(self) -> int:
        """The worker's, once it has said it: it is in the middle of the drawing then."""
        while True:
            for stage in self.stages:
                if stage.startswith("pid "):
                    return int(stage.removeprefix("pid "))
            await self._came.wait()
            self._came.clear()


async def gone(pid: int) -> None:
    """Until the process has ended and is reaped."""
    try:
        handle = os.pidfd_open(pid)
    except ProcessLookupError:
        return
    ended = asyncio.Event()
    asyncio.get_running_loop().add_reader(handle, ended.set)
    try:
        await ended.wait()
    finally:
        asyncio.get_running_loop().remove_reader(handle)
        os.close(handle)
