"""grbl's `$` commands, as system_execute_line of grbl 1.1h system.c takes them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from math import inf

from dcode.machine.motion_model import MotionModel, Three
from dcode.simulator import grbl_reports as reports
from dcode.simulator.firmware import Program, Wait
from dcode.simulator.grbl_homing import home
from dcode.simulator.grbl_realtime import GrblRealtime
from dcode.simulator.grbl_settings import Refusal
from dcode.simulator.grbl_state import Request, State
from dcode.simulator.grbl_words import read_number

_SEND_BUFFER = 104  # TX_BUFFER_SIZE of config.h's serial.h; a print waits while it is full


class GrblSystem(GrblRealtime):
    """Adds the `$` commands and what they show and change."""

    build_info: tuple[str, ...] = ("[VER:1.1h.20190830:]", "[OPT:V,15,128]")
    startup: list[str]

    def system(self, line: str) -> Program:
        """Carry out a `$` line; the ack is the caller's. Raises Refusal, Aborted."""
        word = line[1:]
        if word == "":
            self.say(reports.HELP)
        elif word.startswith("J"):
            if self.state not in (State.IDLE, State.JOG):
                raise Refusal(8)
            if not word.startswith("J="):
                raise Refusal(3)
            yield from self.jog(word[2:])
        elif word[0] in "$GCX":
            if len(word) > 1:
                raise Refusal(3)
            yield from self.short_command(word)
        elif self.state not in (State.IDLE, State.ALARM):
            raise Refusal(8)
        else:
            yield from self.idle_command(word)

    def jog(self, line: str) -> Program:
        """What follows `$J=`."""
        before = self.gcode.position
        move = self.gcode.jog(line)
        if self.settings[20] and not self.reachable(move.target):
            self.gcode.position = before
            raise Refusal(15)
        while not self.plotter.room():
            self.auto_cycle_start()
            yield from self.realtime()
            yield Wait()
        self.plotter.add_line(move.target, move.feed / 60)
        if self.state is State.IDLE and self.plotter.queued:
            self.go(State.JOG)
            self.begin_cycle()

    def reachable(self, target: Three) -> bool:
        """Whether soft limits allow a point: machine space runs from -$130 to 0."""
        return all(-self.settings[130 + axis] <= value <= 0 for axis, value in enumerate(target))

    def switches(self) -> tuple[float | None, ...]:
        """How far each axis is from its limit switch; a machine with end stops has them at its work area's edges."""
        machine = self.setup.machine
        if not machine.end_stops:
            return None, None, None
        x, y = self.plotter.paper
        area, backwards = machine.work_area, int(self.settings[23])
        edge_x = area.left if backwards & 1 else area.right
        edge_y = area.bottom if backwards & 2 else area.top
        if self.setup.truth:
            edge_x, edge_y, _ = self.plotter.label_of(self.setup.truth.hangs((edge_x, edge_y)))
            x, y, _ = self.plotter.position
        return edge_x - x, edge_y - y, -5.0 if backwards & 4 else 5.0

    def motion_model(self) -> MotionModel:
        """The planner's limits, from the settings."""
        x, y, z = self.settings.axes(110)
        return MotionModel(
            rates=(x / 60, y / 60, z / 60),
            accelerations=self.settings.axes(120),
            steps=self.settings.axes(100),
            junction_deviation=self.settings[11],
            segment=0.01,
            segments=5,
            auto_start=False,
        )

    def print_lines(self, lines: Iterable[str]) -> Program:
        """Print a report; it takes as long as the line needs to carry it."""
        for line in lines:
            self.say(line)
        wait = self.sent_but(_SEND_BUFFER)
        if wait > self.now:
            yield wait

    def short_command(self, word: str) -> Program:
        if word == "$":
            if self.state in (State.RUN, State.HOLD):
                raise Refusal(8)
            yield from self.print_lines(f"{line}\r\n" for line in self.settings.lines())
        elif word == "G":
            self.say(reports.parser_state(self.gcode))
        elif word == "C":
            if self.state is State.CHECK:
                self.kill()
                self.feedback("Disabled")
            elif self.state is State.IDLE:
                self.go(State.CHECK)
                self.feedback("Enabled")
            else:
                raise Refusal(8)
        elif self.state is State.ALARM:
            self.feedback("Caution: Unlocked")
            self.go(State.IDLE)

    def idle_command(self, word: str) -> Program:
        """Commands that need the machine idle or in alarm."""
        if word == "#":
            yield from self.print_lines(reports.parameters(self.gcode, bool(self.settings[13])))
        elif word == "I":
            yield from self.print_lines(f"{line}\r\n" for line in self.build_info)
        elif word == "N":
            yield from self.print_lines(f"$N{index}={line}\r\n" for index, line in enumerate(self.startup))
        elif word == "SLP":
            self.requests.add(Request.SLEEP)
        elif word[0] == "H":
            yield from self._home(word)
        elif word[0] in "#IS":
            raise Refusal(3)
        elif word[0] == "R":
            self._restore(word)
        elif word[0] == "N":
            yield from self._keep_startup_line(word)
        else:
            yield from self._store(word)

    def _home(self, word: str) -> Program:
        if not self.settings[22]:
            raise Refusal(5)
        if word != "H":
            raise Refusal(3)
        self.go(State.HOME)
        yield from home(self, self.switches(), bool(self.setup.options.get("stuck_switch", False)))
        self.go(State.IDLE)
        yield from self.run_startup()

    def _restore(self, word: str) -> None:
        if word not in ("RST=$", "RST=#", "RST=*"):
            raise Refusal(3)
        if word[-1] in "$*":
            self.settings.restore()
            self.settings_changed(100)
        if word[-1] in "#*":
            self.gcode.places.update(dict.fromkeys(self.gcode.places, (0.0, 0.0, 0.0)))
        if word[-1] == "*":
            self.startup = ["", ""]
        self.feedback("Restoring defaults")
        self.kill()

    def _keep_startup_line(self, word: str) -> Program:
        if self.state is not State.IDLE:
            raise Refusal(8)
        number, at = read_number(word, 1)
        if word[at : at + 1] != "=" or number not in (0, 1):
            raise Refusal(3)
        line = word[at + 1 :]
        yield from self.block(line)
        self.startup[int(number)] = line

    def _store(self, word: str) -> Program:
        number, at = read_number(word, 0)
        if word[at : at + 1] != "=":
            raise Refusal(3)
        value, at = read_number(word, at + 1)
        if at != len(word):
            raise Refusal(3)
        self.settings.store(int(number), value)
        if self.hangs_at_settings():
            yield inf
        self.settings_changed(int(number))

    def hangs_at_settings(self) -> bool:
        """Whether the firmware never comes back from a setting that is written."""
        return False

    def settings_changed(self, number: int) -> None:
        """Take a new setting into use. Steps per mm keep the motors' count, so the labels change with them."""
        if number >= 100 or number == 11:
            old = self.plotter.motion.steps
            x, y, z = self.plotter.position
            self.plotter.motion = self.motion_model()
            new = self.settings.axes(100)
            if old and old != new:
                at = (x * old[0] / new[0], y * old[1] / new[1], z * old[2] / new[2])
                self.plotter.set_position(at)
                self.gcode.position = at
        self.gcode.arc_tolerance = self.settings[12]

    @abstractmethod
    def block(self, line: str) -> Program:
        """Carry out a line of G-code. Raises Refusal, Aborted."""

    @abstractmethod
    def run_startup(self) -> Program:
        """Carry out the startup lines."""
