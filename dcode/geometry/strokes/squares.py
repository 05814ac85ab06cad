"""A grid of boxes, in each of them squares around its middle: the darker it is, the larger they are.

The original's converter draws one square to a box, by the pixel in its middle. Here it is the mean of the box, and
there are smaller squares inside the first, `spacing` from each other.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.errors import DrawingError
from dcode.geometry.lines import Lines, Points, ranges
from dcode.geometry.strokes.options import option
from dcode.geometry.strokes.picture import Picture, darkness_of

_MOST_SQUARES: Final = 2_000_000  # 160 MB, and more than any pen survives
_CORNERS: Final = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1), (-1, -1)], dtype=np.float64)

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Options:
    """How large the boxes are and what is drawn in them."""

    box_size: float = option(8.0, "the side of a box", unit="mm", low=0.5, high=200)
    cutoff: int = option(128, "the grey from which on a box stays empty; 255 draws all but paper", low=1, high=255)
    spacing: float = option(
        2.0, "between the squares in a box; 0 draws one square to a box", unit="mm", low=0, high=100
    )
    smallest: float = option(1.0, "the side of the smallest square", unit="mm", low=0.1, high=100)


def convert(picture: Picture, options: Options) -> Lines:
    """The squares, closed, each box's from outside to inside, the boxes row by row from the bottom, to and fro.

    Raises DrawingError for more than can be drawn.
    """
    centres, tones = _boxes(picture, options.box_size)
    blank = darkness_of(options.cutoff)
    # The largest squares of two boxes are as far apart as those in a box, so that black is even; but never so close
    # that a side is drawn twice, nor so far that black is light.
    apart = min(max(options.spacing, options.box_size / 16), options.box_size / 4)
    half = (options.box_size - apart) / 2 * np.clip((tones - blank) / (1 - blank), 0.0, 1.0)
    room = half - options.smallest / 2
    inside = np.floor(np.maximum(room, 0.0) / options.spacing) if options.spacing > 0 else np.zeros(len(room))
    if inside.sum() > _MOST_SQUARES:
        raise DrawingError("there are too many squares: choose a wider spacing", limit=_MOST_SQUARES)
    counts = np.where(room >= 0, 1 + inside, 0).astype(np.int64)
    inner = ranges(np.zeros(len(counts), dtype=np.int64), counts)
    sides = np.repeat(half, counts) - options.spacing * inner
    points = np.repeat(centres, counts, axis=0)[:, None] + sides[:, None, None] * _CORNERS
    return Lines(points.reshape(-1, 2), np.arange(0, 5 * len(sides) + 1, 5, dtype=np.int64))


def _boxes(picture: Picture, side: float) -> tuple[Points, Values]:
    """The middles of the boxes that fit into the frame, around its middle, and the mean darkness of each."""
    from PIL import Image

    frame, pixel = picture.frame, picture.pixel_mm
    across, down = int(frame.width / side + 1e-9), int(frame.height / side + 1e-9)
    if not (across and down):
        return np.empty((0, 2)), np.empty(0)
    left, bottom = frame.centre[0] - across * side / 2, frame.centre[1] - down * side / 2
    height, width = picture.darkness.shape
    west, south = max(0.0, (left - frame.left) / pixel), min(height, (frame.top - bottom) / pixel)
    box = (west, max(0.0, south - down * side / pixel), min(width, west + across * side / pixel), south)
    means = Image.fromarray(picture.darkness).resize((across, down), Image.Resampling.BOX, box=box)
    tones = np.asarray(means, dtype=np.float64)[::-1].copy()
    column, row = np.meshgrid(np.arange(across), np.arange(down))
    column[1::2], tones[1::2] = column[1::2, ::-1], tones[1::2, ::-1]
    x, y = left + side * (column.ravel() + 0.5), bottom + side * (row.ravel() + 0.5)
    return np.column_stack([x, y]), tones.ravel()
