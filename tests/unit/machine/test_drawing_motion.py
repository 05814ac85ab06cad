"""Drawings as motion, and motion as drawings."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dcode.gcode.interpret import Reading, interpret
from dcode.gcode.motion import Kind, Motion
from dcode.gcode.write import write
from dcode.geometry.bounds import Bounds
from dcode.geometry.drawing import Drawing, Layer
from dcode.geometry.lines import Lines
from dcode.machine.check import check
from dcode.machine.drawing_motion import Feeds, drawing_of, motion_of, rounded
from dcode.machine.machine import Machine, NamedPen, Pen

MACHINE = Machine(1219.2, 1524.0, Bounds(-420.5, 420.5, 594.5, -594.5))
PENS = replace(
    MACHINE,
    pens=(
        NamedPen("black", "#000000", Pen(draw_speed=300, width_mm=0.3)),
        NamedPen("red", "#ff0000", Pen(draw_speed=700, travel_speed=1700, width_mm=0.7)),
    ),
)

inside = st.tuples(st.floats(-420.5, 420.5), st.floats(-594.5, 594.5))
strokes = st.lists(st.lists(inside, min_size=1, max_size=6), min_size=1, max_size=8)
drawings = st.lists(strokes, min_size=1, max_size=3).map(
    lambda layers: Drawing(tuple(Layer(Lines.of(one), pen=pen) for pen, one in enumerate(layers, start=1)))
)


def rows(motion: Motion) -> list[tuple[str, float, float, float]]:
    return [(step.kind.name, step.x, step.y, step.value) for step in motion]


def one_layer(*polylines: list[tuple[float, float]], pen: int | None = None) -> Drawing:
    return Drawing((Layer(Lines.of(polylines), pen=pen),))


def test_a_stroke_is_a_travel_the_pen_down_moves_and_the_pen_up():
    assert rows(motion_of(one_layer([(1, 2), (3, 2), (3, 5)]), MACHINE)) == [
        ("PEN_UP", 0, 0, 0),
        ("TRAVEL", 1, 2, 1000),
        ("PEN_DOWN", 1, 2, 0),
        ("DRAW", 3, 2, 500),
        ("DRAW", 3, 5, 500),
        ("PEN_UP", 3, 5, 0),
    ]


def test_a_dot_is_the_pen_down_and_up():
    assert [row[0] for row in rows(motion_of(one_layer([(1, 2)]), MACHINE))] == [
        "PEN_UP",
        "TRAVEL",
        "PEN_DOWN",
        "PEN_UP",
    ]


def test_a_stroke_that_is_shorter_than_a_step_leaves_its_dot():
    motion = motion_of(one_layer([(1, 2), (1.0001, 2.0001)]), MACHINE)
    assert [row[0] for row in rows(motion)] == ["PEN_UP", "TRAVEL", "PEN_DOWN", "PEN_UP"]


def test_strokes_that_meet_are_drawn_in_one():
    motion = motion_of(one_layer([(1, 2), (3, 2)], [(3, 2), (3, 5)], [(3, 5)], [(3, 6), (4, 6)]), MACHINE)
    assert [row[0] for row in rows(motion)].count("PEN_DOWN") == 2
    assert [row[:3] for row in rows(motion) if row[0] == "DRAW"] == [("DRAW", 3, 2), ("DRAW", 3, 5), ("DRAW", 4, 6)]


def test_where_the_gondola_is_already_it_does_not_travel_to():
    assert [row[0] for row in rows(motion_of(one_layer([(0, 0), (3, 2)]), MACHINE))] == [
        "PEN_UP",
        "PEN_DOWN",
        "DRAW",
        "PEN_UP",
    ]


@given(drawings)
def test_what_is_written_and_read_again_is_the_same_and_safe(drawing):
    motion = motion_of(drawing, MACHINE)
    program = interpret(write(motion).encode(), Reading())
    assert rows(program.motion) == rows(motion)[1:]  # a pen that is up already is not lifted
    assert program.motion.texts == {row - 1: text for row, text in motion.texts.items()}
    assert check(program, MACHINE).ok


@given(drawings)
def test_the_ink_comes_back(drawing):
    back = drawing_of(motion_of(drawing, MACHINE), MACHINE).drawing
    for layer, found in zip(drawing.layers, back.layers, strict=True):
        wanted = Lines(rounded(layer.lines.points, MACHINE), layer.lines.starts)
        assert _ink(found.lines) == _ink(wanted)


def _ink(lines: Lines) -> list[tuple[tuple[float, float], ...]]:
    """The segments in their order, and dots where there is no segment; strokes that meet make no difference."""
    found = []
    for line in lines:
        points = [tuple(point) for point in line.tolist()]
        segments = [(one, other) for one, other in pairwise(points) if one != other]
        found += segments or ([(points[0],)] if not found or found[-1][-1] != points[0] else [])
    return [one for at, one in enumerate(found) if len(one) > 1 or at + 1 == len(found) or found[at + 1][0] != one[0]]


@pytest.mark.parametrize("edge", [420.50049, 420.4996, 420.5])
def test_rounding_does_not_leave_the_work_area(edge):
    machine = replace(MACHINE, work_area=Bounds(-edge, edge, edge, -edge))
    corners = [(-edge, edge), (edge, edge), (edge, -edge), (-edge, -edge), (edge - 1e-4, 0.0004)]
    motion = motion_of(one_layer(corners), machine)
    assert check(interpret(write(motion).encode(), Reading()), machine).ok


def test_what_is_outside_stays_outside():
    assert rounded(np.array([(421.0, 0.0), (0.00049, -0.00001)]), MACHINE).tolist() == [[421.0, 0.0], [0.0, 0.0]]
    assert str(rounded(np.array([(-0.0001, 0.0)]), MACHINE).tolist()) == "[[0.0, 0.0]]"


@pytest.mark.parametrize("pens", [(3, 1), (3, 1, 3)])
def test_a_program_says_which_pen_is_in_the_holder_at_first(pens):
    line = Lines.of([[(1, 2), (3, 2)]])
    motion = motion_of(Drawing(tuple(Layer(line, f"n{pen}", pen, f"#00000{pen}") for pen in pens)), MACHINE)
    back = interpret(write(motion).encode(), Reading()).motion
    assert back.holder == motion.holder == (3, "n3, #000003")
    layers = drawing_of(back, MACHINE).drawing.layers
    assert [(layer.pen, layer.colour) for layer in layers] == [(pen, f"#00000{pen}") for pen in pens]


def test_nobody_is_told_of_a_pen_that_is_changed_before_it_draws():
    motion = motion_of(one_layer([(1, 2), (3, 2)], pen=2), PENS)
    assert motion.holder is None and Kind.PEN_CHANGE in motion.kind


def test_a_program_of_one_pen_does_not_name_it_by_a_t():
    """Where there is no M6, a T changes the pen: the plotter would wait for somebody to do so."""
    assert "T" not in write(motion_of(one_layer([(1, 2), (3, 2)], pen=2), MACHINE))


def test_pens_are_changed_between_layers_of_different_pens():
    line = Lines.of([[(1, 2), (3, 2)]])
    layers = (Layer(line, pen=1), Layer(line, pen=1), Layer(line, "blue", 2, "#0000ff"))
    motion = motion_of(Drawing(layers), MACHINE)
    changes = [row for row in range(len(motion)) if motion.kind[row] == Kind.PEN_CHANGE]
    assert [motion.value[row] for row in changes] == [2]
    assert motion.texts == {changes[0]: "blue, #0000ff"}
    assert [layer.pen for layer in drawing_of(motion, MACHINE).drawing.layers] == [1, 2]
    assert drawing_of(motion, MACHINE).drawing.layers[1].colour == "#0000ff"


def test_each_pen_has_its_own_speeds():
    line = Lines.of([[(1, 2), (3, 2)]])
    motion = motion_of(Drawing((Layer(line, pen=2), Layer(line, pen=1))), PENS)
    assert [(row[0], row[3]) for row in rows(motion) if row[0] in ("PEN_CHANGE", "DRAW", "TRAVEL")] == [
        ("PEN_CHANGE", 2),
        ("TRAVEL", 1700),
        ("DRAW", 700),
        ("PEN_CHANGE", 1),
        ("TRAVEL", 1000),
        ("DRAW", 300),
    ]


def test_pauses_come_before_their_layers_and_back_again():
    line = Lines.of([[(1, 2), (3, 2)]])
    drawing = Drawing((Layer(line), Layer(line)))
    motion = motion_of(drawing, MACHINE, pauses={1: "turn the sheet"}, feeds=Feeds(321, 654))
    traced = drawing_of(motion, MACHINE)
    assert (traced.pauses, traced.feeds, traced.feeds_differ) == ({1: "turn the sheet"}, Feeds(321, 654), False)
    assert [len(layer.lines) for layer in traced.drawing.layers] == [1, 1]


def test_a_stranger_s_program_is_traced_too():
    text = """G21 G90
        M280 P0 S40
        G1 X5 F300
        G4 P200
        G1 Y5
        M0 (look)
        M280 P0 S90
        T3 M6
        G0 X50
        M3
        M5
        M3
        G1 X55 F200
        G28"""
    traced = drawing_of(interpret(text.encode(), Reading()).motion, MACHINE)
    assert [(layer.pen, [line.tolist() for line in layer.lines]) for layer in traced.drawing.layers] == [
        (None, [[[0, 0], [5, 0], [5, 5]]]),
        (3, [[[50, 5]], [[50, 5], [55, 5]]]),
    ]
    assert traced.pauses == {1: "look"}
    assert (traced.feeds.draw, traced.feeds_differ, traced.dwells) == (300, True, 1)


def test_a_program_without_ink_is_an_empty_drawing():
    assert drawing_of(interpret(b"G21\nG0 X5\n", Reading()).motion, MACHINE).drawing.layers == ()
    assert len(motion_of(Drawing(), MACHINE)) == 1
