"""The shape of machine.json. Everything beyond the size, the work area and the pen is optional.

Millimetres and seconds where a name does not say otherwise; y up, the origin in the centre of the sheet; feeds
(travel_speed, draw_speed, max_feed) in mm/min, acceleration in mm/s2, angles in degrees. Strict: a number is not a
text, a yes/no is not a number, NaN and infinity are nothing.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated

from dcode.geometry.pen_width import PEN_MM
from dcode.tables import Only

Positive = Annotated[float, Only("a number above 0", lambda value: value > 0)]
NotNegative = Annotated[float, Only("a number of at least 0", lambda value: value >= 0)]
ServoAngle = Annotated[float, Only("an angle from 0 to 180", lambda value: 0 <= value <= 180)]
BeltAngle = Annotated[float, Only("an angle from 0 to less than 90", lambda value: 0 <= value < 90)]
Count = Annotated[int, Only("a whole number above 0", lambda value: value > 0)]
Index = Annotated[int, Only("a whole number of at least 0", lambda value: value >= 0)]
Text = Annotated[str, Only("a text that is not empty", lambda value: value != "")]
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
    servo_index: Index = 0
    max_rest_seconds: Positive = 10.0
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
class MachineJson:
    machine: MachineKeys
    work_area: WorkAreaKeys
    pen: PenKeys
    pens: tuple[NamedPenKeys, ...] = ()
    home: PointKeys = PointKeys(0.0, 0.0)
    serial: SerialKeys = SerialKeys()
    belts: BeltKeys = BeltKeys()
    gondola: GondolaKeys = GondolaKeys()
