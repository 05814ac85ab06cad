"""What is true of a simulated plotter, whatever machine.json says: a TOML file in which every key may be left out.

    # crooked.toml: dcode sim --wall crooked.toml, or --port "sim:makelangelo?wall=crooked.toml"
    [belts]
    left_anchor = [-611.0, 764.0]     # mm on the sheet, y up; or motor_distance_mm = 1222.0
    right_anchor = [611.0, 760.5]
    pulley_teeth = 16                 # or steps_per_mm = 100.0: how many steps really move a millimetre of belt
    left_offset_mm = 3.0              # how much longer this belt is at power-on than for where the gondola should hang
    right_offset_mm = -2.0
    start = [0.0, 0.0]                # where the gondola should hang at power-on
    skew_degrees = 0.4                # how far the sheet is turned against the motors, counter-clockwise

    [servo]
    touch_angle = 57.0                # degrees at which the pen just touches a flat wall
    reversed = false                  # true: larger angles lower the pen
    mm_per_degree = 0.2               # how far a degree lifts it; or a horn of arm_mm, level at level_angle:
    arm_mm = 14.0
    level_angle = 70.0
    seconds_per_degree = 0.0017
    overshoot = 0.1                   # how far it first goes too far, as part of its way; then it swings
    swing_hz = 15.0
    swing_seconds = 0.05              # in which the swing falls to 37 %
    steps = 17                        # that there are over its 180 degrees, as with servo forks of grbl
    dead_band = 1.0                   # degrees; for less it does not move at all

    [surface]                         # mm by which the wall stands out towards the pen
    top_left = 0.6
    top_right = -0.4
    bottom_left = 0.0
    bottom_right = 0.3
    centre = 0.5
    warp_mm = 0.1                     # small waves all over it

    [pen]
    z_touch_mm = 2.5                  # where a pen on a z axis just touches a flat wall
    gouge_mm = 3.0                    # pressed in deeper than that, the nib ruins the paper
    dry_after_m = 120.0

What is left out is as machine.json says, and a servo then touches midway between its two angles. `truth.py` puts the
two together.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Final

from dcode.config.paths import absolute, data_dir
from dcode.errors import ConfigError
from dcode.tables import Only, read_table

_POINT: Final = Only("x and y in mm", lambda point: len(point) == 2)
_ABOVE: Final = Only("a number above 0", lambda value: value > 0)
_FROM: Final = Only("a number from 0 on", lambda value: value >= 0)
_ANGLE: Final = Only("an angle from 0 to 180", lambda value: 0 <= value <= 180)
_STEPS: Final = Only("a whole number from 2 on", lambda value: value >= 2)

Place = Annotated[tuple[float, ...], _POINT]
Above = Annotated[float, _ABOVE]
From = Annotated[float, _FROM]
Angle = Annotated[float, _ANGLE]


@dataclass(frozen=True, slots=True)
class Hanging:
    """[belts]: where the motors really are, what a step really moves, where the gondola really hangs at power-on."""

    left_anchor: Place | None = None
    right_anchor: Place | None = None
    motor_distance_mm: Above | None = None
    pulley_teeth: Annotated[int, _ABOVE] | None = None
    steps_per_mm: Above | None = None
    left_offset_mm: float = 0.0
    right_offset_mm: float = 0.0
    start: Place | None = None
    skew_degrees: float = 0.0


@dataclass(frozen=True, slots=True)
class PenServo:
    """[servo]: how angles become heights, and how it gets from one to the other.

    0.1 s for 60 degrees is what small servos (SG90, MG90S) are sold as, at 4.8 V.
    """

    touch_angle: Angle | None = None
    reversed: bool | None = None
    mm_per_degree: Above = 0.2
    arm_mm: Above | None = None
    level_angle: Angle = 90.0
    seconds_per_degree: Above = 0.1 / 60
    overshoot: From = 0.0
    swing_hz: Above = 15.0
    swing_seconds: Above = 0.05
    steps: Annotated[int, _STEPS] | None = None
    dead_band: From = 0.0


@dataclass(frozen=True, slots=True)
class Surface:
    """[surface]: how far the wall stands out, mm, at the corners and the centre of the work area; smooth between."""

    top_left: float = 0.0
    top_right: float = 0.0
    bottom_left: float = 0.0
    bottom_right: float = 0.0
    centre: float = 0.0
    warp_mm: From = 0.0


@dataclass(frozen=True, slots=True)
class PenInHand:
    """[pen]: what the pen itself does."""

    z_touch_mm: float = 2.5
    gouge_mm: Above = 3.0
    dry_after_m: Above | None = None


@dataclass(frozen=True, slots=True)
class Wall:
    """A wall with a plotter on it, as it really is."""

    belts: Hanging = field(default_factory=Hanging)
    servo: PenServo = field(default_factory=PenServo)
    surface: Surface = field(default_factory=Surface)
    pen: PenInHand = field(default_factory=PenInHand)


def find_wall(told: str | Path) -> Path:
    """The file that a name means: a path, or one of the walls that come with dcode ("crooked")."""
    path = absolute(told)
    if path.exists() or path.suffix or len(Path(told).parts) != 1:
        return path
    shipped = data_dir("configs") / "walls" / f"{told}.toml"
    return shipped if shipped.exists() else path


def load_wall(told: str | Path) -> Wall:
    """The wall of a file, or of a name as in find_wall. Raises ConfigError with file, key and value."""
    file = find_wall(told)
    try:
        table = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=str(file), key="wall") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"not TOML: {error}", file=str(file)) from error
    return read_table(Wall, table, str(file))
