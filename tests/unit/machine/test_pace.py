"""What an estimate takes into account, each by itself and against figures from elsewhere than the planner."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest

from dcode.geometry.bounds import Bounds
from dcode.geometry.kinematics import Belts
from dcode.machine import timing
from dcode.machine.lookahead import corner_by_deviation, corner_by_jerk
from dcode.machine.machine import Machine, NamedPen, Pen
from dcode.machine.motion_model import MotionModel
from dcode.machine.pace import Pace

PEN = Pen(raise_seconds=0.25, lower_seconds=0.5)
MACHINE = Machine(1219.2, 1524.0, Bounds(-420.5, 420.5, 594.5, -594.5), PEN, park=False)
NONE = (math.inf, math.inf, math.inf)
FREE = MotionModel(rates=NONE, accelerations=NONE, acceleration=1e9)  # as good as at once
WALL = Belts((-600.0, 800.0), (600.0, 800.0))


def seconds(motion, pace: Pace) -> float:
    return timing.estimate(motion, MACHINE, pace).seconds


# --- limits


def test_the_slower_axis_decides_how_fast_a_move_is(build):
    pace = Pace(replace(FREE, rates=(10.0, 20.0, 1.0)))
    assert seconds(build("draw 60 0 6000"), pace) == pytest.approx(6.0, rel=1e-3)
    assert seconds(build("draw 0 60 6000"), pace) == pytest.approx(3.0, rel=1e-3)
    assert seconds(build("draw 60 60 6000"), pace) == pytest.approx(6.0, rel=1e-3)


def test_the_weaker_axis_decides_how_fast_a_move_gets_faster(build):
    """From standstill to standstill at full acceleration."""
    pace = Pace(replace(FREE, accelerations=(100.0, 400.0, 1.0)))
    assert seconds(build("draw 1 0 60000"), pace) == pytest.approx(2 * math.sqrt(1 / 100))
    assert seconds(build("draw 0 1 60000"), pace) == pytest.approx(2 * math.sqrt(1 / 400))
    assert seconds(build("draw 1 1 60000"), pace) == pytest.approx(2 * math.sqrt(1 / 100))


def test_the_weaker_axis_decides_how_fast_a_corner_is():
    """From along x to along y both axes change by as much; beside 100 mm/s2 the other one's 400 are of no use."""
    half = math.sin(math.pi / 4)
    for strengths in ((100.0, 400.0), (400.0, 100.0)):
        found = corner_by_deviation(1.0, 0.0, 0.0, 0.0, 1.0, 0.0, *strengths, 1.0, math.inf, 0.01)
        assert found == pytest.approx(100 * math.sqrt(2) * 0.01 * half / (1 - half))


def test_where_the_feed_rises_marlin_may_jump_to_what_it_may_start_with():
    assert corner_by_jerk(1.0, 0.0, 0.0, 5.0, 1.0, 0.0, 0.0, 50.0, 10.0, 10.0, 10.0) == pytest.approx(10.0)


def test_the_belt_that_has_the_longer_way_decides_how_fast_the_gondola_is(build):
    """Up to near the line between the motors, where belts are short of nothing, and on a slant below."""
    ends = [(x, y) for x, y in ((300.0, -300.0), (-250.0, 500.0), (0.0, 0.0))]
    path, at = [], (0.0, 0.0)
    for end in ends:
        steps = [step / 400 for step in range(1, 401)]
        path += [(at[0] + (end[0] - at[0]) * part, at[1] + (end[1] - at[1]) * part) for part in steps]
        at = end
    belts = [WALL.lengths(*point) for point in ((0.0, 0.0), *path)]
    longest = sum(max(abs(b[0] - a[0]), abs(b[1] - a[1])) for a, b in pairwise(belts))
    pace = Pace(replace(FREE, belts=WALL, rates=(25.0, 25.0, 1.0)))
    told = seconds(build(*(f"draw {x} {y} 60000" for x, y in path)), pace)
    assert told == pytest.approx(longest / 25.0, rel=1e-3)
    assert told < sum(math.dist(a, b) for a, b in pairwise([(0.0, 0.0), *path])) / 25.0


def test_the_belt_that_has_the_longer_way_decides_how_fast_the_gondola_gets_faster(build):
    pace = Pace(replace(FREE, belts=WALL, accelerations=(200.0, 200.0, 1.0)))
    for x, y in ((2.0, 0.0), (0.0, -2.0), (1.2, 1.6)):
        belts = max(abs(after - before) for before, after in zip(WALL.lengths(0, 0), WALL.lengths(x, y), strict=True))
        assert seconds(build(f"draw {x} {y} 60000"), pace) == pytest.approx(2 * math.sqrt(belts / 200.0))


def test_a_feed_along_the_belts_is_another_speed_on_paper(build):
    """grblHAL: to the side both belts change by the cosine of their angle; the speed is that of the two together."""
    down = build("draw 0 -100 600")
    belts = math.dist(WALL.lengths(0, 0), WALL.lengths(0, -100))
    on_paper, along = (Pace(replace(FREE, belts=WALL, paper_feed=paper)) for paper in (True, False))
    assert seconds(down, on_paper) == pytest.approx(10.0, rel=1e-3)
    assert seconds(down, along) == pytest.approx(belts / 10.0, rel=1e-3)
    assert belts == pytest.approx(100 * math.sqrt(2) * 0.81, rel=0.02)


