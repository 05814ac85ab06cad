"""Strokes to order, and the two ways of the kernels."""

from __future__ import annotations

import math
import random
from itertools import pairwise, permutations, product

import numpy as np
import pytest
from hypothesis import strategies as st

from dcode.geometry.lines import Lines
from dcode.geometry.order.kernels import kernels

Point = tuple[float, float]


def ways() -> list[str]:
    try:
        kernels("compiled")
    except ImportError:
        return ["plain"]
    return ["compiled", "plain"]


@pytest.fixture(params=ways())
def way(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def both() -> list[str]:
    if ways() == ["plain"]:
        pytest.skip("the kernels are not compiled here")
    return ways()


# Few places: dots, duplicates, ends that meet and closed strokes come up often.
points = st.tuples(*[st.integers(0, 6).map(float) | st.floats(0, 100, width=32)] * 2)
strokes = st.lists(points, min_size=1, max_size=6)
loops = st.lists(points, min_size=3, max_size=6).map(lambda corners: [*corners, corners[0]])
drawings = st.lists(strokes | loops, max_size=12).map(Lines.of)
small_drawings = st.lists(strokes, min_size=1, max_size=5).map(Lines.of)


def wild(count: int, seed: int = 1, closed: float = 0.3) -> Lines:
    """Strokes all over a sheet, some of them closed."""
    chance, found = random.Random(seed), []
    for _ in range(count):
        x, y = chance.uniform(0, 800), chance.uniform(0, 1000)
        line = [(x + chance.gauss(0, 20), y + chance.gauss(0, 20)) for _ in range(chance.randint(1, 6))]
        found.append([*line, line[0]] if chance.random() < closed else line)
    return Lines.of(found)


def travel(lines: Lines, start: Point | None = None, rest: Point | None = None) -> float:
    """The pen-up length of strokes in the order in which they are, told without the code under test."""
    stops = [(tuple(line[0]), tuple(line[-1])) for line in lines]
    found = sum(math.dist(here[1], there[0]) for here, there in pairwise(stops))
    if stops and start is not None:
        found += math.dist(start, stops[0][0])
    if stops and rest is not None:
        found += math.dist(stops[-1][1], rest)
    return found


def least_travel(lines: Lines, start: Point | None = None, rest: Point | None = None) -> float:
    """The best of all orders and directions, seams as they are."""
    ends = [(tuple(line[0]), tuple(line[-1])) for line in lines]
    best = math.inf
    for order in permutations(ends):
        if order[0] > order[-1] and start is rest is None:
            continue  # the same backwards
        for flips in product([1, -1], repeat=len(order)):
            stops = [stop[::flip] for stop, flip in zip(order, flips, strict=True)]
            found = sum(math.dist(here[1], there[0]) for here, there in pairwise(stops))
            found += math.dist(start, stops[0][0]) if start else 0
            found += math.dist(stops[-1][1], rest) if rest else 0
            best = min(best, found)
    return best


def same_ink(one: np.ndarray, other: np.ndarray) -> bool:
    """Whether two strokes are the same up to direction and, if they are closed, where they begin."""
    if len(one) != len(other):
        return False
    if np.array_equal(one, other) or np.array_equal(one[::-1], other):
        return True
    if not np.array_equal(one[0], one[-1]):
        return False
    rolled = [np.roll(one[:-1], -shift, axis=0) for shift in range(len(one) - 1)]
    return any(np.array_equal(turn, other[:-1]) or np.array_equal(turn, other[:0:-1]) for turn in rolled)
