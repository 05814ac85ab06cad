"""The job at the machine as clients ask for it, the feeding of the machine from the queue, and resuming."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

from dcode.api import events as tell
from dcode.api import pens
from dcode.api import recovery as api
from dcode.api.codec import Message
from dcode.api.model import Model, Nothing
from dcode.api.status import Status
from dcode.daemon.estimates import Estimates
from dcode.daemon.ink_keeper import InkKeeper
from dcode.daemon.interrupted import Interrupted
from dcode.daemon.job_shown import adjusted_words, shown
from dcode.daemon.machine_desk import MachineDesk
from dcode.daemon.mark_desk import MarkDesk
from dcode.daemon.prepared import JOURNAL, MOTION, Plan
from dcode.daemon.proof import Proof
from dcode.daemon.readiness import must_be_in_reach, must_be_ready
from dcode.daemon.recovery import Interruption
from dcode.daemon.remaining import Left, Remaining, RunningClock
from dcode.daemon.server import Client
from dcode.errors import DcodeError, JobError, JournalError, LinkError, MachineNotReady
from dcode.gcode.place import Place
from dcode.jobs.job import AT_THE_MACHINE, ENDED, Job, JobState
from dcode.jobs.store import JobStore

SAVE_SECONDS: Final = 5.0  # between two writes of a running job's progress: an SD card wears
_COUNTED: Final = {
    "lines_sent": "sent",
    "lines_acked": "acked",
    "resends": "resends",
    "row": "row",
    "sent_row": "sent_row",
    "executed_row": "executed_row",
}

Publish = Callable[[object, Model], None]


class RunDesk:
    """Answers what of plotter.* concerns a run, and job.recovery; gives the next job to an idle, registered machine."""

    def __init__(
        self,
        store: JobStore,
        machine: MachineDesk,
        ink: InkKeeper,
        publish: Publish,
        status: Callable[[], Status],
    ) -> None:
        self.ink = ink
        self._store, self._machine, self._publish, self._status = store, machine, publish, status
        self._plotter = machine.plotter
        self.waits = False  # a job was interrupted: the next one waits for the user
        self._beginning: asyncio.Task[None] | None = None
        self._remaining: Remaining | None = None
        self._running = RunningClock(0.0)  # for that: pauses are no part of the pace
        self._run_began = 0.0
        self._saved_at = 0.0
        self._before: dict[str, int] = {}  # what earlier attempts of the job have counted
        self._tasks: set[asyncio.Task[None]] = set()
        self._growing = asyncio.Lock()  # a program that is begun does not change meanwhile
        self.on_rest_wanted: Callable[[Job], Awaitable[None]] = _nobody  # a job to be resumed is not drawn to its end
        self.on_given_up: Callable[[Job], None] = lambda job: None  # nobody wants the rest of a job
        machine.on_ready = self.feed_machine
        self.on_pen_change: Callable[[Job], Coroutine[Any, Any, None]] | None = None
        self.estimates = Estimates(store, machine, self._estimated)
        self.interrupted = Interrupted(store)
        self.marks = MarkDesk(machine, self.interrupted.interruption, status)
        self._proof = Proof(store, machine, self.marks)

    @property
    def held_back(self) -> bool:
        """Jobs wait although the machine may be ready: one was interrupted, and nothing is to move by itself then."""
        return self.waits and bool(self._store.waiting())

    @property
    def why_held_back(self) -> str:
        interrupted = ", because a job was interrupted" if self.interrupted.last() else ""
        return f"The queue waits{interrupted}: dcode resume goes on."

    def status(self) -> Status:
        """As clients are told."""
        return self._status()

    def left(self) -> Left | None:
        """How long the job at the machine still takes."""
        return self._remaining.left(self._running.seconds(time.monotonic())) if self._remaining else None

    # -- what is asked of the job at the machine -----------------------------------------------------------------------

    async def pause(self, params: api.Pause, client: Client) -> Status:
        await self._begun()
        await self._plotter.call("pause", now=params.now)
        return self._status()

    async def cancel(self) -> None:
        """End the job at the machine."""
        await self._begun()
        await self._plotter.call("cancel")

    async def stop(self, params: Nothing, client: Client) -> Status:
        self.waits = True
        if await self._plotter.call("stop", other_reset=self._machine.is_simulated):
            await self._machine.reset_board()
        return self._status()

    # -- resuming ------------------------------------------------------------------------------------------------------

    async def resume(self, params: api.Resume, client: Client) -> Status:
        """Go on with a paused or an interrupted job; where there is none, let a queue go on that is held back."""
        job = self._store.get(params.job) if params.job else self._store.current() or self.interrupted.last()
        if job is None and self.waits:
            self.waits = False
            self.feed_machine()
        elif job is None or job.state in AT_THE_MACHINE:
            await self.go_on_paused(params.back_mm if params.how == "back" else 0.0, None)
        elif job.state is JobState.INTERRUPTED:
            await self.go_on(job, params.how, params.back_mm)
        else:
            raise JobError(f"Job {job.id} is {job.state}: there is nothing to resume.", job=job.id, state=job.state)
        return self._status()

    async def go_on_paused(self, back_mm: float, fresh: bool | None) -> None:
        """Go on with the job at the machine, with the pen that it asked for; first with its last ink once more."""
        await self.ink.about_to_go_on(goes_back=back_mm > 0)
        await self._plotter.call("resume", back_mm=back_mm, fresh=fresh)

    async def recovery(self, params: api.Recover, client: Client) -> api.Recovery:
        job = self._store.get(params.job) if params.job else self.interrupted.last()
        if job is None or job.state is not JobState.INTERRUPTED:
            which = f"Job {job.id} is {job.state}" if job else "No job was interrupted"
            raise JobError(f"{which}: there is nothing to recover.", job=job.id if job else 0)
        found = await asyncio.to_thread(Interruption.read, self._store.files(job.id))
        return found.shown(shown(job), params.back_mm, registered=bool(self._plotter.status.get("registered")))

    async def go_on(self, job: Job, how: str, back_mm: float) -> None:
        """Begin the rest of an interrupted job. Raises MachineNotReady, LimitError, UnsafeProgram; then it stays so."""
        must_be_ready(self._machine, None)
        self._machine.keeper.look()
        if self._store.current():
            raise MachineNotReady("Another job is at the machine.", reason="busy")
        if job.growing:
            await self.on_rest_wanted(job)
        folder = self._store.files(job.id)
        found = await asyncio.to_thread(Interruption.read, folder)
        begin = found.begin(how, back_mm)
        begin = await self._proof.checked_again(job, begin)
        self.waits = False
        self._forget_adjusted(job)
        self._take(job)
        await self._begin(job, begin)
        if job.state is JobState.INTERRUPTED:
            raise JobError(f"Job {job.id} was not resumed: {job.reason}", job=job.id)

    def _forget_adjusted(self, job: Job) -> None:
        """What was adjusted while it was drawn is not taken up again, and that is said."""
        if job.is_adjusted:
            sentence = f"Job {job.id} goes on with the pens and feeds of machine.json: {adjusted_words(job)} before."
            self._publish(("notice", "adjusted"), tell.Notice(kind="adjusted", message=sentence, job=job.id))
        job.feed_override, job.pen_offsets = 100.0, {}

    # -- feeding the machine -------------------------------------------------------------------------------------------

    def feed_machine(self) -> None:
        """Give the next job to an idle, registered machine."""
        self._machine.keeper.look()
        status = self._plotter.status
        waiting = [job for job in self._store.waiting() if job.state is JobState.READY and not job.held]
        if self._machine.led_by:
            waiting = [job for job in waiting if job.name == self._machine.led_job]
        if not waiting or self.waits or self._store.current():
            return
        if status["state"] == "idle" and status["registered"]:
            self._take(waiting[0])
            self._beginning = self._start(self._begin(waiting[0], None))

    def _take(self, job: Job) -> None:
        """A job comes to the machine, for the first time or again."""
        job.to(JobState.PLOTTING)
        now = time.monotonic()
        job.started, self._run_began, self._saved_at = job.started or time.time(), now - job.seconds, now
        self._before = {name: getattr(job, name) for name in ("sent", "acked", "resends")}
        self.changed(job, save=True)

    async def _begun(self) -> None:
        """A job that is about to begin has begun: what is asked of it now reaches it."""
        if self._beginning:
            await asyncio.wait([self._beginning])

    async def _begin(self, job: Job, begin: Place | None) -> None:
        try:
            async with self._growing:
                await self._run(job, begin)
        except (DcodeError, OSError) as error:
            resumable = begin is not None or isinstance(error, JournalError | LinkError | MachineNotReady)
            self._end(job, JobState.INTERRUPTED if resumable else JobState.FAILED, str(error))

    async def _run(self, job: Job, begin: Place | None) -> None:
        folder = self._store.files(job.id)
        must_be_in_reach(self._machine, job)
        await self._proof.prove(job)
        self._running = RunningClock(time.monotonic())
        self._plan(job, Plan.read(folder))
        self.estimates.look(at_all=True)
        if begin is None:
            (folder / JOURNAL).unlink(missing_ok=True)  # of an earlier plotting of the same job
        await self._plotter.call(
            "run",
            job=job.id,
            motion=str(folder / MOTION),
            journal=str(folder / JOURNAL),
            digest=job.digest,
            begin=begin,
            growing=job.growing,
            in_hand=self.ink.ledger.in_hand,
            laid=self.ink.ledger.laid(),
        )

    def _plan(self, job: Job, plan: Plan | None) -> None:
        """Go by a plan from now on."""
        if plan is None:
            raise JobError("The estimate of the program is gone: send it again.", job=job.id)
        speed = self._machine.speed  # a simulated plotter's seconds are shorter
        self._remaining = Remaining([(row, at / speed) for row, at in plan.marks], plan.seconds / speed)
        self._remaining.look(job.executed_row, self._running.seconds(time.monotonic()))

    async def grow(self, job: Job, adding: Coroutine[Any, Any, Message], *, is_last: bool) -> None:
        """Have rows added to the end of a job's program; where it is at the machine it goes on with them."""
        async with self._growing:
            await adding
            job.growing = not is_last
            if self._store.current() is job:
                self._plan(job, Plan.read(self._store.files(job.id)))
                motion = self._store.files(job.id) / MOTION
                await self._plotter.call("grow", job=job.id, motion=str(motion), growing=job.growing)
        self.changed(job, save=True)

    def _estimated(self, job: Job, plan: Plan) -> None:
        """A job is estimated anew, for the firmware that is connected now."""
        job.estimate_seconds = plan.seconds
        if job is self._store.current() and self._remaining:
            self._plan(job, plan)
        self.changed(job, save=True)

    def plotter_says(self, message: Message) -> None:
        """What comes from the plotter process, in the order in which it happened."""
        self.ink.plotter_says(message)
        match message["event"]:
            case "status":
                self._progress()
                self.estimates.look()
            case "run":
                self._run_changed(self._store.get(message["job"]), message)
            case "notice":
                self._publish(message["kind"], tell.Notice(kind=message["kind"], message=message["message"]))
            case "lost":
                self._machine.port_was_lost()
            case "gone":
                job = self._store.current()
                if job:
                    self._end(job, JobState.INTERRUPTED, message["reason"])
        self._publish("status", tell.StatusChanged(status=self._status()))

    def _progress(self) -> None:
        job = self._store.current()
        if job:
            self._take_counts(job, self._plotter.status)
            if self._remaining and job.state is JobState.PLOTTING:
                self._remaining.look(job.executed_row, self._running.seconds(time.monotonic()))
            due = time.monotonic() - self._saved_at > SAVE_SECONDS
            self.changed(job, save=due)
        else:
            self.feed_machine()

    def _take_counts(self, job: Job, counts: Message) -> None:
        for theirs, ours in _COUNTED.items():
            now = counts.get(theirs, 0) + self._before.get(ours, 0)
            setattr(job, ours, now if ours == "executed_row" else max(getattr(job, ours), now))
        job.feed_override = counts.get("feed_override", job.feed_override)
        job.pen_offsets = counts.get("pen_offsets", job.pen_offsets)
        job.seconds = self._run_seconds(job)

    def _run_seconds(self, job: Job) -> float:
        return round(time.monotonic() - self._run_began, 3) if job.state in AT_THE_MACHINE else job.seconds

    def _run_changed(self, job: Job, message: Message) -> None:
        self._take_counts(job, message)
        state = JobState(message["state"])
        if state in ENDED:
            self._end(job, state, message["reason"])
        elif state is not job.state:
            (self._running.hold if state is JobState.PAUSED else self._running.go_on)(time.monotonic())
            job.to(state, message["reason"])
            self.changed(job, save=True)
            if asks := message.get("asks"):
                self._publish(("pen_change", job.id), tell.PenChange(job=job.id, asks=pens.Asked(**asks)))
            if message.get("between_pens") and self.on_pen_change:
                self._start(self.on_pen_change(job))

    def _end(self, job: Job, state: JobState, reason: str | None) -> None:
        job.seconds = self._run_seconds(job)
        job.to(state, reason)
        job.ended = time.time()
        if state is JobState.DONE:
            job.row = job.sent_row = job.executed_row = job.rows
        if state is not JobState.INTERRUPTED and job.growing:
            job.growing = False
            self.on_given_up(job)
        if state in (JobState.DONE, JobState.CANCELLED):
            (self._store.files(job.id) / JOURNAL).unlink(missing_ok=True)
        self.waits = state is JobState.INTERRUPTED
        self._remaining = None
        self.changed(job, save=True)
        self._machine.keeper.job_ended()
        self.feed_machine()

    def changed(self, job: Job, *, save: bool) -> None:
        """Tell the clients, and keep it if it matters after a crash."""
        if save:
            self._saved_at = time.monotonic()
            try:
                self._store.save(job)
            except JobError as error:  # the plot goes on: its journal knows better than this row, and has room kept
                logging.error("job %d: %s", job.id, error.message)
                self._publish("disk", tell.Notice(kind="disk", message=error.message, job=job.id))
        self._publish(("job", job.id), tell.JobChanged(job=shown(job)))

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


async def _nobody(job: Job) -> None:
    pass
