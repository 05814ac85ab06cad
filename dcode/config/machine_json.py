"""The shape of machine.json. Everything beyond the size, the work area and the pen is optional.

Millimetres and seconds where a name does not say otherwise; y up, the origin in the centre of the sheet; feeds
(travel_speed, draw_speed, max_feed) in mm/min, acceleration in mm/s2, angles in degrees. Strict: a number is not a
text, a yes/no is not a number, NaN and infinity are nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from dcode.config.values import Count, NotNegative, Positive, Text, Whole
from dcode.geometry.pen_width import PEN_MM
from dcode.tables import Only

ServoAngle = Annotated[float, Only("an angle from 0 to 180", lambda value: 0 <= value <= 180)]
BeltAngle = Annotated[float, Only("an angle from 0 to less than 90", lambda value: 0 <= value < 90)]
Colour = Annotated[
    str,
    Only(
        "a colour such as #c00, #cc0000 or red",
        lambda value: re.fullmatch("#[0-9A-Fa-f]{3}|#[0-9A-Fa-f]{6}|[A-Za-z]+", value) is not None,
    ),
]


@dataclass(frozen=True, slots=True)
class PointKeys:
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class MachineKeys:
    width_mm: Positive  # between the motors
    height_mm: Positive
    end_stops: bool = False
    park: bool = True
    max_feed: Positive | None = None
    acceleration: Positive | None = None


@dataclass(frozen=True, slots=True)
class WorkAreaKeys:
    left: float
    right: float
    top: float
    bottom: float


@dataclass(frozen=True, slots=True)
class PenKeys:
    up_angle: ServoAngle
    down_angle: ServoAngle
    travel_speed: Positive
    draw_speed: Positive
    raise_seconds: NotNegative = 0.3
    lower_seconds: NotNegative = 0.3
    servo_index: Whole = 0
    max_rest_seconds: Positive = 10.0
    z_up: float | None = None  # mm, of a pen on an axis
    z_down: float | None = None
    dry_after_m: Positive | None = None  # metres of ink in a fresh pen
    width_mm: Positive = PEN_MM  # of its line


@dataclass(frozen=True, slots=True)
class NamedPenKeys:
    """What is left out is as in `pen`."""

    name: Text
    colour: Colour = "#000000"
    up_angle: ServoAngle | None = None
    down_angle: ServoAngle | None = None
    travel_speed: Positive | None = None
    draw_speed: Positive | None = None
    raise_seconds: NotNegative | None = None
    lower_seconds: NotNegative | None = None
    max_rest_seconds: Positive | None = None
    z_up: float | None = None
    z_down: float | None = None
    dry_after_m: Positive | None = None
    width_mm: Positive | None = None


@dataclass(frozen=True, slots=True)
class SerialKeys:
    port: Text | None = None
    profile: Text | None = None


@dataclass(frozen=True, slots=True)
class BeltKeys:
    """The drive (teeth and steps, or measured steps per mm), the limits, and where the motors are."""

    pulley_teeth: Count | None = None
    belt_pitch_mm: Positive | None = None
    steps_per_turn: Count | None = None
    microsteps: Count | None = None
    steps_per_mm: Positive | None = None
    min_length_mm: NotNegative | None = None
    max_length_mm: Positive | None = None
    min_angle: BeltAngle | None = None
    max_tension_n: Positive | None = None
    left_anchor: PointKeys | None = None
    right_anchor: PointKeys | None = None


@dataclass(frozen=True, slots=True)
class GondolaKeys:
    mass_kg: Positive | None = None


@dataclass(frozen=True, slots=True)
class HeightMapKeys:
    """What is added to a pen's lowered height at the corners of the work area and in its centre: degrees, or mm."""

    top_left: float = 0.0
    top_right: float = 0.0
    bottom_left: float = 0.0
    bottom_right: float = 0.0
    centre: float = 0.0


@dataclass(frozen=True, slots=True)
class MachineCalibrationKeys:
    """What the last calibration of the machine found: nothing goes by it, a person may want to know.

    The offsets: how much longer the belts were at home than believed. `skew_degrees`: how far the sheet was turned
    against the motors, counter-clockwise; on rails, how far the y axis leans to the right.
    """

    date: Text
    residual_mm: NotNegative
    distances: Count
    left_offset_mm: float | None = None
    right_offset_mm: float | None = None
    skew_degrees: float | None = None


@dataclass(frozen=True, slots=True)
class CalibratedKeys:
    """When it was done last, as an ISO date; and what came of it."""

    pen: Text | None = None
    machine: MachineCalibrationKeys | None = None


@dataclass(frozen=True, slots=True)
class MachineJson:
    machine: MachineKeys
    work_area: WorkAreaKeys
    pen: PenKeys
    schema_version: Count = 1  # machine_schema.py
    pens: tuple[NamedPenKeys, ...] = ()
    home: PointKeys = PointKeys(0.0, 0.0)
    serial: SerialKeys = SerialKeys()
    belts: BeltKeys = BeltKeys()
    gondola: GondolaKeys = GondolaKeys()
    height_map: HeightMapKeys | None = None
    calibrated: CalibratedKeys = CalibratedKeys()
