"""Ink that is drawn twice, drawn once."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Lines, Points, ranges
from dcode.geometry.near import near_pairs

_CROWD: Final = 64  # strokes or segments about the same middle that each is compared with


def drop_repeated(lines: Lines, tolerance: float) -> Lines:
    """The strokes without those that repeat an earlier one point for point, either way round, within `tolerance` mm.

    Closed strokes are the same wherever they begin.
    """
    closed = lines.closed
    begins, inner = lines.starts[:-1], lines.counts - closed  # a closed stroke's first point counts once
    sums = np.add.reduceat(lines.points[ranges(begins, inner)], np.cumsum(inner) - inner, axis=0) if len(lines) else 0
    middles = np.asarray(sums / inner[:, None]) if len(lines) else np.empty((0, 2))
    keep = np.ones(len(lines), dtype=bool)
    for one, other in _in_order(near_pairs(middles, tolerance, _CROWD)):
        if keep[one] and keep[other] and closed[one] == closed[other]:
            keep[other] = not _same(lines[one], lines[other], bool(closed[one]), tolerance)
    return lines.kept(keep)


def drop_repeated_segments(lines: Lines, tolerance: float) -> Lines:
    """The strokes without the segments that repeat an earlier one, either way round: edges that two shapes share.

    A stroke that loses a segment becomes several. Segments that only overlap in part are not found, nor are those
    shorter than four tolerances, of which one could be taken for the next of its own stroke.
    """
    firsts = ranges(lines.starts[:-1], np.maximum(lines.counts - 1, 0))
    begin, end = lines.points[firsts], lines.points[firsts + 1]
    one, other = near_pairs((begin + end) / 2, tolerance, _CROWD).T
    straight = np.maximum(_apart(begin[one], begin[other]), _apart(end[one], end[other])) <= tolerance
    turned = np.maximum(_apart(begin[one], end[other]), _apart(end[one], begin[other])) <= tolerance
    long = _apart(begin[one], end[one]) > 4 * tolerance
    keep = np.ones(len(firsts), dtype=bool)
    for first, second in _in_order(np.column_stack([one, other])[(straight | turned) & long]):
        keep[second] &= not keep[first]
    if keep.all():
        return lines
    return _without(lines, firsts[~keep])


def _without(lines: Lines, dropped: npt.NDArray[np.int64]) -> Lines:
    """The strokes cut where a segment, named by the index of its first point, is taken out."""
    starts = np.union1d(lines.starts, dropped + 1)
    pieces = Lines(lines.points, starts)
    # What had more than one point and is now a single one has no ink of its own.
    was_dot = np.isin(starts[:-1], lines.starts[:-1][lines.counts == 1])
    return pieces.kept((pieces.counts > 1) | was_dot)


def _in_order(pairs: npt.NDArray[np.int64]) -> list[list[int]]:
    """Pairs sorted by their second, then their first: what is kept before is known when it is asked for."""
    ordered: list[list[int]] = pairs[np.lexsort((pairs[:, 0], pairs[:, 1]))].tolist()
    return ordered


def _same(one: Points, other: Points, closed: bool, tolerance: float) -> bool:
    if len(one) != len(other):
        return False
    if not closed:
        return any(_all_near(one, way, tolerance) for way in (other, other[::-1]))
    ring, loop = one[:-1], other[:-1]
    seams = np.flatnonzero(_apart(loop, ring[:1]) <= tolerance)[:_CROWD]
    return any(
        _all_near(ring, way, tolerance)
        for seam in seams
        for way in (np.roll(loop, -seam, 0), np.roll(loop[::-1], seam + 1, 0))
    )


def _all_near(one: Points, other: Points, tolerance: float) -> bool:
    return bool((_apart(one, other) <= tolerance).all())


def _apart(one: Points, other: Points) -> npt.NDArray[np.float64]:
    return np.asarray(np.hypot(*(one - other).T))
