"""The machine at the end of the wire: connect, register, jog, run jobs, and fail pen-up.

Lives in a process of its own (plotter_process.py), so that nothing a client or a big file does can delay the next line.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, Final

from dcode.daemon.channel import Channel
from dcode.daemon.greet import greet
from dcode.daemon.plotter_state import PlotterState, may_become
from dcode.daemon.run import Run
from dcode.errors import (
    Alarm,
    DcodeError,
    FirmwareError,
    LimitError,
    LinkError,
    MachineNotReady,
    Refused,
    Stalled,
    UnexpectedReset,
)
from dcode.firmware.command import Command
from dcode.firmware.guard import Guard
from dcode.firmware.profile import FirmwareProfile
from dcode.firmware.translate import Translator
from dcode.gcode.motion import Kind, Motion
from dcode.link.serial import open_port
from dcode.machine.machine import Machine
from dcode.streaming import events

_LIFT_SECONDS: Final = 60.0  # how long what is in the buffers, and the pen-up behind it, may take after a fault
_POLL_SECONDS: Final = 0.5  # between status queries, where the firmware answers them outside the window

_S = PlotterState
_RUNNING: Final = frozenset({_S.PLOTTING, _S.PAUSING, _S.PAUSED})

Report = Callable[[dict[str, Any]], None]  # tells the daemon; JSON values only


class Plotter:
    """One machine. All methods run on one loop; those that move it are coroutines that end when it has moved."""

    def __init__(self, machine: Machine, report: Report) -> None:
        self.machine = machine
        self.state = _S.DISCONNECTED
        self.message: str | None = None
        self.port: str | None = None
        self.profile: FirmwareProfile | None = None
        self.registered = False
        self.pen = "unknown"
        self._report = report
        self._channel: Channel | None = None
        self._translator: Translator | None = None
        self._run: Run | None = None
        self._ending: asyncio.Task[None] | None = None  # what winds the run up
        self._making_safe = False
        self._winding_up = False  # the run gives no more commands: lifting, parking, or making safe
        self._held: tuple[tuple[float, float], bool] | None = None  # where a pause holds the run, and pen down there
        self._feed: float | None = None
        self._shown: tuple[float, float] | None = None  # where the acknowledged moves end
        self._firmware_state: str | None = None
        self._base = (0, 0, 0)  # sent, acked, resends when the run began
        self._tasks: set[asyncio.Task[None]] = set()

    # -- what others see ---------------------------------------------------------------------------------------------

    def status(self) -> dict[str, Any]:
        """The fields of the API's Status that the machine itself knows, and `row` of the run."""
        sender = self._channel.sender if self._channel else None
        return {
            "state": str(self.state),
            "port": self.port,
            "profile": self.profile.name if self.profile else None,
            "registered": self.registered,
            "position": self._shown if self.registered else None,
            "pen": self.pen,
            "feed": self._feed,
            "in_flight": len(sender.in_flight) if sender else 0,
            "window": sender.window if sender else 0,
            "ack_ms": round(sender.rtt * 1000, 2) if sender and sender.rtt is not None else None,
            "message": self.message,
            "report": self._firmware_state,
            **self.counts(),
        }

    def counts(self) -> dict[str, int]:
        """Lines and rows of the run so far."""
        sent, acked, resends = self._base
        sender, run = (self._channel.sender if self._channel else None), self._run
        return {
            "lines_sent": sender.sent - sent if sender else 0,
            "lines_acked": sender.acked - acked if sender else 0,
            "resends": sender.resends - resends if sender else 0,
            "row": run.acked_row if run else 0,
        }

    def _to(self, state: PlotterState, message: str | None = None) -> None:
        assert state is self.state or may_become(self.state, state), f"{self.state} cannot become {state}"
        self.state, self.message = state, message
        self._report({"event": "status"})

    # -- the port ----------------------------------------------------------------------------------------------------

    async def connect(
        self, port: str, profile: FirmwareProfile, *, at: tuple[float, float] | None, shown_as: str
    ) -> None:
        """Open a port, wait for its firmware, set its modes. Raises LinkError, FirmwareError.

        The position is unknown after it, unless `at` says where the gondola is (a simulated machine).
        """
        self._not_at_work()
        self.disconnect()
        self._to(_S.CONNECTING)
        self.port, self.profile = shown_as, profile
        try:
            channel = self._open(port, profile)
            identity = await greet(channel, profile, Translator(profile, self.machine))
            self._adopt(channel, profile.adapted(identity))
            locked = await self._set_modes(channel)
            if at is not None and not locked:
                await self._register(at)
        except DcodeError as error:
            self._drop_channel(error)
            self._to(_S.DISCONNECTED, error.message)
            raise
        if locked:
            self._to(_S.ALARM, f"{locked.message} It is locked: dcode home, or dcode home --here, unlocks it.")
        else:
            self._to(_S.IDLE)
        if self.profile.realtime_status:
            self._start(self._poll(channel, self.profile.realtime_status))

    async def _set_modes(self, channel: Channel) -> FirmwareError | None:
        """Why the firmware takes no G-code: grbl starts locked where it wants to be homed ($22). None: it does."""
        try:
            await channel.execute(self._tools.preamble())
        except (Alarm, Refused) as error:
            return error
        return None

    def _open(self, port: str, profile: FirmwareProfile) -> Channel:
        self._channel = Channel(
            open_port(port, profile.baud, dtr=profile.dtr_on_open),
            profile,
            source=self._next_of_run,
            on_ack=self._acked,
            on_event=self._heard,
            on_refused=lambda error: self._fault(error, position_lost=False),
            on_lost=self._lost,
        )
        return self._channel

    def _adopt(self, channel: Channel, profile: FirmwareProfile) -> None:
        """Take up what the firmware says of itself: buffer sizes, axes."""
        self.profile = profile
        channel.restart(profile)
        channel.guard = Guard(self.machine, profile)
        self._translator = Translator(profile, self.machine)

    def disconnect(self) -> None:
        """Close the port. Raises MachineNotReady while a job is at the machine."""
        self._not_at_work()
        self._drop_channel(LinkError("The port was closed.", port=self.port))
        if self.state is not _S.DISCONNECTED:
            self._to(_S.DISCONNECTED)

    def _drop_channel(self, error: DcodeError) -> None:
        if self._channel:
            self._channel.close(error)
        self._channel = self._translator = None
        self.registered, self.pen = False, "unknown"
        self._shown = self._feed = self._firmware_state = None

    # -- moving outside a job ----------------------------------------------------------------------------------------

    async def home(self, here: bool) -> None:
        """Register the home position, go to it, or find it by end-stops. Raises MachineNotReady, FirmwareError."""
        self._must_be(_S.IDLE, _S.ALARM)
        channel, tools = self._wire()
        if self.state is _S.ALARM:
            await self._recover(channel)
        if not (here or self.registered or self.machine.end_stops):
            raise _unregistered()
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
            raise _unregistered()
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
        channel.guard.admit_console(line)
        replies = await channel.ask(tools.heard_out([tools.verbatim(line)]))
        if channel.guard.position is None:  # what was typed has moved the zero, or let the motors go
            self.registered = False
        return replies

    async def _travel(self, to: tuple[float, float], feed: float | None = None) -> None:
        channel, tools = self._wire()
        assert channel.guard
        channel.guard.check_move(self._position(), to)
        await channel.execute([*tools.pen_up(), *tools.travel(to, self._position(), feed), *tools.barrier()])

    async def _register(self, at: tuple[float, float]) -> None:
        channel, tools = self._wire()
        await channel.execute(tools.set_position(*at))
        self._position_known(at)

    async def _ask_position(self) -> tuple[float, float] | None:
        """Where the firmware says it is, in the drawing's axes; None if it does not say."""
        channel, tools = self._wire()
        replies = await channel.ask(tools.ask_position())
        return tools.read_position(replies)

    def _position_known(self, at: tuple[float, float]) -> None:
        channel, _ = self._wire()
        assert channel.guard
        channel.guard.set_position(*at)
        self.registered, self._shown = True, at

    def _position(self) -> tuple[float, float]:
        """Where the commands that were sent end."""
        assert self._channel and self._channel.guard
        position = self._channel.guard.position
        if position is None:
            raise _unregistered()
        return position

    # -- jobs --------------------------------------------------------------------------------------------------------

    def start_run(self, job: int, motion: Motion) -> None:
        """Begin a job. Its pauses and its end are reported as events of kind `run`."""
        self._must_be(_S.IDLE)
        if not self.registered:
            raise _unregistered()
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
        if run is None or self.state not in _RUNNING:
            raise MachineNotReady(f"No job is at the machine: it is {self.state}.", reason=str(self.state))
        self._to(_S.STOPPING)
        self._wind_up(self._finish(run, "cancelled", "Cancelled."))

    async def stop(self, *, other_reset: bool) -> bool:
        """The fastest true stop that this firmware has. The position is lost; the message says what may still run.

        `other_reset`: the caller can reset the board by other means than DTR (a simulated one); whether it is to.
        """
        channel, _ = self._wire()
        assert self.profile
        profile, run = self.profile, self._run
        self._winding_up = True
        channel.halt(MachineNotReady("Stopped by the user.", reason="stop"))
        asks_for_reset = other_reset and profile.stop.dtr and not profile.stop_bytes
        how = await self._stop_by(channel, profile, asks_for_reset)
        self._position_unknown()
        if run:
            self._end_run(run, "interrupted", f"Stopped by the user. {how}")
        self._to(_S.ALARM, f"Stopped. {how} The position is not known: home, or run dcode home --here.")
        return asks_for_reset

    async def _stop_by(self, channel: Channel, profile: FirmwareProfile, other_reset: bool) -> str:
        """What was done, and what may still run, in a sentence."""
        if profile.stop_bytes:
            channel.realtime(profile.stop_bytes)
            return "The firmware was reset in motion."
        if profile.stop_line:
            channel.realtime(profile.stop_line.encode("ascii") + b"\n")
        if profile.stop.dtr and (other_reset or await asyncio.to_thread(channel.transport.pulse_dtr)):
            return "The board was reset."
        if profile.stop_line:
            return f"{profile.stop_line} was sent: a firmware without an emergency parser first ends the move it is in."
        lifted = await self._try_lift(channel)
        return f"This link cannot reset the board: moves in its buffer still ran{', then the pen was lifted' * lifted}."

    async def leave(self) -> None:
        """The daemon is gone: lift the pen, wait for it, close the port. The job stays resumable."""
        channel = self._channel
        if channel and self.state in _RUNNING | {_S.STOPPING}:
            self._winding_up = True
            await self._try_lift(channel)
        self._run = None
        self.disconnect()

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

    def _wind_up(self, ending: Coroutine[Any, Any, None]) -> None:
        self._winding_up = True
        self._ending = self._start(ending)

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
        end = [*tools.pen_up()]
        if self.machine.park:
            end.extend(tools.travel(self.machine.home, self._position()))
        await channel.execute([*end, *tools.barrier()])
        self._end_run(run, state, reason)
        self._to(_S.IDLE)

    def _end_run(self, run: Run, state: str, reason: str | None) -> None:
        self._report({"event": "run", "job": run.job, "state": state, "reason": reason} | self.counts())
        self._run = self._held = None
        self._winding_up = False

    # -- what the machine says ---------------------------------------------------------------------------------------

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

    def _heard(self, event: events.Event) -> None:
        match event:
            case events.Refused(text=text, command=command):
                where = f" to {command.text!r}" if command else ""
                self._fault(Refused(f"The firmware said {text!r}{where}.", reply=text), position_lost=False)
            case events.Fault(text=text):
                self._fault(Refused(f"The firmware said {text!r}.", reply=text), position_lost=True)
            case events.Alarmed(code=code, text=text):
                self._fault(Alarm(f"The firmware is in alarm: {text}.", code=code), position_lost=True)
            case events.Greeted(text=text, expected=False):
                self._fault(UnexpectedReset(f"The firmware started anew ({text}).", greeting=text), position_lost=True)
            case events.Stalled(seconds=seconds):
                self._fault(Stalled(f"The firmware has not answered for {seconds:.0f} s."), position_lost=True)
            case events.Failed(reason=reason):
                self._fault(Stalled(f"The line to the firmware failed: {reason}."), position_lost=True)
            case events.Status(state=state):
                self._firmware_state = state or None
                self._report({"event": "status"})
            case events.Resent(first=first, count=count, reason=reason):
                self._notice("resend", f"{count} lines from number {first} on were sent again: {reason}.")
            case events.Assumed(commands=commands, reason=reason):
                self._notice("assumed", f"{len(commands)} lines are taken as acknowledged: {reason}.")
            case events.Action(name=name):
                self._button(name)

    def _notice(self, kind: str, message: str) -> None:
        self._report({"event": "notice", "kind": kind, "message": message})

    def _button(self, name: str) -> None:
        """A button at the machine, passed on by the firmware (Marlin's //action:)."""
        if name.startswith("pause") and self.state is _S.PLOTTING:
            self.pause(now=False)
        elif name.startswith("resume") and self.state is _S.PAUSED:
            self._start(self.resume())
        elif name.startswith("cancel") and self.state in _RUNNING:
            self.cancel()
        else:
            self._notice("button", f"The machine says {name!r}.")

    def _fault(self, error: DcodeError, *, position_lost: bool) -> None:
        """One defined end for everything that goes wrong: stop feeding, lift if the link lives, keep the job."""
        channel = self._channel
        if channel is None:
            return
        if position_lost:
            self._position_unknown()
        channel.halt(error)  # whoever waits for a command hears it
        nobody_else = self.state in (_S.IDLE, _S.PAUSED, _S.HOMING) and not position_lost
        if self._making_safe or nobody_else or self.state in (_S.CONNECTING, _S.DISCONNECTED, _S.ALARM):
            return
        self._making_safe = True
        self._wind_up(self._make_safe(channel, error))

    async def _make_safe(self, channel: Channel, error: DcodeError) -> None:
        run = self._run
        try:
            lifted = not isinstance(error, Alarm) and await self._try_lift(channel)
        finally:
            self._making_safe = False
        pen = "The pen is up." if lifted else "The pen could not be lifted: lift it by hand."
        if run and self._run is run:
            self._end_run(run, "interrupted", f"{error.message} {pen}")
        if self._channel is channel:
            self._to(_S.IDLE if lifted and self.registered else _S.ALARM, f"{error.message} {pen}")

    async def _try_lift(self, channel: Channel) -> bool:
        """Raise the pen; whether the firmware confirmed it."""
        tools = self._tools
        try:
            async with asyncio.timeout(_LIFT_SECONDS):
                await channel.execute([*tools.preamble(), *tools.pen_up(), *tools.barrier()])
        except (TimeoutError, FirmwareError, LinkError, LimitError):
            return False
        return True

    async def _recover(self, channel: Channel) -> None:
        """Out of an alarm, at the user's wish and never otherwise: reset where that is a byte, unlock, pen up."""
        assert self.profile
        if self.profile.realtime.reset:
            channel.realtime(self.profile.realtime.reset)
        await channel.execute(self._tools.unlock())
        if not await self._try_lift(channel):
            raise MachineNotReady(f"The firmware does not answer. {self.message or ''}".strip(), reason="alarm")
        self._to(_S.IDLE)

    def _position_unknown(self) -> None:
        self.registered, self.pen = False, "unknown"
        if self._channel and self._channel.guard:
            self._channel.guard.reset()

    def _lost(self, error: LinkError) -> None:
        run = self._run
        if run:
            self._end_run(run, "interrupted", f"{error.message} The pen could not be lifted: lift it by hand.")
        self._drop_channel(error)
        if self.state is not _S.CONNECTING:  # connect() tells it there
            self._to(_S.DISCONNECTED, error.message)

    async def _poll(self, channel: Channel, query: bytes) -> None:
        """Ask for the firmware's own state while there is something to see."""
        while channel.is_open and self._channel is channel:
            if self.state is not _S.IDLE:
                channel.realtime(query)
            await asyncio.sleep(_POLL_SECONDS)

    # -- small things ------------------------------------------------------------------------------------------------

    @property
    def _tools(self) -> Translator:
        return self._wire()[1]

    def _wire(self) -> tuple[Channel, Translator]:
        if self._channel is None or self._translator is None:
            raise MachineNotReady(
                f"The plotter is not connected. {self.message or 'Name its port: --port.'}",
                reason="disconnected",
            )
        return self._channel, self._translator

    def _must_be(self, *allowed: PlotterState) -> None:
        if self.state not in allowed:
            self._wire()
            raise MachineNotReady(f"The machine is {self.state}. {self.message or ''}".strip(), reason=str(self.state))

    def _not_at_work(self) -> None:
        if self._run is not None:
            raise MachineNotReady(f"Job {self._run.job} is at the machine.", reason="busy", job=self._run.job)

    def _start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(self._guarded(work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _guarded(self, work: Coroutine[Any, Any, None]) -> None:
        """A fault in the middle of winding up has been dealt with where it was seen; it only ends this task."""
        try:
            await work
        except (FirmwareError, LinkError, LimitError, MachineNotReady) as error:
            self._notice(error.kind, error.message)


def _asks(run: Run) -> str:
    text = run.motion.texts.get(run.row - 1)
    if run.stop is Kind.PEN_CHANGE:
        return text or f"Change to pen {run.motion.value[run.row - 1]:.0f}, then: dcode resume"
    return f"The program pauses{f': {text}' if text else ''}. Go on with: dcode resume"


def _unregistered() -> MachineNotReady:
    return MachineNotReady(
        "The plotter's position is not known. Bring the gondola to the home position, then run: dcode home --here "
        "(with end-stops: dcode home).",
        reason="unregistered",
    )
