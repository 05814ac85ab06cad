"""Kernel: a smallest spanning tree from sorted edges, with the degree it gives to every node.

Compiled as `_spanning` with the types of `_spanning.pxd`; see `kernels.py`. Kruskal's method, paths halved (Tarjan).
"""

from __future__ import annotations

from collections.abc import MutableSequence

Ints = MutableSequence[int]
Floats = MutableSequence[float]


def root(parent: Ints, stroke: int) -> int:
    while parent[stroke] != stroke:
        parent[stroke] = parent[parent[stroke]]
        stroke = parent[stroke]
    return stroke


def span(order: Ints, one: Ints, other: Ints, weight: Floats, parent: Ints, degree: Ints) -> float:
    """Join strokes by the edges in this `order` (ascending weight) until one tree is left; the tree's weight.

    `one` and `other` are nodes, two a stroke; `parent` is 0 to n-1 for n strokes, `degree` zeros for 2n nodes.
    """
    left = len(parent) - 1
    total = 0.0
    for i in range(len(order)):
        if left == 0:
            break
        edge = order[i]
        here = root(parent, one[edge] >> 1)
        there = root(parent, other[edge] >> 1)
        if here != there:
            parent[here] = there
            degree[one[edge]] += 1
            degree[other[edge]] += 1
            total += weight[edge]
            left -= 1
    return total
