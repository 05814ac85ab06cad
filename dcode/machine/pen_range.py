"""Whether a pen's lowered angle stays within what a servo turns, wherever on the wall it is lowered."""

from __future__ import annotations

from typing import Final

from dcode.machine.height_map import HeightMap
from dcode.machine.machine import Pen

SERVO: Final = (0.0, 180.0)  # degrees


def servo_beyond(pen: Pen, height_map: HeightMap | None) -> float | None:
    """The angle beyond the servo's range that a pen may be lowered to somewhere; None: there is none.

    A pen whose heights are given in mm is on an axis: its angles turn nothing.
    """
    if height_map is None or pen.z_down is not None:
        return None
    least, most = (pen.down_angle + offset for offset in height_map.span)
    return least if least < SERVO[0] else most if most > SERVO[1] else None
