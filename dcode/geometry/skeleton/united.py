"""Which of many things belong together, by pairs that do."""

from __future__ import annotations

import numpy as np

from dcode.geometry.lines import Offsets


def united(count: int, pairs: Offsets) -> Offsets:
    """For each of `count` things the lowest of those that it belongs together with, over however many pairs (n, 2)."""
    leader = np.arange(count)
    while True:
        one, other = leader[pairs[:, 0]], leader[pairs[:, 1]]
        apart = one != other
        if not apart.any():
            return leader
        np.minimum.at(leader, np.maximum(one, other)[apart], np.minimum(one, other)[apart])
        while not np.array_equal(further := leader[leader], leader):
            leader = further
