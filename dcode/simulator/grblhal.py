"""grblHAL, core 8689918: grbl's language with a longer line, a bigger planner and more to say.

Held to a capture of its core on Linux with the wall plotter kinematics. Options (Setup.options):
pen_up_s, pen_down_s: see spindle_pen.py.
kinematics: "wallplotter" (as captured) or "rails", plain x and y. A wall plotter believes at power-on that the gondola
    hangs at the left motor, and nothing but bringing it there can make that true. So that is where it hangs here too
    (unless Setup.start says otherwise, and then it draws what a real one would draw: something else). Rails by default.
"""

from __future__ import annotations

from math import ceil, hypot
from typing import ClassVar, Final

from dcode.machine.motion_model import MotionModel
from dcode.simulator.firmware import Program
from dcode.simulator.grbl import Effort, Grbl
from dcode.simulator.grbl_modes import Move, Spindle
from dcode.simulator.grbl_settings import Refusal, Settings
from dcode.simulator.grbl_state import Request, State
from dcode.simulator.grbl_words import squeeze
from dcode.simulator.grblhal_reports import parameters, parser_state, status
from dcode.simulator.grblhal_settings import HalSettings
from dcode.simulator.grblhal_texts import ALARM_DETAILS, SETTING_DETAILS
from dcode.simulator.plotter import Plotter
from dcode.simulator.setup import Setup
from dcode.simulator.wall_plotter import BeltsFromLeftMotor

_SEGMENT_MM: Final = 2.0  # MAX_SEG_LENGTH_MM
_STEPPING_RATE: Final = 2000.0  # steps/s; see position_in_doubt
_REQUESTS: Final = {0x80: Request.STATUS, 0x81: Request.CYCLE_START, 0x82: Request.FEED_HOLD}
_BUILD: Final = (
    "[VER:1.1f.20260817:]",
    "[OPT:VNML+,100,1024,3,0]",
    "[AXS:3:XYZ]",
    "[NEWOPT:ENUMS,RT+,TC,SED]",
    "[FIRMWARE:grblHAL]",
    "[SIGNALS:D]",
    "[NVS STORAGE:*EEPROM]",
    "[DRIVER:Simulator]",
    "[DRIVER VERSION:260324]",
)


