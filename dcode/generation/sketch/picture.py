"""Drawings as small grey pictures: what a recogniser looks at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Lines

SIDE: Final = 64  # pixels
_MARGIN: Final = 3.0  # pixels around the bounding box
_SAMPLES: Final = 2.0  # points a pixel of way

Pictures = npt.NDArray[np.float32]  # shape (n, SIDE, SIDE), 0 for paper, 1 for ink, row 0 at the top


def pictures(drawings: Sequence[Lines]) -> Pictures:
    """Each drawing filling its picture, aspect kept, lines one to two pixels wide."""
    return np.stack([_picture(lines) for lines in drawings]) if drawings else np.zeros((0, SIDE, SIDE), np.float32)


def _picture(lines: Lines) -> npt.NDArray[np.float32]:
    bounds, ink = lines.bounds, np.zeros((SIDE + 1, SIDE + 1), dtype=np.float32)
    if bounds is None:
        return ink[:SIDE, :SIDE]
    size = max(bounds.right - bounds.left, bounds.top - bounds.bottom)
    scale = (SIDE - 2 * _MARGIN) / size if size > 0 else 0.0
    points = (lines.points - bounds.centre) * (scale, -scale) + SIDE / 2 - 0.5
    at = _sampled(points, lines)
    cell = np.floor(at).astype(int)
    right, down = (at - cell).T
    for below, beside, share in (
        (0, 0, (1 - down) * (1 - right)),
        (0, 1, (1 - down) * right),
        (1, 0, down * (1 - right)),
        (1, 1, down * right),
    ):
        np.maximum.at(ink, (cell[:, 1] + below, cell[:, 0] + beside), share)
    return np.asarray(np.minimum(ink[:SIDE, :SIDE] * np.float32(2.0), 1.0), dtype=np.float32)


def _sampled(points: npt.NDArray[np.float64], lines: Lines) -> npt.NDArray[np.float64]:
    """Points along all strokes, half a pixel apart, and the points themselves."""
    begin, way = points[:-1], np.diff(points, axis=0)
    drawn = np.ones(len(begin), dtype=bool)
    drawn[lines.starts[1:-1] - 1] = False
    begin, way = begin[drawn], way[drawn]
    counts = np.ceil(np.hypot(way[:, 0], way[:, 1]) * _SAMPLES).astype(int) + 1
    owner = np.repeat(np.arange(len(begin)), counts)
    share = (np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)) / counts[owner]
    return np.concatenate([points, begin[owner] + way[owner] * share[:, None]])
