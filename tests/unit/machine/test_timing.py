from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dcode.gcode.motion import Motion
from dcode.geometry.bounds import Bounds
from dcode.machine import timing
from dcode.machine.machine import Machine, NamedPen, Pen
from dcode.machine.motion_model import MotionModel
from dcode.machine.pace import Pace
from dcode.machine.planner import MotionLimits

PEN = Pen(raise_seconds=0.25, lower_seconds=0.5)
MACHINE = Machine(1219.2, 1524.0, Bounds(-420.5, 420.5, 594.5, -594.5), PEN, park=False)
LIMITS = MotionLimits(acceleration=200)
PLAIN = Pace.of(MACHINE, LIMITS)


def test_a_stroke_is_travel_pen_and_ink(build):
    motion = build("up", "travel 100 0 1200", "down", "draw 100 50 600", "dwell 0.5", "up")
    estimate = timing.estimate(motion, MACHINE, PLAIN)
    assert estimate.travel_s == pytest.approx(100 / 20 + 20 / 200)
    assert estimate.draw_s == pytest.approx(50 / 10 + 10 / 200)
    assert (estimate.pen_s, estimate.dwell_s, estimate.lifts) == (pytest.approx(1.0), pytest.approx(0.5), 1)
    assert (estimate.draw_mm, estimate.travel_mm) == (50, 100)
    assert estimate.seconds == pytest.approx(estimate.draw_s + estimate.travel_s + 1.0 + 0.5)
    assert estimate.elapsed[-1] == pytest.approx(estimate.seconds)


def test_a_pen_that_is_told_once_more_to_be_up_waits_once_more_and_is_no_lift(build):
    estimate = timing.estimate(build("up", "up", "up"), MACHINE, PLAIN)
    assert (estimate.pen_s, estimate.lifts) == (pytest.approx(0.75), 0)


def test_the_machine_stops_for_the_pen_and_not_at_a_flat_corner(build):
    through = timing.estimate(build("down", "draw 50 0", "draw 100 0"), MACHINE, PLAIN).draw_s
    stopping = timing.estimate(build("down", "draw 50 0", "dwell 0.1", "draw 100 0"), MACHINE, PLAIN).draw_s
    speed = 500 / 60
    assert through == pytest.approx(100 / speed + speed / 200)
    assert stopping == pytest.approx(through + speed / 200)


def test_a_right_angle_is_taken_at_the_speed_of_the_formula(build):
    half = math.sin(math.pi / 4)
    corner = math.sqrt(200 * 0.01 * half / (1 - half))
    seconds = timing.estimate(build("down", "draw 50 0", "draw 50 50"), MACHINE, PLAIN).draw_s
    speed = 500 / 60
    lost = speed / 200 + (speed - corner) ** 2 / (200 * speed)
    assert seconds == pytest.approx(100 / speed + lost)


def test_short_moves_never_reach_their_feed(build):
    # From a standstill to a standstill over half a millimetre.
    seconds = timing.estimate(build("down", "draw 0.5 0 60000"), MACHINE, PLAIN).draw_s
    assert seconds == pytest.approx(2 * math.sqrt(0.5 / 200))


def test_a_straight_line_in_pieces_takes_as_long_as_in_one(build):
    pieces = build("down", *(f"draw {step / 2} 0 1200" for step in range(1, 201)))
    whole = build("down", "draw 100 0 1200")
    assert timing.estimate(pieces, MACHINE, PLAIN).draw_s == pytest.approx(
        timing.estimate(whole, MACHINE, PLAIN).draw_s
    )


def test_a_short_window_caps_the_speed(build):
    """15 blocks of 0.25 mm at 200 mm/s2: from more than what 14 of them can brake, 15 cannot either."""
    motion = build("down", *(f"draw {step / 4} 0 3000" for step in range(1, 2001)))
    elapsed = timing.estimate(motion, MACHINE, Pace.of(MACHINE, replace(LIMITS, window=15))).elapsed
    speed = 250 / (elapsed[1500] - elapsed[500])
    assert math.sqrt(2 * 200 * 14 * 0.25) < speed < math.sqrt(2 * 200 * 15 * 0.25)


