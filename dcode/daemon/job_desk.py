"""The queue as clients ask for it, and the feeding of the machine from it."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Coroutine
from typing import Any, Final

from dcode.api import events as tell
from dcode.api import methods as api
from dcode.api.codec import Message
from dcode.daemon.machine_desk import MachineDesk, Setup
from dcode.daemon.prepared import MOTION, PLAN, SOURCE, digest, prepared_apart
from dcode.daemon.remaining import Remaining
from dcode.daemon.server import Client
from dcode.daemon.uploads import Pending, Uploads
from dcode.errors import DcodeError, JobError, MachineNotReady
from dcode.geometry.bounds import Bounds
from dcode.jobs.job import AT_THE_MACHINE, ENDED, Job, JobState
from dcode.jobs.store import JobStore

LISTED: Final = 1000  # jobs in one answer, which must fit a message of 1 MiB
SAVE_SECONDS: Final = 5.0  # between two writes of a running job's progress: an SD card wears
_EDGE_MM: Final = 0.01  # firmwares say their limits with two decimals
_COUNTED: Final = {"lines_sent": "sent", "lines_acked": "acked", "resends": "resends", "row": "row"}

Publish = Callable[[object, api.Model], None]


class JobDesk:
    """Answers job.* and what of plotter.* concerns a run; gives the next job to an idle, registered machine."""

    def __init__(
        self, setup: Setup, store: JobStore, machine: MachineDesk, publish: Publish, status: Callable[[], api.Status]
    ) -> None:
        self._setup, self._store, self._machine, self._publish, self._status = setup, store, machine, publish, status
        self._plotter = machine.plotter
        self._uploads = Uploads(setup.state_dir / "uploads")
        self._held_back = False  # a job was interrupted: the next one waits for the user
        self._beginning: asyncio.Task[None] | None = None
        self._remaining: Remaining | None = None
        self._run_began = 0.0
        self._saved_at = 0.0
        self._prepared_one_by_one = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()
        machine.on_ready = self._feed_machine

    @property
    def held_back(self) -> bool:
        """Jobs wait although the machine may be ready: one was interrupted, and nothing is to move by itself then."""
        return self._held_back and bool(self._store.waiting())

    def eta_seconds(self, job: Job) -> float | None:
        """How long the job at the machine still takes."""
        return self._remaining.seconds(job.row, self._run_seconds(job)) if self._remaining else None

    # -- the queue ---------------------------------------------------------------------------------------------------

    async def begin(self, params: api.Begin, client: Client) -> api.Upload:
        token = self._uploads.begin(params)
        client.uploads.add(token)
        return api.Upload(upload=token)

    async def append(self, params: api.Append, client: Client) -> api.Appended:
        return api.Appended(received=self._uploads.append(params.upload, params.data))

    async def abort(self, params: api.Upload, client: Client) -> api.Nothing:
        self._uploads.forget(params.upload)
        return api.Nothing()

    def client_gone(self, client: Client) -> None:
        for token in client.uploads:
            self._uploads.forget(token)

    async def commit(self, params: api.Commit, client: Client) -> api.Committed:
        upload = self._uploads.take(params.upload)
        job = self._store.add(Job(name=upload.wanted.name, created=time.time()))
        try:
            not_connected = await self._tried_to_connect()
            answer = await self._prepare(job, upload)
            if params.require_ready:
                self._must_be_ready(not_connected)
                self._must_be_in_reach(job)
            if client.gone:
                raise JobError("The client hung up before the program was queued.")
        except BaseException:
            self._store.forget(job)  # nothing is queued: as if it had never come
            raise
        self._held_back = False
        job.to(JobState.READY)
        self._changed(job, save=True)
        self._feed_machine()
        return api.Committed(job=_shown(job), report=answer["report"])

    async def _prepare(self, job: Job, upload: Pending) -> Message:
        folder = self._store.files(job.id)
        upload.path.rename(folder / SOURCE)
        job.profile = self._machine.profile_for_reading()
        request = {
            "folder": str(folder),
            "machine": str(self._setup.machine_file),
            "profile": job.profile,
            "fit": upload.wanted.fit,
            "clip": upload.wanted.clip,
        }
        async with self._prepared_one_by_one:  # one big file at a time is enough for a small board
            answer = await prepared_apart(request)
        report = answer["report"]
        bounds = report["bounds"]
        job.bounds = (bounds["left"], bounds["right"], bounds["top"], bounds["bottom"]) if bounds else None
        job.rows, job.lines, job.digest = answer["rows"], report["lines"], answer["digest"]
        job.draw_mm, job.travel_mm, job.pen_lifts = report["draw_mm"], report["travel_mm"], report["pen_lifts"]
        job.estimate_seconds = answer["seconds"]
        (folder / PLAN).write_text(json.dumps({"marks": answer["marks"], "seconds": answer["seconds"]}))
        return answer

    async def _tried_to_connect(self) -> DcodeError | None:
        """Which firmware will plot it decides how a program is read: ask it first, if it is there."""
        try:
            await self._machine.ensure_connected()
        except DcodeError as error:
            return error
        return None

    def _must_be_ready(self, not_connected: DcodeError | None) -> None:
        if not_connected:
            raise not_connected
        status = self._plotter.status
        if not status["registered"]:
            raise MachineNotReady(
                "The plotter's position is not known. Bring the gondola to the home position, then run: "
                "dcode home --here   (with end-stops: dcode home)",
                reason="unregistered",
            )
        if status["state"] in ("alarm", "disconnected"):
            raise MachineNotReady(
                f"The plotter is in state {status['state']}: {status['message']}", reason=status["state"]
            )

    def _must_be_in_reach(self, job: Job) -> None:
        """The firmware's own limits may be tighter than machine.json's: Marlin ends moves at them without a word."""
        area = self._plotter.status.get("area")
        if not area or not job.bounds:
            return
        drawing, limits = Bounds(*job.bounds), Bounds(*area)
        if not limits.holds(drawing, _EDGE_MM):
            raise MachineNotReady(
                f"The drawing reaches {_spelled(drawing)}, and the firmware's own limits are {_spelled(limits)}: widen "
                "them there, or make work_area in machine.json as small and use --fit.",
                reason="firmware limits",
            )

    async def list_jobs(self, params: api.Nothing, client: Client) -> api.Jobs:
        return api.Jobs(jobs=self.shown_jobs())

    def shown_jobs(self) -> list[api.Job]:
        return [_shown(job) for job in self._store.listed()[:LISTED]]

    async def show(self, params: api.JobRef, client: Client) -> api.Job:
        return _shown(self._store.get(params.job))

    async def cancel(self, params: api.JobRef, client: Client) -> api.Job:
        job = self._store.get(params.job)
        if job.state in AT_THE_MACHINE:
            await self._begun()
            await self._plotter.call("cancel")
        else:
            job.to(JobState.CANCELLED, "Cancelled.")
            job.ended = time.time()
            self._changed(job, save=True)
        return _shown(job)

    async def move(self, params: api.MoveJob, client: Client) -> api.Jobs:
        self._store.move(self._store.get(params.job), params.to)
        return api.Jobs(jobs=self.shown_jobs())

    async def retry(self, params: api.JobRef, client: Client) -> api.Job:
        job = self._store.get(params.job)
        if not (self._store.files(job.id) / MOTION).exists():
            raise JobError(f"Job {job.id} has no checked program to plot again.", job=job.id)
        job.to(JobState.READY)
        job.row = job.sent = job.acked = job.resends = 0
        job.seconds, job.started, job.ended = 0.0, None, None
        job.place = max(other.place for other in self._store.jobs.values()) + 1.0
        self._held_back = False
        self._changed(job, save=True)
        self._feed_machine()
        return _shown(job)

    async def forget(self, params: api.JobRef, client: Client) -> api.Nothing:
        job = self._store.get(params.job)
        if job.state not in ENDED:
            raise JobError(f"Job {job.id} is {job.state}: cancel it first.", job=job.id, state=job.state)
        self._store.forget(job)
        self._publish(("job", job.id), tell.JobForgotten(job=job.id))
        return api.Nothing()

    # -- the job at the machine -------------------------------------------------------------------------------------

    async def pause(self, params: api.Pause, client: Client) -> api.Status:
        await self._begun()
        await self._plotter.call("pause", now=params.now)
        return self._status()

    async def resume(self, params: api.Nothing, client: Client) -> api.Status:
        """Go on with a paused job; where none is paused, let a queue go on that an interrupted job holds back."""
        if self._store.current() is None and self._held_back:
            self._held_back = False
            self._feed_machine()
        else:
            await self._plotter.call("resume")
        return self._status()

    async def stop(self, params: api.Nothing, client: Client) -> api.Status:
        self._held_back = True
        if await self._plotter.call("stop", other_reset=self._machine.is_simulated):
            await self._machine.reset_board()
        return self._status()

    # -- feeding the machine -----------------------------------------------------------------------------------------

    def _feed_machine(self) -> None:
        """Give the next job to an idle, registered machine."""
        status = self._plotter.status
        waiting = [job for job in self._store.waiting() if job.state is JobState.READY]
        if not waiting or self._held_back or self._store.current():
            return
        if status["state"] == "idle" and status["registered"]:
            job = waiting[0]
            job.to(JobState.PLOTTING)
            job.started, self._run_began, self._saved_at = time.time(), time.monotonic(), time.monotonic()
            self._changed(job, save=True)
            self._beginning = self._start(self._begin(job))

    async def _begun(self) -> None:
        """A job that is about to begin has begun: what is asked of it now reaches it."""
        if self._beginning:
            await asyncio.wait([self._beginning])

    async def _begin(self, job: Job) -> None:
        folder = self._store.files(job.id)
        try:
            self._must_be_in_reach(job)
            found = await asyncio.to_thread(digest, folder / MOTION, self._setup.machine_file)
            if found != job.digest:
                raise JobError("machine.json or the program has changed since the check: send it again.", job=job.id)
            plan = json.loads((folder / PLAN).read_text())
            self._remaining = Remaining(plan["marks"], plan["seconds"])
            await self._plotter.call("run", job=job.id, motion=str(folder / MOTION))
        except (DcodeError, OSError) as error:
            self._end(job, JobState.FAILED, str(error))

    def plotter_says(self, message: Message) -> None:
        """What comes from the plotter process, in the order in which it happened."""
        match message["event"]:
            case "status":
                self._progress()
            case "run":
                self._run_changed(self._store.get(message["job"]), message)
            case "notice":
                self._publish(message["kind"], tell.Notice(kind=message["kind"], message=message["message"]))
            case "gone":
                job = self._store.current()
                if job:
                    self._end(job, JobState.INTERRUPTED, message["reason"])
        self._publish("status", tell.StatusChanged(status=self._status()))

    def _progress(self) -> None:
        job = self._store.current()
        if job:
            self._take_counts(job, self._plotter.status)
            due = time.monotonic() - self._saved_at > SAVE_SECONDS
            self._changed(job, save=due)
        else:
            self._feed_machine()

    def _take_counts(self, job: Job, counts: Message) -> None:
        for theirs, ours in _COUNTED.items():
            setattr(job, ours, max(getattr(job, ours), counts.get(theirs, 0)))
        job.seconds = self._run_seconds(job)

    def _run_seconds(self, job: Job) -> float:
        return round(time.monotonic() - self._run_began, 3) if job.state in AT_THE_MACHINE else job.seconds

    def _run_changed(self, job: Job, message: Message) -> None:
        self._take_counts(job, message)
        state = JobState(message["state"])
        if state in ENDED:
            self._end(job, state, message["reason"])
        elif state is not job.state:
            job.to(state, message["reason"])
            self._changed(job, save=True)

    def _end(self, job: Job, state: JobState, reason: str | None) -> None:
        job.seconds = self._run_seconds(job)
        job.to(state, reason)
        job.ended = time.time()
        if state is JobState.DONE:
            job.row = job.rows
        self._held_back = state is JobState.INTERRUPTED
        self._remaining = None
        self._changed(job, save=True)
        self._feed_machine()

    def _changed(self, job: Job, *, save: bool) -> None:
        if save:
            self._store.save(job)
            self._saved_at = time.monotonic()
        self._publish(("job", job.id), tell.JobChanged(job=_shown(job)))

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _spelled(area: Bounds) -> str:
    return f"X {area.left:.1f} to {area.right:.1f}, Y {area.bottom:.1f} to {area.top:.1f}"


def _shown(job: Job) -> api.Job:
    return api.Job(**{name: getattr(job, name) for name in api.Job.model_fields})
