"""A person with a ruler at a simulated wall: finds what was drawn, and measures it as well as people do."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, pairwise
from math import ceil, dist, hypot
from random import Random
from typing import Any

from dcode.machine.machine import Pen
from dcode.machine.motion_model import MotionModel
from dcode.simulator.ink import InkStroke
from dcode.simulator.plotter import Plotter
from dcode.simulator.servo import Servo
from dcode.simulator.truth import Truth

Point = tuple[float, float]
_LOOK_SECONDS = 0.0002
_TOUCH = 1e-6  # of a segment's length: lines that only just meet are crossed all the same


class Ruler:
    """Measures between points of the ink, to within `sigma_mm`, the same way again for the same seed.

    `strokes`: polylines on paper in mm, y up; `ruler_of` and `ruler_of_told` make one from a simulator's ink.
    """

    def __init__(self, strokes: Iterable[Sequence[Point]], sigma_mm: float = 0.0, seed: int = 0) -> None:
        self.strokes = [list(stroke) for stroke in strokes]
        self._sigma, self._chance = sigma_mm, Random(seed)

    def distance(self, one: Point, other: Point) -> float:
        """What is read off the ruler between two places."""
        return dist(one, other) + self._chance.gauss(0.0, self._sigma)

    def distances(self, marks: Mapping[str, Point], pairs: Iterable[str]) -> dict[str, float]:
        """What is read off between marks with names of one letter: "AC" from A to C."""
        return {pair: self.distance(marks[pair[0]], marks[pair[1]]) for pair in pairs}

    def crossings(self, expected: Mapping[str, Point], within: float = 20.0) -> dict[str, Point]:
        """For each name where two strokes cross, nearest to the place at which that is looked for."""
        return {name: self.crossing(place, within) for name, place in expected.items()}

    def crossing(self, near: Point, within: float = 20.0) -> Point:
        """Where two strokes cross or touch, nearest to a place. Raises LookupError."""
        close = [[*self._segments(stroke, near, within)] for stroke in self.strokes]
        found = [
            place
            for one, other in combinations([segments for segments in close if segments], 2)
            for first in one
            for second in other
            if (place := _meet(*first, *second)) is not None and dist(place, near) <= within
        ]
        if not found:
            raise LookupError(f"no strokes cross within {within} mm of {near}")
        return min(found, key=lambda place: dist(place, near))

    def end(self, near: Point, within: float = 20.0) -> Point:
        """Where a stroke begins or ends, nearest to a place. Raises LookupError."""
        found = [place for stroke in self.strokes for place in (stroke[0], stroke[-1]) if dist(place, near) <= within]
        if not found:
            raise LookupError(f"no stroke begins or ends within {within} mm of {near}")
        return min(found, key=lambda place: dist(place, near))

    def is_drawn(self, x: float, y: float, within: float = 0.3) -> bool:
        """Whether there is ink at a place."""
        return any(
            dist(stroke[0], (x, y)) <= within or any(self._segments(stroke, (x, y), within)) for stroke in self.strokes
        )

    @property
    def ink_mm(self) -> float:
        """How much was drawn."""
        return sum(dist(one, other) for stroke in self.strokes for one, other in pairwise(stroke))

    @staticmethod
    def _segments(stroke: Sequence[Point], near: Point, within: float) -> Iterator[tuple[Point, Point]]:
        for one, other in pairwise(stroke):
            if _away(near, one, other) <= within:
                yield one, other


def ruler_of(ink: Iterable[InkStroke], sigma_mm: float = 0.0, seed: int = 0) -> Ruler:
    """For a simulator's ink; what a dry pen did is not seen."""
    return Ruler([stroke.points for stroke in ink if not stroke.dry], sigma_mm, seed)


def ruler_of_told(told: Mapping[str, Any], sigma_mm: float = 0.0, seed: int = 0) -> Ruler:
    """For what a simulator's order "wall", or its ink in JSON, tells."""
    seen = [[(x, y) for x, y in stroke["points"]] for stroke in told["ink"] if not stroke["dry"]]
    return Ruler(seen, sigma_mm, seed)


def pen_seconds(truth: Truth, begin: float, end: float, at: Point = (0.0, 0.0)) -> float:
    """How long after a servo at the angle `begin` is told `end` the pen stays down, or up, for good at this place.

    To within 0.2 ms; 0 where it neither comes down nor goes up.
    """
    servo = Servo(Plotter(MotionModel((1.0,) * 3, (1.0,) * 3), at, 1, truth=truth), Pen(up_angle=begin))
    servo.aim(end, 0.0)
    wall, last = truth.stands_out(*at), 0.0
    was_down = truth.height(begin) <= wall
    for look in range(ceil(servo.still_at / _LOOK_SECONDS) + 1):
        is_down = truth.height(servo.angle(look * _LOOK_SECONDS)) <= wall
        if is_down != was_down:
            last, was_down = look * _LOOK_SECONDS, is_down
    return last


def _away(point: Point, one: Point, other: Point) -> float:
    """How far a point is from a segment."""
    dx, dy = other[0] - one[0], other[1] - one[1]
    square = dx * dx + dy * dy
    along = ((point[0] - one[0]) * dx + (point[1] - one[1]) * dy) / square if square else 0.0
    part = min(1.0, max(0.0, along))
    return hypot(one[0] + dx * part - point[0], one[1] + dy * part - point[1])


def _meet(a: Point, b: Point, c: Point, d: Point) -> Point | None:
    """Where two segments cross."""
    (ux, uy), (vx, vy) = (b[0] - a[0], b[1] - a[1]), (d[0] - c[0], d[1] - c[1])
    turn = ux * vy - uy * vx
    if abs(turn) <= 1e-9 * hypot(ux, uy) * hypot(vx, vy):
        return None
    wx, wy = c[0] - a[0], c[1] - a[1]
    along, across = (wx * vy - wy * vx) / turn, (wx * uy - wy * ux) / turn
    if not (-_TOUCH <= along <= 1 + _TOUCH and -_TOUCH <= across <= 1 + _TOUCH):
        return None
    return a[0] + ux * along, a[1] + uy * along