def test_a_feed_above_the_machines_is_capped(build):
    motion, slow = build("down", "draw 100 0 60000"), Pace.of(MACHINE, replace(LIMITS, max_feed=600))
    assert timing.estimate(motion, MACHINE, slow).draw_s == pytest.approx(10.05)


def test_parking_is_part_of_the_whole_with_the_pen_up(build):
    motion = build("travel 100 0")
    parked = timing.estimate(motion, replace(MACHINE, park=True), PLAIN)
    assert parked.park_s == pytest.approx(parked.travel_s + 0.25)
    assert parked.seconds == pytest.approx(2 * parked.travel_s + 0.25)
    assert parked.elapsed[-1] == pytest.approx(parked.travel_s)


def test_the_limits_come_from_the_machine_when_none_are_given(build):
    machine = replace(MACHINE, max_feed=600.0, acceleration=100.0)
    assert MotionLimits.of(machine) == MotionLimits(acceleration=100, max_feed=600)
    assert timing.estimate(build("travel 100 0"), machine).travel_s == pytest.approx(10.1)


def test_nothing_takes_no_time():
    estimate = timing.estimate(Motion(), MACHINE)
    assert estimate.seconds == 0
    assert estimate.elapsed_marks(10) == [(0, 0.0)]


def test_each_pen_has_its_share_and_its_own_speeds(build):
    machine = replace(
        MACHINE,
        pens=(
            NamedPen("fine", "#000000", replace(PEN, draw_speed=300.0)),
            NamedPen("broad", "#ff0000", replace(PEN, draw_speed=600.0, raise_seconds=1.0)),
        ),
    )
    stroke = ("down", "draw 50 0 0", "up", "travel 0 0", "down", "draw 100 0 0", "up", "travel 0 0")
    estimate = timing.estimate(build("pen 1", *stroke, "pen 2", *stroke, "pen 1", *stroke[:4]), machine)
    fine, broad = estimate.pens
    assert (fine.number, fine.name, broad.number, broad.name) == (1, "fine", 2, "broad")
    assert (fine.draw_mm, broad.draw_mm, fine.travel_mm, broad.travel_mm) == (200, 150, 200, 150)
    assert (fine.lifts, broad.lifts) == (3, 2)
    assert (fine.pen_s, broad.pen_s) == (pytest.approx(3 * 0.75), pytest.approx(2 * 1.5))
    assert broad.draw_s == pytest.approx(150 / 10 + 2 * 10 / 200)
    assert sum(pen.seconds for pen in estimate.pens) == pytest.approx(estimate.seconds - estimate.park_s)
    assert [pen["name"] for pen in estimate.as_json()["pens"]] == ["fine", "broad"]


def test_pens_are_called_what_the_program_calls_them_where_the_machine_does_not_know_them(build):
    stroke = ("down", "draw 50 0 0", "up", "travel 0 0")
    motion = build(*stroke, "pen 2", *stroke, "pen 1", *stroke)
    assert [(pen.number, pen.name) for pen in timing.estimate(motion, MACHINE).pens] == [
        (0, "pen"),
        (2, "pen"),
        (1, "pen"),
    ]
    motion.holder, motion.texts = (1, "cyan, #00a0e0"), {4: "red, #d00000"}
    first, second = timing.estimate(motion, MACHINE).pens
    assert [(pen.number, pen.name) for pen in (first, second)] == [(1, "cyan, #00a0e0"), (2, "red, #d00000")]
    assert (first.draw_mm, second.draw_mm) == (100, 50)
    owned = replace(MACHINE, pens=(NamedPen("fine", "#000000", PEN),))
    assert [pen.name for pen in timing.estimate(motion, owned).pens] == ["fine", "red, #d00000"]


def test_a_pen_that_only_makes_way_for_another_has_no_share(build):
    estimate = timing.estimate(build("up 0.5", "pen 2", "down", "draw 50 0 0", "up", "travel 0 0"), MACHINE)
    (share,) = estimate.pens
    assert share.number == 2 and share.seconds == pytest.approx(estimate.seconds - estimate.park_s)


def test_a_program_without_pens_has_one_share(build):
    estimate = timing.estimate(build("down", "draw 1 0", "up"), MACHINE, PLAIN)
    (share,) = estimate.pens
    assert (share.number, share.draw_s, share.lifts) == (0, estimate.draw_s, 1)


