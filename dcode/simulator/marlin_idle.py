"""What Marlin 2.1 does while a command waits: idle() and get_serial_commands() (MarlinCore.cpp, queue.cpp)."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Final

from dcode.machine.motion_model import Three
from dcode.simulator.firmware import Program, Wait
from dcode.simulator.marlin_command import Command
from dcode.simulator.marlin_emergency import Emergency
from dcode.simulator.marlin_line import Verdict
from dcode.simulator.marlin_reports import position
from dcode.simulator.marlin_state import QUEUE, MarlinState

# A quick stop keeps the planner shut for TEMP_TIMER_FREQUENCY (1000) ticks of 976.5625 Hz.
_QUICK_STOP_SECONDS: Final = 1.024


# Processor time for one block: the 14 of a G0 take 29 to 33 ms in the captures, and see marlin.py.
_BLOCK_SECONDS: Final = 2.2e-3
# And for a character that came in while there was no time to read it; an idle main loop reads them as they come.
_CHARACTER_SECONDS: Final = 27e-6


class Killed(Exception):
    """kill(): the firmware is dead until it is reset."""


class MarlinIdle(MarlinState):
    """Waiting, and the lines that come in meanwhile."""

    # --- waiting

    def until(self, done: Callable[[], bool], deadline: float = inf) -> Program:
        """Idle until `done` or the deadline."""
        while not done() and self.now < deadline:
            yield from self._turn()
            if done():
                return
            yield from self._idle(deadline)

    def synchronize(self) -> Program:
        """Idle until everything that was queued is drawn."""
        yield from self.until(lambda: self.plotter.idle and self.now >= self._shut_until)

    def dwell(self, seconds: float) -> Program:
        """Idle for that long."""
        yield from self.until(lambda: False, self.now + seconds)

    def wait_for_user(self, seconds: float) -> Program:
        """M0: idle until the user has answered, at most that long."""
        self.waits_for_user = True
        if self.build.emergency_parser:
            self._busy_text = "paused for user"
        yield from self.until(lambda: not self.waits_for_user, self.now + seconds)
        self.waits_for_user = False
        self._busy_text = "processing"
        if self.answered:
            self.answered = False
            yield from self._fetch()  # as captured: "ok P15 B2" after M876, but B3 after M108

    def _turn(self) -> Program:
        """One turn of idle()."""
        yield from self._fetch()
        self.servo.settle(self.now)
        if self._kill:
            raise Killed("M112 Shutdown")
        if self._quick_stop:
            self._quick_stop = False
            yield from self.quick_stop()
        if self.now >= self._busy_at:
            self._busy_at = self.now + (self.keepalive or inf)
            yield from self.tell(f"echo:busy: {self._busy_text}\n")
        if self.now >= self._report_at:
            self._report_at = self.now + self.report_seconds
            yield from self.tell(position(self.mover.current, self.mover.steps))

    def _idle(self, deadline: float = inf) -> Program:
        """Wait for something to happen; what comes in is read meanwhile."""
        yield self._rest(deadline)
        self._listened = True

    def _rest(self, deadline: float) -> Wait:
        moments = (deadline, self._busy_at, self._report_at, self.servo.due, self._shut_end())
        return Wait(min(moments), input=len(self.queue) < QUEUE)

    def _shut_end(self) -> float:
        return self._shut_until if self._shut_until > self.now else inf

    # --- lines that come in

    def _fetch(self) -> Program:
        """get_serial_commands(): read while the queue has room. With a full queue nothing is read, not even M112."""
        listened, self._listened = self._listened, False
        while self.rx and len(self.queue) < QUEUE:
            line = self.reader.take(self.rx)
            if line is None:
                return
            if not listened:
                yield self.now + _CHARACTER_SECONDS * len(line)
            text = line.partition(b"\0")[0]  # a NUL ends a string in C
            verdict = self.numbering.check(text)
            if verdict is Verdict.ACCEPTED:
                yield from self._act_early(text.lstrip(b" "))
                self.queue.append(text)
            elif verdict is not Verdict.REPEATED:
                yield from self.tell(f"Error:{verdict.value}{self.numbering.last}\n")
                yield from self.request_resend()

    def request_resend(self) -> Program:
        """flush_and_request_resend(): what has come in by now is thrown away."""
        self.rx.clear()
        self.reader.clear()
        yield from self.tell(f"Resend: {self.numbering.last + 1}\n")
        yield from self.tell("ok\n")

    def _act_early(self, command: bytes) -> Program:
        """Without the emergency parser, two commands act when they enter the queue; N... before them prevents it."""
        if self.build.emergency_parser:
            return
        if command.startswith(b"M112"):
            raise Killed("M112 Shutdown")
        if command.startswith(b"M410"):
            yield from self.quick_stop()

    def interrupt(self, byte: int) -> bool:
        heard = self._emergency_parser.hear(byte)
        if heard is None or self._dead:
            return False
        if heard in (Emergency.CONTINUE, Emergency.ANSWER):
            self.waits_for_user, self.answered = False, heard is Emergency.ANSWER
        elif heard is Emergency.KILL:
            self._kill = True
        elif heard is Emergency.QUICK_STOP:
            self._quick_stop = True
        elif self.build.position_reports:
            self._act_at_once(heard)
        self.poke()
        return False

    def _act_at_once(self, heard: Emergency) -> None:
        """S000, P000, R000 are done by the interrupt itself."""
        if heard is Emergency.STATUS:
            self.say(self.live_position() + "S_XYZ:0\n")
        elif heard is Emergency.PAUSE:
            self.plotter.hold()  # Marlin stops dead; from the few mm/s of a pen that is the same to 0.1 mm
        elif heard is Emergency.RESUME:
            self.plotter.release()

    def quick_stop(self) -> Program:
        """quickstop_stepper(): drops the planner's blocks, not the rest of a move that is being cut into segments.

        There is no forward kinematics for polargraphs: afterwards the belts' lengths pass for the position.
        """
        self.plotter.flush()
        self._shut_until = self.now + _QUICK_STOP_SECONDS
        yield from self.synchronize()
        self.mover.belts_as_position()

    def go(self, target: Three, length: float) -> Program:
        """Queue one block; waits for room in the planner. A quick stop may come in between, as in Marlin."""
        yield self.now + _BLOCK_SECONDS
        yield from self.until(lambda: self.plotter.room() > 0)
        self.mover.push(target, length)


Handler = Callable[[MarlinIdle, Command], Program]
Handlers = dict[str, Handler]


def handles(table: Handlers, *codes: str) -> Callable[[Handler], Handler]:
    """Enters a function in a table as what carries out these commands."""

    def enter(handler: Handler) -> Handler:
        table.update(dict.fromkeys(codes, handler))
        return handler

    return enter
