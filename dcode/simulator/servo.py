"""The pen's servo: it takes its time to turn, and the pen touches the paper somewhere on the way."""

from __future__ import annotations

from math import inf
from typing import Final

from dcode.machine.machine import Pen
from dcode.simulator.plotter import Plotter

# 0.1 s for 60 degrees: what small servos (SG90, MG90S) are sold as, at 4.8 V.
SECONDS_PER_DEGREE: Final = 0.1 / 60


class Servo:
    """Angle over time. The pen is down while the servo is nearer to the machine's down angle than to its up angle.

    Whoever runs the firmware calls `settle` at the moment `due`, so that ink begins and ends where the pen was then.
    """

    def __init__(self, plotter: Plotter, pen: Pen) -> None:
        self._plotter, self._pen = plotter, pen
        self._from = self._to = pen.up_angle
        self._begin, self._seconds = 0.0, 0.0

    @property
    def target(self) -> float:
        """The angle that it was last told, in degrees."""
        return self._to

    def angle(self, now: float) -> float:
        """Where it stands at this moment, in degrees."""
        if now >= self._begin + self._seconds:
            return self._to
        return self._from + (self._to - self._from) * (now - self._begin) / self._seconds

    def aim(self, angle: float, now: float, seconds: float = 0.0) -> None:
        """Begin to turn. `seconds` stretches the way, for firmwares that lead the servo slowly."""
        self._from, self._to, self._begin = self.angle(now), angle, now
        self._seconds = max(abs(self._to - self._from) * SECONDS_PER_DEGREE, seconds)

    def release(self, now: float) -> None:
        """Without pulses it stays where it is."""
        self.settle(now)
        self._from = self._to = self.angle(now)
        self._seconds = 0.0

    @property
    def due(self) -> float:
        """When the pen will touch or leave the paper; inf: it will not."""
        if self._is_down(self._to) == self._plotter.ink.down:
            return inf
        middle = (self._pen.up_angle + self._pen.down_angle) / 2
        if self._to == self._from:
            return self._begin
        part = min(1.0, max(0.0, (middle - self._from) / (self._to - self._from)))
        return self._begin + part * self._seconds

    def settle(self, now: float) -> None:
        """Put the pen down or lift it if the moment has come."""
        if self.due <= now:
            self._plotter.set_pen(self._is_down(self._to))

    def _is_down(self, angle: float) -> bool:
        return abs(angle - self._pen.down_angle) < abs(angle - self._pen.up_angle)
