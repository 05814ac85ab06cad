"""What every simulated firmware has: a serial line with its timing, a processor that can do one thing at a time.

A firmware's main loop is written as the generator `program`. It runs in virtual time: it yields a moment until which
the processor is busy, or a `Wait` for something to happen, and goes on when that has come. Nothing else runs meanwhile,
except the receive interrupt, as on the real chip.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from math import inf
from typing import ClassVar, NamedTuple

from dcode.errors import ConfigError
from dcode.simulator.ink import Ink
from dcode.simulator.plotter import Plotter
from dcode.simulator.setup import Setup

PROFILES = ("grbl", "grblhal", "fluidnc", "marlin", "makelangelo")


class Wait(NamedTuple):
    """Idle until the moment `until`, or until something happens: an interrupt, a block that ends, and with `input` the
    end of a line (or of what has come in). The program may be woken early; it looks again at what it waits for."""

    until: float = inf
    input: bool = False


Program = Iterator[float | Wait]


class Firmware(ABC):
    """A firmware behind its serial port. Times are virtual seconds and never go back.

    rx: bytes that were received and not yet read; when it holds `rx_bytes`, more are lost without a word.
    `interrupts`: a pattern of single bytes that the receive interrupt looks at, see `interrupt`.
    """

    profile: ClassVar[str] = ""
    interrupts: ClassVar[re.Pattern[bytes] | None] = None
    line_ends: ClassVar[re.Pattern[bytes]] = re.compile(rb"[\r\n]")

    # Virtual seconds a real one, as it is served. What it says unasked keeps real time: whoever hears a prompt that
    # comes every two seconds twenty times a second takes it for an answer.
    pace = 1.0

    # When something beside the processor wants `hardware` to be called: a servo gets somewhere. inf: nothing.
    hardware_due = inf

    def __init__(self, setup: Setup, plotter: Plotter, *, baud: int, rx_bytes: int) -> None:
        self.setup, self.plotter = setup, plotter
        self.baud, self.rx_bytes = baud, rx_bytes
        self.now = 0.0
        self.rx = bytearray()
        self.lost = 0  # bytes that found no room
        self._byte = 10 / baud  # a byte is ten bits on the wire
        self._wire: deque[tuple[float, bytes]] = deque()  # on their way in: when the first byte is there, bytes
        self._taken = 0  # how many bytes of _wire[0] have arrived
        self._wire_end = 0.0
        self._interrupt_at: float | None = None  # cached: when the next interrupt byte arrives
        self._out: deque[tuple[float, bytes]] = deque()
        self._out_end = 0.0
        self._poked = False
        self._program = self.program()
        # What the program has yielded last: busy or idle until when, and whether it waits for input.
        self._busy, self._until, self._listens = True, 0.0, False
        self._motion_at = inf  # what was found out of the next step: when a block ends

    # --- for whoever holds the other end of the line

    @property
    def ink(self) -> Ink:
        """What has been drawn."""
        return self.plotter.ink

    def receive(self, data: bytes, now: float) -> None:
        """Bytes go out to the firmware at `now`; they arrive one after the other at the line's speed."""
        self.advance(now)
        if data:
            begin = max(now, self._wire_end)
            self._wire.append((begin + self._byte, data))
            self._wire_end = begin + self._byte * len(data)
            self._interrupt_at = None

    def output(self) -> bytes:
        """What the firmware has said until now and nobody has taken yet."""
        out, said = self._out, b""
        while out and out[0][0] <= self.now:
            said += out.popleft()[1]
        return said

    def advance(self, now: float) -> None:
        """Let time pass until `now`."""
        while (when := self._next_step()) <= now:
            self._step_to(when)
        if now > self.now:
            self.now = now
            self.plotter.advance(now)

    def next_event(self) -> float | None:
        """When something will happen or be said if nothing comes in; None: never."""
        when = min(self._next_step(), self._out[0][0] if self._out else inf)
        return None if when == inf else max(when, self.now)

    @property
    def at_rest(self) -> bool:
        """Whether there is nothing to do until somebody writes: what may still happen is an idle prompt."""
        idle = self._listens and not self._poked
        return idle and not (self.rx or self._wire or self._out) and self.plotter.idle

    def reset(self, now: float) -> None:
        """Power on, or a DTR toggle: the program starts anew; what was on the line and in the queue is gone."""
        self.advance(now)
        self.rx.clear()
        self._wire.clear()
        self._out.clear()
        self._taken, self._interrupt_at, self._poked = 0, None, False
        self._wire_end = self._out_end = now
        self.plotter.flush()
        self.power_on()
        self._program = self.program()
        self._busy, self._until, self._listens = True, now, False

    def press(self, button: str, now: float) -> None:
        """A button on the machine: hold, start or reset. Firmwares without buttons ignore it."""
        self.advance(now)

    # --- for the firmware

    @abstractmethod
    def program(self) -> Program:
        """The firmware's main(), from power-on; it never returns."""

    def power_on(self) -> None:  # noqa: B027  # not every firmware has something to forget
        """Forget what is not kept without power."""

    def interrupt(self, byte: int) -> bool:
        """A byte of `interrupts` has arrived. True: it was a command and does not go to `rx`."""
        return False

    def say(self, text: str | bytes) -> None:
        """Send; it leaves at the line's speed, behind what is still being sent."""
        data = text.encode("latin-1") if isinstance(text, str) else text
        self._out_end = max(self._out_end, self.now) + self._byte * len(data)
        self._out.append((self._out_end, data))

    def sent_but(self, size: int) -> float:
        """The moment when all but `size` bytes of what was said are out: a full send buffer makes a program wait."""
        return self._out_end - self._byte * size

    def hardware(self) -> None:  # noqa: B027  # nor something beside its processor
        """Do what is due beside the processor, and set `hardware_due` anew."""

    def poke(self) -> None:
        """Wake the program if it idles."""
        self._poked = True

    # --- inside

    def _next_step(self) -> float:
        """When the program goes on or an interrupt byte arrives."""
        self._motion_at = inf
        if not self._busy and (self._poked or (self._listens and self.rx)):
            return self.now
        when, interrupt = self._until, self._interrupt_at
        if self.hardware_due < when:
            when = self.hardware_due
        if interrupt is None:
            interrupt = self._next_interrupt()
        if interrupt < when:
            when = interrupt
        if self._busy:
            return when
        if self._listens and self._wire:
            when = min(when, self._next_input())
        motion = self._motion_at = self.plotter.event_at()
        return motion if motion < when else when

    def _step_to(self, when: float) -> None:
        """Go to the moment of the next step and do what is due."""
        if when > self.now:
            self.now = when
        now = self.now
        self.plotter.advance(now)
        if self.hardware_due <= now:
            self.hardware()
        if self._wire:
            self._hear()
        if self._busy:
            if self._until <= now:
                self._go_on()
        elif self._poked or self._until <= now or self._motion_at <= now or (self._listens and self.rx):
            self._poked = False  # a busy program has not seen the poke yet
            self._go_on()

    def _go_on(self) -> None:
        """Let the program run until it waits again."""
        wait = next(self._program)
        if isinstance(wait, Wait):
            self._busy = False
            self._until, self._listens = wait
        else:
            self._busy, self._until, self._listens = True, wait, False

    def _hear(self) -> None:
        """Take in what has arrived by now."""
        while self._wire and self._wire[0][0] + self._taken * self._byte <= self.now + 1e-9:
            first, data = self._wire[0]
            # Rounding must not take from the count what the condition has granted: that would loop for ever.
            count = min(len(data), max(self._taken, int((self.now - first) / self._byte + 1e-6)) + 1)
            self._take_in(data, count)
            if self._taken >= len(data):
                self._wire.popleft()
                self._taken = 0
                self._interrupt_at = None

    def _take_in(self, data: bytes, end: int) -> None:
        """Take the bytes of data[_taken:end] that are no commands into the ring."""
        begin, self._taken = self._taken, end
        if self.interrupts is not None:
            while found := self.interrupts.search(data, begin, end):
                at = found.start()
                self._interrupt_at = None
                if self.interrupt(data[at]):
                    self._into_ring(data[begin:at])
                else:
                    self._into_ring(data[begin : at + 1])
                begin = at + 1
        self._into_ring(data[begin:end])

    def _into_ring(self, data: bytes) -> None:
        """Into the ring. A program that waits for input empties it byte by byte, so that it cannot overflow."""
        if not self._listens:
            room = max(0, self.rx_bytes - len(self.rx))
            self.lost += max(0, len(data) - room)
            data = data[:room]
        self.rx += data

    def _next_interrupt(self) -> float:
        """When the next interrupt byte of the chunk under way arrives, or the chunk ends with others behind it."""
        if self._interrupt_at is None:
            self._interrupt_at = inf
            if self._wire and self.interrupts is not None:
                first, data = self._wire[0]
                found = self.interrupts.search(data, self._taken)
                if found:
                    self._interrupt_at = first + found.start() * self._byte
                elif len(self._wire) > 1:
                    self._interrupt_at = first + (len(data) - 1) * self._byte
        return self._interrupt_at

    def _next_input(self) -> float:
        """When the next line is complete, or the chunk under way has come in."""
        first, data = self._wire[0]
        found = self.line_ends.search(data, self._taken)
        return first + (found.start() if found else len(data) - 1) * self._byte


def build(profile: str, setup: Setup | None = None) -> Firmware:
    """A simulated plotter with this firmware, just switched on. Raises ConfigError for a name it does not know."""
    setup = setup or Setup()
    if profile == "grbl":
        from dcode.simulator.grbl import Grbl

        return Grbl(setup)
    if profile == "grblhal":
        from dcode.simulator.grblhal import GrblHal

        return GrblHal(setup)
    if profile == "fluidnc":
        from dcode.simulator.fluidnc import FluidNc

        return FluidNc(setup)
    if profile == "marlin":
        from dcode.simulator.marlin import Marlin

        return Marlin(setup)
    if profile == "makelangelo":
        from dcode.simulator.makelangelo import Makelangelo

        return Makelangelo(setup)
    raise ConfigError(f"there is no simulated {profile}; there are {', '.join(PROFILES)}", key="profile")
