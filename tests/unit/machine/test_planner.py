from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.machine import planner, planner_columns
from dcode.machine.planner import MotionLimits, corner_speed, entry_speeds, move_seconds

LIMITS = MotionLimits(acceleration=200, deviation=0.01)


def test_straight_on_is_not_slowed_and_a_turn_back_stops():
    assert corner_speed(1.0, 200, 0.01) == math.inf
    assert corner_speed(-1.0, 200, 0.01) == 0


def test_a_right_angle_has_the_speed_of_the_formula():
    half = math.sin(math.pi / 4)
    assert corner_speed(0.0, 200, 0.01) == pytest.approx(200 * 0.01 * half / (1 - half))


def test_a_long_move_is_a_trapezoid():
    # 100 mm at 20 mm/s with 200 mm/s2: 0.1 s and 1 mm each to speed up and to slow down.
    assert move_seconds(100, 0, 0, 20**2, 200) == pytest.approx(0.1 + 98 / 20 + 0.1)


def test_a_short_move_is_a_triangle():
    assert move_seconds(0.5, 0, 0, 1e6, 200) == pytest.approx(2 * math.sqrt(0.5 / 200))


def test_stops_at_both_ends_and_is_never_faster_than_a_neighbour():
    entries = entry_speeds([100, 100], [400, 100], [0, math.inf], LIMITS)
    assert entries == [0, 100, 0]


def test_a_straight_line_in_pieces_takes_as_long_as_in_one():
    lengths = [0.5] * 200
    entries = entry_speeds(lengths, [400.0] * 200, [0.0] + [math.inf] * 199, LIMITS)
    pieces = sum(map(move_seconds, lengths, entries, entries[1:], [400.0] * 200, [200.0] * 200))
    assert pieces == pytest.approx(move_seconds(100, 0, 0, 400, 200))


def test_a_short_window_caps_the_speed():
    """The measured case: grbl with 15 blocks of 0.25 mm at 200 mm/s2 does not pass 2324 mm/min."""
    limits = MotionLimits(acceleration=200, window=15)
    entries = entry_speeds([0.25] * 1000, [50.0**2] * 1000, [0.0] + [math.inf] * 999, limits)
    assert math.sqrt(max(entries)) * 60 == pytest.approx(2324, abs=1)


moves = st.lists(
    st.tuples(st.floats(0.01, 50), st.floats(1, 1e4), st.floats(-1, 1) | st.just(1.0)), min_size=1, max_size=60
)


@settings(deadline=None)
@given(moves, st.none() | st.integers(1, 20))
def test_columns_and_lists_agree(rows: list[tuple[float, float, float]], window: int | None):
    limits = MotionLimits(acceleration=150, deviation=0.02, window=window)
    lengths, cruise, cosines = (list(column) for column in zip(*rows, strict=True))
    corners = [0.0, *(corner_speed(cosine, 150, 0.02) for cosine in cosines[1:])]
    entries = entry_speeds(lengths, cruise, corners, limits)
    columns = [np.array(column) for column in (lengths, cruise, cosines)]
    in_columns = np.concatenate(([0.0], planner_columns.corner_speeds(columns[2][1:], 150, 0.02)))
    assert in_columns.tolist() == pytest.approx(corners)
    column = planner_columns.entry_speeds(columns[0], columns[1], in_columns, limits)
    assert column.tolist() == pytest.approx(entries, abs=1e-6)
    seconds = planner_columns.move_seconds(columns[0], column, columns[1], 150)
    expected = [
        planner.move_seconds(length, start, end, speed, 150)
        for length, start, end, speed in zip(lengths, entries, entries[1:], cruise, strict=False)
    ]
    assert seconds.tolist() == pytest.approx(expected, abs=1e-6)


@settings(deadline=None)
@given(moves)
def test_no_move_gains_more_than_its_acceleration_allows(rows: list[tuple[float, float, float]]):
    lengths, cruise, cosines = (list(column) for column in zip(*rows, strict=True))
    corners = [corner_speed(cosine, 200, 0.01) for cosine in cosines]
    entries = entry_speeds(lengths, cruise, [0.0, *corners[1:]], LIMITS)
    for length, start, end in zip(lengths, entries, entries[1:], strict=False):
        assert abs(end - start) <= 2 * 200 * length + 1e-6
