"""The planner of the estimate against that of the simulator: the same blocks, the same moments."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.gcode.motion import Kind, Motion
from dcode.geometry.bounds import Bounds
from dcode.geometry.kinematics import Belts
from dcode.machine import timing
from dcode.machine.lookahead import NEVER, corner_by_deviation, corner_by_jerk, resting_speed
from dcode.machine.machine import Machine
from dcode.machine.motion_model import MotionModel
from dcode.machine.pace import Pace
from dcode.simulator.plotter import Plotter

MACHINE = Machine(1219.2, 1524.0, Bounds(-420.5, 420.5, 594.5, -594.5), park=False)
WALL = Belts((-600.0, 800.0), (600.0, 800.0))  # both belts are whole steps at (0, 0)
GRBL = MotionModel(
    (80.0, 80.0, 80.0), (300.0, 400.0, 300.0), segment=0.01, segments=5, auto_start=True, steps=(80.0, 80.0, 80.0)
)
MARLIN = MotionModel(
    (300.0, 300.0, 5.0),
    (3000.0, 3000.0, 100.0),
    belts=WALL,
    steps=(80.0, 80.0, 80.0),
    acceleration=2000.0,
    jerk=(10.0, 10.0, 0.3),
    replan_running=False,
    start_delay=0.1,
)
MAKELANGELO = replace(MARLIN, jerk=None, junction_deviation=0.05)


def corner(one: float, other: float, deviation: float = 0.01) -> float:
    """Between two directions, in degrees."""
    a, b = math.radians(one), math.radians(other)
    before, after = (math.cos(a), math.sin(a), 0.0), (math.cos(b), math.sin(b), 0.0)
    return corner_by_deviation(*before, *after, 200.0, 200.0, 200.0, math.inf, deviation)


def test_straight_on_is_not_slowed_and_a_turn_back_stops():
    assert corner(30, 30) == NEVER
    assert corner(30, 210) == 0.0


def test_a_right_angle_has_the_speed_of_the_formula_at_what_the_axes_can():
    half = math.sin(math.pi / 4)
    assert corner(0, 90) == pytest.approx(200 * math.sqrt(2) * 0.01 * half / (1 - half))
    assert corner(45, 135) == pytest.approx(200 * 0.01 * half / (1 - half))


def test_jerk_lets_no_axis_jump_by_more():
    assert resting_speed(0.6, 0.8, 0.0, 50.0, 10.0, 10.0, 10.0) == pytest.approx(12.5)
    # The first axis goes on as it was, the second turns: from +0.8 to -0.8 of the speed.
    assert corner_by_jerk(0.6, 0.8, 0.0, 50.0, 0.6, -0.8, 0.0, 50.0, 10.0, 10.0, 10.0) == pytest.approx(12.5)
    assert corner_by_jerk(1.0, 0.0, 0.0, 50.0, 0.96, 0.28, 0.0, 50.0, 10.0, 10.0, 10.0) == pytest.approx(10 / 0.28)


def by_simulator(model: MotionModel, points: list[tuple[float, float]], feeds: list[float], blocks: int) -> float:
    """Seconds of a polyline that comes as fast as there is room."""
    plotter = Plotter(model, (0.0, 0.0), blocks)
    before = (0.0, 0.0)
    for point, feed in zip(points, feeds, strict=True):
        while not plotter.room():
            plotter.advance(plotter.next_event() or 0.0)
        plotter.add_line((*point, 0.0), feed, length=math.dist(before, point) if model.belts else None)
        before = point
    while not plotter.idle:
        plotter.advance(plotter.next_event() or plotter.now + 0.001)
    return plotter.still_at


ways = st.lists(
    st.tuples(st.floats(-8, 8), st.floats(-8, 8), st.floats(1, 90)).filter(lambda step: abs(step[0]) > 0.05),
    min_size=1,
    max_size=60,
)


@settings(max_examples=200, deadline=None)
@given(ways, st.sampled_from([GRBL, replace(GRBL, segment=0.0), MARLIN, MAKELANGELO]), st.integers(4, 20))
def test_estimate_and_simulator_plan_alike(steps: list[tuple[float, float, float]], model: MotionModel, blocks: int):
    motion, points = Motion(), []
    for dx, dy, feed in steps:
        x, y = points[-1] if points else (0.0, 0.0)
        points.append((x + dx, y + dy))
        motion.append(Kind.DRAW, *points[-1], feed * 60, 1)
    feeds = [value / 60 for value in motion.value]
    told = timing.estimate(motion, MACHINE, Pace(model, blocks=blocks))
    assert told.seconds == pytest.approx(by_simulator(model, points, feeds, blocks), rel=1e-6)
