"""That a job which begins, or goes on, is as it was checked, and for the machine as it is now."""

from __future__ import annotations

import asyncio
import shutil

from dcode.daemon.machine_desk import MachineDesk
from dcode.daemon.mark_desk import MarkDesk
from dcode.daemon.prepared import MACHINE, MOTION, digest, prepared_apart
from dcode.errors import JobError
from dcode.gcode.motion import Motion
from dcode.gcode.place import Place, beginning
from dcode.geometry.similarity import Similarity
from dcode.jobs.job import Job
from dcode.jobs.store import JobStore


class Proof:
    """Compares the digests of jobs, and checks again what was checked for another machine or another sheet."""

    def __init__(self, store: JobStore, machine: MachineDesk, marks: MarkDesk) -> None:
        self._store, self._machine, self._marks = store, machine, marks

    async def checked_again(self, job: Job, begin: Place) -> Place:
        """The program of an interrupted job proved for the machine as it is now, and for a sheet that was hung anew.

        What pen or feed machine.json has since is taken; only what would leave the limits is refused.
        """
        folder, sheet = self._store.files(job.id), self._marks.sheet
        found = await asyncio.to_thread(digest, folder / MOTION, self._machine.keeper.in_use)
        if found == job.digest and sheet is None:
            return begin
        place = await self._check_again(job, begin, sheet)
        self._marks.sheet = None
        return place

    async def _check_again(self, job: Job, begin: Place, sheet: Similarity | None) -> Place:
        folder = self._store.files(job.id)
        machine = folder / f".{MACHINE}"
        shutil.copyfile(self._machine.keeper.in_use, machine)
        request = {"folder": str(folder), "machine": str(machine), "again": True, "place": begin}
        if sheet:
            request["sheet"] = [sheet.factor.real, sheet.factor.imag, sheet.shift.real, sheet.shift.imag]
        answer = await prepared_apart(request)
        machine.replace(folder / MACHINE)
        job.digest = answer["digest"]
        self._store.save(job)
        return Place(*answer["place"])

    async def prove(self, job: Job) -> None:
        """Prove that a job which begins is as it was checked; for another machine than then it is checked again.

        Raises JobError for a program that was changed, UnsafeProgram where the machine has become too small for it.
        """
        folder = self._store.files(job.id)
        if await asyncio.to_thread(digest, folder / MOTION, self._machine.keeper.in_use) == job.digest:
            return
        checked_for = folder / MACHINE
        if not checked_for.exists() or await asyncio.to_thread(digest, folder / MOTION, checked_for) != job.digest:
            raise JobError("The program has changed since the check: send it again.", job=job.id)
        await self._check_again(job, beginning(Motion.load(folder / MOTION)), None)
