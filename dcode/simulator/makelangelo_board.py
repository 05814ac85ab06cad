"""A simulated board with the legacy Makelangelo-firmware: what it remembers, and how it waits."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from math import inf
from typing import ClassVar, Final

from dcode.geometry.kinematics import Belts
from dcode.machine.motion_model import MotionModel
from dcode.simulator import makelangelo_eeprom
from dcode.simulator.build_options import chosen
from dcode.simulator.firmware import Firmware, Program, Wait
from dcode.simulator.ink import Point
from dcode.simulator.makelangelo_eeprom import Three
from dcode.simulator.makelangelo_line import LineReader, Numbering, Words
from dcode.simulator.makelangelo_motion import BLOCKS, MAX_ACCELERATION, motion, push
from dcode.simulator.plotter import Plotter
from dcode.simulator.servo import Servo
from dcode.simulator.setup import Setup

PROMPT: Final = "\n> \n"
_RX_BYTES: Final = 127  # RX_BUFFER_SIZE 128, of which one is always empty
_TX_BYTES: Final = 32
_BLOCK_SECONDS: Final = 2.1e-3  # processor time, as Marlin's: the same planner on the same chip
_PEN_UP: Final = 90.0  # PEN_UP_ANGLE, where the servo is taken to be at power-on


@dataclass(frozen=True, slots=True)
class MakelangeloBuild:
    """The options of a simulated Makelangelo.

    ok_lines: "OK N<n> P<free blocks> B<room>" after each move that was queued, as the author's own fork says it.
    round_belts: belts are rounded to whole millimetres before they become steps, as at the captured commit. Later
        commits and the fork round to steps, and so does this one unless told otherwise: with whole millimetres every
        line is a staircase, and its ink tells nothing about what the host has sent.
    built: when it was compiled, as it tells.
    """

    ok_lines: bool = False
    round_belts: bool = False
    built: str = "Nov 23 2026 00:13:51"


class MakelangeloBoard(Firmware):
    """The board; `Makelangelo` has the program that runs on it."""

    profile: ClassVar[str] = "makelangelo"

    def __init__(self, setup: Setup) -> None:
        self.build = chosen(MakelangeloBuild, setup.options)
        machine = setup.machine
        self.stored = makelangelo_eeprom.Eeprom() if setup.captured else makelangelo_eeprom.suited_to(machine)
        makelangelo_eeprom.enter(self.stored, setup.settings)
        self.eeprom = self.stored.copy()
        self.acceleration = MAX_ACCELERATION
        self.wall: Belts = machine.anchors
        plotter = Plotter(self._motion(), setup.start or machine.home, BLOCKS - 1, self.wall, setup.truth)
        self.servo = Servo(plotter, machine.pen)
        self.switches: Point | None = None  # where they really are; None: where the EEPROM says
        if setup.truth and machine.end_stops and self.eeprom.usable:
            self.switches = setup.truth.hangs(self.eeprom.belts().position(*self.eeprom.calibration))
        super().__init__(setup, plotter, baud=57600, rx_bytes=_RX_BYTES)
        self.power_on()

    def power_on(self) -> None:
        self.eeprom = self.stored.copy()
        self.reader, self.numbering = LineReader(), Numbering()
        self.feed = 150.0  # mm/s
        self.acceleration = MAX_ACCELERATION
        self.relative = False
        self.last_move: int | None = None  # what a line without a letter goes on with
        self.dead = False
        self.resettle()
        self.teleport((0.0, 0.0, _PEN_UP))

    def resettle(self) -> None:
        """The EEPROM's values or the acceleration have changed."""
        self.plotter.motion = self._motion()

    def _motion(self) -> MotionModel:
        return motion(self.eeprom, self.acceleration, self.wall, self.build.round_belts)

    def teleport(self, position: Three) -> None:
        """Call the present position this; nothing moves."""
        self.position = position
        self.plotter.set_position(position)

    def tell(self, text: str) -> Program:
        """Say something; the processor waits while more than the send buffer holds is to be sent."""
        self.say(text)
        if self.sent_but(_TX_BYTES) > self.now:
            yield self.sent_but(_TX_BYTES)

    def report_position(self) -> str:
        """M114."""
        x, y, z = self.position
        return f"M114 X{x:.2f} Y{y:.2f} Z{z:.2f} F{self.feed:.2f} A{self.acceleration:.2f}\n"

    # --- waiting: nothing is read meanwhile, and nothing is said

    def rest(self, until: float, listening: bool = False) -> Wait:
        """Idle until this moment or until something happens; then `attend`."""
        return Wait(min(until, self.servo.due), input=listening)

    def attend(self) -> None:
        """Lead the servo along with the block under way; put the pen down or lift it when it gets there."""
        angle = self.plotter.running_tag
        if isinstance(angle, float) and angle != self.servo.target:
            self.servo.aim(angle, self.now)
        self.servo.settle(self.now)

    def finish(self) -> Program:
        """Wait until everything that was queued is drawn."""
        while not self.plotter.idle:
            yield self.rest(inf)
            self.attend()

    def pause(self, seconds: float) -> Program:
        """Wait that long."""
        end = self.now + seconds
        while self.now < end:
            yield self.rest(end)
            self.attend()

    def go(self, target: Three, feed: float, length: float) -> Program:
        """Queue one block; waits for room in the planner."""
        yield self.now + _BLOCK_SECONDS
        while not self.plotter.room():
            yield self.rest(inf)
            self.attend()
        push(self.plotter, self.eeprom, target, feed, length)
        self.attend()
        self.position = target

    def stop(self) -> None:
        """M112: the plan is dropped. Interrupts go off: of the prompt, only the byte in the UART still gets out."""
        self.plotter.flush()
        self.dead = True
        self._out = deque(part for part in self._out if part[0] <= self.now)
        self.say(PROMPT[:1])


Handler = Callable[[MakelangeloBoard, Words], Program]
Handlers = dict[str, Handler]


def handles(table: Handlers, *names: str) -> Callable[[Handler], Handler]:
    """Enters a function in a table as what carries out these commands."""

    def enter(handler: Handler) -> Handler:
        table.update(dict.fromkeys(names, handler))
        return handler

    return enter
