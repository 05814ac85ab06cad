"""Space-filling curves through cells of several sizes.

A curve visits the parts of a cell in an order in which each touches the next (D. Hilbert, 1891: four parts; G. Peano,
1890: nine). A cell may be divided or not without the others: the centres, in order, stay one line that never crosses
itself, as a step between two cells stays within these two.
"""

from __future__ import annotations

from enum import Enum
from typing import Final, NamedTuple

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Chooser = npt.NDArray[np.bool_]
Corner = tuple[int, int]  # column and row, 0 or 1
Block = tuple[int, int, int]  # column, row, way


class Curve(Enum):
    """Which curve."""

    HILBERT = "hilbert"
    PEANO = "peano"

    @property
    def parts(self) -> int:
        """Of a side of a cell."""
        return _CURVES[self][0]


class _Way(NamedTuple):
    """How the curve of a cell lies: (u, v) of the one that begins at (0, 0) is swapped, then flipped."""

    swap: int = 0
    flip_x: int = 0
    flip_y: int = 0

    def place(self, u: int, v: int, last: int) -> Corner:
        """Where (u, v), each from 0 to last, comes to."""
        u, v = (v, u) if self.swap else (u, v)
        return (last - u if self.flip_x else u), (last - v if self.flip_y else v)

    def of(self, inner: _Way) -> _Way:
        """This way of something that lies in a way itself."""
        flips = (inner.flip_y, inner.flip_x) if self.swap else (inner.flip_x, inner.flip_y)
        return _Way(self.swap ^ inner.swap, self.flip_x ^ flips[0], self.flip_y ^ flips[1])


_WAYS: Final = [_Way(swap, x, y) for swap in (0, 1) for x in (0, 1) for y in (0, 1)]
# Parts of a side; where the parts of a cell are, in order; how each lies; where the curve ends that begins at (0, 0).
_CURVES: Final[dict[Curve, tuple[int, list[Corner], list[_Way], Corner]]] = {
    Curve.HILBERT: (2, [(0, 0), (0, 1), (1, 1), (1, 0)], [_Way(1), _Way(), _Way(), _Way(1, 1, 1)], (1, 0)),
    Curve.PEANO: (
        3,
        [(u, v if u != 1 else 2 - v) for u in range(3) for v in range(3)],
        [_Way(0, (v if u != 1 else 2 - v) % 2, u % 2) for u in range(3) for v in range(3)],
        (1, 1),
    ),
}


def blocks(short: int, long: int, upright: bool, curve: Curve) -> list[Block]:
    """Cells that fill a sheet, `short` of them across its shorter side, in an order in which each touches the next.

    They go to and fro across the shorter side. Peano's curve, which ends in the opposite corner, can only turn at the
    edges where `short` is odd.
    """
    lanes = [range(short) if along % 2 == 0 else range(short - 1, -1, -1) for along in range(long)]
    places = [(across, along) if upright else (along, across) for along in range(long) for across in lanes[along]]
    found, corner = list[Block](), (0, 0)
    for here, following in zip(places, [*places[1:], None], strict=True):
        way, corner = _through(corner, here, following, curve)
        found.append((*here, way))
    return found


def _through(corner: Corner, here: Corner, following: Corner | None, curve: Curve) -> tuple[int, Corner]:
    """The way of a block that is entered at a corner and left for a neighbour; and the corner where that is entered."""
    for index, way in enumerate(_WAYS):
        x, y = way.place(*_CURVES[curve][3], last=1)
        if way.place(0, 0, last=1) != corner:
            continue
        if following is None:
            return index, corner
        step_x, step_y = following[0] - here[0], following[1] - here[1]
        if (not step_x or x == (step_x > 0)) and (not step_y or y == (step_y > 0)):
            return index, (x ^ abs(step_x), y ^ abs(step_y))
    raise ValueError("blocks in this order have no way through")


class Cells:
    """Cells of one size along the curve: `columns` and `rows` of the grid of that size, from the upper left corner."""

    def __init__(self, found: list[Block], curve: Curve) -> None:
        self._parts, places, inner, _ = _CURVES[curve]
        self._moves = np.array([[way.place(u, v, self._parts - 1) for u, v in places] for way in _WAYS])
        self._turns = np.array([[_WAYS.index(way.of(child)) for child in inner] for way in _WAYS])
        self.columns, self.rows, self._ways = np.array(found, dtype=np.int64).T
        self.order = np.arange(len(found))  # where on the curve, counted in cells of this size
        self.level = 0

    def take(self, whole: Chooser, finest: int) -> tuple[Ints, Ints]:
        """Of these cells the centres (column, row), in halves of a cell of level `finest`, and their places in order.

        What is left is divided.
        """
        finer = self._parts ** (finest - self.level)
        centres = (2 * np.column_stack([self.columns[whole], self.rows[whole]]) + 1) * finer
        order = self.order[whole] * finer**2
        self._divide(~whole)
        return centres, order

    def _divide(self, chosen: Chooser) -> None:
        ways, parts = self._ways[chosen], self._parts
        self.columns = (self.columns[chosen][:, None] * parts + self._moves[ways, :, 0]).ravel()
        self.rows = (self.rows[chosen][:, None] * parts + self._moves[ways, :, 1]).ravel()
        self.order = (self.order[chosen][:, None] * parts**2 + np.arange(parts**2)).ravel()
        self._ways = self._turns[ways].ravel()
        self.level += 1
