"""Has programs checked and measured in a process of their own, and takes down what it finds out about a job."""

from __future__ import annotations

import asyncio
import shutil

from dcode.api import jobs as api
from dcode.api.codec import Message
from dcode.daemon.machine_desk import MachineDesk
from dcode.daemon.prepared import MACHINE, Plan, prepared_apart
from dcode.jobs.job import Job
from dcode.jobs.store import JobStore


class Checker:
    """`turn`: whoever has a program worked on apart waits for it (estimates.py)."""

    def __init__(self, store: JobStore, machine: MachineDesk, turn: asyncio.Lock) -> None:
        self._store, self._machine, self._turn = store, machine, turn

    async def check(self, job: Job, wanted: api.Begin | None = None, *, drawing: int | None = None) -> Message:
        """Check the source in a job's folder, or the one that is made there of a drawing; what prepare.py answers.

        `wanted`: what else is to be done to it. Raises what that raises: UnsafeProgram above all.
        """
        rehearse = wanted.rehearse.model_dump() if wanted and wanted.rehearse else None
        how = {"fit": bool(wanted and wanted.fit), "clip": bool(wanted and wanted.clip), "rehearse": rehearse}
        return await self._answered(job, {**how, "drawing": drawing})

    async def grow(self, job: Job, strokes: Message) -> Message:
        """Add strokes to a job's program; see prepare.grow."""
        return await self._answered(job, {"strokes": strokes})

    async def _answered(self, job: Job, wanted: Message) -> Message:
        folder = self._store.files(job.id)
        job.profile, said = self._machine.firmware or (self._machine.profile_for_reading(), "")
        shutil.copyfile(self._machine.keeper.in_use, folder / MACHINE)
        machine = str(folder / MACHINE)
        request = {"folder": str(folder), "machine": machine, "profile": job.profile, "said": said, **wanted}
        async with self._turn:
            answer = await prepared_apart(request)
        report = answer["report"]
        bounds = report["bounds"]
        job.bounds = (bounds["left"], bounds["right"], bounds["top"], bounds["bottom"]) if bounds else None
        job.rows, job.lines, job.digest = answer["rows"], report["lines"], answer["digest"]
        job.draw_mm, job.travel_mm, job.pen_lifts = report["draw_mm"], report["travel_mm"], report["pen_lifts"]
        job.estimate_seconds = answer["seconds"]
        Plan(answer["marks"], answer["seconds"], (job.profile, said), answer["pens"]).write(folder)
        return answer
