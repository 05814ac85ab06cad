"""The plotter as clients ask for it: which port it is at, and what is done with it by hand."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from dcode.api import methods as api
from dcode.config.machine_file import load_machine
from dcode.config.paths import data_dir
from dcode.daemon.plotter_handle import PlotterHandle
from dcode.daemon.server import Client
from dcode.daemon.simulated import DEFAULT_PROFILE, SimulatedPlotter, SimulatedPort
from dcode.errors import JobError, MachineNotReady
from dcode.firmware.profile import load_profile
from dcode.jobs.store import JobStore
from dcode.link.ports import likely_port, stable_name


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


class MachineDesk:
    """Answers plotter.*, but for what concerns a run, and sim.ink. `on_ready`: the machine may now be able to plot."""

    def __init__(self, setup: Setup, store: JobStore, plotter: PlotterHandle, status: Callable[[], api.Status]) -> None:
        self.on_ready: Callable[[], None] = lambda: None
        self.port, self._profile = setup.port, setup.profile
        self._setup, self._store, self.plotter, self._status = setup, store, plotter, status
        self._simulated: SimulatedPlotter | None = None
        self._connecting = asyncio.Lock()

    async def close(self) -> None:
        await self.plotter.close()
        await self._end_simulated()

    async def connect(self, params: api.Connect, client: Client) -> api.Status:
        self._not_at_work()
        if params.port:
            self.port = params.port
        if params.profile or params.port:
            self._profile = params.profile
        await self._connect()
        return self._status()

    async def disconnect(self, params: api.Nothing, client: Client) -> api.Status:
        await self.plotter.call("disconnect")
        await self._end_simulated()
        return self._status()

    async def home(self, params: api.Home, client: Client) -> api.Status:
        await self.ensure_connected()
        await self.plotter.call("home", here=params.here)
        self.on_ready()
        return self._status()

    async def jog(self, params: api.Jog, client: Client) -> api.Status:
        await self.ensure_connected()
        await self.plotter.call("jog", dx=params.dx, dy=params.dy, x=params.x, y=params.y, feed=params.feed)
        return self._status()

    async def pen(self, params: api.Pen, client: Client) -> api.Status:
        await self.ensure_connected()
        await self.plotter.call("pen", to=params.to)
        return self._status()

    async def console(self, params: api.Console, client: Client) -> api.Replies:
        await self.ensure_connected()
        return api.Replies(replies=await self.plotter.call("console", line=params.line))

    async def ink(self, params: api.Ink, client: Client) -> api.Ink:
        if self._simulated is None:
            raise MachineNotReady("The plotter is not simulated: its ink is on the paper.", reason="real")
        answer = await self._simulated.ask(do="ink", path=params.path)
        if not answer.get("ok"):
            raise JobError(f"The ink was not written: {answer.get('error', 'no reason given')}")
        return params

    async def reset_board(self) -> None:
        """The reset line of a simulated board: a pseudo-terminal has no DTR to do it by."""
        if self._simulated:
            await self._simulated.ask(do="reset")

    @property
    def is_simulated(self) -> bool:
        return self._simulated is not None

    def profile_for_reading(self) -> str:
        """The dialect that a source is read in: that of the machine that will plot it."""
        connected = self.plotter.status.get("profile")
        if connected or self._profile:
            return str(connected or self._profile)
        simulated = SimulatedPort.parse(self.port or "", None, 1.0)
        return (
            (simulated.profile if simulated else None)
            or load_machine(self._setup.machine_file).profile
            or DEFAULT_PROFILE
        )

    async def ensure_connected(self) -> None:
        async with self._connecting:
            pass  # one that is under way decides
        if self.plotter.status["state"] == "disconnected":
            await self._connect()

    async def _connect(self) -> None:
        async with self._connecting:
            machine = load_machine(self._setup.machine_file)
            port = self.port or machine.port or likely_port()
            if port is None:
                raise MachineNotReady(
                    "No port is given and none is found. Name one: --port /dev/ttyUSB0 (dcode ports lists them), "
                    "or --port sim for a simulated plotter.",
                    reason="disconnected",
                )
            simulated = SimulatedPort.parse(port, self._profile, self._setup.sim_speed)
            wanted = simulated.profile if simulated else self._profile or machine.profile
            # A name that is no profile is said before anything ends.
            profile = load_profile(wanted, data_dir("firmware_profiles")) if wanted else None
            await self._end_simulated()
            self.port = port = stable_name(port) or port if port.startswith("/dev/tty") else port
            if simulated is None or profile is None:
                await self.plotter.call("connect", port=port, profile=wanted, at=None, shown_as=port)
                return
            self._simulated = await SimulatedPlotter.start(profile.dialect, simulated.speed, self._setup.machine_file)
            await self.plotter.call(
                "connect", port=self._simulated.port, profile=wanted, at=machine.home, shown_as=port
            )
        self.on_ready()

    async def _end_simulated(self) -> None:
        if self._simulated:
            ended, self._simulated = self._simulated, None
            await ended.close()

    def _not_at_work(self) -> None:
        job = self._store.current()
        if job:
            raise MachineNotReady(f"Job {job.id} ({job.name}) is at the machine.", reason="busy", job=job.id)
