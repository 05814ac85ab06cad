from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.geometry.dedupe import drop_repeated, drop_repeated_segments
from dcode.geometry.lines import Lines
from dcode.geometry.merge import merge
from dcode.geometry.near import near_pairs

on_grid = st.tuples(st.integers(0, 4), st.integers(0, 4))


def as_lists(lines: Lines) -> list[list[list[float]]]:
    return [line.tolist() for line in lines]


def segments(lines: Lines) -> list[tuple[tuple[float, ...], ...]]:
    """Every segment with length, whichever way it runs."""
    pairs = [
        sorted((tuple(a), tuple(b)))
        for line in lines
        for a, b in zip(line[:-1].tolist(), line[1:].tolist(), strict=True)
    ]
    return sorted(tuple(pair) for pair in pairs if pair[0] != pair[1])


def test_joins_ends_and_turns_strokes_round():
    lines = Lines.of([[(0, 0), (1, 0)], [(2, 0), (1, 0)], [(5, 5), (6, 6)], [(2, 0), (3, 1)]])
    assert as_lists(merge(lines, 0.1)) == [[[0, 0], [1, 0], [2, 0], [3, 1]], [[5, 5], [6, 6]]]


def test_bridges_a_gap_within_the_tolerance_and_no_other():
    lines = Lines.of([[(0, 0), (1, 0)], [(1.05, 0), (2, 0)], [(2.2, 0), (3, 0)]])
    assert as_lists(merge(lines, 0.1)) == [[[0, 0], [1, 0], [1.05, 0], [2, 0]], [[2.2, 0], [3, 0]]]


def test_goes_straight_on_at_a_crossing():
    lines = Lines.of([[(-1, 0), (0, 0)], [(0, -1), (0, 0)], [(0, 0), (1, 0)], [(0, 0), (0, 1)]])
    assert as_lists(merge(lines, 0.1)) == [[[-1, 0], [0, 0], [1, 0]], [[0, -1], [0, 0], [0, 1]]]


def test_makes_a_ring_of_what_comes_back():
    square = Lines.of([[(0, 0), (1, 0)], [(1, 1), (1, 0)], [(1, 1), (0, 1)], [(0, 0), (0, 1)]])
    ring = merge(square, 0.01)
    assert ring.closed.tolist() == [True]
    assert as_lists(merge(ring, 0.01)) == as_lists(ring)


def test_a_thousand_ends_on_one_spot_are_paired():
    angles = np.linspace(0, 6, 1000)
    star = Lines.of([[(0, 0), (np.cos(angle), np.sin(angle))] for angle in angles])
    assert len(merge(star, 0.001)) == 500


@settings(deadline=None)
@given(st.lists(st.lists(on_grid, min_size=1, max_size=4), max_size=12))
def test_merging_moves_no_ink_and_never_adds_a_stroke(drawn: list[list[tuple[int, int]]]):
    lines = Lines.of(drawn)
    merged = merge(lines, 0.1)
    assert segments(merged) == segments(lines)
    assert len(merged) <= len(lines)
    assert np.isclose(merged.lengths.sum(), lines.lengths.sum())


@settings(deadline=None)
@given(st.lists(st.tuples(st.floats(0, 3), st.floats(0, 3)), max_size=30), st.floats(0.01, 1))
def test_finds_every_near_pair_once(points: list[tuple[float, float]], tolerance: float):
    array = np.array(points).reshape(-1, 2)
    found = {tuple(pair) for pair in near_pairs(array, tolerance, 1000).tolist()}
    apart = np.linalg.norm(array[:, None] - array, axis=2)
    assert found == {(i, j) for i in range(len(points)) for j in range(i + 1, len(points)) if apart[i, j] <= tolerance}


@pytest.mark.parametrize(
    "again",
    [
        [(0, 0), (4, 0), (4, 3)],
        [(4, 3), (4, 0), (0, 0)],
        [(0.01, 0), (4, 0.01), (4, 3)],
    ],
)
def test_drops_what_is_there_already_either_way_round(again: list[tuple[float, float]]):
    lines = Lines.of([[(0, 0), (4, 0), (4, 3)], again, [(0, 0), (4, 0), (4, 4)]])
    assert [len(line) for line in drop_repeated(lines, 0.05)] == [3, 3]
    assert drop_repeated(lines, 0.05)[1].tolist()[2] == [4, 4]


def test_rings_are_the_same_wherever_they_begin():
    ring = [(0, 0), (4, 0), (4, 3), (0, 3), (0, 0)]
    turned = [(4, 3), (4, 0), (0, 0), (0, 3), (4, 3)]
    assert len(drop_repeated(Lines.of([ring, turned]), 0.01)) == 1
    assert len(drop_repeated(Lines.of([]), 0.01)) == 0


def test_short_steps_of_one_curve_are_not_taken_for_each_other():
    curve = Lines.of([[(step / 100, 0.0) for step in range(50)]])
    assert drop_repeated_segments(curve, 0.05) is curve


def test_an_edge_that_two_shapes_share_is_drawn_once():
    left, right = [(0, 0), (1, 0), (1, 1), (0, 1), (0, 0)], [(1, 0), (2, 0), (2, 1), (1, 1), (1, 0)]
    left_over = drop_repeated_segments(Lines.of([left, right, [(9, 9)]]), 0.01)
    assert left_over.lengths.sum() == 7.0
    assert as_lists(left_over)[1:] == [[[1, 0], [2, 0], [2, 1], [1, 1]], [[9, 9]]]
