"""What a travel costs, and in which distance: what the best order is the best by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from dcode.geometry.kinematics import Belts
from dcode.geometry.lines import Points


class Metric(Protocol):
    """Places as they matter to the motors; between two it is straight, or the larger of the two differences."""

    @property
    def largest(self) -> bool: ...

    def places(self, points: Points) -> Points:
        """Shape (n, 2) for shape (n, 2)."""
        ...


@dataclass(frozen=True, slots=True)
class Cartesian:
    """Straight lines on paper: what a firmware drives that cuts its moves into segments (Marlin's POLARGRAPH does)."""

    largest = False

    def places(self, points: Points) -> Points:
        return points


@dataclass(frozen=True, slots=True)
class SlowerBelt:
    """The belt that changes its length by more: for firmware that drives both motors on their own."""

    belts: Belts
    largest = True

    def places(self, points: Points) -> Points:
        anchors = np.asarray([self.belts.left_anchor, self.belts.right_anchor])
        apart = points[:, None, :] - anchors[None, :, :]
        lengths: Points = np.sqrt(apart[..., 0] ** 2 + apart[..., 1] ** 2)
        return lengths


@dataclass(frozen=True, slots=True)
class PenUpLength:
    """Millimetres that the pen travels while it is up."""

    metric: Metric = Cartesian()

    def numbers(self) -> tuple[float, float, float, float]:
        """What search.py takes: all 0 is the distance itself."""
        return 0.0, 0.0, 0.0, 0.0

    def of(self, distance: Points) -> Points:
        """What travels of these lengths cost, as search.py has it."""
        return distance


@dataclass(frozen=True, slots=True)
class TravelTime:
    """Seconds between strokes: from rest to rest at a speed (mm/s) and an acceleration (mm/s2), and lift and lower.

    t(d) = 2 sqrt(d / a) where the speed is not reached, d / v + v / a beyond. Strokes that meet within `tolerance` mm
    need no lift: they will be merged.
    """

    speed: float
    acceleration: float
    lift: float = 0.0
    tolerance: float = 0.0
    metric: Metric = Cartesian()

    def __post_init__(self) -> None:
        if not (self.speed > 0 and self.acceleration > 0 and self.lift >= 0 and self.tolerance >= 0):
            raise ValueError(f"no pen moves like this: {self}")

    def numbers(self) -> tuple[float, float, float, float]:
        """What search.py takes: speed, acceleration, lift, tolerance."""
        return self.speed, self.acceleration, self.lift, self.tolerance

    def of(self, distance: Points) -> Points:
        """What travels of these lengths cost, as search.py has it."""
        reached = distance > self.speed * self.speed / self.acceleration
        taken = np.where(
            reached, distance / self.speed + self.speed / self.acceleration, 2 * np.sqrt(distance / self.acceleration)
        )
        return np.where(distance > self.tolerance, taken + self.lift, taken)


Cost = PenUpLength | TravelTime