def test_marks_go_from_nothing_to_the_last_row_and_bound_the_error(build):
    rows = ["down", *(f"draw {step % 7} {step / 10} {300 + step}" for step in range(500)), "up"]
    estimate = timing.estimate(build(*rows), MACHINE, PLAIN)
    marks = estimate.elapsed_marks(20)
    assert marks[0] == (0, 0.0)
    assert marks[-1] == (502, estimate.elapsed[-1])
    assert len(marks) <= 21
    longest = max(after - before for before, after in pairwise(estimate.elapsed))
    for (first, start), (last, end) in pairwise(marks):
        for row in range(first + 1, last):
            guess = start + (end - start) * (row - first) / (last - first)
            assert abs(guess - estimate.elapsed[row - 1]) <= estimate.seconds / 20 + longest


def test_a_line_that_takes_long_starves_the_planner(build):
    """At 50 mm/s a piece of 0.1 mm takes 2 ms; the host needs 5 for each."""
    motion = build("down", *(f"draw {step / 10} 0 3000" for step in range(1, 501)))
    slow = replace(Pace.of(MACHINE, replace(LIMITS, acceleration=3000.0)), window=1, turnaround=0.005)
    assert timing.estimate(motion, MACHINE, slow).draw_s == pytest.approx(500 * 0.005, rel=0.02)
    assert timing.estimate(motion, MACHINE, replace(slow, window=4)).draw_s < 500 * 0.0025


def test_pieces_of_too_few_steps_are_carried_along(build):
    fine = build("down", *(f"draw {step / 100} 0 600" for step in range(1, 501)))
    steps = replace(PLAIN, model=replace(PLAIN.model, steps=(80.0, 80.0, 80.0)), fewest_steps=6)
    estimate = timing.estimate(fine, MACHINE, steps)
    assert estimate.draw_s == pytest.approx(timing.estimate(build("down", "draw 5 0 600"), MACHINE, PLAIN).draw_s, 0.02)
    assert len(set(estimate.elapsed)) < 150  # eight rows end together


words = st.one_of(
    st.tuples(st.sampled_from(["travel", "draw"]), st.integers(-5, 5), st.integers(-5, 5), st.integers(100, 9000)).map(
        lambda row: " ".join(map(str, row))
    ),
    st.sampled_from(["up", "down", "dwell 0.25", "dwell 30", "home 0 0", "pause", "pen 2"]),
)
JERKY = MotionModel((50.0, 50.0, 5.0), (800.0, 900.0, 100.0), jerk=(8.0, 9.0, 1.0), acceleration=1000.0)
PACES = [
    PLAIN,
    Pace.of(MACHINE, replace(LIMITS, window=3)),
    replace(PLAIN, model=replace(PLAIN.model, segment=0.01, auto_start=False), blocks=4, byte_s=1e-4, window=2),
    Pace(
        replace(JERKY, belts=MACHINE.anchors, replan_running=False, start_delay=0.1, steps=(80.0, 80.0, 80.0)),
        blocks=5,
        draw_piece=2.0,
        per_second=20.0,
        fewest_steps=6,
        drains=0.02,
        block_s=0.002,
        room_bytes=127.0,
        number_bytes=5.5,
        ack_early=True,
        pen_lines=2,
        rest_s=10.0,
    ),
    Pace(JERKY, blocks=6, longest=1.0, rounds_up=True, idle_s=0.02, dwell_step=0.05, proof_s=0.01, barrier_before=True),
]


@settings(max_examples=150, deadline=None)
@given(st.lists(words, max_size=40), st.sampled_from(PACES))
def test_the_compiled_planner_gives_what_the_plain_one_gives_to_the_last_bit(build, rows, pace):
    pytest.importorskip("dcode.machine._lookahead")
    motion = build(*rows)
    plain = timing.estimate(motion, replace(MACHINE, park=True), pace, "plain")
    assert timing.estimate(motion, replace(MACHINE, park=True), pace, "compiled") == plain
    assert list(plain.elapsed) == sorted(plain.elapsed)
    assert all(math.isfinite(moment) for moment in plain.elapsed)
    assert sum(pen.seconds for pen in plain.pens) == pytest.approx(plain.elapsed[-1] if rows else 0.0)
