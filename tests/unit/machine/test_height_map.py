"""What is added to a pen's lowered height, by place; that it stays within the servo, and what is made of touches."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcode.config.machine_file import parse_machine
from dcode.errors import ConfigError
from dcode.gcode.interpret import interpret
from dcode.gcode.reading import Reading
from dcode.geometry.bounds import Bounds
from dcode.machine.check import check
from dcode.machine.height_map import HeightMap
from dcode.machine.machine import Machine, Pen
from dcode.machine.pen_range import servo_beyond

AREA = Bounds(-400.0, 400.0, 500.0, -500.0)
offsets = st.floats(-5, 5)
maps = st.builds(HeightMap, offsets, offsets, offsets, offsets, offsets)


@given(maps)
def test_the_corners_and_the_centre_are_met(wall: HeightMap) -> None:
    places = (*AREA.corners, AREA.centre)
    assert [wall.offset(AREA, at) for at in places] == pytest.approx(wall.values, abs=1e-9)


def test_between_them_it_is_bilinear_with_a_bulge() -> None:
    wall = HeightMap(top_left=1.0, top_right=2.0, bottom_right=4.0, bottom_left=3.0, centre=3.5)
    assert wall.offset(AREA, (0.0, 500.0)) == pytest.approx(1.5)  # the middle of an edge
    u, v = 0.25, 0.75
    bilinear = (1 - u) * v * 1.0 + u * v * 2.0 + u * (1 - v) * 4.0 + (1 - u) * (1 - v) * 3.0
    assert wall.offset(AREA, (-200.0, 250.0)) == pytest.approx(bilinear + 1.0 * 16 * u * (1 - u) * v * (1 - v))


@given(maps, st.floats(-400, 400), st.floats(-500, 500))
def test_no_offset_is_beyond_the_span(wall: HeightMap, x: float, y: float) -> None:
    low, high = wall.span
    assert low - 1e-9 <= wall.offset(AREA, (x, y)) <= high + 1e-9


def test_beyond_the_area_it_is_as_at_its_edge() -> None:
    wall = HeightMap(top_left=1.0, top_right=2.0)
    assert wall.offset(AREA, (-900.0, 900.0)) == wall.offset(AREA, (-400.0, 500.0)) == 1.0


@given(maps)
def test_touches_that_were_felt_elsewhere_give_the_map_back(wall: HeightMap) -> None:
    places = ((10.0, -20.0), *AREA.inset(30.0).corners)
    found = HeightMap.through(AREA, places, [wall.offset(AREA, at) for at in places])
    assert found.values == pytest.approx(wall.values, abs=1e-6)


def test_places_that_say_the_same_twice_give_no_map() -> None:
    places = ((0.0, 0.0), (0.0, 0.0), *AREA.corners[:3])
    with pytest.raises(ValueError, match="do not tell"):
        HeightMap.through(AREA, places, [0.0] * 5)


def test_a_servo_that_would_turn_too_far_is_found() -> None:
    assert servo_beyond(Pen(90.0, 3.0), HeightMap(top_left=-2.0)) is None
    assert servo_beyond(Pen(90.0, 3.0), HeightMap(top_left=-4.0)) == pytest.approx(-1.0)
    assert servo_beyond(Pen(90.0, 178.0), HeightMap(centre=3.0)) == pytest.approx(181.0)
    assert servo_beyond(Pen(90.0, 3.0, z_down=0.5), HeightMap(top_left=-4.0)) is None  # an axis has no such range


FILE = """{"machine": {"width_mm": 1219.2, "height_mm": 1524},
"work_area": {"left": -420.5, "right": 420.5, "top": 594.5, "bottom": -594.5},
"pen": {"up_angle": 90, "down_angle": 10, "travel_speed": 1000, "draw_speed": 500},
"height_map": {"top_left": -3.5, "centre": %s}}"""


def test_the_file_gives_the_map() -> None:
    assert parse_machine(FILE % "1.5").height_map == HeightMap(top_left=-3.5, centre=1.5)


def test_a_file_whose_map_turns_the_servo_too_far_is_refused() -> None:
    with pytest.raises(ConfigError, match=r"height_map.*pen.down_angle may be -1.1.*beyond 0 to 180"):
        parse_machine(FILE % "-8.5")


def test_the_check_refuses_a_program_for_such_a_machine() -> None:
    machine = Machine(1219.2, 1524.0, AREA, Pen(90.0, 5.0), height_map=HeightMap(top_left=-6.0))
    program = interpret(b"G21\nM280 P0 S5\nG1 X10\nM280 P0 S90\n", Reading(up_angle=90.0, down_angle=5.0))
    found = [violation for violation in check(program, machine).violations if violation.kind == "servo"]
    assert len(found) == 1 and found[0].value == pytest.approx(-1.0) and found[0].limit == 0.0
