"""A handful of strokes in the best of all orders (Held and Karp, 1962): there a search may sit in a hole for ever."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

FEW: Final = 8  # strokes; one more takes more than twice the time


def best_of_all(way: Sequence[Sequence[float]], begin: Sequence[float], end: Sequence[float]) -> list[int]:
    """The ends at which strokes are entered, in the order of the least cost.

    Ends are numbered 2s and 2s + 1 for stroke s. `way[a][b]` is the cost from end a to end b, `begin` of each end from
    where the pen starts, `end` from each to where it rests.
    """
    nodes = range(len(begin))
    best: dict[tuple[int, int], tuple[float, int]] = {(1 << (node >> 1), node): (begin[node], -1) for node in nodes}
    everything = (1 << len(begin) // 2) - 1
    for done in range(1, everything):
        for last in nodes:
            here = best.get((done, last))
            if here is None:
                continue
            for node in nodes:
                if done >> (node >> 1) & 1:
                    continue
                cost, key = here[0] + way[last ^ 1][node], (done | 1 << (node >> 1), node)
                if key not in best or cost < best[key][0]:
                    best[key] = cost, last
    last = min(nodes, key=lambda node: best[everything, node][0] + end[node ^ 1])
    tour, done = list[int](), everything
    while last >= 0:
        tour.append(last)
        done, last = done & ~(1 << (last >> 1)), best[done, last][1]
    return tour[::-1]
