"""The shape of machine.json. Everything beyond the size, the work area and the pen is optional.

Millimetres and seconds where a name does not say otherwise; y up, the origin in the centre of the sheet; feeds
(travel_speed, draw_speed, max_feed) in mm/min, acceleration in mm/s2, angles in degrees. Strict: a number is not a
text, a yes/no is not a number, NaN and infinity are nothing.
"""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Number = Annotated[float, Field(allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
ServoAngle = Annotated[float, Field(ge=0, le=180, allow_inf_nan=False)]
Text = Annotated[str, Field(min_length=1)]
Colour = Annotated[str, Field(pattern=r"^(#[0-9A-Fa-f]{3}|#[0-9A-Fa-f]{6}|[A-Za-z]+)$")]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class PointKeys(Section):
    x: Number
    y: Number


class MachineKeys(Section):
    width_mm: Positive  # between the motors
    height_mm: Positive
    end_stops: bool = False
    park: bool = True
    max_feed: Positive | None = None
    acceleration: Positive | None = None


class WorkAreaKeys(Section):
    left: Number
    right: Number
    top: Number
    bottom: Number


class PenKeys(Section):
    up_angle: ServoAngle
    down_angle: ServoAngle
    travel_speed: Positive
    draw_speed: Positive
    raise_seconds: NotNegative = 0.3
    lower_seconds: NotNegative = 0.3
    servo_index: Annotated[int, Field(ge=0)] = 0


class NamedPenKeys(Section):
    """What is left out is as in `pen`."""

    name: Text
    colour: Colour = "#000000"
    width_mm: Positive = 0.5
    up_angle: ServoAngle | None = None
    down_angle: ServoAngle | None = None
    travel_speed: Positive | None = None
    draw_speed: Positive | None = None
    raise_seconds: NotNegative | None = None
    lower_seconds: NotNegative | None = None


class SerialKeys(Section):
    port: Text | None = None
    profile: Text | None = None


class BeltKeys(Section):
    """The drive (teeth and steps, or measured steps per mm), the limits, and where the motors are."""

    pulley_teeth: Annotated[int, Field(gt=0)] | None = None
    belt_pitch_mm: Positive | None = None
    steps_per_turn: Annotated[int, Field(gt=0)] | None = None
    microsteps: Annotated[int, Field(gt=0)] | None = None
    steps_per_mm: Positive | None = None
    min_length_mm: NotNegative | None = None
    max_length_mm: Positive | None = None
    min_angle: Annotated[float, Field(ge=0, lt=90)] | None = None
    max_tension_n: Positive | None = None
    left_anchor: PointKeys | None = None
    right_anchor: PointKeys | None = None


class GondolaKeys(Section):
    mass_kg: Positive | None = None


class MachineJson(Section):
    machine: MachineKeys
    work_area: WorkAreaKeys
    pen: PenKeys
    pens: list[NamedPenKeys] = []
    home: PointKeys = PointKeys(x=0.0, y=0.0)
    serial: SerialKeys = SerialKeys()
    belts: BeltKeys = BeltKeys()
    gondola: GondolaKeys = GondolaKeys()
