"""The queue as clients ask for it."""

from __future__ import annotations

import asyncio
import os
import time
from base64 import b64encode
from pathlib import Path
from typing import Final

from dcode.api import events as tell
from dcode.api import jobs as api
from dcode.api.codec import CHUNK
from dcode.api.model import Nothing
from dcode.api.motion import MotionRows
from dcode.daemon.checker import Checker
from dcode.daemon.drawing_desk import DrawingDesk
from dcode.daemon.job_shown import shown
from dcode.daemon.machine_desk import MachineDesk, Setup
from dcode.daemon.motion_rows import rows_from
from dcode.daemon.prepared import MOTION, SOURCE
from dcode.daemon.readiness import must_be_in_reach, must_be_ready
from dcode.daemon.run_desk import Publish, RunDesk
from dcode.daemon.server import Client
from dcode.daemon.uploads import Uploads
from dcode.errors import JobError
from dcode.jobs.job import AT_THE_MACHINE, ENDED, Job, JobState
from dcode.jobs.store import JobStore

LISTED_BYTES: Final = 700 * 1024  # of jobs in one answer, which must fit a message of 1 MiB
_JOB_BYTES: Final = 700  # of one, its texts left out


class JobDesk:
    """Answers job.*: files come in, are checked, wait, and are looked at afterwards."""

    def __init__(
        self,
        setup: Setup,
        store: JobStore,
        machine: MachineDesk,
        runs: RunDesk,
        checker: Checker,
        drawings: DrawingDesk,
        publish: Publish,
    ) -> None:
        self._store, self._machine, self._runs, self._publish = store, machine, runs, publish
        self._checker, self._drawings = checker, drawings
        self._uploads = Uploads(setup.state_dir / "uploads")

    async def begin(self, params: api.Begin, client: Client) -> api.Upload:
        token = self._uploads.begin(params)
        client.uploads.add(token)
        return api.Upload(upload=token)

    async def append(self, params: api.Append, client: Client) -> api.Appended:
        return api.Appended(received=self._uploads.append(params.upload, params.data))

    async def abort(self, params: api.Upload, client: Client) -> Nothing:
        client.uploads.discard(params.upload)
        self._uploads.forget(params.upload)
        return Nothing()

    def client_gone(self, client: Client) -> None:
        for token in client.uploads:
            self._uploads.forget(token)

    async def commit(self, params: api.Commit, client: Client) -> api.Committed:
        upload = self._uploads.take(params.upload)
        client.uploads.discard(params.upload)
        self._machine.keeper.must_be_sound()
        job = self._store.add(_new(upload.wanted))
        try:
            not_connected = await self._machine.try_to_connect()
            upload.path.rename(self._store.files(job.id) / SOURCE)
            answer = await self._checker.check(job, upload.wanted)
            if params.require_ready:
                must_be_ready(self._machine, not_connected)
                must_be_in_reach(self._machine, job)
            if client.gone:
                raise JobError("The client hung up before the program was queued.")
        except BaseException:
            self._store.forget(job)  # nothing is queued: as if it had never come
            raise
        warnings = self._runs.ink.warnings(answer["pens"])  # of the pens as they are before it begins
        self._runs.waits = False
        job.to(JobState.READY)
        self._runs.changed(job, save=True)
        self._runs.feed_machine()
        return api.Committed(job=shown(job), report=answer["report"], warnings=warnings)

    async def read(self, params: api.Read, client: Client) -> api.Piece:
        path = self._store.files(self._store.get(params.job).id) / SOURCE
        if not path.exists():
            raise JobError(f"Job {params.job} has no program yet.", job=params.job)
        return await asyncio.to_thread(_piece, path, params.offset)

    async def motion(self, params: api.FromRow, client: Client) -> MotionRows:
        path = self._store.files(self._store.get(params.job).id) / MOTION
        try:
            return await asyncio.to_thread(rows_from, path, params.row)
        except (OSError, ValueError) as error:  # not there yet, or being written
            raise JobError(f"Job {params.job} has no checked program.", job=params.job) from error

    async def list_jobs(self, params: Nothing, client: Client) -> api.Jobs:
        return api.Jobs(jobs=self.shown_jobs())

    def shown_jobs(self) -> list[api.Job]:
        """As many as fit an answer, whatever their names are."""
        jobs, room = [], LISTED_BYTES
        for job in self._store.listed():
            jobs.append(shown(job))
            room -= _JOB_BYTES + len(job.name.encode("utf-8", "replace")) + len((job.reason or "").encode())
            if room < 0:
                break
        return jobs

    async def show(self, params: api.JobRef, client: Client) -> api.Job:
        return shown(self._store.get(params.job))

    async def cancel(self, params: api.JobRef, client: Client) -> api.Job:
        """Off the machine, pen up, or off the queue. What an interrupted job has drawn stays in the history."""
        job = self._store.get(params.job)
        if job.state in AT_THE_MACHINE:
            await self._runs.cancel()
        else:
            was_interrupted = job.state is JobState.INTERRUPTED
            self._drawings.cancel(job)
            job.to(JobState.CANCELLED, "Cancelled.")
            job.ended = time.time()
            self._runs.changed(job, save=True)
            if was_interrupted:  # nothing is left of it that the queue would have to wait for
                self._runs.waits = False
                self._runs.feed_machine()
        return shown(job)

    async def move(self, params: api.MoveJob, client: Client) -> api.Jobs:
        self._store.move(self._store.get(params.job), params.to)
        return api.Jobs(jobs=self.shown_jobs())

    async def retry(self, params: api.JobRef, client: Client) -> api.Job:
        job = self._store.get(params.job)
        if not (self._store.files(job.id) / MOTION).exists():
            raise JobError(f"Job {job.id} has no checked program to plot again.", job=job.id)
        job.to(JobState.READY)
        job.row = job.sent_row = job.executed_row = job.sent = job.acked = job.resends = 0
        job.seconds, job.started, job.ended = 0.0, None, None
        job.place = max(other.place for other in self._store.jobs.values()) + 1.0
        self._runs.waits = False
        self._runs.changed(job, save=True)
        self._runs.feed_machine()
        return shown(job)

    async def forget(self, params: api.JobRef, client: Client) -> Nothing:
        job = self._store.get(params.job)
        if job.state not in ENDED:
            raise JobError(f"Job {job.id} is {job.state}: cancel it first.", job=job.id, state=job.state)
        self._store.forget(job)
        self._publish(("job", job.id), tell.JobForgotten(job=job.id))
        return Nothing()


def _new(wanted: api.Begin) -> Job:
    """A job for what was uploaded."""
    placed = "fit" if wanted.fit else "clip" if wanted.clip else "as_is"
    if wanted.rehearse:
        return Job(name=f"rehearsal of {wanted.name}", kind="rehearsal", placed=placed, created=time.time())
    return Job(name=wanted.name, placed=placed, audit=wanted.audit, created=time.time())


def _piece(path: Path, offset: int) -> api.Piece:
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(min(offset, size))
        return api.Piece(data=b64encode(file.read(CHUNK)).decode("ascii"), size=size)
