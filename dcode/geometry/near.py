"""Which points are near which, by a grid of cells."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Offsets, Points

# The cell itself and half of its neighbours: the other half finds the same pairs from the other side.
_STEPS: Final = ((0, 0), (1, 0), (-1, 1), (0, 1), (1, 1))


def near_pairs(points: Points, tolerance: float, most: int) -> npt.NDArray[np.int64]:
    """Pairs (i, j), i < j, of points at most `tolerance` mm apart, shape (n, 2), without an order.

    Within a crowd a point is compared with `most` others of a cell at the most, so that a thousand points on one spot
    give thousands of pairs and not a million: the pairs are then some of those that there are.
    """
    if len(points) < 2:
        return np.empty((0, 2), dtype=np.int64)
    side = max(tolerance, 1e-9)
    cells = np.floor((points - points.min(axis=0)) / side).astype(np.int64)
    span = int(cells[:, 0].max()) + 3
    key = (cells[:, 1] + 1) * span + cells[:, 0] + 1
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    found = []
    for across, up in _STEPS:
        wanted = ordered + up * span + across
        begin = np.searchsorted(ordered, wanted, side="left")
        if (across, up) == (0, 0):
            begin = np.arange(1, len(ordered) + 1)  # in its own cell: only what comes after it
        counts = np.clip(np.searchsorted(ordered, wanted, side="right") - begin, 0, most)
        found.append(_pairs(order, begin, counts))
    pairs = np.concatenate(found)
    apart = np.hypot(*(points[pairs[:, 0]] - points[pairs[:, 1]]).T)
    one, other = pairs[apart <= tolerance].T
    return np.stack([np.minimum(one, other), np.maximum(one, other)], axis=1)


def _pairs(order: Offsets, begin: Offsets, counts: Offsets) -> npt.NDArray[np.int64]:
    owner = np.repeat(np.arange(len(order)), counts)
    within = np.arange(len(owner)) - np.repeat(np.cumsum(counts) - counts, counts)
    return np.column_stack([order[owner], order[begin[owner] + within]])
