"""Curves as polylines within an error bound.

A piece of a curve that spans a step h of its parameter stays within h^2/8 of the greatest second derivative from its
chord. For a cubic that is at most 6 M, with M its greater second difference of control points, so that n pieces stay
within 3/4 M / n^2. An arc of radius r in n pieces stays within r (1 - cos(step / 2)); an ellipse is a circle stretched
by its greater half axis at the most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.errors import DrawingError
from dcode.geometry.lines import Lines, Mask, Offsets, Points

Values = npt.NDArray[np.float64]

MOST_POINTS: Final = 10_000_000  # 160 MB of them; a hundred times what a plotter draws in a day
_LARGEST: Final = 1e100  # mm; beyond, what is reckoned with squares would no longer be a number
_FEWEST_PER_TURN: Final = 3  # a circle smaller than the tolerance is still a closed line


@dataclass(frozen=True, slots=True, eq=False)
class Outline:
    """Many paths of straight and curved segments. `lines` holds the vertices, as if every segment were straight.

    Curve i leads to vertex `at[i]` from the one before it. A cubic's `control` is its two inner control points and
    a third that says nothing; an arc's is its centre and its two half axes u and v: centre + u cos t + v sin t, where
    `sweep` gives t at its begin and how far it goes. Shapes: at (m,), is_arc (m,), control (m, 3, 2), sweep (m, 2).
    """

    lines: Lines
    at: Offsets
    is_arc: Mask
    control: npt.NDArray[np.float64]
    sweep: Values


def flatten(outline: Outline, tolerance: float) -> Lines:
    """The paths as polylines, nowhere further than `tolerance` mm from the curve, nor the curve from them.

    Vertices stay exactly. A point equal to the one before it is left out, so that a path without length is a dot.
    Raises DrawingError for more than MOST_POINTS and for coordinates that are no numbers, or beyond reason.
    """
    lines = outline.lines
    if not all((np.abs(points) < _LARGEST).all() for points in (lines.points, outline.control)):
        raise DrawingError("a coordinate is not a number, or too large to be one")
    if len(outline.at):
        lines = _with_curves(outline, tolerance)
    return _without_repeats(lines)


def _with_curves(outline: Outline, tolerance: float) -> Lines:
    lines, at = outline.lines, outline.at
    pieces = np.where(outline.is_arc, _arc_pieces(outline, tolerance), _cubic_pieces(outline, tolerance))
    total = float(pieces.sum()) + len(lines.points)
    if not total <= MOST_POINTS:
        raise DrawingError(f"the curves need more than {MOST_POINTS} points", limit=MOST_POINTS)
    inner = pieces.astype(np.int64) - 1  # points strictly within each curve
    added = np.zeros(len(lines.points) + 1, dtype=np.int64)
    added[at] = inner
    place = np.arange(len(lines.points)) + np.cumsum(added)[:-1]  # where each vertex comes to
    points = np.empty((int(added.sum()) + len(lines.points), 2))
    points[place] = lines.points
    owner = np.repeat(np.arange(len(at)), inner)
    step = np.arange(len(owner)) - np.repeat(np.cumsum(inner) - inner, inner) + 1
    begin, end = lines.points[at - 1], lines.points[at]
    curved = np.empty((len(owner), 2))
    arcs = outline.is_arc[owner]
    share = step / pieces[owner]
    for kind, evaluate in ((~arcs, _on_cubic), (arcs, _on_arc)):
        which = owner[kind]
        curved[kind] = evaluate(begin[which], end[which], outline.control[which], outline.sweep[which], share[kind])
    points[place[at][owner] - inner[owner] + step - 1] = curved
    starts = np.append(place[lines.starts[:-1]] - added[lines.starts[:-1]], len(points))
    return Lines(points, starts)


def _cubic_pieces(outline: Outline, tolerance: float) -> Values:
    begin, end = outline.lines.points[outline.at - 1], outline.lines.points[outline.at]
    one, two = outline.control[:, 0], outline.control[:, 1]
    differences = [np.hypot(bend[:, 0], bend[:, 1]) for bend in (begin - 2 * one + two, one - 2 * two + end)]
    return np.asarray(np.maximum(np.ceil(np.sqrt(0.75 * np.maximum(*differences) / tolerance)), 1.0))


def _arc_pieces(outline: Outline, tolerance: float) -> Values:
    u, v = outline.control[:, 1], outline.control[:, 2]
    # The greater half axis is the greater singular value of the matrix (u v).
    squares, area = (u * u + v * v).sum(axis=1), u[:, 0] * v[:, 1] - u[:, 1] * v[:, 0]
    root = np.sqrt(np.maximum(squares * squares - 4 * area * area, 0.0))
    radius = np.sqrt((squares + root) / 2)
    widest = 2 * np.pi / _FEWEST_PER_TURN
    ratio = np.minimum(tolerance / np.maximum(radius, 1e-300), 0.5)
    # 1 - cos(s / 2) = 2 sin^2(s / 4), which is exact for small steps where arccos is not.
    step = np.minimum(4 * np.arcsin(np.sqrt(ratio / 2)), widest)
    return np.asarray(np.maximum(np.ceil(np.abs(outline.sweep[:, 1]) / step - 1e-9), 1.0))


def _on_cubic(begin: Points, end: Points, control: Values, _: Values, share: Values) -> Points:
    t = share[:, None]
    s = 1 - t
    return np.asarray(s * s * s * begin + 3 * s * t * (s * control[:, 0] + t * control[:, 1]) + t * t * t * end)


def _on_arc(_: Points, __: Points, control: Values, sweep: Values, share: Values) -> Points:
    angle = sweep[:, 0] + sweep[:, 1] * share
    return np.asarray(control[:, 0] + control[:, 1] * np.cos(angle)[:, None] + control[:, 2] * np.sin(angle)[:, None])


def _without_repeats(lines: Lines) -> Lines:
    points = lines.points
    keep = np.ones(len(points), dtype=bool)
    keep[1:] = (points[1:] != points[:-1]).any(axis=1)
    keep[lines.starts[:-1]] = True
    if keep.all():
        return lines
    return Lines(points[keep], np.append(np.cumsum(keep)[lines.starts[:-1]] - 1, np.count_nonzero(keep)))
