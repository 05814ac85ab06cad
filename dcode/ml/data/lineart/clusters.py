"""Which drawings look the same: blurred small pictures of them compared.

A drawing's bounding box fills 80 of 96 pixels; its ink is blurred with a sigma of 2 and shrunk to 32 x 32. Two drawings
whose pictures have a cosine above 0.97 are near-duplicates, also when one is the mirror image of the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Lines

ALIKE: Final = 0.97
_SIDE, _SMALL, _SIGMA = 96, 32, 2.0
_BOX: Final = 80.0
_ROWS: Final = 512  # drawings compared with all others at a time

Pictures = npt.NDArray[np.float32]  # shape (n, 1024), each of length 1


def pictures(drawings: Sequence[Lines]) -> Pictures:
    """The small blurred pictures."""
    shrink = _shrink()
    found = np.zeros((len(drawings), _SMALL, _SMALL), dtype=np.float32)
    for index, lines in enumerate(drawings):
        found[index] = shrink @ _ink(lines) @ shrink.T
    flat = found.reshape(len(drawings), -1)
    return np.asarray(flat / np.maximum(np.linalg.norm(flat, axis=1, keepdims=True), 1e-9), dtype=np.float32)


def mirrored(images: Pictures) -> Pictures:
    """The pictures with left and right exchanged."""
    return np.ascontiguousarray(images.reshape(-1, _SMALL, _SMALL)[:, :, ::-1]).reshape(images.shape)


def near_pairs(images: Pictures, limit: float) -> npt.NDArray[np.int64]:
    """Pairs (i, j), i < j, whose cosine is above the limit, mirrored or not, shape (n, 2)."""
    flipped, pairs = mirrored(images), []
    for first in range(0, len(images), _ROWS):
        block = images[first : first + _ROWS]
        cosine = np.maximum(block @ images[first:].T, block @ flipped[first:].T)
        one, other = np.nonzero(cosine > limit)
        later = other > one
        pairs.append(np.stack([one[later], other[later]], axis=1) + first)
    return np.concatenate(pairs) if pairs else np.empty((0, 2), dtype=np.int64)


def _ink(lines: Lines) -> npt.NDArray[np.float32]:
    """A picture of the lines, about 1 where one runs, each point shared out among four pixels, row 0 at the top."""
    bounds = lines.bounds
    picture = np.zeros((_SIDE, _SIDE), dtype=np.float32)
    if bounds is None:
        return picture
    scale = _BOX / max(bounds.right - bounds.left, bounds.top - bounds.bottom, 1e-9)
    points = (lines.points - bounds.centre) * (scale, -scale) + _SIDE / 2
    begin, way = points[:-1], np.diff(points, axis=0)
    drawn = np.ones(len(begin), dtype=bool)
    drawn[lines.starts[1:-1] - 1] = False
    begin, way = begin[drawn], way[drawn]
    counts = np.ceil(np.hypot(way[:, 0], way[:, 1]) * 2).astype(int) + 1
    owner = np.repeat(np.arange(len(begin)), counts)
    share = (np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)) / counts[owner]
    at = begin[owner] + way[owner] * share[:, None] - 0.5
    cell = np.floor(at).astype(int)
    right, down = (at - cell).T
    for below, beside, part in (
        (0, 0, (1 - down) * (1 - right)),
        (0, 1, (1 - down) * right),
        (1, 0, down * (1 - right)),
        (1, 1, down * right),
    ):
        np.add.at(picture, (cell[:, 1] + below, cell[:, 0] + beside), part / 2)  # two samples a pixel
    return np.minimum(picture, 1.0)


def _shrink() -> npt.NDArray[np.float32]:
    """The matrix that blurs a column of 96 and takes means of 3, shape (32, 96)."""
    at = np.arange(_SIDE)
    blur = np.exp(-((at[:, None] - at[None]) ** 2) / (2 * _SIGMA**2))
    blur /= blur.sum(axis=1, keepdims=True)
    return np.asarray(blur.reshape(_SMALL, _SIDE // _SMALL, _SIDE).mean(axis=1), dtype=np.float32)
