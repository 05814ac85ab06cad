"""grbl 1.1h on an ATmega328P at 115200 baud, from its bytes to its motors.

Held to the captures of the real firmware; the times that its processor takes are fitted to their benchmark.
Options (Setup.options): pen_up_s, pen_down_s (spindle_pen.py); stuck_switch: homing ends in alarm 8.
"""

from __future__ import annotations

from math import ceil, dist
from typing import ClassVar, Final, NamedTuple

from dcode.simulator.firmware import Program, Wait
from dcode.simulator.grbl_modes import Dwell, Move, Pause, Spindle
from dcode.simulator.grbl_realtime import Aborted
from dcode.simulator.grbl_reports import spindle_speed, status
from dcode.simulator.grbl_settings import Refusal, Settings, numbered, suitable
from dcode.simulator.grbl_state import Alarm, Request, State
from dcode.simulator.grbl_system import GrblSystem
from dcode.simulator.grbl_words import squeeze
from dcode.simulator.plotter import Plotter
from dcode.simulator.setup import Setup
from dcode.simulator.spindle_pen import SpindlePen

_BOOT_SECONDS: Final = 0.001  # from reset to main()
_DWELL_STEP: Final = 0.05  # DWELL_TIME_STEP: a dwell looks up this often
PEN_Z: Final = 2.5  # mm; a pen on the z axis is down at this height and below
_LONGEST_KEPT: Final = 4096  # bytes of a line without an end; the chip keeps 80, but counts no blanks and comments


class Effort(NamedTuple):
    """Processor time in seconds: for a line, for each of its characters, for planning a move, for each block that is
    planned anew with it; and for preparing a block's steps, which is done whenever there is nothing else to do."""

    line: float
    character: float
    plan: float
    replan: float
    prepare: float


