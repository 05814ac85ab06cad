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

A closed stroke may be entered at any corner: it counts as the nearest of them to each other end or, where that would
take long to find out, as the circle around it. The largest of them are near everything, and have all their travels
listed: they would bring all that is not listed down to nothing.

Of a handful of strokes the best order itself is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from dcode.geometry.lines import Lines
from dcode.geometry.order.cost import Cost, PenUpLength
from dcode.geometry.order.few import are_few, best_of_all
from dcode.geometry.order.kernels import Kernels, Way, kernels
from dcode.geometry.order.neighbours import Floats, Nodes, among, pairs
from dcode.geometry.order.places import Ends

NEIGHBOURS: Final = 32  # of each end, for a tree that says something
ALL: Final = 600  # ends, of which all travels are listed
LARGE: Final = 8  # closed strokes of which all travels are listed
WHILE_PRICING: Final = 6
WHILE_PRICING_ALL: Final = 12  # where all are listed: closed strokes are near many, and there is time
ROUNDS_ALL: Final = 4  # times as many there
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

    def cheapest(self, kept: int, prices: Floats, near: Nodes, row_floor: Floats) -> Travels:
        """Those alone that are among the cheapest of one of their ends. `near` and `row_floor`: a row for each node."""
        if near.shape[1] <= kept:
            return self
        dearest = np.partition(row_floor + prices[near], kept - 1, axis=1)[:, kept - 1]
        cheap = self.floor + prices[self.other] <= dearest[self.one]
        cheap |= self.floor + prices[self.one] <= dearest[self.other]
        return Travels(self.one[cheap], self.other[cheap], self.floor[cheap], self.beyond)


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
    ends = Ends.of(lines, cost, seams)
    if are_few(len(lines), len(ends)):
        return _of_few(ends, cost) * (1 - SLACK)
    kernel = kernels(way)
    near, beyond = _near(ends, kernel, cost)
    one, other = pairs(near)
    near_cost = cost.of(ends.roughly(np.arange(len(ends))[:, None], near).ravel()).reshape(near.shape)
    near_cost[near < 0] = np.inf
    travels = Travels(one, other, cost.of(ends.apart(one, other)), beyond)
    return _priced(travels, near, near_cost, rounds, kernel) * (1 - SLACK)


def _of_few(ends: Ends, cost: Cost) -> float:
    """The best of all orders, the corner at which a closed stroke is entered no matter for where it is left."""
    nodes = np.arange(len(ends))
    apart = ends.apart(np.repeat(nodes, len(ends)), np.tile(nodes, len(ends)))
    way = cost.of(apart).reshape(len(ends), -1)[nodes ^ 1]
    return best_of_all(nodes // 2, way, np.zeros(len(ends)), np.zeros(len(ends)))[1]


def _near(ends: Ends, kernel: Kernels, cost: Cost) -> tuple[Nodes, Floats]:
    """For each node those to which travels are listed, a row each, and what one that is not listed costs at least."""
    count = len(ends)
    nodes = np.arange(count)
    if count <= ALL:
        others = np.tile(nodes, (count, 1))[nodes[:, None] // 2 != nodes // 2].reshape(count, -1)
        return others, np.full(count, np.inf)
    large = np.argsort(-ends.radius[::2], kind="stable")[:LARGE]
    large = large[ends.radius[2 * large] > 0]
    is_large = np.zeros(count, dtype=bool)
    is_large[2 * large] = is_large[2 * large + 1] = True
    small = nodes[~is_large]
    wanted = min(NEIGHBOURS, len(small) - 2)
    near = among(kernel, ends.x, ends.y, small, nodes // 2, wanted, ends.largest)
    beyond = np.full(count, np.inf)
    if wanted < len(small) - 2:
        apart = ends.roughly(small, near[small, -1]) + ends.radius[near[small, -1]] - ends.radius[small].max()
        beyond[small] = cost.of(np.maximum(0.0, apart))
    large_nodes = nodes[is_large]
    for node in large_nodes.tolist():
        away = ends.roughly(small, np.full(len(small), node))
        near[node] = small[np.argpartition(away, wanted - 1)[:wanted]]
    to_large = np.tile(large_nodes, (count, 1))
    to_large[to_large // 2 == nodes[:, None] // 2] = -1
    return np.concatenate([near, to_large], axis=1), beyond


def _priced(travels: Travels, near: Nodes, row_floor: Floats, rounds: int, kernel: Kernels) -> float:
    """The best bound that prices found by so many rounds give."""
    prices, push = np.zeros(len(near)), np.zeros(len(near))
    nearest = min(NEIGHBOURS, near.shape[1])
    short = np.partition(row_floor, nearest - 1, axis=1)[:, :nearest]
    step = FIRST_STEP * float(np.median(short[np.isfinite(short)]))
    kept, rounds = (WHILE_PRICING, rounds) if len(near) > ALL else (WHILE_PRICING_ALL, ROUNDS_ALL * rounds)
    best, each = max(0.0, _tree(travels, prices, kernel)[0]), -(-rounds // STAGES)
    for done in range(0, rounds, each):
        few = travels.cheapest(kept, prices, near, row_floor)
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
    hub = not np.isinf(travels.beyond).all()
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
