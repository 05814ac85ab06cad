"""The person beside the plotter: patient, and not told what fate has planned.

Registers the gondola where it hangs, takes up a job that was interrupted, resumes a pause, puts the cable back, makes
room on the disk, and presses start at a machine that stands in a hold. Nothing of that is left to dcode.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import TYPE_CHECKING, Any, Final

from virtual_loop import Hang
from world import PORT

from dcode.daemon.plotter import Plotter
from dcode.daemon.plotter_state import PlotterState
from dcode.errors import DcodeError

if TYPE_CHECKING:
    from session import Session

# Firmwares that shift only their zero with G92: after a reset their belts must be as long as at power-on, by hand.
HANGS_AT_HOME: Final = frozenset({"fluidnc"})

_CONNECTS: Final = 6  # tries to connect and register, the last of them after switching the plotter off and on
_LOOK_SECONDS: Final = 60.0  # between two looks at the machine
_IDLE_SECONDS: Final = 600.0  # without a line or a movement: longer than any wait of dcode's for an answer


class GivenUp(BaseException):
    """The user has lost patience; nothing of the process runs any more."""


class User:
    """Acts on the plotter of a session, as a client of the daemon would."""

    def __init__(self, session: Session) -> None:
        self._session, self._world = session, session.world
        self._random = session.random
        self._tasks: set[asyncio.Future[None]] = set()
        self._jogs = False  # in the pause that comes

    def ask(self, what: str) -> bool:
        """Do something now, from outside the loop. False when it cannot be done at this moment."""
        plotter = self._session.plotter
        if plotter is None or plotter.state is not PlotterState.PLOTTING:
            return False
        asyncio.get_running_loop().call_soon(self._do, plotter, what)
        self._world.wake()
        return True

    def begin(self, work: Coroutine[Any, Any, None]) -> None:
        """Let something go on by itself. What dcode answers with an error is no failure of its."""
        task = asyncio.ensure_future(self._or_told(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def connect(self, plotter: Plotter) -> None:
        """Bring the plotter to where a job can begin. Raises Hang."""
        told = ""
        for attempt in range(_CONNECTS):
            if plotter.state is PlotterState.IDLE and plotter.registered:
                return
            try:
                if plotter.state is PlotterState.DISCONNECTED:
                    await plotter.connect(PORT, self._session.profile, at=None, shown_as="sim")
                await self.wait_for_rest()
                if self._session.profile.name in HANGS_AT_HOME:
                    self._world.hang_where_it_believes()
                await plotter.register(*self._world.gondola)
            except DcodeError as error:
                told = error.message
                self._session.note(f"the user is told: {told}")
                if plotter.state is not PlotterState.DISCONNECTED:
                    plotter.disconnect()
                await asyncio.sleep(5.0)
                self._session.repair()
                if attempt >= _CONNECTS // 2:
                    self._world.line.reset(self._world.now)
        if not (plotter.state is PlotterState.IDLE and plotter.registered):
            raise Hang(f"cannot be connected again: {told}")

    async def wait_for_rest(self) -> None:
        """Until the machine stands: nobody looks for a gondola that still moves."""
        machine, still = self._world.line.firmware.plotter, 0
        while not machine.idle and still < 3:
            was = machine.paper
            await asyncio.sleep(2.0)
            still = still + 1 if machine.paper == was else 0  # held, or locked with moves in its queue

    async def resume_pause(self) -> None:
        """Some time after a pause go on, with the gondola moved about in between if that was the plan."""
        await asyncio.sleep(self._random.uniform(0.1, 30.0))
        plotter = self._session.plotter
        if plotter is None or plotter.state is not PlotterState.PAUSED:
            return
        if self._jogs:
            self._jogs = False
            self._session.came_from = None
            x, y = self._random.uniform(-20, 20), self._random.uniform(-20, 20)
            await self._or_told(plotter.jog(x, y, None, None, None))
            await asyncio.sleep(self._random.uniform(0.1, 5.0))
        if self._session.came_from:
            self._session.came_from = self._world.gondola
        await plotter.resume()

    async def look_after_it(self) -> None:
        """Start is pressed at a machine that has stood in a hold for minutes; what never gets on is given up."""
        session, world, held, idle, seen = self._session, self._world, 0, 0, (0, (0.0, 0.0))
        while True:
            await asyncio.sleep(_LOOK_SECONDS)
            held = held + 1 if world.held else 0
            if held >= 2:
                session.note("the user presses start")
                session.outcome.notices["start pressed by the user"] += 1
                world.line.firmware.press("start", world.now)
                held = 0
            idle = idle + 1 if seen == (world.lines, world.gondola) else 0
            seen = (world.lines, world.gondola)
            late = world.now > session.seconds_allowed
            if late and session.unseen:  # a garbled feed may make an hour of a line
                world.interrupt(GivenUp())
            elif late or idle * _LOOK_SECONDS >= _IDLE_SECONDS:
                status = session.plotter and session.plotter.status()
                world.interrupt(Hang(f"no line and no movement for {idle * _LOOK_SECONDS:.0f} s: {status}"))

    def _do(self, plotter: Plotter, what: str) -> None:
        self.begin(self._act(plotter, what))

    async def _act(self, plotter: Plotter, what: str) -> None:
        match what:
            case "pause":
                plotter.pause(now=False)
            case "pause_now" | "pause_jog":
                self._jogs = what == "pause_jog"
                plotter.pause(now=True)
            case "cancel":
                plotter.cancel()
            case "stop":
                await plotter.stop(other_reset=False)
            case "leave":
                self._session.leaving = True
                await plotter.leave()

    async def _or_told(self, work: Coroutine[Any, Any, None]) -> None:
        try:
            await work
        except DcodeError as error:
            self._session.note(f"the user is told: {error.message}")
