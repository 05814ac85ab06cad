"""Where the nib touches a wall that is not as machine.json says, with all five firmwares."""

from __future__ import annotations

from dataclasses import replace
from math import dist, hypot

import pytest

from dcode.machine.motion_model import MotionModel
from dcode.simulator.contact import Contact
from dcode.simulator.firmware import PROFILES
from dcode.simulator.plotter import Plotter
from dcode.simulator.servo import Servo
from dcode.simulator.setup import owners_machine
from dcode.simulator.truth import Truth
from dcode.simulator.wall import Hanging, PenInHand, PenServo, Surface, Wall
from tests.ruler import pen_seconds, ruler_of
from tests.unit.simulator.drawing import draw, turn

MACHINE = owners_machine()
RAILS = MotionModel((200.0,) * 3, (2000.0,) * 3)
SQUARE = [(-100.0, -100.0), (100.0, -100.0), (100.0, 100.0), (-100.0, 100.0), (-100.0, -100.0)]
SLOPE = Surface(top_left=-1.0, bottom_left=-1.0, top_right=1.0, bottom_right=1.0)


def rig(wall: Wall, at: tuple[float, float] = (0.0, 0.0)) -> tuple[Plotter, Servo, Truth]:
    """A plotter on rails with a servo, and what is true of it."""
    truth = Truth(wall, MACHINE)
    plotter = Plotter(RAILS, at, 15, truth=truth)
    return plotter, Servo(plotter, MACHINE.pen), truth


def finish(plotter: Plotter) -> None:
    while (when := plotter.next_event()) is not None:
        plotter.advance(when)


@pytest.mark.parametrize("profile", PROFILES)
def test_a_wall_that_is_as_believed_changes_nothing(host, profile: str) -> None:
    believed, true = host(profile), host(profile, wall=Wall())
    strokes = [SQUARE, [(-50.0, 30.0), (80.0, -60.0)]]
    for one in (believed, true):
        draw(one, strokes)
    without, within = believed.firmware.ink.strokes, true.firmware.ink.strokes
    assert len(without) == len(within) == 2
    for one, other in zip(without, within, strict=True):
        for wanted, found in ((one, other), (other, one)):
            ruler = ruler_of([wanted])
            assert all(ruler.is_drawn(x, y, within=0.02) for x, y in found.points)


@pytest.mark.parametrize("profile", PROFILES)
def test_the_pen_draws_from_the_true_touch_angle_on(host, profile: str) -> None:
    wall = Wall(servo=PenServo(touch_angle=57.0), pen=PenInHand(z_touch_mm=1.7), surface=Surface(centre=0.0))
    plotter = host(profile, wall=wall)
    draw(plotter, [[(0.0, 0.0), (20.0, 0.0)]], down=58.0)
    assert len(plotter.firmware.ink) == 0
    draw(plotter, [[(0.0, 0.0), (20.0, 0.0)]], down=56.0)
    (stroke,) = plotter.firmware.ink.strokes
    assert stroke.points == pytest.approx([(0.0, 0.0), (20.0, 0.0)], abs=0.05) or len(stroke.points) > 2
    assert stroke.deepest == pytest.approx(0.1 if profile == "fluidnc" else 0.2, abs=0.02)


@pytest.mark.parametrize("profile", PROFILES)
def test_with_the_wrong_pulley_everything_comes_out_smaller(host, profile: str) -> None:
    plotter = host(profile, wall=Wall(belts=Hanging(pulley_teeth=16)))
    draw(plotter, [SQUARE])
    (stroke,) = plotter.firmware.ink.strokes
    width = max(x for x, _ in stroke.points) - min(x for x, _ in stroke.points)
    assert 155.0 < width < 165.0


@pytest.mark.parametrize("profile", ["makelangelo", "marlin", "fluidnc"])
def test_motors_that_are_elsewhere_bend_what_is_drawn(host, profile: str) -> None:
    wall = Wall(belts=Hanging(motor_distance_mm=1240.0, left_offset_mm=5.0, right_offset_mm=-3.0, skew_degrees=0.5))
    plotter, truth = host(profile, wall=wall), Truth(wall, MACHINE)
    draw(plotter, [SQUARE])
    ruler = ruler_of(plotter.firmware.ink)
    steps = plotter.firmware.plotter.motion.steps[0]
    for corner in SQUARE:
        there = truth.lands(corner, MACHINE.anchors, steps)
        assert dist(there, corner) > 3.0
        assert ruler.is_drawn(*there, within=0.15)


