from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from dcode.geometry.contours import contours
from dcode.geometry.lines import Lines, Points

grids = hnp.arrays(np.int8, st.tuples(st.integers(1, 7), st.integers(1, 7)), elements=st.integers(0, 3))


def area(ring: Points) -> float:
    """Positive where it runs counter-clockwise, seen with row 0 at the top."""
    (x, y), (x1, y1) = ring[:-1].T, ring[1:].T
    return float((x1 * y - x * y1).sum() / 2)


def turns(rings: Lines, column: float, row: float) -> int:
    """How many times the rings wind around a place, counter-clockwise: crossings of a ray to the right."""
    found = 0
    for ring in rings:
        for (x0, y0), (x1, y1) in pairwise(ring):
            if (y0 <= row) != (y1 <= row) and x0 + (row - y0) / (y1 - y0) * (x1 - x0) > column:
                found += 1 if y0 > row else -1
    return found


def test_a_ring_lies_between_samples_in_proportion():
    values = np.zeros((3, 3))
    values[1, 1] = 4.0
    (ring,) = contours(values, 1.0)
    assert sorted(map(tuple, ring[:-1])) == [(0.75, 1.5), (1.5, 0.75), (1.5, 2.25), (2.25, 1.5)]


def test_what_is_above_the_level_everywhere_is_closed_off_along_the_edge():
    (ring,) = contours(np.ones((2, 5)), 0.25)
    assert area(ring) == 10.0
    assert (ring.min(axis=0).tolist(), ring.max(axis=0).tolist()) == ([0.0, 0.0], [5.0, 2.0])


@pytest.mark.parametrize("level", [3.0, 7.5])
def test_nothing_above_the_level_gives_nothing(level):
    assert len(contours(np.full((4, 4), 3.0), level)) == 0


def test_outlines_run_counter_clockwise_and_holes_clockwise():
    values = np.zeros((9, 9))
    values[1:8, 1:8] = 1.0
    values[3:6, 3:6] = 0.0
    assert sorted(np.sign(area(ring)) for ring in contours(values, 0.5)) == [-1, 1]


@pytest.mark.parametrize(("corners", "pieces"), [(0.45, 1), (0.55, 2)])
def test_the_mean_decides_whether_two_corners_of_a_saddle_hang_together(corners, pieces):
    # At 0.45 the mean of the four, 0.5, is above the level, and the two corners are one.
    values = np.array([[1.0, 0.0], [0.0, 1.0]])
    assert len(contours(values, corners)) == pieces


@settings(deadline=None, max_examples=200)
@given(grids, st.sampled_from([0.5, 1.3, 2.9]))
def test_rings_wind_once_around_each_sample_above_the_level_and_around_no_other(values, level):
    rings = contours(values.astype(np.float32), level)
    height, width = values.shape
    assert rings.closed.all()
    assert (rings.points >= 0).all() and (rings.points <= (width, height)).all()
    for row in range(height):
        for column in range(width):
            assert turns(rings, column + 0.5, row + 0.5) == (values[row, column] > level)


@settings(deadline=None, max_examples=50)
@given(grids, st.floats(0.1, 0.9))
def test_values_next_to_the_level_stay_within_their_cells(values, level):
    # The level is none that 32 bits can hold, and all samples are its neighbours there.
    steps = np.float32(level) + (values - 1).astype(np.float32) * np.spacing(np.float32(level))
    rings = contours(steps.astype(np.float32), level)
    assert (rings.points >= 0).all() and (rings.points <= values.shape[::-1]).all()
