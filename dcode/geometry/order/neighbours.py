"""Which ends of strokes lie near each other, and the first order made from that."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from dcode.geometry.order.boxes import nearest_by_boxes
from dcode.geometry.order.kernels import Kernels

Nodes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
AT_A_TIME = 1 << 14  # pairs: more would not stay in the cache
WHILE_JOINING = 5  # neighbours of a free end of a chain


def nearest(kernels: Kernels, x: Floats, y: Floats, group: Nodes, wanted: int, largest: bool) -> Nodes:
    """Each point's nearest ones of other groups, of which none has more than two points.

    Shape (n, wanted): nearest first, of equally near ones the first first, -1 where there are no more.
    """
    count = len(x)
    if not count:
        return np.empty((0, wanted), dtype=np.int64)
    if kernels.way == "plain":
        return nearest_by_boxes(x, y, group, wanted, largest)
    room = np.zeros(wanted)
    tree = kernels.nearest(
        kernels.floats(x),
        kernels.floats(y),
        kernels.ints(group),
        kernels.floats(np.arange(count)),
        kernels.ints(np.arange(count)),
        kernels.ints(np.zeros(count)),
        kernels.ints(room),
        kernels.floats(room),
        largest,
    )
    near = kernels.ints(np.zeros(count * wanted))
    tree.find(wanted, near)
    return np.asarray(near, dtype=np.int64).reshape(count, wanted)


def among(kernels: Kernels, x: Floats, y: Floats, nodes: Nodes, group: Nodes, wanted: int, largest: bool) -> Nodes:
    """`nearest` among some nodes only: shape (n, wanted) for all n, -1 for the others."""
    found = nearest(kernels, x[nodes], y[nodes], group[nodes], wanted, largest)
    near = np.full((len(x), wanted), -1, dtype=np.int64)
    near[nodes] = np.where(found >= 0, nodes[found], -1)
    return near


def pairs(near: Nodes) -> tuple[Nodes, Nodes]:
    """The pairs of a node and a near one, without those that come again the other way round."""
    one = np.repeat(np.arange(len(near)), near.shape[1])
    other = near.ravel()
    mutual = np.empty(len(one), dtype=bool)
    for some in range(0, len(one), AT_A_TIME):
        part = slice(some, some + AT_A_TIME)
        mutual[part] = (near[other[part]] == one[part, None]).any(axis=1)
    kept = (other >= 0) & ((one < other) | ~mutual)
    return one[kept], other[kept]


def chain(kernels: Kernels, x: Floats, y: Floats, near: Nodes, placed: npt.NDArray[np.bool_], largest: bool) -> Any:
    """All strokes in one chain, shortest travels first: the node at which each is entered, as the kernels like it.

    `placed` tells which nodes are anywhere at all; those that are not end the chain.
    """
    count = len(x)
    mate = kernels.ints(np.full(count, -1))
    tail = kernels.ints(np.arange(count) ^ 1)
    chains = count // 2
    while True:
        one, other = pairs(near)
        dx, dy = np.abs(x[one] - x[other]), np.abs(y[one] - y[other])
        order = np.argsort(np.maximum(dx, dy) if largest else dx * dx + dy * dy, kind="stable")
        chains -= kernels.join(kernels.ints(one[order]), kernels.ints(other[order]), mate, tail)
        free = np.flatnonzero((np.asarray(mate) < 0) & placed)
        if chains <= 1:
            break
        group = np.minimum(np.arange(count), np.asarray(tail))
        near = among(kernels, x, y, free, group, WHILE_JOINING, largest)
    loose = np.flatnonzero(np.asarray(mate) < 0)
    unplaced = loose[~placed[loose]]
    tour = kernels.ints(np.zeros(count // 2))
    kernels.walk(int(unplaced[0] if len(unplaced) else loose[0]), mate, tour)
    return tour