@pytest.mark.parametrize(
    ("profile", "correction"), [("makelangelo", "M92 X100 Y100"), ("marlin", "M92 X100 Y100"), ("fluidnc", "$100=100")]
)
def test_the_right_steps_per_mm_in_the_firmware_mend_it(host, profile: str, correction: str) -> None:
    plotter = host(profile, wall=Wall(belts=Hanging(pulley_teeth=16)))
    plotter.send(correction + "\n")
    if profile == "fluidnc":
        plotter.send("$101=100\n")
    draw(plotter, [SQUARE])
    ruler = ruler_of(plotter.firmware.ink)
    assert all(ruler.is_drawn(*corner, within=0.1) for corner in SQUARE)


@pytest.mark.parametrize(
    ("profile", "corrections"),
    [
        ("makelangelo", ["M101 A0 T620 B-620", "M92 X100 Y100", "G92 X0 Y0"]),
        # Marlin's G92 does nothing where it says what is believed already.
        ("marlin", ["M665 L-620 R620", "M92 X100 Y100", "G92 X1 Y1", "G92 X0 Y0"]),
    ],
)
def test_a_firmware_that_is_told_the_truth_draws_true(host, profile: str, corrections: list[str]) -> None:
    plotter = host(profile, wall=Wall(belts=Hanging(pulley_teeth=16, motor_distance_mm=1240.0)))
    for line in corrections:
        plotter.send(line + "\n")
    draw(plotter, [SQUARE])
    ruler = ruler_of(plotter.firmware.ink)
    assert all(ruler.is_drawn(*corner, within=0.05) for corner in SQUARE)


def test_a_wall_plotter_that_hangs_at_its_true_left_motor_knows_where_it_is(host) -> None:
    wall = Wall(belts=Hanging(left_anchor=(-640.0, 700.0), right_anchor=(579.2, 700.0)))
    plotter = host("grblhal", wall=wall, options={"kinematics": "wallplotter"})
    plotter.send("G1 X600 Y500 F6000\n")
    plotter.finish()
    assert plotter.firmware.plotter.paper == pytest.approx((-40.0, 200.0), abs=0.02)


def test_rails_under_a_turned_sheet_draw_turned(host) -> None:
    plotter = host("grbl", wall=Wall(belts=Hanging(skew_degrees=10.0)))
    draw(plotter, [[(0.0, 0.0), (100.0, 0.0)]])
    (stroke,) = plotter.firmware.ink.strokes
    assert stroke.points[-1] == pytest.approx((98.48, -17.36), abs=0.01)


# --- the wall's face


def test_ink_begins_exactly_where_the_wall_comes_up_to_the_pen() -> None:
    plotter, servo, truth = rig(Wall(surface=SLOPE), (-300.0, 0.0))
    servo.aim(64.5, 0.0)  # 0.1 mm pressed in on a flat wall: half a degree
    plotter.advance(1.0)
    assert truth.touch_angle(-300.0, 0.0) < 64.5 < truth.touch_angle(300.0, 0.0)
    plotter.add_line((300.0, 0.0, 0.0), 100.0)
    finish(plotter)
    (stroke,) = plotter.ink.strokes
    x, y = stroke.points[0]
    assert truth.touch_angle(x, y) == pytest.approx(64.5, abs=1e-6)
    assert stroke.points[-1] == (300.0, 0.0)
    assert stroke.deepest == pytest.approx(truth.stands_out(300.0, 0.0) - truth.height(64.5))


def test_a_pen_that_is_only_just_down_skips_the_hollows() -> None:
    plotter, servo, truth = rig(Wall(surface=Surface(warp_mm=0.5)), (-400.0, 0.0))
    servo.aim(65.0, 0.0)
    plotter.advance(1.0)
    plotter.add_line((400.0, 0.0, 0.0), 100.0)
    finish(plotter)
    assert len(plotter.ink) == 2
    ruler = ruler_of(plotter.ink)
    for x in range(-399, 400, 3):
        if abs(truth.stands_out(x, 0.0)) > 0.02:
            assert ruler.is_drawn(x, 0.0, within=0.01) == (truth.stands_out(x, 0.0) > 0), x


