"""What is seen of a program on its machine: ink, travels, and where it must not go."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dcode.geometry.bounds import Bounds
from dcode.geometry.drawing import Drawing, Layer
from dcode.geometry.lines import Lines
from dcode.machine.drawing_motion import motion_of
from dcode.machine.limits import SoftLimits
from dcode.machine.machine import BeltLimits, Machine, NamedPen, Pen
from dcode.machine.preview.reachable import allowed, held_between, out_of_reach
from dcode.machine.preview.scene import pen_up_ways, scene_of_drawing, scene_of_motion
from dcode.machine.preview.strays import beyond

NARROW = Machine(
    1219.2, 1524.0, Bounds(-560, 560, 740, -594.5), gondola_kg=1.5, belt_limits=BeltLimits(80.0, 1500.0, 8.0, 30.0)
)
UNEVEN = replace(NARROW, left_anchor=(-600.0, 800.0), right_anchor=(620.0, 700.0))


def points_of(lines: Lines) -> list[list[tuple[float, float]]]:
    return [[(x, y) for x, y in line.tolist()] for line in lines]


def test_a_stroke_is_what_is_between_pen_down_and_pen_up(build, owners):
    motion = build("travel 1 1", "down", "draw 2 2", "draw 3 1", "up", "travel 9 9", "down", "up", "travel 0 0")
    (layer,) = scene_of_motion(motion, owners).ink.layers
    assert points_of(layer.lines) == [[(1, 1), (2, 2), (3, 1)], [(9, 9)]]


def test_pens_have_their_colours_and_widths(build, owners):
    machine = replace(
        owners, pens=(NamedPen("a", "#111111", Pen(width_mm=0.3)), NamedPen("b", "#22aa22", Pen(width_mm=0.8)))
    )
    motion = build("down", "draw 1 0", "up", "pen 2", "down", "draw 2 0", "up", "pen 7", "down", "draw 3 0")
    found = [(layer.colour, layer.width_mm) for layer in scene_of_motion(motion, machine).ink.layers]
    assert found == [("#111111", 0.3), ("#22aa22", 0.8), ("#000000", 0.5)]


def test_the_pen_that_is_in_the_holder_at_first_has_its_colour_too(owners):
    drawing = Drawing(tuple(Layer(Lines.of([[(i, 0), (i, 9)]]), f"n{i}", i, f"#0000{i}0") for i in (3, 1)))
    motion = motion_of(drawing, owners)
    assert [layer.colour for layer in scene_of_motion(motion, owners).ink.layers] == ["#000030", "#000010"]


def test_travels_are_the_ways_with_the_pen_up(build):
    motion = build("travel 5 5", "travel 6 6", "down", "draw 7 7", "up", "home 0 0")
    assert points_of(pen_up_ways(motion)) == [[(0, 0), (5, 5), (6, 6)], [(7, 7), (0, 0)]]
    assert len(pen_up_ways(build("down", "draw 7 7"))) == 0


def test_a_drawing_is_travelled_from_stroke_to_stroke():
    lines = Lines.of([[(0, 0), (1, 0)], [(5, 5)], [(2, 0), (3, 0)]])
    scene = scene_of_drawing(Drawing((Layer(lines),), (100.0, 50.0)))
    assert points_of(scene.travels) == [[(1, 0), (5, 5)], [(5, 5), (2, 0)]]
    assert scene.page == Bounds(-50, 50, 25, -25) and scene.frame is None
    assert len(scene_of_drawing(Drawing((Layer(lines),)), travels=False).travels) == 0


def test_the_page_grows_with_a_program_that_leaves_it_but_not_without_end(build, owners):
    assert scene_of_motion(build("down", "draw 1000 0"), owners).page == Bounds(-420.5, 1000, 594.5, -594.5)
    wrong_point = scene_of_motion(build("down", "draw 10000 0", "draw 5 5"), owners)
    assert wrong_point.page == Bounds(-420.5, 1261.5, 594.5, -594.5)
    assert np.isfinite(scene_of_motion(build("down", "draw nan 0", "up"), owners).page.right)


@pytest.mark.parametrize("machine", [NARROW, UNEVEN, replace(NARROW, gondola_kg=None)], ids=["even", "uneven", "light"])
def test_arrays_of_points_are_judged_as_single_points_are(machine: Machine):
    limits = SoftLimits.of(machine)
    points = np.random.default_rng(4).uniform(-800, 900, (4000, 2))
    one_by_one = [limits.violation(x, y) is None for x, y in points.tolist()]
    assert allowed(limits, points).tolist() == one_by_one
    assert 0 < sum(one_by_one) < 4000


def test_what_the_belts_hold_lies_between_two_edges_of_each_column():
    limits = SoftLimits.of(UNEVEN)
    x = np.array([-650.0, -500.0, 0.0, 333.0, 500.0])
    low, high = held_between(limits.reach, x, -1500.0, 900.0)
    for at, bottom, top in zip(x.tolist(), low.tolist(), high.tolist(), strict=True):
        if bottom == top:
            assert all(limits.reach.breach(at, y) for y in range(-1500, 900, 20))
        else:
            assert limits.reach.breach(at, top) is None and limits.reach.breach(at, bottom) is None
            assert limits.reach.breach(at, top + 0.01) and limits.reach.breach(at, bottom - 0.01)
    assert low[0] == high[0] and low[2] < high[2]


def test_what_cannot_be_reached_is_outlined(owners):
    assert len(out_of_reach(SoftLimits.of(owners), owners.work_area)) == 0
    above, below = out_of_reach(SoftLimits.of(NARROW), Bounds(-500, 500, 740, -1400))
    assert above[:, 1].max() == 740 and below[:, 1].min() == -1400
    assert (above[0] == above[-1]).all() and len(above) > 200


def test_where_a_stroke_leaves_the_limits_is_found_exactly(owners):
    limits = SoftLimits.of(owners)
    lines = Lines.of([[(0, 0), (1000, 0)], [(0, 7), (9, 9)], [(500, 50), (430, 50), (410, 50), (500, 60)], [(0, 700)]])
    parts, exits = beyond(lines, limits)
    assert [part[0].tolist() for part in parts] == exits.tolist()
    assert exits[0] == pytest.approx((420.5, 0), abs=1e-3)
    assert exits[1].tolist() == [500, 50]  # it begins outside
    assert exits[2] == pytest.approx((420.5, 51.17), abs=0.01)
    assert exits[3].tolist() == [0, 700]
    assert parts[0][-1].tolist() == [1000, 0]
    assert parts[1][-1] == pytest.approx((420.5, 50), abs=1e-3)


def test_nothing_strays_within_the_limits(build, owners):
    scene = scene_of_motion(build("travel 400 500", "down", "draw -400 -500", "up"), owners)
    assert len(scene.strays) == len(scene.exits) == 0


def test_travels_that_leave_the_limits_are_seen_even_when_travels_are_not(build, owners):
    scene = scene_of_motion(build("travel 500 0", "travel 0 0", "down", "draw 5 5"), owners, travels=False)
    assert len(scene.travels) == 0
    assert scene.exits == pytest.approx(np.array([[420.5, 0]]), abs=1e-3)


def test_of_many_exits_some_are_marked(build, owners):
    rows = [f"draw {x} {y / 10}" for y in range(3000) for x in (400, 440)]
    scene = scene_of_motion(build("down", *rows), owners)
    assert len(scene.strays) == 3000
    assert 5 <= len(scene.exits) <= 200


def test_belts_that_do_not_reach_are_left_too():
    lines = Lines.of([[(0, 0), (0, 735)]])
    _, exits = beyond(lines, SoftLimits.of(NARROW))
    assert len(exits) == 1
    limits = SoftLimits.of(NARROW)
    (x, y) = exits[0].tolist()
    assert limits.violation(x, y) is None and limits.violation(x, y + 0.01) is not None
