"""Areas from outlines, by the rule that says what is inside of lines that cross themselves. Areas are shapely's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum
from typing import Final

import numpy as np
import numpy.typing as npt
import shapely
from shapely.geometry.base import BaseGeometry

from dcode.geometry.lines import Lines, Points

_AT_ONCE: Final = 4_000_000  # pairs of face and edge looked at in one piece


class FillRule(Enum):
    """What is inside: where outlines wind around a point an odd number of times, or any number but none."""

    EVENODD = "evenodd"
    NONZERO = "nonzero"


def area_of(rings: Iterable[Points], rule: FillRule) -> BaseGeometry:
    """The area that outlines enclose, each closed if it is not. A polygon, several, or an empty one.

    Outlines may cross themselves and each other: the plane is cut along all of them, and each face is inside or not by
    the number of times that they wind around it.
    """
    closed = [_closed(ring) for ring in rings if len(ring) > 2]
    if not closed:
        return shapely.Polygon()
    if len(closed) == 1 and shapely.LinearRing(closed[0]).is_simple:
        return shapely.Polygon(closed[0])
    noded = shapely.unary_union([shapely.LineString(ring) for ring in closed])
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    if not len(faces):
        return shapely.Polygon()
    inner = shapely.get_coordinates(shapely.point_on_surface(faces))
    turns = _windings(inner, closed)
    inside = turns % 2 != 0 if rule is FillRule.EVENODD else turns != 0
    return shapely.unary_union(faces[inside])


def rings_of(area: BaseGeometry) -> Lines:
    """The outlines of an area, holes with them, as closed polylines."""
    polygons = [part for part in shapely.get_parts(area) if isinstance(part, shapely.Polygon)]
    return Lines.of(shapely.get_coordinates(ring) for ring in shapely.get_rings(polygons))


def _closed(ring: Points) -> Points:
    return ring if (ring[0] == ring[-1]).all() else np.concatenate([ring, ring[:1]])


def _windings(points: Points, rings: Sequence[Points]) -> npt.NDArray[np.int64]:
    """How many times the rings wind around each point: crossings of a ray to the right, upward less downward."""
    begin = np.concatenate([ring[:-1] for ring in rings])
    end = np.concatenate([ring[1:] for ring in rings])
    up = (begin[:, 1] < end[:, 1]).astype(np.int64) - (begin[:, 1] > end[:, 1])
    slanted = up != 0
    begin, end, up = begin[slanted], end[slanted], up[slanted]
    low, high = np.minimum(begin[:, 1], end[:, 1]), np.maximum(begin[:, 1], end[:, 1])
    slope = (end[:, 0] - begin[:, 0]) / (end[:, 1] - begin[:, 1])
    turns = np.zeros(len(points), dtype=np.int64)
    step = max(1, _AT_ONCE // max(1, len(begin)))
    for first in range(0, len(points), step):
        x, y = points[first : first + step, 0, None], points[first : first + step, 1, None]
        crossed = (low <= y) & (y < high) & (begin[:, 0] + (y - begin[:, 1]) * slope > x)
        turns[first : first + step] = crossed @ up
    return turns
