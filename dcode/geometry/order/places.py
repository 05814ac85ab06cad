"""How far ends of strokes are from each other at least, a closed one entered at whichever of its corners is nearest."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import numpy.typing as npt

from dcode.geometry.lines import Lines, ranges
from dcode.geometry.order.cost import Cost
from dcode.geometry.order.neighbours import Floats, Nodes
from dcode.geometry.order.sequence import closed

MOST_APART: Final = 20_000_000  # pairs of points that are measured: about half a second
AT_ONCE: Final = 2_000_000  # of them


@dataclass(frozen=True, slots=True)
class Ends:
    """Node 2s and 2s + 1 for stroke s: where it is, and how far the seam of a closed one may be from there.

    Where a node may be exactly: `points` from first[n] on, `many[n]` of them.
    """

    x: Floats
    y: Floats
    radius: Floats
    points: Floats
    first: Nodes
    many: Nodes
    largest: bool

    @classmethod
    def of(cls, lines: Lines, cost: Cost, seams: bool) -> Ends:
        places = cost.metric.places(lines.points)
        begin, after = lines.starts[:-1], lines.starts[1:]
        first, last, radius = places[begin], places[after - 1], np.zeros(len(lines))
        free = closed(lines) if seams else np.zeros(len(lines), dtype=bool)
        if free.any():
            low, high = (each.reduceat(places, begin, axis=0) for each in (np.minimum, np.maximum))
            first = np.where(free[:, None], (low + high) / 2, first)
            last = np.where(free[:, None], first, last)
            off = places - np.repeat(first, after - begin, axis=0)
            away = np.abs(off).max(axis=1) if cost.metric.largest else np.sqrt((off**2).sum(axis=1))
            radius = np.where(free, np.maximum.reduceat(away, begin), 0.0)
        ends = np.stack([first, last], axis=1).reshape(-1, 2)
        starts = np.stack([begin, np.where(free, begin, after - 1)], axis=1).ravel()
        many = np.repeat(np.where(free, after - begin - 1, 1), 2)
        return cls(
            ends[:, 0].copy(), ends[:, 1].copy(), np.repeat(radius, 2), places, starts, many, cost.metric.largest
        )

    def __len__(self) -> int:
        return len(self.x)

    def roughly(self, one: Nodes, other: Nodes) -> Floats:
        """How far nodes are apart at least, by the circles around closed strokes; both of any shape."""
        dx, dy = np.abs(self.x[one] - self.x[other]), np.abs(self.y[one] - self.y[other])
        apart: Floats = np.maximum(dx, dy) if self.largest else np.sqrt(dx * dx + dy * dy)
        return np.maximum(0.0, apart - self.radius[one] - self.radius[other])

    def apart(self, one: Nodes, other: Nodes) -> Floats:
        """The same for pairs of nodes, exactly for those that may be nearest, as far as there is time."""
        found = self.roughly(one, other)
        round_ = np.flatnonzero((self.radius[one] > 0) | (self.radius[other] > 0))
        if not len(round_):
            return found
        # Both nodes of a closed stroke are the same places: its first one stands for it.
        a, b = (np.where(self.radius[ends] > 0, ends & ~1, ends)[round_] for ends in (one, other))
        low, high = np.minimum(a, b), np.maximum(a, b)
        order = np.lexsort((high, low))
        low, high, nearest = low[order], high[order], found[round_][order]
        new = np.ones(len(order), dtype=bool)
        new[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
        pair = np.cumsum(new) - 1  # of each in this order
        low, high, nearest = low[new], high[new], nearest[new]
        spent = np.argsort(nearest, kind="stable")
        spent = spent[np.cumsum(self.many[low[spent]] * self.many[high[spent]]) <= MOST_APART]
        spent.sort()
        nearest[spent] = np.maximum(nearest[spent], self._exactly(low[spent], high[spent]))
        found[round_[order]] = nearest[pair]
        return found

    def _exactly(self, one: Nodes, other: Nodes) -> Floats:
        """How far the nearest points of nodes are apart; equal ones of `one` stand together."""
        found = np.empty(len(one))
        edges = [0, *(np.flatnonzero(one[1:] != one[:-1]) + 1).tolist(), len(one)] if len(one) else []
        for begin, end in pairwise(edges):
            here = self.points[ranges(self.first[one[begin : begin + 1]], self.many[one[begin : begin + 1]])]
            step = begin
            while step < end:
                sizes = np.cumsum(self.many[other[step:end]]) * len(here)
                stop = step + max(1, int(np.searchsorted(sizes, AT_ONCE)))
                stop = min(stop, end)
                count = self.many[other[step:stop]]
                there = self.points[ranges(self.first[other[step:stop]], count)]
                off = np.abs(here[:, None, :] - there[None, :, :])
                apart = off.max(axis=2) if self.largest else np.sqrt((off * off).sum(axis=2))
                found[step:stop] = np.minimum.reduceat(apart.min(axis=0), np.cumsum(count) - count)
                step = stop
        return found


def least_between(one: Lines, other: Lines) -> float:
    """The shortest travel from a stroke of one drawing to a stroke of another, mm; 0 where that takes long to tell."""
    here, there = (lines.points[_enterable(lines)] for lines in (one, other))
    if not len(here) or not len(there) or len(here) * len(there) > MOST_APART:
        return 0.0
    least, rows = np.inf, max(1, AT_ONCE // len(there))
    for some in range(0, len(here), rows):
        off = here[some : some + rows, None, :] - there[None, :, :]
        least = min(least, float((off * off).sum(axis=2).min()))
    return float(np.sqrt(least))


def _enterable(lines: Lines) -> npt.NDArray[np.bool_]:
    """Which points strokes may begin or end at."""
    found = np.repeat(closed(lines), np.diff(lines.starts))
    found[lines.starts[:-1]] = found[lines.starts[1:] - 1] = True
    return found