class GrblHal(Grbl):
    """What differs from grbl."""

    profile: ClassVar[str] = "grblhal"
    greeting: ClassVar[str] = "GrblHAL 1.1f ['$' or '$HELP' for help]"
    longest_line: ClassVar[int] = 256
    blocks: ClassVar[int] = 100
    effort: ClassVar[Effort] = Effort(0.00005, 0.000002, 0.00005, 0.000001, 0.0)  # a 32-bit chip
    alarm_seconds: ClassVar[float] = 0.1

    def __init__(self, setup: Setup, *, baud: int = 115200) -> None:
        kinematics = setup.options.get("kinematics", "wallplotter" if setup.captured else "rails")
        self.wall_plotter = kinematics == "wallplotter"
        self._due: set[str] = set()  # fields that the next status report has
        self._last_error = 0
        self._asked: list[int] = []
        self._was_reset = False
        super().__init__(setup, baud=baud, rx_bytes=1023)  # a ring of 1024
        places = self.gcode.places
        order = (*range(54, 60), 591, 592, 593, 28, 30)
        self.gcode.places = {place: places.get(place, (0.0, 0.0, 0.0)) for place in order}

    # --- the machine

    def factory_settings(self) -> Settings:
        return HalSettings()

    @property
    def build_info(self) -> tuple[str, ...]:  # type: ignore[override]
        return (*_BUILD, "[KINEMATICS:WallPlotter v2.01]") if self.wall_plotter else _BUILD

    def motion_model(self) -> MotionModel:
        x, y, z = self.settings.axes(110)
        return MotionModel(
            rates=(x / 60, y / 60, z / 60),
            accelerations=self.settings.axes(120),
            belts=BeltsFromLeftMotor(self.settings[130]) if self.wall_plotter else None,
            steps=self.settings.axes(100),
            paper_feed=False,
            junction_deviation=self.settings[11],
            segment=0.01,
            segments=9,
            auto_start=False,
        )

    def plotter_for(self, setup: Setup) -> Plotter:
        if not self.wall_plotter or setup.captured:
            return super().plotter_for(setup)
        wall = setup.machine.anchors
        self.settings.values[130] = wall.span
        motor = setup.truth.belts.left_anchor if setup.truth else wall.left_anchor
        return Plotter(self.motion_model(), setup.start or motor, self.blocks, wall, setup.truth)

    def power_on(self) -> None:
        super().power_on()
        self._was_reset = False
        self._due.add("H")

    def restart(self) -> None:
        super().restart()
        self._was_reset = True
        self._last_error = 0
        self._due = {"Ov", "A", "TLR"} | (self._due & {"H"})
        self.wco_in = 1

    def offset_changed(self) -> None:
        super().offset_changed()
        self._due.add("WCO")

    def idle_seconds(self) -> float:
        return 0.02

    def position_in_doubt(self) -> bool:
        """Whether a step is being made right now, which a slow motor rarely does: the capture has a reset at 1,400
        steps/s without an alarm, and one at 2,900 steps/s with."""
        return super().position_in_doubt() and self.plotter.speed * self.settings[100] > _STEPPING_RATE

    def settings_changed(self, number: int) -> None:
        """wp_settings_changed: the right belt is taken to be as long as at power-on, whatever is written."""
        if not self.wall_plotter:
            super().settings_changed(number)
            return
        old = self.plotter.motion.steps
        left = self.plotter.axes[0]
        self.plotter.motion = model = self.motion_model()
        assert old and model.steps
        left, right = left * old[0] / model.steps[0], self.settings[130] * model.steps[0] / model.steps[1]
        self.plotter.set_axes((left, right, self.plotter.position[2]))
        self.gcode.position = self.here()

    def hangs_at_settings(self) -> bool:
        """This core with the wall plotter spins for ever in onSettingsChanged once there has been a soft reset."""
        return self.wall_plotter and self._was_reset

    # --- realtime

    def interrupt(self, byte: int) -> bool:
        if byte in _REQUESTS:
            self.requests.add(_REQUESTS[byte])
        elif byte in (0x83, 0x87):
            self._asked.append(byte)
            self.requests.add(Request.STATUS)
        else:
            return super().interrupt(byte)
        self.poke()
        return True

    def report_status(self) -> str:
        """What has been asked for: a status report, a complete one, or the parser's state."""
        asked, self._asked = self._asked, []
        said = [parser_state(self.gcode) if byte == 0x83 else self._status(complete=True) for byte in asked]
        return "".join(said) or self._status(complete=False)

    def _status(self, complete: bool) -> str:
        text = status(self, self._due, complete)
        self._due = {"WCO"} if self.wco_in == 0 else set()
        return text

    def resumed(self) -> None:
        self.feedback("")
        self._due.add("H")

    def set_spindle(self, spindle: Spindle) -> None:
        if spindle != self.spindle:
            self._due.add("A")
        super().set_spindle(spindle)

    # --- $ commands

    def short_command(self, word: str) -> Program:
        if word == "G":
            self.say(parser_state(self.gcode))
        else:
            yield from super().short_command(word)

    def idle_command(self, word: str) -> Program:
        if word == "I+":
            word = "I"
        if word == "#":
            yield from self.print_lines(parameters(self))
        elif word == "ES":
            yield from self.print_lines(f"[SETTING:{text}]\r\n" for text in SETTING_DETAILS)
        elif word == "EA":
            yield from self.print_lines(f"[ALARMCODE:{text}]\r\n" for text in ALARM_DETAILS)
        elif word == "H" and self.settings[22] and self.wall_plotter:
            self.feedback("Warning: Homing is not implemented!")
        elif word not in ("PINS", "HELP"):
            yield from super().idle_command(word)

    # --- lines

    def take_line(self) -> bytes | None:
        return self.take_line_of_pair()

    def answer(self, raw: bytes) -> Program:
        """After an error, G-code is refused with the same error until a `$` command or an empty line comes."""
        text = raw.decode("latin-1").strip()
        line = squeeze(text)
        yield self.now + self.effort.line + self.effort.character * len(raw)
        try:
            if len(text) > self.longest_line:
                self._last_error = 11
            elif not text:
                self._last_error = 0
            elif line.startswith("$"):
                self._last_error = 0
                yield from self.system(line)
            elif self.state in (State.ALARM, State.JOG):
                self._last_error = 9
            elif not self._last_error and line:
                yield from self.block(line)
                if self.gcode.modes.tool:
                    self.gcode.modes.tool = 0  # T only says which one M6 would take
                    self._due.add("T")
        except Refusal as refusal:
            self._last_error = refusal.code
        self.say(f"error:{self._last_error}\r\n" if self._last_error else "ok\r\n")

    def move(self, move: Move) -> Program:
        """G1 in pieces of 2 mm on the wall; G0 whole, which is a curve there."""
        if self.wall_plotter and not move.rapid and self.state is not State.CHECK:
            x, y, z = self.plotter.planned
            dx, dy, dz = move.target[0] - x, move.target[1] - y, move.target[2] - z
            pieces = ceil(hypot(dx, dy) / _SEGMENT_MM)
            for piece in range(1, pieces):
                part = piece / pieces
                yield from super().move(move._replace(target=(x + dx * part, y + dy * part, z + dz * part)))
        yield from super().move(move)
