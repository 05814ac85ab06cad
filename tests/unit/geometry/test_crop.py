from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.geometry.bounds import Bounds
from dcode.geometry.clip import clip_segment
from dcode.geometry.crop import crop
from dcode.geometry.lines import Lines

SHEET = Bounds(left=-10, right=10, top=5, bottom=-5)
points = st.tuples(
    st.floats(-30, 30) | st.sampled_from([-10.0, 10.0, 0.0]), st.floats(-30, 30) | st.sampled_from([5.0, -5.0, 0.0])
)


def test_what_is_inside_stays_the_same_object():
    lines = Lines.of([[(0, 0), (1, 1)]])
    assert crop(lines, SHEET) is lines


def test_a_line_that_leaves_and_comes_back_becomes_two_in_its_place():
    lines = Lines.of([[(1, 1)], [(0, 0), (20, 0), (20, 2), (0, 2)], [(30, 30)], [(2, 2), (3, 3)]])
    assert [line.tolist() for line in crop(lines, SHEET)] == [
        [[1, 1]],
        [[0, 0], [10, 0]],
        [[10, 2], [0, 2]],
        [[2, 2], [3, 3]],
    ]


def test_touching_from_outside_leaves_nothing():
    assert len(crop(Lines.of([[(0, 20), (10, 5), (20, 20)], [(5, 15), (15, -5)]]), SHEET)) == 0


@settings(deadline=None)
@given(st.lists(st.lists(points, min_size=1, max_size=8), max_size=5))
def test_keeps_what_the_cut_of_each_segment_keeps(polylines: list[list[tuple[float, float]]]):
    lines = Lines.of(polylines)
    cropped = crop(lines, SHEET)
    assert all(SHEET.contains(x, y) for x, y in cropped.points.tolist())
    expected = 0.0
    for line in lines:
        for begin, end in zip(line[:-1].tolist(), line[1:].tolist(), strict=True):
            piece = clip_segment(*begin, *end, SHEET)
            expected += np.hypot(piece[2] - piece[0], piece[3] - piece[1]) if piece else 0.0
    assert np.isclose(cropped.lengths.sum(), expected, atol=1e-6)
