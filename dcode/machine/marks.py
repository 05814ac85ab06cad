"""Places that a person can find by eye, to say where the gondola is when the machine does not know.

On bare paper there are home and the corners of the work area. Once something is drawn there is better: where strokes
begin and end. A stroke counts only when it is surely whole; of the one that was interrupted nobody knows where it ends.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from dcode.gcode.motion import Kind, Motion
from dcode.gcode.place import Place
from dcode.machine.limits import SoftLimits
from dcode.machine.machine import Machine

HOME: Final = "home"  # always there: it is what a user types without looking
APART_MM: Final = 1.0  # marks nearer than this cannot be told apart by eye; the first of them is kept
_CORNERS: Final = ("top left", "top right", "bottom right", "bottom left")  # in the order of Bounds.corners

# A stroke by its kinds: begins with pen or ink, ends at what lifts or moves the pen. By bytes, because a search through
# a million rows is then over in milliseconds.
_STROKE: Final = re.compile(
    b"[%c%c][^%c%c%c%c]*" % (Kind.PEN_DOWN, Kind.DRAW, Kind.PEN_UP, Kind.TRAVEL, Kind.HOME, Kind.PEN_CHANGE), re.DOTALL
)


class Mark(NamedTuple):
    """A place in mm, y up; `about` says how it is found."""

    name: str
    x: float
    y: float
    about: str


def marks(machine: Machine, motion: Motion | None = None, place: Place | None = None) -> list[Mark]:
    """The marks that the gondola can reach, those of the drawing first.

    `motion` and `place` are the job that was interrupted and how far it is surely executed: nothing beyond counts.
    Names differ, and so do places (by APART_MM at least).
    """
    drawn = _drawn(motion, place) if motion is not None and place is not None else iter(())
    limits, found = SoftLimits.of(machine), list[Mark]()
    for mark in (*drawn, *_fixed(machine)):
        reachable = limits.violation(mark.x, mark.y) is None
        apart = all(math.dist((mark.x, mark.y), (other.x, other.y)) >= APART_MM for other in found)
        if reachable and (apart or mark.name == HOME):
            found.append(mark)
    return found


def _fixed(machine: Machine) -> Iterator[Mark]:
    yield Mark(HOME, *machine.home, "the home position, where a job begins")
    for name, corner in zip(_CORNERS, machine.work_area.corners, strict=True):
        yield Mark(name, *corner, f"the {name} corner of the work area")


def _drawn(motion: Motion, place: Place) -> Iterator[Mark]:
    """Marks on the drawing: around the interruption, then as far away from it as there are any."""
    strokes = list[tuple[int, int]]()  # the rows of whole strokes: first, end
    for match in _STROKE.finditer(motion.kind):
        first, end = match.span()
        if end > place.row:
            if first < place.row:
                yield _mark("broken start", motion, first, "the start of the stroke that was interrupted")
            break
        strokes.append((first, end))
    if not strokes:
        return
    first, end = strokes[-1]
    yield _mark("last end", motion, end, "the end of the last whole stroke")
    yield _mark("last start", motion, first, "the start of the last whole stroke")
    yield _mark("first start", motion, strokes[0][0], "the start of the first stroke")
    here = motion.position_before(end)
    far = max(
        (row for stroke in strokes for row in stroke), key=lambda row: math.dist(motion.position_before(row), here)
    )
    yield _mark("far end", motion, far, "the end of a stroke that is furthest from the last one")


def _mark(name: str, motion: Motion, row: int, about: str) -> Mark:
    """The place where the gondola is when `row` begins, and the source line that brought it there."""
    line = motion.line[row - 1] if row else 0
    return Mark(name, *motion.position_before(row), f"{about} (line {line})" if line else about)
