"""Mean tones around places of a picture: what a mark of a screen stands for."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Points
from dcode.geometry.strokes.picture import Picture

Values = npt.NDArray[np.float64]


class Surroundings:
    """A picture with the sums of all that is above and left of each corner of its pixels: for means of rectangles."""

    def __init__(self, picture: Picture) -> None:
        self.picture = picture
        height, width = picture.darkness.shape
        self._sums = np.zeros((height + 1, width + 1))
        self._sums[1:, 1:] = picture.darkness.cumsum(axis=0, dtype=np.float64).cumsum(axis=1)

    def mean(self, points: Points, side: float) -> Values:
        """The mean darkness of upright squares with sides of `side` mm around points in mm, shape (..., 2) to (...).

        Pixels count in part, and only what is in the picture; of a point outside, the nearest one inside is meant.
        """
        picture = self.picture
        height, width = picture.darkness.shape
        half = side / picture.pixel_mm / 2
        across = np.clip((points[..., 0] - picture.frame.left) / picture.pixel_mm, 0, width)
        down = np.clip((picture.frame.top - points[..., 1]) / picture.pixel_mm, 0, height)
        left, right = np.maximum(across - half, 0), np.minimum(across + half, width)
        above, below = np.maximum(down - half, 0), np.minimum(down + half, height)
        inked = self._up_to(below, right) - self._up_to(above, right)
        inked += self._up_to(above, left) - self._up_to(below, left)
        return np.asarray(np.clip(inked / ((right - left) * (below - above)), 0.0, 1.0))

    def _up_to(self, rows: Values, columns: Values) -> Values:
        """The sums at any place: exact, as a pixel is the same all over."""
        height, width = self._sums.shape
        above, left = np.minimum(rows.astype(np.int64), height - 2), np.minimum(columns.astype(np.int64), width - 2)
        down, across = rows - above, columns - left
        sums, corner = self._sums.ravel(), above * width + left
        upper = sums[corner] * (1 - across) + sums[corner + 1] * across
        lower = sums[corner + width] * (1 - across) + sums[corner + width + 1] * across
        return np.asarray(upper * (1 - down) + lower * down)
