"""A handful of strokes in the best of all orders (Held and Karp, 1962): there a search may sit in a hole for ever."""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

FEW: Final = 10  # strokes; one more takes more than twice the time
MOST_DOORS: Final = 1500
MOST_WAYS: Final = 30_000_000  # that are looked at: about a quarter of a second

Floats = npt.NDArray[np.float64]
Nodes = npt.NDArray[np.int64]


def are_few(strokes: int, doors: int) -> bool:
    """Whether all orders can be gone through in no time."""
    return 0 < strokes <= FEW and doors <= MOST_DOORS and (doors * doors << strokes) // 4 <= MOST_WAYS


def best_of_all(stroke: Nodes, way: Floats, begin: Floats, end: Floats) -> tuple[list[int], float]:
    """The doors at which strokes are entered, in the order of the least cost, and that cost.

    A stroke has a door for each way to draw it: two, or one for each corner that a closed one may begin at. Door d is
    of stroke `stroke[d]`, ascending from 0. `way[d, e]` is the cost from where a stroke entered at d is left to door e,
    `begin` of each door from where the pen starts, `end` from where it is left to where the pen rests.
    """
    everything = (1 << int(stroke[-1]) + 1) - 1
    best = np.full((everything + 1, len(stroke)), np.inf)
    came = np.full(best.shape, -1, dtype=np.int32)
    doors = np.arange(len(stroke))
    best[1 << stroke, doors] = begin
    for done in range(1, everything):
        is_done = (done >> stroke & 1).astype(bool)
        inside, outside = doors[is_done], doors[~is_done]
        ways = best[done, inside][:, None] + way[inside[:, None], outside]
        last = ways.argmin(axis=0)
        after = done | 1 << stroke[outside]
        best[after, outside] = ways[last, np.arange(len(outside))]
        came[after, outside] = inside[last]
    total = best[everything] + end
    door, done, tour = int(total.argmin()), everything, list[int]()
    least = float(total[door])
    while door >= 0:
        tour.append(door)
        door, done = int(came[done, door]), done & ~(1 << int(stroke[door]))
    return tour[::-1], least
