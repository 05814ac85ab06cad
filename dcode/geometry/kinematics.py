"""Two belts that carry a gondola: belt lengths from a point on paper, and back.

The formulae are those of a gondola that is a point: hypot for the way there (Marlin polargraph.cpp and FluidNC
WallPlotter do the same) and the crossing of two circles for the way back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from dcode.errors import LimitError

GRAVITY: Final = 9.80665  # m/s2, the standard value


@dataclass(frozen=True, slots=True)
class Belts:
    """Where the belts leave their motors, in mm, y up; the left one is on the left."""

    left_anchor: tuple[float, float]
    right_anchor: tuple[float, float]

    @property
    def span(self) -> float:
        """The distance between the motors, in mm."""
        return math.dist(self.left_anchor, self.right_anchor)

    def lengths(self, x: float, y: float) -> tuple[float, float]:
        """The left and the right belt from motor to gondola, in mm."""
        return (
            math.hypot(x - self.left_anchor[0], y - self.left_anchor[1]),
            math.hypot(x - self.right_anchor[0], y - self.right_anchor[1]),
        )

    def position(self, left: float, right: float) -> tuple[float, float]:
        """Where a gondola on belts of these lengths (mm) hangs: below the line between the motors.

        Raises LimitError when two such belts cannot meet.
        """
        span = self.span
        along = (left * left - right * right + span * span) / (2 * span)
        below_squared = left * left - along * along
        # Straight belts meet on the line itself: there, rounding alone may make the square negative.
        if not below_squared >= -1e-9 * span * span:
            raise LimitError(
                f"belts of {left:.1f} and {right:.1f} mm cannot meet between motors {span:.1f} mm apart",
                axis="belts",
                value=left + right,
                limit=span,
            )
        below = math.sqrt(max(0.0, below_squared))
        (left_x, left_y), (right_x, right_y) = self.left_anchor, self.right_anchor
        along_x, along_y = (right_x - left_x) / span, (right_y - left_y) / span
        return left_x + along * along_x + below * along_y, left_y + along * along_y - below * along_x

    def angles(self, x: float, y: float) -> tuple[float, float]:
        """How steeply each belt falls from its motor, in degrees below the horizontal.

        More than 90 means that the gondola is not between the motors, where it cannot hang still.
        """
        return (
            math.degrees(math.atan2(self.left_anchor[1] - y, x - self.left_anchor[0])),
            math.degrees(math.atan2(self.right_anchor[1] - y, self.right_anchor[0] - x)),
        )

    def depth(self, x: float, y: float) -> float:
        """Twice the area of the triangle motor, motor, point, in mm2: positive below the line between the motors.

        It is linear in x and y, which is what lets bounds on the tension be proved from the ends of a segment.
        """
        (left_x, left_y), (right_x, right_y) = self.left_anchor, self.right_anchor
        return (right_x - left_x) * (left_y - y) - (right_y - left_y) * (left_x - x)

    def tensions(self, x: float, y: float, mass_kg: float) -> tuple[float, float]:
        """The pull in the left and the right belt of a gondola at rest, in newtons; infinite for straight belts.

        The two pulls and the weight are in balance: with u the unit vectors from the gondola to the motors,
        T1 u1 + T2 u2 = (0, m g). Negative means that the belt would have to push.
        """
        left, right = self.lengths(x, y)
        depth = self.depth(x, y)
        if not depth > 0:
            return math.inf, math.inf
        weight = mass_kg * GRAVITY
        return (
            weight * (self.right_anchor[0] - x) * left / depth,
            weight * (x - self.left_anchor[0]) * right / depth,
        )
