"""Wall plotter kinematics as two firmwares of grbl's family have them."""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot, sqrt


@dataclass(frozen=True, slots=True)
class BeltsFromLeftMotor:
    """grblHAL's wall_plotter.c: the origin is the left motor, x to the right, y down; motors `width` mm apart."""

    width: float

    @property
    def left_anchor(self) -> tuple[float, float]:
        return 0.0, 0.0

    @property
    def right_anchor(self) -> tuple[float, float]:
        return self.width, 0.0

    def lengths(self, x: float, y: float) -> tuple[float, float]:
        return hypot(x, y), hypot(self.width - x, y)

    def position(self, left: float, right: float) -> tuple[float, float]:
        """Belts that cannot meet are taken for straight ones, as its square root of what is left would be of 0."""
        x = (self.width * self.width + left * left - right * right) / (2 * self.width)
        return x, sqrt(max(0.0, right * right - (self.width - x) ** 2))
