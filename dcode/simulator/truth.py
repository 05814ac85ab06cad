"""What is true of a simulated plotter: a wall laid over what machine.json says. The firmware knows nothing of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from math import asin, cos, degrees, dist, pi, radians, sin

from dcode.errors import ConfigError, LimitError
from dcode.geometry.kinematics import Belts
from dcode.machine.machine import BeltDrive, Machine
from dcode.simulator.ink import Point
from dcode.simulator.wall import Wall


@dataclass(frozen=True)
class Truth:
    """A wall for a machine as its owner believes it to be. Places are on the sheet: mm, y up."""

    wall: Wall
    machine: Machine

    # --- the belts

    @cached_property
    def belts(self) -> Belts:
        """Where the belts leave their motors, as seen from the sheet."""
        told, believed = self.wall.belts, self.machine.anchors
        left = _point(told.left_anchor) or believed.left_anchor
        right = _point(told.right_anchor) or believed.right_anchor
        if told.motor_distance_mm is not None:
            part = (told.motor_distance_mm / dist(left, right) - 1) / 2
            across, up = (right[0] - left[0]) * part, (right[1] - left[1]) * part
            left, right = (left[0] - across, left[1] - up), (right[0] + across, right[1] + up)
        return Belts(self.turned(left), self.turned(right))

    def turned(self, point: Point, back: bool = False) -> Point:
        """A place beside the motors as seen from a sheet that is turned about its centre; or `back`."""
        turn = radians(self.wall.belts.skew_degrees * (1 if back else -1))
        x, y = point
        return x * cos(turn) - y * sin(turn), x * sin(turn) + y * cos(turn)

    @cached_property
    def steps_per_mm(self) -> float:
        """How many steps really move a millimetre of belt."""
        told, drive = self.wall.belts, self.machine.belts or BeltDrive()
        if told.steps_per_mm is not None:
            return told.steps_per_mm
        if told.pulley_teeth is not None:
            return replace(drive, pulley_teeth=told.pulley_teeth, measured_steps_per_mm=None).steps_per_mm
        return drive.steps_per_mm

    def start(self, believed: Point) -> Point:
        """Where the gondola hangs at power-on, when it was meant to hang at `believed`. Raises ConfigError."""
        return self.hangs(_point(self.wall.belts.start) or believed)

    def hangs(self, meant: Point) -> Point:
        """Where a gondola hangs, or an end stop sits, that was meant to be here. Raises ConfigError."""
        told = self.wall.belts
        if not told.left_offset_mm and not told.right_offset_mm:
            return meant
        left, right = self.belts.lengths(*meant)
        try:
            return self.belts.position(left + told.left_offset_mm, right + told.right_offset_mm)
        except LimitError as error:
            raise ConfigError(f"the gondola cannot hang there: {error.message}", key="belts.left_offset_mm") from error

    def lands(self, point: Point, believed: Belts, steps_per_mm: float, registered: Point = (0.0, 0.0)) -> Point:
        """Where the gondola comes to hang when a firmware with these beliefs is told to go to `point`.

        `registered` is what the firmware calls the place at which the power came on. Raises LimitError.
        """
        ratio = steps_per_mm / self.steps_per_mm
        real = self.belts.lengths(*self.start(registered))
        here, there = believed.lengths(*registered), believed.lengths(*point)
        return self.belts.position(real[0] + (there[0] - here[0]) * ratio, real[1] + (there[1] - here[1]) * ratio)

    # --- the wall's face

    def stands_out(self, x: float, y: float) -> float:
        """How far the wall stands out towards the pen at a place, in mm; beyond the work area as at its edge."""
        face, area = self.wall.surface, self.machine.work_area
        u = min(1.0, max(0.0, (x - area.left) / area.width))
        v = min(1.0, max(0.0, (y - area.bottom) / area.height))
        bottom = face.bottom_left + (face.bottom_right - face.bottom_left) * u
        top = face.top_left + (face.top_right - face.top_left) * u
        bump = (face.centre - self._corners) * 16 * u * (1 - u) * v * (1 - v)  # 1 at the centre, 0 at the edges
        waves = face.warp_mm * sin(2 * pi * (1.3 * u + 0.2)) * cos(2 * pi * (1.7 * v + 0.1))
        return bottom + (top - bottom) * v + bump + waves

    @cached_property
    def farthest_out(self) -> float:
        """What no place of the wall stands out more than, in mm."""
        face = self.wall.surface
        corners = (face.top_left, face.top_right, face.bottom_left, face.bottom_right)
        return max(corners) + max(0.0, face.centre - self._corners) + face.warp_mm

    @property
    def _corners(self) -> float:
        face = self.wall.surface
        return (face.top_left + face.top_right + face.bottom_left + face.bottom_right) / 4

    # --- the servo

    @cached_property
    def lifts(self) -> float:
        """1.0 where larger angles lift the pen, -1.0 where smaller ones do."""
        pen, told = self.machine.pen, self.wall.servo.reversed
        lowers = pen.up_angle < pen.down_angle if told is None else told
        return -1.0 if lowers else 1.0

    @cached_property
    def flat_touch_angle(self) -> float:
        """The angle at which the pen just touches a wall that does not stand out."""
        pen, told = self.machine.pen, self.wall.servo.touch_angle
        return (pen.up_angle + pen.down_angle) / 2 if told is None else told

    def height(self, angle: float) -> float:
        """How far from a flat wall the nib is, in mm; below 0 it is pressed in."""
        servo = self.wall.servo
        if servo.arm_mm is None:
            return self.lifts * servo.mm_per_degree * (angle - self.flat_touch_angle)
        return servo.arm_mm * (self._rise(angle) - self._rise(self.flat_touch_angle))

    def _rise(self, angle: float) -> float:
        """The sine of a horn's angle above level; it does not go further than upright."""
        above = self.lifts * (angle - self.wall.servo.level_angle)
        return sin(radians(min(90.0, max(-90.0, above))))

    def touch_angle(self, x: float, y: float) -> float:
        """The angle at which the pen just touches at this place. Raises LimitError where it never does."""
        return self.angle_of(self.stands_out(x, y))

    def angle_of(self, height: float) -> float:
        """The angle that brings the nib to this height, in mm. Raises LimitError where the horn does not reach."""
        servo = self.wall.servo
        if servo.arm_mm is None:
            return self.flat_touch_angle + self.lifts * height / servo.mm_per_degree
        rise = self._rise(self.flat_touch_angle) + height / servo.arm_mm
        if not -1.0 <= rise <= 1.0:
            raise LimitError("the servo's horn does not reach there", axis="pen", value=height, limit=servo.arm_mm)
        return servo.level_angle + self.lifts * degrees(asin(rise))

    def touch_z(self, x: float, y: float) -> float:
        """Where a pen on a z axis just touches at this place, in mm."""
        return self.wall.pen.z_touch_mm + self.stands_out(x, y)

    # --- in JSON

    def told(self) -> dict[str, object]:
        """All of it that does not depend on the place, as JSON values."""
        left, right = self.belts.left_anchor, self.belts.right_anchor
        return {
            "left_anchor": list(left),
            "right_anchor": list(right),
            "motor_distance_mm": self.belts.span,
            "steps_per_mm": self.steps_per_mm,
            "flat_touch_angle": self.flat_touch_angle,
            "reversed": self.lifts < 0,
        }


def _point(told: tuple[float, ...] | None) -> Point | None:
    return None if told is None else (told[0], told[1])
