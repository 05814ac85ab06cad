"""Kernel: which ends are joined, of the pairs that could be.

Compiled as `_match` with the types of `_match.pxd`; see `kernels.py`.
"""

from __future__ import annotations

from collections.abc import MutableSequence

Ints = MutableSequence[int]
Floats = MutableSequence[float]


def match(
    one: Ints,
    other: Ints,
    costs: Floats,
    limit: float,
    margin: float,
    mates: Ints,
    free: Ints,
    follow: Ints,
    start: Ints,
    best: Floats,
    second: Floats,
) -> int:
    """Join the pairs of ends, cheapest first as they come, that cost up to the limit; how many.

    With a margin only those that are better by so much than all else that either end could be joined to: the clear
    cases, after which more is known about the others. `mates`, `free`, `follow` and `start` are told of it (see
    `link.py`, `fit.py`); `best` and `second`, room for a number an end, are the two lowest costs of each.
    """
    for end in range(len(best)):
        best[end] = 1e9
        second[end] = 1e9
    for i in range(len(costs)):
        for side in range(2):
            end = other[i] if side else one[i]
            if costs[i] < best[end]:
                second[end] = best[end]
                best[end] = costs[i]
            elif costs[i] < second[end]:
                second[end] = costs[i]
    joined = 0
    for i in range(len(costs)):
        if costs[i] > limit:
            break
        a = one[i]
        b = other[i]
        if not (free[a] and free[b]):
            continue
        if margin > 0.0:
            least = costs[i] + margin
            if best[a] < costs[i] or best[b] < costs[i] or second[a] < least or second[b] < least:
                continue
        mates[a] = b
        mates[b] = a
        free[a] = 0
        free[b] = 0
        follow[start[a] ^ 1] = start[b]
        follow[start[b] ^ 1] = start[a]
        joined += 1
    return joined
