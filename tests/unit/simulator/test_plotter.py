from __future__ import annotations

import math

import pytest

from dcode.geometry.kinematics import Belts
from dcode.machine.motion_model import MotionModel
from dcode.simulator.plotter import Plotter

RAILS = MotionModel((100.0,) * 3, (200.0,) * 3)
BELTS = Belts((-500.0, 500.0), (500.0, 500.0))
WALL = MotionModel((100.0,) * 3, (1000.0,) * 3, belts=BELTS)


def finish(plotter: Plotter) -> None:
    while (when := plotter.next_event()) is not None:
        plotter.advance(when)


def test_a_hold_brakes_on_the_path_and_goes_on_to_the_same_end() -> None:
    plotter = Plotter(RAILS, (0.0, 0.0), 15)
    plotter.set_pen(True)
    for x, y in ((10.0, 0.0), (10.0, 10.0), (0.0, 10.0)):
        plotter.add_line((x, y, 0.0), 30.0)
    plotter.advance(0.3)
    plotter.hold()
    at_hold = plotter.position
    plotter.advance(5.0)
    assert plotter.held and plotter.next_event() is None
    assert math.dist(plotter.position, at_hold) > 0.5
    plotter.advance(60.0)
    stood = plotter.position
    plotter.release()
    finish(plotter)
    assert plotter.position == (0.0, 10.0, 0.0)
    assert stood[0] == pytest.approx(10.0) or stood[1] in (0.0, 10.0)
    (stroke,) = plotter.ink.strokes
    assert stroke.points == [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]


def test_a_hold_takes_as_long_as_the_braking_and_what_is_prepared() -> None:
    plotter = Plotter(MotionModel((100.0,) * 3, (200.0,) * 3, segment=0.01, segments=5), (0.0, 0.0), 15)
    plotter.add_line((50.0, 0.0, 0.0), 25.0)
    plotter.advance(0.5515)
    plotter.hold()
    finish(plotter)
    # As grbl was captured: it stands after the prepared 50 ms and the braking.
    assert plotter.position[0] == pytest.approx(15.0)


def test_a_flush_stops_dead_and_the_position_is_known() -> None:
    plotter = Plotter(RAILS, (0.0, 0.0), 15)
    plotter.set_pen(True)
    plotter.add_line((50.0, 0.0, 0.0), 25.0)
    plotter.advance(1.0)
    there = plotter.position
    plotter.flush()
    plotter.advance(9.0)
    assert plotter.position == there == plotter.planned
    assert plotter.ink.strokes[0].points[-1] == pytest.approx(there[:2])
    plotter.add_line((0.0, 0.0, 0.0), 25.0)
    finish(plotter)
    assert plotter.paper == (0.0, 0.0)


def test_relabelling_moves_nothing() -> None:
    plotter = Plotter(RAILS, (100.0, 50.0), 15)
    plotter.set_position((0.0, 0.0, 0.0))
    plotter.add_line((10.0, 0.0, 0.0), 25.0)
    finish(plotter)
    assert plotter.position == (10.0, 0.0, 0.0)
    assert plotter.paper == (110.0, 50.0)
    plotter.set_position((-7.0, 3.0, 0.0))
    assert plotter.paper == (110.0, 50.0) and plotter.position == (-7.0, 3.0, 0.0)


def test_a_wrong_idea_of_the_position_bends_what_belts_draw() -> None:
    right = Plotter(WALL, (0.0, 0.0), 15)
    wrong = Plotter(WALL, (0.0, -200.0), 15)
    wrong.set_position((0.0, 0.0, 0.0))
    for plotter in (right, wrong):
        plotter.add_line((100.0, 0.0, 0.0), 25.0)
        finish(plotter)
    assert right.paper == pytest.approx((100.0, 0.0))
    assert wrong.paper != pytest.approx((100.0, -200.0), abs=1.0)
    assert wrong.position == pytest.approx((100.0, 0.0, 0.0))


def test_ink_follows_the_bow_of_a_long_block_on_belts() -> None:
    plotter = Plotter(WALL, (-200.0, 300.0), 15)
    plotter.set_pen(True)
    plotter.add_line((200.0, 300.0, 0.0), 50.0)
    finish(plotter)
    (stroke,) = plotter.ink.strokes
    assert len(stroke.points) > 20
    assert max(abs(y - 300.0) for _, y in stroke.points) > 5.0
    for (x0, y0), (x1, y1) in zip(stroke.points, stroke.points[1:], strict=False):
        (l0, r0), (l1, r1) = BELTS.lengths(x0, y0), BELTS.lengths(x1, y1)
        x, y = BELTS.position((l0 + l1) / 2, (r0 + r1) / 2)
        assert math.dist((x, y), ((x0 + x1) / 2, (y0 + y1) / 2)) <= 0.0101