def test_how_often_anybody_looks_makes_no_difference() -> None:
    found = []
    for step in (0.0007, 0.11, 7.0):
        plotter, servo, _ = rig(Wall(surface=SLOPE, servo=PenServo(overshoot=0.1)), (-300.0, 0.0))
        plotter.add_line((300.0, 0.0, 0.0), 100.0)
        plotter.advance(1.0)
        servo.aim(64.0, 1.0)
        now = 1.0
        while plotter.next_event() is not None:
            plotter.advance(now := now + step)
        found.append([stroke.points[0] for stroke in plotter.ink])
    assert len(found[0]) >= 1
    for other in found[1:]:
        assert other == [pytest.approx(point, abs=1e-4) for point in found[0]]


def test_a_deep_press_gouges(host) -> None:
    wall = Wall(pen=PenInHand(gouge_mm=2.0))
    plotter = host("makelangelo", wall=wall)
    draw(plotter, [[(0.0, 0.0), (10.0, 0.0)]], down=56)
    draw(plotter, [[(0.0, 5.0), (10.0, 5.0)]], down=54)
    assert [stroke.gouged for stroke in plotter.firmware.ink] == [False, True]
    assert [stroke.deepest for stroke in plotter.firmware.ink] == pytest.approx([1.8, 2.2])


# --- the servo


def test_the_touch_is_at_the_moment_when_the_servo_passes_it() -> None:
    plotter, servo, truth = rig(Wall(servo=PenServo(touch_angle=50.0)))
    plotter.add_line((100.0, 0.0, 0.0), 50.0)
    plotter.advance(0.5)
    servo.aim(40.0, 0.5)
    finish(plotter)
    (stroke,) = plotter.ink.strokes
    moment = 0.5 + (90.0 - 50.0) * truth.wall.servo.seconds_per_degree
    again, _, _ = rig(Wall())
    again.add_line((100.0, 0.0, 0.0), 50.0)
    again.advance(moment)
    assert stroke.points[0] == pytest.approx(again.paper, abs=1e-6)


def test_a_servo_that_swings_leaves_gaps_at_the_beginning_of_a_stroke() -> None:
    wall = Wall(servo=PenServo(touch_angle=41.0, overshoot=0.1, swing_hz=15.0, swing_seconds=0.1))
    hasty, servo, truth = rig(wall)
    servo.aim(40.0, 0.0)
    hasty.advance((90.0 - 41.0) * wall.servo.seconds_per_degree)  # it touches, and the pen is off
    hasty.add_line((50.0, 0.0, 0.0), 50.0)
    finish(hasty)
    assert len(hasty.ink) > 2
    patient, servo, _ = rig(wall)
    servo.aim(40.0, 0.0)
    wanted = pen_seconds(truth, 90.0, 40.0)
    assert (90.0 - 41.0) * wall.servo.seconds_per_degree + 0.05 < wanted < 0.4
    patient.advance(wanted)
    dots = len(patient.ink)
    patient.add_line((50.0, 0.0, 0.0), 50.0)
    finish(patient)
    assert len(patient.ink) == dots
    assert patient.ink.strokes[-1].points == [(0.0, 0.0), (50.0, 0.0)]


def test_what_is_led_slowly_hardly_swings(host) -> None:
    wall = Wall(servo=PenServo(touch_angle=41.0, overshoot=0.1))
    strokes = []
    for words in ("", " T2000"):
        plotter = host("makelangelo", wall=wall)
        plotter.send(f"M280 P0 S40{words}\n", seconds=4.0)
        strokes.append(len(plotter.firmware.ink))
    assert strokes[0] > 1 and strokes[1] == 1


@pytest.mark.parametrize("profile", ["makelangelo", "marlin", "grbl", "grblhal"])
def test_a_reversed_servo_draws_with_its_up_angle(host, profile: str) -> None:
    plotter = host(profile, wall=Wall(servo=PenServo(reversed=True)))
    draw(plotter, [[(50.0, 0.0), (80.0, 0.0)]], down=90.0, up=40.0)
    ruler = ruler_of(plotter.firmware.ink)
    assert ruler.is_drawn(65.0, 0.0)
    assert not plotter.firmware.ink.down


def test_moves_of_a_makelangelos_pen_lead_the_servo(host) -> None:
    plotter = host("makelangelo", wall=Wall(servo=PenServo(touch_angle=57.0)))
    for angle, drawn in ((58, False), (56, True), (90, False)):
        plotter.send(f"G0 Z{angle} F100\n")
        plotter.finish()
        plotter.wait(0.5)
        assert plotter.firmware.ink.down == drawn


