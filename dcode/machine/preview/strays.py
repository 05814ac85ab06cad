"""Where a program leaves the machine's limits."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.bounds import Bounds
from dcode.geometry.lines import Lines, Mask, Offsets, Points, ranges
from dcode.machine.limits import SoftLimits
from dcode.machine.preview.reachable import allowed

_STEP_MM: Final = 5.0  # along a way, between places that are looked at
_MOST: Final = 4_000_000  # such places; where there would be more, they are further apart
_HALVINGS: Final = 16  # of such a step, to where exactly it leaves: to less than a wire step


def beyond(lines: Lines, limits: SoftLimits) -> tuple[Lines, Points]:
    """The parts of polylines outside the limits, and the points at which each of those leaves them, in order.

    A part that begins outside leaves them where it begins. Points must be finite. A way that is outside for less than
    five millimetres between two points that are not may be missed: this is for looking at, check.py is the proof.
    """
    bounds = lines.bounds
    if bounds is None or limits.covers(bounds):
        return Lines.of(()), np.empty((0, 2))
    fine = _divided(lines, limits.provable_area())
    good = allowed(limits, fine.points)
    opens = _flags(fine.starts[:-1], len(good))
    closes = _flags(fine.starts[1:] - 1, len(good))
    begins = np.flatnonzero(~good & (opens | _shifted(good, 1)))  # parts outside, by their first points
    ends = np.flatnonzero(~good & (closes | _shifted(good, -1)))
    return _parts(fine, limits, begins, ends, opens, closes)


def _parts(
    lines: Lines, limits: SoftLimits, begins: Offsets, ends: Offsets, opens: Mask, closes: Mask
) -> tuple[Lines, Points]:
    points = lines.points
    into = _crossing(limits, points[begins - ~opens[begins]], points[begins])
    out = _crossing(limits, points[ends + ~closes[ends]], points[ends])
    counts = ends - begins + 3
    starts = np.append(0, np.cumsum(counts)).astype(np.int64)
    found = np.empty((int(starts[-1]), 2))
    found[starts[:-1]], found[starts[1:] - 1] = into, out
    found[ranges(starts[:-1] + 1, counts - 2)] = points[ranges(begins, counts - 2)]
    return Lines(found, starts), into


def _divided(lines: Lines, sure: Bounds | None) -> Lines:
    """The polylines with points every few millimetres, but for ways within a rectangle that is all allowed."""
    points = lines.points
    way = np.zeros_like(points)
    way[:-1] = np.diff(points, axis=0)
    way[lines.starts[1:] - 1] = 0.0
    lengths = np.hypot(way[:, 0], way[:, 1])
    if sure is not None:
        safe = np.all((points >= (sure.left, sure.bottom)) & (points <= (sure.right, sure.top)), axis=1)
        lengths[:-1][safe[:-1] & safe[1:]] = 0.0
    step = max(_STEP_MM, float(lengths.sum()) / _MOST)
    counts = np.maximum(1, np.ceil(lengths / step)).astype(np.int64)
    which = np.repeat(np.arange(len(points)), counts)
    share = (np.arange(len(which)) - np.repeat(np.cumsum(counts) - counts, counts)) / counts[which]
    starts = np.append(0, np.cumsum(counts))[lines.starts]
    return Lines(points[which] + share[:, None] * way[which], starts.astype(np.int64))


def _crossing(limits: SoftLimits, good: Points, bad: Points) -> Points:
    """The last allowed points on the ways from allowed ones; where the first is not, that one."""
    for _ in range(_HALVINGS):
        middle = (good + bad) / 2
        fine = allowed(limits, middle)[:, None]
        good, bad = np.where(fine, middle, good), np.where(fine, bad, middle)
    return good


def _flags(places: Offsets, length: int) -> Mask:
    flags = np.zeros(length, dtype=np.bool_)
    flags[places] = True
    return flags


def _shifted(flags: npt.NDArray[np.bool_], by: int) -> Mask:
    """Each place has the flag of the one before (1) or after (-1) it."""
    found = np.zeros_like(flags)
    if by > 0:
        found[1:] = flags[:-1]
    else:
        found[:-1] = flags[1:]
    return found
