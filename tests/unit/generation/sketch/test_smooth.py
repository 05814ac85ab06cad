from __future__ import annotations

import numpy as np
import pytest

from dcode.generation.sketch.smooth import smoothed, varied
from dcode.geometry.lines import Lines


def test_a_polygon_of_a_circle_becomes_round():
    angles = np.linspace(0, 2 * np.pi, 17)
    ring = 50 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    ring[-1] = ring[0]
    found = smoothed(Lines.of([ring]))
    assert found.closed.tolist() == [True]
    assert np.hypot(*found.points.T) == pytest.approx(50, abs=0.1)


def test_corners_and_straight_lines_stay_as_they_are():
    square = [(0, 0), (90, 0), (90, 90), (0, 90), (0, 0)]
    assert smoothed(Lines.of([square])).points.tolist() == [list(map(float, point)) for point in square]


def test_a_slight_bend_between_long_lines_is_a_corner():
    roof = [(0, 0), (60, 10), (120, 0)]
    assert len(smoothed(Lines.of([roof])).points) == 3


def test_no_strength_changes_nothing_and_more_changes_more():
    lines = Lines.of([[(0, 0), (100, 0), (100, 50)]])
    assert varied(lines, np.random.default_rng(1), 0.0) is lines
    small, large = (varied(lines, np.random.default_rng(4), strength) for strength in (0.5, 3.0))
    assert np.abs(small.points - lines.points).max() < np.abs(large.points - lines.points).max()


def test_ends_that_met_still_meet():
    lines = Lines.of([[(0, 0), (50, 50)], [(50, 50), (90, 10)]])
    found = varied(lines, np.random.default_rng(2), 2.0)
    assert found.points[1].tolist() == found.points[2].tolist()
