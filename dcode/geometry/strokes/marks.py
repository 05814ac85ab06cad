"""Dots and diamonds as a pen draws them: one stroke each, that leaves as much ink as is asked for.

A mark of an outer size is drawn half a pen inside of it. One that is filled goes around at most nine tenths of a pen
apart, so that no paper is left between.
"""

from __future__ import annotations

import math
from enum import Enum
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.errors import DrawingError
from dcode.geometry.bounds import Bounds
from dcode.geometry.crop import crop
from dcode.geometry.lines import Lines, Points, ranges
from dcode.geometry.merge import merge

Values = npt.NDArray[np.float64]

MOST_POINTS: Final = 5_000_000  # of all marks: 80 MB, and more than any pen survives
_APART: Final = 0.9  # of the pen's width, from one turn to the next
_TOLERANCE: Final = 0.03  # mm between a circle and its chords
_FEWEST: Final = 8  # chords to a circle


class Fill(Enum):
    """What is drawn of a mark."""

    OUTLINE = "outline"
    SPIRAL = "spiral"
    RINGS = "rings"  # one inside the other


def discs(centres: Points, radii: Values, pen: float, fill: Fill) -> Lines:
    """Dots with these outer radii, in order; those no wider than the pen, and as the pen makes them, are single points.

    Raises DrawingError for more than can be drawn.
    """
    return _marks(centres, radii - pen / 2, pen, fill, 0, 0.0)


def diamonds(centres: Points, reaches: Values, pen: float, fill: Fill, angle: float) -> Lines:
    """Squares that stand on a corner, turned by an angle in degrees; `reaches` from the middle to a corner.

    The pen rounds the corners off. Otherwise as discs.
    """
    return _marks(centres, reaches - pen / math.sqrt(2), pen * math.sqrt(2), fill, 4, angle)


def inside(lines: Lines, frame: Bounds, pen: float) -> Lines:
    """The strokes cut at the frame; what the cut leaves of one is joined where ends are less than a pen apart."""
    low, high = (frame.left, frame.bottom), (frame.right, frame.top)
    is_in = ((lines.points >= low) & (lines.points <= high)).all(axis=1)
    whole = np.logical_and.reduceat(is_in, lines.starts[:-1]) if len(lines) else np.zeros(0, dtype=bool)
    return Lines.joined((lines.kept(whole), merge(crop(lines.kept(~whole), frame), pen)))


def _marks(centres: Points, radii: Values, pen: float, fill: Fill, corners: int, angle: float) -> Lines:
    """`radii` are those of the outermost turns; round ones have no corners. Turns are to lie `pen` apart, or less."""
    radii = np.where(radii > _TOLERANCE, radii, 0.0)
    # The innermost turn is half as far from the middle as turns are from each other.
    turns = np.maximum(np.ceil(radii / (_APART * pen) - 0.5), 0.0).astype(np.int64)
    if fill is Fill.OUTLINE:
        turns[:] = 0
    turns[radii == 0] = -1
    kinds = np.unique(turns).tolist()
    templates = {kind: _template(kind, float(radii[turns == kind].max()), fill, corners, angle) for kind in kinds}
    counts = np.zeros(len(radii), dtype=np.int64)
    for kind, template in templates.items():
        counts[turns == kind] = len(template)
    starts = np.concatenate([[0], np.cumsum(counts)])
    if starts[-1] > MOST_POINTS:
        raise DrawingError(
            f"the dots have more than {MOST_POINTS} points: choose fewer of them, or a wider pen", limit=MOST_POINTS
        )
    points = np.empty((int(starts[-1]), 2))
    for kind, template in templates.items():
        these = np.flatnonzero(turns == kind)
        drawn = centres[these, None, :] + radii[these, None, None] * template
        points[ranges(starts[these], counts[these])] = drawn.reshape(-1, 2)
    return Lines(points, starts)


def _template(turns: int, radius: float, fill: Fill, corners: int, angle: float) -> Points:
    """From the innermost turn to the outermost, whose radius is 1; exact enough for a mark of that radius."""
    if turns < 0:
        return np.zeros((1, 2))
    steps = [(turn + 0.5) / (turns + 0.5) for turn in range(turns)] + [1.0]
    parts = list[Points]()
    for inner, outer in pairwise(steps):
        chords = corners or _chords(outer * radius)
        at = np.arange(chords + (fill is Fill.RINGS)) / chords
        parts.append(_turn(at, inner if fill is Fill.RINGS else inner + (outer - inner) * at, angle))
    if turns and fill is Fill.SPIRAL:  # half a turn more, from the middle, which would stay white on one side
        half = (corners or _FEWEST) // 2
        at = np.arange(half) / half
        parts.insert(0, _turn(at / 2 + 0.5, steps[0] * at, angle))
    chords = corners or _chords(radius)
    at = np.arange(chords + 1) / chords
    # Chords lie inside of their circle: a little further out they enclose as much.
    fair = 1.0 if corners else math.sqrt(2 * math.pi / chords / math.sin(2 * math.pi / chords))
    last = _turn(at, np.full(chords + 1, fair), angle)
    last[-1] = last[0]
    return np.concatenate([*parts, last])


def _turn(at: Values, radius: npt.ArrayLike, angle: float) -> Points:
    """Points on one turn, 0 to 1 around. Rounded: the same on every machine, whatever its sine."""
    turned = 2 * np.pi * at + math.radians(angle)
    return np.round(np.column_stack([radius * np.cos(turned), radius * np.sin(turned)]), 12)


def _chords(radius: float) -> int:
    """How many chords make a circle."""
    if radius <= 2 * _TOLERANCE:
        return _FEWEST
    return max(_FEWEST, math.ceil(math.pi / math.acos(1 - _TOLERANCE / radius)))