class Grbl(GrblSystem):
    """The main loop: lines in, one answer for each line end."""

    profile: ClassVar[str] = "grbl"
    greeting: ClassVar[str] = "Grbl 1.1h ['$' for help]"
    longest_line: ClassVar[int] = 79  # LINE_BUFFER_SIZE 80, with the NUL
    blocks: ClassVar[int] = 15  # BLOCK_BUFFER_SIZE 16, of which 15 are used
    effort: ClassVar[Effort] = Effort(0.0002, 0.00003, 0.0005, 0.00004, 0.0014)

    def __init__(self, setup: Setup, *, baud: int = 115200, rx_bytes: int = 128) -> None:
        settings = self.factory_settings()
        if not setup.captured:
            settings.values.update(suitable(setup.machine))
        settings.values.update(numbered(setup.settings))
        self.settings = settings
        self.startup = ["", ""]
        self.line_end = b""  # of the line that was taken last
        self._partial = bytearray()
        self._unprepared = 0.0  # processor time that the preparation of steps still needs
        plotter = self.plotter_for(setup)
        plotter.pen_below = PEN_Z
        self.pen = SpindlePen(setup, plotter, settings[30])
        super().__init__(setup, plotter, settings, baud=baud, rx_bytes=rx_bytes)
        self.power_on()

    def factory_settings(self) -> Settings:
        return Settings()

    def plotter_for(self, setup: Setup) -> Plotter:
        """Rails; wherever the power comes on is machine zero."""
        return Plotter(self.motion_model(), setup.start or setup.machine.home, self.blocks, truth=setup.truth)

    def power_on(self) -> None:
        self.restart()
        self.state = State.ALARM if self.settings[22] else State.IDLE  # HOMING_INIT_LOCK
        self.plotter.set_position((0.0, 0.0, 0.0))

    def program(self) -> Program:
        yield self.now + _BOOT_SECONDS
        while True:
            try:
                yield from self._initialise()
                yield from self._listen()
            except Aborted:
                self.restart()

    def report_status(self) -> str:
        return status(self)

    def set_spindle(self, spindle: Spindle) -> None:
        self.spindle = spindle
        self.pen.set(spindle_speed(self), self.now)
        self.hardware_due = self.pen.due

    def hardware(self) -> None:
        self.pen.settle(self.now)
        self.hardware_due = self.pen.due

    # --- the main loop

    def _initialise(self) -> Program:
        """main() of grbl after a reset, up to the end of its startup lines. Raises Aborted."""
        self.rx.clear()
        self._partial.clear()
        yield self.now + self.idle_seconds()
        self.gcode.reset(self.here())
        self.say("\r\n")
        self.say(f"{self.greeting}\r\n")
        if self.state is State.ALARM:
            self.feedback("'$H'|'$X' to unlock")
        else:
            yield from self.run_startup()

    def _listen(self) -> Program:
        """protocol_main_loop. Raises Aborted."""
        while True:
            while (line := self.take_line()) is not None:
                yield from self.realtime()
                yield from self.answer(line)
            self.auto_cycle_start()
            yield from self.realtime()
            if not self.line_ends.search(self.rx):
                if len(self._partial) < _LONGEST_KEPT:
                    self._partial += self.rx
                self.rx.clear()
                yield from self._rest(Wait(input=True))

    def _rest(self, wait: Wait) -> Program:
        """Wait; the steps of blocks are prepared meanwhile."""
        begin = self.now
        yield wait
        self._unprepared = max(0.0, self._unprepared - (self.now - begin))

    def take_line(self) -> bytes | None:
        """The next line without its end; None when it is not complete. CR and LF each end a line."""
        found = self.line_ends.search(self.rx)
        if found is None:
            return None
        line = bytes(self._partial) + bytes(self.rx[: found.start()])
        self.line_end = found.group()
        self._partial.clear()
        del self.rx[: found.end()]
        return line

    def take_line_of_pair(self) -> bytes | None:
        """The same where CR LF together are one line end, as in grbl's younger kin."""
        before = self.line_end
        line = Grbl.take_line(self)
        if line == b"" and before and before != self.line_end:
            self.line_end = b""
            return Grbl.take_line(self)
        return line

    def answer(self, raw: bytes) -> Program:
        """Carry out a line and say ok or error:N. A line that a reset cuts short is still acknowledged."""
        line = squeeze(raw.decode("latin-1"))
        yield self.now + self._unprepared + self.effort.line + self.effort.character * len(raw)
        self._unprepared = 0.0
        try:
            if len(line) > self.longest_line:
                raise Refusal(11)
            if line.startswith("$"):
                yield from self.system(line)
            elif line:
                if self.state in (State.ALARM, State.JOG):
                    raise Refusal(9)
                yield from self.block(line)
        except Refusal as refusal:
            self.say(f"error:{refusal.code}\r\n")
        except Aborted:
            self.say("ok\r\n")
            raise
        else:
            self.say("ok\r\n")

    def run_startup(self) -> Program:
        """The lines kept with $N0= and $N1=."""
        for line in self.startup:
            if line:
                self.say(f">{line}:")
                yield from self.answer(line.encode("latin-1"))

    # --- what a line asks for

    def block(self, line: str) -> Program:
        offset = self.gcode.work_offset()
        for operation in self.gcode.line(line):
            if isinstance(operation, Move):
                yield from self.move(operation)
            elif self.state is State.CHECK:
                continue
            elif isinstance(operation, Spindle):
                yield from self.synchronize()
                self.set_spindle(operation)
            elif isinstance(operation, Dwell):
                yield from self._dwell(operation.seconds)
            else:
                yield from self._pause(operation)
        if self.gcode.work_offset() != offset:
            self.offset_changed()

    def offset_changed(self) -> None:
        """system_flag_wco_change: the next status report tells it."""
        self.wco_in = 0

    def move(self, move: Move) -> Program:
        """mc_line: wait for room in the planner, then plan."""
        if self.settings[20] and not self.reachable(move.target):
            yield from self._soft_limit()
        if self.state is State.CHECK:
            return
        plotter = self.plotter
        while True:
            yield from self.realtime()
            if plotter.room():
                break
            if self.state is State.IDLE:
                self.auto_cycle_start()
            else:
                yield from self._rest(Wait())
        yield self.now + self.effort.plan + self.effort.replan * plotter.queued
        if Request.RESET in self.requests:  # it came meanwhile, and has emptied the planner
            return
        feed = move.feed / 60
        if move.inverse:
            feed *= dist(move.target, plotter.planned)
        if plotter.add_line(move.target, feed, rapid=move.rapid):
            self._unprepared += self.effort.prepare

    def _soft_limit(self) -> Program:
        """limits_soft_check: brake, then alarm 2, which only a reset ends."""
        if self.state is State.RUN:
            self.plotter.hold()
            while self.plotter.moving:
                yield Wait()
            yield from self.end_cycle()
        self.fail(Alarm.SOFT_LIMIT)
        yield from self.realtime()

    def _dwell(self, seconds: float) -> Program:
        yield from self.synchronize()
        for _ in range(ceil(seconds / _DWELL_STEP)):
            yield from self.realtime()
            yield self.now + _DWELL_STEP

    def _pause(self, pause: Pause) -> Program:
        yield from self.synchronize()
        if pause.end:
            self.set_spindle(Spindle(5, 0.0))
            self.feedback("Pgm End")
        else:
            self.requests.add(Request.FEED_HOLD)
            yield from self.realtime()
