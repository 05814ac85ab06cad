"""The daemon as a whole: what it is made of, what is said of it, and how it begins and ends."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import time

import dcode
from dcode.api import status as api
from dcode.api.codec import Message
from dcode.api.model import Model, Nothing
from dcode.daemon.audit_desk import AuditDesk
from dcode.daemon.calibration_desk import CalibrationDesk
from dcode.daemon.checker import Checker
from dcode.daemon.drawing_desk import DrawingDesk
from dcode.daemon.handover import Handover
from dcode.daemon.ink_keeper import InkKeeper
from dcode.daemon.job_desk import JobDesk
from dcode.daemon.machine_desk import MachineDesk, Setup
from dcode.daemon.machine_keeper import MachineKeeper
from dcode.daemon.pen_desk import PenDesk
from dcode.daemon.plotter_handle import PlotterHandle
from dcode.daemon.run_desk import RunDesk
from dcode.daemon.server import Client, Handler, Server
from dcode.daemon.supervision import Supervision
from dcode.daemon.wire_desk import WireDesk
from dcode.errors import DcodeError, MachineNotReady, PortBusy
from dcode.jobs.ink_book import FILE as INK
from dcode.jobs.job import Job, JobState
from dcode.jobs.store import JobStore


class Service:
    """Owns the queue, the plotter process and the socket. A handler takes checked params, gives a model of the API.

    `kept_port`: a port that the daemon before this one left open.
    """

    def __init__(self, setup: Setup, kept_port: int | None = None) -> None:
        self.setup = setup
        self.ended = asyncio.Event()
        self.started = time.time()
        self.store = JobStore(setup.state_dir)
        self.keeper = MachineKeeper(setup.machine_file, setup.state_dir, self.store, self._publish)
        self.plotter = PlotterHandle(self.keeper.in_use, setup.state_dir, setup.park, self._plotter_says)
        self.keeper.on_new = lambda: self.plotter.tell("use_machine")
        self.plotter.kept = kept_port
        self.machine = MachineDesk(setup, self.store, self.keeper, self.plotter, self._status)
        self.ink = InkKeeper(setup.state_dir / INK, self.machine)
        self.runs = RunDesk(self.store, self.machine, self.ink, self._publish, self._status)
        self.pens = PenDesk(self.store, self.machine, self.runs)
        checker = Checker(self.store, self.machine, self.runs.estimates.turn)
        self.drawings = DrawingDesk(setup, self.store, self.machine, self.runs, checker, self._publish)
        self.runs.on_rest_wanted, self.runs.on_given_up = self.drawings.complete, self.drawings.cancel
        self.jobs = JobDesk(setup, self.store, self.machine, self.runs, checker, self.drawings, self._publish)
        self.calibration = CalibrationDesk(self.store, self.machine, self.runs, self.jobs)
        self.audits = AuditDesk(self.store, self.machine, self.runs, self._publish)
        self.wire = WireDesk(self.plotter)
        self.supervision = Supervision(self.plotter, self._status)
        self.machine.on_open, self.machine.on_close = self.supervision.keep_port, self.supervision.drop_port
        self._goes_on = False  # the next daemon takes over from here
        self._hurry = asyncio.Event()
        self.server = Server(self._handlers())
        self.server.on_gone = self._client_gone

    async def run(self) -> None:
        """Serve until somebody stops the daemon."""
        self.store.recover("The daemon ended while this was being plotted.")
        left = await self._left()
        await self.server.listen(self.setup.socket)
        self.supervision.begin()
        self.drawings.begin()
        connecting = asyncio.get_running_loop().create_task(self._connect_at_start(left))
        await self.ended.wait()
        self.supervision.end()
        connecting.cancel()
        await self.calibration.close()
        if self._goes_on:
            await self._hand_over_unless_hurried()
        await self.server.close()
        await self.drawings.close()
        await self.runs.estimates.close()
        await self.machine.close()
        self.ink.close()
        self.store.recover("The daemon was stopped while this was being plotted.")
        self.store.close()

    def end(self, *, goes_on: bool) -> None:
        """End the daemon. `goes_on`: another one is about to follow, which continues what this one was doing.

        Asked for a second time, it ends at once: the pen is lifted where it is.
        """
        if self.ended.is_set():
            self._hurry.set()
        self._goes_on = goes_on
        self.ended.set()

    def reload(self) -> None:
        """Read machine.json again, once no job is at the machine."""
        self.keeper.reload()

    async def _left(self) -> Handover | None:
        """What the daemon before this one left, and where the machine stood when it ended."""
        left = Handover.take(self.setup.state_dir)
        with contextlib.suppress(DcodeError):  # a journal that cannot be read: then the position is not known
            self.machine.left_at = left.at if left else await self.runs.interrupted.stood()
        return left

    async def _connect_at_start(self, left: Handover | None) -> None:
        """To the port that the daemon before this one left, or to one that is named.

        What goes wrong is in the status, and tried again when the machine is asked for.
        """
        try:
            if left and await self.machine.take_over(left, self.plotter.kept):
                await self._go_on(left)
            elif self.setup.port or self.keeper.machine.port:
                await self.machine.ensure_connected(self.plotter.kept)
        except PortBusy as error:  # the process of the daemon before this one may still be lifting the pen
            logging.warning("at the start: %s", error.message)
            self.machine.port_was_lost()
        except DcodeError as error:
            logging.warning("at the start: %s", error.message)
        finally:
            self.plotter.forget_kept()

    async def _go_on(self, left: Handover) -> None:
        """The machine stands where the daemon before this one left it: its job continues."""
        job = self.store.jobs.get(left.job or 0)
        if job and job.state is JobState.INTERRUPTED and left.goes_on:
            logging.info("job %d goes on where the last daemon left it", job.id)
            await self.runs.go_on(job, "redraw", 0.0)

    async def _hand_over_unless_hurried(self) -> None:
        handing = asyncio.get_running_loop().create_task(self._hand_over())
        hurry = asyncio.get_running_loop().create_task(self._hurry.wait())
        await asyncio.wait([handing, hurry], return_when=asyncio.FIRST_COMPLETED)
        for task in (handing, hurry):
            task.cancel()
        await asyncio.gather(handing, hurry, return_exceptions=True)

    async def _hand_over(self) -> None:
        """Bring the machine to rest, and leave the port and a note for the next daemon."""
        status = self.plotter.status
        if self.machine.is_simulated or status["state"] == "disconnected":
            return
        job = self.store.current()
        plotting = job.id if job and job.state is JobState.PLOTTING else None
        try:
            at = await self.plotter.call("hand_over", reason="The daemon was ended; the pen is up.")
            if at:
                note = Handover.of((at[0], at[1]), status["port"], self.machine.wanted_profile, plotting)
                note.leave(self.setup.state_dir)
        except (DcodeError, OSError) as error:
            logging.warning("the machine was not handed over: %s", error)

    def _handlers(self) -> dict[str, Handler]:
        machine, jobs, runs, drawings, wire = self.machine, self.jobs, self.runs, self.drawings, self.wire
        return {
            "daemon.info": self.daemon_info,
            "daemon.stop": self.daemon_stop,
            "status": self.status,
            "subscribe": self.subscribe,
            "plotter.connect": machine.connect,
            "plotter.disconnect": machine.disconnect,
            "plotter.home": machine.home,
            "plotter.jog": machine.jog,
            "plotter.nudge": machine.nudge,
            "plotter.marks": runs.marks.marks,
            "plotter.register": runs.marks.register,
            "plotter.audit": self.audits.audit,
            "plotter.drift": self.audits.drift,
            "plotter.pen": machine.pen,
            "plotter.console": machine.console,
            "plotter.pen_changed": self.pens.pen_changed,
            "plotter.touch_test": self.pens.touch_test,
            "plotter.adjust": self.pens.adjust,
            "plotter.keep_adjusted": self.pens.keep,
            "pens.ledger": self.pens.ledger,
            "pens.fresh": self.pens.fresh,
            "plotter.pause": runs.pause,
            "plotter.resume": runs.resume,
            "plotter.stop": runs.stop,
            "job.begin": jobs.begin,
            "job.append": jobs.append,
            "job.commit": jobs.commit,
            "job.abort": jobs.abort,
            "job.draw": drawings.draw,
            "job.drawings": drawings.drawings,
            "job.pick": drawings.pick,
            "job.confirm": drawings.confirm,
            "job.read": jobs.read,
            "job.motion": jobs.motion,
            "job.list": jobs.list_jobs,
            "job.show": jobs.show,
            "job.recovery": runs.recovery,
            "job.cancel": jobs.cancel,
            "job.move": jobs.move,
            "job.retry": jobs.retry,
            "job.forget": jobs.forget,
            "machine.show": self.keeper.show,
            "machine.limits": self.keeper.limits,
            "machine.change": self.keeper.change,
            "wire.follow": wire.follow,
            "wire.snapshot": wire.snapshot,
            "calibrate.begin": self.calibration.begin,
            "calibrate.show": self.calibration.show,
            "calibrate.answer": self.calibration.answer,
            "calibrate.leave": self.calibration.leave,
            "sim.ink": machine.ink,
        }

    # These close the circle: the desks are made before the server, the plotter's handle before the desks.

    def _publish(self, key: object, event: Model) -> None:
        self.server.publish(key, event)

    def _plotter_says(self, message: Message) -> None:
        if message["event"] == "wire":
            self.wire.lines(message)
        else:
            self.calibration.plotter_says(message)
            self.runs.plotter_says(message)

    def _client_gone(self, client: Client) -> None:
        self.jobs.client_gone(client)
        self.wire.client_gone(client)
        self.calibration.client_gone(client)

    async def daemon_info(self, params: Nothing, client: Client) -> api.DaemonInfo:
        return api.DaemonInfo(
            pid=os.getpid(),
            socket=str(self.setup.socket),
            version=dcode.__version__,
            state_dir=str(self.setup.state_dir),
            machine=str(self.keeper.store.path),
            started=self.started,
        )

    async def daemon_stop(self, params: api.Stop, client: Client) -> Nothing:
        job = self.store.current()
        if job and params.when == "idle":
            raise MachineNotReady(f"Job {job.id} ({job.name}) is at the machine.", reason="busy", job=job.id)
        asyncio.get_running_loop().call_soon(lambda: self.end(goes_on=False))  # after the answer is on its way
        return Nothing()

    async def status(self, params: Nothing, client: Client) -> api.Status:
        return self._status()

    async def subscribe(self, params: Nothing, client: Client) -> api.Subscribed:
        client.subscribed = True
        return api.Subscribed(status=self._status(), jobs=self.jobs.shown_jobs())

    def _status(self) -> api.Status:
        known = {name: value for name, value in self.plotter.status.items() if name in api.Status.model_fields}
        known.setdefault("port", self.machine.port)
        known["pen_in_hand"] = self.pens.in_hand()
        job = self.store.current()
        if job:
            known["job"] = api.JobBrief(id=job.id, name=job.name, state=job.state.value)
            known["progress"], known["drift"] = _progress(job), job.drift
            if left := self.runs.left():
                known["eta_seconds"], known["eta_band"] = left.seconds, (left.least, left.most)
        if self.machine.led_by and known["state"] == "idle":
            known["message"] = f"dcode calibrate {self.machine.led_by} is under way."
        elif self.runs.held_back and known["state"] == "idle":
            known["message"] = self.runs.why_held_back
        return api.Status(**known | {"queued": len(self.store.waiting())})


def _progress(job: Job) -> float:
    return min(1.0, job.row / job.rows) if job.rows else 0.0
