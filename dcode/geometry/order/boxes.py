"""The nearest neighbours of every point by numpy alone, where nearest.py is not compiled; they are the same.

The points are split at the middle, along the side on which they are longer, again and again, all boxes of a depth at
once. The points of a box and of those beside it bound how far the neighbours can be; only boxes within that are looked
at. Where many points share one place the first of them are enough: the others would come after them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Nodes = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Corners = tuple[Floats, Floats, Floats, Floats]  # the least x and y, the most x and y

IN_A_BOX = 6  # points at least
AT_A_TIME = 1 << 19  # distances


@dataclass(frozen=True, slots=True)
class Places:
    """Points, and one more that is infinitely far away and fills what is empty."""

    x: Floats
    y: Floats
    group: Nodes
    largest: bool

    @classmethod
    def of(cls, x: Floats, y: Floats, group: Nodes, largest: bool) -> Places:
        return cls(np.append(x, np.inf), np.append(y, np.inf), np.append(group, -1), largest)

    @property
    def nobody(self) -> int:
        return len(self.x) - 1

    def apart(self, dx: Floats, dy: Floats) -> Floats:
        """The square of the distance, to the last bit as nearest.py has it."""
        dx, dy = dx * dx, dy * dy
        return np.maximum(dx, dy) if self.largest else dx + dy

    def from_to(self, points: Nodes, others: Nodes) -> Floats:
        """From each point to its row of others; infinite to those of its own group."""
        found = self.apart(self.x[points][:, None] - self.x[others], self.y[points][:, None] - self.y[others])
        found[self.group[points][:, None] == self.group[others]] = np.inf
        return found


def nearest_by_boxes(x: Floats, y: Floats, group: Nodes, wanted: int, largest: bool) -> Nodes:
    """Each point's nearest ones of other groups, of which none has more than two points.

    Shape (n, wanted): nearest first, of equally near ones the first first, -1 where there are no more.
    """
    places = Places.of(x, y, group, largest)
    points, first = _first_of_each_place(x, y, wanted + 2)
    boxes = _boxes(x, y, points, places.nobody)
    corners = _corners(places, boxes)
    home = np.empty(len(x), dtype=np.int64)
    home[boxes[boxes < places.nobody]] = np.repeat(np.arange(len(boxes)), (boxes < places.nobody).sum(axis=1))
    home = home[first]
    bound = _bounds(places, boxes, home, wanted)
    found = np.full((len(x), wanted), -1, dtype=np.int64)
    for some, others in _to_look_at(places, boxes, corners, home, bound):
        found[some] = _chosen(places.from_to(some, others), others, wanted)
    return found


def _first_of_each_place(x: Floats, y: Floats, most: int) -> tuple[Nodes, Nodes]:
    """Up to so many points of each place, from left to right; and each point's first of its place."""
    order = np.lexsort((y, x))
    new = np.append(True, (np.diff(x[order]) != 0) | (np.diff(y[order]) != 0))
    begin = np.flatnonzero(new)[np.cumsum(new) - 1]
    first = np.empty(len(x), dtype=np.int64)
    first[order] = order[begin]
    return order[np.arange(len(x)) - begin < most], first


