"""Arcs to chords.

Chord ends lie on the arc, no chord leaves it by more than the tolerance, and the arc's extreme points are among the
chord ends: the bounds of the chords are the bounds of the arc.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import acos, atan2, ceil, cos, floor, hypot, pi, sin, sqrt, tau
from typing import Final

from dcode.gcode.notes import refusal

Point = tuple[float, float]

# How far the end may be off the circle, as grbl 1.1h has it (gcode.c): 0.005 mm always, then 0.1 % up to 0.5 mm.
_OFF: Final = 0.005
_OFF_SHARE: Final = 0.001
_OFF_MOST: Final = 0.5
MOST_CHORDS: Final = 5_000  # of one arc: a full circle of 100 m radius at 0.02 mm
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
    step = _longest_step(max(r0, r1), tolerance)
    if turn / step > MOST_CHORDS:
        raise refusal("arc", f"the arc is too large: {turn * r0 / 1000:.4g} m of {r0 / 1000:.4g} m radius")
    points: list[Point] = []
    begin = first
    sweep = -turn if clockwise else turn
    for quarter, stop in _quarters(first, sweep):
        points += _between(centre, begin, stop, step, first, r0, (r1 - r0) / sweep)
        radius = r0 + (r1 - r0) * (stop - first) / sweep
        points.append((centre[0] + radius * quarter[0], centre[1] + radius * quarter[1]))
        begin = stop
    points += _between(centre, begin, first + sweep, step, first, r0, (r1 - r0) / sweep)
    points.append(end)
    return points


def _longest_step(radius: float, tolerance: float) -> float:
    """The angle of a chord that is `tolerance` mm off the arc at its middle; at most a quarter turn."""
    return min(pi / 2, max(1e-9, 2 * acos(1 - tolerance / radius))) if radius > tolerance else pi / 2


def _quarters(first: float, sweep: float) -> Iterator[tuple[Point, float]]:
    """The extreme points of the unit circle that the arc passes between its ends, and their angles, in its order."""
    step = 1 if sweep > 0 else -1
    index = floor(first / (pi / 2)) + 1 if sweep > 0 else ceil(first / (pi / 2)) - 1
    while (share := (index * (pi / 2) - first) / sweep) < 1 - 1e-9:
        if share > 1e-9:
            yield _QUARTERS[index % 4], index * (pi / 2)
        index += step


def _between(
    centre: Point, begin: float, stop: float, step: float, first: float, radius: float, growth: float
) -> list[Point]:
    """Points that divide the arc between two angles evenly, ends left out. `growth` is mm of radius a radian."""
    pieces = ceil(abs(stop - begin) / step - 1e-9)
    cx, cy = centre
    angles = [begin + (stop - begin) * piece / pieces for piece in range(1, pieces)]
    if growth == 0:
        return [(cx + radius * cos(angle), cy + radius * sin(angle)) for angle in angles]
    radii = [radius + growth * (angle - first) for angle in angles]
    return [(cx + r * cos(angle), cy + r * sin(angle)) for r, angle in zip(radii, angles, strict=True)]
