"""A drawing gone through before there is ink: the same sheet, the same line to the machine, and the pen never down.

Of a checked program another one is made that only travels: around its ink, by the bounding box or the convex hull, or
its own first seconds, where what it draws is travelled at the feed that it is drawn at. Pauses, dwells, changes of pens
and the search for end-stops are no part of it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import shapely

from dcode.gcode.measure import measure
from dcode.gcode.motion import MOVING, Kind, Motion
from dcode.machine.machine import Machine
from dcode.machine.pace import Pace
from dcode.machine.timing import estimate

What = Literal["box", "hull", "seconds"]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What is gone through, and how many times; `seconds`, and the row that they begin with, are for that `what`."""

    what: What = "box"
    seconds: float = 0.0
    times: int = 1
    row: int = 0


def rehearsal(motion: Motion, wanted: Rehearsal, machine: Machine, pace: Pace | None = None) -> Motion:
    """A motion of nothing but travels. It is to be checked like any other: a corner of a box may be out of reach.

    `pace` is that of the estimate, for the seconds. A motion that goes nowhere is one here as well.
    """
    if wanted.what == "seconds":
        up = lifted(_from(motion, wanted.row, machine), machine)
        return _repeated(_begun(up, wanted.seconds, machine, pace, ways=1 if wanted.row else 0), wanted.times)
    return _around(motion, _outline(motion, wanted.what), machine, wanted.times)


def lifted(motion: Motion, machine: Machine) -> Motion:
    """The whole motion with the pen up: what it draws is travelled at the feed that it is drawn at, mm/min."""
    up, pen = Motion(motion.start), machine.pen
    columns = zip(motion.kind, motion.x, motion.y, motion.value, motion.line, strict=True)
    for kind, x, y, value, line in columns:
        if kind in MOVING:
            feed = value if kind != Kind.HOME else 0.0
            up.append(Kind.TRAVEL, x, y, feed or (pen.draw_speed if kind == Kind.DRAW else pen.travel_speed), line)
    return up


def _from(motion: Motion, row: int, machine: Machine) -> Motion:
    """The rows from one on, after the way to where it begins; for row 0 the motion itself."""
    if row <= 0:
        return motion
    rest, row = Motion(motion.start), min(row, len(motion))
    rest.append(Kind.TRAVEL, *motion.position_before(row), machine.pen.travel_speed, 0)
    for step in (motion[at] for at in range(row, len(motion))):
        rest.append(*step)
    return rest


def _begun(up: Motion, seconds: float, machine: Machine, pace: Pace | None, ways: int = 0) -> Motion:
    """The first seconds of a motion of travels after its first `ways` rows; the last row as far as they last."""
    elapsed = estimate(up, machine, pace).elapsed
    seconds += elapsed[ways - 1] if ways else 0.0
    begun, before = Motion(up.start), 0.0
    for row, after in enumerate(elapsed):
        step = up[row]
        part = 1.0 if after <= seconds else (seconds - before) / (after - before)
        x, y = up.position_before(row)
        begun.append(step.kind, x + part * (step.x - x), y + part * (step.y - y), step.value, step.line)
        if part < 1.0:
            break
        before = after
    return begun


def _repeated(once: Motion, times: int) -> Motion:
    """A motion of travels, gone through several times from its first place on."""
    again = Motion(once.start)
    for _ in range(times):
        for step in once:
            again.append(*step)
    return again


def _around(motion: Motion, corners: Sequence[Point], machine: Machine, times: int) -> Motion:
    """Around the corners, from the one that is nearest to where the gondola starts, and back to it."""
    around, feed = Motion(motion.start), machine.pen.travel_speed
    if not corners:
        return around
    first = min(range(len(corners)), key=lambda at: math.dist(motion.start, corners[at]))
    turned = [*corners[first:], *corners[:first]]
    for x, y in (turned[0], *(corner for _ in range(times) for corner in (*turned[1:], turned[0]))):
        around.append(Kind.TRAVEL, x, y, feed, 0)
    return around


def _outline(motion: Motion, what: What) -> list[Point]:
    """The corners around the ink or, where there is none, around all moves, in turn and each once."""
    if what == "box":
        measured = measure(motion)
        bounds = measured.ink or measured.bounds
        return [] if bounds is None else _distinct(bounds.corners)
    hull = shapely.convex_hull(shapely.multipoints(_inked(motion)))
    return _distinct((float(x), float(y)) for x, y in shapely.get_coordinates(hull))


def _distinct(points: Iterable[Point]) -> list[Point]:
    return list(dict.fromkeys(points))


def _inked(motion: Motion) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """The ends of all strokes' lines, and of all moves where there is no stroke: n x 2, mm."""
    kinds = np.frombuffer(motion.kind, np.uint8)
    ends = np.column_stack((np.frombuffer(motion.x), np.frombuffer(motion.y)))
    starts = np.vstack((np.array([motion.start]), ends[:-1]))[: len(ends)]
    drawn = kinds == Kind.DRAW
    inked = np.vstack((starts[drawn], ends[drawn | (kinds == Kind.PEN_DOWN)]))
    return inked if len(inked) else ends[np.isin(kinds, MOVING)]
