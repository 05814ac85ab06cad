from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.geometry.lines import Lines, Points
from dcode.geometry.simplify import by_kernel, by_rounds, simplify
from dcode.geometry.split import split

coordinates = st.floats(-50, 50)
polylines = st.lists(st.tuples(coordinates, coordinates), min_size=1, max_size=40)


def distances(points: Points, line: Points) -> np.ndarray:
    """How far each point is from a polyline."""
    if len(line) == 1:
        return np.hypot(*(points - line[0]).T)
    begin, way = line[:-1], np.diff(line, axis=0)
    square = (way * way).sum(axis=1)
    along = ((points[:, None] - begin) * way).sum(axis=2) / np.where(square > 0, square, 1)
    foot = begin + np.clip(along, 0, 1)[:, :, None] * way
    return np.asarray(np.linalg.norm(points[:, None] - foot, axis=2).min(axis=1))


@settings(deadline=None)
@given(st.lists(polylines, max_size=4), st.floats(0, 20))
def test_no_point_left_out_is_further_than_the_tolerance(drawn: list[list[tuple[float, float]]], tolerance: float):
    lines = Lines.of(drawn)
    simple = simplify(lines, tolerance)
    assert len(simple) == len(lines)
    for before, after in zip(lines, simple, strict=True):
        assert (after[0] == before[0]).all() and (after[-1] == before[-1]).all()
        assert distances(before, after).max() <= tolerance + 1e-9
        assert {tuple(point) for point in after.tolist()} <= {tuple(point) for point in before.tolist()}


def test_merges_what_is_in_one_line():
    row = [(x / 7, x / 3) for x in range(100)]
    assert simplify(Lines.of([row, [*row, (0, 99)]]), 1e-6).counts.tolist() == [2, 3]


def test_there_and_exactly_back_is_a_turn():
    assert simplify(Lines.of([[(0, 0), (5, 0), (1, 0)]]), 0.1).counts.tolist() == [3]


def test_a_curve_that_sheds_single_points_takes_few_rounds():
    size = 20_000
    step = np.arange(size)
    growing = np.column_stack([step, (step + 1.0) ** 2 * (-1) ** step])
    assert simplify(Lines.of([growing]), 0.1).counts[0] == size


def plain(lines: Lines, tolerance: float) -> list[bool]:
    """Which points the kernel keeps as ordinary Python."""
    keep = [0] * len(lines.points)
    split(lines.points.ravel().tolist(), lines.starts.tolist(), keep, [0] * 900, tolerance * tolerance, 32)
    return [bool(kept) for kept in keep]


@settings(deadline=None)
@given(st.lists(polylines, min_size=1, max_size=4), st.floats(0, 20))
def test_numpy_and_the_kernel_keep_the_same_points(drawn: list[list[tuple[float, float]]], tolerance: float):
    lines = Lines.of(drawn)
    assert plain(lines, tolerance) == by_rounds(lines, tolerance).tolist()


def test_compiled_or_not_the_same_points_are_kept():
    pytest.importorskip("dcode.geometry._split")
    chance = np.random.default_rng(8)
    step = np.arange(3000)
    wandering = np.cumsum(chance.normal(0, 1, (4000, 2)), axis=0)
    spiral = np.column_stack([step * np.cos(step / 5), step * np.sin(step / 5)])
    shedding = np.column_stack([step, (step + 1.0) ** 2 * (-1) ** step])
    lines = Lines.of([wandering, spiral, shedding, wandering[:1], wandering[:2], np.zeros((50, 2))])
    for tolerance in (0.0, 1e-6, 0.05, 1.0, 30.0):
        compiled = by_kernel(lines, tolerance)
        assert compiled is not None
        assert compiled.tolist() == by_rounds(lines, tolerance).tolist() == plain(lines, tolerance)
