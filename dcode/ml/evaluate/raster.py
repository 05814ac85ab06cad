"""The canonical picture of a drawing: what a person is shown of it, the same size for all engines.

The bounding box fills 120 x 120 pixels in the middle of 128 x 128; lines are 2 pixels wide, drawn at four times the
size and averaged; 0 for paper, 1 for ink, row 0 at the top.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw

from dcode.geometry.lines import Lines

SIDE: Final = 128
_BOX, _WIDTH, _FINER = 120.0, 2.0, 4

Ink = npt.NDArray[np.float32]


def raster(lines: Lines) -> Ink:
    """The picture, shape (128, 128); white where there is nothing."""
    bounds, size = lines.bounds, SIDE * _FINER
    canvas = Image.new("L", (size, size), 0)
    if bounds is not None:
        extent = max(bounds.width, bounds.height)
        scale = _BOX * _FINER / extent if extent > 0 else 0.0
        _draw(ImageDraw.Draw(canvas), Lines((lines.points - bounds.centre) * (scale, -scale) + size / 2, lines.starts))
    fine = np.asarray(canvas, dtype=np.float32) / np.float32(255)
    return np.asarray(fine.reshape(SIDE, _FINER, SIDE, _FINER).mean(axis=(1, 3)), dtype=np.float32)


def _draw(pen: ImageDraw.ImageDraw, lines: Lines) -> None:
    """Lines with round corners and ends; a dot is a disc."""
    radius = _WIDTH * _FINER / 2
    for line in lines:
        points = [(float(x), float(y)) for x, y in line]
        if len(points) > 1:
            pen.line(points, fill=255, width=round(2 * radius), joint="curve")
        for x, y in (points[0], points[-1]):
            pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)
