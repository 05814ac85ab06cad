from __future__ import annotations

from dcode.geometry.bounds import Bounds
from dcode.simulator.ink import Ink


def test_straight_runs_become_one_piece() -> None:
    ink = Ink()
    ink.pen_down(0.0, 0.0)
    for number in range(1, 1001):
        ink.line_to(number * 0.5, number * 0.25)
    assert ink.strokes[0].points == [(0.0, 0.0), (500.0, 250.0)]
    assert ink.points == 2


def test_a_way_back_over_the_same_line_is_kept() -> None:
    ink = Ink()
    ink.pen_down(0.0, 0.0)
    ink.line_to(10.0, 0.0)
    ink.line_to(4.0, 0.0)
    assert ink.strokes[0].points == [(0.0, 0.0), (10.0, 0.0), (4.0, 0.0)]


def test_a_pen_put_down_and_lifted_leaves_a_dot() -> None:
    ink = Ink()
    ink.pen_down(1.0, 2.0)
    ink.pen_up()
    ink.line_to(5.0, 5.0)
    assert ink.strokes[0].points == [(1.0, 2.0)]
    assert "h0" in ink.svg(Bounds(0.0, 10.0, 10.0, 0.0))


def test_each_pen_has_its_look_in_the_picture() -> None:
    ink = Ink()
    ink.pen = 2
    ink.pen_down(0.0, 0.0)
    ink.line_to(10.0, 5.0)
    picture = ink.svg(Bounds(-50.0, 50.0, 50.0, -50.0), {2: ("#cc0000", 0.8)})
    assert 'stroke="#cc0000" stroke-width="0.8"' in picture
    assert "M0 0L10 -5" in picture


def test_a_pen_leaves_ink_only_as_far_as_it_goes() -> None:
    ink = Ink(dry_after_mm=10.0)
    ink.pen_down(0.0, 0.0)
    ink.line_to(4.0, 0.0)
    ink.line_to(16.0, 0.0)
    ink.pen_up()
    ink.pen_down(0.0, 5.0)
    ink.line_to(3.0, 5.0)
    ink.take(2)
    ink.pen_down(0.0, 9.0)
    ink.line_to(3.0, 9.0)
    assert [(stroke.pen, stroke.dry, stroke.points) for stroke in ink] == [
        (1, False, [(0.0, 0.0), (10.0, 0.0)]),
        (1, True, [(10.0, 0.0), (16.0, 0.0)]),
        (1, True, [(0.0, 5.0), (3.0, 5.0)]),
        (2, False, [(0.0, 9.0), (3.0, 9.0)]),
    ]
    picture = ink.svg(Bounds(-20.0, 20.0, 20.0, -20.0))
    assert "L10 0" in picture and "L16 0" not in picture and "M0 -5" not in picture


def test_a_gouge_is_drawn_wider() -> None:
    ink = Ink(gouge_mm=2.0)
    for y, depth in ((0.0, 1.9), (5.0, 2.1)):
        ink.pen_down(0.0, y)
        ink.press(depth)
        ink.press(0.5)
        ink.line_to(10.0, y)
        ink.pen_up()
    assert [(stroke.deepest, stroke.gouged) for stroke in ink] == [(1.9, False), (2.1, True)]
    picture = ink.svg(Bounds(-20.0, 20.0, 20.0, -20.0))
    assert 'stroke-width="0.5"' in picture and 'stroke-width="1.5"' in picture
