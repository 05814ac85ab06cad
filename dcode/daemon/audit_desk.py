"""Step-loss audits: the gondola goes to a mark, a user says how far off it is, and that is told and, if wanted, undone.

Nothing moves by itself but where a job asks for a change of pens and was begun with an audit for it: a job that goes
well. After a fault a user has the word.
"""

from __future__ import annotations

import logging

from dcode.api import events as tell
from dcode.api import marks as api
from dcode.daemon.machine_desk import MachineDesk
from dcode.daemon.run_desk import Publish, RunDesk
from dcode.daemon.server import Client
from dcode.errors import DcodeError, JobError, MachineNotReady
from dcode.jobs.job import Job
from dcode.jobs.store import JobStore
from dcode.machine.audit import FURTHEST_MM, Drift
from dcode.machine.marks import Mark


class AuditDesk:
    """Answers plotter.audit and plotter.drift."""

    def __init__(self, store: JobStore, machine: MachineDesk, runs: RunDesk, publish: Publish) -> None:
        self._store, self._machine, self._marks, self._publish = store, machine, runs.marks, publish
        self._runs = runs
        runs.on_pen_change = self._at_pen_change

    async def audit(self, params: api.Audit, client: Client) -> api.Audited:
        """Go to the mark with the pen up."""
        self._machine.must_not_be_led()
        await self._machine.ensure_connected()
        mark = await self._marks.named(params.mark) if params.mark else await self._usual()
        await self._go(mark)
        return api.Audited(mark=api.Mark(**mark._asdict()), status=self._runs.status())

    async def drift(self, params: api.Drift, client: Client) -> api.Drifted:
        """Take what a user saw."""
        self._machine.must_not_be_led()
        found = Drift(params.dx, params.dy)
        at = self._machine.plotter.status.get("position")
        if not at:
            raise MachineNotReady("The plotter's position is not known: dcode register says it.", reason="unregistered")
        if found.mm > FURTHEST_MM:
            raise JobError(
                f"{found.mm:.0f} mm are no drift: at another mark? dcode register says where the gondola is."
            )
        corrected = params.correct and found.is_seen
        if corrected:
            await self._machine.plotter.call("register", x=at[0] + found.dx, y=at[1] + found.dy)
        sentence = found.sentence(corrected=corrected)
        self._tell(sentence, self._take(found))
        return api.Drifted(sentence=sentence, mm=found.mm, corrected=corrected, status=self._runs.status())

    def _take(self, found: Drift) -> Job | None:
        """Keep it with the job at the machine, or with the one that ended last."""
        job = self._store.current() or max(
            (job for job in self._store.jobs.values() if job.ended), key=lambda job: job.ended or 0.0, default=None
        )
        if job:
            job.drift = (found.dx, found.dy)
            self._runs.changed(job, save=True)
        return job

    def _tell(self, sentence: str, job: Job | None) -> None:
        logging.info("audit: %s", sentence)
        self._machine.plotter.tell("note", text=f"audit: {sentence}")
        number = job.id if job else None
        self._publish(("notice", "audit"), tell.Notice(kind="audit", message=sentence, job=number))

    async def _at_pen_change(self, job: Job) -> None:
        """A job that was begun with an audit waits for its next pen: go and let the user look."""
        if job.audit != "mark":
            return
        try:
            mark = await self._usual()
            await self._go(mark)
        except DcodeError as error:
            self._tell(f"There was no audit: {error.message}", job)
            return
        self._tell(
            f"The pen is over {mark.name}, {mark.about}. How far is it off? dcode audit   takes the answer.", job
        )

    async def _usual(self) -> Mark:
        """The mark at which the gondola was registered last, or home."""
        return await self._marks.named(self._marks.last)

    async def _go(self, mark: Mark) -> None:
        await self._machine.plotter.call("jog", dx=0, dy=0, x=mark.x, y=mark.y, feed=None)
