from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.geometry.bounds import Bounds
from dcode.geometry.clip import clip_segment

SHEET = Bounds(left=-10, right=10, top=5, bottom=-5)
coordinates = st.floats(-30, 30) | st.sampled_from([-10.0, 10.0, 5.0, -5.0, 0.0])


def test_what_is_inside_stays_as_it_is():
    assert clip_segment(-1.1, 2.2, 3.3, -4.4, SHEET) == (-1.1, 2.2, 3.3, -4.4)


def test_cuts_exactly_at_the_edge():
    assert clip_segment(0, 0, 20, 1, SHEET) == (0, 0, 10, 0.5)
    assert clip_segment(-20, 0, 20, 0, SHEET) == (-10, 0, 10, 0)


def test_what_is_outside_is_gone():
    assert clip_segment(11, -5, 11, 5, SHEET) is None
    assert clip_segment(0, 20, 20, 0, SHEET) is None  # past the corner


def test_a_line_along_the_edge_is_ink_that_was_there():
    assert clip_segment(-20, 5, 20, 5, SHEET) == (-10, 5, 10, 5)


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_is_outside(bad: float):
    assert clip_segment(0, 0, bad, 0, SHEET) is None
    assert clip_segment(0, bad, 0, 0, SHEET) is None


@settings(deadline=None)
@given(coordinates, coordinates, coordinates, coordinates)
def test_keeps_exactly_the_part_inside(x0: float, y0: float, x1: float, y1: float):
    piece = clip_segment(x0, y0, x1, y1, SHEET)
    for step in range(101):
        x, y = x0 + (x1 - x0) * step / 100, y0 + (y1 - y0) * step / 100
        if SHEET.contains(x, y, -1e-6):
            assert piece is not None
            assert _distance(x, y, *piece) < 1e-6
        if piece is not None and not SHEET.contains(x, y, 1e-6):
            assert _distance(x, y, *piece) > 0
    if piece is not None:
        assert SHEET.contains(*piece[:2])
        assert SHEET.contains(*piece[2:])
        assert _distance(*piece[:2], x0, y0, x1, y1) < 1e-6
        assert _distance(*piece[2:], x0, y0, x1, y1) < 1e-6


def _distance(x: float, y: float, x0: float, y0: float, x1: float, y1: float) -> float:
    squared = (x1 - x0) ** 2 + (y1 - y0) ** 2
    along = ((x - x0) * (x1 - x0) + (y - y0) * (y1 - y0)) / squared if squared else 0.0
    along = min(max(along, 0.0), 1.0)
    return math.hypot(x - x0 - along * (x1 - x0), y - y0 - along * (y1 - y0))
