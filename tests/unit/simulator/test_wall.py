"""A wall's file, and what is true of a machine that hangs on it."""

from __future__ import annotations

import re
import tomllib
from dataclasses import replace
from math import dist
from pathlib import Path

import pytest

from dcode.config.paths import data_dir
from dcode.errors import ConfigError, LimitError
from dcode.machine.machine import BeltDrive, Pen
from dcode.simulator import wall as wall_module
from dcode.simulator.gearing import Gearing
from dcode.simulator.setup import Setup, owners_machine
from dcode.simulator.truth import Truth
from dcode.simulator.wall import Hanging, PenServo, Surface, Wall, load_wall

MACHINE = owners_machine()
AREA = MACHINE.work_area
PLACES = {
    "top_left": (AREA.left, AREA.top),
    "top_right": (AREA.right, AREA.top),
    "bottom_left": (AREA.left, AREA.bottom),
    "bottom_right": (AREA.right, AREA.bottom),
    "centre": AREA.centre,
}


def test_the_example_in_the_documentation_is_a_wall(tmp_path: Path) -> None:
    assert wall_module.__doc__
    example = "\n".join(re.findall(r"^    (.*)$", wall_module.__doc__, re.MULTILINE))
    file = tmp_path / "wall.toml"
    file.write_text(example)
    wall = load_wall(file)
    for table in ("belts", "servo", "surface", "pen"):
        given = set(tomllib.loads(example)[table])
        left_out = set(getattr(wall, table).__slots__) - given
        assert left_out <= {"motor_distance_mm", "steps_per_mm"}
    assert wall.belts.pulley_teeth == 16 and wall.servo.steps == 17 and wall.belts.left_anchor == (-611.0, 764.0)


def test_an_empty_file_is_a_wall_as_the_owner_believes_it(tmp_path: Path) -> None:
    file = tmp_path / "wall.toml"
    file.write_text("")
    assert load_wall(file) == Wall()
    truth = Truth(Wall(), MACHINE)
    assert (truth.belts, truth.steps_per_mm, truth.start((1.0, 2.0))) == (MACHINE.anchors, 80.0, (1.0, 2.0))
    assert {truth.touch_angle(*place) for place in PLACES.values()} == {65.0}


