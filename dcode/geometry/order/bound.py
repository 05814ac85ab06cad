"""A length below which no order can come: how far from the best one a found one is at most.

The travels of an order join all strokes into a tree in which every end has at most one travel. Give every end a price
p >= 0 for each travel there; then for the best order, and every other,

    cost >= (smallest tree by cost + prices) - (sum of prices)

whatever the prices are: good ones are found by subgradients, up where a tree gives an end too many travels (Held and
Karp, The traveling-salesman problem and minimum spanning trees, 1971, here with strokes for cities).

Only travels between near ends are listed, so the trees are made rigorous by a hub: a travel that is not listed costs at
least what the farthest listed one of each of its ends does, h. A hub with such edges joins, at every threshold, at
least what the unlisted travels would; counting components as Kruskal's method does, the smallest tree with the hub
weighs at most min h more than the true one.

A closed stroke may be entered anywhere: it counts as the circle around it, from edge to edge. That is safe and coarse.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from dcode.geometry.lines import Lines
from dcode.geometry.order.cost import Cost, PenUpLength
from dcode.geometry.order.kernels import Way, kernels
from dcode.geometry.order.neighbours import Floats, Nodes, nearest, pairs
from dcode.geometry.order.sequence import closed

NEIGHBOURS: Final = 12
SLACK: Final = 1e-9  # of the bound: rounding must not lift it over the truth


def lower_bound(
    lines: Lines,
    *,
    cost: Cost = PenUpLength(),  # noqa: B008  (frozen)
    seams: bool = True,
    rounds: int = 60,
    way: Way | None = None,
) -> float:
    """No order of `lines` costs less, in the unit of `cost`, wherever the pen starts; 0 for fewer than two strokes."""
    if len(lines) < 2:
        return 0.0
    x, y, radius = _ends(lines, cost, seams)
    one, other, floor, beyond = _travels(x, y, radius, cost, way)
    strokes, kernel = len(lines), kernels(way)
    hub = 2 * strokes
    prices = np.zeros(2 * strokes)
    push = np.zeros(2 * strokes)
    step = float(np.median(floor)) / 2
    best = 0.0
    for _ in range(rounds):
        height = (beyond + prices).reshape(-1, 2)
        nearer = 2 * np.arange(strokes) + height.argmin(axis=1)
        above = height.min(axis=1)
        if np.isinf(beyond[0]):  # all travels are listed
            from_, to, weight, lowest = one, other, floor + prices[one] + prices[other], 0.0
        else:
            from_, to = np.concatenate([one, nearer]), np.concatenate([other, np.full(strokes, hub)])
            weight, lowest = np.concatenate([floor + prices[one] + prices[other], above]), float(above.min())
        parent = np.arange(strokes + (len(from_) > len(one)))
        degree = kernel.ints(np.zeros(2 * strokes + 2))
        tree = kernel.span(
            kernel.ints(np.argsort(weight, kind="stable")),
            kernel.ints(from_),
            kernel.ints(to),
            kernel.floats(weight),
            kernel.ints(parent),
            degree,
        )
        best = max(best, tree - lowest - float(prices.sum()))
        push = 0.6 * (np.asarray(degree)[:hub] - 1.0) + 0.4 * push
        prices = np.maximum(0.0, prices + step * push)
        step *= 0.95
    return best * (1 - SLACK)


def _ends(lines: Lines, cost: Cost, seams: bool) -> tuple[Floats, Floats, Floats]:
    """The nodes' places, and how far a stroke's seam may be from there."""
    places = cost.metric.places(lines.points)
    first, last = places[lines.starts[:-1]], places[lines.starts[1:] - 1]
    radius = np.zeros(len(lines))
    if seams:
        free = closed(lines)
        low, high = (each.reduceat(places, lines.starts[:-1], axis=0) for each in (np.minimum, np.maximum))
        first = np.where(free[:, None], (low + high) / 2, first)
        last = np.where(free[:, None], first, last)
        off = places - np.repeat(first, np.diff(lines.starts), axis=0)
        away = np.abs(off).max(axis=1) if cost.metric.largest else np.sqrt((off**2).sum(axis=1))
        radius = np.where(free, np.maximum.reduceat(away, lines.starts[:-1]), 0.0)
    ends = np.stack([first, last], axis=1).reshape(-1, 2)
    return ends[:, 0].copy(), ends[:, 1].copy(), np.repeat(radius, 2)


def _travels(x: Floats, y: Floats, radius: Floats, cost: Cost, way: Way | None) -> tuple[Nodes, Nodes, Floats, Floats]:
    """The listed travels, from and to, what they cost at least, and what an unlisted one from each node does."""
    count, largest = len(x), cost.metric.largest
    wanted = min(NEIGHBOURS, count - 2)
    near = nearest(kernels(way), x, y, np.arange(count) // 2, wanted, largest)
    one, other = pairs(near)

    def apart(here: Nodes, there: Nodes) -> Floats:
        dx, dy = np.abs(x[here] - x[there]), np.abs(y[here] - y[there])
        found: Floats = np.maximum(dx, dy) if largest else np.sqrt(dx * dx + dy * dy)
        return found

    def at_least(distance: Floats) -> Floats:
        return cost.of(np.maximum(0.0, distance))

    floor = at_least(apart(one, other) - radius[one] - radius[other])
    if wanted == count - 2:
        return one, other, floor, np.full(count, np.inf)
    beyond = at_least(apart(np.arange(count), near[:, -1]) - radius - radius.max())
    return one, other, floor, beyond
