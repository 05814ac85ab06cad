"""Places in a motion: how far a run has come, to the point inside a row.

A place names what is done: all rows before its own, and of its own the way up to (x, y). A run that stops anywhere, in
the middle of a line even, can start again at such a place and misses nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final, NamedTuple

from dcode.gcode.motion import Kind, Motion

Point = tuple[float, float]

NEAR_MM: Final = 0.01  # what decimals on the wire and in reports may round away


class Place(NamedTuple):
    """All rows before `row` are done, and of `row` itself the way up to (x, y), mm.

    Compare places by `before` and `further`: the tuple itself would be ordered by x.
    """

    row: int
    x: float
    y: float


def beginning(motion: Motion) -> Place:
    """Where nothing is done yet."""
    return Place(0, *motion.start)


def end(motion: Motion) -> Place:
    """Where all is done: the row is one past the last."""
    return Place(len(motion), *motion.position_before(len(motion)))


def lies_on(motion: Motion, place: Place, within: float = NEAR_MM) -> bool:
    """Whether a place is one of this motion: the point is on the way of its row, to `within` mm.

    A row that does not move has its point for a way, and so has the end. Takes any values, also ones that are no place.
    """
    if not (0 <= place.row <= len(motion) and math.isfinite(place.x) and math.isfinite(place.y)):
        return False
    (ax, ay), (bx, by) = _way(motion, place.row)
    part = _part(motion, place)
    return math.hypot(place.x - ax - part * (bx - ax), place.y - ay - part * (by - ay)) <= within


def before(motion: Motion, a: Place, b: Place) -> bool:
    """Whether a run comes through `a` earlier than through `b`: by row, then along the row."""
    return a.row < b.row if a.row != b.row else _part(motion, a) < _part(motion, b)


def further(motion: Motion, a: Place, b: Place) -> Place:
    """The one of two places that a run comes through later."""
    return b if before(motion, a, b) else a


def ink_mm(motion: Motion, a: Place, b: Place) -> float:
    """What is drawn from `a` to `b`, in mm; 0 when `b` is not after `a`."""
    if not before(motion, a, b):
        return 0.0
    x, y = motion.position_before(a.row)
    ink = 0.0
    rows = slice(a.row, b.row)
    for kind, to_x, to_y in zip(motion.kind[rows], motion.x[rows], motion.y[rows], strict=True):
        if kind == Kind.DRAW:
            ink += math.hypot(to_x - x, to_y - y)
        x, y = to_x, to_y
    return max(0.0, ink - _drawn_in_row(motion, a) + _drawn_in_row(motion, b))


def back(motion: Motion, place: Place, mm: float) -> Place:
    """The place that is `mm` of ink earlier: inside a row that draws, or at the beginning if there is less ink."""
    if not mm > 0.0:
        return place
    rows = bytes(memoryview(motion.kind)[: place.row])
    row, ink = place.row, _drawn_in_row(motion, place)
    while ink < mm:
        mm -= ink
        row = rows.rfind(Kind.DRAW, 0, row)
        if row < 0:
            return beginning(motion)
        ink = math.dist(*_way(motion, row))
    (ax, ay), (bx, by) = _way(motion, row)
    part = (ink - mm) / math.dist((ax, ay), (bx, by))
    return Place(row, ax + part * (bx - ax), ay + part * (by - ay))


def strokes_between(motion: Motion, a: Place, b: Place) -> list[list[Point]]:
    """What the pen draws from `a` to `b`, as polylines in mm. A pen that goes down and does not move leaves a dot.

    Rows that draw one after the other are one polyline; where two stretches meet, no dot is in both.
    """
    if not before(motion, a, b):
        return []
    here, stroke = (a.x, a.y), list[Point]()  # the stroke under the pen; empty while the pen is up
    strokes = list[list[Point]]()
    begun = pen_is_down(motion, a)
    if begun:
        stroke = [here]
        strokes.append(stroke)
    for kind, x, y in _rows_between(motion, a, b):
        if kind in (Kind.PEN_DOWN, Kind.DRAW):
            if not stroke:
                stroke = [here]
                strokes.append(stroke)
            if (x, y) != stroke[-1]:
                stroke.append((x, y))
        elif kind in (Kind.PEN_UP, Kind.HOME, Kind.TRAVEL):
            stroke = []
        here = (x, y)
    return strokes[1:] if begun and len(strokes[0]) == 1 else strokes


def _rows_between(motion: Motion, a: Place, b: Place) -> Iterator[tuple[int, float, float]]:
    """Kind and end of the rows from `a` to `b`, the last as far as `b` where it draws."""
    rows = slice(a.row, b.row)
    yield from zip(motion.kind[rows], motion.x[rows], motion.y[rows], strict=True)
    if b.row < len(motion) and motion.kind[b.row] == Kind.DRAW:
        yield Kind.DRAW, b.x, b.y


def pen_is_down(motion: Motion, place: Place) -> bool:
    """Whether the pen is on the paper at a place. A run starts with the pen up, and homing lifts it."""
    rows = bytes(memoryview(motion.kind)[: place.row])
    return rows.rfind(Kind.PEN_DOWN) > max(rows.rfind(Kind.PEN_UP), rows.rfind(Kind.HOME))


def pen_number(motion: Motion, place: Place) -> int | None:
    """The pen that was asked for last before a place; None while the program has asked for none."""
    row = bytes(memoryview(motion.kind)[: place.row]).rfind(Kind.PEN_CHANGE)
    return int(motion.value[row]) if row >= 0 else None


def _way(motion: Motion, row: int) -> tuple[Point, Point]:
    """Where a row begins and ends; the end of the motion is a row without a way."""
    start = motion.position_before(row)
    return start, (motion.x[row], motion.y[row]) if row < len(motion) else start


def _part(motion: Motion, place: Place) -> float:
    """How much of the way of its row is done at a place, 0 to 1: the foot of the point on that way."""
    (ax, ay), (bx, by) = _way(motion, place.row)
    dx, dy = bx - ax, by - ay
    square = dx * dx + dy * dy
    part = ((place.x - ax) * dx + (place.y - ay) * dy) / square if square else 0.0
    return min(1.0, max(0.0, part))


def _drawn_in_row(motion: Motion, place: Place) -> float:
    """The ink in the row of a place up to it, mm."""
    if place.row >= len(motion) or motion.kind[place.row] != Kind.DRAW:
        return 0.0
    return _part(motion, place) * math.dist(*_way(motion, place.row))
