"""Where the middle of a line is between the pixels, and how wide the line is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Mask, Points
from dcode.geometry.order.kernels import Way
from dcode.geometry.skeleton.chains import Chains
from dcode.geometry.skeleton.depth import Depths
from dcode.geometry.skeleton.ink import Shares
from dcode.geometry.skeleton.kernels import kernel

_TANGENT: Final = 3  # pixels to either side that tell which way a chain goes
_WIDEST: Final = 9.0  # pixels of depth: in wider ink the middle of a skeleton is as good as it gets
_FURTHEST: Final = 2.0  # pixels from the skeleton to the middle

Values = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Centres:
    """For each pixel of the chains the middle of its line, as x and y in pixels from the picture's upper left corner.

    `width` is how much ink there is across the line, in pixels; `moved` how far the middle is from the pixel's centre.
    """

    points: Points
    width: Values
    moved: Values


def centres(shares: Shares, chains: Chains, depth: Depths, way: Way | None = None) -> Centres:
    """The centre of gravity of the ink along the row or the column of each pixel, whichever crosses its line."""
    owner = chains.owner
    here = np.arange(len(owner))
    before = np.maximum(here - _TANGENT, chains.starts[owner])
    after = np.minimum(here + _TANGENT, chains.starts[owner + 1] - 1)
    across = (chains.columns[after] - chains.columns[before]).astype(np.float64)
    down = (chains.rows[after] - chains.rows[before]).astype(np.float64)
    level = np.abs(down) >= np.abs(across)  # the row is what crosses the line
    length = np.maximum(np.hypot(across, down), 1.0)
    sums, moments = _across(shares, chains, level, depth < _WIDEST, way)
    found = moments / sums
    moved = np.clip(found, -_FURTHEST, _FURTHEST)
    width = sums / 255.0 * np.maximum(np.where(level, np.abs(down), np.abs(across)) / length, 0.5)
    x = chains.columns + 0.5 + np.where(level, moved, 0.0)
    y = chains.rows + 0.5 + np.where(level, 0.0, moved)
    return Centres(np.stack([x, y], axis=1), np.where(depth < _WIDEST, width, 2 * depth - 1), np.abs(found))


def _across(shares: Shares, chains: Chains, level: Mask, thin: Mask, way: Way | None) -> tuple[Values, Values]:
    """How much ink there is in one piece along the row or column of each pixel, and its moment about the pixel."""
    found = kernel("across", way)
    sums, moments = (found.ints(np.zeros(len(level))) for _ in range(2))
    pixels = [found.ints(values) for values in (chains.columns, chains.rows, level, thin)]
    found.module.across(found.bytes(shares), shares.shape[1], shares.shape[0], *pixels, sums, moments)
    return np.asarray(sums, dtype=np.float64), np.asarray(moments, dtype=np.float64)