# --- the pen


def test_dwells_are_rounded_up_to_whole_steps(build):
    assert seconds(build("dwell 0.26"), Pace(FREE, dwell_step=0.05)) == pytest.approx(0.30)
    assert seconds(build("dwell 0.30"), Pace(FREE, dwell_step=0.05)) == pytest.approx(0.30)


def test_a_pen_that_would_rest_for_long_is_lifted_meanwhile_at_its_own_pace(build):
    slow = NamedPen("slow", "#000000", replace(PEN, raise_seconds=2.0, lower_seconds=3.0))
    machine, pace = replace(MACHINE, pens=(slow,)), Pace(FREE, rest_s=10.0)
    short, long, after = (
        ("pen 1", "down", "dwell 9"),
        ("pen 1", "down", "dwell 11"),
        ("pen 1", "down", "up", "dwell 11"),
    )
    assert timing.estimate(build(*short), machine, pace).seconds == pytest.approx(3 + 9)
    assert timing.estimate(build(*long), machine, pace).seconds == pytest.approx(3 + 2 + 11 + 3)
    assert timing.estimate(build(*after), machine, pace).seconds == pytest.approx(3 + 2 + 11)


def test_a_servo_that_the_firmware_waits_for_takes_its_time_with_each_line(build):
    pace = Pace(FREE, pen_lines=2, pen_s=0.3, settles=False)
    assert seconds(build("down", "up"), pace) == pytest.approx(4 * 0.3 + (0.5 - 0.3))  # and what the pen needs more


def test_after_a_stroke_and_on_the_way_home_the_host_asks_where_the_pen_is(build):
    plain, asking = Pace(FREE, pen_lines=1), Pace(FREE, pen_lines=1, proof_s=0.2, barrier_s=0.05)
    stroke = build("down", "draw 10 0 600", "up", "travel 20 0 600")
    assert seconds(stroke, asking) - seconds(stroke, plain) == pytest.approx(0.25)
    home = build("home 10 0", "travel 20 0 600")
    assert seconds(home, asking) - seconds(home, plain) == pytest.approx(0.25)


# --- lines and blocks


def test_motors_that_have_stopped_are_waited_for_before_they_go_on(build):
    """Each move takes 1 s; the next line is there shortly after, while grbl still holds the motors ($1)."""
    moves = build(*(f"draw {10 * number} 0 600" for number in range(1, 11)))
    pace = Pace(FREE, window=1, turnaround=1.02)
    assert seconds(moves, pace) == pytest.approx(9 * 1.02 + 1.0, rel=1e-3)
    assert seconds(moves, replace(pace, idle_s=0.1)) == pytest.approx(9 * 1.1 + 1.0, rel=1e-3)


def test_lines_wait_for_room_in_the_receive_buffer(build):
    """`G1 X1.23` and a line end are 9 or 10 characters: there is one for every answer, or eight."""
    moves = build(*(f"draw {number / 100} 0 60000" for number in range(100, 500)))
    one, eight = (seconds(moves, Pace(FREE, ack_s=0.02, room_bytes=room)) for room in (15.0, 80.0))
    assert one == pytest.approx(400 * 0.02, rel=0.02)
    assert eight == pytest.approx(400 * 0.02 / 8, rel=0.02)


@pytest.mark.parametrize(
    ("cut", "blocks"),
    [
        ({"per_second": 20.0}, 20),
        ({"per_second": 20.0, "shortest": 2.0}, 5),
        ({"longest": 0.7}, 14),
        ({"longest": 0.7, "rounds_up": True}, 15),
        ({"draw_piece": 0.7}, 15),
        ({"travel_piece": 0.7}, 1),
    ],
)
def test_a_move_is_cut_as_the_host_and_the_firmware_do(build, cut, blocks):
    """10 mm in a second; with a second of work for each block, the last of them is done after so many seconds."""
    told = seconds(build("draw 10 0 600"), Pace(FREE, block_s=1.0, **cut))
    assert told == pytest.approx(blocks + 1.0 / blocks, rel=1e-3)


def test_a_firmware_that_waits_for_company_begins_late_or_with_the_third_block(build):
    pace = Pace(replace(FREE, start_delay=0.1), window=1, turnaround=0.01)
    assert seconds(build("draw 10 0 600"), pace) == pytest.approx(1.1, rel=1e-3)
    assert seconds(build("draw 1 0 600", "draw 2 0 600", "draw 10 0 600"), pace) == pytest.approx(1.02, rel=1e-3)


def test_a_block_that_runs_keeps_the_end_that_it_began_with_where_the_firmware_plans_so(build):
    """Alone, 20 mm at 40 mm/s from 5 to 5 mm/s take 0.7 s of ramps and 4.25 mm between them; the second comes later."""
    moves, alone = build("draw 20 0 2400", "draw 40 0 2400"), 0.7 + 4.25 / 40
    model = MotionModel(rates=NONE, accelerations=(100.0, 100.0, 100.0), jerk=(5.0, 5.0, 5.0), replan_running=False)
    pace = Pace(model, window=1, turnaround=0.2)
    assert seconds(moves, pace) == pytest.approx(2 * alone)
    anew = 0.7 + (40 - 15.75) / 40
    assert seconds(moves, replace(pace, model=replace(model, replan_running=True))) == pytest.approx(anew)
