"""Where a firmware that believes one machine really draws on another: what a calibration has to find out.

What the firmware does is exact: it turns a point into belt lengths by its own belief, and those into steps. What the
belts then do is the wall's matter. So a point that was asked for, and the true machine in a few numbers, give the
point where the ink is. Only distances are compared, so the frame does not matter: on belts the left motor is at the
origin and the right one to the right of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from dcode.geometry.kinematics import Belts
from dcode.geometry.lines import Points
from dcode.machine.calibration.least_squares import Vector

_NEAREST_MM2: Final = 1e-6  # below the motors' line, squared: belts that cannot meet are taken for straight ones
# How far off what is believed may be, one standard deviation: a tape measure held alone, a gondola hung up by eye.
_SPAN_MM: Final = 40.0
_OFFSET_MM: Final = 25.0
RATIO: Final = 0.3  # a pulley of 16 teeth for one of 20 is 0.2 off
_SKEW: Final = 0.05  # radians, 3 degrees


class WallModel(Protocol):
    """A true machine in a few numbers: `names` says which; `believed` what they are if the belief is right."""

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def believed(self) -> Vector:
        """Shape (p,)."""

    @property
    def spread(self) -> Vector:
        """How far each of them may be off, one standard deviation, before anything is measured."""

    @property
    def ratio_at(self) -> tuple[int, ...]:
        """Which of them are true millimetres for each millimetre that the firmware believes to move."""

    def places(self, values: Vector, points: Points) -> Points:
        """Where the ink of these points (n, 2) is, mm; on belts the left and the right motor come behind them."""


@dataclass(frozen=True, slots=True)
class OnBelts:
    """Values: the motors' distance; how much longer than believed the left and the right belt are where the firmware
    was told its position; the ratio.

    The offsets count there, because there a user has hung the gondola by eye: a wrong pulley leaves them alone.
    `registered` is home, or the left motor where a firmware wants to be switched on there.
    """

    belts: Belts
    registered: tuple[float, float]

    @property
    def names(self) -> tuple[str, ...]:
        return ("motor distance", "left belt", "right belt", "steps per mm")

    @property
    def believed(self) -> Vector:
        return np.array([self.belts.span, 0.0, 0.0, 1.0])

    @property
    def spread(self) -> Vector:
        return np.array([_SPAN_MM, _OFFSET_MM, _OFFSET_MM, RATIO])

    @property
    def ratio_at(self) -> tuple[int, ...]:
        return (3,)

    def registered_lengths(self, values: Vector) -> tuple[float, float]:
        """The true length of each belt, mm, where the position was told."""
        left, right = self.belts.lengths(*self.registered)
        return left + float(values[1]), right + float(values[2])

    def true_lengths(self, values: Vector, left: float, right: float) -> tuple[float, float]:
        """How long belts really are, mm, that the firmware believes to be this long."""
        believed = self.belts.lengths(*self.registered)
        true, ratio = self.registered_lengths(values), float(values[3])
        return true[0] + ratio * (left - believed[0]), true[1] + ratio * (right - believed[1])

    def places(self, values: Vector, points: Points) -> Points:
        span, _, _, ratio = values
        lefts, rights = self._believed_lengths(points)
        left_there, right_there = self.belts.lengths(*self.registered)
        true_left, true_right = self.registered_lengths(values)
        left = true_left + ratio * (lefts - left_there)
        right = true_right + ratio * (rights - right_there)
        across = (left * left - right * right + span * span) / (2 * span)
        below = np.sqrt(np.maximum(left * left - across * across, _NEAREST_MM2))
        return np.concatenate([np.stack([across, -below], axis=1), [[0.0, 0.0], [span, 0.0]]])

    def _believed_lengths(self, points: Points) -> tuple[Vector, Vector]:
        left, right = (points - np.array(at) for at in (self.belts.left_anchor, self.belts.right_anchor))
        return np.hypot(left[:, 0], left[:, 1]), np.hypot(right[:, 0], right[:, 1])


@dataclass(frozen=True, slots=True)
class OnRails:
    """Values: the ratio of x, that of y, and by how much the y axis leans to the right of upright, in radians."""

    @property
    def names(self) -> tuple[str, ...]:
        return ("steps per mm of x", "steps per mm of y", "skew")

    @property
    def believed(self) -> Vector:
        return np.array([1.0, 1.0, 0.0])

    @property
    def spread(self) -> Vector:
        return np.array([RATIO, RATIO, _SKEW])

    @property
    def ratio_at(self) -> tuple[int, ...]:
        return (0, 1)

    def places(self, values: Vector, points: Points) -> Points:
        x, y = points[:, 0] * values[0], points[:, 1] * values[1]
        return np.stack([x + y * np.sin(values[2]), y * np.cos(values[2])], axis=1)
