"""Smoothed lines, against the slow way."""

from __future__ import annotations

import math

import numpy as np
import pytest

from dcode.geometry.lines import Lines, Points
from dcode.geometry.skeleton.smooth import smoothed

CHANCE = np.random.Generator(np.random.PCG64(4))
RING = [(0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (1.0, 5.0), (0.0, 0.0)]
LINES = Lines.of([CHANCE.uniform(0, 9, (count, 2)) for count in (30, 1, 2, 5)] + [np.array(RING)])


def mean(line: Points, values: Points, along: float) -> Points:
    """Point by point. Open lines go on mirrored in their ends, closed ones round and round."""
    closed, last = len(line) > 3 and (line[0] == line[-1]).all(), len(line) - 1
    reach = math.ceil(3 * along)
    weights = [math.exp(-0.5 * (step / along) ** 2) for step in range(-reach, reach + 1)]
    found = np.zeros_like(values)
    for i in range(len(values)):
        for step, weight in zip(range(-reach, reach + 1), weights, strict=True):
            at = i + step
            if 0 <= at <= last:
                value = values[at]
            elif closed:
                value = values[at % last]
            else:
                end = 0 if at < 0 else last
                value = 2 * values[end] - values[min(max(2 * end - at, 0), last)]
            found[i] += weight * value
    return np.asarray(found / sum(weights))


@pytest.mark.parametrize("along", [0.7, 2.0])
def test_every_point_is_a_mean_of_those_around_it_twice_over(along: float):
    found = smoothed(LINES, along, math.inf)
    for line, smooth in zip(LINES, found, strict=True):
        once = mean(line, line, along)
        assert smooth == pytest.approx(once + mean(line, line - once, along), abs=1e-12)


def test_no_point_moves_further_than_it_may_and_ends_stay():
    found = smoothed(LINES, 2.0, 0.5)
    moved = np.hypot(*(found.points - LINES.points).T)
    assert moved.max() == pytest.approx(0.5)
    assert np.array_equal(found.closed, LINES.closed)
    assert found[0][[0, -1]] == pytest.approx(LINES[0][[0, -1]])
