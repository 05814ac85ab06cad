"""The daemon as a whole: what it is made of, what is said of it, and how it begins and ends."""

from __future__ import annotations

import asyncio
import contextlib
import os
import time

import dcode
from dcode.api import methods as api
from dcode.api.codec import Message
from dcode.config.machine_file import load_machine
from dcode.daemon.job_desk import JobDesk
from dcode.daemon.machine_desk import MachineDesk, Setup
from dcode.daemon.plotter_handle import PlotterHandle
from dcode.daemon.server import Client, Handler, Server
from dcode.errors import DcodeError, MachineNotReady
from dcode.jobs.store import JobStore


class Service:
    """Owns the queue, the plotter process and the socket. A handler takes checked params, gives a model of the API."""

    def __init__(self, setup: Setup) -> None:
        self.setup = setup
        self.ended = asyncio.Event()
        self.started = time.time()
        self.store = JobStore(setup.state_dir)
        self.plotter = PlotterHandle(setup.machine_file, setup.park, self._plotter_says)
        self.machine = MachineDesk(setup, self.store, self.plotter, self._status)
        self.jobs = JobDesk(setup, self.store, self.machine, self._publish, self._status)
        self.server = Server(self._handlers())
        self.server.on_gone = self.jobs.client_gone

    async def run(self) -> None:
        """Serve until somebody stops the daemon."""
        self.store.recover("The daemon ended while this was being plotted.")
        await self.server.listen(self.setup.socket)
        connecting = asyncio.get_running_loop().create_task(self._connect_at_start())
        await self.ended.wait()
        connecting.cancel()
        await self.server.close()
        await self.machine.close()
        self.store.recover("The daemon was stopped while this was being plotted.")
        self.store.close()

    async def _connect_at_start(self) -> None:
        """To a port that is named. What goes wrong is in the status, and tried again when the machine is asked for."""
        with contextlib.suppress(DcodeError):
            if self.setup.port or load_machine(self.setup.machine_file).port:
                await self.machine.ensure_connected()

    def _handlers(self) -> dict[str, Handler]:
        machine, jobs = self.machine, self.jobs
        return {
            "daemon.info": self.daemon_info,
            "daemon.stop": self.daemon_stop,
            "status": self.status,
            "subscribe": self.subscribe,
            "plotter.connect": machine.connect,
            "plotter.disconnect": machine.disconnect,
            "plotter.home": machine.home,
            "plotter.jog": machine.jog,
            "plotter.pen": machine.pen,
            "plotter.console": machine.console,
            "plotter.pause": jobs.pause,
            "plotter.resume": jobs.resume,
            "plotter.stop": jobs.stop,
            "job.begin": jobs.begin,
            "job.append": jobs.append,
            "job.commit": jobs.commit,
            "job.abort": jobs.abort,
            "job.list": jobs.list_jobs,
            "job.show": jobs.show,
            "job.cancel": jobs.cancel,
            "job.move": jobs.move,
            "job.retry": jobs.retry,
            "job.forget": jobs.forget,
            "sim.ink": machine.ink,
        }

    # These two close the circle: the desks are made before the server, the plotter's handle before the desks.

    def _publish(self, key: object, event: api.Model) -> None:
        self.server.publish(key, event)

    def _plotter_says(self, message: Message) -> None:
        self.jobs.plotter_says(message)

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
        return api.Subscribed(status=self._status(), jobs=self.jobs.shown_jobs())

    def _status(self) -> api.Status:
        known = {name: value for name, value in self.plotter.status.items() if name in api.Status.model_fields}
        known.setdefault("port", self.machine.port)
        job = self.store.current()
        if job:
            known["job"] = api.JobBrief(id=job.id, name=job.name, state=job.state.value)
            known["progress"] = min(1.0, job.row / job.rows) if job.rows else 0.0
            known["eta_seconds"] = self.jobs.eta_seconds(job)
        if self.jobs.held_back and known["state"] == "idle":
            known["message"] = "The queue waits, because a job was interrupted: dcode resume lets it go on."
        return api.Status(**known | {"queued": len(self.store.waiting())})
