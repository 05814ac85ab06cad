"""Where the middle of a line is between the pixels, and how wide the line is there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Mask, Points
from dcode.geometry.skeleton.chains import Chains
from dcode.geometry.skeleton.depth import Depths
from dcode.geometry.skeleton.ink import Shares

_TANGENT: Final = 3  # pixels to either side that tell which way a chain goes
_WIDEST: Final = 9.0  # pixels of depth: in wider ink the middle of a skeleton is as good as it gets
_REACH: Final = 14  # pixels from the skeleton to either edge, at a slant
_NOTHING: Final = 13  # of 255: what is lighter is paper
_VALLEY: Final = 5  # of 255: by how much it gets darker again where another line begins
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


def centres(shares: Shares, chains: Chains, depth: Depths) -> Centres:
    """The centre of gravity of the ink along the row or the column of each pixel, whichever crosses its line."""
    owner = chains.owner
    here = np.arange(len(owner))
    before = np.maximum(here - _TANGENT, chains.starts[owner])
    after = np.minimum(here + _TANGENT, chains.starts[owner + 1] - 1)
    across = (chains.columns[after] - chains.columns[before]).astype(np.float64)
    down = (chains.rows[after] - chains.rows[before]).astype(np.float64)
    level = np.abs(down) >= np.abs(across)  # the row is what crosses the line
    length = np.maximum(np.hypot(across, down), 1.0)
    sums, moments = _profile(shares, chains, level, depth < _WIDEST)
    found = moments / sums
    moved = np.clip(found, -_FURTHEST, _FURTHEST)
    width = sums / 255.0 * np.maximum(np.where(level, np.abs(down), np.abs(across)) / length, 0.5)
    x = chains.columns + 0.5 + np.where(level, moved, 0.0)
    y = chains.rows + 0.5 + np.where(level, 0.0, moved)
    return Centres(np.stack([x, y], axis=1), np.where(depth < _WIDEST, width, 2 * depth - 1), np.abs(found))


def _profile(shares: Shares, chains: Chains, level: Mask, thin: Mask) -> tuple[Values, Values]:
    """How much ink there is in one piece along the row or column of each pixel, and its moment about the pixel."""
    wide = np.pad(shares, _REACH + 1)
    flat, side = wide.ravel(), wide.shape[1]
    at = (chains.rows + _REACH + 1) * side + chains.columns + _REACH + 1
    step = np.where(level, 1, side)
    own = np.maximum(flat[at].astype(np.int64), 1)
    sums, moments = own.copy(), np.zeros(len(at), dtype=np.int64)
    for way in (1, -1):
        active = np.flatnonzero(thin)
        last = own[active]
        place, stride = at[active], way * step[active]
        for away in range(1, _REACH + 1):
            place = place + stride
            tone = flat[place].astype(np.int64)
            goes_on = (tone > _NOTHING) & ~((tone > last + _VALLEY) & (last < 128))
            active, last, place, stride = active[goes_on], tone[goes_on], place[goes_on], stride[goes_on]
            sums[active] += last
            moments[active] += way * away * last
    return sums.astype(np.float64), moments.astype(np.float64)
