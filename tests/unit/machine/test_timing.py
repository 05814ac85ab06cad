from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.gcode.motion import Motion
from dcode.geometry.bounds import Bounds
from dcode.machine import timing, timing_columns
from dcode.machine.machine import Machine, Pen
from dcode.machine.planner import MotionLimits

MACHINE = Machine(
    1219.2, 1524.0, Bounds(-420.5, 420.5, 594.5, -594.5), Pen(raise_seconds=0.25, lower_seconds=0.5), park=False
)
LIMITS = MotionLimits(acceleration=200)


def test_a_stroke_is_travel_pen_and_ink(build):
    motion = build("up", "travel 100 0 1200", "down", "draw 100 50 600", "dwell 0.5", "up")
    estimate = timing.estimate(motion, MACHINE, LIMITS)
    assert estimate.travel_s == pytest.approx(100 / 20 + 20 / 200)
    assert estimate.draw_s == pytest.approx(50 / 10 + 10 / 200)
    assert (estimate.pen_s, estimate.dwell_s, estimate.lifts) == (0.75, 0.5, 1)
    assert (estimate.draw_mm, estimate.travel_mm) == (50, 100)
    assert estimate.seconds == pytest.approx(estimate.draw_s + estimate.travel_s + 0.75 + 0.5)
    assert estimate.elapsed[-1] == pytest.approx(estimate.seconds)


def test_a_pen_that_is_already_up_takes_no_time(build):
    assert timing.estimate(build("up", "up", "up"), MACHINE, LIMITS).pen_s == 0


def test_the_machine_stops_for_the_pen_and_not_at_a_flat_corner(build):
    through = timing.estimate(build("down", "draw 50 0", "draw 100 0"), MACHINE, LIMITS).draw_s
    stopping = timing.estimate(build("down", "draw 50 0", "dwell 0", "draw 100 0"), MACHINE, LIMITS).draw_s
    speed = 500 / 60
    assert through == pytest.approx(100 / speed + speed / 200)
    assert stopping == pytest.approx(through + speed / 200)


def test_a_feed_above_the_machines_is_capped(build):
    motion = build("down", "draw 100 0 60000")
    assert timing.estimate(motion, MACHINE, replace(LIMITS, max_feed=600)).draw_s == pytest.approx(10.05)


def test_parking_is_part_of_the_whole(build):
    motion = build("travel 100 0")
    parked = timing.estimate(motion, replace(MACHINE, park=True), LIMITS)
    assert parked.park_s == pytest.approx(parked.travel_s)
    assert parked.seconds == pytest.approx(2 * parked.travel_s)


def test_the_limits_come_from_the_machine_when_none_are_given(build):
    machine = replace(MACHINE, max_feed=600.0, acceleration=100.0)
    assert MotionLimits.of(machine) == MotionLimits(acceleration=100, max_feed=600)
    assert timing.estimate(build("travel 100 0"), machine).travel_s == pytest.approx(10.1)


def test_nothing_takes_no_time():
    estimate = timing.estimate(Motion(), MACHINE)
    assert estimate.seconds == 0
    assert estimate.elapsed_marks(10) == [(0, 0.0)]


def test_marks_go_from_nothing_to_the_last_row_and_bound_the_error(build):
    rows = ["down", *(f"draw {step % 7} {step / 10} {300 + step}" for step in range(500)), "up"]
    estimate = timing.estimate(build(*rows), MACHINE, LIMITS)
    marks = estimate.elapsed_marks(20)
    assert marks[0] == (0, 0.0)
    assert marks[-1] == (502, estimate.elapsed[-1])
    assert len(marks) <= 21
    longest = max(after - before for before, after in pairwise(estimate.elapsed))
    for (first, start), (last, end) in pairwise(marks):
        for row in range(first + 1, last):
            guess = start + (end - start) * (row - first) / (last - first)
            assert abs(guess - estimate.elapsed[row - 1]) <= estimate.seconds / 20 + longest


words = st.one_of(
    st.tuples(st.sampled_from(["travel", "draw"]), st.integers(-5, 5), st.integers(-5, 5), st.integers(100, 9000)).map(
        lambda row: " ".join(map(str, row))
    ),
    st.sampled_from(["up", "down", "dwell 0.25", "home 0 0", "pause", "pen 2"]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(words, max_size=40), st.none() | st.integers(1, 5))
def test_columns_and_rows_give_the_same_answer(build, rows, window):
    motion = build(*rows)
    limits = replace(LIMITS, window=window)
    by_rows = timing._estimate(motion, MACHINE, limits, 1.0)
    by_columns = timing_columns.estimate(motion, MACHINE, limits, 1.0)
    assert by_columns.as_json() == pytest.approx(by_rows.as_json(), abs=2e-3)
    assert list(by_columns.elapsed) == pytest.approx(list(by_rows.elapsed), abs=1e-6)
