"""Cut polylines at the edges of a rectangle: Liang and Barsky's cut of clip.py, on all segments at once."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.bounds import Bounds
from dcode.geometry.lines import Lines, Mask, Points, ranges

_SMALLEST: Final = 1e-290

Values = npt.NDArray[np.float64]


def crop(lines: Lines, inside: Bounds) -> Lines:
    """The parts of the polylines inside the rectangle, its edges with it. Cut ends lie exactly on an edge.

    A polyline that leaves and comes back becomes several, in the place of the one. What only touches an edge from
    outside in one point is not kept. Points must be finite.
    """
    points = lines.points
    low, high = (inside.left, inside.bottom), (inside.right, inside.top)
    is_in = ((points >= low) & (points <= high)).all(axis=1)
    if is_in.all():
        return lines
    dots_and_whole = np.logical_and.reduceat(is_in, lines.starts[:-1])
    cut = ~dots_and_whole & (lines.counts > 1)
    pieces, owners = _cut(lines.kept(cut), inside)
    kept = lines.kept(dots_and_whole)
    order = np.argsort(np.concatenate([np.flatnonzero(dots_and_whole), np.flatnonzero(cut)[owners]]), kind="stable")
    return Lines.joined((kept, pieces)).kept(order)


def _cut(lines: Lines, inside: Bounds) -> tuple[Lines, npt.NDArray[np.int64]]:
    """The pieces inside, and for each the index of the polyline that it was."""
    firsts = ranges(lines.starts[:-1], lines.counts - 1)  # the points that begin a segment
    owner = np.repeat(np.arange(len(lines)), lines.counts - 1)
    begin, end = lines.points[firsts], lines.points[firsts + 1]
    enter, leave = span(begin, end, inside)
    # A segment that only touches from outside has a span of one value; one without length that is inside has all.
    valid = (enter < leave) & ((enter > 0) | (leave < 1) | _contains(begin, inside))
    way = end - begin
    p = np.where((enter > 0)[:, None], _onto(begin + enter[:, None] * way, inside), begin)
    q = np.where((leave < 1)[:, None], _onto(begin + leave[:, None] * way, inside), end)
    before = np.zeros(len(p), dtype=bool)  # whether the piece goes on from the segment before
    before[1:] = (owner[1:] == owner[:-1]) & valid[:-1] & (leave[:-1] >= 1) & (enter[1:] <= 0)
    owner, p, q, opens = owner[valid], p[valid], q[valid], ~before[valid]
    counts = 1 + opens  # points that each segment adds
    points = np.empty((int(counts.sum()), 2))
    last = np.cumsum(counts) - 1
    points[last] = q
    points[last[opens] - 1] = p[opens]
    starts = np.concatenate([last[opens] - 1, [len(points)]]).astype(np.int64)
    return Lines(points, starts), owner[opens]


def span(begin: Points, end: Points, inside: Bounds) -> tuple[Values, Values]:
    """Between which shares of its length, 0 to 1, each segment is inside; the first above the second when it is not."""
    enter, leave = np.zeros(len(begin)), np.ones(len(begin))
    for axis, low, high in ((0, inside.left, inside.right), (1, inside.bottom, inside.top)):
        start, way = begin[:, axis], end[:, axis] - begin[:, axis]
        # A way too small to divide by is none: what it would be cut by is smaller than any rounding.
        moving = np.abs(way) > _SMALLEST
        safe = np.where(moving, way, 1.0)
        near, far = (np.where(way > 0, low, high) - start) / safe, (np.where(way > 0, high, low) - start) / safe
        outside = ~moving & ((start < low) | (start > high))
        enter = np.where(moving, np.maximum(enter, near), np.where(outside, 2.0, enter))
        leave = np.where(moving, np.minimum(leave, far), leave)
    # An end that is inside is inside, whatever rounding says.
    return np.where(_contains(begin, inside), 0.0, enter), np.where(_contains(end, inside), 1.0, leave)


def _contains(points: Points, inside: Bounds) -> Mask:
    low, high = (inside.left, inside.bottom), (inside.right, inside.top)
    return np.asarray(((points >= low) & (points <= high)).all(axis=1))


def _onto(points: Points, inside: Bounds) -> Points:
    return np.clip(points, (inside.left, inside.bottom), (inside.right, inside.top))
