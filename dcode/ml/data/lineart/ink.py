"""Areas as pixels and back: what is needed to draw along the middle of strokes that were turned into areas.

Not by geometry/skeleton/tracing.py, which goes after lines some pixels wide that a hand drew: of an icon's wide lines
with sharp corners it makes a fifth to two fifths more strokes, and lets them overshoot.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Lines, Mask, Points
from dcode.geometry.merge import merge
from dcode.geometry.simplify import simplify
from dcode.geometry.skeleton.chains import Chains, chains
from dcode.geometry.skeleton.depth import depths
from dcode.geometry.skeleton.thin import thin

_SPUR: Final = 1.6  # a free branch this many times as long as its junction is deep is a corner's bisector, no stroke
_STITCH: Final = 2.5  # pixels from junction to junction that are one place
_WIDE: Final = 17.0  # pixels of depth beyond which ink is an area and no line
_BLOB: Final = 1.45  # ink whose skeleton is shorter than this many times its depth is a dot
_SMOOTH: Final = 2  # passes of the filter that takes the staircase off


def filled_mask(rings: Lines, size: int, even_odd: bool) -> Mask:
    """The pixels whose centre is inside of closed lines, shape (size, size), row 0 at the top.

    `rings` in pixels, x right and y down, closed by a straight line where they are open. Along each row the edges that
    are crossed are summed up with their direction: the winding number, which is odd inside by the even-odd rule.
    """
    turns = np.zeros((size, size + 1), dtype=np.int32)
    for ring in rings:
        _count_turns(turns, ring, size)
    winding = np.cumsum(turns, axis=1)[:, :size]
    return np.asarray(winding % 2 != 0 if even_odd else winding != 0)


def _count_turns(turns: npt.NDArray[np.int32], ring: Points, size: int) -> None:
    """Add what one ring does to the winding number, at the pixel from which on it does."""
    begin, end = ring, np.roll(ring, -1, axis=0)
    low, high = np.minimum(begin[:, 1], end[:, 1]), np.maximum(begin[:, 1], end[:, 1])
    first, last = np.ceil(low - 0.5).astype(int), np.ceil(high - 0.5).astype(int)  # rows whose centre lies between
    first, last = np.clip(first, 0, size), np.clip(last, 0, size)
    counts = last - first
    edge = np.repeat(np.arange(len(ring)), counts)
    row = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    slope = (end[edge, 0] - begin[edge, 0]) / (end[edge, 1] - begin[edge, 1])
    x = begin[edge, 0] + (row + 0.5 - begin[edge, 1]) * slope
    column = np.clip(np.ceil(x - 0.5).astype(int), 0, size)
    np.add.at(turns, (row, column), np.where(end[edge, 1] > begin[edge, 1], 1, -1))


def middle_lines(mask: Mask) -> Lines:
    """Lines along the middle of the ink, in pixels; dots become small rings.

    Thinned, without the spurs that thinning leaves in corners, drawn out by half a width where the ink ends, smoothed.
    """
    skeleton = chains(thin(mask))
    if not len(skeleton):
        return Lines.of(())
    depth = depths(mask, skeleton.rows, skeleton.columns)
    places, uses = np.unique(skeleton.nodes, return_counts=True)
    shared = set(places[uses > 2].tolist())  # a pixel alone is both its ends; a third is an end of another chain
    single = np.diff(skeleton.starts) == 1
    real = [index for index in range(len(skeleton)) if not (single[index] and int(skeleton.nodes[index, 0]) in shared)]
    strokes = [_stroke(skeleton, depth, index) for index in real]
    return merge(Lines.of([stroke for stroke in strokes if stroke is not None]), 2.0)


def is_line_art(mask: Mask) -> bool:
    """Whether nearly all of the ink is as narrow as a line: its middle tells what is drawn."""
    found = thin(mask)
    rows, columns = np.nonzero(found)
    return bool(len(rows)) and float(np.quantile(depths(mask, rows, columns), 0.97)) < _WIDE


def _stroke(skeleton: Chains, depth: npt.NDArray[np.float64], index: int) -> Points | None:
    at = slice(int(skeleton.starts[index]), int(skeleton.starts[index + 1]))
    points: Points = np.stack([skeleton.columns[at], skeleton.rows[at]], axis=1).astype(np.float64) + 0.5
    deep, branches = depth[at], skeleton.branches[index]
    length = float(np.hypot(*np.diff(points, axis=0).T).sum())
    free = branches == 1
    if branches.max() <= 1:
        if length < _BLOB * deep.max():
            return _ring(points.mean(axis=0), float(deep.max()) + length / 4)
    elif length < (_SPUR * float(deep[0 if free[1] else -1]) if free.any() else _STITCH):
        return None
    smooth = _smoothed(points, closed=bool(branches[0] == 2 and (points[0] == points[-1]).all()))
    tips = [_tip(smooth, float(deep[0]))] if free[0] else []
    tails = [_tip(smooth[::-1], float(deep[-1]))] if free[1] else []
    return np.concatenate([*tips, smooth, *tails])


def _tip(points: Points, depth: float) -> Points:
    """One point more before the first, straight on by what thinning takes off a round end."""
    back = points[min(len(points) - 1, 6)]
    way = points[0] - back
    length = float(np.hypot(*way))
    return np.asarray([points[0] + way / length * depth * 0.5]) if length > 0 else points[:0]


def _smoothed(points: Points, closed: bool) -> Points:
    if len(points) < 5:
        return points
    found = points.copy()
    for _ in range(_SMOOTH):
        if closed:
            ring = found[:-1]
            ring = (np.roll(ring, 1, 0) + 2 * ring + np.roll(ring, -1, 0)) / 4
            found = np.concatenate([ring, ring[:1]])
        else:
            found[1:-1] = (found[:-2] + 2 * found[1:-1] + found[2:]) / 4
    return np.asarray(simplify(Lines.of([found]), 0.25).points)


def _ring(centre: Points, radius: float) -> Points:
    angles = np.linspace(0.0, 2 * np.pi, 9)
    ring = centre + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    ring[-1] = ring[0]
    return np.asarray(ring)
