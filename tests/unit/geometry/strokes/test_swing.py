from __future__ import annotations

import numpy as np
import pytest

from dcode.geometry.strokes.runs import Runs
from dcode.geometry.strokes.swing import Waves, waves

FINE = 8


def whole(rows: int, span: int) -> Runs:
    return Runs(np.arange(rows), np.zeros(rows), np.full(rows, span - 1.0))


def swung(heights: np.ndarray, tolerance: float, longest: float = np.inf) -> Waves:
    return waves(heights, FINE, whole(*heights.shape), tolerance, longest)


@pytest.mark.parametrize("tolerance", [0.01, 0.1, 1.0])
@pytest.mark.parametrize("height", [0.05, 0.5, 5.0])
def test_straight_lines_between_the_points_are_within_the_tolerance_of_the_sine(height: float, tolerance: float):
    found = swung(np.full((1, 20 * FINE + 1), height), tolerance)
    at = np.linspace(0, 20 * FINE, 20_001)
    drawn = np.interp(at, found.place, found.off)
    assert np.abs(drawn - height * np.sin(np.pi * at / FINE)).max() <= tolerance * 1.001


def test_it_takes_fewer_points_where_the_wave_is_lower():
    counts = [len(swung(np.full((1, 20 * FINE + 1), height), 0.05).place) for height in (0.01, 0.1, 1.0, 10.0)]
    assert counts[0] == 2
    assert counts == sorted(set(counts))


def test_no_more_points_than_a_half_wave_of_even_steps_would_take():
    found = swung(np.full((1, 20 * FINE + 1), 5.0), 0.05)
    even = np.pi / np.sqrt(8 * 0.05 / 5.0)  # steps of which the middle one, over the crest, is just within
    assert len(found.place) <= 20 * even


def test_no_line_is_longer_than_the_longest():
    found = swung(np.zeros((1, 20 * FINE + 1)), 0.1, longest=5.9)
    assert found.place.tolist() == [0, 40, 80, 120, 160]
    for longest in (1.0, 0.7, 0.2, 0.05):
        for height in (0.0, 1.0):
            gaps = np.diff(swung(np.full((1, 20 * FINE + 1), height), 0.1, longest=longest).place)
            assert gaps.max() <= longest * FINE + 1e-9


def test_rows_run_to_and_fro_and_are_drawn_where_the_runs_are():
    runs = Runs(np.array([0, 0, 1]), np.array([1.0, 20.0, 3.0]), np.array([9.0, 30.0, 5.0]))
    found = waves(np.zeros((2, 4 * FINE + 1)), FINE, runs, 0.1, 1)
    assert [found.place[a:b].tolist() for a, b in zip(found.starts[:-1], found.starts[1:], strict=True)] == [
        [1, 8, 9],
        [20, 24, 30],
        [5, 3],
    ]
    assert found.row.tolist() == [0, 0, 0, 0, 0, 0, 1, 1]


def test_no_runs_are_no_waves():
    nothing = np.empty(0)
    found = waves(np.ones((2, 2 * FINE + 1)), FINE, Runs(nothing.astype(np.int64), nothing, nothing), 0.1, 1)
    assert len(found.place) == 0
    assert found.starts.tolist() == [0]
