from __future__ import annotations

import math
from itertools import pairwise

import pytest

from dcode.gcode.interpret import interpret
from dcode.gcode.motion import Kind, Motion
from dcode.gcode.reading import Reading
from dcode.geometry.bounds import Bounds
from dcode.machine.machine import Machine, Pen
from dcode.machine.rehearse import Rehearsal, lifted, rehearsal
from dcode.machine.timing import estimate

MACHINE = Machine(1219.2, 1524.0, Bounds(-420, 420, 594, -594), Pen(travel_speed=1200.0, draw_speed=600.0))
# A triangle at 300 mm/min, with everything around it that a rehearsal leaves out, and a stroke inside of it.
PROGRAM = b"""G21 G90
T2 M6
M280 P0 S90
G0 X0 Y100
M280 P0 S40
G1 X100 Y0 F300
G4 P500
G1 X-100 Y0
G1 X0 Y100
M280 P0 S90
M0 look
G28
G0 X-10 Y20
M280 P0 S40
G1 X10 Y20 F600
M280 P0 S90
G0 X300 Y300
"""


@pytest.fixture
def motion() -> Motion:
    return interpret(PROGRAM, Reading()).motion


def points(motion: Motion) -> list[tuple[float, float]]:
    return list(zip(motion.x, motion.y, strict=True))


def length(motion: Motion) -> float:
    return sum(math.dist(a, b) for a, b in pairwise([motion.start, *points(motion)]))


@pytest.mark.parametrize("what", ["box", "hull", "seconds"])
def test_a_rehearsal_is_nothing_but_travels(motion: Motion, what: str) -> None:
    made = rehearsal(motion, Rehearsal(what, seconds=1e6, times=2), MACHINE)  # type: ignore[arg-type]
    assert set(made.kind) == {Kind.TRAVEL}
    assert made.start == motion.start


def test_the_box_is_around_the_ink_from_its_nearest_corner_and_back(motion: Motion) -> None:
    made = rehearsal(motion, Rehearsal("box"), MACHINE)
    assert len(made) == 5
    assert (made.x[0], made.y[0]) == (made.x[-1], made.y[-1])
    assert set(points(made)) == {(-100, 0), (-100, 100), (100, 100), (100, 0)}
    assert math.dist(motion.start, points(made)[0]) == 100
    assert all(sum(a != b for a, b in zip(one, other, strict=True)) == 1 for one, other in pairwise(points(made)))
    assert set(made.value) == {1200.0}


def test_the_hull_leaves_out_the_corners_that_the_ink_has_not(motion: Motion) -> None:
    made = rehearsal(motion, Rehearsal("hull"), MACHINE)
    assert set(points(made)) == {(-100, 0), (0, 100), (100, 0)}
    assert (len(made), points(made)[0]) == (4, points(made)[-1])


def test_the_way_around_is_gone_as_often_as_wanted(motion: Motion) -> None:
    once, thrice = (rehearsal(motion, Rehearsal("hull", times=times), MACHINE) for times in (1, 3))
    assert points(thrice) == points(once) + 2 * points(once)[1:]


def test_what_is_drawn_is_travelled_at_the_feed_that_it_is_drawn_at(motion: Motion) -> None:
    up = lifted(motion, MACHINE)
    by_place = {(x, y): feed for x, y, feed in zip(up.x, up.y, up.value, strict=True)}
    assert (by_place[(100, 0)], by_place[(10, 20)], by_place[(300, 300)]) == (300, 600, 1000)
    assert up.line[1] == 6  # of the source


@pytest.mark.parametrize("seconds", [0.5, 7.0, 29.0, 60.0])
def test_the_first_seconds_last_as_long_as_they_are_to(motion: Motion, seconds: float) -> None:
    made = rehearsal(motion, Rehearsal("seconds", seconds=seconds), MACHINE)
    assert estimate(made, MACHINE).elapsed[-1] == pytest.approx(seconds, abs=0.3)
    assert points(made)[:-1] == points(lifted(motion, MACHINE))[: len(made) - 1]


def test_more_seconds_than_it_takes_are_all_of_it(motion: Motion) -> None:
    assert points(rehearsal(motion, Rehearsal("seconds", seconds=1e6), MACHINE)) == points(lifted(motion, MACHINE))


def test_a_program_without_ink_is_gone_around_by_its_moves() -> None:
    motion = interpret(b"G21 G90\nG0 X10 Y0\nG0 X10 Y30\n", Reading()).motion
    assert set(points(rehearsal(motion, Rehearsal("box"), MACHINE))) == {(10, 0), (10, 30)}
    assert set(points(rehearsal(motion, Rehearsal("hull"), MACHINE))) == {(10, 0), (10, 30)}


def test_a_dot_is_gone_to() -> None:
    motion = interpret(b"G21 G90\nG0 X10 Y5\nM280 P0 S40\nM280 P0 S90\n", Reading()).motion
    for what in ("box", "hull"):
        made = rehearsal(motion, Rehearsal(what), MACHINE)  # type: ignore[arg-type]
        assert set(points(made)) == {(10, 5)}


def test_the_seconds_begin_with_a_row_after_the_way_to_it(motion: Motion) -> None:
    row = next(at for at in range(len(motion)) if motion.kind[at] == Kind.HOME)
    made = rehearsal(motion, Rehearsal("seconds", seconds=5.0, row=row), MACHINE)
    assert (made.x[0], made.y[0], made.value[0]) == (0.0, 100.0, MACHINE.pen.travel_speed)
    elapsed = estimate(made, MACHINE).elapsed
    assert elapsed[-1] - elapsed[0] == pytest.approx(5.0, rel=0.01)
    assert set(made.kind) == {Kind.TRAVEL}
    end = rehearsal(motion, Rehearsal("seconds", seconds=5.0, row=10**6), MACHINE)
    assert (end.x[-1], end.y[-1]) == motion.position_before(len(motion))
