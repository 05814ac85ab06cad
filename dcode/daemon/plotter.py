"""The machine at the end of the wire: home, jog, run jobs, pause them and go on.

Lives in a process of its own (plotter_process.py), so that nothing a client or a big file does can delay the next line.
Below it: plotter_port.py (connecting, position), plotter_faults.py (failing pen-up, STOP).
"""

from __future__ import annotations

import asyncio

from dcode.daemon.plotter_faults import RUNNING, PlotterFaults
from dcode.daemon.plotter_port import Point, Report, unregistered
from dcode.daemon.plotter_state import PlotterState
from dcode.daemon.run import Run
from dcode.errors import MachineNotReady
from dcode.firmware.command import Command
from dcode.gcode.motion import Kind, Motion
from dcode.machine.machine import Machine

_S = PlotterState


class Plotter(PlotterFaults):
    """One machine. All methods run on one loop; those that move it are coroutines that end when it has moved."""

    def __init__(self, machine: Machine, report: Report) -> None:
        super().__init__(machine, report)
        self._held: tuple[Point, bool] | None = None  # where a pause holds the run, and whether the pen is down there

    # -- moving outside a job ----------------------------------------------------------------------------------------

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
        commands = {"up": tools.pen_up, "down": tools.pen_down}
        await channel.execute(commands[to]() if isinstance(to, str) else tools.pen_angle(to))

    async def console(self, line: str) -> list[str]:
        """Send one line that a user typed, once the guard has passed it; what the firmware said to it."""
        self._must_be(_S.IDLE, _S.ALARM)
        channel, tools = self._wire()
        assert channel.guard
        warnings = channel.guard.admit_console(line)
        replies = await channel.ask(tools.heard_out([tools.verbatim(line)]))
        if channel.guard.position is None:  # what was typed has moved the zero, or let the motors go
            self.registered = False
        return [*warnings, *replies]

    async def _travel(self, to: Point, feed: float | None = None) -> None:
        channel, tools = self._wire()
        assert channel.guard
        channel.guard.check_move(self._position(), to)
        await channel.execute([*tools.pen_up(), *tools.travel(to, self._position(), feed), *tools.barrier()])

    # -- jobs --------------------------------------------------------------------------------------------------------

    def start_run(self, job: int, motion: Motion) -> None:
        """Begin a job. Its pauses and its end are reported as events of kind `run`."""
        self._must_be(_S.IDLE)
        if not self.registered:
            raise unregistered()
        channel, tools = self._wire()
        self._base = (channel.sender.sent, channel.sender.acked, channel.sender.resends)
        self._winding_up = False
        self._run = Run(job, motion, tools)
        self._to(_S.PLOTTING)
        channel.enqueue([*tools.preamble(), *tools.pen_up()])

    def pause(self, now: bool) -> None:
        """Stop feeding at the end of the stroke, or at once; then lift and wait."""
        if self.state is not _S.PLOTTING:
            raise MachineNotReady(f"There is nothing to pause: the machine is {self.state}.", reason=str(self.state))
        self._to(_S.PAUSING)
        if now:
            self._wind_up(self._hold("Paused in the stroke."))

    async def resume(self) -> None:
        """Back to where the job is held, the pen as it was, and on. A pause that has not begun is called off."""
        run = self._run
        if self.state is _S.PAUSING and not self._winding_up:
            self._to(_S.PLOTTING)
            self._wire()[0].pump()
            return
        if self.state is _S.PAUSING and self._ending:
            await asyncio.wait([self._ending])  # it is lifting: that is finished first
        if self.state is not _S.PAUSED or run is None or self._held is None:
            raise MachineNotReady(f"No job is paused: the machine is {self.state}.", reason=str(self.state))
        channel, tools = self._wire()
        (place, down), at = self._held, self._position()
        back = [*tools.preamble(), *tools.pen_up()]
        if place != at:
            assert channel.guard
            channel.guard.check_move(at, place)
            back.extend(tools.travel(place, at))
        if down:
            back.extend(tools.pen_down())
        self._held, run.stop, self._winding_up = None, None, False
        self._to(_S.PLOTTING)
        self._report({"event": "run", "job": run.job, "state": "plotting", "reason": None})
        await channel.execute(back)

    def cancel(self) -> None:
        """Feed no more, lift, park. The job ends as cancelled."""
        run = self._run
        if run is None or self.state not in RUNNING:
            raise MachineNotReady(f"No job is at the machine: it is {self.state}.", reason=str(self.state))
        self._to(_S.STOPPING)
        self._wind_up(self._finish(run, "cancelled", "Cancelled."))

    def _next_of_run(self) -> Command | None:
        """The connection's source: what the job sends next."""
        run = self._run
        if run is None or self._winding_up or self.state not in (_S.PLOTTING, _S.PAUSING):
            return None
        if self.state is _S.PAUSING and run.between_strokes:
            self._wind_up(self._hold("Paused."))
            return None
        command = run.next(self._position())
        if command is None:
            self._wind_up(self._hold(_asks(run)) if run.stop is not None else self._finish(run, "done", None))
        return command

    async def _hold(self, message: str) -> None:
        """Lift, wait until the machine stands still, and remember where that is."""
        run, (channel, tools) = self._run, self._wire()
        assert run
        if self.state is _S.PLOTTING:
            self._to(_S.PAUSING)
        await channel.execute([*tools.pen_up(), *tools.barrier()])
        run.hold()
        self._held = (self._position(), run.pen_down)
        self._to(_S.PAUSED, message)
        self._report({"event": "run", "job": run.job, "state": "paused", "reason": message})

    async def _finish(self, run: Run, state: str, reason: str | None) -> None:
        """Lift, park if the machine is to, and wait until all of it is carried out."""
        channel, tools = self._wire()
        if state == "cancelled":
            await self._brake(channel)
        end = [*tools.pen_up()]
        if self.machine.park and self.registered:
            end.extend(tools.travel(self.machine.home, self._position()))
        await channel.execute([*end, *tools.barrier()])
        self._to(_S.IDLE)
        self._end_run(run, state, reason)

    def _end_run(self, run: Run, state: str, reason: str | None, counts: dict[str, int] | None = None) -> None:
        """Tell the end. The state has changed before: who hears of the end finds the machine as it is after it."""
        self._report({"event": "run", "job": run.job, "state": state, "reason": reason} | (counts or self.counts()))
        self._run = self._held = None
        self._winding_up = False

    def _acked(self, command: Command) -> None:
        run = self._run
        if run and command.row >= 0:
            run.acknowledged(command)
        if command.pen is not None:
            self.pen = self._height(command.pen)
        if command.end is not None:
            self._shown, self._feed = command.end, command.feed
        self._report({"event": "status"})

    def _height(self, pen: str) -> str:
        """Up or down, also of a pen that was turned to an angle: whichever of the two is nearer."""
        if pen in ("up", "down"):
            return pen
        servo = self.machine.pen
        return "up" if abs(float(pen) - servo.up_angle) <= abs(float(pen) - servo.down_angle) else "down"

    def _button(self, name: str) -> None:
        """A button at the machine, passed on by the firmware (Marlin's //action:)."""
        if name.startswith("pause") and self.state is _S.PLOTTING:
            self.pause(now=False)
        elif name.startswith("resume") and self.state is _S.PAUSED:
            self._start(self.resume())
        elif name.startswith("cancel") and self.state in RUNNING:
            self.cancel()
        else:
            self._notice("button", f"The machine says {name!r}.")


def _asks(run: Run) -> str:
    text = run.motion.texts.get(run.row - 1)
    if run.stop is Kind.PEN_CHANGE:
        return text or f"Change to pen {run.motion.value[run.row - 1]:.0f}, then: dcode resume"
    return f"The program pauses{f': {text}' if text else ''}. Go on with: dcode resume"
