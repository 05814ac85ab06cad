"""What a firmware counts a pen's height in, for those who lead through its calibration."""

from __future__ import annotations

from dcode.firmware.profile import FirmwareProfile
from dcode.machine.calibration.pen_unit import PenUnit, degrees, millimetres


def pen_unit(profile: FirmwareProfile) -> PenUnit:
    """The pen's own unit, its range, and the whole steps of its servo where the profile knows them.

    On the spindle's output it may be any board: with the PWM of grbl itself nobody can tell a step, and forks of it for
    servos make about 17 of the whole range (robottini/grbl-servo: 15 to 32 ticks of a timer).
    """
    pen = profile.pen
    if pen.in_mm:
        return millimetres(*pen.z_range)
    by_steps = pen.method == "spindle" and pen.s_steps > 0
    whole = (pen.angle_high - pen.angle_low) / pen.s_steps if by_steps else 0.0
    asks = pen.method == "spindle" and not by_steps
    return degrees(pen.angle_low, pen.angle_high, decimals=pen.angle_decimals, whole=whole, asks=asks)


def own_wait(profile: FirmwareProfile) -> float:
    """Seconds that the firmware waits for its servo by itself, which a host cannot shorten."""
    return 0.0 if profile.pen.settle else profile.planning.servo_seconds
