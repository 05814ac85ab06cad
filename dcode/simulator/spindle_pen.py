"""A pen on a servo that hangs on the spindle's PWM output, as on drawing machines with grbl."""

from __future__ import annotations

from math import inf

from dcode.simulator.plotter import Plotter
from dcode.simulator.servo import Servo
from dcode.simulator.setup import Setup


class SpindlePen:
    """S values stand for the servo's angles. A spindle that is off parks it with the pen up.

    Options pen_up_s and pen_down_s say which S puts the pen up and down; otherwise S runs over the servo's 180 degrees
    from 0 to `full_scale` ($30). Until the spindle is first used, the servo counts as not there: the pen may as well
    hang on the z axis.
    """

    def __init__(self, setup: Setup, plotter: Plotter, full_scale: float) -> None:
        pen, options = setup.machine.pen, setup.options
        self._up, self._down = pen.up_angle, pen.down_angle
        self._up_s = float(options.get("pen_up_s", pen.up_angle / 180 * full_scale))
        self._down_s = float(options.get("pen_down_s", pen.down_angle / 180 * full_scale))
        self._plotter, self._pen = plotter, pen
        self._servo: Servo | None = None
        self.due = inf  # when the pen will touch or leave the paper

    def set(self, speed: float, now: float) -> None:
        """The spindle's output has changed; 0 is off."""
        if self._servo is None:
            if speed <= 0:
                return
            self._servo = Servo(self._plotter, self._pen)
        angle = self._up
        if speed > 0 and self._up_s != self._down_s:
            angle += (self._down - self._up) * (speed - self._up_s) / (self._down_s - self._up_s)
        self._servo.aim(min(180.0, max(0.0, angle)), now)
        self.due = self._servo.due

    def settle(self, now: float) -> None:
        """Put the pen down or lift it if the moment has come."""
        if self._servo and self.due <= now:
            self._servo.settle(now)
            self.due = inf
