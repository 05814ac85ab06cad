"""How far the wall comes towards the pen, by place: what is added to a pen's lowered height there.

Known are the four corners of the work area and its centre. Between them, with u and v from 0 to 1 from left to right
and from bottom to top,

    offset = (1-u)(1-v) bottom_left + u(1-v) bottom_right + (1-u)v top_left + u v top_right
             + (centre - mean of the corners) 16 u(1-u) v(1-v)

which is bilinear over the corners, and what the centre lies before or behind their mean is laid over it as a smooth
bulge, as a board bends that is held at its edges. Beyond the work area the edge's value holds.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import astuple, dataclass
from typing import Final

from dcode.geometry.bounds import Bounds

Point = tuple[float, float]

PLACES: Final = ("top_left", "top_right", "bottom_right", "bottom_left", "centre")  # corners as in Bounds.corners
_SINGULAR: Final = 1e-9


@dataclass(frozen=True, slots=True)
class HeightMap:
    """Offsets in the pen's own unit: degrees of a servo, mm of an axis."""

    top_left: float = 0.0
    top_right: float = 0.0
    bottom_right: float = 0.0
    bottom_left: float = 0.0
    centre: float = 0.0

    def offset(self, area: Bounds, at: Point) -> float:
        """What is added at a place."""
        return sum(weight * value for weight, value in zip(_weights(area, at), self.values, strict=True))

    @property
    def values(self) -> tuple[float, ...]:
        """In the order of PLACES."""
        return astuple(self)

    @property
    def span(self) -> tuple[float, float]:
        """Two bounds that no offset is beyond: the corners' own, and the whole bulge on top of them."""
        corners = self.values[:-1]
        bulge = self.centre - sum(corners) / len(corners)
        return min(corners) + min(0.0, bulge), max(corners) + max(0.0, bulge)

    @classmethod
    def through(cls, area: Bounds, places: Sequence[Point], offsets: Sequence[float]) -> HeightMap:
        """The map that has these offsets at five places, which need not be the corners themselves.

        Raises ValueError for places that do not tell it.
        """
        return cls(*_solved([[*_weights(area, at), offset] for at, offset in zip(places, offsets, strict=True)]))


def _weights(area: Bounds, at: Point) -> tuple[float, float, float, float, float]:
    """How much each of PLACES counts at a place; they sum to 1."""
    u = min(1.0, max(0.0, (at[0] - area.left) / area.width))
    v = min(1.0, max(0.0, (at[1] - area.bottom) / area.height))
    bulge = 16 * u * (1 - u) * v * (1 - v)
    share = bulge / 4
    return (1 - u) * v - share, u * v - share, u * (1 - v) - share, (1 - u) * (1 - v) - share, bulge


def _solved(rows: list[list[float]]) -> list[float]:
    """Linear equations, the right side as the last of each row: Gauss and Jordan, with the largest pivot first."""
    count = len(rows)
    for column in range(count):
        pivot = max(range(column, count), key=lambda row: abs(rows[row][column]))
        rows[column], rows[pivot] = rows[pivot], rows[column]
        if abs(rows[column][column]) < _SINGULAR:
            raise ValueError("these places do not tell the heights of the corners")
        rows[column] = [value / rows[column][column] for value in rows[column]]
        for row in range(count):
            if row != column:
                factor = rows[row][column]
                rows[row] = [value - factor * own for value, own in zip(rows[row], rows[column], strict=True)]
    return [row[-1] for row in rows]
