"""Arcs as grbl 1.1h takes and cuts them (gcode.c, mc_arc of motion_control.c)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import atan2, cos, floor, hypot, pi, sin, sqrt
from typing import Final, NamedTuple

from dcode.machine.motion_model import Three
from dcode.simulator.grbl_settings import Refusal

PLANES: Final = {17: (0, 1, 2), 18: (2, 0, 1), 19: (1, 2, 0)}  # two axes of the plane, and the one across
_OFFSETS: Final = "IJK"
_FULL_TURN: Final = 5e-7  # ARC_ANGULAR_TRAVEL_EPSILON, radians: less is taken for a whole turn


class Arc(NamedTuple):
    """centre: relative to the start, in the plane. travel: by how much it turns, radians, clockwise less than 0."""

    start: Three
    target: Three
    plane: tuple[int, int, int]
    centre: tuple[float, float]
    radius: float
    travel: float

    def pieces(self, tolerance: float) -> int:
        """Into how many chords it is cut, so that none is further than `tolerance` mm from it."""
        room = tolerance * (2 * self.radius - tolerance)
        return max(1, floor(abs(0.5 * self.travel * self.radius) / sqrt(room))) if room > 0 else 1

    def points(self, pieces: int) -> Iterator[Three]:
        """The ends of the chords."""
        first, second, across = self.plane
        x, y = -self.centre[0], -self.centre[1]
        for piece in range(1, pieces):
            turn = self.travel * piece / pieces
            point = list(self.start)
            point[first] += self.centre[0] + x * cos(turn) - y * sin(turn)
            point[second] += self.centre[1] + x * sin(turn) + y * cos(turn)
            point[across] += (self.target[across] - self.start[across]) * piece / pieces
            yield point[0], point[1], point[2]
        yield self.target


def read_arc(
    values: Mapping[str, float], start: Three, target: Three, plane_word: int, clockwise: bool, scale: float
) -> Arc:
    """The arc that I J K or R describe; `scale` is millimetres for one unit. Raises Refusal."""
    plane = PLANES[plane_word]
    first, second, _ = plane
    x, y = target[first] - start[first], target[second] - start[second]
    if "R" in values:
        centre, radius = _centre_of_radius(x, y, values["R"] * scale, clockwise)
    else:
        if _OFFSETS[first] not in values and _OFFSETS[second] not in values:
            raise Refusal(35)
        centre = (values.get(_OFFSETS[first], 0.0) * scale, values.get(_OFFSETS[second], 0.0) * scale)
        radius = hypot(*centre)
        off = abs(hypot(x - centre[0], y - centre[1]) - radius)
        if off > 0.5 or (off > 0.005 and off > 0.001 * radius):
            raise Refusal(33)
    return Arc(start, target, plane, centre, radius, _travel(x, y, centre, clockwise))


def _centre_of_radius(x: float, y: float, radius: float, clockwise: bool) -> tuple[tuple[float, float], float]:
    if x == 0.0 and y == 0.0:
        raise Refusal(33)
    square = 4 * radius * radius - x * x - y * y
    if square < 0:
        raise Refusal(34)
    height = -sqrt(square) / hypot(x, y)
    if clockwise == (radius < 0):
        height = -height
    return (0.5 * (x - y * height), 0.5 * (y + x * height)), abs(radius)


def _travel(x: float, y: float, centre: tuple[float, float], clockwise: bool) -> float:
    start_x, start_y = -centre[0], -centre[1]
    end_x, end_y = x - centre[0], y - centre[1]
    travel = atan2(start_x * end_y - start_y * end_x, start_x * end_x + start_y * end_y)
    if clockwise and travel >= -_FULL_TURN:
        travel -= 2 * pi
    elif not clockwise and travel <= _FULL_TURN:
        travel += 2 * pi
    return travel
