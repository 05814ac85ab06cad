"""A motion played at a simulated firmware as the daemon plays it, in virtual time and to the last motor step.

With its translator, its rows and barriers, its sender, and the proofs of the position between strokes; without guard,
journal and processes, which take no time that a plotter would notice.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from dcode.config.paths import data_dir
from dcode.daemon.run import Run
from dcode.firmware.command import Command, CommandKind
from dcode.firmware.pacing import TURNAROUND
from dcode.firmware.profile import FirmwareProfile, load_profile
from dcode.firmware.translate import Translator
from dcode.gcode.motion import Motion
from dcode.machine.machine import Machine
from dcode.simulator.firmware import Firmware, build
from dcode.simulator.setup import Setup
from dcode.streaming.events import Acked, Status
from dcode.streaming.sender import Sender


@dataclass(frozen=True)
class Board:
    """A firmware, and whether it drives belts or rails where it can do either."""

    name: str
    kinematics: str = ""

    def profile(self) -> FirmwareProfile:
        """As it is once the firmware has said what it drives, or its owner has."""
        profile = load_profile(self.name, data_dir("firmware_profiles"))
        if self.kinematics == "rails":
            return replace(profile, planning=replace(profile.planning, belts=False))
        return profile.adapted("[KINEMATICS:WallPlotter v2.01]") if self.kinematics else profile

    def firmware(self, machine: Machine) -> Firmware:
        options = {"kinematics": self.kinematics} if self.kinematics else {}
        return build(self.name, Setup(machine=machine, options=options))


BOARDS = {
    "makelangelo": Board("makelangelo"),
    "marlin": Board("marlin"),
    "grbl": Board("grbl"),
    "grblhal": Board("grblhal"),
    "grblhal on belts": Board("grblhal", "wallplotter"),
    "fluidnc": Board("fluidnc"),  # on belts
    "fluidnc on rails": Board("fluidnc", "rails"),
}


class Played:
    """One motion at one board; `seconds` from its first line to standstill."""

    def __init__(self, motion: Motion, machine: Machine, board: Board) -> None:
        self._profile = board.profile()
        self._firmware = board.firmware(machine)
        self.now = 3.0
        self._firmware.advance(self.now)
        if self._profile.y_down:
            self._come_from_the_left_motor(machine)
        self._firmware.output()
        self._sender = Sender(self._profile, self.now)
        self._run = Run(1, motion, Translator(self._profile, machine), wary=self._profile.numbering is None)
        self._at = motion.start
        self._checking = self._asked = False
        tools = Translator(self._profile, machine)
        self._stream([*tools.preamble(), *tools.set_position(*motion.start), *tools.pen_up(), *tools.barrier()].pop)
        begin = self.now
        self._stream(None)
        while not self._firmware.plotter.idle:
            self.now += 0.001
            self._firmware.advance(self.now)
        self.seconds = self.now - begin

    def _come_from_the_left_motor(self, machine: Machine) -> None:
        """Which is where grblHAL's wall plotter takes the gondola to be at power-on."""
        (left, top), (x, y) = machine.anchors.left_anchor, machine.home
        self._firmware.receive(f"G21 G90 G1 X{x - left:.3f} Y{top - y:.3f} F12000\n".encode(), self.now)
        self.now += 60.0
        self._firmware.advance(self.now)
        assert self._firmware.plotter.idle

    def _stream(self, before: Callable[[int], Command] | None) -> None:
        """Send what is to come `before` the run, or the run itself, until all of it is acknowledged."""
        sender, firmware, ended = self._sender, self._firmware, False
        while True:
            while not ended and sender.room > 0 and not self._checking:
                try:
                    command = self._next() if before is None else before(0)
                except IndexError:
                    command = None
                ended = command is None
                if command is not None:
                    sender.queue(command)
            if ended and not (sender.queued or sender.in_flight or self._checking):
                return
            firmware.receive(sender.to_send(self.now), self.now)
            moments = (firmware.next_event(), sender.deadline(), self.now + 1.0)
            self.now = max(self.now, min(moment for moment in moments if moment is not None))
            firmware.advance(self.now)
            if heard := firmware.output():
                self.now += TURNAROUND
                for event in sender.receive(heard, self.now):
                    self._heard(event)
                firmware.advance(self.now)
            elif (deadline := sender.deadline()) is not None and deadline <= self.now:
                sender.handle_timeout(self.now)

    def _next(self) -> Command | None:
        command = self._run.next(self._at)
        if command is not None:
            self._at = command.end or self._at
            self._checking = command.kind is CommandKind.BARRIER and bool(self._profile.realtime_status)
        return command

    def _heard(self, event: object) -> None:
        if type(event) is Acked and self._checking and event.command.kind is CommandKind.BARRIER:
            self._asked = True
            self._sender.realtime(self._profile.realtime_status)
        elif type(event) is Status and self._asked:
            self._checking = self._asked = False
