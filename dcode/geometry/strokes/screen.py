"""A lattice laid over a picture at an angle."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.errors import DrawingError
from dcode.geometry.lines import Mask, Offsets, Points
from dcode.geometry.strokes.picture import Picture

Values = npt.NDArray[np.float64]


MOST_PLACES: Final = 4_000_000  # that are looked at: half a gigabyte


class Screen:
    """A lattice of square cells around the middle of a picture, turned by an angle in degrees.

    Rows run along the angle; row and column 0 have their middle half a cell from that of the picture.
    """

    def __init__(self, picture: Picture, cell: float, angle: float) -> None:
        self.picture, self.cell = picture, cell
        turned = math.radians(angle)
        # Rounded: the same on every machine, whatever its sine.
        self.along = np.round([math.cos(turned), math.sin(turned)], 12)
        self.across = self.along[::-1] * (-1, 1)

    @property
    def reach(self) -> int:
        """How many cells it takes from the middle of the picture to a corner."""
        return math.ceil(math.hypot(self.picture.frame.width, self.picture.frame.height) / 2 / self.cell) + 1

    def check(self, places: int) -> None:
        """Raises DrawingError for more places than can be looked at."""
        if places > MOST_PLACES:
            raise DrawingError(
                f"a screen of {self.cell:g} mm is too fine for a picture of this size: make its cells larger",
                limit=MOST_PLACES,
            )

    def at(self, columns: npt.ArrayLike, rows: npt.ArrayLike) -> Points:
        """Where places of the lattice are on the paper, counted in cells."""
        right, up = np.broadcast_arrays(np.asarray(columns, dtype=np.float64), np.asarray(rows, dtype=np.float64))
        return np.asarray(
            self.picture.frame.centre + self.cell * (right[..., None] * self.along + up[..., None] * self.across)
        )

    def touches(self, points: Points) -> Mask:
        """Which points are in the frame, or so near that a mark as large as can be reaches it."""
        frame, near = self.picture.frame, self.cell * math.sqrt(0.5)
        low, high = (frame.left - near, frame.bottom - near), (frame.right + near, frame.top + near)
        return np.asarray(((points > low) & (points < high)).all(axis=-1))


def ordered(rows: Offsets, columns: Offsets) -> Values:
    """Thresholds from 0 to 1, spread evenly at all scales: B. E. Bayer's matrix of 1973, of 8 by 8, over and over."""
    found = np.zeros(np.broadcast_shapes(rows.shape, columns.shape))
    for bit in range(3):
        right, up = columns >> bit & 1, rows >> bit & 1
        found += (2 * (right ^ up) + up) * 4.0 ** (2 - bit)
    return (found + 0.5) / 64