def _boxes(x: Floats, y: Floats, points: Nodes, nobody: int) -> Nodes:
    """The points in boxes of equal size, a power of two of them: shape (boxes, size), filled up with nobody."""
    depth = max(0, (len(points) // IN_A_BOX).bit_length() - 1)
    size = -(-len(points) // (1 << depth))
    spare = (size << depth) - len(points)
    fill = np.arange(spare) * len(points) // max(spare, 1)  # they stand in for points from all over
    row = np.append(points, points[fill])[None, :]
    who = np.append(points, np.full(spare, nobody))[None, :]
    while row.shape[1] > size:
        here_x, here_y = x[row], y[row]
        tall = np.ptp(here_y, axis=1) > np.ptp(here_x, axis=1)
        order = np.argpartition(np.where(tall[:, None], here_y, here_x), row.shape[1] // 2, axis=1)
        row, who = (np.take_along_axis(each, order, axis=1).reshape(2 * len(each), -1) for each in (row, who))
    return who


def _corners(places: Places, boxes: Nodes) -> list[Corners]:
    """Of the boxes at every depth, from the one around all of them on."""
    x, y = places.x[boxes], places.y[boxes]
    real = boxes < places.nobody
    low = [np.min(each, axis=1) for each in (x, y)]
    high = [np.max(each, axis=1, where=real, initial=-np.inf) for each in (x, y)]
    found: list[Corners] = [(low[0], low[1], high[0], high[1])]
    while len(found[-1][0]) > 1:
        left, bottom, right, top = (each.reshape(-1, 2) for each in found[-1])
        found.append((left.min(axis=1), bottom.min(axis=1), right.max(axis=1), top.max(axis=1)))
    return found[::-1]


def _bounds(places: Places, boxes: Nodes, home: Nodes, wanted: int) -> Floats:
    """No neighbour of a point is farther, squared: so many are in its own box and those beside it."""
    while boxes.shape[1] < 2 * wanted + 2 and len(boxes) > 1:
        boxes, home = boxes.reshape(len(boxes) // 2, -1), home // 2
    if boxes.shape[1] < wanted:
        return np.full(len(home), np.inf)
    found = np.empty(len(home))
    step = max(1, AT_A_TIME // boxes.shape[1])
    for begin in range(0, len(home), step):
        some = np.arange(begin, min(begin + step, len(home)))
        found[some] = np.partition(places.from_to(some, boxes[home[some]]), wanted - 1, axis=1)[:, wanted - 1]
    return found


def _to_look_at(
    places: Places, boxes: Nodes, corners: list[Corners], home: Nodes, bound: Floats
) -> Iterator[tuple[Nodes, Nodes]]:
    """Points, and for each a row of those that may be its neighbours."""
    widest = np.zeros(len(boxes))
    np.maximum.at(widest, home, bound)
    here, there = np.arange(len(boxes)), np.zeros(len(boxes), dtype=np.int64)
    left, bottom, right, top = corners[-1]
    for low_x, low_y, high_x, high_y in corners[1:]:
        here, there = np.repeat(here, 2), np.repeat(2 * there, 2)
        there[1::2] += 1
        dx = np.maximum(np.maximum(low_x[there] - right[here], left[here] - high_x[there]), 0)
        dy = np.maximum(np.maximum(low_y[there] - top[here], bottom[here] - high_y[there]), 0)
        near = places.apart(dx, dy) <= widest[here]
        here, there = here[near], there[near]
    # `here` ascends: each box's others are a run of `there`.
    begin, end = np.searchsorted(here, home), np.searchsorted(here, home, side="right")
    count = end - begin
    point = np.repeat(np.arange(len(home)), count)
    there = there[np.arange(len(point)) + np.repeat(begin - np.append(0, np.cumsum(count)[:-1]), count)]
    x, y = places.x[point], places.y[point]
    dx = np.maximum(np.maximum(left[there] - x, x - right[there]), 0)
    dy = np.maximum(np.maximum(bottom[there] - y, y - top[there]), 0)
    near = places.apart(dx, dy) <= bound[point]
    there, count = there[near], np.bincount(point[near], minlength=len(home))
    begin = np.cumsum(count) - count
    for several in np.flatnonzero(np.bincount(count)):
        alike = np.flatnonzero(count == several)
        step = max(1, AT_A_TIME // (int(several) * boxes.shape[1]))
        for some in (alike[at : at + step] for at in range(0, len(alike), step)):
            rows = there[begin[some][:, None] + np.arange(several)]
            yield some, boxes[rows].reshape(len(some), -1)


def _chosen(apart: Floats, others: Nodes, wanted: int) -> Nodes:
    """The nearest of each row, of equally near ones the first first."""
    if apart.shape[1] > wanted:
        part = np.argpartition(apart, wanted - 1, axis=1)[:, :wanted]
        few, near = np.take_along_axis(apart, part, axis=1), np.take_along_axis(others, part, axis=1)
        tied = np.flatnonzero(np.count_nonzero(apart <= few.max(axis=1)[:, None], axis=1) > wanted)
        if len(tied):
            few[tied], near[tied] = _sorted(apart[tied], others[tied], wanted)
        apart, others = few, near
    apart, others = _sorted(apart, others, wanted)
    found = np.full((len(apart), wanted), -1, dtype=np.int64)
    found[:, : apart.shape[1]] = np.where(np.isinf(apart), -1, others)
    return found


def _sorted(apart: Floats, others: Nodes, wanted: int) -> tuple[Floats, Nodes]:
    order = np.lexsort((others, apart), axis=1)[:, :wanted]
    return np.take_along_axis(apart, order, axis=1), np.take_along_axis(others, order, axis=1)
