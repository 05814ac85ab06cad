"""The plotter as clients ask for it: which port it is at, and what is done with it by hand."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from dcode.api import by_hand as api
from dcode.api.model import Nothing
from dcode.api.status import Status
from dcode.config.paths import data_dir
from dcode.config.settings import Generation
from dcode.daemon.handover import Handover
from dcode.daemon.machine_keeper import MachineKeeper
from dcode.daemon.plotter_handle import PlotterHandle
from dcode.daemon.server import Client
from dcode.daemon.simulated import DEFAULT_PROFILE, SimulatedPlotter, SimulatedPort
from dcode.errors import DcodeError, JobError, MachineNotReady
from dcode.firmware.profile import load_profile
from dcode.jobs.store import JobStore
from dcode.link.ports import likely_port, stable_name
from dcode.link.reconnect import LOOK_SECONDS, Backoff, is_back, lasting_name


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
    generation: Generation = field(default_factory=Generation)


class MachineDesk:
    """Answers plotter.*, but for what concerns a run, and sim.ink.

    `on_ready`: the machine may now be able to plot. `on_open`, `on_close`: of the port. `on_position_lost`: what was
    known of where the gondola and the sheet are is worth nothing now.
    """

    def __init__(
        self,
        setup: Setup,
        store: JobStore,
        keeper: MachineKeeper,
        plotter: PlotterHandle,
        status: Callable[[], Status],
    ) -> None:
        self.on_ready: Callable[[], None] = lambda: None
        self.on_open: Callable[[], Awaitable[None]] = _no_port
        self.on_close: Callable[[], None] = lambda: None
        self.on_position_lost: Callable[[], None] = lambda: None
        self.left_at: tuple[float, float] | None = None  # where the machine stood when a daemon before this one ended
        self.led_by: str | None = None  # the guide that has the machine to itself
        self.led_job: str | None = None  # the job that this guide wants drawn, by its name
        self._reconnecting: asyncio.Task[None] | None = None
        self.port, self._profile = setup.port, setup.profile
        self._setup, self._store, self.keeper, self.plotter, self._status = setup, store, keeper, plotter, status
        self._simulated: SimulatedPlotter | None = None
        self._connecting = asyncio.Lock()

    def must_not_be_led(self) -> None:
        """Raises MachineNotReady while a guide has the machine to itself."""
        if self.led_by:
            raise MachineNotReady(
                f"dcode calibrate {self.led_by} is under way: finish or leave it first.", reason="guide"
            )

    async def close(self) -> None:
        self._stop_reconnecting()
        await self.plotter.close()
        await self._end_simulated()

    async def connect(self, params: api.Connect, client: Client) -> Status:
        self._not_at_work()
        self.must_not_be_led()
        self._stop_reconnecting()
        if params.port:
            self.port = params.port
        if params.profile or params.port:
            self._profile = params.profile
        await self._connect()
        return self._status()

    async def disconnect(self, params: Nothing, client: Client) -> Status:
        self.must_not_be_led()
        self._stop_reconnecting()
        await self.plotter.call("disconnect")
        self.on_close()
        await self._end_simulated()
        return self._status()

    async def home(self, params: api.Home, client: Client) -> Status:
        self.must_not_be_led()
        await self.ensure_connected()
        await self.plotter.call("home", here=params.here)
        self.on_position_lost()
        self.on_ready()
        return self._status()

    async def jog(self, params: api.Jog, client: Client) -> Status:
        self.must_not_be_led()
        await self.ensure_connected()
        await self.plotter.call("jog", dx=params.dx, dy=params.dy, x=params.x, y=params.y, feed=params.feed)
        return self._status()

    async def nudge(self, params: api.Nudge, client: Client) -> Status:
        self.must_not_be_led()
        await self.ensure_connected()
        await self.plotter.call("nudge", dx=params.dx, dy=params.dy)
        return self._status()

    async def pen(self, params: api.Pen, client: Client) -> Status:
        self.must_not_be_led()
        await self.ensure_connected()
        await self.plotter.call("pen", to=params.to)
        return self._status()

    async def console(self, params: api.Console, client: Client) -> api.Replies:
        self.must_not_be_led()
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

    async def change_simulated_pen(self, pen: int) -> None:
        """What a hand does at a real plotter: a fresh pen is put in."""
        if self._simulated:
            await self._simulated.ask(do="pen", number=pen)

    @property
    def wanted_profile(self) -> str | None:
        """The profile as it was asked for, a name or a user's own file; that of the firmware where nobody asked."""
        found = self.plotter.status.get("profile")
        if self._simulated and found:
            return str(found)
        return self._profile or self.keeper.machine.profile or (str(found) if found else None)

    @property
    def is_simulated(self) -> bool:
        return self._simulated is not None

    @property
    def speed(self) -> float:
        """How many times as fast as a real machine this one lives; 1 where that is not known (0, as fast as it can)."""
        return (self._simulated.speed if self._simulated else 0.0) or 1.0

    def profile_for_reading(self) -> str:
        """The dialect that a source is read in: that of the machine that will plot it."""
        if self.plotter.status.get("profile") and (wanted := self.wanted_profile):
            return wanted
        if self._profile:
            return self._profile
        simulated = SimulatedPort.parse(self.port or "", None, 1.0)
        return (simulated.profile if simulated else None) or self.keeper.look().profile or DEFAULT_PROFILE

    @property
    def heard(self) -> tuple[str, str] | None:
        """The name of the connected firmware's profile, and what it said of itself; None while none is connected."""
        status = self.plotter.status
        is_there = status["state"] not in ("disconnected", "connecting")
        return (str(status.get("profile")), str(status.get("said", ""))) if is_there else None

    @property
    def firmware(self) -> tuple[str, str] | None:
        """As `heard`, the profile as it was asked for: a name, or a user's own file."""
        heard = self.heard
        return (self.profile_for_reading(), heard[1]) if heard else None

    async def ensure_connected(self, fd: int | None = None) -> None:
        """Connect if nothing is. `fd`: the port, where it is open already."""
        async with self._connecting:
            pass  # one that is under way decides
        if self.plotter.status["state"] == "disconnected":
            await self._connect(fd)

    async def try_to_connect(self) -> DcodeError | None:
        """Which firmware will plot a program decides how it is read: ask it first, if it is there. Why it is not."""
        try:
            await self.ensure_connected()
        except DcodeError as error:
            return error
        return None

    async def _connect(self, fd: int | None = None) -> None:
        async with self._connecting:
            machine = self.keeper.look()
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
                await self._open(port, wanted, self.left_at, fd)
                return
            self._simulated = await SimulatedPlotter.start(
                profile.dialect, simulated.speed, self.keeper.in_use, simulated.wall
            )
            await self.plotter.call(
                "connect",
                port=self._simulated.port,
                profile=wanted,
                at=machine.home,
                shown_as=port,
                left_at=None,
                fd=None,
            )
        self.on_ready()

    async def take_over(self, left: Handover, fd: int | None) -> bool:
        """Connect as the daemon before this one was; whether the machine still stands where that one left it."""
        if self.port not in (None, left.port):
            return False
        async with self._connecting:
            self.port = left.port
            await self._open(left.port, left.profile, left.at, fd)
        return bool(self.plotter.status["registered"])

    async def _open(
        self, port: str, profile: str | None, left_at: tuple[float, float] | None, fd: int | None = None
    ) -> None:
        await self.plotter.call("connect", port=port, profile=profile, at=None, shown_as=port, left_at=left_at, fd=fd)
        self.left_at = None
        self.on_position_lost()
        await self.on_open()

    # -- a port that went away -----------------------------------------------------------------------------------------

    def port_was_lost(self) -> None:
        """It is opened again when it is back. Nothing moves then: the position is not known any more."""
        self.on_close()
        self.on_position_lost()
        if self._simulated is None and self.port and self._reconnecting is None:
            work = self._reconnect(lasting_name(self.port), self.wanted_profile)
            self._reconnecting = asyncio.get_running_loop().create_task(work)

    def _stop_reconnecting(self) -> None:
        if self._reconnecting:
            self._reconnecting.cancel()
            self._reconnecting = None

    async def _reconnect(self, port: str, profile: str | None) -> None:
        loop, backoff = asyncio.get_running_loop(), Backoff()
        try:
            while self.plotter.status["state"] == "disconnected":
                await asyncio.sleep(LOOK_SECONDS)
                if not is_back(port):
                    backoff.reset()
                elif backoff.due(loop.time()):
                    try:
                        async with self._connecting:
                            await self._open(port, profile, self.left_at)
                    except DcodeError as error:
                        logging.info("%s: %s", port, error.message)
                        backoff.failed(loop.time())
        finally:
            self._reconnecting = None

    async def _end_simulated(self) -> None:
        if self._simulated:
            ended, self._simulated = self._simulated, None
            await ended.close()

    def _not_at_work(self) -> None:
        job = self._store.current()
        if job:
            raise MachineNotReady(f"Job {job.id} ({job.name}) is at the machine.", reason="busy", job=job.id)


async def _no_port() -> None:
    pass
