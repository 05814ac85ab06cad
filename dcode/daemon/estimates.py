"""What jobs are said to take, kept in step with the firmware that will plot them.

A program is estimated when it is queued. What its firmware drives, belts or rails, that may say only when it is
connected; and another one may be connected by then.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable

from dcode.daemon.machine_desk import MachineDesk
from dcode.daemon.prepared import Plan, prepared_apart
from dcode.errors import DcodeError
from dcode.jobs.job import Job
from dcode.jobs.store import JobStore

Try = tuple[int, tuple[str, str]]  # a job, and the firmware that it was to be estimated for


class Estimates:
    """`on_new`: a job has another plan. `turn`: whoever has a program worked on apart waits for it, one at a time."""

    def __init__(self, store: JobStore, machine: MachineDesk, on_new: Callable[[Job, Plan], None]) -> None:
        self.turn = asyncio.Lock()  # one big file at a time is enough for a small board
        self._store, self._machine, self._on_new = store, machine, on_new
        self._working: asyncio.Task[None] | None = None
        self._looked: tuple[str, str] | None = None

    def look(self, *, at_all: bool = False) -> None:
        """See to it that what waits and what is at the machine is estimated for the firmware that is connected.

        Nothing is done where that is the one of the last look, unless `at_all`.
        """
        heard = self._machine.heard
        if heard and (at_all or heard != self._looked):
            self._looked = heard
            if self._working is None or self._working.done():
                self._working = asyncio.get_running_loop().create_task(self._work())

    async def close(self) -> None:
        """End what is under way."""
        if self._working:
            self._working.cancel()
            await asyncio.wait([self._working])

    async def _work(self) -> None:
        tried = set[Try]()
        while (firmware := self._machine.firmware) and (job := self._next(firmware, tried)):
            tried.add((job.id, firmware))
            try:
                async with self.turn:
                    await self._again(job, firmware)
            except (DcodeError, OSError) as error:  # it stays as it was
                logging.warning("job %d was not estimated again: %s", job.id, error)

    def _next(self, firmware: tuple[str, str], tried: set[Try]) -> Job | None:
        current = self._store.current()
        for job in [*([current] if current else []), *self._store.waiting()]:
            if job.digest and (job.id, firmware) not in tried:
                plan = Plan.read(self._store.files(job.id))
                if plan and plan.firmware != firmware:
                    return job
        return None

    async def _again(self, job: Job, firmware: tuple[str, str]) -> None:
        folder = self._store.files(job.id)
        profile, said = firmware
        machine = str(self._machine.keeper.in_use)
        answer = await prepared_apart(
            {"folder": str(folder), "machine": machine, "profile": profile, "said": said, "timed": True}
        )
        if job.id in self._store.jobs:
            plan = Plan(answer["marks"], answer["seconds"], firmware, answer["pens"])
            plan.write(folder)
            self._on_new(job, plan)
