"""The machine at the end of the wire, moved by hand: home, jog, nudge, register, raise and lower the pen.

Lives in a process of its own (plotter_process.py), so that nothing a client or a big file does can delay the next line.
Below it, each module resting on the one before: plotter_port.py (connecting), plotter_position.py (where it is),
plotter_halt.py (lifting, braking), plotter_faults.py (failing pen-up, STOP), plotter_live.py (depth and feeds while it
draws), plotter_pens.py (changes of pens, ink), plotter_pauses.py (pausing, going on), plotter_runs.py (jobs).
"""

from __future__ import annotations

from collections.abc import Callable

from dcode.daemon.plotter_port import Point, unregistered
from dcode.daemon.plotter_runs import PlotterRuns
from dcode.daemon.plotter_state import PlotterState
from dcode.firmware.guard import Guard
from dcode.firmware.translate import Translator
from dcode.machine.machine import Machine

_S = PlotterState


class Plotter(PlotterRuns):
    """One machine. All methods run on one loop; those that move it are coroutines that end when it has moved."""

    async def home(self, here: bool) -> None:
        """Register the home position, go to it, or find it by end-stops. Raises MachineNotReady, FirmwareError."""
        self._must_be(_S.IDLE, _S.ALARM)
        channel, tools = self._wire()
        if self.state is _S.ALARM:
            await self._recover(channel)
        if not (here or self.registered or self.machine.end_stops):
            raise unregistered()
        self._to(_S.HOMING)
        try:
            if here:
                await self._register(self.machine.home)
            elif self.machine.end_stops:
                await channel.execute([*tools.pen_up(), *tools.homing()])
                self._position_known(await self._ask_position() or self.machine.home)
            else:
                await self._travel(self.machine.home)
        finally:
            if self.state is _S.HOMING:
                self._to(_S.IDLE)

    async def jog(self, dx: float, dy: float, x: float | None, y: float | None, feed: float | None) -> None:
        """Move with the pen up, by (dx, dy) or to (x, y). Raises LimitError for what is out of reach."""
        self._must_be(_S.IDLE, _S.PAUSED)
        if not self.registered:
            raise unregistered()
        at = self._position()
        await self._travel((x if x is not None else at[0] + dx, y if y is not None else at[1] + dy), feed)

    async def set_pen(self, to: str | float) -> None:
        """Raise or lower the pen, or turn its servo to an angle in degrees."""
        self._must_be(_S.IDLE, _S.PAUSED)
        channel, tools = self._wire()
        match to:
            case "up":
                commands = tools.pen_up()
            case "down":
                commands = tools.pen_down(at=self._position() if self.registered else None)
            case _:
                commands = tools.pen_angle(float(to))
        await channel.execute(commands)

    async def take_machine(self, read: Callable[[], Machine]) -> None:
        """Go by another description as soon as the machine rests; it is read then."""
        await self._until(_S.IDLE, _S.ALARM, _S.DISCONNECTED)
        self.use_machine(read())

    def use_machine(self, machine: Machine) -> None:
        """Go by another description of the same machine from now on: pens, feeds, limits. Only between jobs."""
        if machine == self.machine:
            return
        if self.state is _S.DISCONNECTED:
            self.machine = machine
            return
        self._must_be(_S.IDLE, _S.ALARM)
        channel, _ = self._wire()
        assert channel.guard and self.profile
        at = channel.guard.position
        self.machine, self._translator = machine, Translator(self.profile, machine)
        channel.guard = Guard(machine, self.profile)
        if at:
            channel.guard.set_position(*at)

    async def console(self, line: str) -> list[str]:
        """Send one line that a user typed, once the guard has passed it; what the firmware said to it."""
        self._must_be(_S.IDLE, _S.ALARM)
        channel, tools = self._wire()
        assert channel.guard
        warnings = channel.guard.admit_console(line)
        replies = await channel.ask(tools.heard_out([tools.verbatim(line)]))
        if channel.guard.position is None:  # what was typed has moved the zero, or let the motors go
            self.registered = False
            if self.profile and self.profile.console.settings.fullmatch(line.upper()):  # perhaps another area as well
                self._area = await self._ask_limits(channel)
        return [*warnings, *replies]

    async def _travel(self, to: Point, feed: float | None = None) -> None:
        channel, tools = self._wire()
        assert channel.guard
        channel.guard.check_move(self._position(), to)
        await channel.execute([*tools.pen_up(), *tools.travel(to, self._position(), feed), *tools.barrier()])

    async def nudge(self, dx: float, dy: float) -> None:
        """A small step with the pen up, also where the position is not known: how a gondola is brought to a mark.

        Without a position the firmware is told the last one that was believed, so that the belts turn about as they
        should, and the limits are looked at from there.
        """
        self._must_be(_S.IDLE, _S.PAUSED, _S.ALARM)
        channel, tools = self._wire()
        if self.state is _S.ALARM:
            await self._recover(channel)
        assert channel.guard
        if channel.guard.position is None:
            at = self._believed or self.machine.home
            await channel.execute([*tools.preamble(), *tools.set_position(*at)])
        x, y = self._position()
        await self._travel((x + dx, y + dy))

    async def register(self, x: float, y: float) -> Point | None:
        """The gondola is at (x, y): how far from there it was believed to be, None if nothing was believed.

        Raises LimitError for a place that the gondola cannot be moved from.
        """
        self._must_be(_S.IDLE, _S.PAUSED, _S.ALARM)
        channel, _ = self._wire()
        if self.state is _S.ALARM:
            await self._recover(channel)
        assert channel.guard
        channel.guard.check_move((x, y), (x, y))
        believed = channel.guard.position or self._believed
        await self._register((x, y))
        return believed and (x - believed[0], y - believed[1])
