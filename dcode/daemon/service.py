"""What the daemon does when it is asked: the handlers of the API, and the queue that feeds the machine."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import dcode
from dcode.api import events as tell
from dcode.api import methods as api
from dcode.api.codec import Message
from dcode.config.machine_file import load_machine
from dcode.config.paths import data_dir
from dcode.daemon.plotter_handle import PlotterHandle
from dcode.daemon.prepare import MOTION, SOURCE, digest
from dcode.daemon.remaining import Remaining
from dcode.daemon.server import Client, Handler, Server
from dcode.daemon.simulated import SimulatedPlotter, SimulatedPort
from dcode.daemon.uploads import Pending, Uploads
from dcode.errors import DcodeError, JobError, MachineNotReady, revived
from dcode.firmware.profile import load_profile
from dcode.jobs.job import AT_THE_MACHINE, ENDED, Job, JobState
from dcode.jobs.store import JobStore
from dcode.link.ports import likely_port, stable_name

PLAN: Final = "plan.json"
LISTED: Final = 1000  # jobs in one answer, which must fit a message of 1 MiB
SAVE_SECONDS: Final = 5.0  # between two writes of a running job's progress: an SD card wears
_COUNTED: Final = {"lines_sent": "sent", "lines_acked": "acked", "resends": "resends", "row": "row"}


@dataclass(frozen=True, slots=True)
class Setup:
    """What the daemon was started with."""

    state_dir: Path
    socket: Path
    machine_file: Path
    port: str | None
    profile: str | None
    sim_speed: float
    park: bool | None  # None: as the machine file says


class Service:
    """Owns the queue and the plotter process. Every handler takes checked params and gives a model of the API."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.ended = asyncio.Event()
        self.started = time.time()
        self.store = JobStore(setup.state_dir)
        self.uploads = Uploads(setup.state_dir / "uploads")
        self.server = Server(self._handlers())
        self.server.on_gone = self._client_gone
        self.plotter = PlotterHandle(setup.machine_file, setup.park, self._plotter_says)
        self._port, self._profile = setup.port, setup.profile
        self._simulated: SimulatedPlotter | None = None
        self._connecting = asyncio.Lock()
        self._held_back = False  # a job was interrupted: the next one waits for the user
        self._beginning: asyncio.Task[None] | None = None
        self._remaining: Remaining | None = None
        self._run_began = 0.0
        self._saved_at = 0.0
        self._prepared_one_by_one = asyncio.Lock()
        self._tasks: set[asyncio.Task[None]] = set()

    async def run(self) -> None:
        """Serve until somebody stops the daemon."""
        self.store.recover("The daemon ended while this was being plotted.")
        await self.server.listen(self.setup.socket)
        if self._port:
            self._start(self._connect_quietly())
        await self.ended.wait()
        await self.server.close()
        await self.plotter.close()
        if self._simulated:
            await self._simulated.close()
        for job in self.store.recover("The daemon was stopped while this was being plotted."):
            self.store.save(job)
        self.store.close()

    def _handlers(self) -> dict[str, Handler]:
        return {
            "daemon.info": self.daemon_info,
            "daemon.stop": self.daemon_stop,
            "status": self.status,
            "subscribe": self.subscribe,
            "plotter.connect": self.connect,
            "plotter.disconnect": self.disconnect,
            "plotter.home": self.home,
            "plotter.jog": self.jog,
            "plotter.pen": self.pen,
            "plotter.console": self.console,
            "plotter.pause": self.pause,
            "plotter.resume": self.resume,
            "plotter.stop": self.stop,
            "job.begin": self.begin,
            "job.append": self.append,
            "job.commit": self.commit,
            "job.abort": self.abort,
            "job.list": self.list_jobs,
            "job.show": self.show,
            "job.cancel": self.cancel,
            "job.move": self.move,
            "job.retry": self.retry,
            "job.forget": self.forget,
            "sim.ink": self.ink,
        }

    # -- the daemon --------------------------------------------------------------------------------------------------

    async def daemon_info(self, params: api.Nothing, client: Client) -> api.DaemonInfo:
        return api.DaemonInfo(
            pid=os.getpid(),
            socket=str(self.setup.socket),
            version=dcode.__version__,
            state_dir=str(self.setup.state_dir),
            machine=str(self.setup.machine_file),
            started=self.started,
        )

    async def daemon_stop(self, params: api.Stop, client: Client) -> api.Nothing:
        job = self.store.current()
        if job and params.when == "idle":
            raise MachineNotReady(f"Job {job.id} ({job.name}) is at the machine.", reason="busy", job=job.id)
        asyncio.get_running_loop().call_soon(self.ended.set)  # after the answer is on its way
        return api.Nothing()

    async def status(self, params: api.Nothing, client: Client) -> api.Status:
        return self._status()

    async def subscribe(self, params: api.Nothing, client: Client) -> api.Subscribed:
        client.subscribed = True
        return api.Subscribed(status=self._status(), jobs=self._jobs())

    def _status(self) -> api.Status:
        known = {name: value for name, value in self.plotter.status.items() if name in api.Status.model_fields}
        known.setdefault("port", self._port)
        job = self.store.current()
        if job:
            known["job"] = api.JobBrief(id=job.id, name=job.name, state=job.state.value)
            known["progress"] = min(1.0, job.row / job.rows) if job.rows else 0.0
            known["eta_seconds"] = self._remaining.seconds(job.row, self._run_seconds(job)) if self._remaining else None
        return api.Status(**known | {"queued": len(self.store.waiting())})

    # -- the machine -------------------------------------------------------------------------------------------------

    async def connect(self, params: api.Connect, client: Client) -> api.Status:
        self._not_at_work()
        if params.port:
            self._port = params.port
        if params.profile or params.port:
            self._profile = params.profile
        await self._connect()
        return self._status()

    async def disconnect(self, params: api.Nothing, client: Client) -> api.Status:
        await self.plotter.call("disconnect")
        await self._end_simulated()
        return self._status()

    async def home(self, params: api.Home, client: Client) -> api.Status:
        await self._ensure_connected()
        await self.plotter.call("home", here=params.here)
        self._held_back = False
        self._feed_machine()
        return self._status()

    async def jog(self, params: api.Jog, client: Client) -> api.Status:
        await self._ensure_connected()
        await self.plotter.call("jog", dx=params.dx, dy=params.dy, x=params.x, y=params.y, feed=params.feed)
        return self._status()

    async def pen(self, params: api.Pen, client: Client) -> api.Status:
        await self._ensure_connected()
        await self.plotter.call("pen", to=params.to)
        return self._status()

    async def console(self, params: api.Console, client: Client) -> api.Replies:
        await self._ensure_connected()
        return api.Replies(replies=await self.plotter.call("console", line=params.line))

    async def pause(self, params: api.Pause, client: Client) -> api.Status:
        await self._begun()
        await self.plotter.call("pause", now=params.now)
        return self._status()

    async def resume(self, params: api.Nothing, client: Client) -> api.Status:
        """Go on with a paused job; where none is paused, let a queue go on that an interrupted job holds back."""
        if self.store.current() is None and self._held_back:
            self._held_back = False
            self._feed_machine()
        else:
            await self.plotter.call("resume")
        return self._status()

    async def stop(self, params: api.Nothing, client: Client) -> api.Status:
        self._held_back = True
        if await self.plotter.call("stop", other_reset=self._simulated is not None) and self._simulated:
            await self._simulated.ask(do="reset")  # a pseudo-terminal has no DTR to do it by
        return self._status()

    async def ink(self, params: api.Ink, client: Client) -> api.Ink:
        if self._simulated is None:
            raise MachineNotReady("The plotter is not simulated: its ink is on the paper.", reason="real")
        answer = await self._simulated.ask(do="ink", path=params.path)
        if not answer.get("ok"):
            raise JobError(f"The ink was not written: {answer.get('error', 'no reason given')}")
        return params

    async def _ensure_connected(self) -> None:
        async with self._connecting:
            pass  # one that is under way decides
        if self.plotter.status["state"] == "disconnected":
            await self._connect()

    async def _connect(self) -> None:
        async with self._connecting:
            machine = load_machine(self.setup.machine_file)
            port = self._port or machine.port or likely_port()
            if port is None:
                raise MachineNotReady(
                    "No port is given and none is found. Name one: --port /dev/ttyUSB0 (dcode ports lists them), "
                    "or --port sim for a simulated plotter.",
                    reason="disconnected",
                )
            simulated = SimulatedPort.parse(port, self._profile, self.setup.sim_speed)
            wanted = simulated.profile if simulated else self._profile or machine.profile
            # A name that is no profile is said before anything ends.
            profile = load_profile(wanted, data_dir("firmware_profiles")) if wanted else None
            await self._end_simulated()
            self._port = port = stable_name(port) or port if port.startswith("/dev/tty") else port
            if simulated is None or profile is None:
                await self.plotter.call("connect", port=port, profile=wanted, at=None, shown_as=port)
                return
            self._simulated = await SimulatedPlotter.start(profile.dialect, simulated.speed, self.setup.machine_file)
            await self.plotter.call(
                "connect", port=self._simulated.port, profile=wanted, at=machine.home, shown_as=port
            )
        self._feed_machine()

    async def _connect_quietly(self) -> None:
        """At the start: what goes wrong is in the status, and tried again when something is asked of the machine."""
        with contextlib.suppress(DcodeError):
            await self._connect()

    async def _end_simulated(self) -> None:
        if self._simulated:
            ended, self._simulated = self._simulated, None
            await ended.close()

    def _not_at_work(self) -> None:
        job = self.store.current()
        if job:
            raise MachineNotReady(f"Job {job.id} ({job.name}) is at the machine.", reason="busy", job=job.id)

    # -- the queue ---------------------------------------------------------------------------------------------------

    async def begin(self, params: api.Begin, client: Client) -> api.Upload:
        token = self.uploads.begin(params)
        client.uploads.add(token)
        return api.Upload(upload=token)

    async def append(self, params: api.Append, client: Client) -> api.Appended:
        return api.Appended(received=self.uploads.append(params.upload, params.data))

    async def abort(self, params: api.Upload, client: Client) -> api.Nothing:
        self.uploads.forget(params.upload)
        return api.Nothing()

    def _client_gone(self, client: Client) -> None:
        for token in client.uploads:
            self.uploads.forget(token)

    async def commit(self, params: api.Commit, client: Client) -> api.Committed:
        upload = self.uploads.take(params.upload)
        job = self.store.add(Job(name=upload.wanted.name, created=time.time()))
        try:
            not_connected = await self._tried_to_connect()
            answer = await self._prepare(job, upload)
            if params.require_ready:
                self._must_be_ready(not_connected)
            if client.gone:
                raise JobError("The client hung up before the program was queued.")
        except BaseException:
            self.store.forget(job)  # nothing is queued: as if it had never come
            raise
        self._held_back = False
        job.to(JobState.READY)
        self._changed(job, save=True)
        self._feed_machine()
        return api.Committed(job=_shown(job), report=answer["report"])

    async def _prepare(self, job: Job, upload: Pending) -> Message:
        folder = self.store.files(job.id)
        upload.path.rename(folder / SOURCE)
        job.profile = self._profile_for_reading()
        request = {
            "folder": str(folder),
            "machine": str(self.setup.machine_file),
            "profile": job.profile,
            "fit": upload.wanted.fit,
            "clip": upload.wanted.clip,
        }
        async with self._prepared_one_by_one:  # one big file at a time is enough for a small board
            answer = await _in_own_process(request)
        report = answer["report"]
        bounds = report["bounds"]
        job.bounds = (bounds["left"], bounds["right"], bounds["top"], bounds["bottom"]) if bounds else None
        job.rows, job.lines, job.digest = answer["rows"], report["lines"], answer["digest"]
        job.draw_mm, job.travel_mm, job.pen_lifts = report["draw_mm"], report["travel_mm"], report["pen_lifts"]
        job.estimate_seconds = answer["seconds"]
        (folder / PLAN).write_text(json.dumps({"marks": answer["marks"], "seconds": answer["seconds"]}))
        return answer

    def _profile_for_reading(self) -> str:
        """The dialect that a source is read in: that of the machine that will plot it."""
        connected = self.plotter.status.get("profile")
        if connected or self._profile:
            return str(connected or self._profile)
        simulated = SimulatedPort.parse(self._port or "", None, 1.0)
        return (
            (simulated.profile if simulated else None) or load_machine(self.setup.machine_file).profile or "makelangelo"
        )

    async def _tried_to_connect(self) -> DcodeError | None:
        """Which firmware will plot it decides how a program is read: ask it first, if it is there."""
        try:
            await self._ensure_connected()
        except DcodeError as error:
            return error
        return None

    def _must_be_ready(self, not_connected: DcodeError | None) -> None:
        if not_connected:
            raise not_connected
        status = self.plotter.status
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

    async def list_jobs(self, params: api.Nothing, client: Client) -> api.Jobs:
        return api.Jobs(jobs=self._jobs())

    def _jobs(self) -> list[api.Job]:
        return [_shown(job) for job in self.store.listed()[:LISTED]]

    async def show(self, params: api.JobRef, client: Client) -> api.Job:
        return _shown(self.store.get(params.job))

    async def cancel(self, params: api.JobRef, client: Client) -> api.Job:
        job = self.store.get(params.job)
        if job.state in AT_THE_MACHINE:
            await self._begun()
            await self.plotter.call("cancel")
        else:
            job.to(JobState.CANCELLED, "Cancelled.")
            job.ended = time.time()
            self._changed(job, save=True)
        return _shown(job)

    async def move(self, params: api.MoveJob, client: Client) -> api.Jobs:
        self.store.move(self.store.get(params.job), params.to)
        return api.Jobs(jobs=self._jobs())

    async def retry(self, params: api.JobRef, client: Client) -> api.Job:
        job = self.store.get(params.job)
        if not (self.store.files(job.id) / MOTION).exists():
            raise JobError(f"Job {job.id} has no checked program to plot again.", job=job.id)
        job.to(JobState.READY)
        job.row = job.sent = job.acked = job.resends = 0
        job.seconds, job.started, job.ended = 0.0, None, None
        job.place = max(other.place for other in self.store.jobs.values()) + 1.0
        self._held_back = False
        self._changed(job, save=True)
        self._feed_machine()
        return _shown(job)

    async def forget(self, params: api.JobRef, client: Client) -> api.Nothing:
        job = self.store.get(params.job)
        if job.state not in ENDED:
            raise JobError(f"Job {job.id} is {job.state}: cancel it first.", job=job.id, state=job.state)
        self.store.forget(job)
        self.server.publish(("job", job.id), tell.JobForgotten(job=job.id))
        return api.Nothing()

    # -- feeding the machine -----------------------------------------------------------------------------------------

    def _feed_machine(self) -> None:
        """Give the next job to an idle, registered machine."""
        status = self.plotter.status
        waiting = [job for job in self.store.waiting() if job.state is JobState.READY]
        if not waiting or self._held_back or self.store.current():
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
        folder = self.store.files(job.id)
        try:
            found = await asyncio.to_thread(digest, folder / MOTION, self.setup.machine_file)
            if found != job.digest:
                raise JobError("machine.json or the program has changed since the check: send it again.", job=job.id)
            plan = json.loads((folder / PLAN).read_text())
            self._remaining = Remaining(plan["marks"], plan["seconds"])
            await self.plotter.call("run", job=job.id, motion=str(folder / MOTION))
        except (DcodeError, OSError) as error:
            self._end(job, JobState.FAILED, str(error))

    def _plotter_says(self, message: Message) -> None:
        """What comes from the plotter process, in the order in which it happened."""
        match message["event"]:
            case "status":
                self._progress()
            case "run":
                self._run_changed(self.store.get(message["job"]), message)
            case "notice":
                self.server.publish(message["kind"], tell.Notice(kind=message["kind"], message=message["message"]))
            case "gone":
                job = self.store.current()
                if job:
                    self._end(job, JobState.INTERRUPTED, message["reason"])
        self.server.publish("status", tell.StatusChanged(status=self._status()))

    def _progress(self) -> None:
        job = self.store.current()
        if job:
            self._take_counts(job, self.plotter.status)
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

    def _changed(self, job: Job, *, save: bool) -> None:
        if save:
            self.store.save(job)
            self._saved_at = time.monotonic()
        self.server.publish(("job", job.id), tell.JobChanged(job=_shown(job)))

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task


def _shown(job: Job) -> api.Job:
    return api.Job(**{name: getattr(job, name) for name in api.Job.model_fields})


async def _in_own_process(request: Message) -> Message:
    """Run dcode.daemon.prepare. Raises what it raised; JobError when it died."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "dcode.daemon.prepare"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        preexec_fn=_be_nice,
    )
    try:
        out, err = await process.communicate(json.dumps(request).encode())
    except asyncio.CancelledError:
        process.kill()
        raise
    if process.returncode != 0:
        last = err.decode("utf-8", "replace").strip().splitlines()[-1:] or ["it was killed"]
        raise JobError(f"The check of the program ended before it was done: {last[0]}")
    answer: Message = json.loads(out)
    if "error" in answer:
        error = answer["error"]
        raise revived(error["kind"], error["message"], error["fields"])
    result: Message = answer["result"]
    return result


def _be_nice() -> None:
    os.nice(10)  # the line to the machine goes first
