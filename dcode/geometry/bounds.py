"""A rectangle on paper."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bounds:
    """An upright rectangle in mm, y up: `top` is above `bottom`. Its edges belong to it."""

    left: float
    right: float
    top: float
    bottom: float

    @classmethod
    def around(cls, points: Iterable[tuple[float, float]]) -> Bounds | None:
        """The smallest rectangle around the points; None when there are none."""
        kept = list(points)
        if not kept:
            return None
        xs, ys = [x for x, _ in kept], [y for _, y in kept]
        return cls(min(xs), max(xs), max(ys), min(ys))

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def centre(self) -> tuple[float, float]:
        return (self.left + self.right) / 2, (self.top + self.bottom) / 2

    @property
    def corners(self) -> tuple[tuple[float, float], ...]:
        """Upper left, upper right, lower right, lower left."""
        return (
            (self.left, self.top),
            (self.right, self.top),
            (self.right, self.bottom),
            (self.left, self.bottom),
        )

    def contains(self, x: float, y: float, slack: float = 0.0) -> bool:
        """Whether the point is inside or at most `slack` mm outside. A NaN is nowhere."""
        return self.left - slack <= x <= self.right + slack and self.bottom - slack <= y <= self.top + slack

    def holds(self, other: Bounds, slack: float = 0.0) -> bool:
        """Whether the whole of the other rectangle is inside."""
        return self.contains(other.left, other.top, slack) and self.contains(other.right, other.bottom, slack)

    def union(self, other: Bounds | None) -> Bounds:
        """The smallest rectangle around both."""
        if other is None:
            return self
        return Bounds(
            min(self.left, other.left),
            max(self.right, other.right),
            max(self.top, other.top),
            min(self.bottom, other.bottom),
        )

    def inset(self, margin: float) -> Bounds:
        """The rectangle smaller by `margin` mm on every side (larger for a negative one); it may end up empty."""
        return Bounds(self.left + margin, self.right - margin, self.top - margin, self.bottom + margin)