def test_a_servo_fork_knows_seventeen_angles(host) -> None:
    plotter = host("grbl", wall=Wall(servo=PenServo(steps=17, touch_angle=50.0)))
    turn(plotter, 90.0)
    contact = plotter.firmware.plotter.contact
    assert isinstance(contact, Contact) and contact.servo
    stood = []
    for angle in range(0, 181, 2):
        turn(plotter, float(angle))
        stood.append(contact.servo.angle(plotter.firmware.now))
    assert len(set(stood)) == 18
    assert all(abs(angle * 17 / 180 - round(angle * 17 / 180)) < 1e-9 for angle in stood)


def test_a_dead_band_swallows_small_steps() -> None:
    plotter, servo, _ = rig(Wall(servo=PenServo(dead_band=1.5)))
    for angle, stands in ((89.0, 90.0), (88.6, 90.0), (88.0, 88.0), (87.0, 88.0)):
        servo.aim(angle, plotter.now)
        plotter.advance(plotter.now + 1.0)
        assert servo.angle(plotter.now) == stands
        assert servo.target == angle


def test_a_pen_on_the_z_axis_touches_by_its_height(host) -> None:
    wall = Wall(pen=PenInHand(z_touch_mm=1.0), surface=SLOPE)
    plotter = host("fluidnc", wall=wall)
    truth = Truth(wall, MACHINE)
    for x in (-300.0, 300.0):
        for above, drawn in ((0.05, False), (-0.05, True)):
            before = len(plotter.firmware.ink)
            plotter.send(f"G1 X{x} Y0 F6000\n")
            plotter.finish()
            plotter.send(f"G0 Z{truth.touch_z(x, 0.0) + above:.3f}\n")
            plotter.finish()
            assert plotter.firmware.ink.down == drawn
            plotter.send("G0 Z5\n")
            plotter.finish()
            assert len(plotter.firmware.ink) == before + drawn


# --- the pen


def test_a_pen_runs_dry_where_its_ink_ends_and_a_fresh_one_draws_again(host) -> None:
    plotter = host("grbl", wall=Wall(pen=PenInHand(dry_after_m=0.15)))
    draw(plotter, [[(0.0, 0.0), (100.0, 0.0)], [(0.0, 10.0), (100.0, 10.0)], [(0.0, 20.0), (100.0, 20.0)]])
    first, second, dry, third = plotter.firmware.ink.strokes
    assert [stroke.dry for stroke in (first, second, dry, third)] == [False, False, True, True]
    assert second.points[-1] == dry.points[0] == pytest.approx((50.0, 10.0), abs=0.01)
    plotter.firmware.plotter.change_pen(2)
    draw(plotter, [[(0.0, 30.0), (100.0, 30.0)]])
    last = plotter.firmware.ink.strokes[-1]
    assert (last.pen, last.dry) == (2, False)
    assert ruler_of(plotter.firmware.ink).ink_mm == pytest.approx(250.0, abs=0.1)


def test_a_pen_that_is_changed_with_the_servo_down_goes_on_drawing(host) -> None:
    plotter = host("grbl", wall=Wall())
    turn(plotter, 40.0)
    plotter.firmware.plotter.change_pen(3)
    plotter.send("G1 X10 F6000\n")
    plotter.finish()
    assert [(stroke.pen, len(stroke.points)) for stroke in plotter.firmware.ink] == [(1, 1), (3, 2)]


def test_end_stops_are_where_they_really_are(host) -> None:
    wall = Wall(belts=Hanging(left_offset_mm=6.0, right_offset_mm=6.0, pulley_teeth=16, start=(10.0, 20.0)))
    machine = replace(MACHINE, end_stops=True)
    truth = Truth(wall, machine)
    for profile, seconds in (("makelangelo", 60.0), ("marlin", 60.0)):
        plotter = host(profile, machine=machine, wall=wall)
        plotter.send("G28\n", seconds=seconds)
        plotter.finish()
        there = truth.hangs(machine.home)
        assert plotter.firmware.plotter.position[:2] == pytest.approx(machine.home, abs=0.02)
        assert hypot(there[0], there[1]) > 5.0
        assert plotter.firmware.plotter.paper == pytest.approx(there, abs=0.1), profile


def test_grbl_homes_to_where_the_switches_really_are(host) -> None:
    wall = Wall(belts=Hanging(pulley_teeth=16, skew_degrees=1.0))
    machine = replace(MACHINE, end_stops=True)
    plotter = host("grbl", machine=machine, wall=wall, settings={"$27": 0.0})
    plotter.send("$H\n", seconds=120.0)
    assert "ok" in plotter.said
    assert plotter.firmware.plotter.paper == pytest.approx((420.5, 594.5), abs=0.05)
