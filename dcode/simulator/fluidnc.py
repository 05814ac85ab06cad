"""FluidNC on an ESP32: grbl's language from another firmware. Read in its source and its wiki; nothing was captured.

Options (Setup.options): pen_up_s, pen_down_s: see spindle_pen.py.
kinematics: "wallplotter" (the default: motors at the machine's anchors; where the gondola hangs when the power comes
    on is 0, 0) or "rails", plain x and y.
"""

from __future__ import annotations

from math import hypot
from typing import ClassVar, Final

from dcode.geometry.kinematics import Belts
from dcode.machine.motion_model import MotionModel
from dcode.simulator.firmware import Program
from dcode.simulator.grbl import Effort, Grbl
from dcode.simulator.grbl_modes import Move
from dcode.simulator.grbl_settings import Refusal
from dcode.simulator.grbl_state import Alarm, State
from dcode.simulator.plotter import Plotter
from dcode.simulator.setup import Setup

_SEGMENT_MM: Final = 10.0  # WallPlotter.h, segment_length
_BOOT_SECONDS: Final = 0.8  # an ESP32 reads its configuration first
_ALARMS: Final = {
    Alarm.HARD_LIMIT: "Hard Limit",
    Alarm.SOFT_LIMIT: "Soft Limit",
    Alarm.ABORT: "Abort Cycle",
    Alarm.HOMING_RESET: "Homing Fail Reset",
    Alarm.HOMING_PULL_OFF: "Homing Fail Pulloff",
    Alarm.HOMING_APPROACH: "Homing Fail Approach",
}


class FluidNc(Grbl):
    """What differs from grbl."""

    profile: ClassVar[str] = "fluidnc"
    greeting: ClassVar[str] = "Grbl 3.7 [FluidNC v3.7.8 (wifi) '$' for help]"
    longest_line: ClassVar[int] = 254  # Channel.h: maxLine 255
    effort: ClassVar[Effort] = Effort(0.0001, 0.000003, 0.0001, 0.000003, 0.0)
    build_info = (
        "[VER:3.7 FluidNC v3.7.8 (wifi):]",
        "[OPT:PHS]",
        "[MSG: Machine: Wall Plotter]",
        "[MSG: Mode=STA:SSID=plotter:Status=Not connected:IP=0.0.0.0]",
    )

    def __init__(self, setup: Setup, *, baud: int = 115200) -> None:
        self.wall_plotter = setup.options.get("kinematics", "wallplotter") == "wallplotter"
        self._start = setup.start or setup.machine.home
        self._wall = setup.machine.anchors
        super().__init__(setup, baud=baud, rx_bytes=128)

    def motion_model(self) -> MotionModel:
        """Anchors as seen from where the power comes on, for the firmware calls that 0, 0."""
        x, y, z = self.settings.axes(110)
        start, wall = self._start, self._wall
        left = (wall.left_anchor[0] - start[0], wall.left_anchor[1] - start[1])
        right = (wall.right_anchor[0] - start[0], wall.right_anchor[1] - start[1])
        return MotionModel(
            rates=(x / 60, y / 60, z / 60),
            accelerations=self.settings.axes(120),
            belts=Belts(left, right) if self.wall_plotter else None,
            steps=self.settings.axes(100),
            junction_deviation=self.settings[11],
            segment=0.01,
            segments=9,
            auto_start=False,
        )

    def plotter_for(self, setup: Setup) -> Plotter:
        if not self.wall_plotter:
            return super().plotter_for(setup)
        return Plotter(self.motion_model(), self._start, self.blocks, self._wall, setup.truth)

    def program(self) -> Program:
        yield self.now + _BOOT_SECONDS
        for text in ("FluidNC v3.7.8", "Compiled with ESP32 SDK:v4.4.4", "Kinematic system: WallPlotter"):
            self.feedback(text)
        yield from super().program()

    def idle_seconds(self) -> float:
        return 0.01

    def feedback(self, text: str) -> None:
        self.say(f"[MSG:INFO: {text}]\r\n")

    def alarm_text(self, alarm: Alarm) -> str:
        return f"[MSG:INFO: ALARM: {_ALARMS[alarm]}]\r\nALARM:{alarm.value}\r\n"

    def take_line(self) -> bytes | None:
        return self.take_line_of_pair()

    def idle_command(self, word: str) -> Program:
        if word == "H" and self.wall_plotter:
            self.say("[MSG:ERR: This kinematic system cannot home]\r\n")
            raise Refusal(5)
        yield from super().idle_command(word)

    def move(self, move: Move) -> Program:
        """G0 and G1 in whole pieces of 10 mm and one that is longer, each straight for the motors."""
        if self.wall_plotter and self.state is not State.CHECK:
            x, y, z = self.plotter.planned
            dx, dy, dz = move.target[0] - x, move.target[1] - y, move.target[2] - z
            pieces = max(1, int(hypot(dx, dy) / _SEGMENT_MM))
            for piece in range(1, pieces):
                part = piece / pieces
                yield from super().move(move._replace(target=(x + dx * part, y + dy * part, z + dz * part)))
        yield from super().move(move)
