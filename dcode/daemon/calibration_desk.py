"""Guides as clients ask for them: one at a time, by the client that began it, with the machine to themselves.

Whatever ends a guide before its last step leaves the pen up and machine.json as it was: leaving it, the end of its
client, an action that fails, a port that goes away, the end of the daemon.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import logging
import re
import time
from collections.abc import Awaitable, Mapping
from dataclasses import asdict, dataclass
from typing import Final

from dcode.api import calibration as api
from dcode.api.codec import Message
from dcode.api.jobs import Append, Begin, Commit
from dcode.api.model import Nothing
from dcode.config.paths import data_dir
from dcode.daemon.job_desk import JobDesk
from dcode.daemon.machine_desk import MachineDesk
from dcode.daemon.readiness import must_be_ready
from dcode.daemon.run_desk import RunDesk
from dcode.daemon.server import Client
from dcode.errors import CalibrationError, ConfigError, DcodeError, JobError, MachineNotReady
from dcode.firmware.pen_scale import own_wait, pen_unit
from dcode.firmware.profile import FirmwareProfile, load_profile
from dcode.firmware.tuning import tuning_of
from dcode.jobs.job import AT_THE_MACHINE, ENDED, JobState
from dcode.jobs.store import JobStore
from dcode.machine.calibration import guides
from dcode.machine.calibration.firmware_settings import Tuning
from dcode.machine.calibration.guide import Action, Guide, Plot, Save, Tell

_LOOK_SECONDS: Final = 0.2  # between looks whether the client is still there
_SETTING: Final = re.compile(r"(\$\d+) ?= ?(-?[\d.]+)")
_ASKS_SETTINGS: Final = {"grbl": "$$", "grblhal": "$$"}  # by dialect


@dataclass(slots=True)
class _Session:
    name: str
    guide: Guide
    client: Client
    busy: bool = False  # an answer is being carried out
    left: bool = False


class CalibrationDesk:
    """Answers calibrate.*. Its place is between the guides, which only say what to do, and the plotter."""

    def __init__(self, store: JobStore, machine: MachineDesk, runs: RunDesk, jobs: JobDesk) -> None:
        self._store, self._machine, self._runs, self._jobs = store, machine, runs, jobs
        self._plotter = machine.plotter
        self._open: _Session | None = None
        self._lost: _Session | None = None  # the last one, where the machine ended it
        self._why = ""  # it did
        self._leaving: set[asyncio.Task[None]] = set()

    # -- what clients ask ----------------------------------------------------------------------------------------------

    async def begin(self, params: api.Guide, client: Client) -> api.Guided:
        """Open a guide and lift the pen. Raises MachineNotReady, CalibrationError."""
        self._machine.must_not_be_led()
        if params.guide not in guides.GUIDES:
            raise CalibrationError(f"There is no guide {params.guide!r}. There are: {', '.join(guides.GUIDES)}.")
        await self._machine.ensure_connected()
        self._machine.keeper.must_be_sound()
        if job := self._store.current():
            raise MachineNotReady(f"Job {job.id} ({job.name}) is at the machine.", reason="busy", job=job.id)
        self._machine.must_not_be_led()  # another client may have been quicker
        must_be_ready(self._machine, None)
        self._machine.led_by = params.guide
        try:
            guide = guides.guide(params.guide, await self._start(params.options))
            await self._plotter.call("begin_guide")
        except BaseException:
            self._machine.led_by = None
            raise
        session = self._open = _Session(params.guide, guide, client)
        if client.gone:
            await self._leave(session)
        return self._shown(session)

    async def show(self, params: Nothing, client: Client) -> api.Guided:
        return self._shown(self._session())

    async def answer(self, params: api.Answer, client: Client) -> api.Guided:
        """Take a choice, and carry out what the guide asks for. If that fails, the guide is left."""
        if self._open is None and self._lost and self._lost.client is client:
            told = f"dcode calibrate {self._lost.name} was ended, and nothing is saved: {self._why}"
            raise MachineNotReady(told, reason="guide")
        session = self._session()
        if session.client is not client:
            raise MachineNotReady(f"dcode calibrate {session.name} is answered by another client.", reason="guide")
        if session.busy:
            raise MachineNotReady("The machine still carries out the last answer.", reason="busy")
        actions = session.guide.answer(params.choice, params.values)  # or CalibrationError: it is as it was
        session.busy = True
        try:
            for action in actions:
                await self._watched(session, self._carry_out(action))
        except BaseException:
            await self._leave(session)
            raise
        finally:
            session.busy = False
        if session.guide.over:
            await self._end(session)
        return self._shown(session)

    async def leave(self, params: Nothing, client: Client) -> api.Guided:
        session = self._session()
        await self._leave(session)
        return self._shown(session)

    def client_gone(self, client: Client) -> None:
        """The guide of a client that has hung up is left."""
        if self._open and self._open.client is client:
            task = asyncio.get_running_loop().create_task(self._leave(self._open))
            self._leaving.add(task)
            task.add_done_callback(self._leaving.discard)

    def plotter_says(self, message: Message) -> None:
        """A machine that cannot be led any more ends the guide; it has lifted the pen itself, if that could be."""
        session, state = self._open, self._plotter.status["state"]
        if session and (message["event"] in ("lost", "gone") or state in ("alarm", "disconnected")):
            logging.warning("dcode calibrate %s is left: the machine is %s", session.name, state)
            session.left, self._lost = True, session
            self._why = self._plotter.status.get("message") or f"the machine is {state}."
            self._plotter.tell("end_guide")
            self._close(session)

    async def close(self) -> None:
        """The daemon ends."""
        if self._open:
            await self._leave(self._open)
        if self._leaving:
            await asyncio.wait(self._leaving)

    # -- one session ---------------------------------------------------------------------------------------------------

    def _session(self) -> _Session:
        if self._open is None:
            raise CalibrationError("No guide is open. dcode calibrate pen   begins one.")
        return self._open

    def _shown(self, session: _Session) -> api.Guided:
        view = api.View.model_validate(asdict(session.guide.view))
        return api.Guided(guide=session.name, view=view, over=session.guide.over or self._open is not session)

    async def _start(self, options: Mapping[str, guides.Option]) -> guides.Start:
        """All that a guide may know."""
        name = self._machine.wanted_profile
        assert name
        profile = load_profile(name, data_dir("firmware_profiles"))
        at = self._plotter.status["position"]
        return guides.Start(
            machine=self._machine.keeper.machine,
            at=(at[0], at[1]),
            firmware=profile.dialect,
            unit=pen_unit(profile),
            own_wait=own_wait(profile),
            today=time.strftime("%Y-%m-%d"),
            settings=await self._settings(profile),
            tuning=await self._tuning(profile),
            options=options,
        )

    async def _tuning(self, profile: FirmwareProfile) -> Tuning:
        """What the firmware says of motors and steps; and whether it drives belts or rails, where only it can tell."""
        if profile.identity.y_down is not None:
            profile = profile.adapted(await self._plotter.call("console", line=profile.commands.identify))
        asks = profile.calibration.asks
        replies = await self._plotter.call("console", line=asks) if asks else []
        return tuning_of(profile, self._machine.keeper.machine, replies)

    async def _settings(self, profile: FirmwareProfile) -> dict[str, float]:
        """The firmware's own settings, where it lists them."""
        question = _ASKS_SETTINGS.get(profile.dialect)
        replies = await self._plotter.call("console", line=question) if question else []
        return {found[1]: float(found[2]) for line in replies if (found := _SETTING.match(line))}

    async def _watched(self, session: _Session, work: Awaitable[None]) -> None:
        """Carry out an action for as long as somebody wants it."""
        task = asyncio.ensure_future(work)
        try:
            while not task.done():
                await asyncio.wait([task], timeout=_LOOK_SECONDS)
                if session.client.gone and not session.left:
                    await self._leave(session)
            task.result()
        finally:
            task.cancel()
        if session.left:
            raise MachineNotReady("The guide was left.", reason="guide")

    async def _leave(self, session: _Session) -> None:
        """End a guide where it is: what is under way comes to its end with the pen up, and nothing is saved."""
        if self._open is not session or session.left:
            return
        session.left = True
        with contextlib.suppress(DcodeError):
            if (job := self._store.current()) and job.state in AT_THE_MACHINE:
                await self._runs.cancel()
        for request in ({"do": "stop_acting"}, *map(_act, session.guide.leave()), {"do": "end_guide"}):
            try:
                await self._plotter.call(**request)
            except DcodeError as error:
                logging.warning("leaving dcode calibrate %s: %s", session.name, error.message)
        self._close(session)

    async def _end(self, session: _Session) -> None:
        """The guide has come to its end."""
        await self._plotter.call("end_guide")
        self._close(session)

    def _close(self, session: _Session) -> None:
        """The machine is free. Jobs that wait do not begin by themselves: what hangs on the wall may be scrap paper."""
        if self._open is session:
            self._open = self._machine.led_by = self._machine.led_job = None
            self._runs.waits = self._runs.waits or bool(self._store.waiting())

    # -- actions -------------------------------------------------------------------------------------------------------

    async def _carry_out(self, action: Action) -> None:
        match action:
            case Save(changes):
                self._save(changes)
            case Tell(lines):
                for line in lines:
                    await self._plotter.call("console", line=line)
            case Plot(name, gcode):
                await self._plot(name, gcode)
            case _:
                await self._plotter.call(**_act(action))

    def _save(self, changes: Mapping[str, object]) -> None:
        """Write what was found; what cannot be written is at least told, so that nobody has to look for it again."""
        try:
            self._machine.keeper.store.change(changes)
        except ConfigError as error:
            found = ", ".join(f"{key} = {value}" for key, value in changes.items() if value is not None)
            error.message = f"{error.message} Nothing was saved. What was found: {found}."
            raise

    async def _plot(self, name: str, gcode: str) -> None:
        """Queue a drawing as a job and wait until it is drawn; raises JobError where it is not."""
        session = self._session()
        await self._plotter.call("end_guide")
        self._machine.led_job = name
        try:
            job = await self._queued(name, gcode.encode(), session.client)
            await self._ended(job)
        finally:
            self._machine.led_job = None
        ended = self._store.get(job)
        if ended.state is not JobState.DONE:
            raise JobError(f"Job {job} ({name}) was {ended.state}: {ended.reason or 'no reason given'}", job=job)
        await self._plotter.call("begin_guide")

    async def _ended(self, job: int) -> None:
        while True:
            if self._store.get(job).state in ENDED:
                return
            await asyncio.sleep(_LOOK_SECONDS)

    async def _queued(self, name: str, program: bytes, client: Client) -> int:
        """As if the client had sent it."""
        upload = await self._jobs.begin(Begin(name=name, size=len(program), rehearse=None), client)
        piece = 512 << 10
        for at in range(0, len(program), piece):
            data = base64.b64encode(program[at : at + piece]).decode("ascii")
            await self._jobs.append(Append(upload=upload.upload, data=data), client)
        done = await self._jobs.commit(Commit(upload=upload.upload, require_ready=True), client)
        return done.job.id


def _act(action: Action) -> Message:
    """The plotter's request for an action."""
    return {"do": "act", "action": {"action": type(action).__name__, **asdict(action)}}
