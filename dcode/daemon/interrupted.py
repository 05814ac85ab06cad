"""The jobs that were interrupted, and what is known of where that was."""

from __future__ import annotations

import asyncio

from dcode.daemon.prepared import JOURNAL
from dcode.daemon.recovery import Interruption
from dcode.jobs.history import boot_id, read_history
from dcode.jobs.job import Job, JobState
from dcode.jobs.store import JobStore


class Interrupted:
    """Looks for them in the queue. All is about the one that was interrupted last."""

    def __init__(self, store: JobStore) -> None:
        self._store = store

    def last(self) -> Job | None:
        """The one that was interrupted last."""
        interrupted = [job for job in self._store.jobs.values() if job.state is JobState.INTERRUPTED]
        return max(interrupted, key=lambda job: job.ended or 0.0, default=None)

    async def stood(self) -> tuple[float, float] | None:
        """Where the machine came to rest when a daemon ended in the middle of a job, if it says so itself as well."""
        job = self.last()
        if job is None:
            return None
        found = await asyncio.to_thread(read_history, self._store.files(job.id) / JOURNAL)
        stood = found.stood if found and found.begin.boot and found.begin.boot == boot_id() else None
        return (stood.x, stood.y) if stood else None

    async def interruption(self) -> Interruption | None:
        """For those who look for marks on the paper."""
        job = self.last()
        return await asyncio.to_thread(Interruption.read, self._store.files(job.id)) if job else None
