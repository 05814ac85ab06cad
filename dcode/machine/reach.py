"""Where two belts can hold a gondola: their lengths, their angles and their pull.

For a whole straight move and a whole rectangle, most answers are exact:
- "short enough" and "steep enough" are discs and half planes, which are convex: the ends or the corners decide;
- "not too near a motor" is the outside of a disc, which is not: the point nearest to the motor decides.
The pull of a belt, known only when the gondola's mass is, is

    weight * (distance to the other motor, sideways) * length / depth        (see geometry/kinematics.py)

where the first and the last are linear in x and y and the length is convex: over any piece of a move their values at
its ends bound the product. Pieces are halved until that bound says yes or a point says no. In a rectangle the top
edge decides.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from dcode.geometry.bounds import Bounds
from dcode.geometry.kinematics import GRAVITY, Belts
from dcode.machine.machine import Machine

Point = tuple[float, float]

# How far over the limit a pull may be between points that are looked at: it ends the halving along the very limit.
_TENSION_SLACK: Final = 1e-3
# A rectangle that takes more boxes counts as not proved. Motors of equal height take one.
_BOXES: Final = 2000
# Shorter pieces are points.
_POINT_MM: Final = 1e-6

_SIDES: Final = ("left", "right")


class Breach(NamedTuple):
    """One limit broken at one point. `kind`: work_area, belt_length (mm), belt_angle (degrees), belt_tension (N)."""

    kind: str
    value: float
    limit: float
    message: str


@dataclass(frozen=True, slots=True)
class Reach:
    """What the belts of one machine allow: mm, degrees below the horizontal, kg, newtons."""

    belts: Belts
    min_length: float
    max_length: float
    min_angle: float
    gondola_kg: float | None
    max_tension: float
    tolerance: float  # mm; for a pull, which changes by far less on such a way, a part of the limit

    @classmethod
    def of(cls, machine: Machine, tolerance: float) -> Reach:
        limits = machine.belt_limits
        return cls(
            belts=machine.anchors,
            min_length=limits.min_length_mm,
            max_length=machine.max_belt_length_mm,
            min_angle=limits.min_angle,
            gondola_kg=machine.gondola_kg,
            max_tension=limits.max_tension_n,
            tolerance=tolerance,
        )

    def breach(self, x: float, y: float) -> Breach | None:
        """The first limit that a gondola at the point breaks, or None."""
        return self._length_breach(x, y) or self._angle_breach(x, y) or self._tension_breach(x, y)

    def breach_between(self, x0: float, y0: float, x1: float, y1: float) -> Breach | None:
        """The first limit broken on a straight way between two points that break none."""
        for anchor in (self.belts.left_anchor, self.belts.right_anchor):
            x, y = _nearest(anchor, (x0, y0), (x1, y1))
            breach = self._length_breach(x, y)
            if breach is not None:
                return _on_the_way(breach, x, y)
        return None if self.gondola_kg is None else self._tension_between((x0, y0), (x1, y1))

    def covers(self, bounds: Bounds) -> bool:
        """A proof that the belts hold at every point of a rectangle. False: not proved.

        Without a gondola mass the corners decide, and the answer is exact: corners that hang between and below the
        motors leave one of themselves as the point nearest to each motor.
        """
        if any(self.breach(x, y) is not None for x, y in bounds.corners):
            return False
        return self.gondola_kg is None or self._tension_is_bounded(bounds)

    def _length_breach(self, x: float, y: float) -> Breach | None:
        for side, length in zip(_SIDES, self.belts.lengths(x, y), strict=True):
            if not length <= self.max_length + self.tolerance:
                value, limit = distinct(length, self.max_length)
                text = f"the {side} belt would be {value} mm long (at most {limit} mm)"
                return Breach("belt_length", length, self.max_length, text)
            if length < self.min_length - self.tolerance:
                value, limit = distinct(length, self.min_length)
                text = f"the {side} belt would be {value} mm long (at least {limit} mm)"
                return Breach("belt_length", length, self.min_length, text)
        return None

    def _angle_breach(self, x: float, y: float) -> Breach | None:
        lengths, angles = self.belts.lengths(x, y), self.belts.angles(x, y)
        for side, length, angle in zip(_SIDES, lengths, angles, strict=True):
            # The tolerance is a distance on paper; seen from the motor it is this many degrees.
            slack = math.degrees(self.tolerance / max(length, self.tolerance))
            if angle < self.min_angle - slack:
                value, limit = distinct(angle, self.min_angle)
                text = f"the {side} belt would be {value}° below the horizontal (at least {limit}°)"
                return Breach("belt_angle", angle, self.min_angle, text)
            if angle > 90 + slack:
                text = f"the {side} belt would be past the vertical: not between the motors"
                return Breach("belt_angle", angle, 90.0, text)
        return None

    def _tension_breach(self, x: float, y: float) -> Breach | None:
        if self.gondola_kg is None:
            return None
        for side, pull in zip(_SIDES, self.belts.tensions(x, y, self.gondola_kg), strict=True):
            if not pull <= self.max_tension * (1 + self.tolerance):
                value, limit = distinct(pull, self.max_tension)
                text = f"the {side} belt would pull {value} N (at most {limit} N)"
                return Breach("belt_tension", pull, self.max_tension, text)
        return None

    def _tension_between(self, start: Point, end: Point) -> Breach | None:
        allowed = self.max_tension * (1 + _TENSION_SLACK + self.tolerance)
        pieces = [(start, end)]
        while pieces:
            first, last = pieces.pop()
            if self._tension_bound((first, last)) <= allowed:
                continue
            middle = (first[0] + last[0]) / 2, (first[1] + last[1]) / 2
            breach = self._tension_breach(*middle)
            if breach is not None:
                return _on_the_way(breach, *middle)
            if math.dist(first, last) > _POINT_MM:
                pieces += [(middle, last), (first, middle)]
        return None

    def _tension_is_bounded(self, bounds: Bounds) -> bool:
        boxes, looked_at = [bounds], 0
        while boxes:
            box = boxes.pop()
            looked_at += 1
            if looked_at > _BOXES:
                return False
            if self._pulls_less_below(box):
                if self._tension_between((box.left, box.top), (box.right, box.top)) is not None:
                    return False
            else:
                boxes += _halves(box)
        return True

    def _pulls_less_below(self, box: Bounds) -> bool:
        """Whether, everywhere in the box, both pulls fall on the way straight down, so that its top edge decides.

        The derivative of the left pull has the sign of -(span * dx + dy * drop), with dx, dy from the left motor to
        the gondola (right, down) and drop how much higher the left motor is; the right pull likewise. Motors of equal
        height always give yes.
        """
        (left_x, left_y), (right_x, right_y) = self.belts.left_anchor, self.belts.right_anchor
        across, drop = right_x - left_x, left_y - right_y
        return (
            across * (box.left - left_x) + min(0.0, drop) * (left_y - box.bottom) >= 0
            and across * (right_x - box.right) + min(0.0, -drop) * (right_y - box.bottom) >= 0
        )

    def _tension_bound(self, ends: Sequence[Point]) -> float:
        """No point between `ends` pulls harder, in newtons."""
        assert self.gondola_kg is not None
        depth = min(self.belts.depth(x, y) for x, y in ends)
        if not depth > 0:
            return math.inf
        lengths = [self.belts.lengths(x, y) for x, y in ends]
        left = max(length for length, _ in lengths) * max(self.belts.right_anchor[0] - x for x, _ in ends)
        right = max(length for _, length in lengths) * max(x - self.belts.left_anchor[0] for x, _ in ends)
        return self.gondola_kg * GRAVITY * max(left, right) / depth


def _halves(box: Bounds) -> list[Bounds]:
    x, y = box.centre
    if box.width > box.height:
        return [Bounds(box.left, x, box.top, box.bottom), Bounds(x, box.right, box.top, box.bottom)]
    return [Bounds(box.left, box.right, box.top, y), Bounds(box.left, box.right, y, box.bottom)]


def distinct(value: float, limit: float) -> tuple[str, str]:
    """Two numbers for one message: at most three decimals, more only where they would read the same."""
    rounded = round(value, 3)
    if rounded == round(limit, 3):
        return str(value), str(limit)
    return str(rounded), str(round(limit, 3))


def _nearest(anchor: Point, start: Point, end: Point) -> Point:
    """The point of a segment that is nearest to the anchor."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    squared = dx * dx + dy * dy
    if squared == 0:
        return start
    along = ((anchor[0] - start[0]) * dx + (anchor[1] - start[1]) * dy) / squared
    along = min(max(along, 0.0), 1.0)
    return start[0] + along * dx, start[1] + along * dy


def _on_the_way(breach: Breach, x: float, y: float) -> Breach:
    return breach._replace(message=f"{breach.message} on the way, at X {round(x, 1)} Y {round(y, 1)}")