def test_the_feed_is_measured_on_paper_or_along_the_belts() -> None:
    on_paper = Plotter(WALL, (0.0, 0.0), 15)
    along_belts = Plotter(MotionModel((100.0,) * 3, (1000.0,) * 3, belts=BELTS, paper_feed=False), (0.0, 0.0), 15)
    for plotter in (on_paper, along_belts):
        plotter.add_line((1.0, 0.0, 0.0), 10.0)
        finish(plotter)
    belts = [b - a for a, b in zip(BELTS.lengths(0, 0), BELTS.lengths(1, 0), strict=True)]
    assert on_paper.still_at == pytest.approx(1 / 10, abs=0.02)
    assert along_belts.still_at == pytest.approx(math.hypot(*belts) / 10, abs=0.02)


def test_the_stroke_under_way_ends_where_the_pen_is() -> None:
    plotter = Plotter(RAILS, (0.0, 0.0), 15)
    plotter.set_pen(True)
    plotter.add_line((50.0, 0.0, 0.0), 25.0)
    plotter.advance(1.0)
    assert plotter.ink.strokes[0].points[-1] == plotter.paper
    plotter.set_pen(False)
    finish(plotter)
    assert plotter.ink.strokes[0].points[-1][0] < 30.0


def test_a_pen_on_the_z_axis_goes_down_with_it() -> None:
    plotter = Plotter(RAILS, (0.0, 0.0), 15)
    plotter.pen_below = 2.5
    for target in ((0.0, 0.0, 5.0), (10.0, 0.0, 5.0), (10.0, 0.0, 0.0), (20.0, 0.0, 0.0), (20.0, 0.0, 5.0)):
        plotter.add_line(target, 25.0)
    finish(plotter)
    assert [stroke.points for stroke in plotter.ink.strokes] == [[(10.0, 0.0), (20.0, 0.0)]]


def test_another_pen_is_another_ink() -> None:
    plotter = Plotter(RAILS, (0.0, 0.0), 15)
    plotter.set_pen(True)
    plotter.change_pen(2)
    assert not plotter.ink.down
    plotter.set_pen(True)
    assert [stroke.pen for stroke in plotter.ink.strokes] == [1, 2]


def test_an_override_speeds_up_what_is_queued() -> None:
    plotter = Plotter(RAILS, (0.0, 0.0), 15)
    plotter.add_line((100.0, 0.0, 0.0), 10.0)
    plotter.advance(1.0)
    plotter.override(2.0)
    plotter.advance(2.0)
    assert plotter.speed == pytest.approx(20.0)
    plotter.override(0.5)
    plotter.advance(3.0)
    assert plotter.speed == pytest.approx(5.0)
    finish(plotter)
    assert plotter.position == (100.0, 0.0, 0.0)


def test_a_first_block_waits_for_company() -> None:
    model = MotionModel((100.0,) * 3, (200.0,) * 3, start_delay=0.1, start_blocks=3)
    alone = Plotter(model, (0.0, 0.0), 15)
    alone.add_line((10.0, 0.0, 0.0), 10.0)
    alone.advance(0.09)
    assert alone.position[0] == 0.0 and alone.moving
    alone.advance(0.2)
    assert alone.position[0] > 0.0
    three = Plotter(model, (0.0, 0.0), 15)
    for x in (10.0, 20.0, 30.0):
        three.add_line((x, 0.0, 0.0), 10.0)
    three.advance(0.05)
    assert three.position[0] > 0.0


def test_steps_round_the_ends_of_blocks() -> None:
    plotter = Plotter(MotionModel((100.0,) * 3, (200.0,) * 3, steps=(80.0, 80.0, 80.0)), (0.0, 0.0), 15)
    assert not plotter.add_line((0.004, 0.0, 0.0), 10.0)
    assert plotter.add_line((0.007, 0.0, 0.0), 10.0)
    finish(plotter)
    assert plotter.position[0] == 0.0125


def test_a_long_drawing_keeps_nothing_but_its_ink() -> None:
    plotter = Plotter(MotionModel((100.0,) * 3, (500.0,) * 3, segment=0.01), (0.0, 0.0), 15)
    for number in range(5000):
        while not plotter.room():
            plotter.advance(plotter.next_event() or 0.0)
        plotter.add_line((number % 2, number % 3, 0.0), 50.0)
    assert len(plotter._planner.runs) < 50 and len(plotter._planner.blocks) <= 15
    assert len(plotter._planner._ends) <= 5
