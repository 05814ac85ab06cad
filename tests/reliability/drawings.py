"""Small drawings from a seed: strokes long and short, dots, corners, hairpins; some two hundred lines on the wire."""

from __future__ import annotations

from itertools import pairwise
from math import atan2, ceil, cos, dist, inf, pi, sin
from random import Random
from typing import Final

from dcode.firmware.profile import FirmwareProfile
from dcode.gcode.motion import Kind, Motion

_REACH: Final = 60.0  # mm from the middle of the sheet
LINES: Final = 200  # at least so many lines on the wire

Point = tuple[float, float]


class Lines:
    """Counts the lines that rows will be on the wire of a profile."""

    def __init__(self, profile: FirmwareProfile) -> None:
        moves, pen = profile.moves, profile.pen
        self._draw, self._travel = moves.segment_draw_mm or inf, moves.segment_travel_mm or inf
        self._pen = len(pen.before) + 1 + pen.settle
        self.count = 0

    def draw(self, length: float) -> None:
        self.count += max(1, ceil(length / self._draw))

    def travel(self, length: float) -> None:
        self.count += max(1, ceil(length / self._travel))

    def pen(self) -> None:
        self.count += self._pen


def drawing(random: Random, profile: FirmwareProfile, wanted: int = LINES) -> Motion:
    """One drawing. Its rows come as they do from a program: pen up, then each stroke; the end is left to the daemon."""
    motion, lines = Motion(), Lines(profile)
    feed, travel = random.choice((1500.0, 3000.0, 6000.0, 9000.0)), random.choice((6000.0, 12000.0))
    style = random.choice(("strokes", "strokes", "long", "dots", "mixed"))
    motion.append(Kind.PEN_UP, 0.0, 0.0, 0.0, 1)
    at = (0.0, 0.0)
    while lines.count < wanted:
        at = _append(motion, _stroke(random, style, wanted - lines.count), at, feed, travel, lines)
    return motion


def _stroke(random: Random, style: str, left: int) -> list[Point]:
    """Points of one stroke; a single one is a dot."""
    if style == "mixed":
        style = random.choice(("strokes", "long", "dots"))
    start = _rounded(random.uniform(-_REACH, _REACH), random.uniform(-_REACH, _REACH))
    if style == "dots" and random.random() < 0.7:
        return [start]
    if style == "long":
        return _wander(random, start, max(3, min(left, 200)), random.choice((1.0, 2.0, 4.0)))
    kind = random.randrange(4)
    if kind == 0:  # one straight line, cut by the sender
        angle, length = random.uniform(0, 2 * pi), random.uniform(1.0, 60.0)
        return [start, _inside(start[0] + length * cos(angle), start[1] + length * sin(angle))]
    if kind == 1:  # there and back
        angle, length = random.uniform(0, 2 * pi), random.uniform(0.5, 20.0)
        there = _inside(start[0] + length * cos(angle), start[1] + length * sin(angle))
        return [start, there, start]
    return _wander(random, start, random.randint(3, 30), random.choice((0.3, 1.0, 3.0, 8.0)))


def _wander(random: Random, start: Point, points: int, step: float) -> list[Point]:
    """A line with bends and corners. At the edge it turns to the middle: to run along there and back by tenths of a
    millimetre is nothing that a firmware draws."""
    stroke, angle = [start], random.uniform(0, 2 * pi)
    for _ in range(points):
        angle += random.uniform(-0.6, 0.6) if random.random() < 0.95 else pi / 2
        x, y = stroke[-1]
        length = step * random.uniform(0.5, 1.5)
        new = _rounded(x + length * cos(angle), y + length * sin(angle))
        if max(map(abs, new)) > _REACH:
            angle = atan2(-y, -x)
            new = _rounded(x + length * cos(angle), y + length * sin(angle))
        stroke.append(new)
    return stroke


def _append(motion: Motion, stroke: list[Point], at: Point, feed: float, travel: float, lines: Lines) -> Point:
    """Rows for one stroke; where it ends."""
    number = len(motion) + 1
    if stroke[0] != at:
        lines.travel(dist(at, stroke[0]))
        motion.append(Kind.TRAVEL, *stroke[0], travel, number)
    motion.append(Kind.PEN_DOWN, *stroke[0], 0.0, number)
    for a, b in pairwise(stroke):
        lines.draw(dist(a, b))
        motion.append(Kind.DRAW, *b, feed, number)
    motion.append(Kind.PEN_UP, *stroke[-1], 0.0, number)
    lines.pen()
    lines.pen()
    return stroke[-1]


def _inside(x: float, y: float) -> Point:
    return _rounded(min(_REACH, max(-_REACH, x)), min(_REACH, max(-_REACH, y)))


def _rounded(x: float, y: float) -> Point:
    return round(x, 3), round(y, 3)
