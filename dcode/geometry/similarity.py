"""Turn, scale and shift the plane: how a sheet lies that was hung anew, from marks found on it.

The least-squares fit is that of S. Umeyama, "Least-squares estimation of transformation parameters between two point
patterns", IEEE PAMI 13(4), 1991. In the plane, with points as complex numbers and both patterns centred, it is one
division: the turn and scale `a` that make the sum of |q - a p|^2 least are sum(conj(p) q) / sum(|p|^2).
"""

from __future__ import annotations

import cmath
import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

from dcode.errors import LimitError

Point = tuple[float, float]

MIN_APART_MM: Final = 20.0  # nearer marks turn an eye's error of 0.5 mm into more than a degree
# A sheet is hung by eye and paper swells by less than a per cent: what is beyond this is a mistaken mark.
MAX_ROTATION: Final = 5.0  # degrees
MAX_SCALE_OFF: Final = 0.03


@dataclass(frozen=True, slots=True)
class Similarity:
    """q = factor p + shift, points as complex numbers in mm. `Similarity.of(pairs)` makes one.

    `residual` is how far the pairs stay from it, mm, root of the mean square.
    """

    factor: complex = 1 + 0j  # scale times e^(i rotation)
    shift: complex = 0j
    residual: float = 0.0

    @classmethod
    def of(cls, pairs: Sequence[tuple[Point, Point]]) -> Similarity:
        """What brings the first point of each pair to its second: a shift for one pair, else the least-squares fit.

        Two pairs are met exactly but for rounding. Raises LimitError when the marks are all nearer together than
        MIN_APART_MM or when they ask for a turn or a scale that no sheet has, ValueError when there is no pair.
        """
        if not pairs:
            raise ValueError("no pair of points")
        before, after = ([complex(*pair[side]) for pair in pairs] for side in (0, 1))
        from_centre, to_centre = _mean(before), _mean(after)
        factor = 1 + 0j
        if len(pairs) > 1:
            _must_be_apart(before)
            factor = _turn_and_scale([p - from_centre for p in before], [q - to_centre for q in after])
            _must_be_a_sheets(factor)
        shift = to_centre - factor * from_centre
        squares = [abs(q - factor * p - shift) ** 2 for p, q in zip(before, after, strict=True)]
        return cls(factor, shift, math.sqrt(math.fsum(squares) / len(squares)))

    def apply(self, point: Point) -> Point:
        """Where the point comes to."""
        moved = self.factor * complex(*point) + self.shift
        return moved.real, moved.imag

    @property
    def inverse(self) -> Similarity:
        """The way back; its residual is measured where the first points are."""
        return Similarity(1 / self.factor, -self.shift / self.factor, self.residual / self.scale)

    @property
    def rotation_degrees(self) -> float:
        """Counter-clockwise, -180 to 180."""
        return math.degrees(cmath.phase(self.factor))

    @property
    def scale(self) -> float:
        return abs(self.factor)


def _mean(points: Sequence[complex]) -> complex:
    return sum(points, 0j) / len(points)


def _turn_and_scale(before: Sequence[complex], after: Sequence[complex]) -> complex:
    """Umeyama's fit of centred points."""
    spread = math.fsum(abs(p) ** 2 for p in before)
    return sum((p.conjugate() * q for p, q in zip(before, after, strict=True)), 0j) / spread


def _must_be_apart(marks: Sequence[complex]) -> None:
    apart = max(abs(one - other) for one, other in combinations(marks, 2))
    if not apart >= MIN_APART_MM:  # not "<": a NaN is refused, too
        raise LimitError(
            f"The marks are {apart:.1f} mm apart: for the turn of a sheet they must be {MIN_APART_MM:g} mm or more.",
            axis="distance",
            value=apart,
            limit=MIN_APART_MM,
        )


def _must_be_a_sheets(factor: complex) -> None:
    rotation, scale = math.degrees(cmath.phase(factor)), abs(factor)
    if not abs(rotation) <= MAX_ROTATION:
        raise LimitError(
            f"By these marks the sheet is turned by {rotation:.1f} degrees: one of them was mistaken.",
            axis="rotation",
            value=rotation,
            limit=math.copysign(MAX_ROTATION, rotation),
        )
    if not abs(scale - 1) <= MAX_SCALE_OFF:
        raise LimitError(
            f"By these marks the sheet is {100 * scale:.1f} % of its size: one of them was mistaken.",
            axis="scale",
            value=scale,
            limit=1 + math.copysign(MAX_SCALE_OFF, scale - 1),
        )
