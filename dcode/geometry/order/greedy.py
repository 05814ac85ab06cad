"""Kernel: chains of strokes from the shortest travels first ("greedy edge").

Compiled as `_greedy` with the types of `_greedy.pxd`; see `kernels.py`. Nodes are the ends of strokes, as in search.py.
"""

from __future__ import annotations

from collections.abc import MutableSequence

Ints = MutableSequence[int]


def join(one: Ints, other: Ints, mate: Ints, tail: Ints) -> int:
    """Take the travels from `one` to `other` in this order where both ends are free and no circle closes.

    `mate` has the node at the other end of each node's travel, -1 where it has none; `tail` the other end of the chain
    that a free node ends. Both are worked on. How many were taken.
    """
    taken = 0
    for i in range(len(one)):
        left = one[i]
        right = other[i]
        if mate[left] < 0 and mate[right] < 0 and tail[left] != right:
            mate[left] = right
            mate[right] = left
            far = tail[left]
            end = tail[right]
            tail[far] = end
            tail[end] = far
            taken += 1
    return taken


def walk(node: int, mate: Ints, tour: Ints) -> None:
    """Fill `tour` with the nodes at which a chain's strokes are entered, from the one that `node` begins."""
    for i in range(len(tour)):
        tour[i] = node
        node = mate[node ^ 1]
