"""How deep in the ink a pixel lies: its distance from the nearest paper, which is half of how wide a line is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.order.kernels import Way
from dcode.geometry.skeleton.kernels import kernel
from dcode.geometry.skeleton.thin import Ink, Pixels

Depths = npt.NDArray[np.float64]


_TALL: Final = 4  # times as high as wide, and a picture is worked on lying down
_FAR: Final = 20_000  # pixels: further than any paper is in a picture of the size that is kept


def depths(ink: Ink, rows: Pixels, columns: Pixels, most: float = math.inf, *, beyond: bool = False) -> Depths:
    """For pixels of the ink how far their centres are from that of the nearest pixel that is not, exactly.

    Above `most` no more is said than that it is more. Beyond the picture's edge is paper, unless ink is said to go on.
    """
    if not len(rows):
        return np.empty(0)
    if ink.shape[0] > _TALL * ink.shape[1]:
        return Paper.around(np.ascontiguousarray(ink.T), beyond).depths(columns, rows, most)
    return Paper.around(ink, beyond).depths(rows, columns, most)


@dataclass(frozen=True, slots=True, eq=False)
class Paper:
    """What is not ink, made ready to be asked how far away it is.

    A. Meijster, J. Roerdink and W. Hesselink, "A general algorithm for computing distance transforms in linear time",
    2000: along the columns for all pixels, `down` is what is kept of that, with a pixel more on every side; then along
    the row of each one asked.
    """

    ink: Ink
    down: npt.NDArray[np.uint16]
    way: Way | None = None

    @classmethod
    def around(cls, ink: Ink, beyond: bool = False, way: Way | None = None) -> Paper:
        """Around ink that ends where the picture does, or goes on beyond its edge."""
        height, width = ink.shape
        down = np.full((height + 2, width + 2), _FAR if beyond else 0, dtype=np.uint16)
        rows, inner, held = list(down), list(down[:-1, 1:-1]), list(ink.astype(np.uint16))
        for row in range(height):
            np.add(inner[row], 1, out=inner[row + 1])
            np.multiply(inner[row + 1], held[row], out=inner[row + 1])
            if row % _FAR == _FAR - 1:
                np.minimum(inner[row + 1], _FAR, out=inner[row + 1])
        below = np.empty(width + 2, dtype=np.uint16)
        for row in range(height, 0, -1):
            np.add(rows[row + 1], 1, out=below)
            np.minimum(rows[row], below, out=rows[row])
        return cls(ink, np.minimum(down, _FAR, out=down), way)

    def depths(self, rows: Pixels, columns: Pixels, most: float = math.inf) -> Depths:
        """How far it is from each pixel; above `most` only that it is more."""
        return np.asarray(np.sqrt(self._nearest(rows, columns, most)[0]), dtype=np.float64)

    def nearest(self, rows: Pixels, columns: Pixels, most: float) -> tuple[Pixels, Pixels]:
        """The row and the column of the pixel of paper nearest to each; its own where it is further than `most`."""
        squares, across = self._nearest(rows, columns, most)
        across = np.where(squares <= most * most, across, 0)
        down = np.sqrt(np.where(squares <= most * most, squares - across * across, 0)).astype(np.int64)
        above, below = np.maximum(rows - down, 0), np.minimum(rows + down, self.ink.shape[0] - 1)
        return np.where(self.ink[above, columns + across], below, above), columns + across

    def _nearest(self, rows: Pixels, columns: Pixels, most: float) -> tuple[Pixels, Pixels]:
        """The squares of the distances, and to which column they are."""
        found, width = kernel("nearest", self.way), self.ink.shape[1]
        squares, across = found.floats(np.zeros(len(rows))), found.ints(np.zeros(len(rows)))
        down: Any = self.down.ravel() if found.way == "compiled" else self.down.ravel().tolist()
        found.module.nearest(down, width, found.ints(rows), found.ints(columns), most, squares, across)
        return np.asarray(squares, dtype=np.int64), np.asarray(across, dtype=np.int64)
