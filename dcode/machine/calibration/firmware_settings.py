"""The settings that tell a firmware what a calibration has found.

Which lines those are its profile says (dcode.firmware.tuning); here they are filled in. What is told is where the
motors are and how many steps move a millimetre, never the sheet or the work area: firmwares that have an area of their
own (Marlin's M665, Makelangelo's M101) take its upper corners for the motors, and with paper limits there they would
draw everything distorted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from dcode.errors import CalibrationError
from dcode.gcode.write import shortest
from dcode.geometry.kinematics import Belts

Point = tuple[float, float]

_STEPS_PER_MM: Final = 80.0  # 20 teeth of 2 mm, 200 steps, 16 microsteps


@dataclass(frozen=True, slots=True)
class Tuning:
    """What a firmware has to be told, and how.

    on_belts: it turns points into belt lengths itself; else it drives rails and knows no motors.
    lines: its settings, templates of `filled`. note: what to know who sends them.
    by_hand: lines of its configuration file, where it has one instead.
    switches: what takes the belts' lengths at the end-stops, where a firmware has that.
    starts_at_motor: it believes to hang at the left motor when the power comes on, whatever it is told later.
    steps_per_mm: what it usually has, where neither it nor machine.json says anything.
    steps, belts, at_switches: what it says that it has now: of each axis, the motors in its own frame, and the belts at
    the end-stops; None where it does not say.
    """

    on_belts: bool = True
    lines: tuple[str, ...] = ()
    by_hand: tuple[str, ...] = ()
    note: str = ""
    switches: str = ""
    starts_at_motor: bool = False
    steps_per_mm: float = _STEPS_PER_MM
    steps: tuple[float, float] | None = None
    belts: Belts | None = None
    at_switches: tuple[float, float] | None = None


def filled(templates: Sequence[str], belts: Belts, home: Point, steps: Sequence[float]) -> tuple[str, ...]:
    """Templates with their values. Lengths in mm with three decimals, steps with four.

    {left} {right} {top}: the motors, in dcode's frame, mm; {span}: between them. {left_of_home} {right_of_home}
    {above_home}: the motors as seen from home. {steps}: of both belts; {steps_x} {steps_y}: of each axis.
    """
    (left, top), (right, _) = belts.left_anchor, belts.right_anchor
    lengths = {
        "left": left,
        "right": right,
        "top": top,
        "span": belts.span,
        "left_of_home": left - home[0],
        "right_of_home": right - home[0],
        "above_home": top - home[1],
    }
    values = {name: shortest(value, 3) for name, value in lengths.items()}
    values |= {name: shortest(value, 4) for name, value in zip(("steps_x", "steps_y"), steps, strict=True)}
    return tuple(template.format(**values, steps=values["steps_x"]) for template in templates)


def at_switches(template: str, left: float, right: float) -> str:
    """The line that tells the true lengths of the belts, mm, where they meet the end-stops."""
    if not (left > 0 and right > 0):
        raise CalibrationError(f"Belts of {left:.0f} and {right:.0f} mm at the end-stops cannot be.")
    return template.format(left=shortest(left, 2), right=shortest(right, 2))
