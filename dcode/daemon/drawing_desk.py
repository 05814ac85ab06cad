"""Drawings from prompts: the worker is asked, the queue keeps the place, and a person says yes before there is ink."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

from dcode.api import drawing as api
from dcode.api import events as tell
from dcode.api import jobs
from dcode.config import paths
from dcode.daemon.checker import Checker
from dcode.daemon.growth import Growth
from dcode.daemon.job_shown import shown
from dcode.daemon.machine_desk import MachineDesk, Setup
from dcode.daemon.prepared import DRAWINGS, WISH
from dcode.daemon.readiness import must_be_in_reach, must_be_ready
from dcode.daemon.run_desk import Publish, RunDesk
from dcode.daemon.server import Client
from dcode.errors import DcodeError, GenerationError, JobError
from dcode.generation.configured import supervisor_of
from dcode.generation.request import DrawRequest
from dcode.generation.supervisor import Supervisor
from dcode.generation.wire import BadMessage, Draw, Found, Note, Step, encode, read_answer, read_request
from dcode.generation.wish import Drawings, check_sendable
from dcode.jobs.durable import put
from dcode.jobs.job import Job, JobState
from dcode.jobs.store import JobStore

REST_SECONDS: Final = 60.0  # that whoever resumes a job waits for what is left to be drawn of it
TRIES: Final = 3  # of a drawing that is on the paper already in part
MAX_SHOWN: Final = (
    96 << 10
)  # characters of strokes, or of a preview, in an event: what a slow link takes at 10 a second
Kind = TypeVar("Kind", Found, Note)
_NAME: Final = 255  # characters of a prompt that name its job


class DrawingDesk:
    """Answers job.draw and what concerns its drawings.

    A wish is in the job's folder before it is answered, so that a daemon that starts anew draws what was not finished;
    by the same seed it comes out the same. The worker is started by the first wish and kept for the next.
    """

    def __init__(
        self,
        setup: Setup,
        store: JobStore,
        machine: MachineDesk,
        runs: RunDesk,
        checker: Checker,
        publish: Publish,
    ) -> None:
        self._setup, self._store, self._machine, self._runs = setup, store, machine, runs
        self._checker, self._publish = checker, publish
        self._supervisor: Supervisor | None = None
        self._drawing: dict[int, asyncio.Task[None]] = {}

    def begin(self) -> None:
        """Go on with what the daemon before this one had not finished."""
        for job in self._store.jobs.values():
            if job.state is JobState.DRAWING or job.growing:
                self._start(job)

    async def close(self) -> None:
        """End the worker. What is being drawn stays in the queue."""
        for task in self._drawing.values():
            task.cancel()
        await asyncio.gather(*self._drawing.values(), return_exceptions=True)
        if self._supervisor:
            await self._supervisor.close()

    async def draw(self, params: api.Draw, client: Client) -> jobs.Job:
        """Queue a wish.

        Raises GenerationError for one that no worker would take, ConfigError for bad settings, MachineNotReady where
        the machine is wanted ready and is not.
        """
        request = DrawRequest(**params.model_dump(exclude={"confirmed", "require_ready"}))
        check_sendable(request)
        self._machine.keeper.must_be_sound()
        self._worker()
        if params.require_ready:
            must_be_ready(self._machine, await self._machine.try_to_connect())
        job = Job(params.prompt[:_NAME], JobState.DRAWING, created=time.time(), prompt=params.prompt)
        job.held = not params.confirmed
        self._store.add(job)
        wish = encode(Draw(job.id, request))
        try:
            await asyncio.to_thread(put, self._store.files(job.id) / WISH, lambda part: part.write_bytes(wish))
        except OSError as error:
            self._store.forget(job)
            raise JobError(f"The queue could not be written: {error.strerror}.", reason="disk") from error
        self._runs.changed(job, save=False)
        self._start(job)
        return shown(job)

    async def drawings(self, params: jobs.JobRef, client: Client) -> api.Drawings:
        return await self._shown(self._store.get(params.job))

    async def pick(self, params: api.Pick, client: Client) -> jobs.Committed:
        """Another drawing. Raises JobError for a job that does not wait, UnsafeProgram for one that cannot be drawn."""
        job = self._store.get(params.job)
        self._must_be_held(job)
        if params.drawing >= (there := len(_answers(self._store.files(job.id), Found))):
            raise JobError(f"Job {job.id} has {there} drawings, counted from 0.", job=job.id)
        answer = await self._checker.check(job, drawing=params.drawing)
        job.drawing = params.drawing
        self._runs.changed(job, save=True)
        return jobs.Committed(job=shown(job), report=answer["report"])

    async def confirm(self, params: jobs.JobRef, client: Client) -> jobs.Job:
        """The yes. Raises JobError, and MachineNotReady where the machine cannot plot it."""
        job = self._store.get(params.job)
        self._must_be_held(job)
        must_be_ready(self._machine, await self._machine.try_to_connect())
        must_be_in_reach(self._machine, job)
        self._must_be_held(job)  # still
        job.held = False
        self._runs.waits = False
        self._runs.changed(job, save=True)
        self._runs.feed_machine()
        return shown(job)

    def cancel(self, job: Job) -> None:
        """Nobody wants it any more: the worker is told at once."""
        if task := self._drawing.get(job.id):
            task.cancel()

    async def complete(self, job: Job) -> None:
        """Wait a while for the rest of a job that grows. Raises JobError where it takes longer."""
        if job.id not in self._drawing:
            self._start(job)
        await asyncio.wait([self._drawing[job.id]], timeout=REST_SECONDS)
        if job.growing:
            raise JobError(f"The rest of job {job.id} is still being drawn: resume it a little later.", job=job.id)

    # -- one drawing ---------------------------------------------------------------------------------------------------

    def _start(self, job: Job) -> None:
        task = asyncio.get_running_loop().create_task(self._draw(job))
        self._drawing[job.id] = task
        task.add_done_callback(lambda done: self._drawing.pop(job.id, None))

    async def _draw(self, job: Job) -> None:
        """From the wish to a checked program that waits; or to the reason why there is none."""
        folder = self._store.files(job.id)
        try:
            wish = read_request(await asyncio.to_thread((folder / WISH).read_bytes))
            assert isinstance(wish, Draw)
            await self._machine.try_to_connect()  # which firmware will plot it decides how its program is written
            if wish.request.live:
                has_grown = await self._draw_live(job, wish.request)
            else:
                await self._keep_drawings(job, await self._worker().draw(wish.request, self._teller(job)))
                has_grown = False
            if not has_grown:
                await self._checker.check(job, drawing=0)
                await self._can_be_plotted(job)
        except (DcodeError, BadMessage, OSError) as error:
            await self._fail(job, error)

    async def _draw_live(self, job: Job, request: DrawRequest) -> bool:
        """Let the program grow as the drawing does; False where the engine gave it all at once.

        A worker that is lost is asked again: by the same seed it draws the same, and goes on where the other one ended.
        """
        tell, growth = self._teller(job), Growth(job, self._checker, self._runs, lambda: self._can_be_plotted(job))

        def listen(told: Step | Note) -> None:
            tell(told)
            if isinstance(told, Step):
                growth.take(told)

        try:
            for left in reversed(range(TRIES)):
                try:
                    drawings = await self._worker().draw(request, listen)
                    break
                except GenerationError:
                    if not (left and growth.frame):
                        raise
            await self._keep_drawings(job, drawings)
            if growth.frame:
                await growth.finish(drawings.found[0])
        finally:
            growth.stop()
        return bool(growth.frame)

    async def _can_be_plotted(self, job: Job) -> None:
        """There is a checked program, or the beginning of one."""
        if job.state is JobState.DRAWING:
            job.to(JobState.READY)
            self._runs.changed(job, save=True)
            self._runs.feed_machine()

    async def _keep_drawings(self, job: Job, drawings: Drawings) -> None:
        lines = b"".join([*map(encode, drawings.found), *(encode(Note(job.id, says)) for says in drawings.notes)])
        await asyncio.to_thread(put, self._store.files(job.id) / DRAWINGS, lambda part: part.write_bytes(lines))

    async def _fail(self, job: Job, error: Exception) -> None:
        """No drawing, or not all of one: then the machine is brought to rest, and the job can be resumed."""
        for words in getattr(error, "fields", {}).get("last_words", ()):
            logging.info("job %d: the worker's last words: %s", job.id, words)
        told = error.message if isinstance(error, DcodeError) else str(error)
        if self._store.current() is job:
            await self._machine.plotter.call("hand_over", reason=f"The rest of it was not drawn: {told}")
            return
        if job.state in (JobState.DRAWING, JobState.READY):
            job.to(JobState.FAILED, told)
            job.ended, job.growing = time.time(), False
        elif getattr(error, "fields", {}).get("reason") == "differs":
            job.growing = False
            self._publish(("note", job.id, told), tell.Notice(kind="drawing", message=told, job=job.id))
        self._runs.changed(job, save=True)

    def _teller(self, job: Job) -> Callable[[Step | Note], None]:
        return lambda told: self._tell(job, told)

    def _tell(self, job: Job, told: Step | Note) -> None:
        if isinstance(told, Note):
            self._publish(("note", job.id, told.says), tell.Drawn(job=job.id, stage="", done=0, note=told.says))
            return
        event = tell.Drawn(job=job.id, stage=told.stage, done=told.done, total=told.total)
        if told.strokes and len(told.strokes.points) <= MAX_SHOWN:
            event.points, event.counts = told.strokes.points, told.strokes.counts
        if told.preview and len(told.preview) <= MAX_SHOWN:
            event.preview = told.preview
        self._publish(("drawn", job.id), event)

    def _worker(self) -> Supervisor:
        if self._supervisor is None:
            self._supervisor = supervisor_of(self._setup.generation, paths.config_dir())
        return self._supervisor

    # -- what came of it -----------------------------------------------------------------------------------------------

    async def _shown(self, job: Job) -> api.Drawings:
        folder = self._store.files(job.id)
        if not (folder / DRAWINGS).exists():
            raise JobError(f"Job {job.id} is {job.state}: there are no drawings of it.", job=job.id, state=job.state)
        found = await asyncio.to_thread(_answers, folder, Found)
        notes = await asyncio.to_thread(_answers, folder, Note)
        return api.Drawings(
            job=shown(job),
            drawings=[
                api.Drawing(
                    engine=one.engine,
                    model=one.model,
                    seed=one.seed,
                    score=one.score,
                    source=one.source,
                    strokes=one.lines.strokes,
                    points=one.lines.size,
                    seconds=one.seconds,
                )
                for one in found
            ],
            chosen=job.drawing,
            notes=[note.says for note in notes],
        )

    def _must_be_held(self, job: Job) -> None:
        if job.state is not JobState.READY or not job.held:
            raise JobError(f"Job {job.id} is {job.state} and waits for no yes.", job=job.id, state=job.state)


def _answers(folder: Path, kind: type[Kind]) -> list[Kind]:
    """The answers of one kind that the worker gave for a job. Raises GenerationError for a file that is broken."""
    try:
        with (folder / DRAWINGS).open("rb") as file:
            return [answer for line in file if isinstance(answer := read_answer(line), kind)]
    except (OSError, BadMessage) as error:
        raise GenerationError(f"The drawings of a job cannot be read: {error}.") from error
