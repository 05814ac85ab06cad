"""The plotter as its owner describes it: what machine.json says, in values. See config/machine_file.py for the file.

Today's file gives the size, the work area and the pen, but not where the motors are or where the origin is. dcode
takes the sheet's centre as the origin, `width_mm` as the distance between the motors and `height_mm` as the height of
the plotter around the same centre, so that the motors sit in its upper corners: (-width/2, height/2) and
(width/2, height/2). A file that knows better names the anchors.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from dcode.geometry.bounds import Bounds
from dcode.geometry.kinematics import Belts
from dcode.geometry.pen_width import PEN_MM
from dcode.machine.height_map import HeightMap

# A 0.4 N·m stepper on a 20-tooth GT2 pulley (radius 6.37 mm) holds 63 N; 6 mm GT2 belt carries more than that.
_MAX_TENSION_N: Final = 60.0


@dataclass(frozen=True, slots=True)
class Pen:
    """How the pen is raised and lowered (servo degrees, seconds), how fast it goes (mm/min), and how wide it draws."""

    up_angle: float = 90.0
    down_angle: float = 40.0
    travel_speed: float = 1000.0
    draw_speed: float = 500.0
    # The 300 ms that Marlin's Polargraph example waits for its servo (SERVO_DELAY).
    raise_seconds: float = 0.3
    lower_seconds: float = 0.3
    servo_index: int = 0
    # How long the pen may rest on the paper without moving: felt tips leave a blot within seconds.
    max_rest_seconds: float = 10.0
    # mm, of a pen on an axis; None: the profile's own heights, or what the angles stand for between those.
    z_up: float | None = None
    z_down: float | None = None
    dry_after_m: float | None = None  # how far its ink goes, metres
    width_mm: float = PEN_MM


@dataclass(frozen=True, slots=True)
class NamedPen:
    """One of several pens. T1 is the first of `Machine.pens`."""

    name: str
    colour: str
    pen: Pen

    @property
    def width_mm(self) -> float:
        """How wide it draws."""
        return self.pen.width_mm


@dataclass(frozen=True, slots=True)
class BeltDrive:
    """From motor to belt. `measured_steps_per_mm` overrides what the teeth say, as a calibration does."""

    pulley_teeth: int = 20
    belt_pitch_mm: float = 2.0
    steps_per_turn: int = 200
    microsteps: int = 16
    measured_steps_per_mm: float | None = None

    @property
    def steps_per_mm(self) -> float:
        if self.measured_steps_per_mm is not None:
            return self.measured_steps_per_mm
        return self.steps_per_turn * self.microsteps / (self.pulley_teeth * self.belt_pitch_mm)


@dataclass(frozen=True, slots=True)
class BeltLimits:
    """What the belts allow. Lengths in mm, the angle in degrees below the horizontal, the tension in newtons.

    A gondola is about 50 mm in radius: nearer than that it hits the motor. Both belts 5° below the horizontal each
    pull 5.7 times the gondola's weight, and the pull doubles before 2.5°. Without `max_length_mm` the longest belt
    is the one that reaches the plotter's furthest corner.
    """

    min_length_mm: float = 50.0
    max_length_mm: float | None = None
    min_angle: float = 5.0
    max_tension_n: float = _MAX_TENSION_N


@dataclass(frozen=True, slots=True)
class Machine:
    """Everything dcode knows about one plotter. Millimetres, y up, the origin in the centre of the sheet."""

    width_mm: float
    height_mm: float
    work_area: Bounds
    pen: Pen = field(default_factory=Pen)
    home: tuple[float, float] = (0.0, 0.0)
    end_stops: bool = False  # whether the firmware can find home by itself
    park: bool = True  # whether the gondola goes home after a job
    belts: BeltDrive | None = None
    belt_limits: BeltLimits = field(default_factory=BeltLimits)
    gondola_kg: float | None = None
    left_anchor: tuple[float, float] | None = None
    right_anchor: tuple[float, float] | None = None
    max_feed: float | None = None  # mm/min
    acceleration: float | None = None  # mm/s2
    pens: tuple[NamedPen, ...] = ()
    height_map: HeightMap | None = None  # added to every pen's lowered height
    port: str | None = None
    profile: str | None = None

    @property
    def anchors(self) -> Belts:
        """Where the belts leave the motors."""
        half, top = self.width_mm / 2, self.height_mm / 2
        return Belts(self.left_anchor or (-half, top), self.right_anchor or (half, top))

    @property
    def max_belt_length_mm(self) -> float:
        """The longest belt that is allowed."""
        if self.belt_limits.max_length_mm is not None:
            return self.belt_limits.max_length_mm
        half_width, half_height = self.width_mm / 2, self.height_mm / 2
        sheet = Bounds(-half_width, half_width, half_height, -half_height)
        return max(max(self.anchors.lengths(x, y)) for x, y in sheet.corners)

    def named_pen(self, number: int) -> NamedPen:
        """The pen that T<number> means; the machine's own pen, in black, where no such pen is known."""
        if 1 <= number <= len(self.pens):
            return self.pens[number - 1]
        return NamedPen("pen", "#000000", self.pen)