def test_walls_that_come_with_dcode_are_found_by_name() -> None:
    for file in (data_dir("configs") / "walls").glob("*.toml"):
        truth = Truth(load_wall(file.stem), MACHINE)
        assert all(MACHINE.pen.down_angle < truth.touch_angle(*place) < 90 for place in PLACES.values())
        assert dist(truth.start((0.0, 0.0)), (0.0, 0.0)) < 20
    assert load_wall("crooked").belts.pulley_teeth == 16


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[belts]\npulley_tooth = 16", "pulley_teeth"),
        ("[belts]\npulley_teeth = 0", "above 0"),
        ("[belts]\nleft_anchor = [1.0]", "x and y in mm"),
        ("[servo]\ntouch_angle = 200", "from 0 to 180"),
        ("[pen]\ndry_after_m = nan", "finite"),
        ("[pen", "not TOML"),
    ],
)
def test_what_is_wrong_with_a_file_is_said(tmp_path: Path, text: str, says: str) -> None:
    file = tmp_path / "wall.toml"
    file.write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_wall(file)
    assert says in str(caught.value) and str(file) in str(caught.value)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_wall(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_wall("upright")


def test_the_motors_may_be_further_apart_and_the_sheet_turned() -> None:
    apart = Truth(Wall(belts=Hanging(motor_distance_mm=1300.0)), MACHINE).belts
    assert apart.span == pytest.approx(1300.0) and apart.left_anchor[1] == MACHINE.anchors.left_anchor[1]
    turned = Truth(Wall(belts=Hanging(skew_degrees=2.0)), MACHINE)
    assert turned.belts.span == pytest.approx(MACHINE.anchors.span)
    # A sheet that is turned counter-clockwise sees its right motor lower than its left one.
    assert turned.belts.right_anchor[1] < turned.belts.left_anchor[1]
    assert turned.turned(turned.turned((10.0, 20.0)), back=True) == pytest.approx((10.0, 20.0))


def test_a_pulley_with_other_teeth_has_other_steps() -> None:
    measured = replace(MACHINE, belts=BeltDrive(microsteps=32, measured_steps_per_mm=150.0))
    assert Truth(Wall(belts=Hanging(pulley_teeth=16)), MACHINE).steps_per_mm == 100.0
    assert Truth(Wall(belts=Hanging(pulley_teeth=16)), measured).steps_per_mm == 200.0
    assert Truth(Wall(), measured).steps_per_mm == 150.0
    assert Truth(Wall(belts=Hanging(steps_per_mm=90.5)), measured).steps_per_mm == 90.5


def test_belts_that_are_longer_let_the_gondola_down() -> None:
    truth = Truth(Wall(belts=Hanging(left_offset_mm=5.0, right_offset_mm=5.0, start=(10.0, 0.0))), MACHINE)
    x, y = truth.start((0.0, 0.0))
    assert y < -5.0
    lengths = zip(truth.belts.lengths(x, y), truth.belts.lengths(10.0, 0.0), strict=True)
    assert [real - meant for real, meant in lengths] == pytest.approx([5.0, 5.0])
    with pytest.raises(ConfigError, match="cannot hang"):
        Truth(Wall(belts=Hanging(left_offset_mm=-900.0, right_offset_mm=-900.0)), MACHINE).start((0.0, 0.0))


def test_where_a_firmware_that_believes_in_another_machine_lands() -> None:
    right = Truth(Wall(), MACHINE)
    assert right.lands((200.0, -300.0), MACHINE.anchors, 80.0) == pytest.approx((200.0, -300.0))
    short = Truth(Wall(belts=Hanging(pulley_teeth=16)), MACHINE)
    assert short.lands((200.0, -300.0), MACHINE.anchors, 100.0) == pytest.approx((200.0, -300.0))
    assert (
        0.75 < dist(short.lands((200.0, -300.0), MACHINE.anchors, 80.0), (0.0, 0.0)) / dist((200, -300), (0, 0)) < 0.85
    )


def test_the_wall_stands_out_as_it_is_told_to() -> None:
    told = {"top_left": 0.6, "top_right": -0.4, "bottom_left": 0.1, "bottom_right": 0.3, "centre": 0.9}
    truth = Truth(Wall(surface=Surface(**told)), MACHINE)
    for name, place in PLACES.items():
        assert truth.stands_out(*place) == pytest.approx(told[name])
    assert truth.stands_out(AREA.left - 100, AREA.top + 100) == pytest.approx(0.6)
    warped = Truth(Wall(surface=Surface(**told, warp_mm=0.2)), MACHINE)
    grid = [(x, y) for x in range(-420, 421, 20) for y in range(-590, 591, 20)]
    off = [abs(warped.stands_out(*place) - truth.stands_out(*place)) for place in grid]
    assert 0.15 < max(off) <= 0.2
    assert max(warped.stands_out(*place) for place in grid) <= warped.farthest_out


@pytest.mark.parametrize("backwards", [False, True])
@pytest.mark.parametrize("arm", [None, 12.0])
def test_touch_angle_and_height_agree(arm: float | None, backwards: bool) -> None:
    servo = PenServo(touch_angle=60.0, reversed=backwards, arm_mm=arm, level_angle=80.0)
    truth = Truth(Wall(servo=servo, surface=Surface(top_left=1.5, bottom_right=-1.0)), MACHINE)
    for place in PLACES.values():
        angle = truth.touch_angle(*place)
        assert truth.height(angle) == pytest.approx(truth.stands_out(*place))
        lower, higher = (angle + 1, angle - 1) if backwards else (angle - 1, angle + 1)
        assert truth.height(lower) < truth.stands_out(*place) < truth.height(higher)


def test_a_horn_lifts_less_per_degree_the_further_it_is_from_level() -> None:
    truth = Truth(Wall(servo=PenServo(touch_angle=60.0, arm_mm=12.0, level_angle=60.0)), MACHINE)
    assert truth.height(61.0) - truth.height(60.0) > 1.2 * (truth.height(106.0) - truth.height(105.0)) > 0
    with pytest.raises(LimitError):
        truth.angle_of(13.0)


def test_which_way_lifts_is_what_the_owner_believes_unless_told() -> None:
    upside_down = replace(MACHINE, pen=Pen(up_angle=20.0, down_angle=70.0))
    assert Truth(Wall(), upside_down).height(70.0) < 0 < Truth(Wall(), upside_down).height(20.0)
    assert Truth(Wall(servo=PenServo(reversed=False)), upside_down).height(70.0) > 0


def test_the_belts_stay_where_they_are_when_the_firmware_counts_otherwise() -> None:
    gearing = Gearing(100.0, (80.0, 80.0, 1.0), (500.0, 600.0, 0.0))
    assert gearing.real((510.0, 590.0, 0.0)) == (508.0, 592.0)
    gearing.change((100.0, 100.0, 1.0), (510.0, 590.0, 0.0))
    assert gearing.real((510.0, 590.0, 0.0)) == (508.0, 592.0)
    assert gearing.real((520.0, 590.0, 0.0)) == (518.0, 592.0)
    assert gearing.axes(518.0, 592.0) == (520.0, 590.0)


def test_without_a_wall_nothing_is_truer_than_the_machine() -> None:
    assert Setup().truth is None
    assert Setup(wall=Wall()).truth == Truth(Wall(), MACHINE)
