"""What a simulated Marlin 2.1 is and remembers: build, settings, position, queue."""

from __future__ import annotations

import re
from collections import deque
from copy import deepcopy
from math import inf
from typing import ClassVar, Final

from dcode.geometry.kinematics import Belts
from dcode.machine.motion_model import Three
from dcode.simulator.build_options import chosen
from dcode.simulator.firmware import Firmware, Program
from dcode.simulator.marlin_emergency import EmergencyParser
from dcode.simulator.marlin_line import LineReader, Numbering
from dcode.simulator.marlin_motion import BLOCKS, Mover
from dcode.simulator.marlin_reports import MarlinBuild, position
from dcode.simulator.marlin_settings import Settings, enter, factory, motion, size, suited_to
from dcode.simulator.plotter import Plotter
from dcode.simulator.servo import Servo
from dcode.simulator.setup import Setup

QUEUE: Final = 4  # BUFSIZE
_RX_BYTES: Final = 127  # RX_BUFFER_SIZE 128, of which one is always empty

# Where the example configuration homes to: X_MAX_POS, MANUAL_Y_HOME_POS, Z_MAX_POS.
_EXAMPLE_HOME: Final = (325.0, -482.65, 100.0)


class MarlinState(Firmware):
    """The board with its settings; `Marlin` has the program that runs on it."""

    profile: ClassVar[str] = "marlin"

    def __init__(self, setup: Setup) -> None:
        self.build = chosen(MarlinBuild, setup.options)
        machine = setup.machine
        self.built_in = factory() if setup.captured else suited_to(machine)
        enter(self.built_in, setup.settings)
        self.stored: Settings | None = None  # what M500 keeps
        self.settings = deepcopy(self.built_in)
        self.home: Three = _EXAMPLE_HOME if setup.captured else (*machine.home, 0.0)
        self.end_stops = setup.captured or machine.end_stops
        wall = Belts((-325.0, 500.0), (325.0, 500.0)) if setup.captured else machine.anchors
        start = setup.start or (self.home[0], self.home[1])
        plotter = Plotter(motion(self.settings), start, BLOCKS - 1, wall, setup.truth)
        self.servo = Servo(plotter, machine.pen)
        self.servos = machine.pen.servo_index + 1
        self.mover = Mover(plotter, self.settings, slows=self.build.slowdown)
        super().__init__(setup, plotter, baud=250000, rx_bytes=_RX_BYTES)
        if self.build.emergency_parser:
            self.interrupts = re.compile(rb"(?s:.)")  # type: ignore[misc]  # one class, two builds
        self.power_on()

    @property
    def at_rest(self) -> bool:
        return super().at_rest and not self.queue  # a dwell has nothing to move, and is not rest

    def power_on(self) -> None:
        self.queue: deque[bytes] = deque()
        self.reader, self.numbering = LineReader(), Numbering()
        self._emergency_parser = EmergencyParser()
        self.homed: set[str] = set()
        self.servo_reading = 93  # what M280 P0 tells before the servo has been told anything
        self.keepalive = 2.0  # s, M113
        self.waits_for_user = False
        self.answered = False  # by M876, not by M108
        self.report_seconds = 0.0  # M154
        self._busy_text = "processing"
        self._busy_at = self._report_at = inf
        self._shut_until = 0.0  # the planner takes no blocks after a quick stop
        self._quick_stop = self._kill = self._dead = self._listened = False
        self.servo.release(self.now)
        self.load_settings()
        self.plotter.motion = motion(self.settings)
        self.mover.power_on(self.home)

    def load_settings(self) -> None:
        """M501: the stored settings, or the built-in ones."""
        self.settings.update(deepcopy(self.built_in if self.stored is None else self.stored))

    def size_stored(self) -> str | None:
        """What is told of the stored settings; None: there are none."""
        return None if self.stored is None else size(self.stored)

    def tell(self, text: str) -> Program:
        """Say something. TX_BUFFER_SIZE is 0: the processor waits for the last byte but one."""
        self.say(text)
        yield self.sent_but(1)

    def live_position(self) -> str:
        """M114 R: with the belts' lengths for x and y, see quick_stop."""
        return position(self.plotter.axes, self.mover.live_steps())

    def report_every(self, seconds: float) -> None:
        """M154; 0 turns it off."""
        self.report_seconds = seconds
        self._report_at = self.now + seconds if seconds else inf
