"""What grbl does outside the stream of lines: realtime bytes, feed hold, door, sleep, alarms, overrides, reset.

The receive interrupt only notes requests (and stops the motors at a reset); the main loop carries them out when it
comes by `realtime`, as protocol_execute_realtime of grbl 1.1h protocol.c does. While the machine is suspended,
`realtime` does not return, which is why grbl answers no line in a hold.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import ClassVar, Final

from dcode.machine.motion_model import Three
from dcode.simulator.firmware import Firmware, Program, Wait
from dcode.simulator.grbl_gcode import Interpreter
from dcode.simulator.grbl_modes import Spindle
from dcode.simulator.grbl_overrides import Overrides
from dcode.simulator.grbl_settings import Settings
from dcode.simulator.grbl_state import TRANSITIONS, Alarm, Request, State
from dcode.simulator.plotter import Plotter
from dcode.simulator.setup import Setup

_REQUESTS: Final = {
    ord("?"): Request.STATUS,
    ord("~"): Request.CYCLE_START,
    ord("!"): Request.FEED_HOLD,
    0x84: Request.DOOR,
    0x85: Request.JOG_CANCEL,
}
_SPINDLE_UP_SECONDS: Final = 4.0  # SAFETY_DOOR_SPINDLE_DELAY
_REPORT_SECONDS: Final = 0.0012  # processor time for a status report


class Aborted(Exception):
    """A reset has been asked for: what is under way is given up."""


class GrblRealtime(Firmware):
    """State, requests and suspension. `report_status` is up to the firmware."""

    alarm_seconds: ClassVar[float] = 0.5  # report_alarm_message waits, so that the text gets out
    start_seconds: ClassVar[float] = 0.0014  # the first segments are prepared before the first step
    interrupts: ClassVar[re.Pattern[bytes] | None] = re.compile(rb"[?!~\x18\x80-\xff]")

    def __init__(self, setup: Setup, plotter: Plotter, settings: Settings, *, baud: int, rx_bytes: int) -> None:
        self.settings = settings
        self.gcode = Interpreter(settings[12])
        self.state = State.IDLE
        self.requests: set[Request] = set()
        self.overrides = Overrides()
        self.wco_in = self.overrides_in = 0  # status reports until the next one with WCO, with Ov
        self.stands = False  # a hold has come to a stand
        self.door = ""  # "", "open", or "restoring" after cycle start
        self.spindle = Spindle(5, 0.0)
        self._alarm: Alarm | None = None
        self._cycling = False
        self._jog_cancel = False
        self._stolen = 0.0  # until then the stepper interrupt keeps the processor
        super().__init__(setup, plotter, baud=baud, rx_bytes=rx_bytes)

    # --- the outside

    def interrupt(self, byte: int) -> bool:
        """The receive interrupt: realtime bytes never reach a line, known or not."""
        if byte == 0x18:
            self.kill()
        elif byte in _REQUESTS:
            if byte != 0x85 or self.state is State.JOG:
                self.requests.add(_REQUESTS[byte])
        elif self.overrides.take(byte):
            self.plotter.override(self.overrides.feed / 100, self.overrides.rapid / 100)
            self.overrides_in = 0
        self.poke()
        return True

    def press(self, button: str, now: float) -> None:
        """Pins of the chip: hold, start, reset, door, and limit, a limit switch. They say nothing on the wire."""
        self.advance(now)
        if button == "reset":
            self.kill()
        elif button == "limit":
            if self.settings[21] and self.state is not State.ALARM:
                self.kill()
                self._alarm = Alarm.HARD_LIMIT
        else:
            pins = {"hold": Request.FEED_HOLD, "start": Request.CYCLE_START, "door": Request.DOOR}
            self.requests.add(pins[button])
        self.poke()

    def kill(self) -> None:
        """mc_reset: motors and spindle stop within the interrupt; if they turned, the position is in doubt."""
        if Request.RESET in self.requests:
            return
        self.requests.add(Request.RESET)
        self.set_spindle(Spindle(5, 0.0))
        if self.position_in_doubt():
            self._alarm = Alarm.HOMING_RESET if self.state is State.HOME else Alarm.ABORT
            if self.state is not State.HOME:
                self._stolen = self.now + self.idle_seconds()
            self.plotter.flush()

    def position_in_doubt(self) -> bool:
        """Whether a reset now loses the position."""
        return self.state in (State.RUN, State.JOG, State.HOME) or (
            self.state in (State.HOLD, State.DOOR) and not self.stands
        )

    # --- hooks

    def idle_seconds(self) -> float:
        """How long the processor waits after the last step until the axes are still (st_go_idle, $1)."""
        return 0.0 if self.settings[1] == 255 else self.settings[1] / 1000

    def alarm_text(self, alarm: Alarm) -> str:
        """What is said of an alarm, with line ends."""
        return f"ALARM:{alarm.value}\r\n"

    def resumed(self) -> None:
        """A hold has been released."""

    @abstractmethod
    def report_status(self) -> str:
        """The status report, with its line end."""

    def set_spindle(self, spindle: Spindle) -> None:
        """Set the spindle's output, which a pen may hang on."""
        self.spindle = spindle

    # --- the main loop's side

    def fail(self, alarm: Alarm) -> None:
        """Stop and raise an alarm; what follows is a reset, by itself or (alarms 1 and 2) by the user."""
        self.requests.add(Request.RESET)
        self._alarm = alarm
        self.set_spindle(Spindle(5, 0.0))
        self.plotter.flush()

    def go(self, state: State) -> None:
        """Change the state; only along the table."""
        if state is not self.state:
            assert state in TRANSITIONS[self.state], f"{self.state} to {state}"
            self.state = state

    def feedback(self, text: str) -> None:
        self.say(f"[MSG:{text}]\r\n")

    def auto_cycle_start(self) -> None:
        """Ask for a cycle start if there is anything to run."""
        if self.state is State.IDLE and self.plotter.queued:
            self.requests.add(Request.CYCLE_START)

    def synchronize(self) -> Program:
        """Wait until all motion is done (protocol_buffer_synchronize). Raises Aborted."""
        self.auto_cycle_start()
        while True:
            yield from self.realtime()
            if not self.plotter.queued and self.state is not State.RUN:
                return
            if not (self._cycling and not self.plotter.moving):  # it may have come to rest while a report was made
                yield Wait()

    def realtime(self) -> Program:
        """Do what has been asked for; does not return while suspended. Raises Aborted at a reset."""
        if self.requests or self._alarm or self.suspended or (self._cycling and not self.plotter.moving):
            yield from self._carry_out()
            while self.suspended:
                if self.door == "open" and self.stands:
                    self.set_spindle(Spindle(5, 0.0))
                yield Wait()
                yield from self._carry_out()

    @property
    def suspended(self) -> bool:
        return self.state in (State.HOLD, State.DOOR, State.SLEEP) or self._jog_cancel

    def restart(self) -> None:
        """Forget what was asked for, as a reset does; alarm and sleep leave a lock behind."""
        self.requests.clear()
        self.state = State.ALARM if self.state in (State.ALARM, State.SLEEP) else State.IDLE
        self.overrides = Overrides()
        self.wco_in = self.overrides_in = 0
        self.stands = self._cycling = self._jog_cancel = False
        self.door, self._alarm, self._stolen = "", None, 0.0
        self.set_spindle(Spindle(5, 0.0))
        self.plotter.flush()
        self.plotter.override(1.0)

    def begin_cycle(self) -> None:
        """Let the queue run."""
        self.plotter.start()
        self._cycling = True

    def _carry_out(self) -> Program:
        """protocol_exec_rt_system."""
        if self._stolen > self.now:
            yield self._stolen
        if self._cycling and not self.plotter.moving:
            yield from self.end_cycle()
        if self._alarm:
            yield from self._raise_alarm(self._alarm)
        requests = self.requests
        if Request.RESET in requests:
            raise Aborted
        if Request.STATUS in requests:
            requests.discard(Request.STATUS)
            yield self.now + _REPORT_SECONDS
            self.say(self.report_status())
        if requests & {Request.FEED_HOLD, Request.JOG_CANCEL, Request.DOOR, Request.SLEEP}:
            self._stop_for(requests)
        elif Request.CYCLE_START in requests:
            requests.discard(Request.CYCLE_START)
            yield from self._cycle_start()

    def end_cycle(self) -> Program:
        """The stepper interrupt found nothing more to do (EXEC_CYCLE_STOP); it waits until the axes are still ($1)."""
        self._cycling = False
        if self.state is not State.HOME:
            yield max(self.now, self.plotter.still_at + self.idle_seconds())
        if self._jog_cancel:
            self.plotter.flush()
            self.gcode.position = self.here()
            self._jog_cancel = False
            if self.state is State.JOG:
                self.go(State.DOOR if self.door else State.IDLE)
                self.stands = bool(self.door)
        elif self.state in (State.HOLD, State.DOOR, State.SLEEP):
            self.stands = True
        elif self.state in (State.RUN, State.JOG):
            self.go(State.IDLE)

    def here(self) -> Three:
        """Where the motors stand, in machine mm: whole steps."""
        per_a, per_b, per_z = self.settings.axes(100)
        a, b, z = self.plotter.axes
        a, b, z = round(a * per_a) / per_a, round(b * per_b) / per_b, round(z * per_z) / per_z
        belts = self.plotter.motion.belts
        x, y = belts.position(a, b) if belts else (a, b)
        return x, y, z

    def _raise_alarm(self, alarm: Alarm) -> Program:
        self.go(State.ALARM)
        self._cycling = self._jog_cancel = False
        self.say(self.alarm_text(alarm))
        yield self.now + self.alarm_seconds
        if alarm in (Alarm.HARD_LIMIT, Alarm.SOFT_LIMIT):
            self.feedback("Reset to continue")
            self.requests.discard(Request.RESET)
            while Request.RESET not in self.requests:
                yield Wait()
        self._alarm = None

    def _stop_for(self, requests: set[Request]) -> None:
        """Feed hold, jog cancel, door and sleep."""
        if self.state not in (State.ALARM, State.CHECK):
            if self._cycling and self.state in (State.RUN, State.JOG):
                self.plotter.hold()
                if self.state is State.JOG and Request.SLEEP not in requests:
                    self._jog_cancel = True
            if self.state in (State.RUN, State.IDLE):
                self.stands = self.state is State.IDLE
            if Request.FEED_HOLD in requests and self.state in (State.IDLE, State.RUN):
                self.go(State.HOLD)
            if Request.DOOR in requests:
                self.feedback("Check Door")
                self.door = "open"
                if not self._jog_cancel and self.state is not State.SLEEP:
                    self.go(State.DOOR)
        if Request.SLEEP in requests:
            self.stands = self.stands or self.state is State.ALARM
            self.go(State.SLEEP)
            self.feedback("Sleeping")
        requests -= {
            Request.FEED_HOLD,
            Request.JOG_CANCEL,
            Request.DOOR,
            Request.SLEEP,
            Request.CYCLE_START,
        }

    def _cycle_start(self) -> Program:
        if self.state is State.DOOR and self.stands:
            wanted = self.gcode.modes
            if wanted.spindle != 5:
                self.door = "restoring"
                self.set_spindle(Spindle(wanted.spindle, wanted.speed))
                yield self.now + _SPINDLE_UP_SECONDS
            self.door = ""
            self.go(State.IDLE)
        if self.state is State.IDLE or (self.state is State.HOLD and self.stands):
            if self.state is State.HOLD:
                self.resumed()
            yield self.now + self.start_seconds
            self.stands = False
            self.plotter.release()
            self._cycling = self.plotter.queued > 0
            self.go(State.RUN if self._cycling else State.IDLE)
