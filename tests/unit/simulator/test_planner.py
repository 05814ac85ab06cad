from __future__ import annotations

import math
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.machine.motion_model import MotionModel
from dcode.simulator.plotter import Plotter
from dcode.simulator.trapezoid import trapezoid

positive = st.floats(0.01, 200.0)
speed = st.floats(0.0, 100.0)
point = st.tuples(st.floats(-50, 50), st.floats(-50, 50))


@given(positive, speed, positive, speed, st.floats(1.0, 5000.0))
def test_a_profile_covers_its_length_and_accelerates_no_more_than_it_may(
    length: float, begin: float, nominal: float, end: float, acceleration: float
) -> None:
    phases = trapezoid(length, begin, nominal, end, acceleration)
    way, left_at = phases.after(phases.seconds)
    assert way == pytest.approx(phases.length, rel=1e-9, abs=1e-9)
    assert left_at == pytest.approx(phases.end, abs=1e-6)
    assert phases.length <= length * (1 + 1e-9)
    assert phases.peak <= max(begin, nominal) * (1 + 1e-9)
    assert phases.first >= 0 and phases.middle >= 0 and phases.last >= 0
    assert abs(phases.peak - begin) <= acceleration * phases.first * (1 + 1e-6) + 1e-6


@given(positive, speed, st.floats(1.0, 5000.0))
def test_a_profile_that_can_stop_does_stop(length: float, begin: float, acceleration: float) -> None:
    phases = trapezoid(length, begin, max(begin, 1.0), 0.0, acceleration)
    if begin * begin <= 2 * acceleration * length * (1 - 1e-9):
        assert phases.end == pytest.approx(0.0, abs=1e-6)
        assert phases.length == pytest.approx(length)


def test_one_block_is_a_trapezoid() -> None:
    plotter = Plotter(MotionModel((100.0,) * 3, (200.0,) * 3), (0.0, 0.0), 15)
    plotter.add_line((50.0, 0.0, 0.0), 25.0)
    assert plotter.next_event() == pytest.approx(50 / 25 + 25 / 200)
    plotter.advance(1.0)
    assert plotter.position[0] == pytest.approx(25 * (1.0 - 0.125) + 25 * 0.125 / 2)
    assert plotter.speed == pytest.approx(25.0)
    plotter.advance(10.0)
    assert plotter.idle and plotter.position == (50.0, 0.0, 0.0)


def test_the_speed_is_bounded_by_what_the_queue_can_brake() -> None:
    """grbl's finite look-ahead: of 15 blocks of 0.25 mm, 14 lie behind the one that is being prepared."""
    plotter = Plotter(MotionModel((100.0,) * 3, (200.0,) * 3, segment=0.01), (0.0, 0.0), 15)
    fastest = 0.0
    for number in range(1, 400):
        while not plotter.room():
            plotter.advance(plotter.next_event() or 0.0)
        plotter.add_line((0.25 * number, 0.0, 0.0), 50.0)
        fastest = max(fastest, plotter.speed)
    assert fastest == pytest.approx(math.sqrt(2 * 200 * 14 * 0.25), rel=0.01)


def test_a_straight_corner_costs_nothing_and_a_turn_back_stops() -> None:
    plotter = Plotter(MotionModel((100.0,) * 3, (1000.0,) * 3), (0.0, 0.0), 15)
    plotter.add_line((10.0, 0.0, 0.0), 20.0)
    plotter.add_line((20.0, 0.0, 0.0), 20.0)
    plotter.advance((plotter.next_event() or 0.0) - 1e-6)
    assert plotter.speed == pytest.approx(20.0)
    plotter.flush()
    plotter.add_line((20.0, 0.0, 0.0), 20.0)
    plotter.add_line((10.0, 0.0, 0.0), 20.0)
    plotter.advance((plotter.next_event() or 0.0) - 1e-6)
    assert plotter.speed == pytest.approx(0.0, abs=2e-3)


def test_a_right_angle_is_taken_at_the_speed_that_the_junction_deviation_allows() -> None:
    """v2 = a d sin(t/2) / (1 - sin(t/2)); for 90 degrees along the axes a is the limit over the bend's larger part."""
    plotter = Plotter(MotionModel((100.0,) * 3, (1000.0,) * 3, junction_deviation=0.01), (0.0, 0.0), 15)
    plotter.add_line((10.0, 0.0, 0.0), 50.0)
    plotter.add_line((10.0, 10.0, 0.0), 50.0)
    plotter.advance((plotter.next_event() or 0.0) - 1e-6)
    half = math.sqrt(0.5)
    wanted = math.sqrt(1000 * math.sqrt(2) * 0.01 * half / (1 - half))
    assert plotter.speed == pytest.approx(wanted, rel=1e-3)


def test_with_classic_jerk_a_block_begins_and_ends_at_jerk_speed() -> None:
    plotter = Plotter(MotionModel((300.0,) * 3, (3000.0,) * 3, jerk=(10.0, 10.0, 10.0)), (0.0, 0.0), 15)
    plotter.add_line((10.0, 0.0, 0.0), 50.0)
    plotter.advance(1e-9)
    assert plotter.speed == pytest.approx(10.0, abs=5e-3)
    plotter.advance((plotter.next_event() or 0.0) - 1e-6)
    assert plotter.speed == pytest.approx(10.0, abs=5e-3)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(point, st.floats(1, 100)), min_size=1, max_size=12),
    st.lists(st.floats(0.0001, 0.5), max_size=40),
    st.sampled_from([0.0, 0.01]),
)
def test_motion_does_not_depend_on_how_time_is_cut(
    path: list[tuple[tuple[float, float], float]], cuts: list[float], segment: float
) -> None:
    ends = []
    for steps in ([], cuts):
        plotter = Plotter(MotionModel((80.0,) * 3, (300.0,) * 3, segment=segment), (0.0, 0.0), 100)
        for (x, y), feed in path:
            plotter.add_line((x, y, 0.0), feed)
        now = 0.0
        for cut in steps:
            now += cut
            plotter.advance(now)
        plotter.advance(max(now, 1.0))
        middle = plotter.position
        while not plotter.idle:
            plotter.advance(plotter.next_event() or math.inf)
        ends.append((middle if now <= 1.0 else None, plotter.position, plotter.still_at))
    assert ends[0][1] == pytest.approx(ends[1][1])
    assert ends[0][2] == pytest.approx(ends[1][2], abs=1e-6)
    if ends[0][0] and ends[1][0]:
        assert ends[0][0] == pytest.approx(ends[1][0], abs=1e-6)


@settings(max_examples=15, deadline=None)
@given(st.lists(point, min_size=2, max_size=30), st.integers(1, 16))
def test_no_axis_is_asked_for_more_than_its_rate_and_acceleration(path: list[tuple[float, float]], blocks: int) -> None:
    rates, accelerations = (30.0, 20.0, 10.0), (400.0, 150.0, 10.0)
    plotter = Plotter(MotionModel(rates, accelerations), (0.0, 0.0), blocks)
    waiting = list(path)
    seen: list[tuple[float, float, float]] = []
    now, step = 0.0, 0.001
    while waiting or not plotter.idle:
        while waiting and plotter.room():
            plotter.add_line((*waiting.pop(0), 0.0), 100.0)
        now += step
        plotter.advance(now)
        seen.append(plotter.position)
        if len(seen) > 20_000:
            break
    for axis in (0, 1):
        velocities = [(b[axis] - a[axis]) / step for a, b in pairwise(seen)]
        assert max(map(abs, velocities), default=0.0) <= rates[axis] * 1.001
