"""Kernel: the nearest neighbours of every point among those of other groups, by a k-d tree.

Compiled as `_nearest` with the types of `_nearest.pxd`; see `kernels.py`. Where it is not compiled boxes.py finds the
same by numpy, five times as fast as this would. The tree is implicit: a range of `order` is a node, its middle the
split (Bentley, Multidimensional binary search trees, 1975). Unlike a grid it stays fast where most points lie in one
spot of a large sheet: those that share a place are split by their numbers.
"""

from __future__ import annotations

from collections.abc import MutableSequence

Ints = MutableSequence[int]
Floats = MutableSequence[float]

BY_NUMBER = 2


class Nearest:
    """`x` and `y` of n points and their `group`; `order` is 0 to n-1, `axis` n zeros: both are worked on.

    `number` is 0 to n-1: of equally near points the first are the nearest. `largest` tells that distance is the larger
    of the two differences and not the straight line.
    `best` and `distance` are room for the neighbours of one point.
    """

    def __init__(
        self,
        x: Floats,
        y: Floats,
        group: Ints,
        number: Floats,
        order: Ints,
        axis: Ints,
        best: Ints,
        distance: Floats,
        largest: bool,
    ) -> None:
        self.x = x
        self.y = y
        self.group = group
        self.number = number
        self.order = order
        self.axis = axis
        self.best = best
        self.distance = distance
        self.largest = largest
        self.leaf = 8
        self.count = 0
        self.wanted = 0
        self.build(0, len(order))

    def build(self, low: int, high: int) -> None:
        """Split the range at its middle, along the side on which it is longer."""
        if high - low <= self.leaf:
            return
        x, y, order = self.x, self.y, self.order
        left = right = x[order[low]]
        bottom = top = y[order[low]]
        for i in range(low + 1, high):
            here = x[order[i]]
            if here < left:
                left = here
            elif here > right:
                right = here
            here = y[order[i]]
            if here < bottom:
                bottom = here
            elif here > top:
                top = here
        middle = (low + high) // 2
        if left == right and bottom == top:
            self.axis[middle] = BY_NUMBER
            self.select(low, high - 1, middle, self.number)
        elif top - bottom > right - left:
            self.axis[middle] = 1
            self.select(low, high - 1, middle, y)
        else:
            self.select(low, high - 1, middle, x)
        self.build(low, middle)
        self.build(middle + 1, high)

    def select(self, low: int, high: int, middle: int, values: Floats) -> None:
        """Order the range so that no value before `middle` is larger and none after it smaller (Hoare's FIND)."""
        order = self.order
        while low < high:
            one, two, three = values[order[low]], values[order[(low + high) // 2]], values[order[high]]
            pivot = max(min(one, two), min(max(one, two), three))
            i, j = low, high
            while i <= j:
                while values[order[i]] < pivot:
                    i += 1
                while values[order[j]] > pivot:
                    j -= 1
                if i <= j:
                    other = order[i]
                    order[i] = order[j]
                    order[j] = other
                    i += 1
                    j -= 1
            if middle <= j:
                high = j
            elif middle >= i:
                low = i
            else:
                return

    def find(self, wanted: int, near: Ints) -> None:
        """Fill `near`, n rows of `wanted`: each point's neighbours, nearest first, then -1 where there are no more."""
        self.wanted = wanted
        total = len(self.order)
        for i in range(total):
            point = self.order[i]
            self.count = 0
            self.search(point, 0, total)
            for rank in range(wanted):
                near[point * wanted + rank] = self.best[rank] if rank < self.count else -1

    def search(self, point: int, low: int, high: int) -> None:
        """Look through a node, its nearer half first, the other one only if it can be near enough."""
        if high - low <= self.leaf:
            self.look(point, low, high)
            return
        middle = (low + high) // 2
        split = self.order[middle]
        if self.axis[middle] == BY_NUMBER:
            self.search(point, low, middle)
            if self.comes(self.apart(point, split), split):
                self.look(point, middle, middle + 1)
                self.search(point, middle + 1, high)
            return
        off = self.y[point] - self.y[split] if self.axis[middle] else self.x[point] - self.x[split]
        if off < 0:
            self.search(point, low, middle)
        else:
            self.search(point, middle + 1, high)
        if self.count == self.wanted and off * off > self.distance[self.wanted - 1]:
            return
        self.look(point, middle, middle + 1)
        if off < 0:
            self.search(point, middle + 1, high)
        else:
            self.search(point, low, middle)

    def apart(self, point: int, other: int) -> float:
        """The square of the distance."""
        dx = self.x[point] - self.x[other]
        dy = self.y[point] - self.y[other]
        dx *= dx
        dy *= dy
        if self.largest:
            return dx if dx > dy else dy
        return dx + dy

    def comes(self, apart: float, other: int) -> bool:
        """Whether a point is among the nearest so far."""
        if self.count < self.wanted:
            return True
        last = self.wanted - 1
        return apart < self.distance[last] or (apart == self.distance[last] and other < self.best[last])

    def look(self, point: int, low: int, high: int) -> None:
        """Insert what a leaf has into the nearest so far."""
        order, group, best, distance = self.order, self.group, self.best, self.distance
        own = group[point]
        for i in range(low, high):
            other = order[i]
            apart = self.apart(point, other)
            if group[other] == own or not self.comes(apart, other):
                continue
            if self.count < self.wanted:
                self.count += 1
            rank = self.count - 1
            while rank > 0 and (distance[rank - 1] > apart or (distance[rank - 1] == apart and best[rank - 1] > other)):
                distance[rank] = distance[rank - 1]
                best[rank] = best[rank - 1]
                rank -= 1
            distance[rank] = apart
            best[rank] = other
