"""Marks drawn on the paper before the drawing: what `marks.py` names, a person then sees.

A cross at home, where a job begins, and an angle in each corner of the work area. Whoever brings the pen over the
centre of the cross or the tip of an angle is at the mark that is registered under that name.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from dcode.gcode.motion import Kind, Motion
from dcode.machine.limits import SoftLimits
from dcode.machine.machine import Machine
from dcode.machine.marks import HOME, Mark, marks

Point = tuple[float, float]

SIZE_MM: Final = 10.0  # of an arm of an angle, and of the whole width of the cross
SEEN_MM: Final = 0.5  # an arm that the limits leave less of is not drawn
_HALVINGS: Final = 20


def marking(machine: Machine, *, size: float = SIZE_MM, corners: bool = True, cross: bool = True) -> Motion:
    """A program that draws them, from home; `size` in mm. Arms end where the machine's limits do.

    A corner that cannot be reached has no mark, and none is drawn that cannot be told from another.
    """
    limits, pen, motion = SoftLimits.of(machine), machine.pen, Motion(machine.home)
    motion.append(Kind.PEN_UP, *machine.home, 0.0, 0)
    for mark in marks(machine):
        if not (cross if mark.name == HOME else corners):
            continue
        for stroke in _strokes(mark, size, limits):
            first, *rest = stroke
            motion.append(Kind.TRAVEL, *first, pen.travel_speed, 0)
            motion.append(Kind.PEN_DOWN, *first, 0.0, 0)
            for point in rest:
                motion.append(Kind.DRAW, *point, pen.draw_speed, 0)
            motion.append(Kind.PEN_UP, *stroke[-1], 0.0, 0)
    return motion


def _strokes(mark: Mark, size: float, limits: SoftLimits) -> Iterator[list[Point]]:
    """The strokes of one mark: two lines that cross, or one that turns at the tip."""
    at = (mark.x, mark.y)
    if mark.name == HOME:
        for along in ((1, 0), (0, 1)):
            ends = [_arm(at, (way * along[0], way * along[1]), size / 2, limits) for way in (-1, 1)]
            stroke = [end or at for end in ends]
            if stroke[0] != stroke[1]:
                yield stroke
        return
    inwards = (1 if "left" in mark.name else -1, -1 if "top" in mark.name else 1)
    across, upright = _arm(at, (inwards[0], 0), size, limits), _arm(at, (0, inwards[1]), size, limits)
    stroke = [point for point in (across, at, upright) if point is not None]
    if len(stroke) > 1:
        yield stroke


def _arm(at: Point, way: tuple[int, int], length: float, limits: SoftLimits) -> Point | None:
    """The end of an arm, as long as the limits let it be; None where nothing of it would be seen."""

    def end(mm: float) -> Point:
        return (at[0] + way[0] * mm, at[1] + way[1] * mm)

    def allowed(mm: float) -> bool:
        return limits.segment_violation(*at, *end(mm)) is None

    if not allowed(length):
        short, far = 0.0, length
        for _ in range(_HALVINGS):
            middle = (short + far) / 2
            short, far = (middle, far) if allowed(middle) else (short, middle)
        length = short
    return end(length) if length >= SEEN_MM else None
