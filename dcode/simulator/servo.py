"""The pen's servo: it takes its time to turn, and the pen touches the paper somewhere on the way."""

from __future__ import annotations

from math import exp, inf, log, pi, sin
from typing import Final

from dcode.machine.machine import Pen
from dcode.simulator.plotter import Plotter
from dcode.simulator.wall import PenServo

_STILL_DEGREES: Final = 0.005  # a swing of less is over


class Servo:
    """Angle over time.

    Where nothing is known of the wall, the pen is down while the servo is nearer to the machine's down angle than to
    its up angle; whoever runs the firmware then calls `settle` at the moment `due`, so that ink begins and ends where
    the pen was. Where there is `Plotter.contact`, it looks at `angle`, and nothing is ever due.
    """

    def __init__(self, plotter: Plotter, pen: Pen) -> None:
        self._plotter, self._pen = plotter, pen
        self._truth = PenServo()
        self._told = self._from = self._to = pen.up_angle
        self._begin, self._seconds = 0.0, 0.0
        self._swing = 0.0  # how far it goes too far, in degrees
        self.still_at = 0.0  # when it stands still, if it is told nothing else
        if plotter.contact:
            self._truth = plotter.contact.truth.wall.servo
            plotter.contact.servo = self

    @property
    def target(self) -> float:
        """The angle that it was last told, in degrees."""
        return self._told

    def angle(self, now: float) -> float:
        """Where it stands at this moment, in degrees."""
        since = now - self._begin - self._seconds
        if since < 0.0:
            return self._from + (self._to - self._from) * (now - self._begin) / self._seconds
        if self._swing == 0.0 or now >= self.still_at:
            return self._to
        turns = 2 * pi * self._truth.swing_hz * since
        return self._to + self._swing * exp(-since / self._truth.swing_seconds) * sin(turns)

    @property
    def swings(self) -> bool:
        """Whether it goes too far and comes back."""
        return self._swing != 0.0

    def aim(self, angle: float, now: float, seconds: float = 0.0) -> None:
        """Begin to turn. `seconds` stretches the way, for firmwares that lead the servo slowly."""
        self._told = angle
        self._from, self._to, self._begin = self.angle(now), self._reached(angle), now
        fastest = abs(self._to - self._from) * self._truth.seconds_per_degree
        self._seconds = max(fastest, seconds)
        # What is led slowly arrives slowly, and hardly swings.
        part = fastest / self._seconds if self._seconds else 0.0
        self._swing = (self._to - self._from) * self._truth.overshoot * part
        swings = self._truth.swing_seconds * log(max(1.0, abs(self._swing) / _STILL_DEGREES))
        self.still_at = now + self._seconds + swings

    def _reached(self, angle: float) -> float:
        """The angle that it turns to when it is told this one."""
        if self._truth.steps:
            pitch = 180 / self._truth.steps
            angle = round(angle / pitch) * pitch
        return self._to if abs(angle - self._to) < self._truth.dead_band else angle

    def release(self, now: float) -> None:
        """Without pulses it stays where it is."""
        self.settle(now)
        self._from = self._to = self.angle(now)
        self._seconds = self._swing = 0.0
        self.still_at = now

    @property
    def due(self) -> float:
        """When the pen will touch or leave the paper; inf: it will not, or `contact` finds it out."""
        if self._plotter.contact or self._is_down(self._to) == self._plotter.ink.down:
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
