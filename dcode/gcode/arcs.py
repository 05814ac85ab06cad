"""Arcs to chords.

Chord ends lie on the arc, no chord leaves it by more than the tolerance, and the arc's extreme points are among the
chord ends: the bounds of the chords are the bounds of the arc.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import acos, atan2, ceil, copysign, cos, floor, hypot, pi, sin, sqrt, tau
from typing import Final

from .notes import refusal

Point = tuple[float, float]

# How far the end may be off the circle, as grbl 1.1h has it (gcode.c): 0.005 mm always, then 0.1 % up to 0.5 mm.
_OFF: Final = 0.005
_OFF_SHARE: Final = 0.001
_OFF_MOST: Final = 0.5
MOST_CHORDS: Final = 20_000  # of one arc; a circle of 100 m radius at 0.02 mm has 5,000
_QUARTERS: Final = ((1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0))


def centre_of(start: Point, end: Point, radius: float, clockwise: bool) -> Point:
    """The centre of the arc of that radius in mm; a negative radius means the longer way round.

    Raises GcodeError when the radius cannot span the ends, or the ends are one point.
    """
    dx, dy = end[0] - start[0], end[1] - start[1]
    distance = hypot(dx, dy)
    if distance == 0:
        raise refusal("arc", "an arc given by R cannot end where it starts; a full circle needs I and J")
    short = distance / 2 - abs(radius)
    if short > _OFF and (short > _OFF_MOST or short > _OFF_SHARE * abs(radius)):
        raise refusal("arc", f"R {abs(radius):.6g} mm is too small: the ends are {distance:.6g} mm apart")
    height = sqrt(max(0.0, radius * radius - distance * distance / 4)) / distance
    if clockwise == (radius > 0):
        height = -height
    return start[0] + dx / 2 - dy * height, start[1] + dy / 2 + dx * height


def chords(start: Point, end: Point, centre: Point, clockwise: bool, tolerance: float) -> list[Point]:
    """The ends of the chords, the last one exactly `end`. All in mm. Ends that are one point make a full circle.

    Raises GcodeError when `end` is not on the circle, the radius is nothing, or the arc has too many chords.
    """
    r0 = hypot(start[0] - centre[0], start[1] - centre[1])
    r1 = hypot(end[0] - centre[0], end[1] - centre[1])
    off = abs(r1 - r0)
    if r0 == 0 or r1 == 0:
        raise refusal("arc", "the arc's radius is nothing: its centre is at one of its ends")
    if off > _OFF and (off > _OFF_MOST or off > _OFF_SHARE * r0):
        raise refusal("arc", f"the arc's radius is {r0:.6g} mm at its start but {r1:.6g} mm at its end")
    first = atan2(start[1] - centre[1], start[0] - centre[0])
    last = atan2(end[1] - centre[1], end[0] - centre[0])
    turn = (first - last if clockwise else last - first) % tau
    if start == end or turn == 0:
        turn = tau
    sweep = copysign(turn, -1 if clockwise else 1)
    most = _longest_step(max(r0, r1), tolerance)
    if turn / most > MOST_CHORDS:
        raise refusal("arc", f"the arc is too large: {turn * r0 / 1000:.4g} m of {r0 / 1000:.4g} m radius")
    points = [
        _at(centre, r0 + (r1 - r0) * share, first + sweep * share)
        for share in _shares(first, sweep, most)
    ]
    return [*points, end]


def _longest_step(radius: float, tolerance: float) -> float:
    """The angle of a chord that is `tolerance` mm off the arc at its middle; at most a quarter turn."""
    return min(pi / 2, max(1e-9, 2 * acos(1 - tolerance / radius))) if radius > tolerance else pi / 2


def _shares(first: float, sweep: float, most: float) -> Iterator[float]:
    """Where to put chord ends, as shares of the sweep in (0, 1): at quadrants, and evenly between them."""
    before = 0.0
    for stop in [*_quadrants(first, sweep), 1.0]:
        pieces = max(1, ceil((stop - before) * abs(sweep) / most - 1e-9))
        for piece in range(1, pieces):
            yield before + (stop - before) * piece / pieces
        if stop < 1:
            yield stop
        before = stop


def _quadrants(first: float, sweep: float) -> list[float]:
    """The shares of the sweep at which the arc points along an axis, ends left out."""
    quarter = pi / 2
    step = 1 if sweep > 0 else -1
    index = floor(first / quarter) + 1 if sweep > 0 else ceil(first / quarter) - 1
    found = []
    while (share := (index * quarter - first) / sweep) < 1 - 1e-9:
        if share > 1e-9:
            found.append(share)
        index += step
    return found


def _at(centre: Point, radius: float, angle: float) -> Point:
    quarters = angle / (pi / 2)
    if abs(quarters - round(quarters)) < 1e-9:  # exactly on the axis, not 6e-17 beside it
        cosine, sine = _QUARTERS[round(quarters) % 4]
    else:
        cosine, sine = cos(angle), sin(angle)
    return centre[0] + radius * cosine, centre[1] + radius * sine
