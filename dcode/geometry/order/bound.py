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

Most rounds only look for good prices, which takes no rigour: they have the few travels of each end that are cheapest at
the prices of a stage's beginning. Between stages one tree among all that are listed says how good the prices are.

A closed stroke may be entered anywhere: it counts as the circle around it, from edge to edge. That is safe and coarse.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from dcode.geometry.lines import Lines
from dcode.geometry.order.cost import Cost, PenUpLength
from dcode.geometry.order.kernels import Kernels, Way, kernels
from dcode.geometry.order.neighbours import Floats, Nodes, nearest, pairs
from dcode.geometry.order.sequence import closed

NEIGHBOURS: Final = 32  # of each end, for a tree that says something
WHILE_PRICING: Final = 6
STAGES: Final = 4
FIRST_STEP: Final = 0.5  # of the median travel
LAST_STEP: Final = 0.0067  # of the first
SLACK: Final = 1e-9  # of the bound: rounding must not lift it over the truth


@dataclass(frozen=True, slots=True)
class Travels:
    """Those that are listed, from and to, and what they cost at least; what an unlisted one from each node does.

    That is infinite where none is unlisted.
    """

    one: Nodes
    other: Nodes
    floor: Floats
    beyond: Floats

    def at(self, prices: Floats) -> Floats:
        return self.floor + prices[self.one] + prices[self.other]

    def cheapest(self, prices: Floats, near: Nodes, row_floor: Floats) -> Travels:
        """Those alone that are among the cheapest of one of their ends. `near` and `row_floor`: a row for each node."""
        if near.shape[1] <= WHILE_PRICING:
            return self
        dearest = np.partition(row_floor + prices[near], WHILE_PRICING - 1, axis=1)[:, WHILE_PRICING - 1]
        kept = self.floor + prices[self.other] <= dearest[self.one]
        kept |= self.floor + prices[self.one] <= dearest[self.other]
        return Travels(self.one[kept], self.other[kept], self.floor[kept], self.beyond)


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
    kernel, nodes, wanted = kernels(way), np.arange(len(x)), min(NEIGHBOURS, len(x) - 2)
    near = nearest(kernel, x, y, nodes // 2, wanted, cost.metric.largest)

    def at_least(here: Nodes, there: Nodes, other_radius: Floats | float) -> Floats:
        dx, dy = np.abs(x[here] - x[there]), np.abs(y[here] - y[there])
        apart: Floats = np.maximum(dx, dy) if cost.metric.largest else np.sqrt(dx * dx + dy * dy)
        return cost.of(np.maximum(0.0, apart - radius[here] - other_radius))

    one, other = pairs(near)
    all_listed = wanted == len(x) - 2
    beyond = np.full(len(x), np.inf) if all_listed else at_least(nodes, near[:, -1], float(radius.max()))
    travels = Travels(one, other, at_least(one, other, radius[other]), beyond)
    row_floor = at_least(nodes[:, None], near, radius[near])
    return _priced(travels, near, row_floor, rounds, kernel) * (1 - SLACK)


def _priced(travels: Travels, near: Nodes, row_floor: Floats, rounds: int, kernel: Kernels) -> float:
    """The best bound that prices found by so many rounds give."""
    prices, push = np.zeros(len(near)), np.zeros(len(near))
    step = FIRST_STEP * float(np.median(travels.floor))
    best, each = 0.0, -(-rounds // STAGES)
    for done in range(0, rounds, each):
        few = travels.cheapest(prices, near, row_floor)
        for _ in range(min(each, rounds - done)):
            _, degree = _tree(few, prices, kernel)
            push = 0.6 * (degree - 1.0) + 0.4 * push
            prices = np.maximum(0.0, prices + step * push)
            step *= LAST_STEP ** (1 / rounds)
        best = max(best, _tree(travels, prices, kernel)[0])
    return best


def _tree(travels: Travels, prices: Floats, kernel: Kernels) -> tuple[float, Nodes]:
    """What no order among the listed travels and the hub's costs less than, and the tree's travels at each node."""
    strokes, from_, to, weight, lowest = len(prices) // 2, travels.one, travels.other, travels.at(prices), 0.0
    hub = not np.isinf(travels.beyond[0])
    if hub:
        height = (travels.beyond + prices).reshape(-1, 2)
        from_ = np.concatenate([from_, 2 * np.arange(strokes) + height.argmin(axis=1)])
        to = np.concatenate([to, np.full(strokes, 2 * strokes)])
        weight, lowest = np.concatenate([weight, height.min(axis=1)]), float(height.min())
    degree = kernel.ints(np.zeros(2 * strokes + 2))
    tree = kernel.span(
        kernel.ints(np.argsort(weight, kind="stable")),
        kernel.ints(from_),
        kernel.ints(to),
        kernel.floats(weight),
        kernel.ints(np.arange(strokes + hub)),
        degree,
    )
    return tree - lowest - float(prices.sum()), np.asarray(degree)[: 2 * strokes]


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
