from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise

import pytest

from dcode.gcode.interpret import Program
from dcode.gcode.motion import Motion
from dcode.gcode.place import beginning, end, strokes_between
from dcode.geometry.bounds import Bounds
from dcode.machine.check import check
from dcode.machine.machine import Machine, Pen
from dcode.machine.marking import marking
from dcode.machine.marks import marks

MACHINE = Machine(1219.2, 1524.0, Bounds(-420, 420, 594, -594), Pen())


def strokes(motion: Motion) -> list[list[tuple[float, float]]]:
    return strokes_between(motion, beginning(motion), end(motion))


def test_every_mark_that_register_names_is_drawn_where_it_is() -> None:
    drawn = strokes(marking(MACHINE, size=10))
    tips = {stroke[1] for stroke in drawn if len(stroke) == 3}
    across, upright = (stroke for stroke in drawn if len(stroke) == 2)
    centre = across[0][0] + 5, upright[0][1] + 5
    assert (across[0][1], upright[0][0]) == (centre[1], centre[0])
    assert tips | {centre} == {(mark.x, mark.y) for mark in marks(MACHINE)}
    assert len(drawn) == 6


def test_the_size_is_that_of_an_arm_and_of_the_cross() -> None:
    for stroke in strokes(marking(MACHINE, size=24)):
        assert {round(math.dist(a, b), 9) for a, b in pairwise(stroke)} == {24}


def test_all_of_it_is_within_the_limits() -> None:
    for home in ((0.0, 0.0), (0.0, 594.0), (418.0, -594.0)):
        machine = replace(MACHINE, home=home)
        assert check(Program(marking(machine, size=40), [], 0), machine).ok


def test_arms_end_where_the_belts_do() -> None:
    """A work area as wide as the motors are apart: its upper corners cannot be reached at all."""
    machine = replace(MACHINE, work_area=Bounds(-600, 600, 700, -700))
    motion = marking(machine, size=100)
    assert check(Program(motion, [], 0), machine).ok
    assert {mark.name for mark in marks(machine)} == {"home", "bottom left", "bottom right"}
    assert len(strokes(motion)) == 4


@pytest.mark.parametrize(("corners", "cross", "count"), [(True, False, 4), (False, True, 2), (False, False, 0)])
def test_either_can_be_left_out(corners: bool, cross: bool, count: int) -> None:
    assert len(strokes(marking(MACHINE, corners=corners, cross=cross))) == count


def test_a_home_at_the_edge_has_half_a_cross() -> None:
    machine = replace(MACHINE, home=(0.0, 594.0))
    drawn = strokes(marking(machine, size=10, corners=False))
    assert drawn == [[(-5, 594), (5, 594)], [(0, 589), (0, 594)]]
