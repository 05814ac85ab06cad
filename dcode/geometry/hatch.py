"""Fill areas with strokes: parallel lines at an angle, crossed lines, or contours one inside the other."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final

import numpy as np
import numpy.typing as npt
from shapely.geometry.base import BaseGeometry

from dcode.errors import DrawingError
from dcode.geometry.lines import Lines
from dcode.geometry.polygons import FillRule, area_of, rings_of
from dcode.geometry.transform import Transform

Values = npt.NDArray[np.float64]

MOST_CROSSINGS: Final = 4_000_000  # of outlines by hatch lines: 64 MB, and more than any pen survives


class Pattern(Enum):
    """How an area is filled."""

    LINES = "lines"
    CROSS = "cross"  # lines, and lines across them
    CONTOUR = "contour"  # the outline moved inwards, again and again


@dataclass(frozen=True, slots=True)
class Hatch:
    """A way to fill: `spacing` between lines in mm, `angle` in degrees counter-clockwise from the x axis.

    `inset` keeps lines that many mm away from the edge: half the pen's width lets the ink end where the area ends.
    """

    spacing: float = 1.0
    angle: float = 45.0
    pattern: Pattern = Pattern.LINES
    inset: float = 0.0


def hatch(rings: Lines, rule: FillRule, how: Hatch) -> Lines:
    """Strokes that fill what the outlines enclose. Each outline counts as closed; they may cross.

    Lines lie on one grid for the whole plane, so that those of neighbouring areas meet, and are given to and fro.
    Raises DrawingError for a spacing that is not a positive number and for more lines than can be drawn.
    """
    if not how.spacing > 0:
        raise DrawingError(f"a hatch spacing of {how.spacing:g} mm fills nothing")
    if how.pattern is Pattern.CONTOUR:
        return _contours(rings, rule, how)
    if how.inset > 0:
        rings, rule = rings_of(area_of(rings, rule).buffer(-how.inset)), FillRule.EVENODD
    angles = (how.angle, how.angle + 90.0) if how.pattern is Pattern.CROSS else (how.angle,)
    return Lines.joined(_turned(rings, rule, how.spacing, angle) for angle in angles)


def _turned(rings: Lines, rule: FillRule, spacing: float, angle: float) -> Lines:
    return Transform.turn(angle).lines(_level(Transform.turn(-angle).lines(rings), rule, spacing))


def _level(rings: Lines, rule: FillRule, spacing: float) -> Lines:
    """Horizontal lines, half a spacing off the axis and then every spacing, where they are inside."""
    if not len(rings.points):
        return rings
    begin = rings.points
    following = np.arange(1, len(begin) + 1)
    following[rings.starts[1:] - 1] = rings.starts[:-1]  # the last point of an outline goes back to its first
    end = begin[following]
    low, high = np.minimum(begin[:, 1], end[:, 1]), np.maximum(begin[:, 1], end[:, 1])
    # Row k lies at (k + 1/2) spacings; an edge is crossed by the rows from low, with it, to high, without it.
    first, beyond = np.ceil(low / spacing - 0.5), np.ceil(high / spacing - 0.5)
    total = float((beyond - first).sum())
    if not total <= MOST_CROSSINGS:
        raise DrawingError(
            f"hatching needs more than {MOST_CROSSINGS} lines: choose a wider spacing", limit=MOST_CROSSINGS
        )
    counts = (beyond - first).astype(np.int64)
    edge = np.repeat(np.arange(len(begin)), counts)
    row = first[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts)
    share = ((row + 0.5) * spacing - begin[edge, 1]) / (end[edge, 1] - begin[edge, 1])
    x = begin[edge, 0] + share * (end[edge, 0] - begin[edge, 0])
    turn = np.where(end[edge, 1] > begin[edge, 1], 1, -1)
    order = np.lexsort((x, row))
    row, x = row[order], x[order]
    turns = np.cumsum(turn[order])  # comes back to 0 at the end of every row: outlines are closed
    odd = np.arange(1, len(x) + 1) % 2 != 0  # rows have an even number of crossings
    inside = odd if rule is FillRule.EVENODD else turns != 0
    spans = np.flatnonzero(inside[:-1] & (row[:-1] == row[1:]) & (x[1:] > x[:-1]))
    return _to_and_fro(x[spans], x[spans + 1], np.asarray(row[spans], dtype=np.float64), spacing)


def _to_and_fro(left: Values, right: Values, row: Values, spacing: float) -> Lines:
    """One stroke a span; every other row runs back."""
    points = np.empty((2 * len(row), 2))
    points[:, 1] = np.repeat((row + 0.5) * spacing, 2)
    back = row % 2 != 0
    points[0::2, 0], points[1::2, 0] = np.where(back, right, left), np.where(back, left, right)
    order = np.lexsort((np.where(back, -left, left), row))
    return Lines(points, np.arange(0, len(points) + 1, 2, dtype=np.int64)).kept(order)


def _contours(rings: Lines, rule: FillRule, how: Hatch) -> Lines:
    """Half a spacing inside the edge (or at the inset), then every spacing further in, until nothing is left."""
    area = _within(area_of(rings, rule), how.inset or how.spacing / 2)
    found, points = list[Lines](), 0
    while not area.is_empty:
        found.append(rings_of(area))
        points += len(found[-1].points)
        if points > MOST_CROSSINGS:
            raise DrawingError("the contours have too many points: choose a wider spacing", limit=MOST_CROSSINGS)
        area = _within(area, how.spacing)
    return Lines.joined(found)


def _within(area: BaseGeometry, by: float) -> BaseGeometry:
    """What is further than that inside the edge. Corners stay corners: arcs would have arcs in the next contour."""
    return area.buffer(-by, join_style="mitre", mitre_limit=2.0)
