"""How deep in the ink a pixel lies: its distance from the nearest paper, which is half of how wide a line is."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

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
    2000: along the columns for all pixels, which are kept as squares with a pixel more on every side; then along the
    row of each one asked.
    """

    ink: Ink
    squares: npt.NDArray[np.int32]

    @classmethod
    def around(cls, ink: Ink, beyond: bool = False) -> Paper:
        """Around ink that ends where the picture does, or goes on beyond its edge."""
        height, width = ink.shape
        up = np.full((height + 2, width + 2), _FAR if beyond else 0, dtype=np.int32)
        inner = up[1:-1, 1:-1]
        for row in range(height):
            np.add(up[row, 1:-1], 1, out=inner[row])
            inner[row] *= ink[row]
        if beyond:
            np.minimum(up, _FAR, out=up)
        below = np.empty(width + 2, dtype=np.int32)
        for row in range(height, 0, -1):
            np.minimum(up[row], np.add(up[row + 1], 1, out=below), out=up[row])
        return cls(ink, up * up)

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
        width = self.ink.shape[1]
        flat, begins = self.squares.ravel(), rows * (width + 2) + width + 2
        best, active, step = flat[begins + columns + 1].astype(np.int64), np.arange(len(rows)), 0
        across = np.zeros(len(rows), dtype=np.int64)
        while len(active) and step < min(most, width + 1):
            step += 1
            active = active[best[active] > step * step]
            for way in (-step, step):
                square = flat[begins[active] + np.clip(columns[active] + 1 + way, 0, width + 1)] + step * step
                nearer = square < best[active]
                best[active[nearer]], across[active[nearer]] = square[nearer], way
        return best, across
